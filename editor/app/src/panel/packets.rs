//! The packets of all probed wires in one list, in the order in which they came.

use egui::{DragValue, RichText, ScrollArea, Ui, vec2};
use millstream_graph::PortRef;
use millstream_protocol::extension::{Packet, PacketKind};

use super::{View, Wish};
use crate::icon::Icon;
use crate::run::{PacketRow, Probe};
use crate::widget::{self, Button};

/// The panel.
#[derive(Debug, Default)]
pub(crate) struct Packets {
    /// Only packets of this wire are shown.
    only: Option<String>,
    /// The packet that is shown as a whole: its wire and number.
    chosen: Option<(String, u64)>,
}

impl Packets {
    pub(crate) fn ui(&mut self, ui: &mut Ui, view: &View<'_>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        let packets = &view.runs.packets;
        if packets.probes.is_empty() && packets.rows.is_empty() {
            let help = "Select a wire and press P: its packets come here while the graph runs";
            widget::empty(ui, "No wire is probed", help);
            return wishes;
        }
        self.bar(ui, view, &mut wishes);
        let only = self.only.clone();
        let is_meant = |row: &&PacketRow| only.as_ref().is_none_or(|only| *only == row.connector);
        let rows: Vec<&PacketRow> = packets.shown().filter(is_meant).collect();
        if rows.is_empty() {
            widget::empty(ui, "No packets yet", "They come as they pass, from now on");
            return wishes;
        }
        let chosen = rows
            .iter()
            .find(|row| self.chosen == Some(key(row)))
            .copied();
        if let Some(row) = chosen {
            self.detail(ui, view, row, &mut wishes);
        }
        let area = ScrollArea::vertical()
            .auto_shrink(false)
            .stick_to_bottom(!packets.is_paused());
        area.show_rows(ui, widget::ROW, rows.len(), |ui, range| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for row in rows.get(range).unwrap_or_default() {
                self.row(ui, row);
            }
        });
        wishes
    }

    fn bar(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Vec<Wish>) {
        let packets = &view.runs.packets;
        ui.horizontal_wrapped(|ui| {
            let (icon, name) = if packets.is_paused() {
                (Icon::Run, "Go on showing packets")
            } else {
                (Icon::Hold, "Pause the view, not the graph")
            };
            if widget::icon_button(ui, icon, name, Button::Off).clicked() {
                wishes.push(Wish::PausePackets);
            }
            if widget::icon_button(ui, Icon::Trash, "Clear packets", Button::Off).clicked() {
                wishes.push(Wish::ClearPackets);
            }
            if ui
                .selectable_label(self.only.is_none(), "all wires")
                .clicked()
            {
                self.only = None;
            }
            for probe in &packets.probes {
                self.probe(ui, view, probe, wishes);
            }
        });
        ui.add_space(2.0);
    }

    fn probe(&mut self, ui: &mut Ui, view: &View<'_>, probe: &Probe, wishes: &mut Vec<Wish>) {
        let is_only = self.only.as_ref() == Some(&probe.connector);
        let label = ui.selectable_label(is_only, &probe.connector);
        if label.clicked() {
            self.only = (!is_only).then(|| probe.connector.clone());
        }
        if let Some(fault) = &probe.fault {
            widget::icon(ui, Icon::Error, view.theme.red).on_hover_text(fault);
        } else if probe.number.is_none() {
            widget::icon(ui, Icon::Clock, view.theme.grey).on_hover_text("not attached now");
        }
        let mut every = probe.every;
        let sample = DragValue::new(&mut every).range(1..=10_000).prefix("1 of ");
        let sample = ui
            .add(sample)
            .accessible_name(format!("sampling of {}", probe.connector));
        if sample.changed() {
            wishes.push(Wish::Sample {
                graph: probe.graph.clone(),
                connector: probe.connector.clone(),
                every,
            });
        }
        if probe.missed + probe.skipped > 0 {
            let text = format!("{} skipped, {} missed", probe.skipped, probe.missed);
            widget::muted(ui, text);
        }
        let name = format!("End probe of {}", probe.connector);
        if widget::icon_button(ui, Icon::Close, &name, Button::Off).clicked() {
            wishes.push(Wish::EndProbe {
                graph: probe.graph.clone(),
                connector: probe.connector.clone(),
            });
        }
    }

    fn row(&mut self, ui: &mut Ui, row: &PacketRow) {
        let packet = &row.packet;
        let text = preview(packet);
        let name = format!("packet {} on {}: {text}", packet.seq, row.connector);
        let is_chosen = self.chosen == Some(key(row));
        let response = widget::row(ui, &name, is_chosen, |ui| {
            let weak = ui.visuals().weak_text_color();
            let cell = |ui: &mut Ui, width: f32, text: RichText| {
                let size = vec2(width, widget::ROW);
                ui.allocate_ui(size, |ui| {
                    ui.set_min_width(width);
                    widget::painted(ui, text);
                });
            };
            let mono = |text: String| RichText::new(text).monospace().size(11.0);
            cell(ui, 52.0, mono(format!("#{}", packet.seq)).color(weak));
            cell(
                ui,
                74.0,
                mono(format!("{:.3} s", packet.at_ms as f64 / 1e3)).color(weak),
            );
            cell(ui, 190.0, RichText::new(&row.connector).size(12.0));
            // Brackets show by how far their content stands in.
            ui.add_space(14.0 * packet.depth.min(12) as f32);
            widget::painted(ui, mono(text.clone()));
        });
        if response.clicked() {
            self.chosen = if is_chosen { None } else { Some(key(row)) };
        }
    }

    fn detail(&mut self, ui: &mut Ui, view: &View<'_>, row: &PacketRow, wishes: &mut Vec<Wish>) {
        egui::Frame::group(ui.style()).show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.label(RichText::new(format!("#{} {}", row.packet.seq, row.connector)).strong());
                if widget::icon_button(ui, Icon::Copy, "Copy packet", Button::Off).clicked() {
                    wishes.push(Wish::CopyText(whole(&row.packet)));
                }
                let inject = injection(view, row);
                let state = match &inject {
                    Ok(_) => Button::Off,
                    Err(reason) => Button::Disabled(reason),
                };
                let button = widget::icon_button(ui, Icon::Inject, "Inject packet again", state);
                if let (true, Ok(wish)) = (button.clicked(), inject) {
                    wishes.push(wish);
                }
                if widget::icon_button(ui, Icon::Close, "Close packet", Button::Off).clicked() {
                    self.chosen = None;
                }
            });
            ScrollArea::both()
                .max_height(120.0)
                .id_salt("packet")
                .show(ui, |ui| {
                    ui.label(RichText::new(whole(&row.packet)).monospace().size(11.5));
                });
        });
    }
}

fn key(row: &PacketRow) -> (String, u64) {
    (row.connector.clone(), row.packet.seq)
}

/// A packet in one line.
fn preview(packet: &Packet) -> String {
    let value = match (&packet.value, &packet.preview) {
        (Some(value), _) => value.to_string(),
        (None, Some(preview)) => format!("{preview}…"),
        (None, None) => String::new(),
    };
    match packet.kind {
        PacketKind::Data => value,
        PacketKind::Open => format!("( {value}"),
        PacketKind::Close => format!(") {value}"),
    }
}

/// A packet as far as it is known, over several lines.
fn whole(packet: &Packet) -> String {
    let pretty = packet
        .value
        .as_ref()
        .and_then(|value| serde_json::to_string_pretty(value).ok());
    pretty
        .or_else(|| packet.preview.clone())
        .unwrap_or_default()
}

/// How a packet is put in again: through the in-port that it was read by, if the graph offers it.
fn injection(view: &View<'_>, row: &PacketRow) -> Result<Wish, &'static str> {
    let value = row
        .packet
        .value
        .clone()
        .ok_or("only its beginning is known")?;
    if row.packet.kind != PacketKind::Data {
        return Err("it is a bracket");
    }
    let (_, to) = row
        .connector
        .split_once("->")
        .ok_or("its wire is not known")?;
    let to: PortRef = to.parse().map_err(|_| "its port is inside a subgraph")?;
    let mut inports = view.document.graph().inports.iter();
    let found = inports.find(|(_, end)| **end == to);
    let (port, _) = found.ok_or("the graph does not offer this in-port outside")?;
    Ok(Wish::Inject {
        graph: row.graph.clone(),
        port: port.to_string(),
        value,
    })
}
