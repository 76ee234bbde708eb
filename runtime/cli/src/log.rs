//! Where log lines go: standard error, above the progress line.
//!
//! Components log with `console/Log`; the runtime logs what degrades. `-v` shows more, `MILLSTREAM_LOG` decides by
//! target.

use std::io;
use std::sync::Arc;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::args::{Global, LogFormat};
use crate::exit::Fault;
use crate::output::{Screen, Shell};

/// The variable that says what to log.
const VARIABLE: &str = "MILLSTREAM_LOG";

/// Starts logging.
///
/// # Errors
///
/// Fails when `MILLSTREAM_LOG` makes no sense.
pub(crate) fn start(global: &Global, shell: &Shell) -> Result<(), Fault> {
    let writer = LogWriter(Arc::clone(&shell.screen));
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(writer)
        .with_ansi(shell.err.color)
        .with_target(shell.verbosity > 1);
    let targets = match std::env::var(VARIABLE).ok().filter(|text| !text.is_empty()) {
        Some(text) => filter(&text)?,
        None => level(shell),
    };
    let registry = tracing_subscriber::registry().with(targets);
    let started = match global.log_format {
        LogFormat::Text => registry.with(layer.without_time()).try_init(),
        LogFormat::Json => registry.with(layer.json()).try_init(),
    };
    // It fails only when there is a logger already, and nobody else starts one.
    drop(started);
    Ok(())
}

/// What is logged without `MILLSTREAM_LOG`. What components were told to log is shown without being asked for.
fn level(shell: &Shell) -> Targets {
    let level = match shell.verbosity {
        ..0 => LevelFilter::ERROR,
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let components = if level == LevelFilter::WARN {
        LevelFilter::INFO
    } else {
        level
    };
    Targets::new()
        .with_default(level)
        .with_target("millstream_components", components)
}

fn filter(text: &str) -> Result<Targets, Fault> {
    text.parse::<Targets>().map_err(|error| {
        Fault::usage(format!("{VARIABLE}: `{text}` is no log filter: {error}"))
            .help("write a level (error, warn, info, debug, trace) or target=level,target=level")
    })
}

/// Writes log lines above the progress line.
#[derive(Debug, Clone)]
struct LogWriter(Arc<Screen>);

impl io::Write for LogWriter {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.write(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
