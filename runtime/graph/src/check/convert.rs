//! Which component stands between two ports whose types do not fit.

use millstream_packet::{Kind, PortType};

/// A component that makes what one port sends fit what another takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Conversion {
    /// The component's name.
    pub component: &'static str,
    /// The in-port that takes what is sent.
    pub in_port: &'static str,
    /// The out-port that sends what is wanted.
    pub out_port: &'static str,
}

impl Conversion {
    const fn by(component: &'static str) -> Self {
        Self {
            component,
            in_port: "in",
            out_port: "out",
        }
    }
}

/// The component that converts between two types, if the standard components have one.
pub fn conversion(from: &PortType, to: &PortType) -> Option<Conversion> {
    let sends = |kind: Kind| from.has(kind);
    let wants = |kind: Kind| to.has(kind);
    if wants(Kind::Text) && sends(Kind::Bytes) {
        return Some(Conversion::by("text/Lines"));
    }
    if wants(Kind::Text) && !from.is_opaque() {
        return Some(Conversion::by("json/Write"));
    }
    if (sends(Kind::Text) || sends(Kind::Bytes)) && (wants(Kind::Record) || wants(Kind::List)) {
        return Some(Conversion::by("json/Read"));
    }
    if sends(Kind::List) && !to.is_opaque() {
        return Some(Conversion::by("core/Unbatch"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions_name_the_component_between() {
        let case = |from: &str, to: &str| {
            let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
            conversion(&from, &to).map(|found| found.component)
        };
        assert_eq!(case("record", "text"), Some("json/Write"));
        assert_eq!(case("int", "text"), Some("json/Write"));
        assert_eq!(case("text", "record"), Some("json/Read"));
        assert_eq!(case("bytes", "text"), Some("text/Lines"));
        assert_eq!(case("list", "record"), Some("core/Unbatch"));
        assert_eq!(case("int", "record"), None);
        assert_eq!(case("opaque", "text"), None);
    }
}
