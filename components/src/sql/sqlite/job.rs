//! What is done with a connection on a blocking thread.

use millstream_component::prelude::*;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, ToSql};
use tokio::sync::mpsc::Sender;

use crate::sql::link::{ROWS_AT_ONCE, shape_of};
use crate::sql::statement::Statement;

/// Some rows, or why there are no more.
pub(super) type Rows = Result<Vec<Record>, Failure>;

/// Fetches rows until there are no more or nobody takes them.
pub(super) fn select(
    connection: &Connection,
    statement: &Statement,
    packet: &Value,
    rows: &Sender<Rows>,
) {
    if let Err(failure) = try_select(connection, statement, packet, rows) {
        // Nobody to tell it to is nobody who waits.
        rows.blocking_send(Err(failure)).ok();
    }
}

fn try_select(
    connection: &Connection,
    statement: &Statement,
    packet: &Value,
    rows: &Sender<Rows>,
) -> Result<(), Failure> {
    let describe = |error: rusqlite::Error| describe(&error);
    let mut prepared = connection
        .prepare_cached(&statement.text)
        .map_err(describe)?;
    let values = statement.values(packet, prepared.parameter_count())?;
    for (at, value) in values.iter().enumerate() {
        let bound = prepared.raw_bind_parameter(at + 1, Bound(value));
        bound.map_err(describe)?;
    }
    let shape = shape_of(prepared.column_names());
    let mut found = prepared.raw_query();
    let mut batch = Vec::new();
    while let Some(row) = found.next().map_err(describe)? {
        let values = (0..shape.len()).map(|at| row.get_ref(at).map(value_of).map_err(describe));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        batch.push(Record::new(shape.clone(), values));
        if batch.len() == ROWS_AT_ONCE
            && rows.blocking_send(Ok(std::mem::take(&mut batch))).is_err()
        {
            return Ok(());
        }
    }
    if !batch.is_empty() {
        rows.blocking_send(Ok(batch)).ok();
    }
    Ok(())
}

/// Runs a statement for each row; gives those that failed.
pub(super) fn fill(
    connection: &Connection,
    text: &str,
    rows: &[Vec<Value>],
    one_by_one: bool,
) -> Result<Vec<(usize, Failure)>, Failure> {
    let mut prepared = connection
        .prepare_cached(text)
        .map_err(|error| describe(&error).into_fatal())?;
    let mut failed = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        // A statement that fails leaves nothing behind of itself, and the transaction open.
        if let Err(error) = prepared.execute(rusqlite::params_from_iter(row.iter().map(Bound))) {
            let failure = describe(&error);
            if failure.kind() == millstream_component::FailureKind::Fatal {
                return Err(failure);
            }
            failed.push((at, failure));
            if !one_by_one {
                break;
            }
        }
    }
    Ok(failed)
}

/// A value as a parameter.
struct Bound<'a>(&'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0.view() {
            View::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            View::Bool(value) => ToSqlOutput::Borrowed(ValueRef::Integer(value.into())),
            View::Int(value) => ToSqlOutput::Borrowed(ValueRef::Integer(value)),
            View::Float(value) => ToSqlOutput::Borrowed(ValueRef::Real(value)),
            View::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            View::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            View::List(_) | View::Record(_) | View::Opaque(_) => {
                let json = self.0.to_json();
                json.map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?
                    .into()
            }
        })
    }
}

fn value_of(column: ValueRef<'_>) -> Value {
    match column {
        ValueRef::Null => Value::NULL,
        ValueRef::Integer(value) => value.into(),
        ValueRef::Real(value) => value.into(),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => bytes.into(),
        },
        ValueRef::Blob(bytes) => bytes.into(),
    }
}

/// What went wrong, and whether there is any use in going on.
pub(super) fn describe(error: &rusqlite::Error) -> Failure {
    let what = match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        rusqlite::Error::MultipleStatement => {
            "there is more than one statement; `setup` may have several".to_owned()
        }
        other => other.to_string(),
    };
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Failure::packet(format!(
            "{what}: another program holds it for longer than `timeout_ms`"
        )),
        Some(
            ErrorCode::CannotOpen
            | ErrorCode::NotADatabase
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure,
        ) => Failure::fatal(what),
        _ => Failure::packet(what),
    }
}
