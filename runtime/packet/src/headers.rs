//! Headers: what a packet may carry beside its value.

use crate::text::Text;

/// What is known about a packet beside its value. A packet without headers pays nothing for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers {
    /// Names this packet.
    pub id: Option<Text>,
    /// Names the conversation that this packet is part of; inherited by what is derived from it.
    pub conversation: Option<Text>,
    /// Names the request that this packet answers.
    pub correlation: Option<Text>,
    /// `id` of the packet that this one was derived from.
    pub causation: Option<Text>,
    /// Media type of the value, such as `text/csv`.
    pub content_type: Option<Text>,
    /// When what the packet tells of happened, in nanoseconds since 1970-01-01 UTC.
    pub event_time_nanos: Option<i64>,
    /// How many times the packet was tried before; 0 the first time.
    pub attempt: u32,
    /// W3C trace context (`traceparent`).
    pub trace: Option<Text>,
    /// Free pairs.
    pub pairs: Vec<(Text, Text)>,
}

impl Headers {
    /// Headers for a packet derived from one with these: same conversation and trace, this one as cause.
    pub fn derive(&self) -> Self {
        Self {
            conversation: self.conversation.clone(),
            causation: self.id.clone(),
            trace: self.trace.clone(),
            ..Self::default()
        }
    }
}
