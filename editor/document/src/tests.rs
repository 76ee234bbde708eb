//! What documents do, action by action, and what holds for any sequence of them.

mod connecting;
mod history;
mod judging;
mod processes;
mod properties;
mod random;
mod selecting;
mod subgraphs;
