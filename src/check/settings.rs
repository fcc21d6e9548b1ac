//! How bad each rule is: by default, by the config, by the command line.

use std::ops::Range;

use globset::GlobSet;
use toml::de::DeTable;

use super::{custom, registry};
use crate::{
    finding::{Rule, Severity},
    project::{Host, Level, Project, ProjectError, nearest, position_in_toml},
};

/// Rules about what the engine cannot read and `venue bundle` puts right: advice in a project with a
/// config, whose maps visitors see as a bundle; a warning about maps that stand alone.
const MENDED_BY_BUNDLE: [&str; 11] = [
    "class-default-not-written",
    "external-tileset",
    "id-missing",
    "layer-encoded",
    "list-property",
    "map-extension-case",
    "picture-read-as-svg",
    "structure-refused",
    "template-instance",
    "tmx-map",
    "wam-elsewhere",
];

/// What map-storage refuses in a map (workadventure-maps, section 8), and no bundle can mend.
const NEEDED_BY_MAP_STORAGE: [&str; 1] = ["floor-layer-missing"];

/// Why the levels of rules cannot be settled.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A rule that does not exist.
    #[error("{place}: there is no rule \"{name}\"{}", did_you_mean(nearest.as_deref()))]
    UnknownRule {
        /// Where it is named.
        place: String,
        /// Its name.
        name: String,
        /// The nearest that exists.
        nearest: Option<String>,
    },
    /// A custom rule that cannot work.
    #[error("{place}: custom rule \"{name}\": {reason}")]
    Custom {
        /// Where it stands in the config.
        place: String,
        /// Name of the rule.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A broken glob.
    #[error(transparent)]
    Glob(#[from] ProjectError),
}

/// Where the config's tables of rules name a rule.
fn key_of_rule(config: &DeTable<'_>, name: &str) -> Option<Range<usize>> {
    let check = config.get("check")?.get_ref();
    let tables = check.get("per-path").and_then(|entries| entries.get_ref().as_array());
    let per_path = tables.into_iter().flatten().filter_map(|entry| entry.get_ref().get("rules"));
    let mut rules =
        check.get("rules").into_iter().chain(per_path).filter_map(|rules| rules.get_ref().as_table());
    let key = rules.find_map(|rules| rules.keys().find(|key| key.get_ref().as_ref() == name))?;
    Some(key.span())
}

/// Where the config has the name of the custom rule of this index.
fn name_of_custom_rule(config: &DeTable<'_>, index: usize) -> Option<Range<usize>> {
    let rules = config.get("check")?.get_ref().get("custom")?;
    Some(rules.get_ref().as_array()?.get(index)?.get_ref().get("name")?.span())
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean \"{name}\"?")).unwrap_or_default()
}

/// The settled levels of all rules.
#[derive(Debug)]
pub struct Settings {
    config: Vec<(String, Level)>,
    per_path: Vec<(GlobSet, Vec<(String, Level)>)>,
    /// Whether maps may accept findings.
    allows: bool,
    select: Vec<String>,
    ignore: Vec<String>,
    bundled: bool,
    stored: bool,
    pub(super) custom: Vec<custom::Policy>,
}

impl Settings {
    /// Reads the config of a project, with what the command line selects and ignores.
    ///
    /// # Errors
    /// Where a rule is named that does not exist, a glob is none, or a custom rule cannot work.
    pub fn new(project: &Project, select: &[String], ignore: &[String]) -> Result<Self, SettingsError> {
        let file = project.config_file.as_deref().unwrap_or(crate::project::CONFIG_FILE);
        let config = &project.config.check;
        let text = project.sources.load(file).ok();
        // `venue.toml:12:1`
        let place = |find: &dyn Fn(&DeTable<'_>) -> Option<Range<usize>>| {
            let position = text.as_deref().and_then(|text| position_in_toml(text, find));
            position.map_or_else(|| file.to_owned(), |at| format!("{file}:{}:{}", at.line, at.column))
        };
        let custom =
            custom::policies(&config.custom, |index| place(&|config| name_of_custom_rule(config, index)))?;
        let known = |place: &dyn Fn() -> String, name: &String| {
            if registry::rule(name).is_some() || config.custom.iter().any(|rule| rule.name == *name) {
                return Ok(());
            }
            let names = registry::rules().into_iter().map(|rule| rule.name);
            let names: Vec<&str> = names.chain(config.custom.iter().map(|rule| rule.name.as_str())).collect();
            Err(SettingsError::UnknownRule {
                place: place(),
                name: name.clone(),
                nearest: nearest(name, names),
            })
        };
        let at = |name: &str| place(&|config| key_of_rule(config, name));
        for name in config.rules.keys() {
            known(&|| at(name), name)?;
        }
        let mut per_path = Vec::new();
        for entry in &config.per_path {
            for name in entry.rules.keys() {
                known(&|| at(name), name)?;
            }
            let levels = entry.rules.iter().map(|(name, level)| (name.clone(), *level)).collect();
            per_path.push((project.globs(&entry.paths)?, levels));
        }
        for (option, names) in [("--select", select), ("--ignore", ignore)] {
            for name in names {
                known(&|| option.to_owned(), name)?;
            }
        }
        Ok(Self {
            config: config.rules.iter().map(|(name, level)| (name.clone(), *level)).collect(),
            per_path,
            allows: true,
            select: select.to_vec(),
            ignore: ignore.to_vec(),
            bundled: project.config_file.is_some(),
            stored: project.config.project.host == Host::MapStorage,
            custom,
        })
    }

    /// The same, but what maps accept themselves is told, too: for those who do not know `venueAllow`.
    #[must_use]
    pub fn without_allows(self) -> Self {
        Self { allows: false, ..self }
    }

    /// Whether maps may accept findings (`venueAllow`).
    pub(super) fn allows(&self) -> bool {
        self.allows
    }

    /// How bad it is to break the rule in this file; `None` where it is off.
    pub fn severity(&self, rule: &Rule, file: &str) -> Option<Severity> {
        let named = |levels: &[(String, Level)]| {
            levels.iter().find(|(name, _)| name == rule.name).map(|(_, level)| *level)
        };
        if self.ignore.iter().any(|name| name == rule.name) {
            return None;
        }
        let selected = self.select.iter().any(|name| name == rule.name);
        if !self.select.is_empty() && !selected {
            return None;
        }
        let mut by_path = self.per_path.iter().rev().filter(|(globs, _)| globs.is_match(file));
        let level = by_path.find_map(|(_, levels)| named(levels)).or_else(|| named(&self.config));
        let default = if self.bundled && MENDED_BY_BUNDLE.contains(&rule.name) {
            Severity::Info
        } else if self.stored && NEEDED_BY_MAP_STORAGE.contains(&rule.name) {
            Severity::Error
        } else {
            rule.severity
        };
        match level {
            Some(Level::Error) => Some(Severity::Error),
            Some(Level::Warning) => Some(Severity::Warning),
            Some(Level::Info) => Some(Severity::Info),
            // Who selects a rule by name wants to see it, whatever the config says.
            Some(Level::Off) => selected.then_some(default),
            None => Some(default),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{check::testing, finding::Severity};

    fn settings(config: &str, select: &[&str], ignore: &[&str]) -> Result<Settings, SettingsError> {
        let project = testing::project(config, &[]);
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        Settings::new(&project, &names(select), &names(ignore))
    }

    #[test]
    fn what_map_storage_refuses_is_an_error_where_it_is_the_host() {
        let level_on =
            |config: &str| level(&settings(config, &[], &[]).unwrap(), "floor-layer-missing", "a.tmj");
        let stored = "[project]\nhost = \"map-storage\"\n";
        assert_eq!(level_on("[project]\nhost = \"static\"\n"), Some(Severity::Warning));
        assert_eq!(level_on(stored), Some(Severity::Error));
        assert_eq!(
            level_on(&format!("{stored}[check.rules]\nfloor-layer-missing = \"info\"\n")),
            Some(Severity::Info)
        );
    }

    fn level(settings: &Settings, name: &str, file: &str) -> Option<Severity> {
        settings.severity(registry::rule(name).unwrap(), file)
    }

    #[test]
    fn the_nearer_word_counts() {
        let config = "[check.rules]\nexit-target-missing = \"warning\"\nunreachable-zone = \"off\"\n\
                      [[check.per-path]]\npaths = [\"maps/archive/**\"]\nrules = { exit-target-missing = \"off\" }\n";
        let by_config = settings(config, &[], &[]).unwrap();
        assert_eq!(level(&by_config, "exit-target-missing", "maps/a.tmj"), Some(Severity::Warning));
        assert_eq!(level(&by_config, "exit-target-missing", "maps/archive/a.tmj"), None);
        assert_eq!(level(&by_config, "unreachable-zone", "maps/a.tmj"), None);
        assert_eq!(level(&by_config, "start-enclosed", "maps/a.tmj"), Some(Severity::Error));
        let selected = settings(config, &["unreachable-zone"], &[]).unwrap();
        assert_eq!(level(&selected, "unreachable-zone", "a.tmj"), Some(Severity::Warning));
        assert_eq!(level(&selected, "start-missing", "a.tmj"), None);
        let ignored = settings(config, &[], &["start-missing"]).unwrap();
        assert_eq!(level(&ignored, "start-missing", "a.tmj"), None);
    }

    #[test]
    fn a_rule_that_does_not_exist_is_an_error_with_the_nearest() {
        let error = settings("[check.rules]\nunreachable-zones = \"off\"\n", &[], &[]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "venue.toml:2:1: there is no rule \"unreachable-zones\"; did you mean \"unreachable-zone\"?"
        );
        let per_path = "[[check.per-path]]\npaths = [\"a\"]\nrules = { start-missing = \"off\", romo-prefix = \"off\" }\n\
                        [[check.custom]]\nname = \"room-prefix\"\non = \"zone\"\nproperty = \"x\"\nmessage = \"m\"\nforbidden = true\n";
        assert_eq!(
            settings(per_path, &[], &[]).unwrap_err().to_string(),
            "venue.toml:3:34: there is no rule \"romo-prefix\"; did you mean \"room-prefix\"?"
        );
        assert!(settings("", &["start-mising"], &[]).unwrap_err().to_string().starts_with("--select:"));
    }

    #[test]
    fn what_a_bundle_mends_is_advice_in_a_project_with_a_config() {
        let mut project = testing::project("", &[]);
        let rule = registry::rule("external-tileset").unwrap();
        let settings = Settings::new(&project, &[], &[]).unwrap();
        assert_eq!(settings.severity(rule, "a.tmj"), Some(Severity::Info));
        project.config_file = None;
        let settings = Settings::new(&project, &[], &[]).unwrap();
        assert_eq!(settings.severity(rule, "a.tmj"), Some(Severity::Warning));
    }
}
