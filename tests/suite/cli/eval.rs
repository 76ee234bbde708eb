//! `millstream eval`: results, mistakes, values without a result.

use millstream_tests::{Outcome, Program};
use serde_json::Value;

fn eval(expression: &str, more: &[&str]) -> Outcome {
    Program::new(["eval", expression]).args(more).run().unwrap()
}

/// A result, and nothing else.
#[track_caller]
fn prints(outcome: &Outcome, stdout: &str) {
    let told = (
        outcome.code,
        outcome.stdout.as_str(),
        outcome.stderr.as_str(),
    );
    assert_eq!(told, (Some(0), stdout, ""));
}

#[test]
fn results_are_printed_as_json() {
    prints(&eval("7 / 2", &[]), "3.5\n");
    prints(&eval("-1", &[]), "-1\n");
    prints(&eval("it", &[]), "{}\n");
    let input = r#"{"user": {"name": "Ada"}}"#;
    prints(
        &eval("{greeting: 'Hi ' + user.name}", &["--input", input]),
        "{\"greeting\":\"Hi Ada\"}\n",
    );
    prints(&eval("it * 2", &["--input", "-21"]), "-42\n");
}

#[test]
fn each_line_of_standard_input_is_tried() {
    let lines = "{\"x\": 1}\n\n{\"x\": \"one\"}\n{\"x\": 3}";
    let outcome = Program::new(["eval", "x + 1", "--input", "-"])
        .input(lines)
        .run()
        .unwrap();
    assert_eq!(outcome.stdout, "2\n4\n");
    assert_eq!(outcome.code, Some(1));
    for words in [
        "error: `+` cannot put text and an int together",
        "[expression:1:1]",
        "in line 3 of standard input",
    ] {
        assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
    }
}

#[test]
fn mistakes_are_shown_in_the_expression() {
    let outcome = eval("lenght(name) > 3 and 1 + 'a' > 0", &[]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(3), ""));
    let expected = "\
error: there is no function `lenght`
   ╭─[expression:1:1]
 1 │ lenght(name) > 3 and 1 + 'a' > 0
   · ──────
   ╰────
  help: did you mean `length`?

error: `+` cannot put an int and text together
   ╭─[expression:1:22]
 1 │ lenght(name) > 3 and 1 + 'a' > 0
   ·                      ───────
   ╰────
  help: text(…) makes text of any value

";
    assert_eq!(outcome.stderr, expected);
}

#[test]
fn what_is_wrong_decides_the_exit_code() {
    assert_eq!(eval("name", &["--input", r#"{"naem": 1}"#]).code, Some(1));
    let unfinished = eval("1 +", &[]);
    assert_eq!(unfinished.code, Some(3));
    assert!(
        unfinished
            .stderr
            .contains("[expression:1:4]\n 1 │ 1 +\n   ·    ▲\n"),
        "{}",
        unfinished.stderr
    );
    assert_eq!(eval("1", &["--input", "{"]).code, Some(2));
    assert_eq!(Program::new(["eval"]).run().unwrap().code, Some(2));
    let lines = Program::new(["eval", "1", "--input", "-"])
        .input("1\nno json\n")
        .run()
        .unwrap();
    assert_eq!((lines.code, lines.stdout.as_str()), (Some(1), "1\n"));
    assert!(
        lines.stderr.contains("line 2 of standard input is no JSON"),
        "{}",
        lines.stderr
    );
}

#[test]
fn machines_get_the_place() {
    let outcome = eval(
        "1 + user.mail",
        &["--json", "--input", r#"{"user": {"email": ""}}"#],
    );
    let error: Value = serde_json::from_str(&outcome.stderr).unwrap();
    assert_eq!(error["error"]["code"], "failed");
    assert_eq!(error["error"]["message"], "there is no field `mail`");
    assert_eq!(error["error"]["help"], "did you mean `email`?");
    assert_eq!(error["error"]["span"]["col"], 5);
}
