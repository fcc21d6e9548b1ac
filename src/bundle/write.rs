//! Writes a bundle: all of it beside its goal, then swapped in.

use std::{
    collections::BTreeSet,
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use walkdir::{DirEntry, WalkDir};
use zip::{DateTime, ZipWriter, write::SimpleFileOptions};

use super::{Bundle, BundleError, manifest};
use crate::output::{Building, Staged, WriteError, folder_beside, is_left_behind};

/// Files that systems leave in any folder.
const LEFT_BY_SYSTEMS: [&str; 3] = [".DS_Store", "Thumbs.db", "desktop.ini"];

/// A bundle that is written whole, but not yet in the place of the old one.
#[derive(Debug)]
pub struct Ready {
    built: Building,
    out: PathBuf,
}

/// Writes a bundle to a folder beside `out`, once it is certain that `out` may be replaced: it does
/// not exist, is empty, or holds a bundle of ours and nothing else.
///
/// # Errors
/// [`BundleError::Foreign`] where `out` holds anything else, [`BundleError::Write`] where the disk
/// refuses. Nothing is changed then.
pub fn prepare(bundle: &Bundle, out: &Path) -> Result<Ready, BundleError> {
    // Where a link stands for the folder, the folder is replaced and the link stays.
    let out = &if out.is_symlink() {
        out.canonicalize().unwrap_or_else(|_| out.to_owned())
    } else {
        out.to_owned()
    };
    if let Some(found) = foreign(out)? {
        return Err(BundleError::Foreign { out: out.to_owned(), found });
    }
    let built = folder_beside(out)?;
    for (name, file) in &bundle.files {
        let path = built.path().join(name);
        let failed = |source| WriteError { path: path.clone(), source };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        fs::write(&path, &file.bytes).map_err(failed)?;
    }
    Ok(Ready { built, out: out.to_owned() })
}

impl Ready {
    /// Puts the bundle in the place of the old one.
    ///
    /// # Errors
    /// Where it cannot be renamed; the old one is in its place then.
    pub fn commit(self) -> Result<(), BundleError> {
        self.commit_with(Staged::default())
    }

    /// Puts the bundle, and files that belong to it, in their places: all of them or none.
    ///
    /// # Errors
    /// Where one of them cannot be renamed; the old ones are in their places then.
    pub fn commit_with(self, mut files: Staged) -> Result<(), BundleError> {
        files.folder(self.built, &self.out);
        Ok(files.commit()?)
    }
}

/// What a folder holds that no bundle of ours wrote; `None` where it may be replaced.
fn foreign(out: &Path) -> Result<Option<String>, WriteError> {
    // Another run may put its bundle there while we look: then a file is gone, or is of a manifest that we have not
    // read. What is still so when nobody does is so.
    const LOOKS: usize = 4;
    let mut found = foreign_now(out);
    for _ in 1..LOOKS {
        match &found {
            Ok(None) => break,
            Err(error) if error.source.kind() != io::ErrorKind::NotFound => break,
            Ok(Some(_)) | Err(_) => found = foreign_now(out),
        }
    }
    found
}

fn foreign_now(out: &Path) -> Result<Option<String>, WriteError> {
    let unreadable = |source: io::Error| WriteError { path: out.to_owned(), source };
    match fs::symlink_metadata(out) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
        Ok(_) if !out.is_dir() => return Ok(Some("a file".to_owned())),
        Ok(_) => {}
    }
    let manifest = fs::read(out.join(manifest::PATH)).ok().and_then(|bytes| manifest::read(&bytes));
    let known: BTreeSet<String> =
        manifest.into_iter().flat_map(|manifest| manifest.files).map(|file| file.path).collect();
    let is_left = |entry: &DirEntry| entry.file_name().to_str().is_some_and(is_left_behind);
    for entry in WalkDir::new(out).sort_by_file_name().into_iter().filter_entry(|entry| !is_left(entry)) {
        let entry = entry.map_err(|error| unreadable(error.into()))?;
        let name =
            entry.path().strip_prefix(out).unwrap_or(entry.path()).to_string_lossy().replace('\\', "/");
        let left = LEFT_BY_SYSTEMS.iter().any(|file| entry.file_name() == *file);
        let ours = known.contains(&name) || !known.is_empty() && name == manifest::PATH;
        if !entry.file_type().is_dir() && !left && !ours {
            return Ok(Some(format!("\"{name}\"")));
        }
    }
    Ok(None)
}

/// The bundle as a zip that map-storage takes: sorted, no `./`, the same bytes for the same bundle.
/// `.htaccess` goes in too; map-storage passes it over (workadventure-maps, section 7.2).
///
/// # Errors
/// Where the archive would be larger than zip can be.
pub fn zip(bundle: &Bundle) -> Result<Vec<u8>, BundleError> {
    pack(bundle.files.iter().map(|(name, file)| (name.as_str(), &*file.bytes)))
}

/// Files as a zip, in their order.
pub(crate) fn pack<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> Result<Vec<u8>, BundleError> {
    let failed = |reason: String| BundleError::Encode { file: "the zip".to_owned(), reason };
    let options = SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut archive = ZipWriter::new(io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(name, options).map_err(|error| failed(error.to_string()))?;
        archive.write_all(bytes).map_err(|error| failed(error.to_string()))?;
    }
    Ok(archive.finish().map_err(|error| failed(error.to_string()))?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(text: &str) -> Bundle {
        let mut bundle = Bundle::default();
        bundle.insert("maps/a.tmj", text.to_owned(), Some("maps/a.json"));
        manifest::add(None, &mut bundle);
        bundle
    }

    #[test]
    fn a_bundle_replaces_a_bundle_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("dist");
        for text in ["one", "two"] {
            prepare(&bundle(text), &out).unwrap().commit().unwrap();
            assert_eq!(fs::read_to_string(out.join("maps/a.tmj")).unwrap(), text);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

        fs::write(out.join("maps/thesis.txt"), "years of work").unwrap();
        let error = prepare(&bundle("three"), &out).unwrap_err();
        assert!(error.to_string().contains("\"maps/thesis.txt\""), "{error}");
        assert_eq!(fs::read_to_string(out.join("maps/a.tmj")).unwrap(), "two");
    }

    #[test]
    fn a_bundle_that_another_run_replaces_meanwhile_is_no_foreign_one() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("dist");
        let named = |name: &str| {
            let mut bundle = Bundle::default();
            for number in 0..40 {
                bundle.insert(&format!("assets/{name}-{number}.png"), name.to_owned(), None);
            }
            manifest::add(None, &mut bundle);
            bundle
        };
        prepare(&named("one"), &out).unwrap().commit().unwrap();
        let replacing = std::sync::atomic::AtomicBool::new(true);
        std::thread::scope(|scope| {
            let goal = out.as_path();
            scope.spawn(|| {
                for name in ["two", "one"].into_iter().cycle().take(60) {
                    prepare(&named(name), goal).unwrap().commit().unwrap();
                }
                replacing.store(false, std::sync::atomic::Ordering::Relaxed);
            });
            while replacing.load(std::sync::atomic::Ordering::Relaxed) {
                assert_eq!(foreign(goal).unwrap(), None);
            }
        });
    }

    #[test]
    fn a_foreign_folder_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("manifest.json"), "{\"name\": \"my web app\"}").unwrap();
        let error = prepare(&bundle("x"), folder.path()).unwrap_err();
        assert!(matches!(error, BundleError::Foreign { .. }), "{error}");
        let empty = folder.path().join("empty");
        fs::create_dir(&empty).unwrap();
        prepare(&bundle("x"), &empty).unwrap().commit().unwrap();
        let file = folder.path().join("manifest.json");
        assert!(matches!(prepare(&bundle("x"), &file), Err(BundleError::Foreign { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_bundle_that_cannot_be_written_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("dist");
        prepare(&bundle("old"), &out).unwrap().commit().unwrap();
        let mut broken = bundle("new");
        // A file where a folder is needed: fails for root as well, unlike permissions.
        broken.insert("maps/a.tmj/b", "x", None);
        assert!(matches!(prepare(&broken, &out), Err(BundleError::Write(_))));
        assert_eq!(fs::read_to_string(out.join("maps/a.tmj")).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn zips_are_sorted_and_repeatable() {
        let first = zip(&bundle("one")).unwrap();
        assert_eq!(first, zip(&bundle("one")).unwrap());
        let mut archive = zip::ZipArchive::new(io::Cursor::new(first)).unwrap();
        let names: Vec<String> =
            (0..archive.len()).map(|at| archive.by_index(at).unwrap().name().unwrap().into_owned()).collect();
        assert_eq!(names, ["manifest.json", "maps/a.tmj"]);
    }
}
