//! The aggregates: what many packets come to. One table, as for functions.

mod accumulator;
mod percentile;
mod sum;

use std::collections::HashSet;

use crate::function::{Parameter, Returns};
use crate::types::{Kinds, Type};

pub(crate) use accumulator::Accumulator;
use percentile::Percentile;
use sum::{Spread, Sum};

/// What many packets come to.
#[derive(Debug)]
pub(crate) struct Aggregate {
    pub(crate) name: &'static str,
    /// What other languages call it.
    pub(crate) aliases: &'static [&'static str],
    pub(crate) parameters: &'static [Parameter],
    pub(crate) returns: Returns,
    /// One line, ends with a full stop.
    pub(crate) summary: &'static str,
    /// An expression, the packets as a JSON list, and what they come to as JSON; a test.
    pub(crate) example: [&'static str; 3],
    /// What nothing comes to, and what is added to; the number is the second argument.
    pub(crate) start: fn(f64) -> Accumulator,
}

const ANY: Parameter = Parameter::new("value", Kinds::ANY);
const NUMBER: Parameter = Parameter::new("number", Kinds::NUMBER.or(Kinds::NULL));
const CONDITION: Parameter = Parameter::new("condition", Kinds::BOOL.or(Kinds::NULL));
const ORDERED: Parameter = Parameter::new("value", Kinds::NUMBER.or(Kinds::TEXT).or(Kinds::NULL));

const TO_INT: Returns = Returns::Kinds(Kinds::INT);
const TO_BOOL: Returns = Returns::Kinds(Kinds::BOOL);
const TO_FLOAT_OR_NULL: Returns = Returns::Kinds(Kinds::FLOAT.or(Kinds::NULL));
const TO_NUMBER_OR_NULL: Returns = Returns::Kinds(Kinds::NUMBER.or(Kinds::NULL));
const SAME_OR_NULL: Returns =
    Returns::Like(|types| types.first().map_or(Type::any(), Type::or_null));
const TO_LIST: Returns =
    Returns::Like(|types| Type::list(types.first().map_or(Type::any(), Type::without_null)));

/// A percentile with a name of its own.
const fn percentile(
    name: &'static str,
    aliases: &'static [&'static str],
    summary: &'static str,
    example: [&'static str; 3],
    start: fn(f64) -> Accumulator,
) -> Aggregate {
    Aggregate {
        name,
        aliases,
        parameters: &[NUMBER],
        returns: TO_NUMBER_OR_NULL,
        summary,
        example,
        start,
    }
}

#[rustfmt::skip] // a table
pub(crate) const AGGREGATES: &[Aggregate] = &[
    Aggregate {
        name: "count", aliases: &[],
        parameters: &[Parameter::forgiving("value").optional()], returns: TO_INT,
        summary: "The number of packets; with a value, of those for which it is not null.",
        example: ["[count(), count(x)]", r#"[{"x": 1}, {"x": null}, {}]"#, "[3,1]"],
        start: |_| Accumulator::Count(0),
    },
    Aggregate {
        name: "count_if", aliases: &["countif", "countwhere"],
        parameters: &[CONDITION], returns: TO_INT,
        summary: "The number of packets for which the condition is true.",
        example: ["count_if(x > 1)", r#"[{"x": 1}, {"x": 2}, {"x": 3}]"#, "2"],
        start: |_| Accumulator::CountIf(0),
    },
    Aggregate {
        name: "sum", aliases: &["total"],
        parameters: &[NUMBER], returns: Returns::Kinds(Kinds::NUMBER),
        summary: "The sum. Of ints it is an exact int; one that does not fit 64 bits is a failure. With floats it is a float, \
                  added up with compensation, so that small numbers do not get lost among large ones.",
        example: ["sum(x)", r#"[{"x": 1}, {"x": 2}]"#, "3"],
        start: |_| Accumulator::Sum(Sum::default()),
    },
    Aggregate {
        name: "mean", aliases: &["avg", "average"],
        parameters: &[NUMBER], returns: TO_FLOAT_OR_NULL,
        summary: "The mean.",
        example: ["mean(x)", r#"[{"x": 1}, {"x": 2}]"#, "1.5"],
        start: |_| Accumulator::Mean(Sum::default(), 0),
    },
    Aggregate {
        name: "min", aliases: &["minimum", "least"],
        parameters: &[ORDERED], returns: SAME_OR_NULL,
        summary: "The least number or text.",
        example: ["min(x)", r#"[{"x": 3}, {"x": 1}, {"x": 2}]"#, "1"],
        start: |_| Accumulator::Min(None),
    },
    Aggregate {
        name: "max", aliases: &["maximum", "greatest"],
        parameters: &[ORDERED], returns: SAME_OR_NULL,
        summary: "The greatest number or text.",
        example: ["max(x)", r#"[{"x": "a"}, {"x": "c"}, {"x": "b"}]"#, "\"c\""],
        start: |_| Accumulator::Max(None),
    },
    Aggregate {
        name: "first", aliases: &["firstvalue", "head"],
        parameters: &[ANY], returns: SAME_OR_NULL,
        summary: "The value of the first packet that has one.",
        example: ["first(x)", r#"[{"x": null}, {"x": 2}, {"x": 3}]"#, "2"],
        start: |_| Accumulator::First(None),
    },
    Aggregate {
        name: "last", aliases: &["lastvalue", "tail"],
        parameters: &[ANY], returns: SAME_OR_NULL,
        summary: "The value of the last packet that has one.",
        example: ["last(x)", r#"[{"x": 1}, {"x": 2}]"#, "2"],
        start: |_| Accumulator::Last(None),
    },
    percentile("p50", &["median"], "The median: the least value that half of the values do not exceed.",
        ["p50(x)", r#"[{"x": 9}, {"x": 1}, {"x": 2}]"#, "2"], |_| Accumulator::percentile(50.0)),
    percentile("p90", &[], "The least value that 90 of 100 values do not exceed.",
        ["p90(x)", r#"[{"x": 1}, {"x": 2}]"#, "2"], |_| Accumulator::percentile(90.0)),
    percentile("p95", &[], "The least value that 95 of 100 values do not exceed.",
        ["p95(x)", r#"[{"x": 1.5}]"#, "1.5"], |_| Accumulator::percentile(95.0)),
    percentile("p99", &[], "The least value that 99 of 100 values do not exceed.",
        ["p99(x)", r"[]", "null"], |_| Accumulator::percentile(99.0)),
    Aggregate {
        name: "percentile", aliases: &["quantile", "percentilecont", "percentiledisc"],
        parameters: &[NUMBER, Parameter::new("percent", Kinds::NUMBER)], returns: TO_NUMBER_OR_NULL,
        summary: "The least value that so many of 100 values do not exceed; `percent` is a number from 0 to 100.",
        example: ["percentile(x, 25)", r#"[{"x": 4}, {"x": 3}, {"x": 2}, {"x": 1}]"#, "1"],
        start: Accumulator::percentile,
    },
    Aggregate {
        name: "stddev", aliases: &["stdev", "standarddeviation", "std", "stddevsamp", "sd"],
        parameters: &[NUMBER], returns: TO_FLOAT_OR_NULL,
        summary: "The standard deviation of a sample (divided by one less than there are values); null for less than two.",
        example: ["stddev(x)", r#"[{"x": 1}, {"x": 3}]"#, "1.4142135623730951"],
        start: |_| Accumulator::StdDev(Spread::default()),
    },
    Aggregate {
        name: "variance", aliases: &["var", "varsamp"],
        parameters: &[NUMBER], returns: TO_FLOAT_OR_NULL,
        summary: "The square of stddev.",
        example: ["variance(x)", r#"[{"x": 1}, {"x": 3}]"#, "2.0"],
        start: |_| Accumulator::Variance(Spread::default()),
    },
    Aggregate {
        name: "distinct", aliases: &["countdistinct", "nunique", "uniquecount", "cardinality"],
        parameters: &[ANY], returns: TO_INT,
        summary: "How many different values there are, exactly.",
        example: ["distinct(x)", r#"[{"x": "a"}, {"x": "b"}, {"x": "a"}]"#, "2"],
        start: |_| Accumulator::Distinct(HashSet::new()),
    },
    Aggregate {
        name: "collect", aliases: &["arrayagg", "list", "collectlist", "grouparray"],
        parameters: &[ANY], returns: TO_LIST,
        summary: "A list of all values.",
        example: ["collect(x)", r#"[{"x": 1}, {"x": 2}, {"x": 1}]"#, "[1,2,1]"],
        start: |_| Accumulator::Collect(Vec::new()),
    },
    Aggregate {
        name: "unique", aliases: &["collectset", "collectdistinct", "groupuniqarray"],
        parameters: &[ANY], returns: TO_LIST,
        summary: "A list of the different values, in the order of their first appearance.",
        example: ["unique(x)", r#"[{"x": 2}, {"x": 1}, {"x": 2}]"#, "[2,1]"],
        start: |_| Accumulator::Unique(Box::default()),
    },
    Aggregate {
        name: "any", aliases: &["some", "boolor", "bool_or"],
        parameters: &[CONDITION], returns: TO_BOOL,
        summary: "Whether the condition is true for at least one packet.",
        example: ["any(x > 1)", r#"[{"x": 1}, {"x": 2}]"#, "true"],
        start: |_| Accumulator::Any(false),
    },
    Aggregate {
        name: "all", aliases: &["every", "booland", "bool_and"],
        parameters: &[CONDITION], returns: TO_BOOL,
        summary: "Whether the condition is true for every packet.",
        example: ["all(x > 1)", r#"[{"x": 1}, {"x": 2}]"#, "false"],
        start: |_| Accumulator::All(true),
    },
];

/// The aggregate of this name.
pub(crate) fn find(name: &str) -> Option<&'static Aggregate> {
    AGGREGATES.iter().find(|aggregate| aggregate.name == name)
}

/// The aggregate that has this name elsewhere.
pub(crate) fn by_alias(name: &str) -> Option<&'static str> {
    let plain = name.to_lowercase().replace('_', "");
    let found = AGGREGATES
        .iter()
        .find(|known| known.aliases.contains(&plain.as_str()));
    found.map(|aggregate| aggregate.name)
}

impl Aggregate {
    /// What it takes of each packet.
    pub(crate) fn kinds(&self) -> Kinds {
        self.parameters
            .first()
            .map_or(Kinds::NONE, |parameter| parameter.kinds)
    }

    /// Whether it takes nothing but numbers.
    #[inline]
    pub(crate) fn adds_numbers(&self) -> bool {
        self.kinds() == NUMBER.kinds
    }

    /// Whether it takes so many arguments.
    pub(crate) fn takes(&self, count: usize) -> bool {
        (self.least()..=self.parameters.len()).contains(&count)
    }

    /// Fewest arguments.
    pub(crate) fn least(&self) -> usize {
        let is_needed = |parameter: &&Parameter| parameter.mode != crate::function::Mode::Optional;
        self.parameters.iter().filter(is_needed).count()
    }

    /// As one calls it.
    pub(crate) fn signature(&self) -> String {
        let least = self.least();
        let shown = self.parameters.iter().enumerate().map(|(at, parameter)| {
            if at < least {
                parameter.name.to_owned()
            } else {
                format!("[{}]", parameter.name)
            }
        });
        format!("{}({})", self.name, shown.collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests;
