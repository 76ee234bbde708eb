//! Names of graph files inside graphs: they are relative to the file that names them, and so change when it moves.

use millstream_graph::ComponentRef;

/// A component as a file in another folder names it; folders are those of the two files, as one and the same third file
/// would name them. Nothing if there is no such name.
pub(crate) fn rebased(
    component: &ComponentRef,
    from: &ComponentRef,
    to: &ComponentRef,
) -> Option<ComponentRef> {
    let text = component.as_str();
    if !component.is_file() || text.starts_with('/') {
        return Some(component.clone());
    }
    let (from_root, from) = folder(from);
    let (to_root, to) = folder(to);
    let mut target = from;
    walk(&mut target, text);
    if from_root != to_root {
        // From a fixed folder one can always be named, the reverse would need to know where we are.
        return (from_root && !to_root).then(|| format!("/{}", target.join("/")).parse().ok())?;
    }
    let common = to.iter().zip(&target).take_while(|(a, b)| a == b).count();
    let up = to.get(common..)?;
    if up.contains(&"..") {
        return None;
    }
    let mut name = if up.is_empty() {
        "./".to_owned()
    } else {
        "../".repeat(up.len())
    };
    name.push_str(&target.get(common..)?.join("/"));
    name.parse().ok()
}

/// The document itself, for names that are relative to it.
pub(crate) fn beside_document() -> Option<ComponentRef> {
    "./document.ron".parse().ok()
}

/// The folder that a file is in, and whether it is named from the root.
fn folder(file: &ComponentRef) -> (bool, Vec<&str>) {
    let text = file.as_str();
    let mut parts = Vec::new();
    walk(&mut parts, text);
    parts.pop();
    (text.starts_with('/'), parts)
}

/// Goes on from a folder.
fn walk<'t>(parts: &mut Vec<&'t str>, text: &'t str) {
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_file_that_names_them() {
        let case = |component: &str, from: &str, to: &str| {
            let parsed = |text: &str| text.parse::<ComponentRef>().unwrap();
            rebased(&parsed(component), &parsed(from), &parsed(to)).map(|found| found.to_string())
        };
        let case = |component, from, to| case(component, from, to).unwrap_or_default();
        assert_eq!(case("core/Copy", "./a.ron", "./x/b.ron"), "core/Copy");
        assert_eq!(case("./c.ron", "./a.ron", "./b.ron"), "./c.ron");
        assert_eq!(case("./c.ron", "./a.ron", "./x/y/b.ron"), "../../c.ron");
        assert_eq!(case("../../c.ron", "./x/y/a.ron", "./b.ron"), "./c.ron");
        assert_eq!(case("./c.ron", "./x/a.ron", "./x/b.ron"), "./c.ron");
        assert_eq!(case("./c.ron", "./x/a.ron", "./y/b.ron"), "../x/c.ron");
        assert_eq!(case("/c.ron", "./x/a.ron", "./y/b.ron"), "/c.ron");
        assert_eq!(case("./c.ron", "/x/a.ron", "./b.ron"), "/x/c.ron");
        assert_eq!(case("./c.ron", "./a.ron", "/x/b.ron"), "");
        assert_eq!(case("./c.ron", "./a.ron", "../b.ron"), "");
    }
}
