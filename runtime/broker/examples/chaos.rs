//! Kills writers, readers and the broker at random under load, and tells exactly what came of it.
//!
//! `cargo run --release -p millstream-broker --example chaos -- <seconds> <first seed>`, with `nats-server` on the path or
//! named by `MILLSTREAM_NATS_SERVER`. A seed that goes wrong is told; `RELIABILITY.md` has figures.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "figures go to standard output, and a campaign that cannot begin says so"
)]

use std::time::{Duration, Instant};

use millstream_broker::conformance::{Campaign, Kills, NatsServer, Report};
use millstream_broker::lane::Tuning;

/// One campaign of a seed: four lanes into one port or each for itself, small frames and large, groups or none.
fn campaign(seed: u64, stores: bool) -> Campaign {
    let frame_packets = [1, 16, 64, 256][usize::try_from(seed % 4).expect("it is small")];
    let capacity = [64, 512, 4096][usize::try_from(seed % 3).expect("it is small")];
    let tuning = Tuning {
        frame_packets,
        stall: Duration::from_millis(200),
        ack_wait: Duration::from_secs(2),
        ..Tuning::new(capacity)
    };
    Campaign {
        lanes: 4,
        group: if stores {
            [0, 7, 100][usize::try_from(seed % 3).expect("it is small")]
        } else {
            0
        },
        kills: Kills {
            writers: 8,
            readers: 8,
            broker: 4,
        },
        stores,
        ..Campaign::new(seed, 15_000, tuning)
    }
}

async fn run(server: &NatsServer, seconds: u64, first: u64) {
    let began = Instant::now();
    for stores in [true, false] {
        let (mut total, mut seed, mut slowest) = (Report::default(), first, Duration::ZERO);
        let until = began + Duration::from_secs(seconds) / if stores { 2 } else { 1 };
        while Instant::now() < until {
            let one = Instant::now();
            let report = campaign(seed, stores).run(server).await;
            slowest = slowest.max(one.elapsed());
            if report.lost + report.reordered + report.torn + report.wrong_ends > 0
                || (stores && report.duplicated > 0)
            {
                println!("seed {seed}, stores {stores}: {report:?}");
            }
            total.add(&report);
            seed += 1;
        }
        println!(
            "stores {stores}, seeds {first} to {}: {total:?}, slowest {slowest:?}",
            seed - 1
        );
    }
}

fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .map(|argument| argument.parse::<u64>());
    let seconds = arguments.next().and_then(Result::ok).unwrap_or(60);
    let first = arguments.next().and_then(Result::ok).unwrap_or(1);
    let program = NatsServer::program("MILLSTREAM_NATS_SERVER", "nats-server");
    let program = program.expect("nats-server is on the path or named by MILLSTREAM_NATS_SERVER");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let server = NatsServer::start(&program, "").await;
        Box::pin(run(&server, seconds, first)).await;
    });
}
