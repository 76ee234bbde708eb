//! Arithmetic: ints stay ints and never wrap, floats stay finite.

use millstream_packet::{Kind, Value, View};

use super::operand::{Number, Operand};
use super::scope::Budget;
use crate::fault::Complaint;
use crate::syntax::Binary;
use crate::types::{kind_of, word};

/// `+`, `-`, `*`, `/`, `%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Arithmetic {
    pub(crate) const fn of(operator: Binary) -> Option<Self> {
        Some(match operator {
            Binary::Add => Self::Add,
            Binary::Subtract => Self::Subtract,
            Binary::Multiply => Self::Multiply,
            Binary::Divide => Self::Divide,
            Binary::Remainder => Self::Remainder,
            _ => return None,
        })
    }

    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }

    /// Computes with numbers; a complaint about an argument means a side: 0 the left, 1 the right one.
    #[inline]
    pub(super) fn numbers(self, left: Number, right: Number) -> Result<Number, Complaint> {
        let float = f64::from_bits;
        match (left, right) {
            (Number::Int(a), Number::Int(b)) => self.ints(a, b),
            (Number::Float(a), Number::Float(b)) => self.floats(float(a), float(b)),
            (Number::Int(a), Number::Float(b)) => self.floats(a as f64, float(b)),
            (Number::Float(a), Number::Int(b)) => self.floats(float(a), b as f64),
            _ => Ok(Number::None),
        }
    }

    /// Computes with any values.
    pub(crate) fn apply(
        self,
        left: View<'_>,
        right: View<'_>,
        budget: &Budget,
    ) -> Result<Operand<'static>, Complaint> {
        let number = |view| match view {
            View::Int(int) => Number::Int(int),
            View::Float(float) => Number::Float(float.to_bits()),
            _ => Number::None,
        };
        match self.numbers(number(left), number(right))? {
            Number::None => self.others(left, right, budget),
            number => Ok(number.into()),
        }
    }

    #[inline]
    fn ints(self, a: i64, b: i64) -> Result<Number, Complaint> {
        let result = match self {
            Self::Add => a.checked_add(b),
            Self::Subtract => a.checked_sub(b),
            Self::Multiply => a.checked_mul(b),
            Self::Divide => return self.floats(a as f64, b as f64),
            Self::Remainder if b == 0 => return Err(by_zero()),
            // The only remainder that a processor cannot compute; it is 0.
            Self::Remainder => Some(floored_remainder(a, b)),
        };
        match result {
            Some(result) => Ok(Number::Int(result)),
            None => Err(too_large(self.text(), a, b)),
        }
    }

    #[inline]
    fn floats(self, a: f64, b: f64) -> Result<Number, Complaint> {
        let result = match self {
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide | Self::Remainder if b == 0.0 => return Err(by_zero()),
            Self::Divide => a / b,
            Self::Remainder => floored_float_remainder(a, b),
        };
        if !result.is_finite() && a.is_finite() && b.is_finite() {
            return Err(too_large(self.text(), a, b));
        }
        Ok(Number::Float(result.to_bits()))
    }

    #[inline(never)]
    fn others(
        self,
        left: View<'_>,
        right: View<'_>,
        budget: &Budget,
    ) -> Result<Operand<'static>, Complaint> {
        match (self, left, right) {
            (Self::Add, View::Text(a), View::Text(b)) => {
                budget.spend(a.len() + b.len())?;
                Ok(Operand::Owned(Value::from([a, b].concat())))
            }
            (Self::Add, View::List(a), View::List(b)) => {
                budget.spend(a.len() + b.len())?;
                Ok(Operand::Owned(Value::list([a, b].concat())))
            }
            _ => Err(self.mismatch([kind_of(left), kind_of(right)])),
        }
    }

    /// Why two kinds do not go together: which side is wrong, and what to write.
    #[cold]
    pub(crate) fn mismatch(self, kinds: [Kind; 2]) -> Complaint {
        let suits = |kind| match kind {
            Kind::Int | Kind::Float => true,
            Kind::Text | Kind::List => self == Self::Add,
            _ => false,
        };
        let sign = self.text();
        let takes = match self {
            Self::Add => "numbers, texts or lists",
            _ => "numbers",
        };
        if let Some(at) = kinds.iter().position(|kind| !suits(*kind)) {
            let message = format!("`{sign}` takes {takes}, but this is {}", word(kinds[at]));
            let complaint = Complaint::about(at, message);
            return match kinds[at] {
                Kind::Null => complaint.help("write `??` for a value in its place"),
                Kind::Text => complaint.help("int(…) or float(…) makes a number of text"),
                _ => complaint,
            };
        }
        let [left, right] = kinds.map(word);
        let complaint = Complaint::new(format!("`{sign}` cannot put {left} and {right} together"));
        if kinds.contains(&Kind::Text) {
            complaint.help("text(…) makes text of any value")
        } else {
            complaint
        }
    }
}

#[cold]
fn by_zero() -> Complaint {
    Complaint::about(1, "division by zero")
}

#[cold]
fn too_large(sign: &str, a: impl std::fmt::Debug, b: impl std::fmt::Debug) -> Complaint {
    Complaint::new(format!(
        "{a:?} {sign} {b:?} is too large for a 64-bit number"
    ))
}

/// The sign is that of the divisor, so that `x % 10` counts from 0 to 9 also below zero. `b` is not 0.
fn floored_remainder(a: i64, b: i64) -> i64 {
    let rest = a.wrapping_rem(b);
    if rest != 0 && (rest < 0) != (b < 0) {
        rest + b
    } else {
        rest
    }
}

fn floored_float_remainder(a: f64, b: f64) -> f64 {
    let rest = a % b;
    if rest != 0.0 && (rest < 0.0) != (b < 0.0) {
        rest + b
    } else {
        rest
    }
}

/// The whole quotient, rounded down: what goes with `%`.
pub(crate) fn whole(a: i64, b: i64) -> Result<i64, Complaint> {
    if b == 0 {
        return Err(by_zero());
    }
    let quotient = a.checked_div(b).ok_or_else(|| too_large("div", a, b))?;
    Ok(if floored_remainder(a, b) == a.wrapping_rem(b) {
        quotient
    } else {
        quotient - 1
    })
}

/// A power: of ints an int as long as the exponent is not negative.
pub(crate) fn power(base: View<'_>, exponent: View<'_>) -> Result<Value, Complaint> {
    let float = |view| match view {
        View::Int(int) => int as f64,
        View::Float(float) => float,
        _ => f64::NAN,
    };
    if let (View::Int(a), View::Int(b @ 0..)) = (base, exponent) {
        let result = u32::try_from(b).ok().and_then(|b| a.checked_pow(b));
        return match (result, a) {
            (Some(result), _) => Ok(result.into()),
            // Exponents beyond 32 bits.
            (None, 0 | 1) => Ok(a.into()),
            (None, -1) => Ok((1 - 2 * (b % 2)).into()),
            (None, _) => Err(too_large("to the power of", a, b)),
        };
    }
    let (a, b) = (float(base), float(exponent));
    let result = a.powf(b);
    if !result.is_finite() && a.is_finite() && b.is_finite() {
        return Err(Complaint::new(format!(
            "{a:?} to the power of {b:?} is no number"
        )));
    }
    Ok(result.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remainder_and_whole_quotient_belong_together() {
        for a in [-7, -6, -1, 0, 1, 6, 7, i64::MAX, i64::MIN] {
            for b in [-3, -1, 1, 2, 3, 10, i64::MAX, i64::MIN] {
                let Ok(quotient) = whole(a, b) else {
                    assert_eq!((a, b), (i64::MIN, -1));
                    continue;
                };
                let rest = floored_remainder(a, b);
                let back = i128::from(quotient) * i128::from(b) + i128::from(rest);
                assert_eq!(back, i128::from(a), "{a} {b}");
                assert!(rest == 0 || (rest < 0) == (b < 0), "{a} {b}");
            }
        }
    }

    #[test]
    fn powers_of_ints_are_ints() {
        let pow = |a: i64, b: i64| power(View::Int(a), View::Int(b));
        assert_eq!(pow(2, 10), Ok(1024.into()));
        assert_eq!(pow(2, -1), Ok(0.5.into()));
        assert_eq!(pow(-1, i64::MAX), Ok((-1).into()));
        assert_eq!(pow(1, i64::MAX), Ok(1.into()));
        assert!(pow(2, 63).is_err());
        assert!(power(View::Float(-1.0), View::Float(0.5)).is_err());
    }
}
