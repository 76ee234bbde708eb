//! `text/Regex`: takes text apart by a regular expression.

use millstream_component::prelude::*;
use regex::CaptureLocations;

/// Takes text apart by a regular expression.
///
/// Finds the first place where the pattern matches (write `^…$` to match the whole text) and emits what its groups
/// matched there. The syntax is that of the Rust crate `regex`: no look-around and no back-references, and in return the
/// time is linear in the length of the text.
///
/// # Shape
///
/// For each text that matches, a record of the named groups, or a list of the numbered ones when no group has a name. A
/// pattern without groups gives a list of one, the text that matched. A group that took no part is null. Groups are
/// slices that share the memory of their packet.
///
/// Text without a match goes to `rejected` if that is connected, else it is dropped; see `unmatched`.
///
/// # Errors
///
/// A pattern that is not a regular expression fails at the start and shows the place.
#[component(name = "text/Regex", operator, prepare, cost = heavy, examples = examples)]
#[derive(Debug)]
pub(crate) struct Regex {
    /// Text.
    #[input(name = "in")]
    input: In<Text>,
    /// What the groups matched: a record, or a list when no group has a name.
    #[output]
    out: Out<Value>,
    /// Text without a match.
    #[output(optional)]
    rejected: Out<Text>,
    #[config]
    config: Config<RegexSettings>,
    #[state]
    matcher: Option<Matcher>,
}

/// Settings of [`Regex`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RegexSettings {
    /// The regular expression, such as `(?<key>\w+)=(?<value>\d+)`.
    #[schemars(extend("hot" = true))]
    pattern: String,
    /// What happens to text without a match: `drop` it unless `rejected` is connected, `reject` it (then `rejected` must
    /// be connected), or `fail`.
    #[serde(default)]
    #[schemars(extend("hot" = true))]
    unmatched: Unmatched,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Unmatched {
    #[default]
    Drop,
    Reject,
    Fail,
}

/// A compiled pattern with what is used for every packet.
#[derive(Debug)]
struct Matcher {
    pattern: regex::Regex,
    places: CaptureLocations,
    /// Names of the named groups; `None` when there are none.
    shape: Option<Shape>,
    /// Numbers of the groups that are emitted.
    groups: Vec<usize>,
}

impl Operator for Regex {
    fn process(&mut self, text: Text) -> Result<(), Failure> {
        let groups = self
            .matcher
            .as_mut()
            .and_then(|matcher| matcher.groups_of(&text));
        if let Some(groups) = groups {
            self.out.emit(groups);
        } else if self.config.unmatched == Unmatched::Fail {
            return Err(no_match(&text));
        } else {
            self.rejected.emit(text);
        }
        Ok(())
    }
}

impl Regex {
    fn prepare(&mut self) -> Result<(), Failure> {
        if self.config.unmatched == Unmatched::Reject && !self.rejected.is_connected() {
            return Err(Failure::fatal(
                "`unmatched` is `reject`, but nothing is connected to the port `rejected`",
            ));
        }
        self.matcher = Some(Matcher::new(&self.config.pattern)?);
        Ok(())
    }
}

impl Matcher {
    fn new(pattern: &str) -> Result<Self, Failure> {
        let pattern = compile(pattern)?;
        let named: Vec<(usize, Text)> = pattern
            .capture_names()
            .enumerate()
            .filter_map(|(number, name)| Some((number, Text::from(name?))))
            .collect();
        let (groups, shape) = if named.is_empty() {
            let first = usize::from(pattern.captures_len() > 1);
            ((first..pattern.captures_len()).collect(), None)
        } else {
            let (numbers, names): (Vec<usize>, Vec<Text>) = named.into_iter().unzip();
            (numbers, Some(Shape::new(names)))
        };
        Ok(Self {
            places: pattern.capture_locations(),
            pattern,
            shape,
            groups,
        })
    }

    fn groups_of(&mut self, text: &Text) -> Option<Value> {
        self.pattern.captures_read(&mut self.places, text)?;
        let places = &self.places;
        let values: Vec<Value> = self
            .groups
            .iter()
            .map(|&group| {
                let (start, end) = places.get(group)?;
                text.slice(start..end)
            })
            .map(Value::from)
            .collect();
        Some(match &self.shape {
            Some(shape) => Record::new(shape.clone(), values).into(),
            None => Value::list(values),
        })
    }
}

/// Compiles the setting `pattern`.
///
/// # Errors
///
/// Fails with what is wrong and where.
pub(crate) fn compile(pattern: &str) -> Result<regex::Regex, Failure> {
    regex::Regex::new(pattern).map_err(|error| Failure::fatal(format!("`pattern`: {error}")))
}

/// How much of a text a message shows, in characters.
const SHOWN: usize = 60;

fn no_match(text: &str) -> Failure {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    Failure::packet(format!("the pattern does not match {shown:?}"))
}

fn examples() -> Vec<Example> {
    let pair =
        |key: &str, value: Value| Record::from_iter([("key", Value::from(key)), ("value", value)]);
    vec![
        Example::new("Named groups make a record")
            .iip("pattern", r"(?<key>\w+)=(?<value>\w+)?")
            .input("in", ["size=12", "nothing here", " colour="])
            .output(
                "out",
                [pair("size", "12".into()), pair("colour", Value::NULL)],
            )
            .output("rejected", ["nothing here"]),
        Example::new("Numbered groups make a list")
            .iip("pattern", r"^(\d+)-(\d+)$")
            .input("in", ["2024-06"])
            .output("out", [Value::list(vec!["2024".into(), "06".into()])]),
        Example::new("Without groups, what matched")
            .iip("pattern", r"\d+")
            .input("in", ["room 12 of 30"])
            .output("out", [Value::list(vec!["12".into()])]),
        Example::new("Text that must match")
            .iip("pattern", r"^\d+$")
            .iip("unmatched", "fail")
            .input("in", ["12", "twelve"])
            .output("out", [Value::list(vec!["12".into()])])
            .failure("the pattern does not match \"twelve\""),
        Example::new("A pattern with a mistake")
            .iip("pattern", "(a")
            .failure("unclosed group"),
    ]
}

contract!(Regex);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_one_pattern_share_their_shape() {
        let mut matcher = Matcher::new("(?<a>.)(?<b>.)").unwrap();
        let mut shape = |text: &str| {
            let value = matcher.groups_of(&Text::from(text)).unwrap();
            value.as_record().unwrap().shape().clone()
        };
        assert!(shape("xy").is_same(&shape("zz")));
    }

    #[test]
    fn messages_show_the_beginning_of_long_text() {
        let message = no_match(&"\u{e4}".repeat(1000)).to_string();
        assert_eq!(
            message.chars().filter(|&letter| letter == '\u{e4}').count(),
            SHOWN
        );
    }

    #[test]
    fn a_mistake_in_the_pattern_is_shown_with_its_place() {
        let failure = compile("a(b").unwrap_err().to_string();
        assert!(
            failure.starts_with("`pattern`: regex parse error"),
            "{failure}"
        );
        assert!(failure.contains("a(b\n     ^"), "{failure}");
    }
}
