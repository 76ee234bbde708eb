//! What people rely on when `http/Request` asks for them, against a server of a few lines.

use std::sync::Mutex;
use std::time::Duration;

use millstream_component::ErrorPolicy;
use millstream_component::testing::{Bench, Outcome};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

/// Longest that a test may take; far too long.
const LIMIT: Duration = Duration::from_secs(20);

/// Runs a bench beside a server that answers the n-th connection with the n-th text. `make` gets its address; the second
/// result is what the server was told.
async fn against(answers: &[&str], make: impl FnOnce(&str) -> Bench) -> (Outcome, Vec<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let bench = make(&format!("http://{}", listener.local_addr().unwrap()));
    let told = Mutex::new(Vec::new());
    let server = async {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 65536];
            let length = stream.read(&mut request).await.unwrap();
            let request = String::from_utf8_lossy(&request[..length]).into_owned();
            told.lock().unwrap().push(request);
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        std::future::pending::<()>().await;
    };
    let run = async {
        tokio::select! {
            outcome = bench.run() => outcome,
            () = server => unreachable!("the server waits for ever"),
        }
    };
    let outcome = tokio::time::timeout(LIMIT, run).await.unwrap();
    (outcome, told.into_inner().unwrap())
}

fn answer(head: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
}

fn ask(url: impl Into<Value>) -> Bench {
    Bench::of::<Request>().input("in", [url.into()])
}

fn field<'a>(packet: &'a Packet, name: &str) -> &'a Value {
    packet
        .value()
        .unwrap()
        .as_record()
        .unwrap()
        .get(name)
        .unwrap()
}

#[tokio::test]
async fn an_answer_is_a_record() {
    let json = answer(
        "200 OK\r\ncontent-type: application/json\r\nx-a: b",
        "{\"n\": [1]}",
    );
    let (outcome, told) = against(&[&json], |url| ask(format!("{url}/x?y=1"))).await;
    outcome.result.unwrap();
    let packet = &outcome.outputs["out"][0];
    assert_eq!(field(packet, "status"), &Value::from(200_i64));
    assert_eq!(format!("{:?}", field(packet, "body")), "{\"n\": [1]}");
    assert!(format!("{:?}", field(packet, "headers")).contains("\"x-a\": \"b\""));
    assert!(field(packet, "url").as_text().unwrap().ends_with("/x?y=1"));
    assert!(told[0].starts_with("GET /x?y=1 HTTP/1.1\r\n"), "{told:?}");
    assert!(told[0].contains("user-agent: millstream/"), "{told:?}");
}

#[tokio::test]
async fn a_record_says_more_than_a_url() {
    let request = |url: &str| {
        Record::from_iter([
            ("url", Value::from(format!("{url}/form"))),
            ("method", "post".into()),
            (
                "query",
                Record::from_iter([("q", Value::from("a b")), ("n", 1_i64.into())]).into(),
            ),
            ("headers", Record::from_iter([("X-Key", "secret")]).into()),
            ("body", Record::from_iter([("a", 1_i64)]).into()),
        ])
    };
    let created = answer("201 Created", "");
    let (outcome, told) = against(&[&created], |url| {
        ask(request(url)).iip(
            "headers",
            Record::from_iter([("x-key", "general"), ("x-all", "yes")]),
        )
    })
    .await;
    assert_eq!(field(&outcome.outputs["out"][0], "body"), &Value::NULL);
    assert!(
        told[0].starts_with("POST /form?q=a+b&n=1 HTTP/1.1\r\n"),
        "{told:?}"
    );
    for part in [
        "x-key: secret\r\n",
        "x-all: yes\r\n",
        "content-type: application/json\r\n",
        "\r\n\r\n{\"a\":1}",
    ] {
        assert!(told[0].contains(part), "{part}: {told:?}");
    }
    assert!(!told[0].contains("general"));
}

#[tokio::test]
async fn a_busy_server_is_asked_again() {
    let (busy, broken, fine) = (
        answer("503 Service Unavailable\r\nretry-after: 0", ""),
        String::new(),
        answer("200 OK", "at last"),
    );
    let (outcome, told) = against(&[&busy, &broken, &fine], |url| ask(url.to_owned())).await;
    assert_eq!(
        field(&outcome.outputs["out"][0], "body"),
        &Value::from("at last")
    );
    assert_eq!(told.len(), 3);
}

#[tokio::test]
async fn what_may_do_harm_twice_is_not_repeated() {
    let (outcome, told) = against(&[""], |url| ask(url.to_owned()).iip("method", "POST")).await;
    let failure = outcome.result.unwrap_err().to_string();
    assert!(failure.starts_with("POST http://127.0.0.1:"), "{failure}");
    assert!(!failure.contains("tried"), "{failure}");
    assert_eq!(told.len(), 1);
    // The server has said itself that it did nothing.
    let (busy, fine) = (
        answer("429 Too Many Requests\r\nretry-after: 0", ""),
        answer("200 OK", ""),
    );
    let (outcome, _) = against(&[&busy, &fine], |url| {
        ask(url.to_owned()).iip("method", "POST")
    })
    .await;
    assert_eq!(
        field(&outcome.outputs["out"][0], "status"),
        &Value::from(200_i64)
    );
}

#[tokio::test]
async fn the_last_answer_is_emitted_whatever_it_is() {
    let busy = answer("503 Service Unavailable\r\nretry-after: 0", "full");
    let (outcome, _) = against(&[&busy, &busy], |url| ask(url.to_owned()).iip("retries", 1)).await;
    assert_eq!(
        field(&outcome.outputs["out"][0], "status"),
        &Value::from(503_i64)
    );
    let missing = answer("404 Not Found", "");
    let (outcome, told) = against(&[&missing], |url| ask(url.to_owned())).await;
    assert_eq!(
        field(&outcome.outputs["out"][0], "status"),
        &Value::from(404_i64)
    );
    assert_eq!(told.len(), 1);
}

#[tokio::test]
async fn failures_follow_on_error() {
    let silent = |url: &str| ask(url.to_owned()).iip("timeout_ms", 50).iip("retries", 1);
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
    // The half answer keeps its connection until the server goes on to the next one.
    let (outcome, _) = against(&[], silent).await;
    let failure = outcome.result.unwrap_err().to_string();
    assert!(
        failure.contains("no answer within 50 ms, tried 2 times (port `in`, packet 1)"),
        "{failure}"
    );

    let (outcome, _) = against(&[half, half], |url| silent(url).on_error(ErrorPolicy::Skip)).await;
    outcome.result.unwrap();
    assert!(outcome.outputs["out"].is_empty());

    let large = answer("200 OK", &"x".repeat(1000));
    let (outcome, _) = against(&[&large], |url| {
        ask(url.to_owned()).iip("body_bytes", 999).with_errors()
    })
    .await;
    let letter = format!("{:?}", outcome.outputs["error"]);
    assert!(
        letter.contains("the answer is larger than 999 bytes"),
        "{letter}"
    );
}

#[tokio::test]
async fn answers_keep_the_order_and_brackets_their_place() {
    let answers = ["1", "2", "3"].map(|body| answer("200 OK", body));
    let answers = answers.each_ref().map(String::as_str);
    let (outcome, _) = against(&answers, |url| {
        let request = || Packet::data(url.to_owned());
        Bench::of::<Request>()
            .iip("concurrency", 4)
            .capacity(1)
            .input(
                "in",
                [
                    Packet::open("g"),
                    request(),
                    request(),
                    Packet::close("g"),
                    request(),
                ],
            )
    })
    .await;
    outcome.result.unwrap();
    let shown: Vec<String> = outcome.outputs["out"]
        .iter()
        .map(|packet| {
            if packet.is_data() {
                "data".to_owned()
            } else {
                format!("{packet:?}")
            }
        })
        .collect();
    assert_eq!(
        shown,
        [
            "OPEN Some(\"g\")",
            "data",
            "data",
            "CLOSE Some(\"g\")",
            "data"
        ]
    );
}

#[tokio::test]
async fn what_is_no_request_is_told() {
    let cases = [
        (
            Value::from("ftp://x"),
            "begins neither with `http:` nor with `https:`",
        ),
        (
            Record::from_iter([("uri", "x")]).into(),
            "not a URL or a record with a field `url`",
        ),
        (
            Record::from_iter([("url", "http://x"), ("method", "a b")]).into(),
            "`a b` is no method",
        ),
        (
            Record::from_iter([("url", "http://x"), ("query", "q")]).into(),
            "the field `query` is text, not a record",
        ),
    ];
    for (packet, message) in cases {
        let failure = ask(packet).run().await.result.unwrap_err().to_string();
        assert!(failure.contains(message), "{failure}");
    }
}
