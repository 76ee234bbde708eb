//! Packets that come in beside the writers.

use std::sync::Arc;

use millstream_packet::Packet;
use parking_lot::Mutex;

use super::support::{Rig, Sort, number};
use crate::{INJECTED_MAX, NotInjected, Tap, TapLook};

#[test]
fn injected_packets_come_first_and_are_counted() {
    for sort in Sort::ALL {
        let (mut rig, mut next) = (Rig::new(sort, 3, 1), 0);
        rig.fill(sort, &mut next);
        let before: Vec<i64> = (0..2).filter_map(|_| rig.pop()).collect();
        let packets = vec![Packet::data(-1), Packet::data(-2)];
        rig.connector.inject(packets).unwrap();
        let counts = rig.connector.counts();
        assert_eq!(counts.depth, 3, "{sort:?}");
        let after: Vec<i64> = std::iter::from_fn(|| rig.pop()).collect();
        assert_eq!(before.len(), 2, "{sort:?}");
        assert_eq!(after.len(), 3, "{sort:?}: {after:?}");
        assert_eq!(after[..2], [-1, -2], "{sort:?}");
        let counts = rig.connector.counts();
        assert_eq!(counts.depth, 0, "{sort:?}");
        assert_eq!(counts.sent, counts.received + counts.dropped, "{sort:?}");
        // The fast ways are open again, and what comes now is in order.
        for _ in 0..3 {
            rig.fill(sort, &mut next);
            let taken: Vec<i64> = std::iter::from_fn(|| rig.pop()).collect();
            assert!(taken.is_sorted() && taken.len() == 3, "{sort:?}: {taken:?}");
        }
    }
}

#[test]
fn injected_packets_are_taken_in_the_middle_of_a_run() {
    let (mut rig, mut next) = (Rig::new(Sort::Ring, 64, 1), 0);
    rig.fill(Sort::Ring, &mut next);
    assert!(rig.reader.look());
    assert!(rig.reader.arrival().is_some());
    rig.connector.inject(vec![Packet::data(-1)]).unwrap();
    // What the reader looked at is its own; the next look finds what was put in.
    let run = rig.reader.run(8);
    assert!(run.is_none(), "only the slow way knows of it");
    assert_eq!(rig.pop(), Some(-1));
    assert!(rig.reader.run(8).is_some());
}

#[test]
fn held_connector_keeps_injected_packets_and_lets_them_through_at_the_end() {
    for sort in Sort::ALL {
        let mut rig = Rig::new(sort, 3, 1);
        rig.connector.hold();
        rig.connector.inject(vec![Packet::data(7)]).unwrap();
        assert_eq!((rig.reader.available(), rig.pop()), (0, None), "{sort:?}");
        rig.writers.clear();
        assert!(!rig.reader.is_at_end(), "{sort:?}: a packet waits");
        rig.connector.release();
        assert_eq!(
            (rig.reader.available(), rig.pop()),
            (1, Some(7)),
            "{sort:?}"
        );
        assert!(rig.reader.is_at_end(), "{sort:?}");
    }
}

#[derive(Debug, Default)]
struct Eye(Mutex<Vec<(u64, i64)>>);

impl Tap for Eye {
    fn see(&self, at: u64, packet: &Packet) -> TapLook {
        self.0.lock().push((at, number(packet)));
        TapLook::Next
    }
}

#[test]
fn taps_see_injected_packets_with_numbers_of_their_own() {
    for sort in Sort::ALL {
        let (mut rig, mut next) = (Rig::new(sort, 2, 1), 0);
        let eye = Arc::new(Eye::default());
        rig.connector.add_tap(Arc::clone(&eye) as Arc<dyn Tap>);
        rig.connector.inject(vec![Packet::data(-1)]).unwrap();
        rig.fill(sort, &mut next);
        let taken: Vec<i64> = std::iter::from_fn(|| rig.pop()).collect();
        let seen = std::mem::take(&mut *eye.0.lock());
        assert!(seen.iter().map(|seen| seen.1).eq(taken), "{sort:?}");
        assert!(seen.is_sorted_by(|a, b| a.0 < b.0), "{sort:?}: {seen:?}");
    }
}

#[test]
fn too_many_and_too_late_are_refused() {
    let rig = Rig::new(Sort::Ring, 2, 1);
    let packets = |count: usize| vec![Packet::data(0); count];
    assert_eq!(rig.connector.inject(packets(INJECTED_MAX)), Ok(()));
    let full = rig.connector.inject(packets(1));
    assert_eq!(full, Err(NotInjected::Full));
    let Rig {
        connector, reader, ..
    } = rig;
    drop(reader);
    let closed = connector.inject(packets(1));
    assert_eq!(closed, Err(NotInjected::Closed));
    let counts = connector.counts();
    assert_eq!((counts.sent, counts.depth), (1024, 1024), "left over");
}
