//! The lock file: where everybody stands, and which numbers the parts of each stand have, so that a later
//! run moves nobody and changes nothing of anybody else's.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::Deserialize;

use super::{StandError, hall::Layout, place::Placement, spec::Spec};
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
    /// The hall that was built around the stands.
    pub(super) hall: Option<Layout>,
    #[serde(default)]
    pub(super) stands: BTreeMap<String, Locked>,
}

/// One kept place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Locked {
    pub(super) area: String,
    pub(super) tiles: TileRect,
    /// Ids of its objects.
    #[serde(default)]
    pub(super) objects: Numbers,
    /// Tiles of its logo and name in their picture.
    #[serde(default)]
    pub(super) signs: Numbers,
}

/// Some numbers in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Numbers {
    pub(super) first: u32,
    pub(super) count: u32,
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
                if lock.hall.as_ref().is_some_and(|hall| !hall.is_sound()) {
                    let reason =
                        "its [hall] is no hall that was ever built: restore it, or leave it out".to_owned();
                    return Err(StandError::Venue { file: name.to_owned(), reason });
                }
                Ok(lock)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(StandError::Unreadable { file: name.to_owned(), source }),
        }
    }

    /// The places of a run, with the numbers that each was given.
    pub(super) fn of(
        placements: &[Placement],
        numbers: &[[Numbers; 2]],
        spec: &Spec,
        hall: Option<Layout>,
    ) -> Self {
        let stands = placements.iter().zip(numbers).map(|(placement, [objects, signs])| {
            let (area, tiles) = (placement.area.clone(), placement.tiles);
            let locked = Locked { area, tiles, objects: *objects, signs: *signs };
            (spec.sponsors[placement.sponsor].slug(), locked)
        });
        Self { version: VERSION, hall, stands: stands.collect() }
    }

    /// A table for each stand, sorted, so that two people's changes meet only where they disagree.
    pub(super) fn text(&self) -> String {
        let mut text =
            "# Where each sponsor stands. Written by `venue stands`, and kept with the spec, so that\n\
                        # nobody moves when others come and go; `venue stands --reflow` starts over.\n\
                        version = 1\n"
                .to_owned();
        if let Some(Layout { length, entrance, rows }) = &self.hall {
            let _infallible = write!(text, "\n[hall]\nlength = {length}\nentrance = {entrance}\nrows = [\n");
            for row in rows {
                let _infallible = writeln!(text, "    {{ y = {}, height = {} }},", row.y, row.height);
            }
            text.push_str("]\n");
        }
        for (slug, Locked { area, tiles, objects, signs }) in &self.stands {
            let TileRect { x, y, width, height } = tiles;
            let area = toml::Value::String(area.clone());
            let _infallible = write!(
                text,
                "\n[stands.{slug}]\narea = {area}\ntiles = {{ x = {x}, y = {y}, width = {width}, height = {height} }}\n"
            );
            for (key, Numbers { first, count }) in [("objects", objects), ("signs", signs)] {
                if *count > 0 {
                    let _infallible = writeln!(text, "{key} = {{ first = {first}, count = {count} }}");
                }
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stand::hall::Shape;

    #[test]
    fn what_is_written_is_read_again() {
        let (objects, signs) = (Numbers { first: 7, count: 3 }, Numbers::default());
        let locked = Locked { area: "a \"b\"".to_owned(), tiles: TileRect::new(1, -2, 3, 4), objects, signs };
        let hall = Layout::plan(&[(6, 5); 7], Shape { aisle: 2, island: 2 });
        let stands = BTreeMap::from([("acme".to_owned(), locked)]);
        let lock = Lock { version: 1, hall: Some(hall), stands };
        let mut sources = Sources::new("/nowhere");
        sources.insert("s.lock.toml", lock.text().into_bytes());
        assert_eq!(name_of("s.toml"), "s.lock.toml");
        let read = Lock::read(&sources, "s.lock.toml").unwrap();
        assert_eq!((read.stands, read.hall), (lock.stands, lock.hall));
        assert!(Lock::read(&sources, "none.lock.toml").unwrap().stands.is_empty());
    }
}
