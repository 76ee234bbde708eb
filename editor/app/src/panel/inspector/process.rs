//! A process: its name, its settings as a form, its ports, how it fails, what it does live, what its component says.

use egui::{CollapsingHeader, ComboBox, Id, RichText, TextEdit, Ui};
use millstream_document::live::amount;
use millstream_document::{Action, Document, Port, PortAt, ProcessField, Side, Target};
use millstream_graph::{ComponentSpec, OnError, Place, PortRef, PortSpec, Process, ProcessName};
use millstream_packet::Value;

use super::schema::{self, Shape};
use super::{Fields, Gesture, View, Wish, facts, line, problems, remark, title};
use crate::icon::Icon;
use crate::markdown::plain;
use crate::notice::capitalised;
use crate::widget::{self, Button};

pub(super) fn ui(
    ui: &mut Ui,
    view: &View<'_>,
    name: &ProcessName,
    fields: &mut Fields,
    wishes: &mut Vec<Wish>,
) {
    let document = view.document;
    let Some(process) = document.process(name) else {
        return;
    };
    let spec = document.spec(name);
    head(ui, view, (name, process), fields, wishes);
    problems(ui, view, &Target::Process(name.clone()));
    live(ui, view, name);
    settings(ui, view, (name, spec), fields, wishes);
    ports(ui, view, name, wishes);
    more(ui, (name, process), fields, wishes);
    if let Some(spec) = spec {
        docs(ui, spec);
    }
}

fn head(
    ui: &mut Ui,
    view: &View<'_>,
    (name, process): (&ProcessName, &Process),
    fields: &mut Fields,
    wishes: &mut Vec<Wish>,
) {
    let component = process
        .component
        .as_ref()
        .map_or("no component", |known| known.as_str());
    title(ui, name.as_str(), component);
    match view.document.spec(name) {
        Some(spec) => drop(ui.label(plain(&spec.summary))),
        None if process.component.is_some() => {
            let text =
                "This component is not known here. Ports, wires and settings are kept as they are.";
            ui.label(RichText::new(text).color(view.theme.amber));
        }
        None => drop(widget::muted(ui, "Choose a component with R.")),
    }
    ui.add_space(4.0);
    let key = Id::unique(("name", name.as_str()));
    widget::muted(ui, "Name");
    let text = fields.text(key, name.as_str());
    let edit = TextEdit::singleline(text)
        .id(key)
        .desired_width(f32::INFINITY);
    let response = ui.add(edit).accessible_name("Name".to_owned());
    fields.follow(key, &response);
    if let Some(to) = fields.finished(key, &response) {
        let process = name.clone();
        wishes.push(Wish::Act(Action::Rename { process, to }));
    }
}

/// Numbers of the run.
fn live(ui: &mut Ui, view: &View<'_>, name: &ProcessName) {
    let Some(live) = view.live else {
        return;
    };
    let Some(process) = live.process_live(name) else {
        return;
    };
    widget::heading(ui, "Live");
    let mut rows = vec![
        ("State", process.light.name().to_owned()),
        ("Received", amount(process.received as f64)),
        ("Sent", amount(process.sent as f64)),
        ("Busy", format!("{:.0} %", process.busy_percent)),
    ];
    if process.failures > 0 {
        rows.push(("Failed packets", amount(process.failures as f64)));
    }
    facts(ui, "live", &rows);
    if let Some((first, more)) = &process.errors {
        let more = if *more > 0 {
            format!(" (and {more} more)")
        } else {
            String::new()
        };
        ui.label(RichText::new(format!("{first}{more}")).color(view.theme.red));
    }
    if let Some(culprit) = live.culprit(name) {
        ui.label(RichText::new(capitalised(&culprit)).color(view.theme.red));
    }
}

fn settings(
    ui: &mut Ui,
    view: &View<'_>,
    (name, spec): (&ProcessName, Option<&ComponentSpec>),
    fields: &mut Fields,
    wishes: &mut Vec<Wish>,
) {
    let Some(ports) = view.document.ports(name) else {
        return;
    };
    let is_setting = |port: &&Port| port.is_setting || port.has_value;
    let settings: Vec<&Port> = ports.ins.iter().filter(is_setting).collect();
    if settings.is_empty() {
        return;
    }
    widget::heading(ui, "Settings");
    for port in settings {
        let known = spec.and_then(|spec| spec.in_port(port.key.port.as_str()));
        let setting = Setting {
            end: PortRef::new(name.clone(), port.key.clone()),
            port,
            spec: known,
            value: value(view.document, name, port),
        };
        setting.ui(ui, view, fields, wishes);
        ui.add_space(6.0);
    }
}

fn value<'a>(document: &'a Document, name: &ProcessName, port: &Port) -> Option<&'a Value> {
    document.process(name)?.iips.get(&port.key)
}

/// One setting, or any in-port with a value.
struct Setting<'a> {
    end: PortRef,
    port: &'a Port,
    spec: Option<&'a PortSpec>,
    value: Option<&'a Value>,
}

impl Setting<'_> {
    fn ui(&self, ui: &mut Ui, view: &View<'_>, fields: &mut Fields, wishes: &mut Vec<Wish>) {
        self.heading(ui, wishes);
        if self.port.wires > 0 {
            widget::muted(ui, "comes by a wire");
            return;
        }
        let key = Id::unique(("setting", self.end.to_string()));
        let shape = self.spec.map_or(Shape::Ron, schema::shape);
        match &shape {
            Shape::Bool => self.bool_ui(ui, wishes),
            Shape::Choice(choices) => self.choice_ui(ui, choices, wishes),
            _ => self.text_ui(ui, view, (key, &shape), fields, wishes),
        }
        if let Some(fault) = fields.fault(key) {
            ui.label(RichText::new(fault).color(view.theme.red));
        }
        self.findings(ui, view);
    }

    fn heading(&self, ui: &mut Ui, wishes: &mut Vec<Wish>) {
        ui.horizontal(|ui| {
            let name = self.port.key.to_string();
            let label = ui.label(RichText::new(&name).strong());
            if !self.port.docs.is_empty() {
                label.on_hover_text(&self.port.docs);
            }
            if self.port.is_required {
                widget::muted(ui, "required");
            }
            if let Some(limits) = self.spec.and_then(schema::limits) {
                widget::muted(ui, limits);
            }
            if self.value.is_some() {
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let text = format!("Back to the default of {name}");
                    if widget::icon_button(ui, Icon::Undo, &text, Button::Off).clicked() {
                        wishes.push(Wish::Act(Action::ClearValue(self.end.clone())));
                    }
                });
            }
        });
        if !self.port.docs.is_empty() {
            let docs = RichText::new(plain(&self.port.docs)).size(11.5);
            ui.label(docs.color(ui.visuals().weak_text_color()));
        }
    }

    fn default(&self) -> Option<&Value> {
        self.spec?.setting.as_ref()?.default.as_ref()
    }

    fn set(&self, value: impl Into<Value>) -> Action {
        Action::SetValue {
            port: self.end.clone(),
            value: value.into(),
        }
    }

    fn bool_ui(&self, ui: &mut Ui, wishes: &mut Vec<Wish>) {
        let shown = self.value.or(self.default()).and_then(Value::as_bool);
        let mut is_on = shown.unwrap_or_default();
        let word = if is_on { "yes" } else { "no" };
        let response = ui.checkbox(&mut is_on, word);
        let response = response.accessible_name(self.port.key.to_string());
        if response.changed() {
            wishes.push(Wish::Act(self.set(is_on)));
        }
    }

    fn choice_ui(&self, ui: &mut Ui, choices: &[String], wishes: &mut Vec<Wish>) {
        let shown = self.value.or(self.default()).and_then(Value::as_text);
        let shown = shown.unwrap_or("choose…");
        let combo = ComboBox::from_id_salt(self.end.to_string())
            .selected_text(shown.to_owned())
            .width(ui.available_width());
        let inner = combo.show_ui(ui, |ui| {
            for choice in choices {
                if ui.selectable_label(choice == shown, choice).clicked() {
                    wishes.push(Wish::Act(self.set(choice.as_str())));
                }
            }
        });
        inner.response.accessible_name(self.port.key.to_string());
    }

    fn text_ui(
        &self,
        ui: &mut Ui,
        view: &View<'_>,
        (key, shape): (Id, &Shape),
        fields: &mut Fields,
        wishes: &mut Vec<Wish>,
    ) {
        let shown = self
            .value
            .map(|value| schema::write(shape, value))
            .unwrap_or_default();
        let hint = self
            .default()
            .map(|value| schema::write(shape, value))
            .unwrap_or_default();
        let spans = self.mistakes(view);
        let text = fields.text(key, &shown);
        let is_code = matches!(shape, Shape::Expression | Shape::Ron | Shape::Loose);
        let mut layouter = |ui: &Ui, buffer: &dyn egui::TextBuffer, width: f32| {
            super::super::text::underlined(
                ui,
                (buffer.as_str(), width),
                is_code,
                &spans,
                view.theme,
            )
        };
        let edit = TextEdit::multiline(text)
            .id(key)
            .desired_rows(1)
            .hint_text(hint)
            .return_key(None)
            .desired_width(f32::INFINITY)
            .layouter(&mut layouter);
        let output = edit.show(ui);
        let response = output
            .response
            .response
            .accessible_name(self.port.key.to_string());
        fields.follow(key, &response);
        let completed = (*shape == Shape::Expression)
            .then(|| {
                super::super::text::complete(
                    ui,
                    &response,
                    fields.text(key, &shown),
                    view,
                    &self.end,
                )
            })
            .flatten();
        if let Some(text) = completed {
            wishes.push(Wish::Gesture(Gesture(key), self.set(text.as_str())));
        } else if let Some(text) = fields.changed(key, &response) {
            wishes.extend(self.typed(&text, (key, shape), fields));
        }
    }

    /// What becomes of what was typed.
    fn typed(&self, text: &str, (key, shape): (Id, &Shape), fields: &mut Fields) -> Option<Wish> {
        let gesture = |action| Some(Wish::Gesture(Gesture(key), action));
        if text.is_empty() {
            fields.judge(key, None);
            return gesture(Action::ClearValue(self.end.clone()));
        }
        match (shape, schema::read(shape, text)) {
            (_, Err(fault)) => {
                fields.judge(key, Some(fault));
                None
            }
            (_, Ok(Some(value))) => {
                fields.judge(key, None);
                gesture(self.set(value))
            }
            (Shape::Text | Shape::Expression, Ok(None)) => gesture(self.set(text)),
            (_, Ok(None)) => {
                let action = Action::TypeValue {
                    port: self.end.clone(),
                    text: text.to_owned(),
                };
                gesture(action)
            }
        }
    }

    /// Where the text has mistakes, in bytes.
    fn mistakes(&self, view: &View<'_>) -> Vec<std::ops::Range<usize>> {
        let target = Target::Process(self.end.process.clone());
        let all = view.document.problems().of(&target);
        let places = all.filter_map(|problem| match &problem.finding.place {
            Place::Text(place) if place.port == self.port.key => Some(place.start..place.end),
            _ => None,
        });
        places.collect()
    }

    /// What the check says of this value.
    fn findings(&self, ui: &mut Ui, view: &View<'_>) {
        let target = Target::Process(self.end.process.clone());
        for problem in view.document.problems().of(&target) {
            let is_here = match &problem.finding.place {
                Place::Text(place) => place.port == self.port.key,
                Place::Iip(_, key) => *key == self.port.key,
                _ => false,
            };
            if is_here {
                super::finding(ui, view, &problem.finding);
            }
        }
    }
}

fn ports(ui: &mut Ui, view: &View<'_>, name: &ProcessName, wishes: &mut Vec<Wish>) {
    let Some(ports) = view.document.ports(name) else {
        return;
    };
    widget::heading(ui, "Ports");
    for (side, word) in [(Side::In, "in"), (Side::Out, "out")] {
        for port in ports
            .side(side)
            .iter()
            .filter(|port| !port.is_setting && !port.is_spare)
        {
            let end = PortRef::new(name.clone(), port.key.clone());
            let state = if port.wires > 0 {
                format!(
                    "{} wire{}",
                    port.wires,
                    if port.wires == 1 { "" } else { "s" }
                )
            } else if port.has_value {
                "value".to_owned()
            } else if port.is_exported {
                "offered outside".to_owned()
            } else {
                "free".to_owned()
            };
            let row = widget::row(ui, &format!("show {word}-port {end}"), false, |ui| {
                widget::painted(
                    ui,
                    RichText::new(word).color(ui.visuals().weak_text_color()),
                );
                widget::painted(ui, RichText::new(port.key.to_string()));
                let detail = format!("{}  {state}", port.port_type);
                let color = ui.visuals().weak_text_color();
                widget::painted(ui, RichText::new(detail).size(11.5).color(color));
            });
            if row.clicked() {
                wishes.push(Wish::Show(Target::Port(PortAt { side, end })));
            }
        }
    }
}

/// What is seldom changed.
fn more(
    ui: &mut Ui,
    (name, process): (&ProcessName, &Process),
    fields: &mut Fields,
    wishes: &mut Vec<Wish>,
) {
    let set = |field: ProcessField| Action::SetField {
        processes: vec![name.clone()],
        field,
    };
    CollapsingHeader::new("Behaviour and notes")
        .id_salt("more")
        .show(ui, |ui| {
            let key = |word: &str| Id::unique((word, name.as_str()));
            let text = |value: &Option<String>| value.clone().unwrap_or_default();
            ui.horizontal(|ui| {
                widget::muted(ui, "On error");
                for (choice, word) in ERRORS {
                    if ui
                        .selectable_label(process.on_error == choice, word)
                        .clicked()
                    {
                        wishes.push(Wish::Act(set(ProcessField::OnError(choice))));
                    }
                }
            });
            let label = ("Label", key("label"));
            wishes.extend(line(ui, fields, label, &text(&process.label), |text| {
                set(ProcessField::Label(text))
            }));
            let worker = ("Worker", key("worker"));
            wishes.extend(line(ui, fields, worker, &text(&process.worker), |text| {
                set(ProcessField::Worker(text))
            }));
            let note = ("Note", key("note"));
            wishes.extend(remark(ui, fields, note, &text(&process.note), |text| {
                set(ProcessField::Note(text))
            }));
        });
}

const ERRORS: [(OnError, &str); 4] = [
    (OnError::Fail, "fail"),
    (OnError::Retry, "retry"),
    (OnError::DeadLetter, "dead letter"),
    (OnError::Skip, "skip"),
];

fn docs(ui: &mut Ui, spec: &ComponentSpec) {
    if spec.docs.trim().is_empty() && spec.examples.is_empty() {
        return;
    }
    CollapsingHeader::new("Documentation")
        .id_salt("docs")
        .show(ui, |ui| {
            crate::markdown::ui(ui, &spec.docs);
            for example in &spec.examples {
                ui.add_space(4.0);
                ui.label(RichText::new(&example.title).italics());
            }
        });
}
