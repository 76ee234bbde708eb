//! `millstream tap`: shows the packets that pass connectors of a running graph.

use std::collections::BTreeMap;
use std::time::Duration;

use millstream_protocol::extension::{
    Attach, Detach, Packet, PacketKind, Packets, Request, Response, Snapshot,
};
use serde_json::{Value as Json, json};
use tokio::time::{Instant, sleep_until};

use super::remote::{self, Stop};
use crate::args::{Format, Show, TapArgs};
use crate::exit::{Exit, Fault};
use crate::output::{Shell, add, safe};
use crate::remote::{Remote, connector_name, connectors, is_over, not_running};

/// How often the state of the graph is asked for.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);
/// Longest preview of a packet in bytes, unless all of it is wanted.
const PREVIEW_BYTES: u32 = 4096;
/// Longest that a runtime gives.
const PREVIEW_BYTES_MAX: u32 = 64 << 10;

/// Shows packets until the graph ends, or as many or as long as wanted.
///
/// # Errors
///
/// Fails when the runtime cannot be reached, or there is no such connector.
pub(crate) fn tap(args: &TapArgs, shell: &Shell) -> Result<Exit, Fault> {
    remote::block_on(follow(args, shell))
}

async fn follow(args: &TapArgs, shell: &Shell) -> Result<Exit, Fault> {
    let mut stop = Stop::listen()?;
    let mut remote = Remote::connect(&args.remote).await?;
    let graph = remote.graph(args.remote.graph.as_deref()).await?;
    let snapshot = remote.follow(&graph, FOLLOW_EVERY).await?;
    let snapshot = snapshot.ok_or_else(|| not_running(&graph))?;
    let mut view = View::attach(&mut remote, &snapshot, args).await?;
    view.begin(shell);
    let until = args.duration.map(|duration| Instant::now() + duration);
    let exit = loop {
        let response = tokio::select! {
            response = remote.event() => response?,
            () = at(until) => break Exit::Ok,
            signal = stop.signal() => break signal,
        };
        match response {
            None => break Exit::Ok,
            Some(Response::Packets(packets)) => {
                if view.show(&packets, args, shell)? {
                    break Exit::Ok;
                }
            }
            Some(Response::State(info)) if info.graph == graph && is_over(info.state) => {
                view.leave(&mut remote, args, shell).await?;
                break Exit::Ok;
            }
            Some(_) => {}
        }
    };
    view.conclude(shell);
    Ok(exit)
}

async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

/// What is shown, and how much was.
struct View {
    /// Connectors by probe.
    names: BTreeMap<u32, String>,
    width: usize,
    shown: u64,
    /// By probe: packets passed over, and packets lost.
    passed: BTreeMap<u32, (u64, u64)>,
}

impl View {
    async fn attach(
        remote: &mut Remote,
        snapshot: &Snapshot,
        args: &TapArgs,
    ) -> Result<Self, Fault> {
        let chosen = connectors(snapshot, &args.connectors)?;
        let most = remote.limits().probes as usize;
        if chosen.len() > most {
            let text = format!(
                "{} connectors are meant; at most {most} can be tapped",
                chosen.len()
            );
            return Err(Fault::usage(text).help("name those that matter"));
        }
        let mut names = BTreeMap::new();
        for at in chosen {
            let info = &snapshot.connectors[at];
            let attach = Request::Attach(Attach {
                graph: snapshot.graph.clone(),
                connector: info.to.clone(),
                last: Some(remote.limits().probe_packets),
                every: args.sample.map(|sample| sample.0),
                per_second: args.limit.map(|limit| limit.0),
                preview_bytes: Some(if args.show == Show::Full {
                    PREVIEW_BYTES_MAX
                } else {
                    PREVIEW_BYTES
                }),
            });
            match remote.ask(attach).await? {
                Response::Attached(attached) => names.insert(attached.probe, connector_name(info)),
                other => return Err(remote.strange(&other)),
            };
        }
        let width = names
            .values()
            .map(|name| name.chars().count())
            .max()
            .unwrap_or(0);
        Ok(Self {
            names,
            width,
            shown: 0,
            passed: BTreeMap::new(),
        })
    }

    /// Says which connectors are seen from now on.
    fn begin(&self, shell: &Shell) {
        let names: Vec<&str> = self.names.values().map(String::as_str).collect();
        shell.notice(&format!("tapping {}", names.join(", ")));
    }

    /// Shows packets. True when as many as wanted have been shown.
    fn show(&mut self, packets: &Packets, args: &TapArgs, shell: &Shell) -> Result<bool, Fault> {
        self.passed
            .insert(packets.probe, (packets.skipped, packets.missed));
        let Some(name) = self.names.get(&packets.probe) else {
            return Ok(false);
        };
        let mut text = String::new();
        let mut is_enough = false;
        for packet in &packets.packets {
            match args.format.get() {
                Format::Human => self.line(&mut text, name, packet, args.show),
                Format::Json => add(&mut text, format_args!("{}\n", document(name, packet))),
            }
            self.shown += 1;
            is_enough = args.count.is_some_and(|count| self.shown >= count);
            if is_enough {
                break;
            }
        }
        shell.data(&text)?;
        Ok(is_enough)
    }

    fn line(&self, text: &mut String, name: &str, packet: &Packet, show: Show) {
        let seconds = packet.at_ms as f64 / 1e3;
        let indent = "  ".repeat(packet.depth as usize);
        let (mark, value) = match packet.kind {
            PacketKind::Data => ("", value_text(packet, show)),
            PacketKind::Open => ("( ", value_text(packet, Show::Value)),
            PacketKind::Close => (") ", value_text(packet, Show::Value)),
        };
        let (seq, width) = (packet.seq, self.width);
        add(
            text,
            format_args!(
                "{seconds:>9.3}s  {name:width$}  {seq:>8}  {indent}{mark}{}\n",
                safe(&value)
            ),
        );
    }

    /// Takes what is still on its way when the graph has ended.
    async fn leave(
        &mut self,
        remote: &mut Remote,
        args: &TapArgs,
        shell: &Shell,
    ) -> Result<(), Fault> {
        for probe in self.names.keys().copied().collect::<Vec<_>>() {
            // A runtime that ends with the graph may have closed the connection by now.
            if remote.ask(Request::Detach(Detach { probe })).await.is_err() {
                break;
            }
        }
        for packets in remote.take_packets() {
            self.show(&packets, args, shell)?;
        }
        Ok(())
    }

    /// Says what was not shown.
    fn conclude(&self, shell: &Shell) {
        let skipped: u64 = self.passed.values().map(|(skipped, _)| skipped).sum();
        let missed: u64 = self.passed.values().map(|(_, missed)| missed).sum();
        if skipped > 0 {
            shell.notice(&format!(
                "{skipped} packets passed over by --sample and --limit"
            ));
        }
        if missed > 0 {
            shell.notice(&format!(
                "{missed} packets came faster than they could be shown; --sample 1/N or --limit N/s shows fewer"
            ));
        }
    }
}

fn value_text(packet: &Packet, show: Show) -> String {
    match (&packet.value, &packet.preview) {
        (Some(Json::Object(fields)), _) if show == Show::Keys => fields
            .keys()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" "),
        (Some(value), _) => value.to_string(),
        (None, Some(preview)) => format!("{preview}…"),
        (None, None) => "null".to_owned(),
    }
}

fn document(connector: &str, packet: &Packet) -> Json {
    let mut document = json!({ "schema": "millstream.tap/1", "connector": connector });
    if let (Json::Object(document), Ok(Json::Object(packet))) =
        (&mut document, serde_json::to_value(packet))
    {
        document.extend(packet);
    }
    document
}
