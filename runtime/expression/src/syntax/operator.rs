//! Operators. They bind as LANGUAGE.md says.

use millstream_packet::Value;
use winnow::combinator::{Infix, Postfix, Prefix};
use winnow::stream::Stream as _;

use super::expect::{Input, expect, field_name, here, is_in, mark, unexpected};
use super::parse::{enter, full, grown};
use super::problem::{Failed, Parsed, no_fit, refuse};
use super::token::{Mark, TokenKind};
use super::tree::{Binary, Comparison, Expr, ExprKind};
use crate::mistake::Mistake;
use crate::span::Span;

// How tightly operators bind.
const OR: i64 = 10;
const AND: i64 = 20;
const NOT: i64 = 30;
const COMPARISON: i64 = 40;
const SUM: i64 = 50;
const PRODUCT: i64 = 60;
const NEGATE: i64 = 70;
const COALESCE: i64 = 80;
const POSTFIX: i64 = 90;

pub(super) fn prefix<'t>(input: &mut Input<'t>) -> Parsed<Prefix<Input<'t>, Expr, Failed>> {
    let prefix = match mark(input) {
        Some(Mark::Minus) => Prefix(NEGATE, negate as fn(&mut Input<'t>, Expr) -> Parsed<Expr>),
        Some(Mark::Not) => Prefix(NOT, not as fn(&mut Input<'t>, Expr) -> Parsed<Expr>),
        _ => return Err(unexpected(input, "a value")),
    };
    enter(input)?;
    let span = here(input);
    input.state.prefixes.push(span);
    input.next_token();
    Ok(prefix)
}

/// Where the innermost prefix stands, now that its operand is read.
fn leave_prefix(input: &mut Input<'_>, operand: &Expr) -> Span {
    input.state.nesting -= 1;
    let start = input.state.prefixes.pop().unwrap_or(operand.span);
    start.to(operand.span)
}

fn not(input: &mut Input<'_>, operand: Expr) -> Parsed<Expr> {
    let span = leave_prefix(input, &operand);
    grown(span, ExprKind::Not(Box::new(operand)))
}

fn negate(input: &mut Input<'_>, operand: Expr) -> Parsed<Expr> {
    let span = leave_prefix(input, &operand);
    let literal = match &operand.kind {
        ExprKind::Int(int) => 0_i64.checked_sub_unsigned(*int).map(Value::from),
        ExprKind::Literal(value) => value.as_float().map(|float| Value::from(-float)),
        _ => None,
    };
    match literal {
        Some(value) => grown(span, ExprKind::Literal(value)),
        None => grown(span, ExprKind::Negate(Box::new(operand))),
    }
}

pub(super) fn postfix<'t>(input: &mut Input<'t>) -> Parsed<Postfix<Input<'t>, Expr, Failed>> {
    let fold: fn(&mut Input<'t>, Expr) -> Parsed<Expr> = match mark(input) {
        Some(Mark::Dot) => |input, of| field(input, of),
        Some(Mark::BracketOpen) => |input, of| index(input, of),
        _ => return Err(no_fit()),
    };
    input.next_token();
    Ok(Postfix(POSTFIX, fold))
}

/// The name behind a dot.
fn field(input: &mut Input<'_>, of: Expr) -> Parsed<Expr> {
    let name = match input.first().map(|token| &token.kind) {
        Some(TokenKind::Int(at)) => {
            let mistake = Mistake::new(here(input), "a field's name does not begin with a digit");
            return Err(refuse(
                mistake.help(format!("an element of a list is written list[{at}]")),
            ));
        }
        _ => field_name(input)?,
    };
    if mark(input) == Some(Mark::ParenOpen) {
        let span = name.span;
        let mistake = Mistake::new(
            span,
            format!("functions are not called on values: `{}`", name.text),
        );
        return Err(refuse(mistake.help(format!(
            "write {}(…) with the value as the first argument",
            name.text
        ))));
    }
    grown(of.span.to(name.span), ExprKind::Field(Box::new(of), name))
}

/// What stands between brackets.
fn index(input: &mut Input<'_>, of: Expr) -> Parsed<Expr> {
    let at = full(input)?;
    if mark(input) == Some(Mark::Colon) {
        let mistake = Mistake::new(here(input), "brackets take one element");
        return Err(refuse(
            mistake.help("for a part of a list write slice(list, from, to)"),
        ));
    }
    let close = expect(input, Mark::BracketClose)?;
    grown(
        of.span.to(close),
        ExprKind::Index(Box::new(of), Box::new(at)),
    )
}

pub(super) fn infix<'t>(input: &mut Input<'t>) -> Parsed<Infix<Input<'t>, Expr, Failed>> {
    let operator = mark(input).ok_or_else(no_fit)?;
    let infix = match operator {
        Mark::Or => Infix::Left(OR, or as fn(&mut Input<'t>, Expr, Expr) -> Parsed<Expr>),
        Mark::And => Infix::Left(AND, and),
        Mark::Equal => Infix::Neither(COMPARISON, compare::<0>),
        Mark::Unequal => Infix::Neither(COMPARISON, compare::<1>),
        Mark::Less => Infix::Neither(COMPARISON, compare::<2>),
        Mark::LessOrEqual => Infix::Neither(COMPARISON, compare::<3>),
        Mark::More => Infix::Neither(COMPARISON, compare::<4>),
        Mark::MoreOrEqual => Infix::Neither(COMPARISON, compare::<5>),
        Mark::In => Infix::Neither(COMPARISON, |_, a, b| binary(Binary::In, a, b)),
        Mark::Not if is_in(input) => {
            input.next_token();
            Infix::Neither(COMPARISON, |_, a, b| binary(Binary::NotIn, a, b))
        }
        Mark::Matches => Infix::Neither(COMPARISON, |_, a, b| binary(Binary::Matches, a, b)),
        Mark::Plus => Infix::Left(SUM, |_, a, b| binary(Binary::Add, a, b)),
        Mark::Minus => Infix::Left(SUM, |_, a, b| binary(Binary::Subtract, a, b)),
        Mark::Star => Infix::Left(PRODUCT, |_, a, b| binary(Binary::Multiply, a, b)),
        Mark::Slash => Infix::Left(PRODUCT, |_, a, b| binary(Binary::Divide, a, b)),
        Mark::Percent => Infix::Left(PRODUCT, |_, a, b| binary(Binary::Remainder, a, b)),
        Mark::Coalesce => Infix::Left(COALESCE, |_, a, b| binary(Binary::Coalesce, a, b)),
        _ => return Err(no_fit()),
    };
    input.next_token();
    Ok(infix)
}

const COMPARISONS: [Comparison; 6] = [
    Comparison::Equal,
    Comparison::Unequal,
    Comparison::Less,
    Comparison::LessOrEqual,
    Comparison::More,
    Comparison::MoreOrEqual,
];

fn compare<const WHICH: usize>(_: &mut Input<'_>, left: Expr, right: Expr) -> Parsed<Expr> {
    binary(Binary::Compare(COMPARISONS[WHICH]), left, right)
}

fn binary(operator: Binary, left: Expr, right: Expr) -> Parsed<Expr> {
    let span = left.span.to(right.span);
    grown(span, ExprKind::Binary(operator, Box::new((left, right))))
}

/// Chains of `and` are one part of the tree, so that long ones are not deep.
fn and(_: &mut Input<'_>, left: Expr, right: Expr) -> Parsed<Expr> {
    let span = left.span.to(right.span);
    let mut parts = match left.kind {
        ExprKind::And(parts) => parts,
        kind => vec![Expr { kind, ..left }],
    };
    parts.push(right);
    grown(span, ExprKind::And(parts))
}

fn or(_: &mut Input<'_>, left: Expr, right: Expr) -> Parsed<Expr> {
    let span = left.span.to(right.span);
    let mut parts = match left.kind {
        ExprKind::Or(parts) => parts,
        kind => vec![Expr { kind, ..left }],
    };
    parts.push(right);
    grown(span, ExprKind::Or(parts))
}
