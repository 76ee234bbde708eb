//! Holding a connector, stepping it, and letting it go.

use millstream_packet::Packet;

use super::support::{READER, Rig, Sort};

#[test]
fn held_connector_shows_nothing_and_fills_up() {
    for sort in Sort::BLOCKING {
        let (mut rig, mut next) = (Rig::new(sort, 3, 1), 0);
        rig.writers[0].try_push(Packet::data(0)).unwrap();
        next += 1;
        rig.connector.hold();
        assert!(rig.connector.is_held());
        assert_eq!(rig.reader.available(), 0);
        assert_eq!(rig.pop(), None);
        assert_eq!(rig.fill(sort, &mut next), 2, "{sort:?}");
        assert_eq!(rig.connector.depth(), 3);
        assert!(!rig.reader.is_at_end());
        rig.assert_counts();
    }
}

#[test]
fn each_step_lets_one_packet_through_and_wakes_the_reader() {
    for sort in Sort::BLOCKING {
        let (mut rig, mut next) = (Rig::new(sort, 3, 1), 0);
        rig.connector.hold();
        rig.fill(sort, &mut next);
        for expected in 0..2 {
            rig.bell.take();
            rig.connector.step();
            assert_eq!(rig.bell.take(), [READER]);
            assert_eq!(rig.reader.available(), 1);
            assert_eq!(rig.pop(), Some(expected), "{sort:?}");
            assert_eq!(rig.pop(), None);
        }
        rig.connector.step();
        rig.connector.step();
        assert_eq!(rig.fill(sort, &mut next), 2);
        assert_eq!(rig.pop(), Some(2));
        assert_eq!(rig.pop(), Some(3));
        assert_eq!(rig.pop(), None, "{sort:?}");
    }
}

#[test]
fn step_ahead_of_a_packet_lets_the_next_one_through() {
    let mut rig = Rig::new(Sort::Ring, 3, 1);
    rig.connector.hold();
    rig.connector.step();
    for number in 0..2 {
        rig.writers[0].try_push(Packet::data(number)).unwrap();
    }
    assert_eq!(rig.pop(), Some(0));
    assert_eq!(rig.pop(), None);
}

#[test]
fn release_shows_everything_and_step_on_a_free_connector_changes_nothing() {
    for sort in Sort::ALL {
        let (mut rig, mut next) = (Rig::new(sort, 3, 1), 0);
        rig.connector.step();
        assert!(!rig.connector.is_held());
        rig.connector.hold();
        rig.fill(sort, &mut next);
        rig.bell.take();
        rig.connector.release();
        assert_eq!(rig.bell.take(), [READER]);
        assert!(!rig.connector.is_held());
        for expected in 0..3 {
            assert_eq!(rig.pop(), Some(expected), "{sort:?}");
        }
    }
}

#[test]
fn held_connector_with_packets_inside_is_not_at_its_end() {
    let mut rig = Rig::new(Sort::Ring, 3, 1);
    rig.connector.hold();
    rig.writers[0].try_push(Packet::data(0)).unwrap();
    rig.writers.clear();
    assert!(!rig.reader.is_at_end());
    rig.connector.release();
    assert_eq!(rig.pop(), Some(0));
    assert!(rig.reader.is_at_end());
}

#[test]
fn lossy_connector_goes_on_dropping_while_held() {
    let mut rig = Rig::new(Sort::DropOldest, 2, 1);
    rig.connector.hold();
    for number in 0..5 {
        rig.writers[0].try_push(Packet::data(number)).unwrap();
    }
    assert_eq!(rig.pop(), None);
    rig.assert_counts();
    rig.connector.step();
    assert_eq!(rig.pop(), Some(3));
    assert_eq!(rig.pop(), None);
    rig.connector.release();
    assert_eq!(rig.pop(), Some(4));
    assert_eq!(rig.connector.counts().dropped, 3);
}
