//! No bytes make the reader of frames panic; what it reads can be written again and is then the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use millstream_broker::frame::{Decoder, FrameBuilder};

fuzz_target!(|bytes: &[u8]| {
    // As they are, and behind a checksum that is right, or nothing but checksums would be tried.
    drop(Decoder::default().frame(bytes));
    let mut bytes = bytes.to_vec();
    let checksum = crc32c::crc32c(&bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    let Ok(frame) = Decoder::default().frame(&bytes) else {
        return;
    };
    if frame.head.opens_epoch {
        return;
    }
    let head = &frame.head;
    let mut builder = FrameBuilder::new(&head.writer, head.place, head.first_seq, head.depth, 0);
    for packet in &frame.packets {
        builder
            .push(packet, usize::MAX)
            .expect("what was read can be written");
    }
    let again = builder.finish(head.end).expect("what was read can be written");
    assert_eq!(Decoder::default().frame(&again).expect("it is a frame"), frame);
});
