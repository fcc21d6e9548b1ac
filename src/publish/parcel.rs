//! What is sent: the files, and the archive that holds them.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use walkdir::WalkDir;
use zip::ZipArchive;

use super::PublishError;
use crate::bundle;

/// Most bytes that are unpacked: what map-storage takes at most unless it is told otherwise
/// (workadventure-maps, section 7.2), and some.
const LARGEST: u64 = 2 << 30;

/// Files that systems leave in any folder.
const LEFT_BY_SYSTEMS: [&str; 2] = ["Thumbs.db", "desktop.ini"];

/// A bundle ready to be sent.
#[derive(Debug)]
pub struct Parcel {
    /// Its files by their path in the archive, as written there.
    pub files: BTreeMap<String, Bytes>,
    /// The archive.
    pub(super) zip: Vec<u8>,
}

impl Parcel {
    /// The bundle in a folder, or in an archive, which is sent as it is.
    ///
    /// # Errors
    /// [`PublishError::NoBundle`] where the folder holds no bundle of ours, so that no other folder is
    /// published by mistake, and where the archive cannot be unpacked; [`PublishError::Unreadable`].
    pub fn read(path: &Path) -> Result<Self, PublishError> {
        let unreadable = |source| PublishError::Unreadable { path: path.to_owned(), source };
        let metadata = fs::metadata(path).map_err(unreadable)?;
        if metadata.is_dir() {
            return Self::of_folder(path);
        }
        if !metadata.is_file() {
            return Err(no_bundle(path, "is neither a folder nor an archive"));
        }
        if metadata.len() > LARGEST {
            return Err(no_bundle(path, format!("{} bytes are more than any server takes", metadata.len())));
        }
        let zip = fs::read(path).map_err(unreadable)?;
        let files = unpacked(&zip).map_err(|reason| no_bundle(path, reason))?;
        Ok(Self { files, zip })
    }

    fn of_folder(folder: &Path) -> Result<Self, PublishError> {
        let mut files = BTreeMap::new();
        for entry in WalkDir::new(folder).sort_by_file_name() {
            let entry = entry.map_err(|error| PublishError::Unreadable {
                path: error.path().unwrap_or(folder).to_owned(),
                source: error.into(),
            })?;
            let left = LEFT_BY_SYSTEMS.iter().any(|name| entry.file_name() == *name);
            let path = entry.path();
            if entry.file_type().is_symlink() {
                return Err(no_bundle(path, "is a link to a file, not one: bundles hold no links"));
            }
            if !entry.file_type().is_file() || left {
                continue;
            }
            let inside = path.strip_prefix(folder).unwrap_or(path);
            let Some(name) = inside.to_str().map(|name| name.replace('\\', "/")) else {
                return Err(no_bundle(path, "has a name that is no text"));
            };
            let bytes = fs::read(path)
                .map_err(|source| PublishError::Unreadable { path: path.to_owned(), source })?;
            files.insert(name, Bytes::from(bytes));
        }
        if !is_ours(&files) {
            return Err(no_bundle(
                folder,
                "holds no bundle: make one with `venue bundle`, or name its folder",
            ));
        }
        let zip = bundle::pack(files.iter().map(|(name, bytes)| (name.as_str(), &**bytes)))
            .map_err(|error| no_bundle(folder, error.to_string()))?;
        Ok(Self { files, zip })
    }

    /// Whether `venue bundle` made it, as far as its manifest tells.
    pub fn is_bundle(&self) -> bool {
        is_ours(&self.files)
    }

    /// Size of all files, in bytes.
    pub fn bytes(&self) -> u64 {
        self.files.values().map(|bytes| bytes.len() as u64).sum()
    }

    /// Size of the archive, in bytes.
    pub fn packed(&self) -> u64 {
        self.zip.len() as u64
    }
}

fn is_ours(files: &BTreeMap<String, Bytes>) -> bool {
    files.get(bundle::MANIFEST).is_some_and(|bytes| bundle::fingerprints(bytes).is_some())
}

fn no_bundle(path: &Path, reason: impl Into<String>) -> PublishError {
    PublishError::NoBundle { path: PathBuf::from(path), reason: reason.into() }
}

/// The files of an archive; why not, in words about it.
fn unpacked(zip: &[u8]) -> Result<BTreeMap<String, Bytes>, String> {
    let broken = |error: zip::result::ZipError| format!("is no zip that can be unpacked: {error}");
    let mut archive = ZipArchive::new(io::Cursor::new(zip)).map_err(broken)?;
    let mut files = BTreeMap::new();
    let mut left = LARGEST;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(broken)?;
        let name = entry.name().map_err(broken)?.into_owned();
        if entry.is_dir() {
            continue;
        }
        let mut bytes = Vec::new();
        // What an archive says of its sizes may be a lie.
        entry
            .take(left + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| format!("\"{name}\" in it cannot be unpacked: {error}"))?;
        left = left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| "unpacks to more than any server takes".to_owned())?;
        if files.insert(name.clone(), Bytes::from(bytes)).is_some() {
            return Err(format!("holds two files called \"{name}\""));
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_no_bundle_wrote_is_not_sent() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("diary.txt"), "dear diary").unwrap();
        let error = Parcel::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("holds no bundle"), "{error}");
        fs::write(folder.path().join("manifest.json"), "{\"name\":\"my app\"}").unwrap();
        assert!(Parcel::read(folder.path()).is_err());
        let manifest = r#"{"version":1,"generator":"venue","files":[]}"#;
        fs::write(folder.path().join("manifest.json"), manifest).unwrap();
        let parcel = Parcel::read(folder.path()).unwrap();
        assert_eq!(parcel.files.keys().collect::<Vec<_>>(), ["diary.txt", "manifest.json"]);
        // The archive is what the folder is.
        assert_eq!(unpacked(&parcel.zip).unwrap(), parcel.files);
    }

    #[test]
    fn what_is_no_archive_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.zip");
        fs::write(&path, "PK, but no zip").unwrap();
        let error = Parcel::read(&path).unwrap_err().to_string();
        assert!(error.contains("no zip that can be unpacked"), "{error}");
        assert!(matches!(Parcel::read(&folder.path().join("y")), Err(PublishError::Unreadable { .. })));
    }
}
