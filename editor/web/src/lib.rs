//! The editor in a browser or in the webview of the desktop window: entry point, hosts, and a mirror for assistive tools.
//!
//! The application itself is `editor/app`; here is what a page gives it: a canvas to draw on, a host to open and save
//! through, and elements that tell screen readers (and tests) what is drawn. Outside wasm32 only the pure half of the
//! mirror is left, for its tests.
//!
//! | to | look at |
//! |---|---|
//! | start | `boot` |
//! | open, save and run | `host` |
//! | see what a screen reader is told | `mirror` |

#[cfg(target_arch = "wasm32")]
mod boot;
#[cfg(target_arch = "wasm32")]
mod host;
#[cfg(any(target_arch = "wasm32", test))]
mod mirror;
