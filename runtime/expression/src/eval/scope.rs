//! What names mean while an expression runs.

use std::cell::Cell;

use millstream_packet::Value;

use crate::fault::{Complaint, Raised, raise};
use crate::span::Span;

/// What names mean while an expression runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// The packet's value.
    pub(crate) value: &'a Value,
    /// The parameters of the functions around, the innermost first.
    pub(crate) frame: Option<&'a Frame<'a>>,
    /// Results of aggregates.
    pub(crate) slots: &'a [Value],
    pub(crate) budget: &'a Budget,
}

/// The parameter of a function such as `map`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) value: &'a Value,
    pub(crate) outer: Option<&'a Self>,
}

/// How many elements and bytes one evaluation may still make: nested lists could grow without bound.
#[derive(Debug)]
pub(crate) struct Budget(Cell<u32>);

impl Budget {
    /// What one evaluation may make. An element of a list takes 24 bytes.
    pub(crate) const MAX: u32 = 10_000_000;

    pub(crate) const fn new() -> Self {
        Self(Cell::new(Self::MAX))
    }

    /// Takes so much of the budget.
    #[inline]
    pub(crate) fn spend(&self, amount: usize) -> Result<(), Complaint> {
        let left = u32::try_from(amount)
            .ok()
            .and_then(|amount| self.0.get().checked_sub(amount));
        match left {
            Some(left) => {
                self.0.set(left);
                Ok(())
            }
            None => Err(Complaint::new(format!(
                "the expression makes more than {} elements or bytes for one packet",
                Self::MAX
            ))),
        }
    }

    pub(crate) fn spend_at(&self, amount: usize, span: Span) -> Result<(), Raised> {
        self.spend(amount)
            .map_err(|complaint| raise(span, complaint.message))
    }
}

impl<'a> Scope<'a> {
    /// The parameter of the function `depth` levels around the innermost.
    pub(crate) fn local(&self, depth: u16) -> &'a Value {
        let mut frame = self.frame;
        for _ in 0..depth {
            frame = frame.and_then(|frame| frame.outer);
        }
        // The compiler counted the levels; without a frame there is only the packet.
        frame.map_or(self.value, |frame| frame.value)
    }
}
