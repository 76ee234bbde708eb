//! The page by the names that screen readers are told: wait for them, click, drag, type.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use fantoccini::Client;
use fantoccini::actions::{
    ActionSequence, InputSource as _, KeyAction, KeyActions, MouseActions, PointerAction,
};
use serde_json::{Value as Json, json};
use tokio::time::{Instant, sleep};

/// Longest time until something is there. Drawn without a graphics card on a busy machine, things take their time.
const PATIENCE: Duration = Duration::from_secs(30);
/// Time between two looks.
const LOOK: Duration = Duration::from_millis(100);
/// Time between the steps of a gesture: at least a frame.
const STEP: Duration = Duration::from_millis(60);
/// Time that the button stays as it is: press and release in one frame would be no gesture.
const REST: Duration = Duration::from_millis(250);
const LEFT_BUTTON: u64 = 0;

/// Keys as `WebDriver` spells them.
pub(crate) mod key {
    pub(crate) const CONTROL: char = '\u{e009}';
    pub(crate) const ENTER: char = '\u{e007}';
    pub(crate) const ESCAPE: char = '\u{e00c}';
    pub(crate) const F5: char = '\u{e035}';
    pub(crate) const HOME: char = '\u{e011}';
    pub(crate) const SHIFT: char = '\u{e008}';
}

/// What is at a name: its role, and its middle.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    pub(crate) role: String,
    pub(crate) name: String,
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// A page that is driven.
#[derive(Debug)]
pub(crate) struct Page<'a>(pub(crate) &'a Client);

/// All elements of the mirror with a name that passes.
const FIND: &str = "
    const wanted = new RegExp(arguments[0]);
    return [...document.querySelectorAll('#mirror > div')]
        .filter((element) => wanted.test(element.getAttribute('aria-label')))
        .map((element) => {
            const place = element.getBoundingClientRect();
            return [element.getAttribute('role') ?? '', element.getAttribute('aria-label'),
                place.x + place.width / 2, place.y + place.height / 2];
        });";

impl Page<'_> {
    /// Waits until the editor has started.
    ///
    /// # Errors
    ///
    /// Fails when it says that it cannot, or says nothing for too long.
    pub(crate) async fn until_started(&self) -> Result<()> {
        let script = "
            const wait = document.getElementById('wait');
            return [wait ? wait.hidden : false, document.getElementById('told')?.textContent ?? ''];";
        let until = Instant::now() + PATIENCE;
        loop {
            let state = self.0.execute(script, vec![]).await?;
            let told = state[1].as_str().unwrap_or_default();
            ensure!(!told.contains("stopped"), "{told}");
            if state[0] == true {
                return Ok(());
            }
            ensure!(Instant::now() < until, "the editor does not start: {told}");
            sleep(LOOK).await;
        }
    }

    /// Everything whose name passes a regular expression, now.
    ///
    /// # Errors
    ///
    /// Fails when the driver does.
    pub(crate) async fn all(&self, pattern: &str) -> Result<Vec<Found>> {
        let found = self.0.execute(FIND, vec![json!(pattern)]).await?;
        let found = found.as_array().map(Vec::as_slice).unwrap_or_default();
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        let number = |value: &Json| value.as_f64().unwrap_or_default();
        let found = found.iter().map(|found| Found {
            role: text(&found[0]),
            name: text(&found[1]),
            x: number(&found[2]),
            y: number(&found[3]),
        });
        Ok(found.collect())
    }

    /// Waits for the first thing whose name passes.
    ///
    /// # Errors
    ///
    /// Fails when it does not come; the message lists what is there instead.
    pub(crate) async fn find(&self, pattern: &str) -> Result<Found> {
        let is_there = |found: &[Found]| !found.is_empty();
        let found = self.until(pattern, is_there).await?;
        found
            .into_iter()
            .next()
            .with_context(|| format!("there is no {pattern}"))
    }

    /// Waits until what passes is as it must be.
    ///
    /// # Errors
    ///
    /// Fails when it does not come to that; the message lists what is there instead.
    pub(crate) async fn until(
        &self,
        pattern: &str,
        is_right: impl Fn(&[Found]) -> bool,
    ) -> Result<Vec<Found>> {
        let until = Instant::now() + PATIENCE;
        loop {
            let found = self.all(pattern).await?;
            if is_right(&found) {
                return Ok(found);
            }
            if Instant::now() > until {
                let all = self.all("").await?;
                let names: Vec<String> = all.into_iter().map(|found| found.name).collect();
                bail!("{pattern}: {found:?}\nwhat is there: {names:#?}");
            }
            sleep(LOOK).await;
        }
    }

    /// Waits until something moves no more: what is laid out glides to its place.
    ///
    /// # Errors
    ///
    /// Fails when it is not there, or never rests.
    pub(crate) async fn until_still(&self, pattern: &str) -> Result<Found> {
        let until = Instant::now() + PATIENCE;
        let mut before = self.find(pattern).await?;
        loop {
            sleep(LOOK * 3).await;
            let now = self.find(pattern).await?;
            if now == before {
                return Ok(now);
            }
            ensure!(Instant::now() < until, "{pattern} never rests");
            before = now;
        }
    }

    /// Clicks in the middle of something.
    ///
    /// # Errors
    ///
    /// Fails when it is not there.
    pub(crate) async fn click(&self, pattern: &str) -> Result<()> {
        let found = self.find(pattern).await?;
        self.click_at(found.x, found.y).await
    }

    /// Clicks into a field, which often has a label of the same name.
    ///
    /// # Errors
    ///
    /// Fails when it is not there.
    pub(crate) async fn click_field(&self, pattern: &str) -> Result<()> {
        let is_field = |found: &Found| matches!(found.role.as_str(), "textbox" | "spinbutton");
        let found = self
            .until(pattern, |found| found.iter().any(is_field))
            .await?;
        let field = found.iter().find(|found| is_field(found));
        let field = field.context("a field")?;
        self.click_at(field.x, field.y).await
    }

    /// Clicks at a place.
    ///
    /// # Errors
    ///
    /// Fails when the driver does.
    pub(crate) async fn click_at(&self, x: f64, y: f64) -> Result<()> {
        self.mouse(&[(x, y)]).await
    }

    /// Moves the pointer there.
    ///
    /// # Errors
    ///
    /// Fails when the driver does.
    pub(crate) async fn point_at(&self, x: f64, y: f64) -> Result<()> {
        let go = PointerAction::MoveTo {
            duration: Some(STEP),
            x,
            y,
        };
        let hand = MouseActions::new("hand".to_owned()).then(go);
        Ok(self.0.perform_actions(ActionSequence::from(hand)).await?)
    }

    /// Drags from one thing to another, as a hand does: with a rest in between.
    ///
    /// # Errors
    ///
    /// Fails when one is not there.
    pub(crate) async fn drag(&self, from: &str, to: &str) -> Result<()> {
        let (from, to) = (self.find(from).await?, self.find(to).await?);
        let middle = (f64::midpoint(from.x, to.x), f64::midpoint(from.y, to.y));
        self.mouse(&[(from.x, from.y), middle, (to.x, to.y), (to.x, to.y)])
            .await
    }

    /// Presses the button at the first place, and lets go at the last.
    async fn mouse(&self, places: &[(f64, f64)]) -> Result<()> {
        let go = |&(x, y): &(f64, f64)| PointerAction::MoveTo {
            duration: Some(STEP),
            x,
            y,
        };
        let pause = || PointerAction::Pause { duration: REST };
        let mut hand = MouseActions::new("hand".to_owned());
        for (number, place) in places.iter().enumerate() {
            hand = hand.then(go(place)).then(pause());
            if number == 0 {
                hand = hand
                    .then(PointerAction::Down {
                        button: LEFT_BUTTON,
                    })
                    .then(pause());
            }
        }
        hand = hand
            .then(PointerAction::Up {
                button: LEFT_BUTTON,
            })
            .then(pause());
        Ok(self.0.perform_actions(ActionSequence::from(hand)).await?)
    }

    /// Types a text, or presses single keys.
    ///
    /// # Errors
    ///
    /// Fails when the driver does.
    pub(crate) async fn keys(&self, text: &str) -> Result<()> {
        let mut hand = KeyActions::new("keys".to_owned());
        for value in text.chars() {
            let pause = KeyAction::Pause { duration: STEP };
            hand = hand
                .then(KeyAction::Down { value })
                .then(KeyAction::Up { value })
                .then(pause);
        }
        Ok(self.0.perform_actions(ActionSequence::from(hand)).await?)
    }

    /// Presses a key while others are held.
    ///
    /// # Errors
    ///
    /// Fails when the driver does.
    pub(crate) async fn chord(&self, held: &[char], value: char) -> Result<()> {
        let mut hand = KeyActions::new("keys".to_owned());
        let pause = || KeyAction::Pause { duration: STEP };
        for &value in held {
            hand = hand.then(KeyAction::Down { value }).then(pause());
        }
        hand = hand
            .then(KeyAction::Down { value })
            .then(pause())
            .then(KeyAction::Up { value });
        for &value in held.iter().rev() {
            hand = hand.then(KeyAction::Up { value }).then(pause());
        }
        Ok(self.0.perform_actions(ActionSequence::from(hand)).await?)
    }
}
