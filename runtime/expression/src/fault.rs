//! What goes wrong with an expression while it runs: a fault of the value that it was given.

use std::fmt;
use std::ops::Range;

use crate::span::Span;

/// Why an expression has no result for a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    message: String,
    help: Option<String>,
    range: Range<usize>,
    /// The part of the text, shortened, and its place in characters from 1.
    part: String,
    column: usize,
}

/// A fault before the text is at hand. Boxed, so that results stay small on the way where nothing goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Raised(Box<RaisedFault>);

/// A fault by its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RaisedFault {
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

/// What a function does not like, and about which argument if it is about one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) argument: Option<usize>,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    /// The part of a text argument that is wrong, in bytes.
    pub(crate) part: Option<Range<usize>>,
}

/// How much of an expression a message repeats, in characters.
const PART_MAX: usize = 60;

#[cold]
pub(crate) fn raise(span: Span, message: impl Into<String>) -> Raised {
    Raised(Box::new(RaisedFault {
        span,
        message: message.into(),
        help: None,
    }))
}

impl Raised {
    pub(crate) fn help(mut self, help: Option<impl Into<String>>) -> Self {
        self.0.help = help.map(Into::into);
        self
    }

    /// What is known of it.
    pub(crate) fn into_inner(self) -> RaisedFault {
        *self.0
    }

    /// The fault with the part of the text that it is about.
    #[cold]
    pub(crate) fn within(self, source: &str) -> Fault {
        let RaisedFault {
            span,
            message,
            help,
        } = self.into_inner();
        let start = span.start as usize;
        let before = source.get(..start).unwrap_or_default();
        let text = span.of(source);
        let mut part: String = text.chars().take(PART_MAX).collect();
        if part.len() < text.len() {
            part.push('…');
        }
        Fault {
            message,
            help,
            range: span.range(),
            part: part.replace(char::is_control, " "),
            column: before.chars().count() + 1,
        }
    }
}

impl Complaint {
    /// About the call as a whole.
    #[cold]
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            argument: None,
            message: message.into(),
            help: None,
            part: None,
        }
    }

    /// About one argument, counted from 0.
    #[cold]
    pub(crate) fn about(argument: usize, message: impl Into<String>) -> Self {
        Self {
            argument: Some(argument),
            ..Self::new(message)
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The complaint about one side of an operator, or about both.
    #[cold]
    pub(crate) fn between(self, [left, right]: [Span; 2]) -> Raised {
        let span = match self.argument {
            Some(0) => left,
            Some(_) => right,
            None => left.to(right),
        };
        raise(span, self.message).help(self.help)
    }
}

impl Fault {
    /// What went wrong; lower case, no full stop.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    pub fn help_text(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Where in the expression's text it went wrong, in bytes.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }
}

impl std::error::Error for Fault {}

/// One line: what, where, and what to do.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        if !self.part.is_empty() {
            write!(f, ", in `{}` at character {}", self.part, self.column)?;
        }
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}
