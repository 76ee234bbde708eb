//! Whether a wire may be drawn between two ports, said before anybody lets go.
//!
//! The document has the last word; what stands here is for the eye: which ports glow, and the reason beside the pointer.

use millstream_document::{Action, ConnectMode, Document, PortAt, Side};
use millstream_graph::PortRef;

/// What would come of a wire.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// It is made.
    Fits,
    /// It is refused.
    Refused(Refusal),
}

/// Why a wire is refused.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    /// The reason for people.
    pub(crate) reason: String,
    /// What could be done instead, and the action that does it.
    pub(crate) offer: Option<(String, Action)>,
}

/// The two ends of a wire, if one of two ports writes and the other reads.
pub(crate) fn ends(one: &PortAt, other: &PortAt) -> Option<(PortRef, PortRef)> {
    match (one.side, other.side) {
        (Side::Out, Side::In) => Some((one.end.clone(), other.end.clone())),
        (Side::In, Side::Out) => Some((other.end.clone(), one.end.clone())),
        _ => None,
    }
}

/// The action that draws a wire.
pub(crate) const fn connect(from: PortRef, to: PortRef, mode: ConnectMode) -> Action {
    Action::Connect { from, to, mode }
}

/// Judges a wire between two ports.
pub(crate) fn judge(document: &Document, one: &PortAt, other: &PortAt) -> Verdict {
    let Some((from, to)) = ends(one, other) else {
        let word = if one.side == Side::In {
            "in-ports"
        } else {
            "out-ports"
        };
        return refused(format!("both are {word}"));
    };
    let Err(refusal) = document.can_connect(&from, &to) else {
        return Verdict::Fits;
    };
    let offer = refusal.offer.map(|offer| (offer.label, offer.action));
    Verdict::Refused(Refusal {
        reason: refusal.reason,
        offer,
    })
}

const fn refused(reason: String) -> Verdict {
    Verdict::Refused(Refusal {
        reason,
        offer: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn verdict(from: &str, to: &str) -> Verdict {
        let document = testing::small();
        let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
        judge(&document, &PortAt::writing(from), &PortAt::reading(to))
    }

    #[track_caller]
    fn reason(verdict: Verdict) -> Refusal {
        match verdict {
            Verdict::Refused(refusal) => refusal,
            Verdict::Fits => panic!("it fits"),
        }
    }

    #[test]
    fn wire_between_ports_that_fit_is_made() {
        assert_eq!(verdict("spare.out", "show.in"), Verdict::Fits);
    }

    #[test]
    fn types_that_do_not_fit_come_with_the_component_between() {
        let refusal = reason(verdict("spare.out", "bytes.in"));
        assert!(refusal.reason.contains("record"), "{refusal:?}");
        let refusal = reason(verdict("spare.out", "text.in"));
        assert_eq!(
            refusal.offer.map(|(name, _)| name).as_deref(),
            Some("Insert json/Write")
        );
    }

    #[test]
    fn out_port_has_one_wire() {
        let refusal = reason(verdict("read.out", "show.in"));
        assert!(refusal.reason.contains("one connector"), "{refusal:?}");
    }

    #[test]
    fn port_with_a_value_takes_no_wire() {
        let refusal = reason(verdict("spare.out", "read.path"));
        assert!(refusal.reason.contains("value"), "{refusal:?}");
    }

    #[test]
    fn two_in_ports_make_no_wire() {
        let document = testing::small();
        let port = PortAt::reading("show.in".parse().unwrap());
        let other = PortAt::reading("text.in".parse().unwrap());
        assert!(matches!(
            judge(&document, &port, &other),
            Verdict::Refused(_)
        ));
    }
}
