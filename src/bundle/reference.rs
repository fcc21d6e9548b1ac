//! Where the texts of a map lead.

use std::collections::BTreeMap;

use super::own::Own;
use crate::{
    source::{Existence, Sources, resolve},
    workadventure::{Reference, percent_decoded, reference::is_relative},
};

/// What a text refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// A map of the project, with what follows the path (`#entry`).
    Map(String, String),
    /// A `.wam` file, with what follows the path.
    Wam(String, String),
    /// Any other file, with what follows the path.
    File(String, String),
    /// A path that leads to no file.
    Missing(String),
    /// Something that is not ours to follow: another site, the same room, nothing yet.
    Elsewhere,
}

/// The files that texts can lead to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places<'a> {
    /// The project's files.
    pub(super) sources: &'a Sources,
    /// Maps by the venue in whose place they stand.
    pub(super) stand_ins: &'a BTreeMap<String, String>,
    /// Addresses of the web that lead to the project's files.
    pub(super) own: &'a Own,
}

impl Places<'_> {
    /// What a text in the folder `folder` refers to.
    pub(super) fn target(&self, reference: Option<Reference>, folder: &str, text: &str) -> Target {
        let text = text.trim();
        let (folder, text) = match self.own.split(text) {
            Some((_, path)) => ("", path),
            None => (folder, text),
        };
        if !is_relative(text) {
            return Target::Elsewhere;
        }
        let end = text.find(['#', '?']).unwrap_or(text.len());
        let (path, suffix) = text.split_at(end);
        let name = resolve(folder, path);
        let candidates = [name.clone(), resolve(folder, &percent_decoded(path))];
        let exit = matches!(reference, Some(Reference::Exit | Reference::MapExit));
        let exists = |name: &str| self.sources.existence(name) == Existence::File;
        let map = |name: String| {
            let map = self.stand_ins.get(&name).cloned().unwrap_or(name);
            Target::Map(map, suffix.to_owned())
        };
        if let Some(name) = candidates.iter().find(|name| exists(name)) {
            return match extension(name).as_str() {
                "wam" => Target::Wam(name.clone(), suffix.to_owned()),
                "tmj" | "tmx" => map(name.clone()),
                "json" | "xml" if exit => map(name.clone()),
                _ => Target::File(name.clone(), suffix.to_owned()),
            };
        }
        // Links may be written as they will be in the bundle.
        for name in candidates.iter().filter(|_| exit) {
            let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
            if !matches!(extension(name).as_str(), "tmj" | "json" | "tmx" | "wam") {
                continue;
            }
            let sources = ["tmj", "json", "tmx"].map(|other| format!("{stem}.{other}"));
            if let Some(name) = sources.into_iter().find(|name| exists(name)) {
                return map(name);
            }
        }
        Target::Missing(name)
    }
}

/// Extension of a name, in lower case.
pub(super) fn extension(name: &str) -> String {
    let file = name.rsplit_once('/').map_or(name, |(_, file)| file);
    file.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workadventure::percent_encoded;

    fn find(reference: Reference, text: &str) -> Target {
        let mut sources = Sources::new("/nowhere");
        for name in
            ["maps/hall.json", "maps/lobby.tmj", "maps/a b.mp3", "maps/bar.wam", "maps/lobby.stands.tmj"]
        {
            sources.insert(name, "{}");
        }
        let stand_ins = BTreeMap::from([("maps/lobby.tmj".to_owned(), "maps/lobby.stands.tmj".to_owned())]);
        let places = Places { sources: &sources, stand_ins: &stand_ins, own: &Own::default() };
        places.target(Some(reference), "maps", text)
    }

    #[test]
    fn exits_lead_to_maps_under_any_of_their_names() {
        let map = |name: &str, suffix: &str| Target::Map(name.to_owned(), suffix.to_owned());
        assert_eq!(find(Reference::Exit, "hall.json#door"), map("maps/hall.json", "#door"));
        assert_eq!(find(Reference::Exit, "hall.tmj"), map("maps/hall.json", ""));
        assert_eq!(find(Reference::Exit, "hall.wam"), map("maps/hall.json", ""));
        assert_eq!(find(Reference::Exit, "lobby.tmj#x"), map("maps/lobby.stands.tmj", "#x"));
        assert_eq!(find(Reference::Exit, "bar.wam"), Target::Wam("maps/bar.wam".to_owned(), String::new()));
    }

    #[test]
    fn other_sites_and_templates_are_left_alone() {
        for text in ["", "#door", "/_/global/x/map.json", "https://a.example/map.json", "{{{ x }}}.json"] {
            assert_eq!(find(Reference::Exit, text), Target::Elsewhere, "{text}");
        }
    }

    #[test]
    fn urls_and_file_names_meet() {
        let sound = Target::File("maps/a b.mp3".to_owned(), String::new());
        assert_eq!(find(Reference::Sound, "a%20b.mp3"), sound);
        assert_eq!(find(Reference::Sound, "a b.mp3"), sound);
        assert_eq!(find(Reference::Sound, "c.mp3"), Target::Missing("maps/c.mp3".to_owned()));
        assert_eq!(percent_encoded("maps/a b#1.tmj"), "maps/a%20b%231.tmj");
    }
}
