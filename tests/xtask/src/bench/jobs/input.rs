//! Inputs of the jobs, the same bytes on every machine.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::output;

/// A kind of input.
pub(super) struct Input {
    name: &'static str,
    ending: &'static str,
    /// Usual number of rows; of words where lines are only a way to write them.
    pub(super) rows: u64,
    write: fn(&mut dyn Write, u64) -> Result<()>,
}

/// An input on disk.
pub(super) struct Made {
    pub(super) path: PathBuf,
    pub(super) rows: u64,
    pub(super) bytes: u64,
}

pub(super) const CSV: Input = Input {
    name: "sales",
    ending: "csv",
    rows: 10_000_000,
    write: sales,
};
pub(super) const LOG: Input = Input {
    name: "access",
    ending: "log",
    rows: 6_000_000,
    write: requests,
};
pub(super) const WORDS: Input = Input {
    name: "words",
    ending: "txt",
    rows: 40_000_000,
    write: words,
};
pub(super) const JSON: Input = Input {
    name: "orders",
    ending: "jsonl",
    rows: 3_000_000,
    write: orders,
};

const REGIONS: [&str; 8] = [
    "north", "south", "east", "west", "island", "coast", "hill", "plain",
];

impl Input {
    /// Makes it, unless it is there already.
    pub(super) fn make(&self, folder: &Path, rows: u64) -> Result<Made> {
        let path = folder.join(format!("{}-{rows}.{}", self.name, self.ending));
        if !path.try_exists()? {
            output::aside(&format!("making {}", path.display()))?;
            let draft = path.with_extension("draft");
            let mut file = BufWriter::new(File::create(&draft)?);
            (self.write)(&mut file, rows).context("cannot write the input of a job")?;
            file.into_inner()?.sync_all()?;
            fs::rename(&draft, &path)?;
        }
        let bytes = fs::metadata(&path)?.len();
        Ok(Made { path, rows, bytes })
    }
}

/// `SplitMix64`: a few lines, and the same numbers for ever.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Less than `limit`, all alike.
    fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(limit)) >> 64) as u64
    }

    /// One of these, all alike.
    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let at = self.below(of.len() as u64);
        &of[usize::try_from(at).unwrap_or_default()]
    }

    /// Less than `limit`; the number `n` about half as often as `n / 2`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a power with an exponent below 1 is less than its base"
    )]
    fn mostly_low(&mut self, limit: u64) -> u64 {
        let part = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        ((limit as f64).powf(part) as u64).saturating_sub(1)
    }
}

fn sales(out: &mut dyn Write, rows: u64) -> Result<()> {
    let mut chance = Chance(1);
    writeln!(out, "id,ts,region,product,quantity,price")?;
    for id in 0..rows {
        let region = chance.one(&REGIONS);
        let (product, quantity) = (chance.below(100), 1 + chance.below(50));
        let (whole, cents) = (chance.below(100), chance.below(100));
        let (day, hour, minute) = (1 + id % 28, id / 7 % 24, id / 3 % 60);
        writeln!(
            out,
            "{id},2026-03-{day:02}T{hour:02}:{minute:02}:00,{region},p{product},{quantity},{whole}.{cents:02}"
        )?;
    }
    Ok(())
}

fn requests(out: &mut dyn Write, rows: u64) -> Result<()> {
    let mut chance = Chance(2);
    for at in 0..rows {
        let status = match chance.below(100) {
            0..90 => 200,
            90..96 => 404,
            96..99 => 301,
            _ => 500,
        };
        let (a, b, page) = (
            chance.below(250),
            chance.below(250),
            chance.mostly_low(20_000),
        );
        let (hour, minute, second) = (at / 3600 % 24, at / 60 % 60, at % 60);
        let bytes = 200 + chance.below(90_000);
        writeln!(
            out,
            "203.0.{a}.{b} - - [21/Nov/2026:{hour:02}:{minute:02}:{second:02} +0000] \"GET /mill/{page}.html HTTP/1.1\" \
             {status} {bytes} \"-\" \"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101\""
        )?;
    }
    Ok(())
}

fn words(out: &mut dyn Write, count: u64) -> Result<()> {
    const A_LINE: u64 = 12;
    let mut chance = Chance(3);
    let vocabulary: Vec<String> = (0..50_000).map(word).collect();
    for at in 0..count {
        let rank = usize::try_from(chance.mostly_low(50_000))?;
        let word = &vocabulary[rank];
        let is_last = at % A_LINE == A_LINE - 1 || at == count - 1;
        let end = if is_last { "\n" } else { " " };
        if chance.below(10) == 0 {
            let (first, rest) = word.split_at(1);
            write!(out, "{}{rest}{end}", first.to_uppercase())?;
        } else {
            write!(out, "{word}{end}")?;
        }
    }
    Ok(())
}

/// A word for each number.
fn word(mut number: usize) -> String {
    const SYLLABLES: [&str; 16] = [
        "ra", "ro", "mi", "ten", "sal", "do", "ker", "lu", "ni", "va", "os", "ti", "re", "gan",
        "po", "dor",
    ];
    let mut word = String::new();
    loop {
        word += SYLLABLES[number % 16];
        number /= 16;
        if number == 0 {
            return word;
        }
    }
}

fn orders(out: &mut dyn Write, rows: u64) -> Result<()> {
    let mut chance = Chance(4);
    for id in 0..rows {
        let region = chance.one(&REGIONS);
        let (customer, paid) = (chance.below(10_000), chance.below(10) < 7);
        write!(
            out,
            r#"{{"id":{id},"customer":"c{customer}","region":"{region}","paid":{paid},"lines":["#
        )?;
        for line in 0..=chance.below(4) {
            let comma = if line == 0 { "" } else { "," };
            let (sku, quantity, cents) =
                (chance.below(100), 1 + chance.below(9), chance.below(100));
            write!(
                out,
                r#"{comma}{{"sku":"p{sku}","quantity":{quantity},"price":{}.{cents:02}}}"#,
                chance.below(100)
            )?;
        }
        writeln!(out, r#"],"note":"leave it at the door"}}"#)?;
    }
    Ok(())
}
