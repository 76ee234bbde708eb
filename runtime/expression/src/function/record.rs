//! Functions of records.

use millstream_packet::{Record, Text, Value, View};

use super::{Body, Call, Function, Outcome, Parameter, Returns};
use crate::eval::Operand;
use crate::types::{Kinds, Type};

const RECORD: Parameter = Parameter::new("record", Kinds::RECORD);
const TO_RECORD: Returns = Returns::Kinds(Kinds::RECORD);
const NAMES: Parameter = Parameter::new("name", Kinds::TEXT).repeated();

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "keys",
        aliases: &["names", "fieldnames", "objectkeys"],
        parameters: &[RECORD],
        returns: Returns::Like(|_| Type::list(Type::from_kinds(Kinds::TEXT))),
        summary: "The names of the fields, in order.",
        examples: &[("keys({b: 1, a: 2})", r#"["b","a"]"#)],
        body: Body::Value(|call| {
            Ok(Value::list(
                record(&call, 0)
                    .shape()
                    .names()
                    .iter()
                    .cloned()
                    .map(Value::from)
                    .collect(),
            ))
        }),
    },
    Function {
        name: "values",
        aliases: &["objectvalues"],
        parameters: &[RECORD],
        returns: Returns::Kinds(Kinds::LIST),
        summary: "The values of the fields, in order.",
        examples: &[("values({b: 1, a: 2})", "[1,2]")],
        body: Body::Value(|call| Ok(Value::list(record(&call, 0).values().to_vec()))),
    },
    Function {
        name: "merge",
        aliases: &["assign", "extend", "update", "objectassign"],
        parameters: &[RECORD, RECORD.repeated()],
        returns: TO_RECORD,
        summary: "A record with the fields of all; of equal names the last value stays, at the place of the first.",
        examples: &[(
            "merge({a: 1, b: 2}, {b: 3, c: 4})",
            r#"{"a":1,"b":3,"c":4}"#,
        )],
        body: Body::Value(merge),
    },
    Function {
        name: "pick",
        aliases: &["only", "project", "selectkeys"],
        parameters: &[RECORD, NAMES],
        returns: TO_RECORD,
        summary: "A record with these fields only, as far as there are such.",
        examples: &[("pick({a: 1, b: 2, c: 3}, \"c\", \"a\")", r#"{"c":3,"a":1}"#)],
        body: Body::Value(|call| Ok(pick(&call))),
    },
    Function {
        name: "without",
        aliases: &["omit", "delete", "remove", "drop", "except", "del"],
        parameters: &[RECORD, NAMES],
        returns: TO_RECORD,
        summary: "The record without these fields.",
        examples: &[("without({a: 1, b: 2}, \"a\")", r#"{"b":2}"#)],
        body: Body::Value(|call| Ok(without(&call))),
    },
    Function {
        name: "entries",
        aliases: &["topairs", "objectentries", "items", "toentries"],
        parameters: &[RECORD],
        returns: Returns::Like(|_| {
            Type::list(Type::fields(vec![
                (Text::from("name"), Type::from_kinds(Kinds::TEXT)),
                (Text::from("value"), Type::any()),
            ]))
        }),
        summary: "A list of records `name` and `value`, one for each field.",
        examples: &[("entries({a: 1})", r#"[{"name":"a","value":1}]"#)],
        body: Body::Value(entries),
    },
];

static EMPTY: std::sync::LazyLock<Record> = std::sync::LazyLock::new(Record::empty);

fn record<'c>(call: &'c Call<'_, '_>, at: usize) -> &'c Record {
    match call.get(at).map(Operand::view) {
        Some(View::Record(record)) => record,
        _ => &EMPTY,
    }
}

fn merge(call: Call<'_, '_>) -> Outcome {
    let records = (0..call.operands.len()).map(|at| record(&call, at));
    let fields = records.flat_map(Record::iter);
    let merged: Record = fields
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    call.budget.spend(merged.len())?;
    Ok(merged.into())
}

fn pick(call: &Call<'_, '_>) -> Value {
    let from = record(call, 0);
    let names = call.operands.iter().skip(1).map(Operand::text);
    let picked: Record = names
        .filter_map(|name| Some((name, from.get(name)?.clone())))
        .collect();
    picked.into()
}

fn without(call: &Call<'_, '_>) -> Value {
    let is_out = |name: &str| call.operands.iter().skip(1).any(|out| out.text() == name);
    let left = record(call, 0).iter().filter(|(name, _)| !is_out(name));
    left.map(|(name, value)| (name.clone(), value.clone()))
        .collect::<Record>()
        .into()
}

fn entries(call: Call<'_, '_>) -> Outcome {
    let shape = millstream_packet::Shape::new([Text::from("name"), Text::from("value")]);
    let entry = |(name, value): (&Text, &Value)| {
        Value::from(Record::new(
            shape.clone(),
            vec![name.clone().into(), value.clone()],
        ))
    };
    let from = record(&call, 0);
    call.budget.spend(from.len())?;
    Ok(Value::list(from.iter().map(entry).collect()))
}
