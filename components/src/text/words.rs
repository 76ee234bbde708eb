//! `text/Words`: cuts text into words.

use millstream_component::Emitted;
use millstream_component::prelude::*;

/// Words that are emitted between two looks at the surroundings.
const BATCH: usize = 32;

/// Cuts text into words: runs of characters that are not blank.
///
/// Blank is what Unicode calls white space; punctuation stays with its word.
///
/// # Shape
///
/// A text per word. A word ends with its packet, and packets without words vanish. Long words are slices that share the
/// memory of their packet.
#[component(name = "text/Words", operator, examples = examples)]
#[derive(Debug)]
pub(crate) struct Words {
    /// Text.
    #[input(name = "in")]
    input: In<Text>,
    /// One packet per word.
    #[output]
    out: Out<Text>,
    #[state]
    work: Work,
}

/// The packet at hand.
#[derive(Debug, Default)]
struct Work {
    text: Option<Text>,
    /// Where to look on.
    at: usize,
}

impl Operator for Words {
    const EXPANDS: bool = true;

    fn process(&mut self, text: Text) -> Result<(), Failure> {
        self.work = Work {
            text: Some(text),
            at: 0,
        };
        Ok(())
    }

    fn more(&mut self) -> Result<bool, Failure> {
        for _ in 0..BATCH {
            let Some(word) = self.work.next() else {
                return Ok(false);
            };
            match self.out.emit(word) {
                Emitted::Taken => {}
                Emitted::Waiting => return Ok(true),
                Emitted::Closed => return Ok(false),
            }
        }
        Ok(true)
    }
}

impl Iterator for Work {
    type Item = Text;

    #[inline]
    fn next(&mut self) -> Option<Text> {
        let text = self.text.as_ref()?;
        let start = skip_blanks(text, self.at);
        let end = skip_word(text, start);
        self.at = end;
        if start == end {
            self.text = None;
            return None;
        }
        text.slice(start..end)
    }
}

/// Where the next word begins, or the end of the text.
#[inline]
fn skip_blanks(text: &str, mut at: usize) -> usize {
    while let Some(width) = blank_at(text, at) {
        at += width;
    }
    at
}

/// Where the word ends that goes on here.
#[inline]
fn skip_word(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    loop {
        at = next_stop(bytes, at);
        match bytes.get(at) {
            Some(0xC2 | 0xE1..=0xE3) if blank_at(text, at).is_some() => return at,
            Some(0xC0..0xE0) => at += 2,
            Some(0xE0..0xF0) => at += 3,
            Some(0xF0..) => at += 4,
            Some(_) | None => return at,
        }
    }
}

/// The next byte that is a blank or belongs to a character beyond ASCII, or the end.
#[inline]
fn next_stop(bytes: &[u8], mut at: usize) -> usize {
    // Eight bytes at a time: a loop over bytes would be mispredicted once for every word.
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let stops = stops(u64::from_le_bytes(*eight));
        if stops != 0 {
            return at + stops.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let is_stop = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r' | 0x80..);
    let left = bytes.get(at..).unwrap_or_default();
    at + left.iter().position(is_stop).unwrap_or(left.len())
}

/// The high bit of each byte that is a blank or not ASCII.
#[inline]
fn stops(eight: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * EACH;
    // Without their high bits, sums of two bytes do not run over into the next one.
    let low = eight & !HIGH;
    let not_space = (low ^ (0x20 * EACH)) + 0x7F * EACH;
    let from_tab = low + (0x80 - 0x09) * EACH;
    let past_return = low + (0x80 - 0x0E) * EACH;
    (!not_space | (from_tab & !past_return) | eight) & HIGH
}

/// How many bytes the blank takes that begins here, if one does.
#[inline]
fn blank_at(text: &str, at: usize) -> Option<usize> {
    match *text.as_bytes().get(at)? {
        b' ' | b'\t'..=b'\r' => Some(1),
        // The first bytes of all blanks beyond ASCII.
        0xC2 | 0xE1..=0xE3 => wide_blank_at(text, at),
        _ => None,
    }
}

#[cold]
fn wide_blank_at(text: &str, at: usize) -> Option<usize> {
    let character = text.get(at..)?.chars().next()?;
    character.is_whitespace().then(|| character.len_utf8())
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("Runs of blanks part words")
            .input("in", ["to be,  or\tnot", "", " to be "])
            .output("out", ["to", "be,", "or", "not", "to", "be"]),
    ]
}

contract!(Words);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_are_found_in_every_place() {
        for byte in 0..=u8::MAX {
            for place in 0..8 {
                for filler in [b'a', 0x00, 0x7F, b'\t' - 1, b'\r' + 1, b'!', 0x1F] {
                    let mut eight = [filler; 8];
                    eight[place] = byte;
                    let is_stop = byte == b' ' || (b'\t'..=b'\r').contains(&byte) || byte >= 0x80;
                    let expected = if is_stop { 0x80 << (8 * place) } else { 0 };
                    assert_eq!(
                        stops(u64::from_le_bytes(eight)),
                        expected,
                        "{byte} at {place}"
                    );
                }
            }
        }
    }

    /// The standard library knows the same blanks.
    #[test]
    fn words_are_those_of_unicode() {
        let mut every_blank = String::new();
        for blank in
            ('\0'..=char::MAX).filter(|letter| letter.is_whitespace() || letter.is_control())
        {
            every_blank.extend(['a', blank, '\u{e4}', blank, blank, '\u{4e2d}', '\u{20ac}']);
        }
        let cases = [
            &every_blank,
            "",
            " ",
            "\u{3000}x\u{a0}",
            "\u{c2a0}\u{a1}\u{2030}",
            "one longer word: Donaudampfschifffahrtsgesellschaft",
        ];
        for text in cases {
            for padding in 0..8 {
                let text = "x".repeat(padding) + text;
                let work = Work {
                    text: Some(Text::from(text.as_str())),
                    at: 0,
                };
                let found: Vec<Text> = work.collect();
                let expected: Vec<&str> = text.split_whitespace().collect();
                assert_eq!(found, expected);
            }
        }
    }
}
