//! Whether a command can be done now, and if not, why.

use millstream_document::Document;

use super::Command;

/// Where the user stands.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts that commands ask for one by one"
)]
pub(crate) struct Situation<'a> {
    /// The graph that is edited, if one is.
    pub(crate) document: Option<&'a Document>,
    /// Whether the tab holds a text that is no graph.
    pub(crate) is_text: bool,
    /// How many tabs there are.
    pub(crate) tabs: usize,
    /// Whether the graph was opened from one that uses it.
    pub(crate) has_outside: bool,
    /// Whether the host writes files.
    pub(crate) can_write: bool,
    /// Whether the host starts runtimes.
    pub(crate) can_start_runtime: bool,
    /// Whether a runtime is connected.
    pub(crate) is_connected: bool,
    /// Whether a runtime is chosen, be it connected or not.
    pub(crate) has_runtime: bool,
    /// Whether the graph runs.
    pub(crate) is_running: bool,
    /// Whether something that is selected is held.
    pub(crate) is_held: bool,
}

const NO_GRAPH: &str = "no graph is open";
const NO_PROCESS: &str = "no process is selected";
const NO_SELECTION: &str = "nothing is selected";
const NOT_RUNNING: &str = "the graph does not run";

/// Whether a command can be done; if not, the reason.
pub(crate) fn available(command: Command, at: &Situation<'_>) -> Result<(), &'static str> {
    use Command as C;
    match command {
        C::Save | C::SaveAs => file(command, at),
        C::CloseTab => need(at.tabs > 0, NO_GRAPH),
        C::NextTab | C::PreviousTab => need(at.tabs > 1, "there is no other tab"),
        C::Run | C::Stop | C::Hold | C::Step | C::Probe | C::Inject | C::Why | C::CycleOverlay => {
            run(command, at)
        }
        C::Detach => need(at.has_runtime, "there is no runtime"),
        C::DrillOut => need(at.has_outside, "the graph was not opened from another one"),
        C::New
        | C::Open
        | C::Welcome
        | C::Attach
        | C::Palette
        | C::Shortcuts
        | C::Preferences
        | C::NextPane
        | C::ToggleLeft
        | C::ToggleRight
        | C::ToggleBottom
        | C::ShowComponents
        | C::ShowOutline
        | C::ShowProblems
        | C::ShowPackets
        | C::ShowLogs
        | C::ShowRuns
        | C::ShowText
        | C::ShowHistory => Ok(()),
        _ => edit(command, at.document.ok_or(NO_GRAPH)?),
    }
}

fn need(holds: bool, reason: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(reason) }
}

fn file(command: Command, at: &Situation<'_>) -> Result<(), &'static str> {
    need(at.can_write, "files cannot be written here")?;
    if at.is_text {
        return need(
            command == Command::SaveAs,
            "a file that is no graph is never overwritten",
        );
    }
    need(at.document.is_some(), NO_GRAPH)
}

fn run(command: Command, at: &Situation<'_>) -> Result<(), &'static str> {
    let document = at.document.ok_or(NO_GRAPH)?;
    let selection = document.selection();
    match command {
        Command::Run => need(
            at.can_start_runtime || at.has_runtime,
            "no runtime can be started here: attach to one",
        ),
        Command::CycleOverlay => Ok(()),
        Command::Stop | Command::Why => need(at.is_running, NOT_RUNNING),
        Command::Probe => {
            need(selection.wires().len() > 0, "no wire is selected")?;
            need(at.is_connected, "no runtime is connected")
        }
        Command::Hold => {
            let has_target = selection.wires().len() + selection.processes().len() > 0;
            need(has_target, "no wire or process is selected")?;
            need(at.is_running, NOT_RUNNING)
        }
        Command::Step => {
            need(at.is_running, NOT_RUNNING)?;
            need(at.is_held, "nothing that is selected is held")
        }
        _ => {
            let has_place = selection.port().is_some() || selection.wires().len() == 1;
            need(has_place, "no port or wire is selected")?;
            need(at.is_running, NOT_RUNNING)
        }
    }
}

fn edit(command: Command, document: &Document) -> Result<(), &'static str> {
    use Command as C;
    let selection = document.selection();
    let processes = selection.processes().len();
    match command {
        C::Undo => need(document.undo_name().is_some(), "there is nothing to undo"),
        C::Redo => need(document.redo_name().is_some(), "there is nothing to redo"),
        C::Cut
        | C::Copy
        | C::Duplicate
        | C::SelectUpstream
        | C::SelectDownstream
        | C::SelectConnected
        | C::Group
        | C::Extract
        | C::Pin
        | C::MoveLeft
        | C::MoveRight
        | C::MoveUp
        | C::MoveDown => need(processes > 0, NO_PROCESS),
        C::Delete | C::DeleteAndHeal | C::Fit | C::NextAround | C::PreviousAround => {
            need(!selection.is_empty(), NO_SELECTION)
        }
        C::Rename | C::Replace => need(selection.one_process().is_some(), "select one process"),
        C::Ungroup => need(selection.groups().len() > 0, "no group is selected"),
        C::Dissolve | C::MakeUnique | C::DrillIn => subgraph(document),
        C::AlignLeft | C::AlignTop => need(processes > 1, "select two processes or more"),
        C::DistributeHorizontally | C::DistributeVertically => {
            need(processes > 2, "select three processes or more")
        }
        C::Arrange | C::FitAll => {
            need(!document.graph().processes.is_empty(), "the graph is empty")
        }
        C::QuickFix => need(document.problems().iter().len() > 0, "there is no problem"),
        _ => Ok(()),
    }
}

fn subgraph(document: &Document) -> Result<(), &'static str> {
    let process = document
        .selection()
        .one_process()
        .ok_or("select one process")?;
    let component = document
        .process(process)
        .and_then(|process| process.component.as_ref());
    need(
        component.is_some_and(|component| component.is_file()),
        "the process is no subgraph",
    )
}
