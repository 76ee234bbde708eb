//! What a parameter of a function or a field of a struct is to its component.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::spanned::Spanned as _;
use syn::{
    Attribute, Error, Field, GenericArgument, Ident, Pat, PatType, PathArguments, Result, Type,
};

use crate::docs;
use crate::port::{Direction, Place, Port, PortOptions};

/// What a parameter or a field is.
#[derive(Debug)]
pub(crate) enum Role {
    /// A port.
    Port(Box<Port>),
    /// The settings, with the type of `Config<S>` inside.
    Config(Box<Type>),
    /// The surroundings.
    Context(Span),
    /// A field that starts as its default.
    State,
}

/// What a type can be, judged by its last word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Port { direction: Direction, array: bool },
    Config,
    Context,
}

/// The attributes that say what a field is.
const FIELD_ATTRIBUTES: [&str; 5] = ["input", "output", "config", "context", "state"];

impl Role {
    /// Reads a parameter and takes from it what the compiler would not understand.
    pub(crate) fn of_parameter(parameter: &mut PatType) -> Result<Self> {
        let docs = docs::read(&parameter.attrs);
        let ports = extract(&mut parameter.attrs, |attribute| {
            attribute.path().is_ident("port")
        });
        extract(&mut parameter.attrs, |attribute| {
            attribute.path().is_ident("doc")
        });
        let docs = docs?;
        let ty = &*parameter.ty;
        let ident = match &*parameter.pat {
            Pat::Ident(pattern) => Some(&pattern.ident),
            _ => None,
        };
        let attribute = at_most_one(&ports)?;
        match (Kind::of(ty), attribute) {
            (Some(Kind::Port { direction, array }), attribute) => {
                let options = attribute
                    .map(PortOptions::read)
                    .transpose()?
                    .unwrap_or_default();
                Port::new(direction, array, Place { ident, ty, docs }, options).map(Self::port_of)
            }
            (Some(_), Some(attribute)) => {
                let message = "only ports have `#[port(..)]`";
                Err(Error::new_spanned(attribute, message))
            }
            (Some(Kind::Config), None) => settings(ty).map(Self::Config),
            (Some(Kind::Context), None) => Ok(Self::Context(ty.span())),
            (None, _) => Err(Error::new_spanned(ty, not_a_role())),
        }
    }

    /// Reads a field and takes from it the attributes that say what it is.
    pub(crate) fn of_field(field: &mut Field) -> Result<Self> {
        let roles = extract(&mut field.attrs, |attribute| {
            FIELD_ATTRIBUTES
                .iter()
                .any(|known| attribute.path().is_ident(known))
        });
        let Some(attribute) = at_most_one(&roles)? else {
            let message = "say what the field is: `#[input]`, `#[output]`, `#[config]`, `#[context]` or `#[state]`";
            return Err(Error::new_spanned(&*field, message));
        };
        let is = |name: &str| attribute.path().is_ident(name);
        if is("state") {
            attribute.meta.require_path_only()?;
            return Ok(Self::State);
        }
        match Kind::of(&field.ty) {
            Some(Kind::Port { direction, array })
                if is(match direction {
                    Direction::In => "input",
                    Direction::Out => "output",
                }) =>
            {
                let place = Place {
                    ident: field.ident.as_ref(),
                    ty: &field.ty,
                    docs: docs::read(&field.attrs)?,
                };
                Port::new(direction, array, place, PortOptions::read(attribute)?).map(Self::port_of)
            }
            Some(Kind::Config) if is("config") => settings(&field.ty).map(Self::Config),
            Some(Kind::Context) if is("context") => Ok(Self::Context(field.ty.span())),
            _ => Err(Error::new_spanned(&field.ty, expected_type(attribute))),
        }
    }

    fn port_of(port: Port) -> Self {
        Self::Port(Box::new(port))
    }

    /// The port, if it is one.
    pub(crate) fn port(&self) -> Option<&Port> {
        match self {
            Self::Port(port) => Some(port),
            Self::Config(_) | Self::Context(_) | Self::State => None,
        }
    }

    /// The type of the settings, if it is the settings.
    pub(crate) fn settings(&self) -> Option<&Type> {
        match self {
            Self::Config(settings) => Some(settings),
            Self::Port(_) | Self::Context(_) | Self::State => None,
        }
    }

    /// The expression that makes its value.
    pub(crate) fn value(&self, wiring: &Ident, settings: &Ident) -> TokenStream {
        match self {
            Self::Port(port) => port.taken_from(wiring),
            Self::Config(_) => quote!(#settings),
            Self::Context(_) => quote!(#wiring.context()),
            Self::State => quote!(::core::default::Default::default()),
        }
    }
}

/// Complains about a second `Config` or `Context`.
pub(crate) fn check_single(roles: &[Role]) -> Result<()> {
    let configs = roles.iter().filter_map(Role::settings).map(Type::span);
    let contexts = roles.iter().filter_map(|role| match role {
        Role::Context(span) => Some(*span),
        Role::Port(_) | Role::Config(_) | Role::State => None,
    });
    if let Some(span) = configs.skip(1).last() {
        let message = "a component has at most one `Config`: put all settings into one struct";
        return Err(Error::new(span, message));
    }
    match contexts.skip(1).last() {
        Some(span) => Err(Error::new(span, "a component has at most one `Context`")),
        None => Ok(()),
    }
}

/// All values, or all errors in one.
pub(crate) fn all<T>(results: impl Iterator<Item = Result<T>>) -> Result<Vec<T>> {
    let (mut values, mut errors) = (Vec::new(), None::<Error>);
    for result in results {
        match (result, &mut errors) {
            (Ok(value), _) => values.push(value),
            (Err(error), Some(errors)) => errors.combine(error),
            (Err(error), None) => errors = Some(error),
        }
    }
    errors.map_or(Ok(values), Err)
}

impl Kind {
    fn of(ty: &Type) -> Option<Self> {
        let Type::Path(path) = ty else { return None };
        let port = |direction, array| Some(Self::Port { direction, array });
        match path.path.segments.last()?.ident.to_string().as_str() {
            "In" => port(Direction::In, false),
            "InArray" => port(Direction::In, true),
            "Out" => port(Direction::Out, false),
            "OutArray" => port(Direction::Out, true),
            "Config" => Some(Self::Config),
            "Context" => Some(Self::Context),
            _ => None,
        }
    }
}

fn extract(attributes: &mut Vec<Attribute>, is: impl Fn(&Attribute) -> bool) -> Vec<Attribute> {
    attributes
        .extract_if(.., |attribute| is(attribute))
        .collect()
}

fn at_most_one(attributes: &[Attribute]) -> Result<Option<&Attribute>> {
    match attributes {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        [_, second, ..] => {
            let message = "one attribute is enough to say what this is";
            Err(Error::new_spanned(second, message))
        }
    }
}

/// `S` of `Config<S>`.
fn settings(ty: &Type) -> Result<Box<Type>> {
    if let Type::Path(path) = ty
        && let Some(last) = path.path.segments.last()
        && let PathArguments::AngleBracketed(arguments) = &last.arguments
        && let Some(GenericArgument::Type(settings)) = arguments.args.first()
    {
        return Ok(Box::new(settings.clone()));
    }
    let message = "name the struct of the settings, as in `Config<KickSettings>`";
    Err(Error::new_spanned(ty, message))
}

fn not_a_role() -> &'static str {
    "this is no part of a component: use `In<T>`, `InArray<T>`, `Out<T>`, `OutArray<T>`, `Config<S>` or `Context`"
}

fn expected_type(attribute: &Attribute) -> &'static str {
    let is = |name: &str| attribute.path().is_ident(name);
    if is("input") {
        "an `#[input]` is an `In<T>` or an `InArray<T>`"
    } else if is("output") {
        "an `#[output]` is an `Out<T>` or an `OutArray<T>`"
    } else if is("config") {
        "the `#[config]` is a `Config<S>`"
    } else {
        "the `#[context]` is a `Context`"
    }
}
