//! Paths: the fields and elements that one reaches from the packet or a parameter by name.

use millstream_packet::{Kind, Value, View};

use super::field::{Field, missing};
use super::scope::Scope;
use crate::fault::{Raised, raise};
use crate::span::Span;
use crate::types::word;

static NULL: Value = Value::NULL;

/// `status`, `user.name`, `tags[0]`, `x.price`.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    pub(crate) root: Root,
    pub(crate) steps: Vec<Step>,
    /// Whether what is missing is null.
    pub(crate) is_lenient: bool,
    /// The whole path.
    pub(crate) span: Span,
}

/// Where a path begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Root {
    /// The packet's value.
    Packet,
    /// The parameter of a function so many levels around.
    Local(u16),
}

/// One step of a path.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) kind: StepKind,
    /// What the step itself is written as.
    pub(crate) span: Span,
}

#[derive(Debug, Clone)]
pub(crate) enum StepKind {
    Field(Field),
    /// Negative ones count from the end.
    Element(i64),
}

impl Path {
    /// The value at the end of the path.
    #[inline(always)]
    pub(crate) fn find<'a>(&mut self, scope: &Scope<'a>) -> Result<&'a Value, Raised> {
        // Most paths are one field of the packet.
        if let (Root::Packet, [step]) = (self.root, &mut *self.steps)
            && let Some(found) = step.take(scope.value)
        {
            return Ok(found);
        }
        self.find_far(scope)
    }

    /// The value at the end of a path that begins at the packet, if it is there.
    #[inline]
    pub(crate) fn find_in<'a>(&mut self, packet: &'a Value) -> Option<&'a Value> {
        match self.root {
            Root::Packet => self
                .steps
                .iter_mut()
                .try_fold(packet, |value, step| step.take(value)),
            Root::Local(_) => None,
        }
    }

    #[inline(never)]
    fn find_far<'a>(&mut self, scope: &Scope<'a>) -> Result<&'a Value, Raised> {
        let mut value = match self.root {
            Root::Packet => scope.value,
            Root::Local(depth) => scope.local(depth),
        };
        let start = self.span;
        for step in &mut self.steps {
            value = match step.take(value) {
                Some(found) => found,
                None if self.is_lenient && step.may_lack(value) => return Ok(&NULL),
                None => return Err(step.refuse(value, start)),
            };
        }
        Ok(value)
    }
}

impl Step {
    /// The part of the value that this names.
    #[inline]
    pub(crate) fn take<'a>(&mut self, value: &'a Value) -> Option<&'a Value> {
        match &mut self.kind {
            StepKind::Field(field) => field.get(value.as_record()?),
            StepKind::Element(at) => element(value.as_list()?, *at),
        }
    }

    /// Whether the value is of a kind that could have had the part.
    pub(crate) fn may_lack(&self, value: &Value) -> bool {
        match &self.kind {
            StepKind::Field(_) => matches!(value.kind(), Kind::Record | Kind::Null),
            StepKind::Element(_) => matches!(value.kind(), Kind::List | Kind::Null),
        }
    }

    /// Why the value has no such part; `start` is where the path begins.
    #[cold]
    pub(crate) fn refuse(&self, value: &Value, start: Span) -> Raised {
        let span = start.to(self.span);
        match (&self.kind, value.view()) {
            (StepKind::Field(field), View::Record(record)) => {
                let (message, help) = missing(field.name(), record);
                raise(span, message).help(help)
            }
            (StepKind::Field(field), View::Null) => {
                let name = field.name();
                let help = "to forgive that write `??` and another value behind";
                raise(span, format!("the field `{name}` is looked for in null")).help(Some(help))
            }
            (StepKind::Field(field), View::List(_)) => {
                let name = field.name();
                let help = format!("for the field of each element write map(list, x => x.{name})");
                raise(span, format!("the field `{name}` is looked for in a list")).help(Some(help))
            }
            (StepKind::Field(field), _) => {
                let (name, kind) = (field.name(), word(value.kind()));
                raise(
                    span,
                    format!("the field `{name}` is looked for in {kind}, not in a record"),
                )
            }
            (StepKind::Element(at), View::List(list)) => raise(span, out_of_list(*at, list.len())),
            (StepKind::Element(_), _) => raise(span, no_index(value.kind(), Kind::Int)),
        }
    }
}

/// The element at this place; negative places count from the end.
pub(crate) fn element(list: &[Value], at: i64) -> Option<&Value> {
    let from_start = match at {
        0.. => usize::try_from(at).ok()?,
        _ => list
            .len()
            .checked_sub(usize::try_from(at.unsigned_abs()).ok()?)?,
    };
    list.get(from_start)
}

/// Why one kind has no elements that another names.
pub(crate) fn no_index(container: Kind, at: Kind) -> String {
    match container {
        Kind::List => format!(
            "an element of a list is named by an int, not by {}",
            word(at)
        ),
        Kind::Record => format!("a field of a record is named by text, not by {}", word(at)),
        Kind::Text => "text has no elements; a part of it is slice(text, from, to)".to_owned(),
        other => format!("an element is looked for in {}, not in a list", word(other)),
    }
}

pub(crate) fn out_of_list(at: i64, length: usize) -> String {
    let plural = if length == 1 { "" } else { "s" };
    format!("there is no element {at}: the list has {length} element{plural}")
}
