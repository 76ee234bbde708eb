//! Sums and spreads.

use millstream_packet::Value;

use crate::eval::Number;
use crate::fault::Complaint;

/// A sum: of ints exact, of floats compensated.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum {
    /// 2^63 packets would be needed to overflow it.
    ints: i128,
    floats: f64,
    /// What the additions of floats rounded away.
    lost: f64,
    has_floats: bool,
}

impl Sum {
    #[inline]
    pub(super) fn add(&mut self, number: Number) {
        match number {
            Number::Int(int) => self.ints += i128::from(int),
            Number::Float(bits) => self.add_float(f64::from_bits(bits)),
            Number::None => {}
        }
    }

    /// Adds as Neumaier does (1974): the error does not grow with the number of packets.
    #[inline]
    fn add_float(&mut self, float: f64) {
        self.has_floats = true;
        let sum = self.floats + float;
        self.lost += if self.floats.abs() >= float.abs() {
            (self.floats - sum) + float
        } else {
            (float - sum) + self.floats
        };
        self.floats = sum;
    }

    fn float(mut self) -> f64 {
        if self.ints != 0 {
            self.add_float(self.ints as f64);
        }
        // Beyond the range of floats there is nothing to compensate.
        if self.floats.is_finite() {
            self.floats + self.lost
        } else {
            self.floats
        }
    }

    pub(super) fn finish(self) -> Result<Value, Complaint> {
        if self.has_floats {
            return finite(self.float(), "sum");
        }
        i64::try_from(self.ints).map(Value::from).map_err(|_range| {
            Complaint::new(format!("the sum {} does not fit a 64-bit int", self.ints))
                .help("sum(float(…)) adds floats")
        })
    }

    pub(super) fn mean(self, count: u64) -> Result<Value, Complaint> {
        match count {
            0 => Ok(Value::NULL),
            count => finite(self.float() / count as f64, "mean"),
        }
    }
}

fn finite(float: f64, what: &str) -> Result<Value, Complaint> {
    if float.is_finite() {
        Ok(float.into())
    } else {
        Err(Complaint::new(format!(
            "the {what} is beyond the numbers: {float}"
        )))
    }
}

/// How far values lie apart, by Welford (1962): the squares of large numbers would lose what matters.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spread {
    count: u64,
    mean: f64,
    /// Sum of the squares of the distances from the mean.
    squares: f64,
}

impl Spread {
    #[inline]
    pub(super) fn add(&mut self, number: Number) {
        let number = match number {
            Number::Int(int) => int as f64,
            Number::Float(bits) => f64::from_bits(bits),
            Number::None => return,
        };
        self.count += 1;
        let distance = number - self.mean;
        self.mean += distance / self.count as f64;
        self.squares += distance * (number - self.mean);
    }

    pub(super) fn variance(self) -> Option<f64> {
        (self.count > 1).then(|| self.squares / (self.count - 1) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(numbers: &[f64]) -> Value {
        let mut sum = Sum::default();
        for number in numbers {
            sum.add(Number::Float(number.to_bits()));
        }
        sum.finish().unwrap()
    }

    #[test]
    fn small_numbers_are_not_lost_among_large_ones() {
        assert_eq!(sum(&[1e100, 1.0, -1e100]), Value::from(1.0));
        assert_eq!(sum(&[0.1; 10]), Value::from(1.0));
    }

    #[test]
    fn ints_are_exact_beyond_what_floats_tell() {
        let mut sum = Sum::default();
        for int in [i64::MAX, i64::MAX, -i64::MAX, -3] {
            sum.add(Number::Int(int));
        }
        assert_eq!(sum.finish(), Ok(Value::from(i64::MAX - 3)));
        sum.add(Number::Int(i64::MAX));
        assert!(sum.finish().is_err());
        sum.add(Number::Float(0));
        assert!(sum.finish().is_ok());
    }

    #[test]
    fn spread_does_not_suffer_from_large_numbers() {
        let mut spread = Spread::default();
        for number in [1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0] {
            spread.add(Number::Float(f64::to_bits(number)));
        }
        assert_eq!(spread.variance(), Some(30.0));
    }
}
