//! The runtime that runs graphs: `millstream serve` as a child that ends with the window.
//!
//! It listens on a port that is free and wants a secret that nobody else knows. Its standard input is a pipe that this
//! process holds: however this process ends, the system closes the pipe, and the runtime ends, too (`--until-input-ends`).

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex as Lock, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tauri::AppHandle;
use tauri::async_runtime::{JoinHandle, spawn};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;
use tokio::time::timeout;
use uuid::Uuid;

use crate::fault::Fault;
use crate::page::{self, Told};

/// The variable that names another program than the one beside this one.
const PROGRAM: &str = "MILLSTREAM_RUNTIME";
/// The variable from which the program reads its secret.
const SECRET: &str = "MILLSTREAM_SECRET";
/// Longest time until it listens.
const PATIENCE: Duration = Duration::from_secs(20);
/// Time that its graphs have to work off what is in flight when it is to end.
const GRACE: &str = "2s";
/// Longest time until it has ended; then it is killed.
const FAREWELL: Duration = Duration::from_secs(5);
/// Lines of its standard error that are kept to tell why it ended.
const LAST_WORDS: usize = 20;

/// Where a runtime is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Address {
    url: String,
    secret: String,
    folder: String,
}

/// The runtime, if one runs.
#[derive(Debug, Default)]
pub(crate) struct Runtime(Mutex<Option<Running>>);

#[derive(Debug)]
struct Running {
    input: ChildStdin,
    /// Set before it is ended by us.
    is_expected: Arc<AtomicBool>,
    life: JoinHandle<()>,
}

/// What the program says first.
#[derive(Debug, Deserialize)]
struct Listening {
    url: String,
}

impl Runtime {
    /// Starts a runtime that serves a folder, in place of the one that runs.
    ///
    /// # Errors
    ///
    /// Fails when there is no program, and when it does not listen in time.
    pub(crate) async fn start(&self, app: &AppHandle, folder: &Path) -> Result<Address, Fault> {
        let mut runtime = self.0.lock().await;
        end(runtime.take()).await;
        let secret = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let program = program();
        let mut child = command(&program, folder, &secret)
            .spawn()
            .map_err(|error| {
                Fault::failed(&format!("cannot start {}", program.display()), &error)
            })?;
        let (Some(input), Some(output), Some(errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Fault::Failed("the runtime has no pipes".to_owned()));
        };
        let words = Arc::new(LastWords::default());
        let heard = spawn(hear(errors, Arc::clone(&words)));
        let mut lines = BufReader::new(output).lines();
        let url = match first_line(&mut lines).await {
            Ok(listening) => listening.url,
            Err(why) => {
                drop(child);
                // What it said of the reason is on its way.
                drop(timeout(FAREWELL, heard).await);
                return Err(Fault::Failed(words.or(&why)));
            }
        };
        let is_expected = Arc::new(AtomicBool::new(false));
        let life = live(app.clone(), child, lines, words, Arc::clone(&is_expected));
        *runtime = Some(Running {
            input,
            is_expected,
            life: spawn(life),
        });
        let folder = folder.to_string_lossy().into_owned();
        Ok(Address {
            url,
            secret,
            folder,
        })
    }

    /// Ends the runtime, if one runs.
    pub(crate) async fn stop(&self) {
        end(self.0.lock().await.take()).await;
    }
}

/// Lets it work off what is in flight, and kills it when that takes too long.
async fn end(running: Option<Running>) {
    let Some(running) = running else {
        return;
    };
    running.is_expected.store(true, SeqCst);
    drop(running.input);
    let mut life = running.life;
    if timeout(FAREWELL, &mut life).await.is_err() {
        life.abort();
    }
}

/// The program: the one that the user chose, or the one beside this one, or one on the path.
pub(crate) fn program() -> PathBuf {
    if let Some(chosen) = std::env::var_os(PROGRAM) {
        return chosen.into();
    }
    let name = format!("millstream{}", std::env::consts::EXE_SUFFIX);
    let own = std::env::current_exe().unwrap_or_default();
    let beside = own.with_file_name(&name);
    if beside.is_file() {
        beside
    } else {
        name.into()
    }
}

fn command(program: &Path, folder: &Path, secret: &str) -> Command {
    let mut command = Command::new(program);
    command
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--until-input-ends",
            "--empty",
        ])
        .args(["--format", "json", "--grace", GRACE])
        // Paths in settings are relative to where the program runs.
        .current_dir(folder)
        .env(SECRET, secret)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(windows)]
    command.creation_flags(0x0800_0000); // no console window
    command
}

async fn first_line(lines: &mut Lines<BufReader<ChildStdout>>) -> Result<Listening, String> {
    let line = match timeout(PATIENCE, lines.next_line()).await {
        Err(_elapsed) => return Err("the runtime does not listen".to_owned()),
        Ok(Err(error)) => return Err(format!("the runtime says nothing: {error}")),
        Ok(Ok(None)) => return Err("the runtime ended at once".to_owned()),
        Ok(Ok(Some(line))) => line,
    };
    serde_json::from_str(&line).map_err(|error| format!("the runtime speaks strangely: {error}"))
}

/// Follows it until it ends. What graphs print goes to where this program was started.
async fn live(
    app: AppHandle,
    mut child: Child,
    mut printed: Lines<BufReader<ChildStdout>>,
    words: Arc<LastWords>,
    is_expected: Arc<AtomicBool>,
) {
    while let Ok(Some(line)) = printed.next_line().await {
        crate::tell(&line);
    }
    let ended = child.wait().await;
    if is_expected.load(SeqCst) {
        return;
    }
    let why = match ended {
        Ok(status) => status.to_string(),
        Err(error) => error.to_string(),
    };
    let reason = words.or(&why);
    page::tell(&app, Told::RuntimeEnded { reason });
}

/// What it last said on standard error.
#[derive(Debug, Default)]
struct LastWords(Lock<VecDeque<String>>);

impl LastWords {
    fn add(&self, line: String) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == LAST_WORDS {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    /// The words; if it said nothing, what else is known.
    fn or(&self, why: &str) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.is_empty() {
            return why.to_owned();
        }
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        format!("{why}\n{}", lines.join("\n"))
    }
}

async fn hear(errors: impl AsyncRead + Unpin, words: Arc<LastWords>) {
    let mut lines = BufReader::new(errors).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        crate::tell(&line);
        words.add(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_words_are_few_and_last() {
        let words = LastWords::default();
        assert_eq!(words.or("exit status: 1"), "exit status: 1");
        (0..30).for_each(|number| words.add(number.to_string()));
        let told = words.or("exit status: 4");
        assert!(
            told.starts_with("exit status: 4\n10\n11\n") && told.ends_with("\n29"),
            "{told}"
        );
    }
}
