//! The progress line: what passes, where it is fullest, how long it has been.
//!
//! It is drawn by a thread of its own, so that a busy network neither waits for it nor stops it, and appears only when
//! a run takes longer than a moment.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use millstream_connector::Counts;
use millstream_engine::Network;
use millstream_graph::Flat;

use crate::args::{Format, Ui};
use crate::output::{Look, Screen, Shell, add};
use crate::select::show_duration;

/// Runs that are shorter show nothing.
const APPEARS_AFTER: Duration = Duration::from_secs(1);
/// Time between two drawings.
const REDRAWN_EVERY: Duration = Duration::from_millis(250);
/// Time that rates are averaged over.
const WINDOW: Duration = Duration::from_secs(2);

/// The line, while it lives.
#[derive(Debug)]
pub(crate) struct Progress {
    thread: Option<(SyncSender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Starts drawing, if somebody is there to see it.
    ///
    /// # Errors
    ///
    /// Fails when no thread can be started.
    pub(crate) fn start(network: &Network, flat: &Flat, ui: Ui, shell: &Shell) -> io::Result<Self> {
        if !is_wanted(flat, ui, shell) {
            return Ok(Self { thread: None });
        }
        let (end, ended) = sync_channel(1);
        let line = Line::new(network.clone(), shell.err, Arc::clone(&shell.screen));
        let thread = std::thread::Builder::new()
            .name("millstream progress".to_owned())
            .spawn(move || line.draw_until(|pause| ended.recv_timeout(pause)))?;
        Ok(Self {
            thread: Some((end, thread)),
        })
    }

    /// Takes the line away.
    pub(crate) fn end(self) {
        if let Some((end, thread)) = self.thread {
            drop(end);
            // A panic in there has been reported, and the run matters more.
            drop(thread.join());
        }
    }
}

/// A graph that prints to the terminal itself would be drawn over.
fn is_wanted(flat: &Flat, ui: Ui, shell: &Shell) -> bool {
    let prints = || {
        flat.processes
            .iter()
            .any(|process| process.component.as_str().starts_with("console/"))
    };
    let is_free = || !shell.out.terminal || !prints();
    let is_chosen = match ui {
        Ui::None => false,
        Ui::Line => true,
        Ui::Auto => is_free(),
    };
    is_chosen && shell.err.terminal && shell.verbosity >= 0 && shell.format == Format::Human
}

struct Line {
    network: Network,
    look: Look,
    screen: Arc<Screen>,
    names: Vec<String>,
    /// Counts of earlier moments, the oldest first.
    history: std::collections::VecDeque<(Instant, Vec<Counts>)>,
}

impl Line {
    fn new(network: Network, look: Look, screen: Arc<Screen>) -> Self {
        Self {
            network,
            look,
            screen,
            names: Vec::new(),
            history: std::collections::VecDeque::new(),
        }
    }

    fn draw_until(mut self, pause: impl Fn(Duration) -> Result<(), RecvTimeoutError>) {
        let mut wait = APPEARS_AFTER;
        while pause(wait) == Err(RecvTimeoutError::Timeout) {
            wait = REDRAWN_EVERY;
            let text = self.text();
            self.screen.line(&text);
        }
        self.screen.clear();
    }

    fn text(&mut self) -> String {
        let mut now = Vec::with_capacity(self.names.len());
        self.network.each_counts(|_, counts| now.push(counts));
        // An edit adds connectors; rates begin anew then.
        if self.names.len() != now.len() {
            self.history.clear();
            let name = |from: &[String], to: &str| format!("{} -> {to}", from.join(", "));
            let connectors = self.network.connectors();
            self.names = connectors
                .iter()
                .map(|connector| name(&connector.from, &connector.to))
                .collect();
        }
        now.truncate(self.names.len());
        let text = line_text(
            &self.network,
            &self.names,
            &now,
            self.history.front(),
            self.look,
        );
        self.history.push_back((Instant::now(), now));
        while self
            .history
            .front()
            .is_some_and(|(at, _)| at.elapsed() > WINDOW)
        {
            self.history.pop_front();
        }
        cut(&text, self.look.width.unwrap_or(80).saturating_sub(1))
    }
}

fn line_text(
    network: &Network,
    names: &[String],
    now: &[Counts],
    before: Option<&(Instant, Vec<Counts>)>,
    look: Look,
) -> String {
    let total: u64 = now.iter().map(|counts| counts.sent).sum();
    let (then, seconds) = match before {
        Some((at, counts)) => (Some(counts), at.elapsed().as_secs_f64()),
        None => (None, network.elapsed().as_secs_f64()),
    };
    let sent_before = |at: usize| {
        then.and_then(|counts| counts.get(at))
            .map_or(0, |counts| counts.sent)
    };
    let passed = |at: usize| {
        now.get(at)
            .map_or(0, |counts| counts.sent.saturating_sub(sent_before(at)))
    };
    let all: u64 = (0..now.len()).map(passed).sum();
    let mut text = format!(
        "{}  {} packets  {}/s",
        show_duration(network.elapsed()),
        short(total as f64),
        short(all as f64 / seconds.max(0.001))
    );
    // The fullest says who holds the others up; among equals the busiest.
    let fill = |counts: &Counts| counts.depth * 100 / u64::from(counts.capacity.max(1));
    let fullest = (0..now.len()).max_by_key(|&at| (now.get(at).map_or(0, fill), passed(at)));
    if let Some((name, counts)) = fullest.and_then(|at| Some((names.get(at)?, now.get(at)?))) {
        let gauge = gauge(fill(counts), look);
        add(
            &mut text,
            format_args!("  {name} {gauge} {}/{}", counts.depth, counts.capacity),
        );
    }
    text
}

fn gauge(percent: u64, look: Look) -> String {
    let full = usize::try_from(percent.min(100) / 10).unwrap_or(10);
    let (done, open) = if look.unicode {
        ("█", "░")
    } else {
        ("#", "-")
    };
    format!("[{}{}]", done.repeat(full), open.repeat(10 - full))
}

/// `950`, `12.3 k`, `4.56 M`.
fn short(number: f64) -> String {
    match number {
        _ if number < 1e4 => format!("{number:.0}"),
        _ if number < 1e6 => format!("{:.1} k", number / 1e3),
        _ if number < 1e9 => format!("{:.2} M", number / 1e6),
        _ => format!("{:.2} G", number / 1e9),
    }
}

/// The line must not wrap: what wraps cannot be taken away again.
fn cut(text: &str, width: usize) -> String {
    text.chars().take(width).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_gauges_are_short() {
        assert_eq!(short(950.0), "950");
        assert_eq!(short(12_345.0), "12.3 k");
        assert_eq!(short(4_560_000.0), "4.56 M");
        let look = Look {
            color: false,
            unicode: false,
            terminal: false,
            width: None,
        };
        assert_eq!(gauge(34, look), "[###-------]");
        assert_eq!(gauge(400, look), "[##########]");
    }
}
