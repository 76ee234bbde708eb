//! The picture of `millstream top` in the README, drawn by the screen itself.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use millstream_protocol::extension::{
    Changes, ConnectorCounts, ConnectorInfo, ProcessCounts, ProcessInfo, ProcessState, Response,
    Snapshot,
};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use super::super::table::Table;
use super::draw;

const COLUMNS: u16 = 132;
const ROWS: u16 = 11;
/// Size of a character in the picture.
const WIDTH: f64 = 8.4;
const HEIGHT: f64 = 18.0;
const INK: &str = "#d7dde5";
const PAPER: &str = "#12161c";

/// Orders that come faster than they are priced.
fn orders() -> Table {
    let connector = |from: &str, to: &str, depth: u64, rate: f64, blocked: f64| ConnectorInfo {
        from: vec![from.to_owned()],
        to: to.to_owned(),
        capacity: 64,
        counts: ConnectorCounts {
            sent: 184_213 + depth,
            received: 184_213,
            depth,
            high_water: depth,
            rate,
            blocked_percent: blocked,
            starved_percent: if depth == 0 { 71.0 } else { 0.0 },
            ..ConnectorCounts::default()
        },
    };
    let connectors = vec![
        connector("read.out", "parse.in", 64, 2031.0, 94.0),
        connector("parse.out", "price.in", 64, 2030.0, 91.0),
        connector("price.out", "sum.in", 0, 2029.0, 0.0),
        connector("sum.out", "print.in", 0, 0.0, 0.0),
        connector("print.out", "show.in", 0, 0.0, 0.0),
    ];
    let process = |name: &str| ProcessInfo {
        name: name.to_owned(),
        component: "core/Repeat".to_owned(),
        counts: ProcessCounts {
            state: ProcessState::Running,
            received: 0,
            sent: 0,
            failures: 0,
            busy_percent: 0.0,
        },
    };
    let mut table = Table::new("orders", "ws://127.0.0.1:3569");
    table.take(Response::Snapshot(Snapshot {
        graph: "orders".to_owned(),
        run: 1,
        elapsed_ms: 90_500,
        connectors: connectors.clone(),
        processes: ["read", "parse", "price", "sum", "print", "show"]
            .map(process)
            .into(),
    }));
    for look in 0_u32..24 {
        let counts = connectors.iter().enumerate().map(|(at, info)| {
            let wave = 1.0 + 0.2 * (f64::from(look) * 0.7).sin();
            let counts = ConnectorCounts {
                rate: if look == 23 {
                    info.counts.rate
                } else {
                    info.counts.rate * wave
                },
                ..info.counts
            };
            (u32::try_from(at).unwrap(), counts)
        });
        table.take(Response::Changes(Changes {
            graph: "orders".to_owned(),
            run: 1,
            elapsed_ms: 91_000 + 500 * u64::from(look),
            missed: 0,
            connectors: counts.collect(),
            processes: Vec::new(),
        }));
    }
    table.selected.select(Some(1));
    table
}

fn ink(cell: &Cell) -> &'static str {
    match cell.fg {
        Color::Red => "#ff7b72",
        Color::Yellow => "#e3b341",
        Color::Green => "#7ee787",
        Color::Cyan => "#79c0ff",
        _ => INK,
    }
}

/// What looks alike stands in one piece of text, so that the picture is small.
fn svg(buffer: &Buffer) -> String {
    let (width, height) = (f64::from(COLUMNS) * WIDTH, f64::from(ROWS) * HEIGHT);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" \
         aria-label=\"millstream top\">\n<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{PAPER}\"/>\n\
         <g font-family=\"ui-monospace, DejaVu Sans Mono, monospace\" font-size=\"14\" xml:space=\"preserve\">\n"
    );
    for y in 0..ROWS {
        let mut x = 0;
        while x < COLUMNS {
            let first = &buffer[(x, y)];
            let is_alike = |cell: &Cell| cell.fg == first.fg && cell.modifier == first.modifier;
            let end = (x..COLUMNS)
                .find(|&x| !is_alike(&buffer[(x, y)]))
                .unwrap_or(COLUMNS);
            let piece: String = (x..end).map(|x| buffer[(x, y)].symbol()).collect();
            write_piece(&mut text, first, (x, y, end - x), &piece);
            x = end;
        }
    }
    text + "</g>\n</svg>\n"
}

fn write_piece(text: &mut String, look: &Cell, (x, y, length): (u16, u16, u16), piece: &str) {
    let (left, top) = (f64::from(x) * WIDTH, f64::from(y) * HEIGHT);
    let width = f64::from(length) * WIDTH;
    let is_reversed = look.modifier.contains(Modifier::REVERSED);
    if is_reversed {
        writeln!(
            text,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{HEIGHT:.1}\" fill=\"{}\"/>",
            ink(look)
        )
        .unwrap();
    }
    if piece.trim().is_empty() {
        return;
    }
    let color = if is_reversed { PAPER } else { ink(look) };
    let weight = if look.modifier.contains(Modifier::BOLD) {
        " font-weight=\"bold\""
    } else {
        ""
    };
    let faint = if look.modifier.contains(Modifier::DIM) {
        " opacity=\"0.65\""
    } else {
        ""
    };
    let piece = piece.replace('&', "&amp;").replace('<', "&lt;");
    let base = top + HEIGHT * 0.75;
    writeln!(
        text,
        "<text x=\"{left:.1}\" y=\"{base:.1}\" textLength=\"{width:.1}\" fill=\"{color}\"{weight}{faint}>{piece}</text>"
    )
    .unwrap();
}

/// `MILLSTREAM_DRAW=1 cargo nextest run -p millstream picture_of_top` draws it anew.
#[test]
fn picture_of_top_is_what_the_screen_shows() {
    let mut terminal = Terminal::new(TestBackend::new(COLUMNS, ROWS)).unwrap();
    let mut table = orders();
    terminal
        .draw(|frame| draw(frame, &mut table, true))
        .unwrap();
    let drawn = svg(terminal.backend().buffer());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("pictures/top.svg");
    if std::env::var_os("MILLSTREAM_DRAW").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &drawn).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == drawn,
        "draw it anew: MILLSTREAM_DRAW=1 cargo nextest run -p millstream picture_of_top"
    );
}
