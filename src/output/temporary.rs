//! Names that files and folders bear until they are whole.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use tempfile::{NamedTempFile, TempDir};

use super::{WriteError, folder_of};

/// How the names begin. What follows is [`RANDOM`] letters and digits.
const PREFIX: &str = ".venue-tmp-";

/// How many random signs a name ends in.
const RANDOM: usize = 6;

/// How long a run waits for another that puts its files in their places, which takes moments.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// How long it waits before it looks again.
const PAUSE: Duration = Duration::from_millis(10);

/// How often a temporary file is made anew that another run took for one without an owner.
const TRIES: usize = 10;

/// A folder that is being built under a temporary name. It goes away with the value.
#[derive(Debug)]
pub struct Building {
    pub(super) folder: TempDir,
    /// Whether it lies in the folder whose place it takes.
    pub(super) is_within: bool,
    /// Tells other runs that somebody is at it.
    _lock: Option<File>,
}

impl Building {
    /// Where it lies for now.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// A new empty folder beside `goal`, on the same file system, to build what will be renamed to it. Where
/// `goal` is where another disk or a volume is mounted, it can't be renamed: the new folder lies in it then.
///
/// # Errors
/// Where the folder above cannot be written to.
pub fn folder_beside(goal: &Path) -> Result<Building, WriteError> {
    let is_within = is_mounted(goal);
    let folder = if is_within { goal } else { folder_of(goal) };
    fs::create_dir_all(folder).map_err(WriteError::at(folder))?;
    clear(folder);
    let built = owned(|| builder().tempdir_in(folder), hold_folder);
    let (folder, lock) = built.map_err(WriteError::at(goal))?;
    Ok(Building { folder, is_within, _lock: lock })
}

/// Whether a folder is on another file system than the one above it.
#[cfg(unix)]
fn is_mounted(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let disk = |path: &Path| fs::metadata(path).ok().map(|metadata| metadata.dev());
    disk(folder).zip(disk(folder_of(folder))).is_some_and(|(own, above)| own != above)
}

#[cfg(not(unix))]
fn is_mounted(_: &Path) -> bool {
    false
}

/// A new empty file in a folder.
pub(super) fn file_in(folder: &Path) -> io::Result<NamedTempFile> {
    clear(folder);
    let make = || {
        let mut builder = builder();
        // Readable as any other new file would be; `tempfile` alone would make it private.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
        builder.tempfile_in(folder)
    };
    let hold_file = |file: &NamedTempFile| hold(file.path(), file.as_file().try_clone());
    Ok(owned(make, hold_file)?.0)
}

fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).rand_bytes(RANDOM);
    builder
}

/// Makes something and holds it, again if another run was faster.
fn owned<T, L>(make: impl Fn() -> io::Result<T>, hold: impl Fn(&T) -> Held<L>) -> io::Result<(T, Option<L>)> {
    for _ in 0..TRIES {
        let fresh = make()?;
        match hold(&fresh) {
            Held::By(lock) => return Ok((fresh, Some(lock))),
            Held::Unknown => return Ok((fresh, None)),
            Held::Lost => {}
        }
    }
    Ok((make()?, None))
}

/// Whether we hold something that we made.
enum Held<L> {
    /// By this.
    By(L),
    /// The system has no such locks.
    Unknown,
    /// Another run took it for one without an owner.
    Lost,
}

fn hold_folder(built: &TempDir) -> Held<File> {
    hold(built.path(), File::open(built.path()))
}

/// The system lets go of a lock when its process ends, however it does.
fn hold(path: &Path, handle: io::Result<File>) -> Held<File> {
    if !cfg!(unix) {
        return Held::Unknown;
    }
    let handle = match handle {
        Ok(handle) => handle,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Held::Lost,
        Err(_) => return Held::Unknown,
    };
    match handle.try_lock() {
        Ok(()) if path.symlink_metadata().is_ok() => Held::By(handle),
        Ok(()) | Err(fs::TryLockError::WouldBlock) => Held::Lost,
        Err(fs::TryLockError::Error(_)) => Held::Unknown,
    }
}

/// Keeps other runs from putting files in their places in these folders, as far as the system can, until the
/// value is gone. What other programs hold for long, they hold for reasons of their own: it is not waited for.
pub(super) fn alone_in<'p>(folders: impl IntoIterator<Item = &'p Path>) -> Vec<File> {
    // In a folder that is being built, its builder is alone.
    let is_built =
        |folder: &PathBuf| folder.file_name().and_then(|name| name.to_str()).is_some_and(is_left_behind);
    let real = |folder: &Path| folder.canonicalize().ok().filter(|folder| !is_built(folder));
    // In one order, so that no two runs wait for each other.
    let mut folders: Vec<PathBuf> = folders.into_iter().filter_map(real).collect();
    folders.sort();
    folders.dedup();
    let handles = folders.iter().filter_map(|folder| File::open(folder).ok().filter(|_| cfg!(unix)));
    handles.filter(held_soon).collect()
}

/// Whether the lock of a folder can be had before long.
fn held_soon(folder: &File) -> bool {
    let start = Instant::now();
    while start.elapsed() < LONGEST_WAIT {
        match folder.try_lock() {
            Ok(()) => return true,
            Err(fs::TryLockError::WouldBlock) => thread::sleep(PAUSE),
            Err(fs::TryLockError::Error(_)) => return false,
        }
    }
    false
}

/// Removes from a folder what runs left behind that were killed: what bears a name of ours, and nobody
/// holds. What cannot be removed stays.
fn clear(folder: &Path) {
    if !cfg!(unix) {
        return;
    }
    let Ok(entries) = fs::read_dir(folder) else { return };
    let left = entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(is_left_behind));
    let left: Vec<fs::DirEntry> = left.collect();
    if left.is_empty() {
        return;
    }
    // Whoever puts files in their places just now may need what bears such a name.
    let Ok(alone) = File::open(folder) else { return };
    if alone.try_lock().is_err() {
        return;
    }
    for entry in left {
        let Ok(kind) = entry.file_type() else { continue };
        // Nobody but us makes anything else under such a name, and opening a pipe would wait.
        if !kind.is_file() && !kind.is_dir() {
            continue;
        }
        let path = entry.path();
        let Ok(handle) = File::open(&path) else { continue };
        if handle.try_lock().is_err() {
            continue;
        }
        let _stays = if kind.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
    }
}

/// Whether a file or folder of this name is what a run left behind.
pub(crate) fn is_left_behind(name: &str) -> bool {
    name.strip_prefix(PREFIX).is_some_and(|random| {
        random.len() == RANDOM && random.bytes().all(|sign| sign.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_folder_that_another_run_removed_at_once_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let removed = std::cell::Cell::new(false);
        let make = || {
            let built = builder().tempdir_in(folder.path())?;
            if !removed.replace(true) {
                fs::remove_dir(built.path())?;
            }
            Ok(built)
        };
        let (built, lock) = owned(make, hold_folder).unwrap();
        assert!(built.path().is_dir() && lock.is_some());
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_somebody_else_holds_is_not_waited_for_without_end() {
        let folder = tempfile::tempdir().unwrap();
        let other = File::open(folder.path()).unwrap();
        other.lock().unwrap();
        assert!(alone_in([folder.path()]).is_empty());
        drop(other);
        assert_eq!(alone_in([folder.path()]).len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn what_nobody_holds_any_more_is_cleared_away() {
        let folder = tempfile::tempdir().unwrap();
        let goal = folder.path().join("dist");
        let dead = folder.path().join(".venue-tmp-abc123");
        fs::create_dir(&dead).unwrap();
        fs::write(dead.join("half"), "x").unwrap();
        fs::write(folder.path().join(".venue-tmp-XYZ789"), "x").unwrap();
        for ours in [".venue-tmp-notes", ".venue-tmp-1234567", ".venue-tmp-12345-", "venue-tmp-123456"] {
            fs::write(folder.path().join(ours), "a user's").unwrap();
        }
        let living = folder_beside(&goal).unwrap();
        let file = file_in(folder.path()).unwrap();
        assert!(!dead.exists());
        let names = || fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(names(), 4 + 2, "those of a user, and two that are held");
        let again = folder_beside(&goal).unwrap();
        assert!(living.path().exists() && file.path().exists() && again.path().exists());
        drop((living, file, again));
        assert_eq!(names(), 4);
    }
}
