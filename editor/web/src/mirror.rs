//! What is drawn, told to assistive tools: invisible elements with role, name and place over the canvas.
//!
//! eframe drops egui's accessibility tree on the web. Here it becomes elements that a screen reader reads and may click, and
//! that tests find by name. The focus of the keyboard stays with the canvas, which points to the focused element.
//! `mirror::plan` decides what there is to tell, `mirror::page` writes it into the document.

#[cfg(target_arch = "wasm32")]
mod page;
mod plan;

#[cfg(target_arch = "wasm32")]
pub(crate) use page::Mirror;
