//! Where files have gone.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
};

use super::{
    Sources, file_name, join,
    left_out::{MANIFEST, is_skipped_folder},
    parent,
};

/// More folders are not looked into: a project without a config may be as large as a disk.
const MOST_FOLDERS: usize = 2000;

/// Nor are more names.
const MOST_NAMES: usize = 100_000;

/// Where so many files are called alike, the name says too little.
const MOST_ALIKE: usize = 32;

/// Folders below the root, and for each name of a file the numbers of those that have one.
#[derive(Debug, Default)]
pub(super) struct Whereabouts {
    folders: Vec<String>,
    files: HashMap<String, Vec<usize>>,
}

impl Sources {
    /// Where the file has gone that is not at `name` any more: the one below the root that is called so in
    /// another folder and that `fits`. Of several it is the one whose folders are called most alike, from the
    /// innermost on; `None` where that does not tell, or where there is too much to look through.
    pub(crate) fn moved(&self, name: &str, fits: impl Fn(&str) -> bool) -> Option<String> {
        let whereabouts = self.whereabouts();
        let numbers = whereabouts.files.get(file_name(name)).filter(|numbers| numbers.len() <= MOST_ALIKE)?;
        let folders = numbers.iter().map(|number| whereabouts.folders[*number].as_str());
        let found: Vec<String> = folders.map(|folder| join(folder, file_name(name))).collect();
        let found: Vec<&String> = found.iter().filter(|other| *other != name && fits(other)).collect();
        let alike = |other: &String| {
            let folders = parent(name).rsplit('/').zip(parent(other).rsplit('/'));
            folders.take_while(|(a, b)| a == b).count()
        };
        let most = found.iter().map(|other| alike(other)).max()?;
        let mut best = found.iter().filter(|other| alike(other) == most);
        best.next().filter(|_| best.next().is_none()).map(|only| (*only).clone())
    }

    fn whereabouts(&self) -> Arc<Whereabouts> {
        if let Some(known) = &self.cache.read().unwrap_or_else(PoisonError::into_inner).whereabouts {
            return Arc::clone(known);
        }
        let whereabouts = if self.only_shared { None } else { self.look_around() };
        let whereabouts = Arc::new(whereabouts.unwrap_or_default());
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(cache.whereabouts.get_or_insert(whereabouts))
    }

    /// Looks into every folder; `None` where there are too many, or too much is in them.
    fn look_around(&self) -> Option<Whereabouts> {
        let mut whereabouts = Whereabouts::default();
        let mut open = vec![String::new()];
        let mut left = MOST_NAMES;
        while let Some(folder) = open.pop() {
            let number = whereabouts.folders.len();
            if number == MOST_FOLDERS {
                return None;
            }
            let Some(entries) = self.entries_up_to(&folder, left).ok()? else { continue };
            left = left.checked_sub(entries.names.len())?;
            if !folder.is_empty() && entries.names.contains(MANIFEST) && self.is_bundle(&folder) {
                continue;
            }
            let below = entries.folders.iter().filter(|name| !is_skipped_folder(name));
            open.extend(below.map(|name| join(&folder, name)));
            // Where links lead is not looked at.
            let is_file = |name: &&String| !entries.folders.contains(*name) && !entries.links.contains(*name);
            for name in entries.names.iter().filter(is_file) {
                match whereabouts.files.get_mut(name) {
                    Some(numbers) => numbers.push(number),
                    None => _ = whereabouts.files.insert(name.clone(), vec![number]),
                }
            }
            whereabouts.folders.push(folder);
        }
        Some(whereabouts)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn moved(root: &std::path::Path, name: &str) -> Option<String> {
        Sources::new(root).moved(name, |_| true)
    }

    #[test]
    fn folders_tell_which_of_several_it_is() {
        let mut sources = Sources::detached();
        for name in ["a.png", "x/a.png", "x/y/a.png", "z/y/a.png", "b.png", "dist/c.png", "x/.git/c.png"] {
            sources.insert(name, "");
        }
        let moved = |name: &str| sources.moved(name, |_| true);
        assert_eq!(moved("x/y/z/b.png").as_deref(), Some("b.png"));
        assert_eq!(moved("q/x/a.png").as_deref(), Some("x/a.png"));
        assert_eq!(moved("C:/tiles/x/y/a.png").as_deref(), Some("x/y/a.png"));
        // Two lie in a folder of that name, and none in this one; and other people's files are not ours.
        assert_eq!((moved("q/y/a.png"), moved("q/a.png"), moved("c.png")), (None, None, None));
        let other = |other: &str| other.starts_with("z/");
        assert_eq!(sources.moved("q/y/a.png", other).as_deref(), Some("z/y/a.png"));
        // What is there has not moved.
        assert_eq!(moved("b.png"), None);
    }

    #[test]
    fn what_says_too_little_is_not_guessed_at() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let put = |name: &str| {
            fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            fs::write(at(name), "").unwrap();
        };
        (0..MOST_ALIKE).for_each(|number| put(&format!("{number}/page.html")));
        assert_eq!(moved(folder.path(), "old/7/page.html").as_deref(), Some("7/page.html"));
        put("more/page.html");
        assert_eq!(moved(folder.path(), "old/7/page.html"), None);

        put("one/song.mp3");
        assert_eq!(moved(folder.path(), "song.mp3").as_deref(), Some("one/song.mp3"));
        // A bundle has everything once more.
        put("site/song.mp3");
        assert_eq!(moved(folder.path(), "song.mp3"), None);
        fs::write(at("site/manifest.json"), r#"{"generator": "venue", "files": []}"#).unwrap();
        assert_eq!(moved(folder.path(), "song.mp3").as_deref(), Some("one/song.mp3"));
        fs::write(at("site/manifest.json"), r#"{"name": "a web app"}"#).unwrap();
        assert_eq!(moved(folder.path(), "song.mp3"), None);
        assert_eq!(Sources::around(folder.path()).moved("1/song.mp3", |_| true), None);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(outside.path().join("song.mp3"), "").unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("folder")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("song.mp3"), folder.path().join("song.mp3")).unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
        assert_eq!(moved(folder.path(), "sounds/song.mp3"), None);
    }

    #[test]
    fn no_disk_is_searched() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        fs::write(folder.path().join("a/song.mp3"), "").unwrap();
        for number in 2..MOST_FOLDERS {
            fs::create_dir(folder.path().join(number.to_string())).unwrap();
        }
        assert_eq!(moved(folder.path(), "song.mp3").as_deref(), Some("a/song.mp3"));
        fs::create_dir(folder.path().join("one-more")).unwrap();
        assert_eq!(moved(folder.path(), "song.mp3"), None);
    }
}
