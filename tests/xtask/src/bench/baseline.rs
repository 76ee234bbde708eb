//! The reference: a tokio task for each process with plain bounded channels between them.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Result;
use flume::{Receiver, Sender};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::lab::{nanos, runtime};

/// What stands for an int packet: three words, as small as a packet can be.
pub(super) type Words = [u64; 3];

/// Runs the tasks that `spawn` starts to their ends; nanoseconds.
pub(super) fn time(threads: usize, spawn: impl FnOnce(&mut JoinSet<()>)) -> Result<f64> {
    let runtime = runtime(threads)?;
    let mut tasks = JoinSet::new();
    let before_start = Instant::now();
    {
        let _entered = runtime.enter();
        spawn(&mut tasks);
    }
    let begin = if threads == 1 {
        Instant::now()
    } else {
        before_start
    };
    runtime.block_on(async {
        while let Some(ended) = tasks.join_next().await {
            ended?;
        }
        anyhow::Ok(())
    })?;
    Ok(nanos(begin.elapsed()))
}

/// Sends what `make` makes.
pub(super) async fn source<T>(out: Sender<T>, count: u64, make: impl Fn(u64) -> T) {
    for number in 0..count {
        if out.send_async(make(number)).await.is_err() {
            return;
        }
    }
}

/// Passes everything on.
pub(super) async fn pass<T>(input: Receiver<T>, out: Sender<T>) {
    while let Ok(item) = input.recv_async().await {
        if out.send_async(item).await.is_err() {
            return;
        }
    }
}

/// Sends a copy to each.
pub(super) async fn copy<T: Clone>(input: Receiver<T>, outs: Vec<Sender<T>>) {
    while let Ok(item) = input.recv_async().await {
        for out in &outs {
            if out.send_async(item.clone()).await.is_err() {
                return;
            }
        }
    }
}

/// Drops everything.
pub(super) async fn sink<T>(input: Receiver<T>) {
    while let Ok(item) = input.recv_async().await {
        black_box(item);
    }
}

/// Starts `passes` passes after `input`.
pub(super) fn passes<T: Send + 'static>(
    tasks: &mut JoinSet<()>,
    mut input: Receiver<T>,
    passes: usize,
    capacity: usize,
) -> Receiver<T> {
    for _ in 0..passes {
        let (out, next) = flume::bounded(capacity);
        tasks.spawn(pass(input, out));
        input = next;
    }
    input
}

/// A chain of so many hops on flume.
pub(super) fn flume_chain<T: Send + 'static>(
    threads: usize,
    (hops, capacity, count): (usize, u32, u64),
    make: impl Fn(u64) -> T + Send + 'static,
) -> Result<f64> {
    let capacity = capacity as usize;
    time(threads, |tasks| {
        let (out, input) = flume::bounded(capacity);
        tasks.spawn(source(out, count, make));
        let input = passes(tasks, input, hops - 1, capacity);
        tasks.spawn(sink(input));
    })
}

/// A chain of so many hops on tokio's own channel.
pub(super) fn mpsc_chain(
    threads: usize,
    (hops, capacity, count): (usize, u32, u64),
) -> Result<f64> {
    let capacity = capacity as usize;
    time(threads, |tasks| {
        let (out, mut input) = mpsc::channel::<Words>(capacity);
        tasks.spawn(async move {
            for number in 0..count {
                if out.send([number, 0, 0]).await.is_err() {
                    return;
                }
            }
        });
        for _ in 1..hops {
            let (out, next) = mpsc::channel(capacity);
            let mut from = std::mem::replace(&mut input, next);
            tasks.spawn(async move {
                while let Some(item) = from.recv().await {
                    if out.send(item).await.is_err() {
                        return;
                    }
                }
            });
        }
        tasks.spawn(async move {
            while let Some(item) = input.recv().await {
                black_box(item);
            }
        });
    })
}

/// A chain of boxed iterators: what a pipeline costs that can neither wait nor be watched.
pub(super) fn iterator_chain(hops: usize, count: u64) -> f64 {
    let mut chain: Box<dyn Iterator<Item = Words>> = Box::new((0..count).map(|n| [n, 0, 0]));
    for _ in 1..hops {
        chain = Box::new(chain.map(black_box));
    }
    let begin = Instant::now();
    for item in chain {
        black_box(item);
    }
    nanos(begin.elapsed())
}
