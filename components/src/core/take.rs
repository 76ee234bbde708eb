//! `core/Take`: the beginning of a stream.

use millstream_component::prelude::*;

use super::open_groups::OpenGroups;

/// Settings of [`Take`].
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TakeSettings {
    /// How many data packets to pass on.
    count: u64,
}

/// Passes the first `count` data packets on, then ends.
///
/// # Shape
///
/// Only data packets count. Brackets pass in place up to the last of these data packets; groups that are open then are
/// closed. What comes later stays undelivered: the writers learn that nobody reads any more and end in good order.
#[component(name = "core/Take", operator, prepare, examples = examples)]
#[derive(Debug)]
pub struct Take {
    #[config]
    settings: Config<TakeSettings>,
    /// Any packets.
    #[input(name = "in")]
    input: In<Packet>,
    /// The first of them.
    #[output]
    out: Out<Packet>,
    #[state]
    taken: u64,
    #[state]
    groups: OpenGroups,
}

impl Take {
    #[expect(clippy::unnecessary_wraps, reason = "the attribute wants a result")]
    fn prepare(&mut self) -> Result<(), Failure> {
        if self.settings.count == 0 {
            self.input.close();
        }
        Ok(())
    }
}

impl Operator for Take {
    fn process(&mut self, packet: Packet) -> Result<(), Failure> {
        self.taken += 1;
        self.out.emit_packet(packet);
        Ok(())
    }

    fn bracket(&mut self, bracket: Packet) -> Result<(), Failure> {
        self.groups.follow(&bracket);
        self.out.emit_packet(bracket);
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.taken >= self.settings.count
    }

    fn finish(&mut self) -> Result<(), Failure> {
        while let Some(bracket) = self.groups.close() {
            self.out.emit_packet(bracket);
        }
        Ok(())
    }
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("The first two")
            .iip("count", 2)
            .input("in", [1, 2, 3, 4])
            .output("out", [1, 2]),
        Example::new("Groups that were let begin are closed")
            .iip("count", 3)
            .input(
                "in",
                [
                    Packet::open("outer"),
                    Packet::data(1),
                    Packet::data(2),
                    Packet::open("inner"),
                    Packet::data(3),
                    Packet::data(4),
                    Packet::close("inner"),
                    Packet::close("outer"),
                ],
            )
            .output(
                "out",
                [
                    Packet::open("outer"),
                    Packet::data(1),
                    Packet::data(2),
                    Packet::open("inner"),
                    Packet::data(3),
                    Packet::close("inner"),
                    Packet::close("outer"),
                ],
            ),
        Example::new("None at all")
            .iip("count", 0)
            .input("in", [Packet::open("group"), Packet::data(1)])
            .output("out", [] as [Packet; 0]),
    ]
}

contract!(Take);

#[cfg(test)]
mod tests {
    use millstream_component::testing::Bench;

    use super::*;

    #[tokio::test]
    async fn the_rest_stays_with_its_writer() {
        let outcome = Bench::of::<Take>()
            .iip("count", 1)
            .input("in", 0..100)
            .capacity(1)
            .run()
            .await;
        assert_eq!(outcome.outputs["out"], [Packet::data(0)]);
        assert!(outcome.left_over >= 97, "{}", outcome.left_over);
    }
}
