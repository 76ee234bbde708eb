//! What people rely on when `sql/Query` asks their SQLite files.

use std::path::Path;

use millstream_component::ErrorPolicy;
use millstream_component::testing::{Bench, Outcome};
use rusqlite::Connection;

use super::*;

/// A database in a file, made by somebody else.
fn database(sql: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    let url = format!("sqlite:{}", path.display());
    (folder, url)
}

fn ask(url: &str, query: &str) -> Bench {
    Bench::of::<Query>()
        .iip("database", url)
        .iip("query", query)
}

async fn failure(bench: Bench) -> String {
    bench.run().await.result.unwrap_err().to_string()
}

fn shown(outcome: &Outcome) -> Vec<String> {
    let packets = outcome.outputs["out"].iter();
    packets.map(|packet| format!("{packet:?}")).collect()
}

#[tokio::test]
async fn values_are_those_of_the_database() {
    let query = "SELECT NULL AS a, 1 AS b, 1.5 AS c, 'x' AS d, x'FF' AS e, ?1 AS f, ?2 AS f";
    let values = Value::list(vec![true.into(), Value::list(vec![1_i64.into()])]);
    let outcome = ask("sqlite::memory:", query)
        .input("in", [values])
        .run()
        .await;
    let row = "{\"a\": null, \"b\": 1, \"c\": 1.5, \"d\": \"x\", \"e\": b\"\\xff\", \"f\": 1, \"f_2\": \"[1]\"}";
    assert_eq!(shown(&outcome), ["OPEN None", row, "CLOSE None"]);
}

#[tokio::test]
async fn many_rows_come_as_fast_as_they_are_taken() {
    let query = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 4999) SELECT i FROM n";
    let outcome = ask("sqlite::memory:", query).capacity(3).run().await;
    outcome.result.unwrap();
    let expected: Vec<Packet> = (0..5000)
        .map(|i| Packet::data(Record::from_iter([("i", i)])))
        .collect();
    assert!(outcome.outputs["out"] == expected);
}

/// A query without end is stopped when nobody waits for it any more.
#[tokio::test]
async fn a_query_ends_with_its_process() {
    let query =
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    let bench = ask("sqlite::memory:", query);
    let run = tokio::time::timeout(std::time::Duration::from_millis(100), bench.run());
    assert!(run.await.is_err(), "it goes on for ever");
    // The runtime of this test waits for the thread of the query when it ends.
}

#[tokio::test]
async fn what_is_wrong_with_a_database_is_told() {
    let (folder, url) = database("CREATE TABLE t (a)");
    let text = folder.path().join("text.db");
    std::fs::write(
        &text,
        "this is no database, but a text of more than a hundred bytes ".repeat(10),
    )
    .unwrap();
    let cases = [
        (
            format!("sqlite:{}", text.display()),
            "SELECT 1",
            "file is not a database",
        ),
        (
            format!("sqlite:{}", folder.path().display()),
            "SELECT 1",
            "unable to open database file",
        ),
        (
            url.clone(),
            "SELECT 1; SELECT 2",
            "`query`: there is more than one statement",
        ),
        (
            format!("{url}?mode=ro"),
            "INSERT INTO t VALUES (1)",
            "attempt to write a readonly database",
        ),
        (url, "SELECT b FROM t", "`query`: no such column: b"),
    ];
    for (url, query, message) in cases {
        let failure = failure(ask(&url, query)).await;
        assert!(failure.contains(message), "{failure}");
    }
}

#[tokio::test]
async fn a_missing_file_is_made_only_if_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.db");
    let url = format!("sqlite:{}", path.display());
    let told = failure(ask(&url, "SELECT 1")).await;
    assert!(
        told.contains("`?mode=rwc` at the end of the URL makes one"),
        "{told}"
    );
    assert!(!path.try_exists().unwrap());
    let made = ask(&format!("{url}?mode=rwc"), "SELECT 1").run().await;
    made.result.unwrap();
}

fn lock(url: &str) -> Connection {
    let path = Path::new(url.strip_prefix("sqlite:").unwrap());
    let other = Connection::open(path).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    other
}

#[tokio::test]
async fn a_locked_database_is_waited_for_and_then_told() {
    let (_folder, url) = database("CREATE TABLE t (a)");
    let other = lock(&url);
    let told = failure(ask(&url, "SELECT a FROM t").iip("timeout_ms", 50)).await;
    let expected = "database is locked: another program holds it for longer than `timeout_ms`";
    assert!(told.contains(expected), "{told}");
    drop(other);
    ask(&url, "SELECT a FROM t").run().await.result.unwrap();
}

#[tokio::test]
async fn a_packet_that_fails_does_not_harm_the_next_one() {
    let query = "SELECT json_extract(?1, '$.a') AS a";
    let outcome = ask("sqlite::memory:", query)
        .on_error(ErrorPolicy::Skip)
        .input("in", ["{\"a\": 1}", "nonsense", "{\"a\": 2}"])
        .run()
        .await;
    outcome.result.as_ref().unwrap();
    let expected = [
        "OPEN None",
        "{\"a\": 1}",
        "CLOSE None",
        "OPEN None",
        "{\"a\": 2}",
        "CLOSE None",
    ];
    assert_eq!(shown(&outcome), expected);
}

#[tokio::test]
async fn rows_and_brackets_belong_to_the_conversation() {
    let headers = millstream_packet::Headers {
        id: Some("q".into()),
        conversation: Some("c".into()),
        ..Default::default()
    };
    let outcome = ask("sqlite::memory:", "SELECT 1 AS a")
        .input("in", [Packet::data(Value::NULL).with_headers(headers)])
        .run()
        .await;
    for packet in &outcome.outputs["out"] {
        let headers = packet.headers().unwrap();
        assert_eq!(headers.conversation.as_ref().unwrap(), "c");
        assert_eq!(headers.causation.as_ref().unwrap(), "q");
    }
}
