//! Rules of the repository, kept by ordinary tests: who may depend on whom, what every member has, how large
//! things get, and which documents must agree with the tree.
//!
//! A rule that a person would have to remember in every review belongs here. Each failure lists the places and says
//! what to do about them. Nothing here builds or runs Millstream; the whole module takes less than five seconds.

/// The workspace as these tests see it: members, manifests, text files.
mod workspace;

/// R1 to R5 and R12: levels, allowed edges of the crate graph, outside crates that a level refuses.
mod layers;

/// What every manifest says, and where dependencies come from.
mod manifests;

/// What every source file says: its purpose, no loose ends, components with examples.
mod sources;

/// Budgets for files and functions.
mod sizes;

/// Documents and settings that must agree with the tree: graphs, code map, the two clippy files.
mod documents;
