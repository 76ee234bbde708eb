//! A component that is an async function.
//!
//! The function is written anew as a plain one that returns an `async move` block: the future of an `async fn` holds its
//! parameters twice (rust-lang/rust#62958), which is a third of the memory of an idle process.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned as _;
use syn::{Error, FnArg, Ident, ItemFn, Pat, Result, ReturnType, parse_quote};

use crate::definition::{Definition, Variables};
use crate::docs;
use crate::options::Options;
use crate::role::{self, Role};

/// Writes the component of a function, and takes from the function what the compiler would not understand.
pub(crate) fn expand(options: Result<Options>, function: &mut ItemFn) -> Result<TokenStream> {
    let roles = role::all(function.sig.inputs.iter_mut().map(of_argument));
    let options = options?;
    check_signature(&options, function)?;
    let (roles, docs) = (roles?, docs::read(&function.attrs)?);
    let (component, author) = (options.type_name(), &function.sig.ident);
    let definition = Definition {
        options: &options,
        component: &component,
        author,
        docs: &docs,
        roles: &roles,
    };
    definition.check()?;
    let variables = Variables::new();
    let values = roles
        .iter()
        .map(|role| role.value(&variables.wiring, &variables.settings));
    let implementation = definition.expand(&variables, &quote!(#author(#(#values),*)));
    let (visibility, summary) = (&function.vis, docs.lines().next().unwrap_or_default());
    let function = plain(function);
    Ok(quote! {
        #[doc = #summary]
        #[derive(::core::fmt::Debug)]
        #visibility struct #component;

        #implementation

        // What clippy asks of functions does not suit ports: how many there are, and that failures are documented.
        #[allow(
            clippy::missing_errors_doc,
            clippy::too_many_arguments,
            clippy::used_underscore_binding,
            reason = "the parameters of a component are its ports"
        )]
        #function
    })
}

/// The same function with its body as a block that captures the parameters.
fn plain(function: &ItemFn) -> ItemFn {
    let mut plain = function.clone();
    plain.sig.asyncness = None;
    if let ReturnType::Type(_, output) = &function.sig.output {
        plain.sig.output = parse_quote! {
            -> impl ::core::future::Future<Output = #output> + ::core::marker::Send
        };
    }
    // A parameter that is never mentioned would be dropped at once, and a port with it closed.
    let unused = function.sig.inputs.iter().filter_map(unused_name);
    let statements = &function.block.stmts;
    plain.block = parse_quote!({
        async move {
            #(let _ = &#unused;)*
            #(#statements)*
        }
    });
    plain
}

/// The name of a parameter that says it is not used.
fn unused_name(argument: &FnArg) -> Option<&Ident> {
    let FnArg::Typed(parameter) = argument else {
        return None;
    };
    match &*parameter.pat {
        Pat::Ident(pattern) if pattern.ident.to_string().starts_with('_') => Some(&pattern.ident),
        _ => None,
    }
}

fn of_argument(argument: &mut FnArg) -> Result<Role> {
    match argument {
        FnArg::Typed(parameter) => Role::of_parameter(parameter),
        FnArg::Receiver(receiver) => Err(Error::new_spanned(
            receiver,
            "a component is a free function: it has no `self`",
        )),
    }
}

fn check_signature(options: &Options, function: &ItemFn) -> Result<()> {
    let signature = &function.sig;
    if signature.asyncness.is_none() {
        let message = "a component waits for packets: write `async fn`";
        return Err(Error::new(signature.fn_token.span(), message));
    }
    if matches!(signature.output, ReturnType::Default) {
        let message = "a component returns `Result<(), Failure>`";
        return Err(Error::new(signature.ident.span(), message));
    }
    if !signature.generics.params.is_empty() {
        let message = "a component has no type parameters: it is one name in a graph";
        return Err(Error::new_spanned(&signature.generics, message));
    }
    match options.operator.as_ref().or(options.prepare.as_ref()) {
        Some(option) => {
            let message = format!("only a struct can have the option `{option}`");
            Err(Error::new(option.span(), message))
        }
        None => Ok(()),
    }
}
