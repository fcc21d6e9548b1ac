//! `venue.toml`, typed. Every key is optional; one that is not known is an error that names the
//! nearest.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::{
    finding::Severity,
    source::resolve,
    workadventure::{Link, host_and_path, is_readable_url},
};

/// The whole of `venue.toml`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Config {
    /// What the project is.
    pub project: ProjectConfig,
    /// Links named once, used as `${links.NAME}` in any property of any map or spec.
    pub links: BTreeMap<String, String>,
    /// How maps are judged.
    pub check: CheckConfig,
    /// Sponsors' stands.
    pub stands: StandsConfig,
    /// What bundles hold.
    pub bundle: BundleConfig,
    /// Where bundles are published.
    pub publish: PublishConfig,
}

/// `[project]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct ProjectConfig {
    /// Name of the event.
    pub name: Option<String>,
    /// Globs of the project's maps, relative to the root; default: every map below it.
    pub maps: Option<Vec<String>>,
    /// The map where visitors arrive first, perhaps with the name of an entry (`maps/lobby.tmj#door`).
    pub entry: Option<String>,
    /// URL of the room of a map at the project's root, for links in directories and in `index.html`; or of the
    /// WorkAdventure server alone, to which `--base-url` of `venue bundle` adds the rest. Where it is absent that
    /// server is the public one, play.workadventu.re.
    #[serde(deserialize_with = "play_url")]
    #[schemars(with = "Option<String>")]
    pub play_url: Option<String>,
    /// Where the maps will be hosted; default `static`.
    pub host: Host,
}

impl ProjectConfig {
    /// What to say where there shall be links and `play-url` names a server alone.
    pub(crate) const NO_ROOMS: &str = "play-url names a server, but not where its rooms are; write \
                                       https://play.example.org/_/global/ and where the maps are";

    /// URL of the room of a map at the project's root, without a slash at its end; `None` where `play-url` names
    /// no more than a server.
    pub fn rooms(&self) -> Option<&str> {
        let url = self.play_url.as_deref()?.trim_end_matches('/');
        let (_, path) = host_and_path(url)?;
        is_root_of_rooms(path).then_some(url)
    }

    /// What the URLs of rooms of public maps begin with on the server that `play-url` names:
    /// `https://play.example.org/_/global`.
    pub fn public_rooms(&self) -> Option<String> {
        let url = self.play_url.as_deref()?;
        let (_, path) = host_and_path(url)?;
        let server = &url[..url.len() - path.len()];
        let instance = path.strip_prefix("/_/").and_then(|rest| rest.split('/').next());
        Some(format!("{server}/_/{}", instance.filter(|name| !name.is_empty()).unwrap_or("global")))
    }

    /// Name of the map where visitors arrive first.
    pub fn entry_map(&self) -> Option<String> {
        let entry = self.entry.as_deref()?;
        Some(resolve("", entry.split_once('#').map_or(entry, |(map, _)| map)))
    }

    /// Name of the entry at which they do, if the config says one.
    pub fn entry_name(&self) -> Option<&str> {
        Link::of(self.entry.as_deref()?).entry()
    }
}

/// Whether names of maps make rooms of it: `/_/instance/host…`, `/~…`, `/@/…` or `/*/…`, without a slash at
/// its end (workadventure-maps, section 3.2).
fn is_root_of_rooms(path: &str) -> bool {
    match path.strip_prefix("/_/") {
        Some(rest) => rest.split_once('/').is_some_and(|(instance, _)| !instance.is_empty()),
        None => path == "/~" || ["/~/", "/@/", "/*/"].iter().any(|start| path.starts_with(start)),
    }
}

fn play_url<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    let url = String::deserialize(value)?;
    match mistake_of_play_url(&url) {
        Some(mistake) => Err(D::Error::custom(mistake)),
        None => Ok(Some(url)),
    }
}

/// Why links into the rooms of a `play-url` would be dead.
fn mistake_of_play_url(url: &str) -> Option<String> {
    let lower = url.to_ascii_lowercase();
    let web = lower.starts_with("https://") || lower.starts_with("http://");
    let Some((_, path)) = host_and_path(url).filter(|_| web && is_readable_url(url)) else {
        return Some(format!(
            "\"{url}\" is no address of the web: write https://play.example.org/_/global/ and where the maps are"
        ));
    };
    if path.contains(['?', '#']) {
        return Some(format!("names of maps follow \"{url}\": leave out the ? or # and what follows it"));
    }
    let path = path.trim_end_matches('/');
    let is_server =
        path.is_empty() || path == "/_" || path.strip_prefix("/_/").is_some_and(|rest| !rest.contains('/'));
    if is_server || is_root_of_rooms(path) {
        return None;
    }
    Some(format!(
        "\"{url}\" is the address of no rooms: their paths begin with /_/global/ and where the maps are, with /~/ \
         or with /@/"
    ))
}

/// Where maps are hosted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Host {
    /// A plain web server: rooms and exits are `.tmj`.
    #[default]
    Static,
    /// WorkAdventure's map-storage: maps are `.tmj`, rooms and exits are `.wam`.
    MapStorage,
}

/// `[check]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct CheckConfig {
    /// Level from which a finding fails the run; default `error`.
    pub fail_on: Option<Severity>,
    /// Hosts that websites, sounds and meetings may be on (`*.example.org`); absent: any.
    pub allowed_hosts: Option<Vec<String>>,
    /// Hosts that meetings may be on; absent: any.
    pub jitsi_hosts: Option<Vec<String>>,
    /// Levels of rules.
    pub rules: BTreeMap<String, Level>,
    /// Levels of rules for some files.
    pub per_path: Vec<PerPath>,
    /// The event's own policy.
    pub custom: Vec<CustomRule>,
}

/// A rule's level in a config.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Fails the run.
    Error,
    /// Visitors notice.
    Warning,
    /// Advice.
    Info,
    /// Not reported.
    Off,
}

/// `[[check.per-path]]`
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PerPath {
    /// Globs of files, relative to the root.
    pub paths: Vec<String>,
    /// Levels of rules in them.
    pub rules: BTreeMap<String, Level>,
}

/// `[[check.custom]]`: one rule of the event's own.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CustomRule {
    /// Name, as findings show it.
    pub name: String,
    /// What it judges.
    pub on: CustomSubject,
    /// Property that it looks at.
    pub property: String,
    /// Regular expression that the value must match.
    pub matches: Option<String>,
    /// Whether the property must be there.
    #[serde(default)]
    pub required: bool,
    /// Whether it must not be there.
    #[serde(default)]
    pub forbidden: bool,
    /// Values that it may have.
    #[schemars(with = "Option<Vec<serde_json::Value>>")]
    pub one_of: Option<Vec<toml::Value>>,
    /// Smallest number.
    pub min: Option<f64>,
    /// Largest number.
    pub max: Option<f64>,
    /// What a finding says.
    pub message: String,
    /// How bad it is; default `warning`.
    pub severity: Option<Severity>,
}

/// What a custom rule judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CustomSubject {
    /// Every map.
    Map,
    /// Every layer.
    Layer,
    /// Every object.
    Object,
    /// Every zone.
    Zone,
    /// Every tileset.
    Tileset,
    /// Every tile that its tileset says something of.
    Tile,
}

/// `[stands]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StandsConfig {
    /// Specs whose stands `bundle` places before it exports, relative to the root.
    pub specs: Vec<String>,
}

/// `[bundle]`
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct BundleConfig {
    /// Whether maps are optimised; default yes.
    pub optimize: bool,
    /// Largest side of a tileset's picture, in pixels; default 4096.
    #[schemars(range(min = 64, max = 16_384))]
    pub texture_size: u32,
    /// How many pixels the edge of each tile is drawn on beyond it in tilesets' pictures; 1 hides the seams
    /// that browsers show between tiles at odd zooms; default 0.
    #[schemars(range(max = 8))]
    pub extrude: u32,
    /// Whether each script of a map gets a page that loads it. WorkAdventure runs a script in a frame without
    /// an origin, where it can keep nothing and ask few servers; a page is one of its server, and loads the
    /// scripting API from the one that `play-url` names; default no.
    pub script_pages: bool,
    /// Globs of files that go in though no map refers to them.
    pub include: Vec<String>,
}

impl Default for BundleConfig {
    fn default() -> Self {
        Self { optimize: true, texture_size: 4096, extrude: 0, script_pages: false, include: Vec::new() }
    }
}

/// `[publish]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PublishConfig {
    /// URL of the map-storage server.
    pub url: Option<String>,
    /// Folder on the server that the bundle replaces.
    pub directory: Option<String>,
}
