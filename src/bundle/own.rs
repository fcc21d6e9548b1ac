//! Addresses of the web that are the bundle's own.

use super::Settings;
use crate::{
    project::{Host, Project},
    workadventure::{host_and_path, is_room_path},
};

/// Where the bundle will be served, and where its rooms are.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// Hosts with the path of the bundle's root, without a slash at the end: `maps.example.org/mixit`.
    places: Vec<String>,
    /// Path of that root on map-storage, as rooms have it: `/~/mixit`.
    rooms: Option<String>,
}

impl Own {
    /// Of the `--base-url`, of `play-url`, whose rooms tell where maps are served, and of the directory
    /// that is published.
    pub(super) fn of(project: &Project, settings: &Settings) -> Self {
        let config = &project.config;
        let base = settings.base_url.as_deref().and_then(place);
        let play = config.project.rooms().and_then(host_and_path);
        let play = play.and_then(|(_, path)| room(path)).map(|path| plain(path).to_owned());
        let mut places: Vec<String> = base.into_iter().chain(play).collect();
        places.dedup();
        let directory = config.publish.directory.as_deref().map(|text| text.trim_matches('/'));
        let directory = directory.filter(|text| config.project.host == Host::MapStorage && !text.is_empty());
        Self { places, rooms: directory.map(|directory| format!("/~/{directory}")) }
    }

    /// The parts of an address below the bundle's root: what stands before the path of the file, with its
    /// slash, and the path with all that follows; `None` for any other text.
    pub(super) fn split<'t>(&self, text: &'t str) -> Option<(&'t str, &'t str)> {
        let path = if let Some((_, path)) = host_and_path(text) {
            if is_room_path(path) {
                // Only the path of a room's address counts (workadventure-maps, section 3.2).
                path
            } else {
                let (_, address) = text.split_once("//")?;
                return self.below(text, address);
            }
        } else if is_room_path(text) {
            text
        } else {
            return None;
        };
        if let Some(rest) = self.rooms.as_deref().and_then(|rooms| path.strip_prefix(rooms)) {
            return inside(text, rest);
        }
        self.below(text, room(path)?)
    }

    /// Likewise of a path from the root of the site that the bundle will be on, as pages have it.
    pub(super) fn split_path<'t>(&self, path: &'t str) -> Option<(&'t str, &'t str)> {
        self.places.iter().find_map(|place| {
            let folder = place.split_once('/').map_or("", |(_, folder)| folder);
            let rest = if folder.is_empty() { path } else { path.strip_prefix('/')?.strip_prefix(folder)? };
            inside(path, rest)
        })
    }

    /// What of an address, which ends `text`, lies below one of the places.
    fn below<'t>(&self, text: &'t str, address: &'t str) -> Option<(&'t str, &'t str)> {
        let end = address.find('/').unwrap_or(address.len());
        self.places.iter().find_map(|place| {
            let (host, folder) = place.split_at(place.find('/').unwrap_or(place.len()));
            // Names of hosts know no upper case, paths do.
            let same = address[..end].eq_ignore_ascii_case(host);
            inside(text, address[end..].strip_prefix(folder).filter(|_| same)?)
        })
    }
}

/// Splits a text before its end `rest`, which begins with the slash between them.
fn inside<'t>(text: &'t str, rest: &'t str) -> Option<(&'t str, &'t str)> {
    let path = rest.strip_prefix('/').filter(|path| !path.is_empty() && !path.starts_with(['?', '#']))?;
    Some(text.split_at(text.len() - path.len()))
}

/// Host and path in the path of a public room, `/_/instance/host/path`.
fn room(path: &str) -> Option<&str> {
    path.strip_prefix("/_/")?.split_once('/').map(|(_, place)| place)
}

fn place(url: &str) -> Option<String> {
    let (host, path) = host_and_path(url)?;
    Some(plain(&format!("{host}{path}")).to_owned()).filter(|place| !place.is_empty())
}

/// Without what follows the path.
fn plain(address: &str) -> &str {
    address[..address.find(['?', '#']).unwrap_or(address.len())].trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{Config, ProjectConfig, PublishConfig};

    fn own(base_url: &str, play_url: &str) -> Own {
        let project = ProjectConfig {
            play_url: Some(play_url.to_owned()),
            host: Host::MapStorage,
            ..ProjectConfig::default()
        };
        let publish = PublishConfig { directory: Some("/mixit/".to_owned()), ..PublishConfig::default() };
        let config = Config { project, publish, ..Config::default() };
        let project = Project { config, ..Project::default() };
        let settings = Settings { base_url: Some(base_url.to_owned()), ..Settings::default() };
        Own::of(&project, &settings)
    }

    #[test]
    fn addresses_below_the_bundle_are_split() {
        let own = own("https://Maps.example.org/mixit/", "https://play.example.org/_/global/a.example/b?x");
        for (before, path) in [
            ("https://maps.example.org/mixit/", "maps/hall.tmj#x"),
            ("//MAPS.example.org/mixit/", "a.png?y"),
            ("http://maps.example.org/mixit/", "a.png"),
            ("/_/other/maps.example.org/mixit/", "maps/hall.json#x"),
            ("https://play.example.org/_/global/a.example/b/", "hall.tmj"),
            ("/~/mixit/", "maps/hall.wam"),
        ] {
            assert_eq!(own.split(&format!("{before}{path}")), Some((before, path)));
        }
        for other in [
            "https://maps.example.org/mixit",
            "https://maps.example.org/mixit/",
            "https://maps.example.org/mixit/?x",
            "https://maps.example.org/mixit2/a.png",
            "https://maps.example.org/MIXIT/a.png",
            "https://maps.example.org.evil.example/mixit/a.png",
            "/_/global/other.example/b/a.tmj",
            "/~/mixit2/a.wam",
            "maps.example.org/mixit/a.png",
            "a.png",
            "",
            "/_/",
            "//",
        ] {
            assert_eq!(own.split(other), None, "{other}");
        }
        assert_eq!(own.split_path("/mixit/a.png"), Some(("/mixit/", "a.png")));
        assert_eq!(own.split_path("/b/a.png"), Some(("/b/", "a.png")));
        assert_eq!(own.split_path("/other/a.png"), None);
    }
}
