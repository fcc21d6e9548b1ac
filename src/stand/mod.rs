//! Sponsors' stands: a spec, templates, and a venue in; the venue with every stand in it out.
//!
//! ```text
//! spec file  ──> spec      ──> Spec           what each sponsor gets, mistakes named
//! templates  ──> template  ──> Template       footprint, walls, zones, where logo and name go
//! venue      ──> site      ──> Ground         cells that stands may not cover, traffic, areas
//! all three  ──> place     ──> Placement      who stands where; pure, the same for the same input
//! placement  ──> stamp     ──> Map, picture   template layers merged, logos and names drawn
//! ```
//!
//! [`build`] goes the whole way in memory; whoever called writes. What is kept of every placement
//! (no overlap, nothing covered, everything still reachable) is checked on the walking grid for each
//! stand as it is placed.

mod cells;
mod directory;
mod lettering;
mod lock;
mod logo;
mod place;
mod plan;
mod site;
mod spec;
mod stamp;
mod template;

pub use directory::{Directory, directory};
pub use place::Unplaced;
pub use plan::plan;
pub use spec::Spec;

use crate::{
    format::{self, SaveStyle},
    model::{Map, TileRect},
    project::{ProjectError, ProjectMap, TomlError},
    source::{Sources, file_stem, parent, resolve},
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
    #[error("{}", unplaced_lines(.0))]
    Unplaced(Vec<Unplaced>),
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
    /// Name of the venue's file.
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

/// Places and stamps the stands of a spec. Nothing is written; built-in templates are put into
/// `sources` under the output's folder.
///
/// # Errors
/// Where the spec, a template, a logo or the venue is wrong, and where a sponsor has no place and
/// `options.partial` is not set.
pub fn build(sources: &mut Sources, spec_file: &str, options: &Options) -> Result<Built, StandError> {
    let (spec, files, mut mistakes) = spec::Spec::read(sources, spec_file, options.with.as_deref())?;
    let folder = files.folder(&spec.venue.span());
    let venue_name = resolve(folder, spec.venue.get_ref());
    let output = match (&options.output, &spec.output) {
        (Some(output), _) => output.clone(),
        (None, Some(output)) => resolve(folder, output.get_ref()),
        (None, None) => resolve(parent(&venue_name), &format!("{}.stands.tmj", file_stem(&venue_name))),
    };
    mistakes.extend(spec.mistakes(&files));
    if parent(&output) != parent(&venue_name) || output == venue_name {
        mistakes.push(
            files.mistake(
                spec.output.as_ref().map_or_else(|| spec.venue.span(), serde_spanned::Spanned::span),
                "the output must be another file in the folder of the venue, since everything in the map is \
             named relative to that folder"
                    .to_owned(),
            ),
        );
    }
    let venue = match ProjectMap::load(sources, &venue_name) {
        ProjectMap { map: Some(map), meaning: Some(meaning), .. } => Some((map, meaning)),
        ProjectMap { findings, .. } => {
            let reason = findings.first().map_or("no map", |finding| finding.message.as_str());
            mistakes.push(files.mistake(spec.venue.span(), format!("{venue_name}: {reason}")));
            None
        }
    };
    let templates = template::load_all(sources, &files, &spec, &output, &mut mistakes);
    let logos = logo::load_all(sources, &files, &spec, &mut mistakes);
    let ground =
        venue.as_ref().map(|(map, meaning)| site::Ground::new(map, meaning, &spec, &files, &mut mistakes));
    let lock_file = lock::name_of(spec_file);
    let kept = lock::Lock::read(sources, &lock_file)?;
    let locked = if options.reflow { &lock::Lock::default() } else { &kept };
    let (Some((map, _)), Some(ground), true) = (venue, ground, mistakes.is_empty()) else {
        mistakes.sort_by_key(|mistake| (mistake.file.clone(), mistake.position));
        mistakes.dedup();
        return Err(StandError::Mistakes(mistakes));
    };
    let placed = place::place(&spec, &templates, &ground, locked);
    if !placed.unplaced.is_empty() && !options.partial {
        return Err(StandError::Unplaced(placed.unplaced));
    }
    let mut notes = placed.notes;
    let placements = &placed.placements;
    if options.reflow {
        notes.extend(placements.iter().filter_map(|placement| moved(placement, &spec, &kept)));
    }
    let plan = stamp::Plan { spec: &spec, templates: &templates, logos: &logos, placements, lock: locked };
    let stamped = stamp::stamp(&map, &output, &plan, &mut notes)?;
    let lock_text = lock::Lock::of(placements, &stamped.numbers, &spec).text();
    let text = format::save_edited(sources, &map, &stamped.map, SaveStyle::Plain);
    let of_venue = stamped.map.embedded_pictures().into_iter().map(|(name, bytes)| (name, bytes.to_vec()));
    let pictures = of_venue.chain(stamped.pictures);
    let on_disk = sources.read(&lock_file).ok();
    Ok(Built {
        venue: venue_name,
        output,
        text,
        pictures: pictures.collect(),
        map: stamped.map,
        stands: placed
            .placements
            .iter()
            .map(|placement| describe(placement, &spec, &templates, &files))
            .collect(),
        unplaced: placed.unplaced,
        lock_changed: on_disk.as_deref() != Some(lock_text.as_bytes()),
        lock: (lock_file, lock_text),
        notes,
        event: spec.event.name.clone(),
    })
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

/// Says of a sponsor who had a place that it is another one now.
fn moved(placement: &place::Placement, spec: &Spec, kept: &lock::Lock) -> Option<String> {
    let sponsor = &spec.sponsors[placement.sponsor];
    let (old, new) = (kept.stands.get(&sponsor.slug())?.tiles, placement.tiles);
    let name = sponsor.name.get_ref();
    ((old.x, old.y) != (new.x, new.y))
        .then(|| format!("{name} moves from ({}, {}) to ({}, {})", old.x, old.y, new.x, new.y))
}

fn describe(
    placement: &place::Placement,
    spec: &Spec,
    templates: &template::Templates,
    files: &spec::SpecFiles,
) -> Stand {
    let sponsor = &spec.sponsors[placement.sponsor];
    let tier = &spec.tiers[sponsor.tier.get_ref()];
    let template = templates.of(sponsor.tier.get_ref());
    let zone = template.stand_zone().map(|zone| TileRect {
        x: zone.x + placement.tiles.x,
        y: zone.y + placement.tiles.y,
        ..zone
    });
    Stand {
        sponsor: sponsor.name.get_ref().clone(),
        slug: sponsor.slug(),
        tier: sponsor.tier.get_ref().clone(),
        rank: tier.rank,
        area: placement.area.clone(),
        tiles: placement.tiles,
        zone_tiles: zone,
        visitors: placement.visitors,
        kept: placement.kept,
        website: sponsor.website.clone(),
        video: sponsor.video.as_deref().map(spec::embeddable),
        brochure: sponsor.brochure.clone(),
        meeting: sponsor.meeting.is_some_and_open(),
        logo: sponsor.logo.as_ref().map(|logo| resolve(files.folder(&logo.span()), logo.get_ref())),
    }
}
