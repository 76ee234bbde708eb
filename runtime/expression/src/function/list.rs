//! Functions of lists, also those that do something for each element.

use std::collections::HashSet;

use millstream_packet::{Kind, Value};

use super::text::int;
use super::{Body, Call, Function, Outcome, Parameter, Returns, Step, Trouble};
use crate::eval::{Arithmetic, Budget, Operand};
use crate::fault::Complaint;
use crate::types::{Kinds, Type};

const LIST: Parameter = Parameter::new("list", Kinds::LIST);
const CONDITION: Parameter = Parameter::each("condition", Kinds::BOOL);
const SAME: Returns = Returns::Like(|types| types.first().map_or(Type::any(), Clone::clone));
const ELEMENT: Returns = Returns::Like(|types| {
    types
        .first()
        .map_or(Type::any(), |list| list.element().or_null())
});
const TO_BOOL: Returns = Returns::Kinds(Kinds::BOOL);

#[rustfmt::skip] // a table
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "map", aliases: &["transform", "collect", "foreach", "select"],
        parameters: &[LIST, Parameter::each("value", Kinds::ANY)],
        returns: Returns::Like(|types| Type::list(types.get(1).map_or(Type::any(), Clone::clone))),
        summary: "A list with a value for each element `x`.",
        examples: &[("map([1, 2], x => x * 10)", "[10,20]"), ("map([{a: 1}], item => item.a)", "[1]")],
        body: Body::Each(map),
    },
    Function {
        name: "filter", aliases: &["where", "grep"],
        parameters: &[LIST, CONDITION], returns: SAME,
        summary: "The elements for which the condition is true.",
        examples: &[("filter([1, 2, 3], x => x != 2)", "[1,3]")],
        body: Body::Each(filter),
    },
    Function {
        name: "find", aliases: &["findfirst", "detect"],
        parameters: &[LIST, CONDITION], returns: ELEMENT,
        summary: "The first element for which the condition is true; null if there is none.",
        examples: &[("find([1, 2, 3], x => x > 1)", "2"), ("find([], x => true)", "null")],
        body: Body::Each(find),
    },
    Function {
        name: "any", aliases: &["some", "exist"],
        parameters: &[LIST, CONDITION], returns: TO_BOOL,
        summary: "Whether the condition is true for at least one element.",
        examples: &[("any([1, 2], x => x > 1)", "true"), ("any([], x => true)", "false")],
        body: Body::Each(any),
    },
    Function {
        name: "all", aliases: &["every", "forall"],
        parameters: &[LIST, CONDITION], returns: TO_BOOL,
        summary: "Whether the condition is true for every element.",
        examples: &[("all([1, 2], x => x > 1)", "false"), ("all([], x => false)", "true")],
        body: Body::Each(all),
    },
    Function {
        name: "count", aliases: &["countif"],
        parameters: &[LIST, CONDITION], returns: Returns::Kinds(Kinds::INT),
        summary: "For how many elements the condition is true; how many there are is length(list).",
        examples: &[("count([1, 2, 3], x => x > 1)", "2")],
        body: Body::Each(count),
    },
    Function {
        name: "sort_by", aliases: &["orderby", "sortby"],
        parameters: &[LIST, Parameter::each("key", Kinds::ANY)], returns: SAME,
        summary: "The elements in order of a key; equal ones keep theirs.",
        examples: &[("map(sort_by([{a: 2}, {a: 1}], x => x.a), x => x.a)", "[1,2]")],
        body: Body::Each(sort_by),
    },
    Function {
        name: "sum", aliases: &["total", "add"],
        parameters: &[LIST], returns: Returns::Kinds(Kinds::NUMBER),
        summary: "The sum of numbers: an int if all are, 0 for an empty list.",
        examples: &[("sum([1, 2])", "3"), ("sum([1, 0.5])", "1.5"), ("sum([])", "0")],
        body: Body::Value(|call| sum(call.list(0), call.budget)),
    },
    Function {
        name: "mean", aliases: &["average", "avg"],
        parameters: &[LIST], returns: Returns::Kinds(Kinds::FLOAT.or(Kinds::NULL)),
        summary: "The mean of numbers; null for an empty list.",
        examples: &[("mean([1, 2])", "1.5"), ("mean([])", "null")],
        body: Body::Value(mean),
    },
    Function {
        name: "first", aliases: &["head", "car"],
        parameters: &[LIST], returns: ELEMENT,
        summary: "The first element; null for an empty list.", examples: &[("first([1, 2])", "1"), ("first([])", "null")],
        body: Body::Value(|call| Ok(call.list(0).first().cloned().unwrap_or_default())),
    },
    Function {
        name: "last", aliases: &["tail"],
        parameters: &[LIST], returns: ELEMENT,
        summary: "The last element; null for an empty list.", examples: &[("last([1, 2])", "2")],
        body: Body::Value(|call| Ok(call.list(0).last().cloned().unwrap_or_default())),
    },
    Function {
        name: "sort", aliases: &["order", "sorted"],
        parameters: &[LIST], returns: SAME,
        summary: "The elements in order: null, bools, numbers, text, then the rest; equal ones keep theirs.",
        examples: &[("sort([3, 1, 2])", "[1,2,3]"), ("sort([\"b\", 1, null])", "[null,1,\"b\"]")],
        body: Body::Value(sort),
    },
    Function {
        name: "reverse", aliases: &["reversed"],
        parameters: &[LIST], returns: SAME,
        summary: "The elements from the last to the first.", examples: &[("reverse([1, 2])", "[2,1]")],
        body: Body::Value(reverse),
    },
    Function {
        name: "unique", aliases: &["distinct", "uniq", "dedupe", "set"],
        parameters: &[LIST], returns: SAME,
        summary: "The elements without repeats; the first of equal ones stays.",
        examples: &[("unique([2, 1, 2])", "[2,1]")],
        body: Body::Value(unique),
    },
    Function {
        name: "flatten", aliases: &["flat", "concat"],
        parameters: &[LIST], returns: Returns::Kinds(Kinds::LIST),
        summary: "One list of the elements of the lists inside; elements that are no lists stay.",
        examples: &[("flatten([[1, 2], [], 3])", "[1,2,3]")],
        body: Body::Value(flatten),
    },
    Function {
        name: "range", aliases: &["sequence", "generateseries", "iota"],
        parameters: &[Parameter::new("from", Kinds::INT), Parameter::new("to", Kinds::INT)],
        returns: Returns::Like(|_| Type::list(Type::from_kinds(Kinds::INT))),
        summary: "The ints from `from` up to, but without `to`.", examples: &[("range(1, 4)", "[1,2,3]"), ("range(4, 1)", "[]")],
        body: Body::Value(range),
    },
];

fn map(list: &[Value], each: &mut Step<'_>) -> Result<Value, Trouble> {
    let mut values = Vec::with_capacity(list.len());
    for element in list {
        values.push(each(element)?);
    }
    Ok(Value::list(values))
}

fn is_true(value: &Value) -> bool {
    value.as_bool() == Some(true)
}

fn filter(list: &[Value], each: &mut Step<'_>) -> Result<Value, Trouble> {
    let mut values = Vec::new();
    for element in list {
        if is_true(&each(element)?) {
            values.push(element.clone());
        }
    }
    Ok(Value::list(values))
}

/// Where the condition is true for the first time.
fn place(list: &[Value], wanted: bool, each: &mut Step<'_>) -> Result<Option<usize>, Trouble> {
    for (at, element) in list.iter().enumerate() {
        if is_true(&each(element)?) == wanted {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

fn find(list: &[Value], each: &mut Step<'_>) -> Result<Value, Trouble> {
    let found = place(list, true, each)?.and_then(|at| list.get(at));
    Ok(found.cloned().unwrap_or_default())
}

fn any(list: &[Value], each: &mut Step<'_>) -> Result<Value, Trouble> {
    Ok(place(list, true, each)?.is_some().into())
}

fn all(list: &[Value], each: &mut Step<'_>) -> Result<Value, Trouble> {
    Ok(place(list, false, each)?.is_none().into())
}

fn count(list: &[Value], each: &mut Step<'_>) -> Result<Value, Trouble> {
    let mut count = 0;
    for element in list {
        count += usize::from(is_true(&each(element)?));
    }
    Ok(int(count))
}

fn sort_by(list: &[Value], each: &mut Step<'_>) -> Result<Value, Trouble> {
    let mut keyed = Vec::with_capacity(list.len());
    for element in list {
        keyed.push((each(element)?, element));
    }
    keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(Value::list(
        keyed
            .into_iter()
            .map(|(_, element)| element.clone())
            .collect(),
    ))
}

fn sum(list: &[Value], budget: &Budget) -> Outcome {
    let mut total = Operand::Int(0);
    for element in list {
        if !Kinds::NUMBER.has(element.kind()) {
            return Err(no_number("sum", element.kind()));
        }
        total = Arithmetic::Add.apply(total.view(), element.view(), budget)?;
    }
    Ok(total.into_value())
}

fn no_number(name: &str, kind: Kind) -> Complaint {
    Complaint::about(
        0,
        format!(
            "`{name}` takes a list of numbers, but one element is {}",
            crate::types::word(kind)
        ),
    )
}

fn mean(call: Call<'_, '_>) -> Outcome {
    let list = call.list(0);
    let total = sum(list, call.budget).map_err(|complaint| match complaint.argument {
        Some(_) => list
            .iter()
            .find(|element| !Kinds::NUMBER.has(element.kind()))
            .map_or(complaint, |element| no_number("mean", element.kind())),
        None => complaint,
    })?;
    Ok(match list.len() {
        0 => Value::NULL,
        length => (total.as_number().unwrap_or_default() / length as f64).into(),
    })
}

fn owned(call: &Call<'_, '_>) -> Result<Vec<Value>, Complaint> {
    let list = call.list(0);
    call.budget.spend(list.len())?;
    Ok(list.to_vec())
}

fn sort(call: Call<'_, '_>) -> Outcome {
    let mut list = owned(&call)?;
    list.sort();
    Ok(Value::list(list))
}

fn reverse(call: Call<'_, '_>) -> Outcome {
    let mut list = owned(&call)?;
    list.reverse();
    Ok(Value::list(list))
}

fn unique(call: Call<'_, '_>) -> Outcome {
    let mut seen = HashSet::new();
    let mut list = owned(&call)?;
    list.retain(|element| seen.insert(element.clone()));
    Ok(Value::list(list))
}

fn flatten(call: Call<'_, '_>) -> Outcome {
    let mut flat = Vec::new();
    for element in call.list(0) {
        match element.as_list() {
            Some(inner) => {
                call.budget.spend(inner.len())?;
                flat.extend_from_slice(inner);
            }
            None => flat.push(element.clone()),
        }
    }
    Ok(Value::list(flat))
}

fn range(call: Call<'_, '_>) -> Outcome {
    let (from, to) = (call.int(0), call.int(1));
    let length = u64::try_from(i128::from(to) - i128::from(from)).unwrap_or(0);
    call.budget
        .spend(usize::try_from(length).unwrap_or(usize::MAX))?;
    Ok(Value::list((from..to).map(Value::from).collect()))
}
