//! Numbers as people read them on wires: three digits at most.

/// `64`, `1.2k`, `4.1M`.
pub(crate) fn big(number: u64) -> String {
    short(number as f64)
}

/// `0.4`, `64`, `1.2k`; nothing for 0.
pub(crate) fn rate(per_second: f64) -> String {
    if per_second > 0.0 && per_second < 10.0 {
        return format!("{per_second:.1}");
    }
    short(per_second)
}

fn short(number: f64) -> String {
    const UNITS: [(f64, &str); 4] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    for (size, unit) in UNITS {
        // 999.6 k is a million to somebody who reads three digits.
        if number >= size * 0.9995 {
            let scaled = number / size;
            let digits = usize::from(scaled < 9.95);
            return format!("{scaled:.digits$}{unit}");
        }
    }
    format!("{number:.0}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_at_most() {
        let cases = [
            (0, "0"),
            (999, "999"),
            (1200, "1.2k"),
            (64_300, "64k"),
            (999_900, "1.0M"),
        ];
        for (number, text) in cases {
            assert_eq!(big(number), text);
        }
        assert_eq!(big(4_100_000), "4.1M");
        assert_eq!(rate(0.42), "0.4");
        assert_eq!(rate(64.2), "64");
    }
}
