//! What the window tells the page, and what waits until the page listens.

use serde::Serialize;
use std::sync::Mutex;
use std::sync::PoisonError;
use tauri::{AppHandle, Emitter as _, Manager as _};

/// The event that carries everything.
const EVENT: &str = "host";

/// What the page hears without having asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Told {
    /// The user opened a file from outside.
    OpenFile { file: String },
    /// The user chose a command from the menu.
    Menu { id: String },
    /// The user wants to close the window.
    CloseRequested,
    /// A watched file changed, was removed or came back.
    FileChanged { file: String },
    /// The runtime has ended by itself.
    RuntimeEnded { reason: String },
}

/// The page, as far as the window knows.
#[derive(Debug, Default)]
pub(crate) struct Page(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    listens: bool,
    waiting: Vec<Told>,
    close: Close,
}

/// How far the wish to close has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Close {
    /// Nobody wishes it.
    #[default]
    No,
    /// The page was told and has not stirred.
    Asked,
}

/// What becomes of a wish to close the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// The page is told, and closes it when nothing is left to be saved.
    Told,
    /// The page does not listen, or did not stir the last time: there is nobody to ask.
    Granted,
}

impl Page {
    /// The page listens from now on; gives what has waited for it.
    pub(crate) fn listen(&self) -> Vec<Told> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.listens = true;
        state.close = Close::No;
        std::mem::take(&mut state.waiting)
    }

    /// The page has heard that the window shall close.
    pub(crate) fn hear_close(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.close = Close::No;
    }

    /// Somebody wishes to close the window.
    pub(crate) fn wish_close(&self) -> Wish {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.listens || state.close == Close::Asked {
            return Wish::Granted;
        }
        state.close = Close::Asked;
        Wish::Told
    }

    /// Keeps a message if the page does not listen yet; gives it back if it does.
    fn keep(&self, told: Told) -> Option<Told> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.listens {
            return Some(told);
        }
        state.waiting.push(told);
        None
    }
}

/// Tells the page, now or as soon as it listens.
pub(crate) fn tell(app: &AppHandle, told: Told) {
    if let Some(told) = app.state::<Page>().keep(told)
        && let Err(error) = app.emit(EVENT, told)
    {
        crate::tell(&format!("the page cannot be told: {error}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_wait_for_the_page() {
        let page = Page::default();
        let open = Told::OpenFile {
            file: "/a.ron".to_owned(),
        };
        assert_eq!(page.keep(open.clone()), None);
        assert_eq!(page.listen(), std::slice::from_ref(&open));
        assert_eq!(page.keep(open.clone()), Some(open));
    }

    #[test]
    fn window_closes_without_a_page_that_stirs() {
        let page = Page::default();
        assert_eq!(page.wish_close(), Wish::Granted, "nobody listens");
        page.listen();
        assert_eq!(page.wish_close(), Wish::Told);
        assert_eq!(page.wish_close(), Wish::Granted, "it did not stir");
        page.listen();
        assert_eq!(page.wish_close(), Wish::Told);
        page.hear_close();
        assert_eq!(
            page.wish_close(),
            Wish::Told,
            "it stirred, and the user thought better of it"
        );
    }

    #[test]
    fn messages_have_the_form_that_the_page_reads() {
        let json = |told| serde_json::to_string(&told).unwrap();
        assert_eq!(json(Told::CloseRequested), r#"{"kind":"close_requested"}"#);
        let file = "/a.ron".to_owned();
        assert_eq!(
            json(Told::OpenFile { file }),
            r#"{"kind":"open_file","file":"/a.ron"}"#
        );
    }
}
