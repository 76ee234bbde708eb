//! `text/Wrap`: fills lines with words.

use std::num::NonZeroUsize;

use millstream_component::prelude::*;

/// Fills lines with words, up to a number of characters.
///
/// # Shape
///
/// Words are joined with single blanks; empty ones are left out. A word longer than the measure stands alone in its
/// line, uncut. A bracket ends the line, and so does the end of the stream.
///
/// # Memory
///
/// One line.
#[component(name = "text/Wrap", operator, examples = examples)]
#[derive(Debug)]
pub(crate) struct Wrap {
    /// One packet per word.
    #[input(name = "in")]
    input: In<Text>,
    /// One packet per line.
    #[output]
    out: Out<Text>,
    #[config]
    config: Config<WrapSettings>,
    #[state]
    line: Line,
}

/// Settings of [`Wrap`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WrapSettings {
    /// Longest line in characters.
    measure: NonZeroUsize,
}

/// The line that is being filled.
#[derive(Debug, Default)]
struct Line {
    text: String,
    characters: usize,
}

impl Operator for Wrap {
    fn process(&mut self, word: Text) -> Result<(), Failure> {
        let characters = word.chars().count();
        if characters == 0 {
            return Ok(());
        }
        let room = self
            .config
            .measure
            .get()
            .saturating_sub(self.line.characters);
        if !self.line.text.is_empty() && characters >= room {
            self.end_line();
        }
        self.line.push(&word, characters);
        Ok(())
    }

    fn bracket(&mut self, bracket: Packet) -> Result<(), Failure> {
        self.end_line();
        self.out.emit_packet(bracket);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.end_line();
        Ok(())
    }
}

impl Wrap {
    fn end_line(&mut self) {
        if !self.line.text.is_empty() {
            self.out.emit(self.line.text.as_str());
            self.line.text.clear();
            self.line.characters = 0;
        }
    }
}

impl Line {
    fn push(&mut self, word: &str, characters: usize) {
        if !self.text.is_empty() {
            self.text.push(' ');
            self.characters += 1;
        }
        self.text.push_str(word);
        self.characters += characters;
    }
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("Lines of at most twelve characters")
            .iip("measure", 12)
            .input(
                "in",
                [
                    "Now",
                    "is",
                    "the",
                    "time",
                    "for",
                    "all",
                    "good",
                    "programmers",
                ],
            )
            .output("out", ["Now is the", "time for all", "good", "programmers"]),
        Example::new("A longer word stands alone")
            .iip("measure", 4)
            .input("in", ["a", "b", "marvellous", "c"])
            .output("out", ["a b", "marvellous", "c"]),
        Example::new("A bracket ends the line")
            .iip("measure", 80)
            .input(
                "in",
                [
                    Packet::data("one"),
                    Packet::open("group"),
                    Packet::data("two"),
                    Packet::data("three"),
                    Packet::close("group"),
                ],
            )
            .output(
                "out",
                [
                    Packet::data("one"),
                    Packet::open("group"),
                    Packet::data("two three"),
                    Packet::close("group"),
                ],
            ),
    ]
}

contract!(Wrap);

#[cfg(test)]
mod tests {
    use super::*;
    use millstream_component::testing::Bench;

    #[tokio::test]
    async fn characters_are_counted_not_bytes() {
        let outcome = Bench::of::<Wrap>()
            .iip("measure", 5)
            .input("in", ["\u{e4}\u{f6}", "\u{20ac}\u{20ac}", "x"])
            .run()
            .await;
        let lines = ["\u{e4}\u{f6} \u{20ac}\u{20ac}", "x"].map(Packet::data);
        assert_eq!(outcome.outputs["out"], lines);
    }

    #[tokio::test]
    async fn no_line_can_be_of_no_characters() {
        let outcome = Bench::of::<Wrap>().iip("measure", 0).run().await;
        assert!(outcome.result.is_err());
    }
}
