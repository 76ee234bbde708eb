//! The tasks of the server: none is detached, all are joined at the end (R11).

use std::future::Future;

use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// Tasks that are joined when the server ends.
#[derive(Debug)]
pub(crate) struct Tasks {
    runtime: Handle,
    running: Mutex<JoinSet<()>>,
}

impl Tasks {
    pub(crate) fn new(runtime: Handle) -> Self {
        Self {
            runtime,
            running: Mutex::default(),
        }
    }

    /// Where tasks run.
    pub(crate) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Starts a task.
    pub(crate) fn start(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut running = self.running.lock();
        // Those that have ended are let go of, or their results would pile up.
        while running.try_join_next().is_some() {}
        running.spawn_on(task, &self.runtime);
    }

    /// Waits until all have ended; tasks may start others meanwhile.
    pub(crate) async fn join(&self) {
        loop {
            let mut running = std::mem::take(&mut *self.running.lock());
            if running.is_empty() {
                return;
            }
            while running.join_next().await.is_some() {}
        }
    }

    /// Ends those that are left.
    pub(crate) fn abort(&self) {
        self.running.lock().abort_all();
    }
}
