//! Texts with a form of their own in settings, checked while they are typed: the same forms, by the same names, that the
//! components check when they run.

use millstream_expression::{Condition, Expression, Mistakes, Summary, Type};
use millstream_graph::{FormatProblem, FormatText, Formats, Given};
use millstream_packet::{Text, Value, View};

/// An expression that gives a value.
pub(crate) const EXPRESSION: &str = "millstream-expression";
/// An expression that is true or false.
pub(crate) const CONDITION: &str = "millstream-condition";
/// An expression over many packets.
pub(crate) const AGGREGATION: &str = "millstream-aggregation";

/// The forms that the editor can check.
pub(crate) fn formats() -> Formats {
    let mut formats = Formats::default();
    formats.insert(EXPRESSION, |text| {
        problems(Expression::compile_for(text.text, &packets(text)).err())
    });
    formats.insert(CONDITION, |text| {
        problems(Condition::compile_for(text.text, &packets(text)).err())
    });
    formats.insert(AGGREGATION, |text| {
        problems(Summary::check(text.text, by(text).as_deref(), &packets(text)).err())
    });
    formats
}

/// What is known of the packets that an expression is evaluated for: those of the port `in`.
fn packets(text: &FormatText<'_>) -> Type {
    Type::from(&text.sent_to("in"))
}

fn problems(mistakes: Option<Mistakes>) -> Vec<FormatProblem> {
    let mistakes = mistakes.iter().flat_map(Mistakes::iter);
    let problem = |mistake: &millstream_expression::Mistake| FormatProblem {
        range: mistake.range(),
        message: mistake.message().to_owned(),
        help: mistake.help_text().map(str::to_owned),
    };
    mistakes.map(problem).collect()
}

/// The fields of the key, which names outside of aggregates mean; nothing if they come later.
fn by(text: &FormatText<'_>) -> Option<Vec<Text>> {
    let value = match text.setting("by") {
        Given::Later => return None,
        Given::Nothing => return Some(Vec::new()),
        Given::Value(value) => value,
    };
    Some(match value.view() {
        View::Text(name) => vec![name.into()],
        View::List(names) => {
            let names = names.iter().filter_map(Value::as_text);
            names.map(Text::from).collect()
        }
        View::Record(fields) => fields.shape().names().to_vec(),
        _ => Vec::new(),
    })
}
