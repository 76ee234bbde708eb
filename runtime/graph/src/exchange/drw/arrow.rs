//! The arrows of a drawing.

use std::collections::HashSet;
use std::ops::Range;

use indexmap::IndexMap;
use millstream_packet::Value;
use roxmltree::Node;

use crate::exchange::Notice;
use crate::exchange::draft::{Draft, End, Export, Link, Rest, Source};
use crate::exchange::drw::block::{Block, Kind};
use crate::exchange::drw::xml::{Mended, child, flag, number, text};
use crate::file::Problem;
use crate::model::{DEFAULT_CAPACITY, WhenFull};

/// Arrows by number, in the order of the file.
pub(super) struct Arrows(IndexMap<u32, Arrow>);

struct Arrow {
    from: i32,
    /// A block, or another arrow.
    to: i32,
    joins_another: bool,
    from_port: Option<String>,
    to_port: Option<String>,
    capacity: u32,
    when_full: WhenFull,
    bends: Vec<(i32, i32)>,
    span: Range<usize>,
}

impl Arrows {
    pub(super) fn read(net: Node<'_, '_>, mended: &Mended) -> Result<Self, Problem> {
        let mut arrows = IndexMap::new();
        let list = child(net, "connections").into_iter();
        for node in list.flat_map(|list| list.children()) {
            if !node.has_tag_name("connection") {
                continue;
            }
            let id = number(node, "id", mended)?;
            let wrong = |what| Problem::new(mended.head(node), what);
            let id = u32::try_from(id)
                .map_err(|_negative| wrong(format!("the connection has the number {id}")))?;
            if arrows.insert(id, Arrow::read(node, mended)?).is_some() {
                return Err(wrong(format!("two connections have the number {id}")));
            }
        }
        Ok(Self(arrows))
    }

    /// Makes connectors, values and exports of all arrows.
    pub(super) fn add_to(&self, draft: &mut Draft, blocks: &IndexMap<u32, Block>) {
        let mut used = HashSet::new();
        for (id, arrow) in &self.0 {
            let block = |id: i32| blocks.get(&u32::try_from(id).ok()?);
            let target = self.target(arrow);
            let to = target.and_then(|(to, _)| block(to));
            let (Some(from), Some(to)) = (block(arrow.from), to) else {
                let message = format!("connection {id} leads from or to nothing: it is left out");
                draft.note(Notice::new(message).at(arrow.span.clone()));
                continue;
            };
            let to_port = target.and_then(|(_, port)| port);
            used.insert(from.id);
            arrow.add(*id, draft, from, to, to_port);
        }
        for block in blocks.values() {
            let is_idle =
                matches!(block.kind, Kind::Value | Kind::Inport) && !used.contains(&block.id);
            if is_idle {
                let message = format!("nothing leaves `{}`: it is left out", block.text);
                draft.note(Notice::new(message).at(block.span.clone()));
            }
        }
    }

    /// The block and port that an arrow leads to, by way of the arrows that it joins.
    fn target<'a>(&'a self, arrow: &'a Arrow) -> Option<(i32, Option<&'a str>)> {
        let mut last = arrow;
        // An arrow that joins itself leads nowhere.
        for _ in 0..=self.0.len() {
            if !last.joins_another {
                return Some((last.to, last.to_port.as_deref()));
            }
            last = self.0.get(&u32::try_from(last.to).ok()?)?;
        }
        None
    }
}

impl Arrow {
    fn read(node: Node<'_, '_>, mended: &Mended) -> Result<Self, Problem> {
        let capacity = match child(node, "capacity") {
            None => 0,
            Some(_) => number(node, "capacity", mended)?,
        };
        let mut bends = Vec::new();
        let list = child(node, "bends").into_iter();
        for bend in list.flat_map(|list| list.children()) {
            if bend.has_tag_name("bend") {
                bends.push((number(bend, "x", mended)?, number(bend, "y", mended)?));
            }
        }
        let is_lossy = flag(node, "dropoldest");
        Ok(Self {
            from: number(node, "fromid", mended)?,
            to: number(node, "toid", mended)?,
            joins_another: flag(node, "endsatline"),
            from_port: text(node, "upstreamport"),
            to_port: text(node, "downstreamport"),
            // Nothing written means the usual one.
            capacity: u32::try_from(capacity)
                .ok()
                .filter(|capacity| *capacity > 0)
                .unwrap_or(DEFAULT_CAPACITY),
            when_full: if is_lossy {
                WhenFull::DropOldest
            } else {
                WhenFull::Block
            },
            bends,
            span: mended.head(node),
        })
    }

    fn add(&self, id: u32, draft: &mut Draft, from: &Block, to: &Block, to_port: Option<&str>) {
        let left_out = |draft: &mut Draft| {
            let message = format!(
                "connection {id} leads from {} to {}: it is left out",
                describe(from),
                describe(to)
            );
            draft.note(Notice::new(message).at(self.span.clone()));
        };
        match (from.kind, to.kind) {
            (Kind::Process, Kind::Process) => {
                let source = Source::Port(self.out_end(id, draft, from));
                let target = self.in_end(id, draft, to, to_port);
                self.link(draft, source, target);
            }
            (Kind::Value, Kind::Process) => {
                let target = self.in_end(id, draft, to, to_port);
                self.link(draft, Source::Value(from.value()), target);
            }
            (Kind::Inport, Kind::Process) => {
                let end = self.in_end(id, draft, to, to_port);
                draft.inports.push(export(from, end));
                draft.graph.per_group |= from.is_sensitive;
            }
            (Kind::Process, Kind::Outport) => {
                let end = self.out_end(id, draft, from);
                draft.outports.push(export(to, end));
                draft.graph.per_group |= to.is_sensitive;
            }
            _ => left_out(draft),
        }
    }

    fn link(&self, draft: &mut Draft, source: Source, target: End) {
        let mut rest = Rest {
            capacity: self.capacity,
            when_full: self.when_full,
            ..Rest::default()
        };
        if !self.bends.is_empty() && matches!(source, Source::Port(_)) {
            let bends = self.bends.iter().map(|&(x, y)| {
                Value::list(vec![Value::from(i64::from(x)), Value::from(i64::from(y))])
            });
            rest.meta
                .insert("bends".to_owned(), Value::list(bends.collect()));
        }
        draft.links.push(Link {
            source,
            target,
            rest,
            span: self.span.clone(),
        });
    }

    fn out_end(&self, id: u32, draft: &mut Draft, from: &Block) -> End {
        let port = self.from_port.as_deref();
        self.end(id, draft, from, port, "OUT")
    }

    fn in_end(&self, id: u32, draft: &mut Draft, to: &Block, port: Option<&str>) -> End {
        self.end(id, draft, to, port, "IN")
    }

    /// A port of a block; an element of an array port has its number in brackets or behind a blank.
    fn end(
        &self,
        id: u32,
        draft: &mut Draft,
        block: &Block,
        port: Option<&str>,
        default: &str,
    ) -> End {
        if port.is_none() {
            let message = format!(
                "connection {id} names no port of {}: `{default}` is taken",
                describe(block)
            );
            draft.note(Notice::new(message).at(self.span.clone()));
        }
        let written = port.unwrap_or(default);
        let (port, index) = match written.split_once('[') {
            Some((port, rest)) => (port, rest.trim_end_matches(']').trim().parse().ok()),
            None => (written, None),
        };
        End {
            process: block.key(),
            port: port.trim().to_owned(),
            index,
        }
    }
}

fn export(block: &Block, end: End) -> Export {
    Export {
        name: block.text.clone(),
        end,
        span: block.span.clone(),
    }
}

fn describe(block: &Block) -> String {
    let what = match block.kind {
        Kind::Process => "the process",
        Kind::Value => "the value",
        Kind::Inport => "the in-port",
        Kind::Outport => "the out-port",
        Kind::Both => "the port",
        Kind::Enclosure => "the enclosure",
        Kind::Decoration(kind) => return format!("a {kind} symbol `{}`", block.text),
    };
    format!("{what} `{}`", block.text)
}
