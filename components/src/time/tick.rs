//! `time/Tick`: a clock.

use std::num::NonZeroU64;
use std::time::Duration;

use millstream_component::prelude::*;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use crate::file::ahead::while_read;

/// Settings of [`Tick`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TickSettings {
    /// Time between two ticks in milliseconds.
    #[schemars(extend("hot" = true))]
    every_ms: NonZeroU64,
    /// Number of ticks; 0 goes on for ever.
    #[serde(default)]
    count: u64,
}

/// Emits a packet at regular times.
///
/// The packet is the number of the tick, from 1. The first one comes `every_ms` after the start.
///
/// Ticks keep to the times that the start sets, and never pile up: when the reader is so slow that ticks are missed,
/// one comes as soon as there is room, and the next one at its time. Missed ticks do not count.
#[component(name = "time/Tick", examples = examples)]
pub(crate) async fn tick(
    mut config: Config<TickSettings>,
    /// The number of the tick.
    mut out: Out<i64>,
) -> Result<(), Failure> {
    let mut interval = clock(config.every_ms);
    let mut number = 0;
    while config.count == 0 || number < config.count {
        while_read(&mut out, interval.tick()).await?;
        number += 1;
        out.send(number.cast_signed()).await?;
        if config.refresh() {
            interval = clock(config.every_ms);
        }
    }
    Ok(())
}

fn clock(every_ms: NonZeroU64) -> Interval {
    let period = Duration::from_millis(every_ms.get());
    let mut interval = interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Skip);
    interval
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("Three ticks, one a second")
            .iip("every_ms", 1000)
            .iip("count", 3)
            .output("out", [1_i64, 2, 3]),
    ]
}

contract!(Tick);

#[cfg(test)]
mod tests {
    use millstream_component::testing::Bench;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn ticks_come_at_their_times() {
        let start = Instant::now();
        let bench = Bench::of::<Tick>().iip("every_ms", 250).iip("count", 4);
        let outcome = bench.run().await;
        assert_eq!(outcome.outputs["out"], [1_i64, 2, 3, 4].map(Packet::data));
        assert_eq!(start.elapsed(), Duration::from_secs(1));
    }

    #[tokio::test]
    async fn there_is_some_time_between_ticks() {
        let outcome = Bench::of::<Tick>().iip("every_ms", 0).run().await;
        assert!(outcome.result.is_err());
    }
}
