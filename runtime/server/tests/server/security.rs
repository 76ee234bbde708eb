//! Who is let in, and what those may do who are.

use std::net::SocketAddr;

use millstream_server::{Options, ServeError, Server};
use serde_json::json;
use tokio_tungstenite::tungstenite::Error;

use super::support::{Client, Host, registry, secrets};

const GOOD: &str = r#"Graph(format: 1, processes: { "a": Process(component: "core/Drop") }, inports: { "in": "a.in" })"#;

#[tokio::test]
async fn addresses_that_others_reach_need_a_secret() {
    let everywhere = SocketAddr::from(([0, 0, 0, 0], 0));
    let refused = Server::bind(Options::new(everywhere), registry());
    assert!(matches!(refused, Err(ServeError::NoSecret(_))));
    let options = Options {
        secrets: secrets(),
        ..Options::new(everywhere)
    };
    assert!(Server::bind(options, registry()).is_ok());
}

fn status(result: Result<Client, Error>) -> u16 {
    match result {
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(error) => panic!("{error}"),
        Ok(_) => 101,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_sites_and_bent_names_are_turned_away() {
    let host = Host::with(&[]).await;
    let connect = async |headers: &[(&'static str, &str)]| {
        status(Client::connect(host.address, headers).await)
    };
    assert_eq!(connect(&[("Origin", "https://evil.example")]).await, 403);
    assert_eq!(connect(&[("Origin", "null")]).await, 403);
    assert_eq!(connect(&[("Host", "evil.example")]).await, 403);
    assert_eq!(connect(&[("Origin", "http://localhost:8000")]).await, 101);
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_no_secret_gets_nothing() {
    let host = Host::start(&[("good.ron", GOOD)], secrets()).await;
    let mut client = host.client().await;
    let (answer, runtime) = client.ask("runtime", "getruntime", json!({})).await;
    assert_eq!(
        (answer.as_str(), &runtime["capabilities"]),
        ("runtime", &json!([]))
    );
    let requests = [
        ("component", "list", json!({})),
        ("network", "start", json!({ "graph": "good" })),
        ("network", "getstatus", json!({ "graph": "good" })),
        ("graph", "clear", json!({ "id": "x" })),
        ("trace", "start", json!({ "graph": "good" })),
        ("millstream", "hello", json!({ "versions": [1] })),
        ("millstream", "list", json!({})),
        ("nonsense", "at all", json!({})),
    ];
    for (protocol, command, payload) in requests {
        let (answer, payload) = client.ask(protocol, command, payload).await;
        assert_eq!(answer, "error", "{protocol}:{command}: {payload}");
        let message = payload["message"].as_str().unwrap();
        let is_short = message.ends_with("is not permitted") || message == "a secret is needed";
        assert!(is_short, "{message}");
    }
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_are_counted_and_end_the_connection() {
    let host = Host::start(&[], secrets()).await;
    let mut client = host.client().await.knowing("Run");
    for _ in 0..millstream_server::limits::WRONG_SECRETS_MAX {
        let (answer, payload) = client.ask("runtime", "getruntime", json!({})).await;
        assert_eq!(answer, "error");
        assert_eq!(payload["message"], "runtime:getruntime is not permitted");
    }
    assert_eq!(client.next().await, None, "the server hangs up");
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_look_may_not_touch() {
    let host = Host::start(&[("good.ron", GOOD)], secrets()).await;
    let mut client = host.client().await.knowing("look");
    let welcome = client
        .get("hello", json!({ "versions": [1] }), "welcome")
        .await;
    assert_eq!(welcome["rights"], json!(["inspect"]));
    client.get("list", json!({}), "graphs").await;
    client.get("get", json!({ "graph": "good" }), "graph").await;
    let target = json!({ "process": "a" });
    let refused = [
        ("start", json!({ "graph": "good" })),
        ("stop", json!({ "graph": "good" })),
        ("restart", json!({ "graph": "good" })),
        ("load", json!({ "graph": "x", "text": GOOD })),
        ("save", json!({ "graph": "good" })),
        ("hold", json!({ "graph": "good", "target": target })),
        ("step", json!({ "graph": "good", "target": target })),
        ("release", json!({ "graph": "good", "target": target })),
        (
            "inject",
            json!({ "graph": "good", "port": "in", "values": [1] }),
        ),
    ];
    for (command, payload) in refused {
        assert_eq!(
            client.refused(command, payload).await,
            "forbidden",
            "{command}"
        );
    }
    let refused = [
        ("graph", "clear", json!({ "id": "good" })),
        (
            "graph",
            "addnode",
            json!({ "graph": "good", "id": "b", "component": "core/Drop" }),
        ),
        (
            "component",
            "source",
            json!({ "name": "x", "language": "fbp", "code": "" }),
        ),
        ("network", "start", json!({ "graph": "good" })),
        ("network", "stop", json!({ "graph": "good" })),
        ("network", "persist", json!({ "graph": "good" })),
        (
            "runtime",
            "packet",
            json!({ "graph": "good", "port": "in", "event": "data" }),
        ),
    ];
    for (protocol, command, payload) in refused {
        let (answer, payload) = client.ask(protocol, command, payload).await;
        assert_eq!(answer, "error", "{protocol}:{command}");
        let wanted = format!("{protocol}:{command} is not permitted");
        assert_eq!(payload["message"], wanted);
    }
    client.secret = Some("run".to_owned());
    client
        .get("start", json!({ "graph": "good" }), "state")
        .await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hello_comes_first() {
    let host = Host::with(&[]).await;
    let mut client = host.client().await;
    assert_eq!(client.refused("list", json!({})).await, "refused");
    assert_eq!(
        client.refused("hello", json!({ "versions": [99] })).await,
        "refused"
    );
    let welcome = client
        .get("hello", json!({ "versions": [99, 1] }), "welcome")
        .await;
    assert_eq!(
        (&welcome["version"], &welcome["rights"]),
        (&json!(1), &json!(["inspect", "control"]))
    );
    assert_eq!(welcome["limits"]["interval_ms"], 50);
    client.get("list", json!({}), "graphs").await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_lead_out_of_the_directory_are_refused() {
    let host = Host::with(&[]).await;
    let secret_file = host
        .folder
        .path()
        .parent()
        .unwrap()
        .join("millstream-outside-test.ron");
    let mut client = host.friend().await;
    for name in [
        "../millstream-outside-test",
        "/etc/hostname",
        "a/../../x",
        "..",
        ".hidden",
        "a\\b",
        "..%5cx:",
        "\u{2024}./../x",
    ] {
        assert_eq!(
            client.refused("load", json!({ "graph": name })).await,
            "io",
            "{name}"
        );
        client
            .get("load", json!({ "graph": name, "text": GOOD }), "graph")
            .await;
        assert_eq!(
            client.refused("save", json!({ "graph": name })).await,
            "io",
            "{name}"
        );
    }
    assert!(!secret_file.try_exists().unwrap());
    // A subgraph is a file, too.
    let reaching = GOOD.replace("core/Drop", "../../etc/graph.ron");
    let graph = client
        .get("load", json!({ "graph": "sub", "text": reaching }), "graph")
        .await;
    let message = graph["findings"][0]["message"].as_str().unwrap();
    assert!(message.contains("inside the served directory"), "{message}");
    host.end().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn links_and_coded_names_do_not_lead_out_of_the_directory() {
    let host = Host::with(&[("in.ron", GOOD)]).await;
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("out.ron");
    std::fs::write(&file, GOOD).unwrap();
    let inside = host.folder.path();
    std::os::unix::fs::symlink(&file, inside.join("link.ron")).unwrap();
    std::os::unix::fs::symlink(outside.path(), inside.join("way")).unwrap();
    let coded = outside.path().file_name().unwrap().to_str().unwrap();
    let coded = [format!("..%2f{coded}%2fout"), format!("%2e%2e/{coded}/out")];
    let mut client = host.friend().await;
    for name in ["link", "way/out", &coded[0], &coded[1]] {
        let load = client.refused("load", json!({ "graph": name })).await;
        assert_eq!(load, "io", "{name}");
    }
    for name in ["link", "way/out", "way/new/deep"] {
        let load = json!({ "graph": name, "text": GOOD.replace("core/Drop", "core/Sink") });
        client.get("load", load, "graph").await;
        let save = client.refused("save", json!({ "graph": name })).await;
        assert_eq!(save, "io", "{name}");
        let persist = json!({ "graph": name });
        let (answer, payload) = client.ask("network", "persist", persist).await;
        assert_eq!(answer, "error", "{name}: {payload}");
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), GOOD);
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 1);
    host.end().await;
}
