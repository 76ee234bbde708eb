//! Both ways to end: the writers close, the reader goes; and no packet is dropped twice or never.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use millstream_packet::{Packet, Value};

use super::support::{READER, Rig, Sort};
use crate::Refused;

#[test]
fn stream_ends_when_all_writers_closed_and_all_is_taken() {
    for sort in Sort::ALL {
        let mut rig = Rig::new(sort, 4, 2);
        assert!(!rig.reader.is_at_end(), "empty is not the end");
        rig.writers[0].try_push(Packet::data(1)).unwrap();
        rig.writers.pop();
        assert!(!rig.connector.is_closed());
        assert!(rig.bell.take().is_empty());
        rig.writers.pop();
        assert!(rig.connector.is_closed());
        assert_eq!(rig.bell.take(), [READER], "the end wakes the reader");
        assert!(!rig.reader.is_at_end(), "{sort:?}");
        assert_eq!(rig.pop(), Some(1));
        assert!(rig.reader.is_at_end(), "{sort:?}");
        assert_eq!(rig.pop(), None);
    }
}

#[test]
fn closing_publishes_what_was_staged() {
    let mut rig = Rig::new(Sort::Ring, 4, 1);
    rig.writers[0].stage(Packet::data(5)).unwrap();
    rig.writers.clear();
    assert!(!rig.reader.is_at_end());
    assert_eq!(rig.pop(), Some(5));
    assert!(rig.reader.is_at_end());
}

#[test]
fn packets_for_a_reader_that_has_gone_come_back() {
    for sort in Sort::ALL {
        for writers in 1..3 {
            let Rig {
                connector,
                mut writers,
                reader,
                bell,
            } = Rig::new(sort, 2, writers);
            writers[0].try_push(Packet::data(1)).unwrap();
            drop(reader);
            for writer in &mut writers {
                assert!(writer.is_closed());
                let refused = writer.try_push(Packet::data(9));
                assert!(matches!(refused, Err(Refused::Closed(_))), "{sort:?}");
            }
            let counts = connector.counts();
            assert_eq!((counts.sent, counts.received, counts.depth), (1, 0, 1));
            drop(bell);
        }
    }
}

#[test]
fn reader_that_goes_wakes_every_waiting_writer() {
    for sort in Sort::BLOCKING {
        for number in 1..4 {
            let mut rig = Rig::new(sort, 1, number);
            rig.fill(sort, &mut 0);
            rig.writers.iter_mut().for_each(|writer| writer.arm());
            rig.bell.take();
            drop(rig.reader);
            let mut woken = rig.bell.take();
            woken.sort_unstable();
            woken.dedup();
            assert_eq!(woken, (0..number).collect::<Vec<u32>>(), "{sort:?}");
            for writer in &mut rig.writers {
                let refused = writer.try_push(Packet::data(9));
                assert!(matches!(refused, Err(Refused::Closed(_))), "{sort:?}");
                writer.disarm();
            }
            assert!(!rig.connector.has_waiting_writer());
        }
    }
}

/// Counts how often it is dropped.
#[derive(Debug)]
struct Tracked(Arc<AtomicUsize>);

impl Drop for Tracked {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn tracked(drops: &Arc<AtomicUsize>) -> Packet {
    Packet::data(Value::opaque(Tracked(Arc::clone(drops))))
}

#[test]
fn packets_left_inside_are_dropped_once_with_the_connector() {
    for sort in Sort::ALL {
        for writers in 1..3 {
            for (pushes, takes) in [(0, 0), (3, 0), (5, 2), (8, 7), (20, 3)] {
                let drops = Arc::new(AtomicUsize::new(0));
                let mut rig = Rig::new(sort, 5, writers);
                for _ in 0..pushes {
                    // What is refused is dropped here.
                    drop(rig.writers[0].try_push(tracked(&drops)));
                }
                for _ in 0..takes {
                    drop(rig.reader.try_pop());
                }
                let inside = usize::try_from(rig.connector.depth()).unwrap();
                assert_eq!(drops.load(Ordering::SeqCst), pushes - inside, "{sort:?}");
                drop(rig);
                assert_eq!(drops.load(Ordering::SeqCst), pushes, "{sort:?}");
            }
        }
    }
}

#[test]
fn packets_survive_the_wrap_of_the_ring() {
    let drops = Arc::new(AtomicUsize::new(0));
    let mut rig = Rig::new(Sort::Ring, 3, 1);
    for _ in 0..3 {
        rig.writers[0].try_push(tracked(&drops)).unwrap();
    }
    for round in 0..50 {
        drop(rig.reader.try_pop());
        assert_eq!(drops.load(Ordering::SeqCst), round + 1);
        rig.writers[0].try_push(tracked(&drops)).unwrap();
    }
    drop(rig);
    assert_eq!(drops.load(Ordering::SeqCst), 53);
}

#[test]
fn staged_packets_of_a_dropped_writer_are_not_lost() {
    let drops = Arc::new(AtomicUsize::new(0));
    let mut rig = Rig::new(Sort::Ring, 4, 1);
    for _ in 0..3 {
        rig.writers[0].stage(tracked(&drops)).unwrap();
    }
    drop(rig);
    assert_eq!(drops.load(Ordering::SeqCst), 3);
}
