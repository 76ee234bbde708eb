//! The editor's canvas without a window: processor time of this thread for one frame, that is input, painting, names for
//! screen readers, and tessellation. The pointer moves in every frame; the figure is the median of many.

use std::collections::HashMap;
use std::time::Instant;

use anyhow::{Context as _, Result};
use egui::{Context, Event, Pos2, RawInput, Rect, Vec2};
use millstream_canvas::{
    Canvas, LiveLook, Motion, ProcessLook, ProcessState, Show, Theme, ThemeKind, View, WireLook,
    WireState, size_of,
};
use millstream_document::{Action, Document, Library, Position, Select, Target, WireId};
use millstream_graph::{
    Catalog, ComponentSpec, Connector, Cost, Graph, PortSpec, Process, ProcessName,
};
use millstream_packet::PortType;
use rustix::time::{ClockId, clock_gettime};

use super::lab::Lab;
use super::row::Row;

/// The window of the goals.
const WINDOW: Vec2 = Vec2::new(1280.0, 760.0);
/// Columns and rows between processes, in the graph.
const PITCH: (f64, f64) = (250.0, 180.0);
const WIRES_PER_PROCESS: usize = 3;
/// Frames that are measured.
const FRAMES: usize = 60;
/// Frames in which wires find their way, before anything is measured.
const WARM: usize = 400;

/// Every size at every zoom, and live numbers.
pub(super) fn run(lab: &mut Lab) -> Result<()> {
    let small = document(1_000)?;
    for (zoom, goal) in [
        (1.0, 4.0),
        (0.6, 8.0),
        (0.59, 8.0),
        (0.3, 8.0),
        (0.29, 8.0),
        (0.12, 8.0),
    ] {
        let millis = Stage::new(&small, zoom, None).frame_millis();
        let what = format!("1,000 / 3,000, zoom {zoom}");
        lab.row(Row::new(what, millis, "ms").at_most(goal, goal * 0.5))?;
    }
    live(lab, &small)?;
    if lab.is_quick() {
        return Ok(());
    }
    large(lab)
}

fn live(lab: &mut Lab, document: &Document) -> Result<()> {
    let run = Numbers::of(document);
    let with = Stage::new(document, 1.0, Some(&run)).frame_millis();
    let without = Stage::new(document, 1.0, None).frame_millis();
    let row = Row::new("live numbers, more a frame", with - without, "ms");
    lab.row(row.at_most(1.0, 0.5).note(format!("{with:.2} ms in all")))
}

fn large(lab: &mut Lab) -> Result<()> {
    let began = cpu_millis();
    let mut document = document(10_000)?;
    let mut stage = Stage::new(&document, 1.0, None);
    stage.frame();
    let row = Row::new("10,000 / 30,000, opens", cpu_millis() - began, "ms");
    lab.row(row.at_most(2_000.0, 1_000.0))?;
    for (zoom, goal) in [(1.0, Some(16.0)), (0.3, None), (0.05, None)] {
        let millis = Stage::new(&document, zoom, None).frame_millis();
        let mut row = Row::new(format!("10,000 / 30,000, zoom {zoom}"), millis, "ms");
        if let Some(goal) = goal {
            row = row.at_most(goal, goal * 0.5);
        }
        lab.row(row)?;
    }
    let mut canvas = std::mem::take(&mut stage.canvas);
    let name: ProcessName = "p50".parse()?;
    document.apply(Action::Select(Select::Only(vec![Target::Process(name)])))?;
    let by = Position { x: 10.0, y: 0.0 };
    document.apply(Action::MoveSelection { by })?;
    let mut after = Stage::new(&document, 1.0, None);
    std::mem::swap(&mut after.canvas, &mut canvas);
    let millis = after.frame();
    lab.row(Row::new(
        "10,000 / 30,000, frame after an edit",
        millis,
        "ms",
    ))
}

/// A canvas and what it needs for a frame.
struct Stage<'d> {
    ctx: Context,
    canvas: Canvas,
    document: &'d Document,
    live: Option<&'d Numbers>,
    theme: Theme,
    frames: u16,
}

impl<'d> Stage<'d> {
    fn new(document: &'d Document, zoom: f32, live: Option<&'d Numbers>) -> Self {
        let ctx = Context::default();
        ctx.enable_accesskit();
        let mut canvas = Canvas::new();
        // The middle of the graph, whose columns and rows are as many.
        let side = (document.graph().processes.len() as f32).sqrt();
        let middle = Pos2::new(side * 250.0 * 0.5, side * 180.0 * 0.5);
        let view = View {
            center: middle,
            zoom,
        };
        canvas.go_to(view, Motion::Reduced);
        Self {
            ctx,
            canvas,
            document,
            live,
            theme: Theme::new(ThemeKind::Dark),
            frames: 0,
        }
    }

    /// The median of many frames, once everything in sight is known.
    fn frame_millis(mut self) -> f64 {
        let began = Instant::now();
        for _ in 0..WARM {
            self.frame();
            if self.is_settled() || began.elapsed().as_secs() > 20 {
                break;
            }
        }
        let mut millis: Vec<f64> = (0..FRAMES).map(|_| self.frame()).collect();
        millis.sort_by(f64::total_cmp);
        millis[millis.len() / 2]
    }

    fn is_settled(&self) -> bool {
        self.frames > 5 && !self.ctx.has_requested_repaint()
    }

    /// One frame; milliseconds of this thread.
    fn frame(&mut self) -> f64 {
        self.frames += 1;
        let step = f32::from(self.frames % 500);
        let pointer = Pos2::new(100.0 + step * 2.1, 80.0 + step * 1.2);
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, WINDOW)),
            time: Some(f64::from(self.frames) / 60.0),
            events: vec![Event::PointerMoved(pointer)],
            ..RawInput::default()
        };
        let began = cpu_millis();
        let show = Show {
            document: self.document,
            live: self.live.map(|live| live as &dyn LiveLook),
            theme: &self.theme,
            motion: Motion::Reduced,
        };
        let canvas = &mut self.canvas;
        let mut output = self.ctx.run_ui(input, |ui| {
            std::hint::black_box(canvas.ui(ui, show));
        });
        let shapes = std::mem::take(&mut output.shapes);
        let shapes = self.ctx.tessellate(shapes, output.pixels_per_point);
        let millis = cpu_millis() - began;
        std::hint::black_box(shapes);
        output.drop_without_applying_deltas();
        millis
    }
}

/// Processor time of this thread.
fn cpu_millis() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// Processes in a square, each wired to three of the next columns.
fn document(count: usize) -> Result<Document> {
    let port = |name: &str, port_type: PortType| PortSpec {
        name: name.to_owned(),
        port_type,
        array: false,
        required: false,
        at_end: false,
        setting: None,
        docs: String::new(),
    };
    let component = ComponentSpec {
        name: "bench/Split".to_owned(),
        summary: "Three ways.".to_owned(),
        docs: String::new(),
        in_ports: vec![port("in", PortType::ANY), port("control", PortType::ANY)],
        out_ports: vec![
            port("out", PortType::RECORD),
            port("rest", PortType::TEXT),
            port("count", PortType::INT),
        ],
        cost: Cost::Light,
        examples: Vec::new(),
    };
    let library = Library::new(Catalog::new([component]));
    Ok(Document::of_graph(graph(count)?, library).with_measure(size_of))
}

fn graph(count: usize) -> Result<Graph> {
    let rows = count.isqrt().max(1);
    let mut graph = Graph::default();
    let names: Vec<ProcessName> = (0..count)
        .map(|at| format!("p{at}").parse().context("a name"))
        .collect::<Result<_>>()?;
    let place = |at: usize, pitch: f64| at as f64 * pitch;
    for (at, name) in names.iter().enumerate() {
        let process = Process::new("bench/Split".parse()?);
        graph.processes.insert(name.clone(), process);
        let position = Position {
            x: place(at / rows, PITCH.0),
            y: place(at % rows, PITCH.1),
        };
        graph.layout.insert(name.clone(), position);
        for (port, out) in ["out", "rest", "count"]
            .into_iter()
            .enumerate()
            .take(WIRES_PER_PROCESS)
        {
            // One in ten goes far; the rest to the next column, a few rows up or down.
            let columns = if (at + port) % 10 == 0 { 4 } else { 1 };
            let to = (at + rows * columns + (at * 7 + port * 3) % 5).saturating_sub(2) % count;
            let input = if port == 0 { "in" } else { "control" };
            let from = format!("{name}.{out}").parse()?;
            let to = format!("{}.{input}", names[to]).parse()?;
            graph.connectors.push(Connector::new(from, to));
        }
    }
    Ok(graph)
}

/// A run in which every wire moves.
struct Numbers(HashMap<WireId, WireLook>);

impl Numbers {
    fn of(document: &Document) -> Self {
        let states = [
            WireState::Flowing,
            WireState::Filling,
            WireState::Blocking,
            WireState::Idle,
        ];
        let looks = document.wires().zip(states.into_iter().cycle());
        let look = |state: WireState| WireLook {
            state,
            load: 0.5,
            fill: 0.7,
            predicted: None,
            blocked: 0.1,
            errors: 0.0,
            label: "1.2k/s  812/1000  Σ4.1M".to_owned(),
            story: Vec::new(),
            spoken: "812 of 1000, 1200 per second".to_owned(),
        };
        Self(looks.map(|((id, _), state)| (id, look(state))).collect())
    }
}

impl LiveLook for Numbers {
    fn wire(&self, id: WireId) -> Option<WireLook> {
        self.0.get(&id).cloned()
    }

    fn process(&self, _name: &ProcessName) -> Option<ProcessLook> {
        Some(ProcessLook {
            state: ProcessState::Running,
            failure: None,
            culprit: None,
            is_changed: false,
            spoken: "running".to_owned(),
        })
    }
}
