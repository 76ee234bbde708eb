//! `data/Filter`: keeps the packets for which a condition is true.

use millstream_component::prelude::*;
use millstream_expression::Condition;

use crate::expression::ConditionText;

/// Settings of [`Filter`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FilterSettings {
    /// The condition, such as `quantity >= 20 and region != "island"`.
    #[serde(rename = "where")]
    #[schemars(extend("hot" = true))]
    condition: ConditionText,
}

/// Keeps the packets for which a condition is true.
///
/// The condition is an expression of the packet's value.
///
/// # Shape
///
/// Packets for which it is true go unchanged to `out`, the others to `rejected` if that is connected; else they are
/// dropped. Order is kept. Brackets pass to `out` in place.
///
/// # Errors
///
/// A condition that has no answer for a packet (a field is missing, a kind does not suit) is a failure of that packet; a
/// mistake in it fails at the start, with the character.
#[component(name = "data/Filter", operator, prepare, examples = examples)]
#[derive(Debug)]
pub struct Filter {
    #[config]
    settings: Config<FilterSettings>,
    /// Any packets.
    #[input(name = "in")]
    input: In<Packet>,
    /// The packets for which the condition is true.
    #[output]
    out: Out<Packet>,
    /// The others.
    #[output(optional)]
    rejected: Out<Packet>,
    /// Compiled before the first packet.
    #[state]
    condition: Option<Condition>,
}

impl Filter {
    fn prepare(&mut self) -> Result<(), Failure> {
        self.condition = Some(self.settings.condition.compile("where")?);
        Ok(())
    }
}

impl Operator for Filter {
    #[inline(always)]
    fn process(&mut self, packet: Packet) -> Result<(), Failure> {
        let (Some(condition), Some(value)) = (&mut self.condition, packet.value()) else {
            return Ok(());
        };
        match condition.holds(value) {
            Ok(true) => {
                self.out.emit_packet(packet);
            }
            Ok(false) => {
                if self.rejected.is_connected() {
                    self.rejected.emit_packet(packet);
                }
            }
            Err(fault) => {
                return Err(Failure::packet(format!("data/Filter `where`: {fault}")));
            }
        }
        Ok(())
    }
}

fn examples() -> Vec<Example> {
    let order = |region: &str, quantity: i64| {
        Record::from_iter([
            ("region", Value::from(region)),
            ("quantity", quantity.into()),
        ])
    };
    let letter = Record::from_iter([
        (
            "error",
            Value::from(
                "data/Filter `where`: `>=` compares text with an int, which have no order, in `quantity >= 20` at \
                 character 1; int(…) or float(…) makes a number of text, text(…) the reverse (port `in`, packet 2)",
            ),
        ),
        ("packet", Record::from_iter([("quantity", "25")]).into()),
    ]);
    vec![
        Example::new("Large orders that are not from the island")
            .iip("where", "quantity >= 20 and region != \"island\"")
            .input("in", [order("north", 25), order("island", 30), order("south", 5)])
            .output("out", [order("north", 25)])
            .output("rejected", [order("island", 30), order("south", 5)]),
        Example::new("Lines that match a pattern")
            .iip("where", "it matches \"^ERROR\"")
            .input("in", ["ERROR disk", "INFO fine"])
            .output("out", ["ERROR disk"]),
        Example::new("Packets that do not suit go to a connected `error` port")
            .iip("where", "quantity >= 20")
            .input(
                "in",
                [order("north", 25), Record::from_iter([("quantity", "25")])],
            )
            .output("out", [order("north", 25)])
            .output("error", [letter]),
        Example::new("A field that is not there")
            .iip("where", "quantiti > 1") // typos:ignore
            .input("in", [order("north", 25)])
            .failure("there is no field `quantiti`, in `quantiti` at character 1; did you mean `quantity`?"), // typos:ignore
        Example::new("A mistake in the condition")
            .iip("where", "quantity => 20")
            .failure("`where`: `=>` stands only in arguments of functions\n  | quantity => 20\n  |          ^^"),
    ]
}

contract!(Filter);

#[cfg(test)]
mod tests {
    use millstream_component::testing::Bench;
    use millstream_packet::Headers;

    use super::*;

    #[tokio::test]
    async fn packets_keep_headers_and_groups() {
        let headers = Headers {
            id: Some("7".into()),
            ..Headers::default()
        };
        let packets = [
            Packet::open("a"),
            Packet::data(1).with_headers(headers),
            Packet::data(0),
            Packet::close("a"),
        ];
        let bench = Bench::of::<Filter>().iip("where", "it > 0");
        let outcome = bench.input("in", packets.clone()).run().await;
        let [open, one, _, close] = packets;
        assert_eq!(outcome.outputs["out"], [open, one, close]);
    }
}
