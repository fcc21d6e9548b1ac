//! What map-storage makes of an upload, by its rules (workadventure-maps, sections 7.2 and 7.3).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    Parcel, Token, gate, has_extension,
    rules::{
        BUNDLE_EDITED, BUNDLE_INCOMPLETE, ENTRY_OUTSIDE, NOTHING_STORED, TOKEN_IN_BUNDLE, UPLOAD_TOO_LARGE,
        known,
    },
};
use crate::{
    bundle,
    finding::{Finding, Spot},
    project::Project,
    source::{file_stem, with_extension},
};

/// Most bytes of files that map-storage takes, unless its `MAX_UNCOMPRESSED_SIZE` says otherwise.
const TAKEN: u64 = 1 << 30;

/// What becomes of an upload. What lies on the server is not known to it.
#[derive(Debug)]
pub struct Forecast {
    /// Files that are stored, by path, with their size in bytes.
    pub stored: BTreeMap<String, u64>,
    /// Files that the server passes over without a word.
    pub passed_over: BTreeSet<String>,
    /// The rooms that visitors can enter, by path.
    pub rooms: BTreeMap<String, Room>,
    /// What that changes, where it is known what was published before.
    pub change: Option<Change>,
    /// What the server would refuse, and what it would do in silence.
    pub findings: Vec<Finding>,
    /// The files as a project, in which the findings lie.
    pub project: Project,
}

/// Where a room comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Room {
    /// A `.wam` file of the upload: it replaces one on the server, with all that was edited there.
    Sent,
    /// The server keeps its own where it has one, else makes one.
    KeptOrMade,
}

/// How an upload differs from what was published before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Files that were not there.
    pub new: BTreeSet<String>,
    /// Files with another content.
    pub replaced: BTreeSet<String>,
    /// Files that stay as they are.
    pub same: BTreeSet<String>,
    /// Files that go.
    pub deleted: BTreeSet<String>,
}

/// Says what the server makes of an upload. `published` is the manifest of what is there, by path with
/// SHA-256; `token` must be in no file.
pub fn forecast(
    parcel: &Parcel,
    published: Option<&BTreeMap<String, String>>,
    token: Option<&Token>,
) -> Forecast {
    let (passed_over, stored): (Vec<_>, Vec<_>) =
        parcel.files.iter().partition(|(name, _)| is_passed_over(name));
    let files: BTreeMap<String, _> =
        stored.into_iter().map(|(name, bytes)| (name.clone(), bytes.clone())).collect();
    let (project, mut findings) = gate::refusals(&files);
    let mut found = |rule: &'static str, name: &str, message: String, help: &str| {
        findings.push(Finding::new(known(rule), Spot::file(name), message).help(help));
    };
    for (name, _) in &passed_over {
        // The settings of another kind of server, which this one needs not.
        if *name != ".htaccess" {
            let message = "map-storage drops the file: its path has a part that begins with a dot".to_owned();
            found(
                "hidden-file",
                name,
                message,
                "pack the files without ./ before their paths, and without such names",
            );
        }
    }
    for (name, bytes) in &files {
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        if extension != "tmj" && extension.eq_ignore_ascii_case("tmj") {
            let message = format!("map-storage makes no room of the map: its extension is .{extension}");
            found("map-extension-case", name, message, "rename it to end in .tmj");
        }
        if bundle::looks_cached_for_ever(name) && !carries_its_hash(name, bytes) {
            let message =
                "browsers keep the file for a year: map-storage takes the end of its name for a hash"
                    .to_owned();
            found("dated-file-name", name, message, "write dates with hyphens, or leave them out");
        }
    }
    let mut rooms = BTreeMap::new();
    for map in files.keys().filter(|name| has_extension(name, "tmj")) {
        let room = with_extension(map, "wam");
        let namesake =
            files.keys().find(|name| has_extension(name, "wam") && file_stem(name) == file_stem(&room));
        if files.contains_key(&room) {
            rooms.insert(room, Room::Sent);
        } else if let Some(other) = namesake {
            let message = format!("map-storage makes no room of the map: there is \"{other}\" already");
            found("wam-elsewhere", map, message, "rename one of them, or put a .wam file beside the map");
        } else {
            rooms.insert(room, Room::KeptOrMade);
        }
    }
    for (name, bytes) in &parcel.files {
        if token.is_some_and(|token| token.is_in(bytes)) {
            let message = "everybody could read the server's token in it";
            findings.push(Finding::new(&TOKEN_IN_BUNDLE, Spot::file(name), message).help("take it out"));
        }
        let leaves = name.starts_with('/') || name.contains('\\') || name.split('/').any(|part| part == "..");
        if leaves {
            let message = "the path leads out of the archive";
            findings
                .push(Finding::new(&ENTRY_OUTSIDE, Spot::file(name), message).help("pack the archive anew"));
        }
    }
    findings.extend(against_manifest(parcel));
    if files.is_empty() {
        let message = "the directory would be emptied: no file of the upload is stored";
        findings.push(Finding::new(&NOTHING_STORED, Spot::file(bundle::MANIFEST), message));
    }
    if parcel.bytes() > TAKEN {
        let message = format!("{} bytes are more than map-storage takes by default", parcel.bytes());
        findings.push(Finding::new(&UPLOAD_TOO_LARGE, Spot::file(bundle::MANIFEST), message));
    }
    let change = published.map(|published| {
        let now = files.iter().map(|(name, bytes)| (name.as_str(), bundle::sha256(bytes))).collect();
        Change::between(published, &now)
    });
    Forecast {
        stored: files.iter().map(|(name, bytes)| (name.clone(), bytes.len() as u64)).collect(),
        passed_over: passed_over.into_iter().map(|(name, _)| name.clone()).collect(),
        rooms,
        change,
        findings,
        project,
    }
}

/// What is missing of the bundle, and what is not as it was made, by its own manifest.
fn against_manifest(parcel: &Parcel) -> Vec<Finding> {
    let manifest = parcel.files.get(bundle::MANIFEST).and_then(|bytes| bundle::fingerprints(bytes));
    let listed = manifest.unwrap_or_default();
    let judged = listed.iter().filter_map(|(name, hash)| match parcel.files.get(name) {
        // Without its file the server keeps a room as it is there, or makes one.
        None if has_extension(name, "wam") => None,
        None => {
            let message = "the bundle's manifest lists the file, and it is not there".to_owned();
            Some(Finding::new(&BUNDLE_INCOMPLETE, Spot::file(&**name), message))
        }
        Some(bytes) if bundle::sha256(bytes) != *hash => {
            let message = "the file was changed after the bundle was made".to_owned();
            Some(Finding::new(&BUNDLE_EDITED, Spot::file(&**name), message))
        }
        Some(_) => None,
    });
    judged.collect()
}

impl Change {
    fn between(published: &BTreeMap<String, String>, now: &BTreeMap<&str, String>) -> Self {
        let mut change = Self::default();
        for (name, hash) in now {
            let list = match published.get(*name) {
                None => &mut change.new,
                Some(old) if old == hash => &mut change.same,
                Some(_) => &mut change.replaced,
            };
            list.insert((*name).to_owned());
        }
        for name in published.keys().filter(|name| !is_passed_over(name)) {
            // Rooms stay while their map is sent and no other room in their place (section 7.3).
            let kept = has_extension(name, "wam") && now.contains_key(with_extension(name, "tmj").as_str());
            if !now.contains_key(name.as_str()) && !kept {
                change.deleted.insert(name.clone());
            }
        }
        // No manifest lists itself, and each bundle has one.
        if change.new.remove(bundle::MANIFEST) {
            change.replaced.insert(bundle::MANIFEST.to_owned());
        }
        change
    }
}

/// Whether the server drops a file of an archive.
fn is_passed_over(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with('.') && part != "..")
}

/// Whether the digits at the end of a name are of the content's hash, as bundles write it: another content
/// has another name then.
fn carries_its_hash(name: &str, bytes: &[u8]) -> bool {
    let stem = file_stem(name);
    stem.get(stem.len().saturating_sub(8)..).is_some_and(|end| bundle::sha256(bytes).starts_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(change: &BTreeSet<String>) -> Vec<&str> {
        change.iter().map(String::as_str).collect()
    }

    #[test]
    fn rooms_of_maps_that_are_sent_are_kept() {
        let hash = |text: &str| text.to_owned();
        let published = [
            ("a.tmj", "1"),
            ("a.wam", "2"),
            ("b.tmj", "3"),
            ("b.wam", "4"),
            ("c.tmj", "5"),
            ("c.wam", "6"),
            (".htaccess", "7"),
        ];
        let published = published.map(|(name, text)| (name.to_owned(), hash(text))).into();
        let now = [("a.tmj", "1"), ("b.tmj", "8"), ("b.wam", "4"), ("manifest.json", "9"), ("d.png", "10")];
        let now = now.map(|(name, text)| (name, hash(text))).into();
        let change = Change::between(&published, &now);
        assert_eq!(names(&change.new), ["d.png"]);
        assert_eq!(names(&change.replaced), ["b.tmj", "manifest.json"]);
        assert_eq!(names(&change.same), ["a.tmj", "b.wam"]);
        assert_eq!(names(&change.deleted), ["c.tmj", "c.wam"]);
    }

    #[test]
    fn dots_hide_files() {
        for hidden in ["./a.tmj", ".htaccess", "a/.b/c.png"] {
            assert!(is_passed_over(hidden), "{hidden}");
        }
        assert!(!is_passed_over("a/b.c/d..png") && !is_passed_over("../a.tmj"));
    }
}
