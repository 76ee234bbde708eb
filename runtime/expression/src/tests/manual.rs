//! The page is up to date, and what it shows is true.

use millstream_packet::Value;

use crate::{Expression, manual};

#[test]
fn the_page_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/LANGUAGE.md");
    let page = manual();
    if std::env::var_os("UPDATE_LANGUAGE").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        page == kept,
        "the language has changed; refresh its page:\n\n  \
         UPDATE_LANGUAGE=1 cargo nextest run -p millstream-expression the_page_is_up_to_date\n"
    );
}

/// The lines of a fenced block of a kind.
fn blocks<'p>(page: &'p str, kind: &str) -> Vec<&'p str> {
    let fence = format!("```{kind}\n");
    let parts = page.split(&fence).skip(1);
    parts.filter_map(|part| part.split("```").next()).collect()
}

#[test]
fn examples_of_the_prose_come_to_what_it_says() {
    let page = manual();
    let packet = Value::from_json(blocks(&page, "json")[0].as_bytes()).unwrap();
    let mut count = 0;
    for line in blocks(&page, "text").iter().flat_map(|block| block.lines()) {
        let (source, result) = match line.split_once(" → ") {
            Some((source, result)) => (source.trim(), Some(result.trim())),
            None => (line, None),
        };
        let mut expression = Expression::compile(source).unwrap_or_else(|error| panic!("{error}"));
        if let Some(result) = result {
            let found = expression
                .eval(&packet)
                .unwrap_or_else(|fault| panic!("{fault}"));
            assert_eq!(found.to_json().unwrap(), result, "{source}");
            count += 1;
        }
    }
    assert!(count > 30, "{count} examples");
}
