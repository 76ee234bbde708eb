//! What every source file says: what it is for, nothing left half done, components with documentation and examples.

use super::workspace::{TextFile, files, members, refuse};

/// Pieced together, so that this file does not find itself.
const MARK: &str = concat!("TO", "DO");

/// What no source file holds, and what stands there instead.
const REFUSED: &[(&str, &str)] = &[
    (
        concat!("FIX", "ME"),
        "mend it, or open an issue and name it",
    ),
    (
        concat!("#[ign", "ore"),
        "assert today's answer and say why it is wrong",
    ),
];

#[test]
fn every_source_file_opens_with_its_purpose() {
    let folders: Vec<String> = members()
        .into_iter()
        .map(|member| format!("{}/src/", member.folder))
        .collect();
    let is_source = |file: &TextFile| {
        folders
            .iter()
            .any(|folder| file.path.starts_with(folder.as_str()))
    };
    let is_silent = |file: &TextFile| {
        let first = file.text.lines().find(|line| !line.trim().is_empty());
        first.is_none_or(|line| !line.starts_with("//!"))
    };
    let silent = files(&["rs"])
        .into_iter()
        .filter(|file| is_source(file) && is_silent(file));
    let findings: Vec<String> = silent.map(|file| file.path).collect();
    refuse(
        &findings,
        "Open the file with `//!`: what it is, why it exists, what it deliberately does not do, which rule (R#) it guards.",
    );
}

#[test]
fn loose_ends_have_an_owner_and_an_issue() {
    let mut findings = Vec::new();
    for file in files(&["rs", "sh", "toml", "ron", "wit", "yml"]) {
        let lines = file.text.lines().zip(1..);
        findings.extend(
            lines
                .filter(|(line, _)| has_bare_todo(line))
                .map(|(line, number)| format!("{}:{number}: {}", file.path, line.trim())),
        );
    }
    refuse(
        &findings,
        &format!(
            "Write {MARK}(name, #issue), or do it now. A loose end that nobody owns stays for ever."
        ),
    );
}

#[test]
fn source_files_hold_nothing_refused() {
    let mut findings = Vec::new();
    for file in files(&["rs"]) {
        for (word, instead) in REFUSED {
            let lines = file
                .text
                .lines()
                .zip(1..)
                .filter(|(line, _)| line.contains(word));
            findings.extend(
                lines.map(|(_, number)| format!("{}:{number}: `{word}`: {instead}", file.path)),
            );
        }
    }
    refuse(
        &findings,
        "These words hide work that the project has not done.",
    );
}

#[test]
fn every_component_is_documented_and_has_an_example() {
    let components = files(&["rs"]).into_iter().filter(is_in_a_family);
    let findings: Vec<String> = components
        .flat_map(|file| {
            missing_in_component(&file.text)
                .into_iter()
                .map(move |what| format!("{}: {what}", file.path))
        })
        .collect();
    refuse(
        &findings,
        "A component's file teaches its users: see components/README.md for its parts.",
    );
}

#[test]
fn bare_todo_is_told_from_an_owned_one() {
    let bare = [
        "// {}: later",
        "// {}",
        "// {}(anna)",
        "// {}(anna, soon)",
        "// {}(, #12)",
    ];
    let owned = [
        "// {}(anna, #12): later",
        "// {}S are counted",
        "let x_{} = 1;",
    ];
    let line = |pattern: &str| pattern.replace("{}", MARK);
    assert!(bare.iter().all(|pattern| has_bare_todo(&line(pattern))));
    assert!(owned.iter().all(|pattern| !has_bare_todo(&line(pattern))));
}

/// True for `components/src/<family>/<component>.rs` and what lies deeper.
fn is_in_a_family(file: &TextFile) -> bool {
    file.path
        .strip_prefix("components/src/")
        .is_some_and(|rest| rest.contains('/'))
}

/// What the file of one component lacks. Empty for the helpers of a family, which define none.
fn missing_in_component(text: &str) -> Vec<&'static str> {
    let rules = [
        ("//!", "opens with no `//!`"),
        ("example", "has no example"),
    ];
    if !text.contains("#[component(") {
        return Vec::new();
    }
    rules
        .into_iter()
        .filter(|(needle, _)| !text.contains(needle))
        .map(|(_, what)| what)
        .collect()
}

fn has_bare_todo(line: &str) -> bool {
    let mut before = None;
    line.split(MARK).enumerate().any(|(index, part)| {
        let starts_word = before.is_none_or(|last| !is_in_word(last));
        let ends_word = !part.starts_with(is_in_word);
        before = part.chars().next_back();
        index > 0 && starts_word && ends_word && !has_owner(part)
    })
}

fn is_in_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// True for `(name, #issue)` at the start of the text.
fn has_owner(after: &str) -> bool {
    let inside = after
        .strip_prefix('(')
        .and_then(|rest| rest.split_once(')'));
    let Some((name, issue)) = inside.and_then(|(inside, _)| inside.split_once(", #")) else {
        return false;
    };
    !name.trim().is_empty() && !issue.is_empty() && issue.bytes().all(|byte| byte.is_ascii_digit())
}
