//! The one seam through which files are written: to a temporary name beside the goal, renamed when
//! whole. Whatever fails on the way, what was there stays as it was.

pub(crate) mod markdown;
mod page;

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

pub(crate) use page::page;

/// A text of somebody's on one line of a terminal: it moves no cursor and changes no colour.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect()
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
    write_files(&[(path.to_owned(), bytes.to_vec())])
}

/// Writes one file whole or not at all, as its bytes come. What `write` says goes first; its error may be
/// of its own kind.
///
/// # Errors
/// Where the file cannot be written or `write` fails; the one that was there is untouched then.
pub fn write_with<E: From<WriteError>>(
    path: &Path,
    write: impl FnOnce(&mut dyn io::Write) -> Result<(), E>,
) -> Result<(), E> {
    if path.is_dir() {
        let error = io::Error::new(io::ErrorKind::IsADirectory, "there is a folder of that name");
        return Err(WriteError::at(path)(error).into());
    }
    let folder = folder_of(path);
    fs::create_dir_all(folder).map_err(WriteError::at(folder))?;
    let mut file = temporary_file(folder).map_err(WriteError::at(path))?;
    let mut buffer = io::BufWriter::new(&mut file);
    write(&mut buffer)?;
    buffer.flush().map_err(WriteError::at(path))?;
    drop(buffer);
    keep_permissions(path, file.path())
        .and_then(|()| file.as_file().sync_all())
        .map_err(WriteError::at(path))?;
    file.persist(path).map_err(|error| WriteError { path: path.to_owned(), source: error.error })?;
    Ok(())
}

/// Writes several files that belong together. All of them are written to temporary names first, so
/// that a full disk or a folder without permission is noticed before the first is replaced.
///
/// # Errors
/// Where one of them cannot be written.
pub fn write_files(files: &[(PathBuf, Vec<u8>)]) -> Result<(), WriteError> {
    let mut ready = Vec::with_capacity(files.len());
    for (path, bytes) in files {
        if path.is_dir() {
            let error = io::Error::new(io::ErrorKind::IsADirectory, "there is a folder of that name");
            return Err(WriteError::at(path)(error));
        }
        let folder = folder_of(path);
        fs::create_dir_all(folder).map_err(WriteError::at(folder))?;
        let mut file = temporary_file(folder).map_err(WriteError::at(path))?;
        file.write_all(bytes)
            .and_then(|()| keep_permissions(path, file.path()))
            .and_then(|()| file.as_file().sync_all())
            .map_err(WriteError::at(path))?;
        ready.push((file, path));
    }
    for (file, path) in ready {
        file.persist(path).map_err(|error| WriteError { path: path.clone(), source: error.error })?;
    }
    Ok(())
}

/// A new empty folder beside `goal`, on the same file system, to build what will be renamed to it.
/// It goes away with the value.
///
/// # Errors
/// Where the folder above cannot be written to.
pub fn folder_beside(goal: &Path) -> Result<tempfile::TempDir, WriteError> {
    let folder = folder_of(goal);
    fs::create_dir_all(folder).map_err(WriteError::at(folder))?;
    tempfile::Builder::new().prefix(".venue-").tempdir_in(folder).map_err(WriteError::at(goal))
}

/// Puts a folder built with [`folder_beside`] in the place of `goal`: in one step where the system can
/// swap two folders, so that at every moment one of them is there. Elsewhere what stood there is moved
/// aside first and moved back if the new folder cannot take its place.
///
/// # Errors
/// Where one of the renames fails.
pub fn replace_folder(built: tempfile::TempDir, goal: &Path) -> Result<(), WriteError> {
    let set_permissions = || -> io::Result<()> {
        // A temporary folder is private to its owner; a web server must be able to read this one.
        #[cfg(unix)]
        fs::set_permissions(built.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        Ok(())
    };
    set_permissions().map_err(WriteError::at(goal))?;
    if !goal.exists() {
        fs::rename(built.path(), goal).map_err(WriteError::at(goal))?;
        let _moved = built.keep();
        return Ok(());
    }
    if swap(built.path(), goal) {
        // The old one has the temporary name now, and goes with it.
        return Ok(());
    }
    let aside = folder_beside(goal)?;
    let old = aside.path().join("old");
    fs::rename(goal, &old).map_err(WriteError::at(goal))?;
    if let Err(error) = fs::rename(built.path(), goal) {
        fs::rename(&old, goal).map_err(WriteError::at(goal))?;
        return Err(WriteError::at(goal)(error));
    }
    let _moved = built.keep();
    Ok(())
}

/// Swaps two folders, if the system and the disk can.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn swap(one: &Path, other: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};

    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn swap(_: &Path, _: &Path) -> bool {
    false
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Lets the new file have the permissions of the one that it replaces, if there is one.
fn keep_permissions(old: &Path, new: &Path) -> io::Result<()> {
    match fs::metadata(old) {
        Ok(old) => fs::set_permissions(new, old.permissions()),
        Err(_) => Ok(()),
    }
}

fn temporary_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".venue-");
    // Readable as any other new file would be; `tempfile` alone would make it private.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn a_folder_takes_the_place_of_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let goal = folder.path().join("dist");
        for text in ["one", "two"] {
            let built = folder_beside(&goal).unwrap();
            fs::write(built.path().join("a"), text).unwrap();
            replace_folder(built, &goal).unwrap();
            assert_eq!(fs::read_to_string(goal.join("a")).unwrap(), text);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}
