//! Arithmetic of parts.

use super::arithmetic::Arithmetic;
use super::node::Part;
use super::operand::{Number, Operand};
use super::scope::Scope;
use crate::fault::Raised;

/// An operation on two parts.
#[derive(Debug, Clone)]
pub(crate) struct ArithmeticNode {
    pub(crate) operation: Arithmetic,
    pub(crate) left: Part,
    pub(crate) right: Part,
    /// Whether the result can be nothing but a number.
    pub(crate) of_numbers: bool,
}

impl ArithmeticNode {
    pub(super) fn eval<'a>(&'a mut self, scope: &Scope<'a>) -> Result<Operand<'a>, Raised> {
        if self.of_numbers {
            match self.number(scope)? {
                Number::None => {}
                number => return Ok(number.into()),
            }
        }
        self.values(scope)
    }

    /// The result if it is a number. Only `+` has others; the rest fails then.
    pub(super) fn number(&mut self, scope: &Scope<'_>) -> Result<Number, Raised> {
        let left = self.left.node.number(scope)?;
        let right = match left {
            Number::None => Number::None,
            _ => self.right.node.number(scope)?,
        };
        if right == Number::None {
            return match self.operation {
                Arithmetic::Add => Ok(Number::None),
                _ => self.values(scope).map(|_| Number::None),
            };
        }
        match self.operation.numbers(left, right) {
            Ok(number) => Ok(number),
            Err(complaint) => Err(complaint.between([self.left.span, self.right.span])),
        }
    }

    #[inline(never)]
    fn values<'a>(&mut self, scope: &Scope<'_>) -> Result<Operand<'a>, Raised> {
        let spans = [self.left.span, self.right.span];
        let left = self.left.node.eval(scope)?;
        let right = self.right.node.eval(scope)?;
        let result = self
            .operation
            .apply(left.view(), right.view(), scope.budget);
        result.map_err(|complaint| complaint.between(spans))
    }
}
