//! The entry point: finds the canvas and runs the editor on it.

use eframe::{WebRunner, egui};
use millstream_app::{EditorApp, WebSockets};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use web_sys::HtmlCanvasElement;

use crate::host::{host, told};
use crate::mirror::Mirror;

#[wasm_bindgen]
extern "C" {
    /// Takes the words away that are shown while the page loads.
    #[wasm_bindgen(js_name = millstreamReady)]
    fn ready();
    /// Covers the canvas with what went wrong.
    #[wasm_bindgen(js_name = millstreamStopped)]
    fn stopped(why: &str);
}

/// Runs the editor; the page calls it when the module is loaded.
#[wasm_bindgen(start)]
pub(crate) fn start() {
    let runner = WebRunner::new();
    // After eframe's own, which prints to the console.
    let first = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        first(panic);
        stopped(&panic.to_string());
    }));
    wasm_bindgen_futures::spawn_local(async move {
        match run(&runner).await {
            Ok(()) => ready(),
            Err(error) => stopped(&told(&error)),
        }
    });
}

async fn run(runner: &WebRunner) -> Result<(), JsValue> {
    let options = eframe::WebOptions::default();
    let create: eframe::AppCreator<'static> = Box::new(|cc| {
        cc.egui_ctx.add_plugin(Mirror);
        let host = host(&cc.egui_ctx).map_err(|error| told(&error))?;
        Ok(Box::new(Window(EditorApp::new(host, Box::new(WebSockets)))))
    });
    let canvas = canvas()?;
    runner.start(canvas.clone(), options, create).await?;
    // So that the first key is heard.
    canvas.focus()
}

fn canvas() -> Result<HtmlCanvasElement, JsValue> {
    let document = web_sys::window().and_then(|window| window.document());
    let canvas = document.and_then(|document| document.get_element_by_id("canvas"));
    let canvas = canvas.and_then(|canvas| canvas.dyn_into().ok());
    canvas.ok_or_else(|| "the page has no canvas".into())
}

/// The application, as eframe runs it.
struct Window(EditorApp);

impl eframe::App for Window {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.0.ui(ui);
    }
}
