//! What `.wam` files, which `WorkAdventure`'s own editor keeps beside maps, add to the world
//! (workadventure-maps, section 6).

use std::borrow::Cow;

use super::Surroundings;
use crate::{
    finding::{Place, Spot},
    format,
    model::{TileSize, Wam},
    source::{Existence, with_extension},
};

/// What the editor adds to a map.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Drawn {
    /// Names of areas where visitors can arrive.
    pub(super) entries: Vec<String>,
    /// Exits.
    pub(super) exits: Vec<DrawnExit>,
}

/// An exit of an area.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DrawnExit {
    /// Where it leads to, with the name of the entry there behind a `#`.
    pub(super) text: String,
    /// Its URL in the text.
    pub(super) spot: Spot,
    /// Where it lies.
    pub(super) place: Place,
}

/// Reads the editor's file beside the map called `map`, whose tiles have this size; nothing where there
/// is none.
pub(super) fn beside(surroundings: &Surroundings, map: &str, tile: TileSize) -> Drawn {
    let mut drawn = Drawn::default();
    let Some(wam) = read(surroundings, &with_extension(map, "wam")) else { return drawn };
    for area in &wam.areas {
        for property in &area.properties {
            match property.kind.as_str() {
                "start" => drawn.entries.push(area.name.clone()),
                "exit" => {
                    let url = property.text("url").unwrap_or_default();
                    let text = match property.text("areaName").filter(|entry| !entry.is_empty()) {
                        Some(entry) => format!("{url}#{entry}"),
                        None => url.to_owned(),
                    };
                    let spot = Spot::new(&*wam.file, property.span).key("url");
                    let place = Place { object: Some(area.name.clone()), ..Place::default() };
                    let place = place.area(area.rectangle.tiles(tile));
                    drawn.exits.push(DrawnExit { text, spot, place });
                }
                _ => {}
            }
        }
    }
    drawn
}

/// Name of the map that an editor's file holds, where it is a file of the project.
pub(super) fn map_of(surroundings: &Surroundings, wam: &str) -> Option<String> {
    read(surroundings, wam)?.map_file()
}

fn read<'a>(surroundings: &Surroundings<'a>, name: &str) -> Option<Cow<'a, Wam>> {
    if let Ok(known) = surroundings.wams.binary_search_by(|known| known.name.as_str().cmp(name)) {
        return surroundings.wams[known].wam.as_ref().map(Cow::Borrowed);
    }
    let is_file = surroundings.sources.existence(name) == Existence::File;
    let read = is_file.then(|| format::load_wam(surroundings.sources, name, TileSize::USUAL).0);
    read.flatten().map(Cow::Owned)
}
