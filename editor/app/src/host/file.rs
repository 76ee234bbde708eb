//! Names of files as hosts give them, and what a file held.

use std::fmt;

/// A file as its host names it: a path with `/`, absolute or relative to what is served. Only the host opens it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName(String);

/// What a file was at one moment: a hash, a version, whatever tells its host whether it is another one now.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Stamp(pub String);

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileText {
    /// The file.
    pub file: FileName,
    /// All of it.
    pub text: String,
    /// What it is.
    pub stamp: Stamp,
}

impl FileName {
    /// A file of this path; `\` of other systems is taken for `/`.
    pub fn new(path: &str) -> Self {
        Self(path.replace('\\', "/"))
    }

    /// The whole path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after the last `/`.
    pub fn last(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The last part without `.ron`: what people call the graph.
    pub fn stem(&self) -> &str {
        let last = self.last();
        last.strip_suffix(".ron").unwrap_or(last)
    }

    /// The path up to the last `/`, without it; empty if there is none.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The file that this one means by a relative path such as `./parts/sub.ron`; nothing if it leads nowhere.
    pub fn refer(&self, path: &str) -> Option<Self> {
        if path.starts_with('/') {
            return Some(Self::new(path));
        }
        let is_absolute = self.0.starts_with('/');
        let mut parts: Vec<&str> = self.0.split('/').filter(|part| !part.is_empty()).collect();
        parts.pop();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop()?;
                }
                part => parts.push(part),
            }
        }
        let root = if is_absolute { "/" } else { "" };
        Some(Self(format!("{root}{}", parts.join("/"))))
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::FileName;

    #[test]
    fn references_are_relative_to_their_file() {
        let refer = |file: &str, path: &str| {
            let found = FileName::new(file).refer(path);
            found.map(|found| found.as_str().to_owned())
        };
        assert_eq!(refer("a.ron", "./b.ron").as_deref(), Some("b.ron"));
        assert_eq!(refer("/x/a.ron", "./b.ron").as_deref(), Some("/x/b.ron"));
        assert_eq!(refer("/x/a.ron", "../b.ron").as_deref(), Some("/b.ron"));
        assert_eq!(refer("a.ron", "../b.ron"), None);
        assert_eq!(
            refer("C:\\x\\a.ron", "./b.ron").as_deref(),
            Some("C:/x/b.ron")
        );
    }

    #[test]
    fn names_have_stem_and_folder() {
        let file = FileName::new("/home/x/flow.ron");
        assert_eq!(
            (file.last(), file.stem(), file.folder()),
            ("flow.ron", "flow", "/home/x")
        );
    }
}
