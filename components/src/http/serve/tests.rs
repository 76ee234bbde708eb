//! What people rely on when `http/Serve` serves their requests, over real sockets.

use std::time::Duration;

use millstream_component::ErrorPolicy;
use millstream_component::testing::{Bench, Outcome};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot::channel;

use super::*;

/// Longest that a test may take; far too long.
const LIMIT: Duration = Duration::from_secs(20);

type Reply = Box<dyn FnMut(&Packet) -> Option<Packet> + Send>;

/// Runs a server whose requests are answered by `reply` while `visit` is at its address.
async fn serve<F: Future>(
    bench: Bench,
    mut reply: Reply,
    visit: impl FnOnce(String) -> F,
) -> (Outcome, F::Output) {
    let (told, address) = channel();
    let mut told = Some(told);
    let bench = bench
        .iip("listen", "127.0.0.1:0")
        .input("replies", Vec::<Packet>::new())
        .on_output("out", move |packet| {
            Some(("replies".to_owned(), reply(packet)?))
        })
        .on_output("address", move |packet| {
            let address = packet.value()?.as_text()?.to_owned();
            told.take()?.send(address).ok();
            None
        });
    let run = bench.run_with(async { visit(address.await.unwrap()).await });
    tokio::time::timeout(LIMIT, run).await.unwrap()
}

/// Answers every request with what `make` makes of it.
fn each(make: impl Fn(&Record) -> Value + Send + 'static) -> Reply {
    Box::new(move |packet| {
        let value = make(packet.value()?.as_record()?);
        let headers = packet.headers()?.derive();
        Some(Packet::data(value).with_headers(headers))
    })
}

/// Sends text and gives all that comes back until the server closes.
async fn exchange(address: &str, text: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
}

fn post(content_type: &str, body: &str) -> String {
    format!(
        "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {content_type}\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The status and the body of an answer.
fn told(answer: &str) -> (u16, &str) {
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1)
}

fn bench() -> Bench {
    Bench::of::<Serve>()
}

#[tokio::test]
async fn a_request_is_a_record_and_its_answer_finds_the_way_back() {
    let bench = bench().iip("path", "/orders/{id}");
    let echo = each(|request| {
        let field = |name: &str| request.get(name).cloned().unwrap_or_default();
        Record::from_iter([
            ("status", Value::from(201_i64)),
            (
                "headers",
                Record::from_iter([("x-method", field("method"))]).into(),
            ),
            (
                "body",
                Value::list(vec![field("path"), field("params"), field("query")]),
            ),
        ])
        .into()
    });
    let (outcome, answer) = serve(bench, echo, async |address| {
        exchange(&address, &get("/orders/a%20b?x=1&y=%C3%A4")).await
    })
    .await;
    outcome.result.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    assert!(answer.contains("x-method: GET\r\n"), "{answer}");
    assert!(
        answer.contains("content-type: application/json\r\n"),
        "{answer}"
    );
    let body = r#"["/orders/a%20b",{"id":"a b"},{"x":"1","y":"ä"}]"#;
    assert_eq!(told(&answer).1, body);
}

#[tokio::test]
async fn bodies_are_values_and_values_are_bodies() {
    let body = || each(|request| request.get("body").cloned().unwrap_or_default());
    let cases = [
        (
            post("application/json", "{\"a\": [1, 2]}"),
            200,
            "{\"a\":[1,2]}",
        ),
        (post("text/plain", "{\"a\": 1}"), 200, "{\"a\": 1}"),
        (post("application/json", "{"), 400, "the body is no JSON: "),
        (get("/"), 200, ""),
    ];
    let (outcome, answers) = serve(bench(), body(), async |address| {
        let mut answers = Vec::new();
        for (request, ..) in &cases {
            answers.push(exchange(&address, request).await);
        }
        answers
    })
    .await;
    outcome.result.unwrap();
    for ((_, status, start), answer) in cases.iter().zip(&answers) {
        let (found, body) = told(answer);
        assert_eq!(found, *status, "{answer}");
        assert!(body.starts_with(start), "{answer}");
    }
}

#[tokio::test]
async fn what_is_not_served_is_refused() {
    let bench = bench()
        .iip("path", "/only")
        .iip("method", "post")
        .iip("body_bytes", 10);
    let large = post("text/plain", "12345678901").replace("POST /", "POST /only");
    let (outcome, answers) = serve(bench, each(|_| Value::NULL), async |address| {
        [
            exchange(&address, &get("/other")).await,
            exchange(&address, &get("/only")).await,
            exchange(&address, &large).await,
            exchange(&address, "nonsense\r\n\r\n").await,
        ]
    })
    .await;
    outcome.result.unwrap();
    let statuses = answers.each_ref().map(|answer| told(answer).0);
    assert_eq!(statuses, [404, 405, 413, 400]);
    assert!(outcome.outputs["out"].is_empty());
}

#[tokio::test]
async fn a_request_that_nobody_answers_is_told_so() {
    let bench = bench().iip("timeout_ms", 50);
    let (outcome, answer) = serve(bench, Box::new(|_| None), async |address| {
        exchange(&address, &get("/")).await
    })
    .await;
    outcome.result.unwrap();
    assert_eq!(told(&answer), (504, "no answer came within 50 ms\n"));
}

#[tokio::test]
async fn a_request_that_never_comes_in_is_told_so() {
    let bench = bench().iip("timeout_ms", 50);
    let half = "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 10\r\n\r\nhalf";
    let (outcome, answer) = serve(bench, Box::new(|_| None), async |address| {
        exchange(&address, half).await
    })
    .await;
    outcome.result.unwrap();
    assert_eq!(told(&answer).0, 408);
}

#[tokio::test]
async fn answers_may_come_in_any_order() {
    // The first request is answered when the second one has come, and the second one never.
    let mut first: Option<Packet> = None;
    let late: Reply = Box::new(move |packet| {
        let path = packet.value()?.as_record()?.get("path")?.clone();
        let answer = Packet::data(path).with_headers(packet.headers()?.derive());
        first.replace(answer)
    });
    let (_, answers) = serve(bench().iip("timeout_ms", 500), late, async |address| {
        let (one, two) = (get("/one"), get("/two"));
        tokio::join!(exchange(&address, &one), exchange(&address, &two))
    })
    .await;
    let mut told = [told(&answers.0), told(&answers.1)];
    told.sort_unstable();
    let [(200, path), (504, _)] = told else {
        panic!("{told:?}");
    };
    // Which one came first is for the system to say; its answer went to the one who asked.
    let (first, _) = [(&answers.0, "/one"), (&answers.1, "/two")]
        .into_iter()
        .map(|(answer, path)| (path, answer.starts_with("HTTP/1.1 200")))
        .find(|(_, is_answered)| *is_answered)
        .unwrap();
    assert_eq!(path, first);
}

#[tokio::test]
async fn a_group_of_packets_is_one_answer() {
    let (told_address, address) = channel();
    let mut told_address = Some(told_address);
    let bench = bench()
        .iip("listen", "127.0.0.1:0")
        .input("replies", Vec::<Packet>::new())
        .on_output("address", move |packet| {
            told_address
                .take()?
                .send(packet.value()?.as_text()?.to_owned())
                .ok();
            None
        });
    // One hook for each packet of the answer.
    let part = |make: fn(&Packet) -> Packet| {
        move |packet: &Packet| Some(("replies".to_owned(), make(packet)))
    };
    let bench = bench
        .on_output(
            "out",
            part(|packet| {
                Packet::open(Value::NULL).with_headers(packet.headers().unwrap().derive())
            }),
        )
        .on_output("out", part(|_| Packet::data(1)))
        .on_output("out", part(|_| Packet::data(2)))
        .on_output("out", part(|_| Packet::close(Value::NULL)));
    let run = bench.run_with(async { exchange(&address.await.unwrap(), &get("/")).await });
    let (outcome, answer) = tokio::time::timeout(LIMIT, run).await.unwrap();
    outcome.result.unwrap();
    assert_eq!(told(&answer), (200, "[1,2]"));
}

#[test]
fn groups_of_several_writers_do_not_mix() {
    let part = |packet: Packet, request: &str| {
        let headers = millstream_packet::Headers {
            conversation: Some(request.into()),
            ..millstream_packet::Headers::default()
        };
        packet.with_headers(headers)
    };
    let mut groups = Groups::default();
    let mut take = |packet| {
        let whole: Packet = groups.take(packet)?;
        let request = answer::id_of(&whole)?;
        Some((request.to_string(), whole.value()?.to_json().unwrap()))
    };
    let answer = |request: &str, body: &str| Some((request.to_owned(), body.to_owned()));
    assert_eq!(take(part(Packet::open(Value::NULL), "a")), None);
    assert_eq!(take(part(Packet::data(1), "a")), None);
    assert_eq!(take(part(Packet::data(2), "b")), answer("b", "2"));
    assert_eq!(take(part(Packet::open(Value::NULL), "c")), None);
    assert_eq!(take(part(Packet::data(3), "a")), None);
    assert_eq!(take(part(Packet::data(4), "c")), None);
    assert_eq!(
        take(part(Packet::close(Value::NULL), "a")),
        answer("a", "[1,3]")
    );
    assert_eq!(
        take(part(Packet::close(Value::NULL), "c")),
        answer("c", "[4]")
    );
    // Brackets may name nothing, if what is inside does.
    assert_eq!(take(Packet::open(Value::NULL)), None);
    assert_eq!(take(part(Packet::data(5), "d")), None);
    assert_eq!(take(Packet::close(Value::NULL)), answer("d", "[5]"));
}

#[tokio::test]
async fn a_bad_reply_is_a_failure_and_the_client_is_told_500() {
    let bad = || each(|_| Record::from_iter([("status", 7_i64)]).into());
    let visit = async |address: String| exchange(&address, &get("/")).await;
    let (outcome, answer) = serve(bench().on_error(ErrorPolicy::Skip), bad(), visit).await;
    outcome.result.unwrap();
    assert_eq!(told(&answer).0, 500);

    let nameless: Reply = Box::new(|_| Some(Packet::data("no id")));
    let bench = bench().iip("timeout_ms", 50).with_errors();
    let (outcome, _) = serve(bench, nameless, visit).await;
    let letter = format!("{:?}", outcome.outputs["error"]);
    assert!(
        letter.contains("that name a request (port `replies`, packet 1)"),
        "{letter}"
    );
}

#[tokio::test]
async fn a_field_names_the_request_where_headers_are_lost() {
    let by_field: Reply = Box::new(|packet| {
        let id = packet.value()?.as_record()?.get("id")?.clone();
        let answer = Record::from_iter([("id", id), ("body", "found".into())]);
        Some(Packet::data(answer))
    });
    let visit = async |address: String| exchange(&address, &get("/")).await;
    let (_, answer) = serve(bench(), by_field, visit).await;
    assert_eq!(told(&answer), (200, "found"));
}

#[tokio::test]
async fn a_connection_serves_many_requests() {
    let path = each(|request| request.get("path").cloned().unwrap_or_default());
    let (outcome, answers) = serve(bench(), path, async |address| {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let mut answers = String::new();
        for number in 0..20 {
            let request = format!("GET /{number} HTTP/1.1\r\nhost: x\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = vec![0; 4096];
            let length = stream.read(&mut answer).await.unwrap();
            answers += &String::from_utf8_lossy(&answer[..length]);
        }
        answers
    })
    .await;
    outcome.result.unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 20, "{answers}");
    assert!(answers.ends_with("/19"));
}

/// The network stops while a request is on its way: it is answered, and an idle connection is closed.
#[tokio::test]
async fn what_has_come_is_answered_before_the_end() {
    let (told_address, address) = channel();
    let mut told_address = Some(told_address);
    let (come, has_come) = channel();
    let mut come = Some(come);
    let bench = bench()
        .iip("listen", "127.0.0.1:0")
        .on_output("address", move |packet| {
            told_address
                .take()?
                .send(packet.value()?.as_text()?.to_owned())
                .ok();
            None
        })
        .on_output("out", move |_| {
            come.take()?.send(()).ok();
            None
        });
    let run = bench.run_with(async move {
        let address = address.await.unwrap();
        let idle = TcpStream::connect(&address).await.unwrap();
        let mut busy = TcpStream::connect(&address).await.unwrap();
        busy.write_all(get("/").as_bytes()).await.unwrap();
        has_come.await.unwrap();
        (idle, busy)
    });
    let (outcome, (_idle, mut busy)) = tokio::time::timeout(LIMIT, run).await.unwrap();
    outcome.result.unwrap();
    let mut answer = String::new();
    busy.read_to_string(&mut answer).await.unwrap();
    // Nothing is connected to `replies`: the request is told that it was taken.
    assert_eq!(told(&answer).0, 202);
}

#[tokio::test]
async fn a_port_in_use_is_told() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let outcome = bench().iip("listen", listen.as_str()).run().await;
    let failure = outcome.result.unwrap_err().to_string();
    assert_eq!(
        failure,
        format!("cannot listen at {listen}: the port is in use by another program")
    );
}
