//! The public face of an expression: compiled once, evaluated for every packet.

use std::borrow::Cow;

use millstream_packet::Value;

use crate::compile::compile;
use crate::eval::{Budget, Node, Operand, Part, Scope};
use crate::fault::Fault;
use crate::mistake::{Mistake, Mistakes};
use crate::types::{Kinds, Type};

/// A compiled expression.
///
/// ```
/// # use millstream_expression::Expression;
/// # use millstream_packet::{Record, Value};
/// let mut expression = Expression::compile("price * quantity").unwrap();
/// let order = Value::from(Record::from_iter([("price", 5), ("quantity", 3)]));
/// assert_eq!(expression.eval(&order), Ok(Value::from(15)));
/// ```
#[derive(Debug, Clone)]
pub struct Expression {
    source: Box<str>,
    root: Part,
    of: Type,
}

/// A compiled expression that is true or false.
///
/// ```
/// # use millstream_expression::Condition;
/// # use millstream_packet::{Record, Value};
/// let mut condition = Condition::compile("quantity >= 20").unwrap();
/// let order = Value::from(Record::from_iter([("quantity", 30)]));
/// assert_eq!(condition.holds(&order), Ok(true));
/// ```
#[derive(Debug, Clone)]
pub struct Condition(Expression);

impl Expression {
    /// Compiles an expression for values of which nothing is known.
    ///
    /// # Errors
    ///
    /// Fails with everything that is wrong with it.
    pub fn compile(source: &str) -> Result<Self, Mistakes> {
        Self::compile_for(source, &Type::any())
    }

    /// Compiles an expression for values of this type.
    ///
    /// # Errors
    ///
    /// Fails with everything that is wrong with it.
    pub fn compile_for(source: &str, input: &Type) -> Result<Self, Mistakes> {
        let typed = compile(source, input)?;
        Ok(Self {
            source: source.into(),
            root: typed.part,
            of: typed.of,
        })
    }

    /// The text that it was compiled from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What is known of its results.
    pub const fn result_type(&self) -> &Type {
        &self.of
    }

    /// The result for a packet's value.
    ///
    /// # Errors
    ///
    /// Fails when it has none for this value: a field that is missing, a kind that an operator does not take, a number
    /// that is too large.
    pub fn eval(&mut self, value: &Value) -> Result<Value, Fault> {
        let budget = Budget::new();
        let found = self
            .root
            .node
            .eval(&scope(value, &budget))
            .map(Operand::into_value);
        found.map_err(|raised| raised.within(&self.source))
    }

    /// As [`eval`](Self::eval), but a part of the packet is only lent.
    ///
    /// # Errors
    ///
    /// Fails as [`eval`](Self::eval) does.
    #[inline]
    pub fn find<'a>(&mut self, value: &'a Value) -> Result<Cow<'a, Value>, Fault> {
        if let Node::Path(path) = &mut self.root.node
            && let Some(found) = path.find_in(value)
        {
            return Ok(Cow::Borrowed(found));
        }
        self.eval(value).map(Cow::Owned)
    }
}

impl Condition {
    /// Compiles a condition for values of which nothing is known.
    ///
    /// # Errors
    ///
    /// Fails with everything that is wrong with it.
    pub fn compile(source: &str) -> Result<Self, Mistakes> {
        Self::compile_for(source, &Type::any())
    }

    /// Compiles a condition for values of this type.
    ///
    /// # Errors
    ///
    /// Fails with everything that is wrong with it, also when it can be neither true nor false.
    pub fn compile_for(source: &str, input: &Type) -> Result<Self, Mistakes> {
        let expression = Expression::compile_for(source, input)?;
        if expression.of.kinds.meets(Kinds::BOOL) {
            return Ok(Self(expression));
        }
        let message = format!(
            "a condition is true or false, but this is {}",
            expression.of
        );
        let mistake = Mistake::new(expression.root.span, message).help("compare it with something");
        Err(Mistakes::new(source, vec![mistake]))
    }

    /// The text that it was compiled from.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// Whether it holds for a packet's value.
    ///
    /// # Errors
    ///
    /// Fails as [`Expression::eval`] does, and when the result is no bool.
    #[inline]
    pub fn holds(&mut self, value: &Value) -> Result<bool, Fault> {
        let budget = Budget::new();
        match self.0.root.truth(&scope(value, &budget)) {
            Ok(holds) => Ok(holds),
            Err(raised) => Err(raised.within(&self.0.source)),
        }
    }
}

const fn scope<'a>(value: &'a Value, budget: &'a Budget) -> Scope<'a> {
    Scope {
        value,
        frame: None,
        slots: &[],
        budget,
    }
}
