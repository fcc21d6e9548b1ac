//! What the server shows at one moment.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;

use super::page;
use crate::{
    check::fill_text,
    picture::{self, PictureStore, RenderOptions, Renderer},
    project::Project,
    report::Report,
    source::with_extension,
    walk::{MapEntry, Page, Room},
    workadventure::percent_encoded,
    world::{World, WorldMap, title},
};

/// Path of everything that is ours rather than the project's.
pub(super) const OWN: &str = "/_venue/";
/// Path of the stream of changes.
pub(super) const CHANGES: &str = "/_venue/changes";
/// Longest side of a map's picture, in pixels.
const PREVIEW_SIZE: u32 = 480;

/// One of our own files.
#[derive(Debug, Clone)]
pub(super) struct OwnFile {
    pub(super) kind: &'static str,
    pub(super) bytes: Bytes,
}

/// A project as it was when its files last changed: pages made of it, and the files themselves.
#[derive(Debug, Default)]
pub struct Site {
    project: Project,
    /// Our own files, by path below [`OWN`].
    own: BTreeMap<String, OwnFile>,
    /// Pictures of maps, drawn when somebody first asks.
    previews: Mutex<BTreeMap<String, Option<Bytes>>>,
    /// What is to be said of it: the findings in numbers, or why it cannot be read.
    summary: String,
    /// Maps that others stand in for, with those.
    stand_ins: BTreeMap<String, String>,
    /// The config's links, as JSON has them within a text.
    links: BTreeMap<String, String>,
}

/// Extensions of files that maps are made of and refer to. Nothing else is given away: a folder that
/// somebody serves may hold more than a venue.
const SERVED: &[&str] = &[
    "avif", "css", "flac", "gif", "htm", "html", "ico", "jpeg", "jpg", "js", "json", "m4a", "map", "md",
    "mjs", "mp3", "mp4", "ogg", "opus", "otf", "pdf", "png", "svg", "tj", "tmj", "tmx", "tsj", "tsx", "ttf",
    "tx", "txt", "wam", "wasm", "wav", "webm", "webp", "woff", "woff2", "world", "xml",
];

/// Whether files so called are given away.
fn is_served(name: &str) -> bool {
    has_extension(name, SERVED)
}

/// Whether a change of the file so called may change what is shown: it is served, or the project is
/// made of it.
pub(super) fn concerns(name: &str) -> bool {
    is_served(name) || has_extension(name, &["csv", "tiled-project", "toml"])
}

fn has_extension(name: &str, among: &[&str]) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| among.contains(&extension.as_str()))
}

impl Site {
    /// The site of a project that was judged. `link` gives the address of a map's room in WorkAdventure.
    pub fn new(project: Project, report: &Report, link: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut own = BTreeMap::new();
        let world = World::of_project(&project);
        let mut put = |path: String, kind, bytes: Vec<u8>| {
            own.insert(path, OwnFile { kind, bytes: bytes.into() });
        };
        let (mut cards, mut entries, mut stand_ins) = (Vec::new(), Vec::new(), BTreeMap::new());
        // Rooms are called by what will be hosted: a stand-in by its venue.
        let play = project.config.project.rooms();
        let address = |map: &WorldMap| {
            let name = with_extension(map.stands_in_for.as_deref().unwrap_or(map.name), "tmj");
            Some(format!("{}/{}", play?, percent_encoded(&name)))
        };
        for (index, map) in world.maps().iter().enumerate() {
            let editor = with_extension(map.name, "wam");
            let wam = project.wam(&editor).and_then(|wam| wam.wam.as_ref());
            let room_link = link(map.name);
            let room =
                Room::of(&world, index, wam, address(map).as_deref(), room_link.as_deref(), Some(report));
            let (path, bytes) = Page::room_file(map.name, room.as_ref().map_err(|error| *error));
            put(path, "text/javascript; charset=utf-8", bytes);
            // A map that another stands in for is walked on in that one.
            let shown = world.index(map.name);
            if let Some(other) = shown.filter(|shown| *shown != index) {
                stand_ins.insert(map.name.to_owned(), world.maps()[other].name.to_owned());
            } else {
                entries.push(MapEntry { map: map.name.to_owned(), title: title(map.map, map.name) });
                cards.push(page::Card {
                    name: map.name,
                    title: title(map.map, map.name),
                    size: (map.map.width, map.map.height),
                    link: room_link,
                });
            }
        }
        let entry = project.config.project.entry_map();
        let entry = entry.and_then(|entry| world.index(&entry)).map(|index| world.maps()[index].name);
        let entry = entry.or_else(|| entries.first().map(|entry| entry.map.as_str())).unwrap_or_default();
        // The way in comes first.
        cards.sort_by_key(|card| card.name != entry);
        let entry = entry.to_owned();
        let name = project.config.project.name.as_deref().unwrap_or("Venue");
        let walk = Page {
            root: "../".to_owned(),
            changes: Some(CHANGES.to_owned()),
            ..Page::beside(name, entries, &entry)
        };
        for (path, bytes) in walk.files() {
            let kind = match path.rsplit('.').next() {
                Some("css") => "text/css; charset=utf-8",
                Some("js") => "text/javascript; charset=utf-8",
                _ => "text/html; charset=utf-8",
            };
            put(path, kind, bytes);
        }
        let index = page::index(name, &cards, report);
        put("index.html".to_owned(), "text/html; charset=utf-8", index.into_bytes());
        put("serve.css".to_owned(), "text/css; charset=utf-8", page::STYLE.as_bytes().to_vec());
        put("serve.js".to_owned(), "text/javascript; charset=utf-8", page::SCRIPT.as_bytes().to_vec());
        let summary = page::summary(cards.len(), report);
        let inside = |link: &str| {
            let quoted = serde_json::Value::from(link).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        };
        let links = &project.config.links;
        let links = links.iter().map(|(name, link)| (name.clone(), inside(link))).collect();
        Self { project, own, previews: Mutex::default(), summary, stand_ins, links }
    }

    /// The site of a project that cannot be read, with the reason.
    pub fn broken(project: Project, reason: &str) -> Self {
        let mut site = Self { project, summary: reason.to_owned(), ..Self::default() };
        let mut put = |path: &str, kind, bytes: Vec<u8>| {
            site.own.insert(path.to_owned(), OwnFile { kind, bytes: bytes.into() });
        };
        put("index.html", "text/html; charset=utf-8", page::broken(reason).into_bytes());
        put("serve.css", "text/css; charset=utf-8", page::STYLE.as_bytes().to_vec());
        put("serve.js", "text/javascript; charset=utf-8", page::SCRIPT.as_bytes().to_vec());
        site
    }

    /// What is to be said of it, in one line.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// One of our own files.
    pub(super) fn own(&self, path: &str) -> Option<OwnFile> {
        if let Some(map) = path.strip_prefix("pictures/").and_then(|path| path.strip_suffix(".png")) {
            return self.preview(map).map(|bytes| OwnFile { kind: "image/png", bytes });
        }
        self.own.get(path).cloned()
    }

    fn preview(&self, name: &str) -> Option<Bytes> {
        let map = self.project.map(name)?.map.as_ref()?;
        let mut known = self.previews.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(preview) = known.get(name) {
            return preview.clone();
        }
        let options = RenderOptions { size: Some(PREVIEW_SIZE), ..RenderOptions::default() };
        let store = PictureStore::new();
        let drawn = Renderer::new(map, &self.project.sources, &store, &options)
            .ok()
            .and_then(|renderer| renderer.draw().ok())
            .and_then(|pixels| picture::encode(&pixels).ok());
        let drawn: Option<Bytes> = drawn.map(Into::into);
        known.insert(name.to_owned(), drawn.clone());
        drawn
    }

    /// A file of the project; `None` where there is none, where its name has a part that begins with a
    /// dot, or where it lies outside of the project, be it by way of a link.
    pub(super) fn file(&self, name: &str) -> Option<Bytes> {
        let plain =
            |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', '\0', ':']);
        if !name.split('/').all(plain) || !is_served(name) {
            return None;
        }
        // Visitors of a venue come to what stands in for it, as in a bundle.
        let name = self.stand_ins.get(name).map_or(name, String::as_str);
        let bytes = self.bytes(name)?;
        let text = has_extension(name, &["tmj", "json", "wam"]).then(|| std::str::from_utf8(&bytes).ok());
        let filled = text.flatten().and_then(|text| fill_text(text, &self.links));
        Some(filled.map_or(bytes, |filled| filled.into_bytes().into()))
    }

    fn bytes(&self, name: &str) -> Option<Bytes> {
        let sources = &self.project.sources;
        if sources.is_held(name) {
            return sources.read(name).ok();
        }
        let root = self.project.root.canonicalize().ok()?;
        let path = sources.path(name).canonicalize().ok()?;
        let below = path.strip_prefix(&root).ok()?;
        // A link may lead into something hidden, such as `.git`.
        if below.iter().any(|part| part.to_string_lossy().starts_with('.')) {
            return None;
        }
        // Names are judged letter by letter, as servers do.
        match sources.unread().existence(name) {
            crate::source::Existence::File => sources.read(name).ok(),
            _ => None,
        }
    }
}
