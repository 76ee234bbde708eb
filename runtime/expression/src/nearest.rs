//! The name that was meant.

/// Names that look less alike than this are not offered.
const ALIKE_MIN: f64 = 0.5;

/// The likeliest of the names, if one looks like `wanted` at all; letters' case does not count.
pub(crate) fn nearest<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for name in names {
        let score = likeness(&wanted, &name.to_lowercase());
        if score >= ALIKE_MIN && best.is_none_or(|(known, _)| score > known) {
            best = Some((score, name));
        }
    }
    best.map(|(_, name)| name)
}

fn likeness(wanted: &str, known: &str) -> f64 {
    const BEGINNING: f64 = 0.7;
    let (short, long) = if wanted.len() < known.len() {
        (wanted, known)
    } else {
        (known, wanted)
    };
    let begins = short.len() >= 2 && long.starts_with(short);
    let score = strsim::normalized_damerau_levenshtein(wanted, known);
    if begins { score.max(BEGINNING) } else { score }
}

/// `did you mean …?` if a name looks like the one that was written.
pub(crate) fn did_you_mean<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(wanted, names).map(|name| format!("did you mean `{name}`?"))
}
