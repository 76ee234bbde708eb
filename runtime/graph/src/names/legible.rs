//! Names made of any text, for what comes from other tools: letters of any script become legible ASCII, everything
//! else an underscore. What is made here is legal by the way it is made.

use std::collections::HashSet;
use std::sync::Arc;

use crate::names::{ComponentRef, PortName, ProcessName, RefText};

/// The family of components that have no name of ours.
const FAMILY: &str = "imported";

/// A name that can be told from others by a number.
pub(crate) trait Numbered: Clone + AsRef<str> {
    /// The name with a number behind it.
    fn numbered(&self, number: usize) -> Self;
}

impl ProcessName {
    /// The name most like a text, for text that people or other tools wrote.
    pub fn legible(text: &str) -> Self {
        Self(Arc::from(legible(text, "process")))
    }
}

impl PortName {
    /// The name most like a text, for text that people or other tools wrote.
    pub fn legible(text: &str) -> Self {
        Self(Arc::from(legible(text, "port")))
    }
}

impl Numbered for ProcessName {
    fn numbered(&self, number: usize) -> Self {
        Self(Arc::from(format!("{self}_{number}")))
    }
}

impl Numbered for PortName {
    fn numbered(&self, number: usize) -> Self {
        Self(Arc::from(format!("{self}_{number}")))
    }
}

impl ComponentRef {
    /// A component of another tool.
    pub(crate) fn imported(name: &ProcessName) -> Self {
        Self::builtin(FAMILY, name.as_str())
    }

    /// A component of ours, by a family and a name that are known to be legal.
    pub(crate) fn builtin(family: &'static str, name: &str) -> Self {
        Self::Builtin(RefText(Arc::from(format!("{family}/{name}"))))
    }
}

fn legible(text: &str, fallback: &str) -> String {
    let mut name = String::with_capacity(text.len());
    let mut is_gap = false;
    for c in any_ascii::any_ascii(text).chars() {
        if !(c.is_ascii_alphanumeric() || c == '_' || c == '-') {
            is_gap = true;
            continue;
        }
        let is_edge = name.is_empty() || name.ends_with('_') || c == '_';
        if std::mem::take(&mut is_gap) && !is_edge {
            name.push('_');
        }
        name.push(c);
    }
    match name.chars().next() {
        None => fallback.to_owned(),
        Some(first) if first.is_ascii_alphabetic() || first == '_' => name,
        Some(_) => format!("_{name}"),
    }
}

/// Names in use, for telling new ones apart.
#[derive(Debug, Default)]
pub(crate) struct Taken(HashSet<String>);

impl Taken {
    /// Takes a name; a number is added when it is in use.
    pub(crate) fn take<N: Numbered>(&mut self, name: N) -> N {
        if self.0.insert(name.as_ref().to_owned()) {
            return name;
        }
        let mut number = 2;
        loop {
            let numbered = name.numbered(number);
            if self.0.insert(numbered.as_ref().to_owned()) {
                return numbered;
            }
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_stay_legible() {
        let case = |text: &str| ProcessName::legible(text).to_string();
        assert_eq!(case("Read"), "Read");
        assert_eq!(case("filter by\nfirst letter"), "filter_by_first_letter");
        assert_eq!(case("core/ReadEnv_2mde7"), "core_ReadEnv_2mde7");
        assert_eq!(case("B*3"), "B_3");
        assert_eq!(case("größe"), "grosse");
        assert_eq!(case("Müller & Söhne"), "Muller_Sohne");
        assert_eq!(case("2nd"), "_2nd");
        assert_eq!(case(" ?! "), "process");
        assert_eq!(case("a_"), "a_");
        assert!(case("読む").starts_with(|c: char| c.is_ascii_alphabetic()));
    }

    #[test]
    fn names_in_use_get_a_number() {
        let mut taken = Taken::default();
        let found = ["a", "a", "b", "a"].map(|name| taken.take(ProcessName::legible(name)));
        assert_eq!(found.map(|name| name.to_string()), ["a", "a_2", "b", "a_3"]);
    }

    proptest! {
        #[test]
        fn names_are_legal(text in any::<String>()) {
            let process = ProcessName::legible(&text);
            prop_assert!(ProcessName::new(process.as_str()).is_ok());
            prop_assert!(PortName::new(PortName::legible(&text).numbered(2).as_str()).is_ok());
            let component = ComponentRef::imported(&process);
            prop_assert_eq!(component.as_str().parse::<ComponentRef>(), Ok(component));
        }
    }
}
