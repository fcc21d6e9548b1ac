//! Sponsors' stands: a spec, templates, and a venue in; the venue with every stand in it out.
//!
//! ```text
//! spec file  ──> spec      ──> Spec           what each sponsor gets, mistakes named
//! templates  ──> template  ──> Template       footprint, walls, zones, where logo and name go
//! sizes      ──> hall      ──> Map            where there is no venue: a hall as large as they need
//! venue      ──> site      ──> Ground         cells that stands may not cover, traffic, areas
//! all three  ──> place     ──> Placement      who stands where; pure, the same for the same input
//! placement  ──> stamp     ──> Map, picture   template layers merged, logos and names drawn
//! ```
//!
//! [`build`] goes the whole way in memory; whoever called writes. What is kept of every placement
//! (no overlap, nothing covered, everything still reachable) is checked on the walking grid for each
//! stand as it is placed.

mod build;
mod cells;
mod directory;
mod hall;
mod lettering;
mod lock;
mod logo;
mod place;
mod plan;
mod report;
mod sheet;
mod signpost;
mod site;
mod spec;
mod stamp;
mod template;

pub use build::{build, hall_to_build, logos};
pub(crate) use directory::HEADING;
pub use directory::{Directory, Way, directory, page};
pub use logo::is_bright;
pub use place::Unplaced;
pub use plan::plan;
pub use report::StandsReport;
pub use site::stand_areas;
pub use spec::Spec;
pub(crate) use spec::slug;

use crate::{
    model::{Map, TileRect},
    project::{ProjectError, TomlError},
    workadventure::Meaning,
};

/// How stands are placed.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether places that are kept in the lock file are given anew.
    pub reflow: bool,
    /// Whether sponsors without a place are left out, instead of nothing being made.
    pub partial: bool,
    /// Name of the map to write, instead of the spec's.
    pub output: Option<String>,
    /// For a sheet of sponsors, the file with the spec's other tables; else that of the same name in TOML.
    pub with: Option<String>,
}

/// Why no stands were made.
#[derive(Debug, thiserror::Error)]
pub enum StandError {
    /// A file that cannot be read.
    #[error("cannot read {file}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A spec or lock file that is no TOML, or has unknown keys.
    #[error(transparent)]
    Toml(#[from] TomlError),
    /// Mistakes in the spec, its templates or its logos: all of them.
    #[error("{}", lines(.0))]
    Mistakes(Vec<Mistake>),
    /// A venue that cannot be loaded.
    #[error("{file}: {reason}")]
    Venue {
        /// The map.
        file: String,
        /// Why.
        reason: String,
    },
    /// Sponsors that have no place, and nothing was made.
    #[error("{}", unplaced_lines(unplaced))]
    Unplaced {
        /// Name of the map that was not written.
        output: String,
        /// The sponsors.
        unplaced: Vec<Unplaced>,
    },
    /// The project.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// A picture that cannot be encoded.
    #[error("cannot draw {0}")]
    Picture(String),
}

fn lines(mistakes: &[Mistake]) -> String {
    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn unplaced_lines(unplaced: &[Unplaced]) -> String {
    let lines: Vec<String> =
        unplaced.iter().map(|one| format!("{} has no place: {}", one.sponsor, one.reason)).collect();
    format!("{}\nnothing was written; --partial places the others", lines.join("\n"))
}

/// One thing that is wrong with a spec or with what it names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {message}", position.map(|p| format!(":{}:{}", p.line, p.column)).unwrap_or_default())]
pub struct Mistake {
    /// File that is wrong.
    pub file: String,
    /// Where in it.
    pub position: Option<crate::source::Position>,
    /// What is wrong.
    pub message: String,
}

/// A venue with its stands, in memory.
#[derive(Debug)]
pub struct Built {
    /// Name of the venue's file; of a hall that was built, that of the hall.
    pub venue: String,
    /// Name of the file that the map belongs in.
    pub output: String,
    /// The map.
    pub map: Map,
    /// The map as text.
    pub text: String,
    /// Pictures that come with it, by name: those of the stands, and those that stood inside of the venue.
    pub pictures: Vec<(String, Vec<u8>)>,
    /// The stands in the order of the spec.
    pub stands: Vec<Stand>,
    /// Sponsors without a place.
    pub unplaced: Vec<Unplaced>,
    /// Name and text of the lock file.
    pub lock: (String, String),
    /// Whether the lock file's text differs from what is on disk.
    pub lock_changed: bool,
    /// What an organiser should know: wishes that were not kept, names that were shortened.
    pub notes: Vec<String>,
    /// Name of the event.
    pub event: String,
}

/// One placed stand.
#[derive(Debug, Clone)]
pub struct Stand {
    /// Name of the sponsor.
    pub sponsor: String,
    /// The sponsor's name in links and of its entry.
    pub slug: String,
    /// Tier.
    pub tier: String,
    /// Rank of the tier; 1 is the best.
    pub rank: u32,
    /// Area or slot that it stands in.
    pub area: String,
    /// Its cells.
    pub tiles: TileRect,
    /// Its zone, where it has one.
    pub zone_tiles: Option<TileRect>,
    /// Share of walks that pass before it, 0 to 1 (see [`Traffic`](crate::workadventure::Traffic)).
    pub visitors: f64,
    /// Whether its place was kept from an earlier run.
    pub kept: bool,
    /// Website.
    pub website: Option<String>,
    /// Video in its embeddable form.
    pub video: Option<String>,
    /// Brochure, as written in the spec.
    pub brochure: Option<String>,
    /// Whether there is a meeting at it.
    pub meeting: bool,
    /// Name of the logo's file.
    pub logo: Option<String>,
}

impl Built {
    /// Fills in what directories say of the stands. `fill` gives a text with its links in it, or `None` where
    /// it has none; the map keeps its texts, which a bundle fills.
    pub fn fill(&mut self, fill: impl Fn(&str) -> Option<String>) {
        let filled = |text: &mut Option<String>| {
            if let Some(new) = text.as_deref().and_then(&fill) {
                *text = Some(new);
            }
        };
        for stand in &mut self.stands {
            filled(&mut stand.website);
            filled(&mut stand.brochure);
            filled(&mut stand.video);
            stand.video = stand.video.as_deref().map(spec::embeddable);
        }
    }

    /// What the map with its stands means to WorkAdventure.
    pub fn meaning(&self) -> Meaning {
        Meaning::of(&self.map)
    }
}
