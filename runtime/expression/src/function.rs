//! The functions: one table that drives evaluation, checking, suggestions and documentation.

mod convert;
mod list;
mod memory;
mod null;
mod number;
mod pattern;
mod record;
mod text;
mod time;

use millstream_packet::Value;

use crate::eval::{Budget, Operand};
use crate::fault::{Complaint, Raised};
use crate::nearest::nearest;
use crate::types::{Kinds, Type};

pub(crate) use memory::Memory;
pub(crate) use pattern::compile as compile_pattern;
pub use time::{TimeError, millis_of};

/// A function of the language.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// What other languages call it.
    pub(crate) aliases: &'static [&'static str],
    pub(crate) parameters: &'static [Parameter],
    pub(crate) returns: Returns,
    /// One line, ends with a full stop.
    pub(crate) summary: &'static str,
    /// Expressions and what they come to, as JSON; each is a test.
    pub(crate) examples: &'static [(&'static str, &'static str)],
    pub(crate) body: Body,
}

/// What a function takes at one place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) kinds: Kinds,
    pub(crate) mode: Mode,
    /// Checks a text that is written into the expression.
    pub(crate) literal: Option<Check>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Must be given.
    Required,
    /// A missing field is null here.
    Forgiving,
    /// May be left out.
    Optional,
    /// May be given any number of times; the last parameter.
    Repeated,
    /// A function of an element, which comes to one of the kinds.
    Each,
}

/// What a function comes to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Returns {
    Kinds(Kinds),
    /// By the types of the arguments; of a function of an element, by what it comes to.
    Like(fn(&[Type]) -> Type),
}

/// How a function is computed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Body {
    Value(ValueBody),
    Each(EachBody),
}

pub(crate) type ValueBody = fn(Call<'_, '_>) -> Outcome;
pub(crate) type EachBody = fn(&[Value], &mut Step<'_>) -> Result<Value, Trouble>;
/// What is done for an element.
pub(crate) type Step<'s> = dyn FnMut(&Value) -> Result<Value, Raised> + 's;
/// Says what is wrong with a text.
pub(crate) type Check = fn(&str) -> Result<(), Complaint>;
pub(crate) type Outcome = Result<Value, Complaint>;

/// What goes wrong in a function of elements: its own fault, or that of what it does for each.
#[derive(Debug)]
pub(crate) enum Trouble {
    Raised(Raised),
    Complaint(Complaint),
}

/// What a function is called with. The kinds of the operands were checked.
#[derive(Debug)]
pub(crate) struct Call<'c, 'o> {
    pub(crate) operands: &'c [Operand<'o>],
    pub(crate) memory: &'c mut Memory,
    pub(crate) budget: &'c Budget,
}

/// The functions that belong together in the documentation.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) title: &'static str,
    pub(crate) functions: &'static [Function],
}

/// All functions.
pub(crate) const GROUPS: &[Group] = &[
    Group {
        title: "Null and missing fields",
        functions: null::FUNCTIONS,
    },
    Group {
        title: "Conversion",
        functions: convert::FUNCTIONS,
    },
    Group {
        title: "Numbers",
        functions: number::FUNCTIONS,
    },
    Group {
        title: "Text",
        functions: text::FUNCTIONS,
    },
    Group {
        title: "Regular expressions",
        functions: pattern::FUNCTIONS,
    },
    Group {
        title: "Lists",
        functions: list::FUNCTIONS,
    },
    Group {
        title: "Records",
        functions: record::FUNCTIONS,
    },
    Group {
        title: "Time",
        functions: time::FUNCTIONS,
    },
];

/// All functions in the order of the documentation.
pub(crate) fn all() -> impl Iterator<Item = &'static Function> {
    GROUPS.iter().flat_map(|group| group.functions)
}

/// The function of this name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    all().find(|function| function.name == name)
}

/// The function that was most likely meant, by its name elsewhere or its likeness.
pub(crate) fn meant(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    let plain = lower.replace('_', "");
    let by_alias = all().find(|function| {
        function.name == lower
            || function
                .aliases
                .iter()
                .any(|alias| *alias == lower || *alias == plain)
    });
    match by_alias {
        Some(function) => Some(function.name),
        None => nearest(name, all().map(|function| function.name)),
    }
}

impl Function {
    /// What it takes at this place, counted from 0.
    pub(crate) fn parameter(&self, at: usize) -> Option<&Parameter> {
        match self.parameters.get(at) {
            Some(parameter) => Some(parameter),
            None => self
                .parameters
                .last()
                .filter(|last| last.mode == Mode::Repeated),
        }
    }

    /// Fewest arguments.
    pub(crate) fn least(&self) -> usize {
        let is_needed = |parameter: &&Parameter| {
            matches!(
                parameter.mode,
                Mode::Required | Mode::Forgiving | Mode::Each
            )
        };
        self.parameters.iter().filter(is_needed).count()
    }

    /// Most arguments; nothing if there is no bound.
    pub(crate) fn most(&self) -> Option<usize> {
        let last = self.parameters.last();
        let is_bounded = last.is_none_or(|last| last.mode != Mode::Repeated);
        is_bounded.then_some(self.parameters.len())
    }

    /// As one calls it: `slice(list, from, [to])`.
    pub(crate) fn signature(&self) -> String {
        let shown = self
            .parameters
            .iter()
            .map(|parameter| match parameter.mode {
                Mode::Required | Mode::Forgiving => parameter.name.to_owned(),
                Mode::Optional => format!("[{}]", parameter.name),
                Mode::Repeated => format!("[{}], …", parameter.name),
                Mode::Each => format!("x => {}", parameter.name),
            });
        format!("{}({})", self.name, shown.collect::<Vec<_>>().join(", "))
    }
}

impl Parameter {
    pub(crate) const fn new(name: &'static str, kinds: Kinds) -> Self {
        Self {
            name,
            kinds,
            mode: Mode::Required,
            literal: None,
        }
    }

    /// Takes any value, and null for a missing field.
    pub(crate) const fn forgiving(name: &'static str) -> Self {
        Self {
            mode: Mode::Forgiving,
            ..Self::new(name, Kinds::ANY)
        }
    }

    /// A function of an element.
    pub(crate) const fn each(name: &'static str, gives: Kinds) -> Self {
        Self {
            mode: Mode::Each,
            ..Self::new(name, gives)
        }
    }

    pub(crate) const fn optional(self) -> Self {
        Self {
            mode: Mode::Optional,
            ..self
        }
    }

    pub(crate) const fn repeated(self) -> Self {
        Self {
            mode: Mode::Repeated,
            ..self
        }
    }

    pub(crate) const fn checked(self, literal: Check) -> Self {
        Self {
            literal: Some(literal),
            ..self
        }
    }
}

impl<'o> Call<'_, 'o> {
    /// An argument that was given.
    pub(crate) fn get(&self, at: usize) -> Option<&Operand<'o>> {
        self.operands.get(at)
    }

    pub(crate) fn text(&self, at: usize) -> &str {
        self.get(at).map_or("", Operand::text)
    }

    pub(crate) fn int(&self, at: usize) -> i64 {
        self.get(at).map_or(0, Operand::int)
    }

    pub(crate) fn number(&self, at: usize) -> f64 {
        self.get(at).map_or(0.0, Operand::number)
    }

    pub(crate) fn list(&self, at: usize) -> &[Value] {
        self.get(at).map_or(&[], Operand::list)
    }

    pub(crate) fn value(&self, at: usize) -> Value {
        self.get(at).map_or(Value::NULL, Operand::to_value)
    }
}

impl From<Raised> for Trouble {
    fn from(raised: Raised) -> Self {
        Self::Raised(raised)
    }
}

impl From<Complaint> for Trouble {
    fn from(complaint: Complaint) -> Self {
        Self::Complaint(complaint)
    }
}

/// A result that is a number and no other.
pub(crate) fn finite(result: f64, what: impl FnOnce() -> String) -> Outcome {
    if result.is_finite() {
        Ok(result.into())
    } else {
        Err(Complaint::new(format!("{} is no number", what())))
    }
}

#[cfg(test)]
mod tests;
