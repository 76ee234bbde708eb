//! The exact bound: capacity packets go in, and each one taken makes room for exactly one.

use millstream_packet::Packet;

use super::support::{Rig, Sort, capacities, number};
use crate::Refused;

#[test]
fn lone_writer_gets_exactly_the_capacity_in() {
    for sort in Sort::ALL {
        for &capacity in capacities() {
            let (mut rig, mut next) = (Rig::new(sort, capacity, 1), 0);
            assert!(rig.writers[0].has_room());
            assert_eq!(rig.writers[0].room(), u64::from(capacity));
            assert_eq!(rig.fill(sort, &mut next), u64::from(capacity), "{sort:?}");
            assert!(!rig.writers[0].has_room());
            assert_eq!(rig.reader.available(), u64::from(capacity));
            assert_eq!(rig.connector.counts().high_water, u64::from(capacity));
            rig.assert_counts();
        }
    }
}

#[test]
fn receiving_so_many_lets_exactly_so_many_in() {
    for sort in Sort::ALL {
        for &capacity in capacities() {
            let (mut rig, mut next, mut expected) = (Rig::new(sort, capacity, 1), 0, 0);
            rig.fill(sort, &mut next);
            for taken in 0..=u64::from(capacity) {
                for _ in 0..taken {
                    assert_eq!(rig.pop(), Some(expected), "{sort:?} {capacity}");
                    expected += 1;
                }
                assert_eq!(rig.fill(sort, &mut next), taken, "{sort:?} {capacity}");
            }
            rig.assert_counts();
        }
    }
}

#[test]
fn several_writers_share_one_bound() {
    for sort in Sort::BLOCKING {
        for &capacity in capacities() {
            let mut rig = Rig::new(sort, capacity, 3);
            let mut entered = 0;
            for at in 0..rig.writers.len() * (capacity as usize) {
                let writer = &mut rig.writers[at % 3];
                entered += u32::from(writer.try_push(Packet::data(7)).is_ok());
            }
            assert_eq!(entered, capacity, "{sort:?}");
            rig.assert_counts();
        }
    }
}

#[test]
fn staged_packets_count_for_the_bound_and_are_seen_when_published() {
    for sort in [Sort::Ring, Sort::CrossingRing] {
        let mut rig = Rig::new(sort, 3, 1);
        for number in 0..3 {
            rig.writers[0].stage(Packet::data(number)).unwrap();
        }
        assert_eq!(rig.writers[0].room(), 0);
        assert!(matches!(
            rig.writers[0].stage(Packet::data(3)),
            Err(Refused::Full(_))
        ));
        assert_eq!(rig.pop(), None, "nothing is published yet");
        rig.writers[0].publish();
        for number in 0..3 {
            assert_eq!(rig.pop(), Some(number));
        }
        rig.assert_counts();
    }
}

#[test]
fn vacancies_never_exceed_the_bound() {
    for sort in [Sort::Ring, Sort::CrossingRing] {
        for &capacity in capacities() {
            let mut rig = Rig::new(sort, capacity, 1);
            let mut inside = 0;
            for round in 0..3 {
                // The slow way in looks at the room; vacancies use up what it saw.
                while rig.writers[0].try_push(Packet::data(1)).is_ok() {
                    inside += 1;
                    while let Some(vacancy) = rig.writers[0].vacancy() {
                        vacancy.send(Packet::data(2));
                        inside += 1;
                    }
                }
                assert_eq!(inside, capacity, "{sort:?} round {round}");
                rig.assert_counts();
                for _ in 0..capacity.min(round + 1) {
                    rig.pop().unwrap();
                    inside -= 1;
                }
            }
        }
    }
}

#[test]
fn writer_that_is_not_alone_at_a_ring_has_no_vacancy() {
    for (sort, writers) in [
        (Sort::Flume, 1),
        (Sort::DropOldest, 1),
        (Sort::DropNewest, 1),
        (Sort::Ring, 2),
    ] {
        let mut rig = Rig::new(sort, 4, writers);
        rig.writers[0].try_push(Packet::data(1)).unwrap();
        assert!(rig.writers[0].vacancy().is_none(), "{sort:?}");
    }
}

#[test]
fn room_up_to_the_high_water_mark_is_sure_and_beyond_it_is_looked_at() {
    let mut rig = Rig::new(Sort::Ring, 4, 1);
    for number in 0..3 {
        rig.writers[0].try_push(Packet::data(number)).unwrap();
        assert!(rig.writers[0].vacancy().is_none(), "the mark has to rise");
    }
    rig.pop().unwrap();
    rig.pop().unwrap();
    rig.writers[0].try_push(Packet::data(3)).unwrap();
    assert_eq!(rig.writers[0].ahead(), 1);
    rig.writers[0].vacancy().unwrap().send(Packet::data(4));
    assert!(rig.writers[0].vacancy().is_none());
    assert_eq!(rig.connector.counts().high_water, 3);
    rig.writers[0].forget_room();
    assert_eq!(rig.writers[0].ahead(), 0);
    rig.assert_counts();
}

#[test]
fn capacity_zero_is_taken_as_one() {
    for sort in Sort::ALL {
        let mut rig = Rig::new(sort, 0, 0);
        assert_eq!(rig.connector.capacity(), 1);
        assert_eq!(rig.fill(sort, &mut 0), 1, "{sort:?}");
    }
}

#[test]
fn quiet_taking_frees_room_and_settling_tells() {
    let mut rig = Rig::new(Sort::Ring, 2, 1);
    rig.fill(Sort::Ring, &mut 0);
    rig.writers[0].arm();
    let packet = rig.reader.pop_quietly().unwrap();
    assert_eq!(number(&packet), 0);
    assert_eq!(rig.bell.take(), [] as [u32; 0]);
    rig.reader.settle();
    assert_eq!(rig.bell.take(), [0]);
    assert!(rig.writers[0].try_push(Packet::data(2)).is_ok());
}

#[test]
fn bytes_of_text_are_counted_as_they_enter() {
    for sort in Sort::ALL {
        let mut rig = Rig::new(sort, 4, 1);
        rig.writers[0].try_push(Packet::data("four")).unwrap();
        rig.writers[0].try_push(Packet::data(12)).unwrap();
        rig.writers[0]
            .try_push(Packet::data("x".repeat(100)))
            .unwrap();
        assert_eq!(rig.connector.counts().bytes, 104, "{sort:?}");
    }
}
