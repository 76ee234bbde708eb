//! How the parser fails: with a mistake, or quietly where it may try something else.

use winnow::error::{ErrMode, ParserError};
use winnow::stream::Stream;

use crate::mistake::Mistake;
use crate::span::Span;

/// What a step of the parser returns.
pub(super) type Parsed<T> = Result<T, Failed>;

/// How a step of the parser fails.
pub(super) type Failed = ErrMode<Problem>;

/// Why a step failed; nothing where another step may fit.
#[derive(Debug)]
pub(super) struct Problem(Option<Box<Mistake>>);

impl<I: Stream> ParserError<I> for Problem {
    type Inner = Self;

    fn from_input(_input: &I) -> Self {
        Self(None)
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

/// A mistake that ends the parsing.
pub(super) fn refuse(mistake: Mistake) -> Failed {
    ErrMode::Cut(Problem(Some(Box::new(mistake))))
}

/// The mistake of who nests too deep.
pub(super) fn too_deep(span: Span, limit: u16) -> Failed {
    let message = format!("this nests too deep: the limit is {limit} levels");
    refuse(Mistake::new(span, message))
}

/// The step does not fit; another may.
pub(super) fn no_fit() -> Failed {
    ErrMode::Backtrack(Problem(None))
}

/// The mistake of a failed step.
pub(super) fn mistake_of(error: Failed, end: Span) -> Mistake {
    match error {
        ErrMode::Backtrack(Problem(Some(mistake))) | ErrMode::Cut(Problem(Some(mistake))) => {
            *mistake
        }
        _ => Mistake::new(end, "this is no expression"),
    }
}
