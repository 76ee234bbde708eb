//! Evaluation: a compact tree that borrows from the packet wherever it can.

mod node;

mod calculate;
mod call;
mod comparison;
mod path;

mod arithmetic;
mod compare;
mod contain;

mod field;
mod operand;
mod scope;

pub(crate) use arithmetic::{Arithmetic, power, whole};
pub(crate) use compare::compare;
pub(crate) use comparison::{cannot_compare, comparison};
pub(crate) use contain::{NoAnswer, contains};
pub use field::Field;
pub(crate) use node::{
    ArithmeticNode, CallNode, ContainNode, EachNode, ElementNode, MatchNode, Node, Part,
    RecordNode, StepNode, cannot_contain,
};
pub(crate) use operand::{Number, Operand};
pub(crate) use path::{Path, Root, Step, StepKind, no_index};
pub(crate) use scope::{Budget, Scope};
