//! Rules about ports: that they exist, that what is required is there, that each is used once where it must be.

use std::collections::{BTreeSet, HashSet};

use indexmap::IndexMap;

use crate::catalog::nearest;
use crate::check::codes::Code;
use crate::check::component::list;
use crate::check::finding::Place;
use crate::check::report::Report;
use crate::check::site::{PortLookup, PortUse, Site, User};
use crate::edit::Side;
use crate::names::ProcessName;
use crate::spec::{ComponentSpec, PortSpec};

/// In larger graphs nobody is asked whether he meant another process: the search would take longer than the check.
const SEARCH_MAX: usize = 5_000;

pub(super) fn check(site: &Site<'_>, report: &mut Report) {
    processes(site, report);
    for (port, users) in &site.uses {
        exists(site, port, users, report);
        used_once(site, port, users, report);
    }
    gaps(site, report);
    required(site, report);
}

/// Connectors and exports name processes that exist.
fn processes(site: &Site<'_>, report: &mut Report) {
    let mut unknown = |name: &ProcessName, place: Place, what: &dyn Fn() -> String| {
        report.add(Code::UnknownProcess, place, || {
            let names = site.graph.processes.keys().map(ProcessName::as_str);
            let near = match site.graph.processes.len() {
                0..=SEARCH_MAX => nearest(name.as_str(), names, 1),
                _ => Vec::new(),
            };
            let help = near.first().map(|near| format!("did you mean `{near}`?"));
            (
                format!(
                    "{} names the process `{name}`, which does not exist",
                    what()
                ),
                help,
            )
        });
    };
    for (at, (connector, ends)) in site.graph.connectors.iter().zip(&site.ends).enumerate() {
        let what = || format!("the connector `{connector}`");
        if ends.0.is_none() {
            unknown(&connector.from.process, Place::From(at), &what);
        }
        if ends.1.is_none() {
            unknown(&connector.to.process, Place::To(at), &what);
        }
    }
    let known = |name: &ProcessName| site.graph.processes.contains_key(name);
    for (name, end) in site
        .graph
        .inports
        .iter()
        .filter(|(_, end)| !known(&end.process))
    {
        unknown(&end.process, Place::Inport(name.clone()), &|| {
            format!("the exported in-port `{name}`")
        });
    }
    for (name, end) in site
        .graph
        .outports
        .iter()
        .filter(|(_, end)| !known(&end.process))
    {
        unknown(&end.process, Place::Outport(name.clone()), &|| {
            format!("the exported out-port `{name}`")
        });
    }
}

/// The port exists, and it is an array port exactly when an element is named.
fn exists(site: &Site<'_>, port: &PortUse<'_>, users: &[User<'_>], report: &mut Report) {
    let spec = match site.port(port.process, port.side, port.port) {
        PortLookup::Unknown => return,
        PortLookup::Missing(spec) => {
            for &user in users {
                report.add(Code::UnknownPort, site.place(port, user), || {
                    unknown_port(site, port, spec)
                });
            }
            return;
        }
        PortLookup::Known(spec) => spec,
    };
    for &user in users {
        let name = || site.port_name(port);
        if port.index.is_some() && !spec.array {
            report.add(Code::NotAnArray, site.place(port, user), || {
                let message = format!(
                    "`{}` names an element, but `{}` is no array port",
                    name(),
                    port.port
                );
                (
                    message,
                    Some(format!("write `{}.{}`", site.name(port.process), port.port)),
                )
            });
        }
        // An export may leave the choice of the element to the graph outside.
        if port.index.is_none() && spec.array && !matches!(user, User::Export(_)) {
            report.add(Code::NoElement, site.place(port, user), || {
                let message = format!("`{}` is an array port and needs an element", name());
                (message, Some(format!("write `{}[0]`", name())))
            });
        }
    }
}

fn unknown_port(
    site: &Site<'_>,
    port: &PortUse<'_>,
    spec: &ComponentSpec,
) -> (String, Option<String>) {
    let (own, other, kind, other_kind) = match port.side {
        Side::In => (&spec.in_ports, &spec.out_ports, "in-port", "an out-port"),
        Side::Out => (&spec.out_ports, &spec.in_ports, "out-port", "an in-port"),
    };
    let message = format!("{} has no {kind} `{}`", site.title(port.process), port.port);
    if other.iter().any(|known| *port.port == *known.name) {
        return (message, Some(format!("`{}` is {other_kind}", port.port)));
    }
    let names: Vec<String> = own.iter().map(written).collect();
    let all = match names.len() {
        0 => format!("it has no {kind}s"),
        1 => format!("its {kind} is `{}`", names.concat()),
        _ => format!("its {kind}s are `{}`", names.join("`, `")),
    };
    let near = nearest(
        port.port.as_str(),
        own.iter().map(|port| port.name.as_str()),
        1,
    );
    let help = match near.first() {
        Some(near) => format!("did you mean `{near}`? {all}"),
        None => all,
    };
    (message, Some(help))
}

/// A port's name as the reference writes it.
fn written(port: &PortSpec) -> String {
    if port.array {
        format!("{}[]", port.name)
    } else {
        port.name.clone()
    }
}

fn used_once(site: &Site<'_>, port: &PortUse<'_>, users: &[User<'_>], report: &mut Report) {
    let Some((&first, others)) = users.split_first().filter(|(_, others)| !others.is_empty())
    else {
        return;
    };
    match port.side {
        Side::Out => {
            for &user in others {
                report.add(Code::TwoReaders, site.place(port, user), || {
                    let name = site.port_name(port);
                    let message = format!(
                        "`{name}` leads to {} and to {}; an out-port has one connector",
                        site.describe(first),
                        site.describe(user)
                    );
                    let help = "core/Copy gives each a copy, core/Balance gives each packet to one of them";
                    (message, Some(help.to_owned()))
                });
            }
        }
        // Values come first in the list; several connectors are welcome.
        Side::In if first == User::Iip => {
            report.add(Code::ValueAndConnector, site.place(port, first), || {
                let name = site.port_name(port);
                let other = others
                    .first()
                    .map_or_else(String::new, |&user| site.describe(user));
                (
                    format!("`{name}` has a value and also {other}"),
                    Some("remove one of the two".to_owned()),
                )
            });
        }
        Side::In => {}
    }
}

/// Elements are counted from 0 without gaps.
fn gaps(site: &Site<'_>, report: &mut Report) {
    let mut elements: IndexMap<PortUse<'_>, BTreeSet<u32>> = IndexMap::new();
    for port in site.uses.keys() {
        if let (Some(index), PortLookup::Known(spec)) =
            (port.index, site.port(port.process, port.side, port.port))
            && spec.array
        {
            let whole = PortUse {
                index: None,
                ..*port
            };
            elements.entry(whole).or_default().insert(index);
        }
    }
    for (port, used) in elements {
        let Some(&last) = used.last() else { continue };
        let missing = u64::from(last) + 1 - used.len() as u64;
        if missing == 0 {
            continue;
        }
        let index = Some(last);
        let user = site
            .uses
            .get(&PortUse { index, ..port })
            .and_then(|users| users.first());
        let Some(&user) = user else { continue };
        let place = site.place(&PortUse { index, ..port }, user);
        report.add(Code::ElementGap, place, || {
            let first = (0..last)
                .find(|index| !used.contains(index))
                .unwrap_or_default();
            let name = site.port_name(&port);
            let more = match missing {
                1 => String::new(),
                missing => format!(" and {} more", missing - 1),
            };
            (
                format!("`{name}[{last}]` is used, but not `{name}[{first}]`{more}"),
                None,
            )
        });
    }
}

fn required(site: &Site<'_>, report: &mut Report) {
    let used: HashSet<(usize, Side, &str)> = site
        .uses
        .keys()
        .map(|port| (port.process, port.side, port.port.as_str()))
        .collect();
    for (at, name) in site.graph.processes.keys().enumerate() {
        let Some(spec) = site.spec(at) else { continue };
        let sides = [(Side::In, &spec.in_ports), (Side::Out, &spec.out_ports)];
        for (side, ports) in sides {
            for port in ports.iter().filter(|port| port.required) {
                if !used.contains(&(at, side, port.name.as_str())) {
                    report.add(Code::MissingPort, Place::Process(name.clone()), || {
                        missing(site, at, side, port)
                    });
                }
            }
        }
    }
}

fn missing(site: &Site<'_>, at: usize, side: Side, port: &PortSpec) -> (String, Option<String>) {
    let title = site.title(at);
    let shown = written(port);
    let docs = if port.docs.is_empty() {
        String::new()
    } else {
        format!(": {}", port.docs)
    };
    match (side, &port.setting) {
        (Side::In, Some(_)) => (
            format!(
                "{title} needs a value for its setting `{shown}` ({}){docs}",
                port.port_type
            ),
            Some(format!(
                "write iips: {{ {:?}: … }}, or connect the port",
                port.name
            )),
        ),
        (Side::In, None) => (
            format!("nothing is connected to the required in-port `{shown}` of {title}"),
            Some("connect it, or export it with inports".to_owned()),
        ),
        (Side::Out, _) => (
            format!("the required out-port `{shown}` of {title} is not connected"),
            Some(format!(
                "connect it; {} discards what is not wanted",
                list(&["core/Drop"])
            )),
        ),
    }
}
