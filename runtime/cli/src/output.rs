//! The only way to the terminal: data to standard output, everything else to standard error.
//!
//! A reader that went away (`| head -1`) is no failure: what would have gone there is dropped. Any other failure to
//! write data is one, because data was lost. Failures to write to standard error are not told to anybody, for there is
//! no place left to tell them.

use std::fmt::{self, Write as _};
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use crate::args::{ColorChoice, Format};
use crate::exit::Fault;

/// How to talk: to whom, in which form, how much.
#[derive(Debug)]
pub(crate) struct Shell {
    /// What goes to standard output.
    pub(crate) out: Look,
    /// What goes to standard error.
    pub(crate) err: Look,
    /// For people or for machines.
    pub(crate) format: Format,
    /// -1 for `-q`, then the number of `-v`.
    pub(crate) verbosity: i8,
    /// The line at the bottom of the terminal.
    pub(crate) screen: Arc<Screen>,
}

/// How text for one of the streams may look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    /// Whether colours are welcome.
    pub(crate) color: bool,
    /// Whether the reader shows more than ASCII.
    pub(crate) unicode: bool,
    /// Whether it is a terminal.
    pub(crate) terminal: bool,
    /// Width in columns, if it is a terminal that says so.
    pub(crate) width: Option<usize>,
}

impl Shell {
    /// Looks at terminal and environment.
    pub(crate) fn new(color: ColorChoice, format: Format, verbosity: i8) -> Self {
        let unicode = is_utf8_locale();
        let look = |is_terminal: bool, width: Option<usize>| Look {
            color: use_color(color, is_terminal),
            unicode,
            terminal: is_terminal,
            width: width.filter(|_| is_terminal),
        };
        Self {
            out: look(
                io::stdout().is_terminal(),
                width_of(terminal_size::terminal_size()),
            ),
            err: look(
                io::stderr().is_terminal(),
                width_of(terminal_size::terminal_size_of(io::stderr())),
            ),
            format,
            verbosity,
            screen: Arc::default(),
        }
    }

    /// Writes data.
    ///
    /// # Errors
    ///
    /// Fails when standard output cannot be written for another reason than that its reader has gone.
    pub(crate) fn data(&self, text: &str) -> Result<(), Fault> {
        self.screen.clear();
        let mut out = io::stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        match written {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Fault::io("writing to standard output", &error))
            }
            _ => Ok(()),
        }
    }

    /// Writes a JSON document and a line end as data.
    ///
    /// # Errors
    ///
    /// Fails as [`Shell::data`] does.
    pub(crate) fn json(&self, document: &serde_json::Value) -> Result<(), Fault> {
        self.data(&format!("{document:#}\n"))
    }

    /// Writes to standard error, whatever the verbosity.
    pub(crate) fn tell(&self, text: &str) {
        self.screen.write(text.as_bytes());
    }

    /// Tells what goes on; not with `-q`, and not to machines.
    pub(crate) fn notice(&self, text: &str) {
        if self.verbosity >= 0 && self.format == Format::Human {
            self.tell(&format!("{}\n", safe(text)));
        }
    }
}

/// Text without characters that could steer a terminal.
pub(crate) fn safe(text: &str) -> String {
    let is_bad = |c: char| c.is_control() && c != '\n' && c != '\t';
    text.replace(is_bad, "?")
}

/// Adds a piece to a text.
pub(crate) fn add(text: &mut String, piece: fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _infallible = text.write_fmt(piece);
}

/// The line at the bottom of the terminal that is written again and again.
#[derive(Debug, Default)]
pub(crate) struct Screen {
    /// Whether a line stands there.
    shown: Mutex<bool>,
}

impl Screen {
    /// Puts this text into the line.
    pub(crate) fn line(&self, text: &str) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        *shown = true;
        drop_error(
            io::stderr()
                .lock()
                .write_all(format!("\r{text}\x1b[K").as_bytes()),
        );
    }

    /// Takes the line away.
    pub(crate) fn clear(&self) {
        self.write(b"");
    }

    /// Writes to standard error above the line.
    pub(crate) fn write(&self, text: &[u8]) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let mut err = io::stderr().lock();
        if std::mem::take(&mut *shown) {
            drop_error(err.write_all(b"\r\x1b[K"));
        }
        drop_error(err.write_all(text));
    }
}

/// There is no place left to tell that standard error cannot be written.
fn drop_error(result: io::Result<()>) {
    drop(result);
}

fn width_of(size: Option<(terminal_size::Width, terminal_size::Height)>) -> Option<usize> {
    size.map(|(width, _)| usize::from(width.0))
        .filter(|&width| width > 0)
}

fn use_color(choice: ColorChoice, is_terminal: bool) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if is_set("NO_COLOR") => false,
        ColorChoice::Auto => {
            let is_forced = std::env::var_os("CLICOLOR_FORCE")
                .is_some_and(|value| !value.is_empty() && value != "0");
            let is_dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
            is_forced || (is_terminal && !is_dumb)
        }
    }
}

/// Whether the locale writes UTF-8; the first of the three that is set decides.
fn is_utf8_locale() -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    set.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}
