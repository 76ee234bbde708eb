//! `core/Count`: how many packets a stream has.

use millstream_component::prelude::*;

/// Counts data packets; emits the number at the end.
///
/// # Shape
///
/// Packets pass through to `out` unchanged, if it is connected. At the end of the stream one int goes to `count`, also
/// when it is 0. Brackets are not counted and do not reach `count`.
#[component(name = "core/Count", operator, examples = examples)]
#[derive(Debug)]
pub struct Count {
    /// Any packets.
    #[input(name = "in")]
    input: In<Packet>,
    /// The same packets.
    #[output(optional)]
    out: Out<Packet>,
    /// The number of data packets, at the end.
    #[output(name = "count", at_end)]
    total: Out<i64>,
    #[state]
    counted: i64,
}

impl Operator for Count {
    fn process(&mut self, packet: Packet) -> Result<(), Failure> {
        self.counted += 1;
        self.out.emit_packet(packet);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.total.emit(self.counted);
        Ok(())
    }
}

fn examples() -> Vec<Example> {
    let packets = || {
        [
            Packet::open("group"),
            Packet::data("a"),
            Packet::data("b"),
            Packet::close("group"),
            Packet::data("c"),
        ]
    };
    vec![
        Example::new("Brackets pass but do not count")
            .input("in", packets())
            .output("out", packets())
            .output("count", [3]),
        Example::new("Nothing is 0")
            .input("in", [] as [Packet; 0])
            .output("count", [0]),
    ]
}

contract!(Count);
