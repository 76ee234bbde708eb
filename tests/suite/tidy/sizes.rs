//! Budgets: how large a file, a function and a crate's front door may grow before they are split.
//!
//! Tests do not count: a long table of cases is a good thing. Functions are found with a real parser, because a
//! counter of braces is wrong at the first string that holds one.

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::{Attribute, Block, ImplItem, Item, Meta, TraitItem};

use super::workspace::{TextFile, files, refuse};

/// Lines without tests: told from here on.
const FILE_WARN_LINES: usize = 500;
/// Lines without tests: refused above this.
const FILE_MAX_LINES: usize = 800;
/// Lines of a `lib.rs`, which holds documentation, `mod` and `pub use`.
const LIB_MAX_LINES: usize = 120;
/// Lines that 95 of 100 functions keep within.
const FUNCTION_P95_LINES: usize = 40;
/// Lines that no function exceeds.
const FUNCTION_MAX_LINES: usize = 80;

/// A function with the number of its lines that are neither blank nor comment.
struct Function {
    place: String,
    lines: usize,
}

#[test]
fn files_stay_readable_in_one_sitting() {
    let mut findings = Vec::new();
    for file in sources() {
        let lines = file.text.lines().count() - test_lines(&parse(&file).items);
        if lines > FILE_MAX_LINES {
            findings.push(format!("{}: {lines} lines without tests", file.path));
        } else if lines > FILE_WARN_LINES {
            eprintln!("warning: {}: {lines} lines without tests", file.path);
        }
    }
    refuse(
        &findings,
        &format!("Split the file by what it knows; at most {FILE_MAX_LINES} lines, better 150."),
    );
}

#[test]
fn front_doors_are_short() {
    let doors = sources().into_iter().filter(|file| file.name() == "lib.rs");
    let long = doors
        .map(|file| (file.text.lines().count(), file.path))
        .filter(|(lines, _)| *lines >= LIB_MAX_LINES);
    let findings: Vec<String> = long
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    refuse(
        &findings,
        "A lib.rs holds documentation, `mod` and `pub use`: move the code into a module.",
    );
}

#[test]
fn functions_fit_on_a_page() {
    let mut functions: Vec<Function> = sources().iter().flat_map(functions_of).collect();
    functions.sort_by_key(|function| function.lines);
    let lines_at_p95 = functions
        .get(functions.len() * 95 / 100)
        .map_or(0, |function| function.lines);
    println!("{} functions, p95 {lines_at_p95} lines", functions.len());

    let over = |limit: usize| {
        functions
            .iter()
            .filter(move |function| function.lines > limit)
    };
    let told = |function: &Function| format!("{}: {} lines", function.place, function.lines);
    let too_long: Vec<String> = over(FUNCTION_MAX_LINES).map(told).collect();
    refuse(
        &too_long,
        &format!("No function has more than {FUNCTION_MAX_LINES} lines: give its steps names."),
    );
    if lines_at_p95 > FUNCTION_P95_LINES {
        let long: Vec<String> = over(FUNCTION_P95_LINES).map(told).collect();
        refuse(
            &long,
            &format!(
                "More than 5 of 100 functions exceed {FUNCTION_P95_LINES} lines: split some of these."
            ),
        );
    }
}

#[test]
fn ruler_counts_code_and_leaves_tests_out() {
    let text = "fn a() {\n    // why\n\n    b(\"}\");\n}\nimpl X {\n    fn c() {}\n}\n\
                #[cfg(test)]\nmod tests {\n    fn d() {}\n}\n";
    let file = TextFile {
        path: "x.rs".to_owned(),
        text: text.to_owned(),
    };
    let found: Vec<_> = functions_of(&file)
        .into_iter()
        .map(|function| (function.place, function.lines))
        .collect();
    assert_eq!(
        found,
        [("x.rs:1 a".to_owned(), 3), ("x.rs:7 c".to_owned(), 1)]
    );
    assert_eq!(test_lines(&parse(&file).items), 4);
}

/// Every file that is not a test by its place or name.
fn sources() -> Vec<TextFile> {
    let mut files = files(&["rs"]);
    files.retain(|file| !is_test_file(&file.path));
    files
}

fn is_test_file(path: &str) -> bool {
    let is_test_part = |part: &str| matches!(part, "tests" | "suite" | "benches" | "tests.rs");
    // The package `tests` is named so and holds a harness and tools, which are code like any other.
    path.strip_prefix("tests/")
        .unwrap_or(path)
        .split('/')
        .any(is_test_part)
}

fn parse(file: &TextFile) -> syn::File {
    syn::parse_file(&file.text)
        .unwrap_or_else(|error| panic!("{}:{}: {error}", file.path, error.span().start().line))
}

fn functions_of(file: &TextFile) -> Vec<Function> {
    let lines: Vec<&str> = file.text.lines().collect();
    let mut functions = Vec::new();
    visit(&parse(file).items, &mut |name, start, body| {
        let place = format!("{}:{} {name}", file.path, start.start().line);
        let span = start.start().line..=body.span().end().line;
        functions.push(Function {
            place,
            lines: span.filter(|line| is_code(lines[line - 1])).count(),
        });
    });
    functions
}

/// Calls `each` with the name, the `fn` and the body of every function that is not under `cfg(test)`.
fn visit(items: &[Item], each: &mut impl FnMut(&syn::Ident, Span, &Block)) {
    for item in items.iter().filter(|item| !is_test(attributes(item))) {
        match item {
            Item::Fn(function) => each(&function.sig.ident, function.sig.span(), &function.block),
            Item::Mod(module) => visit(
                module.content.as_ref().map_or(&[], |(_, items)| items),
                each,
            ),
            Item::Impl(block) => block.items.iter().for_each(|item| {
                if let ImplItem::Fn(function) = item {
                    each(&function.sig.ident, function.sig.span(), &function.block);
                }
            }),
            Item::Trait(definition) => definition.items.iter().for_each(|item| {
                if let TraitItem::Fn(function) = item
                    && let Some(body) = &function.default
                {
                    each(&function.sig.ident, function.sig.span(), body);
                }
            }),
            _ => {}
        }
    }
}

/// How many lines the items under `cfg(test)` take.
fn test_lines(items: &[Item]) -> usize {
    let tests = items
        .iter()
        .filter(|item| is_test(attributes(item)))
        .map(syn::spanned::Spanned::span);
    tests
        .map(|span| span.end().line + 1 - span.start().line)
        .sum()
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        _ => &[],
    }
}

/// True for `#[cfg(test)]`, also among other conditions, and `#[test]` of any framework.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => needs_test(&list.tokens.to_string()),
        meta => meta
            .path()
            .segments
            .last()
            .is_some_and(|segment| segment.ident == "test"),
    })
}

/// True when a condition of `cfg` holds in tests only.
fn needs_test(condition: &str) -> bool {
    let condition = condition.replace(' ', "");
    let is_word = |word: &str| word == "test";
    !condition.contains("not(test)") && condition.split(['(', ')', ',']).any(is_word)
}

fn is_code(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with("//")
}
