//! The page around the walk.

use maud::{PreEscaped, html};
use serde::Serialize;

use super::{Room, RoomError};
use crate::{output, workadventure::percent_encoded};

/// Name of the page's file.
pub const PAGE: &str = "walk.html";
/// Folder of what it needs, beside it.
const FOLDER: &str = "walk";

const STYLE: &str = include_str!("walk.css");
const SCRIPT: &str = include_str!("walk.js");

/// Address of the walk at a place of a map, as pages in the same folder write it.
pub fn address(map: &str, entry: Option<&str>) -> String {
    // In a query these two mean something.
    let map = percent_encoded(map).replace('&', "%26").replace('+', "%2B");
    let entry = entry.map(|entry| format!("#{entry}")).unwrap_or_default();
    format!("{PAGE}?map={map}{entry}")
}

/// What the page knows of all rooms.
#[derive(Debug, Clone, Serialize)]
pub struct Page {
    /// Name of the venue.
    pub title: String,
    /// The folder that files of the venue are relative to, as the page reaches it: `./`, or `/`.
    pub root: String,
    /// Folder of the rooms, as the page reaches it.
    pub rooms: String,
    /// The maps.
    pub maps: Vec<MapEntry>,
    /// The map that visitors come to first.
    pub entry: String,
    /// Where a server tells of changes; `None` for a page without one.
    pub changes: Option<String>,
}

/// A map in the page's list.
#[derive(Debug, Clone, Serialize)]
pub struct MapEntry {
    /// Name of its file.
    pub map: String,
    /// What people call it.
    pub title: String,
}

impl Page {
    /// The page of a venue that lies in the same folder.
    pub fn beside(title: &str, maps: Vec<MapEntry>, entry: &str) -> Self {
        Self {
            title: title.to_owned(),
            root: "./".to_owned(),
            rooms: format!("{FOLDER}/rooms/"),
            maps,
            entry: entry.to_owned(),
            changes: None,
        }
    }

    /// The page's files beside the rooms: names and contents.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        vec![
            (PAGE.to_owned(), self.html().into_bytes()),
            (format!("{FOLDER}/walk.css"), STYLE.as_bytes().to_vec()),
            (format!("{FOLDER}/walk.js"), SCRIPT.as_bytes().to_vec()),
        ]
    }

    /// Name of the file of a room, and its content: a script that hands the room to the page.
    pub fn room_file(map: &str, room: Result<&Room, RoomError>) -> (String, Vec<u8>) {
        #[derive(Serialize)]
        struct Refused<'a> {
            map: &'a str,
            refused: String,
        }
        let mut script = b"venueRoom(".to_vec();
        // All values are made of texts, numbers and lists, which JSON can always hold.
        let _infallible = match room {
            Ok(room) => serde_json::to_writer(&mut script, room),
            Err(error) => serde_json::to_writer(&mut script, &Refused { map, refused: error.to_string() }),
        };
        script.extend_from_slice(b");\n");
        (format!("{FOLDER}/rooms/{map}.js"), script)
    }

    /// The page as HTML.
    pub fn html(&self) -> String {
        // `<` within a script block could end it.
        let data = serde_json::to_string(self).unwrap_or_default().replace('<', "\\u003c");
        let overlays =
            [("zones", "Zones"), ("walls", "Walls"), ("entries", "Entries"), ("findings", "Findings")];
        let head = html! {
            link rel="icon" href="data:,";
            link rel="stylesheet" href={ (FOLDER) "/walk.css" };
        };
        let body = html! {
                    header {
                        h1 { (self.title) }
                        label { span.quiet { "Map" } select #map {} }
                        div.zoom {
                            button #farther type="button" aria-label="Farther" title="Farther" { "−" }
                            button #closer type="button" aria-label="Closer" title="Closer" { "+" }
                        }
                        details.overlays {
                            summary { "Show" }
                            div {
                                @for (id, label) in overlays {
                                    label { input id={ "show-" (id) } type="checkbox"; (label) }
                                }
                            }
                        }
                        a #open target="_blank" rel="noopener" hidden { "Open in WorkAdventure" }
                    }
                    main {
                        div #view {
                            canvas #stage tabindex="0" role="application"
                                aria-label="The map. Arrow keys or W, A, S, D walk, Shift runs, Space acts; a click or touch walks there." {}
                            div #frames {}
                            p #status role="status" hidden {}
                            p #position aria-hidden="true" {}
                        }
                        aside {
                            section aria-label="What happens here" {
                                h2 { "Here" }
                                p #nothing.quiet {
                                    "Walk with the arrow keys, or touch the place to go to."
                                }
                                div #here {}
                                p #said aria-live="polite" {}
                            }
                            section {
                                h2 { label for="filter" { "Go to" } }
                                input #filter type="search" placeholder="a stand, a zone, an entry";
                                h3 { "Entries" }
                                ul #entries {}
                                h3 { "Zones" }
                                ul #zones {}
                            }
                            section {
                                h2 { "Findings " span #count {} }
                                p #no-findings.quiet { "None: this map is fine." }
                                ul #findings {}
                            }
                        }
                    }
                    script #venue type="application/json" { (PreEscaped(data)) }
                    script src={ (FOLDER) "/walk.js" } {}
        };
        output::page(&format!("Walk · {}", self.title), &head, &body).into_string()
    }
}
