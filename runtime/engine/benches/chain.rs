//! A packet from one small component to the next, against a task for each process with plain flume between.
#![expect(clippy::unwrap_used, reason = "a bench may panic")]

mod parts;

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use parts::Draft;

const HOPS: usize = 10;
const PACKETS: i64 = 20_000;

/// Ten hops per capacity and interface; throughput counts hand-overs.
fn chain(criterion: &mut Criterion) {
    let registry = parts::registry();
    let runtime = parts::runtime();
    let mut group = criterion.benchmark_group("chain");
    group.throughput(Throughput::Elements(PACKETS.cast_unsigned() * HOPS as u64));
    group.sample_size(20);
    for capacity in [1_u32, 10, 64, 1024] {
        for (name, component) in [("per_packet", "bench/Pass"), ("runs", "bench/Relay")] {
            let draft = Draft::chain(component, HOPS, capacity, PACKETS);
            group.bench_function(BenchmarkId::new(name, capacity), |bencher| {
                bencher.iter_batched(
                    || draft.plan(&registry),
                    |plan| parts::run(plan, &runtime),
                    BatchSize::PerIteration,
                );
            });
        }
        group.bench_function(BenchmarkId::new("flume", capacity), |bencher| {
            bencher.iter(|| flume_chain(&runtime, capacity as usize));
        });
    }
    group.finish();
}

/// The same chain as tokio tasks with flume channels.
fn flume_chain(runtime: &Runtime, capacity: usize) {
    runtime.block_on(async {
        let mut tasks = JoinSet::new();
        let (out, mut input) = flume::bounded::<[u64; 3]>(capacity);
        tasks.spawn(async move {
            for number in 0..PACKETS.cast_unsigned() {
                out.send_async([number, 0, 0]).await.unwrap();
            }
        });
        for _ in 1..HOPS {
            let (out, next) = flume::bounded(capacity);
            let from = std::mem::replace(&mut input, next);
            tasks.spawn(async move {
                while let Ok(item) = from.recv_async().await {
                    out.send_async(item).await.unwrap();
                }
            });
        }
        tasks.spawn(async move {
            while let Ok(item) = input.recv_async().await {
                black_box(item);
            }
        });
        while let Some(ended) = tasks.join_next().await {
            ended.unwrap();
        }
    });
}

criterion_group!(benches, chain);
criterion_main!(benches);
