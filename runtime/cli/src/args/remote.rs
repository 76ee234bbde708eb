//! The commands that talk to a runtime.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, ValueEnum, ValueHint};
use millstream_protocol::extension::Level;

use super::FormatArgs;
use crate::select::parse_duration;

/// Which runtime, and which of its graphs.
#[derive(Debug, Clone, Args)]
pub(crate) struct RemoteArgs {
    /// The runtime, as `ws://127.0.0.1:3569`, `host:port` or a port; without it, the only one of yours that listens.
    #[arg(
        long,
        value_name = "URL",
        env = "MILLSTREAM_RUNTIME",
        help_heading = "Runtime"
    )]
    pub(crate) runtime: Option<String>,
    /// A file with the secret in its first line; without it, the variable `MILLSTREAM_SECRET`.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Runtime")]
    pub(crate) secret_file: Option<PathBuf>,
    /// The graph; not needed when only one runs.
    #[arg(long, value_name = "NAME", help_heading = "Runtime")]
    pub(crate) graph: Option<String>,
}

/// `millstream ps`.
#[derive(Debug, Args)]
pub(crate) struct PsArgs {
    /// Where to look.
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
    /// For people or for machines.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// `millstream start`, `stop`.
#[derive(Debug, Args)]
pub(crate) struct ActArgs {
    /// The graph, if there are several.
    #[arg(value_name = "GRAPH")]
    pub(crate) name: Option<String>,
    /// Where to look.
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
    /// For people or for machines.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// `millstream restart`.
#[derive(Debug, Args)]
pub(crate) struct RestartArgs {
    /// A process, or a graph; the only graph that runs without a name.
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The name is that of a process, also if a graph is called so.
    #[arg(long, requires = "name")]
    pub(crate) process: bool,
    /// Where to look.
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
    /// For people or for machines.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// `millstream set`.
#[derive(Debug, Args)]
pub(crate) struct SetArgs {
    /// The process.
    #[arg(value_name = "PROCESS")]
    pub(crate) process: String,
    /// Settings with their values: JSON, or else text.
    #[arg(value_name = "KEY=VALUE")]
    pub(crate) values: Vec<String>,
    /// Take the value of a setting away, so that its default holds.
    #[arg(long, value_name = "KEY")]
    pub(crate) unset: Vec<String>,
    /// Take values as text, also if they are JSON.
    #[arg(long)]
    pub(crate) text: bool,
    /// Where to look.
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
    /// For people or for machines.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// `millstream apply`.
#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// The graph file; `-` is standard input.
    #[arg(value_name = "GRAPH", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// Only tell what would be done.
    #[arg(long)]
    pub(crate) plan: bool,
    /// Where to look.
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
    /// For people or for machines.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// `millstream hold`, `release`.
#[derive(Debug, Args)]
pub(crate) struct SteerArgs {
    /// Processes (`parse`) or connectors (`a.out->b.in`, `b.in`).
    #[arg(value_name = "TARGET", required = true)]
    pub(crate) targets: Vec<String>,
    /// Where to look.
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
    /// For people or for machines.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// `millstream step`.
#[derive(Debug, Args)]
pub(crate) struct StepArgs {
    /// How many packets.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) packets: u32,
    /// What to step.
    #[command(flatten)]
    pub(crate) steer: SteerArgs,
}

/// `millstream send`.
#[derive(Debug, Args)]
pub(crate) struct SendArgs {
    /// An exported in-port; or a connector by name (`a.out->b.in`) or by one end (`b.in`).
    #[arg(value_name = "PORT")]
    pub(crate) port: String,
    /// Values: JSON, or else text. Without them, or with `-`, each line of standard input is one.
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    pub(crate) values: Vec<String>,
    /// Take values as text, also if they are JSON.
    #[arg(long)]
    pub(crate) text: bool,
    /// Where to look.
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
    /// For people or for machines.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// `millstream why`.
#[derive(Debug, Args)]
pub(crate) struct WhyArgs {
    /// Where to look.
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
    /// For people or for machines.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// `millstream logs`.
#[derive(Debug, Args)]
pub(crate) struct LogsArgs {
    /// Of this process only.
    #[arg(long, value_name = "NAME")]
    pub(crate) process: Option<String>,
    /// The least important lines to show.
    #[arg(long, value_enum, default_value = "info")]
    pub(crate) level: LevelChoice,
    /// End after so many lines.
    #[arg(long, value_name = "N")]
    pub(crate) count: Option<u64>,
    /// Where to look.
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
    /// For people or for machines.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// How important log lines are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LevelChoice {
    /// Something is lost or stopped.
    Error,
    /// Something is degraded.
    Warn,
    /// What was asked for happened.
    Info,
    /// How it came about.
    Debug,
}

impl From<LevelChoice> for Level {
    fn from(choice: LevelChoice) -> Self {
        match choice {
            LevelChoice::Error => Self::Error,
            LevelChoice::Warn => Self::Warn,
            LevelChoice::Info => Self::Info,
            LevelChoice::Debug => Self::Debug,
        }
    }
}

/// `millstream tap`.
#[derive(Debug, Args)]
pub(crate) struct TapArgs {
    /// Connectors: `a.out->b.in`, a port, a process, or a pattern such as `sub/*`; all without one.
    #[arg(value_name = "CONNECTOR")]
    pub(crate) connectors: Vec<String>,
    /// End after so many packets.
    #[arg(long, value_name = "N")]
    pub(crate) count: Option<u64>,
    /// End after this time.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) duration: Option<Duration>,
    /// Show one of so many packets.
    #[arg(long, value_name = "1/N")]
    pub(crate) sample: Option<Sample>,
    /// Show at most so many packets a second of each connector.
    #[arg(long, value_name = "N/s")]
    pub(crate) limit: Option<PerSecond>,
    /// What to show of a packet.
    #[arg(long, value_enum, default_value = "value")]
    pub(crate) show: Show,
    /// Where to look.
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
    /// For people or for machines.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// What to show of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Show {
    /// The names of a record's fields.
    Keys,
    /// The value, or its beginning.
    Value,
    /// The value up to 64 KiB.
    Full,
}

/// `1/100`, or `100`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sample(pub(crate) u32);

/// `100/s`, or `100`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PerSecond(pub(crate) u32);

impl FromStr for Sample {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_prefix("1/").unwrap_or(text);
        positive(number)
            .map(Self)
            .ok_or_else(|| format!("`{text}` is no share: write 1/100 for one of a hundred"))
    }
}

impl FromStr for PerSecond {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_suffix("/s").unwrap_or(text);
        positive(number)
            .map(Self)
            .ok_or_else(|| format!("`{text}` is no rate: write 100/s"))
    }
}

fn positive(number: &str) -> Option<u32> {
    number.parse().ok().filter(|&number| number > 0)
}

/// `millstream top`.
#[derive(Debug, Args)]
pub(crate) struct TopArgs {
    /// Print one table and end; needed where there is no terminal.
    #[arg(long)]
    pub(crate) once: bool,
    /// Time between two looks, over which rates are told.
    #[arg(long, value_name = "TIME", default_value = "500ms", value_parser = parse_duration)]
    pub(crate) interval: Duration,
    /// Where to look.
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
    /// For people or for machines.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_rates_are_read() {
        assert_eq!("1/100".parse(), Ok(Sample(100)));
        assert_eq!("7".parse(), Ok(Sample(7)));
        assert!("2/3".parse::<Sample>().is_err() && "0".parse::<Sample>().is_err());
        assert_eq!("50/s".parse(), Ok(PerSecond(50)));
        assert!("-1".parse::<PerSecond>().is_err());
    }
}
