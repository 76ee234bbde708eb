//! The little Markdown that components' documentation is written in: headings, lists, code, paragraphs.

use egui::{RichText, Ui};

/// Shows it.
pub(crate) fn ui(ui: &mut Ui, text: &str) {
    let mut is_code = false;
    let mut paragraph = String::new();
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with("```") {
            flush(ui, &mut paragraph);
            is_code = !is_code;
        } else if is_code {
            ui.label(RichText::new(line).monospace().size(11.5));
        } else if trimmed.is_empty() {
            flush(ui, &mut paragraph);
        } else if let Some(heading) = heading(trimmed) {
            flush(ui, &mut paragraph);
            ui.add_space(4.0);
            ui.label(RichText::new(heading).strong());
        } else if let Some(item) = trimmed.strip_prefix("- ").or(trimmed.strip_prefix("* ")) {
            flush(ui, &mut paragraph);
            ui.label(format!("•  {}", plain(item)));
        } else {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(&plain(trimmed));
        }
    }
    flush(ui, &mut paragraph);
}

fn flush(ui: &mut Ui, paragraph: &mut String) {
    if !paragraph.is_empty() {
        ui.label(std::mem::take(paragraph));
    }
}

fn heading(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches('#');
    (rest.len() < line.len()).then_some(rest.trim())
}

/// Text without marks of code and emphasis.
pub(crate) fn plain(text: &str) -> String {
    text.replace('`', "").replace("**", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_off() {
        assert_eq!(plain("the port `in` is **read**"), "the port in is read");
        assert_eq!(heading("## Shape"), Some("Shape"));
        assert_eq!(heading("plain"), None);
    }
}
