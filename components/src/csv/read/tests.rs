//! What people rely on when `csv/Read` reads their tables.

use millstream_component::ErrorPolicy;
use millstream_component::testing::{Bench, Outcome};
use proptest::prelude::*;

use super::*;

fn bytes(text: &[u8]) -> Value {
    Value::from(text)
}

fn run(bench: Bench) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(bench.run())
}

fn read(text: &[u8]) -> Outcome {
    run(Bench::of::<Read>().input("in", [bytes(text)]))
}

fn json(packets: &[Packet]) -> String {
    let lines = packets.iter().map(|packet| format!("{packet:?}"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn records_of_all_documents_with_the_same_header_share_their_names() {
    let file = |text: &str| {
        [
            Packet::open("f"),
            bytes(text.as_bytes()).into(),
            Packet::close("f"),
        ]
    };
    let packets = [file("a,b\n1,2\n3,4\n"), file("a,b\n5,6")].concat();
    let outcome = run(Bench::of::<Read>().input("in", packets));
    let shapes: Vec<&Shape> = outcome.outputs["out"]
        .iter()
        .filter_map(|packet| Some(packet.value()?.as_record()?.shape()))
        .collect();
    assert_eq!(shapes.len(), 3);
    assert!(shapes.iter().all(|shape| shape.is_same(shapes[0])));
}

#[test]
fn each_document_has_its_own_header_and_line_numbers() {
    let packets = [
        Packet::open("one.csv"),
        bytes(b"a\n\n1\n\n").into(),
        Packet::close("one.csv"),
        Packet::open("two.csv"),
        bytes(b"\xEF\xBB\xBFb,c\r\n\"x\ny\",2\r\n3\r\n").into(),
        Packet::close("two.csv"),
    ];
    let bench = Bench::of::<Read>().with_errors().input("in", packets);
    let outcome = run(bench);
    assert_eq!(
        json(&outcome.outputs["out"]),
        "OPEN Some(\"one.csv\")\n{\"a\": 1}\nCLOSE Some(\"one.csv\")\n\
         OPEN Some(\"two.csv\")\n{\"b\": \"x\\ny\", \"c\": 2}\nCLOSE Some(\"two.csv\")"
    );
    let letter = json(&outcome.outputs["error"]);
    let expected = "two.csv line 4: the row has 1 fields, but the header has 2";
    assert!(letter.contains(expected), "{letter}");
}

#[test]
fn faults_are_told_with_their_line() {
    let cases: [(&[u8], &str); 6] = [
        (
            b"a,b\n1,2\n3,4,5\n",
            "line 3: the row has 3 fields, but the header has 2",
        ),
        (
            b"a,b\n\"x\ny\",\n1\n",
            "line 4: the row has 1 fields, but the header has 2",
        ),
        (
            b"a,b\n1,\"x\"y\n",
            "line 2: text stands after the closing quote of field 2",
        ),
        (
            b"a,b\n1,\"x\n\n\n",
            "line 2: the quote that opens field 2 never closes",
        ),
        (
            b"a,b\n1,2\n3,x\xFFy\n",
            "line 3: invalid UTF-8 at byte 3 of the row",
        ),
        (b"a,b,a\n", "line 1: the header names the field `a` twice"),
    ];
    for (text, message) in cases {
        let failure = read(text).result.unwrap_err().to_string();
        assert!(failure.starts_with(message), "{failure}");
        let is_at_the_end = message.contains("never closes");
        assert_eq!(
            failure.ends_with("(port `in`, packet 1)"),
            !is_at_the_end,
            "{failure}"
        );
    }
}

#[test]
fn bad_rows_can_be_skipped() {
    let text = b"a,b\n1\n2,x\n\xFF,y\n3,\"z\"!\n4,w\n5,\"open";
    let bench = Bench::of::<Read>()
        .on_error(ErrorPolicy::Skip)
        .input("in", [bytes(text)]);
    let outcome = run(bench);
    outcome.result.unwrap();
    assert_eq!(
        json(&outcome.outputs["out"]),
        "{\"a\": 2, \"b\": \"x\"}\n{\"a\": 4, \"b\": \"w\"}"
    );
}

#[test]
fn a_row_that_never_ends_is_given_up() {
    let text = [b"a,b\n1,\"".as_slice(), &[b'x'; 5000]].concat();
    let bench = Bench::of::<Read>()
        .iip("row_bytes", 4096)
        .on_error(ErrorPolicy::Skip)
        .input("in", text.chunks(100).map(bytes));
    let failure = run(bench).result.unwrap_err().to_string();
    let expected =
        "line 2: the row is longer than `row_bytes` = 4096; a quote may be open in field 2";
    assert!(failure.starts_with(expected), "{failure}");
}

#[test]
fn bad_settings_are_refused() {
    for delimiter in ["", ",,", "\"", "\n", "\u{e4}"] {
        let bench = Bench::of::<Read>()
            .iip("delimiter", delimiter)
            .input("in", ["a"]);
        let failure = run(bench).result.unwrap_err().to_string();
        assert!(failure.contains("must be one ASCII character"), "{failure}");
    }
}

#[test]
fn fields_that_are_not_there_are_told() {
    let cases = [
        (
            vec![Value::from("c")],
            "line 1: there is no field `c`, which is in `fields`",
        ),
        (
            vec!["a".into(), "a".into()],
            "`fields` names the field `a` twice",
        ),
    ];
    for (fields, message) in cases {
        let bench = Bench::of::<Read>()
            .iip("fields", fields)
            .input("in", ["a,b"]);
        let failure = run(bench).result.unwrap_err().to_string();
        assert!(failure.starts_with(message), "{failure}");
    }
}

#[test]
fn a_long_field_is_not_copied() {
    let long = "x".repeat(1000);
    let text = Text::from(format!("a,b\n1,{long}\n"));
    let outcome = run(Bench::of::<Read>().input("in", [text.clone()]));
    let record = outcome.outputs["out"][0]
        .value()
        .unwrap()
        .as_record()
        .unwrap();
    let field = record.get("b").and_then(Value::as_text).unwrap();
    assert_eq!(field.as_ptr(), text.as_bytes()[6..].as_ptr());
}

/// Any table, written by the crate `csv` and cut anywhere, is read as that crate reads it.
fn read_as_the_csv_crate_does(rows: &[Vec<String>], size: usize, ending: csv::Terminator) {
    let mut writer = csv::WriterBuilder::new()
        .terminator(ending)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).unwrap();
    }
    let text = writer.into_inner().unwrap();
    let bench = Bench::of::<Read>()
        .iip("header", false)
        .iip("types", "text")
        .input("in", text.chunks(size).map(bytes));
    let outcome = run(bench);
    outcome.result.unwrap();
    let found: Vec<Vec<String>> = outcome.outputs["out"]
        .iter()
        .map(|packet| packet.value().unwrap().as_record().unwrap())
        .map(|record| {
            record
                .values()
                .iter()
                .map(|value| value.as_text().unwrap().to_owned())
                .collect()
        })
        .collect();
    assert_eq!(found, rows);
}

proptest! {
    #[test]
    fn tables_are_read_as_the_csv_crate_writes_them(
        (rows, size, is_crlf) in (1_usize..5).prop_flat_map(|width| (
            prop::collection::vec(prop::collection::vec("[a\",;\r\n\u{e4} 1.-]{0,12}", width), 1..12),
            1_usize..64,
            any::<bool>(),
        ))
    ) {
        // The crate writes a row of one empty field in quotes, which is no blank line.
        let ending = if is_crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        read_as_the_csv_crate_does(&rows, size, ending);
    }

    /// Any bytes at all make records or failures, never a panic, and the cuts make no difference to them.
    #[test]
    fn cuts_make_no_difference(
        text in prop::collection::vec(prop::sample::select(b"a1.,\"\n\r\xC3\xA4".to_vec()), 0..60),
        size in 1_usize..20,
    ) {
        let run_cut = |size: usize| {
            let bench = Bench::of::<Read>()
                .on_error(ErrorPolicy::Skip)
                .input("in", text.chunks(size).map(bytes));
            let outcome = run(bench);
            (json(&outcome.outputs["out"]), outcome.result.is_ok())
        };
        prop_assert_eq!(run_cut(size), run_cut(text.len().max(1)));
    }
}
