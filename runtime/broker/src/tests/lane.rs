//! Names, limits and credits of lanes.

use crate::lane::{Credit, LaneName, Tuning, TuningError};

#[test]
fn names_hold_nothing_that_a_broker_refuses() {
    let name = LaneName::new("shop", "split.out[0]>merge.in", 3, "wörker 1 > *");
    let path = name.path('.');
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    assert!(path.chars().all(is_plain), "{path}");
    assert_eq!(path.matches('.').count(), 2, "{path}");
    assert_eq!(name.deployment(), "shop");
    assert!(
        LaneName::new("a b", "c", 0, "w")
            .deployment()
            .starts_with("a_b-")
    );
}

#[test]
fn names_that_look_alike_are_told_apart() {
    let names = ["a.b", "a_b", "a b", "a>b"]
        .map(|connector| LaneName::new("d", connector, 0, "w").path('.'));
    for (at, name) in names.iter().enumerate() {
        assert!(!names[at + 1..].contains(name), "{name}");
    }
    let long = |end: &str| LaneName::new("d", &format!("{}{end}", "x".repeat(100)), 0, "w");
    assert_ne!(long("1"), long("2"));
    assert!(long("1").path('.').len() < 100);
}

#[test]
fn limits_are_checked() {
    let check = |window, resequence, prefetch| {
        let tuning = Tuning {
            window,
            resequence,
            prefetch,
            ..Tuning::new(8)
        };
        tuning.check()
    };
    assert_eq!(check(4, 4, 4), Ok(()));
    assert_eq!(
        check(5, 4, 4),
        Err(TuningError::SmallResequence {
            resequence: 4,
            window: 5
        })
    );
    assert_eq!(
        check(4, 4, 3),
        Err(TuningError::SmallPrefetch {
            prefetch: 3,
            resequence: 4
        })
    );
    assert_eq!(check(0, 4, 4), Err(TuningError::Zero { name: "window" }));
}

#[test]
fn usual_tuning_holds_at_any_capacity() {
    for capacity in [0, 1, 64, 100_000, u32::MAX] {
        let tuning = Tuning::new(capacity);
        assert_eq!(tuning.check(), Ok(()), "{capacity}");
        assert_eq!(tuning.for_uncounted().check(), Ok(()), "{capacity}");
    }
}

#[test]
fn credits_are_read_as_they_were_written() {
    let credit = Credit {
        epoch: 7,
        limit: u64::MAX,
    };
    assert_eq!(Credit::from_bytes(&credit.to_bytes()), Some(credit));
    for length in [0, 8, 15, 17] {
        assert_eq!(Credit::from_bytes(&[1; 17][..length]), None, "{length}");
    }
}
