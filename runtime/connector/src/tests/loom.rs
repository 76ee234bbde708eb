//! Model checks of the ring that crosses threads: every order of the atomic steps of its two ends.
//!
//! Ends run on loom's threads and sleep until they are woken; a wake-up that gets lost is a deadlock that loom reports.
//! The std `OnceLock` inside the ring and flume are not modelled, so a first packet is put through before the threads
//! start, and flume stays out.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use loom::sync::Notify;
use loom::thread;
use millstream_packet::Packet;

use crate::{
    Clock, Connector, Options, PipeKind, Reader, Refused, Tap, TapLook, Target, Wake, WhenFull,
    Writer,
};

/// Process numbers at the [`Bells`].
const READER: u32 = 0;
const WRITER: u32 = 1;

/// One sleeping place for each end.
struct Bells([Notify; 2]);

impl Wake for Bells {
    fn wake(&self, process: u32) {
        self.0[process as usize].notify();
    }

    fn clock(&self) -> Clock {
        Arc::new(AtomicU64::new(1))
    }
}

struct Rig {
    connector: Arc<Connector>,
    writer: Writer,
    reader: Reader,
    bells: Arc<Bells>,
}

/// A connector between two threads whose ring has been used once.
fn rig(capacity: u32) -> Rig {
    let bells = Arc::new(Bells([Notify::new(), Notify::new()]));
    let target = |process| Target::new(Arc::clone(&bells) as Arc<dyn Wake>, process);
    let (connector, mut writers, mut reader) = Connector::build(Options {
        capacity,
        when_full: WhenFull::Block,
        writers: 1,
        crossing: true,
        pipe: PipeKind::Best,
    });
    let mut writer = writers.remove(0);
    reader.bind(target(READER));
    writer.bind(target(WRITER));
    writer.try_push(Packet::data(-1)).unwrap();
    reader.try_pop().unwrap();
    Rig {
        connector,
        writer,
        reader,
        bells,
    }
}

/// Sends as ports do: try, say that one waits, try again, sleep. False when the reader has gone.
fn send(writer: &mut Writer, bells: &Bells, number: i64) -> bool {
    let (mut packet, mut armed) = (Packet::data(number), false);
    loop {
        match writer.try_push(packet) {
            Ok(()) => {
                writer.disarm();
                return true;
            }
            Err(Refused::Closed(_)) => {
                writer.disarm();
                return false;
            }
            Err(Refused::Full(refused)) => {
                packet = refused;
                if armed {
                    bells.0[WRITER as usize].wait();
                }
                writer.arm();
                armed = true;
            }
        }
    }
}

/// Waits as ports do until a packet is there (true) or the stream has ended.
fn wait(reader: &mut Reader, bells: &Bells) -> bool {
    loop {
        if reader.available() > 0 {
            return true;
        }
        if reader.is_at_end() {
            return false;
        }
        reader.arm();
        if reader.available() == 0 && !reader.is_at_end() {
            bells.0[READER as usize].wait();
        }
        reader.disarm();
    }
}

fn receive(reader: &mut Reader, bells: &Bells) -> Option<i64> {
    wait(reader, bells).then(|| {
        let packet = reader.try_pop().unwrap();
        packet.value().unwrap().as_int().unwrap()
    })
}

fn receive_all(mut reader: Reader, bells: &Bells) -> Vec<i64> {
    std::iter::from_fn(|| receive(&mut reader, bells)).collect()
}

#[test]
fn every_packet_arrives_once_in_order_and_then_the_end() {
    for (capacity, packets) in [(1, 2), (2, 3)] {
        loom::model(move || {
            let rig = rig(capacity);
            let (mut writer, reader) = (rig.writer, rig.reader);
            let bells = Arc::clone(&rig.bells);
            let writing = thread::spawn(move || {
                for number in 0..packets {
                    assert!(send(&mut writer, &bells, number));
                }
            });
            let seen = receive_all(reader, &rig.bells);
            writing.join().unwrap();
            assert_eq!(seen, (0..packets).collect::<Vec<i64>>());
            let counts = rig.connector.counts();
            assert_eq!((counts.sent, counts.depth), (packets.unsigned_abs() + 1, 0));
        });
    }
}

#[test]
fn reader_that_goes_releases_a_writer_that_waits() {
    for takes in 0..2 {
        loom::model(move || {
            let rig = rig(1);
            let (mut writer, mut reader) = (rig.writer, rig.reader);
            let bells = Arc::clone(&rig.bells);
            let writing = thread::spawn(move || {
                (0..3)
                    .filter(|number| send(&mut writer, &bells, *number))
                    .count()
            });
            for number in 0..takes {
                assert_eq!(receive(&mut reader, &rig.bells), Some(number));
            }
            drop(reader);
            let sent = writing.join().unwrap() as u64;
            let counts = rig.connector.counts();
            assert_eq!(counts.sent, sent + 1);
            assert_eq!(counts.received, takes.unsigned_abs() + 1);
            assert_eq!(counts.sent, counts.received + counts.depth);
        });
    }
}

#[test]
fn closing_and_leaving_may_meet() {
    loom::model(|| {
        let rig = rig(2);
        let (mut writer, reader) = (rig.writer, rig.reader);
        let bells = Arc::clone(&rig.bells);
        let writing = thread::spawn(move || {
            send(&mut writer, &bells, 0);
        });
        drop(reader);
        writing.join().unwrap();
        let counts = rig.connector.counts();
        assert_eq!(counts.sent, counts.received + counts.depth);
        assert!(rig.connector.is_closed() && rig.connector.is_abandoned());
    });
}

#[test]
fn run_of_packets_is_settled_before_the_reader_waits() {
    loom::model(|| {
        let rig = rig(2);
        let (mut writer, mut reader) = (rig.writer, rig.reader);
        let bells = Arc::clone(&rig.bells);
        let writing = thread::spawn(move || {
            for number in 0..3 {
                assert!(send(&mut writer, &bells, number));
            }
        });
        let mut seen = 0;
        while wait(&mut reader, &rig.bells) {
            while let Some(packet) = reader.pop_quietly() {
                assert_eq!(packet.value().unwrap().as_int(), Some(seen));
                seen += 1;
            }
            reader.settle();
        }
        writing.join().unwrap();
        assert_eq!(seen, 3);
    });
}

#[test]
fn staged_packets_are_published_before_the_writer_waits() {
    loom::model(|| {
        let rig = rig(1);
        let (mut writer, reader) = (rig.writer, rig.reader);
        let bells = Arc::clone(&rig.bells);
        let writing = thread::spawn(move || {
            writer.stage(Packet::data(0)).unwrap();
            // Full with what is not yet seen: waiting must publish it.
            assert!(send(&mut writer, &bells, 1));
        });
        let seen = receive_all(reader, &rig.bells);
        writing.join().unwrap();
        assert_eq!(seen, [0, 1]);
    });
}

#[test]
fn stepping_a_held_connector_wakes_its_reader() {
    loom::model(|| {
        let mut rig = rig(2);
        rig.writer.try_push(Packet::data(0)).unwrap();
        rig.connector.hold();
        let connector = Arc::clone(&rig.connector);
        let stepping = thread::spawn(move || connector.step());
        assert_eq!(receive(&mut rig.reader, &rig.bells), Some(0));
        stepping.join().unwrap();
    });
}

/// Sees packets and keeps nothing.
#[derive(Debug)]
struct Passer;

impl Tap for Passer {
    fn see(&self, _number: u64, _packet: &Packet) -> TapLook {
        TapLook::After(2)
    }
}

#[test]
fn tap_that_comes_and_rests_while_packets_pass_takes_none_away() {
    loom::model(|| {
        let mut rig = rig(2);
        for number in 0..2 {
            rig.writer.try_push(Packet::data(number)).unwrap();
        }
        let connector = Arc::clone(&rig.connector);
        let tapping = thread::spawn(move || {
            connector.set_tap(Some(Arc::new(Passer)));
            connector.resume_tap();
        });
        for number in 0..2 {
            assert_eq!(receive(&mut rig.reader, &rig.bells), Some(number));
        }
        tapping.join().unwrap();
    });
}

#[test]
fn tap_and_release_at_the_same_time_leave_nothing_held() {
    loom::model(|| {
        let mut rig = rig(2);
        rig.writer.try_push(Packet::data(0)).unwrap();
        rig.connector.hold();
        let connector = Arc::clone(&rig.connector);
        let tapping = thread::spawn(move || connector.set_tap(Some(Arc::new(Passer))));
        rig.connector.release();
        assert_eq!(receive(&mut rig.reader, &rig.bells), Some(0));
        tapping.join().unwrap();
        assert!(!rig.connector.is_held());
    });
}
