//! Expressions over many packets: aggregates, and what is made of their results.

use millstream_packet::Text;

use super::call::plural;
use super::reach::literal_text;
use super::{Compiler, Typed};
use crate::aggregate::{self, Accumulator, Aggregate};
use crate::eval::{Node, Part};
use crate::function::{self, Body, Function, Mode, Returns};
use crate::mistake::{Mistake, Mistakes};
use crate::span::Span;
use crate::syntax::{self, Argument, Name};
use crate::types::{Kinds, Type};

/// One aggregate of an expression.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) aggregate: &'static Aggregate,
    /// What is added for each packet; nothing for `count()`.
    pub(crate) argument: Option<Part>,
    /// The second argument.
    pub(crate) number: f64,
}

impl Slot {
    pub(crate) fn start(&self) -> Accumulator {
        (self.aggregate.start)(self.number)
    }
}

/// Compiles an expression over many packets of a type. Its aggregates go to the end of `slots`; outside of them, names are
/// fields of `by`, if those are known.
///
/// # Errors
///
/// Fails with all mistakes that were found.
pub(crate) fn compile_aggregation(
    source: &str,
    by: Option<&[Text]>,
    packet: &Type,
    slots: &mut Vec<Slot>,
) -> Result<Part, Mistakes> {
    let tree = syntax::parse(source).map_err(|mistake| Mistakes::new(source, vec![mistake]))?;
    let key = by.map_or(Type::any(), |by| {
        Type::fields(by.iter().map(|name| (name.clone(), Type::any())).collect())
    });
    let mut compiler = Compiler::new(source, key);
    let before = slots.len();
    compiler.slots = Some(std::mem::take(slots));
    compiler.packet = packet.clone();
    let typed = compiler.expr(&tree);
    *slots = compiler.slots.take().unwrap_or_default();
    if slots.len() == before && compiler.mistakes.is_empty() {
        let mistake = Mistake::new(typed.part.span, "nothing here puts packets together");
        let help = "use an aggregate such as count(), sum(x) or last(x)";
        compiler.mistakes.push(mistake.help(help));
    }
    if compiler.mistakes.is_empty() {
        Ok(typed.part)
    } else {
        Err(Mistakes::new(source, compiler.mistakes))
    }
}

impl<'s> Compiler<'s> {
    /// The call as one of an aggregate; nothing if it is none here.
    pub(super) fn aggregate(
        &mut self,
        name: &Name,
        arguments: &'s [Argument],
        span: Span,
    ) -> Option<Typed> {
        if self.slots.is_none() {
            return self.stray(name, arguments);
        }
        let Some(aggregate) = aggregate::find(&name.text) else {
            let meant = aggregate::by_alias(&name.text)?;
            let mistake = Mistake::new(name.span, format!("there is no aggregate `{}`", name.text));
            return Some(self.refuse(mistake.help(format!("did you mean `{meant}`?"))));
        };
        if !aggregate.takes(arguments.len()) {
            // `min(a, b)` of two aggregates is the function of that name.
            if function::find(&name.text).is_some_and(|function| suits(function, arguments)) {
                return None;
            }
            let count = plural(arguments.len(), "argument");
            let message = format!("the aggregate `{}` does not take {count}", name.text);
            let help = format!("it is called {}", aggregate.signature());
            return Some(self.refuse(Mistake::new(span, message).help(help)));
        }
        Some(self.slot(aggregate, arguments, span))
    }

    /// An aggregate where there is one packet only.
    fn stray(&mut self, name: &Name, arguments: &[Argument]) -> Option<Typed> {
        let aggregate = aggregate::find(&name.text)?;
        let function = function::find(&name.text);
        let is_function = function.is_some_and(|function| suits(function, arguments));
        if is_function || !aggregate.takes(arguments.len()) {
            return None;
        }
        let message = format!(
            "`{}` puts packets together, and here is only one",
            name.text
        );
        let mistake = Mistake::new(name.span, message);
        Some(match function {
            Some(function) => {
                let help = format!("of a list it is called {}", function.signature());
                self.refuse(mistake.help(help))
            }
            None => self.refuse(mistake.help("data/Aggregate takes such expressions")),
        })
    }

    fn slot(
        &mut self,
        aggregate: &'static Aggregate,
        arguments: &'s [Argument],
        span: Span,
    ) -> Typed {
        let mut typed: Option<Typed> = None;
        let mut number = 0.0;
        for (at, argument) in arguments.iter().enumerate() {
            let found = self.of_packet(aggregate, at, argument);
            match at {
                0 => typed = Some(found),
                _ => number = self.percent(&found),
            }
        }
        let types: Vec<Type> = typed.iter().map(|typed| typed.of.clone()).collect();
        let of = match aggregate.returns {
            Returns::Kinds(kinds) => Type::from_kinds(kinds),
            Returns::Like(like) => like(&types),
        };
        let slots = self.slots.get_or_insert_default();
        slots.push(Slot {
            aggregate,
            argument: typed.map(|typed| typed.part),
            number,
        });
        let node = Node::Slot(slots.len() - 1);
        Typed {
            part: Part { node, span },
            of,
        }
    }

    /// An argument, in which names are fields of the packets and aggregates make no sense.
    fn of_packet(
        &mut self,
        aggregate: &'static Aggregate,
        at: usize,
        argument: &'s Argument,
    ) -> Typed {
        let slots = self.slots.take();
        let key = std::mem::replace(&mut self.input, self.packet.clone());
        let found = match argument {
            // Only `count` has a parameter that may be left out, and it counts what is there.
            Argument::Value(expr) => match aggregate.parameters.get(at) {
                Some(parameter) if parameter.mode == Mode::Optional => self.forgiving(expr),
                _ => self.expr(expr),
            },
            Argument::Lambda(lambda) => {
                let message = format!("`{}` takes a value of each packet", aggregate.name);
                self.refuse(Mistake::new(lambda.span, message))
            }
        };
        self.input = key;
        self.slots = slots;
        match aggregate.parameters.get(at) {
            Some(parameter) if !found.of.kinds.meets(parameter.kinds) => {
                self.wrong_kind(aggregate.name, parameter.kinds.without(Kinds::NULL), &found)
            }
            _ => found,
        }
    }

    /// The second argument of `percentile`, which holds for all packets.
    fn percent(&mut self, found: &Typed) -> f64 {
        let number = match &found.part.node {
            Node::Literal(value) => value.as_number(),
            _ => None,
        };
        if let Some(number) = number.filter(|number| (0.0..=100.0).contains(number)) {
            number
        } else {
            let what = literal_text(&found.part).map_or("", |_| " without quotes");
            let message =
                format!("`percent` is a number from 0 to 100{what}, the same for all packets");
            self.refuse(Mistake::new(found.part.span, message));
            0.0
        }
    }
}

/// Whether arguments are such as a function takes.
fn suits(function: &Function, arguments: &[Argument]) -> bool {
    let count = arguments.len();
    let has_lambda = matches!(arguments.get(1), Some(Argument::Lambda(_)));
    count >= function.least()
        && function.most().is_none_or(|most| count <= most)
        && has_lambda == matches!(function.body, Body::Each(_))
}
