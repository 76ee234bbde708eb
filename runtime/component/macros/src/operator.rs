//! Writes `impl OperatorPorts`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Ident, Result};

use crate::port::{Direction, Port};
use crate::role::Role;
use crate::structure::prepared;

/// Writes the access that whoever drives an operator needs to its ports.
pub(crate) fn ports(
    component: &Ident,
    fields: &[(&Ident, &Role)],
    prepare: Option<&Ident>,
) -> Result<TokenStream> {
    let ports = || {
        fields
            .iter()
            .filter_map(|(ident, role)| role.port().map(|port| (*ident, port)))
    };
    let mut inputs = ports().filter(|(_, port)| port.direction == Direction::In);
    let (Some((input, port)), None) = (inputs.next(), inputs.next()) else {
        return Err(one_input(component));
    };
    if port.array {
        return Err(one_input(input));
    }
    let item = &port.payload;
    let outputs: Vec<(&Ident, &Port)> = ports()
        .filter(|(_, port)| port.direction == Direction::Out)
        .collect();
    let each_output = each_output(&outputs);
    let forward_bracket = forward_bracket(outputs.first());
    let config = fields.iter().find(|(_, role)| role.settings().is_some());
    let refresh = config.map(|(ident, _)| refresh(ident, prepare));
    Ok(quote! {
        #[automatically_derived]
        impl ::millstream_component::OperatorPorts for #component {
            type Item = #item;

            #[inline]
            fn input(&mut self) -> &mut ::millstream_component::In<#item> {
                &mut self.#input
            }

            #each_output

            #refresh

            #forward_bracket
        }
    })
}

/// The struct is prepared anew for settings that were changed; the former ones hold if it cannot be.
fn refresh(config: &Ident, prepare: Option<&Ident>) -> TokenStream {
    let renew = quote!(self.#config.renew()?);
    let body = match prepare {
        None => quote!(#renew;),
        Some(prepare) => {
            let prepared = prepared(&quote!(self.#prepare()));
            quote! {
                if let ::core::option::Option::Some(former) = #renew {
                    if let ::core::result::Result::Err(failure) = #prepared {
                        self.#config.restore(former);
                        return ::core::result::Result::Err(failure);
                    }
                }
            }
        }
    };
    quote! {
        fn refresh(&mut self) -> ::core::result::Result<(), ::millstream_component::Failure> {
            #body
            ::core::result::Result::Ok(())
        }
    }
}

fn one_input(place: &Ident) -> Error {
    let message = "an operator has exactly one `#[input]`, of type `In<T>`; with more, implement `Process` and leave \
                   out `operator`";
    Error::new(place.span(), message)
}

fn each_output(outputs: &[(&Ident, &Port)]) -> TokenStream {
    let calls = outputs.iter().map(|(ident, port)| {
        if port.array {
            quote!(for element in &mut self.#ident { f(element.raw()); })
        } else {
            quote!(f(self.#ident.raw());)
        }
    });
    let f = if outputs.is_empty() {
        quote!(_f)
    } else {
        quote!(f)
    };
    quote! {
        #[inline]
        fn each_output(&mut self, #f: &mut dyn ::core::ops::FnMut(&mut ::millstream_component::OutPort)) {
            #(#calls)*
        }
    }
}

fn forward_bracket(first: Option<&(&Ident, &Port)>) -> TokenStream {
    let (bracket, send) = match first {
        Some((ident, port)) if port.array => (
            quote!(bracket),
            quote! {
                for element in &mut self.#ident {
                    element.emit_packet(::core::clone::Clone::clone(&bracket));
                }
            },
        ),
        Some((ident, _)) => (quote!(bracket), quote!(self.#ident.emit_packet(bracket);)),
        None => (quote!(_bracket), TokenStream::new()),
    };
    quote! {
        fn forward_bracket(&mut self, #bracket: ::millstream_component::prelude::Packet) {
            #send
        }
    }
}
