//! What `.wam` files, which `WorkAdventure`'s own editor keeps beside maps, add to the world
//! (workadventure-maps, section 6).

use serde_json::Value;

use super::destination::with_extension;
use crate::source::{Existence, Sources, is_url, parent, resolve};

/// Largest editor's file that is read, in bytes.
const LARGEST: usize = 64 << 20;

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
    let Some(file) = read(sources, &with_extension(map, "wam")) else { return drawn };
    let list =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    for area in list(&file, "areas") {
        for property in list(&area, "properties") {
            match text(&property, "type") {
                Some("start") => drawn.entries.extend(text(&area, "name").map(str::to_owned)),
                Some("exit") => {
                    let url = text(&property, "url").unwrap_or_default();
                    let entry = text(&property, "areaName").unwrap_or_default();
                    drawn.exits.push((url.to_owned(), entry.to_owned()));
                }
                _ => {}
            }
        }
    }
    drawn
}

/// Name of the map that an editor's file holds, where it is a file of the project.
pub(super) fn map_of(sources: &Sources, wam: &str) -> Option<String> {
    let file = read(sources, wam)?;
    let url = text(&file, "mapUrl")?;
    (!url.is_empty() && !is_url(url) && !url.starts_with('/')).then(|| resolve(parent(wam), url))
}

fn read(sources: &Sources, name: &str) -> Option<Value> {
    if sources.existence(name) != Existence::File {
        return None;
    }
    let bytes = sources.read(name).ok().filter(|bytes| bytes.len() <= LARGEST)?;
    serde_json::from_slice(&bytes).ok()
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}
