//! Several writers at one connector: first come, first served, and no grant gets lost.

use millstream_packet::Packet;
use proptest::prelude::*;

use super::support::{Rig, Sort, config, number};
use crate::Refused;

/// A full connector of capacity 1 with writers 1, 2 and 3 in line, in this order.
fn line_of_three(sort: Sort) -> Rig {
    let mut rig = Rig::new(sort, 1, 4);
    rig.writers[0].try_push(Packet::data(0)).unwrap();
    for at in 1..4 {
        assert!(rig.writers[at].try_push(Packet::data(9)).is_err());
        rig.writers[at].arm();
    }
    assert_eq!(rig.connector.waiting_writers(), [1, 2, 3]);
    assert!(rig.bell.take().is_empty());
    rig
}

fn is_refused(rig: &mut Rig, writer: usize) -> bool {
    let refused = rig.writers[writer].try_push(Packet::data(9));
    matches!(refused, Err(Refused::Full(_)))
}

#[test]
fn room_is_granted_in_the_order_of_waiting() {
    for sort in Sort::BLOCKING {
        let mut rig = line_of_three(sort);
        for writer in 1..4_usize {
            rig.pop().unwrap();
            assert_eq!(rig.bell.take(), [u32::try_from(writer).unwrap()]);
            // Neither one who did not wait nor one further back gets the room.
            assert!(is_refused(&mut rig, 0), "{sort:?}");
            for later in writer + 1..4 {
                assert!(is_refused(&mut rig, later), "{sort:?}");
            }
            let packet = Packet::data(i64::try_from(writer).unwrap());
            rig.writers[writer].try_push(packet).unwrap();
            rig.writers[writer].disarm();
        }
        assert!(!rig.connector.has_waiting_writer());
        assert_eq!(rig.pop(), Some(3));
        assert!(rig.writers[0].try_push(Packet::data(4)).is_ok());
        rig.assert_counts();
    }
}

#[test]
fn waiter_that_gives_up_passes_its_grant_on() {
    for sort in Sort::BLOCKING {
        let mut rig = line_of_three(sort);
        rig.pop().unwrap();
        assert_eq!(rig.bell.take(), [1]);
        rig.writers[1].disarm();
        assert_eq!(rig.bell.take(), [2]);
        rig.writers[2].try_push(Packet::data(2)).unwrap();
        // One that was not granted yet just leaves.
        rig.writers[3].disarm();
        assert!(!rig.connector.has_waiting_writer());
        assert_eq!(rig.pop(), Some(2));
        assert!(rig.bell.take().is_empty());
        assert!(rig.writers[1].try_push(Packet::data(1)).is_ok(), "{sort:?}");
    }
}

#[test]
fn writer_dropped_while_it_waits_passes_its_grant_on() {
    for sort in Sort::BLOCKING {
        let mut rig = line_of_three(sort);
        rig.pop().unwrap();
        drop(rig.writers.remove(1));
        assert_eq!(rig.bell.take(), [1, 2]);
        // Writer 2 has moved up in the list.
        rig.writers[1].try_push(Packet::data(2)).unwrap();
        assert_eq!(rig.connector.waiting_writers(), [3], "{sort:?}");
    }
}

#[test]
fn greedy_writer_starves_nobody() {
    for sort in Sort::BLOCKING {
        for capacity in [1, 2, 5] {
            let mut rig = Rig::new(sort, capacity, 4);
            let mut entered = [0_u32; 4];
            for _ in 0..100 {
                // Writer 0 always comes first, and all are back in line as soon as they may be.
                for at in [0, 0, 1, 1, 2, 2, 3, 3] {
                    match rig.writers[at].try_push(Packet::data(0)) {
                        Ok(()) => entered[at] += 1,
                        Err(_) => rig.writers[at].arm(),
                    }
                }
                rig.pop().unwrap();
                rig.assert_counts();
            }
            let (least, most) = (entered.iter().min(), entered.iter().max());
            let spread = most.unwrap() - least.unwrap();
            assert!(spread <= capacity + 1, "{sort:?} {capacity} {entered:?}");
        }
    }
}

#[test]
fn lone_writer_that_waits_is_woken_by_room() {
    for sort in Sort::BLOCKING {
        let mut rig = Rig::new(sort, 1, 1);
        rig.fill(sort, &mut 0);
        rig.writers[0].arm();
        assert!(rig.connector.has_waiting_writer());
        assert_eq!(rig.connector.waiting_writers(), [0]);
        rig.bell.tick();
        rig.pop().unwrap();
        assert_eq!(rig.bell.take(), [0]);
        assert!(!rig.connector.has_waiting_writer(), "{sort:?}");
        assert!(rig.connector.counts().blocked_nanos > 0);
    }
}

#[test]
fn waiting_reader_is_woken_once_by_a_packet() {
    for sort in Sort::ALL {
        let mut rig = Rig::new(sort, 3, 1);
        rig.reader.arm();
        assert_eq!(rig.connector.waiting_reader(), Some(super::support::READER));
        rig.bell.tick();
        rig.writers[0].try_push(Packet::data(0)).unwrap();
        rig.writers[0].try_push(Packet::data(1)).unwrap();
        assert_eq!(rig.bell.take(), [super::support::READER], "{sort:?}");
        assert_eq!(rig.connector.waiting_reader(), None);
        rig.reader.disarm();
        assert!(rig.connector.counts().starved_nanos > 0);
    }
}

#[test]
fn bracket_whose_room_was_taken_waits_on() {
    for sort in [Sort::DropOldest, Sort::DropNewest] {
        let mut rig = Rig::new(sort, 1, 2);
        rig.writers[0].try_push(Packet::open(0)).unwrap();
        assert!(rig.writers[1].try_push(Packet::open(1)).is_err());
        rig.writers[1].arm();
        rig.pop().unwrap();
        assert_eq!(rig.bell.take(), [1]);
        // Whether another may take the room or not, the one that waits must not be forgotten.
        drop(rig.writers[0].try_push(Packet::open(0)));
        while rig.writers[1].try_push(Packet::open(1)).is_err() {
            rig.writers[1].arm();
            rig.bell.take();
            rig.pop().unwrap();
            assert!(rig.bell.take().contains(&1), "{sort:?}");
        }
    }
}

/// What a writer does at random.
#[derive(Debug, Clone, Copy)]
enum Move {
    /// Tries to send, and waits if there is no room.
    Push(usize),
    /// Gives up waiting.
    Leave(usize),
    Pop,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        4 => (0..4_usize).prop_map(Move::Push),
        1 => (0..4_usize).prop_map(Move::Leave),
        3 => Just(Move::Pop),
    ];
    prop::collection::vec(one, 0..200)
}

/// Numbers say writer and count: writer 2's third packet is `2_000_003`.
const STRIDE: i64 = 1_000_000;

fn drain_fairly(rig: &mut Rig, waiting: [bool; 4], seen: &mut Vec<i64>) {
    let mut left: Vec<usize> = (0..4).filter(|&at| waiting[at]).collect();
    let mut rounds = 0;
    while !left.is_empty() {
        rounds += 1;
        assert!(rounds < 20, "waiting writers never got their turn");
        seen.extend(rig.pop());
        left.retain(|&at| {
            let sent = rig.writers[at].try_push(Packet::data(-1)).is_ok();
            if sent {
                rig.writers[at].disarm();
            }
            !sent
        });
    }
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn any_turns_keep_order_bound_and_grants(
        sort in prop::sample::select(Sort::BLOCKING.to_vec()),
        capacity in 1_u32..6,
        moves in moves(),
    ) {
        let mut rig = Rig::new(sort, capacity, 4);
        let (mut next, mut waiting, mut seen) = ([0_i64; 4], [false; 4], Vec::new());
        for one in moves {
            match one {
                Move::Push(at) => {
                    let packet = Packet::data(i64::try_from(at).unwrap() * STRIDE + next[at]);
                    waiting[at] = rig.writers[at].try_push(packet).is_err();
                    if waiting[at] {
                        rig.writers[at].arm();
                    } else {
                        rig.writers[at].disarm();
                        next[at] += 1;
                    }
                }
                Move::Leave(at) => {
                    rig.writers[at].disarm();
                    waiting[at] = false;
                }
                Move::Pop => seen.extend(rig.reader.try_pop().as_ref().map(number)),
            }
            rig.assert_counts();
        }
        drain_fairly(&mut rig, waiting, &mut seen);
        while let Some(number) = rig.pop() {
            seen.push(number);
        }
        for at in 0..4 {
            let of_one: Vec<i64> = seen.iter().copied()
                .filter(|number| *number >= 0 && number / STRIDE == at)
                .map(|number| number % STRIDE)
                .collect();
            let count = next[usize::try_from(at).unwrap()];
            prop_assert_eq!(of_one, (0..count).collect::<Vec<i64>>());
        }
    }
}

#[test]
fn writer_that_was_called_and_never_comes_holds_nobody_up() {
    for sort in Sort::BLOCKING {
        let mut rig = Rig::new(sort, 2, 3);
        while rig.writers[0].try_push(Packet::data(0)).is_ok() {}
        // Writer 1 is first in line, is called, and never runs.
        rig.writers[1].arm();
        rig.writers[2].arm();
        rig.pop().unwrap();
        assert_eq!(rig.bell.take(), [1]);
        rig.pop().unwrap();
        rig.reader.arm();
        assert_eq!(rig.bell.take(), [2], "{sort:?}");
        assert!(rig.writers[2].try_push(Packet::data(2)).is_ok());
        rig.assert_counts();
    }
}
