//! No text makes the importer of JSON graphs panic or hang; what it makes of a text can be saved, and written as JSON.
#![no_main]

mod imported;

use libfuzzer_sys::fuzz_target;
use millstream_graph::exchange::{ImportFormat, write_json};

fuzz_target!(|text: &str| {
    let Some(graph) = imported::graph(ImportFormat::Json, text) else {
        return;
    };
    let written = write_json(&graph).text;
    assert!(
        imported::graph(ImportFormat::Json, &written).is_some(),
        "{written}"
    );
});
