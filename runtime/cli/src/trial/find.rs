//! Finds files with test cases and reads them.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use millstream_graph::file::Spans;
use millstream_graph::file::cases::{self, Subject, Suite};
use millstream_graph::{Graph, Severity};

use crate::exit::{Exit, Fault, io_text};
use crate::files::{has_cases, ron_files};
use crate::message::Message;
use crate::source::Source;

/// A file with test cases.
#[derive(Debug)]
pub(crate) struct TestFile {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its text, for excerpts.
    pub(crate) source: Arc<Source>,
    /// Its cases.
    pub(crate) suite: Suite,
}

impl TestFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be read, or has no cases in their form; the message has the place.
    pub(crate) fn read(path: &Path) -> Result<Self, Fault> {
        let shown = path.display().to_string();
        let cannot = |why: &str| Fault::new(Exit::Io, format!("cannot read {shown}: {why}"));
        let bytes = std::fs::read(path).map_err(|error| cannot(&io_text(&error)))?;
        let text = String::from_utf8(bytes).map_err(|_bytes| cannot("it is no UTF-8 text"))?;
        let (graph, spans) = (Graph::default(), Spans::default());
        let source = Arc::new(Source::new("".into(), shown, text, graph, spans));
        match cases::read(&source.text) {
            Ok(suite) => Ok(Self {
                path: path.to_owned(),
                source,
                suite,
            }),
            Err(error) => {
                let mut message = Message::new(Severity::Error, "syntax", &error.message);
                message.point_at(&source, error.span.clone(), None);
                message.help = error.help;
                Err(Fault {
                    exit: Exit::Invalid,
                    message: Box::new(message),
                })
            }
        }
    }

    /// A file that a case names, which is relative to this one.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        collapsed(&self.path.parent().unwrap_or(Path::new("")).join(name))
    }
}

/// The files with test cases that paths stand for, in order.
///
/// # Errors
///
/// Fails when a directory cannot be read, and when there are no cases.
pub(crate) fn test_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Fault> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    let mut files = Vec::new();
    for path in paths {
        let found = files_of(path)?;
        if found.is_empty() {
            let text = format!("there are no test cases for {}", path.display());
            return Err(Fault::usage(text)
                .help("write some into tests/NAME.ron beside the graph; `millstream test --help` shows how"));
        }
        files.extend(found);
    }
    Ok(files)
}

fn files_of(path: &Path) -> Result<Vec<PathBuf>, Fault> {
    if path.is_dir() {
        let mut files = ron_files(path)?;
        files.retain(|file| has_cases(file));
        return Ok(files);
    }
    let tests = path.parent().unwrap_or(Path::new("")).join("tests");
    if has_cases(path) || !path.is_file() || !tests.is_dir() {
        // What is neither a file with cases nor a graph is told with its place when it is read.
        let is_graph = path.is_file() && !has_cases(path) && is_graph(path);
        return Ok(if is_graph {
            Vec::new()
        } else {
            vec![path.to_owned()]
        });
    }
    let mut files = ron_files(&tests)?;
    files.retain(|file| tests_graph(file, path));
    Ok(files)
}

fn is_graph(path: &Path) -> bool {
    std::fs::read_to_string(path).is_ok_and(|text| millstream_graph::file::read(&text).is_ok())
}

/// Whether the cases of a file are about this graph.
fn tests_graph(file: &Path, graph: &Path) -> bool {
    let Ok(file) = TestFile::read(file) else {
        return false;
    };
    match &file.suite.subject {
        Subject::Component(_) => false,
        Subject::Graph(name) => {
            let tested = file.beside(name).canonicalize();
            tested.is_ok_and(|tested| graph.canonicalize().is_ok_and(|graph| graph == tested))
        }
    }
}

/// A path without `a/..` in its middle, for people.
fn collapsed(path: &Path) -> PathBuf {
    let mut collapsed = PathBuf::new();
    for part in path.components() {
        let last = collapsed.components().next_back();
        match (part, last) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                collapsed.pop();
            }
            (part, _) => collapsed.push(part),
        }
    }
    collapsed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_the_way_there_and_back() {
        for (path, wanted) in [
            ("graphs/tests/../a.ron", "graphs/a.ron"),
            ("tests/../a.ron", "a.ron"),
            ("../tests/./../a.ron", "../a.ron"),
            ("/a/../b", "/b"),
        ] {
            assert_eq!(collapsed(Path::new(path)), Path::new(wanted));
        }
    }
}
