//! The lock file: where everybody stands, so that a later run moves nobody.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::Deserialize;

use super::{StandError, place::Placement, spec::Spec};
use crate::{
    model::TileRect,
    project::read_toml,
    source::{Sources, file_stem, parent, resolve},
};

/// Version of the file's form.
const VERSION: u32 = 1;

/// Places by the sponsors' slugs.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lock {
    #[serde(default)]
    version: u32,
    #[serde(default)]
    pub(super) stands: BTreeMap<String, Locked>,
}

/// One kept place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Locked {
    pub(super) area: String,
    pub(super) tiles: TileRect,
}

/// `sponsors.lock.toml` for `sponsors.toml`.
pub(super) fn name_of(spec_file: &str) -> String {
    resolve(parent(spec_file), &format!("{}.lock.toml", file_stem(spec_file)))
}

impl Lock {
    /// Reads a lock file; one that is not there is empty.
    pub(super) fn read(sources: &Sources, name: &str) -> Result<Self, StandError> {
        match sources.load(name) {
            Ok(file) => {
                let lock: Self = read_toml(&file)?;
                if lock.version > VERSION {
                    return Err(StandError::Venue {
                        file: name.to_owned(),
                        reason: format!(
                            "version {} was written by a newer venue; update this one",
                            lock.version
                        ),
                    });
                }
                Ok(lock)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(StandError::Unreadable { file: name.to_owned(), source }),
        }
    }

    /// The places of a run.
    pub(super) fn of(placements: &[Placement], spec: &Spec) -> Self {
        let stands = placements.iter().map(|placement| {
            let locked = Locked { area: placement.area.clone(), tiles: placement.tiles };
            (spec.sponsors[placement.sponsor].slug(), locked)
        });
        Self { version: VERSION, stands: stands.collect() }
    }

    /// A table for each stand, sorted, so that two people's changes meet only where they disagree.
    pub(super) fn text(&self) -> String {
        let mut text =
            "# Where each sponsor stands. Written by `venue stands`, and kept with the spec, so that\n\
                        # nobody moves when others come and go; `venue stands --reflow` starts over.\n\
                        version = 1\n"
                .to_owned();
        for (slug, Locked { area, tiles }) in &self.stands {
            let TileRect { x, y, width, height } = tiles;
            let area = toml::Value::String(area.clone());
            let _infallible = write!(
                text,
                "\n[stands.{slug}]\narea = {area}\ntiles = {{ x = {x}, y = {y}, width = {width}, height = {height} }}\n"
            );
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let locked = Locked { area: "a \"b\"".to_owned(), tiles: TileRect::new(1, -2, 3, 4) };
        let lock = Lock { version: 1, stands: BTreeMap::from([("acme".to_owned(), locked)]) };
        let mut sources = Sources::new("/nowhere");
        sources.insert("s.lock.toml", lock.text().into_bytes());
        assert_eq!(name_of("s.toml"), "s.lock.toml");
        let read = Lock::read(&sources, "s.lock.toml").unwrap();
        assert_eq!(read.stands, lock.stands);
        assert!(Lock::read(&sources, "none.lock.toml").unwrap().stands.is_empty());
    }
}
