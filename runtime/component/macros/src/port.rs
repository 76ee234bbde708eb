//! One port: its name, its type, its docs.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Attribute, Error, GenericArgument, Ident, LitStr, Meta, PathArguments, Result, Type};

/// The port of a failed packet; the runtime has it, a component only says so.
const ERROR_PORT: &str = "error";

/// Which way packets go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Into the component.
    In,
    /// Out of the component.
    Out,
}

/// A port as the author wrote it.
#[derive(Debug)]
pub(crate) struct Port {
    /// Which way packets go.
    pub(crate) direction: Direction,
    /// Whether it has elements.
    pub(crate) array: bool,
    /// The type of its packets.
    pub(crate) payload: Type,
    name: String,
    required: bool,
    at_end: bool,
    docs: String,
    /// Where to complain about it.
    span: Span,
}

/// What the attribute of a port says: `#[port(name = "in", optional)]`.
#[derive(Debug, Default)]
pub(crate) struct PortOptions {
    name: Option<LitStr>,
    optional: bool,
    at_end: Option<Span>,
}

impl PortOptions {
    /// Reads the attribute, whose parentheses may be missing.
    pub(crate) fn read(attribute: &Attribute) -> Result<Self> {
        let mut options = Self::default();
        if matches!(attribute.meta, Meta::Path(_)) {
            return Ok(options);
        }
        attribute.parse_nested_meta(|option| {
            if option.path.is_ident("name") {
                options.name = Some(option.value()?.parse()?);
                Ok(())
            } else if option.path.is_ident("optional") {
                options.optional = true;
                Ok(())
            } else if option.path.is_ident("at_end") {
                options.at_end = Some(option.path.span());
                Ok(())
            } else {
                Err(option
                    .error("unknown option: a port knows `name = \"..\"`, `optional` and `at_end`"))
            }
        })?;
        Ok(options)
    }
}

impl Port {
    /// Makes a port of what is known of a parameter or a field.
    pub(crate) fn new(
        direction: Direction,
        array: bool,
        place: Place<'_>,
        options: PortOptions,
    ) -> Result<Self> {
        let Some(ident) = place.ident else {
            let message =
                "a port is one name: write `input: In<Text>`, or `_input` if it is not used";
            return Err(Error::new(place.ty.span(), message));
        };
        if let (Direction::In, Some(span)) = (direction, options.at_end) {
            return Err(Error::new(span, "only out-ports are `at_end`"));
        }
        let (name, span) = match options.name {
            Some(name) => (name.value(), name.span()),
            None => (name_of(ident), ident.span()),
        };
        let port = Self {
            direction,
            array,
            payload: payload(place.ty)?,
            name,
            required: !options.optional,
            at_end: options.at_end.is_some(),
            docs: place.docs,
            span,
        };
        port.check()?;
        Ok(port)
    }

    fn check(&self) -> Result<()> {
        let name = &self.name;
        if !is_snake_case(name) {
            let message = format!(
                "`{name}` is no name of a port: use lower-case letters, digits and `_`, and begin with a letter"
            );
            return Err(Error::new(self.span, message));
        }
        if self.direction == Direction::Out && name == ERROR_PORT {
            let message = "every component has the out-port `error`: name this one otherwise, or give the component \
                           the option `errors` and call `Context::reject`";
            return Err(Error::new(self.span, message));
        }
        if self.docs.is_empty() {
            let message = format!("every port needs a doc comment: say what `{name}` is for");
            return Err(Error::new(self.span, message));
        }
        Ok(())
    }

    /// The expression that takes the port from the wiring.
    pub(crate) fn taken_from(&self, wiring: &Ident) -> TokenStream {
        let Self { payload, name, .. } = self;
        let method = match (self.direction, self.array) {
            (Direction::In, false) => quote!(input),
            (Direction::In, true) => quote!(input_array),
            (Direction::Out, false) => quote!(output),
            (Direction::Out, true) => quote!(output_array),
        };
        quote!(#wiring.#method::<#payload>(#name))
    }

    /// The description of the port.
    pub(crate) fn meta(&self) -> TokenStream {
        let Self {
            array,
            payload,
            name,
            required,
            at_end,
            docs,
            ..
        } = self;
        let direction = match self.direction {
            Direction::In => quote!(In),
            Direction::Out => quote!(Out),
        };
        let span = Span::mixed_site().located_at(payload.span());
        let port_type = quote_spanned!(span=> <#payload as ::millstream_component::Payload>::TYPE);
        quote! {
            ::millstream_component::PortMeta {
                name: #name,
                direction: ::millstream_component::Direction::#direction,
                port_type: #port_type,
                array: #array,
                required: #required,
                at_end: #at_end,
                docs: #docs,
            }
        }
    }
}

/// Complains about ports that have the same name and direction.
pub(crate) fn check_names_differ<'a>(ports: impl Iterator<Item = &'a Port>) -> Result<()> {
    let mut seen: Vec<&Port> = Vec::new();
    for port in ports {
        let twin = |other: &&&Port| other.name == port.name && other.direction == port.direction;
        if seen.iter().any(|other| twin(&other)) {
            let message = format!("two ports are named `{}`", port.name);
            return Err(Error::new(port.span, message));
        }
        seen.push(port);
    }
    Ok(())
}

/// The parameter or the field that is a port.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    /// Its name; a pattern has none.
    pub(crate) ident: Option<&'a Ident>,
    /// Its type.
    pub(crate) ty: &'a Type,
    /// Its doc comment.
    pub(crate) docs: String,
}

fn name_of(ident: &Ident) -> String {
    let name = ident.unraw().to_string();
    name.trim_start_matches('_').to_owned()
}

/// `T` of `In<T>`.
fn payload(ty: &Type) -> Result<Type> {
    let arguments = match ty {
        Type::Path(path) => path.path.segments.last().map(|last| &last.arguments),
        _ => None,
    };
    if let Some(PathArguments::AngleBracketed(arguments)) = arguments
        && let Some(GenericArgument::Type(payload)) = arguments.args.first()
    {
        return Ok(payload.clone());
    }
    Err(Error::new_spanned(
        ty,
        "say what the packets are, as in `In<Text>`; `Value` takes all",
    ))
}

fn is_snake_case(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
