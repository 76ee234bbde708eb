//! What `millstream` is run with: arguments, input, environment, directory, where its output goes.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::run::{Outcome, Run};

/// Longest run of a test that sets no limit of its own.
const LIMIT: Duration = Duration::from_secs(30);

/// Variables that would change what the program prints.
const UNSET: &[&str] = &[
    "MILLSTREAM_LOG",
    "CLICOLOR_FORCE",
    "RUST_BACKTRACE",
    "COLUMNS",
];

/// The root of the repository, where graphs of `graphs/` are run.
pub fn repository() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_owned()
}

/// A call of `millstream` that is being put together.
#[derive(Debug, Clone)]
pub struct Program {
    arguments: Vec<OsString>,
    pub(crate) input: Vec<u8>,
    environment: Vec<(OsString, OsString)>,
    directory: PathBuf,
    pub(crate) limit: Duration,
    sink: Sink,
}

/// Where standard output goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Sink {
    /// To the test, which looks at it.
    #[default]
    Test,
    /// Into this file.
    File(PathBuf),
}

impl Program {
    /// `millstream` with these arguments, run in the root of the repository.
    pub fn new(arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        Self {
            arguments: arguments.into_iter().map(Into::into).collect(),
            input: Vec::new(),
            environment: Vec::new(),
            directory: repository(),
            limit: LIMIT,
            sink: Sink::Test,
        }
    }

    /// The same with more arguments.
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// The same with this on standard input.
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// The same with a variable in its environment.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// The same, run in this directory.
    pub fn within(mut self, directory: &Path) -> Self {
        directory.clone_into(&mut self.directory);
        self
    }

    /// The same, killed after this time.
    pub const fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The same with standard output going elsewhere.
    pub fn sink(mut self, sink: Sink) -> Self {
        self.sink = sink;
        self
    }

    /// Runs it to its end.
    ///
    /// # Errors
    ///
    /// Fails when there is no binary, when it cannot be started, and when it had to be killed after its time limit.
    pub fn run(&self) -> io::Result<Outcome> {
        let mut run = self.start()?;
        run.close_input();
        run.finish()
    }

    /// Starts it; its input stays open after what it was given.
    ///
    /// # Errors
    ///
    /// Fails when there is no binary, and when it cannot be started.
    pub fn start(&self) -> io::Result<Run> {
        let mut command = Command::new(binary()?);
        command
            .args(&self.arguments)
            .current_dir(&self.directory)
            .stdin(Stdio::piped())
            .stdout(match &self.sink {
                Sink::Test => Stdio::piped(),
                Sink::File(path) => std::fs::File::options().write(true).open(path)?.into(),
            })
            .stderr(Stdio::piped());
        for name in UNSET {
            command.env_remove(name);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        Run::start(&mut command, self)
    }
}

/// The built program: beside the folder in which cargo puts test executables.
fn binary() -> io::Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test.parent().and_then(Path::parent);
    let path = folder
        .unwrap_or(Path::new(""))
        .join(format!("millstream{}", std::env::consts::EXE_SUFFIX));
    if path.try_exists()? {
        return Ok(path);
    }
    let text = format!(
        "there is no {}: build it with `cargo build -p millstream`",
        path.display()
    );
    Err(io::Error::new(io::ErrorKind::NotFound, text))
}
