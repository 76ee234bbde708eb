//! What could be done about a problem: quick fixes.

use millstream_document::{Action, Deletion, Document, Offer, Problem, ProcessField, Target};
use millstream_graph::{Code, ComponentRef, Place, PortRef, Side, conversion};

/// What could be done about a problem, the best first.
pub(crate) fn offers(document: &Document, problem: &Problem) -> Vec<Offer> {
    match problem.finding.code {
        Code::UnknownComponent => other_components(document, problem),
        Code::TypeMismatch => conversions(document, problem),
        Code::ValueAndConnector => drop_value(problem),
        Code::TwoReaders | Code::UnknownProcess => delete(problem),
        Code::DiamondMayBlock => more_room(document, problem),
        Code::UnknownPort => delete(problem),
        _ => Vec::new(),
    }
}

fn offer(label: impl Into<String>, action: Action) -> Offer {
    Offer {
        label: label.into(),
        action,
    }
}

fn other_components(document: &Document, problem: &Problem) -> Vec<Offer> {
    let Some(process) = problem.target.process() else {
        return Vec::new();
    };
    let component = document
        .process(process)
        .and_then(|process| process.component.as_ref());
    let Some(component) = component else {
        return Vec::new();
    };
    let near = document.catalog().nearest(component.as_str(), 3);
    let use_it = |name: &str| {
        let component: ComponentRef = name.parse().ok()?;
        let action = Action::SetField {
            processes: vec![process.clone()],
            field: ProcessField::Component(Some(component)),
        };
        Some(offer(format!("Use {name}"), action))
    };
    near.into_iter().filter_map(use_it).collect()
}

/// A component that makes what is sent fit, in the place of the wire.
fn conversions(document: &Document, problem: &Problem) -> Vec<Offer> {
    let Target::Wire(id) = problem.target else {
        return Vec::new();
    };
    let found = document.wire(id).and_then(|wire| {
        let sent = &document.port(Side::Out, &wire.from)?.port_type;
        let taken = &document.port(Side::In, &wire.to)?.port_type;
        let between = conversion(sent, taken)?;
        let through = Action::ConnectThrough {
            from: wire.from.clone(),
            to: wire.to.clone(),
            component: between.component.parse().ok()?,
            in_port: between.in_port.parse().ok()?,
            out_port: between.out_port.parse().ok()?,
        };
        let label = format!("Insert {}", between.component);
        let actions = vec![cut(Target::Wire(id)), through];
        let name = label.clone();
        Some(offer(label, Action::All { name, actions }))
    });
    found.into_iter().chain(delete(problem)).collect()
}

fn drop_value(problem: &Problem) -> Vec<Offer> {
    match (&problem.finding.place, &problem.target) {
        (Place::Iip(process, key), _) => {
            let port = PortRef::new(process.clone(), key.clone());
            vec![offer("Remove the value", Action::ClearValue(port))]
        }
        (_, Target::Value(end)) => vec![offer("Remove the value", Action::ClearValue(end.clone()))],
        _ => delete(problem),
    }
}

fn delete(problem: &Problem) -> Vec<Offer> {
    match &problem.target {
        target @ Target::Wire(_) => vec![offer("Delete the wire", cut(target.clone()))],
        Target::Value(end) => vec![offer("Remove the value", Action::ClearValue(end.clone()))],
        _ => Vec::new(),
    }
}

/// Four times the room on the wire that would be full first.
fn more_room(document: &Document, problem: &Problem) -> Vec<Offer> {
    let Target::Wire(id) = problem.target else {
        return Vec::new();
    };
    let Some(wire) = document.wire(id) else {
        return Vec::new();
    };
    let capacity = wire.capacity.saturating_mul(4);
    let action = Action::SetCapacity {
        wires: vec![id],
        capacity,
    };
    vec![offer(format!("Make room for {capacity}"), action)]
}

fn cut(target: Target) -> Action {
    Action::Delete {
        targets: vec![target],
        deletion: Deletion::Cut,
    }
}

#[cfg(test)]
mod tests {
    use super::offers;
    use crate::testing::document;

    #[track_caller]
    fn mended(text: &str, label: &str) -> String {
        let mut document = document(text);
        document.check();
        let problems = document.problems();
        let all = problems
            .iter()
            .flat_map(|problem| offers(&document, problem));
        let offer = all.into_iter().find(|offer| offer.label == label);
        let offer = offer.unwrap_or_else(|| panic!("no `{label}`: {problems:?}"));
        document.apply(offer.action).unwrap();
        document.text()
    }

    #[test]
    fn unknown_component_is_replaced_by_the_nearest() {
        let text = r#"Graph(format: 1, processes: { "a": Process(component: "core/Cpoy") }, connectors: [])"#;
        assert!(mended(text, "Use core/Copy").contains("core/Copy"));
    }

    #[test]
    fn component_between_makes_types_fit() {
        let text = r#"Graph(
            format: 1,
            processes: {
                "read": Process(component: "file/ReadLines", iips: { "path": "x" }),
                "parse": Process(component: "json/Read"),
                "group": Process(component: "text/Split", iips: { "separator": "," }),
                "show": Process(component: "console/Output"),
            },
            connectors: [
                Connector(from: "read.out", to: "group.in"),
                Connector(from: "group.out", to: "show.in"),
                Connector(from: "parse.out", to: "show.in"),
                Connector(from: "read.out", to: "parse.in"),
            ],
        )"#;
        let mended = mended(text, "Delete the wire");
        assert_eq!(mended.matches("read.out").count(), 1, "{mended}");
    }
}
