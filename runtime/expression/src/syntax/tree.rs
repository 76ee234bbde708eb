//! The tree of an expression, each part with its place.

use millstream_packet::Value;

use crate::span::Span;

/// A part of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expr {
    pub(crate) span: Span,
    /// Levels below this one, itself included.
    pub(crate) depth: u16,
    pub(crate) kind: ExprKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ExprKind {
    /// A whole number without sign: 2^63 is right only behind a minus.
    Int(u64),
    /// Another literal, or a whole number with its minus.
    Literal(Value),
    /// A field of the packet's record, or the parameter of a function around it.
    Name(String),
    /// The packet's value.
    It,
    Field(Box<Expr>, Name),
    Index(Box<Expr>, Box<Expr>),
    List(Vec<Expr>),
    Record(Vec<(Name, Expr)>),
    Call(Name, Vec<Argument>),
    Negate(Box<Expr>),
    Not(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Binary(Binary, Box<(Expr, Expr)>),
    If(Box<[Expr; 3]>),
}

/// A name with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) span: Span,
    pub(crate) text: String,
}

/// What a function is given.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Argument {
    Value(Expr),
    Lambda(Lambda),
}

/// `x => x.price`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lambda {
    pub(crate) span: Span,
    pub(crate) parameter: Name,
    pub(crate) body: Expr,
}

/// Operators between two values, but for `and` and `or`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Compare(Comparison),
    In,
    NotIn,
    Matches,
    Coalesce,
}

/// Comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
}

impl Comparison {
    /// As it is written.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::More => ">",
            Self::MoreOrEqual => ">=",
        }
    }

    /// Whether the order of its sides matters.
    pub(crate) const fn is_order(self) -> bool {
        !matches!(self, Self::Equal | Self::Unequal)
    }
}

impl Argument {
    pub(crate) const fn span(&self) -> Span {
        match self {
            Self::Value(expr) => expr.span,
            Self::Lambda(lambda) => lambda.span,
        }
    }

    const fn depth(&self) -> u16 {
        match self {
            Self::Value(expr) => expr.depth,
            Self::Lambda(lambda) => lambda.body.depth,
        }
    }
}

impl Expr {
    pub(crate) fn new(span: Span, kind: ExprKind) -> Self {
        let depth = 1 + kind.depth_below();
        Self { span, depth, kind }
    }
}

impl ExprKind {
    fn depth_below(&self) -> u16 {
        let deepest = |parts: &[Expr]| parts.iter().map(|part| part.depth).max().unwrap_or(0);
        match self {
            Self::Int(_) | Self::Literal(_) | Self::Name(_) | Self::It => 0,
            Self::Field(of, _) | Self::Negate(of) | Self::Not(of) => of.depth,
            Self::Index(of, index) => of.depth.max(index.depth),
            Self::List(parts) | Self::And(parts) | Self::Or(parts) => deepest(parts),
            Self::If(parts) => deepest(&**parts),
            Self::Record(fields) => fields.iter().map(|(_, part)| part.depth).max().unwrap_or(0),
            Self::Call(_, arguments) => arguments.iter().map(Argument::depth).max().unwrap_or(0),
            Self::Binary(_, sides) => sides.0.depth.max(sides.1.depth),
        }
    }
}
