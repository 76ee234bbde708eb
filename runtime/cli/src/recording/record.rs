//! Writes a recording while a network runs.
//!
//! Taps put the packets into one bounded queue, and a thread of its own writes them. The file appears under its name when
//! the network has ended and all is on the disk; pipes and devices are written as packets come. When the disk fails, that is
//! logged at once and the network goes on: its own work is worth more than the recording of it.

use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::Instant;

use millstream_connector::Tap;
use millstream_engine::{ConnectorReport, Network};

use super::tap::{RecordTap, Seen};
use super::{Head, Row, SCHEMA};
use crate::exit::{Exit, Fault, io_text};
use crate::files::Replacement;
use crate::output::Shell;
use crate::select::{ConnectorSelector, suggestion};

/// Packets between the network and the file.
const QUEUE: usize = 1024;

/// A file that is ready to become a recording.
#[derive(Debug)]
pub(crate) struct Recorder {
    path: PathBuf,
    file: Replacement,
    selectors: Vec<ConnectorSelector>,
}

/// A recording that is being made.
#[derive(Debug)]
pub(crate) struct Recording {
    path: PathBuf,
    network: Network,
    /// The taps, with the positions of their connectors.
    taps: Vec<(usize, Arc<dyn Tap>)>,
    queue: SyncSender<Seen>,
    thread: JoinHandle<Written>,
}

/// What the thread leaves behind.
#[derive(Debug)]
struct Written {
    file: BufWriter<Replacement>,
    packets: u64,
    /// Packets whose value JSON cannot hold, with the reason of the first.
    lost: Option<(u64, String)>,
    outcome: io::Result<()>,
    has_told: bool,
}

impl Recorder {
    /// Opens the file, so that what is wrong with it is told before anything runs.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be written.
    pub(crate) fn open(path: &Path, selectors: &[ConnectorSelector]) -> Result<Self, Fault> {
        if path.as_os_str() == "-" {
            let text = "standard output is for the data of the graph, not for a recording";
            return Err(Fault::usage(text).help("name a file, a pipe or a device"));
        }
        let file = Replacement::begin(path).map_err(|error| cannot(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            selectors: selectors.to_vec(),
        })
    }

    /// Begins to record a network that has not started.
    ///
    /// # Errors
    ///
    /// Fails when a selector matches no connector, or there is no thread to be had.
    pub(crate) fn begin(self, network: &Network) -> Result<Recording, Fault> {
        let all = network.connectors();
        let connectors = chosen(&all, &self.selectors)?;
        let names: Vec<String> = connectors
            .iter()
            .filter_map(|&at| all.get(at).map(ConnectorReport::name))
            .collect();
        let head = Head {
            schema: SCHEMA.to_owned(),
            graph: network.name().to_owned(),
            connectors: names,
        };
        let (queue, seen) = sync_channel(QUEUE);
        let path = self.path.clone();
        let thread = Builder::new()
            .name("millstream recorder".to_owned())
            .spawn(move || write(self.file, &head, &seen, &path))
            .map_err(|error| Fault::io("cannot start the recorder", &error))?;
        let start = Instant::now();
        let mut taps = Vec::with_capacity(connectors.len());
        for (at, connector) in connectors.into_iter().enumerate() {
            let tap: Arc<dyn Tap> = Arc::new(RecordTap {
                start,
                connector: at,
                queue: queue.clone(),
            });
            network.add_tap(connector, Arc::clone(&tap));
            taps.push((connector, tap));
        }
        Ok(Recording {
            path: self.path,
            network: network.clone(),
            taps,
            queue,
            thread,
        })
    }
}

impl Recording {
    /// Waits until everything is on the disk, and gives the file its name.
    ///
    /// # Errors
    ///
    /// Fails when the disk does; there is no recording then.
    pub(crate) fn finish(self, shell: &Shell) -> Result<(), Fault> {
        for (connector, tap) in &self.taps {
            self.network.remove_tap(*connector, tap);
        }
        drop((self.taps, self.queue));
        let Ok(written) = self.thread.join() else {
            return Err(Fault::new(
                Exit::Io,
                "the recorder panicked: nothing was recorded",
            ));
        };
        let file = written
            .file
            .into_inner()
            .map_err(io::IntoInnerError::into_error);
        let done = written.outcome.and(file).and_then(Replacement::commit);
        done.map_err(|error| cannot(&self.path, &error))?;
        let shown = self.path.display();
        if let Some((packets, why)) = written.lost {
            shell.notice(&format!(
                "{packets} of the recorded packets have no value in {shown}: {why}"
            ));
        }
        if shell.verbosity > 0 {
            shell.notice(&format!("recorded {} packets in {shown}", written.packets));
        }
        Ok(())
    }
}

fn cannot(path: &Path, error: &io::Error) -> Fault {
    let text = format!("cannot record to {}: {}", path.display(), io_text(error));
    Fault::new(Exit::Io, text)
}

/// Positions of the connectors that are meant; all without a selector.
fn chosen(all: &[ConnectorReport], selectors: &[ConnectorSelector]) -> Result<Vec<usize>, Fault> {
    let is_meant = |selector: &ConnectorSelector, connector: &ConnectorReport| {
        let mut from = connector.from.iter();
        from.any(|from| selector.selects(from, &connector.to))
    };
    for selector in selectors {
        if !all.iter().any(|connector| is_meant(selector, connector)) {
            let wanted = selector.to_string();
            let names: Vec<String> = all.iter().map(ConnectorReport::name).collect();
            let help = suggestion(&wanted, names.iter().map(String::as_str), "connectors");
            let fault = Fault::usage(format!("no connector of the graph is `{wanted}`"));
            return Err(match help {
                Some(help) => fault.help(help),
                None => fault,
            });
        }
    }
    let is_chosen = |connector: &ConnectorReport| {
        selectors.is_empty()
            || selectors
                .iter()
                .any(|selector| is_meant(selector, connector))
    };
    let numbered = all.iter().enumerate();
    Ok(numbered
        .filter(|(_, connector)| is_chosen(connector))
        .map(|(at, _)| at)
        .collect())
}

/// Writes until the last tap is gone. After a failure packets are still taken, so that the network does not wait for them.
fn write(file: Replacement, head: &Head, queue: &Receiver<Seen>, path: &Path) -> Written {
    let mut written = Written {
        file: BufWriter::with_capacity(1 << 16, file),
        packets: 0,
        lost: None,
        outcome: Ok(()),
        has_told: false,
    };
    written.outcome = written.put_line(&serde_json::to_string(head).unwrap_or_default());
    while let Some(seen) = next(queue, &mut written) {
        if written.outcome.is_ok() {
            written.outcome = written.put(&seen, &head.connectors);
        }
        written.tell_failure(path);
    }
    if written.outcome.is_ok() {
        written.outcome = written.file.flush();
    }
    written
}

/// The next packet. What has come is in the file before anybody waits for more.
fn next(queue: &Receiver<Seen>, written: &mut Written) -> Option<Seen> {
    match queue.try_recv() {
        Ok(seen) => Some(seen),
        Err(TryRecvError::Disconnected) => None,
        Err(TryRecvError::Empty) => {
            if written.outcome.is_ok() {
                written.outcome = written.file.flush();
            }
            queue.recv().ok()
        }
    }
}

impl Written {
    fn put(&mut self, seen: &Seen, names: &[String]) -> io::Result<()> {
        let name = names.get(seen.connector).map_or("?", String::as_str);
        let mut row = Row::new(seen.at_ns, name, &seen.packet);
        let line = match serde_json::to_string(&row) {
            Ok(line) => line,
            Err(error) => {
                let why = error.to_string();
                (row.value, row.lost) = (None, Some(why.clone()));
                self.lost.get_or_insert((0, why)).0 += 1;
                serde_json::to_string(&row)?
            }
        };
        self.packets += 1;
        self.put_line(&line)
    }

    fn put_line(&mut self, line: &str) -> io::Result<()> {
        self.file.write_all(line.as_bytes())?;
        self.file.write_all(b"\n")
    }

    /// Tells of a failure when it happens, not hours later, and once.
    fn tell_failure(&mut self, path: &Path) {
        if let Err(error) = &self.outcome
            && !self.has_told
        {
            self.has_told = true;
            let path = path.display();
            tracing::error!(%path, %error, "recording failed, the run goes on without it");
        }
    }
}
