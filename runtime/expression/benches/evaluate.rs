//! How long one evaluation takes; the goal is 40 ns for the first, and 100 ns are too many.
//!
//! `cargo bench -p millstream-expression --bench evaluate`
#![expect(clippy::unwrap_used, reason = "a bench may panic")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use millstream_expression::{Condition, Expression, Summary, Totals};
use millstream_packet::{Record, Value};

/// An order as it comes out of a table, and with a record inside.
fn order() -> Value {
    let inner = Record::from_iter([("x", Value::from(1)), ("b", 25.into())]);
    Value::from(Record::from_iter([
        ("id", Value::from(4711)),
        ("ts", "2024-05-01T10:00:00Z".into()),
        ("region", "north".into()),
        ("product", "widget-12".into()),
        ("quantity", 25.into()),
        ("price", 2.5.into()),
        ("a", inner.into()),
        ("c", "y".into()),
    ]))
}

fn conditions(criterion: &mut Criterion) {
    let order = order();
    let mut group = criterion.benchmark_group("condition");
    for source in [
        r#"a.b >= 20 and c != "x""#,
        r#"quantity >= 20 and region != "island""#,
        r#"product matches "^widget-[0-9]+$""#,
        r#"region in ["south", "east", "north"]"#,
        "price * quantity > 60.0",
    ] {
        let mut condition = Condition::compile(source).unwrap();
        group.bench_function(source, |bencher| {
            bencher.iter(|| condition.holds(black_box(&order)).unwrap());
        });
    }
    group.finish();
}

fn values(criterion: &mut Criterion) {
    let order = order();
    let mut group = criterion.benchmark_group("value");
    for source in [
        "price * quantity",
        "region",
        "(a.c ?? 0) + 1",
        "if quantity > 10 then 'many' else 'few'",
        "region + '/' + product",
        "upper(region)",
        "hour(ts)",
        "floor_time(ts, '1h')",
    ] {
        let mut expression = Expression::compile(source).unwrap();
        group.bench_function(source, |bencher| {
            bencher.iter(|| expression.eval(black_box(&order)).unwrap());
        });
    }
    group.finish();
}

fn summaries(criterion: &mut Criterion) {
    let order = order();
    let columns = [
        ("n", "count()"),
        ("total", "sum(quantity)"),
        ("revenue", "sum(price * quantity)"),
    ];
    let mut summary = Summary::compile(&[], columns).unwrap();
    let mut totals: Totals = summary.totals();
    let group = totals.start(&summary);
    criterion.bench_function("summary of three columns", |bencher| {
        bencher.iter(|| summary.add(&mut totals, group, black_box(&order)).unwrap());
    });
}

fn compilation(criterion: &mut Criterion) {
    criterion.bench_function("compile", |bencher| {
        bencher.iter(|| Condition::compile(black_box(r#"a.b >= 20 and c != "x""#)).unwrap());
    });
}

criterion_group!(benches, conditions, values, summaries, compilation);
criterion_main!(benches);
