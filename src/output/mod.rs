//! The one seam through which files are written: to a temporary name beside the goal, renamed when
//! whole. Whatever fails on the way, what was there stays as it was; what a run leaves behind that was
//! killed, the next one clears away.

pub(crate) mod markdown;
mod page;
mod staged;
mod temporary;

use std::{
    io,
    path::{Path, PathBuf},
};

pub(crate) use page::{GENERATED_PAGE, page};
pub use staged::Staged;
pub(crate) use temporary::is_left_behind;
pub use temporary::{Building, folder_beside};

/// A text of somebody's on one line of a terminal: it moves no cursor, changes no colour, and turns no letters
/// around.
pub(crate) fn plain(text: &str) -> String {
    let turns =
        |sign| matches!(sign, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|sign| if sign.is_control() || turns(sign) { ' ' } else { sign }).collect()
}

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}", path.display())]
pub struct WriteError {
    /// File or folder that was to be written.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

impl WriteError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self { path: path.to_owned(), source }
    }
}

/// Writes one file whole or not at all. Missing folders above it are made.
///
/// # Errors
/// Where the file cannot be written; the one that was there is untouched then.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let mut staged = Staged::default();
    staged.file(path, bytes)?;
    staged.commit()
}

/// Writes several files that belong together: all of them or none.
///
/// # Errors
/// Where one of them cannot be written; what was there is untouched then.
pub fn write_files(files: &[(PathBuf, Vec<u8>)]) -> Result<(), WriteError> {
    Staged::of(files)?.commit()
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_group_of_files_is_written_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let good = folder.path().join("good.txt");
        fs::write(&good, "old").unwrap();
        let bad = folder.path().join("bad");
        fs::create_dir(&bad).unwrap();
        let error =
            write_files(&[(good.clone(), b"new".to_vec()), (bad.clone(), b"x".to_vec())]).unwrap_err();
        assert_eq!(error.path, bad);
        assert_eq!(fs::read_to_string(&good).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "no temporary file is left");
        write_file(&good, b"new").unwrap();
        assert_eq!(fs::read_to_string(&good).unwrap(), "new");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_keeps_the_permissions_of_the_one_that_it_replaces() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tmj");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o660)).unwrap();
        write_file(&path, b"new").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
    }
}
