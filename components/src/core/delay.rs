//! `core/Delay`: everything a little later.

use std::collections::VecDeque;

use millstream_component::prelude::*;
use tokio::time::Instant;

use super::deadline::{Arrival, Deadline, millis};

/// Most packets that are held at a time.
const HELD_MAX: usize = 1024;

/// Settings of [`Delay`].
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DelaySettings {
    /// By how many milliseconds each packet is delayed.
    #[schemars(range(max = 31_536_000_000_u64), extend("hot" = true))]
    ms: u64,
}

/// Passes each packet on `ms` milliseconds after it came.
///
/// # Shape
///
/// One packet out for each packet in, brackets included, in the same order.
///
/// # Blocking
///
/// The time of each packet runs by itself from the moment it is taken from the connector, so the stream gets later, not
/// slower: a burst comes out as a burst. No packet comes out too early; one that finds the out-port full comes out
/// later.
///
/// # Memory
///
/// Holds at most 1024 packets that wait for their time. While so many wait, no more are taken, which slows a stream of
/// more than 1024 packets per `ms` milliseconds down to that rate.
#[component(name = "core/Delay", examples = examples)]
pub async fn delay(
    mut config: Config<DelaySettings>,
    /// Any packets.
    #[port(name = "in")]
    mut input: In<Packet>,
    /// The same packets, later.
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    let mut deadline = Deadline::default();
    let mut held: VecDeque<(Instant, Packet)> = VecDeque::new();
    loop {
        let arrival = if held.len() < HELD_MAX {
            let due = held.front().map(|&(due, _)| due);
            deadline.recv(input.raw(), due).await
        } else {
            Arrival::TimeUp
        };
        match arrival {
            Arrival::Packet(packet) => {
                config.refresh();
                held.push_back((Instant::now() + millis(config.ms), packet));
            }
            Arrival::TimeUp => emit_first(&mut held, &mut deadline, &mut out).await?,
            Arrival::End => break,
        }
    }
    while !held.is_empty() {
        emit_first(&mut held, &mut deadline, &mut out).await?;
    }
    Ok(())
}

/// Emits the packet that came first, at its time.
async fn emit_first(
    held: &mut VecDeque<(Instant, Packet)>,
    deadline: &mut Deadline,
    out: &mut Out<Packet>,
) -> Result<(), Failure> {
    if let Some((due, packet)) = held.pop_front() {
        if due > Instant::now() {
            deadline.wait(due).await;
        }
        out.send_packet(packet).await?;
    }
    Ok(())
}

fn examples() -> Vec<Example> {
    let packets = || {
        [
            Packet::data(1),
            Packet::open("group"),
            Packet::data(2),
            Packet::close("group"),
        ]
    };
    vec![
        Example::new("The same, half a second later")
            .iip("ms", 500)
            .input("in", packets())
            .output("out", packets()),
    ]
}

contract!(Delay);

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use millstream_component::testing::{Bench, Outcome};

    use super::*;

    async fn delay_by_ten(packets: i64) -> (Outcome, Duration) {
        let start = Instant::now();
        let bench = Bench::of::<Delay>().iip("ms", 10).input("in", 0..packets);
        (bench.run().await, start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_takes_no_longer_than_one_packet() {
        let (outcome, elapsed) = delay_by_ten(1000).await;
        assert_eq!(outcome.outputs["out"].len(), 1000);
        assert!((10..=12).contains(&elapsed.as_millis()), "{elapsed:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn more_than_can_be_held_takes_several_times_as_long() {
        let (outcome, elapsed) = delay_by_ten(3 * 1024).await;
        let expected: Vec<_> = (0..3 * 1024).map(Packet::data).collect();
        assert_eq!(outcome.outputs["out"], expected);
        assert!((30..=36).contains(&elapsed.as_millis()), "{elapsed:?}");
    }
}
