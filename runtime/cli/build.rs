//! Takes the web editor into the binary, if it was built: every file of `editor/web/dist`, compressed.
//!
//! Nobody needs wasm to build the runtime: without the files, or without the feature `editor`, there are no pages, and
//! browsers are told how to get them.

use std::env;
use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

fn main() -> Result<(), Box<dyn Error>> {
    let dist = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../editor/web/dist");
    println!("cargo:rerun-if-changed={}", dist.display());
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut pages = String::from("&[\n");
    if env::var_os("CARGO_FEATURE_EDITOR").is_some() {
        for file in files(&dist) {
            pages.push_str(&page(&file, &out)?);
        }
    }
    pages.push(']');
    fs::write(out.join("pages.rs"), pages)?;
    Ok(())
}

/// What was built, in order of name; nothing if nothing was.
fn files(dist: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dist).into_iter().flatten().flatten();
    let is_page = |path: &PathBuf| kind(path).is_some() && path.is_file();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_page).collect();
    files.sort();
    let is_whole = files.iter().any(|file| file.ends_with("index.html"));
    if is_whole { files } else { Vec::new() }
}

fn page(file: &Path, out: &Path) -> Result<String, Box<dyn Error>> {
    let name = file
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or("a name beyond Unicode")?;
    let text = fs::read(file)?;
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&text)?;
    let packed = packed.finish()?;
    let place = out.join(format!("{name}.gz"));
    // The check sum of gzip, and the length: enough to tell two builds apart.
    let sum: Vec<String> = packed
        .iter()
        .rev()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let sum = sum.concat();
    fs::write(&place, packed)?;
    let kind = kind(file).unwrap_or_default();
    let place = place.display().to_string();
    Ok(format!(
        "millstream_server::Page {{ path: {name:?}, kind: {kind:?}, body: include_bytes!({place:?}), version: {sum:?} }},\n"
    ))
}

fn kind(file: &Path) -> Option<&'static str> {
    match file.extension()?.to_str()? {
        "html" => Some("text/html; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "wasm" => Some("application/wasm"),
        _ => None,
    }
}
