//! `hello`: what a user waits for at least, from the shell's point of view.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

use super::lab::{Case, Lab, nanos, race};
use super::row::Row;
use crate::output;

pub(super) fn run(lab: &mut Lab) -> Result<()> {
    let Some(binary) = binary() else {
        return output::aside("hello: skipped, build the release binary `millstream` first");
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (run, version) = (binary.clone(), binary);
    let [whole, bare] = {
        let cases: [Case<'_>; 2] = [
            Box::new(move || time(&run, &["run", "graphs/hello.ron"], &root)),
            Box::new(move || time(&version, &["--version"], Path::new("."))),
        ];
        race(lab.reps(20), cases)?
    };
    let row = Row::new("millstream run graphs/hello.ron", whole, "ms").at_most(50.0, 10.0);
    lab.row(row.note(format!("`millstream --version` takes {bare:.2} ms")))
}

/// The command line beside this binary, if it is built.
pub(super) fn binary() -> Option<PathBuf> {
    let path = std::env::current_exe().ok()?.with_file_name("millstream");
    path.is_file().then_some(path)
}

fn time(binary: &Path, args: &[&str], folder: &Path) -> Result<f64> {
    let mut command = Command::new(binary);
    command.args(args).current_dir(folder);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let begin = Instant::now();
    let status = command
        .status()
        .with_context(|| format!("{} cannot run", binary.display()))?;
    let millis = nanos(begin.elapsed()) / 1e6;
    ensure!(
        status.success(),
        "`millstream {}` ended with {status}",
        args.join(" ")
    );
    Ok(millis)
}
