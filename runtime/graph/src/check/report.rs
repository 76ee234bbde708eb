//! Collects findings, and keeps a broken file of a million lines from making a million of them.

use std::collections::BTreeMap;

use crate::check::codes::Code;
use crate::check::finding::{Finding, Place, Severity};

/// Findings of one code that are told one by one.
const EACH_MAX: usize = 100;

#[derive(Debug, Default)]
pub(super) struct Report {
    findings: Vec<Finding>,
    counts: BTreeMap<Code, usize>,
}

impl Report {
    /// Adds a finding; its text is made only when it will be told.
    pub(super) fn add(
        &mut self,
        code: Code,
        place: Place,
        text: impl FnOnce() -> (String, Option<String>),
    ) {
        self.add_as(code.severity(), code, place, text);
    }

    pub(super) fn add_as(
        &mut self,
        severity: Severity,
        code: Code,
        place: Place,
        text: impl FnOnce() -> (String, Option<String>),
    ) {
        let count = self.counts.entry(code).or_default();
        *count += 1;
        if *count > EACH_MAX {
            return;
        }
        let (message, help) = text();
        self.findings.push(Finding {
            severity,
            code,
            place,
            message,
            help,
        });
    }

    /// All findings; of codes found too often, a last one counts the rest.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        for (code, count) in self.counts {
            if count > EACH_MAX {
                self.findings.push(Finding {
                    severity: code.severity(),
                    code,
                    place: Place::Graph,
                    message: format!("{} more of these", count - EACH_MAX),
                    help: None,
                });
            }
        }
        self.findings
    }
}
