//! Sub-protocol `trace`: recorded packets.

use std::sync::Arc;

use millstream_graph::exchange::write_json;
use millstream_protocol::Response;
use millstream_protocol::fbp::trace::{Dump, Message, Start};

use super::NO_GRAPH;
use crate::limits::{TRACE_EVENTS, TRACE_EVENTS_MAX};
use crate::served::Served;
use crate::session::{Refusal, Session};
use crate::trace::Trace;
use crate::watch::Watch;

/// Does what a message says.
pub(super) fn handle(session: &mut Session, message: Message) -> Result<(), Refusal> {
    let find = |graph: &str| {
        let served = session.state.find(graph);
        served.ok_or_else(|| Refusal::from(NO_GRAPH))
    };
    let answer = match message {
        Message::Start(start) => {
            let served: Arc<Served> = find(&start.graph)?;
            begin(&served, &start);
            Message::Start(start)
        }
        Message::Stop(about) => {
            let served = find(&about.graph)?;
            let trace = recorded(&served)?;
            trace.stop();
            if let Some(run) = served.live_run() {
                run.unwatch(&(Arc::clone(&trace) as Arc<dyn Watch>));
            }
            Message::Stop(about)
        }
        Message::Clear(about) => {
            let served: Arc<Served> = find(&about.graph)?;
            recorded(&served)?.clear();
            Message::Clear(about)
        }
        Message::Dump(dump) => {
            let served: Arc<Served> = find(&dump.graph)?;
            Message::Dump(self::dump(&served, dump)?)
        }
        Message::Error(_) => return Err(Refusal::from("only a runtime says this")),
    };
    session.answer(Response::Trace(answer));
    Ok(())
}

fn recorded(served: &Served) -> Result<Arc<Trace>, Refusal> {
    let trace = served.lock().trace.clone();
    trace.ok_or_else(|| Refusal::from(format!("nothing of `{}` was recorded", served.id)))
}

fn begin(served: &Served, start: &Start) {
    let size = start.buffersize.unwrap_or(TRACE_EVENTS);
    let trace = Arc::new(Trace::new(size.min(TRACE_EVENTS_MAX) as usize));
    let old = served.lock().trace.replace(Arc::clone(&trace));
    let Some(run) = served.live_run() else {
        return;
    };
    if let Some(old) = old {
        run.unwatch(&(old as Arc<dyn Watch>));
    }
    let watcher = trace as Arc<dyn Watch>;
    run.present_connectors()
        .for_each(|at| run.watch(at, &watcher));
}

fn dump(served: &Served, mut dump: Dump) -> Result<Dump, Refusal> {
    let trace = recorded(served)?;
    let definition = write_json(&served.lock().graph).text;
    let definition = serde_json::from_str(&definition).unwrap_or_default();
    dump.flowtrace = Some(trace.dump(&served.id, &definition));
    Ok(dump)
}
