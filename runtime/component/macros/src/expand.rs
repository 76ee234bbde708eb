//! Chooses the form of a component and reports mistakes.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{Error, Item, Result};

use crate::{function, structure};

/// Writes what replaces the item under the attribute.
pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    match syn::parse2(item.clone()) {
        Ok(mut parsed) => try_expand(options, &mut parsed).unwrap_or_else(|error| {
            // The item stays, so that whoever uses it does not complain too.
            let (error, item) = (error.to_compile_error(), parsed.to_token_stream());
            quote!(#item #error)
        }),
        Err(error) => {
            let error = error.to_compile_error();
            quote!(#item #error)
        }
    }
}

fn try_expand(options: TokenStream, item: &mut Item) -> Result<TokenStream> {
    let options = syn::parse2(options);
    match item {
        Item::Fn(function) => function::expand(options, function),
        Item::Struct(structure) => structure::expand(options, structure),
        other => Err(Error::new_spanned(
            other,
            "a component is an `async fn` or a struct",
        )),
    }
}

#[cfg(test)]
mod tests;
