//! Reads recordings.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::thread::Builder;

use millstream_packet::Packet;
use tokio::sync::mpsc::{Receiver, channel};

use super::{Head, Row, SCHEMA};
use crate::exit::{Exit, Fault, io_text};
use crate::select::{ConnectorSelector, suggestion};

/// Packets that wait between the file and the network.
const QUEUE: usize = 256;
/// Longest line; a file that is no recording may have no line ends at all.
const LINE_MAX_BYTES: u64 = 1 << 30;

/// A packet with the moment when it was recorded.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Timed {
    /// Nanoseconds since the start of the recorded network.
    pub(crate) at_ns: u64,
    /// The packet.
    pub(crate) packet: Packet,
}

/// An open recording, behind its first line.
#[derive(Debug)]
pub(crate) struct Rows {
    path: PathBuf,
    file: BufReader<File>,
    line: u64,
    text: String,
    /// What the first line says.
    pub(crate) head: Head,
}

impl Rows {
    /// Opens a recording.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be read or is no recording.
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        let file = File::open(path).and_then(|file| {
            // Opening a directory succeeds, and only reading it fails.
            if file.metadata()?.is_dir() {
                return Err(io::Error::from(io::ErrorKind::IsADirectory));
            }
            Ok(file)
        });
        let file = file.map_err(|error| cannot(path, &io_text(&error)))?;
        let mut rows = Self {
            path: path.to_owned(),
            file: BufReader::with_capacity(1 << 16, file),
            line: 0,
            text: String::new(),
            head: Head {
                schema: String::new(),
                graph: String::new(),
                connectors: Vec::new(),
            },
        };
        rows.head = rows.read_head()?;
        Ok(rows)
    }

    fn read_head(&mut self) -> Result<Head, Fault> {
        let is_read = self.read_line()?;
        let head = serde_json::from_str::<Head>(&self.text).ok();
        let head = head.filter(|head| is_read && head.schema.starts_with("millstream.recording/"));
        let Some(head) = head else {
            let fault = cannot(&self.path, "it is no recording");
            return Err(fault.help("`millstream run GRAPH --record FILE` makes one"));
        };
        if head.schema != SCHEMA {
            let why = format!(
                "it is a {}, and this Millstream reads {SCHEMA}",
                head.schema
            );
            return Err(cannot(&self.path, &why).help("read it with a newer Millstream"));
        }
        Ok(head)
    }

    /// The one recorded connector that is meant: that of the selector, or the only one there is.
    ///
    /// # Errors
    ///
    /// Fails when there are none or several of that kind.
    pub(crate) fn connector(&self, selector: Option<&ConnectorSelector>) -> Result<String, Fault> {
        let all = &self.head.connectors;
        let is_meant =
            |name: &&String| selector.is_none_or(|selector| name_matches(selector, name));
        let mut found: Vec<&String> = all.iter().filter(is_meant).collect();
        if let Some(exact) =
            selector.and_then(|selector| found.iter().find(|name| ***name == selector.to_string()))
        {
            found = vec![*exact];
        }
        let shown = self.path.display();
        let names = || all.iter().map(String::as_str);
        match (found.as_slice(), selector) {
            ([one], _) => Ok((*one).clone()),
            ([], None) => Err(Fault::usage(format!("{shown} has no connectors"))),
            ([], Some(selector)) => {
                let wanted = selector.to_string();
                let fault = Fault::usage(format!("no connector in {shown} is `{wanted}`"));
                Err(match suggestion(&wanted, names(), "connectors") {
                    Some(help) => fault.help(help),
                    None => fault,
                })
            }
            (several, _) => {
                let count = several.len();
                let text = format!("{count} connectors in {shown} could be meant");
                let some: Vec<&str> = several.iter().take(5).map(|name| name.as_str()).collect();
                Err(Fault::usage(text).help(format!("choose one, such as {}", some.join(", "))))
            }
        }
    }

    /// The next packet of a connector; none at the end.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be read, or a line is no row; the message has its number.
    pub(crate) fn next(&mut self, connector: &str) -> Result<Option<Timed>, Fault> {
        while self.read_line()? {
            let line = self.line;
            let refused = |why: &str| cannot(&self.path, &format!("line {line}: {why}"));
            let row: Row<'_> = serde_json::from_str(&self.text)
                .map_err(|error| refused(&format!("this is no row of a recording: {error}")))?;
            if row.connector == connector {
                let at_ns = row.at_ns;
                let packet = row.into_packet().map_err(|why| refused(&why))?;
                return Ok(Some(Timed { at_ns, packet }));
            }
        }
        Ok(None)
    }

    /// Reads on a thread of its own, as the packets are taken.
    ///
    /// # Errors
    ///
    /// Fails when there is no thread to be had.
    pub(crate) fn read_ahead(
        mut self,
        connector: String,
    ) -> Result<Receiver<Result<Timed, Fault>>, Fault> {
        let (sender, receiver) = channel(QUEUE);
        Builder::new()
            .name("millstream replay".to_owned())
            .spawn(move || {
                while let Some(next) = self.next(&connector).transpose() {
                    let is_last = next.is_err();
                    if sender.blocking_send(next).is_err() || is_last {
                        return;
                    }
                }
            })
            .map_err(|error| Fault::io("cannot start to read the recording", &error))?;
        Ok(receiver)
    }

    /// Reads a line that is not empty; false at the end.
    fn read_line(&mut self) -> Result<bool, Fault> {
        loop {
            self.text.clear();
            let mut limited = io::Read::take(&mut self.file, LINE_MAX_BYTES);
            let read = limited.read_line(&mut self.text);
            self.line += 1;
            match read {
                Ok(0) => return Ok(false),
                Ok(_) if self.text.trim().is_empty() => {}
                Ok(_) => return Ok(true),
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    let why = format!("line {}: it is no UTF-8 text", self.line);
                    return Err(cannot(&self.path, &why));
                }
                Err(error) => return Err(cannot(&self.path, &io_text(&error))),
            }
        }
    }
}

fn cannot(path: &Path, why: &str) -> Fault {
    Fault::new(Exit::Io, format!("cannot read {}: {why}", path.display()))
}

/// Whether a selector means a connector of a recording, any of whose writers will do.
fn name_matches(selector: &ConnectorSelector, name: &str) -> bool {
    let (from, to) = ends(name);
    from.split(',').any(|from| selector.selects(from, to))
}

/// The two sides of a connector's name.
pub(crate) fn ends(name: &str) -> (&str, &str) {
    name.split_once("->").unwrap_or((name, ""))
}
