//! `file/List`: what files there are.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use millstream_component::prelude::*;
use tokio::task::spawn_blocking;

use super::fault;
use super::paths::{is_glob, matches};

/// Settings of [`List`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListSettings {
    /// The files, such as `logs/*.txt`; `**` stands for folders at any depth.
    pattern: String,
}

/// Lists the files that match a pattern.
///
/// # Shape
///
/// A record per file, in the order of the paths: `path`, `size` in bytes, and `modified`, when the file was last
/// changed (RFC 3339, UTC). Folders are left out; links are followed. A pattern that matches no file gives no packet.
///
/// # Memory
///
/// The whole list.
///
/// # Errors
///
/// A pattern that is wrong or names a folder, and a folder that cannot be read.
#[component(name = "file/List", examples = examples)]
pub(crate) async fn list(
    config: Config<ListSettings>,
    /// A record per file: `path`, `size`, `modified`.
    mut out: Out<Record>,
) -> Result<(), Failure> {
    let pattern = config.pattern.clone();
    for record in spawn_blocking(move || find(&pattern)).await?? {
        out.send(record).await?;
    }
    Ok(())
}

fn find(pattern: &str) -> Result<Vec<Record>, Failure> {
    let literal = Path::new(pattern);
    let paths = match fs::metadata(literal) {
        Ok(metadata) if metadata.is_dir() => {
            return Err(fault::fatal(
                "listing",
                literal,
                &std::io::ErrorKind::IsADirectory.into(),
            ));
        }
        Ok(_) => vec![literal.to_owned()],
        Err(_) if is_glob(pattern) => matches(pattern)?,
        Err(_) => Vec::new(),
    };
    let shape = Shape::new(["path", "size", "modified"].map(Text::from));
    let mut found: Vec<(String, Record)> = Vec::new();
    for path in paths {
        if let Some(values) = describe(&path)? {
            let record = Record::new(shape.clone(), values);
            found.push((path.to_string_lossy().into_owned(), record));
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(found.into_iter().map(|(_, record)| record).collect())
}

/// The values of a file's record; `None` for a folder and for what has vanished since it was found.
fn describe(path: &PathBuf) -> Result<Option<Vec<Value>>, Failure> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Ok(None),
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fault::fatal("listing", path, &error)),
    };
    let modified = metadata.modified().ok();
    let modified = modified.and_then(|time| Timestamp::try_from(time).ok());
    Ok(Some(vec![
        path.to_string_lossy().into(),
        i64::try_from(metadata.len())?.into(),
        modified.map(|time| time.to_string()).into(),
    ]))
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("All text files of a folder").iip("pattern", "examples/text/*.txt"),
        Example::new("No file matches")
            .iip("pattern", "examples/*.missing")
            .output("out", Vec::<Packet>::new()),
        Example::new("A folder is no pattern")
            .iip("pattern", "examples")
            .failure("it is a folder; `examples/*` stands for the files in it"),
    ]
}

contract!(List);

#[cfg(test)]
mod tests {
    use std::fs::{File, create_dir, write};
    use std::time::{Duration, SystemTime};

    use millstream_component::testing::Bench;

    use super::*;

    #[tokio::test]
    async fn files_are_described_in_order_of_path() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        create_dir(at("b")).unwrap();
        for (name, content) in [
            ("b/z.txt", "12345"),
            ("a.txt", ""),
            ("b-c.txt", "1"),
            (".hidden", ""),
        ] {
            write(at(name), content).unwrap();
        }
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        File::open(at("a.txt")).unwrap().set_modified(time).unwrap();

        let outcome = Bench::of::<List>().iip("pattern", at("**/*")).run().await;
        outcome.result.unwrap();
        let records: Vec<&Record> = outcome.outputs["out"]
            .iter()
            .map(|packet| packet.value().unwrap().as_record().unwrap())
            .collect();
        let paths: Vec<&Value> = records
            .iter()
            .map(|record| record.get("path").unwrap())
            .collect();
        assert_eq!(
            paths,
            [
                &Value::from(at("a.txt")),
                &at("b-c.txt").into(),
                &at("b/z.txt").into()
            ]
        );
        let sizes: Vec<&Value> = records
            .iter()
            .map(|record| record.get("size").unwrap())
            .collect();
        assert_eq!(sizes, [&Value::from(0_i64), &1_i64.into(), &5_i64.into()]);
        assert_eq!(
            records[0].get("modified"),
            Some(&"2023-11-14T22:13:20Z".into())
        );
    }
}
