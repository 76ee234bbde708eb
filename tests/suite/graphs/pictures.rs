//! The pictures in `graphs/pictures/` are what `millstream graph` draws now, and the README shows them.

use std::fs;

use millstream_tests::{Program, repository};

/// Set to draw the pictures anew.
const DRAW: &str = "MILLSTREAM_DRAW";

#[test]
fn pictures_are_what_millstream_draws() {
    for name in pictures() {
        let graph = format!("graphs/{name}.ron");
        let path = repository().join(format!("graphs/pictures/{name}.svg"));
        let drawn = Program::new(["graph", &graph, "--format", "svg"]);
        let drawn = drawn.run().unwrap();
        assert_eq!(drawn.code, Some(0), "{graph}: {}", drawn.stderr);
        if std::env::var_os(DRAW).is_some() {
            fs::write(&path, drawn.stdout).unwrap();
            continue;
        }
        let committed = fs::read_to_string(&path).unwrap();
        assert!(
            committed == drawn.stdout,
            "graphs/pictures/{name}.svg is not what `millstream graph {graph} --format svg` draws now; to draw all \
             pictures anew: {DRAW}=1 cargo nextest run -p millstream-tests pictures_are"
        );
    }
}

#[test]
fn readme_shows_every_picture() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    for name in pictures() {
        let path = format!("](graphs/pictures/{name}.svg)");
        assert!(readme.contains(&path), "README.md does not show {path}");
    }
}

/// The names of the committed pictures.
fn pictures() -> Vec<String> {
    let folder = fs::read_dir(repository().join("graphs/pictures")).unwrap();
    let mut names: Vec<String> = folder
        .map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(".svg").unwrap().to_owned()
        })
        .collect();
    names.sort();
    assert!(!names.is_empty(), "the folder is empty");
    names
}
