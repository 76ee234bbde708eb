//! Sizes, shared memory, and every value dropped once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::support::{config, texts, values};
use crate::{Bytes, Headers, Packet, Record, Text, Value};

#[test]
fn packet_and_value_have_their_sizes() {
    assert_eq!(size_of::<Packet>(), 32);
    assert_eq!(size_of::<Value>(), 24);
    assert_eq!(size_of::<Text>(), 24);
    assert_eq!(size_of::<Bytes>(), 24);
    assert_eq!(align_of::<Packet>(), 8);
}

#[test]
fn strings_of_every_length_keep_each_byte() {
    let letters: Vec<u8> = (b'A'..=b'z').collect();
    for len in 0..40 {
        for start in 0..letters.len() - len {
            let part = &letters[start..start + len];
            let text = std::str::from_utf8(part).unwrap();
            assert_eq!(Value::from(text).as_text(), Some(text));
            assert_eq!(Value::from(part).as_bytes(), Some(part));
            assert_eq!(Packet::data(text).payload_size().bytes(), len);
        }
    }
}

/// Counts its drops.
#[derive(Debug, Clone)]
struct Tracked(Arc<AtomicUsize>);

impl Drop for Tracked {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn tracked(drops: &Arc<AtomicUsize>) -> Value {
    Value::opaque(Tracked(Arc::clone(drops)))
}

/// What may be round a value.
fn wrappings() -> [fn(Value) -> Value; 5] {
    [
        |value| value,
        |value| Value::list(vec![value]),
        |value| {
            Value::list(vec![
                Value::from(1),
                Value::list(vec![value]),
                Value::from("x"),
            ])
        },
        |value| Record::from_iter([("field", value)]).into(),
        |value| Record::from_iter([("a", Value::list(vec![value])), ("b", Value::NULL)]).into(),
    ]
}

#[test]
fn shared_value_is_dropped_once_with_its_last_copy() {
    for wrap in wrappings() {
        let drops = Arc::new(AtomicUsize::new(0));
        let value = wrap(tracked(&drops));
        let copies = vec![value.clone(), value.clone(), value];
        for copy in copies {
            assert_eq!(drops.load(Ordering::SeqCst), 0);
            drop(copy);
        }
        assert_eq!(drops.load(Ordering::SeqCst), 1);
    }
}

#[test]
fn packet_owns_its_value_and_headers() {
    for wrap in wrappings() {
        for headers in [None, Some(Headers::default())] {
            let drops = Arc::new(AtomicUsize::new(0));
            let mut packet = Packet::data(wrap(tracked(&drops)));
            if let Some(headers) = headers.clone() {
                packet = packet.with_headers(headers);
            }
            let copy = packet.clone();
            drop(packet);
            assert_eq!(copy.headers(), headers.as_ref());
            let (value, kept) = copy.into_parts().unwrap();
            assert_eq!(kept.as_deref(), headers.as_ref());
            assert_eq!(drops.load(Ordering::SeqCst), 0);
            drop(value);
            assert_eq!(drops.load(Ordering::SeqCst), 1);
        }
    }
}

#[test]
fn taking_content_out_moves_it_or_copies_what_is_shared() {
    let drops = Arc::new(AtomicUsize::new(0));
    let list = Value::list(vec![tracked(&drops)]);
    let kept = list.clone();
    let taken = list.into_list().unwrap();
    assert_eq!(taken, kept.as_list().unwrap());
    drop(kept);
    assert_eq!(drops.load(Ordering::SeqCst), 0);
    drop(taken);
    assert_eq!(drops.load(Ordering::SeqCst), 1);

    let value = Value::from(Record::from_iter([("a", tracked(&drops))]));
    let mut record = value.clone().into_record().unwrap();
    record.set("a", 1);
    drop(value);
    assert_eq!(drops.load(Ordering::SeqCst), 2);
    assert_eq!(record.get("a"), Some(&Value::from(1)));
}

#[test]
fn wrong_kinds_come_back_whole() {
    let text = Value::from("a text that is too long to be inline");
    let back = text.clone().into_list().unwrap_err();
    let back = back.into_record().unwrap_err();
    let back = back.into_bytes().unwrap_err();
    assert_eq!(back, text);
    assert_eq!(Value::from(5).into_text().unwrap_err(), Value::from(5));
}

#[test]
fn slices_share_memory_and_outlive_the_whole() {
    for len in [0, 1, 21, 22, 23, 24, 100] {
        let whole = "abcdefghij".repeat(10).get(..len).unwrap().to_owned();
        let text = Text::from(whole.as_str());
        let mut slices = Vec::new();
        for start in 0..=len {
            for end in (start..=len).step_by(7) {
                slices.push((text.slice(start..end).unwrap(), start..end));
            }
        }
        drop(text);
        for (slice, range) in slices {
            assert_eq!(Some(slice.as_str()), whole.get(range.clone()));
            let again = slice.slice(0..slice.len()).unwrap();
            assert_eq!(again.into_bytes().as_slice(), &whole.as_bytes()[range]);
        }
    }
}

#[test]
fn slice_of_a_long_text_points_into_it() {
    let text = Text::from("x".repeat(100));
    let slice = text.slice(10..90).unwrap();
    let offset = slice.as_ptr() as usize - text.as_ptr() as usize;
    assert_eq!(offset, 10);
    let bytes = text.clone().into_bytes();
    assert_eq!(bytes.as_ptr(), text.as_ptr(), "text and bytes share");
}

#[test]
fn slices_out_of_bounds_or_inside_a_character_are_refused() {
    let text = Text::from("grün und noch viel mehr Text dazu");
    #[expect(clippy::reversed_empty_ranges, reason = "refused on purpose")]
    let backwards = 5..4;
    for range in [0..3, 3..5, 0..1000, backwards] {
        assert!(text.slice(range.clone()).is_none(), "{range:?}");
    }
    assert!(Bytes::from(vec![1, 2]).slice(1..3).is_none());
}

#[test]
fn bytes_become_text_when_they_are_utf8() {
    for len in [3, 60] {
        let text = "ä".repeat(len);
        let bytes = Bytes::from(text.clone().into_bytes());
        assert_eq!(bytes.into_text().unwrap().as_str(), text);
        let mut bad = text.into_bytes();
        bad.push(0xFF);
        let refused = Bytes::from(bad.clone()).into_text().unwrap_err();
        assert_eq!(refused.offset, bad.len() - 1);
        assert_eq!(refused.bytes.as_slice(), bad);
    }
}

#[test]
fn deep_nesting_is_dropped_without_recursion() {
    for (at, wrap) in wrappings().into_iter().enumerate().skip(1) {
        let depth = match at {
            _ if cfg!(miri) => 500,
            1 => 1_000_000,
            _ => 100_000,
        };
        let drops = Arc::new(AtomicUsize::new(0));
        let mut value = tracked(&drops);
        for _ in 0..depth {
            value = wrap(value);
        }
        drop(Packet::data(value));
        assert_eq!(drops.load(Ordering::SeqCst), 1);
    }
}

#[test]
fn deep_nesting_shared_in_the_middle_is_dropped_without_recursion() {
    let depth = if cfg!(miri) { 100 } else { 200_000 };
    let mut value = Value::NULL;
    let mut kept = Vec::new();
    for at in 0..depth {
        value = Value::list(vec![value.clone(), value]);
        if at % (depth / 10) == 0 {
            kept.push(value.clone());
        }
    }
    drop(value);
    kept.into_iter().rev().for_each(drop);
}

#[test]
fn values_may_be_dropped_by_several_threads_at_once() {
    let drops = Arc::new(AtomicUsize::new(0));
    let value = Value::list(vec![tracked(&drops), Value::from("y".repeat(50))]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let copy = value.clone();
            scope.spawn(move || {
                assert_eq!(copy.as_list().map(<[Value]>::len), Some(2));
                drop(copy);
            });
        }
        drop(value);
    });
    assert_eq!(drops.load(Ordering::SeqCst), 1);
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn any_value_survives_the_way_through_a_packet(value in values()) {
        let packet = Packet::data(value.clone());
        let headed = packet.clone().with_headers(Headers::default());
        prop_assert_eq!(packet.value(), Some(&value));
        prop_assert_eq!(&packet.into_value().unwrap(), &value);
        prop_assert_eq!(headed.into_parts().unwrap().0, value);
    }

    #[test]
    fn text_of_any_length_is_kept(text in texts(60)) {
        let value = Value::from(text.as_str());
        prop_assert_eq!(value.as_text(), Some(text.as_str()));
        prop_assert_eq!(value.as_bytes(), None);
        prop_assert_eq!(value.size_bytes(), 24 + text.len());
        prop_assert_eq!(Packet::data(value).payload_size().bytes(), text.len());
    }
}
