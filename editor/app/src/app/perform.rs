//! What the user wishes, done: the one place where commands and actions have their effect.

use egui::Context;
use millstream_document::{Action, Add, Position, Select, Target, Wiring};
use millstream_graph::{ComponentRef, Severity};

use super::action::{action, free_place};
use super::{Bottom, EditorApp, Left};
use crate::command::{Command, available};
use crate::desk::Purpose;
use crate::dialog::Dialog;
use crate::dialog::ask::Ask;
use crate::dialog::palette::{For, Palette};
use crate::dialog::shortcuts::Shortcuts;
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
            Wish::AddAt(name, at, wiring) => self.add(ctx, &name, at, wiring),
            Wish::CopyText(text) => ctx.copy_text(text),
            Wish::ApplyText(action) => {
                let gesture = crate::panel::Gesture(egui::Id::unique("text pane"));
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
            Wish::OpenGraph(graph) => self.open_graph(&graph),
            Wish::DismissFault => self.dismiss_fault(),
            Wish::PausePackets => self.runs.packets.toggle_pause(),
            Wish::ClearPackets => self.runs.packets.clear(),
            Wish::ClearLogs => self.runs.logs.clear(),
            Wish::Inject { graph, port, value } => self.runs.inject(&graph, &port, value),
            _ => {}
        }
    }

    /// Has the document do something, and tells what came of it.
    pub(super) fn act(&mut self, ctx: &Context, action: Action) {
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

    fn add(&mut self, ctx: &Context, name: &str, at: Option<Position>, wiring: Wiring) {
        let Ok(component) = name.parse::<ComponentRef>() else {
            return;
        };
        let Some(document) = self.workspace.document() else {
            return;
        };
        let is_selected = !document.selection().is_empty();
        let (at, wiring) = match wiring {
            // It comes beside what it is wired to.
            Wiring::AfterSelection if is_selected => (None, Wiring::AfterSelection),
            Wiring::AfterSelection => (at, Wiring::Alone),
            wiring => (at, wiring),
        };
        let at = at.map(|at| free_place(document, at));
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
            let field = egui::Id::unique(("name", process.as_str()));
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
        if let Some(offer) = first {
            self.act(ctx, offer.action);
        } else {
            let text = "nobody knows a fix for this one; the help beside it says what to look at";
            self.notices.tell(Severity::Hint, text);
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
}
