//! Rules that the page states, case by case.

use millstream_packet::{Record, Value};

use crate::{Condition, Expression, Type};

/// What an expression comes to for a packet, as JSON, or why it does not.
pub(super) fn eval(source: &str, packet: &Value) -> Result<String, String> {
    let mut expression = Expression::compile(source).map_err(|mistakes| mistakes.to_string())?;
    match expression.eval(packet) {
        Ok(value) => Ok(value.to_json().unwrap_or_else(|_| format!("{value:?}"))),
        Err(fault) => Err(fault.to_string()),
    }
}

pub(super) fn packet(json: &str) -> Value {
    Value::from_json(json.as_bytes()).unwrap()
}

/// Checks expressions that read `a` and `b` of a packet, so that nothing is computed beforehand.
fn holds(cases: &[(&str, &str, &str)]) {
    for (json, source, result) in cases {
        assert_eq!(
            eval(source, &packet(json)).as_deref(),
            Ok(*result),
            "{source} of {json}"
        );
    }
}

#[test]
fn precedence_is_as_on_the_page() {
    holds(&[
        ("{}", "1 + 2 * 3", "7"),
        ("{}", "-2 * 3 + 10", "4"),
        ("{}", "not false and false", "false"),
        ("{}", "true or false and false", "true"),
        ("{}", "not 1 == 2", "true"),
        ("{}", "1 + 1 == 2 and 2 > 1", "true"),
        (r#"{"a": null}"#, "a ?? 2 * 3", "6"),
        (r#"{"a": null}"#, "2 * a ?? 3", "6"),
        (r#"{"a": null}"#, "a ?? -1", "-1"),
        (r#"{"a": {"b": 2}}"#, "-a.b", "-2"),
        ("{}", "10 - 3 - 2", "5"),
        ("{}", "if true then 1 else 2 + 5", "1"),
        ("{}", "1 + if false then 1 else 2", "3"),
        ("{}", "2 in [1, 2] and 3 not in [1, 2]", "true"),
        ("{}", "null ?? null ?? 3", "3"),
    ]);
}

#[test]
fn names_reach_where_the_page_says() {
    holds(&[
        (r#"{"a": {"b": [{"c": 1}, {"c": 2}]}}"#, "a.b[-1].c", "2"),
        (r#"{"it": 1}"#, "it.it", "1"),
        (r#"{"it": 1}"#, "`it`", "1"),
        (r#"{"a`b": 1}"#, "`a``b`", "1"),
        (r#"{"größe": 1}"#, "größe", "1"),
        (r#"{"and": 1}"#, "it.and + it.`and`", "2"),
        ("{}", "{if: 1}.if", "1"),
        ("[1, 2]", "it[1]", "2"),
        ("5", "it + 1", "6"),
        (r#"{"a": [1, 2], "n": 1}"#, "a[n]", "2"),
        (r#"{"a": {"b": 1}, "n": "b"}"#, "a[n]", "1"),
        (r#"{"a": [[1], [2]]}"#, "first(a)[0]", "1"),
        (r#"{"a": [{"b": 7}]}"#, "last(a).b", "7"),
        (r#"{"x": 10, "a": [1, 2]}"#, "map(a, y => y + x)", "[11,12]"),
        (r#"{"x": 10, "a": [1, 2]}"#, "map(a, x => x)", "[1,2]"),
        (
            r#"{"a": [[1, 2], [3]]}"#,
            "map(a, x => sum(map(x, y => y * length(x))))",
            "[6,3]",
        ),
    ]);
}

#[test]
fn what_is_missing_is_forgiven_only_where_one_asks_for_it() {
    holds(&[
        ("{}", "a ?? 1", "1"),
        (r#"{"a": null}"#, "a.b.c ?? 1", "1"),
        (r#"{"a": {}}"#, "a.b.c ?? 1", "1"),
        (r#"{"a": []}"#, "a[0].b ?? 1", "1"),
        (r#"{"a": []}"#, "first(a).b ?? 1", "1"),
        (r#"{"a": [], "n": 3}"#, "a[n] ?? 1", "1"),
        ("{}", "has(a.b)", "false"),
        ("{}", "coalesce(a, 2)", "2"),
        ("null", "a ?? 1", "1"),
        (r#"{"a": {"b": false}}"#, "has(a.b)", "true"),
    ]);
    for (json, source) in [
        ("{}", "a"),
        ("{}", "lower(a) ?? 1"),
        (r#"{"a": 1}"#, "a.b ?? 1"),
        (r#"{"a": null}"#, "a.b"),
        (r#"{"a": []}"#, "a[0]"),
        ("5", "a ?? 1"),
    ] {
        assert!(eval(source, &packet(json)).is_err(), "{source} of {json}");
    }
}

#[test]
fn only_what_is_needed_is_computed() {
    holds(&[
        (r#"{"a": 0}"#, "a != 0 and 1 / a > 0", "false"),
        (r#"{"a": 0}"#, "a == 0 or 1 / a > 0", "true"),
        (r#"{"a": 0}"#, "if a == 0 then 0 else 1 / a", "0"),
        (r#"{"a": 1}"#, "a ?? b", "1"),
    ]);
}

#[test]
fn numbers_are_exact_or_refused() {
    let huge = format!(
        r#"{{"a": {}, "b": {}, "f": 9007199254740992.0}}"#,
        i64::MAX,
        i64::MIN
    );
    let of_huge = |source: &str| eval(source, &packet(&huge));
    for source in [
        "a + 1",
        "b - 1",
        "a * 2",
        "-b",
        "abs(b)",
        "div(b, -1)",
        "1e308 * (f * 1000)",
    ] {
        let fault = of_huge(source).unwrap_err();
        assert!(fault.contains("64-bit"), "{source}: {fault}");
    }
    assert_eq!(of_huge("b % -1").unwrap(), "0");
    assert_eq!(of_huge("a == a + 0.0").unwrap(), "false");
    assert_eq!(of_huge("f < 9007199254740993").unwrap(), "true");
    assert_eq!(
        eval("-9223372036854775808", &Value::NULL).unwrap(),
        i64::MIN.to_string()
    );
    for source in ["1 / it", "1.5 % it", "div(1, it)", "1 % it"] {
        let fault = eval(source, &Value::from(0)).unwrap_err();
        assert!(fault.starts_with("division by zero"), "{source}: {fault}");
    }
}

#[test]
fn numbers_that_are_none_equal_nothing() {
    let nan = Value::from(f64::NAN);
    for (source, result) in [
        ("it == it", "false"),
        ("it != it", "true"),
        ("it < 1", "false"),
        ("it >= 1", "false"),
        ("1 < it", "false"),
        ("is_nan(it)", "true"),
        ("it in [1.0]", "false"),
    ] {
        assert_eq!(eval(source, &nan).as_deref(), Ok(result), "{source}");
    }
}

#[test]
fn rounding_is_exact_and_away_from_zero() {
    for (source, result) in [
        ("round(it * 0.5)", "1"),
        ("round(-it * 0.5)", "-1"),
        ("round(it * 2.5)", "3"),
        ("round(it * 0.125, 2)", "0.13"),
        ("round(-it * 0.125, 2)", "-0.13"),
        ("round(it * 1.005, 2)", "1.0"),
        ("round(it * 2.675, 2)", "2.67"),
        ("round(it * 1250, -2)", "1300"),
        ("round(it * -1250, -2)", "-1300"),
        ("round(it * 1250.0, -2)", "1300.0"),
    ] {
        assert_eq!(
            eval(source, &Value::from(1)).as_deref(),
            Ok(result),
            "{source}"
        );
    }
}

#[test]
fn equality_looks_into_lists_and_records() {
    holds(&[
        (
            r#"{"a": [1, {"x": 2.0}], "b": [1.0, {"x": 2}]}"#,
            "a == b",
            "true",
        ),
        (
            r#"{"a": {"x": 1, "y": 2}, "b": {"y": 2, "x": 1}}"#,
            "a == b",
            "true",
        ),
        (r#"{"a": [1], "b": ["1"]}"#, "a == b", "false"),
        (r#"{"a": null}"#, "a == null", "true"),
        (r#"{"a": 1}"#, "a != null", "true"),
        (r#"{"a": "x"}"#, r#"a in ["y", null, "x"]"#, "true"),
        (r#"{"a": null}"#, "a in [1, null]", "true"),
    ]);
}

#[test]
fn conditions_are_true_or_false() {
    let mut condition = Condition::compile("open").unwrap();
    let of = |value: Value| Value::from(Record::from_iter([("open", value)]));
    assert_eq!(condition.holds(&of(true.into())), Ok(true));
    let fault = condition.holds(&of(Value::NULL)).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "true or false is wanted here, but this is null, in `open` at character 1; write `??` for a value in its place, as \
         in `open ?? false`"
    );
    let mistakes = Condition::compile("price * 2").unwrap_err().to_string();
    assert!(
        mistakes.starts_with("a condition is true or false, but this is a number"),
        "{mistakes}"
    );
}

#[test]
fn known_types_find_mistakes_before_there_is_a_packet() {
    let of = crate::compile::type_of(&packet(
        r#"{"price": 1.5, "tags": ["a"], "user": {"name": "x"}}"#,
    ));
    let compile = |source: &str| {
        Expression::compile_for(source, &of).map(|expression| expression.result_type().to_string())
    };
    assert_eq!(compile("price * 2").as_deref(), Ok("a float"));
    assert_eq!(compile("tags[0] + user.name").as_deref(), Ok("text"));
    assert_eq!(
        compile("if price > 1 then 1 else null").as_deref(),
        Ok("null or an int")
    );
    for source in [
        "prise",
        "user.nam",
        "price + user.name",
        "tags[0] > 1",
        "map(tags, t => t * 2)",
        "lower(price)",
    ] {
        // typos:ignore
        assert!(compile(source).is_err(), "{source}");
    }
    assert!(compile("mail ?? 1").is_ok());
    let any = Type::any();
    assert!(Expression::compile_for("prise", &any).is_ok()); // typos:ignore
}

#[test]
fn one_evaluation_cannot_exhaust_memory() {
    let n = Value::from(1_000_000);
    for source in [
        "range(0, it * 1000)",
        "map(range(0, it), x => range(0, it))",
        "repeat('abcdefgh', it * 10)",
        "pad_start('', it * 10)",
        "map(range(0, it), x => map(range(0, 100), y => x + y))",
    ] {
        let fault = eval(source, &n).unwrap_err();
        assert!(
            fault.starts_with("the expression makes more than"),
            "{source}: {fault}"
        );
    }
    assert_eq!(eval("length(range(0, it))", &n).unwrap(), "1000000");
}

#[test]
fn deep_and_long_expressions_are_errors_and_no_crash() {
    let deep = |open: &str, close: &str, times: usize| {
        format!("{}1{}", open.repeat(times), close.repeat(times))
    };
    for times in [1_000, 100_000] {
        for (open, close) in [
            ("(", ")"),
            ("[", "]"),
            ("-", ""),
            ("not ", ""),
            ("abs(", ")"),
            ("{a: ", "}"),
            ("if true then 1 else ", ""),
        ] {
            let source = deep(open, close, times);
            let mistakes = Expression::compile(&source).unwrap_err().to_string();
            let is_told =
                mistakes.contains("nests too deep") || mistakes.contains("is longer than");
            assert!(
                is_told,
                "{open}: {}",
                mistakes.lines().next().unwrap_or_default()
            );
        }
    }
    for long in [
        "1".to_owned() + &" + 1".repeat(1_000),
        "a".to_owned() + &".a".repeat(1_000),
    ] {
        let mistakes = Expression::compile(&long).unwrap_err().to_string();
        assert!(mistakes.starts_with("this nests too deep"), "{mistakes}");
    }
    let many = "it == 1".to_owned() + &" or it == 2".repeat(5_000);
    assert_eq!(eval(&many, &Value::from(2)).as_deref(), Ok("true"));
    assert_eq!(eval(&deep("(", ")", 60), &Value::NULL).as_deref(), Ok("1"));
}

#[test]
fn patterns_of_packets_are_made_once_while_they_stay_the_same() {
    holds(&[
        (r#"{"a": "x1", "p": "\\d$"}"#, "a matches p", "true"),
        (r#"{"a": "x1", "p": "^y"}"#, "a matches p", "false"),
    ]);
    let mut expression = Expression::compile("'a' matches it").unwrap();
    for (pattern, result) in [
        ("^a$", true),
        ("^a$", true),
        ("b", false),
        ("(", true),
        ("a", true),
    ] {
        let found = expression.eval(&pattern.into());
        match pattern {
            "(" => assert!(
                found
                    .unwrap_err()
                    .to_string()
                    .starts_with("this is no regular expression")
            ),
            _ => assert_eq!(found, Ok(Value::from(result)), "{pattern}"),
        }
    }
}

#[test]
fn times_that_do_not_exist_are_refused() {
    for source in [
        "time('2024-02-30')",
        "time('2024-13-01T00:00:00Z')",
        "time('yesterday')",
        "hour('2024-05-01', 'Europe/Atlantis')",
        "time('31.02.2024', '%d.%m.%Y')",
        "iso(9223372036854775807)",
        "duration('1 month')",
        "duration('soon')",
        "floor_time(0, 0)",
        "start_of(0, 'fortnight')",
        "shift('9999-12-31', '1 year')",
    ] {
        let mistakes = eval(source, &Value::NULL).unwrap_err();
        assert!(mistakes.contains('^'), "{source}: {mistakes}");
    }
}

#[test]
fn times_follow_the_clocks_of_their_zone() {
    holds(&[
        // The night in which clocks go forward has no 2:30.
        (
            "{}",
            "iso(shift('2024-03-30T02:30:00[Europe/Berlin]', '1 day', 'Europe/Berlin'), 'Europe/Berlin')",
            "\"2024-03-31T03:30:00+02:00\"",
        ),
        (
            "{}",
            "iso(shift('2024-03-30T12:00:00Z', '24 hours', 'Europe/Berlin'))",
            "\"2024-03-31T12:00:00Z\"",
        ),
        (
            "{}",
            "iso(start_of('2024-03-31T12:00:00Z', 'day', 'Europe/Berlin'))",
            "\"2024-03-30T23:00:00Z\"",
        ),
        (
            "{}",
            "iso(start_of('2024-05-15', 'quarter'))",
            "\"2024-04-01T00:00:00Z\"",
        ),
        (
            "{}",
            "iso(start_of('2024-05-15', 'week'))",
            "\"2024-05-13T00:00:00Z\"",
        ),
        (
            "{}",
            "iso(floor_time(-1, '1h'))",
            "\"1969-12-31T23:00:00Z\"",
        ),
        ("{}", "time('1969-12-31T23:59:59.9999Z')", "-1"),
        ("{}", "time('2024-05-01 10:00:00')", "1714557600000"),
        (
            "{}",
            "date(time('2024-05-01', '%Y-%m-%d', 'Asia/Tokyo'))",
            "\"2024-04-30\"",
        ),
    ]);
}
