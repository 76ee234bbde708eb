//! What the user wishes, done: the one place where commands and actions have their effect.

use egui::Context;
use millstream_document::{
    Action, Add, Alignment, Axis, Deletion, Document, Pin, ProcessField, Select, Target, Wiring,
    is_pinned,
};
use millstream_graph::{ComponentRef, Severity};

use super::{Bottom, EditorApp, Left};
use crate::command::{Command, available};
use crate::desk::Purpose;
use crate::dialog::ask::{Answer, Ask};
use crate::dialog::palette::{Chosen, For, Palette};
use crate::dialog::shortcuts::Shortcuts;
use crate::dialog::{Dialog, preferences};
use crate::example::SAMPLE;
use crate::frame::welcome::Choice;
use crate::host::HostRequest;
use crate::panel::Wish;

impl EditorApp {
    pub(super) fn perform(&mut self, ctx: &Context, wish: Wish) {
        match wish {
            Wish::Act(action) => self.act(ctx, action),
            Wish::Gesture(gesture, action) => {
                let number = self.gestures.number(gesture);
                self.act(ctx, Action::Gesture(number, Box::new(action)));
            }
            Wish::Command(command) => self.command(ctx, command),
            Wish::Show(target) => self.show(ctx, target),
            Wish::Open(process) => self.drill_in(&process),
            Wish::Explain(target) => self.explain(ctx, target),
            Wish::Menu(target, at) => self.open_menu(ctx, target, at),
            Wish::PickComponent(place) => {
                self.dialog = Some(Dialog::Palette(Palette::at(&place)));
            }
            Wish::AddComponent(name) => self.add(ctx, &name, None, Wiring::AfterSelection),
            Wish::CopyText(text) => ctx.copy_text(text),
            Wish::ApplyText(action) => {
                let gesture = crate::panel::Gesture(egui::Id::new("text pane"));
                let number = self.gestures.number(gesture);
                self.act(ctx, Action::Gesture(number, Box::new(action)));
                if let Some(document) = self.workspace.document() {
                    self.panels.text.accepted(document);
                }
            }
            Wish::ShowTab(tab) => self.show_tab(tab),
            Wish::CloseTab(tab) => self.close_tab(tab),
            Wish::Dismiss(place) => self.notices.dismiss(place),
            Wish::Welcome(choice) => self.welcome_chosen(ctx, choice),
            wish => self.perform_live(wish),
        }
    }

    /// What concerns the run and not the document.
    fn perform_live(&mut self, wish: Wish) {
        match wish {
            Wish::EndProbe { graph, connector } => self.runs.toggle_probe(&graph, &connector),
            Wish::Sample {
                graph,
                connector,
                every,
            } => self.runs.sample(&graph, &connector, every),
            Wish::PausePackets => self.runs.packets.toggle_pause(),
            Wish::ClearPackets => self.runs.packets.clear(),
            Wish::ClearLogs => self.runs.logs.clear(),
            Wish::Inject { graph, port, value } => self.runs.inject(&graph, &port, value),
            _ => {}
        }
    }

    /// Has the document do something, and tells what came of it.
    fn act(&mut self, ctx: &Context, action: Action) {
        let typed = match &action {
            Action::TypeValue { port, text } => Some((port.clone(), text.clone())),
            _ => None,
        };
        let Some(tab) = self.workspace.active_mut() else {
            return;
        };
        let Some(document) = tab.document_mut() else {
            return;
        };
        match document.apply(action) {
            Ok(applied) => {
                let made = !applied.made.is_empty();
                if made {
                    tab.canvas.canvas.reveal_selection();
                }
                self.tell(ctx, applied);
            }
            Err(refused) => {
                if let Some((port, text)) = typed {
                    let reason = refused.reason.clone();
                    tab.canvas.canvas.refuse_value(port, text, reason);
                }
                self.notices
                    .offer(refused.reason, refused.offer.map(|offer| *offer));
            }
        }
    }

    /// Selects a thing and brings it into sight.
    fn show(&mut self, ctx: &Context, target: Target) {
        self.act(ctx, Action::Select(Select::Only(vec![target])));
        if let Some(tab) = self.workspace.active_mut() {
            tab.canvas.canvas.reveal_selection();
        }
    }

    /// Shows what is wrong with a thing: its log lines if it failed, its problems otherwise.
    fn explain(&mut self, ctx: &Context, target: Target) {
        let has_problem = self
            .workspace
            .document()
            .is_some_and(|document| document.problems().worst(&target).is_some());
        self.show_bottom(if has_problem {
            Bottom::Problems
        } else {
            Bottom::Logs
        });
        self.show(ctx, target);
    }

    fn add(
        &mut self,
        ctx: &Context,
        name: &str,
        at: Option<millstream_document::Position>,
        wiring: Wiring,
    ) {
        let Ok(component) = name.parse::<ComponentRef>() else {
            return;
        };
        let is_selected = self
            .workspace
            .document()
            .is_some_and(|document| !document.selection().is_empty());
        let wiring = match wiring {
            Wiring::AfterSelection if !is_selected => Wiring::Alone,
            wiring => wiring,
        };
        let add = Add {
            component: Some(component),
            at,
            wiring,
        };
        self.act(ctx, Action::Add(add));
    }

    fn welcome_chosen(&mut self, ctx: &Context, choice: Choice) {
        match choice {
            Choice::Command(command) => self.command(ctx, command),
            Choice::RunSample => {
                self.open_example(SAMPLE);
                self.command(ctx, Command::Run);
            }
            Choice::Example(example) => drop(self.open_example(example)),
            Choice::File(file) => self.open_file(file),
        }
    }

    pub(super) fn command(&mut self, ctx: &Context, command: Command) {
        let seat = self.seat();
        if let Err(reason) = available(command, &self.situation(&seat)) {
            // Esc with nothing selected is no mistake to be told of.
            if command != Command::SelectNothing {
                let text = format!("{}: {reason}", command.title().trim_end_matches('…'));
                self.notices.tell(Severity::Hint, text);
            }
            return;
        }
        if let Some(on_canvas) = crate::canvas::command(command) {
            if let Some(tab) = self.workspace.active_mut() {
                tab.canvas.commands.push(on_canvas);
            }
            return ctx.request_repaint();
        }
        if let Some(action) = self
            .workspace
            .document()
            .and_then(|document| action(document, command))
        {
            return self.act(ctx, action);
        }
        self.command_of_app(ctx, command);
    }

    /// Commands that are no action of the document.
    fn command_of_app(&mut self, ctx: &Context, command: Command) {
        let active = self.workspace.active().map(|tab| tab.id);
        match (command, active) {
            (Command::New, _) => self.new_graph(),
            (Command::Open, _) => self.desk.ask(HostRequest::PickOpen, Purpose::PickOpen),
            (Command::Save, Some(tab)) => self.save(tab),
            (Command::SaveAs, Some(tab)) => self.save_as(tab),
            (Command::CloseTab, Some(tab)) => self.close_tab(tab),
            (Command::NextTab, _) => self.workspace.turn(1),
            (Command::PreviousTab, _) => self.workspace.turn(-1),
            (Command::Welcome, _) => self.moment.is_welcome = true,
            (Command::Paste, _) => self
                .desk
                .ask(HostRequest::ReadClipboard, Purpose::Clipboard),
            (Command::Rename, _) => self.rename(ctx),
            (Command::Replace, _) => {
                let process = self
                    .workspace
                    .document()
                    .and_then(|document| document.selection().one_process());
                if let Some(process) = process.cloned() {
                    self.dialog = Some(Dialog::Palette(Palette::new(For::Replace(process))));
                }
            }
            (Command::QuickFix, _) => self.quick_fix(ctx),
            (Command::DrillOut, _) => self.drill_out(),
            (Command::Palette, _) => {
                self.dialog = Some(Dialog::Palette(Palette::new(For::Everything)));
            }
            (Command::Shortcuts, _) => self.dialog = Some(Dialog::Shortcuts(Shortcuts::default())),
            (Command::Preferences, _) => self.dialog = Some(Dialog::Preferences),
            _ => self.command_of_run(command),
        }
    }

    fn command_of_run(&mut self, command: Command) {
        match command {
            Command::Run => self.run(),
            Command::Stop => self.stop(),
            Command::Hold => self.hold_selected(),
            Command::Step => self.step_selected(),
            Command::Probe => self.probe_selected(),
            Command::Inject => self.inject_selected(),
            Command::Why => {
                let seat = self.seat();
                self.runs.why(&seat.graph);
                self.tell_why();
            }
            Command::Attach => {
                self.dialog = Some(Dialog::Ask(Ask::Attach {
                    url: "ws://127.0.0.1:3569".to_owned(),
                    secret: String::new(),
                }));
            }
            Command::Detach => self.runs.detach(),
            _ => self.command_of_view(command),
        }
    }

    fn command_of_view(&mut self, command: Command) {
        let preferences = &mut self.preferences;
        match command {
            Command::ToggleLeft => preferences.shows_left ^= true,
            Command::ToggleRight => preferences.shows_right ^= true,
            Command::ToggleBottom => preferences.shows_bottom ^= true,
            Command::ShowComponents => self.show_left(Left::Components),
            Command::ShowOutline => self.show_left(Left::Outline),
            Command::ShowProblems => self.show_bottom(Bottom::Problems),
            Command::ShowPackets => self.show_bottom(Bottom::Packets),
            Command::ShowLogs => self.show_bottom(Bottom::Logs),
            Command::ShowRuns => self.show_bottom(Bottom::Runs),
            Command::ShowText => self.show_bottom(Bottom::Text),
            Command::ShowHistory => self.show_bottom(Bottom::History),
            Command::NextPane => self.next_pane(),
            _ => {}
        }
    }

    /// Goes through the panels that have something to find: components, outline, text, problems.
    fn next_pane(&mut self) {
        self.moment.pane = (self.moment.pane + 1) % 4;
        match self.moment.pane {
            0 => self.show_left(Left::Components),
            1 => self.show_left(Left::Outline),
            2 => self.show_bottom(Bottom::Text),
            _ => self.show_bottom(Bottom::Problems),
        }
    }

    /// The field of the name, in the inspector.
    fn rename(&mut self, ctx: &Context) {
        self.preferences.shows_right = true;
        let process = self
            .workspace
            .document()
            .and_then(|document| document.selection().one_process());
        if let Some(process) = process {
            let field = egui::Id::new(("name", process.as_str()));
            ctx.memory_mut(|memory| memory.request_focus(field));
        }
    }

    /// Mends the first problem of what is selected, or the first of all.
    fn quick_fix(&mut self, ctx: &Context) {
        let Some(document) = self.workspace.document() else {
            return;
        };
        let selected: Vec<Target> = document.selection().targets().collect();
        let mut problems: Vec<_> = document.problems().iter().collect();
        problems.sort_by_key(|problem| !selected.contains(&problem.target));
        let offers = problems
            .into_iter()
            .flat_map(|problem| document.fixes(problem));
        let first = offers.into_iter().next();
        match first {
            Some(offer) => self.act(ctx, offer.action),
            None => {
                let text =
                    "nobody knows a fix for this one; the help beside it says what to look at";
                self.notices.tell(Severity::Hint, text);
            }
        }
    }

    fn tell_why(&mut self) {
        let seat = self.seat();
        let why = self
            .runs
            .graph(&seat.graph)
            .and_then(|run| run.why.as_ref());
        let reasons = why.map(|why| {
            why.reasons
                .iter()
                .map(crate::run::reason)
                .collect::<Vec<_>>()
        });
        let text = match reasons {
            Some(reasons) if !reasons.is_empty() => reasons.join("; "),
            _ => "nothing waits for room".to_owned(),
        };
        self.notices.tell(Severity::Hint, text);
    }

    /// Selects what was clicked, and shows what can be done with it.
    fn open_menu(&mut self, ctx: &Context, target: Option<Target>, at: egui::Pos2) {
        let (process, wire) = match &target {
            Some(Target::Process(_) | Target::Port(_)) => (true, false),
            Some(Target::Wire(_)) => (false, true),
            _ => (false, false),
        };
        let is_selected = target.as_ref().is_none_or(|target| {
            self.workspace
                .document()
                .is_some_and(|document| document.selection().contains(target))
        });
        if let Some(target) = target.filter(|_| !is_selected) {
            self.act(ctx, Action::Select(Select::Only(vec![target])));
        }
        self.dialog = Some(Dialog::Menu {
            commands: super::layout::menu(process, wire),
            at,
            is_new: true,
        });
    }

    /// Draws the dialog that is open, and does what is chosen in it.
    pub(super) fn dialogs(&mut self, ui: &egui::Ui) -> Vec<Wish> {
        let Some(mut dialog) = self.dialog.take() else {
            return Vec::new();
        };
        let mut wishes = Vec::new();
        let stays = match &mut dialog {
            Dialog::Palette(palette) => self.palette(ui, palette, &mut wishes),
            Dialog::Preferences => !preferences::ui(ui, &mut self.preferences),
            Dialog::Shortcuts(sheet) => !sheet.ui(ui, &self.keymap, &mut self.preferences.keys),
            Dialog::Menu {
                commands,
                at,
                is_new,
            } => {
                let seat = self.seat();
                let situation = self.situation(&seat);
                let menu = (*commands, *at, std::mem::take(is_new));
                match crate::dialog::menu(ui, menu, &situation, &self.keymap) {
                    Ok(stays) => stays,
                    Err(command) => {
                        wishes.push(Wish::Command(command));
                        false
                    }
                }
            }
            Dialog::Ask(ask) => match ask.ui(ui) {
                Answer::Open => true,
                answer => {
                    self.answer(ask.clone(), answer);
                    false
                }
            },
        };
        if stays && self.dialog.is_none() {
            self.dialog = Some(dialog);
        }
        wishes
    }

    fn palette(&self, ui: &egui::Ui, palette: &mut Palette, wishes: &mut Vec<Wish>) -> bool {
        let seat = self.seat();
        let situation = self.situation(&seat);
        let catalog = self.shelf.catalog();
        match palette.ui(ui, (&situation, &catalog), &self.keymap) {
            Chosen::Open => return true,
            Chosen::Dropped => {}
            Chosen::Command(command) => wishes.push(Wish::Command(command)),
            Chosen::Target(target) => wishes.push(Wish::Show(target)),
            Chosen::Component(name, For::Replace(process)) => {
                if let Ok(component) = name.parse() {
                    wishes.push(Wish::Act(Action::Replace { process, component }));
                }
            }
            Chosen::Component(name, For::Add { at, wiring, .. }) => {
                if let Ok(component) = name.parse() {
                    let component = Some(component);
                    wishes.push(Wish::Act(Action::Add(Add {
                        component,
                        at,
                        wiring,
                    })));
                }
            }
            Chosen::Component(name, For::Everything) => wishes.push(Wish::AddComponent(name)),
        }
        false
    }

    fn answer(&mut self, ask: Ask, answer: Answer) {
        match (ask, answer) {
            (Ask::Close { tab, and_quit, .. }, Answer::Save) => {
                self.moment.is_quitting = and_quit;
                self.moment.closing = (!and_quit).then_some(tab);
                self.save(tab);
            }
            (Ask::Close { tab, and_quit, .. }, Answer::Discard) => {
                self.drop_tab(tab);
                if and_quit {
                    self.quit();
                }
            }
            (Ask::Close { .. }, _) => self.moment.is_quitting = false,
            (Ask::Recover(recovered), Answer::Restore) => {
                self.forget_journal(recovered.key.clone());
                self.restore(*recovered);
            }
            (Ask::Recover(recovered), Answer::Discard) => self.forget_journal(recovered.key),
            (Ask::Attach { .. }, Answer::Attach(address)) => self.runs.attach(address),
            (Ask::Inject { graph, port, .. }, Answer::Inject(value)) => {
                self.runs.inject(&graph, port.as_str(), value);
            }
            _ => {}
        }
    }
}

/// The action of the document that a command is, if it is one.
fn action(document: &Document, command: Command) -> Option<Action> {
    let selection = document.selection();
    let processes = || selection.processes().cloned().collect::<Vec<_>>();
    let delete = |deletion| Action::Delete {
        targets: selection.targets().collect(),
        deletion,
    };
    let align = |alignment| Action::Align {
        processes: processes(),
        alignment,
    };
    let distribute = |axis| Action::Distribute {
        processes: processes(),
        axis,
    };
    Some(match command {
        Command::Undo => Action::Undo,
        Command::Redo => Action::Redo,
        Command::Cut => Action::Cut,
        Command::Copy => Action::Copy,
        Command::Duplicate => Action::Duplicate {
            by: millstream_document::Position { x: 40.0, y: 40.0 },
        },
        Command::Delete => delete(Deletion::Cut),
        Command::DeleteAndHeal => delete(Deletion::Heal),
        Command::SelectAll => Action::Select(Select::All),
        Command::SelectNothing => Action::Select(Select::Nothing),
        Command::SelectUpstream => Action::Select(Select::Upstream(None)),
        Command::SelectDownstream => Action::Select(Select::Downstream(None)),
        Command::SelectConnected => Action::Select(Select::Connected),
        Command::Group => Action::Group {
            processes: processes(),
            name: String::new(),
        },
        Command::Ungroup => Action::DissolveGroups(selection.groups().collect()),
        Command::Arrange => Action::Arrange(processes()),
        Command::AlignLeft => align(Alignment::Left),
        Command::AlignTop => align(Alignment::Top),
        Command::DistributeHorizontally => distribute(Axis::Horizontal),
        Command::DistributeVertically => distribute(Axis::Vertical),
        Command::Pin => pin(document),
        Command::AddNote => Action::AddNote {
            text: "Note".to_owned(),
            at: beside(document),
        },
        Command::Extract => Action::Collapse {
            processes: processes(),
            file: new_file(document, "part")?,
        },
        Command::Dissolve => Action::Dissolve(selection.one_process()?.clone()),
        Command::MakeUnique => {
            let process = selection.one_process()?.clone();
            let file = new_file(document, process.as_str())?;
            Action::MakeUnique { process, file }
        }
        _ => return None,
    })
}

/// Pins what is selected, or lets all of it go if all is pinned.
fn pin(document: &Document) -> Action {
    let processes: Vec<_> = document.selection().processes().cloned().collect();
    let mut known = processes.iter().filter_map(|name| document.process(name));
    let pin = if known.all(is_pinned) {
        Pin::Free
    } else {
        Pin::Pinned
    };
    Action::SetField {
        processes,
        field: ProcessField::Pin(pin),
    }
}

/// A place above everything that is there.
fn beside(document: &Document) -> millstream_document::Position {
    let places = document.graph().layout.values();
    let top = places
        .clone()
        .map(|place| place.y)
        .fold(f64::INFINITY, f64::min);
    let left = places.map(|place| place.x).fold(f64::INFINITY, f64::min);
    millstream_document::Position {
        x: if left.is_finite() { left } else { 0.0 },
        y: if top.is_finite() { top - 140.0 } else { 0.0 },
    }
}

/// A file name for a subgraph that this graph does not use yet.
fn new_file(document: &Document, word: &str) -> Option<ComponentRef> {
    let graph = document.graph();
    let used = |file: &ComponentRef| {
        let mut all = graph.processes.values();
        all.any(|process| process.component.as_ref() == Some(file))
    };
    let base = if graph.name.is_empty() {
        word.to_owned()
    } else {
        format!("{}-{word}", graph.name)
    };
    let names = std::iter::once(format!("./{base}.ron"))
        .chain((2..1000).map(|number| format!("./{base}-{number}.ron")));
    let mut files = names.filter_map(|name| name.parse::<ComponentRef>().ok());
    files.find(|file| !used(file))
}
