//! Operators: what they take, and what they come to as far as that is known.

use millstream_packet::Kind;

use super::reach::literal_text;
use super::{Compiler, Typed};
use crate::eval::{
    Arithmetic, ArithmeticNode, ContainNode, MatchNode, NoAnswer, Node, Part, cannot_compare,
    cannot_contain,
};
use crate::fault::Complaint;
use crate::function::{Memory, compile_pattern};
use crate::mistake::Mistake;
use crate::span::Span;
use crate::syntax::{Binary, Comparison, Expr};
use crate::types::{Kinds, Type};

/// What is known of both sides.
type Sides = [Typed; 2];

impl<'s> Compiler<'s> {
    pub(super) fn binary(
        &mut self,
        operator: Binary,
        left: &'s Expr,
        right: &'s Expr,
        span: Span,
    ) -> Typed {
        let sides = [self.expr(left), self.expr(right)];
        if let Some(operation) = Arithmetic::of(operator) {
            return self.arithmetic(operation, sides, span);
        }
        match operator {
            Binary::Compare(comparison) => self.compare(comparison, sides, span),
            Binary::In | Binary::NotIn => self.contain(operator == Binary::NotIn, sides, span),
            _ => self.matches(sides, span),
        }
    }

    fn side(&mut self, sides: &Sides, complaint: Complaint, span: Span) -> Typed {
        let span = complaint
            .argument
            .and_then(|at| sides.get(at))
            .map_or(span, |side| side.part.span);
        self.refuse(Mistake {
            span,
            message: complaint.message,
            help: complaint.help,
        })
    }

    fn arithmetic(&mut self, operation: Arithmetic, sides: Sides, span: Span) -> Typed {
        let kinds = [sides[0].of.kinds, sides[1].of.kinds];
        let result = result_kinds(operation, kinds);
        if result.is_empty() {
            let complaint = operation.mismatch(kinds.map(likely));
            return self.side(&sides, complaint, span);
        }
        if divides_by_zero(operation, &sides[1]) {
            return self.refuse(Mistake::new(sides[1].part.span, "division by zero"));
        }
        let of = if result == Kinds::LIST {
            sides[0].of.or(&sides[1].of)
        } else {
            Type::from_kinds(result)
        };
        let is_constant = sides.iter().all(|side| side.part.is_literal());
        let [left, right] = sides.map(|side| side.part);
        let node = ArithmeticNode {
            operation,
            left,
            right,
            of_numbers: result.is_within(Kinds::NUMBER),
        };
        self.folded(Node::Arithmetic(Box::new(node)), of, span, is_constant)
    }

    fn compare(&mut self, comparison: Comparison, sides: Sides, span: Span) -> Typed {
        let kinds = [sides[0].of.kinds, sides[1].of.kinds];
        if !are_comparable(comparison, kinds) {
            let complaint = cannot_compare(comparison, kinds.map(likely));
            return self.side(&sides, complaint, span);
        }
        let is_constant = sides.iter().all(|side| side.part.is_literal());
        let [left, right] = sides.map(|side| side.part);
        let of_numbers = kinds.iter().any(|kinds| kinds.is_within(Kinds::NUMBER));
        let node = crate::eval::comparison(comparison, left, right, of_numbers);
        self.folded(node, Type::of(Kind::Bool), span, is_constant)
    }

    fn contain(&mut self, is_negated: bool, sides: Sides, span: Span) -> Typed {
        let [part, container] = [&sides[0].of, &sides[1].of];
        let no_answer = if !container
            .kinds
            .meets(Kinds::LIST.or(Kinds::TEXT).or(Kinds::RECORD))
        {
            Some(NoAnswer::NoContainer)
        } else if container.kinds.meets(Kinds::LIST) {
            let elements = container.element().kinds;
            let is_only = container.kinds.is_within(Kinds::LIST);
            let never = !are_comparable(Comparison::Equal, [part.kinds, elements]);
            (is_only && never).then_some(NoAnswer::OtherKinds)
        } else {
            (!part.kinds.meets(Kinds::TEXT)).then_some(NoAnswer::NotText)
        };
        if let Some(no_answer) = no_answer {
            let complaint =
                cannot_contain(no_answer, [likely(part.kinds), likely(container.kinds)]);
            return self.side(&sides, complaint, span);
        }
        let is_constant = sides.iter().all(|side| side.part.is_literal());
        let [part, container] = sides.map(|side| side.part);
        let node = ContainNode {
            is_negated,
            part,
            container,
        };
        self.folded(
            Node::Contain(Box::new(node)),
            Type::of(Kind::Bool),
            span,
            is_constant,
        )
    }

    fn matches(&mut self, sides: Sides, span: Span) -> Typed {
        let wanted = ["text on its left", "a pattern as text on its right"];
        for (side, wanted) in sides.iter().zip(wanted) {
            if !side.of.kinds.meets(Kinds::TEXT) {
                let message = format!("`matches` takes {wanted}, but this is {}", side.of);
                return self.refuse(Mistake::new(side.part.span, message));
            }
        }
        let mut memory = Memory::default();
        if let Some(pattern) = literal_text(&sides[1].part) {
            if let Err(complaint) = compile_pattern(pattern) {
                return self.refuse_text(&sides[1].part, complaint);
            }
            // Made now, so that the first packet does not pay for it.
            drop(memory.pattern(pattern));
        }
        let is_constant = sides.iter().all(|side| side.part.is_literal());
        let [text, pattern] = sides.map(|side| side.part);
        let node = MatchNode {
            text,
            pattern,
            memory,
        };
        self.folded(
            Node::Match(Box::new(node)),
            Type::of(Kind::Bool),
            span,
            is_constant,
        )
    }

    /// Refuses a text of the expression, at the very part of it that is wrong if that is known.
    pub(super) fn refuse_text(&mut self, part: &Part, complaint: Complaint) -> Typed {
        let inside = complaint
            .part
            .zip(literal_text(part))
            .and_then(|(range, text)| {
                let written = part.span.of(self.source);
                // With escapes the places differ.
                let before = if written.starts_with('r') { 2 } else { 1 };
                let is_verbatim = written.get(before..written.len().checked_sub(1)?) == Some(text);
                let start = is_verbatim.then_some(part.span.start as usize + before)?;
                Some(Span::new(start + range.start, start + range.end))
            });
        self.refuse(Mistake {
            span: inside.unwrap_or(part.span),
            message: complaint.message,
            help: complaint.help,
        })
    }

    pub(super) fn negate(&mut self, of: &'s Expr, span: Span) -> Typed {
        let of = self.expr(of);
        let kinds = of.of.kinds.and(Kinds::NUMBER);
        if kinds.is_empty() {
            let message = format!("`-` takes a number, but this is {}", of.of);
            return self.refuse(Mistake::new(of.part.span, message));
        }
        let is_constant = of.part.is_literal();
        self.folded(
            Node::Negate(Box::new(of.part)),
            Type::from_kinds(kinds),
            span,
            is_constant,
        )
    }

    pub(super) fn not(&mut self, of: &'s Expr, span: Span) -> Typed {
        let part = self.truth(of);
        let is_constant = part.is_literal();
        self.folded(
            Node::Not(Box::new(part)),
            Type::of(Kind::Bool),
            span,
            is_constant,
        )
    }

    /// `and`, `or`.
    pub(super) fn truths(
        &mut self,
        parts: &'s [Expr],
        span: Span,
        node: fn(Box<[Part]>) -> Node,
    ) -> Typed {
        let parts: Box<[Part]> = parts.iter().map(|part| self.truth(part)).collect();
        let is_constant = parts.iter().all(Part::is_literal);
        self.folded(node(parts), Type::of(Kind::Bool), span, is_constant)
    }

    /// A part that must be true or false.
    pub(super) fn truth(&mut self, expr: &'s Expr) -> Part {
        let typed = self.expr(expr);
        self.bool(typed)
    }

    pub(super) fn bool(&mut self, typed: Typed) -> Part {
        if typed.of.kinds.meets(Kinds::BOOL) {
            return typed.part;
        }
        let message = format!("true or false is wanted here, but this is {}", typed.of);
        let mistake = Mistake::new(typed.part.span, message);
        let help = match typed.of.kinds.is_within(Kinds::NUMBER) {
            true => Some("compare it, as in `x != 0`"),
            false if typed.of.kinds.is_within(Kinds::TEXT) => Some("compare it, as in `x != \"\"`"),
            false => None,
        };
        match help {
            Some(help) => self.refuse(mistake.help(help)).part,
            None => self.refuse(mistake).part,
        }
    }

    pub(super) fn coalesce(&mut self, left: &'s Expr, right: &'s Expr, span: Span) -> Typed {
        let first = self.forgiving(left);
        let second = self.expr(right);
        let of = if first.of.kinds.is_within(Kinds::NULL) {
            second.of
        } else {
            first.of.without_null().or(&second.of)
        };
        let is_constant = first.part.is_literal() && second.part.is_literal();
        let node = Node::Coalesce(Box::new([first.part, second.part]));
        self.folded(node, of, span, is_constant)
    }

    pub(super) fn choice(&mut self, parts: &'s [Expr; 3], span: Span) -> Typed {
        let [condition, yes, no] = parts;
        let condition = self.truth(condition);
        let (yes, no) = (self.expr(yes), self.expr(no));
        let of = yes.of.or(&no.of);
        let is_constant = [&condition, &yes.part, &no.part]
            .into_iter()
            .all(Part::is_literal);
        let node = Node::If(Box::new([condition, yes.part, no.part]));
        self.folded(node, of, span, is_constant)
    }
}

fn divides_by_zero(operation: Arithmetic, by: &Typed) -> bool {
    let divides = matches!(operation, Arithmetic::Divide | Arithmetic::Remainder);
    match &by.part.node {
        Node::Literal(value) => divides && value.as_number() == Some(0.0),
        _ => false,
    }
}

/// What an operation may come to; nothing if it cannot work.
fn result_kinds(operation: Arithmetic, [left, right]: [Kinds; 2]) -> Kinds {
    let mut result = Kinds::NONE;
    if left.meets(Kinds::NUMBER) && right.meets(Kinds::NUMBER) {
        result = numbers(operation, left, right);
    }
    if operation == Arithmetic::Add {
        result = result.or(left.and(right).and(Kinds::TEXT.or(Kinds::LIST)));
    }
    result
}

fn numbers(operation: Arithmetic, left: Kinds, right: Kinds) -> Kinds {
    let mut result = Kinds::NONE;
    if operation == Arithmetic::Divide {
        return Kinds::FLOAT;
    }
    if left.meets(Kinds::INT) && right.meets(Kinds::INT) {
        result = result.or(Kinds::INT);
    }
    if left.meets(Kinds::FLOAT) || right.meets(Kinds::FLOAT) {
        result = result.or(Kinds::FLOAT);
    }
    result
}

/// Whether some values of these kinds can be compared.
fn are_comparable(comparison: Comparison, [left, right]: [Kinds; 2]) -> bool {
    let numbers = left.meets(Kinds::NUMBER) && right.meets(Kinds::NUMBER);
    if comparison.is_order() {
        return numbers || (left.meets(Kinds::TEXT) && right.meets(Kinds::TEXT));
    }
    numbers || left.meets(right) || left.meets(Kinds::NULL) || right.meets(Kinds::NULL)
}

/// The kind that a message names for several.
fn likely(kinds: Kinds) -> Kind {
    let order = [
        Kind::Int,
        Kind::Float,
        Kind::Text,
        Kind::Bool,
        Kind::List,
        Kind::Record,
        Kind::Bytes,
        Kind::Opaque,
    ];
    order
        .into_iter()
        .find(|kind| kinds.has(*kind))
        .unwrap_or(Kind::Null)
}
