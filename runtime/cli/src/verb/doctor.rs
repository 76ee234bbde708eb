//! `millstream doctor`: finds out whether Millstream works here.

use std::io::Write as _;

use millstream_component::Registry;
use millstream_engine::{Outcome, Plan, PlanOptions};
use millstream_graph::{NoSubgraphs, file, flatten};
use serde_json::json;

use super::available_threads;
use crate::args::Format;
use crate::catalog::registry;
use crate::exit::{Exit, Fault, io_text};
use crate::output::Shell;
use crate::render::paint;

/// A network that touches what every network needs.
const SELF_RUN: &str = r#"Graph(format: 1, processes: {
    "count": Process(component: "core/Sequence", iips: { "count": 1000 }),
    "drop": Process(component: "core/Drop"),
}, connectors: [Connector(from: "count.out", to: "drop.in", capacity: 4)])"#;

/// Fewest open files that a graph of some size can live with.
const OPEN_FILES_MIN: u64 = 256;

/// What one look found.
struct Finding {
    name: &'static str,
    state: State,
    text: String,
    /// What to do about it.
    fix: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Pass,
    Warn,
    Fail,
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Warn => "WARN",
            Self::Fail => "FAIL",
        }
    }
}

/// Looks at everything and says what it found.
///
/// # Errors
///
/// Fails when the result cannot be written.
pub(crate) fn doctor(shell: &Shell) -> Result<Exit, Fault> {
    let registry = registry();
    let mut findings = vec![version(), components(registry.as_ref())];
    if let Ok(registry) = &registry {
        findings.push(self_run(registry));
    }
    findings.extend([cores(), terminal(shell), temporary_files(), open_files()]);
    let is_well = findings.iter().all(|finding| finding.state != State::Fail);
    match shell.format {
        Format::Json => shell.json(&document(&findings, is_well))?,
        Format::Human => shell.data(
            &findings
                .iter()
                .map(|finding| line(finding, shell))
                .collect::<String>(),
        )?,
    }
    Ok(if is_well { Exit::Ok } else { Exit::Failed })
}

fn document(findings: &[Finding], is_well: bool) -> serde_json::Value {
    let checks: Vec<_> = findings
        .iter()
        .map(|finding| {
            json!({
                "name": finding.name,
                "state": finding.state.word().to_lowercase(),
                "message": finding.text,
                "fix": finding.fix,
            })
        })
        .collect();
    json!({ "schema": "millstream.doctor/1", "ok": is_well, "checks": checks })
}

fn line(finding: &Finding, shell: &Shell) -> String {
    let color = match finding.state {
        State::Pass => "32",
        State::Warn => "33",
        State::Fail => "31",
    };
    let word = paint(finding.state.word(), color, shell.out);
    let fix = finding
        .fix
        .as_ref()
        .map(|fix| format!("      {} {fix}\n", paint("fix:", "36", shell.out)));
    format!(
        "{word}  {:<11} {}\n{}",
        finding.name,
        finding.text,
        fix.unwrap_or_default()
    )
}

fn pass(name: &'static str, text: impl Into<String>) -> Finding {
    Finding {
        name,
        state: State::Pass,
        text: text.into(),
        fix: None,
    }
}

fn trouble(name: &'static str, state: State, text: impl Into<String>, fix: &str) -> Finding {
    Finding {
        name,
        state,
        text: text.into(),
        fix: Some(fix.to_owned()),
    }
}

fn version() -> Finding {
    let place = std::env::current_exe().map_or_else(
        |_unknown| "an unknown place".to_owned(),
        |path| path.display().to_string(),
    );
    let version = env!("CARGO_PKG_VERSION");
    pass(
        "version",
        format!(
            "millstream {version}, graph files of format {}, from {place}",
            file::FORMAT
        ),
    )
}

fn components(registry: Result<&Registry, &Fault>) -> Finding {
    const FIX: &str = "this build is broken; install Millstream again";
    match registry.map(|registry| registry.iter().count()) {
        Ok(0) => trouble("components", State::Fail, "there are none", FIX),
        Ok(number) => pass("components", format!("{number} components")),
        Err(fault) => trouble("components", State::Fail, fault.message.text.clone(), FIX),
    }
}

fn self_run(registry: &Registry) -> Finding {
    match run_graph(registry) {
        Ok(text) => pass("self-run", text),
        Err(text) => {
            let fix =
                "this build does not work here; please report it with the output of this command";
            trouble("self-run", State::Fail, text, fix)
        }
    }
}

fn run_graph(registry: &Registry) -> Result<String, String> {
    let graph = file::read(SELF_RUN)
        .map_err(|error| error.to_string())?
        .graph;
    let flat = flatten(&graph, &NoSubgraphs).map_err(|error| error.to_string())?;
    let plan =
        Plan::new(&flat, registry, PlanOptions::default()).map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| io_text(&error))?;
    let report = runtime
        .block_on(async {
            let limit = std::time::Duration::from_secs(5);
            Ok::<_, std::io::Error>(
                plan.start(&tokio::runtime::Handle::current())?
                    .time_limit(limit)
                    .join()
                    .await,
            )
        })
        .map_err(|error| io_text(&error))?;
    match (&report.outcome, report.packets()) {
        (Outcome::Finished, 1000) => Ok(format!(
            "a graph with {} packets ran in {} µs",
            1000,
            report.elapsed.as_micros()
        )),
        (outcome, packets) => Err(format!(
            "a graph with 1000 packets ended as {outcome:?} after {packets}"
        )),
    }
}

fn cores() -> Finding {
    match available_threads() {
        1 => pass("cores", "1 core is available"),
        cores => pass("cores", format!("{cores} cores are available")),
    }
}

fn terminal(shell: &Shell) -> Finding {
    let size = match (shell.err.terminal, shell.err.width) {
        (true, Some(width)) => format!("a terminal {width} columns wide"),
        (true, None) => "a terminal of unknown width".to_owned(),
        (false, _) => "no terminal".to_owned(),
    };
    let color = if shell.err.color {
        "colours"
    } else {
        "no colours"
    };
    if shell.err.unicode {
        return pass("terminal", format!("{size}, {color}, UTF-8"));
    }
    let text = format!("{size}, {color}, a locale without UTF-8: pictures are drawn in ASCII");
    trouble("terminal", State::Warn, text, "export LANG=C.UTF-8")
}

fn temporary_files() -> Finding {
    let written = tempfile::NamedTempFile::new().and_then(|mut file| {
        file.write_all(b"millstream")?;
        file.as_file().sync_all()?;
        Ok(file
            .path()
            .parent()
            .map(|place| place.display().to_string())
            .unwrap_or_default())
    });
    match written {
        Ok(place) => pass(
            "files",
            format!("temporary files can be written in {place}"),
        ),
        Err(error) => {
            let text = format!("temporary files cannot be written: {}", io_text(&error));
            trouble(
                "files",
                State::Fail,
                text,
                "set TMPDIR to a directory with room that you may write to",
            )
        }
    }
}

/// The limit as the system shows it, which needs no call into it.
fn open_files() -> Finding {
    let Ok(limits) = std::fs::read_to_string("/proc/self/limits") else {
        return pass("open files", "the limit is not known on this system");
    };
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let soft = line
        .and_then(|line| line.split_whitespace().nth(3))
        .unwrap_or("unlimited");
    match soft.parse::<u64>() {
        Ok(number) if number < OPEN_FILES_MIN => {
            let text = format!("at most {number} files may be open at once");
            trouble("open files", State::Warn, text, "ulimit -n 4096")
        }
        _ => pass("open files", format!("{soft} files may be open at once")),
    }
}
