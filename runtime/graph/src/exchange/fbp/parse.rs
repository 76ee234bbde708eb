//! From text to statements.

use std::ops::Range;

use millstream_packet::Value;
use winnow::ModalResult;
use winnow::Parser as _;
use winnow::combinator::{alt, delimited, opt, preceded, repeat, terminated};
use winnow::error::{ErrMode, ParserError};
use winnow::stream::{LocatingSlice, Location as _, Stream as _};
use winnow::token::{any, literal, one_of, take_till, take_while};

use crate::exchange::fbp::syntax::{Arrow, Clause, Component, Element, Statement, Word};
use crate::file::Problem;

type Input<'t> = LocatingSlice<&'t str>;
type Parsed<T> = ModalResult<T, Problem>;

/// Reads all statements.
pub(super) fn parse(text: &str) -> Result<Vec<Statement>, Problem> {
    let mut input = LocatingSlice::new(text);
    document(&mut input).map_err(|error| match error {
        ErrMode::Backtrack(problem) | ErrMode::Cut(problem) => problem,
        ErrMode::Incomplete(_) => Problem::new(text.len()..text.len(), "the text ends too early"),
    })
}

/// What the parsers of `winnow` fail with where nobody knows better.
impl ParserError<Input<'_>> for Problem {
    type Inner = Self;

    fn from_input(input: &Input<'_>) -> Self {
        let found = match input.chars().next() {
            None => "the end of the text".to_owned(),
            Some('\n' | '\r') => "the end of the line".to_owned(),
            Some(c) => format!("`{c}`"),
        };
        Self::new(here(input), format!("{found} cannot stand here"))
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

/// The next character as a range to point at.
fn here(input: &Input<'_>) -> Range<usize> {
    let start = input.current_token_start();
    start..start + input.chars().next().map_or(0, char::len_utf8)
}

/// A failure that no other way of reading mends.
fn refuse<T>(span: Range<usize>, message: impl Into<String>, help: &str) -> Parsed<T> {
    Err(ErrMode::Cut(Problem::new(span, message).help(help)))
}

fn document(input: &mut Input<'_>) -> Parsed<Vec<Statement>> {
    let mut statements = Vec::new();
    opt(literal('\u{FEFF}')).parse_next(input)?;
    let mut is_first = true;
    while !input.is_empty() {
        if let Some(statement) = opt(line).parse_next(input)? {
            statements.extend(statement);
            continue;
        }
        if opt(one_of(';')).parse_next(input)?.is_some() {
            final_part(input, &mut statements)?;
            break;
        }
        if is_first && let Some(title) = opt(title).parse_next(input)? {
            statements.push(Statement::Title(title));
        } else {
            statements.push(alt((directive, clause.map(Statement::Clause))).parse_next(input)?);
            end_of_clause(input, &mut statements)?;
        }
        is_first = false;
    }
    Ok(statements)
}

/// A line without a clause: blank, or a comment.
fn line(input: &mut Input<'_>) -> Parsed<Option<Statement>> {
    alt((
        terminated(blank, newline).map(|_| Some(Statement::Blank)),
        preceded(blank, comment).map(Some),
        // Blanks before a clause, commas behind nothing.
        take_while(1.., (' ', '\t', '\r', ',')).map(|_| None),
    ))
    .parse_next(input)
}

/// What ends a clause: a comma, the end of the line, a semicolon; a comment may stand before it.
fn end_of_clause(input: &mut Input<'_>, statements: &mut Vec<Statement>) -> Parsed<()> {
    blank(input)?;
    let has_comma = opt(one_of(',')).parse_next(input)?.is_some();
    blank(input)?;
    if let Some(found) = opt(comment).parse_next(input)? {
        statements.push(match found {
            Statement::Comment { text, .. } => Statement::Comment {
                text,
                is_behind: true,
            },
            other => other,
        });
        return Ok(());
    }
    if has_comma || input.is_empty() || opt(newline).parse_next(input)?.is_some() {
        return Ok(());
    }
    if input.starts_with(';') {
        return Ok(());
    }
    let problem = Problem::from_input(input);
    Err(ErrMode::Cut(problem.help(
        "a clause ends with a comma, at the end of the line, or with `;`; special characters in names need a `\\`",
    )))
}

/// Behind the final semicolon there may be blanks and comments.
fn final_part(input: &mut Input<'_>, statements: &mut Vec<Statement>) -> Parsed<()> {
    while !input.is_empty() {
        match opt(line).parse_next(input)? {
            Some(found) => statements.extend(found),
            None => {
                return refuse(
                    here(input),
                    "the graph ended with the `;` before this",
                    "separate clauses by commas or lines",
                );
            }
        }
    }
    Ok(())
}

fn blank<'t>(input: &mut Input<'t>) -> Parsed<&'t str> {
    take_while(0.., (' ', '\t', '\r')).parse_next(input)
}

fn newline(input: &mut Input<'_>) -> Parsed<char> {
    one_of(['\n', '\u{2028}', '\u{2029}']).parse_next(input)
}

/// A comment up to its end of line, which it takes along; or an annotation.
fn comment(input: &mut Input<'_>) -> Parsed<Statement> {
    let text = preceded('#', take_till(0.., ['\n', '\u{2028}', '\u{2029}'])).parse_next(input)?;
    opt(newline).parse_next(input)?;
    let text: &str = text.trim_end();
    let is_word = |key: &str| {
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        !key.is_empty() && key.chars().all(legal)
    };
    let annotation = text.trim_start().strip_prefix('@').and_then(|rest| {
        let (key, value) = rest.split_once(char::is_whitespace)?;
        is_word(key).then(|| Statement::Annotation {
            key: key.to_owned(),
            value: value.trim().to_owned(),
        })
    });
    Ok(annotation.unwrap_or_else(|| {
        let text = text.strip_prefix(' ').unwrap_or(text);
        // A backslash keeps a comment from being an annotation.
        let text = text.strip_prefix('\\').unwrap_or(text);
        Statement::Comment {
            text: text.to_owned(),
            is_behind: false,
        }
    }))
}

/// `Name:`, but not the colon of anything else.
fn title(input: &mut Input<'_>) -> Parsed<String> {
    terminated(name, (blank, ':')).parse_next(input)
}

fn directive(input: &mut Input<'_>) -> Parsed<Statement> {
    let start = input.current_token_start();
    let keyword = alt((
        literal("INPORT="),
        literal("OUTPORT="),
        literal("DEFAULT_INPORT="),
        literal("DEFAULT_OUTPORT="),
        literal("EXPORT="),
    ))
    .parse_next(input)?;
    let is_in = keyword.contains("INPORT");
    if keyword == "EXPORT=" {
        return refuse(
            start..start + keyword.len(),
            "`EXPORT` does not say which way packets go",
            "write INPORT=process.PORT:NAME or OUTPORT=process.PORT:NAME",
        );
    }
    if keyword.starts_with("DEFAULT") {
        let port = port_name.parse_next(input)?;
        return Ok(Statement::DefaultPort { is_in, port });
    }
    let found = (plain_name, '.', port_name, opt(index), ':', port_name).parse_next(input);
    let Ok((process, _, port, index, _, name)) = found else {
        return refuse(
            here(input),
            format!("`{keyword}` needs a port and a name for it"),
            "write process.PORT:NAME",
        );
    };
    Ok(Statement::Export {
        is_in,
        process,
        port,
        index,
        name,
        span: start..input.current_token_start(),
    })
}

fn clause(input: &mut Input<'_>) -> Parsed<Clause> {
    if input.starts_with("->") {
        let start = input.current_token_start();
        return refuse(
            start..start + 2,
            "an arrow must come from a process or a value",
            "a clause that goes on in the next line ends with its arrow",
        );
    }
    let first = element(input)?;
    let mut rest = Vec::new();
    while let Some(arrow) = opt(preceded(blank, arrow)).parse_next(input)? {
        let start = here(input);
        let next = opt(element).parse_next(input)?;
        let Some(next) = next.filter(|next| matches!(next, Element::Words(..))) else {
            return refuse(
                start,
                "an arrow must lead to a process",
                "write `-> PORT process`",
            );
        };
        rest.push((arrow, next));
    }
    if rest.is_empty()
        && let Element::Value(_, span) = &first
    {
        return refuse(
            span.clone(),
            "this value goes nowhere",
            "write `'value' -> PORT process`",
        );
    }
    Ok(Clause { first, rest })
}

/// An arrow with its capacity; the next element may stand on another line.
fn arrow(input: &mut Input<'_>) -> Parsed<Arrow> {
    literal("->").parse_next(input)?;
    blank(input)?;
    let start = input.current_token_start();
    let number = delimited(('(', blank), take_while(1.., '0'..='9'), (blank, ')'));
    let capacity = match opt(number).parse_next(input)? {
        None => None,
        Some(digits) => match digits.parse::<u32>() {
            Ok(capacity @ 1..) => Some(capacity),
            _ => {
                return refuse(
                    start..input.current_token_start(),
                    format!("{digits} is no capacity"),
                    "a capacity is a whole number from 1 to 4294967295",
                );
            }
        },
    };
    take_while(0.., (' ', '\t', '\r', '\n')).parse_next(input)?;
    Ok(Arrow { capacity })
}

fn element(input: &mut Input<'_>) -> Parsed<Element> {
    alt((quoted, json, words)).parse_next(input)
}

/// `'text'`; the one escape is `\'`.
fn quoted(input: &mut Input<'_>) -> Parsed<Element> {
    let start = input.current_token_start();
    one_of('\'').parse_next(input)?;
    let piece = alt((
        literal("\\'").value('\''),
        any.verify(|c: &char| *c != '\''),
    ));
    let text: String = repeat(0.., piece).parse_next(input)?;
    if opt(one_of('\'')).parse_next(input)?.is_none() {
        return refuse(
            start..start + 1,
            "this quote is never closed",
            "a quote inside the text is written \\'",
        );
    }
    let span = start..input.current_token_start();
    Ok(Element::Value(Value::from(text.as_str()), span))
}

/// Any JSON value.
fn json(input: &mut Input<'_>) -> Parsed<Element> {
    let begins = |c: char| matches!(c, '"' | '{' | '[' | '-' | '0'..='9');
    let is_word = ["true", "false", "null"].iter().any(|word| {
        let rest = input.strip_prefix(word);
        rest.is_some_and(|rest| rest.trim_start_matches([' ', '\t']).starts_with("->"))
    });
    if !is_word && !input.starts_with(begins) {
        return Err(ErrMode::Backtrack(Problem::from_input(input)));
    }
    let start = input.current_token_start();
    let source: &str = input;
    let mut stream =
        serde_json::Deserializer::from_str(source).into_iter::<serde::de::IgnoredAny>();
    let problem = match stream.next() {
        Some(Ok(_)) => {
            let length = stream.byte_offset();
            let text = source.get(..length).unwrap_or_default();
            match Value::from_json(text.as_bytes()) {
                Ok(value) => {
                    input.next_slice(length);
                    return Ok(Element::Value(value, start..start + length));
                }
                Err(error) => error.to_string(),
            }
        }
        Some(Err(error)) => error.to_string(),
        None => "the text ends too early".to_owned(),
    };
    let problem = problem.split(" at line").next().unwrap_or_default();
    refuse(
        start..start + 1,
        format!("this is no JSON value: {problem}"),
        "text stands in single quotes",
    )
}

fn words(input: &mut Input<'_>) -> Parsed<Element> {
    let start = input.current_token_start();
    let mut words = vec![word(input)?];
    while let Some(next) = opt(preceded(blank, word)).parse_next(input)? {
        words.push(next);
    }
    let end = words.last().map_or(start, |word| word.span.end);
    Ok(Element::Words(words, start..end))
}

/// `name`, `name[2]`, `name(component)`, `(component)`; a `?` behind it has no meaning here.
fn word(input: &mut Input<'_>) -> Parsed<Word> {
    let start = input.current_token_start();
    let text = opt(name).parse_next(input)?;
    let index = match text {
        Some(_) => opt(index).parse_next(input)?,
        None => None,
    };
    let component = opt(component).parse_next(input)?;
    if text.is_none() && component.is_none() {
        return Err(ErrMode::Backtrack(Problem::from_input(input)));
    }
    let end = input.current_token_start();
    opt(one_of('?')).parse_next(input)?;
    Ok(Word {
        text: text.unwrap_or_default(),
        index,
        component,
        span: start..end,
    })
}

/// Letters, digits, `_`, `.`, a `-` that begins no arrow, and whatever stands behind a `\`.
fn name(input: &mut Input<'_>) -> Parsed<String> {
    repeat(1.., alt((escaped, name_char, one_of('.')))).parse_next(input)
}

/// A name in which a dot has a meaning.
fn plain_name(input: &mut Input<'_>) -> Parsed<String> {
    repeat(1.., alt((escaped, name_char))).parse_next(input)
}

fn port_name(input: &mut Input<'_>) -> Parsed<String> {
    name(input)
}

fn name_char(input: &mut Input<'_>) -> Parsed<char> {
    if input.starts_with("->") {
        return Err(ErrMode::Backtrack(Problem::from_input(input)));
    }
    one_of(|c: char| c.is_alphanumeric() || c == '_' || c == '-').parse_next(input)
}

fn escaped(input: &mut Input<'_>) -> Parsed<char> {
    preceded('\\', any).parse_next(input)
}

fn index(input: &mut Input<'_>) -> Parsed<u32> {
    let start = input.current_token_start();
    let digits = preceded('[', take_while(0.., '0'..='9')).parse_next(input)?;
    let is_closed = opt(one_of(']')).parse_next(input)?.is_some();
    match digits.parse() {
        Ok(index) if is_closed => Ok(index),
        _ => refuse(
            start..input.current_token_start(),
            "this is no number of an array element",
            "write PORT[0], with a whole number up to 4294967295",
        ),
    }
}

/// `(component:key=value,…)`; blanks around the parts do not count.
fn component(input: &mut Input<'_>) -> Parsed<Component> {
    let start = input.current_token_start();
    one_of('(').parse_next(input)?;
    let name = part(input, &[':', ')'])?;
    let mut meta = Vec::new();
    if opt(one_of(':')).parse_next(input)?.is_some() {
        loop {
            let first = part(input, &['=', ',', ')'])?;
            if opt(one_of('=')).parse_next(input)?.is_some() {
                let value = part(input, &[',', ')'])?;
                meta.push((Some(first), value));
            } else if !first.is_empty() {
                meta.push((None, first));
            }
            if opt(one_of(',')).parse_next(input)?.is_none() {
                break;
            }
        }
    }
    if opt(one_of(')')).parse_next(input)?.is_none() {
        return refuse(
            start..start + 1,
            "this bracket is never closed",
            "write process(component)",
        );
    }
    Ok(Component { name, meta })
}

/// Text up to one of these, on one line.
fn part(input: &mut Input<'_>, ends: &[char]) -> Parsed<String> {
    let plain = any.verify(|c: &char| !ends.contains(c) && !matches!(c, '\n' | '\\'));
    let text: String = repeat(0.., alt((escaped, plain))).parse_next(input)?;
    Ok(text.trim().to_owned())
}
