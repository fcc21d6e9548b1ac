//! What `.wam` files, which `WorkAdventure`'s own editor keeps beside maps, add to the world
//! (workadventure-maps, section 6).

use crate::{
    format,
    model::{TileSize, Wam},
    source::{Existence, Sources, with_extension},
};

/// What the editor adds to a map.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Drawn {
    /// Names of areas where visitors can arrive.
    pub(super) entries: Vec<String>,
    /// Exits: URL and name of the entry there, which may be empty.
    pub(super) exits: Vec<(String, String)>,
}

/// Reads the editor's file beside the map called `map`; nothing where there is none.
pub(super) fn beside(sources: &Sources, map: &str) -> Drawn {
    let mut drawn = Drawn::default();
    let Some(wam) = read(sources, &with_extension(map, "wam")) else { return drawn };
    for area in &wam.areas {
        for property in &area.properties {
            match property.kind.as_str() {
                "start" => drawn.entries.push(area.name.clone()),
                "exit" => {
                    let text = |key| property.text(key).unwrap_or_default().to_owned();
                    drawn.exits.push((text("url"), text("areaName")));
                }
                _ => {}
            }
        }
    }
    drawn
}

/// Name of the map that an editor's file holds, where it is a file of the project.
pub(super) fn map_of(sources: &Sources, wam: &str) -> Option<String> {
    read(sources, wam)?.map_file()
}

fn read(sources: &Sources, name: &str) -> Option<Wam> {
    let is_file = sources.existence(name) == Existence::File;
    is_file.then(|| format::load_wam(sources, name, TileSize::USUAL).0).flatten()
}
