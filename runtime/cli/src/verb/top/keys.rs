//! What a key does.

use millstream_protocol::extension::Target;
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::table::{Pane, Table, View};

/// What a key asks for beyond the table itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    Nothing,
    Quit,
    Why,
    /// Holds, or releases what is held.
    Hold(Target),
    Step(Target),
    /// Shows the packets of a connector.
    Tap(String),
    /// Takes away what stands over the table.
    Leave,
}

/// The keys, for the help.
pub(super) const HELP: &str = "\
w  connectors          p  processes
/  filter              Esc  no filter, back
s  sort by the next column      r  the other way round
↑ ↓ PgUp PgDn Home End  choose a row
Enter  packets of the chosen connector
h  hold or release the chosen row      .  let one packet through
y  why packets do not move
q  quit

rate/s      packets taken per second since the last look
inside      packets inside and capacity
blocked %   share of that time in which the writer waited for room
starved %   share of that time in which the reader waited for packets
busy %      share of that time in the process's own work";

/// Rows that a page has.
const PAGE: usize = 20;

/// Follows a key as far as the table goes.
pub(super) fn press(table: &mut Table, event: &Event) -> Wish {
    let Event::Key(key) = event else {
        return Wish::Nothing;
    };
    if key.kind == KeyEventKind::Release {
        return Wish::Nothing;
    }
    if key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL) {
        return Wish::Quit;
    }
    table.message = None;
    if table.is_filtering {
        write_filter(table, *key);
        return Wish::Nothing;
    }
    if table.pane.is_some() {
        return match key.code {
            KeyCode::Char('q' | '?' | 'y') | KeyCode::Esc | KeyCode::Enter => Wish::Leave,
            _ => Wish::Nothing,
        };
    }
    follow(table, key.code)
}

fn write_filter(table: &mut Table, key: KeyEvent) {
    match key.code {
        KeyCode::Enter => table.is_filtering = false,
        KeyCode::Esc => {
            table.filter.clear();
            table.is_filtering = false;
        }
        KeyCode::Backspace => drop(table.filter.pop()),
        KeyCode::Char(letter) => table.filter.push(letter),
        _ => {}
    }
    table.selected.select_first();
}

fn follow(table: &mut Table, code: KeyCode) -> Wish {
    match code {
        KeyCode::Char('q') => return Wish::Quit,
        KeyCode::Char('y') => return Wish::Why,
        KeyCode::Char('w') => look_at(table, View::Connectors),
        KeyCode::Char('p') => look_at(table, View::Processes),
        KeyCode::Char('/') => table.is_filtering = true,
        KeyCode::Esc => table.filter.clear(),
        KeyCode::Char('s') => table.sort = table.sort.next(),
        KeyCode::Char('r') => table.is_reversed = !table.is_reversed,
        KeyCode::Char('?') => table.pane = Some(Pane::Help),
        KeyCode::Char('h') => return table.chosen().map_or(Wish::Nothing, Wish::Hold),
        KeyCode::Char('.') => return table.chosen().map_or(Wish::Nothing, Wish::Step),
        KeyCode::Enter => {
            if let Some(Target::Connector(to)) = table.chosen() {
                return Wish::Tap(to);
            }
            table.message = Some("press w for connectors: only they have packets".to_owned());
        }
        code => choose(table, code),
    }
    Wish::Nothing
}

fn look_at(table: &mut Table, view: View) {
    table.view = view;
    table.selected.select_first();
}

fn choose(table: &mut Table, code: KeyCode) {
    let last = table.rows().len().saturating_sub(1);
    let now = table.selected.selected().unwrap_or(0);
    let to = match code {
        KeyCode::Up | KeyCode::Char('k') => now.saturating_sub(1),
        KeyCode::Down | KeyCode::Char('j') => now + 1,
        KeyCode::PageUp => now.saturating_sub(PAGE),
        KeyCode::PageDown => now + PAGE,
        KeyCode::Home => 0,
        KeyCode::End => last,
        _ => now,
    };
    table.selected.select(Some(to.min(last)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(table: &mut Table, code: KeyCode) -> Wish {
        press(table, &Event::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    #[test]
    fn letters_are_commands_unless_they_are_a_filter() {
        let mut table = Table::new("mill", "ws://x");
        assert_eq!(key(&mut table, KeyCode::Char('p')), Wish::Nothing);
        assert_eq!(table.view, View::Processes);
        key(&mut table, KeyCode::Char('/'));
        for letter in "wq".chars() {
            assert_eq!(key(&mut table, KeyCode::Char(letter)), Wish::Nothing);
        }
        assert_eq!((table.view, table.filter.as_str()), (View::Processes, "wq"));
        key(&mut table, KeyCode::Enter);
        assert_eq!(key(&mut table, KeyCode::Char('q')), Wish::Quit);
        key(&mut table, KeyCode::Esc);
        assert_eq!(table.filter, "");
    }

    #[test]
    fn what_stands_over_the_table_goes_first() {
        let mut table = Table::new("mill", "ws://x");
        key(&mut table, KeyCode::Char('?'));
        assert!(matches!(table.pane, Some(Pane::Help)));
        assert_eq!(key(&mut table, KeyCode::Char('q')), Wish::Leave);
    }
}
