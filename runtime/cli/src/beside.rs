//! What happens beside a network while it runs: a recorder looks on, a recording is fed in, counts are served and sent.
//!
//! Everything here is opened before the run, so that what is wrong is told before anything runs; it begins between building
//! and starting the network, so that no packet is missed; and it ends with the network.

use millstream_engine::{Doors, Network, Report};

use crate::args::RunArgs;
use crate::exit::Fault;
use crate::feed::Feed;
use crate::metrics::{Serving, Stall};
use crate::output::Shell;
use crate::recording::record::{Recorder, Recording};
#[cfg(feature = "otlp")]
use crate::telemetry::{Telemetry, Telling};

/// What is ready to begin.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    /// Writes packets down.
    pub(crate) recorder: Option<Recorder>,
    /// Feeds packets in.
    pub(crate) feed: Option<Feed>,
    /// Serves what is counted.
    pub(crate) metrics: Option<Stall>,
    /// Sends what is counted.
    #[cfg(feature = "otlp")]
    pub(crate) telemetry: Option<Telemetry>,
}

/// What goes on beside a network.
#[derive(Debug)]
pub(crate) struct Company {
    recording: Option<Recording>,
    feed: Option<Feed>,
    serving: Option<Serving>,
    #[cfg(feature = "otlp")]
    telling: Option<Telling>,
    fault: Option<Fault>,
}

impl Beside {
    /// What the arguments of a run ask for.
    ///
    /// # Errors
    ///
    /// Fails when a file cannot be written, or an address cannot be listened at.
    pub(crate) fn open(args: &RunArgs) -> Result<Self, Fault> {
        let record = &args.record;
        let path = record.record.as_deref();
        let recorder = path.map(|path| Recorder::open(path, &record.record_connectors));
        Ok(Self {
            recorder: recorder.transpose()?,
            feed: None,
            metrics: Stall::open(args)?,
            #[cfg(feature = "otlp")]
            telemetry: Telemetry::open(args)?,
        })
    }

    /// Begins, before the first packet.
    ///
    /// # Errors
    ///
    /// Fails when the arguments name what is not in the network.
    pub(crate) fn begin(self, network: &Network, shell: &Shell) -> Result<Company, Fault> {
        let begin = |recorder: Recorder| recorder.begin(network);
        let serve = |stall: Stall| stall.serve(network, shell);
        Ok(Company {
            recording: self.recorder.map(begin).transpose()?,
            feed: self.feed,
            serving: self.metrics.map(serve).transpose()?,
            #[cfg(feature = "otlp")]
            telling: self
                .telemetry
                .map(|telemetry| telemetry.begin(network))
                .transpose()?,
            fault: None,
        })
    }
}

impl Company {
    /// Does what there is to do while the network runs; never comes back of its own accord.
    ///
    /// # Cancel
    ///
    /// Closes the doors.
    pub(crate) async fn keep(&mut self, doors: Doors, network: &Network, shell: &Shell) {
        let entry = doors.entries.into_iter().next();
        if let (Some(feed), Some(entry)) = (self.feed.take(), entry)
            && let Err(fault) = feed.run(entry, network, shell).await
        {
            self.fault = Some(fault);
            network.stop();
        }
        std::future::pending::<()>().await;
    }

    /// Ends what has not ended; what went wrong first, if anything did.
    #[cfg_attr(
        not(feature = "otlp"),
        expect(unused_variables, reason = "only telemetry tells how it went")
    )]
    pub(crate) fn end(self, report: Option<&Report>, shell: &Shell) -> Option<Fault> {
        if let Some(serving) = self.serving {
            serving.end();
        }
        #[cfg(feature = "otlp")]
        if let Some(telling) = self.telling {
            telling.end(report, shell);
        }
        let ended = self.recording.map(|recording| recording.finish(shell));
        self.fault.or_else(|| ended?.err())
    }
}
