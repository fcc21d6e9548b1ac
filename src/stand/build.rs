//! The whole way from a spec to a venue with its stands.

use super::{
    Built, Mistake, Options, Stand, StandError, Unplaced,
    hall::{self, Facts, Kit, Layout, Look, Shape},
    lock::{self, Lock},
    logo, place,
    site::Ground,
    spec::{self, HallSpec, Spec, SpecFiles},
    stamp,
    template::{self, Templates},
};
use crate::{
    format::{self, SaveStyle},
    model::{Map, TileRect},
    project::{HALL_OF, ProjectMap, STANDS_IN_FOR, nearest},
    source::{Existence, Sources, file_name, file_stem, is_url, parent, relative, resolve},
};

/// How often a hall that is too small is made larger.
const MOST_HALLS: usize = 60;

/// Free tiles between the islands of a hall, and stands of an island, where the spec says nothing.
const HALL: Shape = Shape { aisle: 2, island: 2 };

/// Places and stamps the stands of a spec. Nothing is written; built-in templates are put into
/// `sources` under the output's folder, and so is a hall under its own name.
///
/// # Errors
/// Where the spec, a template, a logo or the venue is wrong, and where a sponsor has no place and
/// `options.partial` is not set.
pub fn build(sources: &mut Sources, spec_file: &str, options: &Options) -> Result<Built, StandError> {
    let (spec, files, mut mistakes) = Spec::read(sources, spec_file, options.with.as_deref())?;
    mistakes.extend(spec.mistakes(&files, sources));
    let names = Names::of(&spec, &files, spec_file, options);
    mistakes.extend(names.mistakes(&spec, &files, sources));
    let templates = template::load_all(sources, &files, &spec, &names.output, &mut mistakes);
    let logos = logo::load_all(sources, &files, &spec, &mut mistakes);
    let lock_file = lock::name_of(spec_file);
    let kept = Lock::read(sources, &lock_file)?;
    let locked = if options.reflow { &Lock::default() } else { &kept };
    let run = Run { spec: &spec, files: &files, templates: &templates, names: &names, lock: locked };
    let filled = match (&spec.hall, &spec.venue) {
        (Some(hall), None) if mistakes.is_empty() => run.hall(sources, hall.get_ref(), &mut mistakes)?,
        (None, Some(venue)) => run.venue(sources, venue.span(), &mut mistakes),
        _ => None,
    };
    let (Some(Filled { map, placed, layout }), true) = (filled, mistakes.is_empty()) else {
        mistakes.sort_by_key(|mistake| (mistake.file.clone(), mistake.position));
        mistakes.dedup();
        return Err(StandError::Mistakes(mistakes));
    };
    if !placed.unplaced.is_empty() && !options.partial {
        return Err(StandError::Unplaced { output: names.output, unplaced: placed.unplaced });
    }
    let mut notes = placed.notes;
    let placements = &placed.placements;
    if options.reflow {
        notes.extend(placements.iter().filter_map(|placement| moved(placement, &spec, &kept)));
    }
    let plan = stamp::Plan {
        spec: &spec,
        files: &files,
        templates: &templates,
        logos: &logos,
        placements,
        lock: locked,
    };
    let stamped = stamp::stamp(&map, &names.output, &plan, &mut notes)?;
    let is_hall = layout.is_some();
    let lock_text = Lock::of(placements, &stamped.numbers, &spec, layout).text();
    let text = format::save_edited(sources, &map, &stamped.map, SaveStyle::Plain);
    let of_venue = stamped.map.embedded_pictures().into_iter().map(|(name, bytes)| (name, bytes.to_vec()));
    let of_hall = if is_hall { hall::pictures(&names.output) } else { Vec::new() };
    let pictures = of_venue.chain(of_hall).chain(stamped.pictures);
    let on_disk = sources.read(&lock_file).ok();
    Ok(Built {
        venue: names.venue,
        output: names.output,
        text,
        pictures: pictures.collect(),
        map: stamped.map,
        stands: placements.iter().map(|placement| describe(placement, &spec, &templates, &files)).collect(),
        unplaced: placed.unplaced,
        lock_changed: on_disk.as_deref() != Some(lock_text.as_bytes()),
        lock: (lock_file, lock_text),
        notes,
        event: spec.event.name.clone(),
    })
}

/// Name of the hall that a spec builds, if no file has it yet. A spec that cannot be read builds none.
pub fn hall_to_build(sources: &Sources, spec_file: &str) -> Option<String> {
    let (spec, files, _) = Spec::read(sources, spec_file, None).ok()?;
    let output = Names::of(&spec, &files, spec_file, &Options::default()).output;
    (spec.hall.is_some() && sources.existence(&output) != Existence::File).then_some(output)
}

/// Names of the logos of a spec's sponsors. A spec that cannot be read has none.
pub fn logos(sources: &Sources, spec_file: &str) -> Vec<String> {
    let Ok((spec, files, _)) = Spec::read(sources, spec_file, None) else { return Vec::new() };
    let logos = spec.sponsors.iter().filter_map(|sponsor| sponsor.logo.as_ref());
    logos.map(|logo| resolve(files.folder(&logo.span()), logo.get_ref())).collect()
}

/// Names of the files of a run.
struct Names {
    spec: String,
    /// A hall is its own venue.
    venue: String,
    output: String,
}

impl Names {
    fn of(spec: &Spec, files: &SpecFiles, spec_file: &str, options: &Options) -> Self {
        let folder = files.folder(&spec.ground());
        let venue = spec.venue.as_ref().map(|venue| resolve(folder, venue.get_ref()));
        let output = match (&options.output, &spec.output, &venue) {
            (Some(output), ..) => output.clone(),
            (None, Some(output), _) => resolve(folder, output.get_ref()),
            (None, None, Some(venue)) => resolve(parent(venue), &format!("{}.stands.tmj", file_stem(venue))),
            (None, None, None) => resolve(folder, &format!("{}.hall.tmj", file_stem(spec_file))),
        };
        Self { spec: spec_file.to_owned(), venue: venue.unwrap_or_else(|| output.clone()), output }
    }

    fn mistakes(&self, spec: &Spec, files: &SpecFiles, sources: &Sources) -> Vec<Mistake> {
        let at = spec.output.as_ref().map_or_else(|| spec.ground(), serde_spanned::Spanned::span);
        let mut mistakes = Vec::new();
        let mut wrong = |message: String| mistakes.push(files.mistake(at.clone(), message));
        if spec.venue.is_some() && (parent(&self.output) != parent(&self.venue) || self.output == self.venue)
        {
            wrong(
                "the output must be another file in the folder of the venue, since everything in the map is \
                 named relative to that folder"
                    .to_owned(),
            );
        }
        // A map that somebody drew is not written over.
        if spec.hall.is_some() && sources.existence(&self.output) == Existence::File {
            let generated =
                |map: &Map| map.properties.get(HALL_OF).or(map.properties.get(STANDS_IN_FOR)).is_some();
            if !format::load_map(sources, &self.output).map.as_ref().is_some_and(generated) {
                wrong(format!("{} is there and was not made by venue: name another output", self.output));
            }
        }
        mistakes
    }
}

/// What placing needs to know.
struct Run<'a> {
    spec: &'a Spec,
    files: &'a SpecFiles,
    templates: &'a Templates,
    names: &'a Names,
    lock: &'a Lock,
}

/// A venue, and who stands where in it.
struct Filled {
    map: Map,
    placed: place::Placed,
    /// Of a hall.
    layout: Option<Layout>,
}

impl Run<'_> {
    /// Fills a map that somebody drew.
    fn venue(
        &self,
        sources: &Sources,
        at: std::ops::Range<usize>,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Filled> {
        let name = &self.names.venue;
        match ProjectMap::load(sources, name) {
            ProjectMap { map: Some(map), meaning: Some(meaning), .. } => {
                let ground = Ground::new(&map, &meaning, self.spec, self.files, mistakes);
                mistakes.is_empty().then(|| {
                    let placed = place::place(self.spec, self.templates, &ground, self.lock);
                    Filled { map, placed, layout: None }
                })
            }
            ProjectMap { findings, .. } => {
                let reason = findings.first().map_or("no map", |finding| finding.message.as_str());
                mistakes.push(self.files.mistake(at, format!("{name}: {reason}")));
                None
            }
        }
    }

    /// Builds a hall as large as it must be, and fills it.
    fn hall(
        &self,
        sources: &mut Sources,
        hall: &HallSpec,
        mistakes: &mut Vec<Mistake>,
    ) -> Result<Option<Filled>, StandError> {
        let Names { spec: spec_file, output, .. } = self.names;
        let number = |given: &Option<serde_spanned::Spanned<u32>>, usual: u32| {
            given.as_ref().map_or(usual, |number| *number.get_ref())
        };
        let shape =
            Shape { aisle: number(&hall.aisle, HALL.aisle), island: number(&hall.island, HALL.island) };
        let exit = hall.exit.as_ref().map(|exit| self.exit(sources, exit, mistakes));
        let usual = self.spec.event.name.clone();
        let facts = Facts {
            name: hall.name.as_ref().unwrap_or(&usual),
            spec: &relative(parent(output), spec_file),
            slug: self.spec.event.slug.get_ref(),
            exit: exit.as_deref(),
            signposts: hall.signposts,
        };
        let kit = Kit::read(sources, output)?;
        let look = Look::of(self.spec.look_of(hall));
        let size = |sponsor: &spec::Sponsor| self.templates.of(sponsor.tier.get_ref()).size();
        let sizes: Vec<(u32, u32)> = self.spec.sponsors.iter().map(size).collect();
        let mut layout = self.lock.hall.clone().unwrap_or_else(|| Layout::plan(&sizes, shape));
        let mut best: Option<Filled> = None;
        for _ in 0..MOST_HALLS {
            let map = hall::draw(&kit, &layout, shape, look, &facts, output);
            sources.insert(output.clone(), format::save_tmj(&map, SaveStyle::Plain).into_bytes());
            let ProjectMap { map: Some(map), meaning: Some(meaning), .. } = ProjectMap::load(sources, output)
            else {
                let reason = "the hall that was built is no map".to_owned();
                return Err(StandError::Venue { file: output.clone(), reason });
            };
            let ground = Ground::new(&map, &meaning, self.spec, self.files, mistakes);
            if !mistakes.is_empty() {
                return Ok(None);
            }
            let placed = place::place(self.spec, self.templates, &ground, self.lock);
            let without = sizes_of(&placed.unplaced, self.spec, &sizes);
            let grown = layout.grown(&without, shape);
            let better = best.as_ref().is_none_or(|best| placed.unplaced.len() < best.placed.unplaced.len());
            if better {
                best = Some(Filled { map, placed, layout: Some(layout) });
            }
            if without.is_empty() {
                break;
            }
            layout = grown;
        }
        // The last that was tried need not be the best.
        if let Some(Filled { layout: Some(layout), .. }) = &best {
            let map = hall::draw(&kit, layout, shape, look, &facts, output);
            sources.insert(output.clone(), format::save_tmj(&map, SaveStyle::Plain).into_bytes());
        }
        Ok(best)
    }

    /// Where the door of a hall leads, as it is called from the hall.
    fn exit(
        &self,
        sources: &Sources,
        exit: &serde_spanned::Spanned<String>,
        mistakes: &mut Vec<Mistake>,
    ) -> String {
        let address = exit.get_ref();
        if is_url(address) || address.starts_with('/') {
            return address.clone();
        }
        let (path, entry) = address.split_at(address.find('#').unwrap_or(address.len()));
        let name = resolve(self.files.folder(&exit.span()), path);
        if sources.existence(&name) != Existence::File {
            let beside = sources.entries(parent(&name)).unwrap_or_default();
            let hint = nearest(file_name(&name), beside.names.iter());
            let hint = hint.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
            let message = format!("the hall's exit leads to {name}, which does not exist{hint}");
            mistakes.push(self.files.mistake(exit.span(), message));
        }
        format!("{}{entry}", relative(parent(&self.names.output), &name))
    }
}

/// Sizes of the stands that have no place, but for those who ask for one place and no other.
fn sizes_of(unplaced: &[Unplaced], spec: &Spec, sizes: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let waits = |name: &str| unplaced.iter().any(|one| one.sponsor == name);
    let sponsors = spec.sponsors.iter().zip(sizes);
    sponsors
        .filter(|(sponsor, _)| sponsor.at.is_none() && sponsor.slot.is_none())
        .filter(|(sponsor, _)| waits(sponsor.name.get_ref()))
        .map(|(_, size)| *size)
        .collect()
}

/// Says of a sponsor who had a place that it is another one now.
fn moved(placement: &place::Placement, spec: &Spec, kept: &Lock) -> Option<String> {
    let sponsor = &spec.sponsors[placement.sponsor];
    let (old, new) = (kept.stands.get(&sponsor.slug())?.tiles, placement.tiles);
    let name = sponsor.name.get_ref();
    ((old.x, old.y) != (new.x, new.y))
        .then(|| format!("{name} moves from ({}, {}) to ({}, {})", old.x, old.y, new.x, new.y))
}

fn describe(placement: &place::Placement, spec: &Spec, templates: &Templates, files: &SpecFiles) -> Stand {
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
        website: spec::text(sponsor.website.as_ref()).map(str::to_owned),
        video: spec::text(sponsor.video.as_ref()).map(spec::embeddable),
        brochure: spec::text(sponsor.brochure.as_ref()).map(str::to_owned),
        meeting: sponsor.meeting.is_some_and_open(),
        logo: sponsor.logo.as_ref().map(|logo| resolve(files.folder(&logo.span()), logo.get_ref())),
    }
}
