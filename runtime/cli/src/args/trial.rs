//! The commands that write packets down, feed them in again and compare them.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};

use super::{FormatArgs, RunArgs};
use crate::feed::Speed;
use crate::select::{ConnectorSelector, parse_duration};

/// What is written down while a graph runs.
#[derive(Debug, Args)]
#[command(next_help_heading = "Record")]
pub(crate) struct RecordArgs {
    /// Write the packets of connectors with their times into this file, for `millstream replay` and `millstream test`; a
    /// recording that cannot keep up slows the graph down and loses nothing.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) record: Option<PathBuf>,
    /// Record these connectors only: `process`, `process.port` or `a.out->b.in`, with `*` and `?`.
    #[arg(
        long,
        value_name = "SELECTOR,…",
        value_delimiter = ',',
        requires = "record"
    )]
    pub(crate) record_connectors: Vec<ConnectorSelector>,
}

/// `millstream replay`.
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// The recording, as `millstream run --record` writes it.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// The graph, and how it runs.
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// The port that gets the packets: `process.port`, or an inport of the graph.
    #[arg(long, value_name = "PORT", help_heading = "Replay")]
    pub(crate) into: Option<String>,
    /// The recorded connector whose packets are fed, by name or pattern, if there is more than one.
    #[arg(long, value_name = "SELECTOR", help_heading = "Replay")]
    pub(crate) from: Option<ConnectorSelector>,
    /// How much shorter pauses are than they were: `2` is twice as fast, `0.5` half as fast, `max` makes none.
    #[arg(
        long,
        value_name = "N|max",
        default_value = "1",
        help_heading = "Replay"
    )]
    pub(crate) speed: Speed,
}

/// What `millstream replay --help` ends with.
pub(super) const REPLAY_HELP: &str = "\
The packets stand in for what comes to the port in the graph: connectors into it are cut. What runs is all that the \
packets can reach, and what else that needs; processes that only fed the port are left out.

Without --into, the packets go where they went when they were recorded.

Exit codes are those of `run`; 4 also says that the recording cannot be read.

Examples:
  millstream run graph.ron --record day.jsonl --record-connectors parse.in
  millstream replay day.jsonl graph.ron --speed max
  millstream replay day.jsonl other.ron --into parse.in --speed 10";

/// `millstream test`.
#[derive(Debug, Args)]
#[command(after_help = TEST_HELP)]
pub(crate) struct TestArgs {
    /// Files with test cases, graphs with a folder `tests` beside them, and directories of which all cases are meant; the
    /// current directory if none is given.
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Run only cases with this in their name, as `file.ron: case`.
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    /// Where something else came out than was expected, write it into the case; the rest of the file stays.
    #[arg(long)]
    pub(crate) update: bool,
    /// Time for a case that does not say its own.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_duration)]
    pub(crate) timeout: Duration,
    /// How the result looks.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

const TEST_HELP: &str = "\
A file with test cases names a graph, or a component, and says what goes into ports and what is to come out:

  Tests(
      format: 1,
      graph: \"../telegram.ron\",
      cases: {
          \"words fill lines\": Case(
              iips: { \"wrap.measure\": 12 },
              inputs: { \"cut.in\": [\"one two\", \"three\"] },
              outputs: { \"wrap.out\": [\"one two\", \"three\"] },
          ),
      },
  )

Only what the outputs depend on runs; packets stand in for what comes to a port in the graph. Brackets are Open, \
Open(\"label\"), Close; packets of a recording are Recorded(file: \"day.jsonl\", connector: \"a.out->b.in\"). Outputs \
may be Unordered([…]) or Contains([…]). A case that is to fail says fails: Failure(process: \"check\", message: \"…\"). \
Headers of packets are not compared.

Exit code 0: all cases passed; 7: some did not, or could not be run; 3: a file has no cases in their form; 4: a file \
could not be read or written.";
