//! The tokens that are left, and what to say when the next one is not what could stand there.

use winnow::stream::{Stateful, Stream as _, TokenSlice};

use super::problem::{Failed, Parsed, refuse};
use super::token::{Mark, Token, TokenKind, keyword_meant};
use super::tree::Name;
use crate::mistake::Mistake;
use crate::span::Span;

pub(super) type Input<'t> = Stateful<TokenSlice<'t, Token>, State>;

/// What the parser knows beside the tokens that are left.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// Expressions inside of each other, prefixes included.
    pub(super) nesting: u16,
    /// Where the prefixes stand that wait for their operand.
    pub(super) prefixes: Vec<Span>,
    /// The end of the text.
    pub(super) end: Span,
}

/// The sign or word that comes next.
pub(super) fn mark(input: &Input<'_>) -> Option<Mark> {
    match input.first()?.kind {
        TokenKind::Mark(mark) => Some(mark),
        _ => None,
    }
}

/// Where the next token stands; the end of the text if there is none.
pub(super) fn here(input: &Input<'_>) -> Span {
    input.first().map_or(input.state.end, |token| token.span)
}

/// Takes the next token.
pub(super) fn take(input: &mut Input<'_>) -> Span {
    let span = here(input);
    input.next_token();
    span
}

pub(super) fn expect(input: &mut Input<'_>, wanted: Mark) -> Parsed<Span> {
    if mark(input) == Some(wanted) {
        return Ok(take(input));
    }
    Err(unexpected(
        input,
        &format!("an operator or `{}`", wanted.text()),
    ))
}

/// The sign that closes what was opened; at the end of the text the opening one is what is wrong.
pub(super) fn close(
    input: &mut Input<'_>,
    open: Span,
    wanted: Mark,
    expected: &str,
) -> Parsed<Span> {
    if mark(input) == Some(wanted) {
        return Ok(take(input));
    }
    if input.is_empty() {
        let mistake = Mistake::new(open, "this is never closed");
        return Err(refuse(
            mistake.help(format!("its end, `{}`, is missing", wanted.text())),
        ));
    }
    Err(unexpected(input, &format!("an operator or {expected}")))
}

/// Items with commas between them and perhaps behind the last, up to the closing sign.
pub(super) fn separated<'t, T>(
    input: &mut Input<'t>,
    open: Span,
    end: Mark,
    item: fn(&mut Input<'t>) -> Parsed<T>,
) -> Parsed<(Vec<T>, Span)> {
    let mut items = Vec::new();
    let expected = format!("`,` or `{}`", end.text());
    loop {
        if mark(input) == Some(end) {
            return Ok((items, take(input)));
        }
        if input.is_empty() {
            return close(input, open, end, &expected).map(|span| (items, span));
        }
        items.push(item(input)?);
        if mark(input) == Some(Mark::Comma) {
            input.next_token();
        } else {
            return close(input, open, end, &expected).map(|span| (items, span));
        }
    }
}

pub(super) fn expect_name(input: &mut Input<'_>, expected: &str) -> Parsed<Name> {
    match input.first().cloned() {
        Some(Token {
            span,
            kind: TokenKind::Name(text) | TokenKind::QuotedName(text),
        }) => {
            input.next_token();
            Ok(Name { span, text })
        }
        _ => Err(unexpected(input, expected)),
    }
}

/// A name where only fields can stand, so that words of the language need no backquotes.
pub(super) fn field_name(input: &mut Input<'_>) -> Parsed<Name> {
    match mark(input) {
        Some(word) if word.text().chars().all(char::is_alphabetic) => Ok(Name {
            span: take(input),
            text: word.text().to_owned(),
        }),
        _ => expect_name(input, "the name of a field"),
    }
}

/// Whether the token behind the next is `in`.
pub(super) fn is_in(input: &Input<'_>) -> bool {
    let second = input.get(1).map(|token| &token.kind);
    second == Some(&TokenKind::Mark(Mark::In))
}

/// What stands here is not what could stand here.
pub(super) fn unexpected(input: &Input<'_>, expected: &str) -> Failed {
    let Some(token) = input.first() else {
        let mistake = Mistake::new(
            input.state.end,
            format!("expected {expected}, but the expression ends"),
        );
        return refuse(mistake);
    };
    if let TokenKind::Mark(sign) = token.kind
        && expected.starts_with("an operator")
        && (is_comparison(sign) || (sign == Mark::Not && is_in(input)))
    {
        let mistake = Mistake::new(token.span, "comparisons do not chain");
        return refuse(mistake.help("write a < b and b < c"));
    }
    let found = token.kind.describe();
    let mistake = Mistake::new(token.span, format!("expected {expected}, found {found}"));
    refuse(match hint(input, &token.kind) {
        Some(help) => mistake.help(help),
        None => mistake,
    })
}

const fn is_comparison(mark: Mark) -> bool {
    matches!(
        mark,
        Mark::Equal
            | Mark::Unequal
            | Mark::Less
            | Mark::LessOrEqual
            | Mark::More
            | Mark::MoreOrEqual
            | Mark::In
            | Mark::Matches
    )
}

/// What a slip of that kind usually means.
fn hint(input: &Input<'_>, found: &TokenKind) -> Option<String> {
    let is_next = |mark| input.get(1).map(|token| &token.kind) == Some(&TokenKind::Mark(mark));
    match found {
        TokenKind::Name(name) if name == "elif" || name == "elsif" || name == "elseif" => {
            Some("write `else if`".to_owned())
        }
        TokenKind::Name(name) if name == "is" => Some(if is_next(Mark::Null) {
            "write `== null`".to_owned()
        } else {
            "write `==` to compare".to_owned()
        }),
        TokenKind::Name(name) if name == "like" || name == "LIKE" => {
            Some("write `matches` with a regular expression, or starts_with(a, b)".to_owned())
        }
        TokenKind::Name(name) => keyword_meant(name).map(|word| format!("write `{word}`")),
        TokenKind::Text(_) => Some("`+` puts texts together".to_owned()),
        TokenKind::Mark(Mark::Else) => Some("`else` belongs to `if … then … else …`".to_owned()),
        TokenKind::Mark(Mark::Then) => Some("`then` belongs to `if … then … else …`".to_owned()),
        TokenKind::Mark(Mark::Dot) => {
            Some("a field is written by its name alone; the whole value is `it`".to_owned())
        }
        TokenKind::Mark(Mark::Plus) => Some("a number has no `+` in front".to_owned()),
        _ => None,
    }
}
