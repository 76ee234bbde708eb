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
    /// Lines of standard error as they come.
    stderr: Receiver<String>,
    /// What was taken of them.
    told: String,
}

/// Time for what was printed before a program was killed.
const AFTER_KILL: Duration = Duration::from_secs(1);

/// Most lines of standard error that wait to be looked at.
const TOLD_MAX: usize = 100_000;

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
        let stderr = child.stderr.take().map(listen).transpose()?;
        Ok(Self {
            begun: Instant::now(),
            limit: program.limit,
            input: input.transpose()?,
            stdout,
            lines: String::new(),
            told: String::new(),
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

    /// Waits until standard error has said this.
    ///
    /// # Errors
    ///
    /// Fails when it has not before its end, or within the time limit; the message has what it said.
    pub fn wait_for(&mut self, words: &str) -> io::Result<()> {
        let deadline = self.begun + self.limit;
        while !self.told.contains(words) {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = self.stderr.recv_timeout(left) else {
                let text = format!("never said `{words}`: {}", self.told);
                return Err(io::Error::other(text));
            };
            self.told.push_str(&line);
        }
        Ok(())
    }

    /// What [`Run::wait_for`] has heard of standard error so far.
    pub fn told(&self) -> &str {
        &self.told
    }

    /// Writes more to standard input, behind what the program was given.
    ///
    /// # Errors
    ///
    /// Fails when the program does not read any more, or its input was closed.
    pub fn say(&mut self, text: &str) -> io::Result<()> {
        let closed = || io::Error::other("standard input is closed");
        let written = self.input.take().ok_or_else(closed)?;
        let mut stdin = written.join().map_err(|_panic| closed())?;
        stdin.write_all(text.as_bytes())?;
        stdin.flush()?;
        self.input = Some(named("input").spawn(move || stdin)?);
        Ok(())
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

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
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
        let is_late = !self.listen_until(deadline, stdout.as_ref());
        if is_late {
            self.child.kill()?;
            self.listen_until(deadline + AFTER_KILL, None);
        }
        let status = self.child.wait()?;
        let outcome = Outcome {
            code: status.code(),
            stdout: self.lines,
            stderr: self.told,
            elapsed: self.begun.elapsed(),
        };
        if is_late {
            let text = format!("killed after {:?}: {outcome:?}", self.limit);
            return Err(io::Error::new(io::ErrorKind::TimedOut, text));
        }
        Ok(outcome)
    }

    /// Takes what comes until both streams have ended; false when they have not by then.
    fn listen_until(&mut self, deadline: Instant, stdout: Option<&Receiver<Vec<u8>>>) -> bool {
        let left = || deadline.saturating_duration_since(Instant::now());
        if let Some(stdout) = stdout {
            match stdout.recv_timeout(left()) {
                Ok(bytes) => self.lines.push_str(&String::from_utf8_lossy(&bytes)),
                Err(RecvTimeoutError::Timeout) => return false,
                Err(RecvTimeoutError::Disconnected) => {}
            }
        }
        loop {
            match self.stderr.recv_timeout(left()) {
                Ok(line) => self.told.push_str(&line),
                Err(RecvTimeoutError::Timeout) => return false,
                Err(RecvTimeoutError::Disconnected) => return true,
            }
        }
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

/// Reads a stream line by line on a thread of its own.
fn listen(stream: impl Read + Send + 'static) -> io::Result<Receiver<String>> {
    let (lines, listener) = sync_channel(TOLD_MAX);
    named("errors").spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while matches!(stream.read_until(b'\n', &mut line), Ok(1..)) {
            let text = String::from_utf8_lossy(&line).into_owned();
            line.clear();
            if lines.send(text).is_err() {
                return;
            }
        }
    })?;
    Ok(listener)
}

fn named(name: &str) -> Builder {
    Builder::new().name(format!("millstream {name}"))
}
