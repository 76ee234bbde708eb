//! A lane over NATS against a plain publisher and consumer of the same frames, in turns on one server.
//!
//! Needs `nats-server` on the path, or named by `MILLSTREAM_NATS_SERVER`.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench that fails says so, and figures go to standard output"
)]

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use async_nats::jetstream::consumer::{AckPolicy, pull};
use async_nats::jetstream::stream::{Config, RetentionPolicy};
use bytes::Bytes;
use futures_util::StreamExt as _;
use millstream_broker::conformance::NatsServer;
use millstream_broker::drive::{
    NoJournal, PacketSink, PacketSource, ReadOptions, SinkClosed, Step, WriteOptions, read_lane,
    write_lane,
};
use millstream_broker::frame::{FrameBuilder, Place};
use millstream_broker::lane::{LaneName, Tuning};
use millstream_broker::link::Claim;
use millstream_broker::nats::{NatsBroker, NatsOptions};
use millstream_packet::{Packet, Value};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Sleep, sleep};

const FRAMES: usize = 8_000;
const PACKETS: usize = 256;
const WINDOW: usize = 32;
const LONE_PACKETS: usize = 1_000;

/// Gives one packet again and again, or its time every so often.
struct Source {
    packet: Packet,
    left: usize,
    pause: Option<(Duration, Pin<Box<Sleep>>)>,
    began: Instant,
}

impl PacketSource for Source {
    fn poll_packet(&mut self, cx: &mut Context<'_>) -> Poll<Option<Packet>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        if let Some((pause, timer)) = &mut self.pause {
            ready!(timer.as_mut().poll(cx));
            *timer = Box::pin(sleep(*pause));
            self.packet = Packet::data(nanos(self.began));
        }
        self.left -= 1;
        Poll::Ready(Some(self.packet.clone()))
    }
}

fn nanos(since: Instant) -> i64 {
    i64::try_from(since.elapsed().as_nanos()).unwrap_or(i64::MAX)
}

#[derive(Clone)]
struct Sink {
    began: Instant,
    latencies: Arc<Mutex<Vec<i64>>>,
}

impl PacketSink for Sink {
    fn poll_deliver(
        &mut self,
        _cx: &mut Context<'_>,
        packet: &mut Option<Packet>,
        _step: Step,
    ) -> Poll<Result<(), SinkClosed>> {
        let sent = packet
            .take()
            .and_then(|packet| packet.value().and_then(Value::as_int));
        if let Some(sent) = sent {
            let mut latencies = self.latencies.lock().expect("no panic");
            latencies.push(nanos(self.began) - sent);
        }
        Poll::Ready(Ok(()))
    }
}

/// Runs a lane from its opening to its end.
async fn lane(url: &str, name: &str, packets: usize, pause: Option<Duration>) -> Vec<i64> {
    let broker = NatsBroker::connect(url, NatsOptions::default())
        .await
        .expect("a server");
    let name = LaneName::new("bench", name, 0, "w");
    let tuning = Tuning::new(4 * 8192);
    let (began, latencies) = (Instant::now(), Arc::default());
    let mut source = Source {
        packet: Packet::data("x".repeat(100)),
        left: packets,
        pause: pause.map(|pause| (pause, Box::pin(sleep(pause)))),
        began,
    };
    let mut sink = Sink {
        began,
        latencies: Arc::clone(&latencies),
    };
    // Each end is a task, as on two workers.
    let (to, from) = ((broker.clone(), name.clone()), (broker, name));
    let mut ends = JoinSet::new();
    ends.spawn(async move {
        let status = watch::Sender::default();
        let options = WriteOptions {
            claim: Claim::Next,
            journal: &mut NoJournal,
            status: &status,
        };
        let wrote = write_lane(&to.0, &to.1, &tuning, &mut source, options).await;
        wrote.expect("it is written");
    });
    ends.spawn(async move {
        let status = watch::Sender::default();
        let options = ReadOptions {
            cursor: None,
            done: None,
            gate: None,
            status: &status,
        };
        let read = read_lane(&from.0, &from.1, &tuning, &mut sink, options).await;
        read.expect("it is read");
    });
    while let Some(ended) = ends.join_next().await {
        ended.expect("no panic");
    }
    let latencies = latencies.lock().expect("no panic");
    latencies.clone()
}

/// Publishes frames with a window of outcomes and consumes them with one acknowledgement each.
async fn plain(url: &str, name: &str, frames: usize, frame: Bytes) {
    let client = async_nats::connect(url).await.expect("a server");
    let jetstream = async_nats::jetstream::new(client);
    let config = Config {
        name: name.to_owned(),
        retention: RetentionPolicy::WorkQueue,
        ..Config::default()
    };
    let stream = jetstream.create_stream(config).await.expect("a stream");
    let consumer = pull::Config {
        durable_name: Some("in".to_owned()),
        ack_policy: AckPolicy::Explicit,
        ..pull::Config::default()
    };
    let consumer = stream.create_consumer(consumer).await.expect("a consumer");
    let publish = async {
        let mut outcomes = VecDeque::new();
        for _ in 0..frames {
            let sent = jetstream.publish(name.to_owned(), frame.clone()).await;
            outcomes.push_back(sent.expect("it is sent"));
            if outcomes.len() >= WINDOW {
                outcomes
                    .pop_front()
                    .expect("there is one")
                    .await
                    .expect("it is stored");
            }
        }
        for outcome in outcomes {
            outcome.await.expect("it is stored");
        }
    };
    let consume = async {
        let messages = consumer.messages().await.expect("deliveries");
        let mut messages = messages.take(frames);
        while let Some(message) = messages.next().await {
            message.expect("a message").ack().await.expect("it is sent");
        }
    };
    tokio::join!(publish, consume);
}

/// The time from publishing to delivery of one message at a time, outcome awaited.
async fn plain_latency(url: &str, name: &str) -> Vec<i64> {
    let client = async_nats::connect(url).await.expect("a server");
    let jetstream = async_nats::jetstream::new(client);
    let config = Config {
        name: name.to_owned(),
        retention: RetentionPolicy::WorkQueue,
        ..Config::default()
    };
    let stream = jetstream.create_stream(config).await.expect("a stream");
    let consumer = stream
        .create_consumer(pull::Config::default())
        .await
        .expect("a consumer");
    let mut messages = consumer.messages().await.expect("deliveries");
    let mut latencies = Vec::new();
    for _ in 0..LONE_PACKETS {
        sleep(Duration::from_millis(1)).await;
        let began = Instant::now();
        let sent = jetstream
            .publish(name.to_owned(), Bytes::from_static(&[7; 64]))
            .await;
        let outcome = sent.expect("it is sent").into_future();
        let (outcome, message) = tokio::join!(outcome, messages.next());
        outcome.expect("it is stored");
        latencies.push(nanos(began));
        message
            .expect("one")
            .expect("a message")
            .ack()
            .await
            .expect("it is sent");
    }
    latencies
}

/// Processor time of this process so far, in seconds.
fn processor_secs() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split(' ')
        .collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok());
    (ticks(12).unwrap_or(0.0) + ticks(13).unwrap_or(0.0)) / 100.0
}

fn p50_micros(mut latencies: Vec<i64>) -> f64 {
    latencies.sort_unstable();
    latencies
        .get(latencies.len() / 2)
        .map_or(0.0, |nanos| *nanos as f64 / 1000.0)
}

fn tell(what: &str, began: Instant, processor: f64, packets: usize) -> f64 {
    let rate = packets as f64 / began.elapsed().as_secs_f64();
    let micros = (processor_secs() - processor) * 1e6 / packets as f64;
    println!(
        "{what}: {:.2} M packets/s, {micros:.3} µs of processor per packet",
        rate / 1e6
    );
    rate
}

fn frame() -> Bytes {
    let mut builder = FrameBuilder::new(
        "w",
        Place {
            epoch: 1,
            number: 1,
        },
        0,
        0,
        32 << 10,
    );
    for _ in 0..PACKETS {
        builder
            .push(&Packet::data("x".repeat(100)), 1 << 20)
            .expect("it fits");
    }
    builder.finish(None).expect("it is written")
}

async fn run(url: &str) {
    let packets = FRAMES * PACKETS;
    let mut best = [0.0_f64; 2];
    for round in 0..3 {
        let (began, processor) = (Instant::now(), processor_secs());
        plain(url, &format!("plain{round}"), FRAMES, frame()).await;
        best[0] = best[0].max(tell("plain", began, processor, packets));
        let (began, processor) = (Instant::now(), processor_secs());
        Box::pin(lane(url, &format!("lane{round}"), packets, None)).await;
        best[1] = best[1].max(tell("lane ", began, processor, packets));
    }
    println!(
        "throughput of the lane against plain frames: {:.2}",
        best[1] / best[0]
    );
    let plain = p50_micros(plain_latency(url, "latency").await);
    let pause = Some(Duration::from_millis(1));
    let lane = p50_micros(Box::pin(lane(url, "lone", LONE_PACKETS, pause)).await);
    println!(
        "a lone packet: {lane:.0} µs, plain {plain:.0} µs, ratio {:.2}",
        lane / plain
    );
}

fn main() {
    let Some(program) = NatsServer::program("MILLSTREAM_NATS_SERVER", "nats-server") else {
        println!("SKIPPED: there is no nats-server");
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let server = NatsServer::start(&program, "").await;
        Box::pin(run(&server.url())).await;
    });
}
