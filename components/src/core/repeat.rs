//! `core/Repeat`: the component that changes nothing.

use millstream_component::prelude::*;

/// Passes every packet on as it is.
///
/// Useful as a named point in a graph: to join several connectors into one, or to give a subgraph a port.
///
/// # Shape
///
/// One packet out for each packet in, brackets and headers included, in the same order.
#[component(name = "core/Repeat", operator, examples = examples)]
#[derive(Debug)]
pub struct Repeat {
    /// Any packets.
    #[input(name = "in")]
    input: In<Packet>,
    /// The same packets.
    #[output]
    out: Out<Packet>,
}

impl Operator for Repeat {
    #[inline]
    fn process(&mut self, packet: Packet) -> Result<(), Failure> {
        self.out.emit_packet(packet);
        Ok(())
    }
}

fn examples() -> Vec<Example> {
    let packets = || {
        [
            Packet::data("a"),
            Packet::open("group"),
            Packet::data(2),
            Packet::close("group"),
        ]
    };
    vec![
        Example::new("Everything passes, brackets too")
            .input("in", packets())
            .output("out", packets()),
    ]
}

contract!(Repeat);

#[cfg(test)]
mod tests {
    use millstream_component::testing::Bench;
    use millstream_packet::Headers;

    use super::*;

    #[tokio::test]
    async fn headers_are_kept() {
        let headers = Headers {
            id: Some(Text::from("first")),
            ..Headers::default()
        };
        let packet = Packet::data(1).with_headers(headers);
        let outcome = Bench::of::<Repeat>()
            .input("in", [packet.clone()])
            .run()
            .await;
        assert_eq!(outcome.outputs["out"], [packet]);
    }
}
