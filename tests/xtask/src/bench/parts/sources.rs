//! Sources.

use millstream_component::prelude::*;
use millstream_component::{DuplicateName, Registry};

pub(super) fn register(registry: &mut Registry) -> Result<(), DuplicateName> {
    registry.add::<Copies>()?;
    registry.add::<Marked>()?;
    registry.add::<Bracketed>()?;
    registry.add::<Spray>()?;
    registry.add::<Crossed>()
}

/// How many packets a source emits.
#[derive(Debug, Deserialize, JsonSchema)]
struct CountSettings {
    /// How many.
    count: i64,
}

/// Emits copies of one packet.
#[component(name = "bench/Copies")]
async fn copies(
    config: Config<CountSettings>,
    /// The packet.
    mut packet: In<Packet>,
    /// The copies.
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    let Some(packet) = packet.recv_packet().await else {
        return Ok(());
    };
    for _ in 0..config.count {
        out.send_packet(packet.clone()).await?;
    }
    Ok(())
}

/// What a source marks its packets with.
#[derive(Debug, Deserialize, JsonSchema)]
struct MarkedSettings {
    /// How many.
    count: i64,
    /// The mark.
    mark: i64,
}

/// Emits the same int again and again.
#[component(name = "bench/Marked")]
async fn marked(
    config: Config<MarkedSettings>,
    /// The ints.
    mut out: Out<i64>,
) -> Result<(), Failure> {
    for _ in 0..config.count {
        out.send(config.mark).await?;
    }
    Ok(())
}

/// Emits groups of three ints, a thousand to a group of groups, and one group round all.
#[component(name = "bench/Bracketed")]
async fn bracketed(
    config: Config<CountSettings>,
    /// The groups.
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    out.send_packet(Packet::open(1)).await?;
    for group in 0..config.count {
        if group % 1000 == 0 {
            out.send_packet(Packet::open(2)).await?;
        }
        out.send_packet(Packet::open(3)).await?;
        for number in 0..3 {
            out.send_packet(Packet::data(number)).await?;
        }
        out.send_packet(Packet::close(3)).await?;
        if group % 1000 == 999 || group + 1 == config.count {
            out.send_packet(Packet::close(2)).await?;
        }
    }
    out.send_packet(Packet::close(1)).await?;
    Ok(())
}

/// Emits ints to the first element; the others stay open and silent.
#[component(name = "bench/Spray")]
async fn spray(
    config: Config<CountSettings>,
    /// The elements.
    mut out: OutArray<i64>,
) -> Result<(), Failure> {
    let Some(first) = out.get_mut(0) else {
        return Ok(());
    };
    for number in 0..config.count {
        first.send(number).await?;
    }
    Ok(())
}

/// Sends five packets one way and then one another way.
#[component(name = "bench/Crossed")]
async fn crossed(
    config: Config<CountSettings>,
    /// Five at a time.
    mut many: Out<i64>,
    /// One at a time.
    mut one: Out<i64>,
) -> Result<(), Failure> {
    for round in 0..config.count {
        for _ in 0..5 {
            many.send(round).await?;
        }
        one.send(round).await?;
    }
    Ok(())
}
