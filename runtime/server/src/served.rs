//! A graph that the server holds: the model, who follows it, and its network if it runs.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Weak};

use millstream_graph::{Edit, EditError, Graph};
use millstream_packet::Packet;
use millstream_protocol::Response;
use millstream_protocol::extension::{self, GraphInfo, GraphState};
use millstream_protocol::fbp::network::{EdgeEnds, Status};
use parking_lot::{Mutex, MutexGuard};

use crate::folder::Folder;
use crate::hub::Handle;
use crate::run::{Phase, Run, millis};
use crate::trace::Trace;
use crate::watch::{Edge, Feed, Watch};

/// A graph with a name.
#[derive(Debug)]
pub(crate) struct Served {
    /// What messages call it.
    pub(crate) id: String,
    inner: Mutex<Inner>,
}

/// What changes about it. The lock is held for short, never while waiting.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) graph: Graph,
    /// Whether it has a file.
    pub(crate) has_file: bool,
    /// Whether it differs from its file.
    pub(crate) changed: bool,
    /// The last run.
    pub(crate) run: Option<Arc<Run>>,
    /// How many times it was run.
    pub(crate) runs: u64,
    /// Whether it was started and not stopped since.
    pub(crate) started: bool,
    pub(crate) followers: Vec<Arc<Follower>>,
    pub(crate) trace: Option<Arc<Trace>>,
}

/// A client that follows a graph.
#[derive(Debug)]
pub(crate) struct Follower {
    pub(crate) client: Handle,
    /// Packets of edges on their way to it.
    pub(crate) feed: Arc<Feed>,
    /// Which edges it wants to see.
    pub(crate) wants: Mutex<Wants>,
    /// The run whose packets it sees.
    seen: Mutex<Weak<Run>>,
    /// Whether it is told in the FBP protocol.
    pub(crate) speaks_fbp: AtomicBool,
    /// Whether it is told in ours.
    pub(crate) speaks_own: AtomicBool,
}

/// Which edges a client wants to see the packets of.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Wants {
    /// None.
    #[default]
    Nothing,
    /// All, values of the graph included.
    All,
    /// These.
    Edges(Vec<EdgeEnds>),
}

impl Wants {
    /// Whether this edge is among them.
    pub(crate) fn wants(&self, edge: &Edge) -> bool {
        match self {
            Self::Nothing => false,
            Self::All => true,
            Self::Edges(edges) => edges
                .iter()
                .any(|ends| edge.is_between(ends.src.as_ref(), &ends.tgt)),
        }
    }
}

impl Follower {
    pub(crate) fn new(client: Handle) -> Self {
        Self {
            feed: Arc::new(Feed::new(client.bell())),
            client,
            wants: Mutex::default(),
            seen: Mutex::default(),
            speaks_fbp: AtomicBool::new(false),
            speaks_own: AtomicBool::new(false),
        }
    }

    /// The run whose packets it sees.
    pub(crate) fn run(&self) -> Option<Arc<Run>> {
        self.seen.lock().upgrade()
    }

    fn watcher(&self) -> Arc<dyn Watch> {
        Arc::clone(&self.feed) as Arc<dyn Watch>
    }

    /// Sees the edges that it wants of a run, and no others.
    pub(crate) fn look_at(&self, run: &Arc<Run>) {
        *self.seen.lock() = Arc::downgrade(run);
        let watcher = self.watcher();
        run.unwatch(&watcher);
        let wants = self.wants.lock();
        for at in run.present_connectors() {
            if wants.wants(&run.edges()[at]) {
                run.watch(at, &watcher);
            }
        }
    }

    /// Sees nothing of a run any more.
    pub(crate) fn look_away(&self, run: &Run) {
        run.unwatch(&self.watcher());
    }

    /// Sees the values that ports get at the start.
    pub(crate) fn see_values(&self, values: &[(Arc<Edge>, Packet)]) {
        let wants = self.wants.lock();
        for (edge, packet) in values.iter().filter(|(edge, _)| wants.wants(edge)) {
            self.feed.see(edge, 0, packet);
        }
    }
}

impl Served {
    pub(crate) fn new(id: &str, graph: Graph, has_file: bool) -> Self {
        Self {
            id: id.to_owned(),
            inner: Mutex::new(Inner {
                graph,
                has_file,
                changed: !has_file,
                run: None,
                runs: 0,
                started: false,
                followers: Vec::new(),
                trace: None,
            }),
        }
    }

    /// Its state, locked.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock()
    }

    /// The last run.
    pub(crate) fn run(&self) -> Option<Arc<Run>> {
        self.lock().run.clone()
    }

    /// The run that goes on.
    pub(crate) fn live_run(&self) -> Option<Arc<Run>> {
        self.run().filter(|run| !run.has_ended())
    }

    /// Tells those who follow it, each in the protocols it speaks.
    pub(crate) fn tell(
        &self,
        fbp: Option<&Response>,
        own: Option<&extension::Response>,
        except: Option<u64>,
    ) {
        let followers = self.lock().followers.clone();
        for follower in followers {
            if except == Some(follower.client.id) {
                continue;
            }
            if let Some(fbp) = fbp.filter(|_| follower.speaks_fbp.load(Relaxed)) {
                follower.client.tell(fbp.clone());
            }
            if let Some(own) = own.filter(|_| follower.speaks_own.load(Relaxed)) {
                let own = Response::Millstream(own.clone());
                follower.client.tell(own);
            }
        }
    }

    /// What the FBP protocol says about its network.
    pub(crate) fn status(&self) -> Status {
        let inner = self.lock();
        let run = inner.run.as_ref();
        let running = run.is_some_and(|run| !run.has_ended());
        Status {
            graph: self.id.clone(),
            uptime: run
                .filter(|_| running)
                .map(|run| run.network.elapsed().as_secs_f64()),
            running,
            started: inner.started,
            ..Status::default()
        }
    }

    /// What our extension says about it.
    pub(crate) fn info(&self) -> GraphInfo {
        let inner = self.lock();
        let phase = inner.run.as_ref().map(|run| run.phase());
        let (state, fault) = match phase {
            Some(Phase::Running) => (GraphState::Running, None),
            Some(Phase::Draining) => (GraphState::Draining, None),
            Some(Phase::Ended(None)) if inner.started => (GraphState::Finished, None),
            None | Some(Phase::Ended(None)) => (GraphState::Stopped, None),
            Some(Phase::Ended(Some(fault))) => {
                let text = match fault.process {
                    Some(process) => format!("{process}: {}", fault.text),
                    None => fault.text,
                };
                (GraphState::Failed, Some(text))
            }
        };
        let runs = matches!(state, GraphState::Running | GraphState::Draining);
        let elapsed = inner.run.as_ref().filter(|_| runs);
        GraphInfo {
            graph: self.id.clone(),
            file: inner.has_file.then(|| Folder::file_of(&self.id)),
            changed: inner.changed,
            state,
            fault,
            elapsed_ms: elapsed.map(|run| millis(run.network.elapsed())),
        }
    }

    /// A client goes.
    pub(crate) fn unfollow(&self, client: u64) {
        let mut inner = self.lock();
        let gone: Vec<_> = inner
            .followers
            .extract_if(.., |follower| follower.client.id == client)
            .collect();
        if let Some(run) = &inner.run {
            for follower in &gone {
                follower.look_away(run);
            }
        }
    }
}

impl Inner {
    /// Changes the graph.
    ///
    /// # Errors
    ///
    /// Fails when an edit does not suit it; it is as it was then.
    pub(crate) fn apply(&mut self, edits: Vec<Edit>) -> Result<(), EditError> {
        self.graph.apply(Edit::Batch(edits))?;
        self.changed = true;
        Ok(())
    }
}
