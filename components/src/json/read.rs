//! `json/Read`: values of JSON text.

use millstream_component::prelude::*;
use millstream_packet::{JsonError, Shapes};

use crate::text::text_or_bytes::TextOrBytes;

/// Parses JSON, one document per packet.
///
/// # Shape
///
/// A value for each document. Objects become records with their fields in order, arrays lists; numbers become ints if
/// they have neither fraction nor exponent, else floats. Records with the same field names share them, so that a million
/// rows of one table hold one list of names.
///
/// # Errors
///
/// Text that is no JSON, nests deeper than 128 levels, names a field twice or holds an integer beyond 64 bits is a
/// failure of that packet, with line and column of the fault, counted from 1; columns are bytes.
#[component(name = "json/Read", operator, errors, cost = heavy, examples = examples)]
#[derive(Debug)]
pub(crate) struct Read {
    /// One JSON document.
    #[input(name = "in")]
    input: In<TextOrBytes>,
    /// Its value.
    #[output]
    out: Out<Value>,
    #[state]
    shapes: Shapes,
}

impl Operator for Read {
    fn process(&mut self, item: TextOrBytes) -> Result<(), Failure> {
        let json = item.as_bytes();
        match Value::from_json_sharing(json, &mut self.shapes) {
            Ok(value) => {
                self.out.emit(value);
                Ok(())
            }
            Err(_) if json.trim_ascii().is_empty() => {
                Err(Failure::packet("the packet is blank, not a JSON document"))
            }
            Err(error) => Err(Failure::packet(describe(&error))),
        }
    }
}

/// The fault with its place in front.
fn describe(error: &JsonError) -> String {
    let (line, column) = (error.line(), error.column());
    let message = error.to_string();
    let what = message
        .strip_suffix(&format!(" at line {line} column {column}"))
        .unwrap_or(&message);
    format!("line {line} column {column}: {what}")
}

fn examples() -> Vec<Example> {
    let record = Record::from_iter([
        ("name", Value::from("Ada")),
        ("born", 1815_i64.into()),
        ("tags", Value::list(vec!["x".into(), Value::NULL])),
    ]);
    let letter = Record::from_iter([
        (
            "error",
            "line 1 column 2: expected ident (port `in`, packet 1)",
        ),
        ("packet", "nope"),
    ]);
    vec![
        Example::new("Objects are records")
            .input(
                "in",
                [r#"{"name": "Ada", "born": 1815, "tags": ["x", null]}"#],
            )
            .output("out", [record]),
        Example::new("Any document is a value")
            .input("in", ["12", "1.5e3", " true ", "\"a\\nb\""])
            .output(
                "out",
                [
                    12_i64.into(),
                    1500.0.into(),
                    true.into(),
                    Value::from("a\nb"),
                ],
            ),
        Example::new("A fault is told with its place")
            .input("in", ["{\"a\": 1,\n \"b\": }"])
            .failure("line 2 column 7: expected value"),
        Example::new("Text that is no JSON goes to a connected `error` port")
            .input("in", ["nope", "1"])
            .output("out", [1_i64])
            .output("error", [letter]),
    ]
}

contract!(Read);

#[cfg(test)]
mod tests {
    use super::*;
    use millstream_component::testing::Bench;

    #[tokio::test]
    async fn records_of_equal_fields_share_their_shape() {
        let rows = [r#"{"a": 1, "b": 2}"#, r#"{"a": 3, "b": {"a": 1, "b": 2}}"#];
        let outcome = Bench::of::<Read>().input("in", rows).run().await;
        let shapes: Vec<&Shape> = outcome.outputs["out"]
            .iter()
            .map(|packet| packet.value().unwrap().as_record().unwrap().shape())
            .collect();
        assert!(shapes[0].is_same(shapes[1]));
    }

    #[tokio::test]
    async fn faults_are_described() {
        let cases = [
            ("", "the packet is blank"),
            ("  \n ", "the packet is blank"),
            ("[1,", "line 1 column 3: EOF while parsing"),
            ("1 2", "line 1 column 3: trailing characters"),
            (
                r#"{"a": 1, "a": 2}"#,
                "line 1 column 16: the field `a` stands there twice",
            ),
            (
                "9223372036854775808",
                "the number 9223372036854775808 does not fit",
            ),
        ];
        for (json, message) in cases {
            let outcome = Bench::of::<Read>().input("in", [json]).run().await;
            let failure = outcome.result.unwrap_err().to_string();
            assert!(failure.contains(message), "{json}: {failure}");
        }
    }

    #[tokio::test]
    async fn bytes_must_be_utf8() {
        let json = Value::from(&b"\"\xFF\""[..]);
        let outcome = Bench::of::<Read>().input("in", [json]).run().await;
        assert!(outcome.result.is_err());
    }
}
