//! Drives an operator over runs of packets.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use millstream_connector::Run;
use millstream_packet::{Packet, Value};
use tokio::time::Sleep;

use crate::cell::{BLOCKED, ErrorPolicy, HEADED, ProcessCell, RESET};
use crate::failure::{Failure, FailureKind};
use crate::operator::Operator;
use crate::payload::Payload as _;
use crate::port::{BUDGET, InPort};

/// Pauses before a failed packet is tried again (`on_error: retry`).
const RETRY_PAUSES_MILLIS: [u64; 3] = [100, 400, 1600];

/// Runs an operator until its input ends, nobody reads its outputs, or it fails.
pub fn drive<O: Operator>(mut operator: O) -> impl Future<Output = Result<(), Failure>> + Send {
    let input = operator.input().raw().detach();
    let cell = Arc::clone(input.cell());
    let keeps = cell.keeps_going();
    Drive {
        operator,
        input,
        cell,
        keeps,
        phase: Phase::Packets,
        retry: None,
        expanded: None,
    }
}

struct Drive<O> {
    operator: O,
    input: InPort,
    cell: Arc<ProcessCell>,
    /// Whether a failed packet may be needed once more.
    keeps: bool,
    phase: Phase,
    retry: Option<Box<Retry>>,
    /// The packet that is being expanded, while it may still be needed.
    expanded: Option<Packet>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Takes the next packet.
    Packets,
    /// The packet at hand has more to give.
    Expanding,
    /// The stream has ended; what is left is on its way out.
    Finishing,
    /// Everything is emitted.
    Finished,
}

/// A packet to be tried again.
struct Retry {
    packet: Packet,
    attempt: usize,
    pause: Pin<Box<Sleep>>,
}

/// Why a run ended.
enum Stop {
    /// No packet is there.
    Empty,
    /// An out-port is full, a packet is to be retried, or the budget is used up.
    Interrupted,
    /// The operator wants no more.
    Done,
    /// It is somebody else's turn.
    Spent,
}

/// How a run of packets ended.
enum RunEnd {
    /// As a whole run of the operator does.
    Stop(Stop),
    /// At a packet that is to be looked at.
    Special(Packet),
    /// At a packet that failed.
    Failed(Failure),
}

/// Hands packets to an operator, the fast way.
///
/// A packet is never put into a variable that another path fills too: it would have to lie in memory.
#[inline(always)]
fn process_run<O: Operator>(operator: &mut O, cell: &ProcessCell, mut run: Run<'_>) -> RunEnd {
    while let Some(arrival) = run.arrival() {
        let packet = arrival.take();
        if !packet.is_plain() || !O::Item::fits(&packet) {
            return packet.aside(RunEnd::Special);
        }
        if let Err(failure) = operator.process(O::Item::from_fitting(packet)) {
            return RunEnd::Failed(failure);
        }
        if operator.is_done() {
            return RunEnd::Stop(Stop::Done);
        }
        if O::EXPANDS || cell.has(BLOCKED | RESET) {
            return RunEnd::Stop(Stop::Interrupted);
        }
    }
    RunEnd::Stop(Stop::Empty)
}

impl<O: Operator> Future for Drive<O> {
    type Output = Result<(), Failure>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // The operator is never pinned; only the boxed timer inside is.
        let this = &mut *self;
        let outcome = this.advance(cx);
        // Also before a wait: a run that ends because no packet is there has emitted what nobody can see yet.
        this.publish();
        if this.keeps {
            this.cell.publish_errors();
        }
        outcome
    }
}

impl<O> Unpin for Drive<O> {}

impl<O: Operator> Drive<O> {
    fn advance(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        loop {
            if !ready!(self.poll_outputs()) {
                return Poll::Ready(Ok(()));
            }
            if self.retry.is_some() {
                ready!(self.poll_retry(cx))?;
                continue;
            }
            if self.cell.has(RESET) {
                self.refresh();
            }
            match self.phase {
                Phase::Packets => match self.run()? {
                    Stop::Empty if !ready!(self.input.poll_ready(cx)) => {
                        self.operator.finish()?;
                        self.phase = Phase::Finishing;
                    }
                    Stop::Done => {
                        self.input.close();
                        self.operator.finish()?;
                        self.phase = Phase::Finishing;
                    }
                    Stop::Spent => return let_others_run(cx),
                    Stop::Empty | Stop::Interrupted => {}
                },
                Phase::Expanding => ready!(self.expand(Phase::Packets, cx))?,
                Phase::Finishing if O::EXPANDS || O::DRAINS => {
                    ready!(self.expand(Phase::Finished, cx))?;
                }
                Phase::Finishing => self.phase = Phase::Finished,
                Phase::Finished => return Poll::Ready(Ok(())),
            }
            self.publish();
        }
    }

    /// Handles the packets that are there, as long as the outputs take what comes of them.
    fn run(&mut self) -> Result<Stop, Failure> {
        let stop = self.run_quietly();
        self.input.settle();
        stop
    }

    fn run_quietly(&mut self) -> Result<Stop, Failure> {
        let mut left = BUDGET;
        while left > 0 {
            let stop = if self.takes_runs()
                && let Some(run) = self.input.run(left)
            {
                left = left.saturating_sub(run.len());
                match process_run(&mut self.operator, &self.cell, run) {
                    RunEnd::Stop(stop) => Some(self.begin_expanding(stop)),
                    RunEnd::Special(packet) => {
                        self.input.note(&packet);
                        self.handle(packet)?
                    }
                    RunEnd::Failed(failure) => return Err(self.place(failure)),
                }
            } else if let Some(packet) = self.input.try_recv() {
                left -= 1;
                self.handle(packet)?
            } else {
                Some(Stop::Empty)
            };
            if let Some(stop) = stop {
                return Ok(stop);
            }
        }
        Ok(Stop::Spent)
    }

    /// The packet at hand has more to give, if this operator expands packets and a run was not just over.
    fn begin_expanding(&mut self, stop: Stop) -> Stop {
        if O::EXPANDS && !matches!(stop, Stop::Empty) {
            self.phase = Phase::Expanding;
        }
        stop
    }

    /// Whether packets may be taken by runs: not if they may be tried again, nor while headers are to be carried on.
    #[inline(always)]
    fn takes_runs(&self) -> bool {
        !self.keeps && !self.cell.has(HEADED)
    }

    /// Handles a packet of any kind that came in any way.
    fn handle(&mut self, packet: Packet) -> Result<Option<Stop>, Failure> {
        self.handle_one(packet)?;
        if self.operator.is_done() {
            return Ok(Some(Stop::Done));
        }
        let interrupted = self.cell.has(BLOCKED | RESET)
            || self.retry.is_some()
            || self.phase == Phase::Expanding;
        Ok(interrupted.then_some(Stop::Interrupted))
    }

    fn handle_one(&mut self, packet: Packet) -> Result<(), Failure> {
        if self.cell.has(HEADED) {
            self.operator
                .each_output(&mut |port| port.close_fast_way_if_headed());
        }
        if !packet.is_data() {
            self.operator.bracket(packet)?;
            if O::DRAINS {
                self.phase = Phase::Expanding;
            }
            return Ok(());
        }
        if self.keeps {
            return self.handle_keeping(packet, 0);
        }
        let outcome = match O::Item::from_packet(packet) {
            Ok(item) => self.operator.process(item),
            Err(wrong) => Err(Failure::packet(wrong.to_string())),
        };
        if O::EXPANDS && outcome.is_ok() {
            self.phase = Phase::Expanding;
        }
        outcome.map_err(|failure| self.place(failure))
    }

    /// As [`Drive::handle_one`], with a copy of the packet kept in case it fails.
    #[cold]
    fn handle_keeping(&mut self, packet: Packet, attempt: usize) -> Result<(), Failure> {
        let kept = packet.clone();
        let outcome = match O::Item::from_packet(packet) {
            Ok(item) => self.operator.process(item),
            Err(wrong) => Err(Failure::packet(wrong.to_string())),
        };
        let Err(failure) = outcome else {
            if O::EXPANDS {
                self.phase = Phase::Expanding;
                self.expanded = Some(kept);
            }
            return Ok(());
        };
        let failure = self.place(failure);
        let retries =
            self.cell.on_error() == ErrorPolicy::Retry && failure.kind() == FailureKind::Packet;
        match RETRY_PAUSES_MILLIS.get(attempt).filter(|_| retries) {
            Some(&millis) => {
                let pause = Box::pin(tokio::time::sleep(Duration::from_millis(millis)));
                self.retry = Some(Box::new(Retry {
                    packet: kept,
                    attempt: attempt + 1,
                    pause,
                }));
                Ok(())
            }
            None => self.cell.reject(failure, || kept),
        }
    }

    fn poll_retry(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        let Some(retry) = &mut self.retry else {
            return Poll::Ready(Ok(()));
        };
        ready!(retry.pause.as_mut().poll(cx));
        match self.retry.take() {
            Some(retry) => Poll::Ready(self.handle_keeping(retry.packet, retry.attempt)),
            None => Poll::Ready(Ok(())),
        }
    }

    /// Emits more of the packet at hand until it has no more, an output is full, or it is somebody else's turn.
    fn expand(&mut self, next: Phase, cx: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        for _ in 0..BUDGET {
            match self.operator.more().map_err(|failure| self.place(failure)) {
                Ok(true) => {}
                Ok(false) => {
                    self.phase = next;
                    return Poll::Ready(Ok(()));
                }
                Err(failure) => {
                    self.phase = next;
                    let packet = self.expanded.take();
                    let packet = || packet.unwrap_or_else(|| Value::NULL.into());
                    return Poll::Ready(self.cell.reject(failure, packet));
                }
            }
            if self.cell.has(BLOCKED) {
                return Poll::Ready(Ok(()));
            }
        }
        let_others_run(cx)
    }

    /// Has the operator take settings that were changed.
    #[cold]
    fn refresh(&mut self) {
        if let Err(failure) = self.operator.refresh() {
            let process = self.cell.name();
            tracing::warn!(%process, error = %failure, "new settings are not taken");
        }
        // Also for an operator that has none.
        self.cell.clear(RESET);
    }

    fn place(&self, failure: Failure) -> Failure {
        failure.at(self.input.label(), self.input.taken())
    }

    fn publish(&mut self) {
        self.operator.each_output(&mut |port| port.publish());
    }

    /// Waits until all outputs have taken what was emitted. False when somebody was connected and nobody reads now.
    fn poll_outputs(&mut self) -> Poll<bool> {
        let (mut connected, mut open, mut pending) = (false, false, false);
        self.operator.each_output(&mut |port| {
            if port.is_connected() {
                connected = true;
                if port.is_flushed() {
                    open = true;
                    return;
                }
                match port.poll_flush_at_once() {
                    Poll::Ready(taken) => open |= taken,
                    Poll::Pending => pending = true,
                }
            }
        });
        if self.keeps && self.cell.poll_errors().is_pending() {
            pending = true;
        }
        if pending {
            return Poll::Pending;
        }
        self.cell.clear(BLOCKED);
        Poll::Ready(open || !connected)
    }
}

/// Goes to the end of the queue.
fn let_others_run<T>(cx: &mut Context<'_>) -> Poll<T> {
    cx.waker().wake_by_ref();
    Poll::Pending
}
