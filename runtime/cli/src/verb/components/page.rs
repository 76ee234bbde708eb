//! Components as documentation: one page of Markdown, kept in the repository as `components/REFERENCE.md`.

use std::collections::BTreeMap;

use millstream_graph::{ComponentSpec, PortSpec};

use super::describe::{cost, help, need, port_name, show_example};
use super::family;
use super::schema::type_name;
use crate::output::add;

/// The whole reference.
pub(super) fn reference(specs: &[ComponentSpec]) -> String {
    let mut families: BTreeMap<&str, Vec<&ComponentSpec>> = BTreeMap::new();
    for spec in specs {
        families.entry(family(&spec.name)).or_default().push(spec);
    }
    let mut text = String::from(
        "# The standard components\n\nWritten by `millstream components --format markdown`; do not edit.\n",
    );
    for (family, specs) in &families {
        add(&mut text, format_args!("\n- **{family}**: "));
        let links = specs
            .iter()
            .map(|spec| format!("[{}](#{})", last(&spec.name), anchor(&spec.name)));
        text.push_str(&links.collect::<Vec<_>>().join(" · "));
    }
    text.push('\n');
    for (family, specs) in &families {
        add(&mut text, format_args!("\n## {family}\n"));
        for spec in specs {
            text.push('\n');
            text.push_str(&component(spec));
        }
    }
    text
}

/// One component.
pub(super) fn component(spec: &ComponentSpec) -> String {
    let mut text = format!("### {}\n\n{}\n", spec.name, spec.summary);
    if !spec.docs.is_empty() {
        add(&mut text, format_args!("\n{}\n", deeper(&spec.docs)));
    }
    if let Some(cost) = cost(spec.cost) {
        add(&mut text, format_args!("\n{cost}\n"));
    }
    text.push_str(&ports(spec));
    for example in &spec.examples {
        add(
            &mut text,
            format_args!(
                "\n{}:\n\n```text\n{}```\n",
                example.title.trim_end_matches('.'),
                unindent(&show_example(example))
            ),
        );
    }
    text
}

fn ports(spec: &ComponentSpec) -> String {
    let ins = spec.in_ports.iter().map(|port| {
        let kind = if port.setting.is_some() {
            "setting"
        } else {
            "in"
        };
        row(port, kind)
    });
    let outs = spec.out_ports.iter().map(|port| row(port, "out"));
    let rows: String = ins.chain(outs).collect();
    if rows.is_empty() {
        return rows;
    }
    format!("\n| port | | type | default | |\n|---|---|---|---|---|\n{rows}")
}

fn row(port: &PortSpec, kind: &str) -> String {
    let need = match need(port) {
        need if need.starts_with("= ") => format!("`{}`", need.trim_start_matches("= ")),
        need => need,
    };
    let cells = [
        format!("`{}`", port_name(port)),
        kind.to_owned(),
        type_name(port),
        need,
        help(port),
    ];
    format!(
        "| {} |\n",
        cells.map(|cell| cell.replace('|', "\\|")).join(" | ")
    )
}

/// Headings inside docs stand below the component's own.
fn deeper(docs: &str) -> String {
    let mut is_code = false;
    let lines = docs.lines().map(|line| {
        is_code ^= line.trim_start().starts_with("```");
        if line.starts_with('#') && !is_code {
            format!("###{line}")
        } else {
            line.to_owned()
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn unindent(text: &str) -> String {
    let mut plain = String::new();
    for line in text.lines() {
        add(
            &mut plain,
            format_args!("{}\n", line.strip_prefix("  ").unwrap_or(line)),
        );
    }
    plain
}

fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The anchor that Markdown viewers make of a heading.
fn anchor(name: &str) -> String {
    name.to_lowercase().replace('/', "")
}
