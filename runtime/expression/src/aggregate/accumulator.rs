//! What one group of packets has come to so far.

use std::collections::HashSet;

use millstream_packet::{Value, View};

use super::{Percentile, Spread, Sum};
use crate::eval::{Number, Operand, compare};
use crate::fault::Complaint;
use crate::syntax::Comparison;
use crate::types::{kind_of, word};

/// What one group of packets has come to so far. Null adds nothing to any of them.
#[derive(Debug, Clone)]
pub(crate) enum Accumulator {
    Count(u64),
    CountIf(u64),
    Sum(Sum),
    Mean(Sum, u64),
    Min(Option<Value>),
    Max(Option<Value>),
    First(Option<Value>),
    Last(Option<Value>),
    Percentile(Box<Percentile>),
    StdDev(Spread),
    Variance(Spread),
    Distinct(HashSet<Value>),
    Collect(Vec<Value>),
    Unique(Box<(HashSet<Value>, Vec<Value>)>),
    Any(bool),
    All(bool),
}

impl Accumulator {
    pub(super) fn percentile(percent: f64) -> Self {
        Self::Percentile(Box::new(Percentile::new(percent)))
    }

    /// Whether a value goes with those before. Values of kinds that the parameter does not take were refused already.
    #[inline]
    pub(crate) fn check(&self, value: &Operand<'_>) -> Result<(), Complaint> {
        match self {
            Self::Min(Some(best)) | Self::Max(Some(best)) => {
                let suits = value.is_null()
                    || compare(Comparison::Less, value.view(), best.view()).is_some();
                if suits {
                    Ok(())
                } else {
                    Err(mixed(value.view(), best.view()))
                }
            }
            _ => Ok(()),
        }
    }

    /// Counts a packet.
    #[inline]
    pub(crate) const fn add_one(&mut self) -> usize {
        if let Self::Count(count) = self {
            *count += 1;
        }
        0
    }

    /// Adds a number; how many bytes more are held then.
    #[inline]
    pub(crate) fn add_number(&mut self, number: Number) -> usize {
        match self {
            Self::Sum(sum) => sum.add(number),
            Self::Mean(sum, count) => {
                sum.add(number);
                *count += 1;
            }
            Self::StdDev(spread) | Self::Variance(spread) => spread.add(number),
            Self::Percentile(percentile) => {
                percentile.add(number);
                return size_of::<u64>();
            }
            _ => {}
        }
        0
    }

    /// Adds a value that was checked; how many bytes more are held then.
    pub(crate) fn add(&mut self, value: Value) -> usize {
        if value.is_null() {
            return 0;
        }
        let is_true = value.as_bool() == Some(true);
        match self {
            Self::Count(count) => *count += 1,
            Self::CountIf(count) => *count += u64::from(is_true),
            Self::Any(any) => *any |= is_true,
            Self::All(all) => *all &= is_true,
            Self::Min(best) => keep_best(best, value, Comparison::Less),
            Self::Max(best) => keep_best(best, value, Comparison::More),
            Self::First(first @ None) => *first = Some(detached(value)),
            Self::Last(last) => *last = Some(detached(value)),
            _ => return self.hold(value),
        }
        0
    }

    /// Adds a value to those that are all held.
    fn hold(&mut self, value: Value) -> usize {
        let bytes = value.size_bytes();
        match self {
            Self::Collect(list) => {
                list.push(detached(value));
                bytes
            }
            Self::Distinct(seen) => add_new(seen, value).map_or(0, |_| bytes),
            Self::Unique(unique) => {
                let (seen, list) = &mut **unique;
                let Some(value) = add_new(seen, value) else {
                    return 0;
                };
                list.push(value);
                bytes + size_of::<Value>()
            }
            _ => 0,
        }
    }

    /// What the values come to.
    pub(crate) fn finish(&mut self) -> Result<Value, Complaint> {
        let int = |count: u64| Value::from(i64::try_from(count).unwrap_or(i64::MAX));
        Ok(match self {
            Self::Count(count) | Self::CountIf(count) => int(*count),
            Self::Sum(sum) => sum.finish()?,
            Self::Mean(sum, count) => sum.mean(*count)?,
            Self::Min(value) | Self::Max(value) | Self::First(value) | Self::Last(value) => {
                value.take().unwrap_or_default()
            }
            Self::Percentile(percentile) => percentile.finish(),
            Self::StdDev(spread) => spread.variance().map(f64::sqrt).into(),
            Self::Variance(spread) => spread.variance().into(),
            Self::Distinct(seen) => int(seen.len() as u64),
            Self::Collect(list) => Value::list(std::mem::take(list)),
            Self::Unique(unique) => Value::list(std::mem::take(&mut unique.1)),
            Self::Any(truth) | Self::All(truth) => (*truth).into(),
        })
    }
}

#[cold]
fn mixed(value: View<'_>, best: View<'_>) -> Complaint {
    let (value, best) = (word(kind_of(value)), word(kind_of(best)));
    Complaint::about(
        0,
        format!("this is {value}, which has no order with {best} of a packet before"),
    )
}

#[inline]
fn keep_best(best: &mut Option<Value>, value: Value, wanted: Comparison) {
    let is_better = match best {
        Some(best) => compare(wanted, value.view(), best.view()) == Some(true),
        None => true,
    };
    if is_better {
        *best = Some(detached(value));
    }
}

/// Adds a value that was not there yet, and gives back a copy.
fn add_new(seen: &mut HashSet<Value>, value: Value) -> Option<Value> {
    if seen.contains(&value) {
        return None;
    }
    let value = detached(value);
    seen.insert(value.clone());
    Some(value)
}

/// A value that does not keep alive the block of text that it was cut from.
pub(crate) fn detached(value: Value) -> Value {
    /// Longest text that has no memory of its own.
    const INLINE_MAX: usize = 22;
    match value.view() {
        View::Text(text) if text.len() > INLINE_MAX => text.into(),
        View::Bytes(bytes) if bytes.len() > INLINE_MAX => bytes.into(),
        _ => value,
    }
}
