//! Questions: unsaved changes, what was recovered, where a runtime is, what to inject.

use egui::{RichText, TextEdit, Ui};
use millstream_graph::PortName;

use super::modal;
use crate::host::RuntimeAddress;
use crate::widget;
use crate::workspace::TabId;

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ask {
    /// What becomes of unsaved changes of a tab that is to be closed.
    Close {
        /// The tab.
        tab: TabId,
        /// What it is called.
        name: String,
        /// Whether the window closes after it.
        and_quit: bool,
    },
    /// What becomes of a journal that was left behind.
    Recover(Box<Recovered>),
    /// Where a runtime is.
    Attach {
        /// Its address.
        url: String,
        /// What gives rights there.
        secret: String,
    },
    /// What to put into a port.
    Inject {
        /// The graph.
        graph: String,
        /// The in-port that it offers.
        port: PortName,
        /// JSON.
        text: String,
        /// Why it is none.
        fault: Option<String>,
    },
}

/// A document as its journal has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recovered {
    /// What the journal is called.
    pub(crate) key: String,
    /// The file that it is about, if it has one.
    pub(crate) file: Option<String>,
    /// What the graph was.
    pub(crate) text: String,
    /// How many steps had been done since it was saved.
    pub(crate) steps: usize,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    /// Nothing yet.
    Open,
    /// Leave everything as it is.
    Dropped,
    /// Save first.
    Save,
    /// Let the changes go.
    Discard,
    /// Take what was recovered.
    Restore,
    /// Connect to this runtime.
    Attach(RuntimeAddress),
    /// Put this value in.
    Inject(serde_json::Value),
}

impl Ask {
    pub(crate) fn ui(&mut self, ui: &Ui) -> Answer {
        let mut answer = Answer::Open;
        let is_dropped = modal(ui, "question", 440.0, |ui| match self {
            Self::Close { name, .. } => {
                title(ui, &format!("Save {name} before it is closed?"));
                widget::muted(ui, "What was changed since it was saved is lost otherwise.");
                let choices = [("Save", Answer::Save), ("Discard changes", Answer::Discard)];
                answer = buttons(ui, choices);
            }
            Self::Recover(recovered) => {
                title(ui, "Recovered after an unexpected end");
                let steps = if recovered.steps == 1 {
                    "step"
                } else {
                    "steps"
                };
                let name = recovered.file.as_ref().unwrap_or(&recovered.key);
                ui.label(format!(
                    "{name}: {} {steps} that were not saved",
                    recovered.steps
                ));
                widget::muted(
                    ui,
                    "Restoring opens them as unsaved changes; the file stays as it is.",
                );
                let choices = [("Restore", Answer::Restore), ("Discard", Answer::Discard)];
                answer = buttons(ui, choices);
            }
            Self::Attach { url, secret } => answer = attach(ui, url, secret),
            Self::Inject {
                port, text, fault, ..
            } => answer = inject(ui, port, text, fault),
        });
        if is_dropped { Answer::Dropped } else { answer }
    }
}

fn title(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).size(17.0).strong());
    ui.add_space(4.0);
}

fn buttons(ui: &mut Ui, choices: [(&str, Answer); 2]) -> Answer {
    let mut answer = Answer::Open;
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        for (name, choice) in choices {
            if ui.button(name).clicked() {
                answer = choice;
            }
        }
        if ui.button("Cancel").clicked() {
            answer = Answer::Dropped;
        }
    });
    answer
}

fn attach(ui: &mut Ui, url: &mut String, secret: &mut String) -> Answer {
    title(ui, "Attach to a runtime");
    widget::muted(ui, "Start one with: millstream serve");
    ui.add_space(8.0);
    widget::muted(ui, "Address");
    let field = TextEdit::singleline(url).desired_width(f32::INFINITY);
    let address = ui.add(field).accessible_name("Address");
    widget::muted(ui, "Secret, if it wants one");
    let field = TextEdit::singleline(secret)
        .password(true)
        .desired_width(f32::INFINITY);
    let word = ui.add(field).accessible_name("Secret");
    let is_entered = (address.lost_focus() || word.lost_focus())
        && ui.input(|input| input.key_pressed(egui::Key::Enter));
    let runtime = RuntimeAddress {
        url: url.trim().to_owned(),
        secret: (!secret.is_empty()).then(|| secret.clone()),
        folder: None,
    };
    ui.add_space(12.0);
    let mut answer = Answer::Open;
    ui.horizontal(|ui| {
        if ui.button("Attach").clicked() || is_entered {
            answer = Answer::Attach(runtime);
        }
        if ui.button("Cancel").clicked() {
            answer = Answer::Dropped;
        }
    });
    answer
}

fn inject(ui: &mut Ui, port: &PortName, text: &mut String, fault: &mut Option<String>) -> Answer {
    title(ui, &format!("Inject a packet into {port}"));
    widget::muted(ui, "A value as JSON");
    let field = TextEdit::multiline(text)
        .code_editor()
        .desired_rows(4)
        .desired_width(f32::INFINITY);
    ui.add(field).accessible_name("Value");
    if let Some(fault) = fault {
        ui.label(RichText::new(fault.as_str()).color(ui.visuals().error_fg_color));
    }
    ui.add_space(12.0);
    let mut answer = Answer::Open;
    ui.horizontal(|ui| {
        if ui.button("Inject").clicked() {
            match serde_json::from_str(text) {
                Ok(value) => answer = Answer::Inject(value),
                Err(error) => *fault = Some(error.to_string()),
            }
        }
        if ui.button("Cancel").clicked() {
            answer = Answer::Dropped;
        }
    });
    answer
}
