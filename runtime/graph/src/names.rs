//! Names inside a graph: processes, ports, ends of connectors and components.
//!
//! Text is parsed once, at the edge; who holds one of these types need not look again. All of them are cheap to copy.

mod legible;

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

pub(crate) use legible::Taken;

/// Text that is no name of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// The text is empty.
    #[error("a {kind} cannot be empty")]
    Empty {
        /// What was asked for: `process name`, `port name`.
        kind: &'static str,
    },
    /// A character stands where it may not.
    #[error(
        "`{text}` is no {kind}, because of {found}: use the letters a-z and A-Z, digits, `_` and `-`, and begin with \
         a letter or `_`"
    )]
    Character {
        /// What was asked for: `process name`, `port name`.
        kind: &'static str,
        /// The text.
        text: String,
        /// The first character that may not stand where it stands, shown for people.
        found: String,
    },
    /// An end of a connector has no dot between process and port.
    #[error(
        "`{text}` names no port: write `process.port`, or `process.port[0]` for an element of an array port"
    )]
    NoDot {
        /// The text.
        text: String,
    },
    /// The number of an element is no number, or the brackets do not match.
    #[error("`{text}` has a bad index: write `port[0]`, with a whole number from 0 to 4294967295")]
    Index {
        /// The text.
        text: String,
    },
    /// A component's name has neither of the three forms.
    #[error(
        "`{text}` is no component: write `family/Name`, `namespace/package/Name`, or `./file.ron` for a subgraph"
    )]
    Component {
        /// The text.
        text: String,
    },
}

fn check_name(kind: &'static str, text: &str) -> Result<Arc<str>, NameError> {
    let mut chars = text.chars();
    let Some(first) = chars.next() else {
        return Err(NameError::Empty { kind });
    };
    let bad = if first.is_ascii_alphabetic() || first == '_' {
        chars.find(|&c| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
    } else {
        Some(first)
    };
    match bad {
        None => Ok(Arc::from(text)),
        Some(bad) => Err(NameError::Character {
            kind,
            text: text.to_owned(),
            found: show_char(bad),
        }),
    }
}

fn show_char(c: char) -> String {
    match c {
        ' ' => "the blank".to_owned(),
        '.' => "the dot".to_owned(),
        c if c.is_control() => format!("the control character {}", c.escape_unicode()),
        c => format!("the character `{c}`"),
    }
}

/// Name newtypes have the same set of conversions; they differ in what they name.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks the text and takes it as a name.
            ///
            /// # Errors
            ///
            /// Fails when the text is not `[A-Za-z_][A-Za-z0-9_-]*`.
            pub fn new(text: &str) -> Result<Self, NameError> {
                check_name($kind, text).map(Self)
            }

            /// The name.
            #[inline]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                *self.0 == *other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                *self.0 == **other
            }
        }
    };
}

name! {
    /// The name of a process: `[A-Za-z_][A-Za-z0-9_-]*`.
    ProcessName, "process name"
}
name! {
    /// The name of a port: `[A-Za-z_][A-Za-z0-9_-]*`, lower case by custom.
    PortName, "port name"
}

/// A port of a process that is known from the context: `port`, or `port[2]` for an element of an array port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortKey {
    /// The port.
    pub port: PortName,
    /// The element, for array ports.
    pub index: Option<u32>,
}

/// One end of a connector: `process.port`, or `process.port[2]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortRef {
    /// The process.
    pub process: ProcessName,
    /// Its port.
    pub port: PortName,
    /// The element, for array ports.
    pub index: Option<u32>,
}

impl PortKey {
    /// A key without an index.
    pub const fn of(port: PortName) -> Self {
        Self { port, index: None }
    }
}

impl PortRef {
    /// Joins a process and one of its ports.
    pub fn new(process: ProcessName, key: PortKey) -> Self {
        Self {
            process,
            port: key.port,
            index: key.index,
        }
    }

    /// The port without the process.
    pub fn key(&self) -> PortKey {
        PortKey {
            port: self.port.clone(),
            index: self.index,
        }
    }
}

impl FromStr for PortKey {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let Some((port, rest)) = text.split_once('[') else {
            return PortName::new(text).map(Self::of);
        };
        let index = rest
            .strip_suffix(']')
            .filter(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(|| NameError::Index {
                text: text.to_owned(),
            })?;
        Ok(Self {
            port: PortName::new(port)?,
            index: Some(index),
        })
    }
}

impl FromStr for PortRef {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (process, key) = text.split_once('.').ok_or_else(|| NameError::NoDot {
            text: text.to_owned(),
        })?;
        Ok(Self::new(ProcessName::new(process)?, key.parse()?))
    }
}

fn write_key(f: &mut fmt::Formatter<'_>, port: &PortName, index: Option<u32>) -> fmt::Result {
    match index {
        None => f.write_str(port.as_str()),
        Some(index) => write!(f, "{port}[{index}]"),
    }
}

impl fmt::Display for PortKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_key(f, &self.port, self.index)
    }
}

impl fmt::Display for PortRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.", self.process)?;
        write_key(f, &self.port, self.index)
    }
}

/// The text of a component reference that was found well-formed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefText(Arc<str>);

/// Which component a process uses, as the user wrote it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ComponentRef {
    /// `family/Name`: comes with Millstream.
    Builtin(RefText),
    /// `namespace/package/Name`: comes from an installed package.
    Package(RefText),
    /// `./sub.ron`: a graph file, relative to the file that names it.
    File(RefText),
}

impl ComponentRef {
    /// The text as the user wrote it.
    pub fn as_str(&self) -> &str {
        let (Self::Builtin(text) | Self::Package(text) | Self::File(text)) = self;
        &text.0
    }

    /// Whether this is a subgraph.
    pub const fn is_file(&self) -> bool {
        matches!(self, Self::File(_))
    }

    /// The package that the component comes from: `namespace/package`.
    pub fn package(&self) -> Option<&str> {
        match self {
            Self::Package(text) => text.0.rsplit_once('/').map(|(package, _name)| package),
            Self::Builtin(_) | Self::File(_) => None,
        }
    }
}

impl FromStr for ComponentRef {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let refused = || NameError::Component {
            text: text.to_owned(),
        };
        let kept = RefText(Arc::from(text));
        if ["./", "../", "/"].iter().any(|head| text.starts_with(head)) {
            let is_plain = !text.ends_with('/') && !text.contains(char::is_control);
            return is_plain.then_some(Self::File(kept)).ok_or_else(refused);
        }
        let parts: Vec<&str> = text.split('/').collect();
        if !parts.iter().all(|part| is_component_part(part)) {
            return Err(refused());
        }
        match parts.len() {
            2 => Ok(Self::Builtin(kept)),
            3 => Ok(Self::Package(kept)),
            _ => Err(refused()),
        }
    }
}

fn is_component_part(part: &str) -> bool {
    part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && part
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

impl fmt::Display for ComponentRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ascii_without_dots() {
        for good in ["a", "_", "read-lines", "Read_2", "x1"] {
            assert_eq!(ProcessName::new(good).unwrap().as_str(), good);
        }
        for bad in ["", "1a", "-a", "a.b", "a b", "größe", "名", "a\u{7}"] {
            assert!(ProcessName::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn refused_name_says_what_is_allowed() {
        let error = ProcessName::new("größe").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`größe` is no process name, because of the character `ö`: use the letters a-z and A-Z, digits, `_` and \
             `-`, and begin with a letter or `_`"
        );
    }

    #[test]
    fn ends_read_back_as_written() {
        for text in ["a.b", "read.out", "x-1.out[0]", "x.in[4294967295]"] {
            assert_eq!(text.parse::<PortRef>().unwrap().to_string(), text);
        }
        for text in [
            "a",
            "a.",
            ".b",
            "a.b.c",
            "a.b[",
            "a.b[]",
            "a.b[-1]",
            "a.b[+1]",
            "a.b[4294967296]",
            "a.b[1]x",
        ] {
            assert!(text.parse::<PortRef>().is_err(), "{text}");
        }
    }

    #[test]
    fn components_have_three_forms() {
        let kind = |text: &str| text.parse::<ComponentRef>();
        assert!(matches!(kind("core/Copy"), Ok(ComponentRef::Builtin(_))));
        assert!(matches!(
            kind("acme/text-tools/Trim"),
            Ok(ComponentRef::Package(_))
        ));
        assert!(matches!(kind("./sub.ron"), Ok(ComponentRef::File(_))));
        assert!(matches!(kind("../a b/sub.ron"), Ok(ComponentRef::File(_))));
        assert_eq!(
            kind("acme/tools/Trim").unwrap().package(),
            Some("acme/tools")
        );
        for bad in [
            "",
            "Copy",
            "core/",
            "/",
            "./",
            "a/b/c/d",
            "core/Co py",
            "sub.ron",
        ] {
            assert!(kind(bad).is_err(), "{bad}");
        }
    }
}
