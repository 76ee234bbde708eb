//! No text makes the importer of `DrawFBP`'s drawings panic or hang; what it makes of a text can be saved.
#![no_main]

mod imported;

use libfuzzer_sys::fuzz_target;
use millstream_graph::exchange::ImportFormat;

fuzz_target!(|text: &str| {
    imported::graph(ImportFormat::Drw, text);
});
