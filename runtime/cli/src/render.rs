//! How messages look: for people in the style of rustc, with an excerpt of the graph file; for machines as JSON.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters,
    ThemeStyles,
};
use millstream_graph::Severity;
use serde_json::{Value as Json, json};

use crate::args::Format;
use crate::message::{Excerpt, Message};
use crate::output::{Look, Shell, add, safe};
use crate::source::showable;

impl Shell {
    /// Tells a message on standard error, in the form that was asked for.
    pub(crate) fn message(&self, message: &Message) {
        self.tell(&match self.format {
            Format::Human => human(message, self.err),
            Format::Json => format!("{}\n", envelope(message)),
        });
    }
}

/// The message for people: a head line, excerpts, notes, help, and an empty line.
pub(crate) fn human(message: &Message, look: Look) -> String {
    let mut text = String::new();
    let head = match message.code {
        code if code.starts_with("MS") => format!("{}[{code}]:", message.severity),
        _ => format!("{}:", message.severity),
    };
    let mut excerpts = message.excerpts.iter();
    text.push_str(&excerpt(
        &head,
        &message.text,
        message.severity,
        excerpts.next(),
        look,
    ));
    for more in excerpts {
        let head = excerpt("note:", "and here", Severity::Hint, Some(more), look);
        text.push_str(&head);
    }
    for note in &message.notes {
        push_line(&mut text, "note:", note, look);
    }
    if let Some(help) = &message.help {
        push_line(&mut text, "help:", help, look);
    }
    // An excerpt needs room below it; one-liners stand closer.
    if !message.excerpts.is_empty() {
        text.push('\n');
    }
    text
}

fn push_line(text: &mut String, head: &str, line: &str, look: Look) {
    let head = paint(head, "36", look);
    let mut lines = line.lines();
    let first = safe(lines.next().unwrap_or_default());
    let rest = lines.map(|line| format!("\n        {}", safe(line)));
    add(
        text,
        format_args!("  {head} {first}{}\n", rest.collect::<String>()),
    );
}

/// Puts text into a colour of the terminal, if that is welcome.
pub(crate) fn paint(text: &str, color: &str, look: Look) -> String {
    if look.color {
        format!("\x1b[{color}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

fn excerpt(
    head: &str,
    text: &str,
    severity: Severity,
    excerpt: Option<&Excerpt>,
    look: Look,
) -> String {
    let shown = Shown {
        text: safe(text),
        severity,
        excerpt,
    };
    let mut rendered = String::new();
    let handler = GraphicalReportHandler::new_themed(theme(head, look))
        .with_links(false)
        .without_cause_chain()
        .with_context_lines(1)
        .with_width(look.width.unwrap_or(120).max(40))
        .with_wrap_lines(look.width.is_some());
    if handler.render_report(&mut rendered, &shown).is_err() {
        return format!("{head} {text}\n");
    }
    // The head stands at the margin, like a compiler's.
    format!("{}\n", rendered.trim())
}

fn theme(head: &str, look: Look) -> GraphicalTheme {
    let characters = if look.unicode {
        ThemeCharacters::unicode()
    } else {
        ThemeCharacters::ascii()
    };
    GraphicalTheme {
        characters: ThemeCharacters {
            error: head.to_owned(),
            warning: head.to_owned(),
            advice: head.to_owned(),
            ..characters
        },
        styles: if look.color {
            ThemeStyles::ansi()
        } else {
            ThemeStyles::none()
        },
    }
}

/// A message as miette sees it.
#[derive(Debug)]
struct Shown<'a> {
    text: String,
    severity: Severity,
    excerpt: Option<&'a Excerpt>,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Hint => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt
            .map(|excerpt| &*excerpt.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let excerpt = self.excerpt?;
        Some(Box::new(excerpt.labels.iter().enumerate().map(
            |(at, (span, label))| {
                let span = showable(span, &excerpt.source.text);
                let label = label.as_deref().map(safe);
                match at {
                    0 => LabeledSpan::new_primary_with_span(label, span),
                    _ => LabeledSpan::new_with_span(label, span),
                }
            },
        )))
    }
}

/// The message as one JSON document: `{"error": {…}}`, `{"warning": {…}}` or `{"hint": {…}}`.
pub(crate) fn envelope(message: &Message) -> Json {
    let mut document = serde_json::Map::new();
    document.insert(message.severity.name().to_owned(), facts(message));
    Json::Object(document)
}

/// The facts of a message; what is not known is null.
pub(crate) fn facts(message: &Message) -> Json {
    let mut facts = json!({
        "code": message.code,
        "message": message.text,
        "process": message.process,
        "port": message.port,
        "packet": message.packet,
        "span": message.excerpts.first().and_then(span),
        "help": message.help,
    });
    if let (false, Some(facts)) = (message.notes.is_empty(), facts.as_object_mut()) {
        facts.insert("notes".to_owned(), json!(message.notes));
    }
    facts
}

fn span(excerpt: &Excerpt) -> Option<Json> {
    let (span, _) = excerpt.labels.first()?;
    let (line, col) = excerpt.source.line_column(span.start);
    Some(json!({ "file": excerpt.source.name, "line": line, "col": col }))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::Source;

    const PLAIN: Look = Look {
        color: false,
        unicode: false,
        terminal: false,
        width: None,
    };

    fn message() -> Message {
        let text = "Graph(\n    processes: {},\n)\n".to_owned();
        let source = Source::new(
            "".into(),
            "x.ron".into(),
            text,
            millstream_graph::Graph::default(),
            millstream_graph::file::Spans::default(),
        );
        let mut message = Message::new(Severity::Warning, "MS0116", "it is wrong");
        message.point_at(&Arc::new(source), 11..20, Some("here".into()));
        message.help = Some("make it right".into());
        message
    }

    #[test]
    fn people_see_an_excerpt() {
        let text = human(&message(), PLAIN);
        assert!(text.starts_with("warning[MS0116]: it is wrong\n"), "{text}");
        assert!(text.contains("[x.ron:2:5]"), "{text}");
        assert!(text.contains("  help: make it right\n"), "{text}");
    }

    #[test]
    fn machines_get_the_place() {
        let json = envelope(&message());
        assert_eq!(
            json["warning"]["span"],
            json!({ "file": "x.ron", "line": 2, "col": 5 })
        );
    }
}
