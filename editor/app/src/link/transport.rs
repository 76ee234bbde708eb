//! How texts travel between the editor and a runtime; [`WebSockets`] is how they really do.

use std::fmt;

/// Opens connections.
pub trait Transport {
    /// Begins to connect. `wake` is called when something has come, from whatever thread.
    ///
    /// # Errors
    ///
    /// Fails when the address is none; whether anybody answers is told later.
    fn connect(&mut self, url: &str, wake: Wake) -> Result<Box<dyn Socket>, String>;
}

/// One connection.
pub trait Socket {
    /// Sends a text.
    fn send(&mut self, text: String);

    /// What has happened since; nothing when all is told.
    fn poll(&mut self) -> Option<SocketEvent>;
}

/// Wakes the editor.
pub type Wake = Box<dyn Fn() + Send + Sync>;

/// What happens on a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SocketEvent {
    /// The other side has answered; texts can be sent.
    Opened,
    /// A text came.
    Text(String),
    /// The connection is gone; the text says why, as far as that is known.
    Closed(String),
}

/// The real ones, in the browser and natively.
#[derive(Debug, Clone, Copy, Default)]
pub struct WebSockets;

struct WebSocket {
    sender: ewebsock::WsSender,
    receiver: ewebsock::WsReceiver,
}

/// Longest message that is taken in, in bytes: snapshots of large graphs are long.
const MESSAGE_BYTES_MAX: usize = 64 * 1024 * 1024;

impl Transport for WebSockets {
    fn connect(&mut self, url: &str, wake: Wake) -> Result<Box<dyn Socket>, String> {
        let options = ewebsock::Options {
            max_incoming_frame_size: MESSAGE_BYTES_MAX,
            ..ewebsock::Options::default()
        };
        let (sender, receiver) = ewebsock::connect_with_wakeup(url, options, wake)?;
        Ok(Box::new(WebSocket { sender, receiver }))
    }
}

impl Socket for WebSocket {
    fn send(&mut self, text: String) {
        self.sender.send(ewebsock::WsMessage::Text(text));
    }

    fn poll(&mut self) -> Option<SocketEvent> {
        loop {
            let event = match self.receiver.try_recv()? {
                ewebsock::WsEvent::Opened => SocketEvent::Opened,
                ewebsock::WsEvent::Message(ewebsock::WsMessage::Text(text)) => {
                    SocketEvent::Text(text)
                }
                // Millstream says everything in text.
                ewebsock::WsEvent::Message(_) => continue,
                ewebsock::WsEvent::Error(error) => SocketEvent::Closed(error),
                ewebsock::WsEvent::Closed => {
                    SocketEvent::Closed("the connection closed".to_owned())
                }
            };
            return Some(event);
        }
    }
}

impl fmt::Debug for WebSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocket").finish_non_exhaustive()
    }
}
