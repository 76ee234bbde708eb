//! Two and more real threads at the ends of one connector.
#![cfg(not(miri))]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, Thread};

use millstream_packet::Packet;
use parking_lot::Mutex;

use super::support::{Sort, number};
use crate::{Clock, Connector, Options, Reader, Refused, Target, Wake, Writer};

/// Wakes threads that said who they are.
#[derive(Default)]
struct Threads(Mutex<Vec<Option<Thread>>>);

impl Wake for Threads {
    fn wake(&self, process: u32) {
        if let Some(Some(thread)) = self.0.lock().get(process as usize) {
            thread.unpark();
        }
    }

    fn clock(&self) -> Clock {
        Arc::new(AtomicU64::new(1))
    }
}

impl Threads {
    fn enter(&self, process: u32) {
        let mut threads = self.0.lock();
        let at = process as usize;
        let len = threads.len().max(at + 1);
        threads.resize(len, None);
        threads[at] = Some(thread::current());
    }
}

fn send_waiting(writer: &mut Writer, mut packet: Packet) -> bool {
    let mut armed = false;
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
                    thread::park();
                }
                writer.arm();
                armed = true;
            }
        }
    }
}

fn receive_waiting(reader: &mut Reader) -> Option<Packet> {
    loop {
        if reader.available() > 0 {
            let packet = reader.try_pop();
            assert!(packet.is_some(), "what is announced can be taken");
            return packet;
        }
        if reader.is_at_end() {
            return None;
        }
        reader.arm();
        if reader.available() == 0 && !reader.is_at_end() {
            thread::park();
        }
        reader.disarm();
    }
}

/// Sends so many packets from each writer on a thread of its own and gives what the reader saw.
fn run(options: Options, packets: i64, take: usize) -> Vec<i64> {
    let threads = Arc::new(Threads::default());
    let target = |process| Target::new(Arc::clone(&threads) as Arc<dyn Wake>, process);
    let (connector, writers, mut reader) = Connector::build(options);
    let capacity = u64::from(options.capacity);
    let mut seen = Vec::new();
    threads.enter(0);
    reader.bind(target(0));
    thread::scope(|scope| {
        for (process, mut writer) in (1..).zip(writers) {
            let (threads, target) = (&threads, target(process));
            scope.spawn(move || {
                threads.enter(process);
                writer.bind(target);
                for at in 0..packets {
                    let value = i64::from(process) * 1_000_000 + at;
                    if !send_waiting(&mut writer, Packet::data(value)) {
                        break;
                    }
                }
            });
        }
        while seen.len() < take {
            // The reader's own count stands still here, so this is exact.
            assert!(reader.available() <= capacity);
            let Some(packet) = receive_waiting(&mut reader) else {
                break;
            };
            seen.push(number(&packet));
        }
        drop(reader);
    });
    let counts = connector.counts();
    assert_eq!(counts.sent, counts.received + counts.depth);
    assert_eq!(counts.received, seen.len() as u64);
    seen
}

fn assert_order(seen: &[i64], writers: u32, packets: i64) {
    for process in 1..=i64::from(writers) {
        let of_one = seen.iter().filter(|value| *value / 1_000_000 == process);
        assert!(of_one.map(|value| value % 1_000_000).eq(0..packets));
    }
}

fn crossing(sort: Sort, capacity: u32, writers: u32) -> Options {
    Options {
        crossing: true,
        ..sort.options(capacity, writers)
    }
}

#[test]
fn two_threads_keep_bound_and_order() {
    for sort in [Sort::CrossingRing, Sort::Flume] {
        for (capacity, packets) in [(1, 20_000), (2, 50_000), (7, 100_000), (64, 200_000)] {
            let seen = run(crossing(sort, capacity, 1), packets, usize::MAX);
            assert_order(&seen, 1, packets);
        }
    }
}

#[test]
fn writers_on_several_threads_keep_bound_and_order() {
    for (capacity, packets) in [(1, 1_000), (3, 5_000), (64, 20_000)] {
        let seen = run(
            crossing(Sort::CrossingRing, capacity, 3),
            packets,
            usize::MAX,
        );
        assert_order(&seen, 3, packets);
    }
}

#[test]
fn reader_that_goes_early_releases_writers_on_other_threads() {
    for writers in [1, 3] {
        for take in [0, 1, 100] {
            let seen = run(crossing(Sort::CrossingRing, 2, writers), 100_000, take);
            assert_eq!(seen.len(), take);
        }
    }
}

#[test]
fn room_can_be_asked_for_while_others_write() {
    let options = crossing(Sort::CrossingRing, 4, 2);
    let (_, mut writers, mut reader) = Connector::build(options);
    let done = AtomicBool::new(false);
    let asking = writers.pop().unwrap();
    thread::scope(|scope| {
        let (done, mut writer) = (&done, writers.remove(0));
        scope.spawn(move || {
            let mut sent = 0;
            while sent < 5_000 {
                sent += i32::from(writer.try_push(Packet::data(1)).is_ok());
                thread::yield_now();
            }
            done.store(true, Ordering::Release);
        });
        scope.spawn(move || {
            while !done.load(Ordering::Acquire) {
                assert!(asking.room() <= 4);
                thread::yield_now();
            }
        });
        while !done.load(Ordering::Acquire) || reader.available() > 0 {
            drop(reader.try_pop());
            thread::yield_now();
        }
    });
}

#[test]
fn counts_read_from_another_thread_add_up() {
    let (connector, mut writers, mut reader) = Connector::build(crossing(Sort::CrossingRing, 8, 1));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let (done, mut writer) = (&done, writers.remove(0));
        scope.spawn(move || {
            for at in 0..20_000 {
                while writer.try_push(Packet::data(at)).is_err() {
                    thread::yield_now();
                }
            }
            done.store(true, Ordering::Release);
        });
        let connector = &connector;
        scope.spawn(move || {
            let mut before = connector.counts();
            while !done.load(Ordering::Acquire) {
                let counts = connector.counts();
                assert_eq!(counts.sent, counts.received + counts.depth);
                assert!(counts.sent >= before.sent && counts.received >= before.received);
                before = counts;
                thread::yield_now();
            }
        });
        while !done.load(Ordering::Acquire) || reader.available() > 0 {
            drop(reader.try_pop());
            thread::yield_now();
        }
    });
    assert_eq!(connector.counts().received, 20_000);
}
