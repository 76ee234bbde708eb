//! The link against a runtime that comes and goes.

use millstream_protocol::extension::{GraphName, Graphs, Nothing, Request, Response, Right};

use super::{FakeRuntime, Link, LinkEvent, Phase};
use crate::host::RuntimeAddress;

fn link(runtime: &FakeRuntime, secret: Option<&str>) -> Link {
    let mut link = Link::new(Box::new(runtime.clone()));
    let address = RuntimeAddress {
        url: "ws://127.0.0.1:1".to_owned(),
        secret: secret.map(str::to_owned),
        folder: None,
    };
    link.attach(address, 0.0);
    link
}

fn poll(link: &mut Link, now: f64) -> Vec<LinkEvent> {
    link.poll(now, || Box::new(|| {}))
}

#[test]
fn connects_and_is_told_its_rights() {
    let runtime = FakeRuntime::default();
    let mut link = link(&runtime, None);
    assert_eq!(poll(&mut link, 0.0), [LinkEvent::Opened]);
    assert!(link.is_open() && link.may(Right::Control));
}

#[test]
fn answers_find_their_requests() {
    let runtime = FakeRuntime::default();
    let mut link = link(&runtime, None);
    poll(&mut link, 0.0);
    let first = link.ask(&Request::List(Nothing {})).unwrap();
    let second = link.ask(&Request::Why(GraphName { graph: "a".into() }));
    let (_, answers) = runtime.next_asked().unwrap();
    let graphs = Response::Graphs(Graphs { graphs: Vec::new() });
    runtime.tell(graphs.clone(), answers);
    runtime.tell(graphs.clone(), None);
    let told = [
        LinkEvent::Answer(first, Ok(Box::new(graphs.clone()))),
        LinkEvent::Told(Box::new(graphs)),
    ];
    assert_eq!(poll(&mut link, 0.1), told);
    assert!(second.is_some_and(|second| second != first));
}

#[test]
fn wrong_secret_is_told_and_not_tried_again() {
    let runtime = FakeRuntime::with_secret("right");
    let mut refused = link(&runtime, Some("wrong"));
    assert_eq!(poll(&mut refused, 0.0), []);
    assert!(matches!(refused.phase(), Phase::Refused { .. }));
    assert_eq!(refused.wants_poll_in_secs(0.0), None);
    let mut welcome = link(&runtime, Some("right"));
    assert_eq!(poll(&mut welcome, 0.0), [LinkEvent::Opened]);
}

#[test]
fn broken_connection_is_told_and_comes_back_by_itself() {
    let runtime = FakeRuntime::default();
    let mut link = link(&runtime, None);
    poll(&mut link, 0.0);
    runtime.go_down();
    assert_eq!(poll(&mut link, 1.0), [LinkEvent::Lost]);
    assert_eq!(link.ask(&Request::List(Nothing {})), None);
    let mut now = 1.0;
    for _ in 0..6 {
        now += link.wants_poll_in_secs(now).unwrap();
        assert_eq!(poll(&mut link, now), []);
    }
    // It waits longer each time, but not for ever.
    assert_eq!(link.wants_poll_in_secs(now), Some(super::RETRY_SECS_MAX));
    runtime.come_up();
    now += super::RETRY_SECS_MAX;
    assert_eq!(poll(&mut link, now), [LinkEvent::Opened]);
}

#[test]
fn what_is_no_address_is_refused_with_the_reason() {
    let mut link = Link::new(Box::new(FakeRuntime::default()));
    let address = RuntimeAddress {
        url: "nonsense".to_owned(),
        secret: None,
        folder: None,
    };
    link.attach(address, 0.0);
    poll(&mut link, 0.0);
    assert!(matches!(link.phase(), Phase::Refused { reason } if reason.contains("nonsense")));
}
