//! Texts that the browser keeps between sessions.

use std::cell::Cell;
use std::rc::Rc;

use millstream_app::HostFault;
use wasm_bindgen::prelude::{Closure, JsCast as _, JsValue};
use web_sys::{BeforeUnloadEvent, Storage};

use crate::host::{JOURNAL, told};

/// Other pages of the same address may keep things, too.
const PREFIX: &str = "millstream:";

/// The browser's storage.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    storage: Storage,
    /// Journals of this page: documents that are not saved.
    journals: Rc<Cell<usize>>,
}

impl Kept {
    /// The storage of this address.
    ///
    /// # Errors
    ///
    /// Fails when the browser keeps nothing.
    pub(super) fn open() -> Result<Self, JsValue> {
        let window = web_sys::window().ok_or("there is no page")?;
        let storage = window
            .local_storage()?
            .ok_or("this browser keeps nothing")?;
        Ok(Self {
            storage,
            journals: Rc::default(),
        })
    }

    /// A text.
    ///
    /// # Errors
    ///
    /// Fails when the browser refuses.
    pub(super) fn recall(&self, key: &str) -> Result<Option<String>, HostFault> {
        self.storage
            .get_item(&format!("{PREFIX}{key}"))
            .map_err(|error| refused(&error))
    }

    /// Keeps a text, or forgets it.
    ///
    /// # Errors
    ///
    /// Fails when the browser refuses: there is a limit to what it keeps.
    pub(super) fn keep(&self, key: &str, text: Option<&str>) -> Result<(), HostFault> {
        let name = format!("{PREFIX}{key}");
        if key.starts_with(JOURNAL) {
            let is_there = self.recall(key)?.is_some();
            let count = self.journals.get();
            match (is_there, text.is_some()) {
                (false, true) => self.journals.set(count + 1),
                (true, false) => self.journals.set(count.saturating_sub(1)),
                _ => {}
            }
        }
        let kept = match text {
            Some(text) => self.storage.set_item(&name, text),
            None => self.storage.remove_item(&name),
        };
        kept.map_err(|error| refused(&error))
    }

    /// What journals there are, without how their keys begin, in order.
    ///
    /// # Errors
    ///
    /// Fails when the browser refuses.
    pub(super) fn journals(&self) -> Result<Vec<String>, HostFault> {
        let count = self.storage.length().map_err(|error| refused(&error))?;
        let mut journals = Vec::new();
        for at in 0..count {
            let key = self.storage.key(at).map_err(|error| refused(&error))?;
            let name = key.as_deref().and_then(|key| key.strip_prefix(PREFIX));
            journals.extend(
                name.and_then(|name| name.strip_prefix(JOURNAL))
                    .map(str::to_owned),
            );
        }
        journals.sort();
        Ok(journals)
    }

    /// Has the browser ask before the page is left while something is not saved.
    ///
    /// # Errors
    ///
    /// Fails when the page cannot be listened to.
    pub(super) fn guard_against_leaving(&self) -> Result<(), JsValue> {
        let journals = Rc::clone(&self.journals);
        let leaving =
            Closure::<dyn FnMut(BeforeUnloadEvent)>::new(move |event: BeforeUnloadEvent| {
                if journals.get() > 0 {
                    event.prevent_default();
                }
            });
        let window = web_sys::window().ok_or("there is no page")?;
        window
            .add_event_listener_with_callback("beforeunload", leaving.as_ref().unchecked_ref())?;
        // It lives as long as the page.
        leaving.forget();
        Ok(())
    }

    /// Nothing is left to be saved.
    pub(super) fn allow_leaving(&self) {
        self.journals.set(0);
    }
}

fn refused(error: &JsValue) -> HostFault {
    HostFault::Failed(format!("the browser keeps nothing: {}", told(error)))
}
