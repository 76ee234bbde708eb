//! Short messages above the status bar: what was refused and why, what was saved, what went wrong.

use millstream_document::Offer;
use millstream_graph::Severity;

/// How long a message stays, in seconds.
const SECS: f64 = 6.0;
/// Messages with something to do about it stay longer.
const SECS_WITH_OFFER: f64 = 12.0;
/// Most messages at a time.
const MAX: usize = 4;

/// The messages that are shown.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    list: Vec<Notice>,
    now: f64,
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Notice {
    pub(crate) severity: Severity,
    pub(crate) text: String,
    /// What could be done about it.
    pub(crate) offer: Option<Offer>,
    until: f64,
}

impl Notices {
    /// Lets old messages go.
    pub(crate) fn advance(&mut self, now: f64) {
        self.now = now;
        self.list.retain(|notice| notice.until > now);
    }

    /// Those that are shown, the oldest first.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Notice> {
        self.list.iter()
    }

    /// Seconds until the next one goes.
    pub(crate) fn next_change_in_secs(&self) -> Option<f64> {
        let times = self.list.iter().map(|notice| notice.until - self.now);
        times.min_by(f64::total_cmp)
    }

    /// Tells something.
    pub(crate) fn tell(&mut self, severity: Severity, text: impl Into<String>) {
        self.add(severity, text.into(), None);
    }

    /// Tells something, and what could be done.
    pub(crate) fn offer(&mut self, text: impl Into<String>, offer: Option<Offer>) {
        self.add(Severity::Warning, text.into(), offer);
    }

    /// Removes one.
    pub(crate) fn dismiss(&mut self, place: usize) {
        if place < self.list.len() {
            self.list.remove(place);
        }
    }

    fn add(&mut self, severity: Severity, text: String, offer: Option<Offer>) {
        let text = capitalised(&text);
        self.list.retain(|notice| notice.text != text);
        let secs = if offer.is_some() {
            SECS_WITH_OFFER
        } else {
            SECS
        };
        self.list.push(Notice {
            severity,
            text,
            offer,
            until: self.now + secs,
        });
        if self.list.len() > MAX {
            self.list.remove(0);
        }
    }
}

/// Reasons begin small, because they stand in other sentences; messages stand alone.
pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_go_by_themselves_and_do_not_pile_up() {
        let mut notices = Notices::default();
        for number in 0..9 {
            notices.tell(Severity::Hint, format!("message {number}"));
            notices.tell(Severity::Hint, format!("message {number}"));
        }
        assert_eq!(notices.iter().len(), MAX);
        assert_eq!(
            notices.iter().next().map(|first| first.text.as_str()),
            Some("Message 5")
        );
        assert_eq!(notices.next_change_in_secs(), Some(SECS));
        notices.advance(SECS);
        assert_eq!(notices.iter().len(), 0);
    }
}
