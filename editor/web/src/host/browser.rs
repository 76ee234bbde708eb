//! A browser at `millstream serve`: files are those of the served directory, the runtime is the server itself.
//!
//! A file of this computer that is not served can be opened, too: it is read once, and saving it downloads it.

mod fetch;
mod kept;
mod pick;
mod place;
mod watch;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use millstream_app::{
    Abilities, FileName, FileText, Host, HostAnswer, HostEvent, HostFault, HostRequest,
    RuntimeAddress, Stamp, Ticket, read_catalog,
};
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::mailbox::Mailbox;
use super::{key, told};
use fetch::{Method, Server};
use kept::Kept;
use pick::Picked;
use watch::Watch;

/// How names of files begin that were picked from this computer.
const LOCAL: &str = "this-computer:/";

/// The browser around the page.
#[derive(Debug)]
pub(super) struct BrowserHost {
    mailbox: Mailbox,
    page: Page,
}

/// What everything that takes its time shares.
#[derive(Debug, Clone)]
struct Page {
    server: Server,
    kept: Kept,
    watch: Watch,
    /// Texts of files that were picked from this computer.
    local: Rc<RefCell<BTreeMap<FileName, String>>>,
}

impl BrowserHost {
    /// The host of a page that a runtime serves.
    ///
    /// # Errors
    ///
    /// Fails when the page has no address or no storage.
    pub(super) fn new(mailbox: Mailbox) -> Result<Self, JsValue> {
        let place = place::read()?;
        let server = Server::new(place.secret);
        let kept = Kept::open()?;
        kept.guard_against_leaving()?;
        if let Some(file) = place.open {
            mailbox.tell(HostEvent::OpenFile(FileName::new(&file)));
        }
        let watch = Watch::start(&mailbox, &server);
        let local = Rc::default();
        let page = Page {
            server,
            kept,
            watch,
            local,
        };
        Ok(Self { mailbox, page })
    }
}

impl Host for BrowserHost {
    fn abilities(&self) -> Abilities {
        Abilities::ALL
    }

    fn ask(&mut self, ticket: Ticket, request: HostRequest) {
        let page = self.page.clone();
        self.mailbox
            .answer(ticket, async move { page.perform(request).await });
    }

    fn poll(&mut self) -> Option<HostEvent> {
        self.mailbox.next()
    }

    fn set_title(&mut self, title: &str) {
        if let Some(document) = web_sys::window().and_then(|window| window.document())
            && document.title() != title
        {
            document.set_title(title);
        }
    }
}

impl Page {
    async fn perform(&self, request: HostRequest) -> Result<HostAnswer, HostFault> {
        match request {
            HostRequest::Catalog => {
                let answer = self.server.ask(Method::Get, "components", None).await?;
                let catalog = read_catalog(&answer.text).map_err(|error| failed(&error))?;
                Ok(HostAnswer::Catalog(Box::new(catalog)))
            }
            HostRequest::PickOpen => self.pick(None).await,
            HostRequest::PickSave { suggested } => self.pick(Some(&suggested)).await,
            HostRequest::Read(file) => self.read(file).await,
            HostRequest::Write {
                file,
                text,
                expected,
            } => self.write(file, text, expected).await,
            HostRequest::Watch(files) => {
                self.watch.set(files);
                Ok(HostAnswer::Done)
            }
            HostRequest::Recall(name) => Ok(HostAnswer::Kept(self.kept.recall(&key(&name))?)),
            HostRequest::Keep { key: name, text } => {
                self.kept.keep(&key(&name), text.as_deref())?;
                Ok(HostAnswer::Done)
            }
            HostRequest::Journals => Ok(HostAnswer::Journals(self.kept.journals()?)),
            HostRequest::StartRuntime { .. } => Ok(HostAnswer::Runtime(self.runtime()?)),
            // It belongs to whoever started it, and other pages may use it.
            HostRequest::StopRuntime => Ok(HostAnswer::Done),
            HostRequest::ReadClipboard => clipboard().await.map(HostAnswer::Kept),
            HostRequest::Close => {
                self.kept.allow_leaving();
                // A browser closes only what a script has opened.
                drop(web_sys::window().map(|window| window.close()));
                Ok(HostAnswer::Done)
            }
            _ => Err(HostFault::Unable("a browser cannot do this".to_owned())),
        }
    }

    async fn pick(&self, suggested: Option<&str>) -> Result<HostAnswer, HostFault> {
        let files = self.server.files().await?;
        let picked = match pick::ask(&files, suggested)
            .await
            .map_err(|error| failed(&told(&error)))?
        {
            Picked::Nothing => None,
            Picked::Served(name) => Some(FileName::new(&name)),
            Picked::Local { name, text } => {
                let file = FileName::new(&format!("{LOCAL}{name}"));
                self.local.borrow_mut().insert(file.clone(), text);
                Some(file)
            }
        };
        Ok(HostAnswer::Picked(picked))
    }

    async fn read(&self, file: FileName) -> Result<HostAnswer, HostFault> {
        if file.as_str().starts_with(LOCAL) {
            let text = self.local.borrow().get(&file).cloned();
            let text = text.ok_or_else(|| HostFault::NotFound(file.clone()))?;
            let stamp = Stamp(LOCAL.to_owned());
            return Ok(HostAnswer::File(FileText { file, text, stamp }));
        }
        let path = fetch::path(&file);
        let answer = self.server.ask(Method::Get, &path, None).await;
        let answer = answer.map_err(|fault| fault.of_file(&file))?;
        let stamp = Stamp(answer.tag);
        self.watch.note(&file, &stamp);
        Ok(HostAnswer::File(FileText {
            file,
            text: answer.text,
            stamp,
        }))
    }

    async fn write(
        &self,
        file: FileName,
        text: String,
        expected: Option<Stamp>,
    ) -> Result<HostAnswer, HostFault> {
        if file.as_str().starts_with(LOCAL) {
            pick::download(file.last(), &text).map_err(|error| failed(&told(&error)))?;
            self.local.borrow_mut().insert(file, text);
            return Ok(HostAnswer::Written(Stamp(LOCAL.to_owned())));
        }
        let path = fetch::path(&file);
        let method = Method::Put { text, expected };
        let answer = self.server.ask(method, &path, None).await;
        let stamp = Stamp(answer.map_err(|fault| fault.of_file(&file))?.tag);
        self.watch.note(&file, &stamp);
        Ok(HostAnswer::Written(stamp))
    }

    /// The runtime that serves this page.
    fn runtime(&self) -> Result<RuntimeAddress, HostFault> {
        let place = web_sys::window().map(|window| window.location());
        let part = |part: Result<String, JsValue>| part.map_err(|error| failed(&told(&error)));
        let place = place.ok_or_else(|| HostFault::Unable("there is no page".to_owned()))?;
        let is_safe = part(place.protocol())? == "https:";
        let scheme = if is_safe { "wss" } else { "ws" };
        Ok(RuntimeAddress {
            url: format!("{scheme}://{}/", part(place.host())?),
            secret: self.server.secret(),
            folder: Some(String::new()),
        })
    }
}

async fn clipboard() -> Result<Option<String>, HostFault> {
    let window =
        web_sys::window().ok_or_else(|| HostFault::Unable("there is no page".to_owned()))?;
    let text = JsFuture::from(window.navigator().clipboard().read_text()).await;
    text.map(|text| text.as_string())
        .map_err(|error| failed(&told(&error)))
}

fn failed(error: &impl std::fmt::Display) -> HostFault {
    HostFault::Failed(error.to_string())
}
