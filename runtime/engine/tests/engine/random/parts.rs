//! Components of random graphs. Branches write themselves into the packets; readers that end do not end a branch.

use millstream_component::Registry;
use millstream_component::prelude::*;

use crate::parts::Number;

pub(super) fn register(registry: &mut Registry) {
    registry.add::<Fork>().unwrap();
    registry.add::<Balance>().unwrap();
    registry.add::<Zip>().unwrap();
    registry.add::<Round>().unwrap();
}

/// The packet with one more branch on its way.
fn branched(packet: &Packet, branch: i64) -> Packet {
    let Some(way) = packet.value().and_then(Value::as_list) else {
        return packet.clone();
    };
    let mut way = way.to_vec();
    way.push(branch.into());
    Packet::data(Value::list(way))
}

/// Sends a packet unless nobody reads it; true if somebody does.
async fn offer(out: &mut Out<Packet>, packet: &Packet, branch: i64) -> bool {
    if out.is_closed() {
        return false;
    }
    out.send_packet(branched(packet, branch)).await.is_ok()
}

/// Sends each packet to every element that is still read.
#[component(name = "test/Fork")]
async fn fork(
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
    config: Config<Number>,
    /// Copies.
    mut out: OutArray<Packet>,
) -> Result<(), Failure> {
    while let Some(packet) = input.recv_packet().await {
        let mut any = false;
        for (branch, element) in (config.n..).zip(&mut out) {
            any |= offer(element, &packet, branch).await;
        }
        if !any {
            return Err(Closed.into());
        }
    }
    Ok(())
}

/// Sends packets, or whole groups, to one element after the other.
#[component(name = "test/Balance")]
async fn balance(
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
    config: Config<Number>,
    /// Shares.
    mut out: OutArray<Packet>,
) -> Result<(), Failure> {
    let (mut at, mut depth) = (0, 0_u32);
    while let Some(packet) = input.recv_packet().await {
        depth += u32::from(packet.is_open());
        depth -= u32::from(packet.is_close());
        let branch = config.n + i64::try_from(at).unwrap();
        if let Some(element) = out.get_mut(at) {
            offer(element, &packet, branch).await;
        }
        if out.iter().all(Out::is_closed) {
            return Err(Closed.into());
        }
        if depth == 0 {
            at = (at + 1) % out.len();
        }
    }
    Ok(())
}

/// Takes one packet of each element in turn until all have ended.
#[component(name = "test/Zip")]
async fn zip(
    /// Packets.
    #[port(name = "in")]
    mut inputs: InArray<Packet>,
    /// All of them.
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    let mut ended = 0;
    let mut done = vec![false; inputs.len()];
    while ended < done.len() {
        for (input, done) in (&mut inputs).into_iter().zip(&mut done) {
            if *done {
                continue;
            }
            if let Some(packet) = input.recv_packet().await {
                out.send_packet(packet).await?;
            } else {
                *done = true;
                ended += 1;
            }
        }
    }
    Ok(())
}

/// Sends each packet round a cycle before it passes it on.
#[component(name = "test/Round")]
async fn round(
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
    /// The way back.
    mut back: In<Packet>,
    /// The way round.
    mut way: Out<Packet>,
    /// The same packets.
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    while let Some(packet) = input.recv_packet().await {
        way.send_packet(packet).await?;
        let Some(packet) = back.recv_packet().await else {
            return Err(Failure::fatal("the cycle broke"));
        };
        out.send_packet(packet).await?;
    }
    Ok(())
}
