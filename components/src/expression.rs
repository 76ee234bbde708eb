//! Settings that are expressions: how their texts are compiled, and how `millstream check` finds mistakes in them.

use millstream_component::prelude::*;
use millstream_component::{FormatProblem, FormatText, Given, Registry};
use millstream_expression::{Condition, Expression, Mistakes, Summary, Type};

/// An expression as it stands in a setting.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("format" = "millstream-expression"))]
pub(crate) struct ExpressionText(String);

/// A condition as it stands in a setting.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("format" = "millstream-condition"))]
pub(crate) struct ConditionText(String);

/// An expression over many packets as it stands in a setting.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("format" = "millstream-aggregation"))]
pub(crate) struct AggregationText(String);

/// Makes known how the texts of expressions are checked.
pub(crate) fn register(registry: &mut Registry) {
    registry.add_format("millstream-expression", |text| {
        problems(Expression::compile_for(text.text, &packets(text)).err())
    });
    registry.add_format("millstream-condition", |text| {
        problems(Condition::compile_for(text.text, &packets(text)).err())
    });
    registry.add_format("millstream-aggregation", |text| {
        problems(Summary::check(text.text, by(text).as_deref(), &packets(text)).err())
    });
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
    match text.setting("by") {
        Given::Later => None,
        Given::Nothing => Some(Vec::new()),
        Given::Value(value) => Some(match value.view() {
            View::Text(name) => vec![name.into()],
            View::List(names) => names
                .iter()
                .filter_map(Value::as_text)
                .map(Text::from)
                .collect(),
            // Computed fields have names too.
            View::Record(fields) => fields.shape().names().to_vec(),
            _ => Vec::new(),
        }),
    }
}

impl From<&str> for ExpressionText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl ExpressionText {
    /// The text itself.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Compiles it; the failure names the setting and shows the character.
    pub(crate) fn compile(&self, setting: &str) -> Result<Expression, Failure> {
        Expression::compile(&self.0).map_err(|mistakes| wrong(setting, &mistakes))
    }
}

impl ConditionText {
    /// Compiles it; the failure names the setting and shows the character.
    pub(crate) fn compile(&self, setting: &str) -> Result<Condition, Failure> {
        Condition::compile(&self.0).map_err(|mistakes| wrong(setting, &mistakes))
    }
}

impl AggregationText {
    /// The text itself.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

fn wrong(setting: &str, mistakes: &Mistakes) -> Failure {
    Failure::fatal(format!("`{setting}`: {mistakes}"))
}
