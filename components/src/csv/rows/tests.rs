//! Rows, however the packets are cut.

use super::*;

fn bytes(part: &[u8]) -> TextOrBytes {
    TextOrBytes::Bytes(Bytes::from(part))
}

/// Line and raw content of each row.
fn rows(items: impl IntoIterator<Item = TextOrBytes>) -> Vec<(u64, String)> {
    let mut rows = Rows::new(b',', 1000);
    let mut found = Vec::new();
    let mut note = |row: Row<'_>| {
        let raw = String::from_utf8_lossy(&row.bytes()).into_owned();
        found.push((row.line(), format!("{raw}|{}", row.fields.len())));
    };
    for item in items {
        rows.begin(item);
        while rows.advance().unwrap() {
            note(rows.row());
        }
    }
    if rows.end() {
        note(rows.row());
    }
    found
}

#[test]
fn cuts_make_no_difference() {
    let text = "a,\u{e4}\r\n\"b\n\u{20ac}\",\"\"\"c\r\n\"\n\n\u{10348}, d \"\nlast,\"x\"";
    let whole = rows([bytes(text.as_bytes())]);
    let expected: [(u64, &str); 5] = [
        (1, "a,\u{e4}|2"),
        (2, "\"b\n\u{20ac}\",\"\"\"c\r\n\"|2"),
        (5, "|1"),
        (6, "\u{10348}, d \"|2"),
        (7, "last,\"x\"|2"),
    ];
    assert_eq!(whole, expected.map(|(line, row)| (line, row.to_owned())));
    for size in 1..text.len() {
        assert_eq!(
            rows(text.as_bytes().chunks(size).map(bytes)),
            whole,
            "{size}"
        );
    }
}

#[test]
fn lines_of_text_are_rows_unless_a_quote_is_open() {
    let lines = ["a,b", "\"c", "", "d\",e", "f,g\nh,i\n", "j,\"k\""];
    let found = rows(lines.map(|line| TextOrBytes::Text(Text::from(line))));
    let expected: [(u64, &str); 5] = [
        (1, "a,b|2"),
        (2, "\"c\n\nd\",e|2"),
        (5, "f,g|2"),
        (6, "h,i|2"),
        (7, "j,\"k\"|2"),
    ];
    assert_eq!(found, expected.map(|(line, row)| (line, row.to_owned())));
}

#[test]
fn rows_have_a_longest_length() {
    let quoted = [b"a\nb,\"".as_slice(), &[b'x'; 2000]].concat();
    for size in [1, 100, 5000] {
        let mut rows = Rows::new(b',', 1000);
        let mut fault = None;
        for part in quoted.chunks(size).map(bytes) {
            rows.begin(part);
            while fault.is_none() {
                match rows.advance() {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(too_long) => fault = Some(too_long),
                }
            }
        }
        assert_eq!(fault.map(|fault| fault.line), Some(2), "{size}");
    }
}
