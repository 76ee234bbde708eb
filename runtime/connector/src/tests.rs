//! What every pipe promises: the exact bound, order, counts, fairness, holds, and both ways to end.
//!
//! All pipes go through the same tests. The model checks of the wait protocol stand in [`loom`]; run them with
//! `RUSTFLAGS="--cfg loom" LOOM_MAX_PREEMPTIONS=2 cargo test -p millstream-connector --release --lib loom`.

#[cfg(not(loom))]
mod bound;
#[cfg(not(loom))]
mod divert;
#[cfg(not(loom))]
mod ends;
#[cfg(not(loom))]
mod fairness;
#[cfg(not(loom))]
mod hold;
#[cfg(not(loom))]
mod inject;
#[cfg(loom)]
mod loom;
#[cfg(not(loom))]
mod model;
#[cfg(not(loom))]
mod support;
#[cfg(not(loom))]
mod tap;
#[cfg(not(loom))]
mod threads;
