//! The editor as an application: panels round the canvas, commands and their keys, files, tabs, the run of a graph.
//!
//! [`EditorApp`] is the whole of it. It draws with plain egui and knows neither window nor browser nor file system: files,
//! dialogs and the runtime's program are asked of a [`Host`], connections are opened by a [`Transport`], and both answer
//! by polling, so that the same code runs natively and in a browser without threads. It never sees the engine (R4).
//!
//! | to | look at |
//! |---|---|
//! | put the editor into a window | [`EditorApp`], [`Host`], [`WebSockets`] |
//! | know what it asks of its host | [`HostRequest`], [`HostAnswer`], [`HostEvent`] |
//! | name what the user can do | [`Command`] |
//! | test it | [`FakeHost`], [`FakeRuntime`] |

mod app;
mod canvas;
mod catalog;
mod command;
mod desk;
mod dialog;
mod example;
mod format;
mod frame;
mod highlight;
mod host;
mod icon;
mod keymap;
mod link;
mod markdown;
mod notice;
mod panel;
mod preferences;
mod run;
mod search;
mod style;
#[cfg(test)]
mod testing;
mod widget;
mod workspace;

pub use app::EditorApp;
pub use catalog::{CatalogError, read_catalog};
pub use command::Command;
pub use host::{
    Abilities, FakeHost, FileName, FileText, Host, HostAnswer, HostEvent, HostFault, HostRequest,
    RuntimeAddress, Stamp, StoreKey, Ticket,
};
pub use keymap::{Bindings, Chord, Keymap, NoKey};
pub use link::{
    FakeRuntime, Link, LinkEvent, Phase, RequestId, Socket, SocketEvent, Transport, Wake,
    WebSockets,
};
pub use preferences::{Preferences, ThemeChoice};
