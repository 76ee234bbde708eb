//! What a `.fbp` text says, piece by piece.

use std::ops::Range;

use millstream_packet::Value;

/// One clause, comment or directive.
#[derive(Debug)]
pub(super) enum Statement {
    /// `Name:` at the beginning.
    Title(String),
    /// A line of nothing but blanks.
    Blank,
    Comment {
        text: String,
        /// Whether it stands behind a clause on the same line.
        is_behind: bool,
    },
    /// `# @key value`.
    Annotation {
        key: String,
        value: String,
    },
    /// `INPORT=process.port:name`.
    Export {
        is_in: bool,
        process: String,
        port: String,
        index: Option<u32>,
        name: String,
        span: Range<usize>,
    },
    /// `DEFAULT_INPORT=port`.
    DefaultPort {
        is_in: bool,
        port: String,
    },
    Clause(Clause),
}

/// Processes and values with arrows between them.
#[derive(Debug)]
pub(super) struct Clause {
    pub(super) first: Element,
    pub(super) rest: Vec<(Arrow, Element)>,
}

/// `->`, or `-> (20)`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrow {
    pub(super) capacity: Option<u32>,
}

/// What stands between two arrows.
#[derive(Debug)]
pub(super) enum Element {
    /// An initial packet.
    Value(Value, Range<usize>),
    /// A process with its ports.
    Words(Vec<Word>, Range<usize>),
}

/// A port, or a process with or without its component.
#[derive(Debug)]
pub(super) struct Word {
    /// Empty for a component alone.
    pub(super) text: String,
    pub(super) index: Option<u32>,
    pub(super) component: Option<Component>,
    pub(super) span: Range<usize>,
}

/// `(component:key=value,…)`.
#[derive(Debug)]
pub(super) struct Component {
    pub(super) name: String,
    /// A value without a key is a route.
    pub(super) meta: Vec<(Option<String>, String)>,
}
