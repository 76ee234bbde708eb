//! Whether the document is what was saved, and what was deployed.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::document::{Document, StateId};
use crate::model::Digest;

/// A content that was saved or deployed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mark {
    state: Option<StateId>,
    digest: Digest,
    /// The hash of the canonical text.
    text: u64,
}

impl Document {
    /// Notes that a file holds the document as it is now.
    pub fn mark_saved(&mut self) {
        self.saved = self.mark();
    }

    /// Notes that a runtime holds the document as it is now.
    pub fn mark_deployed(&mut self) {
        self.deployed = self.mark();
    }

    /// Notes that no runtime holds the document.
    pub fn forget_deployed(&mut self) {
        self.deployed = Mark::default();
    }

    /// Notes that the file is gone or holds something else.
    pub fn forget_saved(&mut self) {
        self.saved = Mark::default();
    }

    /// Whether the file holds just this, to the last comment.
    ///
    /// # Shape
    ///
    /// Costs nothing as a rule. Texts are compared only where contents are equal but came about in another way.
    pub fn is_saved(&self) -> bool {
        let Some(state) = self.saved.state else {
            return false;
        };
        state == self.state
            || (self.saved.digest == self.model.digest() && self.saved.text == self.text_hash())
    }

    /// Whether a runtime holds a graph that runs the same; places and words do not count.
    pub fn is_deployed(&self) -> bool {
        self.deployed.state.is_some() && self.deployed.digest.logic == self.model.digest().logic
    }

    fn mark(&self) -> Mark {
        Mark {
            state: Some(self.state),
            digest: self.model.digest(),
            text: self.text_hash(),
        }
    }

    /// The hash of the canonical text, made once for each state.
    fn text_hash(&self) -> u64 {
        if let Some((state, hash)) = self.text_hash.get()
            && state == self.state
        {
            return hash;
        }
        let mut hasher = DefaultHasher::new();
        self.text().hash(&mut hasher);
        let hash = hasher.finish();
        self.text_hash.set(Some((self.state, hash)));
        hash
    }
}
