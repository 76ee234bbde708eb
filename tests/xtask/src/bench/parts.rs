//! Components that the benches are built of: the least that a component can do.

mod probe;
mod readers;
mod rows;
mod sources;

use std::hint::black_box;

use millstream_component::prelude::*;
use millstream_component::{DuplicateName, Registry};

pub(super) use probe::{Probe, since_start};
pub(super) use rows::take_kept;

/// Adds the parts to a registry.
///
/// # Errors
///
/// Fails when a name is taken.
pub(super) fn register(registry: &mut Registry) -> Result<(), DuplicateName> {
    registry.add::<Numbers>()?;
    registry.add::<Pass>()?;
    registry.add::<Sink>()?;
    registry.add::<Work>()?;
    registry.add::<Idle>()?;
    sources::register(registry)?;
    rows::register(registry)?;
    readers::register(registry)
}

/// How many ints a source emits.
#[derive(Debug, Deserialize, JsonSchema)]
struct NumbersSettings {
    /// How many.
    count: i64,
}

/// Emits ints, one send each.
#[component(name = "bench/Numbers")]
async fn numbers(
    config: Config<NumbersSettings>,
    /// The ints.
    mut out: Out<i64>,
) -> Result<(), Failure> {
    for number in 0..config.count {
        out.send(number).await?;
    }
    Ok(())
}

/// Passes each packet on, one receive and one send each.
#[component(name = "bench/Pass")]
async fn pass(
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
    /// The same packets.
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    while let Some(packet) = input.recv_packet().await {
        out.send_packet(packet).await?;
    }
    Ok(())
}

/// Drops each packet, one receive each.
#[component(name = "bench/Sink")]
async fn sink(
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
) -> Result<(), Failure> {
    while let Some(packet) = input.recv_packet().await {
        black_box(packet);
    }
    Ok(())
}

/// How much work a packet is.
#[derive(Debug, Deserialize, JsonSchema)]
struct WorkSettings {
    /// Rounds of arithmetic for each packet.
    rounds: u64,
}

/// Passes each packet on after some arithmetic.
#[component(name = "bench/Work", cost = heavy)]
async fn work(
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
    config: Config<WorkSettings>,
    /// The same packets.
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    while let Some(packet) = input.recv_packet().await {
        let mut state = 1_u64;
        for round in 0..config.rounds {
            state = black_box(
                state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(round),
            );
        }
        out.send_packet(packet).await?;
    }
    Ok(())
}

/// Passes packets on by runs, as components of the library do.
#[component(name = "bench/Idle", operator)]
#[derive(Debug)]
struct Idle {
    /// Packets.
    #[input(name = "in")]
    input: In<Packet>,
    /// The same packets.
    #[output]
    out: Out<Packet>,
}

impl Operator for Idle {
    #[inline]
    fn process(&mut self, packet: Packet) -> Result<(), Failure> {
        self.out.emit(packet);
        Ok(())
    }
}
