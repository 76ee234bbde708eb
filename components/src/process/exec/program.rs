//! The program itself: started with pipes, ended with all it has started.

use std::io;
use std::process::{ExitStatus, Stdio};

use millstream_component::prelude::*;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

use super::ExecSettings;
use crate::file::fault;

/// A running program. Dropping it kills it with what it has started.
#[derive(Debug)]
pub(super) struct Program {
    name: String,
    child: Child,
}

/// The program's ends of the world.
#[derive(Debug)]
pub(super) struct Pipes {
    pub(super) stdin: Option<ChildStdin>,
    pub(super) stdout: Option<ChildStdout>,
    pub(super) stderr: Option<ChildStderr>,
}

impl Program {
    /// Starts a program; with `is_fed`, its standard input is a pipe, else it is empty.
    ///
    /// # Errors
    ///
    /// Fails when the program or its folder is missing or must not be used.
    pub(super) fn start(settings: &ExecSettings, is_fed: bool) -> Result<(Self, Pipes), Failure> {
        let Some((name, arguments)) = settings.command.split_first() else {
            return Err(Failure::fatal("`command` is empty"));
        };
        let mut command = Command::new(name);
        command
            .args(arguments)
            .envs(&settings.env)
            .stdin(if is_fed {
                Stdio::piped()
            } else {
                Stdio::null()
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(folder) = &settings.folder {
            command.current_dir(folder);
        }
        // A group of its own, so that all it starts can be ended with it.
        #[cfg(unix)]
        command.process_group(0);
        let started = command.spawn().map_err(|error| {
            let why = why(&error, settings.folder.as_deref());
            Failure::fatal(format!("the program `{name}` cannot be started: {why}"))
        });
        let mut child = started?;
        let pipes = Pipes {
            stdin: child.stdin.take(),
            stdout: child.stdout.take(),
            stderr: child.stderr.take(),
        };
        let name = name.clone();
        Ok((Self { name, child }, pipes))
    }

    /// Waits until the program has ended.
    ///
    /// # Errors
    ///
    /// Fails when the system cannot tell.
    pub(super) async fn wait(&mut self) -> Result<ExitStatus, Failure> {
        self.child.wait().await.map_err(|error| {
            Failure::fatal(format!("waiting for the program `{}`: {error}", self.name))
        })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Without a number, the program has ended and was waited for: its number may be another's by now.
        let Some(number) = self.child.id() else {
            return;
        };
        kill_group(number);
    }
}

#[cfg(unix)]
fn kill_group(number: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let pid = i32::try_from(number).ok().and_then(Pid::from_raw);
    if let Some(Err(error)) = pid.map(|pid| kill_process_group(pid, Signal::KILL)) {
        tracing::debug!(%error, "the program had ended");
    }
}

#[cfg(not(unix))]
fn kill_group(_number: u32) {}

fn why(error: &io::Error, folder: Option<&str>) -> String {
    let is_missing = |folder: &&str| !std::path::Path::new(folder).is_dir();
    match error.kind() {
        io::ErrorKind::NotFound => match folder.filter(is_missing) {
            Some(folder) => format!("there is no folder {folder}"),
            None => "no such program".to_owned(),
        },
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => fault::reason(error),
    }
}
