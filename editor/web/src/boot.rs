//! The entry point: finds the canvas and runs the editor on it.

use eframe::WebRunner;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use web_sys::HtmlCanvasElement;

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
pub fn start() {
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
        Ok(Box::new(Bare::default()))
    });
    runner.start(canvas()?, options, create).await
}

fn canvas() -> Result<HtmlCanvasElement, JsValue> {
    let document = web_sys::window().and_then(|window| window.document());
    let canvas = document.and_then(|document| document.get_element_by_id("canvas"));
    let canvas = canvas.and_then(|canvas| canvas.dyn_into().ok());
    canvas.ok_or_else(|| "the page has no canvas".into())
}

/// What an error of the page says.
fn told(error: &JsValue) -> String {
    let message = js_sys::Reflect::get(error, &"message".into()).ok();
    let text = message.and_then(|message| message.as_string());
    text.or_else(|| error.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}

/// Stands in until the application is here.
#[derive(Default)]
struct Bare {
    count: u32,
}

impl eframe::App for Bare {
    fn ui(&mut self, ui: &mut eframe::egui::Ui, _frame: &mut eframe::Frame) {
        ui.heading("Millstream");
        if ui.button("Count").clicked() {
            self.count += 1;
        }
        ui.label(format!("counted {}", self.count));
    }
}
