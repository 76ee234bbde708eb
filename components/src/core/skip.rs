//! `core/Skip`: a stream without its beginning.

use millstream_component::prelude::*;

/// Settings of [`Skip`].
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SkipSettings {
    /// How many data packets to leave out.
    count: u64,
}

/// Leaves the first `count` data packets out and passes the others on.
///
/// # Shape
///
/// Only data packets count. All brackets pass in place, so a group may become shorter or empty.
#[component(name = "core/Skip", operator, examples = examples)]
#[derive(Debug)]
pub struct Skip {
    #[config]
    settings: Config<SkipSettings>,
    /// Any packets.
    #[input(name = "in")]
    input: In<Packet>,
    /// All but the first.
    #[output]
    out: Out<Packet>,
    #[state]
    skipped: u64,
}

impl Operator for Skip {
    fn process(&mut self, packet: Packet) -> Result<(), Failure> {
        if self.skipped < self.settings.count {
            self.skipped += 1;
        } else {
            self.out.emit_packet(packet);
        }
        Ok(())
    }
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("All but the first two")
            .iip("count", 2)
            .input("in", [1, 2, 3, 4])
            .output("out", [3, 4]),
        Example::new("Brackets stay")
            .iip("count", 2)
            .input(
                "in",
                [
                    Packet::open("a"),
                    Packet::data(1),
                    Packet::close("a"),
                    Packet::open("b"),
                    Packet::data(2),
                    Packet::data(3),
                    Packet::close("b"),
                ],
            )
            .output(
                "out",
                [
                    Packet::open("a"),
                    Packet::close("a"),
                    Packet::open("b"),
                    Packet::data(3),
                    Packet::close("b"),
                ],
            ),
    ]
}

contract!(Skip);
