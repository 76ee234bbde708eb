//! Sorted packets on disk: what does not fit into memory is written in sorted runs and merged when it is read.
//!
//! All functions block the thread.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek as _, Write as _};

use millstream_component::prelude::*;
use millstream_packet::{Headers, Shapes, ValueSeed};
use serde::de::DeserializeSeed as _;

use super::{Order, key_of};

/// Runs that are open at a time; before there are more, they are merged into one.
const RUNS_MAX: usize = 64;

/// Bytes of each run that are read at a time.
const BUFFER_BYTES: usize = 64 * 1024;

/// Packets that are merged between two looks at the surroundings.
const MERGED_AT_ONCE: usize = 1024;

/// A packet with its key.
pub(super) type Keyed = (Value, Packet);

/// Sorted runs, the oldest first.
#[derive(Debug)]
pub(super) struct Spill {
    order: Order,
    runs: Vec<Run>,
}

/// Sorted packets in a file without a name, which ends with it.
#[derive(Debug)]
struct Run {
    file: File,
    packets: u64,
}

impl Spill {
    /// Nothing is on disk yet.
    pub(super) fn new(order: Order) -> Self {
        Self {
            order,
            runs: Vec::new(),
        }
    }

    /// Writes sorted packets.
    ///
    /// # Errors
    ///
    /// Fails when the disk does, and when a packet cannot leave the process.
    pub(super) fn add(&mut self, sorted: Vec<Keyed>) -> Result<(), Failure> {
        if self.runs.len() == RUNS_MAX {
            let all = Self {
                order: self.order.clone(),
                runs: std::mem::take(&mut self.runs),
            };
            let packets = all.merge(Vec::new())?.flat_map(flatten);
            self.runs.push(write(packets)?);
        }
        let packets = sorted.into_iter().map(|(_, packet)| Ok(packet));
        self.runs.push(write(packets)?);
        Ok(())
    }

    /// Reads all packets in order, some at a time; `newest` are those that were never written.
    ///
    /// # Errors
    ///
    /// Fails when the disk does.
    pub(super) fn merge(self, newest: Vec<Keyed>) -> Result<Merge, Failure> {
        let mut sources: Vec<Source> = Vec::with_capacity(self.runs.len() + 1);
        for run in self.runs {
            sources.push(Source::Run(Box::new(Reader::new(run)?)));
        }
        sources.push(Source::Memory(newest.into_iter()));
        let mut merge = Merge {
            order: self.order,
            heads: BinaryHeap::with_capacity(sources.len()),
            sources,
        };
        for at in 0..merge.sources.len() {
            merge.pull(at)?;
        }
        Ok(merge)
    }
}

/// The packets of all runs in order.
#[derive(Debug)]
pub(super) struct Merge {
    order: Order,
    sources: Vec<Source>,
    heads: BinaryHeap<Head>,
}

#[derive(Debug)]
enum Source {
    Run(Box<Reader>),
    Memory(std::vec::IntoIter<Keyed>),
}

/// The next packet of a source.
#[derive(Debug)]
struct Head {
    key: Value,
    packet: Packet,
    source: usize,
    descending: bool,
}

/// The greatest one of a heap comes first, so the one that is to come first is the greatest.
impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_key = if self.descending {
            self.key.cmp(&other.key)
        } else {
            other.key.cmp(&self.key)
        };
        // Of equal ones the oldest.
        by_key.then_with(|| other.source.cmp(&self.source))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head {}

impl Merge {
    /// Takes the next packet of a source into the heap.
    fn pull(&mut self, source: usize) -> Result<(), Failure> {
        let next = match &mut self.sources[source] {
            Source::Memory(packets) => packets.next(),
            Source::Run(reader) => match reader.next()? {
                Some(packet) => Some((key_of(&self.order, &packet)?, packet)),
                None => None,
            },
        };
        self.heads.extend(next.map(|(key, packet)| Head {
            key,
            packet,
            source,
            descending: self.order.descending,
        }));
        Ok(())
    }
}

impl Iterator for Merge {
    type Item = Result<Vec<Packet>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut packets = Vec::new();
        while packets.len() < MERGED_AT_ONCE
            && let Some(head) = self.heads.pop()
        {
            packets.push(head.packet);
            if let Err(failure) = self.pull(head.source) {
                return Some(Err(failure));
            }
        }
        (!packets.is_empty()).then_some(Ok(packets))
    }
}

fn flatten(packets: Result<Vec<Packet>, Failure>) -> Vec<Result<Packet, Failure>> {
    match packets {
        Ok(packets) => packets.into_iter().map(Ok).collect(),
        Err(failure) => vec![Err(failure)],
    }
}

fn write(packets: impl Iterator<Item = Result<Packet, Failure>>) -> Result<Run, Failure> {
    let mut file = BufWriter::with_capacity(BUFFER_BYTES, tempfile::tempfile().map_err(on_disk)?);
    let mut count = 0;
    for packet in packets {
        let packet = packet?;
        let Some(value) = packet.value() else {
            continue;
        };
        rmp_serde::encode::write(&mut file, value).map_err(not_written)?;
        rmp_serde::encode::write_named(&mut file, &packet.headers()).map_err(not_written)?;
        count += 1;
    }
    file.flush().map_err(on_disk)?;
    let mut file = file
        .into_inner()
        .map_err(|error| on_disk(error.into_error()))?;
    file.rewind().map_err(on_disk)?;
    Ok(Run {
        file,
        packets: count,
    })
}

/// Reads the packets of a run.
#[derive(Debug)]
struct Reader {
    source: rmp_serde::Deserializer<rmp_serde::decode::ReadReader<BufReader<File>>>,
    left: u64,
    shapes: Shapes,
}

impl Reader {
    fn new(run: Run) -> Result<Self, Failure> {
        let Run { mut file, packets } = run;
        file.rewind().map_err(on_disk)?;
        let file = BufReader::with_capacity(BUFFER_BYTES, file);
        Ok(Self {
            source: rmp_serde::Deserializer::new(file),
            left: packets,
            shapes: Shapes::default(),
        })
    }

    fn next(&mut self) -> Result<Option<Packet>, Failure> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(None);
        };
        self.left = left;
        let value = ValueSeed(&mut self.shapes).deserialize(&mut self.source);
        let packet = Packet::data(value.map_err(not_read)?);
        let headers = Option::<Headers>::deserialize(&mut self.source).map_err(not_read)?;
        let headers = headers.map(Box::new);
        Ok(Some(packet.with_boxed_headers(headers)))
    }
}

fn on_disk(error: io::Error) -> Failure {
    Failure::fatal(format!(
        "sorting on disk: {}",
        crate::file::fault::reason(&error)
    ))
}

fn not_written(error: rmp_serde::encode::Error) -> Failure {
    Failure::fatal(format!("sorting on disk: {error}"))
}

fn not_read(error: rmp_serde::decode::Error) -> Failure {
    Failure::fatal(format!("reading what was sorted on disk: {error}"))
}
