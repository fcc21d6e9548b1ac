//! Projects in memory, for tests.

use std::path::PathBuf;

use crate::{
    project::{CONFIG_FILE, Project, ProjectMap, read_toml},
    source::Sources,
};

/// A project with this config and these files, of which those ending in `.tmj` are its maps.
pub(super) fn project(config: &str, files: &[(&str, &str)]) -> Project {
    let mut sources = Sources::new("/nowhere");
    sources.insert(CONFIG_FILE, config.to_owned());
    for (name, text) in files {
        sources.insert(*name, (*text).to_owned());
    }
    let config = read_toml(&sources.load(CONFIG_FILE).unwrap()).unwrap();
    let mut maps: Vec<ProjectMap> = files
        .iter()
        .filter(|(name, _)| name.rsplit_once('.').is_some_and(|(_, extension)| extension == "tmj"))
        .map(|(name, _)| ProjectMap::load(&sources, name))
        .collect();
    maps.sort_by(|a, b| a.name.cmp(&b.name));
    Project {
        root: PathBuf::from("/nowhere"),
        config_file: Some(CONFIG_FILE.to_owned()),
        config,
        sources,
        maps,
        ..Project::default()
    }
}
