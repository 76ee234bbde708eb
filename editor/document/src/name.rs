//! Names for new processes, ports and groups: legible, and not in use.

use millstream_graph::{ComponentRef, PortName, PortRef, ProcessName};

use crate::document::Document;

impl Document {
    /// A name for a new process of a component, that no process has: `read_lines` for `file/ReadLines`.
    pub fn name_for(&self, component: Option<&ComponentRef>) -> ProcessName {
        self.free_name(&ProcessName::legible(
            &component.map_or_else(|| "process".to_owned(), base_of),
        ))
    }

    /// The name itself, or the same with a number, whichever no process has.
    pub fn free_name(&self, name: &ProcessName) -> ProcessName {
        let processes = &self.graph().processes;
        numbered(name.as_str(), |text| !processes.contains_key(text))
            .and_then(|text| ProcessName::new(&text).ok())
            .unwrap_or_else(|| name.clone())
    }
}

/// A name for an exported port that is not taken: the port's own, with its element, with its process, with a number.
pub(crate) fn export_name(end: &PortRef, is_free: impl Fn(&str) -> bool) -> PortName {
    let own = match end.index {
        None => end.port.to_string(),
        Some(index) => format!("{}_{index}", end.port),
    };
    let with_process = format!("{}_{own}", end.process);
    let text = if is_free(&own) {
        Some(own)
    } else {
        numbered(&with_process, is_free)
    };
    text.and_then(|text| PortName::new(&text).ok())
        .unwrap_or_else(|| end.port.clone())
}

/// The first of `name`, `name_2`, `name_3`, … that is free.
fn numbered(name: &str, is_free: impl Fn(&str) -> bool) -> Option<String> {
    if is_free(name) {
        return Some(name.to_owned());
    }
    (2..u64::MAX)
        .map(|number| format!("{name}_{number}"))
        .find(|text| is_free(text))
}

/// `read_lines` for `file/ReadLines`, `clean-up` for `./parts/clean-up.ron`.
fn base_of(component: &ComponentRef) -> String {
    let text = component.as_str();
    let last = text.rsplit('/').next().unwrap_or(text);
    if component.is_file() {
        return last.strip_suffix(".ron").unwrap_or(last).to_owned();
    }
    let mut name = String::with_capacity(last.len() + 4);
    let mut before: Option<char> = None;
    for c in last.chars() {
        let begins_word = c.is_ascii_uppercase()
            && before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit());
        if begins_word {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
        before = Some(c);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_from_components() {
        let case = |component: &str| base_of(&component.parse().unwrap());
        assert_eq!(case("file/ReadLines"), "read_lines");
        assert_eq!(case("text/Regex"), "regex");
        assert_eq!(case("acme/web/HTTPGet"), "httpget");
        assert_eq!(case("./parts/clean-up.ron"), "clean-up");
    }

    #[test]
    fn exports_in_use_get_the_process_in_front() {
        let end: PortRef = "cut.in[2]".parse().unwrap();
        assert_eq!(export_name(&end, |_| true), "in_2");
        assert_eq!(export_name(&end, |text| text != "in_2"), "cut_in_2");
        assert_eq!(
            export_name(&end, |text| !text.ends_with("in_2")),
            "cut_in_2_2"
        );
    }
}
