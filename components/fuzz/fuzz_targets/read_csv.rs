//! No bytes make `csv/Read` panic or hang, and how they are cut into packets makes no difference to the records.
#![no_main]

use libfuzzer_sys::fuzz_target;
use millstream_component::testing::Bench;
use millstream_component::{ErrorPolicy, Registry};
use millstream_packet::{Packet, Value};

fuzz_target!(|input: (u8, &[u8])| {
    let (size, bytes) = input;
    let whole = read(bytes, bytes.len().max(1));
    assert_eq!(read(bytes, usize::from(size).max(1)), whole);
});

fn read(bytes: &[u8], size: usize) -> Vec<Packet> {
    let mut registry = Registry::default();
    millstream_components::csv::register(&mut registry).expect("the names differ");
    let definition = registry.get("csv/Read").expect("it was registered");
    let bench = Bench::new(*definition)
        .on_error(ErrorPolicy::Skip)
        .input("in", bytes.chunks(size).map(Value::from));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime without I/O needs nothing from the system");
    let mut outcome = runtime.block_on(bench.run());
    outcome.outputs.remove("out").expect("`out` is connected")
}
