//! Finding components by typing: letters in order, and `in:`, `out:`, `pkg:`, `is:` to narrow.
//!
//! | term | finds components |
//! |---|---|
//! | `in:text` | with an in-port that takes it; a setting is none |
//! | `out:record` | with an out-port that sends it |
//! | `pkg:text` | of this family or package |
//! | `is:source`, `is:sink`, `is:heavy` | without in-ports, without out-ports, that compute much |

use millstream_document::PortAt;
use millstream_graph::{Catalog, ComponentSpec, Cost, PortSpec, Side};
use millstream_packet::{Fit, PortType};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// What was typed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Query {
    words: String,
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq)]
enum Term {
    Takes(PortType),
    Sends(PortType),
    Package(String),
    Is(String),
    /// A term that means nothing yet: it is still being typed, and narrows nothing.
    Unfinished,
}

/// A port that a component has to suit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wanted {
    /// The side that the component needs.
    side: Side,
    port_type: PortType,
}

impl Wanted {
    /// What suits a port that a wire was dragged from.
    pub(crate) fn behind(port: &PortAt, port_type: &PortType) -> Self {
        let side = if port.side == Side::Out {
            Side::In
        } else {
            Side::Out
        };
        Self {
            side,
            port_type: port_type.clone(),
        }
    }

    fn suits(&self, spec: &ComponentSpec) -> bool {
        match self.side {
            Side::In => packets_in(spec).any(|port| fits(&self.port_type, &port.port_type)),
            Side::Out => {
                let mut ports = spec.out_ports.iter();
                ports.any(|port| fits(&port.port_type, &self.port_type))
            }
        }
    }
}

impl Query {
    /// Reads what was typed.
    pub(crate) fn new(text: &str) -> Self {
        let mut query = Self::default();
        for word in text.split_whitespace() {
            match Term::read(word) {
                Some(term) => query.terms.push(term),
                None => {
                    query.words.push_str(word);
                    query.words.push(' ');
                }
            }
        }
        query
    }

    /// The components that match, the best first; all of them in order of name if nothing was typed.
    pub(crate) fn find<'c>(
        &self,
        catalog: &'c Catalog,
        wanted: Option<&Wanted>,
    ) -> Vec<&'c ComponentSpec> {
        let suits = |spec: &&ComponentSpec| {
            wanted.is_none_or(|wanted| wanted.suits(spec))
                && self.terms.iter().all(|term| term.holds(spec))
        };
        let specs = catalog.iter().filter(suits);
        rank(&self.words, specs, |spec| {
            (spec.name.as_str(), spec.summary.as_str())
        })
    }
}

/// The things whose name or, with less weight, description has the letters in order, the best first.
pub(crate) fn rank<'a, T>(
    words: &str,
    things: impl IntoIterator<Item = T>,
    texts: impl Fn(&T) -> (&'a str, &'a str),
) -> Vec<T> {
    let pattern = Pattern::parse(words, CaseMatching::Smart, Normalization::Smart);
    if pattern.atoms.is_empty() {
        return things.into_iter().collect();
    }
    let mut matcher = Matcher::new(Config::DEFAULT.match_paths());
    let mut room = Vec::new();
    let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut room), &mut matcher);
    let mut found: Vec<(u32, T)> = Vec::new();
    for thing in things {
        let (name, description) = texts(&thing);
        // A hit in the name is worth more than any in the description.
        let scored = score(name)
            .map(|score| score + 1000)
            .or_else(|| score(description).filter(|_| words.trim().len() > 2));
        if let Some(score) = scored {
            found.push((score, thing));
        }
    }
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, thing)| thing).collect()
}

impl Term {
    fn read(word: &str) -> Option<Self> {
        let (key, value) = word.split_once(':')?;
        let port_type = || value.parse().ok();
        Some(match key {
            "in" => port_type().map_or(Self::Unfinished, Self::Takes),
            "out" => port_type().map_or(Self::Unfinished, Self::Sends),
            "pkg" => Self::Package(value.to_lowercase()),
            "is" => Self::Is(value.to_lowercase()),
            _ => return None,
        })
    }

    fn holds(&self, spec: &ComponentSpec) -> bool {
        match self {
            Self::Takes(wanted) => packets_in(spec).any(|port| fits(wanted, &port.port_type)),
            Self::Sends(wanted) => spec
                .out_ports
                .iter()
                .any(|port| fits(&port.port_type, wanted)),
            Self::Package(package) => {
                let family = spec.name.rsplit_once('/').map_or("", |(family, _)| family);
                family.to_lowercase().starts_with(package)
            }
            Self::Is(kind) => match kind.as_str() {
                "source" => packets_in(spec).next().is_none(),
                "sink" => spec.out_ports.is_empty(),
                "heavy" => spec.cost == Cost::Heavy,
                "blocking" => spec.cost == Cost::Blocking,
                _ => true,
            },
            Self::Unfinished => true,
        }
    }
}

/// In-ports that packets come by: never a mere setting.
fn packets_in(spec: &ComponentSpec) -> impl Iterator<Item = &PortSpec> {
    spec.in_ports.iter().filter(|port| port.setting.is_none())
}

fn fits(from: &PortType, to: &PortType) -> bool {
    from.fits(to) != Fit::Never
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::catalog;

    fn names(text: &str) -> Vec<String> {
        let catalog = catalog();
        let found = Query::new(text).find(&catalog, None);
        found.into_iter().map(|spec| spec.name.clone()).collect()
    }

    #[test]
    fn letters_in_order_find_components_by_name_first() {
        assert_eq!(
            names("seq").first().map(String::as_str),
            Some("core/Sequence")
        );
        assert_eq!(
            names("readlines").first().map(String::as_str),
            Some("file/ReadLines")
        );
        assert_eq!(names("zzzzqq"), Vec::<String>::new());
    }

    #[test]
    fn terms_narrow() {
        let sources = names("is:source");
        assert!(
            sources.iter().any(|name| name == "core/Kick"),
            "{sources:?}"
        );
        assert!(
            !sources.iter().any(|name| name == "core/Copy"),
            "{sources:?}"
        );
        let text = names("pkg:text");
        assert!(!text.is_empty() && text.iter().all(|name| name.starts_with("text/")));
        assert!(
            names("out:record in:text")
                .iter()
                .any(|name| name == "json/Read")
        );
        assert!(names("is:sink").iter().any(|name| name == "core/Drop"));
    }

    #[test]
    fn unfinished_terms_hide_nothing() {
        assert_eq!(names("in:"), names(""));
        assert_eq!(names("out:rec").len(), names("").len());
    }

    #[test]
    fn only_components_with_a_port_that_fits_are_wanted_behind_a_port() {
        let port = PortAt::writing("a.out".parse().unwrap());
        let wanted = Wanted::behind(&port, &"text".parse().unwrap());
        let catalog = catalog();
        let found = Query::default().find(&catalog, Some(&wanted));
        assert!(found.iter().any(|spec| spec.name == "json/Read"));
        assert!(
            !found.iter().any(|spec| spec.name == "core/Kick"),
            "a setting is no port"
        );
    }
}
