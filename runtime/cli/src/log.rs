//! Where log lines go: standard error, above the progress line, and clients of a server that want them.
//!
//! Components log with `console/Log`; the runtime logs what degrades. `-v` shows more, `MILLSTREAM_LOG` decides by
//! target. Clients say for themselves how much they want to see.

use std::fmt::Debug;
use std::io;
use std::sync::{Arc, OnceLock};

use millstream_protocol::extension::Level;
use millstream_server::LogSink;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::args::{Global, LogFormat};
use crate::exit::Fault;
use crate::output::{Screen, Shell, add};

/// Where log lines go as well, once there is a server whose clients may want them.
static SHARED: OnceLock<LogSink> = OnceLock::new();

/// Lets the clients of a server see log lines, too.
pub(crate) fn share(sink: LogSink) {
    // There is one server in a process; a second one would not be heard.
    drop(SHARED.set(sink));
}

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
    let registry = tracing_subscriber::registry().with(Shared.with_filter(shared()));
    let started = match global.log_format {
        LogFormat::Text => registry
            .with(layer.without_time().with_filter(targets))
            .try_init(),
        LogFormat::Json => registry.with(layer.json().with_filter(targets)).try_init(),
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

/// What clients may see: what happens in here. What the libraries under it say matters when something is wrong.
fn shared() -> Targets {
    Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("millstream", LevelFilter::DEBUG)
}

fn filter(text: &str) -> Result<Targets, Fault> {
    text.parse::<Targets>().map_err(|error| {
        Fault::usage(format!("{VARIABLE}: `{text}` is no log filter: {error}"))
            .help("write a level (error, warn, info, debug, trace) or target=level,target=level")
    })
}

/// Sends log lines to clients that want them.
#[derive(Debug)]
struct Shared;

impl<S: Subscriber> Layer<S> for Shared {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let Some(sink) = SHARED.get().filter(|sink| sink.is_wanted()) else {
            return;
        };
        let level = match *event.metadata().level() {
            tracing::Level::ERROR => Level::Error,
            tracing::Level::WARN => Level::Warn,
            tracing::Level::INFO => Level::Info,
            _ => Level::Debug,
        };
        let mut line = Line::default();
        event.record(&mut line);
        sink.send(level, line.process.as_deref(), line.text.trim_start());
    }
}

/// A log line as clients see it: the message, and then the fields.
#[derive(Debug, Default)]
struct Line {
    process: Option<String>,
    text: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.text = format!("{value:?}{}", self.text),
            "process" => self.process = Some(format!("{value:?}").trim_matches('"').to_owned()),
            name => add(&mut self.text, format_args!(" {name}={value:?}")),
        }
    }
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
