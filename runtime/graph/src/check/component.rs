//! Rules about what single processes say: their component, their settings for the engine, who mentions them.

use crate::check::codes::Code;
use crate::check::finding::Place;
use crate::check::report::Report;
use crate::check::site::Site;
use crate::check::specs::Lookup;
use crate::file::check_savable;
use crate::model::OnError;
use crate::names::{ComponentRef, ProcessName};

pub(super) fn check(site: &Site<'_>, report: &mut Report) {
    components(site, report);
    settings(site, report);
    members(site, report);
    savable(site, report);
}

fn components(site: &Site<'_>, report: &mut Report) {
    for (at, (name, process)) in site.graph.processes.iter().enumerate() {
        let Some(component) = &process.component else {
            report.add(Code::NoComponent, Place::Process(name.clone()), || {
                let help = "give it one: component: \"core/Repeat\" passes everything through";
                (
                    format!("process `{name}` has no component"),
                    Some(help.to_owned()),
                )
            });
            continue;
        };
        let place = || Place::Component(name.clone());
        match site.lookups.get(at) {
            Some(Some(Lookup::Unknown)) => report.add(Code::UnknownComponent, place(), || {
                let message = format!("process `{name}`: there is no component `{component}`");
                (message, Some(unknown_help(site, component)))
            }),
            Some(Some(Lookup::Failed(error))) => report.add(Code::NoSubgraph, place(), || {
                (
                    format!("process `{name}`: the subgraph cannot be opened: {error}"),
                    None,
                )
            }),
            Some(Some(Lookup::Recursive(chain))) => {
                report.add(Code::SubgraphRecursion, place(), || {
                    let chain = chain.join(" -> ");
                    (
                        format!("process `{name}`: a subgraph contains itself: {chain}"),
                        None,
                    )
                });
            }
            _ => {}
        }
        if let Some(package) = component
            .package()
            .filter(|name| !site.graph.packages.contains_key(*name))
        {
            report.add(Code::PackageNotListed, place(), || {
                let message =
                    format!("process `{name}`: the package `{package}` is not among `packages`");
                (
                    message,
                    Some(format!(
                        "add packages: {{ \"{package}\": \"^1.0\" }} with the version you use"
                    )),
                )
            });
        }
    }
}

fn unknown_help(site: &Site<'_>, component: &ComponentRef) -> String {
    let nearest = site.catalog.nearest(component.as_str(), 3);
    if !nearest.is_empty() {
        return format!("did you mean {}?", list(&nearest));
    }
    match component.package() {
        Some(package) => format!("install its package: millstream package install {package}"),
        None => "`millstream components` lists those there are".to_owned(),
    }
}

/// Names in backquotes with commas and a last `or`.
pub(super) fn list<T: std::fmt::Display>(names: &[T]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

fn settings(site: &Site<'_>, report: &mut Report) {
    let connected: std::collections::HashSet<usize> = site
        .uses
        .keys()
        .filter(|port| port.side == crate::edit::Side::Out && *port.port == "error")
        .map(|port| port.process)
        .collect();
    for (at, (name, process)) in site.graph.processes.iter().enumerate() {
        if process.on_error == OnError::DeadLetter && !connected.contains(&at) {
            report.add(
                Code::LettersGoNowhere,
                Place::Field(name.clone(), "on_error"),
                || {
                    let message = format!(
                        "process `{name}` sends failed packets to `error`, which is not connected"
                    );
                    (
                        message,
                        Some(format!(
                            "connect `{name}.error`, or write on_error: skip to lose and count them"
                        )),
                    )
                },
            );
        }
        if process.replicas > 1 {
            report.add(
                Code::Replicas,
                Place::Field(name.clone(), "replicas"),
                || {
                    let message = format!(
                        "process `{name}` asks for {} copies; this version runs one",
                        process.replicas
                    );
                    (
                        message,
                        Some("put core/Balance in front of several processes".to_owned()),
                    )
                },
            );
        }
    }
}

fn members(site: &Site<'_>, report: &mut Report) {
    let known = |name: &ProcessName| site.graph.processes.contains_key(name);
    for (at, group) in site.graph.groups.iter().enumerate() {
        for name in group.processes.iter().filter(|name| !known(name)) {
            report.add(Code::UnknownMember, Place::Group(at), || {
                (
                    format!(
                        "group `{}` names the process `{name}`, which does not exist",
                        group.name
                    ),
                    None,
                )
            });
        }
    }
    for name in site.graph.layout.keys().filter(|name| !known(name)) {
        report.add(Code::UnknownMember, Place::Layout(name.clone()), || {
            (
                format!("the layout names the process `{name}`, which does not exist"),
                None,
            )
        });
    }
}

fn savable(site: &Site<'_>, report: &mut Report) {
    for (name, process) in &site.graph.processes {
        for (key, value) in &process.iips {
            if let Err(error) = check_savable(value) {
                report.add(
                    Code::Unsavable,
                    Place::Iip(name.clone(), key.clone()),
                    || (format!("the value on `{name}.{key}`: {error}"), None),
                );
            }
        }
        if let Some(error) = process
            .meta
            .values()
            .find_map(|value| check_savable(value).err())
        {
            report.add(Code::Unsavable, Place::Process(name.clone()), || {
                (format!("meta of process `{name}`: {error}"), None)
            });
        }
    }
    for (at, connector) in site.graph.connectors.iter().enumerate() {
        if let Some(error) = connector
            .meta
            .values()
            .find_map(|value| check_savable(value).err())
        {
            report.add(Code::Unsavable, Place::Connector(at), || {
                (format!("meta of connector `{connector}`: {error}"), None)
            });
        }
    }
    for (key, value) in &site.graph.meta {
        if let Err(error) = check_savable(value) {
            report.add(Code::Unsavable, Place::Meta(key.clone()), || {
                (format!("meta `{key}`: {error}"), None)
            });
        }
    }
}
