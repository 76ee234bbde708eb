//! `millstream components`: lists the components, or describes one.

mod describe;
mod machine;
mod page;
mod schema;

use millstream_component::{Definition, Registry};
use millstream_graph::ComponentSpec;

use crate::args::{ComponentsArgs, ComponentsFormat};
use crate::catalog::registry;
use crate::exit::{Exit, Fault};
use crate::output::{Shell, add, safe};
use crate::render::paint;
use crate::select::nearest;

/// Lists or describes components.
///
/// # Errors
///
/// Fails when there is no such component or family.
pub(crate) fn components(args: &ComponentsArgs, shell: &Shell) -> Result<Exit, Fault> {
    let registry = registry()?;
    match args.name.as_deref() {
        None => all(&registry, None, args.format(), shell)?,
        Some(name) => match registry.get(name) {
            Some(definition) => one(&definition.spec(), args.format(), shell)?,
            None if is_family(&registry, name) => all(&registry, Some(name), args.format(), shell)?,
            None => return Err(unknown(&registry, name)),
        },
    }
    Ok(Exit::Ok)
}

/// Everything about all components, as `--json` prints it.
pub(super) fn document(registry: &Registry) -> String {
    let specs: Vec<ComponentSpec> = registry.iter().map(Definition::spec).collect();
    machine::document(&specs).to_string()
}

fn family(name: &str) -> &str {
    name.split_once('/').map_or(name, |(family, _)| family)
}

fn is_family(registry: &Registry, name: &str) -> bool {
    registry
        .iter()
        .any(|definition| family(definition.name) == name)
}

fn unknown(registry: &Registry, name: &str) -> Fault {
    let fault = Fault::usage(format!("there is no component `{name}`"));
    let last = |name: &str| {
        name.rsplit('/')
            .next()
            .map(str::to_owned)
            .unwrap_or_default()
    };
    // The same name in another family is the best guess.
    let wanted = last(name).to_lowercase();
    let same = registry
        .iter()
        .find(|definition| last(definition.name).to_lowercase() == wanted);
    let mut near: Vec<&str> = same.into_iter().map(|definition| definition.name).collect();
    for likely in nearest(name, registry.iter().map(|definition| definition.name)) {
        if !near.contains(&likely) {
            near.push(likely);
        }
    }
    near.truncate(3);
    match near.as_slice() {
        [] => fault.help("`millstream components` lists them all"),
        near => fault.help(format!("the nearest are {}", near.join(", "))),
    }
}

fn all(
    registry: &Registry,
    only: Option<&str>,
    format: ComponentsFormat,
    shell: &Shell,
) -> Result<(), Fault> {
    let is_meant =
        |definition: &&Definition| only.is_none_or(|only| family(definition.name) == only);
    let specs = || {
        registry
            .iter()
            .filter(is_meant)
            .map(Definition::spec)
            .collect::<Vec<_>>()
    };
    match format {
        ComponentsFormat::Json => shell.json(&machine::document(&specs())),
        ComponentsFormat::Markdown => shell.data(&page::reference(&specs())),
        ComponentsFormat::Human => {
            let definitions: Vec<&Definition> = registry.iter().filter(is_meant).collect();
            shell.data(&list(&definitions, shell))
        }
    }
}

/// Names and summaries, by family. Their docs are static, so no spec needs to be made.
fn list(definitions: &[&Definition], shell: &Shell) -> String {
    let width = definitions
        .iter()
        .map(|definition| definition.name.len())
        .max()
        .unwrap_or_default();
    let mut text = String::new();
    let mut last = "";
    for definition in definitions {
        if family(definition.name) != last {
            let gap = if last.is_empty() { "" } else { "\n" };
            last = family(definition.name);
            add(
                &mut text,
                format_args!("{gap}{}\n", paint(last, "1", shell.out)),
            );
        }
        let summary = definition.docs.lines().next().unwrap_or_default().trim();
        add(
            &mut text,
            format_args!("  {:<width$}  {summary}\n", definition.name),
        );
    }
    text
}

fn one(spec: &ComponentSpec, format: ComponentsFormat, shell: &Shell) -> Result<(), Fault> {
    match format {
        ComponentsFormat::Json => shell.json(&machine::document(std::slice::from_ref(spec))),
        ComponentsFormat::Markdown => shell.data(&page::component(spec)),
        ComponentsFormat::Human => shell.data(&safe_lines(&describe::describe(spec, shell.out))),
    }
}

/// Docs come from this binary; only examples may hold odd characters, and colours must stay.
fn safe_lines(text: &str) -> String {
    text.split('\x1b')
        .map(safe)
        .collect::<Vec<_>>()
        .join("\x1b")
}
