//! Drawings: what must hold in each of them.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;

const PITCH: f64 = 20.0;

/// A box with room for so many ports on each side.
fn item(width: f64, ports: u8) -> Item {
    Item {
        size: Size {
            width,
            height: 40.0 + PITCH * f64::from(ports),
        },
        ..Item::default()
    }
}

fn port(item: usize, number: u8) -> Port {
    Port {
        item,
        y: 40.0 + PITCH * f64::from(number) + PITCH / 2.0,
    }
}

fn wire(from: (usize, u8), to: (usize, u8)) -> Wire {
    Wire {
        from: port(from.0, from.1),
        to: port(to.0, to.1),
        lead: 0.0,
    }
}

/// Boxes of equal size, wired at their first ports.
fn sketch(count: usize, wires: &[(usize, usize)]) -> (Vec<Item>, Vec<Wire>) {
    let wires = wires.iter().map(|&(from, to)| wire((from, 0), (to, 0)));
    (vec![item(100.0, 1); count], wires.collect())
}

fn arranged(count: usize, wires: &[(usize, usize)]) -> Drawing {
    let (items, wires) = sketch(count, wires);
    arrange(&items, &wires, &Spacing::default())
}

#[derive(Debug, Clone, Copy)]
struct Rect {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

fn rects(items: &[Item], drawing: &Drawing) -> Vec<Rect> {
    let rect = |(item, at): (&Item, &Position)| Rect {
        left: at.x,
        top: at.y,
        right: at.x + item.size.width,
        bottom: at.y + item.size.height,
    };
    items.iter().zip(&drawing.positions).map(rect).collect()
}

fn assert_apart(items: &[Item], drawing: &Drawing) {
    let rects = rects(items, drawing);
    for (at, a) in rects.iter().enumerate() {
        for b in rects.iter().take(at) {
            let is_apart =
                a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
            assert!(is_apart, "boxes cover each other: {a:?} {b:?}");
        }
    }
}

/// Wires begin and end at their ports, turn at right angles and pass no box.
fn assert_routed(items: &[Item], wires: &[Wire], drawing: &Drawing) {
    let rects = rects(items, drawing);
    assert_eq!(drawing.routes.len(), wires.len());
    for (wire, route) in wires.iter().zip(&drawing.routes) {
        let (from, to) = (rects[wire.from.item], rects[wire.to.item]);
        let (first, last) = (route[0], route[route.len() - 1]);
        let near = |a: f64, b: f64| (a - b).abs() < 1.0;
        assert!(near(first.x, from.right) && near(first.y, from.top + wire.from.y));
        assert!(near(last.x, to.left) && near(last.y, to.top + wire.to.y));
        for pair in route.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            assert!(near(a.x, b.x) || near(a.y, b.y), "slanted: {a:?} {b:?}");
            let (left, right) = (a.x.min(b.x), a.x.max(b.x));
            let (top, bottom) = (a.y.min(b.y), a.y.max(b.y));
            for rect in &rects {
                let is_clear = right <= rect.left + 1.0
                    || left >= rect.right - 1.0
                    || bottom <= rect.top + 1.0
                    || top >= rect.bottom - 1.0;
                assert!(is_clear, "{wire:?} passes {rect:?}: {route:?}");
            }
        }
    }
}

/// Wires of different ports do not run over each other.
fn assert_distinct(wires: &[Wire], drawing: &Drawing) {
    let pieces = |at: usize| drawing.routes[at].windows(2).map(|pair| (pair[0], pair[1]));
    for a in 0..wires.len() {
        for b in 0..a {
            if wires[a].from == wires[b].from || wires[a].to == wires[b].to {
                continue;
            }
            for (p, q) in pieces(a) {
                for (r, s) in pieces(b) {
                    let over = |p: f64, q: f64, r: f64, s: f64| {
                        p.max(q).min(r.max(s)) - p.min(q).max(r.min(s)) > 1.0
                    };
                    let level = |a: f64, b: f64| (a - b).abs() < 0.4;
                    let is_vertical = |a: Position, b: Position| level(a.x, b.x);
                    let runs_over = if is_vertical(p, q) {
                        is_vertical(r, s) && level(p.x, r.x) && over(p.y, q.y, r.y, s.y)
                    } else {
                        !is_vertical(r, s) && level(p.y, r.y) && over(p.x, q.x, r.x, s.x)
                    };
                    assert!(!runs_over, "{a} over {b}: {p:?} {q:?} on {r:?} {s:?}");
                }
            }
        }
    }
}

#[test]
fn chain_runs_straight_from_left_to_right() {
    let drawing = arranged(3, &[(0, 1), (1, 2)]);
    assert!(
        drawing
            .positions
            .windows(2)
            .all(|pair| pair[0].x < pair[1].x)
    );
    assert!(drawing.routes.iter().all(|route| route.len() == 2));
}

#[test]
fn fan_is_symmetric() {
    let (items, mut wires) = sketch(5, &[(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4)]);
    for wire in &mut wires {
        wire.from.y = 50.0;
    }
    let drawing = arrange(&items, &wires, &Spacing::default());
    let y = |at: usize| drawing.positions[at].y;
    assert!(
        (y(0) - y(2)).abs() < 1.0 && (y(4) - y(2)).abs() < 1.0,
        "{drawing:?}"
    );
}

#[test]
fn feedback_runs_round_the_boxes() {
    let (items, wires) = sketch(3, &[(0, 1), (1, 2), (2, 1), (1, 1)]);
    let drawing = arrange(&items, &wires, &Spacing::default());
    assert_routed(&items, &wires, &drawing);
    let x = |at: usize| drawing.positions[at].x;
    assert!(x(0) < x(1) && x(1) < x(2));
}

#[test]
fn parts_without_connection_stand_below_each_other() {
    let drawing = arranged(6, &[(0, 1), (1, 2), (3, 4), (4, 5)]);
    assert!(drawing.positions[3].y > drawing.positions[0].y);
    assert!((drawing.positions[3].x - drawing.positions[0].x).abs() < 1.0);
}

#[test]
fn pinned_boxes_stay_and_new_ones_come_beside_them() {
    let (mut items, wires) = sketch(3, &[(0, 1), (1, 2)]);
    items[0].at = Some(Position { x: 400.0, y: 90.0 });
    items[2].at = Some(Position { x: 900.0, y: 90.0 });
    let drawing = arrange(&items, &wires, &Spacing::default());
    assert_eq!(drawing.positions[0], Position { x: 400.0, y: 90.0 });
    assert_eq!(drawing.positions[2], Position { x: 900.0, y: 90.0 });
    let new = drawing.positions[1];
    assert!(
        new.x > 500.0 && new.x < 800.0 && (new.y - 90.0).abs() < 1.0,
        "{new:?}"
    );
}

#[test]
fn room_is_made_without_changing_rows_and_columns() {
    let (mut items, wires) = sketch(4, &[(0, 1), (1, 2), (2, 3)]);
    let places = [(0.0, 0.0), (110.0, 0.0), (0.0, 65.0), (110.0, 65.0)];
    for (item, (x, y)) in items.iter_mut().zip(places) {
        item.at = Some(Position { x, y });
    }
    let drawing = spread(&items, &wires, &Spacing::default());
    assert_apart(&items, &drawing);
    assert_routed(&items, &wires, &drawing);
    let at = &drawing.positions;
    assert!((at[0].y - at[1].y).abs() < 0.1 && (at[2].y - at[3].y).abs() < 0.1);
    assert!((at[0].x - at[2].x).abs() < 0.1 && (at[1].x - at[3].x).abs() < 0.1);
    assert!(at[2].y >= at[0].y + 60.0 + Spacing::default().items);
}

#[test]
fn wires_of_boxes_that_do_not_exist_get_no_route() {
    let drawing = arranged(2, &[(0, 7), (0, 1)]);
    assert_eq!(drawing.routes[0], []);
    assert_eq!(drawing.routes[1].len(), 2);
    assert_eq!(arranged(0, &[]), Drawing::default());
}

/// Thousands of boxes and wires that pass hundreds of layers: the wires too long for the layers run below them.
#[test]
fn large_graphs_are_drawn_within_their_budget() {
    let count = 1_500;
    let mut wires: Vec<(usize, usize)> = (1..count).map(|at| (at - 1, at)).collect();
    wires.extend((0..count / 2).map(|at| (at, count - 1 - at)));
    let (items, wires) = sketch(count, &wires);
    let drawing = arrange(&items, &wires, &Spacing::default());
    assert!(drawing.routes.iter().all(|route| route.len() >= 2));
    assert_apart(&items, &drawing);
}

fn any_item() -> impl Strategy<Value = Item> {
    let margin = (0.0..60.0, 0.0..30.0).prop_map(|(left, top)| Margin {
        left,
        top,
        ..Margin::default()
    });
    (60.0..200.0, margin, option::of(0..2_usize)).prop_map(|(width, margin, group)| Item {
        margin,
        group,
        ..item(width, 4)
    })
}

/// Boxes, and wires that leave every out-port once.
fn any_sketch() -> impl Strategy<Value = (Vec<Item>, Vec<Wire>)> {
    vec(any_item(), 1..9).prop_flat_map(|items| {
        let count = items.len();
        let ends = ((0..count, 0..4_u8), (0..count, 0..4_u8));
        let wires = vec(ends, 0..14).prop_map(|ends| {
            let mut wires: Vec<Wire> = Vec::new();
            for (from, to) in ends {
                let wire = wire(from, to);
                if wires.iter().all(|known| known.from != wire.from) {
                    wires.push(wire);
                }
            }
            wires
        });
        (Just(items), wires)
    })
}

proptest! {
    #[test]
    fn drawings_are_legible((items, wires) in any_sketch()) {
        let spacing = Spacing::default();
        let drawing = arrange(&items, &wires, &spacing);
        assert_apart(&items, &drawing);
        assert_routed(&items, &wires, &drawing);
        assert_distinct(&wires, &drawing);
        prop_assert_eq!(&arrange(&items, &wires, &spacing), &drawing);
    }

    #[test]
    fn arrangements_are_given_room(
        (mut items, wires) in any_sketch(),
        places in vec(option::of((0..6_i32, 0..5_i32)), 9),
    ) {
        for (item, place) in items.iter_mut().zip(places) {
            item.at = place.map(|(x, y)| Position { x: f64::from(x) * 90.0, y: f64::from(y) * 60.0 });
        }
        let drawing = spread(&items, &wires, &Spacing::default());
        assert_apart(&items, &drawing);
        assert_routed(&items, &wires, &drawing);
    }

    #[test]
    fn pinned_boxes_stay_where_they_are(
        (mut items, wires) in any_sketch(),
        places in vec(option::of((0..6_i32, 0..5_i32)), 9),
    ) {
        for (item, place) in items.iter_mut().zip(places) {
            item.at = place.map(|(x, y)| Position { x: f64::from(x) * 400.0, y: f64::from(y) * 300.0 });
        }
        let drawing = arrange(&items, &wires, &Spacing::default());
        let pairs = items.iter().zip(&drawing.positions);
        for (item, position) in pairs.filter(|(item, _)| item.at.is_some()) {
            prop_assert_eq!(item.at, Some(*position));
        }
    }
}
