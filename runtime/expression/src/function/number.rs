//! Functions of numbers.

use millstream_packet::{Value, View};

use super::convert::whole;
use super::{Body, Call, Function, Outcome, Parameter, Returns, finite};
use crate::eval::{self, Operand, compare};
use crate::fault::Complaint;
use crate::syntax::Comparison;
use crate::types::{Kinds, Type, kind_of, word};

const X: Parameter = Parameter::new("number", Kinds::NUMBER);

/// A function of one number.
const fn of_one(
    name: &'static str,
    aliases: &'static [&'static str],
    returns: Returns,
    summary: &'static str,
    examples: &'static [(&'static str, &'static str)],
    body: super::ValueBody,
) -> Function {
    Function {
        name,
        aliases,
        parameters: &[X],
        returns,
        summary,
        examples,
        body: Body::Value(body),
    }
}

const FLOAT: Returns = Returns::Kinds(Kinds::FLOAT);
const INT: Returns = Returns::Kinds(Kinds::INT);
const SAME: Returns = Returns::Like(|types| types.first().map_or(Type::any(), Clone::clone));

#[rustfmt::skip] // a table
pub(super) const FUNCTIONS: &[Function] = &[
    of_one("abs", &["absolute"], SAME, "The number without its sign.",
        &[("abs(-3)", "3"), ("abs(-2.5)", "2.5")], abs),
    of_one("sign", &["sgn", "signum"], INT, "-1, 0 or 1, as the number is below, at or above 0.",
        &[("sign(-2.5)", "-1"), ("sign(0)", "0")], |call| Ok(sign(&call))),
    Function {
        name: "round", aliases: &[],
        parameters: &[X, Parameter::new("digits", Kinds::INT).optional()],
        returns: Returns::Like(|types| Type::from_kinds(if types.len() > 1 { Kinds::NUMBER } else { Kinds::INT })),
        summary: "The nearest int, halves away from 0; with `digits`, a float with so many digits behind the point.",
        examples: &[("round(2.5)", "3"), ("round(-2.5)", "-3"), ("round(3.14159, 2)", "3.14"), ("round(1234, -2)", "1200")],
        body: Body::Value(round),
    },
    of_one("floor", &[], INT, "The next int at or below the number.",
        &[("floor(2.9)", "2"), ("floor(-2.1)", "-3")], |call| to_int(&call, f64::floor)),
    of_one("ceil", &["ceiling"], INT, "The next int at or above the number.",
        &[("ceil(2.1)", "3"), ("ceil(-2.9)", "-2")], |call| to_int(&call, f64::ceil)),
    of_one("trunc", &["truncate", "fix"], INT, "The int that is left when the digits behind the point are cut.",
        &[("trunc(-2.9)", "-2")], |call| to_int(&call, f64::trunc)),
    Function {
        name: "div", aliases: &["intdiv", "quotient", "floordiv"],
        parameters: &[Parameter::new("number", Kinds::INT), Parameter::new("by", Kinds::INT)],
        returns: INT,
        summary: "The whole quotient of two ints, rounded down: `a == div(a, b) * b + a % b`.",
        examples: &[("div(7, 2)", "3"), ("div(-7, 2)", "-4")],
        body: Body::Value(|call| eval::whole(call.int(0), call.int(1)).map(Value::from)),
    },
    Function {
        name: "pow", aliases: &["power"],
        parameters: &[X, Parameter::new("exponent", Kinds::NUMBER)],
        returns: Returns::Kinds(Kinds::NUMBER),
        summary: "A power; of ints an int, unless the exponent is negative.",
        examples: &[("pow(2, 10)", "1024"), ("pow(2, -1)", "0.5"), ("pow(2.0, 3)", "8.0")],
        body: Body::Value(|call| eval::power(view(&call, 0), view(&call, 1))),
    },
    of_one("sqrt", &["squareroot"], FLOAT, "The square root.", &[("sqrt(9)", "3.0")],
        |call| of_float(&call, "the square root", f64::sqrt)),
    of_one("exp", &[], FLOAT, "e to the power of the number.", &[("exp(0)", "1.0")],
        |call| of_float(&call, "the exponential", f64::exp)),
    of_one("ln", &["log"], FLOAT, "The natural logarithm.", &[("ln(1)", "0.0")],
        |call| of_float(&call, "the logarithm", f64::ln)),
    of_one("log10", &[], FLOAT, "The logarithm to base 10.", &[("log10(1000)", "3.0")],
        |call| of_float(&call, "the logarithm", f64::log10)),
    of_one("log2", &[], FLOAT, "The logarithm to base 2.", &[("log2(8)", "3.0")],
        |call| of_float(&call, "the logarithm", f64::log2)),
    Function {
        name: "min", aliases: &["least", "minimum"],
        parameters: &[COMPARED, COMPARED.repeated()], returns: Returns::Like(one_of_all),
        summary: "The least of several numbers or texts, or of the elements of one list; null for an empty list.",
        examples: &[("min(3, 1.5)", "1.5"), ("min([\"b\", \"a\"])", "\"a\""), ("min([])", "null")],
        body: Body::Value(|call| best("min", &call, Comparison::Less)),
    },
    Function {
        name: "max", aliases: &["greatest", "maximum"],
        parameters: &[COMPARED, COMPARED.repeated()], returns: Returns::Like(one_of_all),
        summary: "The greatest of several numbers or texts, or of the elements of one list; null for an empty list.",
        examples: &[("max(3, 1.5)", "3"), ("max([4, 7])", "7")],
        body: Body::Value(|call| best("max", &call, Comparison::More)),
    },
    Function {
        name: "clamp", aliases: &["limit", "bound"],
        parameters: &[X, Parameter::new("least", Kinds::NUMBER), Parameter::new("most", Kinds::NUMBER)],
        returns: Returns::Kinds(Kinds::NUMBER),
        summary: "The number, or the bound that it is beyond.",
        examples: &[("clamp(12, 0, 10)", "10"), ("clamp(5, 0, 10)", "5")],
        body: Body::Value(clamp),
    },
    of_one("is_nan", &["isnan"], Returns::Kinds(Kinds::BOOL),
        "Whether a float is no number (NaN). Expressions make none; a packet may hold one.",
        &[("is_nan(1.5)", "false")], |call| Ok(call.number(0).is_nan().into())),
];

const COMPARED: Parameter = Parameter::new("value", Kinds::NUMBER.or(Kinds::TEXT).or(Kinds::LIST));

fn view<'c>(call: &'c Call<'_, '_>, at: usize) -> View<'c> {
    call.get(at).map_or(View::Null, Operand::view)
}

fn of_float(call: &Call<'_, '_>, what: &str, function: fn(f64) -> f64) -> Outcome {
    let number = call.number(0);
    finite(function(number), || format!("{what} of {number:?}"))
}

fn abs(call: Call<'_, '_>) -> Outcome {
    match view(&call, 0) {
        View::Int(int) => int
            .checked_abs()
            .map(Value::from)
            .ok_or_else(|| Complaint::about(0, format!("abs({int}) does not fit a 64-bit int"))),
        _ => Ok(call.number(0).abs().into()),
    }
}

fn sign(call: &Call<'_, '_>) -> Value {
    let number = call.number(0);
    let sign = i64::from(number > 0.0) - i64::from(number < 0.0);
    sign.into()
}

fn to_int(call: &Call<'_, '_>, function: fn(f64) -> f64) -> Outcome {
    match view(call, 0) {
        View::Float(float) => whole(function(float)).map(Value::from),
        _ => Ok(call.value(0)),
    }
}

fn round(call: Call<'_, '_>) -> Outcome {
    /// 10^15: more digits than a float has.
    const DIGITS_MAX: i64 = 15;
    if call.get(1).is_none() {
        return to_int(&call, f64::round);
    }
    let digits = call.int(1);
    if !(-DIGITS_MAX..=DIGITS_MAX).contains(&digits) {
        let message =
            format!("`digits` is {digits}, but must be from -{DIGITS_MAX} to {DIGITS_MAX}");
        return Err(Complaint::about(1, message));
    }
    match view(&call, 0) {
        View::Int(int) if digits >= 0 => Ok(int.into()),
        View::Int(int) => round_int(int, digits.unsigned_abs()),
        _ => Ok(round_float(call.number(0), digits).into()),
    }
}

fn round_int(int: i64, zeros: u64) -> Outcome {
    let unit = 10_i64.pow(u32::try_from(zeros).unwrap_or(0));
    let rest = int % unit;
    let down = int - rest;
    let away = if rest.abs() >= unit - rest.abs() {
        down.checked_add(unit * rest.signum())
    } else {
        Some(down)
    };
    away.map(Value::from)
        .ok_or_else(|| Complaint::about(0, format!("{int}, rounded, does not fit a 64-bit int")))
}

/// Exact: 1.005 is a little less than it looks, and rounds to 1.0. Halves go away from 0.
fn round_float(float: f64, digits: i64) -> f64 {
    let power = i32::try_from(digits).unwrap_or(0);
    let unit = 10_f64.powi(power.abs());
    let Ok(shown) = usize::try_from(digits) else {
        return (float / unit).round() * unit;
    };
    // What lies exactly between has one binary digit more than decimal ones: an odd number of such.
    let rest = (float * 2_f64.powi(power + 1)).abs() % 2.0;
    if rest.to_bits() == 1_f64.to_bits() {
        return (float * unit).round() / unit;
    }
    format!("{float:.shown$}").parse().unwrap_or(float)
}

/// The type of one of the arguments, or of the elements of a list.
fn one_of_all(types: &[Type]) -> Type {
    match types {
        [one] if one.kinds.is_within(Kinds::LIST) => one.element().or_null(),
        [one] if one.kinds.meets(Kinds::LIST) => Type::any(),
        _ => types
            .iter()
            .fold(Type::from_kinds(Kinds::NONE), |all, one| all.or(one)),
    }
}

fn best(name: &str, call: &Call<'_, '_>, wanted: Comparison) -> Outcome {
    match (view(call, 0), call.operands.len()) {
        (View::List(list), 1) => best_of(name, list.iter().map(Value::view), wanted),
        _ => best_of(name, call.operands.iter().map(Operand::view), wanted),
    }
}

/// The value that is less (or more) than all others; the first of equal ones.
pub(super) fn best_of<'v>(
    name: &str,
    mut views: impl Iterator<Item = View<'v>>,
    wanted: Comparison,
) -> Outcome {
    let Some(mut best) = views.next() else {
        return Ok(Value::NULL);
    };
    // A lone value is compared too, so that a list is refused whatever its length.
    no_order(name, compare(wanted, best, best), best, best)?;
    for view in views {
        if no_order(name, compare(wanted, view, best), view, best)? {
            best = view;
        }
    }
    Ok(match best {
        View::Int(int) => int.into(),
        View::Float(float) => float.into(),
        View::Text(text) => text.into(),
        _ => Value::NULL,
    })
}

fn no_order(name: &str, holds: Option<bool>, a: View<'_>, b: View<'_>) -> Result<bool, Complaint> {
    holds.ok_or_else(|| {
        let (a, b) = (word(kind_of(a)), word(kind_of(b)));
        let what = if a == b {
            a.to_owned()
        } else {
            format!("{a} with {b}")
        };
        Complaint::new(format!("`{name}` compares numbers or texts, not {what}"))
    })
}

fn clamp(call: Call<'_, '_>) -> Outcome {
    let [least, most] = [view(&call, 1), view(&call, 2)];
    if compare(Comparison::More, least, most) == Some(true) {
        return Err(Complaint::about(1, "`least` is more than `most`"));
    }
    let at = match view(&call, 0) {
        number if compare(Comparison::Less, number, least) == Some(true) => 1,
        number if compare(Comparison::More, number, most) == Some(true) => 2,
        _ => 0,
    };
    Ok(call.value(at))
}
