//! `core/Copy`: one stream becomes several.

use millstream_component::prelude::*;

/// Sends a copy of each packet to every connected element of `out`, in index order.
///
/// Long text, lists and records are shared by the copies, so a copy costs little.
///
/// # Shape
///
/// Each element gets every packet, brackets and headers included, in the same order.
///
/// # Blocking
///
/// The slowest reader sets the pace: the next packet waits until all elements have taken this one. An element whose
/// reader has ended is skipped; the process ends when all have.
#[component(name = "core/Copy", operator, examples = examples)]
#[derive(Debug)]
pub struct Copy {
    /// Any packets.
    #[input(name = "in")]
    input: In<Packet>,
    /// The copies.
    #[output]
    out: OutArray<Packet>,
}

impl Operator for Copy {
    fn process(&mut self, packet: Packet) -> Result<(), Failure> {
        let mut readers = self.out.iter_mut().filter(|out| !out.is_closed());
        let Some(mut reader) = readers.next() else {
            return Ok(());
        };
        for next in readers {
            reader.emit_packet(packet.clone());
            reader = next;
        }
        reader.emit_packet(packet);
        Ok(())
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
        Example::new("Every element gets everything")
            .input("in", packets())
            .output("out[0]", packets())
            .output("out[1]", packets())
            .output("out[2]", packets()),
    ]
}

contract!(Copy);
