//! The application as its users see it: by keys, by names of widgets, by what it asks of its host and its runtime.

mod support;

/// The first screen and its examples.
mod welcome;

/// Opening, saving, what other programs do to files, journals.
mod files;

/// Commands, keys, palette, dialogs.
mod commands;

/// Panels: what they show, and what they do.
mod panels;

/// Running: counts, probes, holding, what happens when the link breaks.
mod runs;

/// A graph made from nothing, by keyboard alone, run and saved.
mod journey;

/// Pictures of the whole window.
mod pictures;
