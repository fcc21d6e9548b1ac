//! What a rule is called, and how it explains itself.

use super::Severity;

/// A rule that maps can break. All that is known of it stands in one declaration beside the code
/// that finds it; the registry, the command `rules`, the config and the reports read it.
#[derive(Debug)]
pub struct Rule {
    /// Says what is wrong: `exit-target-missing`. Stable; configs and suppressions use it.
    pub name: &'static str,
    /// One line: what it finds.
    pub summary: &'static str,
    /// What visitors suffer decides.
    pub severity: Severity,
    /// Group of rules that it is listed with.
    pub family: Family,
    /// Version that it came with.
    pub since: &'static str,
    /// Why it matters: what a visitor sees, and what WorkAdventure does.
    pub why: &'static str,
    /// A map that breaks it, in a few lines.
    pub example: &'static str,
    /// How to mend it.
    pub mend: &'static str,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Rule {}

/// Groups of rules, in the order in which they are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// The file as JSON or XML, and as a Tiled map.
    Format,
    /// Tilesets and their pictures.
    Tilesets,
    /// Layers.
    Layers,
    /// Names, types and values of properties.
    Properties,
    /// Scripts and variables, and what the scripting library makes of them.
    Scripts,
    /// Zones: layers, areas and tiles where something happens.
    Zones,
    /// Arriving.
    Entries,
    /// Leaving.
    Exits,
    /// Files of WorkAdventure's own editor, beside maps.
    Editor,
    /// What servers say of the addresses in maps, asked with `--online`.
    Online,
    /// The project: its maps together, its config.
    World,
    /// Uploading, and what servers make of it.
    Publishing,
    /// Sponsors' stands.
    Stands,
    /// The event's own rules, from the config.
    Custom,
}
