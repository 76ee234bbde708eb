//! R1 to R5 and R12: the crate graph. A lower level never sees a higher one, and each edge between our own crates is
//! listed here, so that a new one is a decision and not an accident.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::semver::Version;
use cargo_metadata::{Dependency, DependencyKind};

use super::workspace::{Member, members, read, refuse};

/// How far from the machine a crate stands, and so what it may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    /// The model: no I/O, no clock, no threads, no async runtime; compiles for the browser.
    L0,
    /// Contracts between the model and those who run it.
    L1,
    /// The machine, and the catalogue beside it.
    L2,
    /// Services on top of the machine.
    L3,
    /// The composition root.
    L4,
    /// What is edited: like the model, no I/O, no clock, no threads; compiles for the browser.
    E1,
    /// How that is shown: egui, no I/O.
    E2,
    /// The application: what the editor is, without the window or page that it lives in.
    E3,
    /// Where the application lives: a page, a window. Both know it from outside.
    E4,
    /// Tests and developer tools: outside the house.
    Tools,
}

/// Which of our own crates a crate may use.
enum Inside {
    Only(&'static [&'static str]),
    Everything,
}

/// The allowed crate graph. A new line or edge is its own commit with the reason (R12).
const LAYERS: &[(&str, Level, Inside)] = &[
    ("millstream-packet", Level::L0, Inside::Only(&[])),
    (
        "millstream-graph",
        Level::L0,
        Inside::Only(&["millstream-packet"]),
    ),
    // Messages are not model types (R8): whoever serves them translates.
    ("millstream-protocol", Level::L0, Inside::Only(&[])),
    (
        "millstream-connector",
        Level::L1,
        Inside::Only(&["millstream-packet"]),
    ),
    // How files are saved is one promise, whoever saves: binary, server, shell.
    ("millstream-file", Level::L1, Inside::Only(&[])),
    ("millstream-component-macros", Level::L1, Inside::Only(&[])),
    // Expressions know values and nothing of ports, so that whoever has a value can evaluate one.
    (
        "millstream-expression",
        Level::L1,
        Inside::Only(&["millstream-packet"]),
    ),
    // Lanes know packets and brokers, and neither connectors nor processes: whoever runs them brings sources and sinks.
    (
        "millstream-broker",
        Level::L1,
        Inside::Only(&["millstream-packet"]),
    ),
    (
        "millstream-component",
        Level::L1,
        Inside::Only(&[
            "millstream-packet",
            "millstream-graph",
            "millstream-connector",
            "millstream-component-macros",
        ]),
    ),
    (
        "millstream-engine",
        Level::L2,
        Inside::Only(&[
            "millstream-packet",
            "millstream-graph",
            "millstream-connector",
            "millstream-component",
        ]),
    ),
    (
        "millstream-components",
        Level::L2,
        Inside::Only(&[
            "millstream-packet",
            "millstream-graph",
            "millstream-component",
            "millstream-expression",
        ]),
    ),
    // It runs whatever registry it is given, and names no component.
    (
        "millstream-server",
        Level::L3,
        Inside::Only(&[
            "millstream-packet",
            "millstream-graph",
            "millstream-protocol",
            "millstream-connector",
            "millstream-file",
            "millstream-component",
            "millstream-engine",
        ]),
    ),
    // R4: the editor knows a runtime only through the protocol, and never the engine.
    (
        "millstream-document",
        Level::E1,
        Inside::Only(&[
            "millstream-packet",
            "millstream-graph",
            "millstream-protocol",
        ]),
    ),
    (
        "millstream-canvas",
        Level::E2,
        Inside::Only(&[
            "millstream-packet",
            "millstream-graph",
            "millstream-document",
        ]),
    ),
    // R4 again. It completes and checks expressions while they are typed, which needs the language and no component.
    (
        "millstream-app",
        Level::E3,
        Inside::Only(&[
            "millstream-packet",
            "millstream-graph",
            "millstream-protocol",
            "millstream-expression",
            "millstream-document",
            "millstream-canvas",
        ]),
    ),
    (
        "millstream-web",
        Level::E4,
        Inside::Only(&["millstream-app"]),
    ),
    // Graphs are texts there: it saves them, and starts a program that runs them.
    (
        "millstream-shell",
        Level::E4,
        Inside::Only(&["millstream-file"]),
    ),
    ("millstream", Level::L4, Inside::Everything),
    ("millstream-tests", Level::Tools, Inside::Everything),
    ("millstream-smoke", Level::Tools, Inside::Everything),
    ("xtask", Level::Tools, Inside::Everything),
];

/// Edges that only tests and doc tests may have. The macro's expansion names the crate that re-exports it.
const DEV_EDGES: &[(&str, &str)] = &[
    ("millstream-component-macros", "millstream-component"),
    // Its tests want all back ends and their cases, which are features.
    ("millstream-broker", "millstream-broker"),
    // The server is tested with graphs that run, and so with components.
    ("millstream-server", "millstream-components"),
    // Looks of a run are tested with the counts that a runtime sends.
    ("millstream-canvas", "millstream-protocol"),
    // The editor is tested with components that there are.
    ("millstream-app", "millstream-component"),
    ("millstream-app", "millstream-components"),
    // Entries of the menu are commands of the application, by name.
    ("millstream-shell", "millstream-app"),
];

/// R1: what the model must not stand on, directly or through another crate.
const NOT_UNDER_THE_MODEL: &[&str] = &[
    "tokio",
    "rand",
    "tracing",
    "async-std",
    "smol",
    "futures-executor",
    "flume",
    "parking_lot",
    "crossbeam",
    "rayon",
    "mio",
    "socket2",
    "chrono",
    "getrandom",
];

/// R3: what the engine must not name. It receives a broker; it opens no socket.
const NOT_IN_THE_ENGINE: &[&str] = &[
    "async-nats",
    "lapin",
    "amqprs",
    "rdkafka",
    "redis",
    "socket2",
    "mio",
    "hyper",
    "axum",
    "reqwest",
    "tungstenite",
    "tokio-tungstenite",
];

/// R5: only the binary chooses log output, texts for people and exit codes.
const ONLY_IN_THE_BINARY: &[&str] = &[
    "anyhow",
    "clap",
    "indicatif",
    "miette",
    "tracing-subscriber",
];

/// R12: the edges are those of the list, and every member is on it.
#[test]
fn crates_depend_only_downwards() {
    let mut findings = Vec::new();
    for member in &members() {
        let Some((_, _, inside)) = layer(&member.package.name) else {
            findings.push(format!(
                "{}: `{}` has no level",
                member.folder, member.package.name
            ));
            continue;
        };
        let edges = member
            .package
            .dependencies
            .iter()
            .filter(|dependency| dependency.path.is_some());
        findings.extend(
            edges
                .filter(|edge| !is_allowed(member, inside, edge))
                .map(|edge| format!("{}: may not depend on `{}`", member.folder, edge.name)),
        );
    }
    refuse(
        &findings,
        "Turn the dependency round or move the code down. If the edge is right, add it to LAYERS in \
         tests/suite/tidy/layers.rs, in its own commit with the reason (R12).",
    );
}

/// A level for a crate that is gone would let a new one of that name in unseen.
#[test]
fn every_level_belongs_to_a_member() {
    let names: BTreeSet<String> = members()
        .iter()
        .map(|member| member.package.name.to_string())
        .collect();
    let gone = LAYERS.iter().filter(|(name, ..)| !names.contains(*name));
    let findings: Vec<String> = gone
        .map(|(name, ..)| format!("`{name}` is no member"))
        .collect();
    refuse(
        &findings,
        "Remove the line from LAYERS in tests/suite/tidy/layers.rs.",
    );
}

/// R1: the model stands on nothing that needs a machine, not even through somebody else's crate.
#[test]
fn model_stands_on_no_runtime() {
    let lock = locked_dependencies(&read("Cargo.lock").expect("the workspace has a lock file"));
    let mut findings = Vec::new();
    for member in members()
        .iter()
        .filter(|member| matches!(level(member), Some(Level::L0 | Level::E1)))
    {
        let direct = member.package.dependencies.iter().filter(|dependency| {
            dependency.kind == DependencyKind::Normal && dependency.path.is_none()
        });
        let start = direct.flat_map(|dependency| {
            let suits = |(name, version): &&Locked| {
                *name == dependency.name && dependency.req.matches(version)
            };
            lock.keys().filter(suits).cloned().collect::<Vec<_>>()
        });
        for ((name, _), through) in closure(&lock, start) {
            if NOT_UNDER_THE_MODEL.contains(&name.as_str()) {
                findings.push(format!(
                    "{}: stands on `{name}` through `{through}`",
                    member.folder
                ));
            }
        }
    }
    refuse(
        &findings,
        "L0 and editor/document have no I/O, clock, thread or async runtime (R1): do without the crate, or switch its feature off.",
    );
}

/// R3: the engine receives a Registry and a Broker; it knows no product and no socket.
#[test]
fn engine_names_no_broker_and_no_socket() {
    let engine = members()
        .into_iter()
        .filter(|member| member.package.name.as_str() == "millstream-engine");
    let mut findings = Vec::new();
    for dependency in engine.flat_map(|member| member.package.dependencies) {
        if NOT_IN_THE_ENGINE.contains(&dependency.name.as_str()) {
            findings.push(format!("runtime/engine depends on `{}`", dependency.name));
        }
        let has_sockets = dependency
            .features
            .iter()
            .any(|feature| feature == "net" || feature == "full");
        if dependency.name == "tokio" && has_sockets {
            findings.push("runtime/engine asks tokio for sockets (`net` or `full`)".to_owned());
        }
    }
    refuse(
        &findings,
        "Put the product behind the engine's Broker trait, into a crate of its own (R3).",
    );
}

/// R5: libraries return values and errors; the binary decides how they look.
#[test]
fn only_the_binary_speaks_to_people() {
    let mut findings = Vec::new();
    let libraries = members()
        .into_iter()
        .filter(|member| !matches!(level(member), Some(Level::L4 | Level::Tools)));
    for member in libraries {
        let named = member
            .package
            .dependencies
            .iter()
            .map(|dependency| dependency.name.as_str());
        let refused = named.filter(|name| ONLY_IN_THE_BINARY.contains(name));
        findings.extend(refused.map(|name| format!("{}: depends on `{name}`", member.folder)));
    }
    refuse(
        &findings,
        "Return a typed error (thiserror) or a value, and let runtime/cli present it (R5).",
    );
}

fn layer(package: &str) -> Option<&'static (&'static str, Level, Inside)> {
    LAYERS.iter().find(|(name, ..)| *name == package)
}

fn level(member: &Member) -> Option<Level> {
    layer(&member.package.name).map(|(_, level, _)| *level)
}

fn is_allowed(member: &Member, inside: &Inside, edge: &Dependency) -> bool {
    let Inside::Only(names) = inside else {
        return true;
    };
    let is_dev_edge = edge.kind == DependencyKind::Development
        && DEV_EDGES.contains(&(member.package.name.as_str(), edge.name.as_str()));
    names.contains(&edge.name.as_str()) || is_dev_edge
}

/// A version of a crate.
type Locked = (String, Version);

/// The lock file as a map from each version of a crate to those that it stands on.
fn locked_dependencies(lock: &str) -> BTreeMap<Locked, BTreeSet<Locked>> {
    let field = |package: &str, name: &str| {
        let value = package.lines().find_map(|line| line.strip_prefix(name));
        value.map(|value| value.trim_matches('"').to_owned())
    };
    let packages: Vec<(Locked, &str)> = lock
        .split("[[package]]")
        .skip(1)
        .map(|package| {
            let name = field(package, "name = ").expect("a package has a name");
            let version = field(package, "version = ").expect("a package has a version");
            ((name, version.parse().expect("a version")), package)
        })
        .collect();
    // `name`, or `name version` where there are several.
    let find = |line: &str| {
        let mut words = line.trim_end_matches("\",").split(' ');
        let (name, version) = (words.next(), words.next());
        let suits = |(found, locked): &&Locked| {
            Some(found.as_str()) == name
                && version.is_none_or(|version| locked.to_string() == version)
        };
        packages.iter().map(|(key, _)| key).find(suits).cloned()
    };
    let dependencies = |package: &str| {
        let lines = package.lines().filter_map(|line| line.strip_prefix(" \""));
        lines.filter_map(find).collect()
    };
    let entry = |(key, package): &(Locked, &str)| (key.clone(), dependencies(package));
    packages.iter().map(entry).collect()
}

/// All crates that can be reached from `start`, each with the direct dependency that leads to it.
fn closure(
    lock: &BTreeMap<Locked, BTreeSet<Locked>>,
    start: impl Iterator<Item = Locked>,
) -> BTreeMap<Locked, String> {
    let mut reached = BTreeMap::new();
    let mut open: Vec<(Locked, String)> = start
        .map(|locked| {
            let through = locked.0.clone();
            (locked, through)
        })
        .collect();
    while let Some((locked, through)) = open.pop() {
        if let Entry::Vacant(place) = reached.entry(locked) {
            let next = lock.get(place.key()).into_iter().flatten();
            open.extend(next.map(|dependency| (dependency.clone(), through.clone())));
            place.insert(through);
        }
    }
    reached
}
