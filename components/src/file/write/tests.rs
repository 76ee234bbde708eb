//! What people rely on when `file/Write` writes their files.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use millstream_component::ErrorPolicy;
use millstream_component::testing::Bench;

use super::*;

fn bench(path: &Path) -> Bench {
    Bench::of::<Write>().iip("path", path.to_str().unwrap())
}

fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn text_gets_a_newline_and_bytes_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    let packets = [
        Packet::data("text"),
        Packet::open("x"),
        Packet::data(Value::from(&b"by"[..])),
        Packet::data(Value::from(&b"tes\n"[..])),
        Packet::close("x"),
        Packet::data(Record::from_iter([("a", 1_i64)])),
    ];
    let outcome = bench(&path).input("in", packets).run().await;
    outcome.result.unwrap();
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        "text\nbytes\n{\"a\":1}\n"
    );
    assert_eq!(
        outcome.outputs["out"],
        [Packet::data(path.to_str().unwrap())]
    );
    assert_eq!(entries(folder.path()), ["a.txt"]);
}

#[tokio::test]
async fn an_existing_file_is_replaced_with_its_permissions_and_through_links() {
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("a.txt"), folder.path().join("link"));
    fs::write(&path, "much longer than before").unwrap();
    fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
    symlink(&path, &link).unwrap();
    bench(&link)
        .input("in", ["new"])
        .run()
        .await
        .result
        .unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "new\n");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o640
    );
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[tokio::test]
async fn a_new_file_is_as_public_as_others() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("a.txt"), folder.path().join("other.txt"));
    bench(&path).input("in", ["x"]).run().await.result.unwrap();
    fs::write(&other, "x").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&path), mode(&other));
}

#[tokio::test]
async fn a_failure_leaves_the_file_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    fs::write(&path, "before").unwrap();
    let packets = [Value::from("text"), f64::NAN.into()];
    let outcome = bench(&path).input("in", packets.clone()).run().await;
    let failure = outcome.result.unwrap_err().to_string();
    assert!(
        failure.contains("NaN") && failure.contains("packet 2"),
        "{failure}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "before");
    assert_eq!(entries(folder.path()), ["a.txt"]);

    let outcome = bench(&path)
        .on_error(ErrorPolicy::Skip)
        .input("in", packets)
        .run()
        .await;
    outcome.result.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "text\n");
}

#[tokio::test]
async fn appending_adds_to_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    for text in ["one", "two"] {
        let bench = bench(&path).iip("append", true).input("in", [text]);
        bench.run().await.result.unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
}

#[tokio::test]
async fn what_is_long_is_written_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    let lines: Vec<String> = (0..200_u32)
        .map(|number| "x".repeat((number * number * 7) as usize))
        .collect();
    bench(&path)
        .capacity(1)
        .input("in", lines.clone())
        .run()
        .await
        .result
        .unwrap();
    assert!(fs::read_to_string(&path).unwrap() == lines.join("\n") + "\n");
}

#[tokio::test]
async fn a_stream_without_packets_makes_an_empty_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    bench(&path)
        .input("in", Vec::<Packet>::new())
        .run()
        .await
        .result
        .unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"");
}

#[tokio::test]
async fn what_cannot_be_written_is_told_before_the_first_packet() {
    let folder = tempfile::tempdir().unwrap();
    let locked = folder.path().join("locked.txt");
    fs::write(&locked, "").unwrap();
    fs::set_permissions(&locked, PermissionsExt::from_mode(0o444)).unwrap();
    let cases = [
        (folder.path().to_owned(), "it is a folder"),
        (locked, "the file is read-only"),
        (folder.path().join("no/file"), "there is no folder"),
    ];
    for (path, message) in cases {
        let outcome = bench(&path).capacity(1).input("in", ["a", "b"]).run().await;
        let failure = outcome.result.unwrap_err().to_string();
        assert!(failure.contains(message), "{failure}");
        assert_eq!(
            outcome.left_over, 1,
            "one packet is in the connector, none was taken"
        );
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_a_failure() {
    let outcome = bench(Path::new("/dev/full")).input("in", ["x"]).run().await;
    let failure = outcome.result.unwrap_err().to_string();
    assert!(
        failure.contains("writing /dev/full: No space left on device"),
        "{failure}"
    );
}

#[tokio::test]
async fn a_cancelled_process_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    let target = Target::open(path.clone(), false).unwrap();
    assert_eq!(entries(folder.path()).len(), 1);
    let mut spool = Spool::new(target);
    spool.buffer().extend_from_slice(b"half a file");
    spool.flush().await.unwrap();
    drop(spool);
    assert_eq!(entries(folder.path()), Vec::<String>::new());
}
