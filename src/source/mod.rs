//! One view of files: everything that is read from disk is read through [`Sources`].
//!
//! A file is known by its *name*: the path relative to the project's root, normalised, with `/`
//! between its parts (`maps/lobby.tmj`; `../shared/tiles.png` for what lies outside the root).
//! Names are what findings show, what sorting compares, and what references resolve to.

mod file;
mod left_out;
mod lines;
mod moved;
mod name;
mod text;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fs::{File, Metadata},
    io,
    io::{Read as _, Seek as _},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use bytes::Bytes;

pub(crate) use file::is_lfs_pointer;
pub use file::{FileId, Position, SourceFile, Span};
pub(crate) use left_out::{GENERATOR, MANIFEST, is_skipped, is_skipped_folder};
pub(crate) use name::is_called_xml;
pub use name::{file_name, file_stem, is_url, parent, relative, resolve, with_extension};
use sha2::{Digest as _, Sha256};
pub(crate) use text::{Condensed, Gap, Rewrite};

/// Largest file that is read, in bytes. Spans are 32 bits wide, and no map comes near this.
pub const MAX_FILE_SIZE: u64 = 1 << 30;

/// What is wrong with a file whose name is no text: names go into maps and addresses, which are UTF-8.
pub(crate) const NOT_UTF8: &str = "its name is not UTF-8; rename it";

/// What stands at a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Existence {
    /// A file, spelt exactly so.
    File,
    /// A folder, spelt exactly so.
    Folder,
    /// Nothing under this spelling, but this name differs from it only by letter case: it is found
    /// on some systems and not on others.
    OtherCase(String),
    /// Nothing.
    Missing,
}

/// Size of a picture, in pixels, or why it cannot be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PictureHeader {
    /// Width and height from the picture's header.
    Size(u32, u32),
    /// Nothing to read there.
    Missing,
    /// A file that is no picture that we know, with the reason.
    Unreadable(String),
}

/// The files of a project, on disk or in memory, each read at most once.
#[derive(Debug, Default)]
pub struct Sources {
    root: PathBuf,
    /// Whether the disk is left alone.
    detached: bool,
    /// Whether the root is no more than what a few files share, and may hold much that is not the project's.
    only_shared: bool,
    memory: BTreeMap<String, Bytes>,
    condense: Option<Condense>,
    cache: RwLock<Cache>,
}

/// Who reads a text and tells what of it need not be kept; `None` where nobody reads it so early.
pub(crate) type Condense = fn(&str) -> Option<Condensed>;

#[derive(Debug, Default)]
struct Cache {
    files: Vec<Arc<SourceFile>>,
    by_name: HashMap<String, FileId>,
    folders: HashMap<String, Option<Arc<Folder>>>,
    pictures: HashMap<String, PictureHeader>,
    existing: HashMap<String, Existence>,
    derived: HashMap<String, Bytes>,
    /// Where files are by what they are called, once somebody looked.
    whereabouts: Option<Arc<moved::Whereabouts>>,
    /// Names of files that were read from the disk, whatever for.
    read: BTreeSet<String>,
}

/// What a folder holds.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    /// Names, exactly as the file system spells them.
    pub(crate) names: BTreeSet<String>,
    /// Those of them that are folders.
    folders: HashSet<String>,
    /// Those of them that are links; they are followed when somebody asks.
    links: HashSet<String>,
    /// The first name of each spelling in lower case.
    by_lower_case: HashMap<String, String>,
}

/// That a folder holds more names than are wanted.
struct TooMany;

impl Folder {
    fn fold_cases(&mut self) {
        for name in &self.names {
            self.by_lower_case.entry(name.to_lowercase()).or_insert_with(|| name.clone());
        }
    }
}

impl Sources {
    /// The files below (and around) the folder `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), ..Self::default() }
    }

    /// The files around a folder that is no more than what those have in common that were named: nothing is looked
    /// for in it.
    pub(crate) fn around(root: impl Into<PathBuf>) -> Self {
        Self { only_shared: true, ..Self::new(root) }
    }

    /// Files in memory only: no name leads to the disk.
    pub fn detached() -> Self {
        Self { detached: true, ..Self::default() }
    }

    /// Lets texts that are loaded be condensed: of those that are large most bytes need not be kept.
    pub(crate) fn condense(&mut self, condense: Condense) {
        self.condense = Some(condense);
    }

    /// Lets `bytes` stand at `name`, whatever the disk holds there. For built-in templates, for
    /// maps that exist only while a bundle is made, and for tests.
    pub fn insert(&mut self, name: impl Into<String>, bytes: impl Into<Bytes>) {
        let name = name.into();
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        cache.by_name.remove(&name);
        cache.pictures.remove(&name);
        cache.folders.clear();
        cache.existing.clear();
        cache.whereabouts = None;
        self.memory.insert(name, bytes.into());
    }

    /// The same files, none of them read yet: what lies on the disk is read anew, what is in memory stays.
    #[must_use]
    pub fn unread(&self) -> Self {
        let Self { root, detached, only_shared, memory, condense, .. } = self;
        let (root, memory) = (root.clone(), memory.clone());
        let (detached, only_shared, condense) = (*detached, *only_shared, *condense);
        Self { root, detached, only_shared, memory, condense, cache: RwLock::default() }
    }

    /// Lets a picture that stood inside of a file be found like a file of its own, and returns its name:
    /// beside the file, made of the file's name, of what the picture belongs to, and of its content, so
    /// that every run gives it the same one. `format` is its extension. A file on the disk stays hidden
    /// behind it, which a name with a fingerprint makes no loss.
    pub fn derive(&self, file: &str, owner: &str, format: &str, bytes: &Bytes) -> String {
        let plain = |text: &str| -> String {
            let plain =
                text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
            plain.take(40).collect()
        };
        let digest = Sha256::digest(bytes);
        let print = digest.iter().take(8).fold(0_u64, |print, byte| print << 8 | u64::from(*byte));
        let name = format!("{file}-{}-{print:016x}.{}", plain(owner), plain(format));
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        cache.derived.entry(name.clone()).or_insert_with(|| bytes.clone());
        name
    }

    /// Whether something stands at `name` whatever the disk has there.
    pub fn is_held(&self, name: &str) -> bool {
        self.held(name).is_some()
    }

    /// What stands at `name` though the disk may have nothing there.
    fn held(&self, name: &str) -> Option<Bytes> {
        let known = self.memory.get(name).cloned();
        known.or_else(|| self.cache.read().unwrap_or_else(PoisonError::into_inner).derived.get(name).cloned())
    }

    /// The folder that names are relative to.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the file called `name` lies on disk.
    pub fn path(&self, name: &str) -> PathBuf {
        if name.is_empty() { self.root.clone() } else { self.root.join(name) }
    }

    /// Where the file called `name` really lies, if its name is one below the root and links lead out of it.
    pub fn led_outside(&self, name: &str) -> Option<PathBuf> {
        if self.detached || self.held(name).is_some() {
            return None;
        }
        let real = self.path(name).canonicalize().ok()?;
        let root = self.root.canonicalize().ok()?;
        (!real.starts_with(root)).then_some(real)
    }

    /// Text of the file called `name`, read once and kept.
    ///
    /// # Errors
    /// Those of the file system, and [`io::ErrorKind::FileTooLarge`] above [`MAX_FILE_SIZE`].
    pub fn load(&self, name: &str) -> io::Result<Arc<SourceFile>> {
        {
            let cache = self.cache.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(id) = cache.by_name.get(name) {
                return Ok(Arc::clone(&cache.files[id.index()]));
            }
        }
        let bytes = match self.memory.get(name) {
            Some(bytes) => bytes.to_vec(),
            None => self.disk_bytes(name)?,
        };
        // Read before anybody has to wait for it.
        let unnumbered = SourceFile::new(FileId::new(0), name, bytes, self.condense);
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = cache.by_name.get(name) {
            return Ok(Arc::clone(&cache.files[id.index()]));
        }
        let id = FileId::new(cache.files.len());
        let file = Arc::new(unnumbered.numbered(id));
        cache.files.push(Arc::clone(&file));
        cache.by_name.insert(name.to_owned(), id);
        Ok(file)
    }

    /// Lets go of every text that was read, for whoever has made all of them that is wanted and needs the
    /// memory. Spans tell the names of their files from then on, but every place is the beginning; what is asked
    /// for again is read again.
    pub fn forget_texts(&mut self) {
        let cache = self.cache.get_mut().unwrap_or_else(PoisonError::into_inner);
        cache.by_name.clear();
        for file in &mut cache.files {
            *file = Arc::new(SourceFile::new(file.id(), file.name(), Vec::new(), None));
        }
    }

    /// The file that a span points into.
    pub fn file(&self, id: FileId) -> Arc<SourceFile> {
        let cache = self.cache.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&cache.files[id.index()])
    }

    /// Bytes of the file called `name`, as they are and not kept: for pictures, sounds and the like.
    ///
    /// # Errors
    /// As [`Sources::load`].
    pub fn read(&self, name: &str) -> io::Result<Bytes> {
        if let Some(bytes) = self.held(name) {
            return Ok(bytes);
        }
        Ok(self.disk_bytes(name)?.into())
    }

    /// Size of the file called `name`, in bytes, without reading it; `None` where there is none.
    pub fn size(&self, name: &str) -> Option<u64> {
        match self.held(name) {
            Some(bytes) => Some(bytes.len() as u64),
            None if self.detached => None,
            None => {
                let metadata = std::fs::metadata(self.path(name)).ok();
                metadata.filter(Metadata::is_file).map(|metadata| metadata.len())
            }
        }
    }

    /// Bytes of the file called `name`, for who wants to know what it is and does not count as its reader.
    ///
    /// # Errors
    /// As [`Sources::load`].
    pub(crate) fn look_into(&self, name: &str) -> io::Result<Bytes> {
        match self.held(name) {
            Some(bytes) => Ok(bytes),
            None => Ok(whole(self.disk_file(name)?)?.into()),
        }
    }

    /// Names of the files that were read from the disk, whatever for.
    pub fn names_read(&self) -> BTreeSet<String> {
        self.cache.read().unwrap_or_else(PoisonError::into_inner).read.clone()
    }

    fn note_read(&self, name: &str) {
        self.cache.write().unwrap_or_else(PoisonError::into_inner).read.insert(name.to_owned());
    }

    fn disk_bytes(&self, name: &str) -> io::Result<Vec<u8>> {
        let file = self.disk_file(name)?;
        self.note_read(name);
        whole(file)
    }

    /// The file called `name`, opened, and how many bytes it had when it was looked at. Only regular files are opened:
    /// a pipe or a device could keep us waiting for ever.
    fn disk_file(&self, name: &str) -> io::Result<(File, u64)> {
        if self.detached {
            return Err(io::ErrorKind::NotFound.into());
        }
        let path = self.path(name);
        let metadata = match std::fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound && name.contains('\u{FFFD}') => {
                return Err(io::Error::new(io::ErrorKind::InvalidFilename, NOT_UTF8));
            }
            Err(error) => return Err(error),
        };
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        Ok((File::open(path)?, metadata.len()))
    }

    /// What stands at `name`, judged letter by letter on every system.
    pub fn existence(&self, name: &str) -> Existence {
        if self.held(name).is_some() {
            return Existence::File;
        }
        {
            let cache = self.cache.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = cache.existing.get(name) {
                return known.clone();
            }
        }
        let existence = self.look_for(name);
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        cache.existing.insert(name.to_owned(), existence.clone());
        existence
    }

    /// The same for who asks for very many names that mostly lead nowhere: the answer is not kept.
    pub(crate) fn existence_unkept(&self, name: &str) -> Existence {
        if self.held(name).is_some() { Existence::File } else { self.look_for(name) }
    }

    /// [`Sources::existence`] by what the folders on the way hold.
    fn look_for(&self, name: &str) -> Existence {
        let mut folder = String::new();
        let mut other_case = false;
        let mut parts = name.split('/').filter(|part| !part.is_empty()).peekable();
        while let Some(part) = parts.next() {
            if part == ".." {
                folder = join(&folder, part);
                continue;
            }
            let Some(entries) = self.entries(&folder) else { return Existence::Missing };
            let found = if entries.names.contains(part) {
                part.to_owned()
            } else {
                match entries.by_lower_case.get(&part.to_lowercase()) {
                    Some(entry) => {
                        other_case = true;
                        entry.clone()
                    }
                    None => return Existence::Missing,
                }
            };
            folder = join(&folder, &found);
            if parts.peek().is_none() {
                if other_case {
                    return Existence::OtherCase(folder);
                }
                let leads_to_folder = || entries.links.contains(&found) && self.path(&folder).is_dir();
                let is_folder = entries.folders.contains(&found) || leads_to_folder();
                return if is_folder { Existence::Folder } else { Existence::File };
            }
        }
        Existence::Folder
    }

    /// Size of the picture called `name`, from its header alone.
    pub fn picture(&self, name: &str) -> PictureHeader {
        {
            let cache = self.cache.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = cache.pictures.get(name) {
                return known.clone();
            }
        }
        let header = self.picture_header(name);
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        cache.pictures.insert(name.to_owned(), header.clone());
        header
    }

    fn picture_header(&self, name: &str) -> PictureHeader {
        if self.existence(name) != Existence::File {
            return PictureHeader::Missing;
        }
        let size = match self.held(name) {
            Some(bytes) => imagesize::blob_size(&bytes),
            None => match self.disk_file(name) {
                Ok((file, _)) => {
                    self.note_read(name);
                    picture_size(file)
                }
                Err(error) => Err(error.into()),
            },
        };
        match size {
            Ok(size) => match (u32::try_from(size.width), u32::try_from(size.height)) {
                (Ok(width), Ok(height)) => PictureHeader::Size(width, height),
                _ => PictureHeader::Unreadable("absurd size".to_owned()),
            },
            Err(error) => PictureHeader::Unreadable(error.to_string()),
        }
    }

    /// What a folder holds; `None` where there is no folder.
    pub(crate) fn entries(&self, folder: &str) -> Option<Arc<Folder>> {
        self.entries_up_to(folder, usize::MAX).ok().flatten()
    }

    /// The same, unless there are more names in it.
    fn entries_up_to(&self, folder: &str, most: usize) -> Result<Option<Arc<Folder>>, TooMany> {
        {
            let cache = self.cache.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = cache.folders.get(folder) {
                return Ok(known.clone());
            }
        }
        let mut held = Folder::default();
        let listing = (!self.detached).then(|| std::fs::read_dir(self.path(folder)).ok()).flatten();
        let mut found = listing.is_some();
        for entry in listing.into_iter().flatten().flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            if held.names.len() == most {
                return Err(TooMany);
            }
            // The listing tells what is a folder, but not where links lead.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => _ = held.folders.insert(name.clone()),
                Ok(kind) if kind.is_file() => {}
                _ => _ = held.links.insert(name.clone()),
            }
            held.names.insert(name);
        }
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        for name in self.memory.keys() {
            let Some(rest) = name.strip_prefix(&prefix) else { continue };
            let first = rest.split('/').next().unwrap_or_default();
            held.names.insert(first.to_owned());
            if rest.len() > first.len() {
                held.folders.insert(first.to_owned());
                held.links.remove(first);
            }
            found = true;
        }
        held.fold_cases();
        let entries = found.then(|| Arc::new(held));
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        cache.folders.insert(folder.to_owned(), entries.clone());
        Ok(entries)
    }
}

/// Size of a picture. Nearly all are PNG, whose size is among the first bytes; for others we let ourselves be led
/// to where it stands.
fn picture_size(mut file: File) -> imagesize::ImageResult<imagesize::ImageSize> {
    let mut head = Vec::with_capacity(32);
    (&mut file).take(32).read_to_end(&mut head)?;
    if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        return imagesize::blob_size(&head);
    }
    file.rewind()?;
    imagesize::reader_size(io::BufReader::new(file))
}

/// All of a file that is said to have so many bytes, up to a limit.
fn whole((file, length): (File, u64)) -> io::Result<Vec<u8>> {
    let too_large = |bytes: u64| {
        let message = format!("{bytes} bytes, more than {MAX_FILE_SIZE} are not read");
        io::Error::new(io::ErrorKind::FileTooLarge, message)
    };
    if length > MAX_FILE_SIZE {
        return Err(too_large(length));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    // A file may grow while it is read, and some never end.
    file.take(MAX_FILE_SIZE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_SIZE {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { [folder, "/", name].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letter_case_is_judged_on_every_system() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("Tiles")).unwrap();
        std::fs::write(folder.path().join("Tiles/Floor.png"), b"x").unwrap();
        let sources = Sources::new(folder.path());
        assert_eq!(sources.existence("Tiles/Floor.png"), Existence::File);
        assert_eq!(sources.existence("Tiles"), Existence::Folder);
        assert_eq!(sources.existence("tiles/floor.PNG"), Existence::OtherCase("Tiles/Floor.png".to_owned()));
        assert_eq!(sources.existence("Tiles/wall.png"), Existence::Missing);
        assert_eq!(sources.existence("Tiles/Floor.png/x"), Existence::Missing);
    }

    #[test]
    fn a_picture_on_the_disk_has_the_size_that_the_same_bytes_have() {
        let folder = tempfile::tempdir().unwrap();
        let image = image::RgbImage::new(70, 9);
        let bytes = |format| {
            let mut bytes = io::Cursor::new(Vec::new());
            image.write_to(&mut bytes, format).unwrap();
            bytes.into_inner()
        };
        let png = bytes(image::ImageFormat::Png);
        let mut pictures: Vec<Vec<u8>> =
            [0, 8, 11, 20, 24, 32, 40].map(|length| png[..length].to_vec()).into();
        pictures.push(b"\x89PNG, and no more of it than its beginning".to_vec());
        pictures.push(b"no picture".to_vec());
        for format in [image::ImageFormat::Jpeg, image::ImageFormat::WebP, image::ImageFormat::Gif] {
            let whole = bytes(format);
            pictures.extend([whole[..30].to_vec(), whole]);
        }
        pictures.push(png);
        let mut held = Sources::detached();
        for (number, bytes) in pictures.into_iter().enumerate() {
            std::fs::write(folder.path().join(number.to_string()), &bytes).unwrap();
            held.insert(number.to_string(), bytes);
        }
        let sources = Sources::new(folder.path());
        let headers: Vec<PictureHeader> =
            (0..16).map(|number| sources.picture(&number.to_string())).collect();
        assert_eq!(headers, (0..16).map(|number| held.picture(&number.to_string())).collect::<Vec<_>>());
        let whole = [10, 12, 14, 15].map(|number| headers[number].clone());
        assert!(whole.iter().all(|header| *header == PictureHeader::Size(70, 9)), "{whole:?}");
        assert!(
            headers[..4].iter().all(|header| matches!(header, PictureHeader::Unreadable(_))),
            "{headers:?}"
        );
    }

    #[test]
    fn what_is_in_memory_hides_the_disk() {
        let mut sources = Sources::new("/nowhere");
        sources.insert("maps/a.tmj", "{}");
        assert_eq!(sources.existence("maps/a.tmj"), Existence::File);
        assert_eq!(sources.existence("maps"), Existence::Folder);
        assert_eq!(&*sources.read("maps/a.tmj").unwrap(), b"{}");
        assert_eq!((sources.size("maps/a.tmj"), sources.size("maps/b.tmj")), (Some(2), None));
        assert_eq!(sources.load("maps/a.tmj").unwrap().text().unwrap(), "{}");
    }

    #[test]
    fn what_is_put_there_later_is_found() {
        let mut sources = Sources::detached();
        assert_eq!(sources.existence("maps/a.tmj"), Existence::Missing);
        sources.insert("maps/a.tmj", "{}");
        assert_eq!(sources.existence("maps/a.tmj"), Existence::File);
        assert_eq!(sources.existence("maps"), Existence::Folder);
        assert_eq!(sources.existence("Maps/a.tmj"), Existence::OtherCase("maps/a.tmj".to_owned()));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_what_they_lead_to() {
        let folder = tempfile::tempdir().unwrap();
        let inside = |name: &str| folder.path().join(name);
        std::fs::create_dir(inside("tiles")).unwrap();
        std::fs::write(inside("tiles/a.png"), b"x").unwrap();
        for (to, link) in [("tiles", "folder"), ("tiles/a.png", "file"), ("gone", "nowhere")] {
            std::os::unix::fs::symlink(inside(to), inside(link)).unwrap();
        }
        let sources = Sources::new(folder.path());
        assert_eq!(sources.existence("folder"), Existence::Folder);
        assert_eq!(sources.existence("folder/a.png"), Existence::File);
        assert_eq!(
            (sources.existence("file"), sources.existence("nowhere")),
            (Existence::File, Existence::File)
        );
    }

    #[test]
    fn a_forgotten_text_is_read_again() {
        let mut sources = Sources::new("/nowhere");
        sources.insert("a.tmj", "{\n}");
        let first = sources.load("a.tmj").unwrap().span_of(2..3);
        sources.forget_texts();
        assert_eq!((sources.file(first.file).name(), sources.file(first.file).bytes()), ("a.tmj", &[][..]));
        assert_eq!(sources.file(first.file).position(first.start), Position { line: 1, column: 1 });
        let again = sources.load("a.tmj").unwrap();
        assert_eq!((again.text().unwrap(), again.id() == first.file), ("{\n}", false));
    }

    #[test]
    fn only_regular_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.png"), b"12345").unwrap();
        let sources = Sources::new(folder.path());
        assert_eq!((sources.size("a.png"), sources.size("")), (Some(5), None));
        let error = sources.read("").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
}
