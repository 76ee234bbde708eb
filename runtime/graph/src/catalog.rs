//! The components that are known, by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::format::Formats;
use crate::spec::ComponentSpec;

/// A set of component specs by name, with checks of what their settings say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Catalog {
    specs: BTreeMap<String, Arc<ComponentSpec>>,
    formats: Formats,
}

impl Catalog {
    /// Collects specs; of equal names the last one stays.
    pub fn new(specs: impl IntoIterator<Item = ComponentSpec>) -> Self {
        let mut catalog = Self::default();
        for spec in specs {
            catalog.insert(spec);
        }
        catalog
    }

    /// The same with checks of texts whose form their schemas name.
    pub fn with_formats(mut self, formats: Formats) -> Self {
        self.formats = formats;
        self
    }

    /// The checks of texts whose form their schemas name.
    pub const fn formats(&self) -> &Formats {
        &self.formats
    }

    /// Adds a spec and gives back the one that had its name.
    pub fn insert(&mut self, spec: ComponentSpec) -> Option<Arc<ComponentSpec>> {
        self.specs.insert(spec.name.clone(), Arc::new(spec))
    }

    /// The spec of this name.
    pub fn get(&self, name: &str) -> Option<&ComponentSpec> {
        self.specs.get(name).map(Arc::as_ref)
    }

    /// The spec of this name, to be kept.
    pub fn get_shared(&self, name: &str) -> Option<Arc<ComponentSpec>> {
        self.specs.get(name).cloned()
    }

    /// Number of specs.
    pub fn len(&self) -> usize {
        self.specs.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.specs.is_empty()
    }

    /// The specs in order of name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &ComponentSpec> {
        self.specs.values().map(Arc::as_ref)
    }

    /// Up to `n` names that look like `name`, the likeliest first.
    pub fn nearest(&self, name: &str, n: usize) -> Vec<&str> {
        nearest(name, self.specs.keys().map(String::as_str), n)
    }
}

/// Up to `n` of the names that look like `name`, the likeliest first; equals in their order.
///
/// Letters' case does not count. For `family/Name` the part after the slash counts most: who writes `Copy` or
/// `text/Copy` finds `core/Copy`.
pub(crate) fn nearest<'a>(
    name: &str,
    names: impl IntoIterator<Item = &'a str>,
    n: usize,
) -> Vec<&'a str> {
    const ALIKE_MIN: f64 = 0.5;
    let wanted = name.to_lowercase();
    let mut scored: Vec<(f64, &str)> = names
        .into_iter()
        .map(|known| (likeness(&wanted, &known.to_lowercase()), known))
        .filter(|&(score, _)| score >= ALIKE_MIN)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().take(n).map(|(_, known)| known).collect()
}

fn likeness(wanted: &str, known: &str) -> f64 {
    let Some((known_family, known_name)) = known.rsplit_once('/') else {
        return word_likeness(wanted, known);
    };
    match wanted.rsplit_once('/') {
        None => word_likeness(wanted, known_name),
        Some((family, name)) => {
            0.8 * word_likeness(name, known_name) + 0.2 * word_likeness(family, known_family)
        }
    }
}

/// 1 for equal words, less for each letter that differs; the beginning of a word counts as rather like it.
fn word_likeness(wanted: &str, known: &str) -> f64 {
    const BEGINNING: f64 = 0.7;
    let (short, long) = if wanted.len() < known.len() {
        (wanted, known)
    } else {
        (known, wanted)
    };
    let begins = short.len() >= 2 && long.starts_with(short);
    let score = strsim::normalized_damerau_levenshtein(wanted, known);
    if begins { score.max(BEGINNING) } else { score }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn nearest_name_comes_first() {
        let names = [
            "core/Concat",
            "core/Copy",
            "core/Count",
            "text/Lines",
            "text/Wrap",
        ];
        let case = |wanted: &str| nearest(wanted, names, 3).first().copied();
        assert_eq!(case("core/Cpy"), Some("core/Copy"));
        assert_eq!(case("copy"), Some("core/Copy"));
        assert_eq!(case("text/Copy"), Some("core/Copy"));
        assert_eq!(case("text/Line"), Some("text/Lines"));
        assert_eq!(case("core/Conc"), Some("core/Concat"));
        assert_eq!(case("zzzz"), None);
        assert_eq!(case("core/Zzzz"), None);
    }
}
