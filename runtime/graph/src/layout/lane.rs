//! Lanes: where a wire passes a column of boxes.
//!
//! Between two boxes of a column, above the first and below the last there is a gap. For a wire that passes columns the
//! cheapest sequence of gaps is found, short wires first; then every wire gets a height in its gaps, the same in many
//! columns where it can.

use crate::layout::column::{Grid, Room};
use crate::layout::layered::Layered;
use crate::layout::{Spacing, Wire};

/// What one more bend costs, in units of length.
const BEND: f64 = 30.0;
/// What it costs to share a gap with one more wire.
const COMPANY: f64 = 6.0;
/// What it costs to squeeze through a gap that is too narrow.
const SQUEEZE: f64 = 400.0;

/// The gaps that wires take.
pub(super) struct Lanes<'a> {
    columns: &'a [Vec<usize>],
    pub(super) column_of: Vec<usize>,
    /// Place of each box in its column.
    place: Vec<usize>,
    /// Number of wires by column and gap; gap 0 is above the first box.
    count: Vec<Vec<usize>>,
    /// For each wire the gap in each column that it passes.
    gaps: Vec<Vec<usize>>,
}

impl<'a> Lanes<'a> {
    pub(super) fn new(columns: &'a [Vec<usize>], items: usize) -> Self {
        let mut lanes = Self {
            columns,
            column_of: vec![0; items],
            place: vec![0; items],
            count: columns
                .iter()
                .map(|column| vec![0; column.len() + 1])
                .collect(),
            gaps: Vec::new(),
        };
        for (number, column) in columns.iter().enumerate() {
            for (place, &item) in column.iter().enumerate() {
                lanes.column_of[item] = number;
                lanes.place[item] = place;
            }
        }
        lanes
    }

    /// The distance that two boxes need for the wires between them.
    pub(super) fn room_between(&self, upper: usize, lower: usize, spacing: &Spacing) -> f64 {
        let is_next = self.column_of[upper] == self.column_of[lower]
            && self.place[upper] + 1 == self.place[lower];
        let wires = if is_next {
            self.count[self.column_of[upper]][self.place[lower]]
        } else {
            0
        };
        spacing.items.max((wires + 1) as f64 * spacing.wires)
    }

    /// The columns that a wire passes, in the order in which it does.
    fn passed(&self, wire: &Wire) -> Vec<usize> {
        let from = self.column_of[wire.from.item];
        let to = self.column_of[wire.to.item];
        if from < to {
            (from + 1..to).collect()
        } else {
            (to..=from).rev().collect()
        }
    }

    /// Upper and lower end of a gap.
    fn gap(&self, grid: &Grid<'_>, column: usize, gap: usize) -> (f64, f64) {
        let items = &self.columns[column];
        let above = gap.checked_sub(1).and_then(|at| items.get(at));
        let below = items.get(gap);
        (
            above.map_or(f64::NEG_INFINITY, |&item| grid.lower(item)),
            below.map_or(f64::INFINITY, |&item| grid.upper(item)),
        )
    }

    /// Gives every stand-in a height.
    pub(super) fn settle(
        &self,
        layered: &Layered,
        heights: &mut [f64],
        grid: &Grid<'_>,
        wires: &[Wire],
        spacing: &Spacing,
    ) {
        let taken = self.count.iter().map(|gaps| vec![Vec::new(); gaps.len()]);
        let mut settling = Settling {
            lanes: self,
            grid,
            distance: spacing.wires,
            taken: taken.collect(),
        };
        for at in by_length(self, wires) {
            let wire = &wires[at];
            let start = grid.top[wire.from.item] + wire.from.y;
            let end = grid.top[wire.to.item] + wire.to.y;
            let stand_ins: Vec<usize> = layered.stand_ins(at).collect();
            let passed = self.passed(wire);
            // A wire below everything has one stand-in that belongs to no column.
            if stand_ins.len() != passed.len() {
                continue;
            }
            let gaps: Vec<(usize, usize)> = passed
                .into_iter()
                .zip(self.gaps[at].iter().copied())
                .collect();
            for (node, y) in stand_ins
                .into_iter()
                .zip(settling.heights(&gaps, start, end))
            {
                heights[node] = y;
            }
        }
    }
}

/// Finds the gaps of all wires.
pub(super) fn choose(
    lanes: &mut Lanes<'_>,
    grid: &Grid<'_>,
    wires: &[Wire],
    spacing: &Spacing,
    room: Room,
) {
    lanes.gaps = vec![Vec::new(); wires.len()];
    for at in by_length(lanes, wires) {
        let gaps = cheapest(lanes, grid, &wires[at], spacing, room);
        for (column, &gap) in lanes.passed(&wires[at]).into_iter().zip(&gaps) {
            lanes.count[column][gap] += 1;
        }
        lanes.gaps[at] = gaps;
    }
}

/// Wires that pass few columns first: they get the lanes next to their boxes.
fn by_length(lanes: &Lanes<'_>, wires: &[Wire]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..wires.len()).collect();
    let length = |at: usize| {
        let from = lanes.column_of[wires[at].from.item];
        from.abs_diff(lanes.column_of[wires[at].to.item])
    };
    order.sort_by_key(|&at| (length(at), at));
    order
}

/// A way through the gaps of the columns so far: what it costs, at which height it runs, and where it came from.
#[derive(Clone, Copy)]
struct Way {
    cost: f64,
    y: f64,
    before: usize,
}

fn cheapest(
    lanes: &Lanes<'_>,
    grid: &Grid<'_>,
    wire: &Wire,
    spacing: &Spacing,
    room: Room,
) -> Vec<usize> {
    let start = grid.top[wire.from.item] + wire.from.y;
    let end = grid.top[wire.to.item] + wire.to.y;
    let mut ways = vec![Way {
        cost: 0.0,
        y: start,
        before: 0,
    }];
    let mut steps: Vec<Vec<Way>> = Vec::new();
    for column in lanes.passed(wire) {
        let gaps = 0..=lanes.columns[column].len();
        let next = gaps.map(|gap| {
            let (top, bottom) = inner(lanes.gap(grid, column, gap), spacing.wires);
            let wires = lanes.count[column][gap] as f64;
            let is_tight = bottom - top < wires * spacing.wires;
            let squeeze = if is_tight && room == Room::Keep {
                SQUEEZE
            } else {
                0.0
            };
            cheapest_step(&ways, top, bottom, COMPANY * wires + squeeze)
        });
        let next: Vec<Way> = next.collect();
        steps.push(std::mem::replace(&mut ways, next));
    }
    trace_back(ways, steps, end)
}

/// The cheapest way into a gap.
fn cheapest_step(ways: &[Way], top: f64, bottom: f64, toll: f64) -> Way {
    let step = |(before, way): (usize, &Way)| {
        let y = way.y.max(top).min(bottom.max(top));
        let drop = (y - way.y).abs();
        let bend = if drop > 0.5 { BEND } else { 0.0 };
        Way {
            cost: way.cost + drop + bend + toll,
            y,
            before,
        }
    };
    let steps = ways.iter().enumerate().map(step);
    steps
        .min_by(|a, b| a.cost.total_cmp(&b.cost))
        .unwrap_or(ways[0])
}

/// The gaps of the way that ends cheapest at this height.
fn trace_back(mut ways: Vec<Way>, steps: Vec<Vec<Way>>, end: f64) -> Vec<usize> {
    let total = |way: &Way| way.cost + (way.y - end).abs();
    let last = ways
        .iter()
        .enumerate()
        .min_by(|a, b| total(a.1).total_cmp(&total(b.1)));
    let mut at = last.map_or(0, |(at, _)| at);
    let mut gaps = Vec::with_capacity(steps.len());
    for before in steps.into_iter().rev() {
        gaps.push(at);
        at = ways[at].before;
        ways = before;
    }
    gaps.reverse();
    gaps
}

/// A gap without the distance that wires keep from boxes; its middle when it is too narrow for that.
fn inner((top, bottom): (f64, f64), distance: f64) -> (f64, f64) {
    let (upper, lower) = (top + distance, bottom - distance);
    if upper <= lower {
        return (upper, lower);
    }
    let middle = f64::midpoint(top, bottom);
    (middle, middle)
}

struct Settling<'a> {
    lanes: &'a Lanes<'a>,
    grid: &'a Grid<'a>,
    distance: f64,
    /// Heights in use, by column and gap.
    taken: Vec<Vec<Vec<f64>>>,
}

impl Settling<'_> {
    /// Heights in these gaps: as few different ones as possible.
    fn heights(&mut self, gaps: &[(usize, usize)], start: f64, end: f64) -> Vec<f64> {
        let mut heights = Vec::with_capacity(gaps.len());
        let mut from = start;
        while let Some(rest @ [_, ..]) = gaps.get(heights.len()..) {
            let (count, y) = self.straight(rest, from, end);
            for &(column, gap) in rest.iter().take(count) {
                self.taken[column][gap].push(y);
                heights.push(y);
            }
            from = y;
        }
        heights
    }

    /// How many of these gaps a straight wire can pass, and at which height.
    fn straight(&self, gaps: &[(usize, usize)], from: f64, end: f64) -> (usize, f64) {
        let commons = self.commons(gaps);
        for (at, &(top, bottom)) in commons.iter().enumerate().rev() {
            let reaches_end = at + 1 == gaps.len() && (top..=bottom).contains(&end);
            let wanted = if reaches_end { end } else { from };
            let run = gaps.get(..=at).unwrap_or_default();
            if let Some(y) = self.free(run, top, bottom, wanted) {
                return (at + 1, y);
            }
        }
        // The first gap is full.
        let (top, bottom) = commons.first().copied().unwrap_or((from, from));
        let taken = gaps
            .first()
            .map(|&(column, gap)| self.taken[column][gap].clone());
        (1, widest_hole(taken.unwrap_or_default(), top, bottom, from))
    }

    /// For each number of gaps the heights that all of them have in common, as long as there are any.
    fn commons(&self, gaps: &[(usize, usize)]) -> Vec<(f64, f64)> {
        let mut commons: Vec<(f64, f64)> = Vec::with_capacity(gaps.len());
        for &(column, gap) in gaps {
            let (top, bottom) = inner(self.lanes.gap(self.grid, column, gap), self.distance);
            let next = match commons.last() {
                Some(common) => (common.0.max(top), common.1.min(bottom)),
                None => (top, bottom),
            };
            if next.0 > next.1 {
                break;
            }
            commons.push(next);
        }
        commons
    }

    /// The height nearest to the wanted one that is free in all these gaps, if there is one.
    fn free(&self, run: &[(usize, usize)], top: f64, bottom: f64, wanted: f64) -> Option<f64> {
        const STEPS: i32 = 400;
        let nearest = wanted.max(top).min(bottom.max(top));
        let taken = || {
            run.iter()
                .flat_map(|&(column, gap)| &self.taken[column][gap])
        };
        let is_free = |y: &f64| taken().all(|known| (known - y).abs() >= self.distance - 0.5);
        let mut around = (0..STEPS).map(|step| {
            let distance = f64::from((step + 1) / 2) * self.distance;
            nearest + if step % 2 == 1 { distance } else { -distance }
        });
        around.find(|y| (top..=bottom).contains(y) && is_free(y))
    }
}

/// The middle of the largest distance between wires in a gap that is full.
fn widest_hole(mut taken: Vec<f64>, top: f64, bottom: f64, from: f64) -> f64 {
    taken.retain(|y| (top..=bottom).contains(y));
    taken.extend([top, bottom].into_iter().filter(|y| y.is_finite()));
    taken.sort_by(f64::total_cmp);
    let holes = taken.windows(2).filter_map(|pair| match pair {
        &[upper, lower] => Some((lower - upper, f64::midpoint(upper, lower))),
        _ => None,
    });
    holes
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map_or(from.max(top).min(bottom.max(top)), |(_, middle)| middle)
}
