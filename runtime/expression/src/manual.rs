//! Writes the page that documents the language: prose, and the tables that evaluation uses.

use std::fmt::Write as _;

use crate::aggregate::AGGREGATES;
use crate::function::GROUPS;

const PROSE: &str = include_str!("manual.md");

/// The documentation of the language, in Markdown: `LANGUAGE.md` of this crate.
pub fn manual() -> String {
    PROSE
        .replace("{functions}\n", &functions())
        .replace("{aggregates}\n", &aggregates())
}

fn functions() -> String {
    let mut text = String::new();
    for group in GROUPS {
        put(
            &mut text,
            format_args!(
                "### {}\n\n| function | | example |\n|---|---|---|\n",
                group.title
            ),
        );
        for function in group.functions {
            let examples = function
                .examples
                .iter()
                .map(|(expression, result)| format!("{expression} → {result}"));
            row(&mut text, &function.signature(), function.summary, examples);
        }
        text.push('\n');
    }
    text
}

fn aggregates() -> String {
    let mut text = "| aggregate | | example |\n|---|---|---|\n".to_owned();
    for aggregate in AGGREGATES {
        let [expression, packets, result] = aggregate.example;
        let example = format!("{expression} of {packets} → {result}");
        row(
            &mut text,
            &aggregate.signature(),
            aggregate.summary,
            [example],
        );
    }
    text
}

fn row(
    text: &mut String,
    signature: &str,
    summary: &str,
    examples: impl IntoIterator<Item = String>,
) {
    let shown: Vec<String> = examples.into_iter().map(|example| code(&example)).collect();
    put(
        text,
        format_args!(
            "| `{signature}` | {} | {} |\n",
            summary.replace('|', "\\|"),
            shown.join("<br>")
        ),
    );
}

/// Code in a cell of a table: bars would end the cell.
fn code(text: &str) -> String {
    let fence = if text.contains('`') { "``" } else { "`" };
    format!("{fence}{}{fence}", text.replace('|', "\\|"))
}

fn put(text: &mut String, piece: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _infallible = text.write_fmt(piece);
}
