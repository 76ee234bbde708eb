//! A second opinion: random expressions are evaluated by a naive interpreter of the tree, which copies every value,
//! knows no paths, remembers nothing and computes nothing beforehand.

use std::cmp::Ordering;

use millstream_packet::{Record, Value, View};
use proptest::prelude::*;

use crate::Expression;
use crate::syntax::{Argument, Binary, Comparison, Expr, ExprKind, parse};

/// No result; why is not the naive interpreter's to say.
#[derive(Debug, PartialEq)]
struct Fails;

type Found = Result<Value, Fails>;

struct Naive<'a> {
    packet: &'a Value,
    locals: Vec<(String, Value)>,
}

impl Naive<'_> {
    fn run(&mut self, expr: &Expr) -> Found {
        match &expr.kind {
            ExprKind::Int(int) => i64::try_from(*int).map(Value::from).map_err(|_other| Fails),
            ExprKind::Literal(value) => Ok(value.clone()),
            ExprKind::It => Ok(self.packet.clone()),
            ExprKind::Name(name) => match self.locals.iter().rev().find(|(known, _)| known == name)
            {
                Some((_, value)) => Ok(value.clone()),
                None => field(self.packet, name),
            },
            ExprKind::Field(of, name) => field(&self.run(of)?, &name.text),
            ExprKind::Index(of, at) => {
                let of = self.run(of)?;
                let at = self.run(at)?;
                index(&of, &at)
            }
            ExprKind::List(parts) => Ok(Value::list(self.all(parts)?)),
            ExprKind::Record(fields) => {
                let mut record = Record::empty();
                for (name, part) in fields {
                    record.set(name.text.as_str(), self.run(part)?);
                }
                Ok(record.into())
            }
            ExprKind::Negate(of) => match self.run(of)?.view() {
                View::Int(int) => narrow(-i128::from(int)),
                View::Float(float) => Ok((-float).into()),
                _ => Err(Fails),
            },
            ExprKind::Not(of) => Ok((!self.truth(of)?).into()),
            ExprKind::And(parts) => self.chain(parts, false),
            ExprKind::Or(parts) => self.chain(parts, true),
            ExprKind::If(parts) => {
                let [condition, yes, no] = &**parts;
                if self.truth(condition)? {
                    self.run(yes)
                } else {
                    self.run(no)
                }
            }
            ExprKind::Binary(Binary::Coalesce, sides) => match self.forgiving(&sides.0)? {
                Some(value) if !value.is_null() => Ok(value),
                _ => self.run(&sides.1),
            },
            ExprKind::Binary(operator, sides) => {
                let (a, b) = (self.run(&sides.0)?, self.run(&sides.1)?);
                binary(*operator, &a, &b)
            }
            ExprKind::Call(name, arguments) => self.call(&name.text, arguments),
        }
    }

    fn all(&mut self, parts: &[Expr]) -> Result<Vec<Value>, Fails> {
        parts.iter().map(|part| self.run(part)).collect()
    }

    fn truth(&mut self, expr: &Expr) -> Result<bool, Fails> {
        self.run(expr)?.as_bool().ok_or(Fails)
    }

    fn chain(&mut self, parts: &[Expr], end: bool) -> Found {
        for part in parts {
            if self.truth(part)? == end {
                return Ok(end.into());
            }
        }
        Ok((!end).into())
    }

    /// The value of a path, nothing if a part of it is missing.
    fn forgiving(&mut self, expr: &Expr) -> Result<Option<Value>, Fails> {
        let (of, at) = match &expr.kind {
            ExprKind::Name(name) if self.locals.iter().all(|(known, _)| known != name) => {
                (Some(self.packet.clone()), Value::from(name.as_str()))
            }
            ExprKind::Field(of, name) => (self.forgiving(of)?, Value::from(name.text.as_str())),
            ExprKind::Index(of, at) => {
                let of = self.forgiving(of)?;
                (of, self.run(at)?)
            }
            _ => return self.run(expr).map(Some),
        };
        match (of.unwrap_or_default().view(), at.view()) {
            (View::Null, View::Int(_) | View::Text(_)) => Ok(None),
            (View::Record(record), View::Text(name)) => Ok(record.get(name).cloned()),
            (View::List(list), View::Int(at)) => Ok(place(list, at).cloned()),
            _ => Err(Fails),
        }
    }

    fn call(&mut self, name: &str, arguments: &[Argument]) -> Found {
        match (name, arguments) {
            ("has", [Argument::Value(of)]) => Ok(self
                .forgiving(of)?
                .is_some_and(|value| !value.is_null())
                .into()),
            ("length", [Argument::Value(of)]) => match self.run(of)?.view() {
                View::Text(text) => narrow(text.chars().count() as i128),
                View::List(list) => narrow(list.len() as i128),
                View::Record(record) => narrow(record.len() as i128),
                _ => Err(Fails),
            },
            ("map", [Argument::Value(list), Argument::Lambda(lambda)]) => {
                let list = self.run(list)?.into_list().map_err(|_other| Fails)?;
                let mut values = Vec::new();
                for element in list {
                    self.locals.push((lambda.parameter.text.clone(), element));
                    let value = self.run(&lambda.body);
                    self.locals.pop();
                    values.push(value?);
                }
                Ok(Value::list(values))
            }
            _ => unreachable!("the generator makes no call of {name}"),
        }
    }
}

fn field(of: &Value, name: &str) -> Found {
    of.as_record()
        .and_then(|record| record.get(name))
        .cloned()
        .ok_or(Fails)
}

fn index(of: &Value, at: &Value) -> Found {
    match (of.view(), at.view()) {
        (View::Record(_), View::Text(name)) => field(of, name),
        (View::List(list), View::Int(at)) => place(list, at).cloned().ok_or(Fails),
        _ => Err(Fails),
    }
}

fn place(list: &[Value], at: i64) -> Option<&Value> {
    let at = if at < 0 {
        i128::from(at) + list.len() as i128
    } else {
        i128::from(at)
    };
    list.get(usize::try_from(at).ok()?)
}

fn narrow(wide: i128) -> Found {
    i64::try_from(wide).map(Value::from).map_err(|_other| Fails)
}

fn binary(operator: Binary, a: &Value, b: &Value) -> Found {
    match operator {
        Binary::Compare(comparison) => compare(comparison, a, b).map(Value::from),
        Binary::In => contains(a, b).map(Value::from),
        Binary::NotIn => contains(a, b).map(|found| (!found).into()),
        Binary::Add => match (a.view(), b.view()) {
            (View::Text(a), View::Text(b)) => Ok(format!("{a}{b}").into()),
            (View::List(a), View::List(b)) => Ok(Value::list(a.iter().chain(b).cloned().collect())),
            _ => number(operator, a, b),
        },
        _ => number(operator, a, b),
    }
}

fn number(operator: Binary, a: &Value, b: &Value) -> Found {
    if let (Some(x), Some(y), false) = (a.as_int(), b.as_int(), operator == Binary::Divide) {
        let (x, y) = (i128::from(x), i128::from(y));
        return match operator {
            Binary::Add => narrow(x + y),
            Binary::Subtract => narrow(x - y),
            Binary::Multiply => narrow(x * y),
            _ if y == 0 => Err(Fails),
            _ => narrow((x % y + y) % y),
        };
    }
    let (x, y) = (a.as_number().ok_or(Fails)?, b.as_number().ok_or(Fails)?);
    let result = match operator {
        Binary::Add => x + y,
        Binary::Subtract => x - y,
        Binary::Multiply => x * y,
        _ if y == 0.0 => return Err(Fails),
        Binary::Divide => x / y,
        _ if x % y != 0.0 && (x % y < 0.0) != (y < 0.0) => x % y + y,
        _ => x % y,
    };
    if result.is_finite() || !x.is_finite() || !y.is_finite() {
        Ok(result.into())
    } else {
        Err(Fails)
    }
}

/// The order of two numbers by way of 128 bits; none if one is no number.
fn order(a: &Value, b: &Value) -> Option<Ordering> {
    /// A float as twice its whole part, plus one if there is more: enough to compare it with ints.
    fn wide(value: &Value) -> Option<i128> {
        match value.view() {
            View::Int(int) => Some(2 * i128::from(int)),
            View::Float(float) if float.is_nan() => None,
            View::Float(float) => {
                let whole = float.clamp(-1e30, 1e30).floor();
                let whole: i128 = format!("{whole:.0}").parse().ok()?;
                Some(2 * whole + i128::from(float.fract() != 0.0))
            }
            _ => None,
        }
    }
    match (a.as_float(), b.as_float()) {
        (Some(a), Some(b)) => a.partial_cmp(&b),
        _ => Some(wide(a)?.cmp(&wide(b)?)),
    }
}

fn is_number(value: &Value) -> bool {
    value.as_number().is_some()
}

fn equal(a: &Value, b: &Value) -> Result<bool, Fails> {
    if is_number(a) && is_number(b) {
        return Ok(order(a, b) == Some(Ordering::Equal));
    }
    match (a.view(), b.view()) {
        (View::Null, _) | (_, View::Null) => Ok(a.is_null() && b.is_null()),
        (View::List(a), View::List(b)) => {
            Ok(a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b) == Ok(true)))
        }
        (View::Record(a), View::Record(b)) => Ok(a.len() == b.len()
            && a.iter()
                .all(|(name, a)| b.get(name).is_some_and(|b| equal(a, b) == Ok(true)))),
        _ if a.kind() == b.kind() => Ok(a == b),
        _ => Err(Fails),
    }
}

fn compare(comparison: Comparison, a: &Value, b: &Value) -> Result<bool, Fails> {
    match comparison {
        Comparison::Equal => return equal(a, b),
        Comparison::Unequal => return equal(a, b).map(|equal| !equal),
        _ => {}
    }
    let order = match (a.as_text(), b.as_text()) {
        (Some(a), Some(b)) => Some(a.cmp(b)),
        _ if is_number(a) && is_number(b) => order(a, b),
        _ => return Err(Fails),
    };
    Ok(order.is_some_and(|order| match comparison {
        Comparison::Less => order == Ordering::Less,
        Comparison::LessOrEqual => order != Ordering::Greater,
        Comparison::More => order == Ordering::Greater,
        _ => order != Ordering::Less,
    }))
}

fn contains(part: &Value, whole: &Value) -> Result<bool, Fails> {
    match (whole.view(), part.view()) {
        (View::List(list), _) => {
            let answers: Vec<_> = list.iter().map(|element| equal(part, element)).collect();
            if !list.is_empty() && answers.iter().all(Result::is_err) {
                return Err(Fails);
            }
            Ok(answers.contains(&Ok(true)))
        }
        (View::Text(text), View::Text(part)) => Ok(text.contains(part)),
        (View::Record(record), View::Text(name)) => Ok(record.get(name).is_some()),
        _ => Err(Fails),
    }
}

// ---- random expressions ----

/// A part of an expression that most likely is of a kind: expressions that never work teach little.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    Number,
    Truth,
    Text,
    List,
    Any,
}

/// Parts that need no others. Most are fields, of which nothing is known beforehand.
fn leaf(wanted: Wanted) -> BoxedStrategy<String> {
    let words: &[&str] = match wanted {
        Wanted::Number => &[
            "i",
            "j",
            "big",
            "f",
            "g",
            "rec.a",
            "rec.list[0]",
            "list[1]",
            "list[-1]",
            "1",
            "-2",
            "0.5",
        ],
        Wanted::Truth => &["yes", "no", "mixed[3]", "true", "false"],
        Wanted::Text => &["s", "t", "mixed[0]", "\"\"", "\"a\"", "\"ab\""],
        Wanted::List => &[
            "list",
            "mixed",
            "rec.list",
            "[]",
            "[1, 2.0]",
            "[\"a\", null]",
        ],
        Wanted::Any => &[
            "missing",
            "rec.missing",
            "it",
            "empty",
            "empty.x",
            "list[9]",
            "rec[s]",
            "list[i]",
            "rec",
            "null",
            "{a: 1}",
            "9223372036854775807",
            "1e300",
        ],
    };
    prop::sample::select(words.to_vec())
        .prop_map(str::to_owned)
        .boxed()
}

fn part(wanted: Wanted, depth: u32) -> BoxedStrategy<String> {
    use Wanted::{Any, List, Number, Text, Truth};
    if depth == 0 {
        return leaf(wanted);
    }
    let of = |wanted| part(wanted, depth - 1);
    let infix = |operators: &'static [&'static str], a, b| {
        let operators = prop::sample::select(operators);
        (of(a), operators, of(b))
            .prop_map(|(a, op, b)| format!("({a}) {op} ({b})"))
            .boxed()
    };
    let likely = match wanted {
        Number => prop_oneof![
            3 => infix(&["+", "-", "*", "/", "%"], Number, Number),
            1 => of(Number).prop_map(|a| format!("-({a})")),
            1 => of(List).prop_map(|a| format!("length({a})")),
        ]
        .boxed(),
        Truth => prop_oneof![
            3 => infix(&["==", "!=", "<", "<=", ">", ">="], Number, Number),
            1 => infix(&["==", "<", ">="], Text, Text),
            1 => infix(&["==", "!="], List, List),
            2 => infix(&["and", "or"], Truth, Truth),
            1 => of(Truth).prop_map(|a| format!("not ({a})")),
            1 => infix(&["in", "not in"], Number, List),
            1 => infix(&["in", "not in"], Text, Text),
            1 => of(Any).prop_map(|a| format!("has({a})")),
        ]
        .boxed(),
        Text => infix(&["+"], Text, Text),
        List => prop_oneof![
            infix(&["+"], List, List),
            (of(Any), of(Number)).prop_map(|(a, b)| format!("[{a}, {b}]")),
            (of(List), of(Number)).prop_map(|(a, b)| format!("map({a}, i => {b})")),
        ]
        .boxed(),
        Any => prop_oneof![
            (of(Any), of(Any)).prop_map(|(a, b)| format!("{{x: {a}, a: {b}}}")),
            (of(Any), of(Any)).prop_map(|(a, b)| format!("({a})[{b}]")),
            (of(List), of(Number)).prop_map(|(a, b)| format!("({a})[{b}]")),
            of(Any).prop_map(|a| format!("({a}).a")),
            infix(&["+", "/", "==", "<", "in", "and", "??"], Any, Any),
            of(Number),
            of(Truth),
            of(Text),
            of(List),
        ]
        .boxed(),
    };
    prop_oneof![
        8 => likely,
        3 => leaf(wanted),
        1 => (leaf(Any), of(wanted)).prop_map(|(a, b)| format!("{a} ?? ({b})")),
        1 => (of(Truth), of(wanted), of(wanted)).prop_map(|(a, b, c)| format!("if {a} then {b} else {c}")),
        1 => of(Any),
    ]
    .boxed()
}

fn source() -> impl Strategy<Value = String> {
    prop_oneof![
        part(Wanted::Number, 3),
        part(Wanted::Truth, 3),
        part(Wanted::List, 3),
        part(Wanted::Any, 3)
    ]
}

fn packets() -> impl Strategy<Value = Value> {
    let int = prop_oneof![
        -3_i64..4,
        Just(i64::MAX),
        Just(i64::MIN),
        Just((1 << 53) + 1)
    ];
    let float = prop_oneof![
        (-4_i32..4).prop_map(|half| f64::from(half) / 2.0),
        Just(f64::NAN),
        Just(1e300),
        Just(9_007_199_254_740_992.0),
    ];
    let text = prop::sample::select(vec!["", "a", "ab", "abc", "missing"]);
    (int.clone(), int, float.clone(), float, text.clone(), text).prop_map(|(i, j, f, g, s, t)| {
        let list = Value::list(vec![i.into(), j.into(), f.into()]);
        let mixed = Value::list(vec![s.into(), Value::NULL, i.into(), true.into()]);
        let inner = Record::from_iter([("a", Value::from(g)), ("list", list.clone())]);
        Value::from(Record::from_iter([
            ("i", Value::from(i)),
            ("j", j.into()),
            ("big", i64::MAX.into()),
            ("f", f.into()),
            ("g", g.into()),
            ("s", s.into()),
            ("t", t.into()),
            ("yes", true.into()),
            ("no", false.into()),
            ("empty", Value::NULL),
            ("list", list),
            ("mixed", mixed),
            ("rec", inner.into()),
        ]))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn results_are_those_of_a_naive_interpreter(source in source(), packets in prop::collection::vec(packets(), 1..4)) {
        let tree = parse(&source).map_err(|mistake| TestCaseError::fail(format!("{source}: {mistake:?}")))?;
        // What can never work is refused; whether that was right is the next property's.
        let Ok(mut expression) = Expression::compile(&source) else { return Ok(()) };
        for packet in &packets {
            let found = expression.eval(packet);
            let naive = Naive { packet, locals: Vec::new() }.run(&tree);
            match (&found, &naive) {
                (Ok(found), Ok(naive)) => prop_assert_eq!(found, naive, "{} of {:?}", source, packet),
                (Err(_), Err(Fails)) => {}
                _ => prop_assert!(false, "{source} of {packet:?}: {found:?}, but {naive:?}"),
            }
        }
    }

    /// A mistake is something that never works: where it is reached, the naive interpreter fails too.
    #[test]
    fn what_is_refused_beforehand_never_works(source in source(), packet in packets()) {
        let tree = parse(&source).map_err(|mistake| TestCaseError::fail(format!("{source}: {mistake:?}")))?;
        let computes_all = !["and", "or", "??", "if", "map", "has"].iter().any(|word| source.contains(word));
        if computes_all && let Err(mistakes) = Expression::compile(&source) {
            let naive = Naive { packet: &packet, locals: Vec::new() }.run(&tree);
            prop_assert_eq!(naive, Err(Fails), "{} of {:?}: {}", source, packet, mistakes);
        }
    }
}
