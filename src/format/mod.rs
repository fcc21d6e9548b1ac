//! Tiled's files: TMJ and TMX maps, TSJ and TSX tilesets, TJ and TX templates.
//!
//! Both syntaxes are read into trees that keep the place of everything, and lowered from there to
//! the one [model](crate::model). Reading is lenient, as Tiled is: what is broken is a finding, and
//! the rest still loads.

mod broken;
#[cfg(test)]
mod conformance;
mod data;
mod edit;
mod forms;
mod ids;
pub(crate) mod json;
mod link;
mod locate;
mod numbers;
mod read;
mod rules;
mod save;
mod tiled_project;
mod tmj;
mod tmx;
mod wam;
mod wang;
mod world_file;

pub use edit::{Editor, FileEdit, name_of_element};
pub use locate::{Located, locate};
pub use rules::RULES;
pub use save::{SaveStyle, save_edited, save_tmj, tiled_json};
pub(crate) use tiled_project::holder_in_value;
pub use tiled_project::load_custom_types;
pub(crate) use wam::WAM_VERSION;
pub use wam::load_wam;
pub use world_file::{LoadedWorld, load_world};

/// Rules that reading the files beside maps can find broken.
pub static RULES_BESIDE_MAPS: &[&Rule] = &[
    &wam::WAM_REFUSED,
    &world_file::NOT_A_WORLD,
    &world_file::WORLD_MAP_MISSING,
    &world_file::WORLD_PATTERN_WRONG,
    &tiled_project::TILED_PROJECT_WRONG,
    &TILED_PROJECTS_SEVERAL,
];

use crate::{
    finding::{Family, Finding, Rule, Severity, Spot},
    model::{Map, Tileset},
    source::Sources,
};

/// Lets go of the text of long lists of numbers in the JSON files that are loaded from now on, once they are read:
/// nine tenths of a map. Nothing else changes; who asks for such a text has it written again.
pub fn condense(sources: &mut Sources) {
    sources.condense(json::condense);
}

/// Found by whoever looks for the Tiled project of a map.
pub(crate) static TILED_PROJECTS_SEVERAL: Rule = Rule {
    name: "tiled-projects-several",
    summary: "a folder holds several Tiled projects",
    severity: Severity::Info,
    family: Family::World,
    since: "0.1.0",
    why: "Which of them knows the custom types of a map hangs on who opens it; here the first by name counts.",
    example: r#"
file "venue.tiled-project": "{}"
file "venue-old.tiled-project": "{}"
"#,
    mend: "Keep one of them, or move the other into a folder of its own.",
};

/// What came of reading a map.
#[derive(Debug)]
pub struct Loaded {
    /// The map; `None` where the file cannot be read as one, and then a finding says why.
    pub map: Option<Map>,
    /// What is wrong with the files read.
    pub findings: Vec<Finding>,
}

/// Reads the map called `name` with its tilesets and templates.
pub fn load_map(sources: &Sources, name: &str) -> Loaded {
    let mut linker = link::Linker::new(sources);
    let map = match sources.load(name) {
        Ok(file) => read::map(&file, &mut linker),
        Err(error) => {
            let message = format!("the file cannot be read: {error}");
            linker.findings.push(Finding::new(&rules::NOT_A_MAP, Spot::file(name), message));
            None
        }
    };
    Loaded { map, findings: linker.findings }
}

/// Reads a tileset file.
pub fn load_tileset(sources: &Sources, name: &str) -> (Option<Tileset>, Vec<Finding>) {
    let mut linker = link::Linker::new(sources);
    let tileset = sources.load(name).ok().and_then(|file| read::tileset(&file, &mut linker));
    (tileset, linker.findings)
}
