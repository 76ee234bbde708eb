//! The port on which clients look into a graph that runs in the foreground, if one is wanted.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::path::Path;
use std::pin::Pin;

use millstream_engine::{Network, Report};
use millstream_server::{Adopted, Server};
use tokio::sync::oneshot;

use crate::access::{options, secrets};
use crate::catalog::registry;
use crate::execute::Stage;
use crate::exit::Fault;
use crate::remote::{Announcement, announce};

/// A server beside a run, or none.
pub(crate) struct Link(Option<Open>);

struct Open {
    adopted: Adopted,
    end: oneshot::Sender<()>,
    serving: Pin<Box<dyn Future<Output = io::Result<()>>>>,
    _announced: Option<Announcement>,
}

impl Link {
    /// Listens where the command line says, and tells where that is.
    ///
    /// # Errors
    ///
    /// Fails when the address cannot be used, or a secret is missing.
    pub(crate) fn open(network: &Network, stage: Stage<'_>) -> Result<Self, Fault> {
        let Stage {
            graph,
            flat,
            args,
            shell,
        } = stage;
        let Some(listen) = args.listen else {
            return Ok(Self(None));
        };
        let options = options(listen, secrets(&args.access)?, &args.access);
        let server = Server::bind(options, registry()?)?;
        crate::log::share(server.log_sink());
        let name = name_of(&args.graph);
        let announced = announce(server.address(), &[name.to_owned()]);
        let adopted = server.adopt(name, graph.clone(), flat.clone(), network.clone());
        shell.notice(&format!("listening on ws://{}", server.address()));
        let (end, ended) = oneshot::channel::<()>();
        let serving = server.run(async move { drop(ended.await) });
        Ok(Self(Some(Open {
            adopted,
            end,
            serving: Box::pin(serving),
            _announced: announced,
        })))
    }

    /// Serves as long as it is polled.
    pub(crate) async fn serve(&mut self) -> Infallible {
        if let Some(open) = &mut self.0
            && let Err(error) = (&mut open.serving).await
        {
            tracing::error!(%error, "nobody can look inside any more");
            self.0 = None;
        }
        pending().await
    }

    /// Tells clients how it went, and ends.
    pub(crate) async fn close(self, report: Option<&Report>) {
        let (Some(open), Some(report)) = (self.0, report) else {
            return;
        };
        open.adopted.end(report);
        drop(open.end);
        if let Err(error) = open.serving.await {
            tracing::error!(%error, "clients may not have heard how it went");
        }
    }
}

/// What clients call the graph: its file without folder and ending.
fn name_of(path: &Path) -> &str {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    stem.filter(|stem| *stem != "-").unwrap_or("stdin")
}
