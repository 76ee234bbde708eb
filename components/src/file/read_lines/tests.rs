//! What people rely on when `file/ReadLines` reads their files.

use std::fs;
use std::path::Path;

use millstream_component::testing::{Bench, Outcome};

use super::*;

async fn read(path: impl Into<Value>) -> Outcome {
    Bench::of::<ReadLines>().iip("path", path).run().await
}

fn name(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test]
async fn folders_and_globs_without_a_match_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("inner")).unwrap();
    let cases = [
        (folder.path().to_owned(), "it is a folder; `"),
        (folder.path().join("*"), "no file matches "),
        (folder.path().join("no/such"), "there is no folder "),
        (folder.path().join("[a"), "character "),
    ];
    for (path, message) in cases {
        let failure = read(name(&path)).await.result.unwrap_err().to_string();
        assert!(failure.contains(message), "{failure}");
    }
}

#[tokio::test]
async fn names_may_look_like_patterns() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a[1].txt"), "yes").unwrap();
    fs::write(folder.path().join("a1.txt"), "no").unwrap();
    let outcome = read(name(&folder.path().join("a[1].txt"))).await;
    assert_eq!(outcome.outputs["out"], ["yes"].map(Packet::data));
}

#[tokio::test]
async fn many_blocks_give_every_line_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.txt");
    let lines: Vec<String> = (0..100_000)
        .map(|number| format!("line {number}"))
        .collect();
    fs::write(&path, lines.join("\r\n")).unwrap();
    let outcome = read(name(&path)).await;
    let expected: Vec<Packet> = lines.into_iter().map(Packet::data).collect();
    assert!(outcome.outputs["out"] == expected);
}

#[tokio::test]
async fn a_file_that_nobody_may_read_is_told() {
    let path = Path::new("/root/secret.txt");
    let error = std::io::ErrorKind::PermissionDenied.into();
    let failure = fault::fatal("reading", path, &error).to_string();
    assert_eq!(failure, "reading /root/secret.txt: permission denied");
}

#[cfg(unix)]
#[tokio::test]
async fn devices_are_read_too() {
    let outcome = read("/dev/null").await;
    outcome.result.unwrap();
    assert!(outcome.outputs["out"].is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn a_named_pipe_is_read_until_its_writer_closes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    if !made.is_ok_and(|status| status.success()) {
        return; // No mkfifo on this machine.
    }
    let writer = {
        let path = path.clone();
        tokio::task::spawn_blocking(move || fs::write(path, "one\ntwo"))
    };
    let outcome = read(name(&path)).await;
    writer.await.unwrap().unwrap();
    assert_eq!(outcome.outputs["out"], ["one", "two"].map(Packet::data));
}
