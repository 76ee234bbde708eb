//! What people get to see when a packet is not what an expression expects.

use super::rules::{eval, packet};

#[test]
fn typical_faults() {
    let order = packet(
        r#"{"quantity": "20", "price": 2, "note": null, "tags": ["a"], "user": {"name": "x"}, "nothing": [], "text": "été"}"#,
    );
    let sources = [
        "quantity >= 20",
        "quantity == 20",
        "price > 1 and quantiti > 20", // typos:ignore
        "user.mail",
        "user.name.first",
        "note.x",
        "tags.name",
        "tags[3]",
        "nothing[0]",
        "price + note",
        "price + quantity",
        "tags + text",
        "note > 1",
        "note and true",
        "price and true",
        "not note",
        "lower(price)",
        "lower(note)",
        "sum(tags)",
        "map(tags, t => t * 2)",
        "filter(tags, t => t)",
        "map(price, t => t)",
        "1 / (price - 2)",
        "price in text",
        "price in price",
        "price in tags",
        "price matches '2'",
        "int(text)",
        "int(2.5 * price + 0.1)",
        "if note then 1 else 2",
        "text[0]",
        "-text",
        "min(price, text)",
        "parse_json(text)",
        "time(text)",
        "9223372036854775807 + price",
        "sqrt(-price)",
    ];
    let told: Vec<String> = sources
        .iter()
        .map(|source| match eval(source, &order) {
            Ok(value) => format!("{source}\n  is no fault: {value}"),
            Err(fault) => format!("{source}\n  {fault}"),
        })
        .collect();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("faults", told.join("\n"));
    });
}
