//! `process/Exec`: a program as a process of the graph.

mod pipe;
mod program;

use std::collections::BTreeMap;
use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::process::ExitStatus;
use std::task::Poll;

use millstream_component::prelude::*;

use self::pipe::{Feed, read_bytes, read_lines};
use self::program::Program;
use crate::file::ahead::while_read;
use crate::file::blocks::Encoding;

/// Settings of [`Exec`].
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ExecSettings {
    /// The program and its arguments, such as `["sort", "-n"]`. There is no shell in between; `["sh", "-c", "…"]` asks
    /// for one.
    #[schemars(length(min = 1))]
    command: Vec<String>,
    /// How packets become the program's standard input: `lines` adds a line feed to text and to the JSON of other values,
    /// `bytes` adds nothing.
    #[serde(default)]
    input: Format,
    /// What becomes of the program's standard output: text per line (`lines`), or `bytes` as they come.
    #[serde(default)]
    output: Format,
    /// The folder to run in; without it, that of the network.
    #[serde(default)]
    folder: Option<String>,
    /// Variables to add to the environment.
    #[serde(default)]
    env: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Format {
    #[default]
    Lines,
    Bytes,
}

/// Runs a program: packets go to its standard input, its output comes back.
///
/// The program starts with the network, once, and sees the end of its input when `in` has ended or is not connected. The
/// process ends when the program has ended and its outputs are closed.
///
/// # Shape
///
/// One text per line of output, without line ending, or bytes as they come. Lines of its standard error go to `stderr`,
/// without a connector there to the log. When it has ended, `status` gets a record: `code`, null if it was ended by a
/// signal, and `signal`, null if not. Brackets leave no trace.
///
/// # Blocking
///
/// A program that does not read holds its writers back, one that nobody reads from is held back by the system's pipe. When
/// the program ends before `in` does, or closes its standard input, no more packets are taken. When the reader of `out`
/// ends, or the network does, the program and what it has started are killed.
///
/// # Memory
///
/// What the system's pipes hold, and a line of at most 16 MiB.
///
/// # Errors
///
/// A program that cannot be started, and a line of more than 16 MiB, end the process. So does, unless `status` is
/// connected, a program that ends with another code than 0 or by a signal; the failure has the last line of its standard
/// error. A line that is not UTF-8, and a packet that has no JSON, are failures of their own.
#[component(name = "process/Exec", examples = examples)]
#[derive(Debug)]
pub(crate) struct Exec {
    #[config]
    config: Config<ExecSettings>,
    #[context]
    cx: Context,
    /// What the program reads.
    #[input(name = "in", optional)]
    input: In<Value>,
    /// What the program writes.
    #[output(optional)]
    out: Out<Value>,
    /// The lines of its standard error.
    #[output(optional)]
    stderr: Out<Text>,
    /// How it ended: a record of `code` and `signal`.
    #[output(optional)]
    status: Out<Record>,
}

impl Process for Exec {
    async fn run(mut self) -> Result<(), Failure> {
        let settings = (*self.config).clone();
        let (mut program, pipes) = Program::start(&settings, self.input.is_connected())?;
        let mut last_words = String::new();
        let status = {
            let cx = &self.cx;
            let feed = Feed::new(pipes.stdin, settings.input, &mut self.input, cx);
            let mut feed = pin!(feed.run());
            let output = async {
                match settings.output {
                    Format::Lines => read_lines(pipes.stdout, &mut self.out, cx, &mut |_| {}).await,
                    Format::Bytes => read_bytes(pipes.stdout, &mut self.out).await,
                }
            };
            let is_heard = self.stderr.is_connected();
            let mut remember = |line: &str| {
                line.clone_into(&mut last_words);
                if !is_heard {
                    tracing::info!(process = cx.process(), line, "standard error");
                }
            };
            let errors = read_lines(pipes.stderr, &mut self.stderr, cx, &mut remember);
            let mut rest = pin!(async {
                tokio::try_join!(output, errors)?;
                program.wait().await
            });
            // The program may end long before its input does.
            let mut is_fed = false;
            poll_fn(|task| {
                if !is_fed && let Poll::Ready(fed) = feed.as_mut().poll(task) {
                    is_fed = true;
                    if let Err(failure) = fed {
                        return Poll::Ready(Err(failure));
                    }
                }
                rest.as_mut().poll(task)
            })
            .await?
        };
        self.tell(status, &settings.command, &last_words).await
    }
}

impl Exec {
    async fn tell(
        &mut self,
        status: ExitStatus,
        command: &[String],
        last_words: &str,
    ) -> Result<(), Failure> {
        if self.status.is_connected() {
            let record = Record::from_iter([
                ("code", Value::from(status.code().map(i64::from))),
                ("signal", signal_of(status).map(i64::from).into()),
            ]);
            // Nobody need be interested in it.
            let _closed = self.status.send(record).await;
            return Ok(());
        }
        ended(status, command, last_words)
    }
}

/// The failure of a program that did not end well.
fn ended(status: ExitStatus, command: &[String], last_words: &str) -> Result<(), Failure> {
    if status.success() {
        return Ok(());
    }
    let name = command.first().map_or("", String::as_str);
    let how = match (status.code(), signal_of(status)) {
        (Some(code), _) => format!("with code {code}"),
        (None, Some(signal)) => format!("by signal {signal}"),
        (None, None) => "by force".to_owned(),
    };
    let words = if last_words.is_empty() {
        String::new()
    } else {
        format!("; its last words: {last_words}")
    };
    Err(Failure::fatal(format!(
        "the program `{name}` ended {how}{words}"
    )))
}

#[cfg(unix)]
fn signal_of(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal_of(_status: ExitStatus) -> Option<i32> {
    None
}

#[cfg(unix)]
fn examples() -> Vec<Example> {
    let command = |parts: &[&str]| -> Value {
        Value::list(parts.iter().map(|part| Value::from(*part)).collect())
    };
    let ended =
        |code: i64| Record::from_iter([("code", Value::from(code)), ("signal", Value::NULL)]);
    vec![
        Example::new("Lines through a program")
            .iip("command", command(&["tr", "a-z", "A-Z"]))
            .input("in", ["quiet", "please"])
            .output("out", ["QUIET", "PLEASE"]),
        Example::new("A program as a source, with what it says of its errors and its end")
            .iip(
                "command",
                command(&["sh", "-c", "echo one; echo oh >&2; exit 3"]),
            )
            .output("out", ["one"])
            .output("stderr", ["oh"])
            .output("status", [ended(3)]),
        Example::new("Bytes as they are")
            .iip("command", command(&["cat"]))
            .iip("input", "bytes")
            .iip("output", "bytes")
            .input("in", ["no line "])
            .output("out", [Value::from(&b"no line "[..])]),
        Example::new("A program that is not there")
            .iip("command", command(&["no-such-program"]))
            .failure("the program `no-such-program` cannot be started: no such program"),
    ]
}

#[cfg(not(unix))]
fn examples() -> Vec<Example> {
    vec![
        Example::new("A program that is not there")
            .iip("command", vec![Value::from("no-such-program")])
            .failure("the program `no-such-program` cannot be started: no such program"),
    ]
}

contract!(Exec, Real);

#[cfg(unix)]
#[cfg(test)]
mod tests;
