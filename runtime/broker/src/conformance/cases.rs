//! The cases. Each is a function, so that a back end can also run one by hand.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::{Bench, Campaign, Kills, Report};
use crate::frame::Place;
use crate::lane::{Credit, LaneName, Tuning, TuningError};
use crate::link::{
    BrokerLink, Claim, LinkError, OpenWriter, Publish, ReaderEvent, ReaderLink, WriterEvent,
    WriterLink,
};
use crate::reader::{LaneReader, ReaderAction};
use crate::writer::{Journal, LaneWriter, WriterAction, WriterEnd};

/// No case takes longer, or the lane stands still. Time that is paused passes quickly.
const LIMIT: Duration = Duration::from_mins(5);

async fn run<B: Bench>(bench: &B, campaign: Campaign) -> Report {
    let ended = timeout(LIMIT, campaign.run(bench)).await;
    ended.unwrap_or_else(|_| panic!("the lane stands still: {campaign:?}"))
}

fn exact(report: &Report) {
    let expected = Report {
        sent: report.sent,
        depth_max: report.depth_max,
        resent: report.resent,
        frames: report.frames,
        kills: report.kills,
        ..Report::default()
    };
    assert_eq!(*report, expected);
}

fn nothing_lost(report: &Report) {
    let Report {
        lost,
        reordered,
        wrong_ends,
        ..
    } = *report;
    assert_eq!((lost, reordered, wrong_ends), (0, 0, 0), "{report:?}");
}

/// Small frames, so that there are many.
fn tuning(capacity: u32, frame_packets: u32) -> Tuning {
    Tuning {
        frame_packets,
        stall: Duration::from_millis(200),
        ack_wait: Duration::from_secs(2),
        ..Tuning::new(capacity)
    }
}

/// F1.
pub async fn f1_full_lane_keeps_order_and_bound<B: Bench>(bench: &B) {
    for (seed, capacity, frame_packets) in [(1, 1, 1), (2, 16, 4), (3, 64, 256)] {
        let campaign = Campaign {
            pace: Some((16, Duration::from_millis(1))),
            ..Campaign::new(seed, 600 * bench.scale(), tuning(capacity, frame_packets))
        };
        let report = run(bench, campaign).await;
        exact(&report);
        assert!(report.depth_max <= u64::from(capacity), "{report:?}");
        // Credits come first: the limit of the broker is not reached.
        let is_calm = report.resent == 0 || bench.is_rough();
        assert!(is_calm, "{report:?}");
    }
}

async fn kills<B: Bench>(bench: &B, kills: Kills, stores: bool) {
    for (seed, capacity, frame_packets) in [(11, 4, 1), (12, 64, 16), (13, 1024, 64)] {
        let campaign = Campaign {
            kills,
            stores,
            ..Campaign::new(seed, 1500 * bench.scale(), tuning(capacity, frame_packets))
        };
        let report = run(bench, campaign).await;
        assert!(report.kills > 0, "{report:?}");
        if stores {
            exact(&report);
        } else {
            nothing_lost(&report);
        }
    }
}

const READERS: Kills = Kills {
    writers: 0,
    readers: 8,
    broker: 0,
};
const WRITERS: Kills = Kills {
    writers: 8,
    readers: 0,
    broker: 0,
};

/// F2.
pub async fn f2_killed_readers_lose_and_repeat_nothing<B: Bench>(bench: &B) {
    kills(bench, READERS, true).await;
}

/// F2.
pub async fn f2_killed_readers_without_store_lose_nothing<B: Bench>(bench: &B) {
    kills(bench, READERS, false).await;
}

/// F3.
pub async fn f3_killed_writers_lose_and_repeat_nothing<B: Bench>(bench: &B) {
    kills(bench, WRITERS, true).await;
}

/// F3.
pub async fn f3_killed_writers_without_store_lose_nothing<B: Bench>(bench: &B) {
    kills(bench, WRITERS, false).await;
}

/// F4.
pub async fn f4_killed_broker_loses_and_repeats_nothing<B: Bench>(bench: &B) {
    let campaign = Campaign {
        kills: Kills {
            writers: 0,
            readers: 0,
            broker: 3,
        },
        ..Campaign::new(21, 3000 * bench.scale(), tuning(64, 16))
    };
    exact(&run(bench, campaign).await);
}

/// F5: a journal that never heard of confirmations sends all frames again.
pub async fn f5_frames_that_the_broker_forgot_take_no_effect_twice<B: Bench>(bench: &B) {
    let campaign = Campaign {
        kills: Kills {
            writers: 3,
            readers: 0,
            broker: 2,
        },
        deaf: true,
        ..Campaign::new(31, 1000 * bench.scale(), tuning(64, 16))
    };
    exact(&run(bench, campaign).await);
}

fn lane(case: &str) -> LaneName {
    LaneName::new("conformance", case, 0, "writer")
}

/// F6: the broker delivers again what a stopped reader did not acknowledge; it takes no effect twice.
pub async fn f6_stopped_reader_repeats_nothing<B: Bench>(bench: &B) {
    let tuning = Tuning {
        ack_wait: Duration::from_secs(1),
        ..tuning(64, 1)
    };
    let lane = lane("f6 reader");
    let broker = bench.connect().await;
    let mut reader = HandReader::open(&broker, &lane, &tuning).await;
    let mut writer = Hand::open(&broker, &lane, &tuning).await;
    writer.write(1..=5, LIMIT).await;
    let (first, place) = reader.take().await;
    // Longer than the broker waits: brokers that do so deliver the frame again.
    sleep(Duration::from_millis(2500)).await;
    reader.reader.done(place);
    let mut numbers = vec![first];
    numbers.extend(reader.read_to(5).await);
    reader.listen().await;
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    let now = reader.began.elapsed();
    assert!(reader.reader.take(now).is_none());
}

/// A reader that is moved by hand.
struct HandReader<R: ReaderLink> {
    link: R,
    reader: LaneReader<R::Tag>,
    began: Instant,
}

impl<R: ReaderLink> HandReader<R> {
    async fn open<L: BrokerLink<Reader = R>>(broker: &L, lane: &LaneName, tuning: &Tuning) -> Self {
        let opened = broker.open_reader(lane, tuning).await.expect("it opens");
        Self {
            link: opened.link,
            reader: LaneReader::new(opened.start, opened.tuning).expect("it is tuned"),
            began: Instant::now(),
        }
    }

    /// Takes all deliveries that come within a while.
    async fn listen(&mut self) {
        loop {
            let now = self.began.elapsed();
            while let Some(action) = self.reader.poll(now) {
                match action {
                    ReaderAction::Ack(tag) => {
                        let acknowledged = self.reader.acknowledged();
                        self.link.ack(tag, acknowledged).await;
                    }
                    ReaderAction::Credit(credit) => self.link.credit(credit).await,
                    _ => {}
                }
            }
            match timeout(Duration::from_millis(100), self.link.event()).await {
                Ok(ReaderEvent::Delivered(delivery)) => self.reader.on_delivery(delivery, now),
                Ok(ReaderEvent::Replaced(by)) => panic!("{by}"),
                Err(_) => return,
            }
        }
    }

    /// The next number, and the frame that it is in.
    async fn take(&mut self) -> (i64, Place) {
        let taken = async {
            loop {
                let Some(taken) = self.reader.take(self.began.elapsed()) else {
                    self.listen().await;
                    continue;
                };
                self.reader.accepted();
                let place = taken.origin.place;
                match taken.packet.and_then(|packet| packet.value()?.as_int()) {
                    Some(number) => return (number, place),
                    None => self.reader.done(place),
                }
            }
        };
        timeout(LIMIT, taken).await.expect("a number")
    }

    /// Takes numbers up to this one, and is done with them.
    async fn read_to(&mut self, last: i64) -> Vec<i64> {
        let mut numbers = Vec::new();
        while numbers.last() != Some(&last) {
            let (number, place) = self.take().await;
            self.reader.done(place);
            numbers.push(number);
        }
        self.listen().await;
        self.link.flush().await;
        numbers
    }
}

/// A writer that is moved by hand.
struct Hand<W> {
    link: W,
    writer: LaneWriter,
}

impl<W: WriterLink> Hand<W> {
    async fn open<L: BrokerLink<Writer = W>>(broker: &L, lane: &LaneName, tuning: &Tuning) -> Self {
        let opened = broker.open_writer(lane, Claim::Next, tuning).await;
        let OpenWriter {
            link,
            epoch,
            info,
            tuning,
        } = opened.expect("it opens");
        let writer = LaneWriter::open("writer", epoch, &info, tuning, Journal::Off);
        let writer = writer.expect("it is tuned");
        Self { link, writer }
    }

    /// Writes numbers, each in a frame of its own, until all are stored or the writer ends.
    async fn write(&mut self, numbers: std::ops::RangeInclusive<i64>, limit: Duration) {
        let mut now = Duration::ZERO;
        let mut numbers = numbers.peekable();
        let written = async {
            loop {
                now += Duration::from_millis(2);
                while numbers.peek().is_some() && self.writer.has_room() {
                    let number = numbers.next().expect("there is one");
                    self.writer
                        .offer(number.into(), now)
                        .expect("there is room");
                    self.writer.flush();
                }
                self.act(now).await;
                let all = self.writer.next_seq() == self.writer.confirmed_seq();
                if self.writer.end().is_some()
                    || (numbers.peek().is_none() && all && self.writer.confirmed_frames() > 0)
                {
                    return;
                }
                self.hear(now).await;
            }
        };
        // What comes of it is seen by who asks.
        drop(timeout(limit, written).await);
    }

    async fn act(&mut self, now: Duration) {
        while let Some(action) = self.writer.poll(now).expect("it is written") {
            match action {
                WriterAction::Publish {
                    round,
                    place,
                    after,
                    frame,
                } => {
                    self.link
                        .publish(Publish {
                            round,
                            place,
                            after,
                            frame,
                        })
                        .await;
                }
                WriterAction::Locate => {
                    let info = self.link.locate().await;
                    self.writer.on_located(info.as_ref(), now);
                }
                WriterAction::Journal { .. } => {}
            }
        }
    }

    async fn hear(&mut self, now: Duration) {
        let wait = Duration::from_millis(50);
        match timeout(wait, self.link.event()).await {
            Ok(WriterEvent::Confirmed { round, number }) => {
                self.writer.on_confirmed(round, number, now);
            }
            Ok(WriterEvent::Refused { round, refusal }) => {
                self.writer.on_refused(round, refusal, now);
            }
            Ok(WriterEvent::Credit(credit)) => self.writer.on_credit(credit),
            Ok(WriterEvent::Disconnected) => self.writer.on_disconnected(now),
            Err(_) => {}
        }
    }
}

/// F6: a writer that slept while another one took the lane is refused, or not heard.
pub async fn f6_stopped_writer_that_was_replaced_is_refused<B: Bench>(bench: &B) {
    let tuning = tuning(64, 1);
    let lane = lane("f6 writer");
    let (first, second) = (bench.connect().await, bench.connect().await);
    let mut reader = HandReader::open(&second, &lane, &tuning).await;
    let mut zombie = Hand::open(&first, &lane, &tuning).await;
    zombie.write(1..=3, LIMIT).await;
    assert_eq!(reader.read_to(3).await, [1, 2, 3]);
    let mut heir = Hand::open(&second, &lane, &tuning).await;
    heir.write(101..=103, LIMIT).await;
    // A broker that does not count leaves it to the reader to know the heir.
    assert_eq!(reader.read_to(103).await, [101, 102, 103]);
    // It wakes, and knows nothing.
    let info = zombie.link.locate().await;
    zombie.write(4..=6, Duration::from_secs(2)).await;
    heir.write(104..=105, LIMIT).await;
    let epoch = heir.writer.epoch();
    if info.is_some_and(|info| info.stored.is_some()) {
        assert_eq!(zombie.writer.end(), Some(&WriterEnd::Fenced { epoch }));
    }
    assert_eq!(reader.read_to(105).await, [104, 105]);
    // Where the broker does not say so, the reader does.
    reader.link.credit(Credit { epoch, limit: 1000 }).await;
    zombie.write(7..=9, Duration::from_secs(2)).await;
    assert_eq!(zombie.writer.end(), Some(&WriterEnd::Fenced { epoch }));
}

/// F7.
pub async fn f7_mixed_faults_keep_groups_of_several_writers_whole<B: Bench>(bench: &B) {
    let campaign = Campaign {
        lanes: 3,
        group: 7,
        one_port: true,
        kills: Kills {
            writers: 4,
            readers: 4,
            broker: 2,
        },
        ..Campaign::new(71, 800 * bench.scale(), tuning(48, 5))
    };
    let report = run(bench, campaign).await;
    // A reader that dies inside of a group lets others go on before its next life begins: the port dies with it in a real
    // worker, and here only the lane.
    exact(&Report { torn: 0, ..report });
    let calm = Campaign {
        kills: Kills::default(),
        seed: 72,
        ..campaign
    };
    exact(&run(bench, calm).await);
}

/// F8.
pub async fn f8_groups_over_several_readers_stay_whole<B: Bench>(bench: &B) {
    let campaign = Campaign {
        lanes: 4,
        group: 9,
        kills: READERS,
        ..Campaign::new(81, 600 * bench.scale(), tuning(32, 4))
    };
    exact(&run(bench, campaign).await);
}

/// F9: the last kills come within the last packets.
pub async fn f9_ends_come_once_and_after_everything<B: Bench>(bench: &B) {
    for seed in 91..94 {
        let campaign = Campaign {
            lanes: 5,
            one_port: true,
            kills: Kills {
                writers: 5,
                readers: 2,
                broker: 0,
            },
            ..Campaign::new(seed, 12, tuning(8, 2))
        };
        exact(&run(bench, campaign).await);
    }
    let empty = Campaign {
        lanes: 2,
        ..Campaign::new(94, 0, tuning(8, 2))
    };
    exact(&run(bench, empty).await);
}

/// F12.
pub async fn f12_limits_that_stop_a_lane_are_refused<B: Bench>(bench: &B) {
    let link = bench.connect().await;
    let narrow = Tuning {
        window: 64,
        resequence: 256,
        prefetch: 32,
        ..Tuning::new(64)
    };
    let shallow = Tuning {
        window: 64,
        resequence: 32,
        prefetch: 256,
        ..Tuning::new(64)
    };
    let lane = lane("f12");
    for tuning in [narrow, shallow] {
        let writer = link.open_writer(&lane, Claim::Next, &tuning).await;
        let reader = link.open_reader(&lane, &tuning).await;
        let errors = [writer.err(), reader.err()];
        for error in errors {
            let is_tuning = matches!(
                error,
                Some(LinkError::Tuning(
                    TuningError::SmallPrefetch { .. } | TuningError::SmallResequence { .. }
                ))
            );
            assert!(is_tuning, "{error:?}");
        }
    }
}

/// F12.
pub async fn f12_tightest_limits_never_stop<B: Bench>(bench: &B) {
    for (seed, limit) in [(121, 1), (122, 2), (123, 4)] {
        let tuning = Tuning {
            window: limit,
            resequence: limit,
            prefetch: limit,
            ..tuning(64, 2)
        };
        let campaign = Campaign {
            kills: Kills {
                writers: 2,
                readers: 3,
                broker: 1,
            },
            group: 5,
            ..Campaign::new(seed, 300 * bench.scale(), tuning)
        };
        exact(&run(bench, campaign).await);
    }
}

/// F17: half of the credits are lost.
pub async fn f17_lost_credits_do_not_stop_a_lane<B: Bench>(bench: &B) {
    let lossy = super::lossy::LossyBench::new(bench, 50);
    for (seed, capacity) in [(171, 1), (172, 16), (173, 256)] {
        let tuning = Tuning {
            stall: Duration::from_millis(20),
            ..tuning(capacity, 8)
        };
        let numbers = 30 * u64::from(capacity.min(32));
        let campaign = Campaign {
            kills: Kills {
                writers: 0,
                readers: 2,
                broker: 0,
            },
            ..Campaign::new(seed, numbers, tuning)
        };
        exact(&run(&lossy, campaign).await);
    }
}
