//! What map-storage looks at before it stores anything (workadventure-maps, sections 2.1 and 8).

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::Value as Json;

use super::{
    has_extension,
    rules::{MAP_AS_JSON, REFUSING},
};
use crate::{
    check,
    finding::{Finding, Spot},
    format,
    project::{Config, Host, Project, ProjectConfig},
    source::Sources,
};

/// Largest `.json` file that could be a map, in bytes.
const LARGEST_JSON: usize = 100 << 20;

/// Why the server would refuse the upload, as far as its rules are known; and the project that the files
/// form, in which the findings lie.
pub(super) fn refusals(files: &BTreeMap<String, Bytes>) -> (Project, Vec<Finding>) {
    let mut sources = Sources::detached();
    format::condense(&mut sources);
    for (name, bytes) in files {
        sources.insert(name.clone(), bytes.clone());
    }
    let config = Config {
        project: ProjectConfig { host: Host::MapStorage, ..ProjectConfig::default() },
        ..Config::default()
    };
    let mut project = Project { config, sources, ..Project::default() };
    let named =
        |extension: &'static str| files.keys().filter(move |name| has_extension(name, extension)).cloned();
    let maps: Vec<String> = named("tmj").collect();
    project.load(&maps);
    project.load_wams(named("wam"));
    let selected = REFUSING.map(str::to_owned);
    // The names are those of rules that exist; a test holds them so.
    let mut findings = match check::Settings::new(&project, &selected, &[]) {
        // The server knows nothing of what maps accept.
        Ok(settings) => check::check(&project, &settings.without_allows()),
        Err(_) => Vec::new(),
    };
    findings.retain(|finding| REFUSING.contains(&finding.rule.name));
    for finding in &mut findings {
        // What is wrong is mended where the bundle was made.
        finding.fix = None;
    }
    for name in named("json").filter(|name| is_map(&files[name])) {
        let message = "map-storage refuses the upload: maps must be called .tmj";
        findings.push(
            Finding::new(&MAP_AS_JSON, Spot::file(&*name), message)
                .help("rename it, and the exits that lead to it"),
        );
    }
    (project, findings)
}

/// Whether map-storage takes a JSON file for a map.
fn is_map(bytes: &[u8]) -> bool {
    if bytes.len() > LARGEST_JSON || memchr::memmem::find(bytes, b"tiledversion").is_none() {
        return false;
    }
    let Ok(json) = serde_json::from_slice::<Json>(bytes) else { return false };
    json.get("type").and_then(Json::as_str) == Some("map")
        && json.get("tiledversion").is_some_and(Json::is_string)
        && ["layers", "tilesets"].iter().all(|key| json.get(key).is_some_and(Json::is_array))
}
