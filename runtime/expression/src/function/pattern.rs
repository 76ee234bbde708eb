//! Functions of regular expressions.

use millstream_packet::{Record, Value};
use regex::Regex;

use super::text::collect;
use super::{Body, Call, Function, Outcome, Parameter, Returns};
use crate::fault::Complaint;
use crate::types::{Kinds, Type};

const TEXT: Parameter = Parameter::new("text", Kinds::TEXT);
const PATTERN: Parameter =
    Parameter::new("pattern", Kinds::TEXT).checked(|text| compile(text).map(drop));

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "capture",
        aliases: &[
            "regexpextract",
            "regexextract",
            "extract",
            "match",
            "regexpmatch",
            "search",
        ],
        parameters: &[TEXT, PATTERN],
        returns: Returns::Kinds(Kinds::TEXT.or(Kinds::NULL)),
        summary: "What the first group of the pattern matches at its first match, or the whole match if it has no groups; \
                  null without a match.",
        examples: &[
            (r#"capture("GET /a HTTP", "GET (\\S+)")"#, "\"/a\""),
            (r#"capture("room 12", r"\d+")"#, "\"12\""),
            (r#"capture("none", r"\d+")"#, "null"),
        ],
        body: Body::Value(capture),
    },
    Function {
        name: "captures",
        aliases: &["regexpgroups", "groups"],
        parameters: &[TEXT, PATTERN],
        returns: Returns::Kinds(Kinds::RECORD.or(Kinds::NULL)),
        summary: "A record of what the named groups match at the first match; null without a match. A group that takes no \
                  part is null.",
        examples: &[(
            r#"captures("size=12", r"(?<key>\w+)=(?<value>\d+)")"#,
            r#"{"key":"size","value":"12"}"#,
        )],
        body: Body::Value(captures),
    },
    Function {
        name: "find_all",
        aliases: &[
            "regexpextractall",
            "findall",
            "scan",
            "matchall",
            "allmatches",
        ],
        parameters: &[TEXT, PATTERN],
        returns: Returns::Like(|_| Type::list(Type::from_kinds(Kinds::TEXT))),
        summary: "Everything that matches the pattern, from left to right.",
        examples: &[(r#"find_all("1, 22 and 3", r"\d+")"#, r#"["1","22","3"]"#)],
        body: Body::Value(find_all),
    },
    Function {
        name: "replace_matches",
        aliases: &["regexpreplace", "regexreplace", "resub", "replacere"],
        parameters: &[TEXT, PATTERN, Parameter::new("with", Kinds::TEXT)],
        returns: Returns::Kinds(Kinds::TEXT),
        summary: "The text with `with` in place of everything that matches; `$1` or `${name}` in it is what that group \
                  matched, `$$` a dollar sign.",
        examples: &[(
            r#"replace_matches("a1b22", r"\d+", "<$0>")"#,
            "\"a<1>b<22>\"",
        )],
        body: Body::Value(replace_matches),
    },
    Function {
        name: "split_matches",
        aliases: &["regexpsplit", "resplit", "splitre"],
        parameters: &[TEXT, PATTERN],
        returns: Returns::Like(|_| Type::list(Type::from_kinds(Kinds::TEXT))),
        summary: "The parts of a text between what matches the pattern.",
        examples: &[(r#"split_matches("a, b;c", r"[,;]\s*")"#, r#"["a","b","c"]"#)],
        body: Body::Value(split_matches),
    },
];

/// Makes a pattern; the complaint names the place in it.
pub(crate) fn compile(pattern: &str) -> Result<Regex, Complaint> {
    let error = match Regex::new(pattern) {
        Ok(regex) => return Ok(regex),
        Err(error) => error,
    };
    let (what, part) = match regex_syntax::Parser::new().parse(pattern) {
        Err(regex_syntax::Error::Parse(error)) => (error.kind().to_string(), Some(*error.span())),
        Err(regex_syntax::Error::Translate(error)) => {
            (error.kind().to_string(), Some(*error.span()))
        }
        _ => (error.to_string(), None),
    };
    let message = format!(
        "this is no regular expression: {}",
        what.trim_end_matches('.')
    );
    Err(Complaint {
        part: part.map(|span| span.start.offset..span.end.offset),
        ..Complaint::about(1, message)
    })
}

fn capture(call: Call<'_, '_>) -> Outcome {
    let pattern = call
        .memory
        .pattern(call.operands.get(1).map_or("", |pattern| pattern.text()))?;
    let text = call.operands.first().map_or("", |text| text.text());
    let Some(found) = pattern.captures(text) else {
        return Ok(Value::NULL);
    };
    let group = found.get(1.min(found.len() - 1));
    Ok(group.map_or(Value::NULL, |group| group.as_str().into()))
}

fn captures(call: Call<'_, '_>) -> Outcome {
    let pattern = call
        .memory
        .pattern(call.operands.get(1).map_or("", |pattern| pattern.text()))?;
    let text = call.operands.first().map_or("", |text| text.text());
    let Some(found) = pattern.captures(text) else {
        return Ok(Value::NULL);
    };
    let group = |name: &str| {
        found
            .name(name)
            .map_or(Value::NULL, |group| group.as_str().into())
    };
    let names = pattern.capture_names().flatten();
    Ok(names
        .map(|name| (name, group(name)))
        .collect::<Record>()
        .into())
}

fn find_all(call: Call<'_, '_>) -> Outcome {
    let Call {
        operands,
        memory,
        budget,
    } = call;
    let pattern = memory
        .pattern(operands.get(1).map_or("", |pattern| pattern.text()))?
        .clone();
    let call = Call {
        operands,
        memory,
        budget,
    };
    collect(
        &call,
        pattern.find_iter(call.text(0)).map(|found| found.as_str()),
    )
}

fn replace_matches(call: Call<'_, '_>) -> Outcome {
    let pattern = call
        .memory
        .pattern(call.operands.get(1).map_or("", |pattern| pattern.text()))?;
    let text = call.operands.first().map_or("", |text| text.text());
    let with = call.operands.get(2).map_or("", |with| with.text());
    let mut replaced = String::new();
    let mut end = 0;
    for found in pattern.captures_iter(text) {
        let whole = found.get_match();
        replaced.push_str(text.get(end..whole.start()).unwrap_or_default());
        let before = replaced.len();
        found.expand(with, &mut replaced);
        call.budget.spend(replaced.len() - before)?;
        end = whole.end();
    }
    replaced.push_str(text.get(end..).unwrap_or_default());
    Ok(replaced.into())
}

fn split_matches(call: Call<'_, '_>) -> Outcome {
    let Call {
        operands,
        memory,
        budget,
    } = call;
    let pattern = memory
        .pattern(operands.get(1).map_or("", |pattern| pattern.text()))?
        .clone();
    let call = Call {
        operands,
        memory,
        budget,
    };
    collect(&call, pattern.split(call.text(0)))
}
