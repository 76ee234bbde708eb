//! What SIGINT and SIGTERM do: the first lets the network drain, the second ends it.

use std::cell::Cell;
use std::io;
use std::time::Duration;

use millstream_engine::Network;

use crate::exit::Exit;
use crate::output::Shell;
use crate::select::show_duration;

/// Time that processes have to let go after the second signal.
const LET_GO: Duration = Duration::from_secs(1);

/// A signal that asks to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// The polite `kill`.
    Terminate,
}

impl Signal {
    /// How a run ends that this signal ended.
    pub(crate) const fn exit(self) -> Exit {
        match self {
            Self::Interrupt => Exit::Interrupted,
            Self::Terminate => Exit::Terminated,
        }
    }
}

/// The signals, caught from now on.
#[derive(Debug)]
pub(crate) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    /// Catches the signals.
    ///
    /// # Errors
    ///
    /// Fails when the system does not let us.
    #[cfg(unix)]
    pub(crate) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Catches the signals.
    ///
    /// # Errors
    ///
    /// Never, on this system.
    #[cfg(not(unix))]
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for a signal.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) -> Signal {
        tokio::select! {
            Some(()) = self.interrupt.recv() => Signal::Interrupt,
            Some(()) = self.terminate.recv() => Signal::Terminate,
            else => std::future::pending().await,
        }
    }

    /// Waits for a signal.
    #[cfg(not(unix))]
    pub(crate) async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::Interrupt,
            Err(_) => std::future::pending().await,
        }
    }

    /// Does what signals ask for; returns when nothing is left but to go, whatever the processes do.
    pub(crate) async fn steer(
        mut self,
        network: &Network,
        grace: Duration,
        shell: &Shell,
        first: &Cell<Option<Signal>>,
    ) {
        first.set(Some(self.next().await));
        network.stop();
        tell_draining(network, grace, shell);
        self.next().await;
        network.cancel();
        tokio::select! {
            () = tokio::time::sleep(LET_GO) => {}
            _third = self.next() => {}
        }
    }
}

fn tell_draining(network: &Network, grace: Duration, shell: &Shell) {
    let mut full: Vec<_> = network
        .connectors()
        .into_iter()
        .filter(|connector| connector.counts.depth > 0)
        .collect();
    full.sort_by_key(|connector| std::cmp::Reverse(connector.counts.depth));
    let packets: u64 = full.iter().map(|connector| connector.counts.depth).sum();
    shell.notice(&format!(
        "stopping: {} processes run, {packets} packets are in flight; at most {} (once more ends at once)",
        network.live(),
        show_duration(grace)
    ));
    for connector in full.iter().take(5) {
        shell.notice(&format!(
            "  {} -> {}  {} packets",
            connector.from.join(", "),
            connector.to,
            connector.counts.depth
        ));
    }
    if full.len() > 5 {
        shell.notice(&format!("  and {} more connectors", full.len() - 5));
    }
}
