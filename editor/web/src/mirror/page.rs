//! The mirror in the document: one element for each item, made once and changed only where the plan changed.

use std::cell::RefCell;
use std::collections::HashMap;

use eframe::egui;
use egui::accesskit::{Action, ActionRequest, NodeId, TreeId, TreeUpdate};
use wasm_bindgen::prelude::{Closure, JsCast as _, JsValue};
use web_sys::{Document, Element, HtmlElement};

use super::plan::{Item, plan};

/// The element around the mirror's, in `index.html`.
const MIRROR: &str = "mirror";
const CANVAS: &str = "canvas";

/// An egui plugin that keeps the mirror up to date.
#[derive(Debug, Default)]
pub(crate) struct Mirror;

/// A page has one thread and one editor, and elements cannot be sent to another.
#[derive(Default)]
struct Shown {
    elements: HashMap<NodeId, (Item, HtmlElement)>,
    order: Vec<NodeId>,
    scale: f64,
    focus: Option<NodeId>,
    clicked: Vec<NodeId>,
}

thread_local! {
    static SHOWN: RefCell<Shown> = RefCell::default();
}

impl egui::Plugin for Mirror {
    fn debug_name(&self) -> &'static str {
        "accessible mirror"
    }

    fn setup(&mut self, ctx: &egui::Context) {
        ctx.enable_accesskit();
        let ctx = ctx.clone();
        if listen(ctx).is_err() {
            web_sys::console::warn_1(&"assistive tools cannot click: no mirror in the page".into());
        }
    }

    fn input_hook(&mut self, _ctx: &egui::Context, input: &mut egui::RawInput) {
        let clicked = SHOWN.with_borrow_mut(|shown| std::mem::take(&mut shown.clicked));
        let requests = clicked.into_iter().map(|target_node| ActionRequest {
            action: Action::Click,
            target_tree: TreeId::ROOT,
            target_node,
            data: None,
        });
        let events = requests.map(egui::Event::AccessKitActionRequest);
        input.events.extend(events);
    }

    fn output_hook(&mut self, ctx: &egui::Context, output: &mut egui::FullOutput) {
        let Some(update) = output.platform_output.accesskit_update.take() else {
            return;
        };
        let shown = SHOWN.with_borrow_mut(|shown| shown.show(&update, scale(ctx)));
        // The page goes on without a mirror; there is nobody else to tell.
        if let Err(error) = shown {
            web_sys::console::warn_1(&error);
        }
    }
}

/// From points to CSS pixels.
fn scale(ctx: &egui::Context) -> f64 {
    f64::from(ctx.zoom_factor())
}

/// One listener for all elements: a click tells egui which one it was.
fn listen(ctx: egui::Context) -> Result<(), JsValue> {
    let clicked = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        let element = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let id = element.and_then(|element| element.id().strip_prefix("a11y-")?.parse().ok());
        if let Some(id) = id {
            SHOWN.with_borrow_mut(|shown| shown.clicked.push(NodeId(id)));
            ctx.request_repaint();
        }
    });
    let mirror = element(&document()?, MIRROR)?;
    mirror.add_event_listener_with_callback("click", clicked.as_ref().unchecked_ref())?;
    // It lives as long as the page.
    clicked.forget();
    Ok(())
}

impl Shown {
    fn show(&mut self, update: &TreeUpdate, scale: f64) -> Result<(), JsValue> {
        let document = document()?;
        let items = plan(update);
        let is_rescaled = (self.scale - scale).abs() > f64::EPSILON;
        self.scale = scale;
        let order: Vec<NodeId> = items.iter().map(|item| item.id).collect();
        for item in items {
            if let Some((old, element)) = self.elements.get_mut(&item.id) {
                if is_rescaled || has_moved(old, &item) {
                    place(element, &item, scale)?;
                }
                if !has_same_words(old, &item) {
                    describe(element, Some(old), &item)?;
                }
                *old = item;
            } else {
                let element: HtmlElement = document.create_element("div")?.unchecked_into();
                element.set_id(&format!("a11y-{}", item.id.0));
                describe(&element, None, &item)?;
                place(&element, &item, scale)?;
                self.elements.insert(item.id, (item, element));
            }
        }
        if order != self.order {
            self.arrange(&element(&document, MIRROR)?, order)?;
        }
        self.point(&document, update.focus)
    }

    /// Puts the elements into reading order, and takes those away that are gone.
    fn arrange(&mut self, mirror: &Element, order: Vec<NodeId>) -> Result<(), JsValue> {
        let stays: std::collections::HashSet<NodeId> = order.iter().copied().collect();
        let gone = self.elements.extract_if(|id, _| !stays.contains(id));
        gone.for_each(|(_, (_, element))| element.remove());
        let mut next = mirror.first_element_child();
        for (_, element) in order.iter().filter_map(|id| self.elements.get(id)) {
            if next.as_ref().is_some_and(|next| next == &**element) {
                next = element.next_element_sibling();
            } else {
                mirror.insert_before(element, next.as_deref())?;
            }
        }
        self.order = order;
        Ok(())
    }

    /// Tells which element has the keyboard, without taking it from the canvas.
    fn point(&mut self, document: &Document, focus: NodeId) -> Result<(), JsValue> {
        let focus = self.elements.contains_key(&focus).then_some(focus);
        if focus == self.focus {
            return Ok(());
        }
        self.focus = focus;
        let canvas = element(document, CANVAS)?;
        match focus {
            Some(id) => canvas.set_attribute("aria-activedescendant", &format!("a11y-{}", id.0)),
            None => canvas.remove_attribute("aria-activedescendant"),
        }
    }
}

fn has_same_words(old: &Item, new: &Item) -> bool {
    (old.role, &old.name, &old.value, &old.states) == (new.role, &new.name, &new.value, &new.states)
}

fn describe(element: &HtmlElement, old: Option<&Item>, new: &Item) -> Result<(), JsValue> {
    if new.role.is_empty() {
        element.remove_attribute("role")?;
        element.set_text_content(Some(&new.name));
    } else {
        element.set_attribute("role", new.role)?;
        element.set_text_content(new.value.as_deref());
    }
    element.set_attribute("aria-label", &new.name)?;
    let gone = old.into_iter().flat_map(|old| &old.states);
    for (state, _) in gone {
        element.remove_attribute(state)?;
    }
    for (state, value) in &new.states {
        element.set_attribute(state, value)?;
    }
    Ok(())
}

/// By single properties: the page's content security policy refuses a `style` attribute.
fn place(element: &HtmlElement, item: &Item, scale: f64) -> Result<(), JsValue> {
    let style = element.style();
    let names = ["left", "top", "width", "height"];
    for (name, points) in names.iter().zip(item.place) {
        style.set_property(name, &format!("{}px", points * scale))?;
    }
    Ok(())
}

fn document() -> Result<Document, JsValue> {
    let document = web_sys::window().and_then(|window| window.document());
    document.ok_or_else(|| "there is no page".into())
}

fn element(document: &Document, id: &str) -> Result<Element, JsValue> {
    let found = document.get_element_by_id(id);
    found.ok_or_else(|| format!("the page has no #{id}").into())
}

/// Whether an element stands elsewhere now.
fn has_moved(old: &Item, new: &Item) -> bool {
    let differ = |(one, other): (&f64, &f64)| one.total_cmp(other).is_ne();
    old.place.iter().zip(&new.place).any(differ)
}
