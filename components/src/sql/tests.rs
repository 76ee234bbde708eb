//! Both components against a real PostgreSQL server, which the test starts if it is installed.

/// A server for one test.
mod server;

use millstream_component::ErrorPolicy;
use millstream_component::prelude::*;
use millstream_component::testing::{Bench, Outcome};

use self::server::Server;
use super::insert::Insert;
use super::query::Query;

const SETUP: &str = "CREATE TYPE mood AS ENUM ('glad', 'sad');
    CREATE TABLE pet (id int PRIMARY KEY, name text NOT NULL, weight numeric(8,2), born timestamptz, mood mood,
    tags text[], extra jsonb, photo bytea, ok bool, ratio float8, day date, plain timestamp, token uuid)";

fn rows(outcome: &Outcome) -> Vec<String> {
    let packets = outcome.outputs["out"].iter();
    packets.map(|packet| format!("{packet:?}")).collect()
}

fn pet(id: i64, name: Value) -> Record {
    Record::from_iter([("id", Value::from(id)), ("name", name)])
}

/// One test for all, because starting a server takes a second.
#[tokio::test]
async fn postgres_is_filled_and_asked() {
    let Some(server) = Server::start() else {
        println!("SKIPPED: no PostgreSQL server is installed on this machine");
        return;
    };
    types_come_back(&server).await;
    conflicts_are_failures_of_their_packet(&server).await;
    many_rows_go_in_and_out(&server).await;
    what_is_wrong_is_told(&server).await;
    a_slow_statement_is_given_up(&server).await;
    a_server_that_goes_away_is_told(server).await;
}

fn insert(server: &Server) -> Bench {
    insert_into(server, "pet")
}

fn insert_into(server: &Server, table: &str) -> Bench {
    Bench::of::<Insert>()
        .iip("database", server.url())
        .iip("table", table)
}

fn query(server: &Server, text: &str) -> Bench {
    Bench::of::<Query>()
        .iip("database", server.url())
        .iip("query", text)
}

async fn types_come_back(server: &Server) {
    let mut record = pet(1, "Rex".into());
    let extra = Record::from_iter([("a", Value::list(vec![1_i64.into(), Value::NULL]))]);
    for (name, value) in [
        ("weight", Value::from(12.5)),
        ("born", "2024-02-29T12:00:00+02:00".into()),
        ("mood", "glad".into()),
        ("tags", "{a,b}".into()),
        ("extra", extra.into()),
        ("photo", Value::from(&b"\x00\xFF"[..])),
        ("ok", true.into()),
        ("ratio", 0.1.into()),
        ("day", "2024-02-29".into()),
        ("plain", "2024-02-29 23:59:59.5".into()),
        ("token", "00010203-0405-0607-0809-0A0B0C0D0E0F".into()),
    ] {
        record.set(name, value);
    }
    let outcome = insert(server)
        .iip("setup", SETUP)
        .input("in", [record])
        .run()
        .await;
    outcome.result.as_ref().unwrap();
    assert_eq!(rows(&outcome), ["1"]);
    let text = "SELECT * FROM pet WHERE id = :id AND name LIKE 'R%' AND id::text = '1'";
    let outcome = query(server, text)
        .input("in", [Record::from_iter([("id", 1_i64)])])
        .run()
        .await;
    outcome.result.as_ref().unwrap();
    let expected = "{\"id\": 1, \"name\": \"Rex\", \"weight\": 12.5, \"born\": \"2024-02-29T10:00:00Z\", \
                    \"mood\": \"glad\", \"tags\": [\"a\", \"b\"], \"extra\": {\"a\": [1, null]}, \
                    \"photo\": b\"\\x00\\xff\", \"ok\": true, \"ratio\": 0.1, \"day\": \"2024-02-29\", \
                    \"plain\": \"2024-02-29T23:59:59.5\", \"token\": \"00010203-0405-0607-0809-0a0b0c0d0e0f\"}";
    assert_eq!(rows(&outcome), ["OPEN None", expected, "CLOSE None"]);
}

async fn conflicts_are_failures_of_their_packet(server: &Server) {
    let pets = || {
        [
            pet(2, "Nemo".into()),
            pet(1, "Rex again".into()),
            pet(3, Value::NULL),
            pet(4, "Tweety".into()),
        ]
    };
    let failure = insert(server).input("in", pets()).run().await;
    let told = failure.result.unwrap_err().to_string();
    let expected = "duplicate key value violates unique constraint \"pet_pkey\": Key (id)=(1) already exists. (port `in`, packet 2)";
    assert_eq!(told, expected);
    // Nothing of that transaction is there.
    let outcome = insert(server).with_errors().input("in", pets()).run().await;
    outcome.result.as_ref().unwrap();
    assert_eq!(rows(&outcome), ["2"]);
    assert_eq!(outcome.outputs["error"].len(), 2);
    let outcome = insert(server)
        .iip("mode", "upsert")
        .iip("key", "id")
        .input("in", [pet(4, "Sam".into()), pet(5, "Pip".into())])
        .run()
        .await;
    assert_eq!(rows(&outcome), ["2"]);
    let outcome = query(server, "SELECT id, name FROM pet WHERE id > $1 ORDER BY id")
        .input("in", [1])
        .run()
        .await;
    let expected = [
        "OPEN None",
        "{\"id\": 2, \"name\": \"Nemo\"}",
        "{\"id\": 4, \"name\": \"Sam\"}",
        "{\"id\": 5, \"name\": \"Pip\"}",
        "CLOSE None",
    ];
    assert_eq!(rows(&outcome), expected);
}

async fn many_rows_go_in_and_out(server: &Server) {
    let setup = "CREATE TABLE number (n int8, half float8)";
    let number =
        |n: i64| Record::from_iter([("n", Value::from(n)), ("half", (n as f64 / 2.0).into())]);
    let outcome = insert_into(server, "public.number")
        .iip("setup", setup)
        .capacity(200)
        .input("in", (0..5000).map(number))
        .run()
        .await;
    outcome.result.unwrap();
    let outcome = query(server, "SELECT n, half FROM number ORDER BY n")
        .run()
        .await;
    outcome.result.unwrap();
    let expected: Vec<Packet> = (0..5000).map(|n| Packet::data(number(n))).collect();
    assert!(outcome.outputs["out"] == expected);
}

async fn what_is_wrong_is_told(server: &Server) {
    let cases = [
        (
            "SELECT nothing",
            "`query`: column \"nothing\" does not exist",
        ),
        (
            "SELECT 1 / $1::int",
            "division by zero (port `in`, packet 1)",
        ),
        (
            "SELECT '1 day'::interval, $1::int",
            "column `interval`: the type `interval` is not known here; cast it to text",
        ),
    ];
    for (text, message) in cases {
        let outcome = query(server, text).input("in", [0]).run().await;
        let failure = outcome.result.unwrap_err().to_string();
        assert!(failure.starts_with(message), "{failure}");
    }
    // A failed packet does not harm the next one.
    let outcome = query(server, "SELECT 10 / $1::int AS q")
        .on_error(ErrorPolicy::Skip)
        .input("in", [Value::from(0_i64), "x".into(), 5_i64.into()])
        .run()
        .await;
    assert_eq!(rows(&outcome).len(), 3);
    let failure = insert(server)
        .input("in", [Record::from_iter([("nonsense", 1_i64)])])
        .run()
        .await;
    let told = failure.result.unwrap_err().to_string();
    assert!(
        told.contains("column \"nonsense\" of relation \"pet\" does not exist"),
        "{told}"
    );
    let url = server.url().replace("/postgres?", "/nobase?");
    let outcome = Bench::of::<Query>()
        .iip("database", url)
        .iip("query", "SELECT 1")
        .run()
        .await;
    let told = outcome.result.unwrap_err().to_string();
    assert_eq!(
        told,
        "connecting to the database: database \"nobase\" does not exist"
    );
}

async fn a_slow_statement_is_given_up(server: &Server) {
    let outcome = query(server, "SELECT pg_sleep(60)")
        .iip("timeout_ms", 50)
        .run()
        .await;
    let told = outcome.result.unwrap_err().to_string();
    assert!(
        told.contains("`timeout_ms` says how long it may take"),
        "{told}"
    );
}

async fn a_server_that_goes_away_is_told(server: Server) {
    let mut server = Some(server);
    let bench = query(server.as_ref().unwrap(), "SELECT $1::int AS n");
    // The server ends when the first row has come.
    let outcome = bench
        .capacity(1)
        .input("in", 0..100)
        .on_output("out", move |_| {
            drop(server.take());
            None
        })
        .run()
        .await;
    let told = outcome.result.unwrap_err().to_string();
    assert!(
        told.contains("the connection was lost") || told.contains("terminating connection"),
        "{told}"
    );
}
