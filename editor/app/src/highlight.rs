//! Colours of graph files: comments, texts, numbers, names; and marks under what is selected or wrong.

use std::ops::Range;

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, FontId, Stroke};
use millstream_canvas::Theme;
use millstream_canvas::theme::Hue;

/// Lays a RON text out in colours.
pub(crate) fn ron(
    text: &str,
    theme: &Theme,
    marked: Option<&Range<usize>>,
    fault: Option<&Range<usize>>,
) -> LayoutJob {
    let mut job = LayoutJob::default();
    let font = FontId::monospace(12.5);
    for (range, kind) in pieces(text) {
        let color = match kind {
            Kind::Comment => theme.muted,
            Kind::Text => theme.hue(Hue::Text),
            Kind::Number => theme.hue(Hue::Number),
            Kind::Name => theme.hue(Hue::Opaque),
            Kind::Other => theme.text,
        };
        for part in split(&range, [marked, fault]) {
            let mut format = TextFormat::simple(font.clone(), color);
            if covers(marked, &part) {
                format.background = theme.selection.gamma_multiply(0.18);
            }
            if covers(fault, &part) {
                format.underline = Stroke::new(2.0, theme.red);
                format.background = theme.red.gamma_multiply(0.18);
            }
            job.append(text.get(part).unwrap_or_default(), 0.0, format);
        }
    }
    if text.is_empty() {
        job.append("", 0.0, TextFormat::simple(font, Color32::PLACEHOLDER));
    }
    job
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Comment,
    Text,
    Number,
    Name,
    Other,
}

/// The text in pieces of one kind, without gaps.
fn pieces(text: &str) -> Vec<(Range<usize>, Kind)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        let (length, kind) = piece(rest, first);
        pieces.push((at..at + length, kind));
        at += length;
    }
    pieces
}

fn piece(rest: &str, first: char) -> (usize, Kind) {
    let until = |stop: &dyn Fn(char) -> bool| rest.find(stop).unwrap_or(rest.len());
    if rest.starts_with("//") {
        (until(&|letter| letter == '\n'), Kind::Comment)
    } else if first == '"' {
        (text_end(rest), Kind::Text)
    } else if let Some(end) = raw_end(rest) {
        (end, Kind::Text)
    } else if first.is_ascii_digit() {
        (
            until(&|letter| !letter.is_alphanumeric() && letter != '.' && letter != '_'),
            Kind::Number,
        )
    } else if first.is_alphabetic() || first == '_' {
        (
            until(&|letter| !letter.is_alphanumeric() && letter != '_'),
            Kind::Name,
        )
    } else {
        (first.len_utf8(), Kind::Other)
    }
}

/// The end of a quoted text, behind its second quote.
fn text_end(rest: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The end of a raw text such as `r#"…"#`.
fn raw_end(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let body = after.get(hashes..)?.strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let start = rest.len() - body.len();
    let end = body
        .find(&close)
        .map_or(rest.len(), |at| start + at + close.len());
    Some(end)
}

/// A range cut where marks begin and end.
fn split(range: &Range<usize>, marks: [Option<&Range<usize>>; 2]) -> Vec<Range<usize>> {
    let inside = |edge: &usize| *edge > range.start && *edge < range.end;
    let mut edges: Vec<usize> = marks
        .into_iter()
        .flatten()
        .flat_map(|mark| [mark.start, mark.end])
        .filter(inside)
        .collect();
    edges.extend([range.start, range.end]);
    edges.sort_unstable();
    edges.dedup();
    edges.windows(2).map(|pair| pair[0]..pair[1]).collect()
}

fn covers(mark: Option<&Range<usize>>, part: &Range<usize>) -> bool {
    mark.is_some_and(|mark| mark.start <= part.start && part.end <= mark.end.max(mark.start + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_the_text_and_know_their_kinds() {
        let text = "Graph( // hi \"x\"\n  name: \"a\\\"b\", n: 1.5, r: r#\"q\"x\"#,\n)";
        let pieces = pieces(text);
        let joined: String = pieces
            .iter()
            .filter_map(|(range, _)| text.get(range.clone()))
            .collect();
        assert_eq!(joined, text);
        let of = |kind| {
            let found = pieces.iter().filter(move |(_, known)| *known == kind);
            found
                .filter_map(|(range, _)| text.get(range.clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(of(Kind::Comment), ["// hi \"x\""]);
        assert_eq!(of(Kind::Text), ["\"a\\\"b\"", "r#\"q\"x\"#"]);
        assert_eq!(of(Kind::Number), ["1.5"]);
        assert_eq!(of(Kind::Name), ["Graph", "name", "n", "r"]);
    }

    #[test]
    fn unfinished_texts_end_with_the_file() {
        assert_eq!(pieces("\"abc").len(), 1);
        assert_eq!(pieces("r#\"abc").len(), 1);
    }

    #[test]
    fn marks_cut_pieces() {
        assert_eq!(split(&(0..10), [Some(&(3..5)), None]), [0..3, 3..5, 5..10]);
        assert!(covers(Some(&(3..3)), &(3..4)));
    }
}
