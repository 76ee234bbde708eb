//! Texts of fields while they are typed into: the document may refuse them, and they stay as they are.

use egui::{Id, Response};

use super::Buffers;

/// The texts of fields.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    buffers: Buffers,
}

/// The text of a field.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Buffer {
    text: String,
    /// The value of the document that the text was made of.
    made_of: String,
    has_focus: bool,
    /// Why the text is refused.
    pub(super) fault: Option<String>,
    is_seen: bool,
}

impl Fields {
    /// The text of a field. While it has the focus it is what was typed, otherwise what the document holds.
    pub(super) fn text(&mut self, key: Id, value: &str) -> &mut String {
        let buffer = self.buffers.entry(key).or_default();
        buffer.is_seen = true;
        let is_other = buffer.made_of != value;
        if (!buffer.has_focus && buffer.fault.is_none() && buffer.text != value)
            || (is_other && !buffer.has_focus)
        {
            value.clone_into(&mut buffer.text);
            buffer.fault = None;
        }
        value.clone_into(&mut buffer.made_of);
        &mut buffer.text
    }

    /// Learns whether the field has the focus.
    pub(super) fn follow(&mut self, key: Id, response: &Response) {
        if let Some(buffer) = self.buffers.get_mut(&key) {
            buffer.has_focus = response.has_focus();
        }
    }

    /// What was typed, if something was just now.
    pub(super) fn changed(&self, key: Id, response: &Response) -> Option<String> {
        let buffer = self.buffers.get(&key)?;
        response.changed().then(|| buffer.text.clone())
    }

    /// What was typed, when the user is done with it: by Enter, or by going elsewhere.
    pub(super) fn finished(&self, key: Id, response: &Response) -> Option<String> {
        let buffer = self.buffers.get(&key)?;
        let is_new = buffer.text != buffer.made_of;
        (response.lost_focus() && is_new).then(|| buffer.text.clone())
    }

    /// Notes why what was typed is refused, or that it is not.
    pub(super) fn judge(&mut self, key: Id, fault: Option<String>) {
        if let Some(buffer) = self.buffers.get_mut(&key) {
            buffer.fault = fault;
        }
    }

    /// Why what was typed is refused.
    pub(super) fn fault(&self, key: Id) -> Option<&str> {
        self.buffers.get(&key)?.fault.as_deref()
    }

    /// Forgets fields that are not shown any more.
    pub(super) fn forget_unseen(&mut self) {
        self.buffers
            .retain(|_, buffer| std::mem::take(&mut buffer.is_seen));
    }
}
