//! What stands round canvas and panels: title bar, tabs, status bar, messages, the first screen.

pub(crate) mod bar;
pub(crate) mod notices;
pub(crate) mod status;
pub(crate) mod tabs;
pub(crate) mod welcome;
