//! The dialog that a page has to make itself: files of the served directory, and files of this computer.
//!
//! A form inside a `dialog` does most of it: any of its buttons closes it, and its value is what was chosen.

use js_sys::Promise;
use wasm_bindgen::prelude::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Document, Element, HtmlAnchorElement, HtmlDialogElement, HtmlElement};
use web_sys::{HtmlInputElement, Url};

/// How the values of buttons begin that stand for a file.
const FILE: &str = "file:";
const NAMED: &str = "named";

/// What was picked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Picked {
    /// The user thought better of it.
    Nothing,
    /// A file of the served directory, or a name for one.
    Served(String),
    /// A file of this computer.
    Local {
        /// Its name.
        name: String,
        /// All of it.
        text: String,
    },
}

/// What the dialog is for.
struct Words {
    title: &'static str,
    field: &'static str,
    accept: &'static str,
}

const OPEN: Words = Words {
    title: "Open a graph",
    field: "Name of the file",
    accept: "Open",
};
const SAVE: Words = Words {
    title: "Save the graph",
    field: "Name of the file",
    accept: "Save",
};

/// Has the user choose among these files; where to save if a name is suggested, and what to open if none is.
///
/// # Errors
///
/// Fails when the page cannot show the dialog.
pub(super) async fn ask(files: &[String], suggested: Option<&str>) -> Result<Picked, JsValue> {
    let document = document()?;
    let words = if suggested.is_some() { SAVE } else { OPEN };
    let dialog: HtmlDialogElement = make(&document, "dialog", &[("aria-label", words.title)])?;
    let form: Element = make(&document, "form", &[("method", "dialog")])?;
    let heading: Element = make(&document, "h1", &[])?;
    heading.set_text_content(Some(words.title));
    let about = [
        ("aria-label", words.field),
        ("placeholder", "folder/name.ron"),
    ];
    let name: HtmlInputElement = make(&document, "input", &about)?;
    name.set_value(suggested.unwrap_or_default());
    let local: HtmlInputElement =
        make(&document, "input", &[("type", "file"), ("accept", ".ron")])?;
    local.set_attribute("aria-label", "A file of this computer")?;
    append(
        &form,
        &[&heading, &name, &button(&document, words.accept, NAMED)?],
    )?;
    append(&form, &[&list(&document, files)?])?;
    if suggested.is_none() {
        append(&form, &[&local])?;
    }
    append(&form, &[&button(&document, "Cancel", "")?])?;
    dialog.append_child(&form)?;
    let body = document.body().ok_or("the page has no body")?;
    body.append_child(&dialog)?;
    dialog.show_modal()?;
    let closed = until_closed(&dialog).await;
    dialog.remove();
    // The keyboard goes back to the editor.
    if let Some(canvas) = document.get_element_by_id("canvas") {
        canvas.unchecked_into::<HtmlElement>().focus()?;
    }
    closed?;
    picked(&dialog.return_value(), &name.value(), &local).await
}

fn list(document: &Document, files: &[String]) -> Result<Element, JsValue> {
    let list: Element = make(document, "ul", &[])?;
    for file in files {
        let entry: Element = make(document, "li", &[])?;
        append(
            &entry,
            &[&button(document, file, &format!("{FILE}{file}"))?],
        )?;
        list.append_child(&entry)?;
    }
    Ok(list)
}

/// Waits until the dialog is closed, or a file of this computer was chosen in it, which closes it.
async fn until_closed(dialog: &HtmlDialogElement) -> Result<(), JsValue> {
    let closed = Promise::new(&mut |done, _failed| dialog.set_onclose(Some(&done)));
    JsFuture::from(closed).await.map(drop)
}

async fn picked(value: &str, name: &str, local: &HtmlInputElement) -> Result<Picked, JsValue> {
    if let Some(file) = value.strip_prefix(FILE) {
        return Ok(Picked::Served(file.to_owned()));
    }
    if value != NAMED {
        return Ok(Picked::Nothing);
    }
    if let Some(file) = local.files().and_then(|files| files.get(0)) {
        let text = JsFuture::from(file.text()).await?;
        return Ok(Picked::Local {
            name: file.name(),
            text: text.as_string().unwrap_or_default(),
        });
    }
    let name = name.trim();
    Ok(match name {
        "" => Picked::Nothing,
        name => {
            let stem = name.strip_suffix(".ron").unwrap_or(name);
            Picked::Served(format!("{stem}.ron"))
        }
    })
}

/// Gives a text to the user as a file.
///
/// # Errors
///
/// Fails when the page cannot.
pub(super) fn download(name: &str, text: &str) -> Result<(), JsValue> {
    let blob = Blob::new_with_str_sequence(&js_sys::Array::of1(&text.into()))?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = make(&document()?, "a", &[("download", name), ("href", &url)])?;
    link.click();
    Url::revoke_object_url(&url)
}

fn document() -> Result<Document, JsValue> {
    let document = web_sys::window().and_then(|window| window.document());
    document.ok_or_else(|| "there is no page".into())
}

fn make<T: JsCast>(
    document: &Document,
    tag: &str,
    attributes: &[(&str, &str)],
) -> Result<T, JsValue> {
    let element = document.create_element(tag)?;
    for (name, value) in attributes {
        element.set_attribute(name, value)?;
    }
    Ok(element.unchecked_into())
}

fn button(document: &Document, text: &str, value: &str) -> Result<Element, JsValue> {
    let button: Element = make(document, "button", &[("value", value)])?;
    button.set_text_content(Some(text));
    Ok(button)
}

fn append(parent: &Element, children: &[&Element]) -> Result<(), JsValue> {
    children
        .iter()
        .try_for_each(|child| parent.append_child(child).map(drop))
}
