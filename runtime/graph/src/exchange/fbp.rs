//! `.fbp`: graphs as text.
//!
//! Two dialects are in use and one reader reads both, also mixed: that of the flowbased organisation (`NoFlo` and its
//! relatives), and that of J. Paul Morrison (`parsefbp`, `DrawFBP`, the threads of `CppFBP`), which has capacities, a
//! title, dots in the names of components, escapes in names and a semicolon at the end.
//!
//! # Source
//!
//! The grammar of the `fbp` package (grammar/fbp.peg) and the description of `parsefbp`. Where both leave it open
//! whether a word is a port or a process (`A X -> Y B -> …`), the names of processes decide: our choice.

mod lower;
mod parse;
mod place;
mod syntax;
mod write;

use crate::exchange::draft::Draft;
use crate::file::Problem;

pub use write::{Dialect, write_fbp};

/// Reads a `.fbp` text.
pub(super) fn read(text: &str) -> Result<Draft, Problem> {
    lower::lower(parse::parse(text)?)
}

/// The part of a component's name that people call it by: `ReadFile` of `com.x.ReadFile`, `lib/ReadFile.js` or
/// `fbp.jar!com.x.ReadFile`.
pub(super) fn last_part(component: &str) -> &str {
    const ENDS: [&str; 6] = [".class", ".java", ".js", ".go", ".coffee", ".ts"];
    let name = component.rsplit(['!', '/', '\\']).next();
    let name = name.unwrap_or(component);
    let name = ENDS
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(name);
    name.rsplit('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::last_part;

    #[test]
    fn components_are_called_by_their_last_part() {
        for (whole, last) in [
            ("ReadFile", "ReadFile"),
            ("core/Split", "Split"),
            ("com.x.io.ReadFile", "ReadFile"),
            ("C:/lib/fbp.jar!com.x.io.ReadFile.class", "ReadFile"),
            ("/home/x/components/ReadFile.js", "ReadFile"),
            ("C:\\gofbp\\sender.go", "sender"),
        ] {
            assert_eq!(last_part(whole), last);
        }
    }
}
