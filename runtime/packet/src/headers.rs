//! Headers: what a packet may carry beside its value.

use serde::{Deserialize, Serialize};

use crate::text::Text;

/// What is known about a packet beside its value. A packet without headers pays nothing for them.
///
/// Written with serde, what is not set is left out: formats must write names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Headers {
    /// Names this packet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Text>,
    /// Names the conversation that this packet is part of; inherited by what is derived from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<Text>,
    /// Names the request that this packet answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation: Option<Text>,
    /// `id` of the packet that this one was derived from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causation: Option<Text>,
    /// Media type of the value, such as `text/csv`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<Text>,
    /// When what the packet tells of happened, in nanoseconds since 1970-01-01 UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_time_nanos: Option<i64>,
    /// How many times the packet was tried before; 0 the first time.
    #[serde(skip_serializing_if = "is_first")]
    pub attempt: u32,
    /// W3C trace context (`traceparent`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<Text>,
    /// Free pairs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<(Text, Text)>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_first(attempt: &u32) -> bool {
    *attempt == 0
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
