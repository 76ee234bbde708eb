//! `core/Concat`: several streams one after the other.

use millstream_component::prelude::*;

/// Passes all of `in[0]` on to its end, then all of `in[1]`, and so on.
///
/// # Shape
///
/// Every packet of every element, brackets and headers included; the order within an element stays.
///
/// # Blocking
///
/// Elements that are not yet their turn are not read: their connectors fill and their writers wait. When the elements
/// come from one common process, that process must not need a later element read before an earlier one ends.
#[component(name = "core/Concat", examples = examples)]
pub async fn concat(
    /// The streams, in index order.
    #[port(name = "in")]
    mut inputs: InArray<Packet>,
    /// The streams in a row.
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    for input in &mut inputs {
        while let Some(packet) = input.recv_packet().await {
            out.send_packet(packet).await?;
        }
    }
    Ok(())
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("The second after the first")
            .input("in[0]", [1, 2, 3])
            .input("in[1]", [10, 20])
            .output("out", [1, 2, 3, 10, 20]),
        Example::new("Brackets stay where they are")
            .input(
                "in[0]",
                [
                    Packet::open("head"),
                    Packet::data("title"),
                    Packet::close("head"),
                ],
            )
            .input("in[1]", ["body"])
            .output(
                "out",
                [
                    Packet::open("head"),
                    Packet::data("title"),
                    Packet::close("head"),
                    Packet::data("body"),
                ],
            ),
    ]
}

contract!(Concat);

#[cfg(test)]
mod tests {
    use millstream_component::testing::Bench;

    use super::*;

    #[tokio::test]
    async fn holes_in_the_indices_do_not_matter() {
        let outcome = Bench::of::<Concat>()
            .input("in[7]", [7])
            .input("in[2]", [2])
            .run()
            .await;
        assert_eq!(outcome.outputs["out"], [Packet::data(2), Packet::data(7)]);
    }
}
