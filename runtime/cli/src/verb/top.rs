//! `millstream top`: what a running graph does, live.
//!
//! [`table`] is what there is to see, [`screen`] how it looks on a terminal, [`keys`] what a key does.

mod keys;
mod once;
mod screen;
mod table;

use std::io::IsTerminal as _;
use std::time::Duration;

use millstream_protocol::extension::{
    Attach, Detach, GraphName, Request, Response, Steer, Step, Target,
};
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event};
use tokio::time::{Instant, sleep_until};

use super::remote::{self, Stop};
use super::why;
use crate::args::TopArgs;
use crate::exit::{Exit, Fault};
use crate::output::Shell;
use crate::remote::Remote;
use keys::Wish;
use table::{Pane, Table};

/// Longest time until a key is noticed.
const KEY_POLL: Duration = Duration::from_millis(100);
/// Keys that wait to be followed.
const KEYS_MAX: usize = 32;
/// Packets of a tapped connector that are kept.
const TAPPED_MAX: usize = 200;
/// Longest preview of a tapped packet in bytes.
const PREVIEW_BYTES: u32 = 400;

/// Shows a running graph until a key or a signal ends that.
///
/// # Errors
///
/// Fails when the runtime cannot be reached, or there is no terminal.
pub(crate) fn top(args: &TopArgs, shell: &Shell) -> Result<Exit, Fault> {
    let is_terminal = std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
    if args.once {
        return remote::block_on(once::once(args, shell));
    }
    if !is_terminal {
        return Err(Fault::usage("`top` needs a terminal")
            .help("`millstream top --once` prints one table, `--once --format json` a document"));
    }
    remote::block_on(live(args, shell))
}

async fn live(args: &TopArgs, shell: &Shell) -> Result<Exit, Fault> {
    let mut stop = Stop::listen()?;
    let mut remote = Remote::connect(&args.remote).await?;
    let graph = remote.graph(args.remote.graph.as_deref()).await?;
    let mut table = Table::new(&graph, remote.url());
    if let Some(snapshot) = remote.follow(&graph, args.interval).await? {
        table.take(Response::Snapshot(snapshot));
    }
    let (keys, pressed) = flume::bounded(KEYS_MAX);
    let reader = std::thread::Builder::new()
        .name("millstream keys".to_owned())
        .spawn(move || read_keys(&keys))
        .map_err(|error| Fault::io("cannot read keys", &error))?;
    let mut terminal = ratatui::try_init().map_err(|error| Fault::io("the terminal", &error))?;
    let mut session = Session {
        remote,
        table,
        probe: None,
        has_color: shell.out.color,
    };
    let ended = tokio::select! {
        ended = session.follow(&mut terminal, &pressed, args.interval) => ended,
        signal = stop.signal() => Ok(signal),
    };
    ratatui::restore();
    drop(pressed);
    // It ends by itself, now that nobody takes its keys; a panic in there has been told.
    drop(reader.join());
    ended
}

fn read_keys(keys: &flume::Sender<Event>) {
    while !keys.is_disconnected() {
        let is_there = event::poll(KEY_POLL).unwrap_or(false);
        if is_there
            && let Ok(event) = event::read()
            && keys.send(event).is_err()
        {
            return;
        }
    }
}

/// A look at a graph.
struct Session {
    remote: Remote,
    table: Table,
    /// The probe of the connector that is tapped.
    probe: Option<u32>,
    has_color: bool,
}

impl Session {
    async fn follow(
        &mut self,
        terminal: &mut DefaultTerminal,
        pressed: &flume::Receiver<Event>,
        interval: Duration,
    ) -> Result<Exit, Fault> {
        loop {
            let drawn = terminal.draw(|frame| screen::draw(frame, &mut self.table, self.has_color));
            drawn.map_err(|error| Fault::io("the terminal", &error))?;
            // Ages go on also when nothing comes.
            let next = Instant::now() + interval.max(Duration::from_millis(250));
            tokio::select! {
                response = self.remote.event() => match response? {
                    Some(response) => self.table.take(response),
                    None => self.table.lose(),
                },
                event = pressed.recv_async() => {
                    if let Ok(event) = event
                        && self.press(&event).await?
                    {
                        return Ok(Exit::Ok);
                    }
                }
                () = sleep_until(next) => {}
            }
            if self.table.is_lost() {
                return Err(Fault::new(Exit::Unreachable, "the runtime has gone"));
            }
        }
    }

    /// Does what a key means. True when that is to end.
    async fn press(&mut self, event: &Event) -> Result<bool, Fault> {
        match keys::press(&mut self.table, event) {
            Wish::Nothing => {}
            Wish::Quit => return Ok(true),
            Wish::Why => {
                let graph = self.name();
                if let Response::Why(why) = self.remote.ask(Request::Why(graph)).await? {
                    self.table.pane = Some(Pane::Text("why", why::text(&why)));
                }
            }
            Wish::Hold(target) => self.hold(target).await?,
            Wish::Step(target) => {
                let graph = self.name().graph;
                let step = Step {
                    graph,
                    target,
                    packets: None,
                };
                self.steer(Request::Step(step)).await;
            }
            Wish::Tap(connector) => self.tap(connector).await?,
            Wish::Leave => self.untap().await?,
        }
        Ok(false)
    }

    fn name(&self) -> GraphName {
        GraphName {
            graph: self.table.graph().to_owned(),
        }
    }

    async fn hold(&mut self, target: Target) -> Result<(), Fault> {
        let steer = Steer {
            graph: self.name().graph,
            target: target.clone(),
        };
        let request = if self.table.is_held(&target) {
            Request::Release(steer)
        } else {
            Request::Hold(steer)
        };
        self.steer(request).await;
        Ok(())
    }

    /// What is refused is told in the last line, and ends nothing.
    async fn steer(&mut self, request: Request) {
        match self.remote.ask(request).await {
            Ok(Response::Steered(steered)) => self.table.note_steered(&steered),
            Ok(_) => {}
            Err(fault) => self.table.message = Some(fault.message.text),
        }
    }

    async fn tap(&mut self, connector: String) -> Result<(), Fault> {
        self.untap().await?;
        let attach = Attach {
            graph: self.name().graph,
            connector,
            last: None,
            every: None,
            per_second: Some(100),
            preview_bytes: Some(PREVIEW_BYTES),
        };
        match self.remote.ask(Request::Attach(attach)).await {
            Ok(Response::Attached(attached)) => {
                self.probe = Some(attached.probe);
                self.table.pane = Some(Pane::tap(attached.connector, TAPPED_MAX));
            }
            Ok(_) => {}
            Err(fault) => self.table.message = Some(fault.message.text),
        }
        Ok(())
    }

    async fn untap(&mut self) -> Result<(), Fault> {
        if let Some(probe) = self.probe.take() {
            self.remote.ask(Request::Detach(Detach { probe })).await?;
        }
        self.table.pane = None;
        Ok(())
    }
}
