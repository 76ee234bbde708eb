//! What an edit will do, found out before anything is done.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use millstream_component::Registry;
use millstream_graph::{Cost, Flat};

use crate::build::{Table, Wire};
use crate::edit::compare::{Connected, Fate, Side, compare};
use crate::edit::pipes::{Movement, Numbers, Pipe, Running, pipes};
use crate::network::Network;
use crate::plan::{Plan, PlanError, PlannedWire};

/// What an edit of a running network will do; [`Network::apply_edit`] does it.
#[derive(Debug)]
pub struct EditPlan {
    /// The network as it was when this was planned.
    pub(crate) table: Arc<Table>,
    pub(crate) after: Plan,
    pub(crate) numbers: Numbers,
    /// By position in the new graph.
    pub(crate) fates: Vec<Fate>,
    pub(crate) pipes: Vec<Pipe>,
    /// Numbers of the processes that go.
    pub(crate) removed: Vec<usize>,
    /// By number: the island of each process that stays or comes.
    pub(crate) island_of: HashMap<usize, usize>,
    steps: Vec<Step>,
}

/// One thing that an edit will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A process goes on with new settings, from its next packet on.
    Set {
        /// The process.
        process: String,
        /// Which settings.
        settings: Vec<String>,
    },
    /// A process ends in good order, with what it emits at its end, and starts anew; its connectors keep what is queued.
    Restart {
        /// The process.
        process: String,
        /// Why.
        reason: String,
        /// Whether it has no input, so that it begins again from its start.
        is_source: bool,
    },
    /// A process is added.
    Add {
        /// The process.
        process: String,
        /// Its component.
        component: String,
    },
    /// A process works off what is queued for it, and ends.
    Remove {
        /// The process.
        process: String,
    },
    /// There is a connector of these ends from now on.
    Connect {
        /// Its name.
        connector: String,
        /// Packets that wait in it already: it had other ends before.
        waiting: u64,
    },
    /// There is none of these ends any more; what waits in it is not lost.
    Disconnect {
        /// Its name.
        connector: String,
        /// Packets that wait in it.
        waiting: u64,
    },
    /// Another connector takes the place of one between the same ends.
    Replace {
        /// Its name.
        connector: String,
        /// Packets that wait in it, which the reader takes first.
        waiting: u64,
    },
}

/// Why a running network cannot be edited so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The new graph cannot be run.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The network is asked to end, or has ended.
    #[error("the network is ending")]
    Ending,
    /// The edit before has not come to its end.
    #[error("the last edit is still under way{}", waits_for(.0))]
    Busy(Vec<String>),
    /// The network has changed since the edit was planned.
    #[error("the network has changed since this was planned")]
    Stale,
    /// A process cannot be changed so, or added, while the network runs.
    #[error("process `{process}`: {reason}")]
    Process {
        /// The process.
        process: String,
        /// Why.
        reason: String,
    },
    /// The ports through which packets come from outside, or go there, would change.
    #[error("the exported ports `{0}` are open while the graph runs, and would change")]
    Doors(String),
}

fn waits_for(processes: &[String]) -> String {
    match processes {
        [] => String::new(),
        processes => format!(": it waits for {}", processes.join(", ")),
    }
}

impl Network {
    /// Plans to make another graph of the one that runs, and to start the named processes anew in any case.
    ///
    /// `old` is the graph that runs.
    ///
    /// # Errors
    ///
    /// Fails when the new graph cannot be run, or the network cannot be changed so while it runs.
    pub fn plan_edit(
        &self,
        old: &Flat,
        new: &Flat,
        registry: &Registry,
        restart: &[String],
    ) -> Result<EditPlan, EditError> {
        let table = self.table();
        if self.is_ending() {
            return Err(EditError::Ending);
        }
        let before = Plan::new(old, registry, table.options.clone())?;
        let after = Plan::new(new, registry, table.options.clone())?;
        let planning = Planning {
            numbers_before: number_known(&table, &before),
            numbers: number_all(&table, &after),
            before: (old, before),
            after: (new, after),
            table,
        };
        planning.check_doors()?;
        let fates = planning.fates(registry, restart)?;
        planning.conclude(fates)
    }

    /// Whether the network was asked to end.
    pub(crate) fn is_ending(&self) -> bool {
        self.inner.stopping.load(SeqCst) || self.inner.cancelled.load(SeqCst)
    }
}

impl EditPlan {
    /// What it will do, in the order of the graph.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether it will do nothing.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

fn known(table: &Table) -> HashMap<&str, usize> {
    let members = table.processes.iter().enumerate();
    let members = members.filter(|(_, member)| !member.is_removed);
    members.map(|(at, member)| (&*member.name, at)).collect()
}

fn number_known(table: &Table, plan: &Plan) -> Numbers {
    let known = known(table);
    let processes = plan.processes.iter();
    let number = processes.map(|process| known.get(&*process.name).copied());
    Numbers(number.map(|number| number.unwrap_or(usize::MAX)).collect())
}

/// Processes that come get the numbers after those that are there.
fn number_all(table: &Table, plan: &Plan) -> Numbers {
    let known = known(table);
    let mut next = table.processes.len();
    let number = |name: &str| {
        known.get(name).copied().unwrap_or_else(|| {
            next += 1;
            next - 1
        })
    };
    let names = plan.processes.iter().map(|process| &*process.name);
    Numbers(names.map(number).collect())
}

struct Planning<'a> {
    table: Arc<Table>,
    before: (&'a Flat, Plan),
    after: (&'a Flat, Plan),
    numbers_before: Numbers,
    numbers: Numbers,
}

impl Planning<'_> {
    /// What leads in and out must stay as it is: somebody outside has its other end.
    fn check_doors(&self) -> Result<(), EditError> {
        let doors = |plan: &Plan, numbers: &Numbers| -> HashSet<(String, crate::edit::Place)> {
            let entries = plan.wires.iter().filter_map(|wire| {
                let name = wire.entry.as_ref()?;
                Some((name.to_string(), numbers.place(&wire.to)))
            });
            let exits = plan.exits.iter();
            let exits = exits.map(|(name, end)| (name.to_string(), numbers.place(end)));
            entries.chain(exits).collect()
        };
        let before = doors(&self.before.1, &self.numbers_before);
        let after = doors(&self.after.1, &self.numbers);
        let mut changed: Vec<&str> = before
            .symmetric_difference(&after)
            .map(|(name, _)| &**name)
            .collect();
        changed.sort_unstable();
        changed.dedup();
        match changed[..] {
            [] => Ok(()),
            _ => Err(EditError::Doors(changed.join(", "))),
        }
    }

    fn fates(&self, registry: &Registry, restart: &[String]) -> Result<Vec<Fate>, EditError> {
        let (connected, connected_after) =
            (Connected::of(&self.before.1), Connected::of(&self.after.1));
        let before = Side {
            flat: self.before.0,
            connected: &connected,
        };
        let after = Side {
            flat: self.after.0,
            connected: &connected_after,
        };
        let old_at = |number: usize| self.numbers_before.0.iter().position(|old| *old == number);
        let fate = |new: usize| {
            let process = &self.after.1.processes[new];
            let name = process.name.to_string();
            let fate = match old_at(self.numbers.0[new]) {
                None => Fate::Comes,
                Some(old) => compare((before, old), (after, new), registry),
            };
            let fate = match fate {
                Fate::Stays | Fate::Set(..) if restart.contains(&name) => {
                    if matches!(process.kind, crate::plan::PlannedKind::PerGroup(_)) {
                        Fate::Refused("a subgraph that runs per group cannot start anew".to_owned())
                    } else {
                        Fate::Restarts("as asked".to_owned())
                    }
                }
                fate => fate,
            };
            self.allow(new, &name, fate)
        };
        (0..self.after.1.processes.len()).map(fate).collect()
    }

    /// Refuses what a running network cannot do.
    fn allow(&self, new: usize, name: &str, fate: Fate) -> Result<Fate, EditError> {
        let process = &self.after.1.processes[new];
        let has_ended = self.table.ledger.has_ended(self.numbers.0[new]);
        let needs_thread = process.cost == Cost::Blocking || process.thread.is_some();
        let reason = match &fate {
            Fate::Refused(reason) => reason.clone(),
            Fate::Restarts(_) if has_ended => "it has ended, and so are its connectors".to_owned(),
            Fate::Comes if needs_thread => {
                "it needs a thread of its own, which it gets only when the graph starts".to_owned()
            }
            Fate::Stays | Fate::Set(..) | Fate::Restarts(_) | Fate::Comes => return Ok(fate),
        };
        Err(EditError::Process {
            process: name.to_owned(),
            reason,
        })
    }

    fn conclude(self, fates: Vec<Fate>) -> Result<EditPlan, EditError> {
        let present: HashSet<usize> = self.numbers.0.iter().copied().collect();
        let removed: Vec<usize> = known(&self.table)
            .into_values()
            .filter(|number| !present.contains(number))
            .collect();
        let restarting = fates.iter().zip(&self.numbers.0);
        let restarting = restarting.filter(|(fate, _)| matches!(fate, Fate::Restarts(_)));
        let mut leaving: HashSet<usize> = restarting.map(|(_, number)| *number).collect();
        leaving.extend(&removed);
        let running = Running::of(&self.table, &self.before.1, &self.numbers_before);
        let island_of = self.islands(&running)?;
        let movement = Movement {
            leaving: &leaving,
            island_of: &island_of,
        };
        let pipes = pipes(&running, &self.after.1, &self.numbers, &movement);
        self.check_readers(&pipes)?;
        let mut plan = EditPlan {
            table: Arc::clone(&self.table),
            after: self.after.1,
            numbers: self.numbers,
            fates,
            pipes,
            removed,
            island_of,
            steps: Vec::new(),
        };
        plan.removed.sort_unstable();
        plan.steps = steps(&plan);
        Ok(plan)
    }

    /// A connector whose reader has gone cannot be given to another one.
    fn check_readers(&self, pipes: &[Pipe]) -> Result<(), EditError> {
        for pipe in pipes {
            if let Pipe::Kept {
                wire,
                reader_changes: true,
                ..
            } = *pipe
                && self.table.wires[wire].connector.is_abandoned()
            {
                let wire = &self.table.wires[wire];
                return Err(EditError::Process {
                    process: wire.to.process_name.to_string(),
                    reason: "it has ended, and nothing can be put into its connectors any more"
                        .to_owned(),
                });
            }
        }
        Ok(())
    }

    /// A process that comes goes where its packets come from; where they go to, if they cross threads anyway.
    fn islands(&self, running: &Running<'_>) -> Result<HashMap<usize, usize>, EditError> {
        let members = self.table.processes.iter().enumerate();
        let mut island_of: HashMap<usize, usize> =
            members.map(|(at, member)| (at, member.island)).collect();
        let is_open = |island: &usize| !self.table.islands[*island].has_ended();
        let wires = || self.after.1.wires.iter();
        loop {
            let before = island_of.len();
            for wire in wires() {
                let to = self.numbers.0[wire.to.process];
                if island_of.contains_key(&to) {
                    continue;
                }
                let upstream = wire.from.iter().find_map(|end| {
                    let from = self.numbers.place(end);
                    let connector = running
                        .out_of(&from)
                        .map(|at| &self.table.wires[at])
                        .filter(|wire| wire.connector.is_crossing());
                    let reader = connector.map(|wire| self.table.processes[wire.to.process].island);
                    reader.or_else(|| island_of.get(&from.process).copied())
                });
                if let Some(island) = upstream.filter(is_open) {
                    island_of.insert(to, island);
                }
            }
            if island_of.len() == before {
                break;
            }
        }
        self.place_rest(&mut island_of)?;
        Ok(island_of)
    }

    /// Sources, and those whose writers have ended.
    fn place_rest(&self, island_of: &mut HashMap<usize, usize>) -> Result<(), EditError> {
        let is_open = |island: &usize| !self.table.islands[*island].has_ended();
        for &number in self.numbers.0.iter().rev() {
            if island_of.contains_key(&number) {
                continue;
            }
            let mut readers = self.after.1.wires.iter().filter_map(|wire| {
                let is_its =
                    |from: &crate::plan::PlannedEnd| self.numbers.0[from.process] == number;
                let reads = wire.from.iter().any(is_its);
                reads.then(|| island_of.get(&self.numbers.0[wire.to.process]))?
            });
            let near = readers.find(|island| is_open(island)).copied();
            let any = || (0..self.table.islands.len()).find(is_open);
            let island = near.or_else(any).ok_or(EditError::Ending)?;
            island_of.insert(number, island);
        }
        Ok(())
    }
}

fn steps(plan: &EditPlan) -> Vec<Step> {
    let mut steps = Vec::new();
    for (process, (fate, number)) in plan
        .after
        .processes
        .iter()
        .zip(plan.fates.iter().zip(&plan.numbers.0))
    {
        let name = process.name.to_string();
        steps.extend(match fate {
            Fate::Stays | Fate::Refused(_) => None,
            Fate::Set(_, settings) => Some(Step::Set {
                process: name,
                settings: settings.clone(),
            }),
            Fate::Restarts(reason) => Some(Step::Restart {
                process: name,
                reason: reason.clone(),
                is_source: plan.table.processes[*number].is_source,
            }),
            Fate::Comes => Some(Step::Add {
                process: name,
                component: process.component.to_string(),
            }),
        });
    }
    steps.extend(plan.removed.iter().map(|&number| Step::Remove {
        process: plan.table.processes[number].name.to_string(),
    }));
    connector_steps(plan, &mut steps);
    steps
}

fn connector_steps(plan: &EditPlan, steps: &mut Vec<Step>) {
    let name_of = |wire: &Wire| format!("{}->{}", wire.writers().join(","), wire.to.label());
    let waiting = |at: usize| plan.table.wires[at].connector.depth();
    let mut before: HashMap<String, usize> = HashMap::new();
    for (at, wire) in plan.table.wires.iter().enumerate() {
        if !wire.is_removed() {
            before.insert(name_of(wire), at);
        }
    }
    let mut gone = before.clone();
    for (wire, pipe) in plan.after.wires.iter().zip(&plan.pipes) {
        let connector = plan.name_of(wire);
        gone.remove(&connector);
        steps.extend(match (*pipe, before.get(&connector)) {
            (Pipe::New, Some(&at)) => Some(Step::Replace {
                connector,
                waiting: waiting(at),
            }),
            (Pipe::New, None) => Some(Step::Connect {
                connector,
                waiting: 0,
            }),
            (Pipe::Kept { wire, .. }, None) => Some(Step::Connect {
                connector,
                waiting: waiting(wire),
            }),
            (Pipe::Kept { .. }, Some(_)) => None,
        });
    }
    let mut gone: Vec<(usize, String)> = gone.into_iter().map(|(name, at)| (at, name)).collect();
    gone.sort_unstable();
    steps.extend(gone.into_iter().map(|(at, connector)| Step::Disconnect {
        waiting: waiting(at),
        connector,
    }));
}

impl EditPlan {
    /// How people call a planned connector.
    fn name_of(&self, wire: &PlannedWire) -> String {
        let label = |end: &crate::plan::PlannedEnd| {
            let process = &self.after.processes[end.process].name;
            format!("{process}.{}", end.label())
        };
        let entry = wire.entry.iter().map(|name| format!("<{name}>"));
        let from: Vec<String> = wire.from.iter().map(label).chain(entry).collect();
        format!("{}->{}", from.join(","), label(&wire.to))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waits = |waiting: &u64| match waiting {
            0 => String::new(),
            1 => " (1 packet waits)".to_owned(),
            waiting => format!(" ({waiting} packets wait)"),
        };
        match self {
            Self::Set { process, settings } => {
                write!(f, "set {process}: {} at once", settings.join(", "))
            }
            Self::Restart {
                process,
                reason,
                is_source,
            } => {
                let again = if *is_source {
                    "; it begins again from its start"
                } else {
                    ""
                };
                write!(f, "restart {process}: {reason}{again}")
            }
            Self::Add { process, component } => write!(f, "add {process} ({component})"),
            Self::Remove { process } => write!(f, "remove {process}"),
            Self::Connect { connector, waiting } => {
                write!(f, "connect {connector}{}", waits(waiting))
            }
            Self::Disconnect { connector, waiting } => {
                write!(f, "disconnect {connector}{}", waits(waiting))
            }
            Self::Replace { connector, waiting } => {
                write!(f, "replace {connector}{}", waits(waiting))
            }
        }
    }
}
