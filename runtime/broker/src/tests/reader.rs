//! The reader, step by step, and the choice of lanes. What comes of it together with a writer is the model's affair.

use std::time::Duration;

use bytes::Bytes;
use millstream_packet::{Packet, Value};

use crate::frame::{FrameBuilder, LaneEnd, Place};
use crate::lane::{Credit, Tuning};
use crate::reader::{Cursor, Delivery, LaneReader, ReaderAction, ReaderEnd, Start};
use crate::route::Router;

const EPOCH: u64 = 1;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn tuning() -> Tuning {
    Tuning {
        window: 2,
        resequence: 4,
        prefetch: 8,
        ..Tuning::new(8)
    }
}

fn reader() -> LaneReader<u64> {
    LaneReader::new(Start::After(0), tuning()).expect("it is tuned")
}

/// A frame of packets that follow `first_seq`.
fn frame(
    number: u64,
    first_seq: u64,
    depth: u32,
    packets: &[Packet],
    end: Option<LaneEnd>,
) -> Bytes {
    let place = Place {
        epoch: EPOCH,
        number,
    };
    let mut builder = FrameBuilder::new("w", place, first_seq, depth, 0);
    for packet in packets {
        builder.push(packet, usize::MAX).expect("it fits");
    }
    builder.finish(end).expect("it is written")
}

/// Frame `number` holds the number `number - 1`, and is stored as the one after `number`.
fn single(tag: u64, number: u64) -> Delivery<u64> {
    let packet = Packet::data(i64::try_from(number - 1).expect("it is small"));
    Delivery {
        tag,
        stored: Some(number + 1),
        frame: frame(number, number - 1, 0, &[packet], None),
    }
}

fn opening(tag: u64) -> Delivery<u64> {
    let frame = FrameBuilder::epoch(&"w".into(), EPOCH, 0, 0).expect("it is written");
    Delivery {
        tag,
        stored: Some(1),
        frame,
    }
}

/// Takes all that is there, and says for which frames.
fn take(reader: &mut LaneReader<u64>) -> (Vec<Packet>, Vec<Place>) {
    let (mut packets, mut places) = (Vec::new(), Vec::new());
    while let Some(taken) = reader.take(ms(0)) {
        packets.extend(taken.packet);
        reader.accepted();
        if taken.is_last {
            places.push(taken.origin.place);
        }
    }
    (packets, places)
}

fn actions(reader: &mut LaneReader<u64>, now: Duration) -> Vec<ReaderAction<u64>> {
    std::iter::from_fn(|| reader.poll(now)).collect()
}

fn acks(reader: &mut LaneReader<u64>) -> Vec<u64> {
    let acks = actions(reader, ms(0))
        .into_iter()
        .filter_map(|action| match action {
            ReaderAction::Ack(tag) => Some(tag),
            _ => None,
        });
    acks.collect()
}

#[test]
fn frames_are_handed_on_in_order_and_acknowledged_in_order_when_done() {
    let mut reader = reader();
    for (tag, number) in [(3, 2), (4, 3), (2, 1)] {
        reader.on_delivery(single(tag, number), ms(0));
    }
    assert!(take(&mut reader).0.is_empty(), "the opening is missing");
    assert!(
        acks(&mut reader).is_empty(),
        "held frames are not acknowledged"
    );
    reader.on_delivery(opening(1), ms(0));
    let (packets, places) = take(&mut reader);
    assert_eq!(packets, [Packet::data(0), Packet::data(1), Packet::data(2)]);
    reader.done(places[3]);
    reader.done(places[1]);
    assert!(acks(&mut reader).is_empty(), "the first is not done");
    reader.done(places[0]);
    assert_eq!(acks(&mut reader), [1, 2]);
    reader.done(places[2]);
    assert_eq!(acks(&mut reader), [3, 4]);
}

/// Acknowledging the second delivery would lose the frame if the work on the first one failed.
#[test]
fn frame_that_comes_again_while_it_is_worked_on_is_not_acknowledged() {
    let mut reader = reader();
    reader.on_delivery(opening(1), ms(0));
    reader.on_delivery(single(2, 1), ms(0));
    let (packets, places) = take(&mut reader);
    assert_eq!(packets.len(), 1);
    reader.on_delivery(single(9, 1), ms(0));
    assert!(take(&mut reader).0.is_empty());
    assert!(acks(&mut reader).is_empty());
    for place in places {
        reader.done(place);
    }
    assert_eq!(acks(&mut reader), [1, 9], "the newer delivery counts");
    reader.on_delivery(single(10, 1), ms(0));
    assert_eq!(acks(&mut reader), [10], "now it is done");
}

#[test]
fn frame_that_is_gone_from_the_broker_stops_the_lane() {
    let mut reader = reader();
    reader.on_delivery(opening(1), ms(0));
    take(&mut reader);
    reader.on_delivery(single(3, 2), ms(0));
    let asked = actions(&mut reader, ms(600));
    assert!(asked.contains(&ReaderAction::Inspect(2)), "{asked:?}");
    reader.on_inspected(2, true);
    assert_eq!(reader.end(), None, "it is on its way");
    let asked = actions(&mut reader, ms(1200));
    assert!(asked.contains(&ReaderAction::Inspect(2)), "{asked:?}");
    reader.on_inspected(2, false);
    assert_eq!(reader.end(), Some(&ReaderEnd::Gap { stored: 2 }));
}

#[test]
fn what_cannot_be_held_is_given_back_farthest_first() {
    let mut reader = reader();
    for number in [7, 3, 4, 5, 6] {
        reader.on_delivery(single(number, number), ms(0));
    }
    let given_back = actions(&mut reader, ms(0));
    assert!(
        given_back.contains(&ReaderAction::Return(7)),
        "{given_back:?}"
    );
}

#[test]
fn credit_follows_what_was_accepted_and_is_repeated() {
    let mut reader = reader();
    reader.on_delivery(opening(1), ms(0));
    take(&mut reader);
    let credit = |limit| {
        ReaderAction::Credit(Credit {
            epoch: EPOCH,
            limit,
        })
    };
    assert_eq!(actions(&mut reader, ms(0)), [credit(8)]);
    reader.on_delivery(single(2, 1), ms(0));
    reader.take(ms(0)).expect("a packet");
    assert!(
        actions(&mut reader, ms(1)).is_empty(),
        "it is taken, and nobody has it"
    );
    reader.accepted();
    assert!(
        actions(&mut reader, ms(1)).is_empty(),
        "less than a quarter is free"
    );
    reader.on_delivery(single(3, 2), ms(1));
    take(&mut reader);
    assert_eq!(actions(&mut reader, ms(1)), [credit(10)]);
    assert_eq!(actions(&mut reader, ms(501)), [credit(10)]);
}

#[test]
fn work_that_takes_long_is_announced() {
    let mut reader = reader();
    reader.on_delivery(opening(1), ms(0));
    take(&mut reader);
    actions(&mut reader, ms(0));
    let third = tuning().ack_wait / 3;
    let announced = actions(&mut reader, third);
    assert!(announced.contains(&ReaderAction::Touch(1)), "{announced:?}");
}

#[test]
fn group_is_acknowledged_when_it_is_closed() {
    let mut reader = reader();
    reader.on_delivery(opening(1), ms(0));
    let open = frame(1, 0, 0, &[Packet::open(1), Packet::data(1)], None);
    let close = frame(2, 2, 1, &[Packet::close(1)], None);
    reader.on_delivery(
        Delivery {
            tag: 2,
            stored: Some(2),
            frame: open,
        },
        ms(0),
    );
    let (_, places) = take(&mut reader);
    for place in places {
        reader.done(place);
    }
    assert_eq!(acks(&mut reader), [1]);
    reader.on_delivery(
        Delivery {
            tag: 3,
            stored: Some(3),
            frame: close,
        },
        ms(0),
    );
    let (_, places) = take(&mut reader);
    for place in places {
        reader.done(place);
    }
    assert_eq!(acks(&mut reader), [2, 3]);
}

#[test]
fn groups_of_a_writer_that_is_gone_are_closed_by_the_reader() {
    let mut reader = reader();
    reader.on_delivery(opening(1), ms(0));
    let open = frame(
        1,
        0,
        0,
        &[Packet::open(1), Packet::data(1)],
        Some(LaneEnd::Forced),
    );
    reader.on_delivery(
        Delivery {
            tag: 2,
            stored: Some(2),
            frame: open,
        },
        ms(0),
    );
    let (packets, _) = take(&mut reader);
    let last = packets.last().expect("a bracket");
    assert!(packets.len() == 3 && last.is_close(), "{packets:?}");
    assert!(
        last.headers()
            .is_some_and(|headers| !headers.pairs.is_empty())
    );
    assert_eq!(reader.end(), Some(&ReaderEnd::Closed(LaneEnd::Forced)));
}

#[test]
fn cursor_within_a_frame_skips_what_took_effect() {
    let cursor = Cursor {
        place: Place {
            epoch: EPOCH,
            number: 1,
        },
        seq: 2,
        depth: 1,
        stored: Some(2),
    };
    let mut reader = LaneReader::new(Start::At(cursor), tuning()).expect("it is tuned");
    let packets = [
        Packet::open(1),
        Packet::data(1),
        Packet::data(2),
        Packet::close(Value::NULL),
    ];
    let frame = frame(1, 0, 0, &packets, None);
    reader.on_delivery(
        Delivery {
            tag: 2,
            stored: Some(2),
            frame,
        },
        ms(0),
    );
    assert_eq!(take(&mut reader).0, packets[2..]);
}

#[test]
fn frame_that_does_not_continue_the_one_before_stops_the_lane() {
    let mut reader = reader();
    reader.on_delivery(opening(1), ms(0));
    let frame = frame(1, 5, 0, &[Packet::data(5)], None);
    take(&mut reader);
    reader.on_delivery(
        Delivery {
            tag: 2,
            stored: Some(2),
            frame,
        },
        ms(0),
    );
    take(&mut reader);
    assert!(
        matches!(
            reader.end(),
            Some(ReaderEnd::OutOfSequence {
                told: 5,
                expected: 0,
                ..
            })
        ),
        "{:?}",
        reader.end()
    );
}

#[test]
fn messages_that_are_no_frames_stop_the_lane() {
    let mut reader = reader();
    reader.on_delivery(
        Delivery {
            tag: 1,
            stored: Some(1),
            frame: Bytes::from_static(b"hello"),
        },
        ms(0),
    );
    assert!(matches!(reader.end(), Some(ReaderEnd::Unreadable(_))));
    assert!(acks(&mut reader).is_empty(), "it stays where it is");
}

#[test]
fn groups_stay_in_their_lane_and_keys_meet() {
    let mut router = Router::new(4);
    let group = [
        Packet::open(1),
        Packet::open(2),
        Packet::data(1),
        Packet::close(2),
        Packet::data(3),
        Packet::close(1),
    ];
    let lanes: Vec<u32> = (0..8u64)
        .map(|round| {
            let lanes: Vec<u32> = group
                .iter()
                .map(|packet| router.lane(packet, Some(round)))
                .collect();
            assert!(lanes.iter().all(|lane| *lane == lanes[0]), "{lanes:?}");
            lanes[0]
        })
        .collect();
    assert_eq!(lanes, [0, 1, 2, 3, 0, 1, 2, 3]);
    let turns: Vec<u32> = (0..5)
        .map(|_| router.lane(&Packet::data(1), None))
        .collect();
    assert_eq!(turns, [1, 2, 3, 0, 1]);
}
