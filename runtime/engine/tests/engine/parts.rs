//! Components that the tests are built of.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use millstream_component::Registry;
use millstream_component::prelude::*;
use parking_lot::Mutex;

/// All parts.
pub(crate) fn registry() -> Registry {
    let mut registry = Registry::default();
    registry.add::<Numbers>().unwrap();
    registry.add::<Emit>().unwrap();
    registry.add::<Pass>().unwrap();
    registry.add::<Map>().unwrap();
    registry.add::<Collect>().unwrap();
    registry.add::<Take>().unwrap();
    registry.add::<FailAt>().unwrap();
    registry.add::<PanicAt>().unwrap();
    registry.add::<Copy>().unwrap();
    registry.add::<Concat>().unwrap();
    registry.add::<Sleep>().unwrap();
    registry.add::<Polite>().unwrap();
    registry.add::<Yielding>().unwrap();
    registry.add::<Where>().unwrap();
    registry.add::<Heavy>().unwrap();
    registry.add::<Blocking>().unwrap();
    super::random::register(&mut registry);
    super::errors::register(&mut registry);
    super::busy::register(&mut registry);
    super::deadlock::register(&mut registry);
    super::edit::register(&mut registry);
    super::threads::register(&mut registry);
    registry
}

/// Shared between a test and a component, as an opaque initial packet.
#[derive(Debug)]
pub(crate) struct Shared<T>(pub(crate) Arc<Mutex<T>>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: std::fmt::Debug + Send + 'static> Shared<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Arc::new(Mutex::new(value)))
    }

    /// As the value of an initial packet.
    pub(crate) fn iip(&self) -> Value {
        Value::opaque(self.clone())
    }

    /// Takes it out of an in-port.
    pub(crate) async fn from_port(port: &mut In<Value>) -> Self {
        let value = port.recv().await.unwrap().unwrap();
        value.as_opaque::<Self>().unwrap().clone()
    }
}

/// What a process saw.
pub(crate) type Log = Shared<Vec<Packet>>;

/// A number for a component.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Number {
    /// The number.
    pub(crate) n: i64,
}

/// Emits the ints from 0 below n.
#[component(name = "test/Numbers")]
async fn numbers(
    config: Config<Number>,
    /// The ints.
    mut out: Out<i64>,
) -> Result<(), Failure> {
    for number in 0..config.n {
        out.send(number).await?;
    }
    Ok(())
}

/// Emits the packets of a script.
#[component(name = "test/Emit")]
async fn emit(
    /// The script.
    mut script: In<Value>,
    /// Its packets.
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    let script: Log = Shared::from_port(&mut script).await;
    let packets = script.0.lock().clone();
    for packet in packets {
        out.send_packet(packet).await?;
    }
    Ok(())
}

/// Waits until the network stops, and then says so.
#[component(name = "test/Polite")]
async fn polite(
    cx: Context,
    /// Never read.
    #[port(name = "in", optional)]
    _input: In<Packet>,
    /// Nothing.
    #[port(name = "back", optional)]
    _back: Out<Packet>,
    /// A number.
    mut out: Out<i64>,
) -> Result<(), Failure> {
    cx.stopping().await;
    out.send(7).await?;
    Ok(())
}

/// Passes packets on.
#[component(name = "test/Pass")]
async fn pass(
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
    /// The same packets.
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    while let Some(packet) = input.recv_packet().await {
        out.send_packet(packet).await?;
    }
    Ok(())
}

/// Passes values on by runs.
#[component(name = "test/Map", operator)]
#[derive(Debug)]
struct Map {
    /// Values.
    #[input(name = "in")]
    input: In<Value>,
    /// The same values.
    #[output]
    out: Out<Value>,
}

impl Operator for Map {
    fn process(&mut self, item: Value) -> Result<(), Failure> {
        self.out.emit(item);
        Ok(())
    }
}

/// Keeps what it gets in a log.
#[component(name = "test/Collect")]
async fn collect(
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
    /// The log.
    mut log: In<Value>,
) -> Result<(), Failure> {
    let log: Log = Shared::from_port(&mut log).await;
    while let Some(packet) = input.recv_packet().await {
        log.0.lock().push(packet);
    }
    Ok(())
}

/// Passes the first n packets on and ends.
#[component(name = "test/Take")]
async fn take(
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
    config: Config<Number>,
    /// The first ones.
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    for _ in 0..config.n {
        let Some(packet) = input.recv_packet().await else {
            break;
        };
        out.send_packet(packet).await?;
    }
    Ok(())
}

/// Passes packets on and fails after n of them.
#[component(name = "test/FailAt")]
async fn fail_at(
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
    config: Config<Number>,
    /// The first ones.
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    let mut seen = 0;
    while let Some(packet) = input.recv_packet().await {
        seen += 1;
        if seen > config.n {
            let taken = input.raw().taken();
            return Err(Failure::packet("enough").at("in", taken));
        }
        out.send_packet(packet).await?;
    }
    Ok(())
}

/// Passes packets on and panics after n of them.
#[component(name = "test/PanicAt")]
async fn panic_at(
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
    config: Config<Number>,
    /// The first ones.
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    let mut seen = 0;
    while let Some(packet) = input.recv_packet().await {
        seen += 1;
        assert!(seen <= config.n, "more than {}", config.n);
        out.send_packet(packet).await?;
    }
    Ok(())
}

/// Sends each packet to every element.
#[component(name = "test/Copy")]
async fn copy(
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
    /// Copies.
    mut out: OutArray<Packet>,
) -> Result<(), Failure> {
    while let Some(packet) = input.recv_packet().await {
        for element in &mut out {
            element.send_packet(packet.clone()).await?;
        }
    }
    Ok(())
}

/// Sends all packets of the first element, then of the next.
#[component(name = "test/Concat")]
async fn concat(
    /// Packets.
    #[port(name = "in")]
    mut inputs: InArray<Packet>,
    /// All of them.
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    for input in &mut inputs {
        while let Some(packet) = input.recv_packet().await {
            out.send_packet(packet).await?;
        }
    }
    Ok(())
}

/// Passes packets on, n milliseconds after each other.
#[component(name = "test/Sleep")]
async fn sleep(
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
    config: Config<Number>,
    cx: Context,
    /// The same packets.
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    while let Some(packet) = input.recv_packet().await {
        cx.sleep(Duration::from_millis(config.n.unsigned_abs()))
            .await;
        out.send_packet(packet).await?;
    }
    Ok(())
}

/// Lets others run n times: a process that wakes itself.
pub(crate) async fn give_way(times: i64) {
    for _ in 0..times {
        let mut waited = false;
        std::future::poll_fn(|cx| {
            if std::mem::replace(&mut waited, true) {
                return std::task::Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            std::task::Poll::Pending
        })
        .await;
    }
}

/// Passes packets on, letting others run n times before each.
#[component(name = "test/Yielding")]
async fn yielding(
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
    config: Config<Number>,
    /// The same packets.
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    while let Some(packet) = input.recv_packet().await {
        give_way(config.n).await;
        out.send_packet(packet).await?;
    }
    Ok(())
}

fn thread_name() -> Value {
    let thread = thread::current();
    Value::from(format!("{:?} {}", thread.id(), thread.name().unwrap_or("")))
}

/// Sends the name of its thread for each packet.
#[component(name = "test/Where")]
async fn r#where(
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
    /// Names.
    mut out: Out<Value>,
) -> Result<(), Failure> {
    while input.recv_packet().await.is_some() {
        out.send(thread_name()).await?;
    }
    Ok(())
}

/// As Where, on a thread of its own.
#[component(name = "test/Blocking", cost = blocking)]
async fn blocking(
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
    /// Names.
    mut out: Out<Value>,
) -> Result<(), Failure> {
    while input.recv_packet().await.is_some() {
        out.send(thread_name()).await?;
    }
    Ok(())
}

/// As Pass, but heavy.
#[component(name = "test/Heavy", cost = heavy)]
async fn heavy(
    /// Packets.
    #[port(name = "in")]
    mut input: In<Packet>,
    /// The same packets.
    mut out: Out<Packet>,
) -> Result<(), Failure> {
    while let Some(packet) = input.recv_packet().await {
        out.send_packet(packet).await?;
    }
    Ok(())
}
