//! A wire: its ends, its capacity, what happens when it is full, its numbers.

use egui::{ComboBox, DragValue, Id, RichText, Ui};
use millstream_canvas::LiveLook as _;
use millstream_document::{Action, Target, WireId};
use millstream_graph::{Connector, WhenFull};

use super::{Fields, Gesture, View, Wish, delete, problems, remark, title};
use crate::command::Command;
use crate::widget;

pub(super) fn ui(
    ui: &mut Ui,
    view: &View<'_>,
    id: WireId,
    fields: &mut Fields,
    wishes: &mut Vec<Wish>,
) {
    let Some(wire) = view.document.wire(id) else {
        return;
    };
    title(ui, &format!("{} to {}", wire.from, wire.to), "wire");
    problems(ui, view, &Target::Wire(id));
    if let Some(look) = view.live.and_then(|live| live.wire(id)) {
        widget::heading(ui, "Live");
        ui.label(RichText::new(&look.label).monospace());
        for line in &look.story {
            widget::muted(ui, line.clone());
        }
    }
    widget::heading(ui, "Connector");
    capacity(ui, id, wire, wishes);
    when_full(ui, id, wire, wishes);
    let key = (
        "Note",
        Id::unique(("wire note", wire.from.to_string(), wire.to.to_string())),
    );
    let note = wire.note.clone().unwrap_or_default();
    wishes.extend(remark(ui, fields, key, &note, |note| Action::SetWireNote {
        wire: id,
        note,
    }));
    ui.add_space(8.0);
    ui.horizontal_wrapped(|ui| {
        let probed = crate::run::wire_name(view.prefix, wire);
        let word = if view.runs.packets.probe(view.graph, &probed).is_some() {
            "End probe"
        } else {
            "Probe packets"
        };
        if ui.button(word).clicked() {
            wishes.push(Wish::Command(Command::Probe));
        }
        if ui.button("Hold or release").clicked() {
            wishes.push(Wish::Command(Command::Hold));
        }
        if ui.button("Delete wire").clicked() {
            wishes.push(delete(Target::Wire(id)));
        }
    });
}

fn capacity(ui: &mut Ui, id: WireId, wire: &Connector, wishes: &mut Vec<Wish>) {
    ui.horizontal(|ui| {
        widget::muted(ui, "Capacity");
        let mut capacity = wire.capacity;
        let value = DragValue::new(&mut capacity)
            .range(1..=10_000_000)
            .suffix(" packets");
        let response = ui.add(value).accessible_name("Capacity".to_owned());
        if response.changed() {
            let wires = vec![id];
            let action = Action::SetCapacity { wires, capacity };
            wishes.push(Wish::Gesture(Gesture(response.id), action));
        }
    });
}

fn when_full(ui: &mut Ui, id: WireId, wire: &Connector, wishes: &mut Vec<Wish>) {
    const CHOICES: [(WhenFull, &str); 3] = [
        (WhenFull::Block, "the writer waits"),
        (WhenFull::DropOldest, "the oldest packet goes"),
        (WhenFull::DropNewest, "the newest packet goes"),
    ];
    let shown = CHOICES.iter().find(|(choice, _)| *choice == wire.when_full);
    let shown = shown.map_or("", |(_, word)| *word);
    ui.horizontal(|ui| {
        widget::muted(ui, "When full");
        let combo = ComboBox::from_id_salt("when full").selected_text(shown);
        let inner = combo.show_ui(ui, |ui| {
            for (choice, word) in CHOICES {
                if ui
                    .selectable_label(choice == wire.when_full, word)
                    .clicked()
                {
                    let wires = vec![id];
                    let when_full = choice;
                    wishes.push(Wish::Act(Action::SetWhenFull { wires, when_full }));
                }
            }
        });
        inner.response.accessible_name("When full".to_owned());
    });
}
