//! What stands in the parentheses of `#[component(..)]`.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Ident, LitStr, Path, Result, Token};

const KNOWN: &str = "`name`, `examples`, `cost`, `errors`, `operator`, `prepare`";

/// The options of a component.
#[derive(Debug, Default)]
pub(crate) struct Options {
    name: Option<LitStr>,
    /// A path to a function that makes the examples.
    pub(crate) examples: Option<Path>,
    cost: Option<Cost>,
    /// Whether the description shows an `error` out-port.
    pub(crate) errors: Option<Ident>,
    /// Whether a struct is an operator.
    pub(crate) operator: Option<Ident>,
    /// Whether a struct has something to do before the first packet.
    pub(crate) prepare: Option<Ident>,
}

#[derive(Debug, Clone, Copy)]
enum Cost {
    Light,
    Heavy,
    Blocking,
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut options = Self::default();
        while !input.is_empty() {
            options.parse_one(input)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        options.check()?;
        Ok(options)
    }
}

impl Options {
    fn parse_one(&mut self, input: ParseStream<'_>) -> Result<()> {
        let option = Ident::parse_any(input)?;
        match option.to_string().as_str() {
            "name" => set(&mut self.name, &option, value(input)?),
            "examples" => set(&mut self.examples, &option, value(input)?),
            "cost" => set(&mut self.cost, &option, cost(input)?),
            "errors" => set(&mut self.errors, &option, option.clone()),
            "operator" => set(&mut self.operator, &option, option.clone()),
            "prepare" => set(&mut self.prepare, &option, option.clone()),
            other => Err(Error::new(
                option.span(),
                format!("unknown option `{other}`: a component knows {KNOWN}"),
            )),
        }
    }

    fn check(&self) -> Result<()> {
        let Some(name) = &self.name else {
            return Err(Error::new(
                Span::call_site(),
                "the component has no name: write `name = \"family/Name\"`",
            ));
        };
        let text = name.value();
        if is_component_name(&text) {
            return Ok(());
        }
        Err(Error::new(
            name.span(),
            format!(
                "`{text}` is no name of a component: write `family/Name`, the family in lower case and the name in \
                 PascalCase, as in `core/Repeat`"
            ),
        ))
    }

    /// `family/Name`.
    pub(crate) fn name(&self) -> String {
        self.name.as_ref().map(LitStr::value).unwrap_or_default()
    }

    /// The last part of the name, placed where the name is written.
    pub(crate) fn type_name(&self) -> Ident {
        let name = self.name();
        let last = name.rsplit('/').next().unwrap_or_default();
        let span = self
            .name
            .as_ref()
            .map_or_else(Span::call_site, LitStr::span);
        Ident::new(last, span)
    }

    /// The cost as an expression.
    pub(crate) fn cost(&self) -> TokenStream {
        match self.cost.unwrap_or(Cost::Light) {
            Cost::Light => quote!(::millstream_component::Cost::Light),
            Cost::Heavy => quote!(::millstream_component::Cost::Heavy),
            Cost::Blocking => quote!(::millstream_component::Cost::Blocking),
        }
    }
}

fn set<T>(slot: &mut Option<T>, option: &Ident, value: T) -> Result<()> {
    if slot.replace(value).is_some() {
        return Err(Error::new(
            option.span(),
            format!("`{option}` is given twice"),
        ));
    }
    Ok(())
}

fn value<T: Parse>(input: ParseStream<'_>) -> Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

fn cost(input: ParseStream<'_>) -> Result<Cost> {
    let cost: Ident = value(input)?;
    match cost.to_string().as_str() {
        "light" => Ok(Cost::Light),
        "heavy" => Ok(Cost::Heavy),
        "blocking" => Ok(Cost::Blocking),
        other => Err(Error::new(
            cost.span(),
            format!("unknown cost `{other}`: write `light`, `heavy` or `blocking`"),
        )),
    }
}

/// `family/Name` or `namespace/package/Name`.
fn is_component_name(name: &str) -> bool {
    let Some((families, last)) = name.rsplit_once('/') else {
        return false;
    };
    families.split('/').count() <= 2 && families.split('/').all(is_family) && is_pascal_case(last)
}

fn is_family(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'))
}

fn is_pascal_case(text: &str) -> bool {
    // `Self` is the one such word that cannot be a type.
    text != "Self"
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(options: &str) -> String {
        syn::parse_str::<Options>(options).unwrap_err().to_string()
    }

    #[test]
    fn all_options_are_read() {
        let options: Options = syn::parse_str(
            "name = \"core/Kick\", examples = self::examples, cost = heavy, errors, operator, prepare,",
        )
        .unwrap();
        assert_eq!(options.name(), "core/Kick");
        assert_eq!(options.type_name(), "Kick");
        assert!(options.cost().to_string().ends_with("Heavy"));
        assert!(options.examples.is_some() && options.errors.is_some());
        assert!(options.operator.is_some() && options.prepare.is_some());
    }

    #[test]
    fn a_name_has_a_family_and_is_in_pascal_case() {
        for good in ["core/Kick", "acme/text-tools/Upper", "http2/Get2"] {
            assert!(is_component_name(good), "{good}");
        }
        for bad in [
            "Kick",
            "core/",
            "core/kick",
            "Core/Kick",
            "/Kick",
            "a/b/c/D",
            "core/A_b",
            "a/Self",
        ] {
            assert!(!is_component_name(bad), "{bad}");
        }
        let message = refusal("name = \"kick\"");
        assert!(
            message.contains("`kick`") && message.contains("family/Name"),
            "{message}"
        );
    }

    #[test]
    fn mistakes_name_what_is_known() {
        let cases = [
            (
                "",
                "the component has no name: write `name = \"family/Name\"`",
            ),
            (
                "name = \"a/B\", colour",
                "unknown option `colour`: a component knows `name`, `examples`,",
            ),
            (
                "name = \"a/B\", cost = huge",
                "unknown cost `huge`: write `light`, `heavy` or `blocking`",
            ),
            ("name = \"a/B\", name = \"a/B\"", "`name` is given twice"),
        ];
        for (options, expected) in cases {
            let message = refusal(options);
            assert!(message.contains(expected), "{options}: {message}");
        }
    }
}
