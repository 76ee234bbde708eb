//! Log lines on their way to clients.
//!
//! Who writes the log decides what a line is ([`LogSink`]); clients that do not read lose lines, which is counted and told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use millstream_protocol::Response;
use millstream_protocol::extension::{self as wire, Level, LogLine};
use parking_lot::Mutex;

use crate::hub::Handle;
use crate::session::Session;

/// Clients that want log lines.
#[derive(Debug, Default)]
pub(crate) struct Logs {
    readers: Mutex<Vec<LogReader>>,
    /// How many there are, to be looked at without the lock.
    count: AtomicUsize,
}

#[derive(Debug)]
struct LogReader {
    client: Handle,
    level: Level,
    process: Option<String>,
    missed: u64,
}

/// Where log lines go that clients shall see. Cheap to copy.
#[derive(Debug, Clone)]
pub struct LogSink(Arc<Logs>);

impl LogSink {
    pub(crate) fn new(logs: &Arc<Logs>) -> Self {
        Self(Arc::clone(logs))
    }

    /// Whether anybody wants lines; worth asking before a line is made.
    pub fn is_wanted(&self) -> bool {
        self.0.count.load(Relaxed) > 0
    }

    /// Sends a line to those who want it. It never waits.
    pub fn send(&self, level: Level, process: Option<&str>, message: &str) {
        for reader in &mut *self.0.readers.lock() {
            let is_other = |wanted: &String| process != Some(wanted);
            if level > reader.level || reader.process.as_ref().is_some_and(is_other) {
                continue;
            }
            let line = wire::Response::Log(LogLine {
                level,
                time: jiff::Timestamp::now().to_string(),
                process: process.map(str::to_owned),
                message: message.to_owned(),
                missed: reader.missed,
            });
            if !reader.client.offer(Response::Millstream(line)) {
                reader.missed += 1;
            }
        }
    }
}

impl Logs {
    /// A client wants no more lines.
    pub(crate) fn leave(&self, client: u64) {
        let mut readers = self.readers.lock();
        readers.retain(|reader| reader.client.id != client);
        self.count.store(readers.len(), Relaxed);
    }

    fn enter(&self, reader: LogReader) {
        self.leave(reader.client.id);
        let mut readers = self.readers.lock();
        readers.push(reader);
        self.count.store(readers.len(), Relaxed);
    }
}

pub(super) fn choose(session: &mut Session, logs: wire::Logs) {
    let client = session.handle.clone();
    if logs.enable {
        session.state.logs.enter(LogReader {
            client,
            level: logs.level.unwrap_or(Level::Info),
            process: logs.process,
            missed: 0,
        });
    } else {
        session.state.logs.leave(client.id);
    }
    session.done();
}
