//! `core/Throttle`: no more than so many packets in so much time.

use std::collections::VecDeque;
use std::num::NonZeroUsize;

use millstream_component::prelude::*;
use tokio::time::Instant;

use super::deadline::{Deadline, millis};

/// Settings of [`Throttle`].
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ThrottleSettings {
    /// How many data packets may pass in `per_ms`.
    #[schemars(extend("hot" = true))]
    packets: NonZeroUsize,
    /// How many milliseconds `packets` counts for.
    #[serde(default = "second")]
    #[schemars(range(min = 1, max = 31_536_000_000_u64), extend("hot" = true))]
    per_ms: u64,
}

fn second() -> u64 {
    1000
}

/// Passes no more than `packets` data packets in any `per_ms` milliseconds.
///
/// # Shape
///
/// Every packet passes unchanged and in order. Brackets do not count, but keep their place.
///
/// # Blocking
///
/// A data packet waits until the one that passed `packets` before it is `per_ms` milliseconds old. So up to `packets`
/// pass at once after a pause, and the rate holds in every span of time, wherever one starts to look. While a packet
/// waits, no other is taken: the connector fills and its writers wait.
///
/// # Memory
///
/// Remembers when the last `packets` packets passed, 16 bytes each.
#[component(name = "core/Throttle", examples = examples)]
pub async fn throttle(
    mut config: Config<ThrottleSettings>,
    /// Any packets.
    #[port(name = "in")]
    mut input: In<Packet>,
    /// The same packets, no faster than allowed.
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    let mut deadline = Deadline::default();
    let mut passed: VecDeque<Instant> = VecDeque::new();
    while let Some(packet) = input.recv_packet().await {
        if !packet.is_data() {
            out.send_packet(packet).await?;
            continue;
        }
        config.refresh();
        let span = millis(config.per_ms);
        while passed.len() > config.packets.get() {
            passed.pop_front();
        }
        if passed.len() == config.packets.get()
            && let Some(first) = passed.pop_front()
            && first + span > Instant::now()
        {
            deadline.wait(first + span).await;
        }
        out.send_packet(packet).await?;
        passed.push_back(Instant::now());
    }
    Ok(())
}

fn examples() -> Vec<Example> {
    let packets = || {
        [
            Packet::open("group"),
            Packet::data(1),
            Packet::data(2),
            Packet::close("group"),
            Packet::data(3),
        ]
    };
    vec![
        Example::new("Everything passes, two a second")
            .iip("packets", 2)
            .input("in", packets())
            .output("out", packets()),
    ]
}

contract!(Throttle);

#[cfg(test)]
mod tests {
    use millstream_component::testing::Bench;

    use super::*;

    async fn millis_for(packets: i64) -> u128 {
        let start = Instant::now();
        let outcome = Bench::of::<Throttle>()
            .iip("packets", 3)
            .iip("per_ms", 100)
            .input("in", 0..packets)
            .run()
            .await;
        assert!(outcome.result.is_ok());
        start.elapsed().as_millis()
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_ones_pass_at_once() {
        assert_eq!(millis_for(3).await, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn the_others_come_at_the_rate() {
        let elapsed = millis_for(10).await;
        assert!((300..=306).contains(&elapsed), "{elapsed}");
    }
}
