//! From tokens to the tree: operands, and what holds them together. Each way to go wrong has its own words.

use millstream_packet::Value;
use winnow::Parser as _;
use winnow::combinator::expression;
use winnow::stream::{Stateful, Stream as _, TokenSlice};

use super::expect::{
    Input, State, close, expect_name, field_name, here, mark, separated, take, unexpected,
};
use super::lex::lex;
use super::operator::{infix, postfix, prefix};
use super::problem::{Parsed, mistake_of, no_fit, refuse, too_deep};
use super::token::{Mark, Token, TokenKind};
use super::tree::{Argument, Expr, ExprKind, Lambda, Name};
use super::{DEPTH_MAX, NESTING_MAX, SOURCE_MAX};
use crate::mistake::Mistake;
use crate::span::Span;

/// The tree of an expression's text.
///
/// # Errors
///
/// Fails with the first mistake.
pub(crate) fn parse(source: &str) -> Result<Expr, Mistake> {
    let end = Span::new(source.len(), source.len());
    if source.len() > SOURCE_MAX {
        let message = format!("the expression is longer than {SOURCE_MAX} bytes");
        return Err(Mistake::new(Span::default(), message));
    }
    let tokens = lex(source)?;
    if tokens.is_empty() {
        return Err(Mistake::new(end, "there is no expression")
            .help("write a field's name, a value, or what to make of them"));
    }
    let state = State {
        nesting: 0,
        prefixes: Vec::new(),
        end,
    };
    let mut input = Stateful {
        input: TokenSlice::new(&tokens),
        state,
    };
    whole(&mut input).map_err(|error| mistake_of(error, end))
}

fn whole(input: &mut Input<'_>) -> Parsed<Expr> {
    let expr = full(input)?;
    match input.first() {
        None => Ok(expr),
        Some(_) => Err(unexpected(input, "an operator or the end")),
    }
}

/// An expression with all its operators.
pub(super) fn full(input: &mut Input<'_>) -> Parsed<Expr> {
    enter(input)?;
    let expr = expression(operand)
        .prefix(prefix)
        .postfix(postfix)
        .infix(infix)
        .parse_next(input)?;
    input.state.nesting -= 1;
    Ok(expr)
}

pub(super) fn enter(input: &mut Input<'_>) -> Parsed<()> {
    input.state.nesting += 1;
    if input.state.nesting > NESTING_MAX {
        return Err(too_deep(here(input), NESTING_MAX));
    }
    Ok(())
}

/// A part of the tree, unless the tree grows too deep.
pub(super) fn grown(span: Span, kind: ExprKind) -> Parsed<Expr> {
    let expr = Expr::new(span, kind);
    if expr.depth > DEPTH_MAX {
        return Err(too_deep(span, DEPTH_MAX));
    }
    Ok(expr)
}

fn operand(input: &mut Input<'_>) -> Parsed<Expr> {
    let Some(token) = input.first().cloned() else {
        return Err(no_fit());
    };
    let literal = |value: Value| ExprKind::Literal(value);
    let kind = match token.kind {
        TokenKind::Int(int) => ExprKind::Int(int),
        TokenKind::Float(float) => literal(float.into()),
        TokenKind::Text(text) => literal(text.into()),
        TokenKind::QuotedName(name) => ExprKind::Name(name),
        TokenKind::Name(name) => {
            return named(
                input,
                Name {
                    span: token.span,
                    text: name,
                },
            );
        }
        TokenKind::Mark(Mark::True) => literal(true.into()),
        TokenKind::Mark(Mark::False) => literal(false.into()),
        TokenKind::Mark(Mark::Null) => literal(Value::NULL),
        TokenKind::Mark(Mark::It) => ExprKind::It,
        TokenKind::Mark(Mark::ParenOpen) => return parenthesized(input),
        TokenKind::Mark(Mark::BracketOpen) => return list(input),
        TokenKind::Mark(Mark::BraceOpen) => return record(input),
        TokenKind::Mark(Mark::If) => return choice(input),
        TokenKind::Mark(_) => return Err(no_fit()),
    };
    input.next_token();
    grown(token.span, kind)
}

/// A field, or a call when a parenthesis follows.
fn named(input: &mut Input<'_>, name: Name) -> Parsed<Expr> {
    input.next_token();
    match mark(input) {
        Some(Mark::ParenOpen) => call(input, name),
        Some(Mark::Arrow) => {
            let mistake = Mistake::new(here(input), "`=>` stands only in arguments of functions");
            Err(refuse(mistake.help(
                "for at least write `>=`; a function is written map(items, x => x.price)",
            )))
        }
        _ => grown(name.span, ExprKind::Name(name.text)),
    }
}

fn parenthesized(input: &mut Input<'_>) -> Parsed<Expr> {
    let open = take(input);
    let expr = full(input)?;
    if mark(input) == Some(Mark::Comma) {
        let mistake = Mistake::new(here(input), "parentheses hold one value");
        return Err(refuse(mistake.help("a list is written [a, b]")));
    }
    let close = close(input, open, Mark::ParenClose, "`)`")?;
    Ok(Expr {
        span: open.to(close),
        ..expr
    })
}

fn list(input: &mut Input<'_>) -> Parsed<Expr> {
    let open = take(input);
    let (parts, close) = separated(input, open, Mark::BracketClose, full)?;
    grown(open.to(close), ExprKind::List(parts))
}

fn record(input: &mut Input<'_>) -> Parsed<Expr> {
    let open = take(input);
    let (fields, close) = separated(input, open, Mark::BraceClose, record_field)?;
    grown(open.to(close), ExprKind::Record(fields))
}

fn record_field(input: &mut Input<'_>) -> Parsed<(Name, Expr)> {
    let name = match input.first().cloned() {
        Some(Token {
            span,
            kind: TokenKind::Text(text),
        }) => {
            input.next_token();
            Name { span, text }
        }
        _ => field_name(input)?,
    };
    if mark(input) != Some(Mark::Colon) {
        let shown = &name.text;
        return Err(match mark(input) {
            Some(Mark::Comma | Mark::BraceClose) => {
                let mistake = Mistake::new(name.span, format!("the field `{shown}` has no value"));
                refuse(mistake.help(format!(
                    "write {shown}: {shown} to take over the field of that name"
                )))
            }
            _ => unexpected(input, "`:` and a value"),
        });
    }
    input.next_token();
    Ok((name, full(input)?))
}

fn call(input: &mut Input<'_>, name: Name) -> Parsed<Expr> {
    let open = take(input);
    let (arguments, close) = separated(input, open, Mark::ParenClose, argument)?;
    grown(name.span.to(close), ExprKind::Call(name, arguments))
}

fn argument(input: &mut Input<'_>) -> Parsed<Argument> {
    let is_lambda = matches!(
        &input[..],
        [
            Token {
                kind: TokenKind::Name(_) | TokenKind::QuotedName(_),
                ..
            },
            Token {
                kind: TokenKind::Mark(Mark::Arrow),
                ..
            },
            ..
        ]
    );
    if !is_lambda {
        return full(input).map(Argument::Value);
    }
    let parameter = expect_name(input, "a name")?;
    input.next_token();
    let body = full(input)?;
    Ok(Argument::Lambda(Lambda {
        span: parameter.span.to(body.span),
        parameter,
        body,
    }))
}

/// `if … then … else …`.
fn choice(input: &mut Input<'_>) -> Parsed<Expr> {
    let start = take(input);
    let condition = full(input)?;
    if mark(input) != Some(Mark::Then) {
        return Err(unexpected(input, "an operator or `then`"));
    }
    input.next_token();
    let yes = full(input)?;
    if mark(input) != Some(Mark::Else) {
        let (Some(TokenKind::Mark(_)) | None) = input.first().map(|token| &token.kind) else {
            return Err(unexpected(input, "an operator or `else`"));
        };
        let mistake = Mistake::new(start, "this `if` has no `else`");
        return Err(refuse(mistake.help(
            "an expression has a value in either case: if … then … else null",
        )));
    }
    input.next_token();
    let no = full(input)?;
    grown(
        start.to(no.span),
        ExprKind::If(Box::new([condition, yes, no])),
    )
}
