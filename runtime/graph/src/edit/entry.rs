//! Edits of entries that are plain values: packages, exports, places, meta data, comments.

use std::hash::Hash;

use indexmap::IndexMap;
use millstream_packet::Value;

use crate::comment::{Comment, Section};
use crate::edit::{CommentPlace, Edit, EditError, Side};
use crate::file::check_savable;
use crate::model::{Graph, Position};
use crate::names::{PortName, PortRef, ProcessName};

impl Graph {
    pub(super) fn set_package(
        &mut self,
        name: String,
        requirement: Option<String>,
        at: Option<usize>,
    ) -> Result<Edit, EditError> {
        let (old, at) = set_entry(&mut self.packages, "package", name.clone(), requirement, at)?;
        let removed = at.is_some();
        let inverse = Edit::SetPackage {
            name: name.clone(),
            requirement: old,
            at,
        };
        Ok(self.with_comments(inverse, removed, Section::Packages, &name))
    }

    pub(super) fn set_export(
        &mut self,
        side: Side,
        name: PortName,
        target: Option<PortRef>,
        at: Option<usize>,
    ) -> Result<Edit, EditError> {
        let (exports, section, kind) = self.exports(side);
        let (old, at) = set_entry(exports, kind, name.clone(), target, at)?;
        let removed = at.is_some();
        let inverse = Edit::SetExport {
            side,
            name: name.clone(),
            target: old,
            at,
        };
        Ok(self.with_comments(inverse, removed, section, name.as_str()))
    }

    pub(super) fn rename_export(
        &mut self,
        side: Side,
        from: PortName,
        to: PortName,
    ) -> Result<Edit, EditError> {
        let (exports, section, kind) = self.exports(side);
        rename_key(exports, kind, &from, &to)?;
        let comments = self.comments.set_entry(section, from.as_str(), Vec::new());
        self.comments.set_entry(section, to.as_str(), comments);
        Ok(Edit::RenameExport {
            side,
            from: to,
            to: from,
        })
    }

    fn exports(&mut self, side: Side) -> (&mut IndexMap<PortName, PortRef>, Section, &'static str) {
        match side {
            Side::In => (&mut self.inports, Section::Inports, "exported in-port"),
            Side::Out => (&mut self.outports, Section::Outports, "exported out-port"),
        }
    }

    pub(super) fn set_position(
        &mut self,
        process: ProcessName,
        position: Option<Position>,
        at: Option<usize>,
    ) -> Result<Edit, EditError> {
        if position.is_some_and(|place| !(place.x.is_finite() && place.y.is_finite())) {
            return Err(EditError::NotFinite(process));
        }
        let (old, at) = set_entry(&mut self.layout, "place of", process.clone(), position, at)?;
        let removed = at.is_some();
        let inverse = Edit::SetPosition {
            process: process.clone(),
            position: old,
            at,
        };
        Ok(self.with_comments(inverse, removed, Section::Layout, process.as_str()))
    }

    pub(super) fn set_meta(
        &mut self,
        key: String,
        value: Option<Value>,
        at: Option<usize>,
    ) -> Result<Edit, EditError> {
        value.as_ref().map_or(Ok(()), check_savable)?;
        let (old, at) = set_entry(&mut self.meta, "meta entry", key.clone(), value, at)?;
        let removed = at.is_some();
        let inverse = Edit::SetMeta {
            key: key.clone(),
            value: old,
            at,
        };
        Ok(self.with_comments(inverse, removed, Section::Meta, &key))
    }

    /// Takes the comments of an entry that was removed along, so that the inverse brings them back.
    fn with_comments(&mut self, inverse: Edit, removed: bool, section: Section, key: &str) -> Edit {
        if !removed {
            return inverse;
        }
        let comments = self.comments.set_entry(section, key, Vec::new());
        if comments.is_empty() {
            return inverse;
        }
        let place = CommentPlace::Entry(section, key.to_owned());
        Edit::Batch(vec![inverse, Edit::SetComments { place, comments }])
    }

    pub(super) fn set_comments(
        &mut self,
        place: CommentPlace,
        comments: Vec<Comment>,
    ) -> Result<Edit, EditError> {
        let all = &mut self.comments;
        let old = match &place {
            CommentPlace::Head => std::mem::replace(&mut all.head, comments),
            CommentPlace::End => std::mem::replace(&mut all.end, comments),
            CommentPlace::Tail => std::mem::replace(&mut all.tail, comments),
            CommentPlace::Before(section) => replace_list(&mut all.before, *section, comments),
            CommentPlace::After(section) => replace_list(&mut all.after, *section, comments),
            CommentPlace::Entry(section, key) => {
                if !self.has_entry(*section, key) {
                    return Err(EditError::NoEntry {
                        kind: section.name(),
                        key: key.clone(),
                    });
                }
                self.comments.set_entry(*section, key, comments)
            }
        };
        Ok(Edit::SetComments {
            place,
            comments: old,
        })
    }

    fn has_entry(&self, section: Section, key: &str) -> bool {
        match section {
            Section::Packages => self.packages.contains_key(key),
            Section::Inports => self.inports.contains_key(key),
            Section::Outports => self.outports.contains_key(key),
            Section::Meta => self.meta.contains_key(key),
            Section::Layout => self.layout.contains_key(key),
            _ => false,
        }
    }
}

fn replace_list(
    lists: &mut IndexMap<Section, Vec<Comment>>,
    section: Section,
    comments: Vec<Comment>,
) -> Vec<Comment> {
    let old = if comments.is_empty() {
        lists.swap_remove(&section)
    } else {
        lists.insert(section, comments)
    };
    old.unwrap_or_default()
}

/// Adds, changes or removes an entry; gives the old value, and the old position of a removed entry.
pub(super) fn set_entry<K: Hash + Eq + ToString, V>(
    map: &mut IndexMap<K, V>,
    kind: &'static str,
    key: K,
    value: Option<V>,
    at: Option<usize>,
) -> Result<(Option<V>, Option<usize>), EditError> {
    let Some(value) = value else {
        return match map.shift_remove_full(&key) {
            Some((at, _key, old)) => Ok((Some(old), Some(at))),
            None => Err(no_entry(kind, &key)),
        };
    };
    if let Some(place) = map.get_mut(&key) {
        return Ok((Some(std::mem::replace(place, value)), None));
    }
    let at = position(kind, at, map.len())?;
    map.shift_insert(at, key, value);
    Ok((None, None))
}

fn rename_key<K: Hash + Eq + ToString + Clone, V>(
    map: &mut IndexMap<K, V>,
    kind: &'static str,
    from: &K,
    to: &K,
) -> Result<(), EditError> {
    if !map.contains_key(from) {
        return Err(no_entry(kind, from));
    }
    if map.contains_key(to) {
        return Err(EditError::EntryTaken {
            kind,
            key: to.to_string(),
        });
    }
    if let Some((at, _from, value)) = map.shift_remove_full(from) {
        map.shift_insert(at, to.clone(), value);
    }
    Ok(())
}

fn no_entry<Q: ToString + ?Sized>(kind: &'static str, key: &Q) -> EditError {
    EditError::NoEntry {
        kind,
        key: key.to_string(),
    }
}

/// The position asked for, or the end.
pub(super) fn position(
    kind: &'static str,
    at: Option<usize>,
    len: usize,
) -> Result<usize, EditError> {
    match at {
        Some(at) if at > len => Err(EditError::Beyond { kind, at, len }),
        Some(at) => Ok(at),
        None => Ok(len),
    }
}

/// The position of something that must exist.
pub(super) fn existing(kind: &'static str, at: usize, len: usize) -> Result<usize, EditError> {
    if at < len {
        Ok(at)
    } else {
        Err(EditError::Beyond { kind, at, len })
    }
}
