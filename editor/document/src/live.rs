//! A run as the editor shows it: the counts that a runtime sends, folded into states, rates and labels.
//!
//! Nothing here talks to a runtime: the caller hands over what came, with the time by its own clock in milliseconds, and
//! says when it has heard from the runtime at all. Numbers are never shown as live when they are not: [`WireState::Stale`].

mod culprit;
mod fold;
mod label;
mod process;
mod samples;
mod totals;
mod view;
mod wire;

pub use culprit::{Blame, Culprit};
pub use fold::Live;
pub use label::{amount, label, rate};
pub use process::{ProcessLight, ProcessLive};
pub use totals::Totals;
pub use view::LiveView;
pub use wire::{WireLive, WireState};

#[cfg(test)]
mod tests;
