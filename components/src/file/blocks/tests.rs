//! Blocks of whole lines, however the bytes come.

use super::*;

/// Gives a few bytes at a time.
struct Drops<'a>(&'a [u8], usize);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let size = self.1.min(buffer.len());
        (&mut self.0).take(size as u64).read(buffer)
    }
}

fn blocks(bytes: &[u8], size: usize, encoding: Encoding) -> Vec<Result<String, String>> {
    Blocks::new(Drops(bytes, size), "x.txt", encoding)
        .map(|block| {
            block
                .map(|text| text.to_string())
                .map_err(|failure| failure.to_string())
        })
        .collect()
}

#[test]
fn blocks_are_whole_lines_however_the_bytes_come() {
    let text = "h\u{e9}llo\n\u{20ac}\n\r\nend".repeat(50);
    for size in [1, 2, 3, 7, 64, 1000] {
        let found: Result<Vec<String>, String> = blocks(text.as_bytes(), size, Encoding::Strict)
            .into_iter()
            .collect();
        let found = found.unwrap();
        assert!(
            found[..found.len() - 1]
                .iter()
                .all(|block| block.ends_with('\n'))
        );
        assert_eq!(found.concat(), text);
    }
}

#[test]
fn long_lines_are_whole() {
    let long = "\u{e4}".repeat(CHUNK_BYTES);
    let text = format!("a\n{long}\nb\n{long}");
    let found = blocks(text.as_bytes(), usize::MAX, Encoding::Strict);
    assert_eq!(
        found.into_iter().map(Result::unwrap).collect::<String>(),
        text
    );
}

#[test]
fn lines_before_a_fault_come_first() {
    for (before, size) in [
        ("ab\ncd\n", 100),
        ("", 100),
        (&"long\n".repeat(CHUNK_BYTES), usize::MAX),
    ] {
        let bytes = [before.as_bytes(), b"ef\xFFgh\nij\n"].concat();
        let mut found = blocks(&bytes, size, Encoding::Strict);
        let fault = found.pop().unwrap().unwrap_err();
        let place = format!("reading x.txt: invalid UTF-8 at byte {}", before.len() + 2);
        assert_eq!(fault, place);
        assert!(found.into_iter().map(Result::unwrap).collect::<String>() == before);
    }
}

#[test]
fn a_long_line_that_is_not_utf8_is_a_fault() {
    let mut bytes = vec![b'x'; 3 * CHUNK_BYTES];
    bytes.push(0xC3);
    let found = blocks(&bytes, usize::MAX, Encoding::Strict);
    assert!(
        found[0]
            .as_ref()
            .unwrap_err()
            .contains(&format!("byte {}", 3 * CHUNK_BYTES))
    );
}

#[test]
fn lossy_replaces_what_is_not_utf8() {
    let found = blocks(b"a\xFFb\n\xC3", 100, Encoding::Lossy);
    let expected = ["a\u{fffd}b\n", "\u{fffd}"].map(|text| Ok(text.to_owned()));
    assert_eq!(found, expected);
}
