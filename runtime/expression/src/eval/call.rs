//! Calls of functions.

use millstream_packet::Value;

use super::node::Part;
use super::operand::Operand;
use super::scope::{Frame, Scope};
use crate::fault::{Complaint, Raised, raise};
use crate::function::{Call, EachBody, Function, Memory, Trouble, ValueBody};
use crate::span::Span;
use crate::types::{Kinds, word};

/// A call of a function that takes values.
#[derive(Debug, Clone)]
pub(crate) struct CallNode {
    pub(crate) function: &'static Function,
    pub(crate) body: ValueBody,
    pub(crate) arguments: Box<[Part]>,
    pub(crate) memory: Memory,
    pub(crate) span: Span,
}

/// A call of a function that does something for each element of a list.
#[derive(Debug, Clone)]
pub(crate) struct EachNode {
    pub(crate) function: &'static Function,
    pub(crate) body: EachBody,
    pub(crate) list: Part,
    /// What is done for each element, which is the innermost parameter.
    pub(crate) each: Part,
    /// What that may come to.
    pub(crate) gives: Kinds,
    pub(crate) span: Span,
}

/// Calls with more arguments than this put them on the heap.
const FEW: usize = 4;

impl CallNode {
    pub(super) fn eval<'a>(&'a mut self, scope: &Scope<'a>) -> Result<Operand<'a>, Raised> {
        let count = self.arguments.len();
        let outcome = if let 0..=FEW = count {
            let mut operands = [const { Operand::Null }; FEW];
            for (operand, part) in operands.iter_mut().zip(&mut self.arguments) {
                *operand = part.node.eval(scope)?;
            }
            let operands = operands.get(..count).unwrap_or_default();
            call(self.function, self.body, operands, &mut self.memory, scope)
        } else {
            let parts = self.arguments.iter_mut();
            let operands: Vec<Operand<'_>> = parts
                .map(|part| part.node.eval(scope))
                .collect::<Result<_, _>>()?;
            call(self.function, self.body, &operands, &mut self.memory, scope)
        };
        match outcome {
            Ok(value) => Ok(Operand::Owned(value)),
            Err(complaint) => Err(self.place(complaint)),
        }
    }

    #[cold]
    fn place(&self, complaint: Complaint) -> Raised {
        let argument = complaint.argument.and_then(|at| self.arguments.get(at));
        let span = argument.map_or(self.span, |part| part.span);
        raise(span, complaint.message).help(complaint.help)
    }
}

fn call(
    function: &'static Function,
    body: ValueBody,
    operands: &[Operand<'_>],
    memory: &mut Memory,
    scope: &Scope<'_>,
) -> Result<Value, Complaint> {
    for (at, operand) in operands.iter().enumerate() {
        let takes = function
            .parameter(at)
            .map_or(Kinds::NONE, |parameter| parameter.kinds);
        if !takes.has(operand.kind()) {
            return Err(wrong_kind(function, takes, at, operand));
        }
    }
    body(Call {
        operands,
        memory,
        budget: scope.budget,
    })
}

#[cold]
fn wrong_kind(function: &Function, takes: Kinds, at: usize, found: &Operand<'_>) -> Complaint {
    let found_word = word(found.kind());
    let message = format!(
        "`{}` takes {takes}, but this is {found_word}",
        function.name
    );
    let complaint = Complaint::about(at, message);
    if found.is_null() {
        complaint.help("write `??` for a value in its place")
    } else {
        complaint
    }
}

impl EachNode {
    pub(super) fn eval<'a>(&'a mut self, scope: &Scope<'a>) -> Result<Operand<'a>, Raised> {
        let Self {
            list, each, gives, ..
        } = self;
        let (list_span, each_span, gives) = (list.span, each.span, *gives);
        let list = list.node.eval(scope)?;
        if !Kinds::LIST.has(list.kind()) {
            let complaint = wrong_kind(self.function, Kinds::LIST, 0, &list);
            return Err(raise(list_span, complaint.message).help(complaint.help));
        }
        let mut step = |element: &Value| {
            scope.budget.spend_at(1, each_span)?;
            let frame = Frame {
                value: element,
                outer: scope.frame,
            };
            let inner = Scope {
                frame: Some(&frame),
                ..*scope
            };
            let found = each.node.eval(&inner)?;
            if !gives.has(found.kind()) {
                let found = word(found.kind());
                return Err(raise(
                    each_span,
                    format!("{gives} is wanted here, but this is {found}"),
                ));
            }
            Ok(found.into_value())
        };
        match (self.body)(list.list(), &mut step) {
            Ok(value) => Ok(Operand::Owned(value)),
            Err(Trouble::Raised(raised)) => Err(raised),
            Err(Trouble::Complaint(complaint)) => {
                Err(raise(self.span, complaint.message).help(complaint.help))
            }
        }
    }
}
