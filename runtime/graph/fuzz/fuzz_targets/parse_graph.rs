//! No text makes the graph reader panic or hang; what it reads, it writes, and reads again as the same graph.
#![no_main]

use libfuzzer_sys::fuzz_target;
use millstream_graph::file::{read, write};

fuzz_target!(|text: &str| {
    let Ok(parsed) = read(text) else { return };
    let written = write(&parsed.graph);
    let again = read(&written).expect("what was written can be read");
    assert_eq!(again.graph, parsed.graph, "{written}");
});
