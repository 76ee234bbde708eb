//! The workspace as the tidy tests see it. Reads, never judges.

use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{MetadataCommand, Package};

/// Folders that hold nothing of ours.
const NOT_OURS: &[&str] = &["target", "node_modules", "dist", "gen"];

/// The dot-folders that are part of the project.
const DOT_FOLDERS: &[&str] = &[".cargo", ".ci", ".config", ".github"];

/// One crate of the workspace.
pub(super) struct Member {
    /// What cargo knows of it, without resolving dependencies.
    pub(super) package: Package,
    /// Its folder below the root, with `/` between the parts.
    pub(super) folder: String,
    /// The text of its manifest, for what cargo does not tell (inheritance, order, comments).
    pub(super) manifest: String,
}

/// One text file of the project.
pub(super) struct TextFile {
    /// Its path below the root, with `/` between the parts.
    pub(super) path: String,
    pub(super) text: String,
}

impl TextFile {
    /// The last part of the path.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// The folder with the root manifest.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ lies in the root")
        .to_owned()
}

/// All members, by folder.
pub(super) fn members() -> Vec<Member> {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata reads the workspace");
    let mut members: Vec<Member> = metadata.packages.into_iter().map(member).collect();
    members.sort_by(|a, b| a.folder.cmp(&b.folder));
    members
}

fn member(package: Package) -> Member {
    let manifest_path = package.manifest_path.as_std_path();
    let folder = relative(manifest_path.parent().expect("a manifest lies in a folder"));
    let manifest = fs::read_to_string(manifest_path).expect("cargo just read it");
    Member {
        package,
        folder,
        manifest,
    }
}

/// The text of a file below the root; `None` when there is no such file.
pub(super) fn read(path: &str) -> Option<String> {
    let path = root().join(path);
    path.try_exists()
        .expect("the file system answers")
        .then(|| fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}")))
}

/// The names of the files directly in a folder below the root, sorted; none when there is no such folder.
pub(super) fn names_in(folder: &str) -> Vec<String> {
    let mut names: Vec<String> = entries(&root().join(folder))
        .into_iter()
        .filter(|path| path.is_file())
        .map(|path| file_name(&path).to_owned())
        .collect();
    names.sort();
    names
}

/// Every file of the project whose name ends in one of `extensions`, by path.
pub(super) fn files(extensions: &[&str]) -> Vec<TextFile> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                if is_ours(file_name(&path)) {
                    folders.push(path);
                }
            } else if path
                .extension()
                .is_some_and(|end| extensions.iter().any(|want| end == *want))
            {
                let text =
                    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
                found.push(TextFile {
                    path: relative(&path),
                    text,
                });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Fails with every finding on its own line and, below them, what to do.
#[track_caller]
pub(super) fn refuse(findings: &[String], advice: &str) {
    assert!(
        findings.is_empty(),
        "\n  {}\n\n{advice}\n",
        findings.join("\n  ")
    );
}

fn is_ours(folder: &str) -> bool {
    !NOT_OURS.contains(&folder) && (!folder.starts_with('.') || DOT_FOLDERS.contains(&folder))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.expect("readable").path())
        .collect()
}

fn file_name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .expect("our file names are UTF-8")
}

fn relative(path: &Path) -> String {
    let parts = path
        .strip_prefix(root())
        .expect("below the root")
        .components();
    parts
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join("/")
}
