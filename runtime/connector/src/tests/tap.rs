//! Taps: who sees the packets that pass.

use std::sync::Arc;

use millstream_packet::Packet;
use parking_lot::Mutex;

use super::support::{Rig, Sort, number};
use crate::{Arrival, Tap, TapLook};

/// Keeps the numbers that it sees.
#[derive(Debug)]
struct Eye(Mutex<Vec<i64>>, TapLook);

impl Tap for Eye {
    fn see(&self, _number: u64, packet: &Packet) -> TapLook {
        self.0.lock().push(number(packet));
        self.1
    }
}

impl Eye {
    fn open(rig: &Rig) -> Arc<Self> {
        Self::wanting(rig, TapLook::Next)
    }

    fn wanting(rig: &Rig, look: TapLook) -> Arc<Self> {
        let eye = Arc::new(Self(Mutex::default(), look));
        rig.connector
            .set_tap(Some(Arc::clone(&eye) as Arc<dyn Tap>));
        eye
    }

    fn take(&self) -> Vec<i64> {
        std::mem::take(&mut self.0.lock())
    }
}

#[test]
fn tap_sees_each_packet_once_and_in_order() {
    for sort in Sort::ALL {
        let (mut rig, mut next) = (Rig::new(sort, 3, 1), 0);
        let eye = Eye::open(&rig);
        for round in 0..4 {
            rig.fill(sort, &mut next);
            assert!(eye.take().is_empty(), "what waits is not seen yet");
            let taken: Vec<i64> = std::iter::from_fn(|| rig.pop()).collect();
            assert_eq!(taken.len(), 3, "{sort:?}, round {round}");
            assert_eq!(eye.take(), taken, "{sort:?}, round {round}");
        }
        rig.assert_counts();
    }
}

#[test]
fn tap_that_was_added_stays_whoever_looks_in_beside_it() {
    let (mut rig, mut next) = (Rig::new(Sort::Ring, 4, 1), 0);
    let resident = Arc::new(Eye(Mutex::default(), TapLook::Next));
    // Whoever comes later and has seen enough does not make the other miss anything.
    let known = Arc::clone(&resident) as Arc<dyn Tap>;
    rig.connector.add_tap(Arc::clone(&known));
    rig.fill(Sort::Ring, &mut next);
    assert_eq!(rig.pop(), Some(0));
    let guest = Eye::wanting(&rig, TapLook::Enough);
    assert_eq!(rig.pop(), Some(1));
    rig.connector.set_tap(None);
    assert_eq!(rig.pop(), Some(2));
    assert_eq!((resident.take(), guest.take()), (vec![0, 1, 2], vec![1]));
    rig.connector.remove_tap(&known);
    assert!(rig.reader.look(), "nobody is left to see");
    assert_eq!(rig.pop(), Some(3));
    assert!(resident.take().is_empty());
}

#[test]
fn fast_ways_are_closed_while_somebody_looks() {
    let (mut rig, mut next) = (Rig::new(Sort::Ring, 8, 1), 0);
    rig.fill(Sort::Ring, &mut next);
    assert_eq!(rig.pop(), Some(0));
    assert!(rig.reader.arrival().is_some());
    let eye = Eye::open(&rig);
    assert!(rig.reader.run(8).is_none());
    assert!(!rig.reader.look());
    assert!(rig.reader.arrival().is_none());
    assert_eq!(rig.pop(), Some(1));
    assert_eq!(eye.take(), [1]);
    rig.connector.set_tap(None);
    assert!(rig.reader.look());
    let arrival = rig.reader.arrival().map(Arrival::take);
    assert_eq!(arrival.as_ref().map(number), Some(2));
    assert_eq!(rig.reader.run(8).map(|run| run.len()), Some(5));
    assert!(eye.take().is_empty());
    rig.assert_counts();
}

#[test]
fn tap_sees_packets_of_a_held_connector_as_they_are_stepped() {
    for sort in Sort::BLOCKING {
        let (mut rig, mut next) = (Rig::new(sort, 3, 1), 0);
        let eye = Eye::open(&rig);
        rig.fill(sort, &mut next);
        rig.connector.hold();
        assert_eq!(rig.pop(), None);
        rig.connector.step();
        assert_eq!(rig.pop(), Some(0));
        assert_eq!(eye.take(), [0], "{sort:?}");
        rig.connector.release();
        assert!(!rig.connector.is_held());
        assert_eq!(rig.pop(), Some(1));
        assert_eq!(eye.take(), [1], "a release leaves the tap where it is");
    }
}

#[test]
fn tap_comes_and_goes_without_touching_a_hold() {
    let (mut rig, mut next) = (Rig::new(Sort::Ring, 3, 1), 0);
    rig.fill(Sort::Ring, &mut next);
    rig.connector.hold();
    let eye = Eye::open(&rig);
    assert!(rig.connector.is_held());
    assert_eq!(rig.pop(), None);
    rig.connector.set_tap(None);
    assert!(rig.connector.is_held());
    rig.connector.release();
    assert_eq!(rig.pop(), Some(0));
    assert!(eye.take().is_empty());
}

/// Takes all that is there, the fast ways wherever they are open.
fn take_all(rig: &mut Rig) -> Vec<i64> {
    let mut taken = Vec::new();
    loop {
        if let Some(mut run) = rig.reader.run(3) {
            taken.extend(std::iter::from_fn(|| {
                run.arrival().map(|arrival| number(&arrival.take()))
            }));
            rig.reader.settle();
        } else if rig.reader.look() {
            let arrivals = || rig.reader.arrival().map(|arrival| number(&arrival.take()));
            taken.extend(std::iter::from_fn(arrivals));
        } else if let Some(packet) = rig.pop() {
            taken.push(packet);
        } else {
            return taken;
        }
    }
}

#[test]
fn tap_that_wants_some_packets_sees_exactly_these() {
    for sort in Sort::ALL {
        let (mut rig, mut next) = (Rig::new(sort, 10, 1), 0);
        let eye = Eye::wanting(&rig, TapLook::After(4));
        let mut taken = Vec::new();
        for _ in 0..4 {
            rig.fill(sort, &mut next);
            taken.extend(take_all(&mut rig));
        }
        assert!(taken.iter().copied().eq(0..40), "{sort:?}");
        assert!(eye.take().into_iter().eq((0..40).step_by(4)), "{sort:?}");
        rig.assert_counts();
    }
}

#[test]
fn tap_that_has_seen_enough_leaves_the_fast_ways_open_until_it_is_resumed() {
    let (mut rig, mut next) = (Rig::new(Sort::Ring, 8, 1), 0);
    let eye = Eye::wanting(&rig, TapLook::Enough);
    rig.fill(Sort::Ring, &mut next);
    assert_eq!(rig.pop(), Some(0));
    assert!(rig.reader.look());
    assert_eq!(rig.reader.run(8).map(|run| run.len()), Some(7));
    assert_eq!(rig.pop(), Some(1));
    assert_eq!(eye.take(), [0]);
    rig.connector.resume_tap();
    assert_eq!(take_all(&mut rig), [2, 3, 4, 5, 6, 7]);
    assert_eq!(eye.take(), [2]);
}
