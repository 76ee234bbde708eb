//! Functions of text.

use millstream_packet::{Text, Value, View};

use super::{Body, Call, Function, Outcome, Parameter, Returns};
use crate::eval::Operand;
use crate::fault::Complaint;
use crate::types::{Kinds, Type};

const TEXT: Parameter = Parameter::new("text", Kinds::TEXT);
const TO_TEXT: Returns = Returns::Kinds(Kinds::TEXT);
const TO_BOOL: Returns = Returns::Kinds(Kinds::BOOL);
const TO_LIST: Returns = Returns::Like(|_| Type::list(Type::from_kinds(Kinds::TEXT)));
const PART: Parameter = Parameter::new("part", Kinds::TEXT);

#[rustfmt::skip] // a table
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "length", aliases: &["len", "size", "strlen", "charlength", "cardinality"],
        parameters: &[Parameter::new("value", Kinds::TEXT.or(Kinds::BYTES).or(Kinds::LIST).or(Kinds::RECORD))],
        returns: Returns::Kinds(Kinds::INT),
        summary: "Characters of a text, bytes, elements of a list, or fields of a record.",
        examples: &[("length(\"größe\")", "5"), ("length([1, 2])", "2"), ("length({})", "0")],
        body: Body::Value(|call| Ok(length(&call))),
    },
    Function {
        name: "lower", aliases: &["lowercase", "tolower", "tolowercase", "lcase", "downcase"],
        parameters: &[TEXT], returns: TO_TEXT,
        summary: "The text in lower case.", examples: &[("lower(\"ÄB\")", "\"äb\"")],
        body: Body::Value(|call| Ok(call.text(0).to_lowercase().into())),
    },
    Function {
        name: "upper", aliases: &["uppercase", "toupper", "touppercase", "ucase", "upcase"],
        parameters: &[TEXT], returns: TO_TEXT,
        summary: "The text in upper case.", examples: &[("upper(\"äb\")", "\"ÄB\"")],
        body: Body::Value(|call| Ok(call.text(0).to_uppercase().into())),
    },
    Function {
        name: "trim", aliases: &["strip"],
        parameters: &[TEXT], returns: TO_TEXT,
        summary: "The text without blanks at both ends.", examples: &[("trim(\" a b \\n\")", "\"a b\"")],
        body: Body::Value(|call| Ok(part(&call, call.text(0).trim()))),
    },
    Function {
        name: "trim_start", aliases: &["ltrim", "lstrip", "trimleft"],
        parameters: &[TEXT], returns: TO_TEXT,
        summary: "The text without blanks at its start.", examples: &[("trim_start(\" a \")", "\"a \"")],
        body: Body::Value(|call| Ok(part(&call, call.text(0).trim_start()))),
    },
    Function {
        name: "trim_end", aliases: &["rtrim", "rstrip", "trimright", "chomp"],
        parameters: &[TEXT], returns: TO_TEXT,
        summary: "The text without blanks at its end.", examples: &[("trim_end(\" a \")", "\" a\"")],
        body: Body::Value(|call| Ok(part(&call, call.text(0).trim_end()))),
    },
    Function {
        name: "starts_with", aliases: &["startswith", "hasprefix", "beginswith"],
        parameters: &[TEXT, PART], returns: TO_BOOL,
        summary: "Whether the text begins with `part`.", examples: &[("starts_with(\"mill\", \"mi\")", "true")],
        body: Body::Value(|call| Ok(call.text(0).starts_with(call.text(1)).into())),
    },
    Function {
        name: "ends_with", aliases: &["endswith", "hassuffix"],
        parameters: &[TEXT, PART], returns: TO_BOOL,
        summary: "Whether the text ends with `part`.", examples: &[("ends_with(\"mill\", \"mi\")", "false")],
        body: Body::Value(|call| Ok(call.text(0).ends_with(call.text(1)).into())),
    },
    Function {
        name: "contains", aliases: &["includes", "instr", "haselement"],
        parameters: &[Parameter::new("value", Kinds::TEXT.or(Kinds::LIST).or(Kinds::RECORD)), Parameter::new("part", Kinds::ANY)],
        returns: TO_BOOL,
        summary: "The same as `part in value`: whether a text has that part, a list that element, a record that field.",
        examples: &[("contains(\"mill\", \"il\")", "true"), ("contains([1, 2], 3)", "false")],
        body: Body::Value(contains),
    },
    Function {
        name: "index_of", aliases: &["indexof", "find_text", "position", "strpos", "locate", "charindex"],
        parameters: &[TEXT, PART], returns: Returns::Kinds(Kinds::INT.or(Kinds::NULL)),
        summary: "Where `part` begins in the text for the first time, in characters from 0; null if it is not there.",
        examples: &[("index_of(\"größe\", \"e\")", "4"), ("index_of(\"a\", \"b\")", "null")],
        body: Body::Value(|call| Ok(index_of(&call))),
    },
    Function {
        name: "slice", aliases: &["substring", "substr", "mid", "sublist", "left", "right"],
        parameters: &[Parameter::new("value", Kinds::TEXT.or(Kinds::LIST)), Parameter::new("from", Kinds::INT),
            Parameter::new("to", Kinds::INT).optional()],
        returns: Returns::Like(|types| types.first().map_or(Type::any(), Clone::clone)),
        summary: "The characters of a text or the elements of a list from `from` up to, but without `to`; without `to` up to \
                  the end. Negative places count from the end. What lies beyond the ends is left out.",
        examples: &[("slice(\"größe\", 1, 3)", "\"rö\""), ("slice(\"größe\", -2)", "\"ße\""), ("slice([1, 2, 3], 0, -1)", "[1,2]")],
        body: Body::Value(slice),
    },
    Function {
        name: "replace", aliases: &["replaceall", "gsub", "substitute", "sub"],
        parameters: &[TEXT, PART, Parameter::new("with", Kinds::TEXT)], returns: TO_TEXT,
        summary: "The text with `with` in place of each `part`.",
        examples: &[("replace(\"a-b-c\", \"-\", \"+\")", "\"a+b+c\"")],
        body: Body::Value(replace),
    },
    Function {
        name: "split", aliases: &["explode", "tokenize"],
        parameters: &[TEXT, Parameter::new("at", Kinds::TEXT)], returns: TO_LIST,
        summary: "The parts of a text between the places where it has `at`; its characters if that is empty.",
        examples: &[("split(\"a,b,,c\", \",\")", "[\"a\",\"b\",\"\",\"c\"]"), ("split(\"äb\", \"\")", "[\"ä\",\"b\"]")],
        body: Body::Value(split),
    },
    Function {
        name: "join", aliases: &["implode", "listagg", "stringagg"],
        parameters: &[Parameter::new("list", Kinds::LIST), Parameter::new("between", Kinds::TEXT).optional()],
        returns: TO_TEXT,
        summary: "The elements of a list as one text; elements that are no text as compact JSON.",
        examples: &[("join([\"a\", 1], \", \")", "\"a, 1\""), ("join([])", "\"\"")],
        body: Body::Value(join),
    },
    Function {
        name: "words", aliases: &["fields"],
        parameters: &[TEXT], returns: TO_LIST,
        summary: "The runs of non-blank characters of a text.", examples: &[("words(\" a  b\\tc \")", "[\"a\",\"b\",\"c\"]")],
        body: Body::Value(|call| collect(&call, call.text(0).split_whitespace())),
    },
    Function {
        name: "lines", aliases: &["splitlines"],
        parameters: &[TEXT], returns: TO_LIST,
        summary: "The lines of a text without their ends.", examples: &[("lines(\"a\\r\\nb\\n\")", "[\"a\",\"b\"]")],
        body: Body::Value(|call| collect(&call, call.text(0).lines())),
    },
    Function {
        name: "repeat", aliases: &["replicate", "times"],
        parameters: &[TEXT, Parameter::new("count", Kinds::INT)], returns: TO_TEXT,
        summary: "The text so many times.", examples: &[("repeat(\"ab\", 2)", "\"abab\""), ("repeat(\"a\", 0)", "\"\"")],
        body: Body::Value(repeat),
    },
    Function {
        name: "pad_start", aliases: &["lpad", "padleft", "rjust", "zfill"],
        parameters: &[TEXT, WIDTH, FILL], returns: TO_TEXT,
        summary: "The text with blanks, or `fill`, in front, so that it has at least `width` characters.",
        examples: &[("pad_start(\"7\", 3, \"0\")", "\"007\""), ("pad_start(\"1234\", 3)", "\"1234\"")],
        body: Body::Value(|call| padding(&call).map(|fill| [fill.as_str(), call.text(0)].concat().into())),
    },
    Function {
        name: "pad_end", aliases: &["rpad", "padright", "ljust"],
        parameters: &[TEXT, WIDTH, FILL], returns: TO_TEXT,
        summary: "The text with blanks, or `fill`, behind, so that it has at least `width` characters.",
        examples: &[("pad_end(\"a\", 3)", "\"a  \"")],
        body: Body::Value(|call| padding(&call).map(|fill| [call.text(0), fill.as_str()].concat().into())),
    },
    Function {
        name: "fixed", aliases: &["tofixed", "formatnumber", "numberformat"],
        parameters: &[Parameter::new("number", Kinds::NUMBER), Parameter::new("digits", Kinds::INT)], returns: TO_TEXT,
        summary: "A number as text with so many digits behind the point.",
        examples: &[("fixed(2.5, 2)", "\"2.50\""), ("fixed(3, 1)", "\"3.0\"")],
        body: Body::Value(fixed),
    },
];

const WIDTH: Parameter = Parameter::new("width", Kinds::INT);
const FILL: Parameter = Parameter::new("fill", Kinds::TEXT).optional();

fn length(call: &Call<'_, '_>) -> Value {
    let length = match call.get(0).map(Operand::view) {
        Some(View::Text(text)) => text.chars().count(),
        Some(View::Bytes(bytes)) => bytes.len(),
        Some(View::List(list)) => list.len(),
        Some(View::Record(record)) => record.len(),
        _ => 0,
    };
    int(length)
}

/// A length as a value.
pub(super) fn int(length: usize) -> Value {
    i64::try_from(length).unwrap_or(i64::MAX).into()
}

/// A part of the first argument, sharing its memory if it is long.
fn part(call: &Call<'_, '_>, part: &str) -> Value {
    let whole = call.text(0);
    let start = part.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
    let shared = |text: Text| text.slice(start..start + part.len()).map(Value::from);
    let value = call.value(0).into_text().ok().and_then(shared);
    value.unwrap_or_else(|| part.into())
}

pub(super) fn collect<'t>(call: &Call<'_, '_>, parts: impl Iterator<Item = &'t str>) -> Outcome {
    let mut list = Vec::new();
    for part in parts {
        call.budget.spend(1)?;
        list.push(Value::from(part));
    }
    Ok(Value::list(list))
}

fn contains(call: Call<'_, '_>) -> Outcome {
    let null = Operand::Null;
    let operand = |at| call.get(at).unwrap_or(&null);
    match crate::eval::contains(operand(1).view(), operand(0).view()) {
        Ok(found) => Ok(found.into()),
        Err(no_answer) => {
            let kinds = [operand(1).kind(), operand(0).kind()];
            Err(crate::eval::cannot_contain(no_answer, kinds))
        }
    }
}

fn index_of(call: &Call<'_, '_>) -> Value {
    let text = call.text(0);
    let found = text.find(call.text(1));
    let before = found.map(|at| text.get(..at).unwrap_or_default().chars().count());
    before.map_or(Value::NULL, int)
}

fn slice(call: Call<'_, '_>) -> Outcome {
    let to = call.get(2).map(Operand::int);
    match call.get(0).map(Operand::view) {
        Some(View::List(list)) => {
            let range = between(list.len(), call.int(1), to);
            call.budget.spend(range.len())?;
            Ok(Value::list(list.get(range).unwrap_or_default().to_vec()))
        }
        Some(View::Text(text)) => {
            let range = between(text.chars().count(), call.int(1), to);
            let offset = |at: usize| text.char_indices().nth(at).map_or(text.len(), |(at, _)| at);
            let places = offset(range.start)..offset(range.end);
            Ok(part(&call, text.get(places).unwrap_or_default()))
        }
        _ => Ok(Value::NULL),
    }
}

/// Places from the start, inside of a length.
fn between(length: usize, from: i64, to: Option<i64>) -> std::ops::Range<usize> {
    let place = |at: i64| match at {
        0.. => usize::try_from(at).unwrap_or(usize::MAX).min(length),
        _ => length.saturating_sub(usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX)),
    };
    let start = place(from);
    start..to.map_or(length, place).max(start)
}

fn replace(call: Call<'_, '_>) -> Outcome {
    let (text, part, with) = (call.text(0), call.text(1), call.text(2));
    let count = text.matches(part).count();
    if count == 0 {
        return Ok(call.value(0));
    }
    call.budget
        .spend(text.len() + count.saturating_mul(with.len()))?;
    Ok(text.replace(part, with).into())
}

fn split(call: Call<'_, '_>) -> Outcome {
    let (text, at) = (call.text(0), call.text(1));
    if at.is_empty() {
        let mut buffer = [0; 4];
        let mut list = Vec::new();
        for c in text.chars() {
            call.budget.spend(1)?;
            list.push(Value::from(&*c.encode_utf8(&mut buffer)));
        }
        Ok(Value::list(list))
    } else {
        collect(&call, text.split(at))
    }
}

fn join(call: Call<'_, '_>) -> Outcome {
    let mut joined = String::new();
    for (at, element) in call.list(0).iter().enumerate() {
        let before = joined.len();
        if at > 0 {
            joined.push_str(call.text(1));
        }
        match element.as_text() {
            Some(text) => joined.push_str(text),
            None => joined.push_str(
                super::convert::to_json(element)?
                    .as_text()
                    .unwrap_or_default(),
            ),
        }
        call.budget.spend(joined.len() - before)?;
    }
    Ok(joined.into())
}

fn repeat(call: Call<'_, '_>) -> Outcome {
    let Ok(count) = usize::try_from(call.int(1)) else {
        return Err(Complaint::about(1, "`count` is less than 0"));
    };
    call.budget
        .spend(call.text(0).len().saturating_mul(count))?;
    Ok(call.text(0).repeat(count).into())
}

/// What is missing to the width.
fn padding(call: &Call<'_, '_>) -> Result<String, Complaint> {
    let fill = match call.get(2) {
        Some(fill) if fill.text().is_empty() => {
            return Err(Complaint::about(2, "`fill` is empty"));
        }
        Some(fill) => fill.text(),
        None => " ",
    };
    let width = usize::try_from(call.int(1)).unwrap_or(0);
    let missing = width.saturating_sub(call.text(0).chars().count());
    call.budget.spend(missing.saturating_mul(4))?;
    Ok(fill.chars().cycle().take(missing).collect())
}

fn fixed(call: Call<'_, '_>) -> Outcome {
    const DIGITS_MAX: usize = 100;
    let digits = usize::try_from(call.int(1))
        .ok()
        .filter(|digits| *digits <= DIGITS_MAX);
    let Some(digits) = digits else {
        return Err(Complaint::about(
            1,
            format!("`digits` must be from 0 to {DIGITS_MAX}"),
        ));
    };
    Ok(match call.get(0).map(Operand::view) {
        Some(View::Int(int)) if digits == 0 => int.to_string(),
        Some(View::Int(int)) => format!("{int}.{}", "0".repeat(digits)),
        _ => format!("{:.digits$}", call.number(0)),
    }
    .into())
}
