//! What the commands share that talk to a runtime.

use std::future::Future;
use std::io;

use tokio::runtime::Builder;

use crate::exit::{Exit, Fault};
use crate::signals::Signals;

/// Runs a conversation with a runtime.
pub(super) fn block_on<T>(
    conversation: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Fault::io("cannot start", &error))?;
    runtime.block_on(conversation)
}

/// Signals that end what would go on for ever.
pub(super) struct Stop(Signals);

impl Stop {
    pub(super) fn listen() -> Result<Self, Fault> {
        let cannot = |error: io::Error| Fault::io("cannot catch signals", &error);
        Signals::listen().map(Self).map_err(cannot)
    }

    /// How to exit when one comes.
    pub(super) async fn signal(&mut self) -> Exit {
        self.0.next().await.exit()
    }
}
