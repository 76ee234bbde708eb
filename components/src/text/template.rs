//! `text/Template`: writes records as text.

use millstream_component::prelude::*;

use crate::console::line;

/// Fills the fields of records into a text.
///
/// `{field}` stands for the field's value, `{a.b}` for the field `b` of the record in field `a`, `{{` and `}}` for single
/// braces. Text is put in as it is, every other value as compact JSON; null is `null`.
///
/// # Errors
///
/// A mistake in the template fails at the start and says at which character. A field that a record lacks is a failure
/// of that packet, which names the fields that there are.
#[component(name = "text/Template", operator, prepare, examples = examples)]
#[derive(Debug)]
pub(crate) struct Template {
    /// Records.
    #[input(name = "in")]
    input: In<Record>,
    /// The template with the record's values.
    #[output]
    out: Out<Text>,
    #[config]
    config: Config<TemplateSettings>,
    #[state]
    parts: Vec<Part>,
    #[state]
    filled: String,
}

/// Settings of [`Template`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TemplateSettings {
    /// The text, with `{field}` for what is to be filled in.
    #[schemars(extend("hot" = true))]
    template: String,
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    /// The names on the way to a field.
    Field(Vec<String>),
}

impl Operator for Template {
    fn process(&mut self, record: Record) -> Result<(), Failure> {
        self.filled.clear();
        for part in &self.parts {
            match part {
                Part::Literal(text) => self.filled.push_str(text),
                Part::Field(path) => line::push_str(&mut self.filled, find(&record, path)?)?,
            }
        }
        self.out.emit(self.filled.as_str());
        Ok(())
    }
}

impl Template {
    fn prepare(&mut self) -> Result<(), Failure> {
        self.parts = parse(&self.config.template)
            .map_err(|mistake| Failure::fatal(format!("`template`, {mistake}")))?;
        Ok(())
    }
}

fn find<'a>(record: &'a Record, path: &[String]) -> Result<&'a Value, Failure> {
    let (first, rest) = path
        .split_first()
        .ok_or_else(|| Failure::fatal("no field"))?;
    let mut value = record
        .get(first)
        .ok_or_else(|| unknown_field(record, first))?;
    for name in rest {
        let inner = value.as_record().ok_or_else(|| {
            let kind = value.kind();
            Failure::packet(format!("`{name}` is looked for in {kind}, not in a record"))
        })?;
        value = inner.get(name).ok_or_else(|| unknown_field(inner, name))?;
    }
    Ok(value)
}

fn unknown_field(record: &Record, name: &str) -> Failure {
    let known: Vec<String> = record
        .shape()
        .names()
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    Failure::packet(match known.as_slice() {
        [] => format!("there is no field `{name}`; the record has no fields"),
        known => format!(
            "there is no field `{name}`; the record has {}",
            known.join(", ")
        ),
    })
}

/// Takes a template apart; a mistake is told with its place in characters, counted from 1.
fn parse(template: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from_brace) = rest.split_at(at);
        literal.push_str(before);
        let place = template.len() - from_brace.len();
        if let Some(after) = from_brace.strip_prefix("{{") {
            literal.push('{');
            rest = after;
        } else if let Some(after) = from_brace.strip_prefix("}}") {
            literal.push('}');
            rest = after;
        } else {
            let (path, after) = field(from_brace).map_err(|what| mistake(template, place, what))?;
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(Part::Field(path));
            rest = after;
        }
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Ok(parts)
}

/// Reads `{a.b}`: the names, and what comes after.
fn field(text: &str) -> Result<(Vec<String>, &str), &'static str> {
    let inner = text
        .strip_prefix('{')
        .ok_or("a lone `}`; write `}}` for a brace")?;
    let (path, after) = inner
        .split_once('}')
        .ok_or("a `{` that is not closed; write `{{` for a brace")?;
    let names: Vec<String> = path.split('.').map(|name| name.trim().to_owned()).collect();
    if names.iter().any(String::is_empty) {
        return Err("a field without a name; write `{name}`, or `{{` for a brace");
    }
    if path.contains('{') {
        return Err("a `{` that is not closed; write `{{` for a brace");
    }
    Ok((names, after))
}

fn mistake(template: &str, place: usize, what: &str) -> String {
    let before = template.get(..place).unwrap_or_default();
    format!("character {}: {what}", before.chars().count() + 1)
}

fn examples() -> Vec<Example> {
    let user = Record::from_iter([("name", Value::from("Ada")), ("id", 7_i64.into())]);
    let record = Record::from_iter([("user", Value::from(user)), ("ok", true.into())]);
    vec![
        Example::new("Fields of a record, also nested ones")
            .iip("template", "{user.name} ({user.id}): {ok}, {{as is}}")
            .input("in", [record.clone()])
            .output("out", ["Ada (7): true, {as is}"]),
        Example::new("A field that is not there")
            .iip("template", "{name}")
            .input("in", [record])
            .failure("there is no field `name`; the record has `user`, `ok`"),
        Example::new("A mistake in the template")
            .iip("template", "Dear {name")
            .failure("character 6: a `{` that is not closed"),
    ]
}

contract!(Template);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_taken_apart() {
        let literal = |text: &str| Part::Literal(text.to_owned());
        let field = |path: &str| Part::Field(path.split('.').map(str::to_owned).collect());
        let cases = [
            ("", vec![]),
            ("plain", vec![literal("plain")]),
            ("{a}", vec![field("a")]),
            ("{{{a}}}", vec![literal("{"), field("a"), literal("}")]),
            (
                "\u{e4}{ a . b }{c}",
                vec![literal("\u{e4}"), field("a.b"), field("c")],
            ),
        ];
        for (template, parts) in cases {
            assert_eq!(parse(template).as_ref(), Ok(&parts), "{template:?}");
        }
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let cases = [
            ("\u{e4}}", "character 2: a lone `}`"),
            ("a{", "character 2: a `{` that is not closed"),
            ("{a{b}", "character 1: a `{` that is not closed"),
            ("{a}{}", "character 4: a field without a name"),
            ("{a..b}", "character 1: a field without a name"),
        ];
        for (template, message) in cases {
            let found = parse(template).unwrap_err();
            assert!(found.starts_with(message), "{template:?}: {found}");
        }
    }
}
