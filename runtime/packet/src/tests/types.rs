//! Which port types fit together.

use crate::{Fit, Kind, PortType, Value};

fn port(text: &str) -> PortType {
    text.parse().unwrap()
}

#[test]
fn types_fit_as_the_table_says() {
    use Fit::{Always, Maybe, Never};
    for (from, to, fit) in [
        ("any", "any", Always),
        ("int", "any", Always),
        ("any", "int", Maybe),
        ("int", "int", Always),
        ("int", "float", Always),
        ("float", "int", Maybe),
        ("float", "float", Always),
        ("int", "text", Never),
        ("text", "bytes", Never),
        ("text", "text | bytes", Always),
        ("text | bytes", "text", Maybe),
        ("text | int", "bytes | float", Maybe),
        ("record", "list", Never),
        ("null", "any", Always),
        ("opaque", "any", Always),
        ("any", "opaque", Maybe),
        ("opaque", "opaque", Always),
        ("opaque", "record", Never),
    ] {
        assert_eq!(port(from).fits(&port(to)), fit, "{from} -> {to}");
    }
}

#[test]
fn named_opaque_types_fit_by_name() {
    let (a, b) = (PortType::opaque("a::A"), PortType::opaque("b::B"));
    let any_opaque = PortType::of(Kind::Opaque);
    assert_eq!(a.fits(&a), Fit::Always);
    assert_eq!(a.fits(&b), Fit::Never);
    assert_eq!(a.fits(&any_opaque), Fit::Always);
    assert_eq!(any_opaque.fits(&a), Fit::Maybe);
    assert_eq!(a.fits(&PortType::ANY), Fit::Always);
    assert_eq!(a.fits(&PortType::INT), Fit::Never);
}

#[test]
fn every_kind_fits_itself_and_any() {
    for kind in PortType::ANY.kinds() {
        let only = PortType::of(kind);
        assert_eq!(only.fits(&only), Fit::Always);
        assert_eq!(only.fits(&PortType::ANY), Fit::Always);
        assert_eq!(PortType::ANY.fits(&only), Fit::Maybe);
        assert!(only.has(kind) && only.kinds().eq([kind]));
    }
    assert!(PortType::ANY.is_any());
    assert_eq!(PortType::ANY.kinds().count(), 9);
}

#[test]
fn types_read_back_what_they_write() {
    for text in [
        "any", "null", "bool", "int", "float", "text", "bytes", "list", "record",
    ] {
        assert_eq!(port(text).to_string(), text);
    }
    assert_eq!(port(" bytes|text ").to_string(), "text | bytes");
    assert_eq!(port("text | any"), PortType::ANY);
    assert_eq!(PortType::opaque("a::A").to_string(), "opaque(a::A)");
    for unknown in ["", "number", "Text", "text |", "text,bytes"] {
        assert!(unknown.parse::<PortType>().is_err(), "{unknown}");
    }
}

#[test]
fn values_are_accepted_by_kind() {
    assert!(PortType::FLOAT.accepts(&Value::from(1)));
    assert!(PortType::FLOAT.accepts(&Value::from(1.5)));
    assert!(!PortType::INT.accepts(&Value::from(1.0)));
    assert!(!PortType::TEXT.accepts(&Value::from(vec![1_u8])));
    assert!(
        PortType::TEXT
            .or(&PortType::BYTES)
            .accepts(&Value::from(vec![1_u8]))
    );
    assert!(!PortType::INT.accepts(&Value::NULL));
}
