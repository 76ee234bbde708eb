//! What every manifest says: inherited settings, names that follow folders, dependencies taken from the workspace.
//! Cargo resolves inheritance before it tells anything, so these rules read the text.

use super::workspace::{members, read, refuse};

/// Lines that every member's manifest has.
const INHERITED: &[(&str, &str)] = &[
    ("package", "edition.workspace = true"),
    ("package", "license.workspace = true"),
    ("package", "rust-version.workspace = true"),
    ("package", "version.workspace = true"),
    ("lints", "workspace = true"),
];

/// Members whose package is not `millstream-<last part of the folder>`.
const NAMES: &[(&str, &str)] = &[
    ("runtime/cli", "millstream"),
    ("runtime/component/macros", "millstream-component-macros"),
    ("tests/xtask", "xtask"),
];

/// One `key = value` of a manifest, several lines joined when brackets are open at the end of the first.
struct Entry {
    /// The table that the entry stands in, for example `dev-dependencies`.
    table: String,
    text: String,
    /// Its comment at the end of the line.
    comment: Option<String>,
}

#[test]
fn every_member_inherits_the_workspace_settings() {
    let mut findings = Vec::new();
    for member in members() {
        let entries = entries(&member.manifest);
        let missing = INHERITED.iter().filter(|(table, text)| {
            !entries
                .iter()
                .any(|entry| entry.table == *table && entry.text == *text)
        });
        findings.extend(missing.map(|(table, text)| {
            format!("{}/Cargo.toml: no `{text}` under [{table}]", member.folder)
        }));
    }
    refuse(
        &findings,
        "Add the line: editions, licences and lints are decided once, in the root manifest.",
    );
}

#[test]
fn package_is_named_after_its_folder() {
    let mut findings = Vec::new();
    for member in members() {
        let wanted = package_name(&member.folder);
        if member.package.name.as_str() != wanted {
            findings.push(format!(
                "{}: is named `{}`, not `{wanted}`",
                member.folder, member.package.name
            ));
        }
    }
    refuse(
        &findings,
        "Rename the folder or the package, so that one tells the other.",
    );
}

/// The root builds and tests everything that needs nothing but Rust, and that is all but the window.
#[test]
fn default_members_are_all_but_the_window() {
    let root = read("Cargo.toml").expect("the root manifest");
    let list = |name: &str| {
        let mut entries = entries(&root).into_iter();
        let entry = entries.find(|entry| entry.text.starts_with(&format!("{name} =")));
        let text = entry.expect("the root manifest lists members").text;
        let folders = text.split('"').skip(1).step_by(2).map(str::to_owned);
        folders.collect::<Vec<_>>()
    };
    let mut wanted = list("members");
    wanted.retain(|folder| folder != "editor/shell");
    assert_eq!(
        list("default-members"),
        wanted,
        "Add the folder to default-members in Cargo.toml, too."
    );
}

#[test]
fn every_member_has_a_readme() {
    let folders = members().into_iter().map(|member| member.folder);
    let without = folders.filter(|folder| read(&format!("{folder}/README.md")).is_none());
    let findings: Vec<String> = without
        .map(|folder| format!("{folder}/README.md is missing"))
        .collect();
    refuse(
        &findings,
        "Say what the crate is, what it must never know, and where to start reading.",
    );
}

#[test]
fn member_dependencies_come_from_the_workspace() {
    let mut findings = Vec::new();
    for member in members() {
        for entry in entries(&member.manifest)
            .iter()
            .filter(|entry| is_dependency_table(&entry.table))
        {
            if !entry.text.contains("workspace = true") {
                findings.push(format!("{}/Cargo.toml: {}", member.folder, entry.text));
            }
        }
    }
    refuse(
        &findings,
        "Write `name.workspace = true`, or `name = { workspace = true, features = [..] }`, and keep the version and \
         the reason under [workspace.dependencies] in the root Cargo.toml.",
    );
}

#[test]
fn every_outside_crate_says_why_it_is_here() {
    let root = read("Cargo.toml").expect("the root manifest");
    let mut findings = Vec::new();
    for entry in entries(&root)
        .iter()
        .filter(|entry| entry.table == "workspace.dependencies")
    {
        if entry.text.contains("path = ") {
            continue;
        }
        if entry.comment.as_deref().is_none_or(str::is_empty) {
            findings.push(format!("no reason: {}", entry.text));
        }
        if !entry.text.contains("default-features = false") {
            findings.push(format!("default features are on: {}", entry.text));
        }
    }
    refuse(
        &findings,
        "End the line in the root Cargo.toml with `# why we need it`, and name the features we use after \
         `default-features = false`.",
    );
}

#[test]
fn reader_of_manifests_joins_open_brackets_and_keeps_comments() {
    let text = "[dependencies]\na.workspace = true # why\nb = { features = [\n  \"x\", # first\n] }\n[lints]\nc = 1\n";
    let read: Vec<_> = entries(text)
        .into_iter()
        .map(|entry| (entry.table, entry.text, entry.comment))
        .collect();
    let wanted = [
        ("dependencies", "a.workspace = true", Some("why")),
        ("dependencies", "b = { features = [ \"x\", ] }", None),
        ("lints", "c = 1", None),
    ];
    let wanted = wanted.map(|(table, text, comment)| {
        (
            table.to_owned(),
            text.to_owned(),
            comment.map(str::to_owned),
        )
    });
    assert_eq!(read, wanted);
}

fn package_name(folder: &str) -> String {
    if let Some((_, name)) = NAMES.iter().find(|(place, _)| *place == folder) {
        return (*name).to_owned();
    }
    format!("millstream-{}", folder.rsplit('/').next().unwrap_or(folder))
}

fn is_dependency_table(table: &str) -> bool {
    ["dependencies", "dev-dependencies", "build-dependencies"]
        .iter()
        .any(|kind| {
            table.split('.').next_back() == Some(kind) || table.starts_with(&format!("{kind}."))
        })
}

/// Reads just enough TOML for our own manifests: tables, entries, comments at the end of a line.
fn entries(manifest: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut table = String::new();
    let mut open_brackets = 0;
    for line in manifest.lines() {
        let (code, comment) = split_comment(line);
        if code.is_empty() {
            continue;
        }
        if open_brackets > 0 {
            let entry = entries
                .last_mut()
                .expect("a bracket was opened by an entry");
            entry.text = format!("{} {code}", entry.text);
        } else if code.starts_with('[') {
            table = code.trim_matches(['[', ']']).to_owned();
            continue;
        } else {
            entries.push(Entry {
                table: table.clone(),
                text: code.to_owned(),
                comment,
            });
        }
        open_brackets += bracket_balance(code);
    }
    entries
}

/// How many more brackets and braces a line opens than it closes. None of ours stand inside strings.
fn bracket_balance(code: &str) -> i32 {
    code.chars()
        .map(|character| match character {
            '[' | '{' => 1,
            ']' | '}' => -1,
            _ => 0,
        })
        .sum()
}

/// Parts a line into its code and its comment, both trimmed.
fn split_comment(line: &str) -> (&str, Option<String>) {
    match line.split_once('#') {
        Some((code, comment)) => (code.trim(), Some(comment.trim().to_owned())),
        None => (line.trim(), None),
    }
}
