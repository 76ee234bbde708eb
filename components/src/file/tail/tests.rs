//! What people rely on when `file/Tail` follows their logs.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use millstream_component::ErrorPolicy;
use millstream_component::testing::Bench;

use super::*;

/// A file and whoever follows it, one look at a time.
struct Scene {
    folder: tempfile::TempDir,
    follower: Follower,
    lines: LineBuffer,
}

impl Scene {
    fn new(from: From) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let follower = Follower::new(folder.path().join("log"), from);
        Self {
            folder,
            follower,
            lines: LineBuffer::new(Encoding::Strict),
        }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("log")
    }

    fn append(&self, text: &str) {
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.path());
        file.unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// The lines that come before there is nothing new.
    fn lines(&mut self) -> Vec<String> {
        let mut all = Vec::new();
        loop {
            let lines = match self.follower.look().unwrap() {
                Found::Bytes(bytes) => self.lines.push(&bytes),
                Found::End => self.lines.finish(),
                Found::Nothing => return all,
            };
            all.extend(lines.into_iter().map(|line| line.unwrap().to_string()));
        }
    }
}

#[test]
fn lines_come_when_their_endings_are_there() {
    let mut scene = Scene::new(From::End);
    scene.append("old\nha");
    assert!(scene.lines().is_empty());
    scene.append("lf\r\nnew\nun");
    assert_eq!(scene.lines(), ["lf", "new"]);
    assert!(scene.lines().is_empty());
    scene.append("finished\n");
    assert_eq!(scene.lines(), ["unfinished"]);
}

#[test]
fn a_file_that_comes_later_is_new_from_its_start() {
    let mut scene = Scene::new(From::End);
    assert!(scene.lines().is_empty());
    scene.append("first\n");
    assert_eq!(scene.lines(), ["first"]);
}

#[test]
fn a_rotated_file_is_read_to_its_end_and_the_new_one_from_its_start() {
    let mut scene = Scene::new(From::Start);
    scene.append("one\n");
    assert_eq!(scene.lines(), ["one"]);
    scene.append("two\nthree");
    fs::rename(scene.path(), scene.folder.path().join("log.1")).unwrap();
    assert_eq!(
        scene.lines(),
        ["two"],
        "the name is free, the line may go on"
    );
    scene.append("four\n");
    assert_eq!(scene.lines(), ["three", "four"]);
}

#[test]
fn a_file_that_gets_shorter_is_read_from_its_start() {
    let mut scene = Scene::new(From::Start);
    scene.append("one\ntwo\nhalf");
    assert_eq!(scene.lines(), ["one", "two"]);
    File::create(scene.path()).unwrap();
    scene.append("new\n");
    assert_eq!(scene.lines(), ["half", "new"]);
}

#[test]
fn much_at_once_comes_in_pieces() {
    let mut scene = Scene::new(From::Start);
    let lines: Vec<String> = (0..100_000)
        .map(|number| format!("line {number}"))
        .collect();
    scene.append(&(lines.join("\n") + "\n"));
    assert_eq!(scene.lines(), lines);
}

fn bench(path: &Path) -> Bench {
    Bench::of::<Tail>()
        .iip("path", path.to_str().unwrap())
        .iip("from", "start")
        .iip("idle_ms", 500)
}

#[tokio::test(start_paused = true)]
async fn lines_that_are_not_utf8_are_failures_of_their_own() {
    let scene = Scene::new(From::Start);
    fs::write(scene.path(), b"a\n\xFF\nb").unwrap();
    let outcome = bench(&scene.path()).on_error(ErrorPolicy::Skip).run().await;
    assert_eq!(outcome.outputs["out"], ["a", "b"].map(Packet::data));
    let outcome = bench(&scene.path()).iip("encoding", "lossy").run().await;
    assert_eq!(
        outcome.outputs["out"],
        ["a", "\u{fffd}", "b"].map(Packet::data)
    );
    let failure = bench(&scene.path()).run().await.result.unwrap_err();
    assert!(failure.message().contains("invalid UTF-8 in a line"));
}

#[tokio::test(start_paused = true)]
async fn a_file_that_never_comes_is_waited_for() {
    let outcome = bench(Path::new("examples/missing.txt")).run().await;
    outcome.result.unwrap();
    assert!(outcome.outputs["out"].is_empty());
}
