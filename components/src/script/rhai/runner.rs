//! Runs compiled scripts within limits.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use millstream_component::prelude::*;
use rhai::module_resolvers::DummyModuleResolver;
use rhai::{AST, Dynamic, Engine, EvalAltResult, Map, ParseError, Position, Scope};

use super::convert::to_dynamic;

/// Levels of function calls. The stack of a thread holds so many also in builds without optimization.
const CALL_LEVELS_MAX: usize = 32;

/// Levels of expressions inside each other.
const EXPRESSION_LEVELS_MAX: usize = 64;

/// Variables at a time.
const VARIABLES_MAX: usize = 256;

/// Operations between two looks at the time.
const OPERATIONS_PER_LOOK: u64 = 256;

/// Runs between two looks at the size of `state`, which take as long as it is large.
const RUNS_PER_LOOK: u64 = 256;

/// What one run may use up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) operations: u64,
    pub(super) time_ms: u64,
    pub(super) memory: u64,
}

/// Something that a script sends: to `out`, or to an element of `to`.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) element: Option<usize>,
    pub(super) value: Dynamic,
}

/// Compiled scripts with what lasts from run to run.
pub(super) struct Runner {
    engine: Engine,
    limits: Limits,
    script: AST,
    start: AST,
    finish: AST,
    /// The variable `state`, and `packet` while one is handled.
    scope: Scope<'static>,
    runs: u64,
    desk: Arc<Desk>,
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// What the functions of a script share with whoever runs it.
#[derive(Debug, Default)]
struct Desk {
    outgoing: Mutex<Vec<Outgoing>>,
    /// When the run has taken too long.
    deadline: Mutex<Option<Instant>>,
}

impl Desk {
    fn send(&self, element: Option<usize>, value: Dynamic) {
        lock(&self.outgoing).push(Outgoing { element, value });
    }
}

/// Nothing that is locked here is left half done by a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Runner {
    /// Makes an engine within these limits. `process` is whose log the script writes to.
    pub(super) fn new(limits: Limits, process: &str) -> Self {
        let desk = Arc::new(Desk::default());
        let mut engine = Engine::new();
        limit(&mut engine, limits, &desk);
        provide(&mut engine, &desk, process);
        let mut scope = Scope::new();
        scope.push("state", Map::new());
        Self {
            engine,
            limits,
            script: AST::empty(),
            start: AST::empty(),
            finish: AST::empty(),
            scope,
            runs: 0,
            desk,
        }
    }

    /// Compiles the three scripts.
    ///
    /// # Errors
    ///
    /// Fails with the place of the mistake.
    pub(super) fn compile(
        &mut self,
        script: &str,
        start: &str,
        finish: &str,
    ) -> Result<(), Failure> {
        let compile = |name: &str, text: &str| {
            self.engine
                .compile(text)
                .map_err(|ParseError(error, position)| {
                    Failure::fatal(format!("`{name}`{}: {error}", place(position)))
                })
        };
        (self.script, self.start, self.finish) = (
            compile("script", script)?,
            compile("start", start)?,
            compile("finish", finish)?,
        );
        Ok(())
    }

    /// Runs `start`.
    ///
    /// # Errors
    ///
    /// Fails when the script does.
    pub(super) fn start(&mut self) -> Result<Vec<Outgoing>, Failure> {
        let start = std::mem::take(&mut self.start);
        self.evaluate("start", &start).map_err(Failure::into_fatal)
    }

    /// Runs `script` for a packet.
    ///
    /// # Errors
    ///
    /// Fails when the script does; nothing is sent then.
    pub(super) fn run(&mut self, packet: &Value) -> Result<Vec<Outgoing>, Failure> {
        let packet = to_dynamic(packet, 0)?;
        self.scope.push_dynamic("packet", packet);
        let script = std::mem::take(&mut self.script);
        let outcome = self.evaluate("script", &script);
        self.script = script;
        outcome
    }

    /// Runs `finish`.
    ///
    /// # Errors
    ///
    /// Fails when the script does.
    pub(super) fn finish(&mut self) -> Result<Vec<Outgoing>, Failure> {
        let finish = std::mem::take(&mut self.finish);
        self.evaluate("finish", &finish)
    }

    /// Runs a script; its variables are forgotten, `state` stays.
    fn evaluate(&mut self, name: &str, script: &AST) -> Result<Vec<Outgoing>, Failure> {
        *lock(&self.desk.deadline) = Instant::now().checked_add(self.time());
        let result = self
            .engine
            .eval_ast_with_scope::<Dynamic>(&mut self.scope, script);
        self.scope.rewind(1);
        let mut outgoing = std::mem::take(&mut *lock(&self.desk.outgoing));
        match result {
            Ok(value) if value.is_unit() => {}
            Ok(value) => outgoing.push(Outgoing {
                element: None,
                value,
            }),
            Err(error) => return Err(self.failure(name, *error)),
        }
        self.check_state()?;
        Ok(outgoing)
    }

    /// The engine does not look at a map when a field is added by its index.
    fn check_state(&mut self) -> Result<(), Failure> {
        self.runs += 1;
        if self.runs.is_multiple_of(RUNS_PER_LOOK)
            && let Some(state) = self.scope.get("state")
            && self.engine.ensure_data_size_within_limits(state).is_err()
        {
            return Err(Failure::fatal(format!(
                "`state` is larger than `memory` = {} bytes",
                self.limits.memory
            )));
        }
        Ok(())
    }

    fn time(&self) -> Duration {
        Duration::from_millis(self.limits.time_ms)
    }

    fn failure(&self, name: &str, mut error: EvalAltResult) -> Failure {
        // Where it went wrong, not where the function was called that did.
        while let EvalAltResult::ErrorInFunctionCall(_, _, inner, _) = error {
            error = *inner;
        }
        let place = place(error.take_position());
        let Limits {
            operations,
            time_ms,
            memory,
        } = self.limits;
        let what = match &error {
            EvalAltResult::ErrorTooManyOperations(_) => {
                format!("the run took more than `operations` = {operations} operations")
            }
            EvalAltResult::ErrorTerminated(..) => {
                format!("the run took longer than `time_ms` = {time_ms} ms")
            }
            EvalAltResult::ErrorDataTooLarge(..) => {
                format!("a value is larger than `memory` = {memory} bytes")
            }
            EvalAltResult::ErrorStackOverflow(_) => {
                format!("functions are called more than {CALL_LEVELS_MAX} levels deep")
            }
            EvalAltResult::ErrorRuntime(thrown, _) => thrown.to_string(),
            other => other.to_string(),
        };
        Failure::packet(format!("`{name}`{place}: {what}"))
    }
}

/// Sets what a run may use up, and takes away what reaches outside.
fn limit(engine: &mut Engine, limits: Limits, desk: &Arc<Desk>) {
    let memory = usize::try_from(limits.memory).unwrap_or(usize::MAX);
    engine
        .set_max_operations(limits.operations)
        .set_max_call_levels(CALL_LEVELS_MAX)
        .set_max_expr_depths(EXPRESSION_LEVELS_MAX, EXPRESSION_LEVELS_MAX / 2)
        .set_max_variables(VARIABLES_MAX)
        .set_max_string_size(memory)
        .set_max_array_size(memory / size_of::<Dynamic>())
        // A field is a value and a name, in a tree.
        .set_max_map_size(memory / (4 * size_of::<Dynamic>()))
        .set_module_resolver(DummyModuleResolver::new())
        .disable_symbol("eval");
    let desk = Arc::clone(desk);
    engine.on_progress(move |operations| {
        let is_late = operations.is_multiple_of(OPERATIONS_PER_LOOK)
            && lock(&desk.deadline).is_some_and(|deadline| Instant::now() >= deadline);
        is_late.then_some(Dynamic::UNIT)
    });
}

/// Gives scripts their functions.
fn provide(engine: &mut Engine, desk: &Arc<Desk>, process: &str) {
    let out = Arc::clone(desk);
    engine.register_fn("emit", move |value: Dynamic| out.send(None, value));
    let to = Arc::clone(desk);
    engine.register_fn(
        "emit",
        move |element: i64, value: Dynamic| -> Result<(), Box<EvalAltResult>> {
            let element = usize::try_from(element)
                .map_err(|_negative| format!("there is no element {element} of `to`"))?;
            to.send(Some(element), value);
            Ok(())
        },
    );
    // A thread is not a script's to put to sleep.
    let awake = |_seconds: Dynamic| -> Result<(), Box<EvalAltResult>> {
        Err("scripts cannot sleep; core/Delay can".into())
    };
    engine.register_fn("sleep", move |seconds: i64| awake(seconds.into()));
    engine.register_fn("sleep", move |seconds: f64| awake(seconds.into()));
    let name = process.to_owned();
    engine.on_print(move |text| tracing::info!(process = name, text, "script"));
    let name = process.to_owned();
    engine.on_debug(move |text, _source, position| {
        tracing::debug!(process = name, text, line = position.line(), "script");
    });
}

/// ` line 2, column 5`, or nothing where that is not known.
fn place(position: Position) -> String {
    match (position.line(), position.position()) {
        (Some(line), Some(column)) => format!(" line {line}, column {column}"),
        (Some(line), None) => format!(" line {line}"),
        _ => String::new(),
    }
}
