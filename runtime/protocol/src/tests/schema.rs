//! The JSON Schema of the extension stands in the repository and is current.

use std::fs;
use std::path::Path;

use schemars::{JsonSchema, schema_for};

use crate::extension::{Request, Response};

/// Set it to bring the files up to date.
const UPDATE: &str = "MILLSTREAM_UPDATE";

fn check<T: JsonSchema>(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    let path = folder.join(format!("{name}.schema.json"));
    let text = serde_json::to_string_pretty(&schema_for!(T)).unwrap() + "\n";
    if std::env::var_os(UPDATE).is_some() {
        fs::create_dir_all(&folder).unwrap();
        fs::write(&path, &text).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == text,
        "{} is not what the types say: run `{UPDATE}=1 cargo test -p millstream-protocol schema`",
        path.display()
    );
}

#[test]
fn schema_of_requests_is_current() {
    check::<Request>("request");
}

#[test]
fn schema_of_responses_is_current() {
    check::<Response>("response");
}
