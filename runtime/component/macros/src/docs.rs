//! Doc comments as text.

use syn::{Attribute, Error, Expr, Lit, Meta, Result};

/// The doc comments among these attributes: lines without the blank that follows the slashes.
pub(crate) fn read(attributes: &[Attribute]) -> Result<String> {
    let mut lines = Vec::new();
    for attribute in attributes {
        let Meta::NameValue(doc) = &attribute.meta else {
            continue;
        };
        if !doc.path.is_ident("doc") {
            continue;
        }
        let text = literal(&doc.value)?;
        lines.extend(text.split('\n').map(|line| {
            let line = line.strip_prefix(' ').unwrap_or(line);
            line.trim_end().to_owned()
        }));
    }
    Ok(lines.join("\n").trim().to_owned())
}

fn literal(value: &Expr) -> Result<String> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Ok(text.value()),
            _ => Err(not_text(value)),
        },
        _ => Err(not_text(value)),
    }
}

fn not_text(value: &Expr) -> Error {
    Error::new_spanned(
        value,
        "the docs of a component are doc comments: `/// What it does.`",
    )
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn one_leading_blank_is_removed_from_each_line() {
        let attributes = [
            parse_quote!(#[doc = " Summary."]),
            parse_quote!(#[doc = ""]),
            parse_quote!(#[derive(Debug)]),
            parse_quote!(#[doc = "   indented\n more"]),
        ];
        let docs = read(&attributes).unwrap();
        assert_eq!(docs, "Summary.\n\n  indented\nmore");
    }

    #[test]
    fn docs_from_elsewhere_are_refused() {
        let error = read(&[parse_quote!(#[doc = include_str!("x.md")])]).unwrap_err();
        assert!(error.to_string().contains("doc comments"), "{error}");
    }
}
