//! Functions that make one kind of value of another.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use millstream_packet::{Value, View};

use super::{Body, Call, Function, Outcome, Parameter, Returns};
use crate::eval::Operand;
use crate::fault::Complaint;
use crate::types::{Kinds, word};

const FALLBACK: Parameter = Parameter::new("otherwise", Kinds::ANY).optional();
const SCALAR: Kinds = Kinds::NUMBER.or(Kinds::TEXT).or(Kinds::BOOL);

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "int",
        aliases: &["toint", "integer", "parseint", "long", "number", "tonumber"],
        parameters: &[Parameter::forgiving("value"), FALLBACK],
        returns: Returns::Like(|types| or_fallback(Kinds::INT, types)),
        summary: "An int of text, of a float that is whole, or of a bool (0 or 1). What cannot be converted, null too, comes \
                  to `otherwise` if that is given.",
        examples: &[
            ("int(\"42\")", "42"),
            ("int(3.0)", "3"),
            ("int(\"n/a\", 0)", "0"),
            ("int(null, -1)", "-1"),
        ],
        body: Body::Value(|call| or_otherwise(call, int)),
    },
    Function {
        name: "float",
        aliases: &["tofloat", "double", "parsefloat", "real", "decimal"],
        parameters: &[Parameter::forgiving("value"), FALLBACK],
        returns: Returns::Like(|types| or_fallback(Kinds::FLOAT, types)),
        summary: "A float of text or of an int. What cannot be converted, null too, comes to `otherwise` if that is given.",
        examples: &[
            ("float(\"2.5e3\")", "2500.0"),
            ("float(2)", "2.0"),
            ("float(\"\", null)", "null"),
        ],
        body: Body::Value(|call| or_otherwise(call, float)),
    },
    Function {
        name: "bool",
        aliases: &["boolean", "tobool"],
        parameters: &[Parameter::forgiving("value"), FALLBACK],
        returns: Returns::Like(|types| or_fallback(Kinds::BOOL, types)),
        summary: "A bool of the text `true` or `false`, or of the int 0 or 1. What cannot be converted, null too, comes to \
                  `otherwise` if that is given.",
        examples: &[
            ("bool(\"true\")", "true"),
            ("bool(0)", "false"),
            ("bool(\"yes\", false)", "false"),
        ],
        body: Body::Value(|call| or_otherwise(call, bool)),
    },
    Function {
        name: "text",
        aliases: &["str", "string", "tostring", "totext", "char", "varchar"],
        parameters: &[Parameter::new("value", Kinds::ANY.without(Kinds::NULL))],
        returns: Returns::Kinds(Kinds::TEXT),
        summary: "The value as text: text as it is, bytes as UTF-8, everything else as compact JSON.",
        examples: &[
            ("text(42)", "\"42\""),
            ("text(1.0)", "\"1.0\""),
            ("text([1, null])", "\"[1,null]\""),
        ],
        body: Body::Value(text),
    },
    Function {
        name: "kind",
        aliases: &["type", "typeof", "classof"],
        parameters: &[Parameter::forgiving("value")],
        returns: Returns::Kinds(Kinds::TEXT),
        summary: "The kind of the value: `null`, `bool`, `int`, `float`, `text`, `bytes`, `list`, `record` or `opaque`.",
        examples: &[("kind(1)", "\"int\""), ("kind({a: 1}.b)", "\"null\"")],
        body: Body::Value(|call| {
            Ok(call
                .get(0)
                .map_or("null", |value| value.kind().name())
                .into())
        }),
    },
    Function {
        name: "json",
        aliases: &["tojson", "stringify"],
        parameters: &[Parameter::new("value", Kinds::ANY)],
        returns: Returns::Kinds(Kinds::TEXT),
        summary: "The value as compact JSON; text gets quotes.",
        examples: &[
            ("json(\"a\")", "\"\\\"a\\\"\""),
            ("json({a: [1, 2]})", "\"{\\\"a\\\":[1,2]}\""),
        ],
        body: Body::Value(|call| to_json(&call.value(0))),
    },
    Function {
        name: "parse_json",
        aliases: &["fromjson", "jsonparse", "parsejson"],
        parameters: &[Parameter::new("text", Kinds::TEXT)],
        returns: Returns::Kinds(Kinds::ANY),
        summary: "The value of a JSON document.",
        examples: &[("parse_json('{\"a\": [1]}').a[0]", "1")],
        body: Body::Value(parse_json),
    },
    Function {
        name: "bytes",
        aliases: &["tobytes", "encode"],
        parameters: &[Parameter::new("text", Kinds::TEXT.or(Kinds::BYTES))],
        returns: Returns::Kinds(Kinds::BYTES),
        summary: "The bytes of a text in UTF-8.",
        examples: &[("length(bytes(\"ä\"))", "2")],
        body: Body::Value(|call| Ok(Value::from(raw(&call).to_vec()))),
    },
    Function {
        name: "base64",
        aliases: &["tobase64", "base64encode", "btoa"],
        parameters: &[Parameter::new("bytes", Kinds::TEXT.or(Kinds::BYTES))],
        returns: Returns::Kinds(Kinds::TEXT),
        summary: "Bytes, or a text's bytes in UTF-8, as text in base64.",
        examples: &[("base64(\"mill\")", "\"bWlsbA==\"")],
        body: Body::Value(|call| Ok(STANDARD.encode(raw(&call)).into())),
    },
    Function {
        name: "from_base64",
        aliases: &["base64decode", "unbase64", "atob"],
        parameters: &[Parameter::new("text", Kinds::TEXT)],
        returns: Returns::Kinds(Kinds::BYTES),
        summary: "The bytes of a text in base64.",
        examples: &[("text(from_base64(\"bWlsbA==\"))", "\"mill\"")],
        body: Body::Value(from_base64),
    },
];

fn or_fallback(kinds: Kinds, types: &[crate::types::Type]) -> crate::types::Type {
    let converted = crate::types::Type::from_kinds(kinds);
    match types.get(1) {
        Some(fallback) => converted.or(fallback),
        None => converted,
    }
}

/// Converts, or takes the second argument where that fails.
fn or_otherwise(call: Call<'_, '_>, convert: fn(&Operand<'_>) -> Outcome) -> Outcome {
    let null = Operand::Null;
    let converted = convert(call.get(0).unwrap_or(&null));
    match (converted, call.get(1)) {
        (Err(_), Some(otherwise)) => Ok(otherwise.to_value()),
        (converted, _) => converted,
    }
}

fn cannot(value: &Operand<'_>, wanted: &str) -> Complaint {
    let found = match value.view() {
        View::Text(text) => shortened(text),
        View::Float(float) => format!("{float:?}"),
        View::Int(int) => int.to_string(),
        _ => word(value.kind()).to_owned(),
    };
    let complaint = Complaint::about(0, format!("{found} is no {wanted}"));
    if value.is_null() || !SCALAR.has(value.kind()) {
        complaint
    } else {
        complaint.help("a second argument is taken where the first cannot be converted")
    }
}

/// Text as a message shows it.
pub(super) fn shortened(text: &str) -> String {
    const SHOWN: usize = 40;
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}

fn int(value: &Operand<'_>) -> Outcome {
    let int = match value.view() {
        View::Int(int) => Some(int),
        View::Bool(bool) => Some(bool.into()),
        View::Float(float) => return whole(float).map(Value::from),
        View::Text(text) => text.trim().parse().ok(),
        _ => None,
    };
    int.map(Value::from).ok_or_else(|| cannot(value, "int"))
}

/// The int that equals a float.
pub(super) fn whole(float: f64) -> Result<i64, Complaint> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if float.fract() != 0.0 {
        return Err(Complaint::about(0, format!("{float:?} is no whole number"))
            .help("round(…), floor(…), ceil(…) or trunc(…) makes one"));
    }
    if !(-LIMIT..LIMIT).contains(&float) {
        return Err(Complaint::about(
            0,
            format!("{float:?} does not fit a 64-bit int"),
        ));
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "inside the range of i64, checked above"
    )]
    let int = float as i64;
    Ok(int)
}

fn float(value: &Operand<'_>) -> Outcome {
    let float = match value.view() {
        View::Int(int) => Some(int as f64),
        View::Float(float) => Some(float),
        View::Text(text) => text
            .trim()
            .parse()
            .ok()
            .filter(|float: &f64| float.is_finite()),
        _ => None,
    };
    float.map(Value::from).ok_or_else(|| cannot(value, "float"))
}

fn bool(value: &Operand<'_>) -> Outcome {
    let bool = match value.view() {
        View::Bool(bool) => Some(bool),
        View::Int(int @ (0 | 1)) => Some(int == 1),
        View::Text("true") => Some(true),
        View::Text("false") => Some(false),
        _ => None,
    };
    bool.map(Value::from).ok_or_else(|| cannot(value, "bool"))
}

fn text(call: Call<'_, '_>) -> Outcome {
    let value = call.value(0);
    match value.view() {
        View::Text(_) => Ok(value),
        View::Bytes(_) => text_of_bytes(value),
        _ => to_json(&value),
    }
}

fn text_of_bytes(value: Value) -> Outcome {
    let bytes = value
        .into_bytes()
        .map_err(|_value| Complaint::new("these are no bytes"))?;
    match bytes.into_text() {
        Ok(text) => Ok(text.into()),
        Err(error) => Err(Complaint::about(0, error.to_string())),
    }
}

pub(super) fn to_json(value: &Value) -> Outcome {
    match value.to_json() {
        Ok(json) => Ok(json.into()),
        Err(error) => Err(Complaint::about(0, error.to_string())),
    }
}

fn parse_json(call: Call<'_, '_>) -> Outcome {
    Value::from_json(call.text(0).as_bytes())
        .map_err(|error| Complaint::about(0, format!("this is no JSON: {error}")))
}

fn raw<'c>(call: &'c Call<'_, '_>) -> &'c [u8] {
    match call.get(0).map(Operand::view) {
        Some(View::Text(text)) => text.as_bytes(),
        Some(View::Bytes(bytes)) => bytes,
        _ => &[],
    }
}

fn from_base64(call: Call<'_, '_>) -> Outcome {
    match STANDARD.decode(call.text(0)) {
        Ok(bytes) => Ok(Value::from(bytes)),
        Err(error) => Err(Complaint::about(0, format!("this is no base64: {error}"))),
    }
}
