//! The words of the language, for those who complete what is being typed.

use crate::function;

/// A word that an expression may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// How it is written.
    pub name: &'static str,
    /// One line of help, ends with a full stop.
    pub summary: &'static str,
}

/// The functions of the language, chapter by chapter as in its manual.
pub fn words() -> impl Iterator<Item = Word> {
    let functions = function::GROUPS.iter().flat_map(|group| group.functions);
    functions.map(|function| Word {
        name: function.name,
        summary: function.summary,
    })
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_functions_that_compile() {
        assert!(words().any(|word| word.name == "upper"));
        assert!(words().all(|word| word.summary.ends_with('.')));
    }
}
