//! Percentiles: exact, by holding every number.

use millstream_packet::Value;

use crate::eval::Number;

/// The numbers so far. Ints are held as ints, for floats cannot tell all of them.
#[derive(Debug, Clone)]
pub(crate) struct Percentile {
    ints: Vec<i64>,
    floats: Vec<f64>,
    percent: f64,
}

impl Percentile {
    pub(super) const fn new(percent: f64) -> Self {
        Self {
            ints: Vec::new(),
            floats: Vec::new(),
            percent,
        }
    }

    pub(super) fn add(&mut self, number: Number) {
        match number {
            Number::Int(int) => self.ints.push(int),
            Number::Float(bits) => self.floats.push(f64::from_bits(bits)),
            Number::None => {}
        }
    }

    /// The number at the nearest rank: a number that was there, not one between two.
    pub(super) fn finish(&mut self) -> Value {
        let count = self.ints.len() + self.floats.len();
        if count == 0 {
            return Value::NULL;
        }
        let rank = rank(self.percent, count);
        if self.floats.is_empty() {
            return (*self.ints.select_nth_unstable(rank).1).into();
        }
        if self.ints.is_empty() {
            return (*self.floats.select_nth_unstable_by(rank, f64::total_cmp).1).into();
        }
        let ints = self.ints.iter().copied().map(Value::from);
        let floats = self.floats.iter().copied().map(Value::from);
        let mut all: Vec<Value> = ints.chain(floats).collect();
        all.select_nth_unstable(rank).1.clone()
    }
}

/// The least place, counted from 0, up to which so many of 100 values lie.
fn rank(percent: f64, count: usize) -> usize {
    let share = percent / 100.0 * count as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "no less than 0 and no more than the number of values"
    )]
    let rank = share.ceil().clamp(1.0, count as f64) as usize;
    rank - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_there() {
        let case = |percent: f64, numbers: &[f64]| {
            let mut percentile = Percentile::new(percent);
            for number in numbers {
                percentile.add(match number.to_string().parse() {
                    Ok(int) => Number::Int(int),
                    Err(_) => Number::Float(number.to_bits()),
                });
            }
            percentile.finish()
        };
        let ten: Vec<f64> = (1..=10).map(f64::from).collect();
        assert_eq!(case(0.0, &ten), Value::from(1));
        assert_eq!(case(50.0, &ten), Value::from(5));
        assert_eq!(case(90.0, &ten), Value::from(9));
        assert_eq!(case(91.0, &ten), Value::from(10));
        assert_eq!(case(100.0, &ten), Value::from(10));
        assert_eq!(case(50.0, &[2.0, 1.5, 1.0]), Value::from(1.5));
        assert_eq!(case(50.0, &[2.5, 1.5, 0.5]), Value::from(1.5));
        assert_eq!(case(50.0, &[]), Value::NULL);
    }
}
