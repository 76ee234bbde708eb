//! `core/Balance`: shares work out.

use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::task::{self, Poll};

use millstream_component::Send;
use millstream_component::prelude::*;

/// Sends each packet to the element of `out` with the fewest waiting packets.
///
/// Put one worker behind each element and each gets as much as it can do.
///
/// # Shape
///
/// Each packet goes to one element. A group stays whole: everything from an outermost bracket to the one that closes it
/// goes to the element that was chosen for it. Of elements with equally many waiting packets, the first one is chosen.
/// The order is kept within an element, not between them.
///
/// # Blocking
///
/// Waits while all elements are full; a packet inside of a group waits for the group's element alone.
///
/// An element whose reader has ended is skipped; the process ends when all have. A reader that ends in the middle of a
/// group does not want its rest, which is dropped.
#[component(name = "core/Balance", examples = examples)]
#[derive(Debug)]
pub struct Balance {
    /// Any packets.
    #[input(name = "in")]
    input: In<Packet>,
    /// The shares.
    #[output]
    out: OutArray<Packet>,
    /// How many groups the stream is in.
    #[state]
    depth: u64,
    /// Where the group at hand goes.
    #[state]
    chosen: usize,
}

impl Process for Balance {
    async fn run(mut self) -> Result<(), Failure> {
        while let Some(packet) = self.input.recv_packet().await {
            let (opens, closes) = (packet.is_open(), packet.is_close());
            if self.depth == 0 {
                self.chosen = self.share_out(packet).await?;
            } else if let Some(out) = self.out.get_mut(self.chosen) {
                // When it is closed, its reader wants no more of this group.
                out.send_packet(packet).await.ok();
            }
            if opens {
                self.depth += 1;
            } else if closes {
                self.depth = self.depth.saturating_sub(1);
            }
        }
        Ok(())
    }
}

impl Balance {
    /// Sends a packet to the element with the fewest waiting packets, and says to which.
    async fn share_out(&mut self, mut packet: Packet) -> Result<usize, Closed> {
        if let Some(at) = self.emptiest()
            && let Some(out) = self.out.get_mut(at)
        {
            match out.raw().try_send(packet) {
                Ok(()) => return Ok(at),
                Err(refused) => packet = refused,
            }
        }
        self.first_room(&packet).await
    }

    /// The element with the fewest waiting packets among those that have room.
    fn emptiest(&mut self) -> Option<usize> {
        self.out
            .iter_mut()
            .enumerate()
            .filter(|(_, out)| out.has_room() && !out.is_closed())
            .map(|(at, out)| (out.raw().depth(), at))
            .min()
            .map(|(_, at)| at)
    }

    /// Waits until one of the elements takes a packet, and says which. Fails when all readers have ended.
    async fn first_room(&mut self, packet: &Packet) -> Result<usize, Closed> {
        let mut elements: Vec<_> = self
            .out
            .iter_mut()
            .enumerate()
            .map(|(at, out)| (out.raw().depth(), at, out))
            .collect();
        elements.sort_by_key(|&(depth, at, _)| (depth, at));
        let mut elements = elements.into_iter();
        let mut sends = Vec::new();
        poll_fn(|cx| {
            // One after the other, because a send may succeed as soon as it is made.
            for (_, at, out) in elements.by_ref() {
                let mut send = out.send_packet(packet.clone());
                match poll_beyond_budget(&mut send, cx) {
                    Poll::Ready(Ok(())) => return Poll::Ready(Ok(at)),
                    Poll::Ready(Err(Closed)) => {}
                    Poll::Pending => sends.push((at, send)),
                }
            }
            let mut taken = None;
            sends.retain_mut(|(at, send)| {
                let sent = taken.is_none().then(|| Pin::new(send).poll(cx));
                if sent == Some(Poll::Ready(Ok(()))) {
                    taken = Some(*at);
                }
                sent == Some(Poll::Pending)
            });
            match taken {
                Some(at) => Poll::Ready(Ok(at)),
                None if sends.is_empty() => Poll::Ready(Err(Closed)),
                None => Poll::Pending,
            }
        })
        .await
    }
}

/// Polls a new send. A port that has used up its budget says once that it waits, even though the packet has entered.
fn poll_beyond_budget(send: &mut Send<'_>, cx: &mut task::Context<'_>) -> Poll<Result<(), Closed>> {
    match Pin::new(&mut *send).poll(cx) {
        Poll::Pending => Pin::new(send).poll(cx),
        sent @ Poll::Ready(_) => sent,
    }
}

fn examples() -> Vec<Example> {
    let packets = || {
        [
            Packet::open("group"),
            Packet::data(1),
            Packet::data(2),
            Packet::close("group"),
        ]
    };
    vec![
        Example::new("A group stays whole")
            .input("in", packets())
            .output("out[0]", packets())
            .output("out[1]", [] as [Packet; 0]),
    ]
}

contract!(Balance);

#[cfg(test)]
mod tests {
    use millstream_component::testing::{Bench, Outcome};

    use super::*;

    async fn share_out(packets: Vec<Packet>, elements: u32) -> Outcome {
        Bench::of::<Balance>()
            .elements("out", elements)
            .input("in", packets)
            .run()
            .await
    }

    #[tokio::test]
    async fn every_element_gets_its_share() {
        let outcome = share_out((0..6).map(Packet::data).collect(), 3).await;
        assert_eq!(outcome.outputs["out[0]"], [0, 3].map(Packet::data));
        assert_eq!(outcome.outputs["out[1]"], [1, 4].map(Packet::data));
        assert_eq!(outcome.outputs["out[2]"], [2, 5].map(Packet::data));
    }

    #[tokio::test]
    async fn the_others_get_more_after_a_group() {
        let group = [
            Packet::open("group"),
            Packet::data(0),
            Packet::close("group"),
        ];
        let packets = group.iter().cloned().chain((1..=4).map(Packet::data));
        let outcome = share_out(packets.collect(), 2).await;
        let more = [group.as_slice(), &[Packet::data(4)]].concat();
        assert_eq!(outcome.outputs["out[0]"], more);
        assert_eq!(outcome.outputs["out[1]"], [1, 2, 3].map(Packet::data));
    }

    #[tokio::test]
    async fn nothing_is_lost_or_doubled_when_all_are_full() {
        for capacity in [1, 2, 3] {
            let outcome = Bench::of::<Balance>()
                .elements("out", 3)
                .input("in", 0..5000)
                .capacity(capacity)
                .run()
                .await;
            let mut packets: Vec<_> = outcome.outputs.into_values().flatten().collect();
            packets.sort_by_key(|packet| packet.value().and_then(Value::as_int));
            let expected: Vec<_> = (0..5000).map(Packet::data).collect();
            assert_eq!(packets, expected);
        }
    }
}
