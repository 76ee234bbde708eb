//! What people rely on when `process/Exec` runs their programs.

use std::time::Duration;

use millstream_component::ErrorPolicy;
use millstream_component::testing::{Bench, Outcome};

use super::*;

fn sh(script: &str) -> Bench {
    let command = ["sh", "-c", script].map(Value::from).to_vec();
    Bench::of::<Exec>().iip("command", Value::list(command))
}

/// Runs a bench within a time that is far too long.
async fn run(bench: Bench) -> Outcome {
    let limit = Duration::from_secs(20);
    tokio::time::timeout(limit, bench.run()).await.unwrap()
}

async fn failure(bench: Bench) -> String {
    // The bench connects `status`, so whoever wants the failure looks at what it would be.
    let outcome = run(bench).await;
    outcome.result.unwrap_err().to_string()
}

#[tokio::test]
async fn much_goes_through_a_program() {
    let lines: Vec<String> = (0..50_000).map(|number| format!("line {number}")).collect();
    let outcome = run(sh("cat").input("in", lines.clone())).await;
    outcome.result.unwrap();
    let expected: Vec<Packet> = lines.into_iter().map(Packet::data).collect();
    assert!(outcome.outputs["out"] == expected);
}

#[tokio::test]
async fn a_program_that_never_reads_takes_what_its_pipe_holds() {
    let long = "x".repeat(1 << 20);
    let outcome = run(sh("exec sleep 0.2").input("in", vec![long; 50])).await;
    outcome.result.unwrap();
    assert!(outcome.left_over > 0);
}

#[tokio::test]
async fn a_program_that_ends_early_leaves_its_input() {
    let outcome = run(sh("head -n 1").input("in", vec!["line"; 500_000])).await;
    outcome.result.unwrap();
    assert_eq!(outcome.outputs["out"], [Packet::data("line")]);
}

#[tokio::test]
async fn folder_and_environment_are_as_said() {
    let bench = sh("pwd; echo $WORD")
        .iip("folder", "/")
        .iip("env", Record::from_iter([("WORD", "hello")]));
    let outcome = run(bench).await;
    assert_eq!(outcome.outputs["out"], ["/", "hello"].map(Packet::data));
}

#[tokio::test]
async fn a_program_that_was_killed_says_so() {
    let outcome = run(sh("kill -9 $$")).await;
    let status = Record::from_iter([("code", Value::NULL), ("signal", 9_i64.into())]);
    assert_eq!(outcome.outputs["status"], [Packet::data(status)]);
}

#[tokio::test]
async fn lines_that_are_not_utf8_are_failures_of_their_own() {
    let script = r"printf 'a\n\377\nb'";
    let outcome = run(sh(script).on_error(ErrorPolicy::Skip)).await;
    assert_eq!(outcome.outputs["out"], ["a", "b"].map(Packet::data));
    let failure = failure(sh(script)).await;
    assert!(failure.contains("invalid UTF-8"), "{failure}");
}

#[tokio::test]
async fn a_line_without_end_is_given_up() {
    let failure = failure(sh("tr '\\0' x < /dev/zero")).await;
    assert!(failure.contains("bytes without a line feed"), "{failure}");
}

#[tokio::test]
async fn what_cannot_be_started_is_told() {
    let command = |name: &str| Value::list(vec![name.into()]);
    let cases = [
        (
            Bench::of::<Exec>().iip("command", command("/")),
            "permission denied",
        ),
        (
            Bench::of::<Exec>().iip("command", Value::list(vec![])),
            "`command` is empty",
        ),
        (
            sh("true").iip("folder", "/no/such"),
            "there is no folder /no/such",
        ),
    ];
    for (bench, message) in cases {
        let failure = failure(bench).await;
        assert!(failure.contains(message), "{failure}");
    }
}

#[test]
fn the_failure_of_a_program_has_its_last_words() {
    use std::os::unix::process::ExitStatusExt as _;
    let told = |status: i32, words: &str| {
        ended(ExitStatus::from_raw(status), &["sh".to_owned()], words)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        told(3 << 8, "oh no"),
        "the program `sh` ended with code 3; its last words: oh no"
    );
    assert_eq!(told(9, ""), "the program `sh` ended by signal 9");
    assert!(ended(ExitStatus::from_raw(0), &[], "a warning").is_ok());
}

/// The program has started another one, which would go on for ever.
#[tokio::test]
async fn the_program_ends_with_the_process_and_so_does_all_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let alive = folder.path().join("alive");
    let script = format!(
        "(while :; do echo x > {0}; sleep 0.01; done) & wait",
        alive.display()
    );
    let bench = sh(&script);
    {
        let mut run = pin!(bench.run());
        let mut there = pin!(async {
            while alive.try_exists().is_ok_and(|there| !there) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        poll_fn(|cx| {
            assert!(run.as_mut().poll(cx).is_pending());
            there.as_mut().poll(cx)
        })
        .await;
    }
    // Written again and again while it lives; a killed one may be about to write a last time.
    let gone = async {
        loop {
            std::fs::remove_file(&alive).ok();
            tokio::time::sleep(Duration::from_millis(200)).await;
            if alive.try_exists().is_ok_and(|there| !there) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone)
        .await
        .unwrap();
}
