//! The component attribute macro.

use proc_macro::TokenStream;

/// Makes a component of an async function or a struct.
#[proc_macro_attribute]
pub fn component(_attributes: TokenStream, item: TokenStream) -> TokenStream {
    item
}
