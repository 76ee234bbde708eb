//! Numbers as they stand on wires: short, and read at a glance.

use crate::live::WireLive;

/// What stands on a wire: `1.2k/s  812/1000  Σ4.1M`; without a rate when there was no packet in the window.
pub fn label(wire: &WireLive) -> String {
    let fill = format!("{}/{}", wire.counts.depth, wire.capacity);
    let total = amount(wire.counts.received as f64);
    if wire.rate > 0.0 {
        format!("{}  {fill}  Σ{total}", rate(wire.rate))
    } else {
        format!("{fill}  Σ{total}")
    }
}

/// Packets a second: `0.3/s`, `812/s`, `1.2k/s`.
pub fn rate(per_second: f64) -> String {
    format!("{}/s", amount(per_second))
}

/// A number with two or three digits: `0.3`, `7`, `812`, `1.2k`, `41k`, `4.1M`.
pub fn amount(number: f64) -> String {
    const UNITS: [&str; 5] = ["", "k", "M", "G", "T"];
    let mut scaled = number;
    let mut unit = 0;
    // What would be rounded up to a thousand has the next unit already.
    while scaled >= 999.5 && unit + 1 < UNITS.len() {
        scaled /= 1000.0;
        unit += 1;
    }
    let unit = UNITS[unit];
    // A fraction tells something of small rates and of scaled numbers; 9.95 is 10.
    if scaled < 9.95 && (!unit.is_empty() || scaled.fract() != 0.0) {
        format!("{scaled:.1}{unit}")
    } else {
        format!("{scaled:.0}{unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::amount;

    #[test]
    fn numbers_are_short() {
        let cases = [
            (0.0, "0"),
            (0.34, "0.3"),
            (7.0, "7"),
            (9.96, "10"),
            (812.0, "812"),
            (999.4, "999"),
            (999.6, "1.0k"),
            (1_234.0, "1.2k"),
            (41_000.0, "41k"),
            (4_100_000.0, "4.1M"),
            (8.2e14, "820T"),
            (8.2e16, "82000T"),
        ];
        for (number, text) in cases {
            assert_eq!(amount(number), text, "{number}");
        }
    }
}
