//! `data/Select`: keeps and renames fields.

use indexmap::IndexMap;
use millstream_component::prelude::*;
use millstream_expression::Field;

const NAME: &str = "data/Select";

/// Settings of [`Select`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SelectSettings {
    /// The fields to keep, in the order in which they are to stand; all of them if it is left out.
    #[serde(default)]
    #[schemars(length(min = 1))]
    fields: Option<Vec<String>>,
    /// New names by the old ones: `{ "qty": "quantity" }`.
    #[serde(default)]
    rename: IndexMap<String, String>,
}

/// Keeps some fields of records and gives them other names.
///
/// # Shape
///
/// One record for each record: the `fields` in the order of the setting, or all fields in theirs; `rename` changes names and
/// leaves places.
///
/// # Errors
///
/// A packet that is no record or lacks a field that is named is a failure of that packet, and so is one of whose fields two
/// would have the same name.
#[component(name = "data/Select", operator, prepare, examples = examples)]
#[derive(Debug)]
pub struct Select {
    #[config]
    settings: Config<SelectSettings>,
    /// Records.
    #[input(name = "in")]
    input: In<Record>,
    /// The records with their fields chosen and renamed.
    #[output]
    out: Out<Record>,
    #[state]
    plan: Option<Plan>,
}

/// How records of one shape become records of another.
#[derive(Debug)]
struct Plan {
    from: Shape,
    to: Shape,
    /// Where the fields stood; nothing if all stay where they are.
    places: Option<Vec<usize>>,
}

impl Select {
    fn prepare(&mut self) -> Result<(), Failure> {
        if self.settings.fields.is_some() || !self.settings.rename.is_empty() {
            return Ok(());
        }
        Err(Failure::fatal(format!(
            "{NAME} takes at least one of the settings `fields` and `rename`, but none of them is given"
        )))
    }

    fn plan(&self, record: &Record) -> Result<Plan, Failure> {
        let from = record.shape();
        let place = |setting: &str, name: &str| {
            from.index_of(name).ok_or_else(|| {
                let (message, help) = Field::new(name).missing_in(record);
                let help = help.map(|help| format!("; {help}")).unwrap_or_default();
                Failure::packet(format!("{NAME} `{setting}`: {message}{help}"))
            })
        };
        let fields = self.settings.fields.as_ref();
        let places: Option<Vec<usize>> = fields
            .map(|fields| fields.iter().map(|name| place("fields", name)).collect())
            .transpose()?;
        for name in self.settings.rename.keys() {
            place("rename", name)?;
        }
        let named = |name: &Text| match self.settings.rename.get(name.as_str()) {
            Some(new) => Text::from(new.as_str()),
            None => name.clone(),
        };
        let names: Vec<Text> = match &places {
            Some(places) => places
                .iter()
                .filter_map(|at| from.names().get(*at))
                .map(named)
                .collect(),
            None => from.names().iter().map(named).collect(),
        };
        let to = Shape::new(names.iter().cloned());
        if to.len() < names.len() {
            return Err(Failure::packet(format!(
                "{NAME}: two of the fields would be called `{}`",
                repeated(&names)
            )));
        }
        Ok(Plan {
            from: from.clone(),
            to,
            places,
        })
    }
}

/// The first name that stands there twice.
fn repeated(names: &[Text]) -> &str {
    let mut seen = std::collections::HashSet::new();
    names
        .iter()
        .find(|name| !seen.insert(*name))
        .map_or("", Text::as_str)
}

impl Operator for Select {
    #[inline]
    fn process(&mut self, record: Record) -> Result<(), Failure> {
        let is_known = self
            .plan
            .as_ref()
            .is_some_and(|plan| plan.from.is_same(record.shape()));
        if !is_known {
            self.plan = Some(self.plan(&record)?);
        }
        let Some(plan) = &self.plan else {
            return Ok(());
        };
        let values = match &plan.places {
            Some(places) => {
                let values = record.values();
                places
                    .iter()
                    .filter_map(|at| values.get(*at))
                    .cloned()
                    .collect()
            }
            None => record.into_values(),
        };
        self.out.emit(Record::new(plan.to.clone(), values));
        Ok(())
    }
}

fn examples() -> Vec<Example> {
    let order = Record::from_iter([
        ("id", Value::from(1)),
        ("qty", 4.into()),
        ("region", "north".into()),
    ]);
    let fields = |fields: &[&str]| Value::list(fields.iter().map(|&field| field.into()).collect());
    let rename = Record::from_iter([("qty", "quantity")]);
    vec![
        Example::new("Two of the fields, in another order")
            .iip("fields", fields(&["region", "id"]))
            .input("in", [order.clone()])
            .output(
                "out",
                [Record::from_iter([
                    ("region", Value::from("north")),
                    ("id", 1.into()),
                ])],
            ),
        Example::new("All fields, one with another name")
            .iip("rename", rename.clone())
            .input("in", [order.clone()])
            .output(
                "out",
                [Record::from_iter([
                    ("id", Value::from(1)),
                    ("quantity", 4.into()),
                    ("region", "north".into()),
                ])],
            ),
        Example::new("One field with another name")
            .iip("fields", fields(&["qty"]))
            .iip("rename", rename)
            .input("in", [order.clone()])
            .output("out", [Record::from_iter([("quantity", 4)])]),
        Example::new("A field that is not there")
            .iip("fields", fields(&["regoin"])) // typos:ignore
            .input("in", [order])
            .failure("data/Select `fields`: there is no field `regoin`; did you mean `region`?"), // typos:ignore
    ]
}

contract!(Select);

#[cfg(test)]
mod tests {
    use millstream_component::testing::Bench;

    use super::*;

    #[tokio::test]
    async fn names_must_stay_different() {
        let record = Record::from_iter([("a", 1), ("b", 2)]);
        let bench = Bench::of::<Select>().iip("rename", Record::from_iter([("a", "b")]));
        let message = bench
            .input("in", [record])
            .run()
            .await
            .result
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("data/Select: two of the fields would be called `b`"),
            "{message}"
        );
    }

    #[tokio::test]
    async fn names_can_be_exchanged() {
        let record = Record::from_iter([("a", 1), ("b", 2)]);
        let bench =
            Bench::of::<Select>().iip("rename", Record::from_iter([("a", "b"), ("b", "a")]));
        let outcome = bench.input("in", [record]).run().await;
        assert_eq!(
            outcome.outputs["out"],
            [Packet::data(Record::from_iter([("b", 1), ("a", 2)]))]
        );
    }

    #[tokio::test]
    async fn a_setting_must_be_given() {
        let outcome = Bench::of::<Select>().input("in", [1]).run().await;
        assert!(
            outcome
                .result
                .unwrap_err()
                .to_string()
                .contains("at least one of the settings")
        );
    }
}
