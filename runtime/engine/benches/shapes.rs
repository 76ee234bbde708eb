//! Shapes other than a chain: many writers into one port, and networks that are started more than they are used.
#![expect(clippy::unwrap_used, reason = "a bench may panic")]

mod parts;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

use parts::Draft;

/// Several writers into one port; throughput counts packets.
fn fan_in(criterion: &mut Criterion) {
    const PACKETS: i64 = 20_000;
    let registry = parts::registry();
    let runtime = parts::runtime();
    let mut group = criterion.benchmark_group("fan_in");
    group.throughput(Throughput::Elements(PACKETS.cast_unsigned()));
    group.sample_size(20);
    for writers in [1, 4, 16, 100] {
        let mut draft = Draft::new(64);
        let sink = draft.process("bench/Sink");
        for _ in 0..writers {
            let source = draft.numbers(PACKETS / writers);
            draft.connect(source, sink);
        }
        group.bench_function(BenchmarkId::new("writers", writers), |bencher| {
            bencher.iter_batched(
                || draft.plan(&registry),
                |plan| parts::run(plan, &runtime),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// From the plan to the report, with one packet; throughput counts processes.
fn start_stop(criterion: &mut Criterion) {
    let registry = parts::registry();
    let runtime = parts::runtime();
    let mut group = criterion.benchmark_group("start_stop");
    group.sample_size(20);
    for processes in [10_usize, 1_000, 100_000] {
        group.throughput(Throughput::Elements(processes as u64));
        let draft = Draft::chain("bench/Pass", processes - 1, 1, 1);
        group.bench_function(BenchmarkId::new("processes", processes), |bencher| {
            bencher.iter(|| parts::run(draft.plan(&registry), &runtime));
        });
    }
    group.finish();
}

criterion_group!(benches, fan_in, start_stop);
criterion_main!(benches);
