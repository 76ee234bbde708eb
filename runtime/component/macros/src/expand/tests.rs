//! What authors read when they make a mistake.

use proc_macro2::TokenStream;

use super::*;

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap()
}

/// The messages of all errors of a component with this name.
fn refusal(more_options: &str, item: &str) -> String {
    let options = tokens(&format!("name = \"core/Kick\" {more_options}"));
    let mut item = syn::parse_str(item).unwrap();
    let error = try_expand(options, &mut item).unwrap_err();
    let messages: Vec<String> = error.into_iter().map(|error| error.to_string()).collect();
    messages.join("\n")
}

#[track_caller]
fn refuses(cases: &[(&str, &str, &str)]) {
    for (options, item, expected) in cases {
        let message = refusal(options, item);
        assert!(message.contains(expected), "{item}: {message}");
    }
}

#[test]
fn mistakes_in_functions_are_explained() {
    refuses(&[
        ("", "fn kick() {}", "write `async fn`"),
        (
            "",
            "async fn kick() -> R {}",
            "every component needs a doc comment",
        ),
        (
            "",
            "/// D.\nasync fn kick<T>() -> R {}",
            "has no type parameters",
        ),
        (
            ", operator",
            "/// D.\nasync fn kick() -> R {}",
            "only a struct can have the option `operator`",
        ),
        (
            ", prepare",
            "/// D.\nasync fn kick() -> R {}",
            "only a struct can have the option `prepare`",
        ),
        (
            ", color",
            "/// D.\nasync fn kick() -> R {}",
            "unknown option `color`",
        ),
        (
            "",
            "enum Kick {}",
            "a component is an `async fn` or a struct",
        ),
        (
            "",
            "/// D.\nasync fn kick(self) -> R {}",
            "it has no `self`",
        ),
    ]);
}

#[test]
fn mistakes_in_parameters_are_explained() {
    let cases = [
        ("count: u64", "this is no part of a component: use `In<T>`,"),
        (
            "input: In<Text>",
            "every port needs a doc comment: say what `input` is for",
        ),
        (
            "/** d */ r#in: In",
            "say what the packets are, as in `In<Text>`",
        ),
        (
            "/** d */ (a, b): In<Text>",
            "a port is one name: write `input: In<Text>`",
        ),
        ("/** d */ Input: In<Text>", "`Input` is no name of a port"),
        (
            "/** d */ #[port(nam = \"a\")] a: In<Text>",
            "a port knows `name = \"..\"`, `optional` and `at_end`",
        ),
        (
            "/** d */ #[port(at_end)] a: In<Text>",
            "only out-ports are `at_end`",
        ),
        (
            "/** d */ #[port] #[port] a: In<Text>",
            "one attribute is enough",
        ),
        (
            "#[port(optional)] cx: Context",
            "only ports have `#[port(..)]`",
        ),
        ("config: Config", "as in `Config<KickSettings>`"),
        ("a: Config<A>, b: Config<B>", "at most one `Config`"),
        ("a: Context, b: Context", "at most one `Context`"),
        (
            "/** d */ error: Out<Value>",
            "every component has the out-port `error`",
        ),
        (
            "/** d */ a: In<Text>, /** d */ _a: In<Text>",
            "two ports are named `a`",
        ),
    ];
    for (parameters, expected) in cases {
        refuses(&[(
            "",
            &format!("/// D.\nasync fn kick({parameters}) -> R {{}}"),
            expected,
        )]);
    }
}

#[test]
fn mistakes_in_fields_are_explained() {
    let cases = [
        ("", "a: u64", "say what the field is: `#[input]`,"),
        (
            "",
            "#[input] #[state] a: In<Text>",
            "one attribute is enough",
        ),
        (
            "",
            "#[input] a: Out<Text>",
            "an `#[input]` is an `In<T>` or an `InArray<T>`",
        ),
        (
            "",
            "#[output] a: u64",
            "an `#[output]` is an `Out<T>` or an `OutArray<T>`",
        ),
        ("", "#[config] a: u64", "the `#[config]` is a `Config<S>`"),
        ("", "#[context] a: u64", "the `#[context]` is a `Context`"),
        (
            "",
            "#[input] a: In<Text>",
            "every port needs a doc comment: say what `a` is for",
        ),
        (
            ", operator",
            "#[state] a: u64",
            "an operator has exactly one `#[input]`",
        ),
        (
            ", operator",
            "/** d */ #[input] a: InArray<Text>",
            "an operator has exactly one `#[input]`",
        ),
        (
            ", operator",
            "/** d */ #[input] a: In<Text>, /** d */ #[input] b: In<Text>",
            "an operator has exactly one `#[input]`",
        ),
    ];
    for (options, fields, expected) in cases {
        refuses(&[(
            options,
            &format!("/// D.\nstruct Kick {{ {fields} }}"),
            expected,
        )]);
    }
    refuses(&[
        ("", "/// D.\nstruct Kick;", "fields with names"),
        ("", "struct Kick {}", "every component needs a doc comment"),
        (
            "",
            "/// D.\nasync fn kick() {}",
            "a component returns `Result<(), Failure>`",
        ),
        ("", "/// D.\nstruct Kick<T> {}", "has no type parameters"),
    ]);
}

#[test]
fn mistakes_are_reported_all_at_once() {
    let message = refusal("", "/// D.\nasync fn kick(a: In<Text>, b: u8) -> R {}");
    assert_eq!(message.lines().count(), 2, "{message}");
}

#[test]
fn the_item_stays_when_it_is_wrong() {
    let item = "async fn kick(/** d */ #[port(optional)] a: In<Text>, b: u8) -> R {}";
    let expansion = expand(tokens("name = \"core/Kick\""), tokens(item)).to_string();
    assert!(
        expansion.contains("async fn kick (a : In < Text > , b : u8) -> R"),
        "{expansion}"
    );
    assert!(expansion.contains("compile_error"), "{expansion}");
}

#[test]
fn a_process_without_settings_is_nothing_but_its_future() {
    let item = "/// D.\nasync fn kick(/** d */ a: In<Text>) -> Result<(), Failure> {}";
    let expansion = expand(tokens("name = \"core/Kick\""), tokens(item)).to_string();
    assert_eq!(expansion.matches("async").count(), 1, "{expansion}");
}

#[test]
fn a_port_that_is_not_used_lives_as_long_as_the_process() {
    let item = "/// D.\nasync fn kick(/** d */ _a: In<Text>) -> Result<(), Failure> { Ok(()) }";
    let expansion = expand(tokens("name = \"core/Kick\""), tokens(item)).to_string();
    assert!(
        expansion.contains("async move { let _ = & _a ; Ok (()) }"),
        "{expansion}"
    );
}
