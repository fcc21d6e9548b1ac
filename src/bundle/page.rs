//! `index.html`: the maps with their pictures, the way in, the directory of sponsors, the credits.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use maud::{Markup, PreEscaped, html};
use rayon::prelude::*;

use super::{Bundle, BundleError, Note, Settings, picture, plan::Plan, reference, wam};
use crate::{
    model::{Map, Value},
    output,
    picture::{Effort, PictureStore, RenderOptions, Renderer},
    project::{Host, Project, ProjectConfig},
    source::file_stem,
    stand::{self, Built, Stand, Way},
    walk,
    workadventure::Meaning,
    world::title,
};

const STYLE: &str = include_str!("page.css");
/// Longest side of the picture of a map, in pixels: twice what the page shows, for dense screens.
const PREVIEW_SIZE: u32 = 960;
/// Where rooms of any public map open, unless the project says otherwise.
pub(super) const PUBLIC_PLAY_URL: &str = "https://play.workadventu.re/_/global";

/// Adds the page and the pictures that it shows, and for each spec of stands a page to search them. Stands are
/// listed by rank and name.
pub(super) fn add(
    project: &Project,
    plan: &Plan,
    previews: Vec<Previewed>,
    stands: &[Built],
    settings: &Settings,
    bundle: &mut Bundle,
) -> Result<(), BundleError> {
    let rooms = Rooms::new(&project.config.project, settings)?;
    let mut cards = Vec::new();
    for ((source, map), (preview, note)) in plan.maps.iter().zip(previews) {
        bundle.notes.extend(note);
        if let Some(preview) = &preview {
            bundle.insert_hashed(&preview.path, preview.bytes.clone(), Some(source));
        }
        cards.push(Card::new(project, plan, source, map, preview));
    }
    // The way in comes first, then by path.
    cards.sort_by(|a, b| b.entry.cmp(&a.entry).then_with(|| a.output.cmp(&b.output)));
    let listed = listed(project, plan, stands, bundle);
    let directories = directories(project, plan, &rooms, stands, bundle);
    let name = project.config.project.name.as_deref().unwrap_or("Venue");
    let way_in = cards.iter().find(|card| card.entry);
    let way_in = way_in.and_then(|card| rooms.link(&card.output, project.config.project.entry_name()));
    let page = page(name, &rooms, &cards, &listed, &directories, (way_in.as_deref(), settings.walk));
    bundle.insert_own("index.html", page.into_string().into_bytes());
    Ok(())
}

/// Path in the bundle of the map that stands are on.
fn output_of<'p>(plan: &'p Plan, built: &Built) -> Option<&'p String> {
    plan.outputs.get(plan.stand_ins.get(&built.venue).unwrap_or(&built.venue))
}

/// The stands of all specs, the best rank first, their logos among the bundle's files.
fn listed<'s>(project: &Project, plan: &Plan, stands: &'s [Built], bundle: &mut Bundle) -> Vec<Listed<'s>> {
    let mut listed: Vec<Listed> = Vec::new();
    for built in stands {
        let Some(output) = output_of(plan, built) else { continue };
        for stand in &built.stands {
            let mut bright = false;
            let logo = stand.logo.as_ref().and_then(|name| {
                let bytes = project.sources.read(name).ok()?;
                bright = stand::is_bright(bytes.clone(), name);
                let path = picture::path(picture::FOLDER, name, &bytes);
                bundle.insert_hashed(&path, bytes, Some(name));
                Some(path)
            });
            listed.push(Listed { stand, bright, output: output.clone(), logo });
        }
    }
    listed.sort_by_key(|listed| (listed.stand.rank, listed.stand.sponsor.to_lowercase()));
    listed
}

/// Adds a page with search and plan for each spec; returns their paths. Pages that cannot be drawn are left
/// out with a note.
fn directories(
    project: &Project,
    plan: &Plan,
    rooms: &Rooms,
    stands: &[Built],
    bundle: &mut Bundle,
) -> Vec<String> {
    let mut paths = Vec::new();
    for built in stands.iter().filter(|built| !built.stands.is_empty()) {
        let Some(output) = output_of(plan, built) else { continue };
        let way = |stand: &Stand| match rooms.link(output, Some(&stand.slug)) {
            Some(link) => Way::Link(link),
            None => Way::Path(format!("{}#{}", rooms.path(output), stand.slug)),
        };
        let mut put = |name: &str, png: Vec<u8>| {
            let path = picture::path(picture::PREVIEWS, name, &png);
            bundle.insert_hashed(&path, png, None);
            path
        };
        let path = match paths.len() {
            0 => "stands.html".to_owned(),
            number => format!("stands-{}.html", number + 1),
        };
        match stand::page(built, &project.sources, &way, &mut put) {
            Ok(page) => {
                bundle.insert_own(&path, page.into_bytes());
                paths.push(path);
            }
            Err(error) => {
                let message = format!("no page for searching the stands is made: {error}");
                bundle.notes.push(Note { file: built.output.clone(), message });
            }
        }
    }
    paths
}

/// How rooms are addressed.
pub(super) struct Rooms {
    /// What comes before a map's path; `None` where nobody said where the bundle will be.
    base: Option<String>,
    wam: bool,
}

impl Rooms {
    pub(super) fn new(config: &ProjectConfig, settings: &Settings) -> Result<Self, BundleError> {
        let wam = config.host == Host::MapStorage;
        let play = config.rooms().map(str::to_owned);
        let Some(base) = &settings.base_url else {
            return Ok(Self { base: play, wam });
        };
        let address = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"));
        let Some(address) = address.filter(|address| !address.is_empty()) else {
            return Err(BundleError::Setting(format!(
                "the base URL \"{base}\" must begin with https:// and name a host"
            )));
        };
        // The room of a public map is its address behind the server and the instance
        // (workadventure-maps, section 3.2).
        let public = config.public_rooms();
        let of_address = format!("{}/{address}", public.as_deref().unwrap_or(PUBLIC_PLAY_URL));
        // Rooms of map-storage have names of their own, wherever its files are served.
        Ok(Self { base: play.filter(|play| !play.contains("/_/")).or(Some(of_address)), wam })
    }

    /// Path of the room of a map within the bundle.
    fn path(&self, output: &str) -> String {
        if self.wam { wam::room_of(output) } else { output.to_owned() }
    }

    /// Link into the room of a map.
    pub(super) fn link(&self, output: &str, entry: Option<&str>) -> Option<String> {
        let base = self.base.as_deref()?.trim_end_matches('/');
        let entry = entry.map(|entry| format!("#{entry}")).unwrap_or_default();
        Some(format!("{base}/{}{entry}", crate::workadventure::percent_encoded(&self.path(output))))
    }
}

/// The picture of a map.
pub(super) struct Preview {
    path: String,
    bytes: Bytes,
    size: (u32, u32),
}

/// The picture of a map, or why there is none.
pub(super) type Previewed = (Option<Preview>, Option<Note>);

/// The pictures of the plan's maps, in their order.
pub(super) fn previews(project: &Project, plan: &Plan, store: &PictureStore) -> Vec<Previewed> {
    let sources: Vec<(&String, &Map)> = plan.maps.iter().collect();
    sources.par_iter().map(|(source, map)| preview(project, store, &plan.outputs[*source], map)).collect()
}

fn preview(project: &Project, store: &PictureStore, output: &str, map: &Map) -> Previewed {
    let drawn = || -> Result<Preview, String> {
        let options = RenderOptions { size: Some(PREVIEW_SIZE), ..RenderOptions::default() };
        let renderer =
            Renderer::new(map, &project.sources, store, &options).map_err(|error| error.to_string())?;
        let pixels = renderer.draw().map_err(|error| error.to_string())?;
        let size = pixels.dimensions();
        let bytes = picture::encode(output, pixels, Effort::Quick).map_err(|error| error.to_string())?;
        let path = picture::path(picture::PREVIEWS, &format!("{}.png", file_stem(output)), &bytes);
        Ok(Preview { path, bytes: bytes.into(), size })
    };
    match drawn() {
        Ok(preview) => (Some(preview), None),
        Err(reason) => {
            let message = format!("the page shows no picture of it: {reason}");
            (None, Some(Note { file: map.file.clone(), message }))
        }
    }
}

/// What the page says of one map.
struct Card {
    output: String,
    title: String,
    description: Option<String>,
    /// Whether visitors arrive here first.
    entry: bool,
    size: (u32, u32),
    preview: Option<Preview>,
    /// Named entries beside the default one.
    entries: Vec<String>,
    /// Titles and paths of the maps that its exits lead to.
    leads_to: Vec<(String, String)>,
    credits: BTreeSet<String>,
}

impl Card {
    fn new(project: &Project, plan: &Plan, source: &str, map: &Map, preview: Option<Preview>) -> Self {
        let meaning = Meaning::of(map);
        let first = project.config.project.entry_map();
        let first = first.map(|first| plan.stand_ins.get(&first).cloned().unwrap_or(first));
        let entries = meaning.entries.iter().filter(|entry| entry.declared && !entry.default);
        let mut leads_to = BTreeMap::new();
        for exit in &meaning.exits {
            let Some(text) = exit.property.value.text() else { continue };
            let known = crate::workadventure::Reference::Exit;
            let folder = crate::source::parent(&map.file);
            let target = plan.places(&project.sources).target(Some(known), folder, text);
            if let reference::Target::Map(name, _) = target
                && name != source
                && let (Some(output), Some(other)) = (plan.outputs.get(&name), plan.maps.get(&name))
            {
                leads_to.insert(output.clone(), title(other, output));
            }
        }
        let output = plan.outputs[source].clone();
        Self {
            title: title(map, &output),
            description: text(map, "mapDescription"),
            entry: first.as_deref() == Some(source) || plan.maps.len() == 1,
            size: (map.width, map.height),
            preview,
            entries: entries.map(|entry| entry.name.clone()).collect::<BTreeSet<_>>().into_iter().collect(),
            leads_to: leads_to.into_iter().map(|(output, title)| (title, output)).collect(),
            credits: credits(map),
            output,
        }
    }

    fn anchor(&self) -> String {
        anchor(&self.output)
    }
}

fn anchor(output: &str) -> String {
    output.strip_suffix(".tmj").unwrap_or(output).replace(|c: char| !c.is_ascii_alphanumeric(), "-")
}

fn text(map: &Map, name: &str) -> Option<String> {
    match map.properties.get(name).map(|property| &property.value) {
        Some(Value::String(text)) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        _ => None,
    }
}

fn credits(map: &Map) -> BTreeSet<String> {
    let own = text(map, "mapCopyright");
    let tilesets = map.tilesets.iter().filter_map(|set| set.tileset.as_deref());
    let of_tilesets = tilesets.filter_map(|set| set.properties.text("tilesetCopyright"));
    let layers = map.flat_layers();
    let of_sounds = layers.iter().filter_map(|(_, layer)| layer.properties.text("audioCopyright"));
    let texts = of_tilesets.chain(of_sounds).map(|text| text.trim().to_owned());
    own.into_iter().chain(texts).filter(|text| !text.is_empty()).collect()
}

/// A stand with its place in the bundle.
struct Listed<'s> {
    stand: &'s Stand,
    /// Whether its logo needs a dark ground.
    bright: bool,
    output: String,
    logo: Option<String>,
}

fn page(
    name: &str,
    rooms: &Rooms,
    cards: &[Card],
    stands: &[Listed<'_>],
    directories: &[String],
    (link, walk): (Option<&str>, bool),
) -> Markup {
    let credits: BTreeSet<&String> = cards.iter().flat_map(|card| &card.credits).collect();
    let count =
        |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let head = html! { style { (PreEscaped(STYLE)) } };
    let body = html! {
                header {
                    div.wide {
                        h1 { (name) }
                        p.lead {
                            (count(cards.len(), "map", "maps"))
                            @if !stands.is_empty() { " · " (count(stands.len(), "stand", "stands")) }
                        }
                        @if link.is_some() || walk {
                            p.ways {
                                @if let Some(link) = link { a.button href=(link) { "Enter the venue" } }
                                @if walk { a.button href=(walk::PAGE) { "Walk through it here" } }
                            }
                        }
                        @if cards.len() + stands.len() > 6 && !stands.is_empty() {
                            nav { a href="#maps" { "Maps" } a href="#sponsors" { "Sponsors" } }
                        }
                    }
                }
                main.wide {
                    section #maps {
                        h2 { "Maps" }
                        @if rooms.base.is_none() {
                            p.hint {
                                "Put this folder on a web server, then open a map in WorkAdventure under "
                                code { (PUBLIC_PLAY_URL) "/" em { "your-server" } "/" em { "map" } }
                                ", where the last part is the path given with each map."
                            }
                        }
                        div.maps { @for card in cards { (map_card(card, rooms, walk)) } }
                    }
                    @if !stands.is_empty() {
                        section #sponsors {
                            h2 { "Sponsors" }
                            @if !directories.is_empty() {
                                p.hint {
                                    @for (number, path) in directories.iter().enumerate() {
                                        @if number > 0 { " · " }
                                        a href=(path) { "Search the stands, and see them on the plan" }
                                    }
                                }
                            }
                            @for (tier, stands) in by_tier(stands) {
                                h3 { (capitalised(tier)) }
                                div.stands { @for listed in stands { (stand_card(listed, rooms, walk)) } }
                            }
                        }
                    }
                    @if !credits.is_empty() {
                        section.credits {
                            details {
                                summary { "Credits" }
                                ul { @for credit in &credits { li { (credit) } } }
                            }
                        }
                    }
                }
                footer { div.wide { "Files and their fingerprints: " a href="manifest.json" { "manifest.json" } } }
                script { (PreEscaped(SCRIPT)) }
    };
    output::page(name, &head, &body)
}

/// Copies the path beside a button; the page works without it.
const SCRIPT: &str = "document.querySelectorAll('button.copy').forEach(function (button) {
  button.hidden = false;
  button.addEventListener('click', function () {
    var text = button.dataset.text;
    var done = function () { button.textContent = 'Copied'; setTimeout(function () { button.textContent = 'Copy'; }, 1500); };
    if (navigator.clipboard && window.isSecureContext) { navigator.clipboard.writeText(text).then(done); return; }
    var field = document.createElement('textarea');
    field.value = text; document.body.appendChild(field); field.select();
    try { document.execCommand('copy'); done(); } finally { field.remove(); }
  });
});";

/// The way to a place: a link where it is known, else a path to copy.
fn way(rooms: &Rooms, output: &str, entry: Option<&str>, label: &str) -> Markup {
    let link = rooms.link(output, entry);
    let entry = entry.map(|entry| format!("#{entry}")).unwrap_or_default();
    let text = link.clone().unwrap_or_else(|| format!("{}{entry}", rooms.path(output)));
    let hint = if link.is_some() { "Copy the link" } else { "Copy the path" };
    html! {
        p.way {
            @if let Some(link) = &link {
                a.button href=(link) { (label) }
            } @else {
                code { (text) }
            }
            button.copy type="button" hidden data-text=(text) title=(hint) { "Copy" }
        }
    }
}

fn map_card(card: &Card, rooms: &Rooms, walk: bool) -> Markup {
    html! {
        article.map id=(card.anchor()) {
            div.picture {
                @if let Some(preview) = &card.preview {
                    a href=(rooms.link(&card.output, None).unwrap_or_else(|| preview.path.clone())) {
                        img src=(preview.path) width=(preview.size.0) height=(preview.size.1) loading="lazy"
                            alt={ "Map of " (card.title) };
                    }
                }
            }
            div.text {
                h3 {
                    (card.title)
                    @if card.entry { span.badge { "Start here" } }
                }
                @if let Some(description) = &card.description { p { (description) } }
                p.facts {
                    (card.size.0) " × " (card.size.1) " tiles"
                    @if !card.leads_to.is_empty() {
                        " · leads to "
                        @for (index, (title, output)) in card.leads_to.iter().enumerate() {
                            @if index > 0 { ", " }
                            a href={ "#" (anchor(output)) } { (title) }
                        }
                    }
                }
                (way(rooms, &card.output, None, "Enter"))
                @if walk { p.facts { a href=(walk::address(&card.output, None)) { "Walk through it" } } }
                @if !card.entries.is_empty() {
                    details {
                        summary { "Other entries" }
                        ul.entries {
                            @for entry in &card.entries {
                                li {
                                    @match rooms.link(&card.output, Some(entry)) {
                                        Some(link) => { a href=(link) { (entry) } }
                                        None => { code { (rooms.path(&card.output)) "#" (entry) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn stand_card(listed: &Listed<'_>, rooms: &Rooms, walk: bool) -> Markup {
    let stand = listed.stand;
    html! {
        article.stand {
            div.logo.bright[listed.bright] {
                @match &listed.logo {
                    Some(logo) => { img src=(logo) alt="" loading="lazy"; }
                    None => { span aria-hidden="true" { (stand.sponsor.chars().next().unwrap_or('·')) } }
                }
            }
            h4 { (stand.sponsor) }
            (way(rooms, &listed.output, Some(&stand.slug), "Visit the stand"))
            @if walk { p.facts { a href=(walk::address(&listed.output, Some(&stand.slug))) { "Walk there" } } }
            @if let Some(website) = stand.website.as_deref().filter(|url| url.starts_with("http")) {
                p.facts { a href=(website) rel="noopener" { (host(website)) } }
            }
        }
    }
}

fn by_tier<'a, 's>(stands: &'a [Listed<'s>]) -> Vec<(&'s str, Vec<&'a Listed<'s>>)> {
    let mut tiers: Vec<(&str, Vec<&Listed<'s>>)> = Vec::new();
    for listed in stands {
        let tier = listed.stand.tier.as_str();
        match tiers.iter_mut().find(|(known, _)| *known == tier) {
            Some((_, of_tier)) => of_tier.push(listed),
            None => tiers.push((tier, vec![listed])),
        }
    }
    tiers
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn host(url: &str) -> &str {
    let address = url.split_once("://").map_or(url, |(_, address)| address);
    address.split(['/', '?', '#']).next().unwrap_or(address).trim_start_matches("www.")
}
