//! The webview of the desktop window: everything is asked of the shell, which speaks JSON.

use millstream_app::{
    Abilities, FileName, FileText, Host, HostAnswer, HostEvent, HostFault, HostRequest,
    RuntimeAddress, Stamp, Ticket, read_catalog,
};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use wasm_bindgen::prelude::{Closure, JsCast as _, JsValue, wasm_bindgen};
use wasm_bindgen_futures::spawn_local;

use super::mailbox::Mailbox;
use super::{key, told};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["window", "__TAURI__", "core"])]
    async fn invoke(command: &str, arguments: JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["window", "__TAURI__", "event"])]
    async fn listen(event: &str, hear: &js_sys::Function) -> Result<JsValue, JsValue>;
}

/// Whether this page is in the window.
pub(super) fn is_here() -> bool {
    let window = web_sys::window().map(JsValue::from);
    window.is_some_and(|window| js_sys::Reflect::has(&window, &"__TAURI__".into()) == Ok(true))
}

/// The shell around the page.
#[derive(Debug)]
pub(super) struct TauriHost {
    mailbox: Mailbox,
    title: String,
}

impl TauriHost {
    /// Listens to the shell from now on.
    pub(super) fn new(mailbox: Mailbox) -> Self {
        let heard = mailbox.clone();
        spawn_local(async move {
            if let Err(fault) = hear(heard).await {
                web_sys::console::error_1(&format!("the window cannot be heard: {fault}").into());
            }
        });
        Self {
            mailbox,
            title: String::new(),
        }
    }
}

impl Host for TauriHost {
    fn abilities(&self) -> Abilities {
        Abilities::ALL
    }

    fn ask(&mut self, ticket: Ticket, request: HostRequest) {
        self.mailbox.answer(ticket, perform(request));
    }

    fn poll(&mut self) -> Option<HostEvent> {
        self.mailbox.next()
    }

    fn set_title(&mut self, title: &str) {
        if self.title == title {
            return;
        }
        title.clone_into(&mut self.title);
        let arguments = json!({ "title": title });
        spawn_local(async move {
            // A title that stays is no reason to trouble anybody.
            drop(call::<()>("set_title", arguments).await);
        });
    }
}

async fn perform(request: HostRequest) -> Result<HostAnswer, HostFault> {
    let done = |()| HostAnswer::Done;
    let picked = |file: Option<String>| HostAnswer::Picked(file.as_deref().map(FileName::new));
    match request {
        HostRequest::Catalog => {
            let text: String = call("catalog", json!({})).await?;
            let catalog = read_catalog(&text).map_err(|error| failed(&error))?;
            Ok(HostAnswer::Catalog(Box::new(catalog)))
        }
        HostRequest::PickOpen => call("pick_open", json!({})).await.map(picked),
        HostRequest::PickSave { suggested } => call("pick_save", json!({ "suggested": suggested }))
            .await
            .map(picked),
        HostRequest::Read(file) => read(file).await,
        HostRequest::Write {
            file,
            text,
            expected,
        } => {
            let expected = expected.map(|stamp| stamp.0);
            let arguments = json!({ "file": file.as_str(), "text": text, "expected": expected });
            call("write", arguments)
                .await
                .map(|stamp| HostAnswer::Written(Stamp(stamp)))
        }
        HostRequest::Watch(files) => {
            let files: Vec<&str> = files.iter().map(FileName::as_str).collect();
            call("watch", json!({ "files": files })).await.map(done)
        }
        HostRequest::Recall(name) => call("recall", json!({ "key": key(&name) }))
            .await
            .map(HostAnswer::Kept),
        HostRequest::Keep { key: name, text } => {
            call("keep", json!({ "key": key(&name), "text": text }))
                .await
                .map(done)
        }
        HostRequest::Journals => call("journals", json!({})).await.map(HostAnswer::Journals),
        HostRequest::StartRuntime { beside } => {
            let beside = beside.as_ref().map(FileName::as_str);
            let address: Address = call("start_runtime", json!({ "beside": beside })).await?;
            Ok(HostAnswer::Runtime(address.into()))
        }
        HostRequest::StopRuntime => call("stop_runtime", json!({})).await.map(done),
        HostRequest::ReadClipboard => call("read_clipboard", json!({}))
            .await
            .map(HostAnswer::Kept),
        HostRequest::Close => call("close", json!({})).await.map(done),
        _ => Err(HostFault::Unable(
            "the window cannot do this yet".to_owned(),
        )),
    }
}

async fn read(file: FileName) -> Result<HostAnswer, HostFault> {
    #[derive(Deserialize)]
    struct Read {
        text: String,
        stamp: String,
    }
    let Read { text, stamp } = call("read", json!({ "file": file.as_str() })).await?;
    let stamp = Stamp(stamp);
    Ok(HostAnswer::File(FileText { file, text, stamp }))
}

/// Where a runtime is, as the shell says it.
#[derive(Deserialize)]
struct Address {
    url: String,
    secret: String,
    folder: String,
}

impl From<Address> for RuntimeAddress {
    fn from(address: Address) -> Self {
        Self {
            url: address.url,
            secret: Some(address.secret),
            folder: Some(FileName::new(&address.folder).as_str().to_owned()),
        }
    }
}

/// What the shell tells without being asked.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Told {
    OpenFile { file: String },
    Menu { id: String },
    CloseRequested,
    FileChanged { file: String },
    RuntimeEnded { reason: String },
}

impl From<Told> for HostEvent {
    fn from(told: Told) -> Self {
        match told {
            Told::OpenFile { file } => Self::OpenFile(FileName::new(&file)),
            Told::Menu { id } => Self::Menu(id),
            Told::CloseRequested => Self::CloseRequested,
            Told::FileChanged { file } => Self::FileChanged(FileName::new(&file)),
            Told::RuntimeEnded { reason } => Self::RuntimeEnded { reason },
        }
    }
}

/// Hears the shell from now on, and what has waited so far.
async fn hear(mailbox: Mailbox) -> Result<(), HostFault> {
    let first = mailbox.clone();
    let heard = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
        let payload = js_sys::Reflect::get(&event, &"payload".into());
        if let Ok(told) = payload
            .map_err(|error| failed(&super::told(&error)))
            .and_then(|payload| read_json(&payload))
        {
            take(&mailbox, told);
        }
    });
    let listening = listen("host", heard.as_ref().unchecked_ref()).await;
    listening.map_err(|error| failed(&told(&error)))?;
    // It lives as long as the page.
    heard.forget();
    let waiting: Vec<Told> = call("hello", json!({})).await?;
    for told in waiting {
        take(&first, told);
    }
    Ok(())
}

fn take(mailbox: &Mailbox, told: Told) {
    if matches!(told, Told::CloseRequested) {
        // The shell closes a window whose page does not stir.
        spawn_local(async { drop(call::<()>("close_heard", json!({})).await) });
    }
    mailbox.tell(told.into());
}

/// Calls a command of the shell.
async fn call<T: for<'de> Deserialize<'de>>(
    command: &str,
    arguments: Json,
) -> Result<T, HostFault> {
    let arguments = js_sys::JSON::parse(&arguments.to_string());
    let arguments = arguments.map_err(|error| failed(&told(&error)))?;
    match invoke(command, arguments).await {
        Ok(answer) => read_json(&answer),
        Err(error) => Err(fault(&error)),
    }
}

fn read_json<T: for<'de> Deserialize<'de>>(value: &JsValue) -> Result<T, HostFault> {
    // What is nothing is no JSON, and then it is null.
    let text = js_sys::JSON::stringify(value)
        .ok()
        .and_then(|text| text.as_string());
    serde_json::from_str(text.as_deref().unwrap_or("null")).map_err(|error| failed(&error))
}

/// What the shell refuses with; tauri itself refuses with a text.
fn fault(error: &JsValue) -> HostFault {
    #[derive(Deserialize)]
    #[serde(tag = "kind", content = "text", rename_all = "snake_case")]
    enum Fault {
        NotFound(String),
        Changed(String),
        Failed(String),
    }
    match read_json(error) {
        Ok(Fault::NotFound(file)) => HostFault::NotFound(FileName::new(&file)),
        Ok(Fault::Changed(file)) => HostFault::Changed(FileName::new(&file)),
        Ok(Fault::Failed(text)) => HostFault::Failed(text),
        Err(_strange) => HostFault::Failed(told(error)),
    }
}

fn failed(error: &impl std::fmt::Display) -> HostFault {
    HostFault::Failed(error.to_string())
}
