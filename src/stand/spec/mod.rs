//! The sponsors spec: what each sponsor gets.

mod address;
mod files;
mod node;
mod sheet;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

pub(super) use files::SpecFiles;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_spanned::Spanned;

use super::{Mistake, StandError, template::LOOKS};
use crate::{model::TileRect, project::nearest, source::Sources, workadventure};

/// Who gets which stand. Paths are relative to the file.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("oneOf" = [{ "required": ["venue"] }, { "required": ["hall"] }]))]
pub struct Spec {
    /// The map that stands are put into; a spec has this or a hall.
    #[schemars(with = "Option<String>")]
    pub(super) venue: Option<Spanned<String>>,
    /// A hall to be built around the stands; `{}` is one.
    #[schemars(with = "Option<HallSpec>")]
    pub(super) hall: Option<Spanned<HallSpec>>,
    /// Look of all templates that come with the program.
    #[schemars(with = "Option<String>", extend("enum" = LOOKS))]
    pub(super) look: Option<Spanned<String>>,
    /// The map that is written; by default `NAME.stands.tmj` beside the venue.
    #[schemars(with = "Option<String>")]
    pub(super) output: Option<Spanned<String>>,
    /// The event.
    pub(super) event: Event,
    /// Where stands may go, beside what is drawn in the map: objects of class `stand-area` and `stand-slot`.
    #[serde(default)]
    pub(super) areas: Vec<AreaSpec>,
    /// Whether areas of the spec cannot be read: what lacks an area may be meant for them.
    #[serde(skip)]
    pub(super) areas_lost: bool,
    /// What sponsors can book, by name.
    pub(super) tiers: BTreeMap<String, Tier>,
    /// The sponsors.
    #[serde(default)]
    pub(super) sponsors: Vec<Sponsor>,
}

/// The event.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Event {
    /// Its name, as people read it.
    pub(super) name: String,
    /// Its name in links; begins the name of every meeting room.
    #[schemars(with = "String", regex(pattern = "^[a-z0-9-]+$"))]
    pub(super) slug: Spanned<String>,
}

/// A hall to be built around the stands.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Hall")]
pub(super) struct HallSpec {
    /// What visitors read as the name of the map; by default that of the event.
    pub(super) name: Option<String>,
    /// Where its door leads: a map with the name of an entry, relative to the spec.
    #[schemars(with = "Option<String>")]
    pub(super) exit: Option<Spanned<String>>,
    /// Look of the hall and of the stands in it.
    #[schemars(with = "Option<String>", extend("enum" = LOOKS))]
    pub(super) look: Option<Spanned<String>>,
    /// Whether boards at its crossings name the stands.
    #[serde(default)]
    pub(super) signposts: bool,
    /// Free tiles between its islands.
    #[schemars(with = "Option<u32>", range(min = 1, max = 20))]
    pub(super) aisle: Option<Spanned<u32>>,
    /// How many stands may touch.
    #[schemars(with = "Option<u32>", range(min = 1, max = 20))]
    pub(super) island: Option<Spanned<u32>>,
}

/// Where stands may go.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Area")]
pub(super) struct AreaSpec {
    /// Its name, which tiers and sponsors use.
    #[schemars(with = "String")]
    pub(super) name: Spanned<String>,
    /// Its cells.
    pub(super) tiles: TileRect,
    /// Free tiles kept between stands.
    pub(super) aisle: Option<u32>,
    /// How many stands may touch.
    pub(super) island: Option<u32>,
}

/// What sponsors can book.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Tier {
    /// A size that comes with the program (`large`, `medium`, `small`), or a map of one's own.
    #[schemars(with = "Option<String>")]
    pub(super) template: Option<Spanned<String>>,
    /// Look of the template that comes with the program.
    #[schemars(with = "Option<String>", extend("enum" = LOOKS))]
    pub(super) look: Option<Spanned<String>>,
    /// Areas that its stands may go to; by default all.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(super) areas: Vec<Spanned<String>>,
    /// The better rank gets the better places; 1 is the best, and the last by default.
    #[serde(default = "last_rank")]
    #[schemars(extend("default" = null))]
    pub(super) rank: u32,
}

fn last_rank() -> u32 {
    u32::MAX
}

/// A sponsor.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Sponsor {
    /// Its name, as people read it.
    #[schemars(with = "String", length(min = 1))]
    pub(super) name: Spanned<String>,
    /// Name of its tier.
    #[schemars(with = "String")]
    pub(super) tier: Spanned<String>,
    /// Its name in links; by default made of its name.
    #[schemars(with = "Option<String>", regex(pattern = "^[a-z0-9-]+$"))]
    pub(super) slug: Option<Spanned<String>>,
    /// Its logo: PNG, JPEG, WebP, GIF or SVG.
    #[schemars(with = "Option<String>")]
    pub(super) logo: Option<Spanned<String>>,
    /// Its website, or a page of the project by its path from the spec.
    #[schemars(with = "Option<String>")]
    pub(super) website: Option<Spanned<String>>,
    /// A video; the page of a known video host is turned into its embeddable form.
    #[schemars(with = "Option<String>")]
    pub(super) video: Option<Spanned<String>>,
    /// A page, or a file by its path from the spec.
    #[schemars(with = "Option<String>")]
    pub(super) brochure: Option<Spanned<String>>,
    /// The meeting at its stand.
    #[serde(default)]
    pub(super) meeting: Meeting,
    /// Tag of those who moderate its meeting.
    pub(super) staff: Option<String>,
    /// Name of the slot that it has for certain.
    #[schemars(with = "Option<String>")]
    pub(super) slot: Option<Spanned<String>>,
    /// Top left cell of the place that it has for certain.
    #[schemars(with = "Option<Cell>")]
    pub(super) at: Option<Spanned<Cell>>,
    /// What it wishes to be near to: an entry, exit, zone or sponsor, by name.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(super) near: Vec<Spanned<String>>,
    /// Sponsors that it wishes to be far from.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(super) apart_from: Vec<Spanned<String>>,
}

/// A cell of a map, from the top left, in tiles.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Cell {
    /// Column.
    pub(super) x: i32,
    /// Row.
    pub(super) y: i32,
}

/// The meeting at a stand.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a meeting is true, the name of a room, { jitsi = \"…\" } or { bbb = \"…\" }")]
pub(super) enum Meeting {
    /// None.
    #[default]
    None,
    /// A Jitsi room of its own, or none.
    Own(bool),
    /// A Jitsi room of this name.
    Room(String),
    /// A Jitsi room, perhaps on another host.
    Jitsi(Jitsi),
    /// A BigBlueButton meeting.
    Bbb(Bbb),
}

/// A Jitsi room.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Jitsi {
    /// Name of the room.
    pub(super) jitsi: String,
    /// Its host; by default that of the WorkAdventure server.
    pub(super) host: Option<String>,
}

/// A BigBlueButton meeting.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Bbb {
    /// Name of the meeting.
    pub(super) bbb: String,
}

impl Meeting {
    /// Whether people can meet.
    pub(super) fn is_some_and_open(&self) -> bool {
        !matches!(self, Self::None | Self::Own(false))
    }
}

impl Sponsor {
    /// The sponsor's name in links: as given, else made of the name.
    pub(super) fn slug(&self) -> String {
        self.slug.as_ref().map_or_else(|| slug(self.name.get_ref()), |slug| slug.get_ref().clone())
    }

    /// Values of the placeholders `${sponsor.…}` and `${event.…}`. `local` gives an address of the spec as the
    /// output must have it.
    pub(super) fn placeholders(
        &self,
        event: &Event,
        local: impl Fn(&str) -> String,
    ) -> BTreeMap<String, String> {
        let slug = self.slug();
        let (jitsi, host, bbb) = match &self.meeting {
            Meeting::None | Meeting::Own(false) => (None, None, None),
            Meeting::Own(true) => (Some(format!("{}-{slug}", event.slug.get_ref())), None, None),
            Meeting::Room(room) => (Some(room.clone()), None, None),
            Meeting::Jitsi(jitsi) => (Some(jitsi.jitsi.clone()), jitsi.host.clone(), None),
            Meeting::Bbb(bbb) => (None, None, Some(bbb.bbb.clone())),
        };
        let values = [
            ("sponsor.name", Some(self.name.get_ref().clone())),
            ("sponsor.slug", Some(slug)),
            ("sponsor.tier", Some(self.tier.get_ref().clone())),
            ("sponsor.website", text(self.website.as_ref()).map(&local)),
            ("sponsor.video", text(self.video.as_ref()).map(embeddable).as_deref().map(&local)),
            ("sponsor.brochure", text(self.brochure.as_ref()).map(&local)),
            ("sponsor.jitsi", jitsi),
            ("sponsor.jitsi-host", host),
            ("sponsor.bbb", bbb),
            ("event.name", Some(event.name.clone())),
            ("event.slug", Some(event.slug.get_ref().clone())),
        ];
        values.into_iter().map(|(name, value)| (name.to_owned(), value.unwrap_or_default())).collect()
    }
}

/// The text of a key that is there.
pub(super) fn text(value: Option<&Spanned<String>>) -> Option<&str> {
    value.map(|value| value.get_ref().as_str())
}

/// `; did you mean "x"?`, or nothing.
pub(super) fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a String>) -> String {
    nearest(word, known).map(|name| format!("; did you mean \"{name}\"?")).unwrap_or_default()
}

impl Spec {
    /// Reads a spec: TOML, JSON with the same keys, or a sheet of sponsors, whose other tables `with` holds.
    /// Whatever is wrong comes with it; without those parts.
    ///
    /// # Errors
    /// Where too much is wrong for there to be a spec.
    pub(super) fn read(
        sources: &Sources,
        name: &str,
        with: Option<&str>,
    ) -> Result<(Self, SpecFiles, Vec<Mistake>), StandError> {
        let (files, mut root, mut mistakes) = SpecFiles::read(sources, name, with)?;
        let mut told = |faults: Vec<node::Fault>| {
            mistakes.extend(
                faults.into_iter().map(|fault| files.mistake(fault.span.unwrap_or(0..0), fault.message)),
            );
        };
        // A sponsor that cannot be read hides no mistake of another.
        let mut sponsors = Vec::new();
        let list = root.take("sponsors");
        if let Some(node::Node { kind: node::Kind::List(items), .. }) = list {
            for item in items {
                let (sponsor, faults) = node::read::<Sponsor>(item);
                sponsors.extend(sponsor);
                told(faults);
            }
        } else if let Some(other) = list {
            told(node::read::<Vec<Sponsor>>(other).1);
        }
        let areas = root.count("areas");
        let (spec, faults) = node::read::<Self>(root);
        told(faults);
        match spec {
            Some(spec) => {
                let areas_lost = spec.areas.len() < areas;
                Ok((Self { areas_lost, sponsors, ..spec }, files, mistakes))
            }
            None => Err(StandError::Mistakes(mistakes)),
        }
    }

    /// Where the spec says what stands are put into.
    pub(super) fn ground(&self) -> Range<usize> {
        let hall = self.hall.as_ref().map(Spanned::span);
        self.venue.as_ref().map(Spanned::span).or(hall).unwrap_or(0..0)
    }

    /// Name of a look of the spec's hall.
    pub(super) fn look_of<'a>(&'a self, hall: &'a HallSpec) -> &'a str {
        hall.look.as_ref().or(self.look.as_ref()).map_or(LOOKS[0], |look| look.get_ref())
    }

    /// What is wrong with how the spec says where, and what it shall look like.
    fn mistakes_of_ground(&self, mut wrong: impl FnMut(Range<usize>, String)) {
        match (&self.venue, &self.hall) {
            (Some(_), Some(hall)) => {
                let message =
                    "there is a venue already: a hall is built where there is none; leave one of them out";
                wrong(hall.span(), message.to_owned());
            }
            (None, None) => {
                let message = "nothing says what the stands are put into: name a map by venue = \"maps/hall.tmj\", \
                               or have a hall built by hall = {}";
                wrong(0..0, message.to_owned());
            }
            _ => {}
        }
        if let (Some(_), Some(area)) = (&self.hall, self.areas.first()) {
            let message = "a hall makes its own areas, called A, B, C…: leave [[areas]] out".to_owned();
            wrong(area.name.span(), message);
        }
        let hall = self.hall.as_ref().map(Spanned::get_ref);
        let of_tiers = self.tiers.values().filter_map(|tier| tier.look.as_ref());
        let looks = self.look.iter().chain(of_tiers).chain(hall.and_then(|hall| hall.look.as_ref()));
        for look in looks.filter(|look| !LOOKS.contains(&look.get_ref().as_str())) {
            let known = LOOKS.map(str::to_owned);
            let hint = meant(look.get_ref(), &known);
            let message =
                format!("there is no look \"{}\"{hint}; looks are {}", look.get_ref(), known.join(", "));
            wrong(look.span(), message);
        }
        let numbers = hall.into_iter().flat_map(|hall| [("aisle", &hall.aisle), ("island", &hall.island)]);
        for (name, number) in numbers.filter_map(|(name, number)| Some((name, number.as_ref()?))) {
            if !(1..=20).contains(number.get_ref()) {
                wrong(number.span(), format!("the {name} of a hall is 1 to 20, not {}", number.get_ref()));
            }
        }
    }

    /// What is wrong with the spec in itself: all of it.
    pub(super) fn mistakes(&self, files: &SpecFiles, sources: &Sources) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        self.mistakes_of_ground(|range, message| mistakes.push(files.mistake(range, message)));
        let mut wrong = |range: Range<usize>, message: String| mistakes.push(files.mistake(range, message));
        if !is_slug(self.event.slug.get_ref()) {
            let message =
                format!("the event's slug \"{}\" may hold a-z, 0-9 and - only", self.event.slug.get_ref());
            wrong(self.event.slug.span(), message);
        }
        let mut slugs: BTreeMap<String, &str> = BTreeMap::new();
        let names: BTreeSet<&String> = self.sponsors.iter().map(|sponsor| sponsor.name.get_ref()).collect();
        for sponsor in &self.sponsors {
            let name = sponsor.name.get_ref();
            let slug = sponsor.slug();
            if name.trim().is_empty() {
                wrong(sponsor.name.span(), "a sponsor without a name".to_owned());
            } else if !is_slug(&slug) {
                let message = format!(
                    "{name}: \"{slug}\" cannot be part of a link; give the sponsor a slug of a-z, 0-9 and -"
                );
                wrong(sponsor.slug.as_ref().map_or(sponsor.name.span(), Spanned::span), message);
            } else if let Some(other) = slugs.insert(slug.clone(), name) {
                let message =
                    format!("{name} and {other} are both \"{slug}\" in links; give one another slug");
                wrong(sponsor.name.span(), message);
            }
            if !self.tiers.contains_key(sponsor.tier.get_ref()) {
                let tier = sponsor.tier.get_ref();
                let message =
                    format!("{name}: there is no tier \"{tier}\"{}", meant(tier, self.tiers.keys()));
                wrong(sponsor.tier.span(), message);
            }
            for address in [&sponsor.website, &sponsor.video, &sponsor.brochure].into_iter().flatten() {
                let folder = files.folder(&address.span());
                if let Some(mistake) = address::mistake(sources, folder, address.get_ref()) {
                    wrong(address.span(), format!("{name}: {mistake}"));
                }
            }
            for other in &sponsor.apart_from {
                if !names.contains(other.get_ref()) {
                    let message = format!(
                        "{name}: there is no sponsor \"{}\" to be apart from{}",
                        other.get_ref(),
                        meant(other.get_ref(), names.iter().copied())
                    );
                    wrong(other.span(), message);
                }
            }
            if let (Some(_), Some(at)) = (&sponsor.slot, &sponsor.at) {
                wrong(at.span(), format!("{name} has both a slot and a place; give one of them"));
            }
        }
        mistakes
    }
}

fn is_slug(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// A name as it can stand in a link: letters without their accents, lower case, the rest hyphens.
/// Empty where the name has no Latin letter.
pub(crate) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        match fold(c) {
            Some(plain) => slug.push_str(plain),
            None if c.is_ascii_alphanumeric() => slug.push(c),
            None if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            None => {}
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// Latin letters with accents, as people write them without.
fn fold(c: char) -> Option<&'static str> {
    Some(match c {
        'ä' | 'æ' => "ae",
        'ö' | 'œ' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì' | 'í' | 'î' | 'ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'þ' => "th",
        // A combining accent belongs to the letter before it.
        '\u{300}'..='\u{36f}' | '\'' | '’' => "",
        _ => return None,
    })
}

/// The form of a video's address that other pages may show; others stay as they are.
pub(super) fn embeddable(url: &str) -> String {
    workadventure::embeddable(url).unwrap_or_else(|| url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn mistakes(text: &str) -> Vec<String> {
        let mut sources = Sources::new("/nowhere");
        sources.insert("s.toml", text.to_owned());
        let (spec, files, mut mistakes) = Spec::read(&sources, "s.toml", None).unwrap();
        mistakes.extend(spec.mistakes(&files, &sources));
        mistakes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn three_mistakes_give_three_messages() {
        let found = mistakes(
            "venue = \"hall.tmj\"\n[event]\nname = \"X\"\nslug = \"x\"\n[tiers.gold]\nrank = 1\n\
             [[sponsors]]\nname = \"Acme\"\ntier = \"glod\"\n[[sponsors]]\nname = \"ACME!\"\ntier = \"gold\"\n\
             apart-from = [\"Acmee\"]\n[[sponsors]]\nname = \"会議室\"\ntier = \"gold\"\n",
        );
        assert_eq!(
            found,
            [
                "s.toml:9:8: Acme: there is no tier \"glod\"; did you mean \"gold\"?",
                "s.toml:11:8: ACME! and Acme are both \"acme\" in links; give one another slug",
                "s.toml:13:15: ACME!: there is no sponsor \"Acmee\" to be apart from; did you mean \"Acme\"?",
                "s.toml:15:8: 会議室: \"\" cannot be part of a link; give the sponsor a slug of a-z, 0-9 and -",
            ]
        );
    }

    #[test]
    fn names_become_links() {
        assert_eq!(slug("Žluťásek Data"), "zlutasek-data");
        assert_eq!(slug("Kettle & Coil GmbH"), "kettle-coil-gmbh");
        assert_eq!(slug("O'Neill  Café (EU)"), "oneill-cafe-eu");
        assert_eq!(slug("Müßig"), "muessig");
    }
}
