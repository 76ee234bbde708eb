//! Writes `impl Component`: the description and the function that starts a process.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Error, Ident, Result, Type};

use crate::options::Options;
use crate::port::{self, Port};
use crate::role::{self, Role};

/// Everything that an `impl Component` is written of.
#[derive(Debug)]
pub(crate) struct Definition<'a> {
    /// What the attribute says.
    pub(crate) options: &'a Options,
    /// The struct that is the component.
    pub(crate) component: &'a Ident,
    /// What the author named: errors about the future of the process point at it.
    pub(crate) author: &'a Ident,
    /// The doc comment.
    pub(crate) docs: &'a str,
    /// Parameters or fields in order.
    pub(crate) roles: &'a [Role],
}

/// The variables of the function that starts a process. No name of an author can clash with them.
#[derive(Debug)]
pub(crate) struct Variables {
    /// The ports that are not taken yet.
    pub(crate) wiring: Ident,
    /// The settings that were read.
    pub(crate) settings: Ident,
    /// The struct that runs.
    pub(crate) this: Ident,
}

impl Variables {
    /// Makes the names.
    pub(crate) fn new() -> Self {
        let name = |name| Ident::new(name, Span::mixed_site());
        Self {
            wiring: name("wiring"),
            settings: name("settings"),
            this: name("this"),
        }
    }
}

impl Definition<'_> {
    /// Complains about what no single parameter or field is to blame for.
    pub(crate) fn check(&self) -> Result<()> {
        if self.docs.is_empty() {
            let message = "every component needs a doc comment: the first line says what it does and ends with a full \
                           stop";
            return Err(Error::new(self.author.span(), message));
        }
        role::check_single(self.roles)?;
        port::check_names_differ(self.ports())
    }

    fn ports(&self) -> impl Iterator<Item = &Port> {
        self.roles.iter().filter_map(Role::port)
    }

    fn settings(&self) -> Option<&Type> {
        self.roles.iter().find_map(Role::settings)
    }

    /// Writes the implementation. `future` makes the future of the process of the variables `wiring` and `settings`.
    pub(crate) fn expand(&self, variables: &Variables, future: &TokenStream) -> TokenStream {
        let (component, docs, name) = (self.component, self.docs, self.options.name());
        let metas = self.ports().map(Port::meta);
        let none = || quote!(::std::vec::Vec::new);
        let settings = self.settings().map_or_else(
            none,
            |settings| quote!(::millstream_component::settings_ports::<#settings>),
        );
        let examples = self.options.examples.as_ref();
        let examples = examples.map_or_else(none, ToTokens::to_token_stream);
        let (cost, errors) = (self.options.cost(), self.options.errors.is_some());
        let start = self.start(variables, future);
        quote! {
            #[automatically_derived]
            impl ::millstream_component::Component for #component {
                const DEFINITION: ::millstream_component::Definition = ::millstream_component::Definition {
                    name: #name,
                    docs: #docs,
                    ports: &[#(#metas),*],
                    settings: #settings,
                    cost: #cost,
                    errors: #errors,
                    examples: #examples,
                    start: #start,
                };
            }
        }
    }

    /// A process without settings is the author's future and nothing else: there may be 100,000 of them. One with
    /// settings takes its ports only when it has read them, and reads them in a box that is freed then, so that nothing
    /// is kept twice.
    fn start(&self, variables: &Variables, future: &TokenStream) -> TokenStream {
        let Variables {
            wiring, settings, ..
        } = variables;
        let span = Span::mixed_site().located_at(self.author.span());
        let mutable =
            (self.settings().is_some() || self.ports().next().is_some()).then(|| quote!(mut));
        let uses_context = self
            .roles
            .iter()
            .any(|role| matches!(role, Role::Context(_)));
        let reads = self.settings().map(|settings_type| {
            quote! {
                let reading = #wiring.settings::<#settings_type>();
                let #settings = ::std::boxed::Box::pin(reading).await?;
            }
        });
        if reads.is_none() && self.options.prepare.is_none() {
            let ignore = (mutable.is_none() && !uses_context).then(|| quote!(let _ = #wiring;));
            return quote_spanned! {span=>
                |#mutable #wiring| { #ignore ::std::boxed::Box::pin(#future) }
            };
        }
        quote_spanned! {span=>
            |#mutable #wiring| ::std::boxed::Box::pin(async move {
                #reads
                let future = #future;
                ::core::mem::drop(#wiring);
                future.await
            })
        }
    }
}
