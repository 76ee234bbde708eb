//! Readers that are given away, and writers that are sent elsewhere.

use std::sync::Arc;

use millstream_packet::Packet;
use parking_lot::Mutex;

use super::support::{READER, Rig, Sort};
use crate::{Berth, Detour, Heir, Next, Onward, Outlet, Point, Reader, Refused};

/// Keeps the reader that it gets.
#[derive(Debug, Default)]
struct Keeper(Mutex<Option<Reader>>);

impl Heir for Keeper {
    fn inherit(&self, reader: Reader) {
        *self.0.lock() = Some(reader);
    }
}

fn outlet(process: &str) -> Outlet {
    Outlet {
        process: process.into(),
        port: "out".into(),
        index: None,
    }
}

#[test]
fn reader_goes_to_its_heir_with_what_is_inside() {
    for sort in Sort::BLOCKING {
        let (mut rig, mut next) = (Rig::new(sort, 3, 1), 0);
        rig.fill(sort, &mut next);
        assert_eq!(rig.pop(), Some(0));
        rig.bell.take();
        let keeper = Arc::new(Keeper::default());
        assert!(rig.reader.onward().is_none());
        let heir = Arc::clone(&keeper) as Arc<dyn Heir>;
        assert!(rig.connector.divert(Point::Now, Some(heir), None));
        assert_eq!(rig.bell.take(), [READER], "the port is to come by");
        assert_eq!((rig.reader.available(), rig.pop()), (0, None), "{sort:?}");
        assert!(!rig.connector.is_held(), "nobody holds it");
        assert!(matches!(rig.reader.onward(), Some(Onward::End)));
        drop(rig.reader);
        let mut heir = keeper.0.lock().take().unwrap();
        heir.bind(rig.bell.target(7));
        assert!(!rig.connector.is_abandoned());
        assert!(heir.onward().is_none());
        assert_eq!(heir.try_pop().unwrap().value().unwrap().as_int(), Some(1));
        heir.try_pop().unwrap();
        heir.arm();
        assert_eq!(rig.connector.waiting_reader(), Some(7));
        rig.bell.take();
        rig.writers[0].try_push(Packet::data(3)).unwrap();
        assert_eq!(rig.bell.take(), [7], "{sort:?}: the heir is woken");
        drop(heir);
        assert!(rig.connector.is_abandoned());
    }
}

#[test]
fn reader_first_takes_what_was_inside_when_that_is_the_point() {
    for sort in Sort::BLOCKING {
        let mut rig = Rig::new(sort, 3, 1);
        for number in 0..2 {
            rig.writers[0].try_push(Packet::data(number)).unwrap();
        }
        let berth = Berth::new();
        rig.connector
            .divert(Point::Here, None, Some(Arc::clone(&berth)));
        rig.writers[0].try_push(Packet::data(2)).unwrap();
        assert!(rig.reader.onward().is_none());
        assert_eq!((rig.pop(), rig.pop(), rig.pop()), (Some(0), Some(1), None));
        assert!(
            matches!(rig.reader.onward(), Some(Onward::To(_))),
            "{sort:?}"
        );
        assert!(berth.take().is_none());
        berth.fill(Next::End);
        assert!(matches!(berth.take(), Some(Next::End)));
    }
}

#[test]
fn reader_that_waits_for_the_end_takes_everything_the_fast_way() {
    for sort in Sort::ALL {
        let mut rig = Rig::new(sort, 3, 1);
        rig.connector.divert(Point::End, None, Some(Berth::new()));
        for number in 0..20 {
            rig.writers[0].try_push(Packet::data(number)).unwrap();
            assert_eq!(rig.pop(), Some(number), "{sort:?}");
        }
        assert!(rig.reader.onward().is_none());
        rig.writers.clear();
        assert!(rig.reader.is_at_end());
        assert!(matches!(rig.reader.onward(), Some(Onward::To(_))));
    }
}

#[test]
fn hold_outlives_a_change_of_readers() {
    let (mut rig, mut next) = (Rig::new(Sort::Ring, 3, 1), 0);
    rig.fill(Sort::Ring, &mut next);
    rig.connector.hold();
    let keeper = Arc::new(Keeper::default());
    let heir = Arc::clone(&keeper) as Arc<dyn Heir>;
    rig.connector.divert(Point::Now, Some(heir), None);
    assert!(rig.connector.is_held());
    rig.connector.step();
    assert_eq!(rig.pop(), None, "the step is for the heir");
    drop(rig.reader);
    let mut heir = keeper.0.lock().take().unwrap();
    assert_eq!(heir.available(), 1);
    heir.try_pop().unwrap();
    assert!(heir.try_pop().is_none() && rig.connector.is_held());
    rig.connector.release();
    assert_eq!(heir.available(), 2);
}

#[test]
fn reader_that_has_gone_cannot_be_given_away() {
    let rig = Rig::new(Sort::Ring, 3, 1);
    drop(rig.reader);
    assert!(!rig.connector.divert(Point::Now, None, None));
}

#[test]
fn writers_that_are_sent_elsewhere_leave_what_they_put_in_to_the_reader() {
    for sort in Sort::BLOCKING {
        let (mut rig, mut next) = (Rig::new(sort, 3, 1), 0);
        let mut other = Rig::new(sort, 3, 1);
        rig.fill(sort, &mut next);
        rig.writers[0].arm();
        rig.bell.take();
        let successor = other.writers.remove(0);
        rig.connector.reroute(vec![(outlet("a"), successor)]);
        assert_eq!(rig.bell.take(), [0], "{sort:?}: whoever waits is told");
        let refused = rig.writers[0].try_push(Packet::data(9));
        assert!(matches!(refused, Err(Refused::Closed(_))));
        assert!(rig.connector.is_rerouted());
        let Some(Detour::To(mut writer)) = rig.connector.detour("a", "out", None) else {
            panic!("{sort:?}");
        };
        assert!(matches!(
            rig.connector.detour("b", "out", None),
            Some(Detour::Nobody)
        ));
        rig.writers.clear();
        writer.try_push(Packet::data(9)).unwrap();
        assert_eq!(
            (rig.pop(), rig.pop(), rig.pop()),
            (Some(0), Some(1), Some(2))
        );
        assert!(rig.reader.is_at_end());
        assert_eq!(other.pop(), Some(9));
    }
}
