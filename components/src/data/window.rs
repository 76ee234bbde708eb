//! `data/Window`: groups packets by time.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::time::{Duration, UNIX_EPOCH};

use millstream_component::prelude::*;
use millstream_expression::{Expression, millis_of};
use tokio::time::Instant;

use crate::core::deadline::{Arrival, Deadline, millis};
use crate::expression::ExpressionText;

const NAME: &str = "data/Window";

/// What the setting `time` says when the clock decides.
const ARRIVAL: &str = "arrival";

/// Most windows that a packet may lie in.
const OVERLAP_MAX: u64 = 10_000;

/// Settings of [`Window`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WindowSettings {
    /// The time of a packet: a field or another expression that comes to a point in time, or `arrival`.
    #[serde(default = "arrival")]
    time: ExpressionText,
    /// How long a window is, in milliseconds.
    #[schemars(range(max = 31_536_000_000_u64))]
    size_ms: NonZeroU64,
    /// After how many milliseconds the next window begins; without it, when the last one ends.
    #[serde(default)]
    slide_ms: Option<NonZeroU64>,
    /// How much later than the newest packet one may come, in milliseconds of its own time.
    #[serde(default)]
    #[schemars(range(max = 31_536_000_000_u64))]
    lateness_ms: u64,
    /// How many bytes of packets may be held at a time.
    #[serde(default = "quarter_gibibyte")]
    memory: u64,
}

fn arrival() -> ExpressionText {
    ExpressionText::from(ARRIVAL)
}

fn quarter_gibibyte() -> u64 {
    256 * 1024 * 1024
}

/// Puts brackets round the packets of each window of time.
///
/// A window is `size_ms` long; one begins every `slide_ms`, counted from 1970-01-01 UTC. With `slide_ms` less than
/// `size_ms` windows overlap, and a packet is in several of them.
///
/// The time of a packet is what `time` comes to: an int of milliseconds since 1970, or text as RFC 3339. With `arrival` it is
/// the time of day when the packet is taken.
///
/// # Shape
///
/// Each window that has packets becomes a group, labelled with a record of `start` and `end` in milliseconds (`end` lies
/// behind the window), its packets in the order in which they came. Windows come in the order of their start.
///
/// A window is closed when the watermark reaches its end: the latest time so far, less `lateness_ms`. With `arrival` the
/// clock closes it. A packet whose windows are all closed is late: it goes to `late` if that is connected, else it is a
/// failure of that packet.
///
/// At the end of the stream all windows are closed. A bracket closes them too and passes behind them, so that what comes
/// as a group is divided by itself; time begins anew then.
///
/// # Blocking
///
/// Emits nothing before a window is closed. A stream whose packets stop coming closes no window by event time.
///
/// # Memory
///
/// Holds the packets of open windows, each as often as windows have it. Fails when they come to more than `memory` bytes;
/// nothing is moved to disk.
///
/// # Errors
///
/// A packet without a point in time is a failure of that packet, and so is a late one. Going beyond `memory` ends the
/// process. A mistake in `time` fails at the start, with the character.
#[component(name = "data/Window", prepare, examples = examples)]
#[derive(Debug)]
pub struct Window {
    #[config]
    settings: Config<WindowSettings>,
    #[context]
    context: Context,
    /// Any packets.
    #[input(name = "in")]
    input: In<Packet>,
    /// The packets in groups.
    #[output]
    out: Out<Packet>,
    /// Packets that come too late.
    #[output(optional)]
    late: Out<Packet>,
    /// What tells the time of a packet; nothing if the clock does.
    #[state]
    time: Option<Expression>,
    #[state]
    open: Windows,
    #[state]
    deadline: Deadline,
}

/// The windows that are open.
#[derive(Debug, Default)]
struct Windows {
    size: i64,
    slide: i64,
    /// Their packets by their start.
    packets: BTreeMap<i64, Vec<Packet>>,
    bytes: u64,
    /// Windows that end here or before are closed.
    watermark: Option<i64>,
}

impl Window {
    fn prepare(&mut self) -> Result<(), Failure> {
        let size = self.settings.size_ms.get();
        let slide = self.settings.slide_ms.map_or(size, NonZeroU64::get);
        if slide > size {
            return Err(Failure::fatal(format!(
                "{NAME}: `slide_ms` = {slide} is more than `size_ms` = {size}; packets between the windows would be lost"
            )));
        }
        if size / slide > OVERLAP_MAX {
            return Err(Failure::fatal(format!(
                "{NAME}: a packet would be in {} windows; at most {OVERLAP_MAX} may overlap",
                size / slide
            )));
        }
        self.open.size = size.cast_signed();
        self.open.slide = slide.cast_signed();
        if self.settings.time.as_str() != ARRIVAL {
            self.time = Some(self.settings.time.compile("time")?);
        }
        Ok(())
    }
}

impl Process for Window {
    async fn run(mut self) -> Result<(), Failure> {
        match self.time.take() {
            Some(time) => self.run_by_event(time).await,
            None => self.run_by_arrival().await,
        }
    }
}

impl Window {
    async fn run_by_event(&mut self, mut time: Expression) -> Result<(), Failure> {
        while let Some(packet) = self.input.recv_packet().await {
            let Some(value) = packet.value() else {
                self.pass(packet).await?;
                continue;
            };
            match time_of(&mut time, value) {
                Ok(at) => self.add(at, packet).await?,
                Err(failure) => self.reject(failure, packet)?,
            }
        }
        self.close_all().await
    }

    async fn run_by_arrival(&mut self) -> Result<(), Failure> {
        self.look_at_clock();
        loop {
            let due = self.open.until_next_end().map(|left| Instant::now() + left);
            let arrival = self.deadline.recv(self.input.raw(), due).await;
            let now = self.look_at_clock();
            self.close_due().await?;
            match arrival {
                Arrival::Packet(packet) if packet.is_data() => self.hold(now, packet)?,
                Arrival::Packet(bracket) => self.pass(bracket).await?,
                Arrival::TimeUp => {}
                Arrival::End => return self.close_all().await,
            }
        }
    }

    /// Moves the watermark to the time of day and tells it. A clock that is put back waits here, so that no packet is late.
    fn look_at_clock(&mut self) -> i64 {
        let since = self.context.wall_clock().duration_since(UNIX_EPOCH);
        let now = since.map_or(0, |since| {
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        });
        let watermark = self.open.watermark.map_or(now, |known| known.max(now));
        self.open.watermark = Some(watermark);
        watermark
    }

    /// Takes up a packet of a time, and closes what that makes due.
    async fn add(&mut self, at: i64, packet: Packet) -> Result<(), Failure> {
        if !self.open.is_open(at) {
            return self.too_late(at, packet).await;
        }
        self.hold(at, packet)?;
        let watermark = at.saturating_sub(self.settings.lateness_ms.cast_signed());
        if self.open.watermark.is_none_or(|known| known < watermark) {
            self.open.watermark = Some(watermark);
            self.close_due().await?;
        }
        Ok(())
    }

    fn hold(&mut self, at: i64, packet: Packet) -> Result<(), Failure> {
        self.open.hold(at, packet);
        if self.open.bytes > self.settings.memory {
            return Err(Failure::fatal(format!(
                "{NAME} holds more than `memory` = {} bytes in {} windows; raise `memory`, or take smaller windows",
                self.settings.memory,
                self.open.packets.len()
            )));
        }
        Ok(())
    }

    async fn too_late(&mut self, at: i64, packet: Packet) -> Result<(), Failure> {
        if self.late.is_connected() {
            self.late.send_packet(packet).await?;
            return Ok(());
        }
        let by = self.open.watermark.unwrap_or(at).saturating_sub(at);
        let message = format!(
            "{NAME}: the packet comes too late: it is {by} ms behind the watermark, and its windows are closed; raise \
             `lateness_ms`, or connect `late`"
        );
        self.reject(Failure::packet(message), packet)
    }

    fn reject(&mut self, failure: Failure, packet: Packet) -> Result<(), Failure> {
        let number = self.input.raw().taken();
        self.context.reject(failure.at("in", number), packet)
    }

    /// Passes a bracket behind the windows before it.
    async fn pass(&mut self, bracket: Packet) -> Result<(), Failure> {
        self.close_all().await?;
        self.open.watermark = None;
        self.out.send_packet(bracket).await?;
        Ok(())
    }

    async fn close_due(&mut self) -> Result<(), Failure> {
        while let Some((start, packets)) = self.open.take_due() {
            self.emit(start, packets).await?;
        }
        Ok(())
    }

    async fn close_all(&mut self) -> Result<(), Failure> {
        self.open.watermark = Some(i64::MAX);
        self.close_due().await
    }

    async fn emit(&mut self, start: i64, packets: Vec<Packet>) -> Result<(), Failure> {
        let end = start.saturating_add(self.open.size);
        let label = Value::from(Record::from_iter([("start", start), ("end", end)]));
        self.out.send_packet(Packet::open(label.clone())).await?;
        for packet in packets {
            self.out.send_packet(packet).await?;
        }
        self.out.send_packet(Packet::close(label)).await?;
        Ok(())
    }
}

/// The time of a packet in milliseconds.
fn time_of(time: &mut Expression, value: &Value) -> Result<i64, Failure> {
    let wrong = |what: String| Failure::packet(format!("{NAME} `time`: {what}"));
    let found = time.eval(value).map_err(|fault| wrong(fault.to_string()))?;
    millis_of(&found).map_err(|error| wrong(error.to_string()))
}

impl Windows {
    /// The starts of the windows that have a time and are not closed, the latest first.
    fn starts(&self, at: i64) -> impl Iterator<Item = i64> {
        let latest = at.saturating_sub(at.rem_euclid(self.slide));
        let (size, slide, watermark) = (self.size, self.slide, self.watermark);
        let starts = std::iter::successors(Some(latest), move |start| start.checked_sub(slide));
        starts
            .take_while(move |start| start.saturating_add(size) > at)
            .take_while(move |start| {
                watermark.is_none_or(|watermark| start.saturating_add(size) > watermark)
            })
    }

    fn is_open(&self, at: i64) -> bool {
        self.starts(at).next().is_some()
    }

    fn hold(&mut self, at: i64, packet: Packet) {
        let bytes = packet.size_bytes() as u64;
        let starts: Vec<i64> = self.starts(at).collect();
        for start in starts {
            self.packets.entry(start).or_default().push(packet.clone());
            self.bytes += bytes;
        }
    }

    /// How long it is from the watermark to the end of the next window.
    fn until_next_end(&self) -> Option<Duration> {
        let start = self.packets.keys().next()?;
        let left = start
            .saturating_add(self.size)
            .saturating_sub(self.watermark?);
        Some(millis(left.max(0).cast_unsigned()))
    }

    /// The first window, if the watermark has reached its end.
    fn take_due(&mut self) -> Option<(i64, Vec<Packet>)> {
        let first = self.packets.first_entry()?;
        if first.key().saturating_add(self.size) > self.watermark? {
            return None;
        }
        let (start, packets) = first.remove_entry();
        let bytes: u64 = packets
            .iter()
            .map(|packet| packet.size_bytes() as u64)
            .sum();
        self.bytes = self.bytes.saturating_sub(bytes);
        Some((start, packets))
    }
}

fn examples() -> Vec<Example> {
    let text = |ts: &str| Packet::data(Record::from_iter([("ts", ts)]));
    let may = [
        text("2024-05-01T10:00:07Z"),
        text("2024-05-01T12:00:59+02:00"),
    ];
    let mut examples = examples_of_event_time();
    examples.push(
        Example::new("Times as text")
            .iip("time", "ts")
            .iip("size_ms", 60_000)
            .input("in", may.clone())
            .output(
                "out",
                group(1_714_557_600_000, 1_714_557_660_000, may.to_vec()),
            ),
    );
    examples.push(
        Example::new("By the clock; it is 1 January 2024")
            .iip("size_ms", 1000)
            .input("in", ["a", "b"])
            .output(
                "out",
                group(
                    1_704_067_200_000,
                    1_704_067_201_000,
                    vec!["a".into(), "b".into()],
                ),
            ),
    );
    examples
}

fn examples_of_event_time() -> Vec<Example> {
    vec![
        Example::new("Windows of a second, by a field; one packet comes a little late")
            .iip("time", "ts")
            .iip("size_ms", 1000)
            .iip("lateness_ms", 500)
            .input("in", [at(100), at(1200), at(900), at(1600), at(5000)])
            .output(
                "out",
                [
                    group(0, 1000, vec![at(100), at(900)]),
                    group(1000, 2000, vec![at(1200), at(1600)]),
                    group(5000, 6000, vec![at(5000)]),
                ]
                .concat(),
            ),
        Example::new("What comes too late")
            .iip("time", "ts")
            .iip("size_ms", 1000)
            .input("in", [at(100), at(1000), at(999)])
            .output(
                "out",
                [
                    group(0, 1000, vec![at(100)]),
                    group(1000, 2000, vec![at(1000)]),
                ]
                .concat(),
            )
            .output("late", [at(999)]),
        Example::new("Windows that overlap")
            .iip("time", "ts")
            .iip("size_ms", 1000)
            .iip("slide_ms", 500)
            .input("in", [at(600), at(1100)])
            .output(
                "out",
                [
                    group(0, 1000, vec![at(600)]),
                    group(500, 1500, vec![at(600), at(1100)]),
                    group(1000, 2000, vec![at(1100)]),
                ]
                .concat(),
            ),
    ]
}

/// A packet of the examples.
fn at(ts: i64) -> Packet {
    Packet::data(Record::from_iter([("ts", ts)]))
}

/// A window of the examples.
fn group(start: i64, end: i64, packets: Vec<Packet>) -> Vec<Packet> {
    let label = || Record::from_iter([("start", start), ("end", end)]);
    [
        vec![Packet::open(label())],
        packets,
        vec![Packet::close(label())],
    ]
    .concat()
}

contract!(Window);

#[cfg(test)]
mod tests;
