//! `data/Map`: computes fields, or the whole value anew.

use indexmap::IndexMap;
use millstream_component::prelude::*;
use millstream_expression::{Expression, Fault};

use crate::expression::ExpressionText;

const NAME: &str = "data/Map";

/// Settings of [`Map`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MapSettings {
    /// Fields to add or to replace, each with its expression: `{ "total": "price * quantity" }`.
    #[serde(default)]
    #[schemars(extend("hot" = true))]
    set: Option<IndexMap<String, ExpressionText>>,
    /// What to replace the whole value with.
    #[serde(default)]
    #[schemars(extend("hot" = true))]
    value: Option<ExpressionText>,
}

/// Adds or replaces fields of records, or replaces the whole value.
///
/// Takes exactly one of the settings `set` and `value`. What they say are expressions of the packet that comes in: those of
/// `set` do not see each other's results.
///
/// # Shape
///
/// One packet for each packet. With `set`, the record with its fields in place; new ones go to the end in the order of the
/// setting. With `value`, any value.
///
/// # Errors
///
/// An expression that has no result for a packet is a failure of that packet; with `set`, so is a packet that is no record.
/// A mistake in an expression fails at the start, with the character.
#[component(name = "data/Map", operator, prepare, examples = examples)]
#[derive(Debug)]
pub struct Map {
    #[config]
    settings: Config<MapSettings>,
    /// Records; any values when `value` is given.
    #[input(name = "in")]
    input: In<Value>,
    /// The values with what was computed.
    #[output]
    out: Out<Value>,
    #[state]
    work: Work,
}

/// What is to be done.
#[derive(Debug, Default)]
enum Work {
    /// Nothing is known yet.
    #[default]
    Unprepared,
    Value(Box<Expression>),
    Fields(Fields),
}

/// The fields to set.
#[derive(Debug, Default)]
struct Fields {
    names: Vec<Text>,
    expressions: Vec<Expression>,
    /// What the expressions come to for the packet at hand.
    results: Vec<Value>,
    plan: Option<Plan>,
}

/// How records of one shape become records of another.
#[derive(Debug)]
struct Plan {
    from: Shape,
    to: Shape,
    /// Where each result goes.
    places: Vec<usize>,
}

impl Map {
    fn prepare(&mut self) -> Result<(), Failure> {
        self.work = match (&self.settings.set, &self.settings.value) {
            (None, Some(value)) => Work::Value(Box::new(value.compile("value")?)),
            (Some(set), None) => Work::Fields(Fields::compile(set)?),
            (set, _) => {
                let given = if set.is_some() { "both" } else { "none" };
                return Err(Failure::fatal(format!(
                    "{NAME} takes one of the settings `set` and `value`, but {given} of them is given"
                )));
            }
        };
        Ok(())
    }
}

impl Fields {
    fn compile(set: &IndexMap<String, ExpressionText>) -> Result<Self, Failure> {
        let mut fields = Self::default();
        for (name, text) in set {
            fields.names.push(name.as_str().into());
            fields
                .expressions
                .push(text.compile(&format!("set.{name}"))?);
        }
        Ok(fields)
    }

    fn apply(&mut self, value: Value) -> Result<Value, Failure> {
        if value.as_record().is_none() {
            let kind = value.kind();
            return Err(Failure::packet(format!(
                "{NAME} `set`: the packet is {kind}, not a record"
            )));
        }
        self.results.clear();
        for (name, expression) in self.names.iter().zip(&mut self.expressions) {
            match expression.eval(&value) {
                Ok(result) => self.results.push(result),
                Err(fault) => return Err(failure(&format!("set.{name}"), &fault)),
            }
        }
        let record = value
            .into_record()
            .map_err(|_value| Failure::packet("the packet is no record"))?;
        Ok(self.set(record).into())
    }

    fn set(&mut self, record: Record) -> Record {
        let is_known = self
            .plan
            .as_ref()
            .is_some_and(|plan| plan.from.is_same(record.shape()));
        let plan = match &mut self.plan {
            Some(plan) if is_known => plan,
            plan => plan.insert(Plan::new(record.shape(), &self.names)),
        };
        let mut values = record.into_values();
        values.reserve(plan.to.len() - values.len());
        for (place, result) in plan.places.iter().zip(self.results.drain(..)) {
            match values.get_mut(*place) {
                Some(value) => *value = result,
                // New fields come in the order of their places.
                None => values.push(result),
            }
        }
        Record::new(plan.to.clone(), values)
    }
}

impl Plan {
    fn new(from: &Shape, names: &[Text]) -> Self {
        let to = Shape::new(from.names().iter().chain(names).cloned());
        let to = if to.len() == from.len() {
            from.clone()
        } else {
            to
        };
        let places = names.iter().filter_map(|name| to.index_of(name)).collect();
        Self {
            from: from.clone(),
            to,
            places,
        }
    }
}

fn failure(setting: &str, fault: &Fault) -> Failure {
    Failure::packet(format!("{NAME} `{setting}`: {fault}"))
}

impl Operator for Map {
    #[inline]
    fn process(&mut self, value: Value) -> Result<(), Failure> {
        let mapped = match &mut self.work {
            Work::Value(expression) => expression
                .eval(&value)
                .map_err(|fault| failure("value", &fault))?,
            Work::Fields(fields) => fields.apply(value)?,
            Work::Unprepared => value,
        };
        self.out.emit(mapped);
        Ok(())
    }
}

fn examples() -> Vec<Example> {
    let order = || {
        Record::from_iter([
            ("product", Value::from("mill")),
            ("price", 2.5.into()),
            ("quantity", 4.into()),
        ])
    };
    let mut with_total = order();
    with_total.set("product", "MILL");
    with_total.set("total", 10.0);
    let set = Record::from_iter([("total", "price * quantity"), ("product", "upper(product)")]);
    vec![
        Example::new("A new field, and another one replaced")
            .iip("set", set)
            .input("in", [order()])
            .output("out", [with_total]),
        Example::new("Another value in its place")
            .iip("value", "product + \": \" + text(quantity)")
            .input("in", [order()])
            .output("out", ["mill: 4"]),
        Example::new("A field that may be missing")
            .iip("set", Record::from_iter([("price", "price * (1 - (discount ?? 0))")]))
            .input("in", [Record::from_iter([("price", 2.0)])])
            .output("out", [Record::from_iter([("price", 2.0)])]),
        Example::new("What does not suit is a failure of that packet")
            .iip("set", Record::from_iter([("total", "price * product")]))
            .input("in", [order()])
            .failure("data/Map `set.total`: `*` takes numbers, but this is text, in `product` at character 9"),
    ]
}

contract!(Map);

#[cfg(test)]
mod tests {
    use millstream_component::testing::Bench;

    use super::*;

    #[tokio::test]
    async fn records_of_one_shape_become_records_of_one_shape() {
        let shape = Shape::new([Text::from("a")]);
        let record = |a: i64| Record::new(shape.clone(), vec![a.into()]);
        let bench = Bench::of::<Map>().iip("set", Record::from_iter([("b", "a + 1"), ("a", "-a")]));
        let outcome = bench.input("in", [record(1), record(2)]).run().await;
        let records: Vec<&Record> = outcome.outputs["out"]
            .iter()
            .map(|packet| packet.value().unwrap().as_record().unwrap())
            .collect();
        assert!(records[0].shape().is_same(records[1].shape()));
        assert_eq!(*records[1], Record::from_iter([("a", -2), ("b", 3)]));
    }

    #[tokio::test]
    async fn one_setting_must_be_given() {
        let outcome = Bench::of::<Map>().input("in", [1]).run().await;
        let expected =
            "data/Map takes one of the settings `set` and `value`, but none of them is given";
        assert_eq!(outcome.result.unwrap_err().to_string(), expected);
    }

    #[tokio::test]
    async fn fields_are_set_on_records_only() {
        let bench = Bench::of::<Map>().iip("set", Record::from_iter([("b", "1")]));
        let message = bench
            .input("in", [5])
            .run()
            .await
            .result
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "data/Map `set`: the packet is int, not a record (port `in`, packet 1)"
        );
    }
}
