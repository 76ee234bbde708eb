//! Connect mode: a wire by keys alone. An out-port is picked by its letter, then an in-port by letter or by name.

use millstream_document::{ConnectMode, Document, PortAt, Side};

use crate::hit::end_of;
use crate::request::Request;
use crate::scene::Scene;
use crate::verdict::{Verdict, connect, judge};

/// The letters of hints, the easy ones first.
const LETTERS: &[u8] = b"asdfghjklqwertyuiopzxcvbnm";

/// A port that may be picked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) port: PortAt,
    /// The letters that pick it.
    pub(crate) hint: String,
    /// `process.port`.
    pub(crate) name: String,
}

/// A wire that is being made by keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Connect {
    /// The out-port, once it is picked.
    pub(crate) from: Option<PortAt>,
    pub(crate) candidates: Vec<Candidate>,
    /// What was typed of a hint, or of a name.
    pub(crate) typed: String,
    pub(crate) is_naming: bool,
}

/// What comes of a key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// The mode goes on.
    Stay,
    /// The wire is wanted, and the mode is over.
    Done(Request),
}

impl Connect {
    /// Begins: at the selected out-port, at the out-ports of the selected process, or at any in sight.
    pub(crate) fn start(
        document: &Document,
        scene: &Scene,
        seen: &[usize],
    ) -> Result<Self, String> {
        let selection = document.selection();
        if let Some(port) = selection.port().filter(|port| port.side == Side::Out) {
            return Self::to_any(document, scene, seen, port.clone());
        }
        let one = selection.one_process().and_then(|name| scene.card_of(name));
        let cards = one.map_or_else(|| seen.to_vec(), |card| vec![card]);
        let free = |port: &PortAt| document.wires_at(Side::Out, &port.end).next().is_none();
        let outs: Vec<PortAt> = ports(scene, &cards, Side::Out).filter(free).collect();
        match (&outs[..], one) {
            ([], _) => Err("no out-port is free here".to_owned()),
            ([only], Some(_)) => Self::to_any(document, scene, seen, only.clone()),
            _ => Ok(Self::new(None, outs)),
        }
    }

    /// Goes on to the in-ports that fit.
    fn to_any(
        document: &Document,
        scene: &Scene,
        seen: &[usize],
        from: PortAt,
    ) -> Result<Self, String> {
        let fits = |port: &PortAt| judge(document, &from, port) == Verdict::Fits;
        let ins: Vec<PortAt> = ports(scene, seen, Side::In).filter(fits).collect();
        if ins.is_empty() {
            return Err(format!(
                "no in-port in sight takes what `{}` sends",
                from.end
            ));
        }
        Ok(Self::new(Some(from), ins))
    }

    fn new(from: Option<PortAt>, ports: Vec<PortAt>) -> Self {
        let count = ports.len();
        let candidates = ports.into_iter().enumerate().filter_map(|(at, port)| {
            let hint = hint(at, count)?;
            let name = port.end.to_string();
            Some(Candidate { port, hint, name })
        });
        Self {
            from,
            candidates: candidates.collect(),
            typed: String::new(),
            is_naming: false,
        }
    }

    /// The candidates that what was typed leaves.
    pub(crate) fn left(&self) -> impl Iterator<Item = &Candidate> {
        let typed = self.typed.to_lowercase();
        self.candidates.iter().filter(move |candidate| {
            if self.is_naming {
                candidate.name.to_lowercase().contains(&typed)
            } else {
                candidate.hint.starts_with(&typed)
            }
        })
    }

    /// Takes typed text.
    pub(crate) fn text(
        &mut self,
        document: &Document,
        scene: &Scene,
        seen: &[usize],
        text: &str,
    ) -> Outcome {
        if !self.is_naming && text == "/" {
            self.is_naming = true;
            self.typed.clear();
            return Outcome::Stay;
        }
        self.typed.push_str(text);
        if self.is_naming {
            return Outcome::Stay;
        }
        let found = self.left().find(|candidate| candidate.hint == self.typed);
        if let Some(port) = found.map(|candidate| candidate.port.clone()) {
            return self.pick(document, scene, seen, port);
        }
        if self.left().next().is_none() {
            self.typed.clear();
        }
        Outcome::Stay
    }

    /// Takes the last letter back.
    pub(crate) fn back(&mut self) {
        if self.typed.pop().is_none() {
            self.is_naming = false;
        }
    }

    /// Takes the first candidate that is left.
    pub(crate) fn enter(&mut self, document: &Document, scene: &Scene, seen: &[usize]) -> Outcome {
        let first = self.left().next().map(|candidate| candidate.port.clone());
        first.map_or(Outcome::Stay, |port| self.pick(document, scene, seen, port))
    }

    fn pick(
        &mut self,
        document: &Document,
        scene: &Scene,
        seen: &[usize],
        port: PortAt,
    ) -> Outcome {
        let Some(from) = self.from.take() else {
            return match Self::to_any(document, scene, seen, port) {
                Ok(next) => {
                    *self = next;
                    Outcome::Stay
                }
                Err(reason) => Outcome::Done(Request::Refused(reason)),
            };
        };
        let action = connect(from.end, port.end, ConnectMode::Checked);
        Outcome::Done(Request::Act(action))
    }

    /// What is to be done now, for the eye and the screen reader.
    pub(crate) fn prompt(&self) -> String {
        let what = match &self.from {
            None => "Connect: type the letter of an out-port".to_owned(),
            Some(from) => format!("Connect {}: type the letter of an in-port", from.end),
        };
        if self.is_naming {
            let first = self
                .left()
                .next()
                .map_or("nothing", |found| found.name.as_str());
            format!("{what}, by name: {}  ->  {first}", self.typed)
        } else {
            format!("{what}, or / and its name. Esc ends.")
        }
    }
}

fn ports<'s>(
    scene: &'s Scene,
    cards: &'s [usize],
    side: Side,
) -> impl Iterator<Item = PortAt> + 's {
    let cards = cards.iter().filter_map(|&at| scene.cards.get(at));
    cards.flat_map(move |card| {
        let slots = 0..card.side(side).len();
        slots.filter_map(move |slot| {
            let end = end_of(card, side, slot)?;
            Some(PortAt { side, end })
        })
    })
}

/// One letter where that is enough for all, else two; nothing beyond that.
fn hint(at: usize, count: usize) -> Option<String> {
    let letter = |at: usize| LETTERS.get(at).copied().map(char::from);
    if count <= LETTERS.len() {
        return letter(at).map(String::from);
    }
    let pair = [letter(at / LETTERS.len())?, letter(at % LETTERS.len())?];
    Some(pair.iter().collect())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use millstream_document::Action;

    use super::*;
    use crate::testing;

    fn world() -> (Document, Scene, Vec<usize>) {
        let document = testing::small();
        let scene = Scene::new(&document, &HashSet::new());
        let seen = (0..scene.cards.len()).collect();
        (document, scene, seen)
    }

    fn hint_of(connect: &Connect, name: &str) -> String {
        let mut all = connect.candidates.iter();
        all.find(|candidate| candidate.name == name)
            .unwrap()
            .hint
            .clone()
    }

    #[test]
    fn two_letters_make_a_wire() {
        let (document, scene, seen) = world();
        let mut connect = Connect::start(&document, &scene, &seen).unwrap();
        let letter = hint_of(&connect, "spare.out");
        assert_eq!(
            connect.text(&document, &scene, &seen, &letter),
            Outcome::Stay
        );
        let letter = hint_of(&connect, "show.in");
        let done = connect.text(&document, &scene, &seen, &letter);
        let Outcome::Done(Request::Act(Action::Connect { from, to, .. })) = done else {
            panic!("{done:?}");
        };
        assert_eq!(
            (from.to_string(), to.to_string()),
            ("spare.out".to_owned(), "show.in".to_owned())
        );
    }

    #[test]
    fn target_can_be_named() {
        let (document, scene, seen) = world();
        let mut connect = Connect::start(&document, &scene, &seen).unwrap();
        let letter = hint_of(&connect, "spare.out");
        connect.text(&document, &scene, &seen, &letter);
        for text in ["/", "s", "h", "x"] {
            connect.text(&document, &scene, &seen, text);
        }
        connect.back();
        assert!(connect.prompt().contains("show.in"), "{}", connect.prompt());
        assert!(matches!(
            connect.enter(&document, &scene, &seen),
            Outcome::Done(_)
        ));
    }

    #[test]
    fn only_ports_that_fit_have_letters() {
        let (document, scene, seen) = world();
        let mut connect = Connect::start(&document, &scene, &seen).unwrap();
        let letter = hint_of(&connect, "spare.out");
        connect.text(&document, &scene, &seen, &letter);
        let names: Vec<&str> = connect
            .candidates
            .iter()
            .map(|found| found.name.as_str())
            .collect();
        assert!(
            names.contains(&"show.in") && !names.contains(&"text.in"),
            "{names:?}"
        );
    }

    #[test]
    fn hints_are_short_and_differ() {
        for count in [1, 26, 27, 300] {
            let hints: HashSet<String> = (0..count).filter_map(|at| hint(at, count)).collect();
            assert_eq!(hints.len(), count);
        }
        assert_eq!(hint(3, 4).unwrap().len(), 1);
    }
}
