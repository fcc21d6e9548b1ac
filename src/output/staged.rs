//! Files and a folder that belong together: made ready under temporary names, then put in their places.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::{Building, WriteError, folder_of, temporary};

/// What shall be written, under temporary names: a full disk or a folder without permission is noticed
/// before anything is replaced. Without [`Staged::commit`] all of it goes away.
#[derive(Debug, Default)]
pub struct Staged {
    files: Vec<(NamedTempFile, PathBuf)>,
    folder: Option<(Building, PathBuf)>,
}

impl Staged {
    /// Several files, made ready.
    ///
    /// # Errors
    /// Where one of them cannot be written.
    pub fn of(files: &[(PathBuf, Vec<u8>)]) -> Result<Self, WriteError> {
        let mut staged = Self::default();
        for (path, bytes) in files {
            staged.file(path, bytes)?;
        }
        Ok(staged)
    }

    /// Makes a file ready. Missing folders above it are made.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn file(&mut self, path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
        self.file_with(path, |file| file.write_all(bytes).map_err(WriteError::at(path)))
    }

    /// Makes a file ready as its bytes come. What `write` says goes first; its error may be of its own kind.
    /// A device or a pipe is written to at once: renaming something to its name would put an end to it.
    ///
    /// # Errors
    /// Where it cannot be written or `write` fails.
    pub fn file_with<E: From<WriteError>>(
        &mut self,
        path: &Path,
        write: impl FnOnce(&mut dyn io::Write) -> Result<(), E>,
    ) -> Result<(), E> {
        if path.is_dir() {
            return Err(WriteError::at(path)(is_a_folder()).into());
        }
        if is_stream(path) {
            let mut stream = fs::OpenOptions::new().write(true).open(path).map_err(WriteError::at(path))?;
            return write(&mut stream);
        }
        let folder = folder_of(path);
        fs::create_dir_all(folder).map_err(WriteError::at(folder))?;
        let mut file = temporary::file_in(folder).map_err(WriteError::at(path))?;
        let mut buffer = io::BufWriter::new(&mut file);
        write(&mut buffer)?;
        buffer.flush().map_err(WriteError::at(path))?;
        drop(buffer);
        keep_permissions(path, file.path())
            .and_then(|()| file.as_file().sync_all())
            .map_err(WriteError::at(path))?;
        self.files.push((file, path.to_owned()));
        Ok(())
    }

    /// Lets a folder take the place of `goal`.
    pub fn folder(&mut self, built: Building, goal: &Path) {
        self.folder = Some((built, goal.to_owned()));
    }

    /// Puts everything in its place. Two runs that do so in the same folders wait for each other, so that
    /// one file is never of the one and its neighbour of the other.
    ///
    /// # Errors
    /// Where one of them cannot take its place; those before it are put back then.
    pub fn commit(self) -> Result<(), WriteError> {
        let goals = self.files.iter().map(|(_, path)| path).chain(self.folder.iter().map(|(_, goal)| goal));
        let _alone = temporary::alone_in(goals.map(|goal| folder_of(goal)));
        let mut done: Vec<Replaced> = Vec::new();
        for (file, path) in self.files {
            match replace_file(file, &path) {
                Ok(replaced) => done.push(replaced),
                Err(error) => {
                    done.into_iter().rev().for_each(Replaced::undo);
                    return Err(WriteError::at(&path)(error));
                }
            }
        }
        if let Some((built, goal)) = self.folder
            && let Err(error) = replace_folder(built, &goal)
        {
            done.into_iter().rev().for_each(Replaced::undo);
            return Err(error);
        }
        Ok(())
    }
}

fn is_a_folder() -> io::Error {
    io::Error::new(io::ErrorKind::IsADirectory, "there is a folder of that name")
}

/// Whether a path leads to a device, a pipe, or what a process has open, such as `/dev/stdout`.
fn is_stream(path: &Path) -> bool {
    let Ok(metadata) = fs::metadata(path) else { return false };
    !metadata.is_file() && !metadata.is_dir() || path.starts_with("/dev") && path.is_symlink()
}

/// A file that is in its place.
enum Replaced {
    /// What was there before bears this temporary name.
    Swapped(NamedTempFile, PathBuf),
    /// Nothing was there before.
    New(PathBuf),
    /// What was there before is gone: the system cannot swap two files.
    ForGood,
}

impl Replaced {
    fn undo(self) {
        match self {
            Self::Swapped(old, path) => drop(swap(old.path(), &path)),
            Self::New(path) => drop(fs::remove_file(path)),
            Self::ForGood => {}
        }
    }
}

fn replace_file(file: NamedTempFile, path: &Path) -> io::Result<Replaced> {
    let there = path.symlink_metadata();
    if there.as_ref().is_ok_and(fs::Metadata::is_dir) {
        return Err(is_a_folder());
    }
    let is_new = there.is_err();
    if !is_new && swap(file.path(), path) {
        return Ok(Replaced::Swapped(file, path.to_owned()));
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(if is_new { Replaced::New(path.to_owned()) } else { Replaced::ForGood })
}

/// Puts a folder in the place of `goal`: in one step where the system can swap two folders, so that at every
/// moment one of them is there. Elsewhere what stood there is moved aside first and moved back if the new
/// folder cannot take its place.
fn replace_folder(built: Building, goal: &Path) -> Result<(), WriteError> {
    let set_permissions = || -> io::Result<()> {
        // A temporary folder is private to its owner; a web server must be able to read this one.
        #[cfg(unix)]
        fs::set_permissions(built.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        Ok(())
    };
    set_permissions().map_err(WriteError::at(goal))?;
    if built.is_within {
        return replace_content(&built, goal);
    }
    if !goal.exists() {
        fs::rename(built.path(), goal).map_err(WriteError::at(goal))?;
        let _moved = built.folder.keep();
        return Ok(());
    }
    if swap(built.path(), goal) {
        // The old one has the temporary name now, and goes with it.
        return Ok(());
    }
    let aside = super::folder_beside(goal)?;
    let old = aside.path().join("old");
    fs::rename(goal, &old).map_err(WriteError::at(goal))?;
    if let Err(error) = fs::rename(built.path(), goal) {
        fs::rename(&old, goal).map_err(WriteError::at(goal))?;
        return Err(WriteError::at(goal)(error));
    }
    let _moved = built.folder.keep();
    Ok(())
}

/// Puts what is in a folder that lies within `goal` in the place of everything else there. Where that fails,
/// what was there is put back.
fn replace_content(built: &Building, goal: &Path) -> Result<(), WriteError> {
    let aside = super::folder_beside(goal)?;
    let mut moved = Vec::new();
    let replaced = entries(goal)
        .and_then(|mut old| {
            // Disks have a folder of their own.
            let stays = [built.path().file_name(), aside.path().file_name(), Some("lost+found".as_ref())];
            old.retain(|path| !stays.contains(&path.file_name()));
            old.into_iter().try_for_each(|path| shift(path, aside.path(), &mut moved))
        })
        .and_then(|()| entries(built.path())?.into_iter().try_for_each(|path| shift(path, goal, &mut moved)));
    if let Err(error) = replaced {
        for (from, to) in moved.into_iter().rev() {
            let _stays = fs::rename(to, from);
        }
        return Err(WriteError::at(goal)(error));
    }
    Ok(())
}

/// Renames a file or folder into another folder, and remembers from where to where.
fn shift(from: PathBuf, folder: &Path, moved: &mut Vec<(PathBuf, PathBuf)>) -> io::Result<()> {
    let to = folder.join(from.file_name().unwrap_or_default());
    fs::rename(&from, &to)?;
    moved.push((from, to));
    Ok(())
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

/// Swaps two files or folders, if the system and the disk can.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn swap(one: &Path, other: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};

    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn swap(_: &Path, _: &Path) -> bool {
    false
}

/// Lets the new file have the permissions of the one that it replaces, if there is one.
fn keep_permissions(old: &Path, new: &Path) -> io::Result<()> {
    match fs::metadata(old) {
        Ok(old) => fs::set_permissions(new, old.permissions()),
        Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::folder_beside;

    #[test]
    fn a_folder_takes_the_place_of_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let goal = folder.path().join("dist");
        for text in ["one", "two"] {
            let built = folder_beside(&goal).unwrap();
            fs::write(built.path().join("a"), text).unwrap();
            let mut staged = Staged::default();
            staged.folder(built, &goal);
            staged.commit().unwrap();
            assert_eq!(fs::read_to_string(goal.join("a")).unwrap(), text);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn where_the_last_cannot_take_its_place_the_first_is_put_back() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old.txt"), folder.path().join("new.txt"));
        fs::write(&old, "old").unwrap();
        let blocked = folder.path().join("blocked.txt");
        let mut staged = Staged::default();
        for path in [&old, &new, &blocked] {
            staged.file(path, b"fresh").unwrap();
        }
        // Somebody makes a folder in the meantime.
        fs::create_dir(&blocked).unwrap();
        let error = staged.commit().unwrap_err();
        assert_eq!(error.path, blocked);
        assert_eq!(fs::read_to_string(&old).unwrap(), "old");
        assert!(!new.exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "no temporary file is left");
    }
}
