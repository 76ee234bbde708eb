//! Shows how cases went, to people and to machines.

use std::time::Duration;

use millstream_graph::file::cases::Matching;
use serde_json::{Value as Json, json};
use similar::{Algorithm, DiffTag, capture_diff_slices, group_diff_ops};

use crate::output::{Look, add, safe};
use crate::render::{facts, human, paint};
use crate::select::show_duration;
use crate::trial::{Job, Mismatch, Problem, Verdict};

/// Packets around a difference that are shown.
const CONTEXT: usize = 3;
/// Lines of one port's difference; what is longer ends with a count.
const LINES_MAX: usize = 60;
const RED: &str = "31";
const GREEN: &str = "32";
const BOLD: &str = "1";

/// How many cases there were, by how they went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Score {
    /// As expected.
    pub(crate) passed: usize,
    /// Not as expected.
    pub(crate) failed: usize,
    /// Not as expected before, and brought up to date.
    pub(crate) updated: usize,
}

impl Score {
    /// `3 passed, 1 failed`.
    pub(crate) fn show(self) -> String {
        let parts = [
            (self.passed, "passed"),
            (self.failed, "failed"),
            (self.updated, "updated"),
        ];
        let shown = parts
            .iter()
            .filter(|(count, word)| *count > 0 || *word == "passed");
        let texts: Vec<String> = shown
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        texts.join(", ")
    }
}

/// A case that did not pass, for people.
pub(crate) fn failed(job: &Job<'_>, verdict: &Verdict, look: Look) -> String {
    let (line, _) = job.file.source.line_column(job.case.span.start);
    let place = format!("{}:{line}: {}", job.file.source.name, job.name);
    let mut text = format!(
        "{} {}\n",
        paint("FAIL", RED, look),
        paint(&safe(&place), BOLD, look)
    );
    for problem in &verdict.problems {
        match problem {
            Problem::Invalid(message) => text.push_str(&human(message, look)),
            Problem::Ending(why) => {
                let lines = safe(why).replace('\n', "\n  ");
                add(&mut text, format_args!("  {lines}\n"));
            }
            Problem::Output(mismatch) => show(mismatch, look, &mut text),
        }
    }
    text.push('\n');
    text
}

/// A case that passed, for people who want to know.
pub(crate) fn passed(job: &Job<'_>, verdict: &Verdict, look: Look) -> String {
    let elapsed = show_duration(verdict.elapsed);
    format!(
        "{}   {} ({elapsed})\n",
        paint("ok", GREEN, look),
        safe(&job.title())
    )
}

fn show(mismatch: &Mismatch, look: Look, text: &mut String) {
    let (expected, actual) = (mismatch.expected.len(), mismatch.actual.len());
    let how = match mismatch.matching {
        Matching::Exact => "",
        Matching::Unordered => " in any order",
        Matching::Contains => " among others",
    };
    let legend = format!(
        "({}, {})",
        paint("- expected", RED, look),
        paint("+ came", GREEN, look)
    );
    let port = safe(&mismatch.port);
    add(
        text,
        format_args!("  {port}: {expected} expected{how}, {actual} came {legend}\n"),
    );
    let lines = match mismatch.matching {
        Matching::Exact => in_order(mismatch),
        Matching::Unordered => any_order(mismatch, true),
        Matching::Contains => any_order(mismatch, false),
    };
    for (mark, line) in lines.iter().take(LINES_MAX) {
        let line = format!("{mark} {}", safe(line).replace('\n', "\n      "));
        let line = match mark {
            '-' => paint(&line, RED, look),
            '+' => paint(&line, GREEN, look),
            _ => line,
        };
        add(text, format_args!("    {line}\n"));
    }
    if let Some(more @ 1..) = lines.len().checked_sub(LINES_MAX) {
        add(
            text,
            format_args!("    … and {more} more lines; --format json has them all\n"),
        );
    }
}

/// The differences with what stands around them.
fn in_order(mismatch: &Mismatch) -> Vec<(char, &str)> {
    let (expected, actual) = (&mismatch.expected, &mismatch.actual);
    let changes = capture_diff_slices(Algorithm::Myers, expected, actual);
    let mut lines = Vec::new();
    for (at, group) in group_diff_ops(changes, CONTEXT).iter().enumerate() {
        if at > 0 {
            lines.push((' ', "…"));
        }
        for change in group {
            let (tag, old, new) = change.as_tag_tuple();
            let old = expected.get(old).unwrap_or_default().iter();
            let new = actual.get(new).unwrap_or_default().iter();
            if tag == DiffTag::Equal {
                lines.extend(old.map(|line| (' ', line.as_str())));
            } else {
                lines.extend(old.map(|line| ('-', line.as_str())));
                lines.extend(new.map(|line| ('+', line.as_str())));
            }
        }
    }
    lines
}

/// What is missing, and what came unasked where that matters.
fn any_order(mismatch: &Mismatch, with_more: bool) -> Vec<(char, &str)> {
    let (missing, more) = mismatch.difference();
    let missing = missing.into_iter().map(|line| ('-', line));
    let more = more.into_iter().map(|line| ('+', line));
    missing.chain(more.filter(|_| with_more)).collect()
}

/// All cases, for machines.
pub(crate) fn document(results: &[(Job<'_>, &Verdict)], score: Score, elapsed: Duration) -> Json {
    json!({
        "schema": "millstream.test/1",
        "passed": score.passed,
        "failed": score.failed,
        "updated": score.updated,
        "elapsed_ms": millis(elapsed),
        "cases": results.iter().map(|(job, verdict)| case(job, verdict)).collect::<Vec<_>>(),
    })
}

fn case(job: &Job<'_>, verdict: &Verdict) -> Json {
    let (line, _) = job.file.source.line_column(job.case.span.start);
    json!({
        "file": job.file.source.name,
        "line": line,
        "name": job.name,
        "passed": verdict.problems.is_empty(),
        "elapsed_ms": millis(verdict.elapsed),
        "problems": verdict.problems.iter().map(problem).collect::<Vec<_>>(),
    })
}

fn problem(problem: &Problem) -> Json {
    match problem {
        Problem::Invalid(message) => json!({ "kind": "invalid", "error": facts(message) }),
        Problem::Ending(why) => json!({ "kind": "ending", "message": why }),
        Problem::Output(mismatch) => json!({
            "kind": "output",
            "port": mismatch.port,
            "expected": mismatch.expected,
            "actual": mismatch.actual,
        }),
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
