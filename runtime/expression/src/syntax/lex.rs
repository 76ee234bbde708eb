//! Cuts the text of an expression into tokens.

use winnow::Parser as _;
use winnow::combinator::{alt, dispatch, opt, peek, preceded};
use winnow::stream::{LocatingSlice, Location as _, Stream as _};
use winnow::token::{any, one_of, take_till, take_while};

use super::problem::{Failed, Parsed, mistake_of, no_fit, refuse};
use super::token::{Mark, Token, TokenKind, continues_name, starts_name};
use crate::mistake::Mistake;
use crate::span::Span;

type Input<'s> = LocatingSlice<&'s str>;

/// The tokens of a text, without the blanks between them.
pub(super) fn lex(source: &str) -> Result<Vec<Token>, Mistake> {
    let mut input = LocatingSlice::new(source);
    let mut tokens = Vec::new();
    let end = Span::new(source.len(), source.len());
    loop {
        input.next_slice(blanks(&input));
        if input.is_empty() {
            return Ok(tokens);
        }
        tokens.push(token(&mut input).map_err(|error| mistake_of(error, end))?);
    }
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

fn token(input: &mut Input<'_>) -> Parsed<Token> {
    let start = input.current_token_start();
    let kind = dispatch! { peek(any);
        '0'..='9' => number,
        '"' | '\'' => text.map(TokenKind::Text),
        '`' => quoted_name.map(TokenKind::QuotedName),
        c if starts_name(c) => alt((raw_text.map(TokenKind::Text), word)),
        _ => sign,
    }
    .parse_next(input)?;
    let span = Span::new(start, input.current_token_start());
    Ok(Token { span, kind })
}

fn word(input: &mut Input<'_>) -> Parsed<TokenKind> {
    let name = take_while(1.., continues_name).parse_next(input)?;
    Ok(match Mark::word(name) {
        Some(word) => TokenKind::Mark(word),
        None => TokenKind::Name(name.to_owned()),
    })
}

fn number(input: &mut Input<'_>) -> Parsed<TokenKind> {
    let start = input.current_token_start();
    let (kind, written) = alt((hex, decimal)).with_taken().parse_next(input)?;
    let rest = take_while(0.., continues_name).parse_next(input)?;
    let span = Span::new(start, input.current_token_start());
    if rest.is_empty() {
        return kind.map_err(|what| refuse(Mistake { span, ..what }));
    }
    let mistake = Mistake::new(span, format!("`{written}{rest}` is no number"));
    Err(refuse(match rest {
        "d" | "h" | "m" | "min" | "s" | "ms" | "us" | "w" => mistake.help(format!(
            "for a length of time write duration(\"{written}{rest}\")"
        )),
        _ => mistake.help("names begin with a letter; other names stand in backquotes"),
    }))
}

/// What a number is, or why it is none; the place is the caller's to say.
type Number = Result<TokenKind, Mistake>;

fn hex(input: &mut Input<'_>) -> Parsed<Number> {
    let is_digit = |c: char| c.is_ascii_hexdigit() || c == '_';
    let digits = preceded(alt(("0x", "0X")), take_while(1.., is_digit)).parse_next(input)?;
    Ok(int(digits, 16))
}

fn decimal(input: &mut Input<'_>) -> Parsed<Number> {
    let digits = || take_while(1.., |c: char| c.is_ascii_digit() || c == '_');
    let first = || one_of('0'..='9');
    let fraction = (".", peek(first()), digits());
    let exponent = (
        one_of(['e', 'E']),
        opt(one_of(['+', '-'])),
        peek(first()),
        digits(),
    );
    let parts = (
        digits(),
        opt(fraction).map(|part| part.is_some()),
        opt(exponent),
    );
    let ((_, has_fraction, exponent), written) = parts.with_taken().parse_next(input)?;
    if has_fraction || exponent.is_some() {
        return Ok(float(written));
    }
    Ok(int(written, 10))
}

fn int(digits: &str, radix: u32) -> Number {
    u64::from_str_radix(&digits.replace('_', ""), radix)
        .map(TokenKind::Int)
        .map_err(|_range| Mistake::new(Span::default(), "the number does not fit a 64-bit int"))
}

fn float(written: &str) -> Number {
    match written.replace('_', "").parse::<f64>() {
        Ok(float) if float.is_finite() => Ok(TokenKind::Float(float)),
        _ => Err(Mistake::new(
            Span::default(),
            "the number does not fit a 64-bit float",
        )),
    }
}

/// `r"…"`: no escapes.
fn raw_text(input: &mut Input<'_>) -> Parsed<String> {
    let start = input.current_token_start();
    let quote = preceded('r', one_of(['"', '\''])).parse_next(input)?;
    let content = take_till(0.., quote).parse_next(input)?;
    if input.next_token().is_none() {
        return Err(never_closed(start, 2, "text", quote));
    }
    Ok(content.to_owned())
}

fn text(input: &mut Input<'_>) -> Parsed<String> {
    let start = input.current_token_start();
    let quote = any.parse_next(input)?;
    let mut content = String::new();
    loop {
        content.push_str(take_till(0.., [quote, '\\']).parse_next(input)?);
        match input.next_token() {
            None => return Err(never_closed(start, 1, "text", quote)),
            Some(c) if c == quote => return Ok(content),
            Some(_) => content.push(escape(input)?),
        }
    }
}

/// What stands behind a backslash.
fn escape(input: &mut Input<'_>) -> Parsed<char> {
    let start = input.current_token_start() - 1;
    let letter = input.next_token();
    let known = match letter {
        Some('n') => Some('\n'),
        Some('r') => Some('\r'),
        Some('t') => Some('\t'),
        Some('0') => Some('\0'),
        Some(c @ ('\\' | '"' | '\'')) => Some(c),
        Some('u') => opt(code_point).parse_next(input)?.flatten(),
        _ => None,
    };
    known.ok_or_else(|| {
        let span = Span::new(start, input.current_token_start());
        let mistake = match letter {
            Some('u') => Mistake::new(span, "this is no character's number")
                .help("write it in hexadecimal between braces, as in \\u{e4}"),
            Some(c) => Mistake::new(span, format!("`\\{c}` stands for nothing")).help(
                "write `\\\\` for a backslash, or r\"…\" for text without escapes; there are \\n \\r \\t \\0 \\\" \\' \
                 \\u{…}",
            ),
            None => Mistake::new(span, "the text ends behind a backslash"),
        };
        refuse(mistake)
    })
}

/// `{e4}`; nothing when there is no such character.
fn code_point(input: &mut Input<'_>) -> Parsed<Option<char>> {
    let digits = take_while(1..=6, |c: char| c.is_ascii_hexdigit());
    let (_, digits, _) = ('{', digits, '}').parse_next(input)?;
    let number = u32::from_str_radix(digits, 16).map_err(|_digits| no_fit())?;
    Ok(char::from_u32(number))
}

/// A name in backquotes; a backquote inside is doubled.
fn quoted_name(input: &mut Input<'_>) -> Parsed<String> {
    let start = input.current_token_start();
    let mut name = String::new();
    loop {
        '`'.parse_next(input)?;
        name.push_str(take_till(0.., '`').parse_next(input)?);
        if input.next_token().is_none() {
            return Err(never_closed(start, 1, "name", '`'));
        }
        if !input.starts_with('`') {
            return Ok(name);
        }
        name.push('`');
    }
}

fn never_closed(start: usize, width: usize, what: &str, quote: char) -> Failed {
    let span = Span::new(start, start + width);
    refuse(
        Mistake::new(span, format!("this {what} is never closed"))
            .help(format!("its end, {quote}, is missing")),
    )
}

/// What people write who know other languages, with what to write here. Longer ones first.
const FOREIGN: &[(&str, &str)] = &[
    ("===", "write `==` to compare"),
    ("!==", "write `!=`"),
    ("&&", "write `and`"),
    ("||", "write `or`; for the first that is not null `??`"),
    ("<>", "write `!=`"),
    ("=~", "write `matches`, as in name matches \"^a\""),
    ("**", "write pow(a, b)"),
    ("//", "write div(a, b) for a whole quotient"),
    ("?.", "write `a.b ?? other`: it forgives a missing field"),
    ("=", "write `==` to compare"),
    ("!", "write `not`"),
    ("&", "write `and`"),
    ("|", "write `or`"),
    (
        "?",
        "write if condition then a else b; for the first that is not null `??`",
    ),
    ("^", "write pow(a, b)"),
    ("$", "a field is written by its name alone"),
    ("@", "a field is written by its name alone"),
    ("#", "there are no comments in expressions"),
    (";", "an expression is one value; there are no statements"),
];

fn sign(input: &mut Input<'_>) -> Parsed<TokenKind> {
    let start = input.current_token_start();
    let rest: &str = input;
    let foreign = FOREIGN.iter().find(|(sign, _)| rest.starts_with(sign));
    let mark = Mark::SIGNS
        .iter()
        .find(|mark| rest.starts_with(mark.text()));
    // `==` begins with the foreign `=`, and the foreign `===` with `==`: the longest wins.
    let known = mark.map_or(0, |mark| mark.text().len());
    let span = |length: usize| Span::new(start, start + length);
    match (foreign, mark) {
        (Some((sign, help)), _) if sign.len() > known => Err(refuse(
            Mistake::new(span(sign.len()), format!("`{sign}` means nothing here")).help(*help),
        )),
        (_, Some(mark)) => {
            input.next_slice(known);
            Ok(TokenKind::Mark(*mark))
        }
        _ => {
            let c = rest.chars().next().unwrap_or_default();
            Err(refuse(Mistake::new(
                span(c.len_utf8()),
                format!("the character `{}` means nothing here", c.escape_debug()),
            )))
        }
    }
}
