//! Which comment belongs to which entry.
//!
//! The reader visits entries in the order of the text and takes what stands before, inside and, on the same line,
//! behind them. What is left at the end of a section stays there.

use std::ops::Range;

use crate::comment::Comment;

pub(super) struct CommentQueue<'t> {
    text: &'t str,
    comments: Vec<Range<usize>>,
    next: usize,
}

impl<'t> CommentQueue<'t> {
    pub(super) fn new(text: &'t str, comments: Vec<Range<usize>>) -> Self {
        Self {
            text,
            comments,
            next: 0,
        }
    }

    /// Takes all comments that begin before an offset.
    pub(super) fn take_before(&mut self, offset: usize, into: &mut Vec<Comment>) {
        while let Some(span) = self
            .comments
            .get(self.next)
            .filter(|span| span.start < offset)
        {
            into.push(Comment::from_source(
                self.text.get(span.clone()).unwrap_or_default(),
            ));
            self.next += 1;
        }
    }

    /// Takes the comments on the line of `offset` that begin before `limit`.
    pub(super) fn take_line(&mut self, offset: usize, limit: usize, into: &mut Vec<Comment>) {
        while let Some(span) = self
            .comments
            .get(self.next)
            .filter(|span| span.start < limit)
        {
            let between = self.text.get(offset..span.start).unwrap_or_default();
            if between.contains('\n') {
                return;
            }
            let end = span.start + 1;
            self.take_before(end, into);
        }
    }
}
