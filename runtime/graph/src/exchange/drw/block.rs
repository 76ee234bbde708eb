//! The blocks of a drawing.

use std::ops::Range;

use millstream_packet::Value;
use roxmltree::Node;

use crate::exchange::Notice;
use crate::exchange::draft::Draft;
use crate::exchange::drw::xml::{Mended, child, flag, number, text};
use crate::file::Problem;
use crate::model::Position;

/// What a block stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Process,
    /// An initial packet.
    Value,
    /// A port of the diagram.
    Inport,
    Outport,
    /// A port that sends and takes.
    Both,
    Enclosure,
    /// Something for the eye.
    Decoration(&'static str),
}

/// An upright rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    right: f64,
    bottom: f64,
}

#[derive(Debug)]
pub(super) struct Block {
    pub(super) id: u32,
    pub(super) kind: Kind,
    pub(super) area: Area,
    /// The description on one line.
    pub(super) text: String,
    component: Option<String>,
    /// The drawing that it stands for.
    subnet: Option<String>,
    /// How often it is there; text, because it may be anything.
    multiplexed: Option<String>,
    is_invisible: bool,
    pub(super) is_sensitive: bool,
    pub(super) has_ports: bool,
    pub(super) span: Range<usize>,
}

impl Area {
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.left <= other.left
            && self.top <= other.top
            && other.right <= self.right
            && other.bottom <= self.bottom
    }
}

impl Block {
    pub(super) fn read(node: Node<'_, '_>, mended: &Mended) -> Result<Self, Problem> {
        let id = number(node, "id", mended)?;
        let id = u32::try_from(id).map_err(|_negative| {
            Problem::new(mended.head(node), format!("the block has the number {id}"))
        })?;
        // The place of a block is its middle.
        let (x, y) = (number(node, "x", mended)?, number(node, "y", mended)?);
        let size = |name| child(node, name).map_or(Ok(0), |_| number(node, name, mended));
        let (width, height) = (f64::from(size("width")?), f64::from(size("height")?));
        let area = Area {
            left: f64::from(x) - width / 2.0,
            top: f64::from(y) - height / 2.0,
            right: f64::from(x) + width / 2.0,
            bottom: f64::from(y) + height / 2.0,
        };
        let multiplexed = flag(node, "multiplex")
            .then(|| text(node, "mpxfactor").unwrap_or_else(|| "?".to_owned()));
        Ok(Self {
            id,
            kind: kind(node, mended)?,
            area,
            text: text(node, "description").unwrap_or_default(),
            component: component(node),
            subnet: text(node, "diagramfilename"),
            multiplexed,
            is_invisible: flag(node, "invisible"),
            is_sensitive: flag(node, "substreamsensitive"),
            has_ports: child(node, "subnetports").is_some(),
            span: mended.head(node),
        })
    }

    /// The name of the process in the draft: descriptions need not differ.
    pub(super) fn key(&self) -> String {
        format!("block {}", self.id)
    }

    /// The value of an initial packet, which may stand in quotes.
    pub(super) fn value(&self) -> Value {
        let unquoted = self
            .text
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'));
        Value::from(unquoted.unwrap_or(&self.text))
    }

    /// Adds the process to a draft.
    pub(super) fn declare(&self, draft: &mut Draft) {
        let mut notices = Vec::new();
        let found = draft.process(&self.key(), &self.span);
        found.called = Some(if self.text.is_empty() {
            self.key()
        } else {
            self.text.clone()
        });
        found.at = Some(Position {
            x: self.area.left,
            y: self.area.top,
        });
        found.component.clone_from(&self.component);
        if let Some(subnet) = &self.subnet {
            let file = subnet.rsplit(['/', '\\']).next().unwrap_or(subnet);
            let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
            let ours = format!("./{stem}.ron");
            let message = format!("`{}` is the drawing {file}: it becomes `{ours}`", self.text);
            let help = format!("import {file} as well, to {stem}.ron beside this graph");
            notices.push(Notice::new(message).at(self.span.clone()).help(help));
            found.component = Some(ours);
        }
        if let Some(factor) = &self.multiplexed {
            if let Ok(count @ 1..) = factor.parse() {
                found.process.replicas = count;
            } else {
                let message = format!(
                    "`{}` is there `{factor}` times, which is no number: once here",
                    self.text
                );
                notices.push(Notice::new(message).at(self.span.clone()));
            }
        }
        if self.is_invisible {
            let meta = &mut found.process.meta;
            meta.insert("invisible".to_owned(), Value::from(true));
        }
        draft.notices.extend(notices);
    }
}

fn kind(node: Node<'_, '_>, mended: &Mended) -> Result<Kind, Problem> {
    let letter = text(node, "type");
    Ok(match letter.as_deref().unwrap_or("B") {
        "B" => Kind::Process,
        "I" => Kind::Value,
        "C" => Kind::Inport,
        "D" => Kind::Outport,
        "E" => Kind::Both,
        "O" => Kind::Enclosure,
        "F" => Kind::Decoration("file"),
        "L" => Kind::Decoration("legend"),
        "P" => Kind::Decoration("person"),
        "R" => Kind::Decoration("report"),
        other => {
            let message = format!("`{other}` is no type of a block");
            let help = "known are B, C, D, E, F, I, L, O, P and R";
            return Err(Problem::new(mended.head(node), message).help(help));
        }
    })
}

/// What runs in a block: a class in an archive, or the name or file of the code.
fn component(node: Node<'_, '_>) -> Option<String> {
    let class = text(node, "blockclassname");
    let class = class.map(|class| match class.split_once('!') {
        Some((_, name)) => name.to_owned(),
        None => class,
    });
    let class = class.or_else(|| text(node, "compname"));
    let class = class.or_else(|| text(node, "codefilename"))?;
    let name = class.strip_suffix(".class").unwrap_or(&class);
    Some(name.to_owned())
}
