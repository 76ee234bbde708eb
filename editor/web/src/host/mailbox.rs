//! Where answers wait until the editor looks.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use eframe::egui;
use millstream_app::{HostAnswer, HostEvent, HostFault, Ticket};
use wasm_bindgen_futures::spawn_local;

/// Events for the editor, which is woken when one comes.
#[derive(Debug, Clone)]
pub(super) struct Mailbox {
    events: Rc<RefCell<VecDeque<HostEvent>>>,
    ctx: egui::Context,
}

impl Mailbox {
    /// An empty one.
    pub(super) fn new(ctx: &egui::Context) -> Self {
        Self {
            events: Rc::default(),
            ctx: ctx.clone(),
        }
    }

    /// Something has happened.
    pub(super) fn tell(&self, event: HostEvent) {
        self.events.borrow_mut().push_back(event);
        self.ctx.request_repaint();
    }

    /// The next event.
    pub(super) fn next(&self) -> Option<HostEvent> {
        self.events.borrow_mut().pop_front()
    }

    /// Does what takes its time, and answers then.
    pub(super) fn answer(
        &self,
        ticket: Ticket,
        work: impl Future<Output = Result<HostAnswer, HostFault>> + 'static,
    ) {
        let mailbox = self.clone();
        spawn_local(async move {
            let answer = work.await;
            mailbox.tell(HostEvent::Answer(ticket, answer));
        });
    }
}
