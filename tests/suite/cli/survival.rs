//! A server whose clients mean it no good: it answers the others, its network runs on, and its memory comes back.

mod spoilt;

use std::net::TcpStream;
use std::time::{Duration, Instant};

use millstream_tests::{Program, Run};
use serde_json::{Value, json};

use super::Folder;
use super::socket::{Heard, Place, Socket, handshake};

/// Clients at once.
const CLIENTS: usize = 200;
/// Processes of the network; all counts of it have about twenty kilobytes.
const PROCESSES: usize = 100;
/// What is said in one go by who says too much.
const TOO_MUCH: usize = 100 << 20;
/// Bytes a second of a client with a bad connection.
const SLOW: usize = 64 << 10;
/// For how long it reads so slowly.
const SLOW_FOR: Duration = Duration::from_secs(3);
/// Until memory is given back.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server with a network that runs.
struct Ground {
    run: Run,
    address: String,
    /// Somebody who looks whether all is well.
    control: Socket,
    folder: Folder,
}

impl Ground {
    fn start() -> Self {
        let folder = Folder::with(&chain());
        let mut run = Program::new(["serve", ".", "--listen", "127.0.0.1:0"])
            .within(folder.path())
            .env("XDG_RUNTIME_DIR", folder.path())
            .limit(Duration::from_mins(5))
            .start()
            .unwrap();
        let line = run.line().unwrap().unwrap();
        let address = line.strip_prefix("ws://").unwrap().to_owned();
        let mut control = Socket::friend(&address);
        control.ask("start", json!({ "graph": "graph" }));
        Self {
            run,
            address,
            control,
            folder,
        }
    }

    fn friend(&self) -> Socket {
        Socket::friend(&self.address)
    }

    /// A client that has asked for counts and packets, and has heard nothing of them yet.
    fn looker(&self) -> Socket {
        let mut socket = self.friend();
        socket.say("subscribe", json!({ "graph": "graph", "interval_ms": 50 }));
        let attach = json!({ "graph": "graph", "connector": "p9.in", "every": 10, "last": 10 });
        socket.say("attach", attach);
        socket
    }

    /// Packets that have passed the last connector.
    fn passed(&mut self) -> u64 {
        let last = format!("p{}.in", PROCESSES - 1);
        let subscribe = json!({ "graph": "graph", "connectors": [last], "interval_ms": 60_000 });
        let snapshot = self.control.ask("subscribe", subscribe);
        let counts = &snapshot["connectors"][0]["counts"];
        counts["received"].as_u64().unwrap()
    }

    /// Waits until the network has gone on.
    fn goes_on(&mut self) {
        let (before, begun) = (self.passed(), Instant::now());
        while self.passed() == before {
            assert!(begun.elapsed() < PATIENCE, "the network stands still");
        }
    }

    /// Kilobytes of the server in memory.
    fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.run.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let number = line.unwrap().split_whitespace().nth(1).unwrap();
        number.parse().unwrap()
    }

    /// Waits until the server needs no more memory than this.
    fn shrinks_to(&mut self, limit: u64) {
        let begun = Instant::now();
        while self.resident() > limit {
            let resident = self.resident();
            assert!(begun.elapsed() < PATIENCE, "{resident} of {limit} kB");
            // A round trip is a while.
            self.goes_on();
        }
    }

    /// What clients do that mean well, and one that says much.
    fn warm_up(&mut self) {
        let mut friends: Vec<Socket> = (0..4).map(|_| self.looker()).collect();
        for friend in &mut friends {
            friend.event("packets");
            friend.event("changes");
        }
    }
}

/// A chain that runs for ever, and leaves the processor to others.
fn chain() -> String {
    let last = PROCESSES - 1;
    let processes: Vec<String> = (1..last)
        .map(|at| format!(r#""p{at}": Process(component: "core/Repeat"), "#))
        .collect();
    let connectors: Vec<String> = (1..=last)
        .map(|at| format!(r#"Connector(from: "p{}.out", to: "p{at}.in"), "#, at - 1))
        .collect();
    let (processes, connectors) = (processes.concat(), connectors.concat());
    format!(
        r#"Graph(format: 1, processes: {{
            "p0": Process(component: "time/Tick", iips: {{ "every_ms": 1 }}),
            {processes} "p{last}": Process(component: "core/Drop"),
        }}, connectors: [{connectors}])"#
    )
}

#[test]
fn server_outlives_a_crowd_that_does_not_listen() {
    outlives(crowd);
}

#[test]
fn server_outlives_clients_that_say_too_much_or_nonsense_or_die() {
    outlives(|ground| {
        too_much(ground);
        killed(ground);
        spoilt::talk(&ground.address);
    });
}

/// Does something to a server; all is well afterwards, and its memory comes back.
fn outlives(ordeal: impl FnOnce(&mut Ground)) {
    let mut ground = Ground::start();
    ground.warm_up();
    let start = ground.resident();
    ordeal(&mut ground);
    ground.goes_on();
    ground.shrinks_to(start + start / 10);
    let Ground { run, control, .. } = ground;
    drop(control);
    run.signal("INT").unwrap();
    assert_eq!(run.finish().unwrap().code, Some(130));
}

/// Many at once, of whom some never read, some read slowly, and some have not finished saying hello.
fn crowd(ground: &mut Ground) {
    let half_open: Vec<TcpStream> = (0..CLIENTS / 10)
        .map(|at| handshake(&ground.address, at * 10))
        .collect();
    let silent: Vec<Socket> = (0..CLIENTS / 10)
        .map(|_| Socket::connect(&ground.address))
        .collect();
    let mut deaf: Vec<Socket> = (0..CLIENTS / 2).map(|_| ground.looker()).collect();
    let mut others: Vec<Socket> = (0..CLIENTS * 3 / 10).map(|_| ground.looker()).collect();
    assert_eq!(
        silent.len() + deaf.len() + others.len() + half_open.len(),
        CLIENTS
    );
    let slow = std::thread::scope(|scope| {
        let slow: Vec<_> = others
            .drain(..4)
            .map(|socket| scope.spawn(move || read_slowly(socket)))
            .collect();
        for other in &mut others {
            other.event("packets");
            other.event("changes");
        }
        ground.goes_on();
        slow.into_iter()
            .map(|slow| slow.join().unwrap())
            .collect::<Vec<_>>()
    });
    for mut reader in slow {
        // Now it hurries, and hears what it missed.
        until(&mut reader, "changes", |changes| {
            changes["missed"].as_u64() > Some(0)
        });
    }
    let mut late = deaf.swap_remove(0);
    until(&mut late, "packets", |packets| {
        packets["missed"].as_u64() > Some(0)
    });
    ground.goes_on();
}

/// Reads at the pace of a bad connection for a while.
fn read_slowly(mut socket: Socket) -> Socket {
    const TURNS: u32 = 20;
    let begun = Instant::now();
    let mut turn = 0;
    while begun.elapsed() < SLOW_FOR {
        socket.take_early(SLOW / TURNS as usize);
        turn += 1;
        let next = Duration::from_secs(1) * turn / TURNS;
        std::thread::park_timeout(next.saturating_sub(begun.elapsed()));
    }
    socket
}

fn until(socket: &mut Socket, command: &str, fits: impl Fn(&Value) -> bool) {
    let begun = Instant::now();
    while !fits(&socket.event(command)) {
        assert!(
            begun.elapsed() < PATIENCE,
            "never the `{command}` that is waited for"
        );
    }
}

/// Messages that are far too long, in one piece and in many.
fn too_much(ground: &mut Ground) {
    let before = ground.resident();
    let bytes = vec![b'x'; TOO_MUCH];
    let mut one = ground.friend();
    // The server hangs up while this is on its way.
    drop(one.say_text(&bytes));
    let mut other = ground.friend();
    for (at, part) in bytes.chunks(1 << 20).enumerate() {
        let place = if at == 0 { Place::First } else { Place::Middle };
        if other.part(place, part).is_err() {
            break;
        }
    }
    let mut rich = ground.friend();
    let values = "1,".repeat(4 << 20);
    let list =
        format!(r#"{{"protocol":"millstream","command":"list","payload":{{"a":[{values}1]}}}}"#);
    rich.say_text(&list.as_bytes()[..8 << 20]).unwrap();
    match rich.hear().unwrap() {
        Heard::Message(answer) => assert_eq!(answer["command"], "error", "{answer}"),
        closed @ Heard::Close(..) => panic!("{closed:?}"),
    }
    for mut socket in [one, other] {
        let heard = socket.hear().unwrap();
        let wanted = Heard::Close(1009, "a message has at most 8388608 bytes".to_owned());
        assert_eq!(heard, wanted);
    }
    let grown = ground.resident().saturating_sub(before);
    assert!(grown < (TOO_MUCH >> 10) as u64 / 4, "{grown} kB more");
    ground.goes_on();
}

/// Real clients that die in the middle of a probe.
fn killed(ground: &mut Ground) {
    for _ in 0..3 {
        let mut tap = Program::new(["tap", "p9.in", "--runtime", &ground.address])
            .within(ground.folder.path())
            .start()
            .unwrap();
        tap.wait_for("tapping p8.out->p9.in").unwrap();
        assert!(tap.line().unwrap().is_some());
        tap.signal("KILL").unwrap();
        assert_eq!(tap.finish().unwrap().code, None);
    }
    ground.goes_on();
}
