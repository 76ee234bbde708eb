//! The tree that is evaluated, and how.

use millstream_packet::{Kind, Record, Shape, Value, View};

use super::contain::{NoAnswer, contains};
use super::operand::{Number, Operand};
use super::path::{Path, Step, element, no_index, out_of_list};
use super::scope::Scope;
use crate::fault::{Complaint, Raised, raise};
use crate::function::Memory;
use crate::span::Span;
use crate::types::{kind_of, word};

pub(crate) use super::calculate::ArithmeticNode;
pub(crate) use super::call::{CallNode, EachNode};
pub(crate) use super::comparison::{CompareNode, TestNode};

/// A part of an expression, ready to be evaluated.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    Literal(Value),
    Path(Box<Path>),
    /// The result of an aggregate.
    Slot(usize),
    /// A step from something that is no path.
    Step(Box<StepNode>),
    /// An element whose place is computed.
    Element(Box<ElementNode>),
    List(Box<[Part]>, Span),
    Record(Box<RecordNode>),
    Not(Box<Part>),
    And(Box<[Part]>),
    Or(Box<[Part]>),
    /// A comparison of a path with a literal, which most are.
    Test(Box<TestNode>),
    Compare(Box<CompareNode>),
    Contain(Box<ContainNode>),
    Match(Box<MatchNode>),
    Arithmetic(Box<ArithmeticNode>),
    Negate(Box<Part>),
    If(Box<[Part; 3]>),
    Coalesce(Box<[Part; 2]>),
    Call(Box<CallNode>),
    Each(Box<EachNode>),
}

/// A part with its place, for what there is to say about its value.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) node: Node,
    pub(crate) span: Span,
}

#[derive(Debug, Clone)]
pub(crate) struct StepNode {
    pub(crate) of: Part,
    pub(crate) step: Step,
    pub(crate) is_lenient: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct ElementNode {
    pub(crate) of: Part,
    pub(crate) at: Part,
    pub(crate) is_lenient: bool,
    pub(crate) span: Span,
}

#[derive(Debug, Clone)]
pub(crate) struct RecordNode {
    pub(crate) shape: Shape,
    pub(crate) parts: Box<[Part]>,
}

#[derive(Debug, Clone)]
pub(crate) struct ContainNode {
    pub(crate) is_negated: bool,
    pub(crate) part: Part,
    pub(crate) container: Part,
}

#[derive(Debug, Clone)]
pub(crate) struct MatchNode {
    pub(crate) text: Part,
    pub(crate) pattern: Part,
    pub(crate) memory: Memory,
}

impl Node {
    /// The value of this part, borrowed where that is possible.
    pub(crate) fn eval<'a>(&'a mut self, scope: &Scope<'a>) -> Result<Operand<'a>, Raised> {
        match self {
            Self::Literal(value) => Ok(Operand::Borrowed(value)),
            Self::Path(path) => path.find(scope).map(Operand::Borrowed),
            Self::Slot(at) => Ok(scope
                .slots
                .get(*at)
                .map_or(Operand::Null, Operand::Borrowed)),
            Self::Arithmetic(node) => node.eval(scope),
            Self::Call(node) => node.eval(scope),
            Self::Each(node) => node.eval(scope),
            Self::Coalesce(sides) => {
                let [first, second] = &mut **sides;
                let found = first.node.eval(scope)?;
                if found.is_null() {
                    second.node.eval(scope)
                } else {
                    Ok(found)
                }
            }
            Self::If(parts) => {
                let [condition, yes, no] = &mut **parts;
                if condition.truth(scope)? {
                    yes.node.eval(scope)
                } else {
                    no.node.eval(scope)
                }
            }
            Self::Step(node) => node.eval(scope),
            Self::Element(node) => node.eval(scope),
            Self::List(parts, span) => list(parts, *span, scope),
            Self::Record(node) => node.eval(scope),
            Self::Negate(part) => negate(part, scope),
            Self::Not(_)
            | Self::And(_)
            | Self::Or(_)
            | Self::Test(_)
            | Self::Compare(_)
            | Self::Contain(_)
            | Self::Match(_) => self
                .truth(scope)
                .map(|truth| Operand::Bool(truth == Truth::True)),
        }
    }

    /// The number that this part comes to, if it is one: numbers need no operands, which lie in memory.
    #[inline]
    pub(crate) fn number(&mut self, scope: &Scope<'_>) -> Result<Number, Raised> {
        match self {
            Self::Path(path) => path.find(scope).map(Number::of),
            Self::Literal(value) => Ok(Number::of(value)),
            Self::Arithmetic(node) => node.number(scope),
            other => other.eval(scope).map(|found| match found.view() {
                View::Int(int) => Number::Int(int),
                View::Float(float) => Number::Float(float.to_bits()),
                _ => Number::None,
            }),
        }
    }

    /// Whether this part is true.
    fn truth(&mut self, scope: &Scope<'_>) -> Result<Truth, Raised> {
        let truth = match self {
            Self::Test(node) => node.test(scope)?,
            Self::Compare(node) => node.test(scope)?,
            Self::And(parts) => all(parts, scope)?,
            Self::Or(parts) => any(parts, scope)?,
            Self::Not(part) => !part.truth(scope)?,
            Self::Contain(node) => node.test(scope)?,
            Self::Match(node) => node.test(scope)?,
            other => return other.truth_of_value(scope),
        };
        Ok(Truth::from(truth))
    }

    #[inline(never)]
    fn truth_of_value(&mut self, scope: &Scope<'_>) -> Result<Truth, Raised> {
        Ok(match self.eval(scope)?.view() {
            View::Bool(truth) => Truth::from(truth),
            _ => Truth::None,
        })
    }
}

/// What a part that should be true or false is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    False,
    True,
    /// Its value is no bool.
    None,
}

impl From<bool> for Truth {
    #[inline]
    fn from(truth: bool) -> Self {
        if truth { Self::True } else { Self::False }
    }
}

fn all(parts: &mut [Part], scope: &Scope<'_>) -> Result<bool, Raised> {
    for part in parts {
        if !part.truth(scope)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn any(parts: &mut [Part], scope: &Scope<'_>) -> Result<bool, Raised> {
    for part in parts {
        if part.truth(scope)? {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Part {
    /// Whether the part is true.
    #[inline]
    pub(crate) fn truth(&mut self, scope: &Scope<'_>) -> Result<bool, Raised> {
        match &mut self.node {
            Node::Test(node) => node.test(scope),
            node => match node.truth(scope)? {
                Truth::True => Ok(true),
                Truth::False => Ok(false),
                Truth::None => Err(self.not_a_bool(scope)),
            },
        }
    }

    #[cold]
    fn not_a_bool(&mut self, scope: &Scope<'_>) -> Raised {
        let kind = match self.node.eval(scope) {
            Ok(found) => found.kind(),
            Err(raised) => return raised,
        };
        let help = match kind {
            Kind::Null => "write `??` for a value in its place, as in `open ?? false`",
            _ => "compare it with something",
        };
        let message = format!("true or false is wanted here, but this is {}", word(kind));
        raise(self.span, message).help(Some(help))
    }
}

impl ContainNode {
    fn test(&mut self, scope: &Scope<'_>) -> Result<bool, Raised> {
        let part = self.part.node.eval(scope)?;
        let container = self.container.node.eval(scope)?;
        match contains(part.view(), container.view()) {
            Ok(found) => Ok(found != self.is_negated),
            Err(no_answer) => {
                let kinds = [part.kind(), container.kind()];
                drop((part, container));
                let complaint = cannot_contain(no_answer, kinds);
                Err(complaint.between([self.part.span, self.container.span]))
            }
        }
    }
}

/// Why one kind cannot be looked for in another.
pub(crate) fn cannot_contain(no_answer: NoAnswer, kinds: [Kind; 2]) -> Complaint {
    let [part, container] = kinds.map(word);
    match no_answer {
        NoAnswer::NoContainer => Complaint::about(
            1,
            format!("`in` looks into lists, texts and records, but this is {container}"),
        ),
        NoAnswer::NotText => Complaint::about(
            0,
            format!("`in` looks for text in {container}, but this is {part}"),
        ),
        NoAnswer::OtherKinds => Complaint::new(format!(
            "`in` looks for {part} among values that never equal it"
        )),
    }
}

impl MatchNode {
    fn test(&mut self, scope: &Scope<'_>) -> Result<bool, Raised> {
        let text = self.text.node.eval(scope)?;
        let pattern = self.pattern.node.eval(scope)?;
        let complaint = match (text.view(), pattern.view()) {
            (View::Text(text), View::Text(pattern)) => match self.memory.pattern(pattern) {
                Ok(pattern) => return Ok(pattern.is_match(text)),
                Err(complaint) => Complaint {
                    argument: Some(1),
                    ..complaint
                },
            },
            (View::Text(_), other) => not_matched(1, kind_of(other)),
            (other, _) => not_matched(0, kind_of(other)),
        };
        drop((text, pattern));
        Err(complaint.between([self.text.span, self.pattern.span]))
    }
}

#[cold]
fn not_matched(side: usize, kind: Kind) -> Complaint {
    let what = [
        "takes text on its left",
        "takes a pattern as text on its right",
    ][side.min(1)];
    Complaint::about(
        side,
        format!("`matches` {what}, but this is {}", word(kind)),
    )
}

fn negate<'a>(part: &'a mut Part, scope: &Scope<'a>) -> Result<Operand<'a>, Raised> {
    let span = part.span;
    let found = part.node.eval(scope)?;
    match found.view() {
        View::Int(int) => match int.checked_neg() {
            Some(negated) => Ok(Operand::Int(negated)),
            None => Err(raise(
                span,
                format!("-({int}) is too large for a 64-bit number"),
            )),
        },
        View::Float(float) => Ok(Operand::Float(-float)),
        other => {
            let found = word(kind_of(other));
            Err(raise(
                span,
                format!("`-` takes a number, but this is {found}"),
            ))
        }
    }
}

fn list<'a>(parts: &mut [Part], span: Span, scope: &Scope<'_>) -> Result<Operand<'a>, Raised> {
    scope.budget.spend_at(parts.len(), span)?;
    let values = values(parts, scope)?;
    Ok(Operand::Owned(Value::list(values)))
}

fn values(parts: &mut [Part], scope: &Scope<'_>) -> Result<Vec<Value>, Raised> {
    let mut values = Vec::with_capacity(parts.len());
    for part in parts {
        values.push(part.node.eval(scope)?.into_value());
    }
    Ok(values)
}

impl RecordNode {
    fn eval<'a>(&mut self, scope: &Scope<'_>) -> Result<Operand<'a>, Raised> {
        let values = values(&mut self.parts, scope)?;
        Ok(Operand::Owned(
            Record::new(self.shape.clone(), values).into(),
        ))
    }
}

impl StepNode {
    fn eval<'a>(&'a mut self, scope: &Scope<'a>) -> Result<Operand<'a>, Raised> {
        let start = self.of.span;
        let of = self.of.node.eval(scope)?;
        let step = &mut self.step;
        if let Operand::Borrowed(value) = of {
            return match step.take(value) {
                Some(found) => Ok(Operand::Borrowed(found)),
                None if self.is_lenient && step.may_lack(value) => Ok(Operand::Null),
                None => Err(step.refuse(value, start)),
            };
        }
        let value = of.into_value();
        match step.take(&value) {
            Some(found) => Ok(Operand::Owned(found.clone())),
            None if self.is_lenient && step.may_lack(&value) => Ok(Operand::Null),
            None => Err(step.refuse(&value, start)),
        }
    }
}

impl ElementNode {
    fn eval<'a>(&'a mut self, scope: &Scope<'a>) -> Result<Operand<'a>, Raised> {
        let of = self.of.node.eval(scope)?;
        let at = self.at.node.eval(scope)?;
        let (is_lenient, span) = (self.is_lenient, self.span);
        let found = match (of.view(), at.view()) {
            (View::List(list), View::Int(at)) => element(list, at),
            (View::Record(record), View::Text(name)) => record.get(name),
            (View::Null, View::Int(_) | View::Text(_)) if is_lenient => return Ok(Operand::Null),
            (container, at) => return Err(raise(span, no_index(kind_of(container), kind_of(at)))),
        };
        match (found, &of) {
            (Some(_), Operand::Borrowed(value)) => Ok(borrowed_element(value, &at)),
            (Some(found), _) => Ok(Operand::Owned(found.clone())),
            (None, _) if is_lenient => Ok(Operand::Null),
            (None, _) => Err(missing_element(span, of.view(), at.view())),
        }
    }
}

/// The element once more, as long-lived as the value it is in.
fn borrowed_element<'a>(value: &'a Value, at: &Operand<'_>) -> Operand<'a> {
    let found = match (value.view(), at.view()) {
        (View::List(list), View::Int(at)) => element(list, at),
        (View::Record(record), View::Text(name)) => record.get(name),
        _ => None,
    };
    found.map_or(Operand::Null, Operand::Borrowed)
}

#[cold]
fn missing_element(span: Span, of: View<'_>, at: View<'_>) -> Raised {
    match (of, at) {
        (View::List(list), View::Int(at)) => raise(span, out_of_list(at, list.len())),
        (View::Record(record), View::Text(name)) => {
            let (message, help) = super::field::missing(name, record);
            raise(span, message).help(help)
        }
        _ => raise(span, "there is no such element"),
    }
}
