//! `csv/Read`: records of comma-separated values.

use millstream_component::Emitted;
use millstream_component::prelude::*;
use millstream_packet::Shapes;

use super::delimiter::Delimiter;
use super::infer::{Scalar, infer};
use super::rows::{Fault, Piece, Row, Rows, TooLong};
use super::scan::{Field, Style};
use crate::text::text_or_bytes::TextOrBytes;

/// Rows that are emitted between two looks at the surroundings.
const BATCH: usize = 32;

/// Text up to here lies in its value; longer text is not copied.
const SHORT_BYTES: usize = 22;

/// Settings of [`Read`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReadSettings {
    /// Whether the first row holds the names of the fields; without it they are called `c1`, `c2`, and so on.
    #[serde(default = "yes")]
    header: bool,
    /// What stands between two fields: one ASCII character, such as `;` or `\t`.
    #[serde(default)]
    delimiter: Delimiter,
    /// What becomes of the fields: `infer` makes numbers, bools and nulls of those that look like it, `text` leaves all
    /// as they are.
    #[serde(default)]
    types: Types,
    /// Which fields to keep, in this order; without it, all. Others cost little more than to be skipped.
    #[serde(default)]
    #[schemars(with = "Vec<String>", length(min = 1))]
    fields: Option<Vec<String>>,
    /// Longest row in bytes. A quote that never closes would else take in the whole stream.
    #[serde(default = "default_row_bytes")]
    #[schemars(range(min = 1))]
    row_bytes: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Types {
    #[default]
    Infer,
    Text,
}

fn yes() -> bool {
    true
}

fn default_row_bytes() -> u64 {
    16 * 1024 * 1024
}

/// Reads comma-separated values.
///
/// Fields may be in double quotes, and then hold delimiters, line endings and doubled quotes. Lines end with LF or CRLF;
/// the last one may lack its ending. Blank lines and a byte order mark are skipped. A bracket ends the document and the
/// next one begins with its own header, so that files in brackets stay apart.
///
/// # Shape
///
/// A record for each row; the records of a document share their field names. With `types` as `infer`, a field is
///
/// - null if it is empty and not in quotes;
/// - an int if it is decimal digits, with or without a minus, that fit 64 bits;
/// - a float if it is such digits with a fraction, an exponent or both, within the range of floats;
/// - a bool if it is `true` or `false`;
/// - else text, as it is. So are `007`, `+5`, ` 5` and `NaN`, and integers beyond 64 bits: nothing is lost.
///
/// Quotes make no other difference. Bytes may be cut anywhere. A packet of text is a line (or several lines): unless a
/// quote is open, the row ends with it.
///
/// # Memory
///
/// Beside the packet at hand, the one unfinished row, of at most `row_bytes` bytes. Text of more than 22 bytes is a
/// slice of the packet that it came in and shares its memory: a small field that is kept keeps its whole packet.
///
/// # Errors
///
/// A row with more or fewer fields than the header, text after a closing quote, a quote that is open at the end and
/// bytes that are not UTF-8 are failures of that row, with its line and the label of the innermost bracket: what is
/// dropped or goes to `error` is the row, not the packet. A row longer than `row_bytes` and a header that names a field
/// twice end the process.
///
/// # Source
///
/// RFC 4180, with any delimiter and line ending, and quotes inside a field without quotes.
#[component(name = "csv/Read", operator, prepare, errors, cost = heavy, examples = examples)]
#[derive(Debug)]
pub(crate) struct Read {
    /// Bytes cut anywhere, or lines of text.
    #[input(name = "in")]
    input: In<TextOrBytes>,
    /// A record for each row.
    #[output]
    out: Out<Record>,
    #[config]
    config: Config<ReadSettings>,
    #[context]
    cx: Context,
    #[state]
    rows: Rows,
    #[state]
    table: Table,
}

/// What is known of the document at hand.
#[derive(Debug, Default)]
struct Table {
    has_header: bool,
    infers: bool,
    /// The fields to keep, if not all.
    wanted: Option<Vec<String>>,
    /// The fields of the records, once the first row is there.
    shape: Option<Shape>,
    /// How many fields a row has.
    width: usize,
    /// Where in a row the fields of the records are.
    places: Vec<usize>,
    shapes: Shapes,
    /// Labels of the open brackets.
    labels: Vec<Value>,
}

impl Operator for Read {
    const EXPANDS: bool = true;

    fn process(&mut self, item: TextOrBytes) -> Result<(), Failure> {
        self.rows.begin(item);
        Ok(())
    }

    fn more(&mut self) -> Result<bool, Failure> {
        for _ in 0..BATCH {
            match self.rows.advance() {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(too_long) => return Err(self.too_long(&too_long)),
            }
            match self.take_row()? {
                Emitted::Taken => {}
                Emitted::Waiting => return Ok(true),
                Emitted::Closed => return Ok(false),
            }
        }
        Ok(true)
    }

    fn bracket(&mut self, bracket: Packet) -> Result<(), Failure> {
        self.end_document()?;
        match bracket.view() {
            PacketView::Open(label) => self.table.labels.push(label.cloned().unwrap_or_default()),
            PacketView::Close(_) => drop(self.table.labels.pop()),
            PacketView::Data(_) => {}
        }
        self.out.emit_packet(bracket);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.end_document()
    }
}

impl Read {
    #[expect(clippy::unnecessary_wraps, reason = "the macro expects a result")]
    fn prepare(&mut self) -> Result<(), Failure> {
        let row_bytes_max = usize::try_from(self.config.row_bytes).unwrap_or(usize::MAX);
        self.rows = Rows::new(self.config.delimiter.byte(), row_bytes_max);
        self.table.has_header = self.config.header;
        self.table.infers = self.config.types == Types::Infer;
        self.table.wanted.clone_from(&self.config.fields);
        Ok(())
    }

    /// Emits the record of the row at hand, if it makes one.
    #[inline(always)]
    fn take_row(&mut self) -> Result<Emitted, Failure> {
        let row = self.rows.row();
        if let Some(shape) = self.table.plain_shape(&row)
            && let Piece::Text(text) = row.piece
        {
            let values = self.table.values(text, row.start(), row.fields);
            return Ok(self.out.emit(Record::new(shape.clone(), values)));
        }
        self.take_row_slowly()
    }

    /// A row that is not like those before it.
    #[cold]
    fn take_row_slowly(&mut self) -> Result<Emitted, Failure> {
        let row = self.rows.row();
        match self.table.record(&row) {
            Ok(Some(record)) => return Ok(self.out.emit(record)),
            Ok(None) => {}
            Err(failure) => reject(&self.cx, &row, failure)?,
        }
        Ok(Emitted::Taken)
    }

    fn end_document(&mut self) -> Result<(), Failure> {
        if self.rows.end() {
            self.take_row()?;
        }
        self.rows.begin_document();
        self.table.shape = None;
        Ok(())
    }

    #[cold]
    fn too_long(&self, too_long: &TooLong) -> Failure {
        let TooLong { line, field } = too_long;
        Failure::fatal(format!(
            "{}the row is longer than `row_bytes` = {}; a quote may be open in field {field}",
            self.table.place(*line),
            self.config.row_bytes
        ))
    }
}

/// Gives up on one row.
#[cold]
fn reject(cx: &Context, row: &Row<'_>, failure: Failure) -> Result<(), Failure> {
    let raw = row
        .bytes()
        .into_text()
        .map_or_else(|bad| Packet::data(bad.bytes), Packet::data);
    // The row is not there any more to be tried again.
    cx.reject(failure, raw).map_err(Failure::into_fatal)
}

impl Table {
    /// The shape of the record that this row makes, if there is nothing special about it.
    #[inline(always)]
    fn plain_shape(&self, row: &Row<'_>) -> Option<&Shape> {
        let shape = self.shape.as_ref()?;
        let is_plain = row.fault().is_none() && row.fields.len() == self.width && !row.is_blank();
        is_plain.then_some(shape)
    }

    #[inline]
    fn values(&self, text: &Text, start: usize, fields: &[Field]) -> Vec<Value> {
        let mut values = Vec::with_capacity(self.places.len());
        // Each way pushes by itself: a value that several ways fill has to lie in memory first.
        for field in self.places.iter().filter_map(|&at| fields.get(at)) {
            let range = start + field.start..start + field.end;
            let content = text.get(range.clone()).unwrap_or_default();
            if self.infers && content.is_empty() && field.style == Style::Plain {
                values.push(Value::NULL);
            } else if let Some(scalar) = self.scalar(content) {
                values.push(scalar.into());
            } else if field.style == Style::Escaped {
                values.push(content.replace("\"\"", "\"").into());
            } else if content.len() <= SHORT_BYTES {
                values.push(content.into());
            } else {
                values.push(text.slice(range).into());
            }
        }
        values
    }

    #[inline(always)]
    fn scalar(&self, content: &str) -> Option<Scalar> {
        if self.infers {
            infer(content.as_bytes())
        } else {
            None
        }
    }

    /// The record of a row; `None` for the header and for a blank line.
    fn record(&mut self, row: &Row<'_>) -> Result<Option<Record>, Failure> {
        if row.is_blank() {
            return Ok(None);
        }
        let (text, start) = self.checked(row)?;
        let shape = match &self.shape {
            Some(shape) => shape.clone(),
            None => match self.begin(row, &text, start)? {
                Some(shape) => shape,
                None => return Ok(None),
            },
        };
        let (found, expected) = (row.fields.len(), self.width);
        if found != expected {
            let place = self.place(row.line());
            let by_whom = if self.has_header {
                "the header"
            } else {
                "the first row"
            };
            return Err(Failure::packet(format!(
                "{place}the row has {found} fields, but {by_whom} has {expected}"
            )));
        }
        let values = self.values(&text, start, row.fields);
        Ok(Some(Record::new(shape, values)))
    }

    /// The text that a row lies in, and where.
    fn checked(&self, row: &Row<'_>) -> Result<(Text, usize), Failure> {
        let place = || self.place(row.line());
        match row.fault() {
            Some(Fault::Torn(field)) => {
                return Err(Failure::packet(format!(
                    "{}text stands after the closing quote of field {field}",
                    place()
                )));
            }
            Some(Fault::Unclosed(field)) => {
                return Err(Failure::packet(format!(
                    "{}the quote that opens field {field} never closes",
                    place()
                )));
            }
            None => {}
        }
        match row.piece {
            Piece::Text(text) => Ok((text.clone(), row.start())),
            Piece::Bytes(_) => match row.bytes().into_text() {
                Ok(text) => Ok((text, 0)),
                Err(bad) => Err(Failure::packet(format!(
                    "{}invalid UTF-8 at byte {} of the row",
                    place(),
                    bad.offset
                ))),
            },
        }
    }

    /// Learns the fields from the first row; gives their shape if that row is data itself.
    fn begin(
        &mut self,
        row: &Row<'_>,
        text: &Text,
        start: usize,
    ) -> Result<Option<Shape>, Failure> {
        let name = |field: &Field| {
            let name = text.slice(start + field.start..start + field.end);
            let name = name.unwrap_or_else(|| Text::from(""));
            match field.style {
                Style::Escaped => Text::from(name.replace("\"\"", "\"")),
                // The names outlive the packet.
                Style::Plain | Style::Quoted => Text::from(name.as_str()),
            }
        };
        let names: Vec<Text> = if self.has_header {
            row.fields.iter().map(name).collect()
        } else {
            (1..=row.fields.len())
                .map(|number| Text::from(format!("c{number}")))
                .collect()
        };
        let all = self.shapes.intern(&names).map_err(|name| {
            let place = self.place(row.line());
            Failure::fatal(format!("{place}the header names the field `{name}` twice"))
        })?;
        let shape = self.keep(&all, row.line())?;
        self.shape = Some(shape.clone());
        Ok((!self.has_header).then_some(shape))
    }

    /// Notes which of the fields of the rows are kept.
    fn keep(&mut self, all: &Shape, line: u64) -> Result<Shape, Failure> {
        self.width = all.len();
        let Some(wanted) = &self.wanted else {
            self.places = (0..all.len()).collect();
            return Ok(all.clone());
        };
        let mut places = Vec::with_capacity(wanted.len());
        for name in wanted {
            places.push(all.index_of(name).ok_or_else(|| {
                let place = self.place(line);
                Failure::fatal(format!(
                    "{place}there is no field `{name}`, which is in `fields`"
                ))
            })?);
        }
        let names: Vec<Text> = wanted
            .iter()
            .map(|name| Text::from(name.as_str()))
            .collect();
        self.places = places;
        self.shapes
            .intern(&names)
            .map_err(|name| Failure::fatal(format!("`fields` names the field `{name}` twice")))
    }

    /// Where a row is: `orders.csv line 12: `.
    fn place(&self, line: u64) -> String {
        match self.labels.last().map(Value::view) {
            Some(View::Text(label)) => format!("{label} line {line}: "),
            _ => format!("line {line}: "),
        }
    }
}

fn examples() -> Vec<Example> {
    let sale = |id: i64, item: &str, price: Value| {
        Record::from_iter([("id", id.into()), ("item", item.into()), ("price", price)])
    };
    let one = |c1: Value, c2: Value| Record::from_iter([("c1", c1), ("c2", c2)]);
    let letter = Record::from_iter([
        (
            "error",
            "line 3: the row has 1 fields, but the header has 2",
        ),
        ("packet", "3"),
    ]);
    let pair = |a: i64, b: i64| Record::from_iter([("a", a), ("b", b)]);
    vec![
        Example::new("Bytes, cut anywhere")
            .input(
                "in",
                [
                    Value::from(&b"id,item,price\n1,pear,0.5\r\n2,\"fig, "[..]),
                    Value::from(&b"dried\",\n3,\"say \"\"no\"\"\",12\n"[..]),
                ],
            )
            .output(
                "out",
                [
                    sale(1, "pear", 0.5.into()),
                    sale(2, "fig, dried", Value::NULL),
                    sale(3, "say \"no\"", 12_i64.into()),
                ],
            ),
        Example::new("Lines of text; without a header, every row is data")
            .iip("header", false)
            .iip("delimiter", ";")
            .input("in", ["true;007", "1e3;two words"])
            .output(
                "out",
                [
                    one(true.into(), "007".into()),
                    one(1000.0.into(), "two words".into()),
                ],
            ),
        Example::new("All fields as they are")
            .iip("types", "text")
            .input("in", ["c1,c2", "1.50,"])
            .output("out", [one("1.50".into(), "".into())]),
        Example::new("Some of the fields")
            .iip("fields", vec![Value::from("price"), "id".into()])
            .input("in", ["id,item,price", "1,pear,0.5"])
            .output(
                "out",
                [Record::from_iter([
                    ("price", Value::from(0.5)),
                    ("id", 1_i64.into()),
                ])],
            ),
        Example::new("Ragged rows go to a connected `error` port")
            .input("in", ["a,b", "1,2", "3", "4,5"])
            .output("out", [pair(1, 2), pair(4, 5)])
            .output("error", [letter]),
        Example::new("The place of a fault has the name of the file")
            .input(
                "in",
                [
                    Packet::open("x.csv"),
                    Packet::data(Value::from(&b"a,b\n1,\"2\n3,4\n"[..])),
                    Packet::close("x.csv"),
                ],
            )
            .output("out", [Packet::open("x.csv")])
            .failure("x.csv line 2: the quote that opens field 2 never closes"),
    ]
}

contract!(Read);

#[cfg(test)]
mod tests;
