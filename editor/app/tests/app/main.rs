//! The application as its users see it: by keys, by names of widgets, by what it asks of its host and its runtime.

#[cfg(test)]
mod support;

/// The first screen and its examples.
#[cfg(test)]
mod welcome;

/// Opening, saving, what other programs do to files, journals.
#[cfg(test)]
mod files;

/// Commands, keys, palette, dialogs.
#[cfg(test)]
mod commands;

/// Panels: what they show, and what they do.
#[cfg(test)]
mod panels;

/// Running: counts, probes, holding, what happens when the link breaks.
#[cfg(test)]
mod runs;

/// A graph made from nothing, by keyboard alone, run and saved.
#[cfg(test)]
mod journey;

/// Pictures of the whole window.
#[cfg(all(test, feature = "images"))]
mod pictures;
