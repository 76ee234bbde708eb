//! What gets selected: by hand, by rectangle, by walking along connectors, by direction.

use std::collections::BTreeSet;

use indexmap::IndexSet;
use millstream_graph::{PortRef, ProcessName, Side};

use crate::action::{Keep, Select, SelectBox, Spread};
use crate::document::Document;
use crate::geometry::{Direction, Rect};
use crate::refusal::Refused;
use crate::selection::{PortAt, Selection};
use crate::target::{Target, WireId};

/// Processes and connectors that hang together with what is selected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Path {
    /// The processes, those first from which the path was sought.
    pub processes: IndexSet<ProcessName>,
    /// The connectors between them that were walked along.
    pub wires: BTreeSet<WireId>,
}

/// In which direction connectors are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Upstream,
    Downstream,
    Both,
}

impl Document {
    pub(crate) fn select(&mut self, select: Select) -> Result<(), Refused> {
        match select {
            Select::Nothing => self.selection = Selection::default(),
            Select::All => self.selection = self.everything(),
            Select::Only(targets) => self.selection = self.existing(targets),
            Select::Also(targets) => self
                .existing(targets)
                .targets()
                .for_each(|target| self.selection.add(target)),
            Select::Not(targets) => targets
                .iter()
                .for_each(|target| self.selection.remove(target)),
            Select::Toggle(targets) => {
                for target in self.existing(targets).targets() {
                    if self.selection.contains(&target) {
                        self.selection.remove(&target);
                    } else {
                        self.selection.add(target);
                    }
                }
            }
            Select::Box(area) => self.select_box(&area),
            Select::Upstream(levels) => self.select_path(Way::Upstream, levels)?,
            Select::Downstream(levels) => self.select_path(Way::Downstream, levels)?,
            Select::Connected => self.select_path(Way::Both, None)?,
            Select::Nearest(direction) => self.select_nearest(direction)?,
            Select::NextAround => self.select_around(1)?,
            Select::PreviousAround => self.select_around(-1)?,
            Select::Members => {
                let groups = self.selection.groups().filter_map(|id| self.group(id));
                let members = groups.flat_map(|group| group.processes.iter().cloned());
                self.selection = Selection::of(members.map(Target::Process));
            }
        }
        Ok(())
    }

    /// What feeds the selected things and what they feed, so many steps away: all else can be dimmed.
    pub fn focus(&self, levels: Option<u32>) -> Path {
        let starts = self.start_processes();
        let mut path = self.walk(&starts, Way::Upstream, levels);
        let down = self.walk(&starts, Way::Downstream, levels);
        path.processes.extend(down.processes);
        path.wires.extend(down.wires);
        path.wires.extend(self.selection.wires());
        path
    }

    fn everything(&self) -> Selection {
        Selection {
            processes: self.graph().processes.keys().cloned().collect(),
            wires: self.model.wire_ids().collect(),
            groups: self.model.group_ids().collect(),
            single: None,
        }
    }

    fn existing(&self, targets: Vec<Target>) -> Selection {
        Selection::of(targets.into_iter().filter(|target| self.has(target)))
    }

    fn select_box(&mut self, area: &SelectBox) {
        let counts = |rect: &Rect| match area.spread {
            Spread::Enclosed => area.area.encloses(rect),
            Spread::Touched => area.area.touches(rect),
        };
        let mut found = Selection::default();
        for name in self.graph().processes.keys() {
            if counts(&self.rect(name)) {
                found.processes.insert(name.clone());
            }
        }
        for note in self.notes().filter(|note| counts(&note.rect())) {
            found.groups.insert(note.id);
        }
        found.wires.extend(
            area.wires
                .iter()
                .copied()
                .filter(|wire| self.wire(*wire).is_some()),
        );
        match area.keep {
            Keep::Replace => self.selection = found,
            Keep::Extend => found
                .targets()
                .for_each(|target| self.selection.add(target)),
        }
    }

    fn select_path(&mut self, way: Way, levels: Option<u32>) -> Result<(), Refused> {
        let starts = self.start_processes();
        if starts.is_empty() {
            return Err(Refused::because("select a process to start from"));
        }
        let path = self.walk(&starts, way, levels);
        self.selection = Selection {
            processes: path.processes,
            wires: path.wires,
            ..Selection::default()
        };
        Ok(())
    }

    /// The processes that are selected, or at the ends of what is.
    fn start_processes(&self) -> Vec<ProcessName> {
        let mut starts: IndexSet<ProcessName> = self.selection.processes.clone();
        for wire in self.selection.wires().filter_map(|id| self.wire(id)) {
            starts.insert(wire.from.process.clone());
            starts.insert(wire.to.process.clone());
        }
        let single = self.selection.single().and_then(Target::process);
        starts.extend(single.cloned());
        starts.into_iter().collect()
    }

    fn walk(&self, starts: &[ProcessName], way: Way, levels: Option<u32>) -> Path {
        let mut path = Path {
            processes: starts.iter().cloned().collect(),
            wires: BTreeSet::new(),
        };
        let mut reached = 0;
        let mut left = levels.unwrap_or(u32::MAX);
        while reached < path.processes.len() && left > 0 {
            left -= 1;
            let end = path.processes.len();
            for at in reached..end {
                let Some(name) = path.processes.get_index(at).cloned() else {
                    break;
                };
                self.step(&name, way, &mut path);
            }
            reached = end;
        }
        path
    }

    fn step(&self, name: &ProcessName, way: Way, path: &mut Path) {
        for &id in self.wires_of(name) {
            let Some(wire) = self.wire(id) else { continue };
            let is_down = wire.from.process == *name;
            let far = if is_down {
                &wire.to.process
            } else {
                &wire.from.process
            };
            let is_wanted = match way {
                Way::Upstream => wire.to.process == *name,
                Way::Downstream => is_down,
                Way::Both => true,
            };
            if is_wanted && self.process(far).is_some() {
                path.wires.insert(id);
                path.processes.insert(far.clone());
            }
        }
    }

    fn select_nearest(&mut self, direction: Direction) -> Result<(), Refused> {
        let starts = self.start_processes();
        let Some(from) = starts.last() else {
            // Nothing to go from: the first process is where arrows begin.
            let first = self.graph().processes.keys().next().cloned();
            let first = first.ok_or_else(|| Refused::because("there is no process"))?;
            self.selection = Selection::of([Target::Process(first)]);
            return Ok(());
        };
        let own = self.rect(from).center();
        let mut best: Option<(f64, &ProcessName)> = None;
        for name in self.graph().processes.keys().filter(|name| *name != from) {
            let to = self.rect(name).center();
            let (dx, dy) = (to.x - own.x, to.y - own.y);
            let (along, across) = match direction {
                Direction::Left => (-dx, dy.abs()),
                Direction::Right => (dx, dy.abs()),
                Direction::Up => (-dy, dx.abs()),
                Direction::Down => (dy, dx.abs()),
            };
            // Within a right angle around the direction; what is straight ahead is nearer than what is aside.
            if along > 0.0 && across <= along * 2.0 {
                let distance = along + 2.0 * across;
                if best.is_none_or(|(known, _)| distance < known) {
                    best = Some((distance, name));
                }
            }
        }
        let Some((_, name)) = best else {
            return Err(Refused::because("there is no process in that direction"));
        };
        self.selection = Selection::of([Target::Process(name.clone())]);
        Ok(())
    }

    /// The next or previous port of a process, or connector beside a connector.
    fn select_around(&mut self, by: isize) -> Result<(), Refused> {
        let wire = self.selection.wires().next();
        let (all, now) = if let Some(wire) = wire {
            (self.wires_beside(wire), Some(Target::Wire(wire)))
        } else {
            let process = self.start_processes().pop();
            let process =
                process.ok_or_else(|| Refused::because("select a process or connector"))?;
            let now = self.selection.single().cloned();
            (self.ports_around(&process), now)
        };
        let at = all.iter().position(|target| Some(target) == now.as_ref());
        let len = all.len().cast_signed();
        if len == 0 {
            return Err(Refused::because("there is nothing beside it"));
        }
        let next = match at {
            Some(at) => (at.cast_signed() + by).rem_euclid(len),
            None if by > 0 => 0,
            None => len - 1,
        };
        let next = all.into_iter().nth(next.unsigned_abs());
        self.selection = Selection::of(next);
        Ok(())
    }

    fn wires_beside(&self, wire: WireId) -> Vec<Target> {
        let Some(found) = self.wire(wire) else {
            return Vec::new();
        };
        let mut all: IndexSet<WireId> =
            self.wires_of(&found.from.process).iter().copied().collect();
        all.extend(self.wires_of(&found.to.process));
        all.into_iter().map(Target::Wire).collect()
    }

    /// The ports of a process, settings that nothing uses left out.
    fn ports_around(&self, process: &ProcessName) -> Vec<Target> {
        let Some(ports) = self.ports(process) else {
            return Vec::new();
        };
        let of_side = |side: Side| {
            let all = ports.side(side).iter();
            all.filter(|port| !port.is_setting || !port.is_free())
                .map(move |port| {
                    Target::Port(PortAt {
                        side,
                        end: PortRef::new(process.clone(), port.key.clone()),
                    })
                })
        };
        of_side(Side::In).chain(of_side(Side::Out)).collect()
    }
}
