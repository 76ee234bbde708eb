//! `data/Flatten`: one record for each element of a list.

use millstream_component::Emitted;
use millstream_component::prelude::*;
use millstream_expression::Field;

const NAME: &str = "data/Flatten";

/// Records that are emitted between two looks at the surroundings.
const BATCH: usize = 32;

/// Settings of [`Flatten`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FlattenSettings {
    /// The field that holds the list.
    field: String,
}

/// Makes of a record with a list one record for each element.
///
/// # Shape
///
/// The same fields in the same order, with an element in place of the list; elements in order. A record whose list is empty
/// vanishes.
///
/// # Errors
///
/// A packet that is no record, lacks the field or has something else than a list there is a failure of that packet. For
/// fields that may be missing, `data/Map` with `tags ?? []` goes before.
#[component(name = "data/Flatten", operator, prepare, examples = examples)]
#[derive(Debug)]
pub struct Flatten {
    #[config]
    settings: Config<FlattenSettings>,
    /// Records with a list in the field.
    #[input(name = "in")]
    input: In<Record>,
    /// A record for each element.
    #[output]
    out: Out<Record>,
    #[state]
    field: Option<Field>,
    #[state]
    work: Option<Work>,
}

/// The record at hand.
#[derive(Debug)]
struct Work {
    record: Record,
    /// Where the list stood.
    place: usize,
    elements: std::vec::IntoIter<Value>,
}

impl Flatten {
    fn prepare(&mut self) {
        self.field = Some(Field::new(self.settings.field.as_str()));
    }
}

impl Operator for Flatten {
    const EXPANDS: bool = true;

    fn process(&mut self, mut record: Record) -> Result<(), Failure> {
        let Some(field) = &mut self.field else {
            return Ok(());
        };
        let Some(place) = field.position(record.shape()) else {
            let (message, help) = field.missing_in(&record);
            let help = help.map(|help| format!("; {help}")).unwrap_or_default();
            return Err(Failure::packet(format!("{NAME} `field`: {message}{help}")));
        };
        let list = record
            .values_mut()
            .get_mut(place)
            .map(std::mem::take)
            .unwrap_or_default();
        let elements = list.into_list().map_err(|other| {
            let (name, kind) = (field.name(), other.kind());
            Failure::packet(format!(
                "{NAME} `field`: the field `{name}` is {kind}, not a list"
            ))
        })?;
        self.work = Some(Work {
            record,
            place,
            elements: elements.into_iter(),
        });
        Ok(())
    }

    fn more(&mut self) -> Result<bool, Failure> {
        for _ in 0..BATCH {
            let Some(record) = self.work.as_mut().and_then(Work::next) else {
                self.work = None;
                return Ok(false);
            };
            match self.out.emit(record) {
                Emitted::Taken => {}
                Emitted::Waiting => return Ok(true),
                Emitted::Closed => return Ok(false),
            }
        }
        Ok(true)
    }
}

impl Iterator for Work {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let element = self.elements.next()?;
        let mut record = self.record.clone();
        if let Some(value) = record.values_mut().get_mut(self.place) {
            *value = element;
        }
        Some(record)
    }
}

fn examples() -> Vec<Example> {
    let order =
        |id: i64, items: Value| Record::from_iter([("id", Value::from(id)), ("item", items)]);
    let list = |items: &[&str]| Value::list(items.iter().map(|&item| item.into()).collect());
    vec![
        Example::new("A record for each item")
            .iip("field", "item")
            .input(
                "in",
                [
                    order(1, list(&["mill", "wheel"])),
                    order(2, list(&[])),
                    order(3, list(&["sack"])),
                ],
            )
            .output(
                "out",
                [
                    order(1, "mill".into()),
                    order(1, "wheel".into()),
                    order(3, "sack".into()),
                ],
            ),
        Example::new("No list")
            .iip("field", "item")
            .input("in", [order(1, Value::NULL)])
            .failure("data/Flatten `field`: the field `item` is null, not a list"),
        Example::new("No such field")
            .iip("field", "items")
            .input("in", [order(1, Value::NULL)])
            .failure("data/Flatten `field`: there is no field `items`; did you mean `item`?"),
    ]
}

contract!(Flatten);

#[cfg(test)]
mod tests {
    use millstream_component::testing::Bench;

    use super::*;

    #[tokio::test]
    async fn long_lists_come_through_small_connectors() {
        let list = Value::list((0..1000).map(Value::from).collect());
        let bench = Bench::of::<Flatten>().iip("field", "x").capacity(1);
        let outcome = bench
            .input("in", [Record::from_iter([("x", list)])])
            .run()
            .await;
        assert_eq!(outcome.outputs["out"].len(), 1000);
        assert_eq!(
            outcome.outputs["out"][999],
            Packet::data(Record::from_iter([("x", 999)]))
        );
    }
}
