//! Many packets in, one record out: the aggregates of several columns.

use millstream_packet::{Record, Shape, Text, Value};

use crate::aggregate::{Accumulator, Aggregate};
use crate::compile::{Slot, compile_aggregation};
use crate::eval::{Budget, Node, Number, Operand, Part, Scope};
use crate::fault::{Fault, Raised, raise};
use crate::mistake::Mistakes;
use crate::span::Span;
use crate::types::{Kinds, Type, word};

/// Columns that are computed from many packets.
///
/// ```
/// # use millstream_expression::Summary;
/// # use millstream_packet::{Record, Text, Value};
/// let by = [Text::from("region")];
/// let columns = [("orders", "count()"), ("mean", "sum(price) / count()")];
/// let mut summary = Summary::compile(&by, columns).unwrap();
/// let mut totals = summary.totals();
/// let group = totals.start(&summary);
/// for price in [10, 20] {
///     let order = Value::from(Record::from_iter([("price", price)]));
///     summary.add(&mut totals, group, &order).unwrap();
/// }
/// let record = summary.finish(&mut totals, group, &["north".into()]).unwrap();
/// assert_eq!(
///     Value::from(record).to_json().unwrap(),
///     r#"{"region":"north","orders":2,"mean":15.0}"#
/// );
/// ```
#[derive(Debug, Clone)]
pub struct Summary {
    columns: Vec<Column>,
    slots: Vec<Slot>,
    /// For each slot the column that it belongs to.
    owners: Vec<usize>,
    key: Shape,
    /// The key and the columns.
    shape: Shape,
    /// What the packet at hand brings to each aggregate.
    brought: Vec<Brought>,
}

/// What a packet brings to an aggregate.
#[derive(Debug, Clone)]
enum Brought {
    /// Itself, to be counted.
    Itself,
    /// A number, or null.
    Number(Number),
    Value(Value),
}

#[derive(Debug, Clone)]
struct Column {
    name: Text,
    source: Box<str>,
    result: Part,
}

/// What groups of packets have come to so far, in the order in which they were started.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// As many for each group as there are aggregates.
    accumulators: Vec<Accumulator>,
    width: usize,
    groups: usize,
}

/// What is wrong with a column.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{column}`: {mistakes}")]
pub struct ColumnMistakes {
    /// The column.
    pub column: Text,
    /// What is wrong with its expression.
    pub mistakes: Mistakes,
}

/// Why a packet or a group has no result for a column.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{column}`: {fault}")]
pub struct ColumnFault {
    /// The column.
    pub column: Text,
    /// What went wrong in its expression.
    pub fault: Fault,
}

impl Summary {
    /// Compiles the expressions of columns by their names; `by` are the names of the fields that make the key of a group.
    ///
    /// # Errors
    ///
    /// Fails with the mistakes of the first column that has some.
    pub fn compile<N: Into<Text>>(
        by: &[Text],
        columns: impl IntoIterator<Item = (N, impl AsRef<str>)>,
    ) -> Result<Self, ColumnMistakes> {
        let (mut slots, mut owners, mut compiled) = (Vec::new(), Vec::new(), Vec::new());
        for (name, source) in columns {
            let (name, source) = (name.into(), source.as_ref());
            let result = match compile_aggregation(source, Some(by), &Type::any(), &mut slots) {
                Ok(result) => result,
                Err(mistakes) => {
                    return Err(ColumnMistakes {
                        column: name,
                        mistakes,
                    });
                }
            };
            owners.resize(slots.len(), compiled.len());
            compiled.push(Column {
                name,
                source: source.into(),
                result,
            });
        }
        let names = by.iter().chain(compiled.iter().map(|column| &column.name));
        Ok(Self {
            shape: Shape::new(names.cloned()),
            key: Shape::new(by.iter().cloned()),
            brought: vec![Brought::Itself; slots.len()],
            columns: compiled,
            slots,
            owners,
        })
    }

    /// Finds what is wrong with the expression of a column; `by` are the fields of the key, if they are known, and `packet`
    /// is what is known of the packets.
    ///
    /// # Errors
    ///
    /// Fails with everything that is wrong with it.
    pub fn check(source: &str, by: Option<&[Text]>, packet: &Type) -> Result<(), Mistakes> {
        compile_aggregation(source, by, packet, &mut Vec::new()).map(drop)
    }

    /// The field names of the records that come of it: the key, then the columns.
    pub const fn shape(&self) -> &Shape {
        &self.shape
    }

    /// No groups yet.
    pub fn totals(&self) -> Totals {
        Totals {
            accumulators: Vec::new(),
            width: self.slots.len(),
            groups: 0,
        }
    }

    /// Adds a packet to a group; how many bytes more are held then.
    ///
    /// # Errors
    ///
    /// Fails when an expression has no result for the packet; then nothing of it is added.
    #[inline]
    pub fn add(
        &mut self,
        totals: &mut Totals,
        group: usize,
        value: &Value,
    ) -> Result<usize, ColumnFault> {
        let start = group * totals.width;
        let Some(accumulators) = totals.accumulators.get_mut(start..start + totals.width) else {
            return Ok(0);
        };
        let scope = Scope {
            value,
            frame: None,
            slots: &[],
            budget: &Budget::new(),
        };
        if let Err((at, raised)) =
            bring_all(&mut self.slots, &mut self.brought, accumulators, &scope)
        {
            return Err(fault(&self.columns, &self.owners, at, raised));
        }
        let mut bytes = 0;
        for (accumulator, brought) in accumulators.iter_mut().zip(&mut self.brought) {
            bytes += match brought {
                Brought::Itself => accumulator.add_one(),
                Brought::Number(Number::None) => 0,
                Brought::Number(number) => accumulator.add_number(*number),
                Brought::Value(value) => accumulator.add(std::mem::take(value)),
            };
        }
        Ok(bytes)
    }

    /// The record of a group with the values of its key. The group is spent then.
    ///
    /// # Errors
    ///
    /// Fails when a result is no value, such as a sum that is too large.
    pub fn finish(
        &mut self,
        totals: &mut Totals,
        group: usize,
        key: &[Value],
    ) -> Result<Record, ColumnFault> {
        let start = group * totals.width;
        let accumulators = totals.accumulators.get_mut(start..start + totals.width);
        let mut results = Vec::with_capacity(self.slots.len());
        for (at, accumulator) in accumulators.into_iter().flatten().enumerate() {
            let result = accumulator.finish().map_err(|complaint| {
                let owner = self.owners.get(at).copied().unwrap_or_default();
                let span = self.columns.get(owner).map(|column| column.result.span);
                let raised =
                    raise(span.unwrap_or_default(), complaint.message).help(complaint.help);
                fault(&self.columns, &self.owners, at, raised)
            })?;
            results.push(result);
        }
        let record = self.record(key, &results)?;
        Ok(record)
    }

    fn record(&mut self, key: &[Value], results: &[Value]) -> Result<Record, ColumnFault> {
        let is_plain = self
            .columns
            .iter()
            .all(|column| matches!(column.result.node, Node::Slot(_)));
        let of_key = if is_plain {
            Value::NULL
        } else {
            Record::new(self.key.clone(), key.to_vec()).into()
        };
        let mut values = Vec::with_capacity(self.shape.len());
        values.extend_from_slice(key);
        for column in &mut self.columns {
            let scope = Scope {
                value: &of_key,
                frame: None,
                slots: results,
                budget: &Budget::new(),
            };
            let value = column.result.node.eval(&scope).map(Operand::into_value);
            values.push(value.map_err(|raised| ColumnFault {
                column: column.name.clone(),
                fault: raised.within(&column.source),
            })?);
        }
        Ok(Record::new(self.shape.clone(), values))
    }
}

/// Computes all arguments before any of them is added, so that a packet counts whole or not at all.
#[inline]
fn bring_all(
    slots: &mut [Slot],
    brought: &mut [Brought],
    accumulators: &[Accumulator],
    scope: &Scope<'_>,
) -> Result<(), (usize, Raised)> {
    for (at, (slot, brought)) in slots.iter_mut().zip(brought).enumerate() {
        let Some(part) = &mut slot.argument else {
            continue;
        };
        let found = if slot.aggregate.adds_numbers() {
            bring_number(slot.aggregate, part, scope).map(Brought::Number)
        } else {
            bring_value(slot.aggregate, part, accumulators.get(at), scope).map(Brought::Value)
        };
        *brought = found.map_err(|raised| (at, raised))?;
    }
    Ok(())
}

#[inline]
fn bring_number(
    aggregate: &Aggregate,
    part: &mut Part,
    scope: &Scope<'_>,
) -> Result<Number, Raised> {
    match part.node.number(scope)? {
        Number::None => no_number(aggregate, part, scope),
        number => Ok(number),
    }
}

/// Null adds nothing; anything else that is no number is refused.
#[inline(never)]
fn no_number(aggregate: &Aggregate, part: &mut Part, scope: &Scope<'_>) -> Result<Number, Raised> {
    let span = part.span;
    let found = part.node.eval(scope)?;
    if found.is_null() {
        Ok(Number::None)
    } else {
        Err(wrong_kind(aggregate, &found, span))
    }
}

fn bring_value(
    aggregate: &Aggregate,
    part: &mut Part,
    accumulator: Option<&Accumulator>,
    scope: &Scope<'_>,
) -> Result<Value, Raised> {
    let span = part.span;
    let found = part.node.eval(scope)?;
    if !aggregate.kinds().has(found.kind()) {
        return Err(wrong_kind(aggregate, &found, span));
    }
    let checked = accumulator.map_or(Ok(()), |accumulator| accumulator.check(&found));
    checked.map_err(|complaint| raise(span, complaint.message))?;
    Ok(found.into_value())
}

#[cold]
fn wrong_kind(aggregate: &Aggregate, found: &Operand<'_>, span: Span) -> Raised {
    let (name, takes) = (aggregate.name, aggregate.kinds().without(Kinds::NULL));
    raise(
        span,
        format!("`{name}` takes {takes}, but this is {}", word(found.kind())),
    )
}

#[cold]
fn fault(columns: &[Column], owners: &[usize], slot: usize, raised: Raised) -> ColumnFault {
    let column = owners.get(slot).and_then(|at| columns.get(*at));
    ColumnFault {
        column: column.map_or_else(|| Text::from(""), |column| column.name.clone()),
        fault: raised.within(column.map_or("", |column| &column.source)),
    }
}

impl Totals {
    /// Starts a group, which gets the next number.
    pub fn start(&mut self, summary: &Summary) -> usize {
        self.accumulators
            .extend(summary.slots.iter().map(Slot::start));
        self.groups += 1;
        self.groups - 1
    }

    /// Takes back the group that was started last.
    pub fn take_back(&mut self) {
        self.groups = self.groups.saturating_sub(1);
        self.accumulators.truncate(self.groups * self.width);
    }

    /// Number of groups.
    pub const fn len(&self) -> usize {
        self.groups
    }

    /// Whether there is no group.
    pub const fn is_empty(&self) -> bool {
        self.groups == 0
    }

    /// Forgets all groups and keeps their memory for the next ones.
    pub fn clear(&mut self) {
        self.accumulators.clear();
        self.groups = 0;
    }

    /// Bytes that one group takes, without what it collects.
    pub const fn group_bytes(&self) -> usize {
        self.width * size_of::<Accumulator>()
    }
}
