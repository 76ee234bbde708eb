//! From text to tree: tokens, the parser, and what to say about typical slips.

mod lex;
mod operator;
mod parse;
mod token;
mod tree;

mod expect;
mod problem;

pub(crate) use parse::parse;
pub(crate) use token::keyword_meant;
pub(crate) use tree::{Argument, Binary, Comparison, Expr, ExprKind, Lambda, Name};

/// How deep parts of an expression may lie in each other. Nobody writes so, but a file may try to exhaust the stack.
pub(crate) const DEPTH_MAX: u16 = 200;

/// How deep brackets, calls and `if` may lie in each other: the parser needs more of the stack for them.
pub(crate) const NESTING_MAX: u16 = 64;

/// Longest text of an expression, in bytes.
pub(crate) const SOURCE_MAX: usize = 64 * 1024;

#[cfg(test)]
mod tests;
