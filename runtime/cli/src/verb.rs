//! The commands, one module each.

mod change;
mod check;
mod completions;
mod components;
mod diff;
mod doctor;
mod edit;
mod eval;
mod explain;
mod fmt;
mod graph;
mod graphs;
mod import;
mod logs;
mod new;
mod remote;
mod replay;
mod run;
mod send;
mod serve;
mod steer;
mod tap;
mod test;
mod top;
mod why;

pub(crate) use run::available_threads;

use crate::args::{Cli, Verb};
use crate::exit::{Exit, Fault};
use crate::output::Shell;
use graphs::Act;

/// Does what the command line says.
///
/// # Errors
///
/// Fails as the command does; the fault has the exit code.
pub(crate) fn perform(cli: &Cli, shell: &Shell) -> Result<Exit, Fault> {
    match &cli.verb {
        Verb::Run(args) => run::run(args, shell),
        Verb::Replay(args) => replay::replay(args, shell),
        Verb::Test(args) => test::test(args, shell),
        Verb::Serve(args) => serve::serve(args, shell),
        Verb::Edit(args) => edit::edit(args, shell),
        Verb::Top(args) => top::top(args, shell),
        Verb::Tap(args) => tap::tap(args, shell),
        Verb::Why(args) => why::why(args, shell),
        Verb::Hold(args) => steer::hold(args, shell),
        Verb::Step(args) => steer::step(args, shell),
        Verb::Release(args) => steer::release(args, shell),
        Verb::Send(args) => send::send(args, shell),
        Verb::Logs(args) => logs::logs(args, shell),
        Verb::Ps(args) => graphs::ps(args, shell),
        Verb::Start(args) => graphs::act(Act::Start, args, shell),
        Verb::Stop(args) => graphs::act(Act::Stop, args, shell),
        Verb::Restart(args) => change::restart(args, shell),
        Verb::Set(args) => change::set(args, shell),
        Verb::Apply(args) => change::apply(args, shell),
        Verb::Check(args) => check::check(args, shell),
        Verb::Fmt(args) => fmt::fmt(args, shell),
        Verb::New(args) => new::new(args, shell),
        Verb::Import(args) => import::import(args, shell),
        Verb::Graph(args) => graph::graph(args, shell),
        Verb::Diff(args) => diff::diff(args, shell),
        Verb::Components(args) => components::components(args, shell),
        Verb::Explain(args) => explain::explain(args, shell),
        Verb::Eval(args) => eval::eval(args, shell),
        Verb::Doctor(_) => doctor::doctor(shell),
        Verb::Completions(args) => completions::completions(args, shell),
    }
}
