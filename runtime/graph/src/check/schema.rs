//! Validates values against the part of JSON Schema that settings use.
//!
//! `type`, `enum`, `const`, bounds of numbers and lengths, `items`, `properties`, `required`, `additionalProperties`,
//! `anyOf`, `oneOf`, `allOf`, and `$ref` into `$defs`. What else a schema says is taken as satisfied: the component looks
//! at its settings once more when it starts.

use millstream_packet::{Kind, Value, View};
use serde_json::Value as Json;

/// How deep schemas are followed; a `$ref` to itself would have no end.
const DEPTH_MAX: usize = 64;

/// The first thing that is wrong with a value; it begins with the value's name.
pub(super) fn validate(schema: &Json, value: &Value, name: &str) -> Option<String> {
    let validator = Validator { root: schema };
    validator.check(schema, value, name, 0)
}

/// As [`validate`], against a part of a schema.
pub(super) fn validate_part(root: &Json, schema: &Json, value: &Value) -> Option<String> {
    Validator { root }.check(schema, value, "", 0)
}

/// How people see a value in a message: short.
pub(super) fn show(value: &Value) -> String {
    const LONG: usize = 40;
    match value.view() {
        View::Text(text) if text.chars().count() <= LONG => format!("{text:?}"),
        View::Null | View::Bool(_) | View::Int(_) | View::Float(_) => format!("{value:?}"),
        View::List([]) => "an empty list".to_owned(),
        View::Text(_) | View::Bytes(_) => value.kind().name().to_owned(),
        View::List(_) | View::Record(_) => format!("a {}", value.kind().name()),
        View::Opaque(_) => "an opaque value".to_owned(),
    }
}

struct Validator<'s> {
    root: &'s Json,
}

impl Validator<'_> {
    fn check(&self, schema: &Json, value: &Value, name: &str, depth: usize) -> Option<String> {
        let schema = match schema {
            Json::Bool(false) => return Some(format!("`{name}` must not be given")),
            Json::Object(object) if depth < DEPTH_MAX => object,
            _ => return None,
        };
        if let Some(target) = schema.get("$ref").and_then(Json::as_str) {
            let problem = self.root.pointer(target.trim_start_matches('#'));
            let problem = problem.and_then(|target| self.check(target, value, name, depth + 1));
            if problem.is_some() {
                return problem;
            }
        }
        Self::kind(schema.get("type"), value, name)
            .or_else(|| choice(schema, value, name))
            .or_else(|| number(schema, value, name))
            .or_else(|| length(schema, value, name))
            .or_else(|| self.items(schema, value, name, depth))
            .or_else(|| self.fields(schema, value, name, depth))
            .or_else(|| self.alternatives(schema, value, name, depth))
    }

    fn kind(wanted: Option<&Json>, value: &Value, name: &str) -> Option<String> {
        let wanted: Vec<&str> = match wanted? {
            Json::String(one) => vec![one],
            Json::Array(several) => several.iter().filter_map(Json::as_str).collect(),
            _ => return None,
        };
        if wanted.iter().any(|wanted| is_kind(value, wanted)) {
            return None;
        }
        let words: Vec<&str> = wanted.iter().map(|wanted| word(wanted)).collect();
        Some(format!(
            "`{name}` is {}, but must be {}",
            show(value),
            words.join(" or ")
        ))
    }

    fn items(&self, schema: &Object, value: &Value, name: &str, depth: usize) -> Option<String> {
        let items = schema.get("items")?;
        let mut values = value.as_list()?.iter().enumerate();
        values.find_map(|(at, value)| self.check(items, value, &format!("{name}[{at}]"), depth + 1))
    }

    fn fields(&self, schema: &Object, value: &Value, name: &str, depth: usize) -> Option<String> {
        let record = value.as_record()?;
        let properties = schema.get("properties").and_then(Json::as_object);
        let required = schema.get("required").and_then(Json::as_array);
        let mut needed = required.into_iter().flatten().filter_map(Json::as_str);
        if let Some(missing) = needed.find(|field| record.get(field).is_none()) {
            return Some(format!("`{name}` lacks the field `{missing}`"));
        }
        record.iter().find_map(|(field, value)| {
            let field = field.as_str();
            let inner = format!("{name}.{field}");
            if let Some(property) = properties.and_then(|known| known.get(field)) {
                return self.check(property, value, &inner, depth + 1);
            }
            match schema.get("additionalProperties") {
                Some(Json::Bool(false)) => Some(Self::surplus(properties, name, field)),
                Some(schema) => self.check(schema, value, &inner, depth + 1),
                None => None,
            }
        })
    }

    fn surplus(properties: Option<&Object>, name: &str, field: &str) -> String {
        let names: Vec<String> = properties
            .into_iter()
            .flatten()
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        format!(
            "`{name}` has no field `{field}`; its fields are {}",
            names.join(", ")
        )
    }

    fn alternatives(
        &self,
        schema: &Object,
        value: &Value,
        name: &str,
        depth: usize,
    ) -> Option<String> {
        let list = |key: &str| schema.get(key).and_then(Json::as_array);
        let all = list("allOf").into_iter().flatten();
        if let Some(problem) = all
            .into_iter()
            .find_map(|one| self.check(one, value, name, depth + 1))
        {
            return Some(problem);
        }
        let any = list("anyOf").or_else(|| list("oneOf"))?;
        let mut problems = Vec::with_capacity(any.len());
        for one in any {
            problems.push(self.check(one, value, name, depth + 1)?);
        }
        if let Some(words) = any
            .iter()
            .map(|one| constants(one.as_object()?))
            .collect::<Option<Vec<_>>>()
        {
            return Some(none_of(name, value, &words.concat()));
        }
        // Of alternatives, the one of the same kind is the one that was meant.
        let meant = any.iter().position(|one| {
            let wanted = one.get("type").and_then(Json::as_str);
            wanted.is_some_and(|wanted| is_kind(value, wanted))
        });
        if let Some(problem) = meant.and_then(|at| problems.get(at)) {
            return Some(problem.clone());
        }
        let kinds = any.iter().filter_map(|one| one.get("type")?.as_str());
        let kinds: Vec<&str> = kinds.map(word).collect();
        let wanted = match kinds.len() {
            0 => "one of its alternatives".to_owned(),
            _ => kinds.join(" or "),
        };
        Some(format!("`{name}` is {}, but must be {wanted}", show(value)))
    }
}

type Object = serde_json::Map<String, Json>;

fn is_kind(value: &Value, wanted: &str) -> bool {
    match wanted {
        "null" => value.is_null(),
        "boolean" => value.kind() == Kind::Bool,
        "integer" => value.kind() == Kind::Int,
        "number" => matches!(value.kind(), Kind::Int | Kind::Float),
        "string" => value.kind() == Kind::Text,
        "array" => value.kind() == Kind::List,
        "object" => value.kind() == Kind::Record,
        _ => true,
    }
}

/// Our word for a type of JSON Schema.
fn word(kind: &str) -> &str {
    match kind {
        "boolean" => "bool",
        "integer" => "int",
        "number" => "a number",
        "string" => "text",
        "array" => "a list",
        "object" => "a record",
        other => other,
    }
}

/// The values that a schema lists, if it lists values.
fn constants(schema: &Object) -> Option<Vec<&Json>> {
    match (schema.get("const"), schema.get("enum")) {
        (Some(one), _) => Some(vec![one]),
        (None, Some(Json::Array(several))) => Some(several.iter().collect()),
        _ => None,
    }
}

fn choice(schema: &Object, value: &Value, name: &str) -> Option<String> {
    let allowed = constants(schema)?;
    if allowed.iter().any(|allowed| is_equal(allowed, value)) {
        return None;
    }
    Some(none_of(name, value, &allowed))
}

fn none_of(name: &str, value: &Value, allowed: &[&Json]) -> String {
    let words: Vec<String> = allowed.iter().map(ToString::to_string).collect();
    let wanted = match words.as_slice() {
        [one] => one.clone(),
        several => format!("one of {}", several.join(", ")),
    };
    format!("`{name}` is {}, but must be {wanted}", show(value))
}

fn is_equal(json: &Json, value: &Value) -> bool {
    match (json, value.view()) {
        (Json::Number(number), View::Int(int)) => number.as_i64() == Some(int),
        (Json::Number(number), View::Float(float)) => number.as_f64() == Some(float),
        (Json::String(a), View::Text(b)) => a == b,
        (Json::Bool(a), View::Bool(b)) => *a == b,
        (Json::Null, View::Null) => true,
        (Json::Array(a), View::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_equal(a, b))
        }
        (Json::Object(a), View::Record(b)) => {
            a.len() == b.len()
                && b.iter()
                    .all(|(name, b)| a.get(name.as_str()).is_some_and(|a| is_equal(a, b)))
        }
        _ => false,
    }
}

/// Whether a number keeps a bound.
type Holds = fn(f64, f64) -> bool;

fn number(schema: &Object, value: &Value, name: &str) -> Option<String> {
    let found = value.as_number()?;
    let bounds: [(&str, &str, Holds); 5] = [
        ("minimum", "at least", |found, bound| found >= bound),
        ("maximum", "at most", |found, bound| found <= bound),
        ("exclusiveMinimum", "more than", |found, bound| {
            found > bound
        }),
        ("exclusiveMaximum", "less than", |found, bound| {
            found < bound
        }),
        ("multipleOf", "a multiple of", |found, bound| {
            bound == 0.0 || found % bound == 0.0
        }),
    ];
    bounds.iter().find_map(|(key, words, holds)| {
        let bound = schema.get(*key)?;
        if holds(found, bound.as_f64()?) {
            return None;
        }
        // schemars writes the bounds of unsigned types as floats: 0.0 is shown as 0.
        let shown = bound
            .as_f64()
            .filter(|bound| bound.fract() == 0.0 && bound.abs() < 1e15);
        let shown = shown.map_or_else(|| bound.to_string(), |bound| format!("{bound:.0}"));
        Some(format!(
            "`{name}` is {}, but must be {words} {shown}",
            show(value)
        ))
    })
}

/// Lengths of text (in characters), lists and records.
fn length(schema: &Object, value: &Value, name: &str) -> Option<String> {
    let (found, keys, unit) = match value.view() {
        View::Text(text) => (
            text.chars().count(),
            ["minLength", "maxLength"],
            "character",
        ),
        View::List(list) => (list.len(), ["minItems", "maxItems"], "element"),
        View::Record(record) => (record.len(), ["minProperties", "maxProperties"], "field"),
        _ => return None,
    };
    let found = found as u64;
    let bound = |key: &str| schema.get(key).and_then(Json::as_u64);
    let (words, bound) = match keys.map(bound) {
        [Some(least), _] if found < least => ("at least", least),
        [_, Some(most)] if found > most => ("at most", most),
        _ => return None,
    };
    if found == 0 && bound == 1 {
        return Some(format!("`{name}` must not be empty"));
    }
    let plural = |count: u64| if count == 1 { "" } else { "s" };
    let (s, bound_s) = (plural(found), plural(bound));
    Some(format!(
        "`{name}` has {found} {unit}{s}, but must have {words} {bound} {unit}{bound_s}"
    ))
}

#[cfg(test)]
mod tests;
