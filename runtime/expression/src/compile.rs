//! From tree to what is evaluated: finds what is wrong before there is a packet, and computes what needs none.

mod aggregate;
mod call;
mod operator;
mod reach;

use millstream_packet::{Record, Shape, Text, Value, View};

use crate::eval::{Budget, Node, Part, RecordNode, Scope};
use crate::fault::RaisedFault;
use crate::mistake::{Mistake, Mistakes};
use crate::span::Span;
use crate::syntax::{self, Binary, Expr, ExprKind, Name};
use crate::types::{Kinds, Type};

pub(crate) use aggregate::{Slot, compile_aggregation};

/// A part with what is known of its value.
#[derive(Debug, Clone)]
pub(crate) struct Typed {
    pub(crate) part: Part,
    pub(crate) of: Type,
}

/// What is to become of a field that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    /// It is a fault.
    Refused,
    /// It is null.
    Null,
}

pub(crate) struct Compiler<'s> {
    source: &'s str,
    /// What is known of the value that names are fields of.
    input: Type,
    /// What is known of the values that aggregates put together.
    packet: Type,
    /// The parameters of the functions around, the innermost last.
    locals: Vec<(&'s str, Type)>,
    mistakes: Vec<Mistake>,
    /// Where aggregates are allowed: those found so far.
    slots: Option<Vec<Slot>>,
}

/// Compiles an expression for values of a type.
///
/// # Errors
///
/// Fails with all mistakes that were found; the first one only, if the text is no expression at all.
pub(crate) fn compile(source: &str, input: &Type) -> Result<Typed, Mistakes> {
    let tree = syntax::parse(source).map_err(|mistake| Mistakes::new(source, vec![mistake]))?;
    let mut compiler = Compiler::new(source, input.clone());
    let typed = compiler.expr(&tree);
    if compiler.mistakes.is_empty() {
        Ok(typed)
    } else {
        Err(Mistakes::new(source, compiler.mistakes))
    }
}

impl<'s> Compiler<'s> {
    fn new(source: &'s str, input: Type) -> Self {
        Self {
            source,
            input,
            packet: Type::any(),
            locals: Vec::new(),
            mistakes: Vec::new(),
            slots: None,
        }
    }

    /// Notes a mistake. What stands for the part may be anything, so that it leads to no further ones.
    fn refuse(&mut self, mistake: Mistake) -> Typed {
        let span = mistake.span;
        self.mistakes.push(mistake);
        Typed {
            part: Part {
                node: Node::Literal(Value::NULL),
                span,
            },
            of: Type::any(),
        }
    }

    fn expr(&mut self, expr: &'s Expr) -> Typed {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Int(int) => match i64::try_from(*int) {
                Ok(int) => literal(int.into(), span),
                Err(_) => self.refuse(Mistake::new(span, "the number does not fit a 64-bit int")),
            },
            ExprKind::Literal(value) => literal(value.clone(), span),
            ExprKind::Name(_) | ExprKind::It | ExprKind::Field(..) | ExprKind::Index(..) => {
                self.reach(expr, Missing::Refused)
            }
            ExprKind::List(parts) => self.list(parts, span),
            ExprKind::Record(fields) => self.record(fields, span),
            ExprKind::Call(name, arguments) => self.call(name, arguments, span),
            ExprKind::Negate(of) => self.negate(of, span),
            ExprKind::Not(of) => self.not(of, span),
            ExprKind::And(parts) => self.truths(parts, span, Node::And),
            ExprKind::Or(parts) => self.truths(parts, span, Node::Or),
            ExprKind::Binary(Binary::Coalesce, sides) => self.coalesce(&sides.0, &sides.1, span),
            ExprKind::Binary(operator, sides) => self.binary(*operator, &sides.0, &sides.1, span),
            ExprKind::If(parts) => self.choice(parts, span),
        }
    }

    /// A part where a missing field is null.
    fn forgiving(&mut self, expr: &'s Expr) -> Typed {
        match &expr.kind {
            ExprKind::Name(_) | ExprKind::It | ExprKind::Field(..) | ExprKind::Index(..) => {
                self.reach(expr, Missing::Null)
            }
            _ => self.expr(expr),
        }
    }

    fn list(&mut self, parts: &'s [Expr], span: Span) -> Typed {
        let typed: Vec<Typed> = parts.iter().map(|part| self.expr(part)).collect();
        let element = typed
            .iter()
            .map(|part| part.of.clone())
            .reduce(|all, one| all.or(&one));
        let parts: Box<[Part]> = typed.into_iter().map(|typed| typed.part).collect();
        let is_constant = parts.iter().all(Part::is_literal);
        let of = element.map_or(Type::from_kinds(Kinds::LIST), Type::list);
        self.folded(Node::List(parts, span), of, span, is_constant)
    }

    fn record(&mut self, fields: &'s [(Name, Expr)], span: Span) -> Typed {
        for (at, (name, _)) in fields.iter().enumerate() {
            if fields
                .iter()
                .take(at)
                .any(|(known, _)| known.text == name.text)
            {
                let message = format!("the field `{}` stands there twice", name.text);
                self.mistakes.push(Mistake::new(name.span, message));
            }
        }
        let shape = Shape::new(
            fields
                .iter()
                .map(|(name, _)| Text::from(name.text.as_str())),
        );
        let typed: Vec<Typed> = fields.iter().map(|(_, part)| self.expr(part)).collect();
        let types = shape
            .names()
            .iter()
            .cloned()
            .zip(typed.iter().map(|part| part.of.clone()));
        let of = Type::fields(types.collect());
        let parts: Box<[Part]> = typed.into_iter().map(|typed| typed.part).collect();
        let is_constant = parts.iter().all(Part::is_literal);
        self.folded(
            Node::Record(Box::new(RecordNode { shape, parts })),
            of,
            span,
            is_constant,
        )
    }

    /// A part, computed right away if everything in it is known.
    fn folded(&mut self, mut node: Node, of: Type, span: Span, is_constant: bool) -> Typed {
        if is_constant && self.mistakes.is_empty() {
            match constant(&mut node) {
                Ok(value) => return literal(value, span),
                Err(raised) => return self.refuse(Mistake::from(raised)),
            }
        }
        Typed {
            part: Part { node, span },
            of,
        }
    }
}

/// The value of a part that needs no packet.
fn constant(node: &mut Node) -> Result<Value, RaisedFault> {
    let scope = Scope {
        value: &Value::NULL,
        frame: None,
        slots: &[],
        budget: &Budget::new(),
    };
    match node.eval(&scope) {
        Ok(operand) => Ok(operand.into_value()),
        Err(raised) => Err(raised.into_inner()),
    }
}

impl Part {
    fn is_literal(&self) -> bool {
        matches!(self.node, Node::Literal(_))
    }
}

impl From<RaisedFault> for Mistake {
    fn from(raised: RaisedFault) -> Self {
        Self {
            span: raised.span,
            message: raised.message,
            help: raised.help,
        }
    }
}

fn literal(value: Value, span: Span) -> Typed {
    let of = type_of(&value);
    Typed {
        part: Part {
            node: Node::Literal(value),
            span,
        },
        of,
    }
}

/// All that there is to know about a value.
pub(crate) fn type_of(value: &Value) -> Type {
    match value.view() {
        View::List(list) => match list.iter().map(type_of).reduce(|all, one| all.or(&one)) {
            Some(element) => Type::list(element),
            None => Type::from_kinds(Kinds::LIST),
        },
        View::Record(record) => fields_of(record),
        _ => Type::of(value.kind()),
    }
}

fn fields_of(record: &Record) -> Type {
    Type::fields(
        record
            .iter()
            .map(|(name, value)| (name.clone(), type_of(value)))
            .collect(),
    )
}
