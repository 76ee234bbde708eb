//! A realistic file of each format, and what becomes of it.

use insta::assert_snapshot;

use crate::exchange::ImportFormat;
use crate::exchange::tests::{imported, shown};

const ORDERS: &str = include_str!("../../../../../tests/files/exchange/orders.fbp");
const MILL: &str = include_str!("../../../../../tests/files/exchange/mill.fbp");
const BAKERY: &str = include_str!("../../../../../tests/files/exchange/bakery.json");
const GRANARY: &str = include_str!("../../../../../tests/files/exchange/granary.drw");

fn case(format: ImportFormat, text: &str, map: &str) -> String {
    shown(text, &imported(format, text, map))
}

#[test]
fn flowbased_dialect() {
    assert_snapshot!(case(ImportFormat::Fbp, ORDERS, "{}"), @r#"
    // Orders of a bakery: read, priced, and written by region.
    // Written by hand for the tests.
    Graph(
        format: 1,
        name: "orders",
        description: "Price orders, and write them by region",
        processes: {
            // The file, line by line.
            "Read": Process(component: "filesystem/ReadFile", iips: { "source": "orders.txt" }),
            "Lines": Process(component: "strings/SplitStr", iips: { "delimiter": "\n" }, meta: { "routes": "main" }),
            "Price": Process(
                component: "imported/ComputePrice",
                iips: { "table": { "wheat": 120, "rye": 95.5, "tags": ["a", None, true] } },
                meta: { "owner": "sales", "imported_component": "ComputePrice" },
            ),
            "Route": Process(component: "core/Router"),
            "North": Process(component: "filesystem/WriteFile", iips: { "path": "it's north", "retries": 3 }),
            "South": Process(component: "filesystem/WriteFile", iips: { "path": "south", "flags": [false, None] }),
            "Write": Process(component: "core/Output"),
            "_Drop_1": Process(component: "core/Drop"),
            "Audit": Process(component: "imported/Audit", meta: { "imported_component": "Audit" }),
            "Price-out-copy": Process(component: "core/Copy"),
        },
        connectors: [
            Connector(from: "Read.out", to: "Lines.in"),
            // prices are in cents
            Connector(from: "Lines.out", to: "Price.in"),
            // One writer for each region, and everything once more for the audit.
            Connector(from: "Price-out-copy.out[0]", to: "Route.in"),
            Connector(from: "Route.out[0]", to: "North.in"),
            Connector(from: "Route.out[1]", to: "South.in"),
            Connector(from: "Route.missed", to: "Write.in"),
            Connector(from: "Price-out-copy.out[1]", to: "_Drop_1.in"),
            Connector(from: "Read.error", to: "Write.errors"),
            Connector(from: "Write.result", to: "Audit.in"),
            Connector(from: "Price.out", to: "Price-out-copy.in"),
        ],
        inports: { "file": "Read.source" },
        outports: { "done": "Write.done" },
        meta: { "runtime": "noflo-nodejs", "icon": "truck" },
        layout: {
            "Read": (36, 72),
            "Price": (252, 72),
        },
        // That is all.
    )
    - 15:32 `ComputePrice` is no component of ours: it is called `imported/ComputePrice`
      help: name one of ours in the graph, or give the import a map of components
    - 27:10 `Audit` is no component of ours: it is called `imported/Audit`
      help: name one of ours in the graph, or give the import a map of components
    - the out-port `Price.out` has 2 connectors, which is too many here: `Price-out-copy` (core/Copy) copies its packets
    "#);
}

#[test]
fn dialect_of_morrison() {
    assert_snapshot!(case(ImportFormat::Fbp, MILL, "{}"), @r##"
    Graph(
        format: 1,
        name: "Mill on the stream",
        per_group: true,
        processes: {
            // What the miller drew, in Morrison's notation.
            "Read_Sacks": Process(
                component: "imported/ReadFile",
                iips: { "source": r#"C:\\sacks.csv"# },
                label: "Read Sacks",
                meta: { "imported_component": "com.millers.io.ReadFile" },
            ),
            "Weigh": Process(component: "imported/Weigh", meta: { "imported_component": "com.millers.core.Weigh" }),
            "Gross_Klein": Process(
                component: "imported/Sort",
                iips: { "limit": "60" },
                label: "Groß/Klein?",
                meta: { "imported_component": "com.millers.core.Sort" },
            ),
            "Bins": Process(component: "imported/WriteFile", meta: { "imported_component": "com.millers.io.WriteFile" }),
        },
        connectors: [
            Connector(from: "Read_Sacks.out", to: "Weigh.in", capacity: 20),
            // small buffers
            Connector(from: "Weigh.out", to: "Gross_Klein.in[2]", capacity: 5),
            Connector(from: "Gross_Klein.acc", to: "Bins.in"),
            Connector(from: "Gross_Klein.rej", to: "Bins.in"),
        ],
        inports: { "speed": "Weigh.speed" },
        outports: { "flour": "Bins.out" },
        layout: {
            "Read_Sacks": (40, 60),
        },
        // Below the graph.
    )
    - 3:1 `Read Sacks` is no name of a process: it becomes `Read_Sacks`
    - 3:1 `com.millers.io.ReadFile` is no component of ours: it is called `imported/ReadFile`
      help: name one of ours in the graph, or give the import a map of components
    - 3:49 `com.millers.core.Weigh` is no component of ours: it is called `imported/Weigh`
      help: name one of ours in the graph, or give the import a map of components
    - 4:1 `Groß/Klein?` is no name of a process: it becomes `Gross_Klein`
    - 4:1 `com.millers.core.Sort` is no component of ours: it is called `imported/Sort`
      help: name one of ours in the graph, or give the import a map of components
    - 7:25 `com.millers.io.WriteFile` is no component of ours: it is called `imported/WriteFile`
      help: name one of ours in the graph, or give the import a map of components
    "##);
}

#[test]
fn json_graph() {
    assert_snapshot!(case(ImportFormat::Json, BAKERY, "{}"), @r#"
    Graph(
        format: 1,
        name: "bakery",
        description: "Bread from flour",
        processes: {
            "mix_Dough_1a2b": Process(
                component: "mix/Dough",
                iips: { "recipes[1]": ["rye", "wheat"] },
                label: "Dough",
                meta: { "width": 72, "height": 72 },
            ),
            "Oven": Process(
                component: "imported/Oven",
                iips: { "celsius": 21.5, "door": None },
                meta: { "imported_component": "Oven" },
            ),
            "Timer": Process(component: "time/Tick", label: "a clock", meta: { "tags": ["loud", 2] }),
            "Log": Process(component: "core/Output"),
            "mix_Dough_1a2b-out-copy": Process(component: "core/Copy"),
            "Log-in-value": Process(component: "core/Kick", iips: { "value": "first" }),
        },
        connectors: [
            Connector(from: "mix_Dough_1a2b-out-copy.out[0]", to: "Oven.in", capacity: 8, meta: { "route": 5 }),
            Connector(from: "mix_Dough_1a2b-out-copy.out[1]", to: "Log.in"),
            Connector(from: "Timer.out[0]", to: "Oven.tick"),
            Connector(from: "mix_Dough_1a2b.out", to: "mix_Dough_1a2b-out-copy.in"),
            Connector(from: "Log-in-value.out", to: "Log.in"),
        ],
        inports: { "flour": "mix_Dough_1a2b.flour" },
        outports: { "bread": "Oven.out" },
        groups: [
            Group(name: "kitchen", processes: ["mix_Dough_1a2b", "Oven"], note: "hot & busy"),
        ],
        meta: { "environment": { "type": "noflo-nodejs" }, "icon": "cutlery" },
        layout: {
            "mix_Dough_1a2b": (36, 72),
            "Oven": (252.5, 72),
        },
    )
    - 10:74 `metadata` of a port is left out: it has no meaning here
    - 25:52 `colour` of `Log` is left out: it has no meaning here
    - 19:23 `mix/Dough_1a2b` is no name of a process: it becomes `mix_Dough_1a2b`
    - 23:13 `Oven` is no component of ours: it is called `imported/Oven`
      help: name one of ours in the graph, or give the import a map of components
    - 39:5 `Ghost` is no process of this graph: what leads there is left out
    - the out-port `mix_Dough_1a2b.out` has 2 connectors, which is too many here: `mix_Dough_1a2b-out-copy` (core/Copy) copies its packets
    - 31:5 the in-port `Log.in` has a value and connectors, which is too much here: `Log-in-value` (core/Kick) sends what is given
    "#);
}

#[test]
fn drawing() {
    assert_snapshot!(case(ImportFormat::Drw, GRANARY, "{}"), @r#"
    Graph(
        format: 1,
        description: "Weigh & store sacks",
        per_group: true,
        processes: {
            "Read_sacks_new": Process(
                component: "imported/ReadFile",
                iips: { "source": "sacks.csv" },
                label: "Read sacks <new>",
                meta: { "imported_component": "com.millers.io.ReadFile" },
            ),
            "Weigh": Process(component: "./Weigh Sack.ron"),
            "Store": Process(component: "imported/store", replicas: 3, meta: { "imported_component": "store.go" }),
            "Store_2": Process(label: "Store", meta: { "invisible": true }),
        },
        connectors: [
            Connector(from: "Read_sacks_new.out", to: "Weigh.in", capacity: 20),
            Connector(from: "Weigh.acc[0]", to: "Store.in", when_full: drop_oldest),
            Connector(from: "Store_2.out", to: "Store.in", meta: { "bends": [[420, 228]] }),
            Connector(from: "Weigh.out", to: "Store_2.in"),
        ],
        inports: { "limit": "Weigh.limit" },
        outports: { "done": "Store.out" },
        groups: [
            Group(name: "the mill", processes: ["Weigh", "Store"]),
        ],
        meta: {
            "language": "Java",
            "drawing": [
                { "kind": "file", "text": "the ledger", "x": 26.0, "y": 85.0 },
                { "kind": "legend", "text": "heavy ones", "x": 379.0, "y": 41.0 },
            ],
        },
        layout: {
            "Read_sacks_new": (104, 98),
            "Weigh": (284, 98),
            "Store": (464, 98),
            "Store_2": (284, 228),
        },
    )
    - 9:1 `Weigh` is the drawing Weigh Sack.drw: it becomes `./Weigh Sack.ron`
      help: import Weigh Sack.drw as well, to Weigh Sack.ron beside this graph
    - 20:1 the ports of the enclosure `the mill` are left out
    - 1 file, 1 legend of the drawing are kept in the graph's meta data (`drawing`) and shown nowhere
    - 27:1 connection 4 names no port of the process `Weigh`: `OUT` is taken
    - 27:1 connection 4 names no port of the process `Store`: `IN` is taken
    - 31:1 connection 8 leads from a file symbol `the ledger` to the process `Read sacks <new>`: it is left out
    - 32:1 connection 9 leads from or to nothing: it is left out
    - 21:1 nothing leaves `unused`: it is left out
    - 6:1 `Read sacks <new>` is no name of a process: it becomes `Read_sacks_new`
    - 6:1 `com.millers.io.ReadFile` is no component of ours: it is called `imported/ReadFile`
      help: name one of ours in the graph, or give the import a map of components
    - 11:1 `store.go` is no component of ours: it is called `imported/store`
      help: name one of ours in the graph, or give the import a map of components
    - 13:1 `Store` is the name of another process: it becomes `Store_2`
    - 13:1 the process `Store_2` has no component
    "#);
}

#[test]
fn components_and_ports_are_mapped_and_values_get_their_types() {
    let map = r#"{
        "Weigh": { "component": "core/Take", "ports": { "SPEED": "count" } },
        "com.millers.io.ReadFile": { "component": "file/ReadLines", "ports": { "source": "path" } },
        "Sort": { "component": "text/Wrap", "ports": { "LIMIT": "measure" } },
    }"#;
    assert_snapshot!(case(ImportFormat::Fbp, MILL, map), @r##"
    Graph(
        format: 1,
        name: "Mill on the stream",
        per_group: true,
        processes: {
            // What the miller drew, in Morrison's notation.
            "Read_Sacks": Process(component: "file/ReadLines", iips: { "path": r#"C:\\sacks.csv"# }, label: "Read Sacks"),
            "Weigh": Process(component: "core/Take"),
            "Gross_Klein": Process(component: "text/Wrap", iips: { "measure": 60 }, label: "Groß/Klein?"),
            "Bins": Process(component: "imported/WriteFile", meta: { "imported_component": "com.millers.io.WriteFile" }),
        },
        connectors: [
            Connector(from: "Read_Sacks.out", to: "Weigh.in", capacity: 20),
            // small buffers
            Connector(from: "Weigh.out", to: "Gross_Klein.in[2]", capacity: 5),
            Connector(from: "Gross_Klein.acc", to: "Bins.in"),
            Connector(from: "Gross_Klein.rej", to: "Bins.in"),
        ],
        inports: { "speed": "Weigh.count" },
        outports: { "flour": "Bins.out" },
        layout: {
            "Read_Sacks": (40, 60),
        },
        // Below the graph.
    )
    - 3:1 `Read Sacks` is no name of a process: it becomes `Read_Sacks`
    - 4:1 `Groß/Klein?` is no name of a process: it becomes `Gross_Klein`
    - 7:25 `com.millers.io.WriteFile` is no component of ours: it is called `imported/WriteFile`
      help: name one of ours in the graph, or give the import a map of components
    - the text "60" on `Gross_Klein.measure` becomes 60, for the port takes int
    "##);
}
