//! What people rely on when `sql/Insert` fills their SQLite files.

use millstream_component::ErrorPolicy;
use millstream_component::testing::Bench;
use rusqlite::Connection;

use super::*;

/// An empty table in a file.
struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let scene = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let table = "CREATE TABLE pet (id INTEGER PRIMARY KEY, name TEXT NOT NULL, legs DEFAULT 4)";
        scene.open().execute_batch(table).unwrap();
        scene
    }

    fn open(&self) -> Connection {
        Connection::open(self.folder.path().join("pets.db")).unwrap()
    }

    fn bench(&self) -> Bench {
        let path = self.folder.path().join("pets.db");
        Bench::of::<Insert>()
            .iip("database", format!("sqlite:{}", path.display()))
            .iip("table", "pet")
            .iip("timeout_ms", 50)
    }

    /// Ids and legs of all rows.
    fn rows(&self) -> Vec<(i64, i64)> {
        let connection = self.open();
        let mut all = connection
            .prepare("SELECT id, legs FROM pet ORDER BY id")
            .unwrap();
        let rows = all.query_map((), |row| Ok((row.get(0)?, row.get(1)?)));
        rows.unwrap().map(Result::unwrap).collect()
    }
}

fn pet(id: i64) -> Record {
    Record::from_iter([("id", Value::from(id)), ("name", "x".into())])
}

#[tokio::test]
async fn records_with_other_fields_are_rows_too() {
    let scene = Scene::new();
    let more = Record::from_iter([
        ("legs", Value::from(2_i64)),
        ("name", "y".into()),
        ("id", 2_i64.into()),
    ]);
    let bench = scene.bench().input("in", [pet(1), more, pet(3)]);
    bench.run().await.result.unwrap();
    assert_eq!(scene.rows(), [(1, 4), (2, 2), (3, 4)]);
}

#[tokio::test]
async fn transactions_have_at_most_so_many_rows() {
    let scene = Scene::new();
    let bench = scene.bench().iip("batch", 10).capacity(100);
    let outcome = bench.input("in", (0..95).map(pet)).run().await;
    let counts: Vec<i64> = outcome.outputs["out"]
        .iter()
        .map(|packet| packet.value().unwrap().as_int().unwrap())
        .collect();
    assert_eq!(counts.iter().sum::<i64>(), 95);
    assert!(counts.iter().all(|count| *count <= 10), "{counts:?}");
    assert_eq!(scene.rows().len(), 95);
}

#[tokio::test]
async fn a_failure_leaves_nothing_of_its_transaction() {
    let scene = Scene::new();
    let pets = || [pet(1), pet(2), pet(1), pet(3)];
    let outcome = scene.bench().input("in", pets()).run().await;
    let told = outcome.result.unwrap_err().to_string();
    assert_eq!(
        told,
        "UNIQUE constraint failed: pet.id (port `in`, packet 3)"
    );
    assert!(scene.rows().is_empty());
    let bench = scene.bench().on_error(ErrorPolicy::Skip);
    let outcome = bench.input("in", pets()).run().await;
    outcome.result.unwrap();
    assert_eq!(outcome.outputs["out"], [Packet::data(3)]);
    assert_eq!(scene.rows(), [(1, 4), (2, 4), (3, 4)]);
}

#[tokio::test]
async fn a_locked_database_is_told() {
    let scene = Scene::new();
    let other = scene.open();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let outcome = scene.bench().input("in", [pet(1)]).run().await;
    let told = outcome.result.unwrap_err().to_string();
    assert!(
        told.contains("database is locked: another program holds it"),
        "{told}"
    );
}

#[tokio::test]
async fn what_cannot_be_a_row_is_told() {
    let scene = Scene::new();
    let cases = [
        (
            Packet::data(Record::from_iter([("tail", 1_i64)])),
            "table `pet`: table pet has no column named tail",
        ),
        (
            Packet::data(Record::empty()),
            "a record without fields is no row",
        ),
        (
            Packet::data("text"),
            "the packet is text, but the port takes record",
        ),
    ];
    for (packet, message) in cases {
        let outcome = scene.bench().input("in", [packet]).run().await;
        let told = outcome.result.unwrap_err().to_string();
        assert!(told.contains(message), "{told}");
    }
    let told = scene
        .bench()
        .iip("mode", "upsert")
        .run()
        .await
        .result
        .unwrap_err()
        .to_string();
    assert!(told.contains("`key` does not say"), "{told}");
}
