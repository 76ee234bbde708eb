//! `core/Group`: puts brackets round packets.

use std::num::NonZeroU64;

use millstream_component::prelude::*;

use super::by::{By, key};

const NAME: &str = "core/Group";

/// Settings of [`Group`].
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GroupSettings {
    /// How many data packets make a group.
    #[serde(default)]
    size: Option<NonZeroU64>,
    /// The field or the list of fields whose values the packets of a group have in common.
    #[serde(default)]
    #[schemars(with = "By")]
    by: Option<By>,
}

/// Puts brackets round each `size` packets, or round each run of packets with equal `by`.
///
/// Takes exactly one of the settings `size` and `by`.
///
/// # Shape
///
/// Data packets pass unchanged and in order, every one inside of a group that this component made. With `size`, the
/// groups have no label. With `by`, the label is the value of the field, or the list of the values of the fields;
/// packets with equal values that do not follow each other are in different groups.
///
/// The last group may be shorter. So may one before a bracket of the stream: brackets pass in place and end the group,
/// so that what comes in as a group is divided by itself.
///
/// # Errors
///
/// A packet that lacks a field of `by` is a failure of that packet.
#[component(name = "core/Group", operator, prepare, examples = examples)]
#[derive(Debug)]
pub struct Group {
    #[config]
    settings: Config<GroupSettings>,
    /// Any packets; records when `by` is given.
    #[input(name = "in")]
    input: In<Packet>,
    /// The same packets in groups.
    #[output]
    out: Out<Packet>,
    /// The label of the open group, if one is open.
    #[state]
    label: Option<Value>,
    /// How many data packets the open group has.
    #[state]
    length: u64,
}

impl Group {
    fn prepare(&mut self) -> Result<(), Failure> {
        let given = match (&self.settings.size, &self.settings.by) {
            (Some(_), None) | (None, Some(_)) => return Ok(()),
            (Some(_), Some(_)) => "both",
            (None, None) => "none",
        };
        Err(Failure::fatal(format!(
            "{NAME} takes one of the settings `size` and `by`, but {given} of them is given"
        )))
    }

    fn open(&mut self, label: Value) {
        self.out.emit_packet(Packet::open(label.clone()));
        self.label = Some(label);
        self.length = 0;
    }

    fn close(&mut self) {
        if let Some(label) = self.label.take() {
            self.out.emit_packet(Packet::close(label));
        }
    }
}

impl Operator for Group {
    fn process(&mut self, packet: Packet) -> Result<(), Failure> {
        let label = match &self.settings.by {
            Some(by) => key(Some(by), NAME, &packet)?,
            None => Value::NULL,
        };
        if self.label.as_ref() != Some(&label) {
            self.close();
            self.open(label);
        }
        self.out.emit_packet(packet);
        self.length += 1;
        if self
            .settings
            .size
            .is_some_and(|size| size.get() == self.length)
        {
            self.close();
        }
        Ok(())
    }

    fn bracket(&mut self, bracket: Packet) -> Result<(), Failure> {
        self.close();
        self.out.emit_packet(bracket);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.close();
        Ok(())
    }
}

fn examples() -> Vec<Example> {
    let item = |kind: &str| Packet::data(Record::from_iter([("kind", kind)]));
    let ints = |ints: &[i64]| ints.iter().copied().map(Packet::data).collect::<Vec<_>>();
    let unlabelled = |packets| bracketed(Value::NULL, packets);
    vec![
        Example::new("Pairs; the last group is shorter")
            .iip("size", 2)
            .input("in", [1, 2, 3])
            .output(
                "out",
                [unlabelled(ints(&[1, 2])), unlabelled(ints(&[3]))].concat(),
            ),
        Example::new("Runs with the same field")
            .iip("by", "kind")
            .input("in", ["a", "a", "b", "a"].map(item))
            .output(
                "out",
                [
                    bracketed("a", vec![item("a"), item("a")]),
                    bracketed("b", vec![item("b")]),
                    bracketed("a", vec![item("a")]),
                ]
                .concat(),
            ),
        Example::new("What comes as a group is divided by itself")
            .iip("size", 2)
            .input("in", [bracketed("x", ints(&[1])), ints(&[2])].concat())
            .output(
                "out",
                [
                    bracketed("x", unlabelled(ints(&[1]))),
                    unlabelled(ints(&[2])),
                ]
                .concat(),
            ),
    ]
}

/// The packets as a group.
fn bracketed(label: impl Into<Value>, packets: Vec<Packet>) -> Vec<Packet> {
    let label = label.into();
    let (open, close) = (Packet::open(label.clone()), Packet::close(label));
    [vec![open], packets, vec![close]].concat()
}

contract!(Group);

#[cfg(test)]
mod tests {
    use millstream_component::testing::Bench;

    use super::*;

    #[tokio::test]
    async fn one_setting_must_be_given() {
        let outcome = Bench::of::<Group>().input("in", [1]).run().await;
        assert_eq!(
            outcome.result.unwrap_err().to_string(),
            "core/Group takes one of the settings `size` and `by`, but none of them is given"
        );
    }

    #[tokio::test]
    async fn two_settings_are_refused() {
        let bench = Bench::of::<Group>().iip("size", 1).iip("by", "kind");
        let outcome = bench.input("in", [1]).run().await;
        assert!(outcome.result.is_err());
        assert!(outcome.outputs["out"].is_empty());
    }

    #[tokio::test]
    async fn several_fields_make_a_list_as_label() {
        let by = Value::list(vec![Value::from("a"), Value::from("b")]);
        let packet = Packet::data(Record::from_iter([("a", 1), ("b", 2)]));
        let outcome = Bench::of::<Group>()
            .iip("by", by)
            .input("in", [packet.clone()])
            .run()
            .await;
        let label = Value::list(vec![Value::from(1), Value::from(2)]);
        assert_eq!(
            outcome.outputs["out"],
            [Packet::open(label.clone()), packet, Packet::close(label)]
        );
    }
}
