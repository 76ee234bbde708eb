//! A WebSocket by hand, because a client that behaves could not do what is done here.

use std::collections::VecDeque;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

/// No answer takes so long.
const LIMIT: Duration = Duration::from_secs(20);
/// Bits of a frame's first byte: the last of its message, its kind.
const LAST: u8 = 0x80;
const TEXT: u8 = 1;
const CLOSE: u8 = 8;
/// The bit of a frame's second byte that says that it is masked, as those of clients must be.
const MASKED: u8 = 0x80;

/// A client that has done the handshake.
pub(super) struct Socket {
    stream: TcpStream,
    /// Read and not yet understood.
    early: VecDeque<u8>,
    asked: u64,
}

/// Where in its message a part stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// It is all of it.
    Whole,
    First,
    Middle,
}

/// What a server says.
#[derive(Debug, PartialEq)]
pub(super) enum Heard {
    Message(Value),
    /// It closes, with a code and a reason.
    Close(u16, String),
}

/// Connects and says the first words, or as many of them as are to be said.
pub(super) fn handshake(address: &str, bytes: usize) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream.set_nodelay(true).unwrap();
    let request = format!(
        "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    );
    let request = &request.as_bytes()[..bytes.min(request.len())];
    stream.write_all(request).unwrap();
    stream
}

impl Socket {
    pub(super) fn connect(address: &str) -> Self {
        let mut stream = handshake(address, usize::MAX);
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            answer.push(byte[0]);
        }
        assert!(answer.starts_with(b"HTTP/1.1 101"), "{answer:?}");
        Self {
            stream,
            early: VecDeque::new(),
            asked: 0,
        }
    }

    /// One that has said hello.
    pub(super) fn friend(address: &str) -> Self {
        let mut socket = Self::connect(address);
        socket.ask("hello", json!({ "versions": [1] }));
        socket
    }

    /// Sends a part of a message.
    pub(super) fn part(&mut self, place: Place, part: &[u8]) -> io::Result<()> {
        let first = match place {
            Place::Whole => LAST | TEXT,
            Place::First => TEXT,
            Place::Middle => 0,
        };
        let mut frame = vec![first, MASKED | 127];
        frame.extend((part.len() as u64).to_be_bytes());
        // A mask of nothing changes nothing.
        frame.extend([0; 4]);
        frame.extend(part);
        self.stream.write_all(&frame)
    }

    pub(super) fn say_text(&mut self, text: &[u8]) -> io::Result<()> {
        self.part(Place::Whole, text)
    }

    /// Sends a request; gives its number.
    pub(super) fn say(&mut self, command: &str, payload: Value) -> String {
        self.asked += 1;
        let id = self.asked.to_string();
        let message = json!({ "protocol": "millstream", "command": command, "payload": payload, "requestId": id });
        self.say_text(message.to_string().as_bytes()).unwrap();
        id
    }

    /// The next message.
    pub(super) fn hear(&mut self) -> io::Result<Heard> {
        loop {
            let mut head = [0; 2];
            self.fill(&mut head)?;
            let length = match head[1] {
                126 => u64::from(u16::from_be_bytes(self.take()?)),
                127 => u64::from_be_bytes(self.take()?),
                short => u64::from(short),
            };
            let mut payload = vec![0; usize::try_from(length).unwrap()];
            self.fill(&mut payload)?;
            match head[0] & 15 {
                TEXT => return Ok(Heard::Message(serde_json::from_slice(&payload)?)),
                CLOSE => {
                    let reason = String::from_utf8_lossy(&payload[2..]).into_owned();
                    let code = u16::from_be_bytes([payload[0], payload[1]]);
                    return Ok(Heard::Close(code, reason));
                }
                _ => {}
            }
        }
    }

    fn take<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.fill(&mut bytes).map(|()| bytes)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        let known = self.early.len().min(bytes.len());
        for (byte, early) in bytes.iter_mut().zip(self.early.drain(..known)) {
            *byte = early;
        }
        self.stream.read_exact(&mut bytes[known..])
    }

    /// Takes so many bytes, to be understood later.
    pub(super) fn take_early(&mut self, bytes: usize) {
        let mut buffer = vec![0; bytes];
        self.stream.read_exact(&mut buffer).unwrap();
        self.early.extend(buffer);
    }

    /// The payload of the next message that is of this kind.
    pub(super) fn event(&mut self, command: &str) -> Value {
        loop {
            match self.hear().unwrap() {
                Heard::Message(mut message) if message["command"] == command => {
                    return message["payload"].take();
                }
                Heard::Message(_) => {}
                Heard::Close(code, reason) => panic!("closed: {code} {reason}"),
            }
        }
    }

    /// Sends a request and waits for its answer; gives the payload of that.
    pub(super) fn ask(&mut self, command: &str, payload: Value) -> Value {
        let id = self.say(command, payload);
        loop {
            match self.hear().unwrap() {
                Heard::Message(mut message) if message["responseTo"] == *id => {
                    assert_ne!(message["command"], "error", "{command}: {message}");
                    return message["payload"].take();
                }
                Heard::Message(_) => {}
                Heard::Close(code, reason) => panic!("closed: {code} {reason}"),
            }
        }
    }
}
