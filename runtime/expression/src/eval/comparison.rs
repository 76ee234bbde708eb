//! Comparisons of parts.

use millstream_packet::{Kind, Value, View};

use super::compare::{by_order, compare, numbers};
use super::node::{Node, Part};
use super::operand::Number;
use super::path::Path;
use super::scope::Scope;
use crate::fault::{Complaint, Raised};
use crate::span::Span;
use crate::syntax::Comparison;
use crate::types::{kind_of, word};

/// A comparison of a path with a literal, which most are.
#[derive(Debug, Clone)]
pub(crate) struct TestNode {
    path: Path,
    comparison: Comparison,
    literal: Literal,
    /// The sides as they are written.
    spans: [Span; 2],
}

/// A literal, ready to be compared.
#[derive(Debug, Clone)]
enum Literal {
    Int(i64),
    Text(Value),
    Other(Value),
}

/// A comparison of any two parts.
#[derive(Debug, Clone)]
pub(crate) struct CompareNode {
    comparison: Comparison,
    left: Part,
    right: Part,
    /// Whether one side is a number for sure.
    of_numbers: bool,
}

/// The comparison of two parts, in the form that is quickest.
pub(crate) fn comparison(
    comparison: Comparison,
    left: Part,
    right: Part,
    of_numbers: bool,
) -> Node {
    let spans = [left.span, right.span];
    match (left.node, right.node) {
        (Node::Path(path), Node::Literal(literal)) => Node::Test(Box::new(TestNode {
            path: *path,
            comparison,
            literal: Literal::from(literal),
            spans,
        })),
        (left, right) => Node::Compare(Box::new(CompareNode {
            comparison,
            left: Part {
                node: left,
                span: spans[0],
            },
            right: Part {
                node: right,
                span: spans[1],
            },
            of_numbers,
        })),
    }
}

impl From<Value> for Literal {
    fn from(value: Value) -> Self {
        match value.as_int() {
            Some(int) => Self::Int(int),
            None if value.kind() == Kind::Text => Self::Text(value),
            None => Self::Other(value),
        }
    }
}

impl Literal {
    fn view(&self) -> View<'_> {
        match self {
            Self::Int(int) => View::Int(*int),
            Self::Text(value) | Self::Other(value) => value.view(),
        }
    }
}

impl TestNode {
    #[inline]
    pub(super) fn test(&mut self, scope: &Scope<'_>) -> Result<bool, Raised> {
        let found = self.path.find(scope)?;
        match &self.literal {
            Literal::Int(int) => {
                if let Some(found) = found.as_int() {
                    return Ok(by_order(self.comparison, found.cmp(int)));
                }
            }
            // Short texts are compared as words, longer ones by their bytes.
            Literal::Text(text) if found.kind() == Kind::Text => match self.comparison {
                Comparison::Equal => return Ok(found == text),
                Comparison::Unequal => return Ok(found != text),
                _ => {}
            },
            Literal::Text(_) | Literal::Other(_) => {}
        }
        self.test_slowly(found)
    }

    #[inline(never)]
    fn test_slowly(&self, found: &Value) -> Result<bool, Raised> {
        if let Some(holds) = compare(self.comparison, found.view(), self.literal.view()) {
            Ok(holds)
        } else {
            let kinds = [found.kind(), kind_of(self.literal.view())];
            Err(cannot_compare(self.comparison, kinds).between(self.spans))
        }
    }
}

impl CompareNode {
    #[inline(never)]
    pub(super) fn test(&mut self, scope: &Scope<'_>) -> Result<bool, Raised> {
        if self.of_numbers {
            let [left, right] = [
                self.left.node.number(scope)?,
                self.right.node.number(scope)?,
            ];
            if left != Number::None && right != Number::None {
                return Ok(numbers(self.comparison, left, right));
            }
        }
        self.test_values(scope)
    }

    fn test_values(&mut self, scope: &Scope<'_>) -> Result<bool, Raised> {
        let spans = [self.left.span, self.right.span];
        let left = self.left.node.eval(scope)?;
        let right = self.right.node.eval(scope)?;
        match compare(self.comparison, left.view(), right.view()) {
            Some(holds) => Ok(holds),
            None => {
                Err(cannot_compare(self.comparison, [left.kind(), right.kind()]).between(spans))
            }
        }
    }
}

/// Why two kinds cannot be compared.
pub(crate) fn cannot_compare(comparison: Comparison, kinds: [Kind; 2]) -> Complaint {
    let sign = comparison.text();
    let [left, right] = kinds.map(word);
    if comparison.is_order() {
        let has_order = |kind| matches!(kind, Kind::Int | Kind::Float | Kind::Text);
        if let Some(at) = kinds.iter().position(|kind| !has_order(*kind)) {
            let found = word(kinds[at]);
            let message = format!("`{sign}` compares numbers or texts, but this is {found}");
            let complaint = Complaint::about(at, message);
            return match kinds[at] {
                Kind::Null => complaint.help("write `??` for a value in its place"),
                _ => complaint,
            };
        }
    }
    let what = if comparison.is_order() {
        "have no order"
    } else {
        "are never equal"
    };
    let complaint = Complaint::new(format!(
        "`{sign}` compares {left} with {right}, which {what}"
    ));
    match kinds {
        [Kind::Text, Kind::Int | Kind::Float] | [Kind::Int | Kind::Float, Kind::Text] => {
            complaint.help("int(…) or float(…) makes a number of text, text(…) the reverse")
        }
        _ => complaint,
    }
}
