//! Typed Rust values inside packets, for native components that hand each other their own types.

use std::any::Any;
use std::fmt;

/// A Rust value with its type's name. It cannot leave the process.
pub struct Opaque {
    type_name: &'static str,
    value: Box<dyn Any + Send + Sync>,
    debug: fn(&(dyn Any + Send + Sync), &mut fmt::Formatter<'_>) -> fmt::Result,
}

impl Opaque {
    pub(crate) fn new<T: Any + Send + Sync + fmt::Debug>(value: T) -> Self {
        Self {
            type_name: std::any::type_name::<T>(),
            value: Box::new(value),
            debug: |value, f| match value.downcast_ref::<T>() {
                Some(value) => value.fmt(f),
                None => f.write_str("opaque"),
            },
        }
    }

    /// The Rust type's full name.
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// The value, if it is a `T`.
    pub fn downcast_ref<T: Any>(&self) -> Option<&T> {
        self.value.downcast_ref()
    }
}

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.debug)(&*self.value, f)
    }
}
