//! Lanes over NATS servers, each test with a server of its own. Where there is no server, the tests say so.

#![expect(clippy::print_stderr, reason = "what is skipped is said")]

use millstream_broker::conformance;
use millstream_broker::conformance::NatsServer;
use millstream_broker::link::LinkError;
use millstream_broker::nats::{Credentials, NatsBroker, NatsOptions};

async fn start(variable: &str, name: &str, more: &str) -> Option<NatsServer> {
    let Some(program) = NatsServer::program(variable, name) else {
        eprintln!("SKIPPED: there is no {name}, and {variable} names none");
        return None;
    };
    Some(NatsServer::start(&program, more).await)
}

/// The server of the system: Debian's is 2.9.
async fn of_the_system(more: &str) -> Option<NatsServer> {
    start("MILLSTREAM_NATS_SERVER", "nats-server", more).await
}

/// A newer one.
async fn newer() -> Option<NatsServer> {
    start("MILLSTREAM_NATS_SERVER_NEW", "nats-server-new", "").await
}

conformance!(system, real, super::of_the_system(""));
conformance!(new, real, super::newer());

#[tokio::test]
async fn server_that_is_not_there_is_said() {
    let error = NatsBroker::connect("nats://127.0.0.1:9", NatsOptions::default()).await;
    assert!(matches!(error, Err(LinkError::Unreachable(_))), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_are_said_and_right_ones_taken() {
    let more = "authorization { user: mill, password: stream }";
    let Some(server) = of_the_system(more).await else {
        return;
    };
    let connect = async |password: &str| {
        let credentials = Credentials::User {
            user: "mill".to_owned(),
            password: password.to_owned(),
        };
        let options = NatsOptions {
            credentials,
            ..NatsOptions::default()
        };
        NatsBroker::connect(&server.url(), options).await
    };
    let refused = connect("wrong").await;
    assert!(
        matches!(refused, Err(LinkError::Unauthorized(_))),
        "{refused:?}"
    );
    assert!(connect("stream").await.is_ok());
}
