//! A runtime for tests: it answers what the test says, and remembers what it was asked.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use millstream_protocol::extension::{
    Hello, Limits, Request as Asked, Response as Told, Right, VERSION, Welcome,
};
use millstream_protocol::{Frame, Reply, Request, Response};
use serde_json::Value as Json;

use super::transport::{Socket, SocketEvent, Transport, Wake};

/// A runtime for tests. Copies share their state, so that a test keeps one and gives the editor another.
#[derive(Debug, Clone, Default)]
pub struct FakeRuntime(Rc<RefCell<State>>);

#[derive(Debug, Default)]
struct State {
    /// Counts connections; events of earlier ones are lost.
    connection: u32,
    is_down: bool,
    secret: Option<String>,
    events: VecDeque<SocketEvent>,
    asked: VecDeque<(Asked, Option<Json>)>,
    all_asked: Vec<Asked>,
}

#[derive(Debug)]
struct FakeSocket {
    runtime: Rc<RefCell<State>>,
    connection: u32,
}

impl FakeRuntime {
    /// A runtime that wants a secret.
    pub fn with_secret(secret: &str) -> Self {
        let runtime = Self::default();
        runtime.0.borrow_mut().secret = Some(secret.to_owned());
        runtime
    }

    /// The next request that was not looked at yet, `hello` apart, which is answered at once.
    pub fn next_asked(&self) -> Option<(Asked, Option<Json>)> {
        self.0.borrow_mut().asked.pop_front()
    }

    /// Everything that it was asked so far.
    pub fn all_asked(&self) -> Vec<Asked> {
        self.0.borrow().all_asked.clone()
    }

    /// Says something, as the answer to a request if there is one.
    pub fn tell(&self, response: Told, answers: Option<Json>) {
        let reply = Reply {
            response: Response::Millstream(response),
            response_to: answers,
        };
        // Messages of the protocol hold nothing that JSON has not.
        let text = reply.to_text().unwrap_or_default();
        self.0
            .borrow_mut()
            .events
            .push_back(SocketEvent::Text(text));
    }

    /// The connection breaks, and nobody answers until [`FakeRuntime::come_up`].
    pub fn go_down(&self) {
        let mut state = self.0.borrow_mut();
        state.is_down = true;
        let gone = SocketEvent::Closed("connection reset".to_owned());
        state.events.push_back(gone);
    }

    /// It answers again.
    pub fn come_up(&self) {
        self.0.borrow_mut().is_down = false;
    }
}

impl Transport for FakeRuntime {
    fn connect(&mut self, url: &str, _wake: Wake) -> Result<Box<dyn Socket>, String> {
        if !url.starts_with("ws://") && !url.starts_with("wss://") {
            return Err(format!("`{url}` is no WebSocket address"));
        }
        let mut state = self.0.borrow_mut();
        state.connection += 1;
        state.events.clear();
        let first = if state.is_down {
            SocketEvent::Closed("connection refused".to_owned())
        } else {
            SocketEvent::Opened
        };
        state.events.push_back(first);
        Ok(Box::new(FakeSocket {
            runtime: Rc::clone(&self.0),
            connection: state.connection,
        }))
    }
}

impl Socket for FakeSocket {
    fn send(&mut self, text: String) {
        let mut state = self.runtime.borrow_mut();
        if state.connection != self.connection {
            return;
        }
        state.hear(&text);
    }

    fn poll(&mut self) -> Option<SocketEvent> {
        let mut state = self.runtime.borrow_mut();
        if state.connection != self.connection {
            return None;
        }
        state.events.pop_front()
    }
}

impl State {
    fn hear(&mut self, text: &str) {
        let Ok(frame) = Frame::parse(text) else {
            return;
        };
        let Ok(Request::Millstream(request)) = frame.request() else {
            return;
        };
        self.all_asked.push(request.clone());
        if let Asked::Hello(hello) = request {
            let is_known = self.secret.is_none() || self.secret == frame.secret;
            self.welcome(&hello, is_known, frame.request_id);
        } else {
            self.asked.push_back((request, frame.request_id));
        }
    }

    fn welcome(&mut self, hello: &Hello, is_known: bool, answers: Option<Json>) {
        debug_assert!(hello.versions.contains(&VERSION), "the editor speaks it");
        let rights = if is_known {
            vec![Right::Inspect, Right::Control]
        } else {
            Vec::new()
        };
        let welcome = Welcome {
            version: VERSION,
            server: "millstream 0.1.0".to_owned(),
            rights,
            limits: Limits {
                message_bytes: 1 << 20,
                subscriptions: 8,
                probes: 16,
                interval_ms: 50,
                probe_packets: 1000,
            },
        };
        let reply = Reply {
            response: Response::Millstream(Told::Welcome(welcome)),
            response_to: answers,
        };
        let text = reply.to_text().unwrap_or_default();
        self.events.push_back(SocketEvent::Text(text));
    }
}
