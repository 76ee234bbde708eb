//! Files of the served directory that somebody else may change while they are open here.
//!
//! The server is asked every two seconds, while the page is looked at; it answers in a word when a file is the same.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use js_sys::Promise;
use millstream_app::{FileName, HostEvent, Stamp};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::fetch::{Fault, Method, Server, path};
use crate::host::mailbox::Mailbox;

const PERIOD_MS: i32 = 2000;

/// What is known of a file: what it was when it was last looked at; none if it was not there.
type Known = Option<Stamp>;

/// The files that are watched.
#[derive(Debug, Clone, Default)]
pub(super) struct Watch(Rc<RefCell<Files>>);

#[derive(Debug, Default)]
struct Files {
    watched: Vec<FileName>,
    known: BTreeMap<FileName, Known>,
}

impl Watch {
    /// Tells the editor from now on.
    pub(super) fn start(mailbox: &Mailbox, server: &Server) -> Self {
        let watch = Self::default();
        let (watcher, mailbox, server) = (watch.clone(), mailbox.clone(), server.clone());
        spawn_local(async move {
            loop {
                pause().await;
                if is_seen() {
                    watcher.look(&mailbox, &server).await;
                }
            }
        });
        watch
    }

    /// Watches these files, and no others.
    pub(super) fn set(&self, files: Vec<FileName>) {
        self.0.borrow_mut().watched = files;
    }

    /// A file was read or written here, and is this.
    pub(super) fn note(&self, file: &FileName, stamp: &Stamp) {
        let mut files = self.0.borrow_mut();
        files.known.insert(file.clone(), Some(stamp.clone()));
    }

    async fn look(&self, mailbox: &Mailbox, server: &Server) {
        let watched = self.0.borrow().watched.clone();
        for file in watched {
            let known = self.0.borrow().known.get(&file).cloned();
            // What was never read here is not known to have changed.
            let Some(known) = known else {
                continue;
            };
            let now = match server.ask(Method::Get, &path(&file), known.as_ref()).await {
                Ok(answer) if answer.is_same => continue,
                Ok(answer) => Some(Stamp(answer.tag)),
                Err(Fault::NotFound) => None,
                // A server that does not answer says nothing about its files.
                Err(_) => continue,
            };
            let mut files = self.0.borrow_mut();
            // It may have been written here meanwhile.
            let is_as_asked = files.known.get(&file) == Some(&known);
            if is_as_asked && known != now {
                files.known.insert(file.clone(), now);
                mailbox.tell(HostEvent::FileChanged(file));
            }
        }
    }
}

async fn pause() {
    let timer = Promise::new(&mut |done, _failed| {
        if let Some(window) = web_sys::window() {
            drop(window.set_timeout_with_callback_and_timeout_and_arguments_0(&done, PERIOD_MS));
        }
    });
    drop(JsFuture::from(timer).await);
}

fn is_seen() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| !document.hidden())
}
