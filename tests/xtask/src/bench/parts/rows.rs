//! Records of a table, and a place for those that come of them.

use std::sync::{Mutex, PoisonError};

use memchr::{Memchr2, memchr2_iter};
use millstream_component::prelude::*;
use millstream_component::{DuplicateName, Registry};

use crate::bench::expression::TABLE;

pub(super) fn register(registry: &mut Registry) -> Result<(), DuplicateName> {
    registry.add::<Rows>()?;
    registry.add::<Kept>()
}

/// How often a table is read.
#[derive(Debug, Deserialize, JsonSchema)]
struct RowsSettings {
    /// How often.
    passes: i64,
}

/// Emits the rows of a table of orders, made of its text.
#[component(name = "bench/Rows")]
async fn rows(
    config: Config<RowsSettings>,
    /// The rows.
    mut out: Out<Record>,
) -> Result<(), Failure> {
    for _ in 0..config.passes {
        let (header, body) = TABLE.split_once('\n').unwrap_or_default();
        let shape = Shape::new(header.split(',').map(Text::from));
        let mut fields = Fields {
            text: body,
            at: 0,
            ends: memchr2_iter(b',', b'\n', body.as_bytes()),
        };
        while let Some(id) = fields.next() {
            let mut field = || fields.next().unwrap_or_default();
            let values = vec![
                Value::from(id.parse::<i64>()?),
                field().into(),
                field().into(),
                field().into(),
                field().parse::<i64>()?.into(),
                field().parse::<f64>()?.into(),
            ];
            out.send(Record::new(shape.clone(), values)).await?;
        }
    }
    Ok(())
}

/// The fields of a table without quotes, one after another.
struct Fields<'t> {
    text: &'t str,
    at: usize,
    ends: Memchr2<'t>,
}

impl<'t> Iterator for Fields<'t> {
    type Item = &'t str;

    #[inline]
    fn next(&mut self) -> Option<&'t str> {
        let end = self.ends.next()?;
        let field = self.text.get(self.at..end);
        self.at = end + 1;
        field
    }
}

/// What came to `bench/Kept`.
static KEPT: Mutex<Vec<Record>> = Mutex::new(Vec::new());

/// Takes what came to `bench/Kept`.
pub(in crate::bench) fn take_kept() -> Vec<Record> {
    std::mem::take(&mut KEPT.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Keeps records for a comparison.
#[component(name = "bench/Kept")]
async fn kept(
    /// The records.
    #[port(name = "in")]
    mut input: In<Record>,
) -> Result<(), Failure> {
    while let Some(record) = input.recv().await? {
        KEPT.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(record);
    }
    Ok(())
}
