//! A line of the result: a figure, what it is compared with, and whether that is good enough.

use std::fmt;

use serde_json::json;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    Json,
    Markdown,
}

/// What a goal is measured by, in which direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Goal {
    /// The ratio, or the figure if there is none, may not be larger.
    AtMost { must: f64, aim: f64 },
    /// The ratio, or the figure if there is none, may not be smaller.
    AtLeast { must: f64, aim: f64 },
}

/// Whether a goal is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The aim is reached.
    Aim,
    /// The must is reached.
    Pass,
    Miss,
    /// There is no goal.
    Plain,
}

/// One measured figure.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) name: &'static str,
    what: String,
    figure: f64,
    unit: &'static str,
    baseline: Option<(&'static str, f64)>,
    ratio: Option<f64>,
    goal: Option<Goal>,
    note: String,
}

impl Row {
    /// A figure without comparison.
    pub(super) fn new(what: impl Into<String>, figure: f64, unit: &'static str) -> Self {
        Self {
            name: "",
            what: what.into(),
            figure,
            unit,
            baseline: None,
            ratio: None,
            goal: None,
            note: String::new(),
        }
    }

    /// Compares a cost: the ratio is ours by theirs.
    pub(super) fn against(mut self, name: &'static str, baseline: f64) -> Self {
        self.baseline = Some((name, baseline));
        self.ratio = Some(self.figure / baseline);
        self
    }

    /// Compares a time that should be shorter: the ratio is how many times faster we are.
    pub(super) fn faster_than(mut self, name: &'static str, baseline: f64) -> Self {
        self.baseline = Some((name, baseline));
        self.ratio = Some(baseline / self.figure);
        self
    }

    /// Compares with a baseline by a ratio that was found pair by pair.
    pub(super) fn paired(mut self, name: &'static str, baseline: f64, ratio: f64) -> Self {
        self.baseline = Some((name, baseline));
        self.ratio = Some(ratio);
        self
    }

    pub(super) fn at_most(mut self, must: f64, aim: f64) -> Self {
        self.goal = Some(Goal::AtMost { must, aim });
        self
    }

    pub(super) fn at_least(mut self, must: f64, aim: f64) -> Self {
        self.goal = Some(Goal::AtLeast { must, aim });
        self
    }

    /// Sets a goal if there is one for these parameters.
    pub(super) fn goal(mut self, goal: Option<Goal>) -> Self {
        self.goal = goal;
        self
    }

    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    pub(super) fn verdict(&self) -> Verdict {
        let judged = self.ratio.unwrap_or(self.figure);
        match self.goal {
            None => Verdict::Plain,
            Some(Goal::AtMost { aim, .. }) if judged <= aim => Verdict::Aim,
            Some(Goal::AtLeast { aim, .. }) if judged >= aim => Verdict::Aim,
            Some(Goal::AtMost { must, .. }) if judged <= must => Verdict::Pass,
            Some(Goal::AtLeast { must, .. }) if judged >= must => Verdict::Pass,
            Some(_) => Verdict::Miss,
        }
    }

    /// The first lines of a table.
    pub(super) fn header(format: Format) -> Option<String> {
        match format {
            Format::Json => None,
            Format::Text => Some(text_line("benchmark", &COLUMNS.map(ToOwned::to_owned))),
            Format::Markdown => Some(format!(
                "| benchmark | {} |\n|---|---|---|---|---|---|---|---|---|",
                COLUMNS.join(" | ")
            )),
        }
    }

    /// The row as a line.
    pub(super) fn write(&self, format: Format) -> String {
        match format {
            Format::Text => text_line(self.name, &self.cells()).trim_end().to_owned(),
            Format::Markdown => format!("| {} | {} |", self.name, self.cells().join(" | ")),
            Format::Json => self.json().to_string(),
        }
    }

    fn cells(&self) -> [String; 8] {
        let (must, aim) = self.bounds();
        [
            self.what.clone(),
            format!("{} {}", short(self.figure), self.unit),
            self.baseline.map_or_else(String::new, |(name, figure)| {
                format!("{name} {}", short(figure))
            }),
            self.ratio
                .map_or_else(String::new, |ratio| format!("{ratio:.3}")),
            must,
            aim,
            self.verdict().to_string(),
            self.note.clone(),
        ]
    }

    fn bounds(&self) -> (String, String) {
        let write = |sign: &str, bound: f64| format!("{sign} {}", short(bound));
        match self.goal {
            None => (String::new(), String::new()),
            Some(Goal::AtMost { must, aim }) => (write("≤", must), write("≤", aim)),
            Some(Goal::AtLeast { must, aim }) => (write("≥", must), write("≥", aim)),
        }
    }

    fn json(&self) -> serde_json::Value {
        let bounds = match self.goal {
            None => None,
            Some(Goal::AtMost { must, aim } | Goal::AtLeast { must, aim }) => Some((must, aim)),
        };
        json!({
            "benchmark": self.name,
            "parameters": self.what,
            "figure": self.figure,
            "unit": self.unit,
            "baseline": self.baseline.map(|(name, _)| name),
            "baseline_figure": self.baseline.map(|(_, figure)| figure),
            "ratio": self.ratio,
            "must": bounds.map(|(must, _)| must),
            "aim": bounds.map(|(_, aim)| aim),
            "verdict": self.verdict().to_string(),
            "note": self.note,
        })
    }
}

const COLUMNS: [&str; 8] = [
    "parameters",
    "ours",
    "baseline",
    "ratio",
    "must",
    "aim",
    "",
    "note",
];

fn text_line(name: &str, cells: &[String; 8]) -> String {
    let [what, ours, baseline, ratio, must, aim, verdict, note] = cells;
    format!(
        "{name:15} {what:34} {ours:>17} {baseline:>20} {ratio:>7} {must:>8} {aim:>8} {verdict:4} {note}"
    )
}

/// A number with about three digits that matter.
fn short(number: f64) -> String {
    let size = number.abs();
    if size >= 1000.0 || number == 0.0 {
        format!("{number:.0}")
    } else if size >= 100.0 {
        format!("{number:.1}")
    } else if size >= 1.0 {
        format!("{number:.2}")
    } else {
        format!("{number:.3}")
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aim => "AIM",
            Self::Pass => "PASS",
            Self::Miss => "MISS",
            Self::Plain => "",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_judged_where_there_is_one() {
        let row = Row::new("", 10.0, "ns").against("flume", 100.0);
        assert_eq!(row.clone().at_most(0.2, 0.1).verdict(), Verdict::Aim);
        assert_eq!(row.clone().at_most(0.2, 0.05).verdict(), Verdict::Pass);
        assert_eq!(row.at_most(0.05, 0.01).verdict(), Verdict::Miss);
        let speed_up = Row::new("", 10.0, "ms").faster_than("1 thread", 19.0);
        assert_eq!(speed_up.at_least(1.6, 1.85).verdict(), Verdict::Aim);
        assert_eq!(
            Row::new("", 3.0, "s").at_most(2.0, 1.0).verdict(),
            Verdict::Miss
        );
    }
}
