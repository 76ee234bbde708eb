//! What the editor asks of the place that it lives in: a desktop shell, a browser page, a test.
//!
//! Everything takes its time and nothing waits: the editor asks with a [`Ticket`], and the answer comes later by
//! [`Host::poll`], which the editor calls once per frame. A host that gets an answer between two frames wakes the editor
//! with `egui::Context::request_repaint`.

mod fake;
mod file;

use millstream_graph::Catalog;

pub use fake::FakeHost;
pub use file::{FileName, FileText, Stamp};

/// The place that the editor lives in.
pub trait Host {
    /// What it can do at all; commands that need more are shown disabled, with the reason.
    fn abilities(&self) -> Abilities;

    /// Begins what is asked. It answers each ticket once, by [`Host::poll`].
    fn ask(&mut self, ticket: Ticket, request: HostRequest);

    /// What has happened since; nothing when all is told.
    fn poll(&mut self) -> Option<HostEvent>;

    /// Shows this as the title of the window.
    fn set_title(&mut self, title: &str);
}

/// A number by which an answer finds its question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// What a host can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent abilities, each with a reason of its own when it is missing"
)]
pub struct Abilities {
    /// It starts a runtime on this machine.
    pub starts_runtime: bool,
    /// It writes files.
    pub writes_files: bool,
    /// It tells when a file changes.
    pub watches_files: bool,
    /// It keeps texts between sessions.
    pub keeps_texts: bool,
}

impl Abilities {
    /// Everything, as a desktop shell has it.
    pub const ALL: Self = Self {
        starts_runtime: true,
        writes_files: true,
        watches_files: true,
        keeps_texts: true,
    };
}

/// What the editor asks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostRequest {
    /// Wants the components that are known. Answered by [`HostAnswer::Catalog`].
    Catalog,
    /// Has the user choose a graph file to open. Answered by [`HostAnswer::Picked`].
    PickOpen,
    /// Has the user choose where to save. Answered by [`HostAnswer::Picked`].
    PickSave {
        /// A name to begin with: `untitled.ron`.
        suggested: String,
    },
    /// Reads a file. Answered by [`HostAnswer::File`].
    Read(FileName),
    /// Writes a file as a whole: through a temporary file that takes its place, with the old one kept beside it.
    /// Answered by [`HostAnswer::Written`]; refused with [`HostFault::Changed`] if the file is not what `expected` says.
    Write {
        /// The file.
        file: FileName,
        /// All of it.
        text: String,
        /// What the file is as far as the editor knows; nothing overwrites whatever is there.
        expected: Option<Stamp>,
    },
    /// Tells by [`HostEvent::FileChanged`] from now on when one of these files changes; others are watched no more.
    /// Answered by [`HostAnswer::Done`].
    Watch(Vec<FileName>),
    /// Wants a text that was kept. Answered by [`HostAnswer::Kept`].
    Recall(StoreKey),
    /// Keeps a text between sessions; nothing forgets it. Answered by [`HostAnswer::Done`].
    Keep {
        /// Which text.
        key: StoreKey,
        /// The text.
        text: Option<String>,
    },
    /// Wants the keys of all journals that were left behind. Answered by [`HostAnswer::Journals`].
    Journals,
    /// Starts a runtime on this machine that serves the folder of this file, or ends the one that runs and starts
    /// another. It ends with the editor, whatever becomes of it. Answered by [`HostAnswer::Runtime`].
    StartRuntime {
        /// A file in the folder to serve; a folder of the host's choice if absent.
        beside: Option<FileName>,
    },
    /// Ends the runtime that was started. Answered by [`HostAnswer::Done`].
    StopRuntime,
    /// Wants what is on the clipboard. Answered by [`HostAnswer::Kept`].
    ReadClipboard,
    /// Closes the window: nothing is left to be saved. Answered by [`HostAnswer::Done`], if at all.
    Close,
}

/// Texts that a host keeps between sessions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StoreKey {
    /// What the user prefers, as JSON.
    Preferences,
    /// Which files were open, and which were opened lately, as JSON.
    Session,
    /// The journal of a document that is not saved.
    Journal(String),
}

/// What a host answers.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum HostAnswer {
    /// It is done, and there is nothing to tell.
    Done,
    /// The components that are known; [`crate::read_catalog`] makes it of what `millstream components --json` says.
    Catalog(Box<Catalog>),
    /// The file that the user chose; nothing if they thought better of it.
    Picked(Option<FileName>),
    /// A file.
    File(FileText),
    /// The file is written, and is this now.
    Written(Stamp),
    /// A text that was kept, or that the clipboard held; nothing if there is none.
    Kept(Option<String>),
    /// Journals that were left behind.
    Journals(Vec<String>),
    /// A runtime runs.
    Runtime(RuntimeAddress),
}

/// What a host tells.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum HostEvent {
    /// Answers a question.
    Answer(Ticket, Result<HostAnswer, HostFault>),
    /// A watched file changed, was removed or came back.
    FileChanged(FileName),
    /// The user opened a file from outside: by double click, by the command line, by a second start.
    OpenFile(FileName),
    /// The user chose a command from a menu of the window, by its name as [`crate::Command::id`] gives it.
    Menu(String),
    /// The user wants to close the window; the editor saves or asks, and then asks for [`HostRequest::Close`].
    CloseRequested,
    /// The runtime that was started has ended by itself.
    RuntimeEnded {
        /// What it last said.
        reason: String,
    },
}

/// Why something cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostFault {
    /// There is no such file.
    #[error("{0} is not there")]
    NotFound(FileName),
    /// The file was changed since the editor read it; it was not written.
    #[error("{0} was changed by another program")]
    Changed(FileName),
    /// The host cannot do this at all.
    #[error("{0}")]
    Unable(String),
    /// It went wrong; the text says how.
    #[error("{0}")]
    Failed(String),
}

/// Where a runtime is.
#[derive(Clone, PartialEq, Eq)]
pub struct RuntimeAddress {
    /// Its WebSocket: `ws://127.0.0.1:3569`.
    pub url: String,
    /// What clients prove their rights with.
    pub secret: Option<String>,
    /// The folder that it serves, as file names begin; nothing if it serves none of the host's files.
    pub folder: Option<String>,
}

/// Without the secret.
impl std::fmt::Debug for RuntimeAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RuntimeAddress")
            .field("url", &self.url)
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}
