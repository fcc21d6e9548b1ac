//! Bundles: a folder that a web server or WorkAdventure's map-storage hosts as it is.
//!
//! ```text
//! Project      ──> plan      ──> Plan            the closure of maps and files, and their new names
//! Plan         ──> assemble  ──> files           each map optimised, its references rewritten
//! files        ──> page                          the overview, with pictures of the maps
//! Draft        ──> walk, hosting, manifest       the maps' texts, and what comes with them
//! Bundle       ──> write     ──> folder, zip     swapped in whole, or not at all
//! ```
//!
//! Everything is built in memory, so that a bundle that cannot be made leaves the old one alone.

mod assemble;
mod fill;
mod follow;
mod hosting;
mod manifest;
mod optimise;
mod own;
mod page;
mod picture;
mod plan;
mod reference;
mod report;
mod script;
mod unused;
mod walk;
mod wam;
mod write;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use bytes::Bytes;

pub(crate) use manifest::{PATH as MANIFEST, fingerprints};
pub(crate) use picture::{looks_cached_for_ever, sha256};
pub use report::BundleReport;
pub(crate) use write::pack;
pub use write::{Ready, prepare, zip};

use crate::{
    output::WriteError,
    picture::PictureStore,
    project::{BundleConfig, Host, Project, ProjectConfig, ProjectError},
    stand::Built,
};

/// Property by which maps accept findings; bundles do not carry it.
const ACCEPTED_FINDINGS: &str = "venueAllow";

/// How a bundle is made.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether maps are optimised: tiles in use only, one tileset a layer, no layers that show and do nothing.
    pub optimize: bool,
    /// Largest side of a tileset's picture, in pixels.
    pub texture_size: u32,
    /// How many times the outermost pixels of each tile are repeated around it in tilesets' pictures, so that
    /// no seams show where a browser mixes neighbours.
    pub extrude: u32,
    /// Whether maps name their scripts by pages of their own.
    pub script_pages: bool,
    /// Whether a page is added on which people walk through the maps in any browser.
    pub walk: bool,
    /// URL under which the bundle's root will be served, for links into WorkAdventure.
    pub base_url: Option<String>,
    /// Folder that the bundle will be written to, from the file system's root: nothing is taken from it.
    pub out: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        let BundleConfig { optimize, texture_size, extrude, script_pages, include: _ } =
            BundleConfig::default();
        Self { optimize, texture_size, extrude, script_pages, walk: false, base_url: None, out: None }
    }
}

/// A bundle in memory.
#[derive(Debug, Default)]
pub struct Bundle {
    /// Its files by path.
    pub files: BTreeMap<String, BundleFile>,
    /// What became of each map, sorted by source.
    pub maps: Vec<BundledMap>,
    /// What a human should know: what could not be followed, what was left out.
    pub notes: Vec<Note>,
    /// Files whose names carry a hash of their content.
    hashed: BTreeSet<String>,
}

impl Bundle {
    /// Size of all files, in bytes.
    pub fn bytes(&self) -> u64 {
        self.files.values().map(|file| file.bytes.len() as u64).sum()
    }
}

/// One file of a bundle.
#[derive(Debug, Clone)]
pub struct BundleFile {
    /// Its content.
    pub bytes: Bytes,
    /// Name of the file that it was made from; `None` for one that comes with every bundle.
    pub source: Option<String>,
}

/// What became of a map.
#[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
pub struct BundledMap {
    /// Name of its file in the project.
    pub source: String,
    /// Its path in the bundle.
    pub output: String,
    /// Size of its file and of its pictures before, in bytes.
    pub bytes_before: u64,
    /// Size of its file and of its pictures in the bundle, in bytes.
    pub bytes_after: u64,
    /// Number of tilesets before.
    pub tilesets_before: usize,
    /// Number of tilesets in the bundle.
    pub tilesets_after: usize,
}

/// Something to know about a bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// Name of the file that it is about.
    pub file: String,
    /// What, in lower case, without a full stop.
    pub message: String,
}

/// Why a bundle was not made or not written.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// There is no map in the project.
    #[error("there is no map to bundle")]
    Nothing,
    /// A map that visitors could not enter.
    #[error("{file}: {reason}")]
    Map {
        /// The map.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// `${links.NAME}` without such a name in the config.
    #[error("{file}: {place} uses ${{links.{link}}}, but the config names no link \"{link}\" under [links]")]
    UnknownLink {
        /// The file that uses it.
        file: String,
        /// Where in it.
        place: String,
        /// The name.
        link: String,
    },
    /// Two files that would get one path.
    #[error("{first} and {second} would both become {output}: name the maps to bundle, or rename one")]
    SamePath {
        /// One of them.
        first: String,
        /// The other.
        second: String,
        /// Their path in the bundle.
        output: String,
    },
    /// A reference to a file outside of the project that is neither map nor picture.
    #[error(
        "{file}: {place} refers to \"{target}\", which lies outside of the project: move it below {}, or bundle from a folder that holds both",
        root.display()
    )]
    Outside {
        /// The file that refers to it.
        file: String,
        /// Where in it.
        place: String,
        /// The file outside.
        target: String,
        /// The project's root.
        root: PathBuf,
    },
    /// A file of the project that is a link to one outside of it, and neither map nor picture.
    #[error(
        "{file} is a link to {}, which lies outside of the project: put the file itself in its place",
        target.display()
    )]
    Linked {
        /// The link.
        file: String,
        /// Where it leads.
        target: PathBuf,
    },
    /// A file of the project that cannot be read.
    #[error("cannot read {file}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A script that cannot be compiled.
    #[error("{file}: {reason}")]
    Script {
        /// The script.
        file: String,
        /// Why, and what to do.
        reason: String,
    },
    /// The folder to be replaced holds other things than a bundle.
    #[error(
        "{} holds {found}, which no bundle wrote: nothing was changed; choose another folder with --out, or empty it",
        out.display()
    )]
    Foreign {
        /// The folder.
        out: PathBuf,
        /// What was found in it.
        found: String,
    },
    /// A setting that makes no sense.
    #[error("{0}")]
    Setting(String),
    /// A picture that cannot be encoded, or an archive.
    #[error("cannot make {file}: {reason}")]
    Encode {
        /// The file to be made.
        file: String,
        /// Why.
        reason: String,
    },
    /// The project's config is wrong.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// The disk.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// A bundle whose maps are not yet texts. Nothing of it is the project's any more, so that whoever has no other
/// use for the project's maps can let them go: large ones take as much memory as their texts.
#[derive(Debug)]
pub struct Draft {
    bundle: Bundle,
    maps: Vec<assemble::Unsaved>,
    config: ProjectConfig,
    settings: Settings,
}

/// Makes the bundle of the project's loaded maps and of all that they lead and refer to: [`draft`] and
/// [`Draft::finish`] in one.
///
/// # Errors
/// Those of both.
pub fn build(project: &mut Project, stands: &[Built], settings: &Settings) -> Result<Bundle, BundleError> {
    draft(project, stands, settings)?.finish()
}

/// Makes all of a bundle but the texts of its maps, and what is made from those. `stands` are
/// those whose maps are among them: the page lists them, and others show them on a plan. Maps that exits lead to are
/// loaded into the project; its texts are let go of ([`Sources::forget_texts`](crate::source::Sources::forget_texts)),
/// so that whoever wants to report on it does so before.
///
/// # Errors
/// Where a map cannot be exported so that visitors can enter it, where a file cannot be read, and
/// where two files would get one name.
pub fn draft(project: &mut Project, stands: &[Built], settings: &Settings) -> Result<Draft, BundleError> {
    within("texture-size", settings.texture_size, 64..=16_384)?;
    within("extrude", settings.extrude, 0..=8)?;
    let mut plan = plan::plan(project, settings)?;
    // Texts are as large as all that follows, which needs the maps only.
    project.sources.forget_texts();
    if settings.script_pages && project.config.project.play_url.is_none() {
        let message =
            "scripts' pages load the scripting API of play.workadventu.re: name your server with play-url";
        plan.notes.push(Note { file: crate::project::CONFIG_FILE.to_owned(), message: message.to_owned() });
    }
    let config = &project.config.project;
    if settings.base_url.is_none() && config.play_url.is_some() && config.rooms().is_none() {
        let message = format!(
            "index.html has paths instead of links: {}, or say so with --base-url",
            ProjectConfig::NO_ROOMS
        );
        plan.notes.push(Note { file: crate::project::CONFIG_FILE.to_owned(), message });
    }
    let store = PictureStore::new();
    let (assembled, previews) = rayon::join(
        || assemble::assemble(project, &plan, &store, settings),
        || page::previews(project, &plan, &store),
    );
    let (mut bundle, maps) = assembled?;
    page::add(project, &plan, previews, stands, settings, &mut bundle)?;
    Ok(Draft { bundle, maps, config: project.config.project.clone(), settings: settings.clone() })
}

impl Draft {
    /// Makes the texts of the maps, and what is made from those.
    ///
    /// # Errors
    /// Where the settings make no sense, which [`draft`] tells before.
    pub fn finish(self) -> Result<Bundle, BundleError> {
        let Self { mut bundle, maps, config, settings } = self;
        assemble::save(maps, &mut bundle);
        if settings.walk {
            walk::add(&config, &settings, &mut bundle)?;
        }
        hosting::add(&mut bundle);
        if config.host == Host::MapStorage {
            bundle.note_hidden();
        }
        manifest::add(config.name.as_deref(), &mut bundle);
        bundle.notes.sort();
        bundle.notes.dedup();
        Ok(bundle)
    }
}

/// Refuses a setting in pixels that lies elsewhere.
fn within(name: &str, value: u32, range: std::ops::RangeInclusive<u32>) -> Result<(), BundleError> {
    if range.contains(&value) {
        return Ok(());
    }
    let (start, end) = range.into_inner();
    Err(BundleError::Setting(format!(
        "[bundle] {name} is {value}, but must lie between {start} and {end} pixels"
    )))
}

impl Bundle {
    /// Adds a file of our own, unless the project brings one of that name.
    fn insert_own(&mut self, path: &str, bytes: Vec<u8>) {
        if self.files.contains_key(path) {
            let message = "the project's own goes into the bundle in place of the one that would be made";
            self.notes.push(Note { file: path.to_owned(), message: message.to_owned() });
        } else {
            self.insert(path, bytes, None);
        }
    }

    /// Notes what map-storage will pass over without a word (workadventure-maps, section 7.2).
    fn note_hidden(&mut self) {
        let hidden = |path: &&String| path.split('/').any(|part| part.starts_with('.'));
        let message = "map-storage ignores files whose path has a part that begins with a dot";
        for path in self.files.keys().filter(hidden).filter(|path| *path != ".htaccess") {
            self.notes.push(Note { file: path.clone(), message: message.to_owned() });
        }
    }

    fn insert(&mut self, path: &str, bytes: impl Into<Bytes>, source: Option<&str>) {
        let file = BundleFile { bytes: bytes.into(), source: source.map(str::to_owned) };
        self.files.insert(path.to_owned(), file);
    }

    fn insert_hashed(&mut self, path: &str, bytes: impl Into<Bytes>, source: Option<&str>) {
        self.insert(path, bytes, source);
        self.hashed.insert(path.to_owned());
    }
}
