//! What people get to see: typical mistakes, each with its caret and its help.

use crate::{Condition, Expression, Summary, Type};
use millstream_packet::{Shape, Text};

fn told(source: &str) -> String {
    let input = Type::record(&Shape::new(
        ["id", "status", "price", "user", "tags"].map(Text::from),
    ));
    match Expression::compile_for(source, &input) {
        Ok(_) => format!("{source:?} is no mistake"),
        Err(mistakes) => mistakes.to_string(),
    }
}

/// One snapshot of many mistakes reads better than many of one.
#[test]
fn typical_mistakes() {
    let sources = [
        "",
        "status = 404",
        "status == 404 && price > 1",
        "!has(user)",
        "price > 1 AND status == 200",
        "stauts >= 500",    // typos:ignore
        "lenght(tags) > 2", // typos:ignore
        "substr(user.name, 0, 3)",
        "user.name.lower()",
        "status == 'ok",
        "(price + 1 * 2",
        "1 < price < 10",
        "price + ",
        "if price > 1 then 'high'",
        "'total: ' + 5",
        "\"5\" * price",
        "round(price, 2, 3)",
        "lower(5)",
        "user.name matches r\"(\\d+\"",
        "price.5",
        "tags[1:2]",
        "map(tags, upper)",
        "None",
        "status in [\"404\", \"500\"] and 5 in [\"404\"]",
        "99999999999999999999",
        "duration(5m)",
        "now() - time(id)",
        "p95(price)",
        "{a: 1, a: 2}",
        "price / 0",
        "5 > 'a'",
        "status is null",
        "user[name]",
        "hour(id, 'Europe/Berln')", // typos:ignore
        "price > 1 ? 'a' : 'b'",
        "count(tags)",
        "not price + 1",
        "\"a\" \"b\"",
        "'\\d'",
        "price > 1;",
    ];
    let told: Vec<String> = sources
        .map(|source| format!("> {source}\n{}\n", told(source)))
        .to_vec();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("mistakes", told.join("\n"));
    });
}

#[test]
fn typical_mistakes_of_aggregates() {
    let by = [Text::from("region")];
    let sources = [
        "price",
        "sum(price) + tax",
        "avg(price)",
        "count(price, 2)",
        "percentile(price, 101)",
        "sum(count())",
        "sum('a')",
        "map([1], x => count())",
        "1 + 1",
    ];
    let told = sources.map(|source| match Summary::compile(&by, [("x", source)]) {
        Ok(_) => format!("> {source}\nis no mistake\n"),
        Err(error) => format!("> {source}\n{}\n", error.mistakes),
    });
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("mistakes-of-aggregates", told.join("\n"));
    });
}

#[test]
fn several_mistakes_are_told_at_once_in_order() {
    let mistakes = Condition::compile("lowr(a) == 'x' and 1 + 'a' and b").unwrap_err(); // typos:ignore
    let places: Vec<usize> = mistakes
        .iter()
        .map(|mistake| mistake.range().start)
        .collect();
    assert_eq!(places, [0, 19]);
}

#[test]
fn the_place_is_inside_of_the_pattern() {
    let mistakes = Expression::compile("a matches 'x(y'").unwrap_err();
    let mistake = mistakes.iter().next().unwrap();
    assert_eq!(mistake.range(), 12..13);
    // With escapes the places differ, and the whole text is shown.
    let mistakes = Expression::compile("a matches '\\\\d('").unwrap_err();
    assert_eq!(mistakes.iter().next().unwrap().range(), 10..16);
}
