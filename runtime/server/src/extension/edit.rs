//! Plans and edits of graphs that run.

use std::time::Duration;

use millstream_engine::{EditError, Step};
use millstream_graph::PortRef;
use millstream_protocol::Response;
use millstream_protocol::extension::{self as wire, Action, EditStep, Edited, ErrorCode, Plan};
use tokio::time::timeout;

use super::graphs::find;
use super::refused;
use crate::convert::value_of;
use crate::edit::{Refused, Source, Wanted, apply, prepare};
use crate::folder::Folder;
use crate::session::{Refusal, Session};
use crate::state::parse;

/// How long a client waits to hear that an edit is done; then it hears what is still to end.
const PATIENCE: Duration = Duration::from_secs(5);

impl From<Refused> for Refusal {
    fn from(reason: Refused) -> Self {
        let code = match &reason {
            Refused::Invalid(_) | Refused::Engine(EditError::Plan(_)) => ErrorCode::Invalid,
            Refused::NotRunning(_) | Refused::Engine(_) => ErrorCode::WrongState,
        };
        refused(code, reason.to_string())
    }
}

pub(super) fn plan(session: &mut Session, edit: &wire::Edit) -> Result<(), Refusal> {
    let served = find(session, &edit.graph)?;
    let wanted = wanted(edit)?;
    let plan = match prepare(&session.state, &served, &wanted) {
        Ok(prepared) => Plan {
            graph: served.id.clone(),
            steps: steps(prepared.plan.steps()),
            refused: None,
        },
        Err(reason @ Refused::NotRunning(_)) => return Err(reason.into()),
        Err(reason) => Plan {
            graph: served.id.clone(),
            steps: Vec::new(),
            refused: Some(reason.to_string()),
        },
    };
    session.reply(wire::Response::Plan(plan));
    Ok(())
}

pub(super) fn edit(session: &mut Session, edit: &wire::Edit) -> Result<(), Refusal> {
    let served = find(session, &edit.graph)?;
    let wanted = wanted(edit)?;
    let prepared = prepare(&session.state, &served, &wanted)?;
    let mut edited = Edited {
        graph: served.id.clone(),
        steps: steps(prepared.plan.steps()),
        waits_for: Vec::new(),
    };
    let progress = apply(&served, prepared)?;
    let (client, request_id) = (session.handle.clone(), session.request_id());
    session.state.tasks.start(async move {
        if timeout(PATIENCE, progress.done()).await.is_err() {
            edited.waits_for = progress.waits_for();
        }
        let response = Response::Millstream(wire::Response::Edited(edited));
        client.answer(response, request_id);
    });
    Ok(())
}

fn wanted(edit: &wire::Edit) -> Result<Wanted, Refusal> {
    let source = match &edit.text {
        Some(text) => {
            let graph = parse(&Folder::file_of(&edit.graph), text)?;
            Source::Other(Box::new(graph))
        }
        None if edit.set.is_empty() && edit.restart.is_empty() => Source::Served,
        None => Source::Running,
    };
    let set = edit.set.iter().map(|setting| {
        let end: PortRef = format!("{}.{}", setting.process, setting.port)
            .parse()
            .map_err(|error| Refusal::from(format!("`{}`: {error}", setting.process)))?;
        let value = setting.value.as_ref().map(value_of).transpose();
        value.map(|value| (end, value)).map_err(Refusal::from)
    });
    Ok(Wanted {
        source,
        set: set.collect::<Result<_, Refusal>>()?,
        restart: edit.restart.clone(),
    })
}

fn steps(steps: &[Step]) -> Vec<EditStep> {
    steps.iter().map(step).collect()
}

fn step(step: &Step) -> EditStep {
    let (action, subject, detail, waiting) = match step {
        Step::Set { process, settings } => (Action::Set, process, Some(settings.join(", ")), 0),
        Step::Restart {
            process,
            reason,
            is_source,
        } => {
            let again = if *is_source {
                "; it begins again from its start"
            } else {
                ""
            };
            (
                Action::Restart,
                process,
                Some(format!("{reason}{again}")),
                0,
            )
        }
        Step::Add { process, component } => (Action::Add, process, Some(component.clone()), 0),
        Step::Remove { process } => (Action::Remove, process, None, 0),
        Step::Connect { connector, waiting } => (Action::Connect, connector, None, *waiting),
        Step::Disconnect { connector, waiting } => (Action::Disconnect, connector, None, *waiting),
        Step::Replace { connector, waiting } => (Action::Replace, connector, None, *waiting),
    };
    EditStep {
        action,
        subject: subject.clone(),
        detail,
        waiting,
    }
}
