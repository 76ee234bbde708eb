//! Where things are: a grid of cells, so that looking up a place costs the same in a graph of ten or of ten thousand.

use egui::{Pos2, Rect};

/// The smallest cells: about one card.
const CELL_MIN: f32 = 256.0;
/// At most as many cells as things, times this.
const CELLS_PER_ITEM: f32 = 2.0;

/// Rectangles by place. Built once for a scene, then only asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    rects: Vec<Rect>,
    origin: Pos2,
    cell: f32,
    columns: usize,
    rows: usize,
    /// Where the items of each cell begin in `items`; one more than there are cells.
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Index {
    /// Sorts rectangles into cells; they are known by their position in the list.
    pub(crate) fn new(rects: Vec<Rect>) -> Self {
        let bounds = rects
            .iter()
            .fold(Rect::NOTHING, |all, rect| all.union(*rect));
        if !bounds.is_finite() || rects.is_empty() {
            return Self::default();
        }
        let area_per_cell = bounds.area() / (CELLS_PER_ITEM * rects.len() as f32);
        let longest = bounds.size().max_elem();
        // Neither a wide scatter nor a long row of cards may ask for more cells than there are things.
        let cell = CELL_MIN
            .max(area_per_cell.sqrt())
            .max(longest / (CELLS_PER_ITEM * rects.len() as f32).max(64.0));
        let mut index = Self {
            origin: bounds.min,
            cell,
            columns: 0,
            rows: 0,
            starts: Vec::new(),
            items: Vec::new(),
            rects,
        };
        index.columns = index.step(bounds.width()) + 1;
        index.rows = index.step(bounds.height()) + 1;
        index.fill();
        index
    }

    /// The positions of the rectangles that meet `area`, in their order.
    pub(crate) fn find(&self, area: Rect) -> Vec<usize> {
        let mut found = Vec::new();
        if self.rects.is_empty() || !area.is_positive() {
            return found;
        }
        let (columns, rows) = self.cells(area);
        for row in rows {
            for column in columns.clone() {
                let cell = row * self.columns + column;
                let (from, to) = (self.starts[cell] as usize, self.starts[cell + 1] as usize);
                found.extend(self.items[from..to].iter().map(|&item| item as usize));
            }
        }
        found.sort_unstable();
        found.dedup();
        found.retain(|&item| self.rects[item].intersects(area));
        found
    }

    /// Counts first, so that all cells share one list.
    fn fill(&mut self) {
        let mut counts = vec![0_u32; self.columns * self.rows + 1];
        self.each(|cell, _| counts[cell + 1] += 1);
        for cell in 1..counts.len() {
            counts[cell] += counts[cell - 1];
        }
        let mut next = counts.clone();
        let mut items = vec![0_u32; counts.last().copied().unwrap_or(0) as usize];
        self.each(|cell, item| {
            items[next[cell] as usize] = item;
            next[cell] += 1;
        });
        self.starts = counts;
        self.items = items;
    }

    fn each(&self, mut found: impl FnMut(usize, u32)) {
        for (item, rect) in (0_u32..).zip(&self.rects) {
            let (columns, rows) = self.cells(*rect);
            for row in rows {
                for column in columns.clone() {
                    found(row * self.columns + column, item);
                }
            }
        }
    }

    fn cells(
        &self,
        area: Rect,
    ) -> (
        std::ops::RangeInclusive<usize>,
        std::ops::RangeInclusive<usize>,
    ) {
        let place = |pos: Pos2| {
            let offset = pos - self.origin;
            (
                self.step(offset.x).min(self.columns - 1),
                self.step(offset.y).min(self.rows - 1),
            )
        };
        let (first, last) = (place(area.min), place(area.max));
        (first.0..=last.0, first.1..=last.1)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not below zero, and a float beyond the largest number becomes that"
    )]
    fn step(&self, offset: f32) -> usize {
        (offset / self.cell).floor().max(0.0) as usize
    }
}

#[cfg(test)]
mod tests {
    use egui::Vec2;

    use super::*;

    fn grid(columns: u16, rows: u16, gap: f32) -> Vec<Rect> {
        (0..rows)
            .flat_map(|row| (0..columns).map(move |column| (column, row)))
            .map(|(column, row)| {
                let at = Pos2::new(f32::from(column) * gap, f32::from(row) * gap);
                Rect::from_min_size(at, Vec2::new(160.0, 90.0))
            })
            .collect()
    }

    #[test]
    fn index_finds_what_a_search_through_all_finds() {
        let rects = grid(40, 25, 210.0);
        let index = Index::new(rects.clone());
        let areas = [
            Rect::from_min_size(Pos2::new(500.0, 300.0), Vec2::new(1280.0, 760.0)),
            Rect::from_min_size(Pos2::new(-900.0, -900.0), Vec2::new(950.0, 2000.0)),
            Rect::from_min_size(Pos2::new(1e7, 0.0), Vec2::new(10.0, 10.0)),
            Rect::from_min_size(Pos2::new(161.0, 91.0), Vec2::new(3.0, 3.0)),
            Rect::EVERYTHING,
        ];
        for area in areas {
            let wanted: Vec<usize> = (0..rects.len())
                .filter(|&at| rects[at].intersects(area))
                .collect();
            assert_eq!(index.find(area), wanted, "{area:?}");
        }
    }

    #[test]
    fn scattered_things_take_no_more_cells_than_things() {
        let mut rects = grid(10, 1, 300.0);
        rects.push(Rect::from_min_size(Pos2::new(1e6, 1e6), Vec2::splat(10.0)));
        let index = Index::new(rects);
        assert!(index.starts.len() < 10_000, "{}", index.starts.len());
        assert_eq!(index.find(Rect::EVERYTHING).len(), 11);
    }

    #[test]
    fn nothing_is_found_in_nothing() {
        assert!(Index::new(Vec::new()).find(Rect::EVERYTHING).is_empty());
        assert!(Index::default().find(Rect::EVERYTHING).is_empty());
    }
}
