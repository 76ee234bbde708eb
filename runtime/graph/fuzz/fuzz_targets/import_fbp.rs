//! No text makes the importer of `.fbp` panic or hang; what it makes of a text can be saved, and written in both dialects.
#![no_main]

mod imported;

use libfuzzer_sys::fuzz_target;
use millstream_graph::exchange::{Dialect, ImportFormat, write_fbp};

fuzz_target!(|text: &str| {
    let Some(graph) = imported::graph(ImportFormat::Fbp, text) else {
        return;
    };
    for dialect in [Dialect::Flowbased, Dialect::Morrison] {
        let written = write_fbp(&graph, dialect).text;
        assert!(
            imported::graph(ImportFormat::Fbp, &written).is_some(),
            "{written}"
        );
    }
});
