//! One run of the program: fed, listened to, signalled, and ended by force when its time is up.

use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use crate::program::Program;

/// How a run ended, and what it printed.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The exit code; none when a signal ended the program.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// From its start to its end.
    pub elapsed: Duration,
}

/// A program that runs.
#[derive(Debug)]
pub struct Run {
    child: Child,
    begun: Instant,
    limit: Duration,
    input: Option<JoinHandle<ChildStdin>>,
    /// Missing when standard output goes elsewhere or was closed.
    stdout: Option<BufReader<ChildStdout>>,
    /// What was read of it line by line.
    lines: String,
    stderr: Receiver<Vec<u8>>,
}

impl Run {
    pub(crate) fn start(command: &mut Command, program: &Program) -> io::Result<Self> {
        let mut child = command.spawn()?;
        let input = child.stdin.take().map(|mut stdin| {
            let text = program.input.clone();
            named("input").spawn(move || {
                // A program that does not read to the end closes the pipe; that is its right.
                drop(stdin.write_all(&text));
                drop(stdin.flush());
                stdin
            })
        });
        let stdout = child.stdout.take().map(BufReader::new);
        let stderr = child.stderr.take().map(collect).transpose()?;
        Ok(Self {
            begun: Instant::now(),
            limit: program.limit,
            input: input.transpose()?,
            stdout,
            lines: String::new(),
            stderr: stderr.ok_or_else(|| io::Error::other("standard error is not piped"))?,
            child,
        })
    }

    /// Waits for the next line of standard output; none at its end.
    ///
    /// # Errors
    ///
    /// Fails when the line is no UTF-8.
    pub fn line(&mut self) -> io::Result<Option<String>> {
        let Some(stdout) = &mut self.stdout else {
            return Ok(None);
        };
        let mut line = String::new();
        let read = stdout.read_line(&mut line)?;
        self.lines.push_str(&line);
        Ok((read > 0).then(|| line.trim_end().to_owned()))
    }

    /// Ends standard input after what the program was given.
    pub fn close_input(&mut self) {
        // The writer may wait for a program that does not read yet: it closes the pipe when it is done.
        drop(self.input.take());
    }

    /// Stops reading standard output, as `head` does.
    pub fn close_output(&mut self) {
        self.stdout = None;
    }

    /// Sends a signal by its name, such as `INT`.
    ///
    /// # Errors
    ///
    /// Fails when there is no shell, or the program has ended.
    pub fn signal(&self, name: &str) -> io::Result<()> {
        let script = format!("kill -{name} {}", self.child.id());
        let status = Command::new("sh").args(["-c", &script]).status()?;
        if status.success() {
            Ok(())
        } else {
            Err(io::Error::other(format!("`{script}`: {status}")))
        }
    }

    /// Waits for its end.
    ///
    /// # Errors
    ///
    /// Fails when it had to be killed after its time limit; the message has what it printed.
    pub fn finish(mut self) -> io::Result<Outcome> {
        let stdout = self.stdout.take().map(collect).transpose()?;
        let deadline = self.begun + self.limit;
        let printed = stdout.map(|stdout| until(&stdout, deadline));
        let told = until(&self.stderr, deadline);
        if told.is_none() || matches!(printed, Some(None)) {
            self.child.kill()?;
        }
        let status = self.child.wait()?;
        let text = |bytes: Option<Vec<u8>>| {
            String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
        };
        let is_late = told.is_none() || matches!(printed, Some(None));
        let outcome = Outcome {
            code: status.code(),
            stdout: self.lines + &text(printed.flatten()),
            stderr: text(told),
            elapsed: self.begun.elapsed(),
        };
        if is_late {
            let text = format!("killed after {:?}: {outcome:?}", self.limit);
            return Err(io::Error::new(io::ErrorKind::TimedOut, text));
        }
        Ok(outcome)
    }
}

/// Reads a stream to its end on a thread of its own.
fn collect(mut stream: impl Read + Send + 'static) -> io::Result<Receiver<Vec<u8>>> {
    let (done, collected) = sync_channel(1);
    named("output").spawn(move || {
        let mut bytes = Vec::new();
        // What came before a broken pipe is all there is.
        drop(stream.read_to_end(&mut bytes));
        drop(done.send(bytes));
    })?;
    Ok(collected)
}

/// What a stream had; none when it has not ended by then.
fn until(stream: &Receiver<Vec<u8>>, deadline: Instant) -> Option<Vec<u8>> {
    let left = deadline.saturating_duration_since(Instant::now());
    match stream.recv_timeout(left) {
        Ok(bytes) => Some(bytes),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => Some(Vec::new()),
    }
}

fn named(name: &str) -> Builder {
    Builder::new().name(format!("millstream {name}"))
}
