//! No text makes the graph reader panic or hang; what it reads, it writes, and reads again as the same graph.
#![no_main]

use libfuzzer_sys::fuzz_target;
use millstream_graph::file::{check_savable, read, write};

fuzz_target!(|text: &str| {
    let Ok(parsed) = read(text) else { return };
    if check_savable(&parsed.graph).is_err() {
        return;
    }
    let written = write(&parsed.graph);
    let again = read(&written).expect("what was written can be read");
    assert_eq!(again.graph, parsed.graph, "{written}");
});
