//! `millstream eval`: tries an expression on values.

use std::io::BufRead as _;
use std::sync::Arc;

use millstream_expression::{Expression, Fault as NoResult, Mistake, Mistakes};
use millstream_graph::Severity;
use millstream_packet::{Record, Value};

use crate::args::EvalArgs;
use crate::exit::{Exit, Fault};
use crate::message::Message;
use crate::output::Shell;
use crate::source::Source;

/// Evaluates the expression, for each of the values.
///
/// # Errors
///
/// Fails when a value is no JSON, or standard input cannot be read.
pub(crate) fn eval(args: &EvalArgs, shell: &Shell) -> Result<Exit, Fault> {
    let source = Source::lone("expression".to_owned(), &args.expression);
    let mut expression = match Expression::compile(&args.expression) {
        Ok(expression) => expression,
        Err(mistakes) => {
            tell_all(&mistakes, &source, shell);
            return Ok(Exit::Invalid);
        }
    };
    match args.input.as_deref() {
        None => one(
            &mut expression,
            &Record::empty().into(),
            None,
            &source,
            shell,
        ),
        Some("-") => lines(&mut expression, &source, shell),
        Some(json) => {
            let value = Value::from_json(json.as_bytes())
                .map_err(|error| Fault::usage(format!("--input is no JSON: {error}")))?;
            one(&mut expression, &value, None, &source, shell)
        }
    }
}

/// One value; `line` is its line of standard input.
fn one(
    expression: &mut Expression,
    value: &Value,
    line: Option<u64>,
    source: &Arc<Source>,
    shell: &Shell,
) -> Result<Exit, Fault> {
    let result = match expression.eval(value) {
        Ok(result) => result,
        Err(no_result) => {
            shell.message(&no_result_message(&no_result, line, source));
            return Ok(Exit::Failed);
        }
    };
    let json = result.to_json().map_err(|error| {
        Fault::new(Exit::Failed, format!("the result cannot be shown: {error}"))
    })?;
    shell.data(&format!("{json}\n"))?;
    Ok(Exit::Ok)
}

/// Each line of standard input; those without a result are told and passed over.
fn lines(expression: &mut Expression, source: &Arc<Source>, shell: &Shell) -> Result<Exit, Fault> {
    let mut exit = Exit::Ok;
    for (line, number) in std::io::stdin().lock().lines().zip(1_u64..) {
        let line = line.map_err(|error| Fault::io("reading standard input", &error))?;
        if line.trim().is_empty() {
            continue;
        }
        let value = Value::from_json(line.as_bytes()).map_err(|error| {
            let what = error.to_string();
            Fault::new(
                Exit::Failed,
                format!("line {number} of standard input is no JSON: {what}"),
            )
        })?;
        exit = exit.worse(one(expression, &value, Some(number), source, shell)?);
    }
    Ok(exit)
}

fn tell_all(mistakes: &Mistakes, source: &Arc<Source>, shell: &Shell) {
    for mistake in mistakes.iter() {
        shell.message(&mistake_message(mistake, source));
    }
}

fn mistake_message(mistake: &Mistake, source: &Arc<Source>) -> Message {
    let mut message = Message::new(Severity::Error, Exit::Invalid.word(), mistake.message());
    message.point_at(source, mistake.range(), None);
    message.help = mistake.help_text().map(str::to_owned);
    message
}

fn no_result_message(no_result: &NoResult, line: Option<u64>, source: &Arc<Source>) -> Message {
    let mut message = Message::new(Severity::Error, Exit::Failed.word(), no_result.message());
    message.packet = line;
    message.point_at(source, no_result.range(), None);
    message.help = no_result.help_text().map(str::to_owned);
    if let Some(line) = line {
        message
            .notes
            .push(format!("in line {line} of standard input"));
    }
    message
}
