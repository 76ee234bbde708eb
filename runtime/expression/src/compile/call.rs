//! Calls: the function, the number of arguments, their kinds.

use super::reach::literal_text;
use super::{Compiler, Typed};
use crate::eval::{CallNode, EachNode, Node, Part};
use crate::function::{
    self, Body, EachBody, Function, Memory, Mode, Parameter, Returns, ValueBody,
};
use crate::mistake::Mistake;
use crate::span::Span;
use crate::syntax::{Argument, Lambda, Name};
use crate::types::{Kinds, Type};

impl<'s> Compiler<'s> {
    pub(super) fn call(&mut self, name: &'s Name, arguments: &'s [Argument], span: Span) -> Typed {
        if let Some(slot) = self.aggregate(name, arguments, span) {
            return slot;
        }
        let Some(function) = function::find(&name.text) else {
            return self.unknown_function(name);
        };
        if let Some(mistake) = wrong_count(function, name, arguments.len(), span) {
            return self.refuse(mistake);
        }
        match function.body {
            Body::Value(body) => self.call_values(function, body, arguments, span),
            Body::Each(body) => self.call_each(function, body, arguments, span),
        }
    }

    fn unknown_function(&mut self, name: &Name) -> Typed {
        let shown = &name.text;
        let mistake = Mistake::new(name.span, format!("there is no function `{shown}`"));
        if let Some(help) = elsewhere(shown) {
            return self.refuse(mistake.help(help));
        }
        match function::meant(shown) {
            Some(meant) => self.refuse(mistake.help(format!("did you mean `{meant}`?"))),
            None => self.refuse(mistake),
        }
    }

    fn call_values(
        &mut self,
        function: &'static Function,
        body: ValueBody,
        arguments: &'s [Argument],
        span: Span,
    ) -> Typed {
        let mut parts = Vec::with_capacity(arguments.len());
        let mut types = Vec::with_capacity(arguments.len());
        for (at, argument) in arguments.iter().enumerate() {
            let Some(parameter) = function.parameter(at) else {
                continue;
            };
            let typed = self.argument(function, parameter, argument);
            types.push(typed.of);
            parts.push(typed.part);
        }
        let of = returns(function, &types);
        let is_constant = parts.iter().all(Part::is_literal);
        let node = CallNode {
            function,
            body,
            arguments: parts.into(),
            memory: Memory::default(),
            span,
        };
        self.folded(Node::Call(Box::new(node)), of, span, is_constant)
    }

    fn argument(
        &mut self,
        function: &Function,
        parameter: &Parameter,
        argument: &'s Argument,
    ) -> Typed {
        let expr = match argument {
            Argument::Value(expr) => expr,
            Argument::Lambda(lambda) => {
                let message = format!(
                    "`{}` takes values, not functions of an element",
                    function.name
                );
                return self.refuse(Mistake::new(lambda.span, message));
            }
        };
        let typed = match parameter.mode {
            Mode::Forgiving => self.forgiving(expr),
            _ => self.expr(expr),
        };
        if !typed.of.kinds.meets(parameter.kinds) {
            return self.wrong_kind(function.name, parameter.kinds, &typed);
        }
        if let (Some(check), Some(text)) = (parameter.literal, literal_text(&typed.part))
            && let Err(complaint) = check(text)
        {
            return self.refuse_text(&typed.part, complaint);
        }
        typed
    }

    pub(super) fn wrong_kind(&mut self, name: &str, takes: Kinds, found: &Typed) -> Typed {
        let message = format!("`{name}` takes {takes}, but this is {}", found.of);
        let mistake = Mistake::new(found.part.span, message);
        match (takes.meets(Kinds::TEXT), takes.meets(Kinds::NUMBER)) {
            (true, false) if found.of.kinds.is_within(Kinds::NUMBER.or(Kinds::BOOL)) => {
                self.refuse(mistake.help("text(…) makes text of it"))
            }
            (false, true) if found.of.kinds.is_within(Kinds::TEXT) => {
                self.refuse(mistake.help("int(…) or float(…) makes a number of it"))
            }
            _ => self.refuse(mistake),
        }
    }

    fn call_each(
        &mut self,
        function: &'static Function,
        body: EachBody,
        arguments: &'s [Argument],
        span: Span,
    ) -> Typed {
        let (Some(Argument::Value(list)), Some(each), Some(parameter)) =
            (arguments.first(), arguments.get(1), function.parameter(1))
        else {
            let first = arguments.first().map_or(span, Argument::span);
            let message = format!("`{}` takes a list first", function.name);
            return self.refuse(Mistake::new(first, message));
        };
        let list = self.expr(list);
        if !list.of.kinds.meets(Kinds::LIST) {
            return self.wrong_kind(function.name, Kinds::LIST, &list);
        }
        let Argument::Lambda(lambda) = each else {
            let message = format!("`{}` takes a function of an element", function.name);
            let mistake = Mistake::new(each.span(), message);
            let example = format!(
                "write {}(list, x => …) with x for the element",
                function.name
            );
            return self.refuse(mistake.help(example));
        };
        let each = self.lambda(lambda, list.of.element());
        if !each.of.kinds.meets(parameter.kinds) {
            let message = format!(
                "{} is wanted here, but this is {}",
                parameter.kinds, each.of
            );
            return self.refuse(Mistake::new(each.part.span, message));
        }
        let of = returns(function, &[list.of, each.of]);
        let node = EachNode {
            function,
            body,
            list: list.part,
            each: each.part,
            gives: parameter.kinds,
            span,
        };
        self.folded(Node::Each(Box::new(node)), of, span, false)
    }

    fn lambda(&mut self, lambda: &'s Lambda, element: Type) -> Typed {
        self.locals.push((&lambda.parameter.text, element));
        // Inside, aggregates have no sense: they see packets, not elements.
        let slots = self.slots.take();
        let body = self.expr(&lambda.body);
        self.slots = slots;
        self.locals.pop();
        body
    }
}

fn returns(function: &Function, types: &[Type]) -> Type {
    match function.returns {
        Returns::Kinds(kinds) => Type::from_kinds(kinds),
        Returns::Like(like) => like(types),
    }
}

fn wrong_count(function: &Function, name: &Name, given: usize, span: Span) -> Option<Mistake> {
    let (least, most) = (function.least(), function.most());
    if given >= least && most.is_none_or(|most| given <= most) {
        return None;
    }
    let wanted = match most {
        Some(most) if most == least => plural(least, "argument"),
        Some(most) if most == least + 1 => format!("{least} or {}", plural(most, "argument")),
        Some(most) => format!("{least} to {}", plural(most, "argument")),
        None => format!("at least {}", plural(least, "argument")),
    };
    let is = if given == 1 { "is" } else { "are" };
    let message = format!("`{}` takes {wanted}, but {given} {is} given", name.text);
    Some(Mistake::new(span, message).help(format!("it is called {}", function.signature())))
}

/// Functions of other languages that are written otherwise here.
fn elsewhere(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().replace('_', "").as_str() {
        "now" | "today" | "currenttimestamp" | "sysdate" | "getdate" => {
            "expressions know no clock: the same packet always gives the same result"
        }
        "random" | "rand" | "uuid" => {
            "expressions know no chance: the same packet always gives the same result"
        }
        "isnull" | "isempty" => "write `x == null`, or `(x ?? \"\") == \"\"`",
        "iif" | "ifelse" | "cond" | "case" | "switch" => "write if condition then a else b",
        "concat" => "`+` puts texts and lists together",
        "not" => "write `not` and the condition",
        "matches" | "regexlike" | "regexpmatches" | "rlike" | "test" => {
            "write text matches \"pattern\""
        }
        _ => return None,
    })
}

/// `1 argument`, `2 arguments`.
pub(super) fn plural(count: usize, word: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {word}{s}")
}
