//! `fan_in`: several writers into one port, how fast and how fair.

use anyhow::Result;
use flume::Receiver;
use millstream_packet::Value;

use super::baseline;
use super::graph::Draft;
use super::lab::{Case, Lab, race};
use super::parts::Probe;
use super::row::{Goal, Row};

pub(super) fn run(lab: &mut Lab) -> Result<()> {
    for capacity in lab.capacities(&[10, 64]) {
        for writers in [1, 4, 16, 100, 1000] {
            writers_into_one(lab, capacity, writers)?;
        }
    }
    Ok(())
}

fn writers_into_one(lab: &mut Lab, capacity: u32, writers: u64) -> Result<()> {
    let each = (lab.packets(200_000) / writers).max(2);
    let packets = each * writers;
    let probe = Probe::default();
    let draft = fan_in(capacity, writers, each, &probe)?;
    let [ours, flume] = {
        let lab = &*lab;
        let cases: [Case<'_>; 2] = [
            Box::new(move || Ok(lab.time(&draft, 1, packets)? / packets as f64)),
            Box::new(move || Ok(flume_fan_in(capacity, writers, each)? / packets as f64)),
        ];
        race(lab.reps(8), cases)?
    };
    let goal = (writers == 16 && capacity == 64).then_some(Goal::AtMost {
        must: 0.7,
        aim: 0.4,
    });
    let what = format!("{writers} writers, cap {capacity}");
    let row = Row::new(what, ours, "ns/packet")
        .against("flume", flume)
        .goal(goal);
    lab.row(row.note(fairness(&probe.take())))
}

/// Most and fewest packets of a writer, when half of all had come.
fn fairness(counts: &[u64]) -> String {
    let (least, most) = (counts.iter().min(), counts.iter().max());
    format!(
        "at half time {} to {} a writer",
        least.unwrap_or(&0),
        most.unwrap_or(&0)
    )
}

fn fan_in(capacity: u32, writers: u64, each: u64, probe: &Probe) -> Result<Draft> {
    let mut draft = Draft::new(capacity);
    let int = |number: u64| Value::from(number.cast_signed());
    let settings = [
        ("after", int(each * writers / 2)),
        ("writers", int(writers)),
        ("probe", probe.value()),
    ];
    let tally = draft.process("bench/Tally", &settings)?;
    for writer in 0..writers {
        let settings = [("count", int(each)), ("mark", int(writer))];
        let source = draft.process("bench/Marked", &settings)?;
        draft.chain(source, tally)?;
    }
    Ok(draft)
}

fn flume_fan_in(capacity: u32, writers: u64, each: u64) -> Result<f64> {
    baseline::time(1, |tasks| {
        let (out, input) = flume::bounded(capacity as usize);
        for writer in 0..writers {
            tasks.spawn(baseline::source(out.clone(), each, move |_| [writer, 0, 0]));
        }
        let writers = usize::try_from(writers).unwrap_or(usize::MAX);
        tasks.spawn(tally(input, writers));
    })
}

async fn tally(input: Receiver<baseline::Words>, writers: usize) {
    let mut counts = vec![0_u64; writers];
    while let Ok([mark, ..]) = input.recv_async().await {
        let at = usize::try_from(mark).unwrap_or(usize::MAX);
        if let Some(count) = counts.get_mut(at) {
            *count += 1;
        }
    }
    std::hint::black_box(counts);
}
