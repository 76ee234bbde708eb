//! Fields and elements: from the packet, from a parameter, from anything that was computed.

use super::{Compiler, Missing, Typed};
use crate::eval::{ElementNode, Field, Node, Part, Path, Root, Step, StepKind, StepNode, no_index};
use crate::mistake::Mistake;
use crate::nearest::did_you_mean;
use crate::span::Span;
use crate::syntax::{Expr, ExprKind, Name, keyword_meant};
use crate::types::{Kinds, Type};
use millstream_packet::{Kind, Value};

impl<'s> Compiler<'s> {
    /// What a name, a field or an element is.
    pub(super) fn reach(&mut self, expr: &'s Expr, missing: Missing) -> Typed {
        let span = expr.span;
        match &expr.kind {
            ExprKind::It => Self::path(Root::Packet, self.input.clone(), span, missing),
            ExprKind::Name(name) => self.name(name, span, missing),
            ExprKind::Field(of, name) => {
                let of = self.reach(of, missing);
                self.field(of, name, span, missing)
            }
            ExprKind::Index(of, at) => {
                let of = self.reach(of, missing);
                let at = self.expr(at);
                self.element(of, at, span, missing)
            }
            _ => self.expr(expr),
        }
    }

    fn path(root: Root, of: Type, span: Span, missing: Missing) -> Typed {
        let path = Path {
            root,
            steps: Vec::new(),
            is_lenient: missing == Missing::Null,
            span,
        };
        Typed {
            part: Part {
                node: Node::Path(Box::new(path)),
                span,
            },
            of,
        }
    }

    fn name(&mut self, name: &'s str, span: Span, missing: Missing) -> Typed {
        let local = self
            .locals
            .iter()
            .rev()
            .position(|(known, _)| *known == name);
        if let Some(depth) = local
            && let Some((_, of)) = self.locals.iter().rev().nth(depth)
        {
            let root = Root::Local(u16::try_from(depth).unwrap_or(u16::MAX));
            return Self::path(root, of.clone(), span, missing);
        }
        let is_quoted = span.of(self.source).starts_with('`');
        if let Some(word) = keyword_meant(name).filter(|_| !is_quoted) {
            let mistake = Mistake::new(span, format!("`{name}` is taken for a field"));
            return self
                .refuse(mistake.help(format!("write `{word}`; for a field put it in backquotes")));
        }
        let packet = Self::path(Root::Packet, self.input.clone(), span, missing);
        let name = Name {
            span,
            text: name.to_owned(),
        };
        self.field(packet, &name, span, missing)
    }

    fn field(&mut self, of: Typed, name: &Name, span: Span, missing: Missing) -> Typed {
        let Some(found) = Self::field_type(&of, name, missing) else {
            return self.refuse_field(&of, name);
        };
        let step = Step {
            kind: StepKind::Field(Field::new(name.text.as_str())),
            span: name.span,
        };
        stepped(of.part, step, found, span, missing)
    }

    /// What is known of a field; nothing if it cannot be there.
    fn field_type(of: &Typed, name: &Name, missing: Missing) -> Option<Type> {
        let kinds = of.of.kinds;
        let found = of.of.field(&name.text);
        match missing {
            Missing::Null if kinds.meets(Kinds::RECORD.or(Kinds::NULL)) => {
                Some(found.unwrap_or(Type::of(Kind::Null)).or_null())
            }
            Missing::Refused if kinds.meets(Kinds::RECORD) => found,
            _ => None,
        }
    }

    fn refuse_field(&mut self, of: &Typed, name: &Name) -> Typed {
        let shown = &name.text;
        let Some(names) = of.of.names() else {
            let message = format!("the field `{shown}` is looked for in {}", of.of);
            let mistake = Mistake::new(name.span, message);
            return if of.of.kinds.is_within(Kinds::LIST) {
                let help = format!("for the field of each element write map(list, x => x.{shown})");
                self.refuse(mistake.help(help))
            } else {
                self.refuse(mistake)
            };
        };
        let names: Vec<&str> = names.collect();
        let help = did_you_mean(shown, names.iter().copied()).or_else(|| {
            let all: Vec<String> = names
                .iter()
                .take(12)
                .map(|name| format!("`{name}`"))
                .collect();
            (!all.is_empty()).then(|| format!("the record has {}", all.join(", ")))
        });
        let mistake = self.no_field(name);
        match help.filter(|_| mistake.help.is_none()) {
            Some(help) => self.refuse(mistake.help(help)),
            None => self.refuse(mistake),
        }
    }

    /// A field that is not there; among aggregates it most likely is one of the packets'.
    fn no_field(&self, name: &Name) -> Mistake {
        let shown = &name.text;
        if self.slots.is_none() {
            return Mistake::new(name.span, format!("there is no field `{shown}`"));
        }
        let message = format!("`{shown}` is no field of `by`, and many packets come to one record");
        Mistake::new(name.span, message).help(format!(
            "say which value or what of all is meant, as in last({shown}) or sum({shown})"
        ))
    }

    fn element(&mut self, of: Typed, at: Typed, span: Span, missing: Missing) -> Typed {
        let is_lenient = missing == Missing::Null;
        let list = of.of.kinds.meets(Kinds::LIST) && at.of.kinds.meets(Kinds::INT);
        let record = of.of.kinds.meets(Kinds::RECORD) && at.of.kinds.meets(Kinds::TEXT);
        let null = is_lenient && of.of.kinds.meets(Kinds::NULL);
        if !list && !record && !null {
            return self.refuse_element(&of, &at, span);
        }
        let found = if list { of.of.element() } else { Type::any() };
        let found = if is_lenient { found.or_null() } else { found };
        if let Node::Literal(value) = &at.part.node
            && let Some(index) = value.as_int()
        {
            let step = Step {
                kind: StepKind::Element(index),
                span: of.part.span.after().to(span),
            };
            return stepped(of.part, step, found, span, missing);
        }
        let is_constant = of.part.is_literal() && at.part.is_literal();
        let node = ElementNode {
            of: of.part,
            at: at.part,
            is_lenient,
            span,
        };
        self.folded(Node::Element(Box::new(node)), found, span, is_constant)
    }

    fn refuse_element(&mut self, of: &Typed, at: &Typed, span: Span) -> Typed {
        let kind_of = |typed: &Typed| {
            let kinds = [
                Kind::List,
                Kind::Record,
                Kind::Text,
                Kind::Int,
                Kind::Float,
                Kind::Null,
            ];
            kinds
                .into_iter()
                .find(|kind| typed.of.kinds.has(*kind))
                .unwrap_or(Kind::Bool)
        };
        self.refuse(Mistake::new(span, no_index(kind_of(of), kind_of(at))))
    }
}

/// One step further: a longer path, or a step from what was computed.
fn stepped(of: Part, step: Step, found: Type, span: Span, missing: Missing) -> Typed {
    let node = match of.node {
        Node::Path(mut path) => {
            path.steps.push(step);
            path.span = if path.steps.len() == 1 {
                of.span
            } else {
                path.span
            };
            Node::Path(path)
        }
        node => Node::Step(Box::new(StepNode {
            of: Part { node, ..of },
            step,
            is_lenient: missing == Missing::Null,
        })),
    };
    Typed {
        part: Part { node, span },
        of: found,
    }
}

/// The text of a literal, for what is wrong inside of it.
pub(super) fn literal_text(part: &Part) -> Option<&str> {
    match &part.node {
        Node::Literal(value) => Value::as_text(value),
        _ => None,
    }
}
