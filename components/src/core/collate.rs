//! `core/Collate`: sorted streams merged into one, in groups of equal keys.

use std::cmp::Ordering;

use millstream_component::prelude::*;

use super::by::{By, values};

const NAME: &str = "core/Collate";

/// Settings of [`Collate`].
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CollateSettings {
    /// The field or the list of fields that the inputs are sorted by.
    by: By,
}

/// Merges sorted inputs into one sorted stream with brackets round equal keys.
///
/// Master and details, old and new balances, several logs by time: each input is sorted by the same fields (see
/// `core/Sort`), and what belongs together comes out together. Of packets with equal keys, those of `in[0]` come first,
/// then those of `in[1]`, and so on.
///
/// # Shape
///
/// Every data packet of every element, unchanged, in the order of the keys. Each run of equal keys stands in nested
/// brackets, one level for each field of `by`, labelled with the value of the field: `by` as `["region", "shop"]` gives
/// a group for each region and in it one for each shop. Brackets of the inputs are left out.
///
/// # Blocking
///
/// Takes no packet before every element has one or has ended. When the elements come from one common process, that
/// process must not wait for room at one element while another is empty.
///
/// # Memory
///
/// One packet of each element.
///
/// # Errors
///
/// A packet that lacks a field of `by`, and one whose key is less than that of the packet before it at the same element,
/// is a failure of that packet.
///
/// # Source
///
/// J. Paul Morrison, "Flow-Based Programming", 2nd edition, chapter 9: the collator.
#[component(name = "core/Collate", examples = examples)]
#[derive(Debug)]
pub struct Collate {
    #[config]
    config: Config<CollateSettings>,
    #[context]
    cx: Context,
    /// Records, sorted by `by`.
    #[input(name = "in")]
    inputs: InArray<Packet>,
    /// The records of all elements, in brackets by key.
    #[output]
    out: Out<Packet>,
    /// By element: the packet that comes next, with its key.
    #[state]
    heads: Vec<Option<Head>>,
    /// The key of the open groups, the outermost first.
    #[state]
    open: Vec<Value>,
}

#[derive(Debug)]
struct Head {
    key: Vec<Value>,
    packet: Packet,
}

impl Process for Collate {
    async fn run(mut self) -> Result<(), Failure> {
        for element in 0..self.inputs.len() {
            let head = self.next_of(element, None).await?;
            self.heads.push(head);
        }
        while let Some((element, head)) = self.take_least() {
            let next = self.next_of(element, Some(&head.key)).await?;
            self.heads[element] = next;
            self.group(&head.key).await?;
            self.out.send_packet(head.packet).await?;
        }
        self.close_to(0).await
    }
}

impl Collate {
    /// The next data packet of an element, whose key must not be less than the one before.
    async fn next_of(
        &mut self,
        element: usize,
        before: Option<&[Value]>,
    ) -> Result<Option<Head>, Failure> {
        let Some(input) = self.inputs.get_mut(element) else {
            return Ok(None);
        };
        while let Some(packet) = input.recv_packet().await {
            if !packet.is_data() {
                continue;
            }
            match values(&self.config.by, NAME, &packet).and_then(|key| in_order(key, before)) {
                Ok(key) => return Ok(Some(Head { key, packet })),
                Err(failure) => {
                    let port = input.raw();
                    let failure = failure.at(port.label(), port.taken());
                    self.cx.reject(failure, packet)?;
                }
            }
        }
        Ok(None)
    }

    /// Takes the packet with the least key; of equal ones the first element's.
    fn take_least(&mut self) -> Option<(usize, Head)> {
        let mut least: Option<(usize, &Head)> = None;
        for (element, head) in self.heads.iter().enumerate() {
            let Some(head) = head else { continue };
            if least.is_none_or(|(_, least)| head.key < least.key) {
                least = Some((element, head));
            }
        }
        let (element, _) = least?;
        Some((element, self.heads[element].take()?))
    }

    /// Closes and opens groups so that those of `key` are open.
    async fn group(&mut self, key: &[Value]) -> Result<(), Failure> {
        let mut levels = self.open.iter().zip(key);
        let common = levels
            .by_ref()
            .take_while(|(open, new)| open == new)
            .count();
        if common == key.len() {
            return Ok(());
        }
        self.close_to(common).await?;
        for value in &key[common..] {
            self.out.send_packet(Packet::open(value.clone())).await?;
            self.open.push(value.clone());
        }
        Ok(())
    }

    async fn close_to(&mut self, depth: usize) -> Result<(), Failure> {
        while self.open.len() > depth {
            let label = self.open.pop().unwrap_or_default();
            self.out.send_packet(Packet::close(label)).await?;
        }
        Ok(())
    }
}

fn in_order(key: Vec<Value>, before: Option<&[Value]>) -> Result<Vec<Value>, Failure> {
    match before {
        Some(before) if key.as_slice().cmp(before) == Ordering::Less => {
            Err(Failure::packet(format!(
                "{NAME} `by`: the input is not sorted, {} comes after {}",
                shown(&key),
                shown(before)
            )))
        }
        _ => Ok(key),
    }
}

fn shown(key: &[Value]) -> String {
    match key {
        [value] => format!("{value:?}"),
        values => format!("{values:?}"),
    }
}

fn examples() -> Vec<Example> {
    let order = |id: i64| Record::from_iter([("id", Value::from(id)), ("kind", "order".into())]);
    let line =
        |id: i64, item: &str| Record::from_iter([("id", Value::from(id)), ("item", item.into())]);
    let sale = |region: &str, shop: i64| {
        Record::from_iter([("region", Value::from(region)), ("shop", shop.into())])
    };
    vec![
        Example::new("Orders and their lines")
            .iip("by", "id")
            .input("in[0]", [order(1), order(2)])
            .input("in[1]", [line(1, "fig"), line(1, "pear"), line(3, "plum")])
            .output(
                "out",
                [
                    Packet::open(1),
                    order(1).into(),
                    line(1, "fig").into(),
                    line(1, "pear").into(),
                    Packet::close(1),
                    Packet::open(2),
                    order(2).into(),
                    Packet::close(2),
                    Packet::open(3),
                    line(3, "plum").into(),
                    Packet::close(3),
                ],
            ),
        Example::new("One level of brackets for each field")
            .iip("by", vec![Value::from("region"), "shop".into()])
            .input("in[0]", [sale("east", 1), sale("east", 2), sale("west", 1)])
            .output(
                "out",
                [
                    Packet::open("east"),
                    Packet::open(1),
                    sale("east", 1).into(),
                    Packet::close(1),
                    Packet::open(2),
                    sale("east", 2).into(),
                    Packet::close(2),
                    Packet::close("east"),
                    Packet::open("west"),
                    Packet::open(1),
                    sale("west", 1).into(),
                    Packet::close(1),
                    Packet::close("west"),
                ],
            ),
        Example::new("An input that is not sorted")
            .iip("by", "id")
            .input("in[0]", [order(1)])
            .input("in[1]", [line(2, "fig"), line(1, "pear")])
            .failure("the input is not sorted, 1 comes after 2 (port `in[1]`, packet 2)"),
    ]
}

contract!(Collate);

#[cfg(test)]
mod tests {
    use millstream_component::ErrorPolicy;
    use millstream_component::testing::Bench;
    use proptest::prelude::*;

    use super::*;

    fn record(key: i64, from: i64) -> Packet {
        Packet::data(Record::from_iter([("key", key), ("from", from)]))
    }

    fn collate(inputs: &[Vec<i64>], policy: ErrorPolicy) -> Vec<Packet> {
        let mut bench = Bench::of::<Collate>().iip("by", "key").on_error(policy);
        for (element, keys) in (0..).zip(inputs) {
            let packets = keys.iter().map(|&key| record(key, element));
            bench = bench.input(&format!("in[{element}]"), packets);
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let mut outcome = runtime.block_on(bench.capacity(1).run());
        outcome.result.unwrap();
        outcome.outputs.remove("out").unwrap()
    }

    #[test]
    fn packets_out_of_order_can_be_skipped() {
        let found = collate(&[vec![1, 3, 2, 3]], ErrorPolicy::Skip);
        let expected = [
            Packet::open(1),
            record(1, 0),
            Packet::close(1),
            Packet::open(3),
            record(3, 0),
            record(3, 0),
            Packet::close(3),
        ];
        assert_eq!(found, expected);
    }

    #[tokio::test]
    async fn brackets_of_the_inputs_are_left_out() {
        let outcome = Bench::of::<Collate>()
            .iip("by", "key")
            .input(
                "in[0]",
                [Packet::open("x"), record(1, 0), Packet::close("x")],
            )
            .run()
            .await;
        let expected = [Packet::open(1), record(1, 0), Packet::close(1)];
        assert_eq!(outcome.outputs["out"], expected);
    }

    #[tokio::test]
    async fn a_packet_without_the_field_is_named() {
        let outcome = Bench::of::<Collate>()
            .iip("by", "key")
            .input("in[0]", [record(1, 0)])
            .input("in[1]", [Packet::data(1)])
            .run()
            .await;
        let failure = outcome.result.unwrap_err().to_string();
        let expected = "core/Collate `by`: the packet is int, not a record with the field `key` \
                        (port `in[1]`, packet 1)";
        assert_eq!(failure, expected);
    }

    proptest! {
        #[test]
        fn everything_comes_out_in_order(mut inputs in prop::collection::vec(prop::collection::vec(0_i64..5, 0..8), 0..4)) {
            for keys in &mut inputs {
                keys.sort_unstable();
            }
            let mut expected: Vec<(i64, i64)> = (0..)
                .zip(&inputs)
                .flat_map(|(element, keys)| keys.iter().map(move |&key| (key, element)))
                .collect();
            expected.sort_unstable();
            let found = collate(&inputs, ErrorPolicy::Fail);
            let data: Vec<Packet> = found.iter().filter(|packet| packet.is_data()).cloned().collect();
            let expected_data: Vec<Packet> = expected.iter().map(|&(key, element)| record(key, element)).collect();
            prop_assert_eq!(data, expected_data);
            let mut keys: Vec<i64> = expected.into_iter().map(|(key, _)| key).collect();
            keys.dedup();
            let opened: Vec<Packet> = found.into_iter().filter(Packet::is_open).collect();
            prop_assert_eq!(opened, keys.into_iter().map(Packet::open).collect::<Vec<_>>());
        }
    }
}
