//! Findings made ready for output: with their severity settled, their line and column looked up, and
//! sorted; and the renderers that turn them into text, one per format.

mod human;
mod json;

use std::collections::BTreeMap;

pub use human::human;
pub use json::json;

use crate::{
    finding::{Finding, Fix, Place, Severity, Spot},
    format::Locator,
    source::{Position, Sources},
};

/// What a check found, in the order of files, positions and rules.
#[derive(Debug, Clone)]
pub struct Report {
    /// How many maps were judged.
    pub maps: usize,
    /// The findings.
    pub entries: Vec<Entry>,
}

/// One finding with everything that output shows.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Name of the rule.
    pub rule: String,
    /// How bad it is for this project.
    pub severity: Severity,
    /// What a visitor notices.
    pub message: String,
    /// Where it stands.
    pub site: Site,
    /// Where it lies on the map.
    pub place: Place,
    /// How to mend it.
    pub help: Option<String>,
    /// Other places that belong to it.
    pub related: Vec<(Site, String)>,
    /// An edit that mends it.
    pub fix: Option<Fix>,
}

/// A place in a file as people find it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    /// File, relative to the project's root.
    pub file: String,
    /// First character, and the one behind the last; `None` where no text stands behind it.
    pub range: Option<(Position, Position)>,
    /// JSON pointer, or its likeness in XML.
    pub pointer: Option<String>,
}

impl Report {
    /// Makes findings ready. `severity` settles how bad each is, `None` drops it.
    pub fn new(
        maps: usize,
        findings: Vec<Finding>,
        sources: &Sources,
        severity: impl Fn(&Finding) -> Option<Severity>,
    ) -> Self {
        let mut locator = Locator::new(sources);
        let mut entries: Vec<Entry> = findings
            .into_iter()
            .filter_map(|finding| {
                let severity = severity(&finding)?;
                let related =
                    finding.related.iter().map(|(spot, label)| (site(&mut locator, spot), label.clone()));
                Some(Entry {
                    rule: finding.rule.name.to_owned(),
                    severity,
                    related: related.collect(),
                    site: site(&mut locator, &finding.spot),
                    message: finding.message,
                    place: finding.place,
                    help: finding.help,
                    fix: finding.fix,
                })
            })
            .collect();
        // The message last, so that the order does not depend on that of the rules' running.
        entries.sort_by(|a, b| {
            let key = |entry: &Entry| (entry.site.file.clone(), entry.site.range, entry.rule.clone());
            key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
        });
        Self { maps, entries }
    }

    /// How many findings of a severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        self.entries.iter().filter(|entry| entry.severity == severity).count()
    }

    /// Whether a finding is as bad as `level`, or worse.
    pub fn fails(&self, level: Severity) -> bool {
        self.entries.iter().any(|entry| entry.severity >= level)
    }

    /// How many findings each rule has.
    pub fn by_rule(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for entry in &self.entries {
            *counts.entry(entry.rule.as_str()).or_default() += 1;
        }
        counts
    }
}

fn site(locator: &mut Locator<'_>, spot: &Spot) -> Site {
    let located = locator.locate(spot);
    Site { file: spot.file.clone(), range: located.range, pointer: located.pointer }
}
