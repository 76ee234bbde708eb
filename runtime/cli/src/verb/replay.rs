//! `millstream replay`: feeds recorded packets into a graph, or into one of its processes.

use millstream_component::Registry;
use millstream_graph::{Cut, Flat, FlatEnd};

use super::run::{Performance, flat, prepare};
use crate::args::ReplayArgs;
use crate::beside::Beside;
use crate::catalog::{catalog_for, registry};
use crate::exit::{Exit, Fault};
use crate::feed::Feed;
use crate::load::Loader;
use crate::output::Shell;
use crate::overrides::Known;
use crate::ports::{Side, find_port};
use crate::recording::read::{Rows, ends};

/// Replays a recording.
///
/// # Errors
///
/// Fails when the recording or the graph cannot be read, and when the command line names what is not there.
pub(crate) fn replay(args: &ReplayArgs, shell: &Shell) -> Result<Exit, Fault> {
    let rows = Rows::open(&args.file)?;
    let connector = rows.connector(args.from.as_ref())?;
    let registry = registry()?;
    let loader = Loader::open(&args.run.graph)?;
    let (sources, _) = loader.all();
    let catalog = &catalog_for(&registry, &sources);
    let known = Known {
        catalog,
        loader: &loader,
    };
    let Some(graph) = prepare(&args.run, known, &registry, shell)? else {
        return Ok(Exit::Invalid);
    };
    let whole = flat(&graph, &args.run, known)?;
    let target = target(&whole, &registry, args, &connector)?;
    let part = whole.part(&Cut {
        inputs: vec![target.clone()],
        ..Cut::default()
    });
    let beside = Beside {
        feed: Some(Feed {
            packets: rows.read_ahead(connector)?,
            speed: args.speed,
            port: whole.end_name(&target),
        }),
        ..Beside::open(&args.run)?
    };
    let performance = Performance {
        flat: &part,
        loader: &loader,
        registry: &registry,
        doors: true,
    };
    performance.run(&args.run, beside, shell)
}

/// The port that gets the packets: that of the command line, or the one where they went when they were recorded.
fn target(
    flat: &Flat,
    registry: &Registry,
    args: &ReplayArgs,
    connector: &str,
) -> Result<FlatEnd, Fault> {
    if let Some(into) = &args.into {
        return find_port(flat, registry, Side::In, into);
    }
    let (_, to) = ends(connector);
    find_port(flat, registry, Side::In, to).map_err(|_missing| {
        let text =
            format!("the packets of {connector} went to `{to}`, which this graph does not have");
        Fault::usage(text).help("say where they go: --into process.port, or an inport of the graph")
    })
}
