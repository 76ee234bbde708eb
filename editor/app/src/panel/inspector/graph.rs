//! The graph as a whole, when nothing is selected; and groups and notes.

use egui::{Id, RichText, Ui};
use millstream_document::{Action, GroupChange, GroupId, NoteChange, Target};

use super::{Fields, View, Wish, delete, facts, line, remark, title};
use crate::widget;

pub(super) fn ui(ui: &mut Ui, view: &View<'_>, fields: &mut Fields, wishes: &mut Vec<Wish>) {
    let graph = view.document.graph();
    let name = if graph.name.is_empty() {
        "Untitled graph"
    } else {
        &graph.name
    };
    title(ui, name, "graph");
    let key = ("Name", Id::new("graph name"));
    wishes.extend(line(ui, fields, key, &graph.name, Action::SetName));
    let key = ("Description", Id::new("graph description"));
    wishes.extend(remark(
        ui,
        fields,
        key,
        &graph.description,
        Action::SetDescription,
    ));
    widget::heading(ui, "Contents");
    facts(
        ui,
        "contents",
        &[
            ("Processes", graph.processes.len().to_string()),
            ("Wires", graph.connectors.len().to_string()),
            ("Groups and notes", graph.groups.len().to_string()),
        ],
    );
    exports(ui, view, wishes);
    ui.add_space(10.0);
    widget::muted(
        ui,
        "Select a process or a wire to see and change its settings.",
    );
}

fn exports(ui: &mut Ui, view: &View<'_>, wishes: &mut Vec<Wish>) {
    let graph = view.document.graph();
    if graph.inports.is_empty() && graph.outports.is_empty() {
        return;
    }
    widget::heading(ui, "Ports of the graph");
    for (word, ports) in [("in", &graph.inports), ("out", &graph.outports)] {
        for (name, end) in ports {
            let row = widget::row(
                ui,
                &format!("{word}-port {name} of the graph"),
                false,
                |ui| {
                    widget::painted(
                        ui,
                        RichText::new(word).color(ui.visuals().weak_text_color()),
                    );
                    widget::painted(ui, RichText::new(name.as_str()));
                    let color = ui.visuals().weak_text_color();
                    widget::painted(ui, RichText::new(end.to_string()).size(11.5).color(color));
                },
            );
            if row.clicked() {
                wishes.push(Wish::Show(Target::Process(end.process.clone())));
            }
        }
    }
}

pub(super) fn group(
    ui: &mut Ui,
    view: &View<'_>,
    id: GroupId,
    fields: &mut Fields,
    wishes: &mut Vec<Wish>,
) {
    let Some(group) = view.document.group(id) else {
        return;
    };
    if let Some(note) = view.document.notes().find(|note| note.id == id) {
        title(ui, "Note", "on the canvas");
        let key = ("Text", Id::new(("note", id)));
        wishes.extend(remark(ui, fields, key, note.text, |text| {
            Action::ChangeNote {
                note: id,
                change: NoteChange::Text(text),
            }
        }));
    } else {
        let name = if group.name.is_empty() {
            "Group"
        } else {
            &group.name
        };
        title(ui, name, "group");
        let change = |change| Action::ChangeGroup { group: id, change };
        let key = ("Name", Id::new(("group", id)));
        wishes.extend(line(ui, fields, key, &group.name, |name| {
            change(GroupChange::Name(name))
        }));
        let note = group.note.clone().unwrap_or_default();
        let key = ("Note", Id::new(("group note", id)));
        wishes.extend(remark(ui, fields, key, &note, |note| {
            change(GroupChange::Note(note))
        }));
        widget::heading(ui, "Members");
        for member in &group.processes {
            let name = format!("member {member}");
            let row = widget::row(ui, &name, false, |ui| {
                widget::painted(ui, RichText::new(member.as_str()));
            });
            if row.clicked() {
                wishes.push(Wish::Show(Target::Process(member.clone())));
            }
        }
    }
    ui.add_space(8.0);
    if ui.button("Delete").clicked() {
        wishes.push(delete(Target::Group(id)));
    }
}
