//! `millstream new`: writes a graph to start from.

use std::path::Path;

use crate::args::{NewArgs, Template};
use crate::exit::{Exit, Fault};
use crate::files::{Existing, write_result};
use crate::output::Shell;

const HELLO: &str = include_str!("new/hello.ron");
const EMPTY: &str = include_str!("new/empty.ron");

/// Writes the graph.
///
/// # Errors
///
/// Fails when there is such a file already, or it cannot be written.
pub(crate) fn new(args: &NewArgs, shell: &Shell) -> Result<Exit, Fault> {
    let text = match args.template {
        Template::Hello => HELLO,
        Template::Empty => EMPTY,
    };
    let path = &args.path;
    if path.as_os_str() == "-" {
        shell.data(text)?;
        return Ok(Exit::Ok);
    }
    if path.is_dir() {
        return Err(
            Fault::usage(format!("{} is a directory", path.display())).help(format!(
                "millstream new {}",
                path.join("graph.ron").display()
            )),
        );
    }
    write_result(path, &named(text, path), Existing::forced(args.force))?;
    let shown = path.display();
    shell.data(&format!("{shown}\n"))?;
    if args.template == Template::Hello {
        shell.notice(&format!("run it: millstream run {shown}"));
    }
    Ok(Exit::Ok)
}

/// The template with the name of the file as the name of the graph.
fn named(text: &str, path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ' | '.');
    if stem.is_empty() || !stem.chars().all(is_plain) {
        return text.to_owned();
    }
    text.replace("name: \"graph\"", &format!("name: \"{stem}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_canonical_graphs() {
        for text in [HELLO, EMPTY] {
            let graph = millstream_graph::file::read(text).unwrap().graph;
            assert_eq!(millstream_graph::file::write(&graph), text);
        }
        assert!(named(HELLO, Path::new("a/words.ron")).contains("name: \"words\""));
    }
}
