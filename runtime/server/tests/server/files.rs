//! Graph files by HTTP: read, written, and kept from whoever has no right to them.

use millstream_server::{Options, Page, Secrets, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::support::{Host, LIMIT, local, registry, secrets};

const GOOD: &str = r#"Graph(format: 1, processes: { "a": Process(component: "core/Drop") })"#;
const OTHER: &str = r#"Graph(format: 1, processes: { "b": Process(component: "core/Drop") })"#;

/// What is answered.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    /// A header of the answer.
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1);
        let fields = lines.filter_map(|line| line.split_once(": "));
        let mut named = fields.filter(|(field, _)| field.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value)
    }

    fn tag(&self) -> &str {
        self.header("etag").unwrap()
    }
}

/// Asks as a browser would, without its niceties.
async fn ask(host: &Host, request: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    ask_at(&host.address.to_string(), request, headers, body).await
}

async fn ask_at(address: &str, request: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut text = format!("{request} HTTP/1.1\r\n");
    let length = body.len().to_string();
    let mut all = vec![("Content-Length", length.as_str())];
    if headers.iter().all(|(name, _)| *name != "Host") {
        all.push(("Host", address));
    }
    for (name, value) in all.iter().chain(headers) {
        text.extend([name, ": ", value, "\r\n"]);
    }
    text.push_str("\r\n");
    text.push_str(body);
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = timeout(LIMIT, socket.read_to_end(&mut answer)).await;
    read.expect("the server answers and hangs up").unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_listed_read_and_written() {
    let host = Host::with(&[("a.ron", GOOD), ("sub/b ä.ron", GOOD)]).await;
    let listed = ask(&host, "GET /files", &[], "").await;
    assert_eq!(
        listed.body.trim(),
        r#"{"schema":"millstream.files/1","files":["a.ron","sub/b ä.ron"]}"#
    );
    let read = ask(&host, "GET /files/sub/b%20%C3%A4.ron", &[], "").await;
    assert_eq!((read.status, read.body.as_str()), (200, GOOD));
    let same = ask(
        &host,
        "GET /files/sub/b%20%C3%A4.ron",
        &[("If-None-Match", read.tag())],
        "",
    )
    .await;
    assert_eq!(
        (same.status, same.body.as_str(), same.tag()),
        (304, "", read.tag())
    );
    let new = ask(
        &host,
        "PUT /files/new/c.ron",
        &[("If-None-Match", "*")],
        OTHER,
    )
    .await;
    assert_eq!(new.status, 204, "{new:?}");
    let path = host.folder.path().join("new/c.ron");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), OTHER);
    let again = ask(
        &host,
        "PUT /files/new/c.ron",
        &[("If-None-Match", "*")],
        GOOD,
    )
    .await;
    assert_eq!(again.status, 412, "it is there already");
    assert_eq!(ask(&host, "GET /files/none.ron", &[], "").await.status, 404);
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn second_window_on_a_file_is_told_of_the_first() {
    let host = Host::with(&[("a.ron", GOOD)]).await;
    let read = ask(&host, "GET /files/a.ron", &[], "").await;
    let first = ask(
        &host,
        "PUT /files/a.ron",
        &[("If-Match", read.tag())],
        OTHER,
    )
    .await;
    assert_eq!(first.status, 204);
    let second = ask(
        &host,
        "PUT /files/a.ron",
        &[("If-Match", read.tag())],
        "mine",
    )
    .await;
    assert_eq!(second.status, 412, "{second:?}");
    let now = ask(&host, "GET /files/a.ron", &[], "").await;
    assert_eq!((now.body.as_str(), now.tag()), (OTHER, first.tag()));
    let kept = std::fs::read_to_string(host.folder.path().join("a.ron.bak"));
    assert_eq!(kept.unwrap(), GOOD);
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_write_at_once_one_is_first() {
    let host = Host::with(&[("a.ron", GOOD)]).await;
    let tag = ask(&host, "GET /files/a.ron", &[], "")
        .await
        .tag()
        .to_owned();
    let address = host.address.to_string();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (tag, address) = (tag.clone(), address.clone());
        tasks.spawn(async move {
            let text = format!("// {number}\n{GOOD}");
            let request = "PUT /files/a.ron";
            ask_at(&address, request, &[("If-Match", &tag)], &text)
                .await
                .status
        });
    }
    let mut statuses = tasks.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 412, 412, 412, 412, 412, 412, 412]);
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_give_the_rights_that_they_give_elsewhere() {
    let host = Host::start(&[("a.ron", GOOD)], secrets()).await;
    let status = async |request: &str, said: Option<&str>| {
        let said = said.map(|secret| format!("Bearer {secret}"));
        let headers: Vec<_> = said
            .iter()
            .map(|said| ("Authorization", said.as_str()))
            .collect();
        ask(&host, request, &headers, OTHER).await.status
    };
    for request in [
        "GET /files",
        "GET /files/a.ron",
        "GET /components",
        "PUT /files/a.ron",
    ] {
        assert_eq!(status(request, None).await, 401, "{request}");
        assert_eq!(status(request, Some("wrong")).await, 401, "{request}");
        let looking = if request.starts_with("PUT") { 403 } else { 200 };
        assert_eq!(status(request, Some("look")).await, looking, "{request}");
    }
    let kept = std::fs::read_to_string(host.folder.path().join("a.ron")).unwrap();
    assert_eq!(kept, GOOD, "nothing was written so far");
    assert_eq!(status("PUT /files/a.ron", Some("run")).await, 204);
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_that_lead_elsewhere_are_refused() {
    let host = Host::with(&[]).await;
    for path in [
        "../x.ron",
        "%2e%2e/x.ron",
        "..%2fx.ron",
        "/etc/x.ron",
        ".hidden.ron",
        "a%5cb.ron",
        "a.txt",
        "a",
    ] {
        for method in ["GET", "PUT"] {
            let answer = ask(&host, &format!("{method} /files/{path}"), &[], GOOD).await;
            assert!(
                [400, 404].contains(&answer.status),
                "{method} {path}: {answer:?}"
            );
        }
    }
    assert_eq!(std::fs::read_dir(host.folder.path()).unwrap().count(), 0);
    let outside = host.folder.path().parent().unwrap().join("x.ron");
    assert!(!outside.try_exists().unwrap());
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_sites_see_no_file() {
    let host = Host::with(&[("a.ron", GOOD)]).await;
    for headers in [
        [("Origin", "https://evil.example")],
        [("Host", "evil.example")],
    ] {
        for request in [
            "GET /files",
            "GET /files/a.ron",
            "PUT /files/a.ron",
            "GET /components",
            "GET /",
        ] {
            let answer = ask(&host, request, &headers, OTHER).await;
            assert_eq!(answer.status, 403, "{request} {headers:?}");
            assert!(!answer.body.contains("Graph"), "{answer:?}");
        }
    }
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn graph_that_mirrors_its_file_follows_what_is_written() {
    let host = Host::with(&[("a.ron", GOOD)]).await;
    let mut client = host.friend().await;
    let put = ask(&host, "PUT /files/a.ron", &[], OTHER).await;
    assert_eq!(put.status, 204);
    let graph = client
        .get("get", serde_json::json!({ "graph": "a" }), "graph")
        .await;
    assert!(graph["text"].as_str().unwrap().contains("\"b\""), "{graph}");
    let new = ask(&host, "PUT /files/new.ron", &[], GOOD).await;
    assert_eq!(new.status, 204);
    client
        .get("get", serde_json::json!({ "graph": "new" }), "graph")
        .await;
    // A graph that a client is changing is that client's.
    let load = serde_json::json!({ "graph": "a", "text": GOOD });
    client.get("load", load, "graph").await;
    ask(&host, "PUT /files/a.ron", &[], "no graph yet").await;
    let graph = client
        .get("get", serde_json::json!({ "graph": "a" }), "graph")
        .await;
    assert!(graph["text"].as_str().unwrap().contains("\"a\""), "{graph}");
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_long_a_text_is_refused() {
    let host = Host::with(&[]).await;
    let length = millstream_server::limits::MESSAGE_BYTES_MAX + 1;
    let mut socket = TcpStream::connect(host.address).await.unwrap();
    let head = format!(
        "PUT /files/a.ron HTTP/1.1\r\nHost: {}\r\nContent-Length: {length}\r\n\r\n",
        host.address
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(LIMIT, socket.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    host.end().await;
}

/// An editor of two files.
const PAGES: &[Page] = &[
    Page {
        path: "index.html",
        kind: "text/html; charset=utf-8",
        body: b"zipped",
        version: "one",
    },
    Page {
        path: "boot.js",
        kind: "text/javascript; charset=utf-8",
        body: b"packed",
        version: "two",
    },
];

#[tokio::test(flavor = "multi_thread")]
async fn browsers_get_the_editor_without_a_secret() {
    let options = Options {
        pages: PAGES,
        components: "{}".to_owned(),
        secrets: secrets(),
        ..Options::new(local())
    };
    let server = Server::bind(options, registry()).unwrap();
    let address = server.address().to_string();
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let task =
        tokio::runtime::Handle::current().spawn(server.run(async move { drop(ended.await) }));
    for (path, body, kind) in [
        ("/", "zipped", "text/html"),
        ("/index.html", "zipped", "text/html"),
        ("/boot.js", "packed", "text/javascript"),
    ] {
        let page = ask_at(&address, &format!("GET {path}"), &[], "").await;
        assert_eq!((page.status, page.body.as_str()), (200, body), "{path}");
        assert_eq!(page.header("content-encoding"), Some("gzip"));
        assert!(
            page.header("content-type").unwrap().starts_with(kind),
            "{page:?}"
        );
        assert!(
            page.header("content-security-policy")
                .unwrap()
                .contains("default-src 'self'")
        );
        let tag = page.tag().to_owned();
        let same = ask_at(
            &address,
            &format!("GET {path}"),
            &[("If-None-Match", &tag)],
            "",
        )
        .await;
        assert_eq!(same.status, 304);
    }
    assert_eq!(ask_at(&address, "GET /other.js", &[], "").await.status, 404);
    let said = [("Authorization", "Bearer look")];
    assert_eq!(
        ask_at(&address, "GET /components", &said, "").await.body,
        "{}"
    );
    assert_eq!(
        ask_at(&address, "GET /files", &said, "").await.status,
        404,
        "no directory is served"
    );
    drop(end);
    timeout(LIMIT, task).await.unwrap().unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn server_without_an_editor_says_how_to_get_one() {
    let host = Host::start(&[], Secrets::default()).await;
    let page = ask(&host, "GET /", &[], "").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("cargo xtask web"), "{page:?}");
    host.end().await;
}
