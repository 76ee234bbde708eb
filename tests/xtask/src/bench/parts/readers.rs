//! Readers, and components that measure.

use std::hint::black_box;
use std::time::Instant;

use millstream_component::prelude::*;
use millstream_component::{DuplicateName, Registry};

use super::probe::{Probe, since_start};
use crate::{alloc, machine};

pub(super) fn register(registry: &mut Registry) -> Result<(), DuplicateName> {
    registry.add::<Ping>()?;
    registry.add::<Tally>()?;
    registry.add::<AnyOf>()?;
    registry.add::<Uncross>()?;
    registry.add::<Witness>()?;
    registry.add::<Arrival>()
}

/// How often something is done.
#[derive(Debug, Deserialize, JsonSchema)]
struct TimesSettings {
    /// How often.
    times: i64,
}

/// Sends a packet, waits until it comes back, and notes the nanoseconds of each round.
#[component(name = "bench/Ping")]
async fn ping(
    config: Config<TimesSettings>,
    /// Takes the nanoseconds.
    mut probe: In<Packet>,
    /// What comes back.
    #[port(name = "in")]
    mut input: In<Packet>,
    /// What goes out.
    mut out: Out<i64>,
) -> Result<(), Failure> {
    let probe = Probe::from_port(&mut probe).await?;
    let mut rounds = Vec::new();
    let mut last = Instant::now();
    for round in 0..config.times {
        out.send(round).await?;
        if input.recv_packet().await.is_none() {
            break;
        }
        let now = Instant::now();
        rounds.push(u64::try_from((now - last).as_nanos()).unwrap_or(u64::MAX));
        last = now;
    }
    probe.note(rounds);
    Ok(())
}

/// When a tally is taken.
#[derive(Debug, Deserialize, JsonSchema)]
struct TallySettings {
    /// After how many packets.
    after: i64,
    /// How many writers there are.
    writers: i64,
}

/// Counts the packets of each writer by their marks, and notes the counts after some packets.
#[component(name = "bench/Tally")]
async fn tally(
    config: Config<TallySettings>,
    /// Takes the counts.
    mut probe: In<Packet>,
    /// Marks.
    #[port(name = "in")]
    mut input: In<i64>,
) -> Result<(), Failure> {
    let probe = Probe::from_port(&mut probe).await?;
    let mut counts = vec![0_u64; usize::try_from(config.writers)?];
    let mut left = config.after;
    while let Some(mark) = input.recv().await? {
        if let Some(count) = counts.get_mut(usize::try_from(mark)?) {
            *count += 1;
        }
        left -= 1;
        if left == 0 {
            probe.note(counts.iter().copied());
        }
    }
    Ok(())
}

/// Takes packets of any element.
#[component(name = "bench/AnyOf")]
async fn any_of(
    /// Packets.
    #[port(name = "in")]
    mut inputs: InArray<Packet>,
) -> Result<(), Failure> {
    while let Some(packet) = inputs.recv_any().await {
        black_box(packet);
    }
    Ok(())
}

/// Takes one of many, then the one, then the rest of the many: what `bench/Crossed` sends.
#[component(name = "bench/Uncross")]
async fn uncross(
    /// Five at a time.
    mut many: In<i64>,
    /// One at a time.
    mut one: In<i64>,
) -> Result<(), Failure> {
    while many.recv().await?.is_some() {
        if one.recv().await?.is_none() {
            return Err(Failure::fatal("the one did not come"));
        }
        for _ in 0..4 {
            many.recv().await?;
        }
    }
    Ok(())
}

/// Notes the time and the memory when every other process has been polled, and then sends one packet.
#[component(name = "bench/Witness")]
async fn witness(
    /// Takes nanoseconds since the start, bytes allocated, bytes resident.
    mut probe: In<Packet>,
    /// One packet.
    mut out: Out<i64>,
) -> Result<(), Failure> {
    let probe = Probe::from_port(&mut probe).await?;
    // At the end of the queue, behind all that were there before.
    tokio::task::yield_now().await;
    let live_bytes = u64::try_from(alloc::tally().live_bytes).unwrap_or(0);
    let resident_bytes = machine::resident_bytes().unwrap_or(0);
    probe.note([since_start(), live_bytes, resident_bytes]);
    out.send(1).await?;
    Ok(())
}

/// Notes the time when the first packet comes.
#[component(name = "bench/Arrival")]
async fn arrival(
    /// Takes nanoseconds since the start.
    mut probe: In<Packet>,
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
) -> Result<(), Failure> {
    let probe = Probe::from_port(&mut probe).await?;
    if input.recv_packet().await.is_some() {
        probe.note([since_start()]);
    }
    Ok(())
}
