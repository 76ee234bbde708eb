//! `core/Drop`: where packets end that nobody wants.

use millstream_component::prelude::*;

/// Discards every packet.
///
/// Connect it to a port whose packets are not needed but whose component must go on.
///
/// # Shape
///
/// Takes everything, data and brackets, and sends nothing.
#[component(name = "core/Drop", operator, examples = examples)]
#[derive(Debug)]
pub struct Drop {
    /// Any packets.
    #[input(name = "in")]
    input: In<Packet>,
}

impl Operator for Drop {
    #[inline]
    fn process(&mut self, _packet: Packet) -> Result<(), Failure> {
        Ok(())
    }
}

fn examples() -> Vec<Example> {
    vec![Example::new("Takes anything").input(
        "in",
        [
            Packet::open("group"),
            Packet::data("unwanted"),
            Packet::close("group"),
            Packet::data(1),
        ],
    )]
}

contract!(Drop);

#[cfg(test)]
mod tests {
    use millstream_component::testing::Bench;

    use super::*;

    #[tokio::test]
    async fn everything_is_taken() {
        let outcome = Bench::of::<Drop>()
            .input("in", [1, 2, 3])
            .capacity(1)
            .run()
            .await;
        assert!(outcome.result.is_ok());
        assert_eq!(outcome.left_over, 0);
    }
}
