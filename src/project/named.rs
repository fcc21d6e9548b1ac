//! What a config names must be there.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::{CONFIG_FILE, Project, TomlError, nearest, position_in_toml};
use crate::{
    source::{Existence, file_name, parent, resolve, with_extension},
    workadventure::Entry,
};

/// Extensions of files that a map may have, whatever a bundle calls it.
const MAPS: [&str; 5] = ["tmj", "json", "tmx", "xml", "wam"];

impl Project {
    /// Looks whether the files that the config names are there: the specs of stands, the map where visitors
    /// arrive first, and in it the entry.
    ///
    /// # Errors
    /// For the first that is not, at its place.
    pub fn check_named(&self) -> Result<(), TomlError> {
        for (index, spec) in self.config.stands.specs.iter().enumerate() {
            let name = resolve("", spec);
            if self.sources.existence(&name) != Existence::File {
                let place = |table: &DeTable<'_>| {
                    Some(
                        table.get("stands")?.get_ref().get("specs")?.get_ref().as_array()?.get(index)?.span(),
                    )
                };
                return Err(self.wrong(place, format!("there is no file \"{spec}\""), self.near(&name)));
            }
        }
        let Some(map) = self.config.project.entry_map() else { return Ok(()) };
        let entry = |table: &DeTable<'_>| {
            let project: &DeValue<'_> = table.get("project")?.get_ref();
            Some(project.get("entry")?.span())
        };
        let is_there =
            |name: &str| self.map(name).is_some() || self.sources.existence(name) == Existence::File;
        if !is_there(&map) && !MAPS.iter().any(|extension| is_there(&with_extension(&map, extension))) {
            return Err(self.wrong(entry, format!("there is no map \"{map}\""), self.near(&map)));
        }
        let Some(name) = self.config.project.entry_name() else { return Ok(()) };
        match self.entries_of(&map) {
            Some(known) if !known.iter().any(|entry| entry.is_called(name)) => {
                let message = format!("{map} has no entry called \"{name}\"");
                let names: Vec<&str> = known.iter().map(|entry| entry.name.as_str()).collect();
                Err(self.wrong(entry, message, nearest(name, names)))
            }
            _ => Ok(()),
        }
    }

    /// The entries of a map and of the one that stands in for it; `None` where not all are known.
    fn entries_of(&self, map: &str) -> Option<Vec<&Entry>> {
        let stand_in = self.maps.iter().find(|other| other.stands_in_for().as_deref() == Some(map));
        // Stands that are yet to be placed bring entries, and so does WorkAdventure's own editor.
        let more = stand_in.is_none() && !self.config.stands.specs.is_empty();
        if more || self.sources.existence(&with_extension(map, "wam")) == Existence::File {
            return None;
        }
        let mut entries = Vec::new();
        for map in std::iter::once(self.map(map)?).chain(stand_in) {
            entries.extend(&map.meaning.as_ref()?.entries);
        }
        Some(entries)
    }

    /// The file that may have been meant by one that is not there.
    fn near(&self, name: &str) -> Option<String> {
        if let Existence::OtherCase(real) = self.sources.existence(name) {
            return Some(real);
        }
        let folder = parent(name);
        let beside = self.sources.entries(folder).unwrap_or_default();
        nearest(file_name(name), &beside.names).map(|near| resolve(folder, &near))
    }

    fn wrong(
        &self,
        place: impl FnOnce(&DeTable<'_>) -> Option<Range<usize>>,
        message: String,
        nearest: Option<String>,
    ) -> TomlError {
        let file = self.config_file.as_deref().unwrap_or(CONFIG_FILE);
        let position = self.sources.load(file).ok().and_then(|source| position_in_toml(&source, place));
        TomlError { file: file.to_owned(), position, message, nearest }
    }
}
