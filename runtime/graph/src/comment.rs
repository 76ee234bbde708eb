//! Comments of a graph file, kept in the model so that they survive an edit and a save.
//!
//! A comment belongs to the entry or section it stands before. Processes, connectors and groups carry their own; this
//! module holds the rest: the head of the file, the sections, and entries that are plain values.

use indexmap::IndexMap;

/// One comment of a graph file with its marks: `// …` or `/* … */`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Comment(String);

impl Comment {
    /// Makes line comments of a text, one for each of its lines.
    pub fn from_text(text: &str) -> Vec<Self> {
        text.lines()
            .map(|line| Self(format!("// {line}").trim_end().to_owned()))
            .collect()
    }

    /// Takes a comment from a file; the reader found its marks.
    pub(crate) fn from_source(source: &str) -> Self {
        Self(source.trim_end().to_owned())
    }

    /// The comment with its marks.
    pub fn source(&self) -> &str {
        &self.0
    }

    /// The comment without its marks.
    pub fn text(&self) -> &str {
        let inner = match self.0.strip_prefix("//") {
            Some(line) => line,
            None => self
                .0
                .strip_prefix("/*")
                .and_then(|block| block.strip_suffix("*/"))
                .unwrap_or(&self.0),
        };
        inner.trim()
    }
}

/// A field of the graph itself, in the order of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Section {
    /// `format`.
    Format,
    /// `name`.
    Name,
    /// `description`.
    Description,
    /// `packages`.
    Packages,
    /// `per_group`.
    PerGroup,
    /// `processes`.
    Processes,
    /// `connectors`.
    Connectors,
    /// `inports`.
    Inports,
    /// `outports`.
    Outports,
    /// `groups`.
    Groups,
    /// `meta`.
    Meta,
    /// `layout`.
    Layout,
}

impl Section {
    /// All sections in the order of the file.
    pub const ALL: [Self; 12] = [
        Self::Format,
        Self::Name,
        Self::Description,
        Self::Packages,
        Self::PerGroup,
        Self::Processes,
        Self::Connectors,
        Self::Inports,
        Self::Outports,
        Self::Groups,
        Self::Meta,
        Self::Layout,
    ];

    /// The field's name in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Name => "name",
            Self::Description => "description",
            Self::Packages => "packages",
            Self::PerGroup => "per_group",
            Self::Processes => "processes",
            Self::Connectors => "connectors",
            Self::Inports => "inports",
            Self::Outports => "outports",
            Self::Groups => "groups",
            Self::Meta => "meta",
            Self::Layout => "layout",
        }
    }
}

/// Comments that belong to the graph and not to one of its processes, connectors or groups.
///
/// Lists are never empty: a place without comments has no entry. Order of entries does not matter for equality.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comments {
    /// Above `Graph(`.
    pub head: Vec<Comment>,
    /// Before a section.
    pub before: IndexMap<Section, Vec<Comment>>,
    /// Inside a section, after its last entry.
    pub after: IndexMap<Section, Vec<Comment>>,
    /// Before an entry of `packages`, `inports`, `outports`, `meta` or `layout`, by its key.
    pub entries: IndexMap<(Section, String), Vec<Comment>>,
    /// After the last section, inside the graph.
    pub end: Vec<Comment>,
    /// Below the graph.
    pub tail: Vec<Comment>,
}

impl Comments {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a section has comments of its own, before it or inside it.
    pub(crate) fn has(&self, section: Section) -> bool {
        self.before.contains_key(&section) || self.after.contains_key(&section)
    }

    /// The comments of an entry.
    pub(crate) fn of_entry(&self, section: Section, key: &str) -> &[Comment] {
        if self.entries.is_empty() {
            return &[];
        }
        self.entries
            .get(&(section, key.to_owned()))
            .map_or(&[], Vec::as_slice)
    }

    /// Sets the comments of an entry and gives back the old ones.
    pub(crate) fn set_entry(
        &mut self,
        section: Section,
        key: &str,
        comments: Vec<Comment>,
    ) -> Vec<Comment> {
        let place = (section, key.to_owned());
        let old = if comments.is_empty() {
            self.entries.swap_remove(&place)
        } else {
            self.entries.insert(place, comments)
        };
        old.unwrap_or_default()
    }
}
