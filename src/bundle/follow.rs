//! What local pages, styles and scripts refer to, as far as their text says it.

use std::collections::BTreeSet;

use super::{
    plan::is_outside,
    reference::{Places, extension},
};
use crate::{
    source::{Existence, is_url, parent, resolve},
    workadventure::percent_decoded,
};

/// Longest text that is searched, in bytes.
const LONGEST: usize = 8 << 20;

/// What a file refers to.
#[derive(Debug, Default)]
pub(super) struct Followed {
    /// Files of the project.
    pub(super) files: BTreeSet<String>,
    /// What could not be followed.
    pub(super) notes: Vec<String>,
}

/// Looks for references in the file called `name`. `maps` are the bundle's maps: a script may name
/// files relative to the map that loads it.
pub(super) fn references<'a>(
    places: Places<'_>,
    name: &str,
    bytes: &[u8],
    maps: impl Iterator<Item = &'a String>,
) -> Followed {
    let mut followed = Followed::default();
    let kind = extension(name);
    if !matches!(kind.as_str(), "html" | "htm" | "css" | "js" | "mjs" | "svg" | "json")
        || bytes.len() > LONGEST
    {
        return followed;
    }
    let text = String::from_utf8_lossy(bytes);
    let mut seen = Texts::default();
    match kind.as_str() {
        "css" => seen.style(&text),
        "js" | "mjs" => seen.script(&text),
        "json" => seen.collection(&text),
        _ => seen.page(&text),
    }
    let folder = parent(name);
    let sources = places.sources;
    for reference in seen.stated {
        let own = || places.own.split(&reference).or_else(|| places.own.split_path(&reference));
        let (folder, path) = match own() {
            Some((_, path)) => ("", path),
            None => (folder, reference.as_str()),
        };
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
        match target {
            Some(target) if is_outside(&target) => {
                followed.notes.push(format!("\"{reference}\" lies outside of the project: not followed"));
            }
            Some(target) => {
                followed.files.insert(target);
            }
            None => followed.notes.push(format!("\"{reference}\" does not exist")),
        }
    }
    // Any text of a script may be a path; those that name a file are taken for one.
    let folders: BTreeSet<&str> = std::iter::once(folder).chain(maps.map(|map| parent(map))).collect();
    for literal in seen.literals {
        let own = places.own.split(&literal).map(|(_, path)| path);
        let Some(path) = local_path(own.unwrap_or(&literal)) else {
            if let Some(folder) = computed_in(&literal) {
                let is_there = |from: &&str| sources.existence(&resolve(from, folder)) == Existence::Folder;
                if folders.iter().any(is_there) {
                    followed.notes.push(format!(
                        "\"{literal}\" is filled in by the script: add what it loads to [bundle] include"
                    ));
                }
            }
            continue;
        };
        if let Some(folder) =
            path.strip_suffix('/').filter(|folder| folder.contains(|c: char| c.is_ascii_alphanumeric()))
        {
            let is_there = |from: &&str| sources.existence(&resolve(from, folder)) == Existence::Folder;
            if folders.iter().any(is_there) {
                followed.notes.push(format!("the script makes paths that begin with \"{literal}\": add what it loads to [bundle] include"));
            }
            continue;
        }
        if !looks_like_path(path) {
            continue;
        }
        let own = own.map(|_| BTreeSet::from([""]));
        for folder in own.as_ref().unwrap_or(&folders) {
            let target = resolve(folder, path);
            if !is_outside(&target) && sources.existence(&target) == Existence::File {
                followed.files.insert(target);
            }
        }
    }
    for call in seen.computed {
        followed
            .notes
            .push(format!("{call} computes what it loads: add it to [bundle] include if it is a local file"));
    }
    followed
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

fn looks_like_path(text: &str) -> bool {
    let file = text.rsplit('/').next().unwrap_or(text);
    let Some((stem, extension)) = file.rsplit_once('.') else { return false };
    !stem.is_empty()
        && (1..=5).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.len() < 300
        && !text.contains(['\n', '<', '>', '"'])
}

#[derive(Debug, Default)]
struct Texts {
    /// References by syntax: a missing file is a mistake.
    stated: BTreeSet<String>,
    /// Any string of a script.
    literals: BTreeSet<String>,
    /// Calls that load something that is not written there.
    computed: BTreeSet<&'static str>,
}

impl Texts {
    fn page(&mut self, text: &str) {
        let mut rest = text;
        while let Some(open) = rest.find('<') {
            rest = &rest[open + 1..];
            if let Some(comment) = rest.strip_prefix("!--") {
                rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
                continue;
            }
            let (tag, attributes, after) = tag(rest);
            rest = after;
            for (name, value) in attributes {
                match name.as_str() {
                    "src" | "href" | "poster" | "data" | "xlink:href" | "background" => {
                        self.stated.insert(value);
                    }
                    "srcset" | "imagesrcset" => self.stated.extend(candidates(&value)),
                    // What previews of links show.
                    "content" if tag == "meta" && looks_like_path(&value) && !value.contains(' ') => {
                        self.literals.insert(value);
                    }
                    "style" => self.style(&value),
                    _ => {}
                }
            }
            for (element, end) in [("style", "</style"), ("script", "</script")] {
                if tag == element {
                    let length = find_ignoring_case(rest, end).unwrap_or(rest.len());
                    let inside = &rest[..length];
                    if element == "style" {
                        self.style(inside);
                    } else {
                        self.script(inside);
                    }
                    rest = &rest[length..];
                }
            }
        }
    }

    /// The pictures of a collection of entities (workadventure-maps, section 6.4).
    fn collection(&mut self, text: &str) {
        let Ok(json) = serde_json::from_str::<serde_json::Value>(text) else { return };
        if json.get("collectionName").is_none() {
            return;
        }
        let prefabs = json.get("collection").and_then(serde_json::Value::as_array);
        let pictures = prefabs.into_iter().flatten().filter_map(|prefab| prefab.get("imagePath")?.as_str());
        self.stated.extend(pictures.map(str::to_owned));
    }

    fn style(&mut self, text: &str) {
        let text = &without_comments(text);
        for start in ["url(", "@import"] {
            for (at, _) in text.match_indices(start) {
                let rest = text[at + start.len()..].trim_start();
                let value = match rest.chars().next() {
                    Some(quote @ ('"' | '\'')) => rest[1..].split(quote).next(),
                    _ if start == "url(" => rest.split(')').next(),
                    _ => None,
                };
                self.stated.extend(value.map(|value| value.trim().to_owned()));
            }
        }
    }

    fn script(&mut self, text: &str) {
        let mut rest = text;
        let mut before = "";
        while let Some(at) = rest.find(['"', '\'', '`', '/']) {
            let (head, tail) = rest.split_at(at);
            let Some(quote) = tail.chars().next() else { break };
            if quote == '/' {
                // Comments hold apostrophes that begin no text.
                rest = if tail.starts_with("//") {
                    tail.find('\n').map_or("", |end| &tail[end..])
                } else if let Some(comment) = tail.strip_prefix("/*") {
                    comment.find("*/").map_or("", |end| &comment[end + 2..])
                } else {
                    &tail[1..]
                };
                continue;
            }
            let inside = &tail[1..];
            let Some(end) = end_of_text(inside, quote) else {
                rest = inside;
                continue;
            };
            before = if head.trim().is_empty() { before } else { head };
            let literal = inside[..end].to_owned();
            // `import … from "./x.js"` is a reference by syntax; bare names are for bundlers.
            let keyword = before.trim_end();
            let imported =
                keyword.ends_with("from") || keyword.ends_with("import") || keyword.ends_with("import(");
            if imported && literal.starts_with(['.', '/']) {
                self.stated.insert(literal);
            } else {
                self.literals.insert(literal);
            }
            before = "";
            rest = &inside[end + 1..];
        }
        for call in ["import(", "fetch(", "loadSound(", "openCoWebSite(", "new Worker("] {
            let computed = text.match_indices(call).any(|(at, _)| {
                let argument = text[at + call.len()..].trim_start();
                let quoted = argument.starts_with(['"', '\'']);
                let plain = argument
                    .strip_prefix('`')
                    .is_some_and(|rest| !rest.split('`').next().unwrap_or_default().contains("${"));
                !quoted && !plain && !argument.starts_with(')')
            });
            if computed {
                self.computed.insert(call.trim_end_matches('('));
            }
        }
    }
}

/// The pictures that `srcset` offers, as HTML takes it apart: one begins behind blanks and commas and ends
/// at a blank, or at commas where no width follows.
fn candidates(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if rest.is_empty() {
            return found;
        }
        let (url, after) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        found.push(url.trim_end_matches(',').to_owned());
        rest = if url.ends_with(',') { after } else { after.split_once(',').map_or("", |(_, rest)| rest) };
    }
}

/// A style without its comments.
fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/*") {
        kept.push_str(before);
        kept.push(' ');
        rest = comment.split_once("*/").map_or("", |(_, rest)| rest);
    }
    kept + rest
}

/// Offset of the quote that ends a text.
fn end_of_text(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' if quote != '`' => return None,
            c if c == quote => return Some(at),
            _ => {}
        }
    }
    None
}

/// Name of a tag in lower case, its attributes, and the text behind it.
fn tag(text: &str) -> (String, Vec<(String, String)>, &str) {
    let end = text.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(text.len());
    let name = text[..end].trim_end_matches('/').to_ascii_lowercase();
    let mut attributes = Vec::new();
    let mut rest = &text[end..];
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return (name, attributes, rest);
    }
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() {
            return (name, attributes, rest);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (name, attributes, after);
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '>').unwrap_or(rest.len());
        let key = rest[..end].to_ascii_lowercase();
        let after = rest[end..].trim_start();
        let Some(value) = after.strip_prefix('=').map(str::trim_start) else {
            // An attribute without a value, or a stray `=`, which must not stop us here for ever.
            rest = if end == 0 { &rest[1..] } else { after };
            continue;
        };
        let (value, after) = if let Some(quote @ ('"' | '\'')) = value.chars().next() {
            value[1..].split_once(quote).unwrap_or((&value[1..], ""))
        } else {
            let end = value.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(value.len());
            value.split_at(end)
        };
        attributes.push((key, value.replace("&amp;", "&")));
        rest = after;
    }
}

pub(super) fn find_ignoring_case(text: &str, needle: &str) -> Option<usize> {
    text.as_bytes().windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        bundle::{Settings, own::Own},
        project::Project,
        source::Sources,
    };

    fn follow(name: &str, text: &str) -> (Vec<String>, Vec<String>) {
        let disk = tempfile::tempdir().unwrap();
        std::fs::create_dir(disk.path().join("sounds")).unwrap();
        let mut sources = Sources::new(disk.path());
        for file in
            ["pages/a.png", "pages/style.css", "pages/b.html", "sounds/x.mp3", "pages/lib.js", "pages/bg.jpg"]
        {
            sources.insert(file, *b"x");
        }
        let maps = ["maps/hall.tmj".to_owned()];
        let settings = Settings {
            optimize: true,
            texture_size: 4096,
            extrude: 0,
            walk: false,
            base_url: Some("https://maps.example.org/mixit".to_owned()),
            out: None,
        };
        let own = Own::of(&Project::default(), &settings);
        let places = Places { sources: &sources, stand_ins: &BTreeMap::new(), own: &own };
        let followed = references(places, name, text.as_bytes(), maps.iter());
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
