//! The command line as types.

mod remote;
mod trial;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell as CompletionShell;

pub(crate) use remote::{
    ActArgs, ApplyArgs, LogsArgs, PsArgs, RemoteArgs, RestartArgs, SendArgs, SetArgs, Show,
    SteerArgs, StepArgs, TapArgs, TopArgs, WhyArgs,
};
use trial::REPLAY_HELP;
pub(crate) use trial::{RecordArgs, ReplayArgs, TestArgs};

use crate::metrics::Address;
use crate::overrides::Changes;
use crate::select::{CapacityArg, IipArg, parse_duration};
#[cfg(feature = "otlp")]
use crate::telemetry::Endpoint;

/// Draw dataflow graphs, run them anywhere.
///
/// Millstream runs graphs of components (flow-based programming). Data goes to standard output, everything else to
/// standard error.
#[derive(Debug, Parser)]
#[command(
    name = "millstream",
    version,
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = EXIT_CODES,
    max_term_width = 100
)]
pub(crate) struct Cli {
    /// What every command understands.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  success                         5  the runtime cannot be reached
  1  a component failed, or `diff`   6  deadlock: no process could go on
     found differences               7  a test did not pass
  2  the command line makes no sense 8  the time limit was reached
  3  the graph is invalid            130/143  ended by SIGINT/SIGTERM
  4  something could not be read or written

Environment:
  MILLSTREAM_LOG   what to log, as `level` or `target=level,…`; stronger than -v
  NO_COLOR, CLICOLOR_FORCE   colours; --color is stronger";

/// What every command understands.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Tell more; twice for debugging, three times for everything.
    #[arg(short, long, action = clap::ArgAction::Count, global = true, help_heading = "Output")]
    pub(crate) verbose: u8,
    /// Tell errors only.
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        help_heading = "Output"
    )]
    pub(crate) quiet: bool,
    /// Colours.
    #[arg(
        long,
        value_name = "WHEN",
        value_enum,
        default_value = "auto",
        global = true,
        help_heading = "Output"
    )]
    pub(crate) color: ColorChoice,
    /// How log lines look.
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        default_value = "text",
        global = true,
        help_heading = "Output"
    )]
    pub(crate) log_format: LogFormat,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Also into files and pipes.
    Always,
    /// Not at all.
    Never,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON document per line.
    Json,
}

/// For people or for machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// For machines.
    Json,
}

/// The choice between people and machines.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct FormatArgs {
    /// For people or for machines.
    #[arg(long, value_enum, default_value = "human", help_heading = "Output")]
    format: Format,
    /// Short for `--format json`.
    #[arg(long, conflicts_with = "format", help_heading = "Output")]
    json: bool,
}

impl FormatArgs {
    /// The choice.
    pub(crate) const fn get(self) -> Format {
        if self.json { Format::Json } else { self.format }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run a graph to its end.
    #[command(after_help = RUN_HELP)]
    Run(Box<RunArgs>),
    /// Feed recorded packets into a graph, or into one of its processes.
    #[command(after_help = REPLAY_HELP)]
    Replay(Box<ReplayArgs>),
    /// Run graphs, parts of them and components on given packets, and compare what comes out.
    Test(TestArgs),
    /// Serve graphs to editors, browsers and other tools: they change them, run them, and look inside.
    Serve(ServeArgs),
    /// Draw graphs: opens the editor's window if it is installed, and else the editor in the browser.
    #[command(after_help = EDIT_HELP)]
    Edit(EditArgs),
    /// Watch a running graph: rates, fill, who waits.
    Top(TopArgs),
    /// Show the packets that pass connectors of a running graph.
    Tap(TapArgs),
    /// Tell why packets of a running graph do not move.
    Why(WhyArgs),
    /// Hold processes or connectors of a running graph; nothing is lost.
    Hold(SteerArgs),
    /// Let packets through what is held.
    Step(StepArgs),
    /// End holds.
    Release(SteerArgs),
    /// Send packets into an exported in-port of a running graph.
    Send(SendArgs),
    /// Show what a runtime logs.
    Logs(LogsArgs),
    /// List the graphs of a runtime.
    Ps(PsArgs),
    /// Run a graph that a runtime holds.
    Start(ActArgs),
    /// Stop a graph; what is in flight is worked off.
    Stop(ActArgs),
    /// Start a process of a running graph anew, its queue kept; or stop a graph and run it anew.
    Restart(RestartArgs),
    /// Change settings of a process of a running graph.
    Set(SetArgs),
    /// Make a running graph what a file says, without losing a packet.
    Apply(ApplyArgs),
    /// Find what is wrong with graphs, without running them.
    Check(CheckArgs),
    /// Write graph files in their one canonical form; comments stay.
    Fmt(FmtArgs),
    /// Write a graph to start from.
    New(NewArgs),
    /// Read a graph of another tool and write it as a graph file.
    Import(ImportArgs),
    /// Draw a graph, or write it for another tool.
    Graph(GraphArgs),
    /// Tell what two graphs differ in, logic and layout apart.
    Diff(DiffArgs),
    /// List the components, or describe one.
    Components(ComponentsArgs),
    /// Explain the code of a finding.
    Explain(ExplainArgs),
    /// Try an expression.
    Eval(EvalArgs),
    /// Find out whether Millstream works here.
    Doctor(DoctorArgs),
    /// Print completions for a shell.
    Completions(CompletionsArgs),
}

/// `millstream run`.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The graph file; `-` reads it from standard input.
    #[arg(value_name = "GRAPH", value_hint = ValueHint::FilePath)]
    pub(crate) graph: PathBuf,
    /// Give a port this value, in place of the one in the file.
    #[arg(long, value_name = "PROCESS.PORT=VALUE")]
    pub(crate) iip: Vec<IipArg>,
    /// Packets that connectors hold: all (`8`), those at a port (`a.out=8`), or one (`a.out->b.in=8`).
    #[arg(long, value_name = "[CONNECTOR=]N")]
    pub(crate) capacity: Vec<CapacityArg>,
    /// End the run after this time, with exit code 8.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) timeout: Option<Duration>,
    /// Time to work off what is in flight after the first Ctrl-C.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_duration)]
    pub(crate) grace: Duration,
    /// Fixes the random choices of components.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Threads for components that compute a lot; as many as there are cores unless said otherwise.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// The pipes between processes: `flume` is the reference to compare with.
    #[arg(long, value_enum, default_value = "best", hide_short_help = true)]
    pub(crate) connector: Pipe,
    /// Print the totals of every process and connector at the end, on standard error.
    #[arg(long, value_enum)]
    pub(crate) summary: Option<Format>,
    /// Let clients look inside and steer while the graph runs, at this address.
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "127.0.0.1:3569")]
    pub(crate) listen: Option<SocketAddr>,
    /// Who may connect.
    #[command(flatten)]
    pub(crate) access: AccessArgs,
    /// What to show while the graph runs: `line` keeps one line of rates at the bottom of the terminal.
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) ui: Ui,
    /// What is written down while it runs.
    #[command(flatten)]
    pub(crate) record: RecordArgs,
    /// Serve what the graph counts for Prometheus, at /metrics of this port of this machine, or of this address.
    #[arg(long, value_name = "ADDR")]
    pub(crate) metrics: Option<Address>,
    /// Send metrics while it runs, and spans of run and processes at the end, to this collector of OpenTelemetry.
    #[cfg(feature = "otlp")]
    #[arg(long, value_name = "URL")]
    pub(crate) otlp: Option<Endpoint>,
    /// How errors look.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

impl RunArgs {
    /// What changes about the graph.
    pub(crate) fn changes(&self) -> Changes<'_> {
        Changes {
            iips: &self.iip,
            capacity: &self.capacity,
        }
    }
}

const RUN_HELP: &str = "\
Paths in settings (`\"path\": \"words.txt\"`) are relative to the current directory; subgraphs (`./sub.ron`) are \
relative to the graph file that names them.

VALUE is read as in a graph file (`8`, `true`, `[1, 2]`, `\"text\"`). What is no such value, or does not suit a port \
that takes text, is text; so text needs no quotes: --iip read.path=words.txt. Without a process, the port is one of \
the graph's own inports: --iip path=words.txt.

The first Ctrl-C stops the sources and works off what is in flight; the second ends the run at once. With --format \
json, errors are one JSON document per line on standard error.

Examples:
  millstream run graph.ron --iip read.path=access.log
  millstream run graph.ron --timeout 30s --summary human";

/// `millstream serve`.
#[derive(Debug, Args)]
#[command(after_help = SERVE_HELP)]
pub(crate) struct ServeArgs {
    /// A directory of graph files, or graph files of one directory; the current directory unless said otherwise.
    #[arg(value_name = "DIR|GRAPH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Where to listen; port 0 picks a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3569")]
    pub(crate) listen: SocketAddr,
    /// Run the graphs that are named, at once.
    #[arg(long)]
    pub(crate) start: bool,
    /// Who may connect.
    #[command(flatten)]
    pub(crate) access: AccessArgs,
    /// Take in no graphs at the start; clients load those that they want.
    #[arg(long, conflicts_with = "start")]
    pub(crate) empty: bool,
    /// End when standard input ends, as a pipe does when the program that holds it ends, however it ended. Graphs that
    /// read standard input get nothing.
    #[arg(long)]
    pub(crate) until_input_ends: bool,
    /// Time that stopped graphs have to work off what is in flight.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_duration)]
    pub(crate) grace: Duration,
    /// Threads for components that compute a lot; as many as there are cores unless said otherwise.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// How the address and errors look.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// Who may connect to a server.
#[derive(Debug, Args)]
pub(crate) struct AccessArgs {
    /// A file with the secret that clients must say in its first line; a second line is one for clients that may only look.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) secret_file: Option<PathBuf>,
    /// Let pages of this web site connect, as `https://editor.example`; those of this machine may.
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) allow_origin: Vec<String>,
}

const SERVE_HELP: &str = "\
The first line of standard output is the address, as ws://127.0.0.1:3569. Clients speak the FBP Network Protocol \
(WebSocket, subprotocol `noflo`) or Millstream's extension of it. A browser gets the editor there, at \
http://127.0.0.1:3569/. Nothing outside the directory is read or written.

Without a secret, everybody on this machine may do everything; so any other address than one of this machine needs a \
secret, from --secret-file or from MILLSTREAM_SECRET and MILLSTREAM_INSPECT_SECRET.

The first Ctrl-C stops all graphs and works off what is in flight; the second ends at once.

Examples:
  millstream serve graphs/
  millstream serve --start pipeline.ron --listen 127.0.0.1:0";

/// `millstream edit`.
#[derive(Debug, Args)]
pub(crate) struct EditArgs {
    /// The graph file; it need not be there yet.
    #[arg(value_name = "GRAPH", value_hint = ValueHint::FilePath)]
    pub(crate) graph: Option<PathBuf>,
    /// Open the editor in the browser, also when its window is installed.
    #[arg(long)]
    pub(crate) browser: bool,
    /// Print where the editor is and open nothing.
    #[arg(long, conflicts_with = "browser")]
    pub(crate) no_open: bool,
    /// How the address and errors look.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

const EDIT_HELP: &str = "\
The window is the program `millstream-editor`, beside this one or on the path. Without it, or without a display, this \
command serves the folder of the graph to this machine alone, on a free port and with a secret of its own, opens the \
browser, and ends at Ctrl-C. The secret is part of the address that it prints.

Examples:
  millstream edit
  millstream edit graph.ron --browser";

/// Which pipes to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Pipe {
    /// The fastest that does.
    Best,
    /// Bounded flume channels everywhere.
    Flume,
}

/// What to show while a graph runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ui {
    /// The line, on a terminal that the graph itself does not print to.
    Auto,
    /// Nothing.
    None,
    /// One line at the bottom of the terminal.
    Line,
}

/// `millstream check`.
#[derive(Debug, Args)]
#[command(
    after_help = "Findings are the data of this command and go to standard output. Exit code 0: no errors; \
    3: errors, or warnings with --deny-warnings; 4: a file could not be read."
)]
pub(crate) struct CheckArgs {
    /// Graph files, and directories of which all *.ron files are meant; the current directory if none is given.
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Exit with 3 also if there are warnings only.
    #[arg(long)]
    pub(crate) deny_warnings: bool,
    /// How findings look.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// `millstream fmt`.
#[derive(Debug, Args)]
#[command(
    after_help = "Prints the files that it changed, or with --check would change. Files are replaced at once, \
    with their permissions, and never half written. Exit code 3: --check found files to change, or a file is no graph."
)]
pub(crate) struct FmtArgs {
    /// Graph files, and directories of which all *.ron files are meant; `-` formats standard input to standard output.
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Change nothing; exit with 3 if something would change.
    #[arg(long)]
    pub(crate) check: bool,
    /// How the result looks.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// `millstream new`.
#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// The file to write; `-` is standard output.
    #[arg(value_name = "PATH", default_value = "graph.ron", value_hint = ValueHint::FilePath)]
    pub(crate) path: PathBuf,
    /// What to begin with.
    #[arg(long, value_enum, default_value = "hello")]
    pub(crate) template: Template,
    /// Replace the file if there is one.
    #[arg(long)]
    pub(crate) force: bool,
}

/// What to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Template {
    /// A graph that runs and prints something.
    Hello,
    /// A graph without processes.
    Empty,
}

/// `millstream import`.
#[derive(Debug, Args)]
#[command(
    after_help = "What does not come over as it was is told on standard error, with its place. Exit code 3: the file \
    is not in that format, or --deny-warnings and something did not come over.\n\n\
    A map of components is a RON file: { \"ReadFile\": \"file/ReadLines\", \"WriteFile\": { \"component\": \
    \"file/Write\", \"ports\": { \"DEST\": \"path\" } } }\n\n\
    Example: millstream import count.fbp --map ours.ron -o count.ron"
)]
pub(crate) struct ImportArgs {
    /// The file of the other tool; `-` reads standard input.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// What it is; told by its name or its beginning if not given.
    #[arg(long, value_enum, visible_alias = "from")]
    pub(crate) format: Option<ImportKind>,
    /// Our components for those of the other tool, and names for their ports.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) map: Option<PathBuf>,
    /// Leave capitals in the names of ports; most tools do not mind them, and ours are small.
    #[arg(long)]
    pub(crate) keep_case: bool,
    /// Where the graph goes.
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    /// Tell errors and warnings as JSON, one document a line.
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,
}

/// A format of another tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImportKind {
    /// The text language of flow-based programming, either dialect.
    Fbp,
    /// The JSON graph of `NoFlo` and its relatives.
    Json,
    /// A drawing of `DrawFBP`.
    Drw,
}

/// Where a result goes.
#[derive(Debug, Args)]
pub(crate) struct TargetArgs {
    /// The file to write; standard output if not given, or for `-`.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    /// Replace the file if there is one.
    #[arg(long)]
    pub(crate) force: bool,
    /// Write nothing and exit with 3 if there are warnings.
    #[arg(long)]
    pub(crate) deny_warnings: bool,
}

/// `millstream graph`.
#[derive(Debug, Args)]
#[command(
    after_help = "A picture uses the places in the file, with more room where it needs some; without places, or with \
    --arrange, the graph is laid out. What a format cannot carry is told on standard error.\n\n\
    Examples:\n  millstream graph pipeline.ron -o pipeline.svg\n  \
    millstream graph pipeline.ron --format ron --arrange -o pipeline.ron --force"
)]
pub(crate) struct GraphArgs {
    /// The graph file; `-` reads it from standard input.
    #[arg(value_name = "GRAPH", value_hint = ValueHint::FilePath)]
    pub(crate) graph: PathBuf,
    /// What to write; told by the name of the output if not given.
    #[arg(long, value_enum)]
    pub(crate) format: Option<GraphKind>,
    /// Colours of an SVG.
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) theme: ThemeChoice,
    /// Which kind of `.fbp`.
    #[arg(long, value_enum, default_value = "flowbased")]
    pub(crate) dialect: DialectChoice,
    /// Lay the graph out anew; the places in the file do not count.
    #[arg(long)]
    pub(crate) arrange: bool,
    /// Where the result goes.
    #[command(flatten)]
    pub(crate) target: TargetArgs,
}

/// A format that graphs are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphKind {
    /// Our own, in canonical form.
    Ron,
    /// The text language of flow-based programming.
    Fbp,
    /// The JSON graph of `NoFlo` and its relatives.
    Json,
    /// For Graphviz.
    Dot,
    /// For Markdown.
    Mermaid,
    /// A picture.
    Svg,
}

/// Colours of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ThemeChoice {
    /// Those that the reader prefers.
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// A dialect of `.fbp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DialectChoice {
    /// That of `NoFlo` and its relatives.
    Flowbased,
    /// That of J. Paul Morrison, with capacities.
    Morrison,
}

/// `millstream diff`.
#[derive(Debug, Args)]
#[command(
    after_help = "Logic is what a run can notice; words are names, notes, groups, comments and order; layout is where \
    things stand. Exit code 0: no differences; 1: some."
)]
pub(crate) struct DiffArgs {
    /// The old graph file; `-` reads it from standard input.
    #[arg(value_name = "OLD", value_hint = ValueHint::FilePath)]
    pub(crate) old: PathBuf,
    /// The new graph file.
    #[arg(value_name = "NEW", value_hint = ValueHint::FilePath)]
    pub(crate) new: PathBuf,
    /// Look at the logic only.
    #[arg(long)]
    pub(crate) logic: bool,
    /// How differences look.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// `millstream components`.
#[derive(Debug, Args)]
pub(crate) struct ComponentsArgs {
    /// The component to describe, `family/Name`, or a family to list.
    pub(crate) name: Option<String>,
    /// For people, for machines, or as the reference in Markdown.
    #[arg(long, value_enum, default_value = "human")]
    format: ComponentsFormat,
    /// Short for `--format json`.
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

/// How components are described.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ComponentsFormat {
    /// For people.
    Human,
    /// For machines.
    Json,
    /// As documentation.
    Markdown,
}

impl ComponentsArgs {
    /// The chosen form.
    pub(crate) const fn format(&self) -> ComponentsFormat {
        if self.json {
            ComponentsFormat::Json
        } else {
            self.format
        }
    }
}

/// `millstream explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The code, as `MS0104`; all codes are listed if none is given.
    pub(crate) code: Option<String>,
    /// How the explanation looks.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// `millstream eval`.
#[derive(Debug, Args)]
#[command(after_help = EVAL_HELP)]
pub(crate) struct EvalArgs {
    /// The expression, as it stands in a setting such as `where`.
    #[arg(value_name = "EXPR", allow_hyphen_values = true)]
    pub(crate) expression: String,
    /// What to evaluate it for, as JSON; `-` takes a document from each line of standard input. A record without fields
    /// unless given.
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    pub(crate) input: Option<String>,
    /// How errors look.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

const EVAL_HELP: &str = "\
Results are printed as JSON, one a line. A value that the expression has no result for is told on standard error with \
the part of the expression concerned; with --input - the next line is tried.

Exit code 0: there was a result for everything; 1: for something there was none; 2: --input is no JSON; 3: this is no \
expression; 4: standard input could not be read.

Examples:
  millstream eval '7 / 2'
  millstream eval 'user.name + \"!\"' --input '{\"user\": {\"name\": \"Ada\"}}'
  millstream eval 'price * quantity' --input - < orders.jsonl

The language: runtime/expression/LANGUAGE.md";

/// `millstream doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// How the result looks.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// `millstream completions`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: millstream completions bash > ~/.local/share/bash-completion/completions/millstream"
)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: CompletionShell,
}

impl Cli {
    /// For people or for machines.
    pub(crate) const fn format(&self) -> Format {
        match &self.verb {
            Verb::Run(args) => args.format.get(),
            Verb::Replay(args) => args.run.format.get(),
            Verb::Test(args) => args.format.get(),
            Verb::Serve(args) => args.format.get(),
            Verb::Edit(args) => args.format.get(),
            Verb::Check(args) => args.format.get(),
            Verb::Fmt(args) => args.format.get(),
            Verb::Explain(args) => args.format.get(),
            Verb::Eval(args) => args.format.get(),
            Verb::Doctor(args) => args.format.get(),
            Verb::Diff(args) => args.format.get(),
            Verb::Top(args) => args.format.get(),
            Verb::Tap(args) => args.format.get(),
            Verb::Why(args) => args.format.get(),
            Verb::Hold(args) | Verb::Release(args) => args.format.get(),
            Verb::Step(args) => args.steer.format.get(),
            Verb::Send(args) => args.format.get(),
            Verb::Logs(args) => args.format.get(),
            Verb::Ps(args) => args.format.get(),
            Verb::Start(args) | Verb::Stop(args) => args.format.get(),
            Verb::Restart(args) => args.format.get(),
            Verb::Set(args) => args.format.get(),
            Verb::Apply(args) => args.format.get(),
            Verb::Import(args) if args.json => Format::Json,
            Verb::Components(args) => match args.format() {
                ComponentsFormat::Json => Format::Json,
                ComponentsFormat::Human | ComponentsFormat::Markdown => Format::Human,
            },
            Verb::New(_) | Verb::Import(_) | Verb::Graph(_) | Verb::Completions(_) => Format::Human,
        }
    }

    /// -1 for `-q`, then the number of `-v`.
    pub(crate) fn verbosity(&self) -> i8 {
        if self.global.quiet {
            -1
        } else {
            i8::try_from(self.global.verbose).unwrap_or(i8::MAX)
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
