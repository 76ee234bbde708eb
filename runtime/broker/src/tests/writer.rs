//! The writer, step by step. What comes of it together with a reader is the model's affair.

use std::time::Duration;

use millstream_packet::{Packet, Value};

use crate::frame::{Decoder, LaneEnd};
use crate::lane::{Credit, Tuning};
use crate::writer::{
    Journal, LaneInfo, LaneWriter, NotTaken, Refusal, WriteError, WriterAction, WriterEnd,
};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn empty_lane() -> LaneInfo {
    LaneInfo {
        stored: Some(10),
        waiting: Some(0),
        epoch: Some(3),
    }
}

fn tuning() -> Tuning {
    Tuning {
        window: 3,
        frame_packets: 2,
        ..Tuning::new(16)
    }
}

/// A writer whose epoch is open.
fn open() -> LaneWriter {
    let mut writer =
        LaneWriter::open("w", 3, &empty_lane(), tuning(), Journal::Off).expect("it is tuned");
    assert_eq!(published(&mut writer, ms(0)), [(0, 0, Some(10))]);
    writer.on_confirmed(0, 0, ms(0));
    writer
}

/// What it publishes now: round, number, and how many frames must be there before.
fn published(writer: &mut LaneWriter, now: Duration) -> Vec<(u64, u64, Option<u64>)> {
    let mut all = Vec::new();
    while let Some(action) = writer.poll(now).expect("it is written") {
        match action {
            WriterAction::Publish {
                round,
                place,
                after,
                ..
            } => all.push((round, place.number, after)),
            other => panic!("{other:?}"),
        }
    }
    all
}

fn offer(writer: &mut LaneWriter, numbers: std::ops::Range<i64>) {
    for number in numbers {
        writer
            .offer(Packet::data(number), ms(0))
            .expect("there is room");
    }
}

#[test]
fn nothing_follows_the_opening_until_it_is_confirmed() {
    let mut writer =
        LaneWriter::open("w", 3, &empty_lane(), tuning(), Journal::Off).expect("it is tuned");
    offer(&mut writer, 0..4);
    assert_eq!(published(&mut writer, ms(5)), [(0, 0, Some(10))]);
    writer.on_confirmed(0, 0, ms(6));
    assert_eq!(
        published(&mut writer, ms(6)),
        [(0, 1, Some(11)), (0, 2, Some(12))]
    );
}

/// What was stored meanwhile may be the frame of another writer: the opening is published again behind it.
#[test]
fn opening_of_unknown_outcome_is_published_again_behind_what_is_there() {
    let mut writer =
        LaneWriter::open("w", 3, &empty_lane(), tuning(), Journal::Off).expect("it is tuned");
    assert_eq!(published(&mut writer, ms(0)), [(0, 0, Some(10))]);
    writer.on_refused(0, Refusal::Unknown, ms(0));
    assert_eq!(writer.poll(ms(50)), Ok(Some(WriterAction::Locate)));
    let info = LaneInfo {
        stored: Some(11),
        ..empty_lane()
    };
    writer.on_located(Some(&info), ms(50));
    assert_eq!(published(&mut writer, ms(50)), [(1, 0, Some(11))]);
}

#[test]
fn lone_packet_does_not_wait_and_more_wait_no_longer_than_linger() {
    let mut writer = open();
    offer(&mut writer, 0..1);
    assert!(published(&mut writer, ms(0)).is_empty());
    writer.idle();
    assert_eq!(
        published(&mut writer, ms(0)).len(),
        1,
        "nothing is under way"
    );
    offer(&mut writer, 1..2);
    writer.idle();
    assert!(published(&mut writer, ms(0)).is_empty(), "company may come");
    assert_eq!(writer.deadline(), Some(ms(1)));
    assert_eq!(published(&mut writer, ms(1)).len(), 1);
}

#[test]
fn window_bounds_what_is_under_way() {
    let mut writer = open();
    while writer.has_room() {
        let next = i64::try_from(writer.next_seq()).expect("it is small");
        offer(&mut writer, next..next + 1);
    }
    // Three frames of two, and one in the making.
    assert_eq!(writer.next_seq(), 8);
    assert_eq!(published(&mut writer, ms(0)).len(), 3);
    let refused = writer.offer(Packet::data(9), ms(0));
    assert_eq!(refused, Err(NotTaken::Full(Packet::data(9))));
    writer.on_confirmed(0, 1, ms(1));
    assert!(writer.has_room());
    assert_eq!(published(&mut writer, ms(1)).len(), 1);
}

#[test]
fn credit_bounds_what_is_written_and_only_grows() {
    let info = LaneInfo {
        waiting: Some(4),
        ..empty_lane()
    };
    let mut writer = LaneWriter::open("w", 3, &info, tuning(), Journal::Off).expect("it is tuned");
    assert!(!writer.has_room(), "an earlier epoch fills the lane");
    writer.on_credit(Credit { epoch: 2, limit: 9 });
    assert!(!writer.has_room(), "that is another epoch's");
    writer.on_credit(Credit { epoch: 3, limit: 2 });
    writer.on_credit(Credit { epoch: 3, limit: 1 });
    offer(&mut writer, 0..2);
    assert!(!writer.has_room());
    writer.on_credit(Credit {
        epoch: 3,
        limit: u64::MAX,
    });
    offer(&mut writer, 2..4);
    assert!(writer.has_room(), "a credit beyond the capacity is cut");
    writer.on_credit(Credit { epoch: 4, limit: 1 });
    assert_eq!(writer.end(), Some(&WriterEnd::Fenced { epoch: 4 }));
}

#[test]
fn after_a_refusal_it_goes_on_behind_what_is_stored() {
    let mut writer = open();
    offer(&mut writer, 0..6);
    assert_eq!(published(&mut writer, ms(0)).len(), 3);
    writer.on_confirmed(0, 1, ms(1));
    writer.on_refused(0, Refusal::OutOfPlace, ms(1));
    // Outcomes of the round before are of no account.
    writer.on_confirmed(0, 3, ms(1));
    assert_eq!(writer.poll(ms(2)), Ok(Some(WriterAction::Locate)));
    writer.on_located(
        Some(&LaneInfo {
            stored: Some(13),
            ..empty_lane()
        }),
        ms(2),
    );
    assert_eq!(writer.confirmed_seq(), 4);
    assert_eq!(published(&mut writer, ms(2)), [(1, 3, Some(13))]);
    assert_eq!(writer.counts().resent, 1);
}

#[test]
fn broker_that_cannot_be_asked_is_asked_again_less_and_less_often() {
    let mut writer = open();
    offer(&mut writer, 0..2);
    published(&mut writer, ms(0));
    writer.on_disconnected(ms(1));
    let (mut now, mut waits) = (ms(1), Vec::new());
    for _ in 0..10 {
        assert_eq!(writer.poll(now), Ok(Some(WriterAction::Locate)));
        writer.on_located(None, now);
        let until = writer.deadline().expect("it waits");
        waits.push(until.saturating_sub(now).as_millis());
        now = until;
    }
    assert!(waits.is_sorted() && waits.last() == Some(&640), "{waits:?}");
    assert!(writer.is_degraded());
    writer.on_located(
        Some(&LaneInfo {
            stored: Some(11),
            ..empty_lane()
        }),
        now,
    );
}

#[test]
fn lane_that_goes_wrong_beyond_repair_ends_with_the_reason() {
    let locate = |info: LaneInfo, expected: WriterEnd| {
        let mut writer = open();
        offer(&mut writer, 0..2);
        published(&mut writer, ms(0));
        writer.on_confirmed(0, 1, ms(0));
        writer.on_disconnected(ms(1));
        assert_eq!(writer.poll(ms(1)), Ok(Some(WriterAction::Locate)));
        writer.on_located(Some(&info), ms(1));
        assert_eq!(writer.end(), Some(&expected));
    };
    locate(
        LaneInfo {
            epoch: Some(4),
            ..empty_lane()
        },
        WriterEnd::Fenced { epoch: 4 },
    );
    locate(
        LaneInfo {
            stored: Some(11),
            ..empty_lane()
        },
        WriterEnd::Lost { from: 1, to: 2 },
    );
    locate(
        LaneInfo {
            stored: Some(9),
            ..empty_lane()
        },
        WriterEnd::Lost { from: 0, to: 2 },
    );
    locate(
        LaneInfo {
            stored: Some(20),
            ..empty_lane()
        },
        WriterEnd::Foreign {
            stored: 10,
            written: 2,
        },
    );
}

#[test]
fn frames_that_are_kept_are_sent_again_to_a_broker_that_lost_them() {
    let tuning = Tuning {
        keep_confirmed: ms(1000),
        ..tuning()
    };
    let mut writer =
        LaneWriter::open("w", 3, &empty_lane(), tuning, Journal::Off).expect("it is tuned");
    published(&mut writer, ms(0));
    writer.on_confirmed(0, 0, ms(0));
    offer(&mut writer, 0..4);
    published(&mut writer, ms(0));
    writer.on_confirmed(0, 1, ms(1));
    writer.on_confirmed(0, 2, ms(1));
    writer.on_disconnected(ms(2));
    assert_eq!(writer.poll(ms(2)), Ok(Some(WriterAction::Locate)));
    writer.on_located(
        Some(&LaneInfo {
            stored: Some(12),
            ..empty_lane()
        }),
        ms(2),
    );
    assert_eq!(published(&mut writer, ms(2)), [(1, 2, Some(12))]);
}

#[test]
fn packet_that_fits_no_frame_is_refused_and_one_that_fits_the_next_waits_for_it() {
    let tuning = Tuning {
        window: 1,
        message_bytes_max: 400,
        frame_packets: 100,
        ..tuning()
    };
    let mut writer =
        LaneWriter::open("w", 3, &empty_lane(), tuning, Journal::Off).expect("it is tuned");
    published(&mut writer, ms(0));
    let packet = |length| Packet::data("x".repeat(length));
    writer.offer(packet(200), ms(0)).expect("it fits");
    let refused = writer.offer(packet(500), ms(0));
    assert!(matches!(refused, Err(NotTaken::Unfit(WriteError::Encode(_)))) || !writer.has_room());
    writer.on_confirmed(0, 0, ms(0));
    published(&mut writer, ms(1));
    writer
        .offer(packet(250), ms(1))
        .expect("it begins another frame");
    writer.offer(packet(250), ms(1)).expect("it is set aside");
    assert!(!writer.has_room());
    writer.on_confirmed(0, 1, ms(2));
    assert_eq!(published(&mut writer, ms(2)).len(), 1);
    writer.on_confirmed(0, 2, ms(3));
    assert_eq!(published(&mut writer, ms(4)).len(), 1);
    assert_eq!(writer.next_seq(), 3);
}

#[test]
fn unbalanced_brackets_are_refused() {
    let mut writer = open();
    let refused = writer.offer(Packet::close(Value::NULL), ms(0));
    assert_eq!(refused, Err(NotTaken::Unfit(WriteError::Unbalanced)));
    writer.offer(Packet::open(1), ms(0)).expect("there is room");
    assert_eq!(
        writer.close(LaneEnd::Finished),
        Err(WriteError::OpenGroups { depth: 1 })
    );
    writer
        .close(LaneEnd::Forced)
        .expect("the reader closes the group");
    let action = writer.poll(ms(0)).expect("it is written");
    let Some(WriterAction::Publish { frame, .. }) = action else {
        panic!("{action:?}");
    };
    assert_eq!(
        Decoder::head(&frame).expect("a frame").end,
        Some(LaneEnd::Forced)
    );
    writer.on_confirmed(0, 1, ms(1));
    assert_eq!(writer.end(), Some(&WriterEnd::Closed));
}
