//! Which of the words between two arrows is the process, and which are its ports.

use std::collections::HashSet;

use crate::exchange::fbp::syntax::{Clause, Element, Statement, Word};
use crate::file::Problem;

/// Where an element stands in its clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Whether an arrow leads to it.
    pub(super) has_arrow_before: bool,
    /// Whether an arrow leaves it.
    pub(super) has_arrow_behind: bool,
}

/// A process with the ports that stand beside it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed<'w> {
    pub(super) in_port: Option<&'w Word>,
    pub(super) process: &'w Word,
    pub(super) out_port: Option<&'w Word>,
}

/// Names that are processes for certain: those with a component, and those that stand where only a process can.
pub(super) fn known_processes(statements: &[Statement]) -> HashSet<String> {
    let mut known = HashSet::new();
    for statement in statements {
        match statement {
            Statement::Export { process, .. } => {
                known.insert(process.clone());
            }
            Statement::Clause(clause) => {
                for (place, element) in places(clause) {
                    let Element::Words(words, _) = element else {
                        continue;
                    };
                    let certain = match (&words[..], place) {
                        ([single], _) => Some(single),
                        ([_, middle, _], _) => Some(middle),
                        ([first, _], place) if !place.has_arrow_before => Some(first),
                        ([_, last], place) if !place.has_arrow_behind => Some(last),
                        _ => None,
                    };
                    let with_component = words.iter().filter(|word| word.component.is_some());
                    let names = with_component.chain(certain).map(|word| word.text.clone());
                    known.extend(names);
                }
            }
            _ => {}
        }
    }
    known
}

/// The elements of a clause with their places.
pub(super) fn places(clause: &Clause) -> impl Iterator<Item = (Place, &Element)> {
    let last = clause.rest.len();
    let elements = std::iter::once(&clause.first).chain(clause.rest.iter().map(|(_, next)| next));
    elements.enumerate().map(move |(at, element)| {
        let place = Place {
            has_arrow_before: at > 0,
            has_arrow_behind: at < last,
        };
        (place, element)
    })
}

/// Finds the process among words.
pub(super) fn place<'w>(
    words: &'w [Word],
    place: Place,
    known: &HashSet<String>,
) -> Result<Placed<'w>, Problem> {
    let at = process_at(words, place, known)?;
    let placed = Placed {
        in_port: at.checked_sub(1).and_then(|before| words.get(before)),
        process: &words[at],
        out_port: words.get(at + 1),
    };
    if let Some(out) = placed.out_port.filter(|_| !place.has_arrow_behind) {
        let message = format!("no arrow leaves the port `{}`", out.text);
        return Err(Problem::new(out.span.clone(), message).help("write `process PORT -> …`"));
    }
    for port in [placed.in_port, placed.out_port].into_iter().flatten() {
        if let Some(component) = &port.component {
            let message = format!(
                "`{}({})` stands where a port should",
                port.text, component.name
            );
            let problem = Problem::new(port.span.clone(), message);
            return Err(problem.help("is an arrow missing between two processes?"));
        }
    }
    if placed.process.index.is_some() {
        let message = format!(
            "`{}` is a process, and only ports have elements",
            placed.process.text
        );
        return Err(Problem::new(placed.process.span.clone(), message));
    }
    Ok(placed)
}

fn process_at(words: &[Word], place: Place, known: &HashSet<String>) -> Result<usize, Problem> {
    if words.len() > 3 {
        let span = words[0].span.start..words[words.len() - 1].span.end;
        let problem = Problem::new(span, "there are too many names between two arrows");
        return Err(problem.help("write `IN process OUT`, and an arrow before the next process"));
    }
    if let Some(at) = words.iter().position(|word| word.component.is_some()) {
        return Ok(at);
    }
    match words.len() {
        0 | 1 => Ok(0),
        3 => Ok(1),
        _ if !place.has_arrow_before => Ok(0),
        _ if !place.has_arrow_behind => Ok(1),
        _ => {
            let is_process =
                |at: usize| words[at].index.is_none() && known.contains(&words[at].text);
            match (is_process(0), is_process(1)) {
                (true, false) => Ok(0),
                (false, true) => Ok(1),
                _ => {
                    let span = words[0].span.start..words[1].span.end;
                    let message = format!(
                        "which is the process, `{}` or `{}`?",
                        words[0].text, words[1].text
                    );
                    Err(Problem::new(span, message).help("name both ports: `IN process OUT`"))
                }
            }
        }
    }
}
