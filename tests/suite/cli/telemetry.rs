//! What a collector of OpenTelemetry is told about a run.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{Builder, JoinHandle};

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::{NumberDataPoint, metric, number_data_point};
use opentelemetry_proto::tonic::trace::v1::{Span, status};
use prost::Message as _;

use super::Folder;

/// One process fails at the third packet; the rest is worked off.
const FAILING: &str = r#"Graph(
    format: 1,
    name: "failing",
    processes: {
        "count": Process(component: "core/Sequence", iips: { "start": 1, "count": 5 }),
        "divide": Process(component: "data/Map", iips: { "value": "6 / (it - 3)" }),
        "drop": Process(component: "core/Drop"),
    },
    connectors: [
        Connector(from: "count.out", to: "divide.in"),
        Connector(from: "divide.out", to: "drop.in"),
    ],
)"#;

/// A collector that takes everything.
struct Collector {
    address: SocketAddr,
    thread: JoinHandle<Vec<Request>>,
}

/// The path of a request, and its body.
type Request = (String, Vec<u8>);

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let take = move || {
            let mut taken = Vec::new();
            for stream in listener.incoming() {
                let mut stream = BufReader::new(stream.unwrap());
                let request = request(&mut stream).unwrap();
                if request.0 == "/end" {
                    break;
                }
                taken.push(request);
                let answer = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
                stream.get_mut().write_all(answer.as_bytes()).unwrap();
            }
            taken
        };
        let thread = Builder::new().name("collector".to_owned()).spawn(take);
        Self {
            address,
            thread: thread.unwrap(),
        }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What came.
    fn finish(self) -> Vec<Request> {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(b"GET /end HTTP/1.1\r\n\r\n").unwrap();
        self.thread.join().unwrap()
    }
}

fn request(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    stream.read_line(&mut line).ok().filter(|&read| read > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        line.clear();
        stream.read_line(&mut line).ok()?;
        let header = line.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((path, body))
}

fn attributes(list: &[KeyValue]) -> HashMap<String, String> {
    let text = |one: &KeyValue| match one.value.clone()?.value? {
        any_value::Value::StringValue(text) => Some(text),
        any_value::Value::IntValue(number) => Some(number.to_string()),
        _ => None,
    };
    let known = list.iter();
    known
        .filter_map(|one| Some((one.key.clone(), text(one)?)))
        .collect()
}

fn spans(body: &[u8]) -> Vec<Span> {
    let export = ExportTraceServiceRequest::decode(body).unwrap();
    let scopes = export.resource_spans.into_iter();
    scopes
        .flat_map(|resource| resource.scope_spans)
        .flat_map(|scope| scope.spans)
        .collect()
}

/// The points of all metrics by name.
fn points(body: &[u8]) -> HashMap<String, Vec<NumberDataPoint>> {
    let export = ExportMetricsServiceRequest::decode(body).unwrap();
    let scopes = export.resource_metrics.into_iter();
    let metrics = scopes
        .flat_map(|resource| resource.scope_metrics)
        .flat_map(|scope| scope.metrics);
    metrics
        .map(|metric| {
            let points = match metric.data.unwrap() {
                metric::Data::Sum(sum) => {
                    assert!(sum.is_monotonic, "{}", metric.name);
                    sum.data_points
                }
                metric::Data::Gauge(gauge) => gauge.data_points,
                other => panic!("{}: {other:?}", metric.name),
            };
            (metric.name, points)
        })
        .collect()
}

#[test]
fn collector_gets_the_last_counts_and_a_span_for_run_and_processes() {
    let collector = Collector::start();
    let folder = Folder::with(FAILING);
    let outcome = folder
        .run()
        .args(["--otlp", &collector.url()])
        .env(
            "TRACEPARENT",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        )
        .run()
        .unwrap();
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    let requests = collector.finish();
    let body = |path: &str| {
        let last = requests.iter().rfind(|(known, _)| known == path);
        &last.unwrap_or_else(|| panic!("nothing at {path}")).1
    };

    let metrics = points(body("/v1/metrics"));
    let sent = &metrics["millstream.connector.sent"];
    let named = sent.iter().find(|point| {
        attributes(&point.attributes)["millstream.connector"] == "count.out->divide.in"
    });
    let named = named.unwrap();
    assert_eq!(attributes(&named.attributes)["millstream.graph"], "failing");
    assert_eq!(named.value, Some(number_data_point::Value::AsDouble(5.0)));
    assert_eq!(metrics["millstream.process.running"].len(), 3);

    let spans = spans(body("/v1/traces"));
    let span = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    let run = span("run failing");
    assert_eq!(
        run.trace_id,
        0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes()
    );
    assert_eq!(run.parent_span_id, 0xb7ad_6b71_6920_3331_u64.to_be_bytes());
    assert_eq!(attributes(&run.attributes)["millstream.outcome"], "failed");
    for name in ["count", "divide", "drop"] {
        let process = span(name);
        assert_eq!(process.parent_span_id, run.span_id, "{name}");
        assert_eq!(process.trace_id, run.trace_id, "{name}");
        assert!(process.end_time_unix_nano <= run.end_time_unix_nano);
    }
    let divide = span("divide");
    let status = divide.status.clone().unwrap();
    assert_eq!(status.code, status::StatusCode::Error as i32);
    assert!(status.message.contains("zero"), "{}", status.message);
    let divide = attributes(&divide.attributes);
    assert_eq!(divide["millstream.component"], "data/Map");
    assert_eq!(divide["millstream.ending"], "failed");
}

#[test]
fn collector_that_is_not_there_is_told_and_changes_nothing_else() {
    let folder = Folder::with(FAILING);
    let outcome = folder
        .run()
        .args(["--otlp", "http://127.0.0.1:1", "--iip", "count.count=2"])
        .run()
        .unwrap();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(
        outcome
            .stderr
            .contains("telemetry was not delivered: http://127.0.0.1:1/: Connection refused"),
        "{}",
        outcome.stderr
    );
    let wrong = folder.run().args(["--otlp", "localhost:4318"]).run();
    let wrong = wrong.unwrap();
    assert_eq!(wrong.code, Some(2));
    assert!(
        wrong.stderr.contains("http://localhost:4318"),
        "{}",
        wrong.stderr
    );
}
