//! `console/Log`: packets in the log.

use millstream_component::prelude::*;

use super::line;

/// Settings of [`Log`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LogSettings {
    /// How important the packets are; the log shows those from the level on that it is set to.
    #[serde(default)]
    level: Level,
}

#[derive(Debug, Clone, Copy, Default, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Level {
    Error,
    Warn,
    #[default]
    Info,
    Debug,
    Trace,
}

/// Tells packets to the log, with the name of the process.
///
/// Text is told as it is, every other value as JSON. Packets then go on to `out`. Packets at a level that the log does
/// not show cost next to nothing, so a Log may stay in a graph.
#[component(name = "console/Log", operator, examples = examples)]
#[derive(Debug)]
pub(crate) struct Log {
    /// What to tell.
    #[input(name = "in")]
    input: In<Packet>,
    /// The same packets.
    #[output(optional)]
    out: Out<Packet>,
    #[config]
    config: Config<LogSettings>,
    #[context]
    cx: Context,
    #[state]
    text: String,
}

impl Operator for Log {
    fn process(&mut self, packet: Packet) -> Result<(), Failure> {
        if is_shown(self.config.level)
            && let Some(value) = packet.value()
        {
            self.text.clear();
            if line::push_str(&mut self.text, value).is_err() {
                // What JSON does not have is still worth telling.
                self.text = format!("{value:?}");
            }
            tell(self.config.level, self.cx.process(), &self.text);
        }
        self.out.emit_packet(packet);
        Ok(())
    }
}

fn is_shown(level: Level) -> bool {
    match level {
        Level::Error => tracing::enabled!(tracing::Level::ERROR),
        Level::Warn => tracing::enabled!(tracing::Level::WARN),
        Level::Info => tracing::enabled!(tracing::Level::INFO),
        Level::Debug => tracing::enabled!(tracing::Level::DEBUG),
        Level::Trace => tracing::enabled!(tracing::Level::TRACE),
    }
}

/// The level of an event is a constant, so there is one event for each.
fn tell(level: Level, process: &str, text: &str) {
    match level {
        Level::Error => tracing::error!(process, "{text}"),
        Level::Warn => tracing::warn!(process, "{text}"),
        Level::Info => tracing::info!(process, "{text}"),
        Level::Debug => tracing::debug!(process, "{text}"),
        Level::Trace => tracing::trace!(process, "{text}"),
    }
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("Passes on what it tells")
            .iip("level", "debug")
            .input("in", ["checkpoint"])
            .output("out", ["checkpoint"]),
    ]
}

contract!(Log);

#[cfg(test)]
mod tests {
    use std::fmt::{self, Write as _};
    use std::sync::{Arc, Mutex};

    use millstream_component::testing::Bench;
    use tracing::field::{Field, Visit};
    use tracing::span;
    use tracing::subscriber::with_default;

    use super::*;

    /// Keeps what is told at `info` and above.
    #[derive(Clone, Default)]
    struct Told(Arc<Mutex<Vec<String>>>);

    impl tracing::Subscriber for Told {
        fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
            *metadata.level() <= tracing::Level::INFO
        }

        fn event(&self, event: &tracing::Event<'_>) {
            let mut line = event.metadata().level().to_string();
            event.record(&mut Fields(&mut line));
            self.0.lock().unwrap().push(line);
        }

        fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
            span::Id::from_u64(1)
        }

        fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
        fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
        fn enter(&self, _: &span::Id) {}
        fn exit(&self, _: &span::Id) {}
    }

    struct Fields<'a>(&'a mut String);

    impl Visit for Fields<'_> {
        fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
            write!(self.0, " {field}={value:?}").unwrap();
        }
    }

    #[test]
    fn packets_are_told_at_their_level_with_the_process() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let told = Told::default();
        with_default(told.clone(), || {
            for level in ["warn", "info", "debug"] {
                let bench = Bench::of::<Log>().iip("level", level).input("in", ["text"]);
                runtime.block_on(bench.run()).result.unwrap();
            }
            let bench =
                Bench::of::<Log>().input("in", [Value::from(f64::NAN), Value::list(vec![])]);
            runtime.block_on(bench.run()).result.unwrap();
        });
        let expected =
            ["WARN", "INFO"].map(|level| format!("{level} message=text process=\"bench\""));
        let told = told.0.lock().unwrap();
        assert_eq!(told[..2], expected);
        assert!(
            told[2].contains("NaN") && told[3].contains("[]"),
            "{told:?}"
        );
    }
}
