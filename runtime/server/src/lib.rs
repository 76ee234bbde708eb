//! The runtime as a service: graphs that clients change, run, look into and steer, over one WebSocket port.
//!
//! Two protocols on the same socket: the FBP Network Protocol, so that existing tools work (`fbp`), and our extension,
//! for what it has no message for (`extension`). The server receives a registry of components and names none (R3 holds
//! here, too); it chooses no log output and no exit code (R5).
//!
//! | to | look at |
//! |---|---|
//! | serve | [`Server`], [`Options`] |
//! | know who may do what | [`Secrets`], [`Rights`] |
//! | measure networks | [`metrics`] |
//! | know what a client cannot exceed | [`limits`] |
//! | give browsers an editor | [`Page`], `files` |
//! | follow a message | `http`, then `session`, then `fbp` or `extension` |
//! | change what runs | `edit` |
//! | follow a packet to a client | `watch`, `run`, then `session` |

mod convert;
mod edit;
mod extension;
mod fbp;
mod files;
mod folder;
mod http;
mod hub;
pub mod limits;
pub mod metrics;
mod pages;
mod resolve;
mod run;
mod security;
mod served;
mod server;
mod session;
mod socket;
mod start;
mod state;
mod tasks;
mod trace;
mod watch;
mod weigh;

pub use extension::LogSink;
pub use pages::Page;
pub use security::{Rights, Secrets, WrongSecret};
pub use server::{Adopted, Options, ScriptHost, ServeError, Server};
