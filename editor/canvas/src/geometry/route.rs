//! Ways round processes: a wire that would run across a card bends round it.
//!
//! The plain curve is kept where nothing stands in its way, which is nearly always. Else the shortest way round the
//! corners of what stands there is looked for, with those obstacles only that turn out to matter, so that the work
//! depends on the neighbourhood of the wire and not on the size of the graph.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use egui::{Pos2, Rect, Vec2};

use crate::geometry::curve::Curve;
use crate::geometry::polyline::segment_meets;
use crate::theme::metric::CLEARANCE;

/// How far a wire runs straight out of a port before it turns.
const LEAD: f32 = CLEARANCE + 4.0;
/// A turn costs as much as so much more way.
const TURN_COST: f32 = 40.0;
/// How round corners are. With this clearance a wire does not touch the card whose corner it takes.
const RADIUS: f32 = 36.0;
/// How often new obstacles are taken into account.
const ROUNDS: usize = 5;
/// A wire that meets more obstacles than this runs straight: nobody could follow it anyway.
const OBSTACLES_MAX: usize = 24;
/// How close the plain curve may come to a card.
const TOUCH: f32 = 3.0;

/// The way from an out-port to an in-port that crosses no card, if there is one.
///
/// `cards_in` gives the cards that meet a rectangle, those of the two ports among them.
pub(crate) fn route(from: Pos2, to: Pos2, cards_in: &dyn Fn(Rect) -> Vec<Rect>) -> Curve {
    let direct = Curve::direct(from, to);
    if is_free(&direct, from, to, cards_in) {
        return direct;
    }
    around(from, to, cards_in).map_or(direct, |corners| Curve::rounded(&corners, RADIUS))
}

/// Whether the plain curve crosses no card. The cards of its own ports count where it runs back over them.
fn is_free(direct: &Curve, from: Pos2, to: Pos2, cards_in: &dyn Fn(Rect) -> Vec<Rect>) -> bool {
    let bounds = direct.bounds();
    let cards = cards_in(bounds.expand(TOUCH));
    if cards.is_empty() {
        return true;
    }
    let line = direct.flatten(2.0);
    let is_own = |card: &Rect| {
        let near = card.expand(1.0);
        near.contains(from) || near.contains(to)
    };
    cards.iter().all(|card| {
        let body = if is_own(card) {
            card.shrink(TOUCH)
        } else {
            card.expand(TOUCH)
        };
        !line.touches(body)
    })
}

/// The corners of the shortest way, both ends included.
fn around(from: Pos2, to: Pos2, cards_in: &dyn Fn(Rect) -> Vec<Rect>) -> Option<Vec<Pos2>> {
    let (start, goal) = (from + Vec2::X * LEAD, to - Vec2::X * LEAD);
    let mut obstacles: Vec<Rect> = Vec::new();
    let mut way = vec![start, goal];
    for _round in 0..ROUNDS {
        let known = obstacles.len();
        for pair in way.windows(2) {
            let along = Rect::from_two_pos(pair[0], pair[1]).expand(CLEARANCE);
            for card in cards_in(along) {
                if segment_meets(pair[0], pair[1], card.expand(CLEARANCE - 1.0)) {
                    add_with_neighbours(card, &mut obstacles, cards_in);
                }
            }
        }
        if obstacles.len() == known {
            let mut corners = vec![from];
            corners.extend(way);
            corners.push(to);
            return Some(corners);
        }
        if obstacles.len() > OBSTACLES_MAX {
            return None;
        }
        way = shortest(start, goal, &obstacles)?;
    }
    None
}

/// Takes a card into account, and those so close to it that no wire fits between them.
fn add_with_neighbours(
    card: Rect,
    obstacles: &mut Vec<Rect>,
    cards_in: &dyn Fn(Rect) -> Vec<Rect>,
) {
    let mut waiting = vec![card];
    while let Some(card) = waiting.pop() {
        if obstacles.contains(&card) || obstacles.len() > OBSTACLES_MAX {
            continue;
        }
        obstacles.push(card);
        waiting.extend(cards_in(card.expand(2.0 * CLEARANCE)));
    }
}

/// A place that may be visited, with the cost of the way so far and what is left at least.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Open {
    estimate: f32,
    at: usize,
}

impl Eq for Open {}

impl Ord for Open {
    fn cmp(&self, other: &Self) -> Ordering {
        // The heap gives the largest first; equal ways are taken in the order of the places.
        let by_cost = other.estimate.total_cmp(&self.estimate);
        by_cost.then(other.at.cmp(&self.at))
    }
}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A* over the corners of the obstacles.
fn shortest(start: Pos2, goal: Pos2, obstacles: &[Rect]) -> Option<Vec<Pos2>> {
    let bodies: Vec<Rect> = obstacles
        .iter()
        .map(|card| card.expand(CLEARANCE - 1.0))
        .collect();
    let sees = |a: Pos2, b: Pos2| !bodies.iter().any(|body| segment_meets(a, b, *body));
    let places = places(start, goal, obstacles, &bodies);
    let mut costs = vec![f32::INFINITY; places.len()];
    let mut previous = vec![usize::MAX; places.len()];
    let mut is_done = vec![false; places.len()];
    let mut open = BinaryHeap::from([Open {
        estimate: 0.0,
        at: 0,
    }]);
    costs[0] = 0.0;
    while let Some(Open { at, .. }) = open.pop() {
        if at == 1 {
            return Some(way_to(1, &places, &previous));
        }
        if std::mem::replace(&mut is_done[at], true) {
            continue;
        }
        for next in 1..places.len() {
            let turn = if next == 1 { 0.0 } else { TURN_COST };
            let cost = costs[at] + places[at].distance(places[next]) + turn;
            if !is_done[next] && cost < costs[next] && sees(places[at], places[next]) {
                costs[next] = cost;
                previous[next] = at;
                let estimate = cost + places[next].distance(goal);
                open.push(Open { estimate, at: next });
            }
        }
    }
    None
}

/// Start, goal, and the corners that lie in no obstacle.
fn places(start: Pos2, goal: Pos2, obstacles: &[Rect], bodies: &[Rect]) -> Vec<Pos2> {
    let mut places = vec![start, goal];
    for card in obstacles {
        let outer = card.expand(CLEARANCE);
        let corners = [
            outer.left_top(),
            outer.right_top(),
            outer.left_bottom(),
            outer.right_bottom(),
        ];
        let free = corners
            .into_iter()
            .filter(|corner| !bodies.iter().any(|body| body.contains(*corner)));
        places.extend(free);
    }
    places
}

fn way_to(end: usize, places: &[Pos2], previous: &[usize]) -> Vec<Pos2> {
    let mut way = vec![places[end]];
    let mut at = end;
    while let Some(&before) = previous.get(at).filter(|&&before| before != usize::MAX) {
        way.push(places[before]);
        at = before;
    }
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(x: f32, y: f32) -> Rect {
        Rect::from_min_size(Pos2::new(x, y), Vec2::new(160.0, 100.0))
    }

    fn routed(from: Pos2, to: Pos2, cards: &[Rect]) -> Curve {
        route(from, to, &|area| {
            cards
                .iter()
                .copied()
                .filter(|card| card.intersects(area))
                .collect()
        })
    }

    #[track_caller]
    fn crosses_none(curve: &Curve, cards: &[Rect]) {
        let line = curve.flatten(0.5);
        for card in cards {
            assert!(!line.touches(card.shrink(1.0)), "{card:?} is crossed");
        }
    }

    #[test]
    fn free_wire_is_the_plain_curve() {
        let cards = [card(0.0, 0.0), card(400.0, 0.0)];
        let (from, to) = (Pos2::new(160.0, 60.0), Pos2::new(400.0, 60.0));
        assert_eq!(routed(from, to, &cards), Curve::direct(from, to));
    }

    #[test]
    fn wire_goes_round_a_card_in_its_way() {
        let cards = [card(0.0, 0.0), card(260.0, 0.0), card(520.0, 0.0)];
        let (from, to) = (Pos2::new(160.0, 60.0), Pos2::new(520.0, 60.0));
        let curve = routed(from, to, &cards);
        assert_ne!(curve, Curve::direct(from, to));
        crosses_none(&curve, &cards);
    }

    #[test]
    fn wire_goes_round_a_wall_of_cards() {
        let mut cards = vec![card(0.0, 0.0), card(700.0, 0.0)];
        cards.extend((-2..3i8).map(|row| card(350.0, f32::from(row) * 120.0)));
        let curve = routed(Pos2::new(160.0, 60.0), Pos2::new(700.0, 60.0), &cards);
        crosses_none(&curve, &cards);
    }

    #[test]
    fn wire_back_runs_over_neither_of_its_cards() {
        let cards = [card(0.0, 0.0), card(400.0, 0.0)];
        let (from, to) = (Pos2::new(560.0, 60.0), Pos2::new(0.0, 60.0));
        crosses_none(&routed(from, to, &cards), &cards);
    }

    #[test]
    fn wire_to_its_own_process_goes_round_it() {
        let cards = [card(0.0, 0.0)];
        crosses_none(
            &routed(Pos2::new(160.0, 60.0), Pos2::new(0.0, 60.0), &cards),
            &cards,
        );
    }

    #[test]
    fn where_there_is_no_way_the_wire_is_still_drawn() {
        let cards = [card(0.0, 0.0), card(165.0, 0.0), card(330.0, 0.0)];
        let (from, to) = (Pos2::new(160.0, 60.0), Pos2::new(330.0, 60.0));
        assert_eq!(routed(from, to, &cards), Curve::direct(from, to));
    }
}
