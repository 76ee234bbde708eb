//! What a call keeps for the next packet: patterns, zones and lengths of time are made of text once, not every time.

use jiff::Span;
use jiff::tz::TimeZone;
use millstream_packet::Text;
use regex::Regex;

use super::{pattern, time};
use crate::fault::Complaint;

/// What a call keeps for the next packet. The text that it was made of decides whether it fits.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    pattern: Option<Box<(Text, Regex)>>,
    zone: Option<Box<(Text, TimeZone)>>,
    span: Option<Box<(Text, Span)>>,
}

/// The thing that was made of this text, made anew when it was another.
fn recall<'m, T>(
    kept: &'m mut Option<Box<(Text, T)>>,
    text: &str,
    make: impl FnOnce(&str) -> Result<T, Complaint>,
) -> Result<&'m T, Complaint> {
    let fits = kept.as_ref().is_some_and(|kept| kept.0.as_str() == text);
    if !fits {
        *kept = Some(Box::new((Text::from(text), make(text)?)));
    }
    match kept {
        Some(kept) => Ok(&kept.1),
        None => Err(Complaint::new("nothing was kept")),
    }
}

impl Memory {
    pub(crate) fn pattern(&mut self, text: &str) -> Result<&Regex, Complaint> {
        recall(&mut self.pattern, text, pattern::compile)
    }

    pub(crate) fn zone(&mut self, name: &str) -> Result<&TimeZone, Complaint> {
        recall(&mut self.zone, name, time::zone)
    }

    pub(crate) fn span(&mut self, text: &str) -> Result<Span, Complaint> {
        recall(&mut self.span, text, time::span).copied()
    }
}
