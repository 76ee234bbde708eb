//! How the table looks on a terminal.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Cell, Clear, Paragraph, Row, Table as Grid, Wrap};

use super::keys::HELP;
use super::once::state_name;
use super::table::{Pane, Table, View, short};
use crate::remote::connector_name;
use crate::select::show_duration;
use crate::verb::graphs;
use millstream_protocol::extension::{ConnectorInfo, ProcessInfo, ProcessState};

const KEYS: &str = "w connectors  p processes  / filter  s sort  r reverse  Enter packets  h hold  . step  y why  ? help  q quit";
/// From here on a connector is filling, and from there on it is full, in percent.
const FILLING: f64 = 60.0;
const FULL: f64 = 86.0;

/// Draws everything.
pub(super) fn draw(frame: &mut Frame<'_>, table: &mut Table, has_color: bool) {
    let paint = Paint(has_color);
    let [head, body, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    frame.render_widget(Paragraph::new(heading(table, paint)), head);
    frame.render_widget(Paragraph::new(footing(table, paint)), foot);
    match &table.pane {
        Some(Pane::Tap { .. }) => {
            let halves = [Constraint::Percentage(50), Constraint::Percentage(50)];
            let [above, below] = Layout::vertical(halves).areas(body);
            draw_rows(frame, table, above, paint);
            draw_pane(frame, table, below);
        }
        Some(_) => {
            draw_rows(frame, table, body, paint);
            let [middle] = Layout::vertical([Constraint::Percentage(80)])
                .flex(ratatui::layout::Flex::Center)
                .areas(body);
            frame.render_widget(Clear, middle);
            draw_pane(frame, table, middle);
        }
        None => draw_rows(frame, table, body, paint),
    }
}

/// Colours, where they are welcome.
#[derive(Clone, Copy)]
struct Paint(bool);

impl Paint {
    fn color(self, color: Color) -> Style {
        if self.0 {
            Style::new().fg(color)
        } else {
            Style::new()
        }
    }

    /// Green, yellow, red.
    fn level(self, percent: f64) -> Style {
        match percent {
            _ if percent >= FULL => self.color(Color::Red).add_modifier(Modifier::BOLD),
            _ if percent >= FILLING => self.color(Color::Yellow),
            _ => self.color(Color::Green),
        }
    }
}

fn heading(table: &Table, paint: Paint) -> Line<'static> {
    let rate: f64 = table.connectors().iter().map(|info| info.counts.rate).sum();
    let is_blocked = |info: &&ConnectorInfo| info.counts.blocked_percent >= 50.0;
    let blocked = table.connectors().iter().filter(is_blocked).count();
    let elapsed = show_duration(Duration::from_millis(table.elapsed_ms()));
    let mut parts = vec![
        Span::styled(
            format!(" {} ", table.graph()),
            Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD),
        ),
        Span::raw(format!(
            "  {}  {elapsed}  {}/s  {} processes  {} connectors",
            graphs::state_name(table.state()),
            short(rate),
            table.processes().len(),
            table.connectors().len()
        )),
    ];
    if blocked > 0 {
        parts.push(Span::styled(
            format!("  {blocked} blocked"),
            paint.color(Color::Red),
        ));
    }
    if let Some(age) = table.age() {
        let text = format!(
            "  no news for {}",
            show_duration(Duration::from_secs(age.as_secs()))
        );
        parts.push(Span::styled(text, paint.color(Color::Yellow)));
    }
    Line::from(parts)
}

fn footing(table: &Table, paint: Paint) -> Line<'static> {
    if table.is_filtering {
        return Line::from(format!("/{}▏", table.filter));
    }
    if let Some(message) = &table.message {
        return Line::styled(message.clone(), paint.color(Color::Yellow));
    }
    let filter = if table.filter.is_empty() {
        String::new()
    } else {
        format!("/{}  ", table.filter)
    };
    Line::styled(
        format!("{filter}{KEYS}"),
        Style::new().add_modifier(Modifier::DIM),
    )
}

fn draw_rows(frame: &mut Frame<'_>, table: &mut Table, area: Rect, paint: Paint) {
    let order = table.rows();
    let grid = match table.view {
        View::Connectors => connectors(table, &order, paint),
        View::Processes => processes(table, &order, paint),
    };
    let arrow = if table.is_reversed { "▲" } else { "▼" };
    let title = format!(" by {} {arrow} ", table.sort.name(table.view));
    let grid = grid
        .block(Block::bordered().title_bottom(title))
        .column_spacing(2)
        // Not reversed: a full gauge would look empty.
        .row_highlight_style(Style::new().add_modifier(Modifier::BOLD))
        .highlight_symbol("▸ ");
    frame.render_stateful_widget(grid, area, &mut table.selected);
}

fn connectors(table: &Table, order: &[usize], paint: Paint) -> Grid<'static> {
    let rows = order.iter().filter_map(|&at| {
        let info = table.connectors().get(at)?;
        Some(connector_row(
            info,
            table.history(at).into_iter().flatten(),
            paint,
        ))
    });
    let widths = [
        Constraint::Min(20),
        Constraint::Length(8),
        Constraint::Length(10),
        Constraint::Length(11),
        Constraint::Length(9),
        Constraint::Length(9),
        Constraint::Length(8),
        Constraint::Length(9),
        Constraint::Length(24),
    ];
    Grid::new(rows, widths).header(header(&[
        "connector",
        "rate/s",
        "fill",
        "inside",
        "blocked %",
        "starved %",
        "dropped",
        "sent",
        "rate over time",
    ]))
}

fn header(names: &[&'static str]) -> Row<'static> {
    let cells = names.iter().enumerate().map(|(at, name)| {
        let is_text = at == 0 || matches!(*name, "fill" | "rate over time" | "state" | "component");
        let line = Line::from(*name);
        Cell::from(if is_text { line } else { line.right_aligned() })
    });
    Row::new(cells).style(Style::new().add_modifier(Modifier::BOLD))
}

fn number(text: String) -> Cell<'static> {
    Cell::from(Line::from(text).right_aligned())
}

fn connector_row<'a>(
    info: &ConnectorInfo,
    history: impl Iterator<Item = &'a f64> + Clone,
    paint: Paint,
) -> Row<'static> {
    let counts = &info.counts;
    let fill = counts.depth as f64 * 100.0 / f64::from(info.capacity.max(1));
    let mark = if counts.held { "‖ " } else { "" };
    let dropped = if counts.dropped > 0 {
        paint.color(Color::Red)
    } else {
        Style::new()
    };
    Row::new([
        Cell::from(format!("{mark}{}", connector_name(info))),
        number(short(counts.rate)),
        Cell::from(gauge(fill)).style(paint.level(fill)),
        number(format!("{}/{}", counts.depth, info.capacity)),
        number(format!("{:.0}", counts.blocked_percent)).style(paint.level(counts.blocked_percent)),
        number(format!("{:.0}", counts.starved_percent)),
        number(counts.dropped.to_string()).style(dropped),
        number(short(counts.sent as f64)),
        Cell::from(curve(history)).style(paint.color(Color::Cyan)),
    ])
}

fn processes(table: &Table, order: &[usize], paint: Paint) -> Grid<'static> {
    let rows = order
        .iter()
        .filter_map(|&at| table.processes().get(at))
        .map(|info| process_row(info, paint));
    let widths = [
        Constraint::Min(20),
        Constraint::Length(8),
        Constraint::Length(8),
        Constraint::Length(11),
        Constraint::Length(11),
        Constraint::Length(9),
        Constraint::Min(16),
    ];
    Grid::new(rows, widths).header(header(&[
        "process",
        "state",
        "busy %",
        "received",
        "sent",
        "failures",
        "component",
    ]))
}

fn process_row(info: &ProcessInfo, paint: Paint) -> Row<'static> {
    let counts = &info.counts;
    let state = match counts.state {
        ProcessState::Running => paint.color(Color::Green),
        ProcessState::Blocked | ProcessState::Failed => paint.color(Color::Red),
        ProcessState::Held => paint.color(Color::Yellow),
        ProcessState::Ended => Style::new().add_modifier(Modifier::DIM),
        _ => Style::new(),
    };
    let failures = if counts.failures > 0 {
        paint.color(Color::Red)
    } else {
        Style::new()
    };
    Row::new([
        Cell::from(info.name.clone()),
        Cell::from(state_name(counts.state)).style(state),
        number(format!("{:.0}", counts.busy_percent)).style(paint.level(counts.busy_percent)),
        number(short(counts.received as f64)),
        number(short(counts.sent as f64)),
        number(counts.failures.to_string()).style(failures),
        Cell::from(info.component.clone()),
    ])
}

/// Ten cells, filled by the eighth.
fn gauge(percent: f64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    const CELLS: usize = 10;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 80"
    )]
    let eighths = (percent.clamp(0.0, 100.0) * 0.8).round() as usize;
    let (whole, part) = (eighths / 8, EIGHTHS[eighths % 8]);
    let drawn = whole + usize::from(!part.is_empty());
    format!("{}{part}{}", "█".repeat(whole), "·".repeat(CELLS - drawn))
}

/// A curve of blocks, as high as its largest number.
fn curve<'a>(numbers: impl Iterator<Item = &'a f64> + Clone) -> String {
    const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = numbers.clone().copied().fold(0.0, f64::max);
    numbers
        .map(|number| {
            let share = if most > 0.0 { number / most } else { 0.0 };
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between 0 and 7"
            )]
            let level = (share * 7.0).round() as usize;
            LEVELS[level.min(7)]
        })
        .collect()
}

fn draw_pane(frame: &mut Frame<'_>, table: &Table, area: Rect) {
    let (title, text) = match &table.pane {
        None => return,
        Some(Pane::Help) => ("help".to_owned(), HELP.to_owned()),
        Some(Pane::Text(title, text)) => ((*title).to_owned(), text.clone()),
        Some(Pane::Tap {
            connector, lines, ..
        }) => {
            let height = usize::from(area.height.saturating_sub(2));
            let last = lines.iter().skip(lines.len().saturating_sub(height));
            let text: Vec<&str> = last.map(String::as_str).collect();
            (format!("packets of {connector}"), text.join("\n"))
        }
    };
    let is_tap = matches!(table.pane, Some(Pane::Tap { .. }));
    let mut paragraph = Paragraph::new(text).block(
        Block::bordered()
            .title(format!(" {title} "))
            .title_bottom(" Esc back "),
    );
    if !is_tap {
        paragraph = paragraph.wrap(Wrap { trim: false });
    }
    frame.render_widget(paragraph, area);
}

#[cfg(test)]
mod picture;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gauges_and_curves_are_as_wide_as_their_column() {
        for percent in [0.0, 3.0, 50.0, 99.0, 100.0, 250.0] {
            assert_eq!(gauge(percent).chars().count(), 10, "{percent}");
        }
        assert_eq!(gauge(50.0), "█████·····");
        assert_eq!(curve([0.0, 5.0, 10.0].iter()), "▁▅█");
        assert_eq!(curve([0.0].iter()), "▁");
    }
}
