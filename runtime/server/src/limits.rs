//! What a client cannot exceed. Each of these bounds memory or time that a client could otherwise take from others.

use std::time::Duration;

/// Longest message from a client in bytes; a longer one ends the connection. The text of a graph of ten thousand
/// processes has about two million.
pub const MESSAGE_BYTES_MAX: usize = 8 << 20;
/// Most values in the JSON of a message; one with more is refused unread, because it would take a hundred times its length
/// in memory. The text of a graph is one.
pub const MESSAGE_VALUES_MAX: usize = 100_000;
/// Longest reason in a refusal in bytes, and longest name in the envelope of a message: both are told again in answers, and
/// clients may say much.
pub const REASON_BYTES_MAX: usize = 2000;
/// Bytes that each client has room for at once; longer messages get more while they come in.
pub const READ_BUFFER_BYTES: usize = 16 << 10;
/// Most clients at a time; further ones are answered "503 Service Unavailable".
pub const CLIENTS_MAX: usize = 256;
/// Most sockets at a time: those of clients, and of those that are about to be some.
pub const SOCKETS_MAX: usize = CLIENTS_MAX + 64;
/// Time in which a socket must have asked something.
pub const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// Messages that wait to be sent to a client: answers of others' doing, states, packets of exported ports. A client that
/// lets so many wait is disconnected, because none of these may be lost in silence.
pub const MAILBOX_MESSAGES: usize = 1024;
/// Packets of edges that wait to be sent to a client, for each graph that it follows. Further ones are lost and counted.
pub const FEED_PACKETS: usize = 1024;
/// Bytes that these packets may hold on to.
pub const FEED_BYTES: usize = 8 << 20;
/// Bytes that the system keeps for a client that has not taken them; systems take it as a hint, and Linux as twice of it.
/// The counts of a thousand connectors fit in, so that they are sent in one go.
pub const SEND_BUFFER_BYTES: u32 = 256 << 10;
/// Time in which a client must take something of what it is sent, however little; then it is disconnected.
pub const STALL_MAX: Duration = Duration::from_secs(20);
/// Time without any sign of life after which a client is disconnected; it is asked for one three times in it.
pub const SILENCE_MAX: Duration = Duration::from_secs(90);
/// Time that a packet of an exported port waits for a client that lets messages wait; then the client is disconnected.
pub const EXIT_PATIENCE: Duration = Duration::from_secs(5);
/// Packets that wait to enter an exported in-port; further ones are refused.
pub const ENTRY_PACKETS: usize = 256;
/// Wrong secrets after which a client is disconnected.
pub const WRONG_SECRETS_MAX: u32 = 5;
/// Most graphs; clients cannot make more.
pub const GRAPHS_MAX: usize = 1000;
/// Most graphs that a client follows.
pub const FOLLOWED_MAX: usize = 64;
/// Most graphs whose counts a client follows.
pub const SUBSCRIPTIONS_MAX: usize = 16;
/// Shortest time between two messages with counts.
pub const INTERVAL_MIN: Duration = Duration::from_millis(50);
/// Most probes of a client.
pub const PROBES_MAX: usize = 32;
/// Packets that a probe keeps unless the client says otherwise.
pub const PROBE_PACKETS: u32 = 100;
/// Most packets that a probe keeps.
pub const PROBE_PACKETS_MAX: u32 = 1000;
/// Bytes of a packet's preview unless the client says otherwise.
pub const PREVIEW_BYTES: usize = 4096;
/// Most bytes of a packet's preview, and of a packet on an edge.
pub const PREVIEW_BYTES_MAX: usize = 64 << 10;
/// Most events of a trace.
pub const TRACE_EVENTS_MAX: u32 = 10_000;
/// Events of a trace unless the client says otherwise.
pub const TRACE_EVENTS: u32 = 1000;
