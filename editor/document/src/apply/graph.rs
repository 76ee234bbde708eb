//! The graph itself: its name, its ports, its packages, its bookmarks, its whole text.

use millstream_graph::{Edit, PortName, Side, file};

use crate::action::{Bookmark, GroupRuns};
use crate::apply::{Change, Done};
use crate::fit::side_word;
use crate::meta;
use crate::name::export_name;
use crate::refusal::Refused;
use crate::selection::PortAt;
use crate::target::{Export, Target};

impl Change<'_> {
    pub(super) fn set_name(&mut self, name: String) -> Done {
        if self.graph().name != name {
            self.edit(Edit::SetName(name))?;
        }
        Ok("Name the graph".to_owned())
    }

    pub(super) fn set_description(&mut self, text: String) -> Done {
        if self.graph().description != text {
            self.edit(Edit::SetDescription(text))?;
        }
        Ok("Describe the graph".to_owned())
    }

    pub(super) fn set_per_group(&mut self, runs: GroupRuns) -> Done {
        let per_group = runs == GroupRuns::PerGroup;
        if self.graph().per_group != per_group {
            self.edit(Edit::SetPerGroup(per_group))?;
        }
        Ok("Set how the graph runs".to_owned())
    }

    pub(crate) fn set_package(&mut self, name: String, requirement: Option<String>) -> Done {
        let told = format!("Set package {name}");
        if self.graph().packages.get(&name) == requirement.as_ref() {
            return Ok(told);
        }
        self.edit(Edit::SetPackage {
            name,
            requirement,
            at: None,
        })?;
        Ok(told)
    }

    pub(super) fn export(&mut self, port: PortAt, name: Option<String>) -> Done {
        let PortAt { side, end } = port;
        self.must_exist(std::slice::from_ref(&end.process))?;
        if let Some((known, _)) = self
            .document
            .model
            .exported(side)
            .iter()
            .find(|(_, known)| **known == end)
        {
            return Err(Refused::because(format!(
                "the graph offers `{end}` as `{known}` already"
            )));
        }
        if side == Side::Out
            && let Some((_, wire)) = self.document.wires_at(side, &end).next()
        {
            return Err(Refused::because(format!(
                "`{end}` is connected to `{}`, and an out-port has one connector",
                wire.to
            )));
        }
        let exports = self.document.model.exported(side);
        let name = match name {
            Some(name) => PortName::new(name.trim())?,
            None => export_name(&end, |text| !exports.contains_key(text)),
        };
        if exports.contains_key(&name) {
            return Err(taken(side, &name));
        }
        let told = format!("Offer {end} as {name}");
        self.edit(Edit::SetExport {
            side,
            name: name.clone(),
            target: Some(end),
            at: None,
        })?;
        self.made(Target::Export(Export { side, name }));
        Ok(told)
    }

    pub(crate) fn unexport(&mut self, side: Side, name: &PortName) -> Done {
        self.edit(Edit::SetExport {
            side,
            name: name.clone(),
            target: None,
            at: None,
        })?;
        Ok(format!("Offer {name} no more"))
    }

    pub(super) fn rename_export(&mut self, side: Side, name: PortName, to: &str) -> Done {
        let to = PortName::new(to.trim())?;
        let told = format!("Offer {name} as {to}");
        if to == name {
            return Ok(told);
        }
        if self.document.model.exported(side).contains_key(&to) {
            return Err(taken(side, &to));
        }
        self.edit(Edit::RenameExport {
            side,
            from: name,
            to,
        })?;
        Ok(told)
    }

    pub(super) fn set_bookmark(&mut self, number: u8, bookmark: Option<Bookmark>) -> Done {
        if !(1..=9).contains(&number) {
            return Err(Refused::because("bookmarks have the numbers 1 to 9"));
        }
        let value = meta::with_bookmark(self.graph(), number, bookmark);
        if self.graph().meta.get(meta::BOOKMARKS) != value.as_ref() {
            self.edit(Edit::SetMeta {
                key: meta::BOOKMARKS.to_owned(),
                value,
                at: None,
            })?;
        }
        Ok(format!("Bookmark {number}"))
    }

    pub(super) fn replace_text(&mut self, text: &str) -> Done {
        let parsed =
            file::read(text).map_err(|error| Refused::because(error.to_string()).at(error.span))?;
        // The canonical text tells more than equality, which does not look at the order of maps.
        if file::write(&parsed.graph) != self.document.text() {
            self.edit(Edit::Replace(Box::new(parsed.graph)))?;
        }
        Ok("Edit the text".to_owned())
    }
}

fn taken(side: Side, name: &PortName) -> Refused {
    Refused::because(format!(
        "the graph offers an {} `{name}` already",
        side_word(side)
    ))
}
