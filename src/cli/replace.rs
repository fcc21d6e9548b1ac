//! What outputs take the place of: what the same option wrote before, and nothing else of anybody's.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use serde::de::IgnoredAny;

use crate::{
    model::{LayerKind, Map},
    project::Project,
    source::{parent, resolve},
    stand,
};

/// What an option writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Written {
    /// A picture.
    Png,
    /// An archive.
    Zip,
    /// An object with these keys: a map is one with others.
    Json(BTreeSet<String>),
    /// A page of ours, or one of somebody else.
    Html { ours: bool },
    /// Vectors.
    Svg,
    /// Any other text, with what it begins with.
    Text(String),
    /// Nothing that is written here.
    Other,
}

impl Written {
    /// What some bytes are.
    pub(super) fn of(bytes: &[u8]) -> Self {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Self::Png;
        }
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
            return Self::Zip;
        }
        let Ok(text) = std::str::from_utf8(bytes) else { return Self::Other };
        let text = text.trim_start_matches('\u{FEFF}').trim_start();
        #[expect(
            clippy::zero_sized_map_values,
            reason = "the form of what is read, whose values may be large"
        )]
        if let Ok(keys) = serde_json::from_str::<BTreeMap<String, IgnoredAny>>(text) {
            return Self::Json(keys.into_keys().collect());
        }
        let begin = text.get(..16).unwrap_or(text).to_ascii_lowercase();
        if begin.starts_with("<!doctype html") || begin.starts_with("<html") {
            Self::Html { ours: text.contains(crate::output::GENERATED_PAGE) }
        } else if begin.starts_with("<svg") {
            Self::Svg
        } else if begin.starts_with('<') {
            Self::Other
        } else {
            let first = text.split_whitespace().next().unwrap_or_default();
            let begin = if text.starts_with(stand::HEADING) {
                // Others begin with a heading, too.
                stand::HEADING
            } else if lists_maps(text) {
                "a list of maps"
            } else {
                first
            };
            Self::Text(begin.to_owned())
        }
    }

    /// Whether something of the other kind may be something that was written as this one before. Versions of
    /// this program may write more or fewer keys.
    fn replaces(&self, old: &Self) -> bool {
        match (self, old) {
            (Self::Json(new), Self::Json(old)) => {
                let ours = old.len() > 1 && old.contains("version");
                ours && (new.is_subset(old) || old.is_subset(new))
            }
            (Self::Other, _) => false,
            _ => self == old,
        }
    }

    fn what(&self) -> &'static str {
        match self {
            Self::Png => "a PNG picture",
            Self::Zip => "a zip archive",
            Self::Json(_) => "JSON of another kind",
            Self::Html { .. } => "another web page",
            Self::Svg => "an SVG picture",
            Self::Text(_) => "another text",
            Self::Other => "something else",
        }
    }
}

/// Whether a text is the graph for people: its first line names a map and its size.
fn lists_maps(text: &str) -> bool {
    let is_size = |part: &str| {
        let sides = part.split_once(" x ");
        sides.is_some_and(|(width, height)| [width, height].iter().all(|side| side.parse::<u32>().is_ok()))
    };
    text.lines().next().unwrap_or_default().split("  ").skip(1).any(is_size)
}

/// The files that a project is made of, by where they really lie.
pub(super) struct MadeOf(BTreeMap<PathBuf, String>);

impl MadeOf {
    /// Those that were read until now, and the pictures of maps and sponsors.
    pub(super) fn of(project: &Project) -> Self {
        let names = project.sources.names_read().into_iter().chain(pictures_of(project));
        Self(
            names.filter_map(|name| Some((project.sources.path(&name).canonicalize().ok()?, name))).collect(),
        )
    }

    /// Refuses an output in the place of one of them, or of another kind of file than `new`.
    pub(super) fn allow(&self, path: &Path, new: &Written, option: &str) -> anyhow::Result<()> {
        if let Some(name) = path.canonicalize().ok().and_then(|there| self.0.get(&there)) {
            bail!("{name} is a file that the project is made of: name another file with {option}");
        }
        allow_kind(path, new, option)
    }
}

/// Names of the pictures that a project is made of: of tilesets, of image layers, those that maps name, and
/// the logos of the sponsors in its specs.
fn pictures_of(project: &Project) -> Vec<String> {
    let mut names: Vec<String> =
        project.maps.iter().filter_map(|map| map.map.as_ref()).flat_map(pictures).collect();
    for spec in &project.config.stands.specs {
        names.extend(stand::logos(&project.sources, &resolve("", spec)));
    }
    names
}

/// Names of the pictures that a map is made of, or names.
fn pictures(map: &Map) -> Vec<String> {
    let tilesets = map.tilesets.iter().filter_map(|set| set.tileset.as_deref());
    let of_tilesets = tilesets.flat_map(|tileset| {
        let pictures =
            tileset.picture.iter().chain(tileset.tiles.iter().filter_map(|tile| tile.picture.as_ref()));
        pictures.map(|picture| resolve(parent(&tileset.file), &picture.source))
    });
    let folder = parent(&map.file);
    let layers = map.flat_layers();
    let of_layers = layers.iter().filter_map(|(_, layer)| match &layer.kind {
        LayerKind::Image(image) => Some(resolve(folder, &image.picture.source)),
        _ => None,
    });
    let own = map.properties.text("mapImage").map(|image| resolve(folder, image));
    of_tilesets.chain(of_layers).chain(own).collect()
}

/// Refuses an output in the place of a file that the project is made of, or of another kind of file than
/// `new`, and names the option that may lead elsewhere.
pub(super) fn allow(project: &Project, path: &Path, new: &Written, option: &str) -> anyhow::Result<()> {
    if !path.exists() {
        return Ok(());
    }
    MadeOf::of(project).allow(path, new, option)
}

/// Refuses an output in the place of another kind of file.
pub(super) fn allow_kind(path: &Path, new: &Written, option: &str) -> anyhow::Result<()> {
    // What streams is written to and not replaced, and reading it could wait for ever.
    if !fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() > 0) {
        return Ok(());
    }
    let bytes =
        fs::read(path).with_context(|| format!("cannot read {}, which would be replaced", path.display()))?;
    let old = Written::of(&bytes);
    if new.replaces(&old) {
        return Ok(());
    }
    bail!(
        "{} holds {}, which this command did not write: nothing was changed; name another file with {option}, or \
         delete this one",
        path.display(),
        old.what()
    )
}

/// Refuses a picture whose name promises another kind than PNG.
pub(super) fn named_as_png(path: &Path, option: &str) -> anyhow::Result<()> {
    const OTHERS: [&str; 7] = ["jpg", "jpeg", "webp", "gif", "svg", "bmp", "pdf"];
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    if OTHERS.contains(&extension.as_str()) {
        bail!("{}: PNG is written: name a file that ends in .png with {option}", path.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_told_by_the_content() {
        let json = |keys: &[&str]| Written::Json(keys.iter().map(|key| (*key).to_owned()).collect());
        assert_eq!(Written::of(b"\x89PNG\r\n\x1a\n..."), Written::Png);
        assert_eq!(Written::of(b"PK\x05\x06"), Written::Zip);
        assert_eq!(Written::of(b"\n{\"version\": 1, \"maps\": []}"), json(&["maps", "version"]));
        assert_eq!(Written::of(b"<!DOCTYPE html><title>x</title>"), Written::Html { ours: false });
        let page = crate::output::page("x", &maud::html! {}, &maud::html! {}).into_string();
        assert_eq!(Written::of(page.as_bytes()), Written::Html { ours: true });
        assert_eq!(Written::of(b"<svg xmlns=\"\">"), Written::Svg);
        assert_eq!(Written::of(b"<?xml version=\"1.0\"?><map/>"), Written::Other);
        assert_eq!(Written::of(b"GIF89a\xFF"), Written::Other);
        assert_eq!(Written::of("digraph {\n".as_bytes()), Written::Text("digraph".to_owned()));
    }

    #[test]
    fn maps_are_other_json_than_reports() {
        let kind = |text: &str| Written::of(text.as_bytes());
        let graph = kind(r#"{"version":1,"maps":[],"links":[]}"#);
        assert!(graph.replaces(&kind(r#"{"version":1,"maps":[]}"#)), "of an older version");
        assert!(graph.replaces(&kind(r#"{"version":1,"maps":[],"links":[],"more":0}"#)), "of a newer one");
        assert!(!graph.replaces(&kind(r#"{"version":"1.10","layers":[],"tilesets":[]}"#)));
        assert!(!graph.replaces(&kind("{}")) && !graph.replaces(&kind("Notes")));
        assert!(kind("# Stands of A").replaces(&kind("# Stands of B")));
        assert!(!kind("# Stands of A").replaces(&kind("# A, with what stands there")));
        assert!(!kind("digraph {}").replaces(&kind("# Notes")));
        let maps = kind("hall.tmj  10 x 10  [entry]\n  -> lobby.tmj\n");
        assert!(maps.replaces(&kind("a  b.tmj  9 x 12\n")), "of another project");
        assert!(!maps.replaces(&kind("Chairs  10 x blue")) && !maps.replaces(&kind("Ask Ada.")));
    }
}
