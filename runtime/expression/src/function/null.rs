//! Functions for values that may not be there.

use millstream_packet::Value;

use super::{Body, Call, Function, Parameter, Returns};
use crate::types::{Kinds, Type};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "has",
        aliases: &["exists", "defined", "isset", "isnotnull", "notnull"],
        parameters: &[Parameter::forgiving("value")],
        returns: Returns::Kinds(Kinds::BOOL),
        summary: "Whether there is such a field, and it is not null.",
        examples: &[
            ("has({a: 1}.a)", "true"),
            ("has({a: 1}.b)", "false"),
            ("has(null)", "false"),
        ],
        body: Body::Value(|call| Ok(has(&call))),
    },
    Function {
        name: "coalesce",
        aliases: &["ifnull", "nvl", "firstnonnull"],
        parameters: &[
            Parameter::forgiving("value"),
            Parameter::new("other", Kinds::ANY).repeated(),
        ],
        returns: Returns::Like(either),
        summary: "The first value that is not null; `a ?? b` does the same for two, without computing what is not needed.",
        examples: &[
            ("coalesce(null, 2, 3)", "2"),
            ("coalesce({a: 1}.b, 0)", "0"),
        ],
        body: Body::Value(|call| Ok(coalesce(&call))),
    },
];

fn has(call: &Call<'_, '_>) -> Value {
    call.get(0).is_some_and(|value| !value.is_null()).into()
}

fn coalesce(call: &Call<'_, '_>) -> Value {
    let at = call.operands.iter().position(|operand| !operand.is_null());
    call.value(at.unwrap_or_default())
}

fn either(types: &[Type]) -> Type {
    let all = types
        .iter()
        .fold(Type::from_kinds(Kinds::NONE), |all, one| all.or(one));
    let is_sure = types.iter().any(|one| !one.kinds.meets(Kinds::NULL));
    if is_sure { all.without_null() } else { all }
}
