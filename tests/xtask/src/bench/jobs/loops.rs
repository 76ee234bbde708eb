//! The jobs as loops, as one would write them by hand for one job, with good libraries.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

type Keys<K, V> = IndexMap<K, V, foldhash::fast::RandomState>;

/// Which job on which input.
#[derive(Debug, Args)]
pub(crate) struct LoopArgs {
    job: String,
    input: PathBuf,
}

/// Does a job, and prints its result.
pub(crate) fn run_loop(args: &LoopArgs) -> Result<()> {
    let out = BufWriter::new(io::stdout().lock());
    match args.job.as_str() {
        "csv" => csv(&args.input, out),
        "log" => log(&args.input, out),
        "words" => words(&args.input, out),
        "json" => json(&args.input, out),
        other => bail!("there is no job `{other}`"),
    }
}

fn csv(input: &Path, mut out: impl Write) -> Result<()> {
    #[derive(Default)]
    struct Sum {
        sales: u64,
        quantity: i64,
        revenue: f64,
    }
    let mut sums: Keys<(Vec<u8>, Vec<u8>), Sum> = Keys::default();
    let mut reader = csv::ReaderBuilder::new()
        .buffer_capacity(256 * 1024)
        .from_path(input)?;
    let mut row = csv::ByteRecord::new();
    let mut key = (Vec::new(), Vec::new());
    while reader.read_byte_record(&mut row)? {
        let [_, _, region, product, quantity, price] =
            [0, 1, 2, 3, 4, 5].map(|at| row.get(at).unwrap_or_default());
        let quantity: i64 = std::str::from_utf8(quantity)?.parse()?;
        if quantity < 20 || region == b"island" {
            continue;
        }
        let price: f64 = std::str::from_utf8(price)?.parse()?;
        key.0.clear();
        key.0.extend_from_slice(region);
        key.1.clear();
        key.1.extend_from_slice(product);
        let sum = match sums.get_mut(&key) {
            Some(sum) => sum,
            None => sums.entry(key.clone()).or_default(),
        };
        sum.sales += 1;
        sum.quantity += quantity;
        sum.revenue += quantity as f64 * price;
    }
    for ((region, product), sum) in sums {
        let (region, product) = (String::from_utf8(region)?, String::from_utf8(product)?);
        let Sum {
            sales,
            quantity,
            revenue,
        } = sum;
        let row = serde_json::json!({"region": region, "product": product, "sales": sales, "quantity": quantity, "revenue": revenue});
        writeln!(out, "{row}")?;
    }
    Ok(())
}

/// Calls `f` with each line of a file, without its ending.
fn each_line(input: &Path, mut f: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let mut reader = BufReader::with_capacity(256 * 1024, File::open(input)?);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        f(line.strip_suffix(b"\n").unwrap_or(&line))?;
        line.clear();
    }
    Ok(())
}

fn count(counts: &mut Keys<Vec<u8>, u64>, key: &[u8]) {
    match counts.get_mut(key) {
        Some(count) => *count += 1,
        None => {
            counts.insert(key.to_vec(), 1);
        }
    }
}

/// Prints counts, the most frequent first.
fn print_most(
    mut out: impl Write,
    mut counts: Keys<Vec<u8>, u64>,
    name: &str,
    times: &str,
    limit: usize,
) -> Result<()> {
    counts.sort_by(|_, one, _, other| other.cmp(one));
    for (key, count) in counts.iter().take(limit) {
        let row = serde_json::json!({name: std::str::from_utf8(key)?, times: count});
        writeln!(out, "{row}")?;
    }
    Ok(())
}

fn log(input: &Path, mut out: impl Write) -> Result<()> {
    let (mut by_status, mut by_page) = (Keys::default(), Keys::default());
    each_line(input, |line| {
        let mut parts = line.split(|&byte| byte == b'"');
        let request = parts.nth(1).context("no request")?;
        let after = parts.next().context("no status")?;
        let page = request.split(|&byte| byte == b' ').nth(1);
        let status = after.split(|&byte| byte == b' ').nth(1);
        count(&mut by_page, page.context("no page")?);
        count(&mut by_status, status.context("no status")?);
        Ok(())
    })?;
    print_most(&mut out, by_status, "status", "requests", usize::MAX)?;
    print_most(out, by_page, "url", "requests", 20)
}

fn words(input: &Path, out: impl Write) -> Result<()> {
    let mut counts = Keys::default();
    let mut lower = Vec::new();
    each_line(input, |line| {
        lower.clear();
        lower.extend(std::str::from_utf8(line)?.to_lowercase().as_bytes());
        let words = lower.split(u8::is_ascii_whitespace);
        words
            .filter(|word| !word.is_empty())
            .for_each(|word| count(&mut counts, word));
        Ok(())
    })?;
    print_most(out, counts, "word", "times", 20)
}

fn json(input: &Path, mut out: impl Write) -> Result<()> {
    #[derive(Deserialize)]
    struct Order<'a> {
        id: i64,
        customer: &'a str,
        region: &'a str,
        paid: bool,
        lines: Vec<Line>,
    }
    #[derive(Deserialize)]
    struct Line {
        quantity: i64,
    }
    #[derive(Serialize)]
    struct Found<'a> {
        id: i64,
        customer: &'a str,
        region: &'a str,
        pieces: i64,
    }
    each_line(input, |line| {
        let order: Order<'_> = serde_json::from_slice(line)?;
        if !order.paid || order.region == "island" {
            return Ok(());
        }
        let found = Found {
            id: order.id,
            customer: order.customer,
            region: order.region,
            pieces: order.lines.iter().map(|line| line.quantity).sum(),
        };
        serde_json::to_writer(&mut out, &found)?;
        out.write_all(b"\n")?;
        Ok(())
    })
}
