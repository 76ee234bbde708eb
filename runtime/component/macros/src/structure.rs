//! A component that is a struct: a `Process`, or an `Operator`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Fields, Ident, ItemStruct, Result};

use crate::definition::{Definition, Variables};
use crate::docs;
use crate::operator;
use crate::options::Options;
use crate::role::{self, Role};

/// Writes the component of a struct, and takes from its fields what the compiler would not understand.
pub(crate) fn expand(options: Result<Options>, structure: &mut ItemStruct) -> Result<TokenStream> {
    let roles = role::all(structure.fields.iter_mut().map(Role::of_field));
    let options = options?;
    check_shape(structure)?;
    let (roles, docs) = (roles?, docs::read(&structure.attrs)?);
    let definition = Definition {
        options: &options,
        component: &structure.ident,
        author: &structure.ident,
        docs: &docs,
        roles: &roles,
    };
    definition.check()?;
    let fields: Vec<(&Ident, &Role)> = structure
        .fields
        .iter()
        .filter_map(|field| field.ident.as_ref())
        .zip(&roles)
        .collect();
    let ports = options
        .operator
        .is_some()
        .then(|| operator::ports(&structure.ident, &fields, options.prepare.as_ref()))
        .transpose()?;
    let variables = Variables::new();
    let implementation = definition.expand(&variables, &future(&options, &variables, &fields));
    Ok(quote! {
        #structure
        #implementation
        #ports
    })
}

fn check_shape(structure: &ItemStruct) -> Result<()> {
    if !structure.generics.params.is_empty() {
        let message = "a component has no type parameters: it is one name in a graph";
        return Err(Error::new_spanned(&structure.generics, message));
    }
    match &structure.fields {
        Fields::Named(_) => Ok(()),
        Fields::Unnamed(_) | Fields::Unit => {
            let message =
                "the ports of a component are fields with names: write `struct Name { .. }`";
            Err(Error::new(structure.ident.span(), message))
        }
    }
}

/// The expression that builds the struct and starts it.
fn future(options: &Options, variables: &Variables, fields: &[(&Ident, &Role)]) -> TokenStream {
    let Variables {
        wiring,
        settings,
        this,
    } = variables;
    let values = fields.iter().map(|(ident, role)| {
        let value = role.value(wiring, settings);
        quote!(#ident: #value)
    });
    let built = quote!(Self { #(#values),* });
    let run = if options.operator.is_some() {
        quote!(::millstream_component::drive)
    } else {
        quote!(::millstream_component::Process::run)
    };
    let Some(prepare) = &options.prepare else {
        return quote!(#run(#built));
    };
    let prepared = prepared(&quote!(#this.#prepare()));
    // A block of its own, so that the borrowed struct is gone before the first wait.
    quote! {{
        let mut #this = #built;
        #prepared?;
        #run(#this)
    }}
}

/// The call of `prepare` as a result: it may return nothing when it cannot fail.
pub(crate) fn prepared(call: &TokenStream) -> TokenStream {
    quote! {{
        trait Prepared {
            fn prepared(self) -> ::core::result::Result<(), ::millstream_component::Failure>;
        }
        impl Prepared for () {
            fn prepared(self) -> ::core::result::Result<(), ::millstream_component::Failure> {
                ::core::result::Result::Ok(())
            }
        }
        impl Prepared for ::core::result::Result<(), ::millstream_component::Failure> {
            fn prepared(self) -> Self {
                self
            }
        }
        Prepared::prepared(#call)
    }}
}
