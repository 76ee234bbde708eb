//! How two records become one.

use millstream_component::prelude::*;

use super::table::JoinBy;

/// Puts records together. The fields of a pair of shapes are worked out once, for the rows of a table are alike.
#[derive(Debug, Default)]
pub(super) struct Merger {
    plan: Option<Plan>,
    /// The fields of the first record of `left`.
    left: Option<Shape>,
}

/// What becomes of two shapes.
#[derive(Debug)]
struct Plan {
    left: Shape,
    right: Shape,
    both: Shape,
    /// Positions in `right` of the fields that are not part of the key.
    rest: Vec<usize>,
}

impl Merger {
    /// Learns the fields of `left` from its first record.
    pub(super) fn note_left(&mut self, shape: &Shape) {
        if self.left.is_none() {
            self.left = Some(shape.clone());
        }
    }

    /// The fields of `left`, then those of `right` that are not part of the key.
    pub(super) fn merge(&mut self, left: &Record, right: &Record, by: &JoinBy) -> Record {
        let plan = self.plan(left.shape(), right.shape(), by);
        let mut values = Vec::with_capacity(plan.both.len());
        values.extend_from_slice(left.values());
        values.extend(plan.rest.iter().map(|&at| right.values()[at].clone()));
        Record::new(plan.both.clone(), values)
    }

    /// A record of `left` with null for the fields of `right`.
    pub(super) fn left_alone(
        &mut self,
        left: &Record,
        right: Option<&Shape>,
        by: &JoinBy,
    ) -> Record {
        let Some(right) = right else {
            return left.clone();
        };
        let plan = self.plan(left.shape(), right, by);
        // Missing values are null.
        Record::new(plan.both.clone(), left.values().to_vec())
    }

    /// A record of `right` with null for the fields of `left` other than the key.
    pub(super) fn right_alone(&mut self, right: &Record, by: &JoinBy) -> Record {
        let pairs = by.pairs();
        let left = self
            .left
            .clone()
            .unwrap_or_else(|| Shape::new(pairs.iter().map(|(left, _)| Text::from(*left))));
        let values = left.names().iter().map(|name| {
            let pair = pairs.iter().find(|(left, _)| *left == name.as_str());
            pair.and_then(|(_, field)| right.get(field).cloned())
                .unwrap_or_default()
        });
        let left = Record::new(left.clone(), values.collect());
        self.merge(&left, right, by)
    }

    fn plan(&mut self, left: &Shape, right: &Shape, by: &JoinBy) -> &Plan {
        let is_known = self
            .plan
            .as_ref()
            .is_some_and(|plan| plan.left.is_same(left) && plan.right.is_same(right));
        if !is_known {
            self.plan = None;
        }
        self.plan.get_or_insert_with(|| Plan::new(left, right, by))
    }
}

impl Plan {
    fn new(left: &Shape, right: &Shape, by: &JoinBy) -> Self {
        let pairs = by.pairs();
        let is_key = |name: &Text| pairs.iter().any(|(_, field)| *field == name.as_str());
        let mut names: Vec<Text> = left.names().to_vec();
        let mut rest = Vec::new();
        for (at, name) in right.names().iter().enumerate() {
            if is_key(name) {
                continue;
            }
            let mut name = name.clone();
            while names.contains(&name) {
                name = Text::from(format!("right_{name}"));
            }
            names.push(name);
            rest.push(at);
        }
        Self {
            left: left.clone(),
            right: right.clone(),
            both: Shape::new(names),
            rest,
        }
    }
}
