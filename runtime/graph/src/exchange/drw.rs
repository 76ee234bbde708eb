//! `.drw`: drawings of `DrawFBP`.
//!
//! Blocks are processes, initial packets, ports of the diagram, or decoration; enclosures become groups. Arrows are
//! connectors; one that ends at another arrow joins it, so that both write to the same in-port.
//!
//! # Source
//!
//! The schema in the program's repository (`lib/drawfbp_file.xsd`), and what the program writes beyond it (`Arrow.java`,
//! `Block.java`): `capacity`, angle brackets with a backslash, ampersands as they are.

mod arrow;
mod block;
mod xml;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use millstream_packet::{Record, Value};
use roxmltree::Node;

use crate::exchange::Notice;
use crate::exchange::draft::{Draft, DraftGroup};
use crate::exchange::drw::arrow::Arrows;
use crate::exchange::drw::block::{Block, Kind};
use crate::exchange::drw::xml::{Mended, child, text};
use crate::file::Problem;

/// Reads a drawing.
pub(super) fn read(source: &str) -> Result<Draft, Problem> {
    let mended = Mended::new(source);
    let document = mended.parse()?;
    let root = document.root_element();
    let net = match root.tag_name().name() {
        "net" => root,
        "drawfbp_file" => child(root, "net")
            .ok_or_else(|| Problem::new(mended.head(root), "this drawing has no `net`"))?,
        other => {
            let problem = Problem::new(mended.head(root), format!("`{other}` is no drawing"));
            return Err(problem.help("a drawing begins with `drawfbp_file` or `net`"));
        }
    };
    let blocks = blocks(net, &mended)?;
    let mut draft = Draft::default();
    head(&mut draft, net);
    for block in blocks.values() {
        if block.kind == Kind::Process {
            block.declare(&mut draft);
        }
    }
    groups(&mut draft, &blocks);
    decoration(&mut draft, &blocks);
    Arrows::read(net, &mended)?.add_to(&mut draft, &blocks);
    Ok(draft)
}

fn head(draft: &mut Draft, net: Node<'_, '_>) {
    draft.graph.name = text(net, "title").unwrap_or_default();
    draft.graph.description = text(net, "desc").unwrap_or_default();
    if let Some(language) = text(net, "complang") {
        let language = Value::from(language.as_str());
        draft.graph.meta.insert("language".to_owned(), language);
    }
}

/// The blocks by number, in the order of the file.
fn blocks(net: Node<'_, '_>, mended: &Mended) -> Result<IndexMap<u32, Block>, Problem> {
    let mut blocks = IndexMap::new();
    let list = child(net, "blocks").into_iter();
    for node in list.flat_map(|list| list.children()) {
        if node.has_tag_name("block") {
            let block = Block::read(node, mended)?;
            let id = block.id;
            if blocks.insert(id, block).is_some() {
                let message = format!("two blocks have the number {id}");
                return Err(Problem::new(mended.head(node), message));
            }
        }
    }
    Ok(blocks)
}

/// An enclosure is the group of the processes that lie in it.
fn groups(draft: &mut Draft, blocks: &IndexMap<u32, Block>) {
    let processes = || blocks.values().filter(|block| block.kind == Kind::Process);
    for enclosure in blocks
        .values()
        .filter(|block| block.kind == Kind::Enclosure)
    {
        let inside = processes().filter(|block| enclosure.area.covers(&block.area));
        let mut group = DraftGroup {
            members: inside.map(Block::key).collect(),
            ..DraftGroup::default()
        };
        group.group.name.clone_from(&enclosure.text);
        if enclosure.has_ports {
            let message = format!(
                "the ports of the enclosure `{}` are left out",
                enclosure.text
            );
            draft.note(Notice::new(message).at(enclosure.span.clone()));
        }
        draft.groups.push(group);
    }
}

/// Legends, files, reports and persons have no place in a graph: they are kept in its meta data.
fn decoration(draft: &mut Draft, blocks: &IndexMap<u32, Block>) {
    let mut kept = Vec::new();
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for block in blocks.values() {
        if let Kind::Decoration(kind) = block.kind {
            *counts.entry(kind).or_default() += 1;
            let mut record = Record::empty();
            record.set("kind", kind);
            record.set("text", block.text.as_str());
            record.set("x", block.area.left);
            record.set("y", block.area.top);
            kept.push(Value::from(record));
        }
    }
    if kept.is_empty() {
        return;
    }
    let counts: Vec<String> = counts
        .into_iter()
        .map(|(kind, count)| format!("{count} {kind}{}", if count == 1 { "" } else { "s" }))
        .collect();
    let message = format!(
        "{} of the drawing are kept in the graph's meta data (`drawing`) and shown nowhere",
        counts.join(", ")
    );
    draft.note(Notice::new(message));
    draft
        .graph
        .meta
        .insert("drawing".to_owned(), Value::list(kept));
}
