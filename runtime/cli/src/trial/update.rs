//! Writes what came out into the cases that expected something else. Everything else in the file stays as it is.

use std::ops::Range;

use millstream_graph::file::cases::{self, Matching};

use crate::exit::{Exit, Fault};
use crate::files::replace;
use crate::trial::find::TestFile;
use crate::trial::{Job, Mismatch, Problem, Verdict};

/// Brings a file up to date; the number of expectations that were rewritten.
///
/// Only what came out of a run that ended as it was to is taken over; `Contains` is left alone, for nobody knows which of
/// the packets were meant.
///
/// # Errors
///
/// Fails when the file cannot be written.
pub(crate) fn update(file: &TestFile, results: &[(Job<'_>, &Verdict)]) -> Result<usize, Fault> {
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for (job, verdict) in results.iter().filter(|(_, verdict)| is_settled(verdict)) {
        for problem in &verdict.problems {
            if let Problem::Output(mismatch) = problem {
                edits.extend(edit(file, job, mismatch));
            }
        }
    }
    if edits.is_empty() {
        return Ok(0);
    }
    // From the end, so that places before an edit stay where they are.
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut text = file.source.text.clone();
    for (span, list) in &edits {
        text.replace_range(span.clone(), list);
    }
    let name = &file.source.name;
    if let Err(error) = cases::read(&text) {
        let text = format!("{name} was not changed: what came out cannot be read back: {error}");
        return Err(Fault::new(Exit::Invalid, text));
    }
    replace(&file.path, &text)
        .map_err(|error| Fault::io(&format!("cannot write {name}"), &error))?;
    Ok(edits.len())
}

/// Whether the run ended as it was to, so that what came out can be believed, and all of it can be written down.
fn is_settled(verdict: &Verdict) -> bool {
    verdict.problems.iter().all(|problem| match problem {
        Problem::Output(mismatch) => can_be_taken_over(mismatch),
        Problem::Invalid(_) | Problem::Ending(_) => false,
    })
}

/// Whether what came out can stand in the case.
pub(crate) fn can_be_taken_over(mismatch: &Mismatch) -> bool {
    mismatch.matching != Matching::Contains && mismatch.packets.iter().all(cases::can_hold)
}

fn edit(file: &TestFile, job: &Job<'_>, mismatch: &Mismatch) -> Option<(Range<usize>, String)> {
    let expected = job.case.outputs.get(&mismatch.port)?;
    let text = &file.source.text;
    let prefix = text.get(expected.span.start..expected.list.start)?;
    let line = text.get(..expected.span.start)?;
    let line = line.rsplit('\n').next().unwrap_or_default();
    let indent = line.len() - line.trim_start().len();
    Some((
        expected.list.clone(),
        cases::list_text(prefix, &mismatch.packets, indent),
    ))
}
