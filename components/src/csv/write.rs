//! `csv/Write`: comma-separated values of records.

use std::fmt::Write as _;

use millstream_component::prelude::*;

use super::delimiter::Delimiter;

/// Settings of [`Write`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WriteSettings {
    /// Whether the first text holds the names of the fields.
    #[serde(default = "yes")]
    header: bool,
    /// What stands between two fields: one ASCII character, such as `;` or `\t`.
    #[serde(default)]
    delimiter: Delimiter,
}

fn yes() -> bool {
    true
}

/// Writes records as comma-separated values.
///
/// The columns are the fields of the first record. `file/Write` and `console/Output` add the line endings.
///
/// # Shape
///
/// One text for each row, without line ending, and before the first one the header. Null and a missing field make an
/// empty field; empty text makes `""`. Text is put in quotes where it must be; a line ending in it stays as it is, so a
/// row may be several lines. Ints, floats and bools are written as `csv/Read` reads them, lists and records as JSON.
/// Brackets pass in place; the header comes once.
///
/// Text that looks like a number (`12`) reads back as a number, unless `csv/Read` has `types` as `text`.
///
/// # Errors
///
/// A record with a field that is no column, bytes, opaque values, and numbers that are not finite are failures of their
/// packet.
#[component(name = "csv/Write", operator, examples = examples)]
#[derive(Debug)]
pub(crate) struct Write {
    /// Records.
    #[input(name = "in")]
    input: In<Record>,
    /// A row.
    #[output]
    out: Out<Text>,
    #[config]
    config: Config<WriteSettings>,
    #[state]
    columns: Option<Shape>,
    #[state]
    row: String,
}

impl Operator for Write {
    fn process(&mut self, record: Record) -> Result<(), Failure> {
        let delimiter = char::from(self.config.delimiter.byte());
        let columns = self
            .columns
            .clone()
            .unwrap_or_else(|| record.shape().clone());
        push_record(&mut self.row, &record, &columns, delimiter)?;
        if self.columns.is_none() {
            if self.config.header {
                self.out.emit(header(&columns, delimiter));
            }
            self.columns = Some(columns);
        }
        self.out.emit(self.row.as_str());
        Ok(())
    }
}

fn header(columns: &Shape, delimiter: char) -> String {
    let mut row = String::new();
    for (at, name) in columns.names().iter().enumerate() {
        if at > 0 {
            row.push(delimiter);
        }
        push_text(&mut row, name, delimiter);
    }
    row
}

/// Makes the row of a record.
fn push_record(
    row: &mut String,
    record: &Record,
    columns: &Shape,
    delimiter: char,
) -> Result<(), Failure> {
    row.clear();
    if columns.is_same(record.shape()) {
        for (at, value) in record.values().iter().enumerate() {
            if at > 0 {
                row.push(delimiter);
            }
            push_value(row, value, delimiter).map_err(|what| fault(columns, at, &what))?;
        }
        return Ok(());
    }
    let names = record.shape().names();
    if let Some(stray) = names.iter().find(|name| columns.index_of(name).is_none()) {
        return Err(Failure::packet(format!(
            "the record has the field `{stray}`, but the first record had not; its fields are the columns"
        )));
    }
    for (at, name) in columns.names().iter().enumerate() {
        if at > 0 {
            row.push(delimiter);
        }
        if let Some(value) = record.get(name) {
            push_value(row, value, delimiter).map_err(|what| fault(columns, at, &what))?;
        }
    }
    Ok(())
}

fn fault(columns: &Shape, at: usize, what: &str) -> Failure {
    let name = columns.names().get(at).map_or("", Text::as_str);
    Failure::packet(format!("the field `{name}` {what}"))
}

/// Adds a field; says what is wrong with it otherwise.
fn push_value(row: &mut String, value: &Value, delimiter: char) -> Result<(), String> {
    match value.view() {
        View::Null => {}
        View::Bool(value) => row.push_str(if value { "true" } else { "false" }),
        View::Int(value) => row.push_str(itoa::Buffer::new().format(value)),
        View::Float(value) if value.is_finite() => {
            // The shortest that reads back as the same float; with `Debug`, whole ones keep their fraction.
            write!(row, "{value:?}").map_err(|error| error.to_string())?;
        }
        View::Float(value) => {
            return Err(format!("is the number {value}, which CSV does not have"));
        }
        View::Text(text) => push_text(row, text, delimiter),
        View::List(_) | View::Record(_) => {
            let json = value
                .to_json()
                .map_err(|error| format!("has no JSON: {error}"))?;
            push_text(row, &json, delimiter);
        }
        View::Bytes(_) | View::Opaque(_) => {
            return Err(format!("is {}, which CSV does not have", value.kind()));
        }
    }
    Ok(())
}

fn push_text(row: &mut String, text: &str, delimiter: char) {
    let is_plain = |letter: char| letter != delimiter && !matches!(letter, '"' | '\n' | '\r');
    if !text.is_empty() && text.chars().all(is_plain) {
        row.push_str(text);
        return;
    }
    row.push('"');
    for (at, part) in text.split('"').enumerate() {
        if at > 0 {
            row.push_str("\"\"");
        }
        row.push_str(part);
    }
    row.push('"');
}

fn examples() -> Vec<Example> {
    let pet = |name: Value, legs: Value| Record::from_iter([("name", name), ("legs", legs)]);
    let rows = [
        pet("Rex, the \"dog\"".into(), 4_i64.into()),
        pet("".into(), Value::NULL),
        Record::from_iter([("legs", 0.5)]),
    ];
    vec![
        Example::new("A header, then the rows")
            .input("in", rows.clone())
            .output(
                "out",
                ["name,legs", "\"Rex, the \"\"dog\"\"\",4", "\"\",", ",0.5"],
            ),
        Example::new("Only the rows, with another delimiter")
            .iip("header", false)
            .iip("delimiter", "\t")
            .input("in", rows)
            .output("out", ["\"Rex, the \"\"dog\"\"\"\t4", "\"\"\t", "\t0.5"]),
        Example::new("A field that the first record had not")
            .input(
                "in",
                [
                    Record::from_iter([("a", 1_i64)]),
                    Record::from_iter([("a", 1_i64), ("b", 2)]),
                ],
            )
            .output("out", ["a", "1"])
            .failure("the record has the field `b`, but the first record had not"),
        Example::new("A number that CSV does not have")
            .input("in", [Record::from_iter([("a", f64::NAN)])])
            .failure("the field `a` is the number NaN, which CSV does not have"),
    ]
}

contract!(Write);

#[cfg(test)]
mod tests {
    use millstream_component::testing::Bench;
    use proptest::prelude::*;

    use super::super::read::Read;
    use super::*;

    fn packets(bench: Bench) -> Vec<Packet> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let mut outcome = runtime.block_on(bench.run());
        outcome.result.unwrap();
        outcome.outputs.remove("out").unwrap()
    }

    #[test]
    fn lists_and_records_are_json_in_quotes() {
        let record = Record::from_iter([
            ("list", Value::list(vec![1_i64.into(), "x".into()])),
            ("whole", 2.0.into()),
            ("flag", true.into()),
        ]);
        let rows = packets(
            Bench::of::<Write>()
                .iip("header", false)
                .input("in", [record]),
        );
        assert_eq!(rows, [Packet::data("\"[1,\"\"x\"\"]\",2.0,true")]);
    }

    fn field() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::NULL),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            prop::num::f64::NORMAL.prop_map(Value::from),
            "[a-z;,\"\r\n\u{e4}]{0,30}"
                .prop_filter("bools read back as bools", |text| text != "true"
                    && text != "false")
                .prop_map(Value::from),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            rows in (1_usize..4).prop_flat_map(|width| prop::collection::vec(prop::collection::vec(field(), width), 1..8))
        ) {
            // A row of one null is a blank line, which is skipped.
            prop_assume!(rows.iter().all(|row| row.len() > 1 || !row[0].is_null()));
            let names = ["a", "b \"c\"", ",\n"].map(Text::from);
            let shape = Shape::new(names.into_iter().take(rows[0].len()));
            let records: Vec<Packet> = rows
                .into_iter()
                .map(|values| Packet::data(Record::new(shape.clone(), values)))
                .collect();
            let texts = packets(Bench::of::<Write>().input("in", records.clone()));
            prop_assert_eq!(packets(Bench::of::<Read>().input("in", texts)), records);
        }
    }
}
