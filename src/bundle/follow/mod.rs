//! What local pages, styles and scripts refer to, as far as their text says it.

mod text;

use std::{
    cell::LazyCell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub(super) use text::find_ignoring_case;
use text::{Texts, looks_like_path};

use super::{
    plan::is_outside,
    reference::{Places, Target, extension},
};
use crate::{
    source::{Existence, Folder, Sources, file_name, is_url, parent, relative, resolve},
    workadventure::{Reference, percent_decoded, percent_encoded},
};

/// Longest text that is searched, in bytes.
const LONGEST: usize = 8 << 20;

/// What a file refers to.
#[derive(Debug, Default)]
pub(super) struct Followed {
    /// Files of the project.
    pub(super) files: BTreeSet<String>,
    /// Where in the text files are named which are called otherwise in the bundle, in bytes, and what must
    /// stand there.
    renamed: BTreeMap<usize, (usize, String)>,
    /// What could not be followed.
    pub(super) notes: Vec<String>,
}

/// Name of a file in the bundle; `None` where it stays. Of a map that of its room, if so asked.
pub(super) type NewName<'a> = &'a dyn Fn(&str, bool) -> Option<String>;

/// Looks for references in the file called `name`. `map_folders` are those of the bundle's maps: a script may name
/// files relative to the map that loads it.
pub(super) fn references(
    places: Places<'_>,
    name: &str,
    bytes: &[u8],
    map_folders: &BTreeSet<String>,
    new_name: NewName<'_>,
) -> Followed {
    let mut followed = Followed::default();
    let kind = extension(name);
    if !matches!(kind.as_str(), "html" | "htm" | "css" | "js" | "mjs" | "svg" | "json")
        || bytes.len() > LONGEST
    {
        return followed;
    }
    let text = String::from_utf8_lossy(bytes);
    let mut seen = Texts::new(&text);
    match kind.as_str() {
        "css" => seen.style(&text),
        "js" | "mjs" => seen.script(&text),
        "json" => seen.collection(&text),
        _ => seen.page(&text),
    }
    let folder = parent(name);
    let sources = places.sources;
    for (reference, spots) in seen.stated {
        let own = places.own.split(&reference).or_else(|| places.own.split_path(&reference));
        let (before, path) = own.unwrap_or(("", &reference));
        let folder = if own.is_some() { "" } else { folder };
        let Some(path) = local_path(path) else { continue };
        if path.starts_with('/') {
            followed.notes.push(format!(
                "\"{reference}\" begins at the root of the site, where the bundle may not lie: not followed"
            ));
            continue;
        }
        let target = [path, &percent_decoded(path)]
            .map(|path| resolve(folder, path))
            .into_iter()
            .find(|target| sources.existence(target) == Existence::File);
        // Pages may name maps as the bundle will.
        let as_bundled = || match places.target(Some(Reference::Exit), folder, path) {
            Target::Map(map, _) => new_name(&map, false).map(|_| map),
            _ => None,
        };
        match target.or_else(as_bundled) {
            Some(target) if is_outside(&target) => {
                followed.notes.push(format!("\"{reference}\" lies outside of the project: not followed"));
            }
            Some(target) => {
                if let Some(new) = new_name(&target, before.contains("/~/")) {
                    followed.rename(&reference, &spots, path, folder, &new);
                }
                followed.files.insert(target);
            }
            None => followed.notes.push(format!("\"{reference}\" does not exist")),
        }
    }
    // Any text of a script may be a path; those that name a file are taken for one.
    let folders = std::iter::once(folder).chain(map_folders.iter().map(String::as_str));
    let starts = LazyCell::new(|| Starts::of(sources, folders));
    let root = LazyCell::new(|| Starts::of(sources, [""]));
    for (literal, spots) in seen.literals {
        let own = places.own.split(&literal);
        let Some(path) = local_path(own.map_or(literal.as_str(), |(_, path)| path)) else {
            let computed = computed_in(&literal);
            if computed.is_some_and(|folder| !starts.leading_to(folder, &Existence::Folder).is_empty()) {
                followed.notes.push(format!(
                    "\"{literal}\" is filled in by the script: add what it loads to [bundle] include"
                ));
            }
            continue;
        };
        if let Some(folder) =
            path.strip_suffix('/').filter(|folder| folder.contains(|c: char| c.is_ascii_alphanumeric()))
        {
            if !starts.leading_to(folder, &Existence::Folder).is_empty() {
                followed.notes.push(format!("the script makes paths that begin with \"{literal}\": add what it loads to [bundle] include"));
            }
            continue;
        }
        if !looks_like_path(path) {
            continue;
        }
        let starts: &Starts = if own.is_some() { &root } else { &starts };
        for (folder, target) in starts.leading_to(path, &Existence::File) {
            if is_outside(&target) {
                continue;
            }
            // The scripting API knows maps by their rooms alone (`WA.nav.goToRoom`).
            if let Some(new) = new_name(&target, true) {
                followed.rename(&literal, &spots, path, folder, &new);
            }
            followed.files.insert(target);
        }
    }
    for call in seen.computed {
        followed
            .notes
            .push(format!("{call} computes what it loads: add it to [bundle] include if it is a local file"));
    }
    followed
}

/// Folders that the texts of a script may start from. Thousands of texts may be asked for in as many folders: what a
/// folder holds says of nearly all that they are not there.
struct Starts<'a> {
    sources: &'a Sources,
    /// What each holds, by its name; `None` where there is no such folder.
    folders: BTreeMap<&'a str, Option<Arc<Folder>>>,
}

impl<'a> Starts<'a> {
    fn of(sources: &'a Sources, folders: impl IntoIterator<Item = &'a str>) -> Self {
        let folders = folders.into_iter().map(|folder| (folder, sources.entries(folder)));
        Self { sources, folders: folders.collect() }
    }

    /// The folders from which a path leads to something of this kind, with its name.
    fn leading_to(&self, path: &str, kind: &Existence) -> Vec<(&'a str, String)> {
        let mut parts = path.split(['/', '\\']);
        // `a/../b` leads to `b` where there is no `a`, too.
        let first = parts.next().filter(|first| !matches!(*first, "" | "."));
        let first = first.filter(|first| *first != ".." && parts.all(|part| part != ".."));
        // From many folders `../b` leads to one and the same.
        let mut known: BTreeMap<String, bool> = BTreeMap::new();
        let mut found = Vec::new();
        for (folder, listing) in &self.folders {
            let is_listed =
                |first: &str| listing.as_ref().is_some_and(|listing| listing.names.contains(first));
            if first.is_some_and(|first| !is_listed(first)) {
                continue;
            }
            let target = resolve(folder, path);
            let is_there = match known.get(&target) {
                Some(known) => *known,
                None => self.sources.existence_unkept(&target) == *kind,
            };
            if is_there {
                found.push((*folder, target.clone()));
            }
            known.insert(target, is_there);
        }
        found
    }
}

impl Followed {
    /// Takes note that the `path` in a text, which stands at `spots`, leads from `folder` to a file called
    /// `new`.
    fn rename(&mut self, text: &str, spots: &[usize], path: &str, folder: &str, new: &str) {
        let beside = &path[..path.rfind('/').map_or(0, |slash| slash + 1)];
        // Most keep their folder, and then the way to it.
        let new = if resolve(folder, beside).trim_end_matches('/') == parent(new) {
            format!("{beside}{}", percent_encoded(file_name(new)))
        } else {
            percent_encoded(&relative(folder, new))
        };
        if spots.is_empty() {
            self.notes
                .push(format!("\"{text}\" is \"{new}\" in the bundle: write it so, it is not changed here"));
        }
        // A path is a part of its text.
        let offset = path.as_ptr().addr() - text.as_ptr().addr();
        for spot in spots {
            self.renamed.entry(spot + offset).or_insert_with(|| (path.len(), new.clone()));
        }
    }

    /// The file's text with the new names; `None` where they are the old ones.
    pub(super) fn rewritten(&self, text: &str) -> Option<String> {
        let mut new = String::with_capacity(text.len());
        let mut done = 0;
        for (start, (length, name)) in &self.renamed {
            new += text.get(done..*start)?;
            new += name;
            done = start + length;
        }
        new += text.get(done..)?;
        (new != text).then_some(new)
    }

    /// Whether anything in the text must be called otherwise.
    pub(super) fn renames(&self) -> bool {
        !self.renamed.is_empty()
    }
}

/// The path of a reference to a file beside this one; `None` for other sites, places in the same page
/// and what a script fills in.
fn local_path(reference: &str) -> Option<&str> {
    let reference = reference.trim();
    let path = &reference[..reference.find(['#', '?']).unwrap_or(reference.len())];
    let local = !path.is_empty() && !is_url(path) && !path.contains("{{") && !path.contains("${");
    local.then_some(path)
}

/// The folder of a path that a script fills in, `sounds/${name}.mp3`.
fn computed_in(text: &str) -> Option<&str> {
    let (before, _) = text.split_once("${")?;
    let (folder, _) = before.rsplit_once('/')?;
    let local = !folder.is_empty() && !is_url(text) && looks_like_path(text);
    local.then_some(folder)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{text::candidates, *};
    use crate::{
        bundle::{Settings, own::Own},
        project::Project,
        source::Sources,
    };

    fn settings() -> Settings {
        let base_url = Some("https://maps.example.org/mixit".to_owned());
        Settings { base_url, ..Settings::default() }
    }

    fn follow(name: &str, text: &str) -> (Vec<String>, Vec<String>) {
        let disk = tempfile::tempdir().unwrap();
        std::fs::create_dir(disk.path().join("sounds")).unwrap();
        let mut sources = Sources::new(disk.path());
        for file in
            ["pages/a.png", "pages/style.css", "pages/b.html", "sounds/x.mp3", "pages/lib.js", "pages/bg.jpg"]
        {
            sources.insert(file, "x");
        }
        let map_folders = BTreeSet::from(["maps".to_owned()]);
        let own = Own::of(&Project::default(), &settings());
        let places = Places { sources: &sources, stand_ins: &BTreeMap::new(), own: &own };
        let followed = references(places, name, text.as_bytes(), &map_folders, &|_, _| None);
        (followed.files.into_iter().collect(), followed.notes)
    }

    #[test]
    fn pages_bring_what_they_show() {
        let (files, notes) = follow(
            "pages/index.html",
            "<!-- <img src=old.png> --><LINK rel=stylesheet HREF=style.css><img alt='a > b' src='a.png?x'>
             <a href=\"b.html#top\">b</a><a href=https://a.example>c</a><a href='#x'>d</a>
             <style>body { background: url('bg.jpg') }</style><script src=lib.js></script><img src=gone.png>
             <a href=/imprint.html>e</a>",
        );
        assert_eq!(files, ["pages/a.png", "pages/b.html", "pages/bg.jpg", "pages/lib.js", "pages/style.css"]);
        assert_eq!(notes.len(), 2, "{notes:?}");
        assert!(notes.iter().any(|note| note.contains("gone.png")));
    }

    #[test]
    fn scripts_bring_imports_and_files_that_they_name() {
        let (files, notes) = follow(
            "pages/main.js",
            "import { a } from './lib.js'; // don't\nWA.sound.loadSound('../sounds/x.mp3'); fetch(url); import 'bare';
             const half = a / 2; import('./gone.js')",
        );
        assert_eq!(files, ["pages/lib.js", "sounds/x.mp3"]);
        assert!(notes.iter().any(|note| note.starts_with("fetch computes")), "{notes:?}");
        assert!(notes.iter().any(|note| note.contains("gone.js")), "{notes:?}");
    }

    #[test]
    fn texts_of_scripts_are_paths_whatever_way_they_go() {
        let (files, notes) = follow(
            "pages/main.js",
            "['gone/../a.png', './bg.jpg', '../sounds/./x.mp3', 'b.html', 'gone/style.css', 'gone/', 'a/../../sounds/',
             `../sounds/${name}.mp3`, `none/${name}.mp3`]",
        );
        assert_eq!(files, ["pages/a.png", "pages/b.html", "pages/bg.jpg", "sounds/x.mp3"]);
        assert_eq!(notes.len(), 2, "{notes:?}");
        assert!(notes.iter().all(|note| note.contains("sounds/")), "{notes:?}");
    }

    #[test]
    fn styles_bring_pictures_and_other_styles() {
        let (files, notes) = follow(
            "pages/x.css",
            "/* url(old.png) */ @import 'style.css'; @import url(\"style.css\") print;
             a { background: url( a.png ), url('bg.jpg#x'), url(data:image/png;base64,AAAA), url(#mask) }
             @font-face { src: url(gone.woff2) format(\"woff2\") }",
        );
        assert_eq!(files, ["pages/a.png", "pages/bg.jpg", "pages/style.css"]);
        assert_eq!(notes, ["\"gone.woff2\" does not exist"]);
    }

    #[test]
    fn of_several_pictures_all_come() {
        let (files, notes) = follow(
            "pages/x.html",
            "<img srcset='data:image/png;base64,AA,BB 1x, a.png 2x,bg.jpg'><meta content=a.png><meta content='a b.c'>
             <link imagesrcset=\"gone.png, a.png\"><video poster=bg.jpg><object data=b.html><body background=a.png>",
        );
        assert_eq!(files, ["pages/a.png", "pages/b.html", "pages/bg.jpg"]);
        assert_eq!(notes, ["\"gone.png\" does not exist"]);
    }

    #[test]
    fn addresses_of_the_bundle_are_followed() {
        let (files, notes) = follow(
            "pages/x.html",
            "<img src=https://maps.example.org/mixit/pages/a.png><a href=/mixit/pages/b.html>b</a><a href=/other.html>o</a>
             <img src=//maps.example.org/mixit/gone.png><img src=https://maps.example.org/else/a.png>
             <script>load('https://maps.example.org/mixit/sounds/x.mp3')</script>",
        );
        assert_eq!(files, ["pages/a.png", "pages/b.html", "sounds/x.mp3"]);
        assert_eq!(notes.len(), 2, "{notes:?}");
        assert!(notes[0].contains("gone.png") && notes[1].contains("/other.html"), "{notes:?}");
    }

    #[test]
    fn names_that_scripts_compute_are_told() {
        let (files, notes) = follow(
            "pages/x.js",
            "load(`../sounds/${name}.mp3`); load('../sounds/' + name); load('elsewhere/' + x); a(`${b}/c`); 'a/b'; '/'; './'",
        );
        assert_eq!(files, Vec::<String>::new());
        assert_eq!(notes.len(), 2, "{notes:?}");
        assert!(
            notes[0].contains("../sounds/${name}.mp3") || notes[1].contains("../sounds/${name}.mp3"),
            "{notes:?}"
        );
    }

    #[test]
    fn collections_bring_their_pictures() {
        let (files, notes) = follow(
            "pages/furniture.json",
            r#"{"collectionName": "x", "collection": [{"imagePath": "a.png"}, {"imagePath": "gone.png"}]}"#,
        );
        assert_eq!((files, notes.len()), (vec!["pages/a.png".to_owned()], 1));
        assert_eq!(
            follow("pages/data.json", r#"{"collection": [{"imagePath": "a.png"}]}"#).0,
            Vec::<String>::new()
        );
    }

    #[test]
    fn files_that_are_called_otherwise_are_named_so() {
        let mut sources = Sources::new("/nowhere");
        for file in ["maps/hall.json", "pages/main.ts", "maps/my hall.tmx", "maps/a&b.json"] {
            sources.insert(file, "x");
        }
        let own = Own::of(&Project::default(), &settings());
        let places = Places { sources: &sources, stand_ins: &BTreeMap::new(), own: &own };
        let map_folders = BTreeSet::from(["maps".to_owned()]);
        let new_name = |name: &str, room: bool| match name {
            "maps/hall.json" => Some(format!("maps/hall.{}", if room { "wam" } else { "tmj" })),
            "maps/my hall.tmx" => Some("maps/my hall.tmj".to_owned()),
            "maps/a&b.json" => Some("maps/a&b.tmj".to_owned()),
            "pages/main.ts" => Some("pages/main.js".to_owned()),
            _ => None,
        };
        let rewritten = |name: &str, text: &str| {
            references(places, name, text.as_bytes(), &map_folders, &new_name).rewritten(text)
        };
        assert_eq!(
            rewritten(
                "pages/x.html",
                "<a href=../maps/hall.json>hall.json</a><a href='../maps/hall.json?x#y'><a href=\"../maps/my%20hall.tmx\">\
                 <a href=https://maps.example.org/mixit/maps/hall.json><script src='main.ts'></script>\
                 <a href=' ../maps/hall.json '><script>WA.nav.goToRoom('../maps/hall.json')</script>",
            )
            .as_deref(),
            Some(
                "<a href=../maps/hall.tmj>hall.json</a><a href='../maps/hall.tmj?x#y'><a href=\"../maps/my%20hall.tmj\">\
                 <a href=https://maps.example.org/mixit/maps/hall.tmj><script src='main.js'></script>\
                 <a href=' ../maps/hall.tmj '><script>WA.nav.goToRoom('../maps/hall.wam')</script>"
            )
        );
        assert_eq!(
            rewritten("pages/x.js", "WA.nav.goToRoom('hall.json#in'); say('the hall.json of old')")
                .as_deref(),
            Some("WA.nav.goToRoom('hall.wam#in'); say('the hall.json of old')")
        );
        assert_eq!(rewritten("pages/x.js", "say('hall.jsonx', 'all.json')"), None);
        // What is not written as it is meant stays whole, and is told.
        let entity = "<a href='../maps/a&amp;b.json?x'><p style='background: url(../maps/hall.json)'>";
        let followed = references(places, "pages/x.html", entity.as_bytes(), &map_folders, &new_name);
        assert_eq!((followed.rewritten(entity), followed.notes.len()), (None, 2), "{:?}", followed.notes);
        let query = "<a href='../maps/hall.json?a=1&amp;b=2'>";
        assert_eq!(
            rewritten("pages/x.html", query).as_deref(),
            Some("<a href='../maps/hall.tmj?a=1&amp;b=2'>")
        );
        let as_bundled = "<a href=../maps/hall.tmj#in>";
        let followed = references(places, "pages/x.html", as_bundled.as_bytes(), &map_folders, &new_name);
        assert_eq!((followed.rewritten(as_bundled), followed.notes), (None, Vec::new()));
    }

    #[test]
    fn what_does_not_end_costs_little_and_is_no_address() {
        let many = |text: &str| text.repeat(200_000 / text.len());
        for (name, text) in [
            ("pages/x.css", many("url(")),
            ("pages/x.js", format!("`{}", many("\\`"))),
            ("pages/x.js", format!("'{}", many("\\'"))),
        ] {
            assert_eq!(follow(name, &text), (Vec::new(), Vec::new()), "{name}");
        }
        // What follows on another line counts again.
        assert_eq!(follow("pages/x.js", "don't\nload('../sounds/x.mp3')").0, ["sounds/x.mp3"]);
    }

    proptest::proptest! {
        #[test]
        fn no_text_stops_the_search(text in "[<>a='\" /!*,-]{0,60}") {
            follow("pages/x.html", &text);
            follow("pages/x.js", &text);
            follow("pages/x.css", &text);
            crate::bundle::fill::page(&format!("${{links.a}}{text}"), &BTreeMap::new());
            candidates(&text);
        }
    }
}
