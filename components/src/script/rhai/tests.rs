//! What people rely on when `script/Rhai` runs their scripts.

use millstream_component::ErrorPolicy;
use millstream_component::testing::{Bench, Outcome};

use super::*;

async fn run(script: &str, packets: Vec<Value>) -> Outcome {
    Bench::of::<Rhai>()
        .iip("script", script)
        .on_error(ErrorPolicy::Skip)
        .input("in", packets)
        .run()
        .await
}

async fn failure(bench: Bench) -> String {
    bench.run().await.result.unwrap_err().to_string()
}

fn script(text: &str) -> Bench {
    Bench::of::<Rhai>()
        .iip("script", text)
        .input("in", [Value::from(1_i64)])
}

#[tokio::test]
async fn what_goes_wrong_is_told_with_its_place() {
    let cases = [
        ("let x = 1;\n  x.y.z", "`script` line 2, column 5: "),
        (
            "fn f(x) {\n  x / 0\n}\nf(packet)",
            "`script` line 2, column 5: Division by zero",
        ),
        (
            "undefined + 1",
            "`script` line 1, column 1: Variable not found: undefined",
        ),
        (
            "9223372036854775807 + 1",
            "line 1, column 21: Addition overflow",
        ),
        (
            "throw #{code: 3}",
            "`script` line 1, column 1: #{\"code\": 3}",
        ),
        (
            "fn f(x) { f(x) } f(1)",
            "functions are called more than 32 levels deep",
        ),
        (
            "emit(5, 1)",
            "the script sends to `to[5]`, but 1 elements of `to` are connected",
        ),
        ("emit(-1, 1)", "there is no element -1 of `to`"),
        ("sleep(10)", "scripts cannot sleep; core/Delay can"),
        ("|x| x + 1", "a script's Fn cannot be sent"),
    ];
    for (text, message) in cases {
        let failure = failure(script(text)).await;
        assert!(failure.contains(message), "{text}: {failure}");
        assert!(failure.ends_with("(port `in`, packet 1)"), "{failure}");
    }
}

#[tokio::test]
async fn mistakes_are_found_at_the_start() {
    for wrong in ["script", "start", "finish"] {
        let mut bench = Bench::of::<Rhai>();
        if wrong != "script" {
            bench = bench.iip("script", "packet");
        }
        let failure = failure(bench.iip(wrong, "1 +\n  )")).await;
        let expected = format!("`{wrong}` line 2, column 3: ");
        assert!(failure.starts_with(&expected), "{failure}");
    }
    for reach in ["import \"x\" as x;", "eval(\"1\")"] {
        let failure = failure(script(reach)).await;
        assert!(failure.starts_with("`script` line 1, column "), "{failure}");
    }
}

#[tokio::test]
async fn limits_hold() {
    let endless = script("loop {}")
        .iip("operations", 1_000_000_000)
        .iip("time_ms", 20);
    let told = failure(endless).await;
    assert!(
        told.contains("the run took longer than `time_ms` = 20 ms"),
        "{told}"
    );
    for text in [
        "let s = \"x\"; loop { s += s; }",
        "let a = []; loop { a.push(a); }",
        "let a = []; a.pad(1000000000, 0);",
        "let s = \"\"; s.pad(1000000000, \"x\");",
        "state.all = []; loop { state.all.push(1); }",
    ] {
        let told = failure(script(text).iip("memory", 16384)).await;
        assert!(
            told.contains("a value is larger than `memory` = 16384 bytes"),
            "{text}: {told}"
        );
    }
}

#[tokio::test]
async fn state_that_grows_from_packet_to_packet_has_its_limit_too() {
    let bench = Bench::of::<Rhai>()
        .iip("script", "state[packet.to_string()] = packet; ()")
        .iip("memory", 16384)
        .input("in", 0..2000);
    let told = failure(bench).await;
    assert!(
        told.contains("`state` is larger than `memory` = 16384 bytes"),
        "{told}"
    );
}

/// A value that nests without end must not take the stack of the thread.
/// As the engine does, which gives a blocking process a thread with room for deep values.
#[test]
fn depth_is_bounded() {
    let test = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(deep_values_fail());
    };
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(test);
    thread.unwrap().join().unwrap();
}

async fn deep_values_fail() {
    for text in [
        "let a = []; loop { a = [a]; }",
        "let m = #{}; loop { m = #{m: m}; }",
        "state.a = []; loop { state.a = [state.a]; }",
    ] {
        let told = failure(script(text)).await;
        assert!(!told.is_empty(), "{text}");
    }
}

#[tokio::test]
async fn a_failed_run_sends_nothing_and_the_next_one_is_as_good() {
    let text = "emit(packet); state.seen = (state.seen ?? 0) + 1; \
                if packet == 2 { let rest = 1; throw \"no\"; } [packet, state.seen]";
    let outcome = run(text, vec![1_i64.into(), 2_i64.into(), 3_i64.into()]).await;
    outcome.result.unwrap();
    let pair = |a: i64, b: i64| Packet::data(Value::list(vec![a.into(), b.into()]));
    let expected = [Packet::data(1), pair(1, 1), Packet::data(3), pair(3, 3)];
    assert_eq!(outcome.outputs["out"], expected);
}

#[tokio::test]
async fn variables_of_one_run_are_gone_in_the_next() {
    let outcome = run(
        "if is_def_var(\"x\") { throw \"x is there\" } let x = 1; x",
        vec![1_i64.into(), 2_i64.into()],
    )
    .await;
    assert_eq!(outcome.outputs["out"].len(), 2);
}

#[tokio::test]
async fn fields_keep_their_order_and_new_ones_come_after_them() {
    let record = Record::from_iter([("z", 1_i64), ("a", 2), ("m", 3)]);
    let outcome = run(
        "packet.remove(\"a\"); packet.y = 4; packet.b = 5; packet",
        vec![record.into()],
    )
    .await;
    let expected = Record::from_iter([("z", 1_i64), ("m", 3), ("b", 5), ("y", 4)]);
    assert_eq!(outcome.outputs["out"], [Packet::data(expected)]);
}

#[tokio::test]
async fn a_failing_start_ends_the_process() {
    let bench = script("packet")
        .iip("start", "throw \"no\"")
        .on_error(ErrorPolicy::Skip);
    assert!(
        failure(bench)
            .await
            .starts_with("`start` line 1, column 1: no")
    );
    let bench = script("packet").iip("finish", "state.nothing.at_all");
    let told = failure(bench).await;
    assert!(told.starts_with("`finish` line 1, column 15: "), "{told}");
}
