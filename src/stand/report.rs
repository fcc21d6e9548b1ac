//! What a run says of the stands that it placed, for programs.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Built, Stand, Unplaced};
use crate::model::TileRect;

/// What `venue stands --format json` prints: where each stand is, and who has none.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StandsReport<'a> {
    /// Version of this form.
    #[schemars(extend("const" = 1))]
    version: u32,
    /// The map with the stands.
    map: &'a str,
    /// The stands.
    stands: Vec<StandReport<'a>>,
    /// Sponsors without a stand.
    unplaced: Vec<UnplacedReport<'a>>,
}

/// A stand.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Stand")]
struct StandReport<'a> {
    /// Name of the sponsor.
    sponsor: &'a str,
    /// The sponsor's name in links.
    slug: &'a str,
    /// Tier.
    tier: &'a str,
    /// Area or slot that it stands in.
    area: &'a str,
    /// Its cells.
    tiles: TileRect,
    /// Its zone, where it has one.
    zone_tiles: Option<TileRect>,
    /// Name of its entry.
    entry: &'a str,
    /// The direct link: of the map, or of its room where `project.play-url` is known.
    link: String,
    /// Share of walks that pass before it.
    #[schemars(range(min = 0.0, max = 1.0))]
    visitors: f64,
    /// Whether its place was kept from an earlier run.
    kept: bool,
    /// Website.
    website: Option<&'a str>,
    /// Video in its embeddable form.
    video: Option<&'a str>,
    /// Brochure, as written in the spec.
    brochure: Option<&'a str>,
    /// Whether there is a meeting at it.
    meeting: bool,
}

/// A sponsor without a stand.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Unplaced")]
struct UnplacedReport<'a> {
    /// Name of the sponsor.
    sponsor: &'a str,
    /// Why it has none.
    reason: &'a str,
}

impl<'a> StandsReport<'a> {
    /// Says what was built; `link` gives the direct link of a stand.
    pub fn new(built: &'a Built, link: impl Fn(&Stand) -> String) -> Self {
        let stand = |stand: &'a Stand| StandReport {
            sponsor: &stand.sponsor,
            slug: &stand.slug,
            tier: &stand.tier,
            area: &stand.area,
            tiles: stand.tiles,
            zone_tiles: stand.zone_tiles,
            entry: &stand.slug,
            link: link(stand),
            visitors: stand.visitors,
            kept: stand.kept,
            website: stand.website.as_deref(),
            video: stand.video.as_deref(),
            brochure: stand.brochure.as_deref(),
            meeting: stand.meeting,
        };
        let stands = built.stands.iter().map(stand).collect();
        Self { stands, ..Self::refused(&built.output, &built.unplaced) }
    }

    /// Says who has no place, for which nothing was made.
    pub fn refused(map: &'a str, unplaced: &'a [Unplaced]) -> Self {
        let unplaced = unplaced.iter();
        let unplaced = unplaced.map(|one| UnplacedReport { sponsor: &one.sponsor, reason: &one.reason });
        Self { version: 1, map, stands: Vec::new(), unplaced: unplaced.collect() }
    }

    /// The report as JSON.
    ///
    /// # Panics
    /// Never: texts and numbers can be written.
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).expect("texts and numbers only") + "\n"
    }
}
