//! Frames: what was written is read, and nothing else is.

use proptest::prelude::*;

use millstream_packet::{Headers, Packet, Text, Value};

use super::support::{config, frame, packets, read};
use crate::frame::{
    DecodeError, Decoder, EncodeError, FrameBuilder, LaneEnd, Place, VALUE_DEPTH_MAX, VERSION,
};

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn what_was_written_is_read(packets in prop::collection::vec(packets(), 0..20)) {
        let bytes = frame(&packets, Some(LaneEnd::Forced));
        let read = read(&bytes);
        prop_assert_eq!(&read.packets, &packets);
        prop_assert_eq!(&read.head, &Decoder::head(&bytes).expect("a head"));
        prop_assert_eq!(read.head.packets as usize, packets.len());
        prop_assert_eq!((read.head.first_seq, read.head.depth), (11, 2));
        prop_assert_eq!(read.head.place, Place { epoch: 3, number: 7 });
        prop_assert_eq!(read.head.writer.as_str(), "a writer");
        prop_assert_eq!(read.head.end, Some(LaneEnd::Forced));
    }

    #[test]
    fn changed_bytes_are_refused(
        packets in prop::collection::vec(packets(), 0..10),
        at in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let mut bytes = frame(&packets, None).to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(Decoder::default().frame(&bytes).is_err());
    }

    #[test]
    fn cut_frames_are_refused(packets in prop::collection::vec(packets(), 0..10), at in any::<prop::sample::Index>()) {
        let bytes = frame(&packets, None);
        prop_assert!(Decoder::default().frame(&bytes[..at.index(bytes.len())]).is_err());
    }

    /// Behind a checksum that is right, anything may stand: it is read or refused.
    #[test]
    fn no_body_makes_the_reader_panic(
        packets in prop::collection::vec(packets(), 0..6),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = frame(&packets, None).to_vec();
        bytes.truncate(bytes.len() - 4);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let checksum = crc32c::crc32c(&bytes);
        bytes.extend_from_slice(&checksum.to_le_bytes());
        if let Ok(frame) = Decoder::default().frame(&bytes) {
            prop_assert_eq!(frame.head, Decoder::head(&bytes).expect("a frame has a head"));
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Decoder::default().frame(&bytes).is_err());
    }
}

/// The frame with other bytes at a place, and a checksum that is right.
fn changed(mut bytes: Vec<u8>, at: usize, new: &[u8]) -> Vec<u8> {
    bytes[at..at + new.len()].copy_from_slice(new);
    bytes.truncate(bytes.len() - 4);
    let checksum = crc32c::crc32c(&bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    bytes
}

#[test]
fn newer_versions_are_refused_by_name() {
    let bytes = changed(frame(&[Packet::data(1)], None).to_vec(), 3, &[VERSION + 1]);
    let error = Decoder::head(&bytes).expect_err("it is newer");
    assert_eq!(error, DecodeError::NewerVersion { version: 2 });
    assert!(error.to_string().contains("upgrade the reading worker"));
}

#[test]
fn counts_beyond_the_frame_are_refused() {
    let whole = frame(&[Packet::data(1), Packet::data("x")], None).to_vec();
    // Packets, offset of the dictionary, sequence, length of the name.
    let places: [(usize, &[u8]); 5] = [
        (5, &[0xff; 4]),
        (5, &[3, 0, 0, 0]),
        (9, &[0xff; 4]),
        (29, &[0xff; 8]),
        (41, &[0xff]),
    ];
    for (at, new) in places {
        let bytes = changed(whole.clone(), at, new);
        let error = Decoder::default().frame(&bytes).expect_err("too much");
        assert!(
            matches!(error, DecodeError::Malformed { .. }),
            "{at}: {error}"
        );
    }
}

/// A list that claims 2^60 elements costs nothing: the claim is refused when the bytes end.
#[test]
fn claims_cost_no_memory() {
    let value = Value::list(vec![Value::from(7); 20]);
    let mut bytes = frame(&[Packet::data(value)], None).to_vec();
    let list_at = bytes
        .iter()
        .rposition(|&byte| byte == 0x94)
        .expect("its length");
    let claim = [0x9b, 0x10, 0, 0, 0, 0, 0, 0, 0];
    bytes = changed(bytes, list_at, &claim);
    assert!(Decoder::default().frame(&bytes).is_err());
}

#[test]
fn opaque_values_are_refused_with_the_reason() {
    let mut builder = FrameBuilder::new(
        "w",
        Place {
            epoch: 1,
            number: 1,
        },
        0,
        0,
        0,
    );
    builder.push(&Packet::data(1), usize::MAX).expect("an int");
    let inside = Value::list(vec![
        Value::from(1),
        Value::opaque(std::time::Duration::ZERO),
    ]);
    let error = builder
        .push(&Packet::data(inside), usize::MAX)
        .expect_err("it is opaque");
    assert_eq!(
        error.to_string(),
        "an opaque value (core::time::Duration) cannot leave the process"
    );
    builder.push(&Packet::data(2), usize::MAX).expect("an int");
    let frame = read(&builder.finish(None).expect("it is written"));
    assert_eq!(frame.packets, [Packet::data(1), Packet::data(2)]);
}

#[test]
fn what_can_be_written_can_be_read() {
    let nest = |levels: u32| (0..levels).fold(Value::NULL, |value, _| Value::list(vec![value]));
    let deepest = Packet::data(nest(VALUE_DEPTH_MAX));
    assert_eq!(
        read(&frame(std::slice::from_ref(&deepest), None)).packets,
        [deepest]
    );
    let mut builder = FrameBuilder::new(
        "w",
        Place {
            epoch: 1,
            number: 1,
        },
        0,
        0,
        0,
    );
    let deeper = Packet::data(nest(VALUE_DEPTH_MAX + 1));
    assert_eq!(builder.push(&deeper, usize::MAX), Err(EncodeError::TooDeep));
}

#[test]
fn frame_that_would_be_too_large_stays_as_it_was() {
    let mut builder = FrameBuilder::new(
        "w",
        Place {
            epoch: 1,
            number: 1,
        },
        0,
        0,
        0,
    );
    builder.push(&Packet::data(1), 1000).expect("it fits");
    let headers = Headers {
        conversation: Some(Text::from("x".repeat(600))),
        ..Headers::default()
    };
    let large = Packet::data("y".repeat(600)).with_headers(headers);
    assert!(matches!(
        builder.push(&large, 1000),
        Err(EncodeError::TooLarge {
            bytes_max: 1000,
            ..
        })
    ));
    builder.push(&Packet::data(2), 1000).expect("it fits");
    let bytes = builder.finish(None).expect("it is written");
    assert!(bytes.len() < 100, "{}", bytes.len());
    assert_eq!(read(&bytes).packets, [Packet::data(1), Packet::data(2)]);
}

/// What is said of the length before the frame is closed must not be less than what it becomes.
#[test]
fn frame_never_exceeds_its_limit() {
    for limit in 300..600 {
        let mut builder = FrameBuilder::new(
            "w",
            Place {
                epoch: 1,
                number: 1,
            },
            0,
            0,
            0,
        );
        for number in 0..100_u8 {
            let headers = Headers {
                conversation: Some(Text::from(format!("conversation {number}"))),
                trace: Some(Text::from("t".repeat(usize::from(number)))),
                ..Headers::default()
            };
            let packet = Packet::data(i64::from(number)).with_headers(headers);
            let outcome = builder.push(&packet, limit);
            assert!(matches!(
                outcome,
                Ok(()) | Err(EncodeError::TooLarge { .. })
            ));
        }
        let bytes = builder
            .finish(Some(LaneEnd::Finished))
            .expect("it is written");
        assert!(bytes.len() <= limit, "{} of {limit}", bytes.len());
    }
}

#[test]
fn frame_of_one_conversation_says_so_once() {
    let headers = |id: i64| Headers {
        id: Some(Text::from(format!("{id}"))),
        conversation: Some(Text::from("9d5fbf3c-61a2-4d0b-b8e2-0b1a40cfb3c1")),
        ..Headers::default()
    };
    let packets: Vec<_> = (0..256)
        .map(|id| Packet::data(id).with_headers(headers(id)))
        .collect();
    let bytes = frame(&packets, None);
    assert_eq!(read(&bytes).packets, packets);
    assert!(bytes.len() < 256 * 12, "{}", bytes.len());
}

#[test]
fn only_the_first_frame_of_an_epoch_opens_it() {
    let opening = FrameBuilder::epoch(&Text::from("w"), 4, 9, 1).expect("it is written");
    let head = Decoder::head(&opening).expect("a head");
    assert!(head.opens_epoch && head.packets == 0 && head.first_seq == 9 && head.depth == 1);
    // Another number, or another frame with number 0.
    let moved = changed(opening.to_vec(), 21, &[1]);
    assert!(Decoder::head(&moved).is_err());
    let other = changed(frame(&[Packet::data(1)], None).to_vec(), 21, &[0]);
    assert!(Decoder::head(&other).is_err());
}

#[test]
fn long_names_of_writers_are_cut_between_letters() {
    let name = "ä".repeat(300);
    let builder = FrameBuilder::new(
        &name,
        Place {
            epoch: 1,
            number: 1,
        },
        0,
        0,
        0,
    );
    let frame = read(&builder.finish(None).expect("it is written"));
    assert_eq!(frame.head.writer.as_str(), "ä".repeat(127));
}
