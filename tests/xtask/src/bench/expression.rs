//! `expression`: one evaluation; `filter_aggregate`: a table filtered and put together, against a loop by hand.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::LazyLock;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use millstream_expression::Condition;
use millstream_packet::{Record, Value};

use super::graph::Draft;
use super::lab::{Case, Lab, nanos, race};
use super::row::Row;

/// What is evaluated: the goal of the language is stated for it.
pub(crate) const SOURCE: &str = r#"a.b >= 20 and c != "x""#;

/// The packet that it is evaluated for; its condition holds.
pub(crate) fn packet() -> Value {
    let inner = Record::from_iter([("x", Value::from(1)), ("b", 25.into())]);
    let fields = [
        ("id", Value::from(4711)),
        ("region", "north".into()),
        ("price", 2.5.into()),
        ("a", inner.into()),
        ("c", "y".into()),
    ];
    Record::from_iter(fields).into()
}

/// Evaluates so many times.
pub(crate) fn evaluate(times: u64) -> Result<()> {
    let mut condition = Condition::compile(SOURCE)?;
    evaluate_with(&mut condition, &packet(), times)
}

/// Evaluates a compiled condition so many times.
pub(crate) fn evaluate_with(condition: &mut Condition, packet: &Value, times: u64) -> Result<()> {
    let mut held = 0_u64;
    for _ in 0..times {
        held += u64::from(condition.holds(black_box(packet))?);
    }
    ensure!(held == times, "the condition held {held} times of {times}");
    Ok(())
}

/// Nanoseconds of one evaluation.
pub(super) fn one(lab: &mut Lab) -> Result<()> {
    let times = lab.packets(5_000_000);
    let mut condition = Condition::compile(SOURCE)?;
    let packet = packet();
    let mut best = f64::MAX;
    for _ in 0..lab.reps(8) {
        let begin = Instant::now();
        evaluate_with(&mut condition, &packet, times)?;
        best = best.min(nanos(begin.elapsed()) / times as f64);
    }
    lab.row(Row::new(SOURCE, best, "ns").at_most(100.0, 40.0))
}

/// Rows of the table; sources go through it as often as they must.
const ROWS: u32 = 1_000_000;

/// A table of orders as CSV, with a seed of its own.
pub(super) static TABLE: LazyLock<String> = LazyLock::new(table);

fn table() -> String {
    let regions = ["north", "south", "east", "west", "island"];
    let mut text = "id,ts,region,product,quantity,price\n".to_owned();
    let mut state = 7_u64;
    let mut random = |below: u64| {
        // Knuth's generator: any will do, if it is always the same.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for id in 0..ROWS {
        let (day, hour, minute) = (1 + random(28), random(24), random(60));
        let region = usize::try_from(random(5))
            .ok()
            .and_then(|at| regions.get(at))
            .unwrap_or(&"");
        let (product, quantity, cents) = (random(200), 1 + random(40), random(10_000));
        let (whole, part) = (cents / 100, cents % 100);
        let row = format_args!(
            "{id},2024-05-{day:02}T{hour:02}:{minute:02}:00Z,{region},product-{product:03},{quantity},{whole}.{part:02}\n"
        );
        let _infallible = text.write_fmt(row);
    }
    text
}

/// What a loop by hand knows of a key.
#[derive(Debug, Default)]
struct Sums {
    count: u64,
    quantity: i64,
    revenue: f64,
}

/// Filters and puts together with the csv crate and a hash map, as one writes it for the day.
fn by_hand(passes: u64) -> Result<HashMap<(String, String), Sums>> {
    let mut sums: HashMap<(String, String), Sums> = HashMap::new();
    for _ in 0..passes {
        let mut reader = csv::Reader::from_reader(TABLE.as_bytes());
        let mut row = csv::StringRecord::new();
        while reader.read_record(&mut row)? {
            let field = |at: usize| row.get(at).unwrap_or_default();
            let quantity: i64 = field(4).parse()?;
            if quantity < 20 || field(2) == "island" {
                continue;
            }
            let price: f64 = field(5).parse()?;
            let sums = sums
                .entry((field(2).to_owned(), field(3).to_owned()))
                .or_default();
            sums.count += 1;
            sums.quantity += quantity;
            sums.revenue += price * quantity as f64;
        }
    }
    Ok(sums)
}

fn network(passes: u64, last: &str) -> Result<Draft> {
    let mut draft = Draft::new(64);
    let rows = draft.process(
        "bench/Rows",
        &[("passes", Value::from(passes.cast_signed()))],
    )?;
    let keep = draft.process(
        "data/Filter",
        &[("where", "quantity >= 20 and region != \"island\"".into())],
    )?;
    draft.chain(rows, keep)?;
    let by = Value::list(vec!["region".into(), "product".into()]);
    let compute = Record::from_iter([
        ("count", "count()"),
        ("quantity", "sum(quantity)"),
        ("revenue", "sum(price * quantity)"),
    ]);
    let sum = draft.process("data/Aggregate", &[("by", by), ("compute", compute.into())])?;
    draft.chain(keep, sum)?;
    draft.extend(sum, last, 1)?;
    Ok(draft)
}

/// A table filtered and put together by region and product, against a loop by hand.
pub(super) fn filter_aggregate(lab: &mut Lab) -> Result<()> {
    let passes = (lab.packets(10_000_000) / u64::from(ROWS)).max(1);
    let rows = passes * u64::from(ROWS);
    LazyLock::force(&TABLE);
    let expected = by_hand(passes)?;
    let kept: u64 = expected.values().map(|sums| sums.count).sum();
    let handovers = rows + kept + expected.len() as u64;
    compare(lab, &network(passes, "bench/Kept")?, handovers, &expected)?;
    let [ours, source, hand] = {
        let lab = &*lab;
        let mut source = Draft::new(64);
        let from = source.process(
            "bench/Rows",
            &[("passes", Value::from(passes.cast_signed()))],
        )?;
        source.extend(from, "bench/Sink", 1)?;
        let draft = network(passes, "bench/Sink")?;
        let per_row = move |nanos: f64| nanos / rows as f64;
        let cases: [Case<'_>; 3] = [
            Box::new(move || lab.time(&draft, 1, handovers).map(per_row)),
            Box::new(move || lab.time(&source, 1, rows).map(per_row)),
            Box::new(move || {
                let begin = Instant::now();
                black_box(by_hand(passes)?);
                Ok(per_row(nanos(begin.elapsed())))
            }),
        ];
        race(lab.reps(5), cases)?
    };
    let note = format!(
        "of these {source:.0} ns make records of the text; {} keys",
        expected.len()
    );
    let row = Row::new(format!("{rows} rows"), ours, "ns/row").against("csv crate", hand);
    lab.row(row.at_most(2.0, 1.1).note(note))
}

/// The network comes to what the loop came to.
fn compare(
    lab: &Lab,
    draft: &Draft,
    handovers: u64,
    expected: &HashMap<(String, String), Sums>,
) -> Result<()> {
    let text = |record: &Record, name: &str| {
        record
            .get(name)
            .and_then(Value::as_text)
            .unwrap_or_default()
            .to_owned()
    };
    lab.time(draft, 1, handovers)?;
    let kept = super::parts::take_kept();
    ensure!(
        kept.len() == expected.len(),
        "{} records, not {}",
        kept.len(),
        expected.len()
    );
    for record in kept {
        let key = (text(&record, "region"), text(&record, "product"));
        let sums = expected
            .get(&key)
            .with_context(|| format!("a key that is none: {key:?}"))?;
        let count = record
            .get("count")
            .and_then(Value::as_int)
            .unwrap_or_default();
        let quantity = record
            .get("quantity")
            .and_then(Value::as_int)
            .unwrap_or_default();
        let revenue = record
            .get("revenue")
            .and_then(Value::as_float)
            .unwrap_or_default();
        ensure!(
            count.cast_unsigned() == sums.count && quantity == sums.quantity,
            "{record:?} {sums:?}"
        );
        // The loop adds without compensation.
        ensure!(
            (revenue / sums.revenue - 1.0).abs() < 1e-9,
            "{record:?} {sums:?}"
        );
    }
    Ok(())
}
