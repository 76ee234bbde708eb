//! The component attribute macro.
//!
//! It reads names, types and doc comments and writes calls into `millstream-component`; it knows no component and does
//! no work of its own at run time. Mistakes are reported at the word that is wrong, with what to write instead.

use proc_macro::TokenStream;

mod definition;
mod docs;
mod expand;
mod function;
mod operator;
mod options;
mod port;
mod role;
mod structure;

/// Makes a component of an async function or a struct.
///
/// The doc comment of the item becomes the component's help: its first line is the summary and ends with a full stop,
/// the rest is Markdown. The doc comment of a port is its help. Both are required.
///
/// # Options
///
/// | Option | Meaning |
/// |---|---|
/// | `name = "family/Name"` | required; the name like that of a type |
/// | `examples = path` | a `fn() -> Vec<Example>`; each example is also a test |
/// | `cost = light` | or `heavy` (computes for a microsecond or more per packet), or `blocking` (may block its thread) |
/// | `errors` | the description shows an `error` out-port |
/// | `operator` | structs: the struct is an `Operator`, driven packet by packet |
/// | `prepare` | structs: calls `fn prepare(&mut self) -> Result<(), Failure>` once, before the first packet |
///
/// # An async function
///
/// Every parameter is a port (`In<T>`, `InArray<T>`, `Out<T>`, `OutArray<T>`), the settings (`Config<S>`, at most one)
/// or the surroundings (`Context`, at most one). A port is named as its parameter, without `r#` and leading
/// underscores, or by `#[port(name = "..")]`; `#[port(optional)]` says that a graph may leave it unconnected,
/// `#[port(at_end)]` that nothing leaves by it before the in-ports have ended, or the group that the packets stand in. The
/// component is a unit struct named as the last part of the component's name, as visible as the function.
///
/// ```text
/// /// Emits a value several times.
/// #[component(name = "core/Kick", examples = examples)]
/// async fn kick(
///     /// What to emit.
///     #[port(name = "in")]
///     mut input: In<Value>,
///     config: Config<KickSettings>,
///     /// The value, `count` times.
///     mut out: Out<Value>,
/// ) -> Result<(), Failure> { .. }
/// ```
///
/// # A struct
///
/// Every field says what it is: `#[input]` and `#[output]` (with `name = ".."`, `optional` and `at_end` as above),
/// `#[config]`, `#[context]`, or `#[state]`, which starts as its `Default`. The struct implements `Process`, or with the option
/// `operator` an `Operator`, which has exactly one `#[input]`, of type `In<T>`.
///
/// ```text
/// /// Drops the first packets.
/// #[component(name = "core/Skip", operator)]
/// #[derive(Debug)]
/// pub struct Skip {
///     /// Packets.
///     #[input(name = "in")]
///     input: In<Value>,
///     /// All but the first ones.
///     #[output]
///     out: Out<Value>,
///     #[config]
///     config: Config<SkipSettings>,
///     #[state]
///     seen: u64,
/// }
/// ```
#[proc_macro_attribute]
pub fn component(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(options.into(), item.into()).into()
}
