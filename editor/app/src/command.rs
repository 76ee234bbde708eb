//! What the user can do, by name.

/// A command of the editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Command {
    /// Opens a new, empty graph.
    New,
    /// Has the user choose a graph to open.
    Open,
    /// Saves the graph.
    Save,
    /// Saves the graph under another name.
    SaveAs,
}

impl Command {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::New, Self::Open, Self::Save, Self::SaveAs];

    /// Its name in menus of the window and in keymaps.
    pub const fn id(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Save => "save",
            Self::SaveAs => "save-as",
        }
    }
}
