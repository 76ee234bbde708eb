//! A PostgreSQL server in a folder of its own, reached by a socket in that folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A running server. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Server {
    folder: tempfile::TempDir,
    programs: PathBuf,
}

impl Server {
    /// Starts a server; `None` if none is installed.
    pub(super) fn start() -> Option<Self> {
        let programs = programs()?;
        let server = Self {
            folder: tempfile::tempdir().unwrap(),
            programs,
        };
        if is_root() {
            // The server refuses to run as root, and others must get at its folder.
            run(Command::new("chown")
                .arg("postgres")
                .arg(server.folder.path()));
        }
        run(server
            .program("initdb")
            .args([
                "--auth=trust",
                "--username=postgres",
                "--no-sync",
                "--encoding=UTF8",
                "--locale=C",
            ])
            .arg("--pgdata")
            .arg(server.data()));
        let options = format!(
            "-c listen_addresses='' -c fsync=off -k {}",
            server.folder.path().display()
        );
        run(server
            .program("pg_ctl")
            .args(["start", "--wait", "--silent", "--options", &options])
            .arg("--log")
            .arg(server.folder.path().join("log"))
            .arg("--pgdata")
            .arg(server.data()));
        Some(server)
    }

    pub(super) fn url(&self) -> String {
        let folder = self.folder.path().display();
        format!("postgres:///postgres?host={folder}&user=postgres")
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// One of the server's programs, as a user that it accepts.
    fn program(&self, name: &str) -> Command {
        let path = self.programs.join(name);
        if !is_root() {
            return Command::new(path);
        }
        let mut command = Command::new("setpriv");
        command
            .args([
                "--reuid=postgres",
                "--regid=postgres",
                "--clear-groups",
                "--",
            ])
            .arg(path)
            .current_dir("/");
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut stop = self.program("pg_ctl");
        stop.args(["stop", "--mode=immediate", "--silent", "--pgdata"])
            .arg(self.data());
        run(&mut stop);
    }
}

fn run(command: &mut Command) {
    let status = command.stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "{command:?}");
}

fn is_root() -> bool {
    let told = Command::new("id").arg("-u").output().unwrap();
    told.stdout.trim_ascii() == b"0"
}

/// Where the server's programs are.
fn programs() -> Option<PathBuf> {
    let told = Command::new("pg_config").arg("--bindir").output().ok();
    let said = told.and_then(|told| String::from_utf8(told.stdout).ok());
    let said = said.map(|folder| PathBuf::from(folder.trim()));
    let debian = glob::glob("/usr/lib/postgresql/*/bin").unwrap().flatten();
    let holds_server = |folder: &PathBuf| {
        let program = Path::new(folder).join("initdb");
        program.try_exists().unwrap_or(false)
    };
    said.into_iter().chain(debian).find(holds_server)
}
