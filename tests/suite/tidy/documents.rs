//! Documents and settings that must agree with the tree, so that nobody has to remember to change both.

use std::collections::BTreeSet;

use super::workspace::{members, names_in, read, refuse};

/// The heading in README.md under which every member has its row.
const CODE_MAP: &str = "## Code map";

#[test]
fn every_graph_is_run_by_the_suite() {
    let live = read("tests/suite/graphs/live.rs").unwrap_or_default();
    let expected = names_in("tests/expected");
    let graphs = names_in("graphs");
    let forgotten = graphs
        .iter()
        .filter_map(|file| Some((file, file.strip_suffix(".ron")?)))
        .filter(|(_, name)| {
            let has_expectation = expected.contains(&format!("{name}.stdout"));
            !has_expectation && !live.contains(&format!("\"{name}\""))
        });
    let findings: Vec<String> = forgotten
        .map(|(file, _)| format!("graphs/{file} is run by no test"))
        .collect();
    refuse(
        &findings,
        "Put what it prints into tests/expected/<name>.stdout, or give it a test in tests/suite/graphs/live.rs.",
    );
}

#[test]
fn code_map_lists_every_member_and_nothing_else() {
    let readme = read("README.md").unwrap_or_default();
    let Some(listed) = code_map(&readme) else {
        return;
    };
    let members: BTreeSet<String> = members().into_iter().map(|member| member.folder).collect();
    let missing = members
        .difference(&listed)
        .map(|folder| format!("`{folder}` is missing"));
    let gone = listed
        .difference(&members)
        .map(|folder| format!("`{folder}` is no member"));
    let findings: Vec<String> = missing.chain(gone).collect();
    refuse(
        &findings,
        "Mend the table under `## Code map` in README.md: one row for each folder with a Cargo.toml.",
    );
}

#[test]
fn clippy_files_share_their_section() {
    let native = read(".clippy.toml").expect("the root has one");
    let browser = read("tests/clippy-wasm/.clippy.toml").expect("the wasm32 build has one");
    let (native, browser) = (shared_section(&native), shared_section(&browser));
    assert!(
        native.is_some_and(|section| section.lines().count() > 2),
        "the markers are gone from .clippy.toml"
    );
    assert!(
        native == browser,
        "The shared sections of .clippy.toml and tests/clippy-wasm/.clippy.toml differ: copy one over the other. \
         Clippy reads a single file, so what holds everywhere must stand in both."
    );
}

#[test]
fn reader_of_the_code_map_takes_the_first_column() {
    let text = "# X\n## Code map\n\nWords.\n\n| folder | what |\n|---|:--|\n| `a/b` | `c` |\n\
                | [`d`](d/README.md) | x |\n\n## Next\n| `e` | y |\n";
    let wanted = ["a/b", "d"].map(str::to_owned).into_iter().collect();
    assert_eq!(code_map(text), Some(wanted));
    assert_eq!(code_map("# X\n"), None);
}

/// The folders in the first column of the code map's table; `None` without such a section.
fn code_map(readme: &str) -> Option<BTreeSet<String>> {
    let section = readme
        .lines()
        .skip_while(|line| line.trim() != CODE_MAP)
        .skip(1);
    let rows: Vec<&str> = section
        .take_while(|line| !line.starts_with("## "))
        .filter(|line| line.starts_with('|'))
        .collect();
    let cells = rows.iter().skip(2).filter_map(|row| row.split('|').nth(1));
    (!rows.is_empty()).then(|| cells.map(folder_in).collect())
}

/// The folder that a cell names, freed from code marks, link and closing slash.
fn folder_in(cell: &str) -> String {
    let name = cell
        .trim()
        .trim_start_matches('[')
        .split(']')
        .next()
        .unwrap_or_default();
    name.trim_matches('`').trim_end_matches('/').to_owned()
}

/// What stands between the two markers of a clippy file.
fn shared_section(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("# --- shared begin")?;
    rest.split_once("# --- shared end")
        .map(|(section, _)| section)
}
