//! Compares how a case went with what it expects.

use std::collections::BTreeMap;

use millstream_engine::{Outcome, Report};
use millstream_graph::file::cases::{self, Case, Expected, Matching};
use millstream_packet::Packet;

use crate::select::show_duration;
use crate::trial::play::Played;
use crate::trial::stage::Staged;
use crate::trial::{Mismatch, Problem};

/// Processes that are named when the time is up.
const WAITING_MAX: usize = 4;

/// What is wrong; how the run ended comes first, for what came out follows from it.
pub(super) fn judge(case: &Case, staged: &Staged<'_>, played: Played) -> Vec<Problem> {
    let ending = match &staged.fails {
        None => unexpected_ending(staged, &played),
        Some(process) => missing_failure(case, process, staged, &played),
    };
    let outputs = case.outputs.iter().zip(played.outputs);
    let mismatches =
        outputs.filter_map(|((port, expected), actual)| compare(port, expected, actual));
    let ending = ending.map(Problem::Ending);
    ending
        .into_iter()
        .chain(mismatches.map(Problem::Output))
        .collect()
}

/// How a run ended that was to finish, if it did anything else.
fn unexpected_ending(staged: &Staged<'_>, played: &Played) -> Option<String> {
    match &played.report.outcome {
        Outcome::Finished => None,
        Outcome::Failed { process, .. } => failure(&played.report, *process),
        _ => Some(cut_short(staged, played)),
    }
}

fn failure(report: &Report, at: usize) -> Option<String> {
    let process = report.processes.get(at)?;
    let fault = process.ending.fault().unwrap_or_default();
    Some(format!(
        "process `{}` ({}) failed: {fault}",
        process.name, process.component
    ))
}

/// Why a run did not come to its own end.
fn cut_short(staged: &Staged<'_>, played: &Played) -> String {
    let (mut text, late) = match (&played.report.outcome, &played.late) {
        (Outcome::Deadlocked(deadlock), _) => ("deadlock".to_owned(), deadlock),
        (_, Some(late)) => {
            let limit = show_duration(staged.limit);
            (format!("it had not ended after {limit}"), late)
        }
        _ => return "more came out than any case expects: does a source have no end?".to_owned(),
    };
    let waiting = late.cycle.iter().chain(&late.others);
    let lines: Vec<String> = waiting
        .take(WAITING_MAX)
        .map(|waiting| format!("\n  {waiting}"))
        .collect();
    if !lines.is_empty() {
        text.push_str("; who waited then:");
    }
    text.extend(lines);
    text
}

/// How a run ended that was to fail, if it did not fail so.
fn missing_failure(
    case: &Case,
    process: &str,
    staged: &Staged<'_>,
    played: &Played,
) -> Option<String> {
    let wanted = case
        .fails
        .as_ref()
        .map_or("", |fails| fails.message.as_str());
    let expected = format!("process `{process}` was to fail with \"{wanted}\"");
    let Outcome::Failed { process: at, .. } = &played.report.outcome else {
        return Some(match &played.report.outcome {
            Outcome::Finished => format!("{expected}, but the run finished"),
            _ => format!("{expected}, but {}", cut_short(staged, played)),
        });
    };
    let failed = played.report.processes.get(*at)?;
    let fault = failed.ending.fault().unwrap_or_default();
    if failed.name == process && fault.contains(wanted) {
        return None;
    }
    Some(format!("{expected}, but {}", failure(&played.report, *at)?))
}

fn compare(port: &str, expected: &Expected, actual: Vec<Packet>) -> Option<Mismatch> {
    let mismatch = Mismatch {
        port: port.to_owned(),
        matching: expected.matching,
        expected: expected.packets.iter().map(text).collect(),
        actual: actual.iter().map(text).collect(),
        packets: actual,
    };
    let (missing, more) = mismatch.difference();
    let is_same = match expected.matching {
        Matching::Exact => mismatch.expected == mismatch.actual,
        Matching::Unordered => missing.is_empty() && more.is_empty(),
        Matching::Contains => missing.is_empty(),
    };
    (!is_same).then_some(mismatch)
}

/// A packet as it stands in a case, or as well as it can be told.
fn text(packet: &Packet) -> String {
    if cases::can_hold(packet) {
        cases::packet_text(packet)
    } else {
        format!("(no file can hold this) {packet:?}")
    }
}

impl Mismatch {
    /// What did not come, and what was not expected, whatever the order.
    pub(super) fn difference(&self) -> (Vec<&str>, Vec<&str>) {
        let missing = without(&self.expected, &self.actual);
        (missing, without(&self.actual, &self.expected))
    }
}

/// Those of the first that have no partner among the second, in their order.
fn without<'a>(all: &'a [String], others: &[String]) -> Vec<&'a str> {
    let mut partners: BTreeMap<&str, usize> = BTreeMap::new();
    for other in others {
        *partners.entry(other).or_default() += 1;
    }
    let mut left = Vec::new();
    for text in all {
        match partners.get_mut(text.as_str()) {
            Some(count @ 1..) => *count -= 1,
            _ => left.push(text.as_str()),
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_same(matching: Matching, expected: &[i64], actual: &[i64]) -> bool {
        let packets = |numbers: &[i64]| numbers.iter().map(|&n| Packet::data(n)).collect();
        let expected = Expected {
            span: 0..0,
            list: 0..0,
            matching,
            packets: packets(expected),
        };
        compare("x", &expected, packets(actual)).is_none()
    }

    #[test]
    fn packets_are_compared_as_the_case_says() {
        use Matching::{Contains, Exact, Unordered};
        assert!(is_same(Exact, &[1, 2], &[1, 2]) && !is_same(Exact, &[1, 2], &[2, 1]));
        assert!(is_same(Unordered, &[1, 2, 1], &[1, 1, 2]));
        assert!(!is_same(Unordered, &[1, 2], &[1, 2, 2]) && !is_same(Unordered, &[1, 1], &[1]));
        assert!(is_same(Contains, &[2], &[1, 2, 3]) && !is_same(Contains, &[2, 2], &[1, 2, 3]));
        assert!(is_same(Contains, &[], &[]));
    }

    #[test]
    fn numbers_that_differ_in_kind_and_brackets_differ() {
        let texts = [
            text(&Packet::data(1_i64)),
            text(&Packet::data(1.0)),
            text(&Packet::data("1")),
            text(&Packet::open(1_i64)),
            text(&Packet::close(1_i64)),
            text(&Packet::data(millstream_packet::Value::opaque(1_i64))),
            text(&Packet::data(millstream_packet::Value::NULL)),
        ];
        let different: std::collections::BTreeSet<&String> = texts.iter().collect();
        assert_eq!(different.len(), texts.len(), "{texts:?}");
    }
}
