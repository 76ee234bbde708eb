//! A subgraph that runs anew for each outermost bracket group.
//!
//! The process that stands for it takes the group's packets out of its in-ports without the outermost brackets, feeds
//! them to a network made for this group, and puts brackets with the same label round what comes out. The inner network
//! is one island that is polled inside this process.

use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use millstream_component::{Failure, InPort, OutPort, ProcessFuture, Wiring};
use millstream_connector::{Connector, Options, PipeKind, Reader, Refused, WhenFull, Writer};
use millstream_packet::{Packet, PacketView, Value};

use crate::build::{Boundary, Built, Table, build};
use crate::deadlock::explain;
use crate::island::Island;
use crate::plan::GroupPlan;

/// Capacity of the connectors into and out of the inner network.
const BOUNDARY_CAPACITY: u32 = 16;

/// Makes the process that stands for the subgraph.
pub(crate) fn start(group: Arc<GroupPlan>, mut wiring: Wiring) -> ProcessFuture {
    let mut ins = Vec::new();
    for (at, (name, _)) in group.inports.iter().enumerate() {
        let port = wiring.input::<Packet>(name).raw().detach();
        if port.is_connected() {
            ins.push((at, port));
        }
    }
    let outs = group
        .outports
        .iter()
        .map(|(name, _)| wiring.output::<Packet>(name).into_raw())
        .collect();
    let host = Host { group, ins, outs };
    Box::pin(host.run())
}

struct Host {
    group: Arc<GroupPlan>,
    /// Connected in-ports with their position among the subgraph's.
    ins: Vec<(usize, InPort)>,
    outs: Vec<OutPort>,
}

impl Host {
    async fn run(mut self) -> Result<(), Failure> {
        while let Some(opened) = self.open_group().await? {
            self.run_group(opened).await?;
        }
        Ok(())
    }

    /// Waits for the next group on every in-port; `None` when all have ended.
    async fn open_group(&mut self) -> Result<Option<Opened>, Failure> {
        let mut opened = Opened {
            label: Value::NULL,
            open: Vec::new(),
        };
        for (_, port) in &mut self.ins {
            let Some(packet) = port.recv().await else {
                opened.open.push(false);
                continue;
            };
            let PacketView::Open(label) = packet.view() else {
                let failure = Failure::packet(
                    "a packet outside of any group came to a subgraph that runs per group",
                );
                return Err(failure.at(port.label(), port.taken()));
            };
            if let (Some(label), true) = (label, opened.label.is_null()) {
                opened.label = label.clone();
            }
            opened.open.push(true);
        }
        Ok(opened.open.contains(&true).then_some(opened))
    }

    async fn run_group(&mut self, opened: Opened) -> Result<(), Failure> {
        let mut inner = self.build(&opened.open);
        for out in &mut self.outs {
            out.send(Packet::open(opened.label.clone())).await?;
        }
        let outcome = poll_fn(|cx| self.poll_group(&mut inner, cx)).await;
        inner.fault().map_or(Ok(()), Err)?;
        outcome?;
        for out in &mut self.outs {
            out.send(Packet::close(opened.label.clone())).await?;
        }
        Ok(())
    }

    fn build(&self, open: &[bool]) -> Inner {
        let mut boundary = Boundary::none();
        let mut feeds = Vec::new();
        for (&(at, _), &is_open) in self.ins.iter().zip(open) {
            let (writer, reader) = connect();
            boundary
                .inputs
                .push((self.group.inports[at].1.clone(), reader));
            feeds.push(Feed {
                writer: is_open.then_some(writer),
                depth: 0,
                in_group: is_open,
            });
        }
        let mut taps = Vec::new();
        for (_, end) in &self.group.outports {
            let (writer, reader) = connect();
            boundary.outputs.push((end.clone(), writer));
            taps.push(reader);
        }
        let Built {
            mut islands,
            table,
            doors: _,
        } = build(&self.group.plan, boundary);
        Inner {
            island: islands.pop().map(|(_, island)| island),
            table,
            feeds,
            taps,
        }
    }

    /// Feeds, runs and drains the inner network until it has ended and its group is used up.
    fn poll_group(&mut self, inner: &mut Inner, cx: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        loop {
            let mut moved = self.feed(inner, cx);
            let ended = inner.poll_island(cx);
            moved |= self.drain(inner)?;
            if ended && inner.is_drained() && inner.feeds.iter().all(|feed| !feed.in_group) {
                return Poll::Ready(Ok(()));
            }
            if moved {
                continue;
            }
            if !ended && inner.is_stuck() && self.outs.iter().all(OutPort::has_room) {
                return Poll::Ready(Err(inner.deadlock()));
            }
            return Poll::Pending;
        }
    }

    fn feed(&mut self, inner: &mut Inner, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        for ((_, port), feed) in self.ins.iter_mut().zip(&mut inner.feeds) {
            while feed.in_group && feed.has_room() {
                match port.poll_recv(cx) {
                    Poll::Pending => break,
                    // The stream ended inside a group: an upstream process failed or was stopped.
                    Poll::Ready(None) => feed.end(),
                    Poll::Ready(Some(packet)) => feed.give(packet),
                }
                moved = true;
            }
        }
        moved
    }

    fn drain(&mut self, inner: &mut Inner) -> Result<bool, Failure> {
        let mut moved = false;
        for (out, tap) in self.outs.iter_mut().zip(&mut inner.taps) {
            loop {
                if out.poll_flush().is_pending() {
                    break;
                }
                if out.is_closed() {
                    return Err(millstream_component::Closed.into());
                }
                let Some(packet) = tap.try_pop() else { break };
                out.emit_packet(packet);
                out.publish();
                moved = true;
            }
        }
        Ok(moved)
    }
}

/// The groups that have begun.
struct Opened {
    label: Value,
    /// By connected in-port: whether it has a group (and not ended).
    open: Vec<bool>,
}

/// The network of one group.
struct Inner {
    /// `None` once it has ended.
    island: Option<Island>,
    table: Table,
    feeds: Vec<Feed>,
    taps: Vec<Reader>,
}

impl Inner {
    /// Polls the island; true once it has ended.
    fn poll_island(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(island) = &mut self.island else {
            return true;
        };
        if Pin::new(island).poll(cx).is_ready() {
            self.island = None;
        } else if self.table.activity.is_stuck() {
            // Only this process can set it going again; a waker kept inside would look like something outside.
            self.table
                .islands
                .iter()
                .for_each(|island| island.forget_task());
        }
        self.island.is_none()
    }

    fn is_drained(&self) -> bool {
        self.taps.iter().all(|tap| tap.available() == 0)
    }

    /// Whether nothing inside can move and nothing more can come in.
    fn is_stuck(&self) -> bool {
        self.table.activity.is_stuck()
            && self
                .feeds
                .iter()
                .all(|feed| !feed.in_group || !feed.has_room())
    }

    fn fault(&self) -> Option<Failure> {
        self.table
            .ledger
            .take_endings()
            .into_iter()
            .find_map(|(process, ending)| {
                let fault = ending.fault()?;
                let name = &self.table.processes[process as usize].name;
                Some(Failure::fatal(format!("{name}: {fault}")))
            })
    }

    fn deadlock(&self) -> Failure {
        let names: Vec<String> = self
            .table
            .processes
            .iter()
            .map(|member| member.name.to_string())
            .collect();
        let waits = explain(&names, &vec![true; names.len()], &self.table.wires);
        let cycle: Vec<String> = waits.cycle.iter().map(ToString::to_string).collect();
        Failure::fatal(format!(
            "the network of a group is deadlocked: {}",
            cycle.join("; ")
        ))
    }
}

/// One in-port's way into the inner network.
struct Feed {
    /// `None` once the group is complete.
    writer: Option<Writer>,
    /// Groups open inside the outermost one.
    depth: u32,
    in_group: bool,
}

impl Feed {
    fn has_room(&self) -> bool {
        self.writer
            .as_ref()
            .is_none_or(|writer| writer.is_closed() || writer.has_room())
    }

    fn end(&mut self) {
        self.in_group = false;
        self.writer = None;
    }

    fn give(&mut self, packet: Packet) {
        if packet.is_close() && self.depth == 0 {
            return self.end();
        }
        if packet.is_open() {
            self.depth += 1;
        } else if packet.is_close() {
            self.depth -= 1;
        }
        let Some(writer) = &mut self.writer else {
            return;
        };
        if let Err(Refused::Full(_) | Refused::Closed(_)) = writer.try_push(packet) {
            // There was room, so the inner reader has ended and wants no more of this group.
            self.writer = None;
        }
    }
}

fn connect() -> (Writer, Reader) {
    let (_, mut writers, reader) = Connector::build(Options {
        capacity: BOUNDARY_CAPACITY,
        when_full: WhenFull::Block,
        writers: 1,
        crossing: false,
        pipe: PipeKind::Best,
    });
    (writers.remove(0), reader)
}
