//! Who does the jobs, and what it takes them.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use wait4::Wait4 as _;

use super::input::Made;
use crate::output;

/// Somebody who does a job.
pub(super) struct Contender {
    pub(super) name: &'static str,
    command: Command,
    /// Runs once, because it takes long.
    pub(super) is_slow: bool,
}

/// What a run took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Usage {
    /// Seconds of processor time.
    pub(super) cpu: f64,
    /// Seconds.
    pub(super) wall: f64,
    /// Bytes.
    pub(super) peak: u64,
}

/// Another program for the same job.
pub(super) struct Peer {
    name: &'static str,
    /// What must be there; `--version` of it must work, or these arguments.
    program: &'static str,
    probe: &'static [&'static str],
    /// `INPUT` stands for the input's path.
    arguments: &'static [&'static str],
    is_slow: bool,
}

const INPUT: &str = "INPUT";

pub(super) const MAWK_CSV: Peer = Peer {
    name: "mawk",
    program: "mawk",
    probe: &["BEGIN{}"],
    arguments: &[
        "-F,",
        r#"NR>1 && $5>=20 && $3!="island" {k=$3"\t"$4; n[k]++; q[k]+=$5; r[k]+=$5*$6}
           END {for (k in n) printf "%s\t%d\t%d\t%.2f\n", k, n[k], q[k], r[k]}"#,
        INPUT,
    ],
    is_slow: false,
};
pub(super) const MILLER_CSV: Peer = Peer {
    name: "Miller",
    program: "mlr",
    probe: &["--version"],
    arguments: &[
        "--icsv",
        "--ojsonl",
        "filter",
        r#"$quantity >= 20 && $region != "island""#,
        "then",
        "put",
        "$revenue = $quantity * $price",
        "then",
        "stats1",
        "-a",
        "count,sum",
        "-f",
        "quantity,revenue",
        "-g",
        "region,product",
        "then",
        "cut",
        "-x",
        "-f",
        "revenue_count",
        INPUT,
    ],
    is_slow: true,
};
pub(super) const DUCKDB_CSV: Peer = Peer {
    name: "DuckDB",
    program: "python3",
    probe: &["-c", "import duckdb"],
    arguments: &[
        "-c",
        r#"
import duckdb, sys
duckdb.sql("set threads = 1; set enable_progress_bar = false")
rows = duckdb.sql(f"""select region, product, count(*), sum(quantity), sum(quantity * price::double)
    from read_csv('{sys.argv[1]}') where quantity >= 20 and region != 'island' group by all""").fetchall()
for row in rows: print(*row, sep="\t")
"#,
        INPUT,
    ],
    is_slow: false,
};
pub(super) const MAWK_LOG: Peer = Peer {
    name: "mawk",
    program: "mawk",
    probe: &["BEGIN{}"],
    arguments: &[
        r#"{s[$9]++; u[$7]++}
           END {for (k in s) print k "\t" s[k]; for (k in u) print k "\t" u[k] | "sort -t '\t' -k2,2nr | head -20"}"#,
        INPUT,
    ],
    is_slow: false,
};
pub(super) const MAWK_WORDS: Peer = Peer {
    name: "mawk",
    program: "mawk",
    probe: &["BEGIN{}"],
    arguments: &[
        r#"{for (i = 1; i <= NF; i++) c[tolower($i)]++}
           END {for (k in c) print k "\t" c[k] | "sort -t '\t' -k2,2nr | head -20"}"#,
        INPUT,
    ],
    is_slow: false,
};
pub(super) const JQ_JSON: Peer = Peer {
    name: "jq",
    program: "jq",
    probe: &["--version"],
    arguments: &[
        "-c",
        r#"select(.paid and .region != "island") | {id, customer, region, pieces: ([.lines[].quantity] | add)}"#,
        INPUT,
    ],
    is_slow: true,
};
pub(super) const DUCKDB_JSON: Peer = Peer {
    name: "DuckDB",
    program: "python3",
    probe: &["-c", "import duckdb"],
    arguments: &[
        "-c",
        r#"
import duckdb, sys
duckdb.sql("set threads = 1; set enable_progress_bar = false")
duckdb.sql(f"""copy (select id, customer, region, list_sum([l.quantity for l in lines])::bigint as pieces
    from read_json('{sys.argv[1]}') where paid and region != 'island') to '/dev/stdout' (format json)""")
"#,
        INPUT,
    ],
    is_slow: false,
};

/// The graph, run by the binary.
pub(super) fn ours(millstream: &Path, graph: &Path, input: &Made, threads: usize) -> Contender {
    let mut command = Command::new(millstream);
    let value = serde_json::Value::from(input.path.to_string_lossy().into_owned());
    command
        .arg("run")
        .arg(graph)
        .args(["--iip", &format!("read.path={value}")])
        .args(["--threads", &threads.to_string()]);
    Contender {
        name: if threads == 1 { "ours" } else { "ours 2" },
        command,
        is_slow: false,
    }
}

/// The loop, run by this binary.
pub(super) fn by_hand(job: &str, input: &Made) -> Result<Contender> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["loop", job]).arg(&input.path);
    Ok(Contender {
        name: "loop",
        command,
        is_slow: false,
    })
}

impl Peer {
    /// Its command for an input, if it is installed.
    pub(super) fn on(&self, input: &Made) -> Option<Contender> {
        let mut probe = Command::new(self.program);
        probe.args(self.probe).stdin(Stdio::null());
        let found = probe.stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !found.is_ok_and(|status| status.success()) {
            // Nobody needs all of them.
            drop(output::aside(&format!("{} is not installed", self.name)));
            return None;
        }
        let mut command = Command::new(self.program);
        for argument in self.arguments {
            if *argument == INPUT {
                command.arg(&input.path);
            } else {
                command.arg(argument);
            }
        }
        Some(Contender {
            name: self.name,
            command,
            is_slow: self.is_slow,
        })
    }
}

impl Contender {
    /// Does the job once; the result goes to a file.
    pub(super) fn run(&mut self, result: &Path) -> Result<Usage> {
        let name = self.name;
        self.command
            .stdin(Stdio::null())
            .stdout(File::create(result)?)
            .env("LC_ALL", "C");
        let begin = Instant::now();
        let child = self
            .command
            .spawn()
            .with_context(|| format!("{name} cannot run"))?;
        let ended = child.wait4()?;
        let wall = begin.elapsed().as_secs_f64();
        ensure!(ended.status.success(), "{name} ended with {}", ended.status);
        let used = ended.rusage;
        Ok(Usage {
            cpu: (used.utime + used.stime).as_secs_f64(),
            wall,
            peak: used.maxrss,
        })
    }
}

impl Usage {
    pub(super) const MAX: Self = Self {
        cpu: f64::MAX,
        wall: f64::MAX,
        peak: 0,
    };

    /// The least times, and the most memory.
    pub(super) fn least(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.min(other.cpu),
            wall: self.wall.min(other.wall),
            peak: self.peak.max(other.peak),
        }
    }
}
