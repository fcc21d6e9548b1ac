//! Where an exit leads, by its text and the files of the project.

use std::collections::BTreeSet;

use super::editor;
use crate::{
    project::{Project, ProjectWam, nearest},
    source::{Existence, Sources, file_stem, parent, resolve, with_extension},
    workadventure::{Address, Link, host_and_path, is_room_path, percent_decoded},
};

/// Extensions of files that exits lead to.
const MAP_EXTENSIONS: [&str; 5] = ["tmj", "json", "tmx", "wam", "xml"];

/// Extensions of the file that a room's map is made of, the likeliest first.
const SOURCES_OF_MAPS: [&str; 3] = ["tmj", "json", "tmx"];

/// What it hangs on where an exit leads, beside its text.
#[derive(Debug, Clone)]
pub struct Surroundings<'a> {
    /// The files.
    pub sources: &'a Sources,
    /// Names of the maps that an exit may have meant.
    pub maps: Vec<&'a str>,
    /// Files of the editor that were read already, sorted by name.
    pub wams: &'a [ProjectWam],
    /// URL of the room of a map at the project's root (`play-url` of the config). Rooms below it are
    /// the project's own.
    pub play_url: Option<&'a str>,
    /// Whether a bundle will be made, in which `.json` maps become `.tmj`: an exit may already call
    /// them so.
    pub bundled: bool,
}

impl<'a> Surroundings<'a> {
    /// Those of a project's maps. One with a config is taken to be bundled.
    pub fn of(project: &'a Project) -> Self {
        Self {
            sources: &project.sources,
            maps: project.maps.iter().map(|map| map.name.as_str()).collect(),
            wams: &project.wams,
            play_url: project.config.project.play_url.as_deref(),
            bundled: project.config_file.is_some(),
        }
    }

    /// Name of the project's file behind an address of the web, where the config's `play-url` says which
    /// addresses are the project's own.
    pub fn file_behind(&self, url: &str) -> Option<String> {
        let (host, path) = host_and_path(url)?;
        own_file(self, &format!("/_/any/{host}{path}"))
    }

    /// The map that may have been meant where there is none of this name: of the same name with another
    /// extension or in another folder, else of a similar name. Looks at all maps.
    pub fn meant(&self, name: &str) -> Option<String> {
        let folder = parent(name);
        let beside = self.sources.entries(folder).unwrap_or_default();
        let mut maps: BTreeSet<String> = beside
            .names
            .iter()
            .filter(|file| MAP_EXTENSIONS.contains(&extension(file).as_str()))
            .map(|file| resolve(folder, file))
            .collect();
        maps.extend(self.maps.iter().map(|map| (*map).to_owned()));
        let stem = file_stem(name);
        let same = |map: &&String| file_stem(map) == stem;
        let in_folder = maps.iter().filter(|map| parent(map) == folder).find(same);
        if let Some(map) = in_folder.or_else(|| maps.iter().find(same)) {
            return Some(map.clone());
        }
        let similar = nearest(stem, maps.iter().map(|map| file_stem(map)).collect::<Vec<_>>())?;
        maps.into_iter().find(|map| file_stem(map) == similar)
    }

    /// Whether this is known to be another server than that of the project's rooms.
    fn is_elsewhere(&self, host: &str) -> bool {
        let own = self.play_url.and_then(host_and_path).map(|(own, _)| own);
        own.is_some_and(|own| !own.eq_ignore_ascii_case(host))
    }
}

/// Where an exit leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Nowhere, and nobody notices: the value is empty.
    Nothing,
    /// What a script or a bundle has yet to fill in.
    Unknown,
    /// The same room.
    Here,
    /// A map, by the name of its file. An exit to `hall.wam` leads to the map that the file beside
    /// holds; one to `hall.tmj` may lead to `hall.tmx`, which a bundle converts.
    Map(String),
    /// A map whose name has other upper and lower case letters: found on some systems, but not on
    /// servers. This is the name that the exit should have.
    OtherCase(String),
    /// A file that does not exist.
    Missing(String),
    /// A room that is not the project's to know, as written.
    Room(String),
    /// Nowhere: the engine cannot make a room of the value.
    Never(Never),
}

/// Why an exit never works (workadventure-maps, section 3.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Never {
    /// The URL of a map's file; this is the path of its room.
    MapUrl(String),
    /// A website.
    Website,
    /// A path from the server's root that is none of a room; this is the path relative to the map.
    RootPath(String),
    /// The path of a room without its first `/`; this is the path with it.
    LostSlash(String),
    /// The URL of a room of another server than the config names; visitors stay on theirs.
    OtherServer,
    /// A URL that is not one of the web.
    OtherScheme,
    /// A file that is there and no map: a page, a picture. This is its name.
    NoMap(String),
}

impl Destination {
    /// Where the text of an exit leads that stands in the map called `from`. Of `exitSceneUrl`
    /// (`relative_to_map`) absolute URLs are addresses of maps and become rooms by themselves.
    pub fn of(surroundings: &Surroundings, from: &str, text: &str, relative_to_map: bool) -> Self {
        let destination = match Link::of(text).address {
            Address::Here if text.trim().is_empty() => Self::Nothing,
            Address::Here => Self::Here,
            Address::Template | Address::Placeholder => Self::Unknown,
            Address::Room(path) => own_file(surroundings, path)
                .map_or_else(|| Self::Room(path.to_owned()), |name| file(surroundings, &name)),
            Address::LostRoom(path) => Self::Never(Never::LostSlash(format!("/{path}"))),
            Address::Root("/") => Self::Room("/".to_owned()),
            Address::Root(path) if relative_to_map => Self::Room(path.to_owned()),
            Address::Root(path) => Self::Never(Never::RootPath(path.trim_start_matches('/').to_owned())),
            Address::Url(url) => web(surroundings, url, relative_to_map),
            Address::File(path) => {
                let name = resolve(parent(from), path);
                // `exitSceneUrl` names files: the SaaS's rooms without extension are none of those.
                let file = |surroundings: &Surroundings, name: &str| match file(surroundings, name) {
                    Self::Room(room) if relative_to_map && !is_beyond(&room) && extension(&room) != "wam" => {
                        Self::Missing(room)
                    }
                    found => found,
                };
                match file(surroundings, &name) {
                    // Browsers write spaces and accents of paths as codes, and so do people.
                    Self::Missing(name) => {
                        let decoded = resolve(parent(from), &percent_decoded(path));
                        match file(surroundings, &decoded) {
                            found if decoded != name && !matches!(found, Self::Missing(_)) => found,
                            _ => Self::Missing(name),
                        }
                    }
                    found => found,
                }
            }
        };
        match destination {
            Self::Map(name) if name == from => Self::Here,
            destination => destination,
        }
    }
}

fn web(surroundings: &Surroundings, url: &str, relative_to_map: bool) -> Destination {
    let Some((host, path)) = host_and_path(url) else { return Destination::Never(Never::OtherScheme) };
    let address = format!("{host}{path}");
    if relative_to_map {
        return match surroundings.file_behind(url) {
            Some(name) => file(surroundings, &name),
            None => Destination::Room(url.to_owned()),
        };
    }
    if is_room_path(path) {
        // Only the path counts: visitors stay on their server.
        return match own_file(surroundings, path) {
            Some(name) => file(surroundings, &name),
            // The map of any address is there on every server, the rooms of a server on none but it.
            None if surroundings.is_elsewhere(host) && !path.starts_with("/_/") => {
                Destination::Never(Never::OtherServer)
            }
            None => Destination::Room(url.to_owned()),
        };
    }
    if path.is_empty() || path == "/" {
        return if surroundings.is_elsewhere(host) {
            Destination::Never(Never::Website)
        } else {
            Destination::Room(url.to_owned())
        };
    }
    if MAP_EXTENSIONS.contains(&extension(path).as_str()) {
        Destination::Never(Never::MapUrl(format!("/_/global/{address}")))
    } else {
        Destination::Never(Never::Website)
    }
}

/// The project's file behind the path of a room, if the room lies below the project's play URL. In
/// `/_/instance/host/path` the instance only separates visitors.
fn own_file(surroundings: &Surroundings, path: &str) -> Option<String> {
    fn place(path: &str) -> Option<&str> {
        match path.strip_prefix("/_/") {
            Some(rest) => rest.split_once('/').map(|(_, place)| place),
            None => Some(path),
        }
    }
    let (_, base) = host_and_path(surroundings.play_url?)?;
    let base = base[..base.find(['?', '#']).unwrap_or(base.len())].trim_end_matches('/');
    if !is_room_path(base) {
        return None;
    }
    let rest = place(path)?.strip_prefix(place(base)?)?.strip_prefix('/')?;
    Some(resolve("", &percent_decoded(rest)))
}

/// Where the file called `name` leads.
fn file(surroundings: &Surroundings, name: &str) -> Destination {
    let sources = surroundings.sources;
    let extension = extension(name);
    let mut other_case = None;
    let mut exists = |name: &str, shown_as: &str| match sources.existence(name) {
        Existence::File => true,
        Existence::OtherCase(real) => {
            other_case.get_or_insert_with(|| with_extension(&real, shown_as));
            false
        }
        Existence::Folder | Existence::Missing => false,
    };
    // The editor's file stands beside its map, and map-storage makes it where there is none.
    if extension == "wam" {
        for source in SOURCES_OF_MAPS {
            let map = with_extension(name, source);
            if exists(&map, "wam") {
                return Destination::Map(map);
            }
        }
        if exists(name, "wam") {
            let map =
                editor::map_of(surroundings, name).filter(|map| sources.existence(map) == Existence::File);
            return map.map_or_else(|| Destination::Room(name.to_owned()), Destination::Map);
        }
    } else if exists(name, &extension) {
        return if is_of_no_map(&extension) {
            Destination::Never(Never::NoMap(name.to_owned()))
        } else {
            Destination::Map(name.to_owned())
        };
    } else if extension == "tmj" {
        // Bundles hold every map as `.tmj`.
        let converted = if surroundings.bundled { &["json", "tmx"][..] } else { &["tmx"] };
        for source in converted {
            let map = with_extension(name, source);
            if exists(&map, "tmj") {
                return Destination::Map(map);
            }
        }
    }
    if let Some(real) = other_case {
        return Destination::OtherCase(real);
    }
    if is_beyond(name) {
        // Beyond the project may be another one on the same server.
        return Destination::Room(name.to_owned());
    }
    // In worlds of the SaaS, rooms have names without extension.
    let last = name.rsplit('/').next().unwrap_or(name);
    let forgotten = || {
        MAP_EXTENSIONS
            .iter()
            .any(|extension| sources.existence(&format!("{name}.{extension}")) == Existence::File)
    };
    if !last.is_empty() && !last.contains('.') && !forgotten() {
        return Destination::Room(name.to_owned());
    }
    Destination::Missing(name.to_owned())
}

/// Whether no file with this extension is a map. A program on the server may well answer with one.
fn is_of_no_map(extension: &str) -> bool {
    const PROGRAMS: [&str; 6] = ["", "asp", "aspx", "cgi", "jsp", "php"];
    !MAP_EXTENSIONS.contains(&extension) && !PROGRAMS.contains(&extension)
}

/// Whether a file is outside of the project.
fn is_beyond(name: &str) -> bool {
    name == ".." || name.starts_with("../")
}

/// Extension of a name, in lower case; empty without one.
pub(super) fn extension(name: &str) -> String {
    let file = name.rsplit_once('/').map_or(name, |(_, file)| file);
    file.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> Sources {
        let mut sources = Sources::new("/nowhere");
        for name in [
            "maps/lobby.tmj",
            "maps/hall.tmj",
            "maps/old.json",
            "maps/drawn.tmx",
            "maps/the room.tmj",
            "maps/only.wam",
            "extra/annex.tmj",
            "maps/page.html",
            "maps/plan.PNG",
            "maps/room.php",
            "maps/room",
        ] {
            sources.insert(name, "{}");
        }
        sources.insert("maps/shared.wam", r#"{"mapUrl":"./hall.tmj","areas":[],"entities":{}}"#);
        sources
    }

    fn find(text: &str, bundled: bool) -> Destination {
        find_from(text, bundled, false)
    }

    fn find_from(text: &str, bundled: bool, relative_to_map: bool) -> Destination {
        let sources = sources();
        let surroundings = Surroundings {
            sources: &sources,
            maps: vec!["maps/lobby.tmj", "maps/hall.tmj", "extra/annex.tmj"],
            wams: &[],
            play_url: Some("https://play.example.org/_/global/maps.example.org/venue/"),
            bundled,
        };
        Destination::of(&surroundings, "maps/lobby.tmj", text, relative_to_map)
    }

    fn map(name: &str) -> Destination {
        Destination::Map(name.to_owned())
    }

    #[test]
    fn paths_lead_to_the_map_that_visitors_get() {
        assert_eq!(find("hall.tmj#door", false), map("maps/hall.tmj"));
        assert_eq!(find("../extra/annex.tmj", false), map("extra/annex.tmj"));
        assert_eq!(find("hall.wam", false), map("maps/hall.tmj"));
        assert_eq!(find("old.wam", false), map("maps/old.json"));
        assert_eq!(find("shared.wam", false), map("maps/hall.tmj"), "by its mapUrl");
        assert_eq!(find("drawn.tmj", false), map("maps/drawn.tmx"));
        assert_eq!(find("old.tmj", true), map("maps/old.json"), "a bundle writes it so");
        assert!(matches!(find("old.tmj", false), Destination::Missing(_)));
        assert_eq!(find("the%20room.tmj", false), map("maps/the room.tmj"));
        assert_eq!(find("the room.tmj", false), map("maps/the room.tmj"));
    }

    #[test]
    fn the_same_room_has_many_names() {
        for text in ["#door", "lobby.tmj", "./lobby.tmj#x", "lobby.wam"] {
            assert_eq!(find(text, false), Destination::Here, "{text}");
        }
        assert_eq!(find("", false), Destination::Nothing);
        assert_eq!(find("{{{ exit }}}", false), Destination::Unknown);
        assert_eq!(find("${links.hall}", false), Destination::Unknown);
    }

    #[test]
    fn wrong_paths_name_what_was_meant() {
        let sources = sources();
        let maps = vec!["maps/lobby.tmj", "maps/hall.tmj", "extra/annex.tmj"];
        let surroundings =
            Surroundings { sources: &sources, maps, wams: &[], play_url: None, bundled: false };
        for (path, name, meant) in [
            ("hal.tmj", "maps/hal.tmj", Some("maps/hall.tmj")),
            ("hall.json", "maps/hall.json", Some("maps/hall.tmj")),
            ("annex.tmj", "maps/annex.tmj", Some("extra/annex.tmj")),
            ("cathedral.tmj", "maps/cathedral.tmj", None),
            ("hall", "maps/hall", Some("maps/hall.tmj")),
        ] {
            assert_eq!(find(path, false), Destination::Missing(name.to_owned()));
            assert_eq!(surroundings.meant(name).as_deref(), meant, "{name}");
        }
        assert_eq!(find("Hall.tmj", false), Destination::OtherCase("maps/hall.tmj".to_owned()));
        assert_eq!(find("HALL.wam#e", false), Destination::OtherCase("maps/hall.wam".to_owned()));
    }

    #[test]
    fn other_rooms_are_left_alone() {
        for text in [
            "/@/org/world/room",
            "/_/global/other.org/m.json#e",
            "/~/dir/m.wam",
            "room-2",
            "../../beyond.tmj",
            "https://other.example/_/global/h.org/m.json",
            "/",
        ] {
            assert!(matches!(find(text, false), Destination::Room(_)), "{text}: {:?}", find(text, false));
        }
        assert_eq!(find("only.wam", false), Destination::Room("maps/only.wam".to_owned()));
        // What is looked up from the map is a file, and never a room by its name.
        assert!(matches!(find_from("room-2", false, true), Destination::Missing(_)));
        assert_eq!(find_from("only.wam", false, true), Destination::Room("maps/only.wam".to_owned()));
        assert!(matches!(find_from("../../beyond.tmj", false, true), Destination::Room(_)));
    }

    #[test]
    fn rooms_of_the_project_s_own_are_known() {
        let room = "/_/global/maps.example.org/venue/maps/hall.tmj#door";
        assert_eq!(find(room, false), map("maps/hall.tmj"));
        assert_eq!(find(&room.replace("global", "other"), false), map("maps/hall.tmj"));
        assert_eq!(find(&format!("https://play.example.org{room}"), false), map("maps/hall.tmj"));
        assert!(matches!(
            find("/_/global/maps.example.org/venue/maps/hal.tmj", false),
            Destination::Missing(_)
        ));
        assert!(matches!(find("/_/global/maps.example.org/venue2/x.tmj", false), Destination::Room(_)));
    }

    #[test]
    fn what_never_works_says_why() {
        let never = |text| match find(text, false) {
            Destination::Never(never) => never,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(never("https://maps.org/m.json"), Never::MapUrl("/_/global/maps.org/m.json".to_owned()));
        assert_eq!(never("https://example.org/page"), Never::Website);
        assert_eq!(never("_/global/h/m.json"), Never::LostSlash("/_/global/h/m.json".to_owned()));
        assert_eq!(never("/maps/hall.tmj"), Never::RootPath("maps/hall.tmj".to_owned()));
        assert_eq!(never("mailto:a@b.example"), Never::OtherScheme);
        assert_eq!(never("page.html#top"), Never::NoMap("maps/page.html".to_owned()));
        assert_eq!(never("plan.PNG"), Never::NoMap("maps/plan.PNG".to_owned()));
        assert!(matches!(find_from("page.html", false, true), Destination::Never(Never::NoMap(_))));
        // What a program on the server answers may be a map.
        assert_eq!(find("room.php", false), map("maps/room.php"));
        assert_eq!(find("room", false), map("maps/room"));
    }

    #[test]
    fn scene_urls_are_addresses_of_maps() {
        let sources = sources();
        let surroundings =
            Surroundings { sources: &sources, maps: Vec::new(), wams: &[], play_url: None, bundled: false };
        let find = |text| Destination::of(&surroundings, "maps/lobby.tmj", text, true);
        assert!(matches!(find("https://maps.org/m.json"), Destination::Room(_)));
        assert!(matches!(find("/maps/m.json"), Destination::Room(_)));
        assert_eq!(find("hall.tmj"), map("maps/hall.tmj"));
    }
}
