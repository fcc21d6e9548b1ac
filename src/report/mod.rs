//! Findings made ready for output: with their severity settled, their line and column looked up, and
//! sorted; and the renderers that turn them into text, one per format.

mod base;
mod baseline;
mod fingerprint;
mod github;
mod human;
mod json;
mod junit;
mod markdown;
mod sarif;
#[cfg(test)]
mod testing;

use std::collections::BTreeMap;

pub use base::Base;
pub use baseline::{Baseline, BaselineError};
pub use fingerprint::Fingerprint;
pub use github::github;
pub use human::human;
pub(crate) use json::CheckReport;
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
use rayon::prelude::*;
pub use sarif::sarif;

use crate::{
    finding::{Finding, Fix, Place, Rule, Severity, Spot},
    format::{self, Editor, FileEdit},
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
    /// What mends it, if the files can be edited so.
    pub fix: Option<Fix>,
    /// The bytes that the fix changes, sorted.
    pub edits: Vec<FileEdit>,
    /// What it is known by in other runs.
    pub fingerprint: Fingerprint,
    /// What is known of the rule.
    pub explained: &'static Rule,
}

/// `3 warnings`.
fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// `1 error, 2 warnings`, without what there is none of.
fn counts(numbers: [usize; 3]) -> String {
    let nouns = ["error", "warning", "info"];
    let parts: Vec<String> = numbers
        .into_iter()
        .zip(nouns)
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| counted(number, noun))
        .collect();
    parts.join(", ")
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
        let findings: Vec<(Severity, Finding)> =
            findings.into_iter().filter_map(|finding| Some((severity(&finding)?, finding))).collect();
        let of_finding = |finding| {
            let Finding { spot, related, .. }: &Finding = finding;
            std::iter::once(spot).chain(related.iter().map(|(spot, _)| spot))
        };
        let spots: Vec<&Spot> = findings.iter().flat_map(|(_, finding)| of_finding(finding)).collect();
        let fingerprints = || findings.par_iter().map(|(_, finding)| Fingerprint::of(finding, sources));
        let (located, fingerprints) =
            rayon::join(|| format::locate(sources, &spots), || fingerprints().collect::<Vec<_>>());
        let sites = spots.iter().zip(located).map(|(spot, located)| Site {
            file: spot.file.clone(),
            range: located.range,
            pointer: located.pointer,
        });
        let mut sites = sites.collect::<Vec<Site>>().into_iter();
        let mut fingerprints = fingerprints.into_iter();
        let mut editor = Editor::new(sources);
        let mut entries: Vec<Entry> = findings
            .into_iter()
            .filter_map(|(severity, finding)| {
                let site = sites.next()?;
                let related =
                    finding.related.iter().zip(&mut sites).map(|((_, label), site)| (site, label.clone()));
                let related = related.collect();
                let edits = finding.fix.as_ref().and_then(|fix| editor.edits(fix));
                Some(Entry {
                    fingerprint: fingerprints.next()?,
                    explained: finding.rule,
                    rule: finding.rule.name.to_owned(),
                    severity,
                    related,
                    site,
                    message: finding.message,
                    place: finding.place,
                    help: finding.help,
                    fix: finding.fix.filter(|_| edits.is_some()),
                    edits: edits.unwrap_or_default(),
                })
            })
            .collect();
        // The message last, so that the order does not depend on that of the rules' running.
        entries.sort_by(|a, b| {
            let by = a.site.file.cmp(&b.site.file).then_with(|| a.site.range.cmp(&b.site.range));
            by.then_with(|| a.rule.cmp(&b.rule)).then_with(|| a.message.cmp(&b.message))
        });
        Self { maps, entries }
    }

    /// How many findings of a severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        self.entries.iter().filter(|entry| entry.severity == severity).count()
    }

    /// How many findings can be mended: without a doubt, and probably.
    pub fn mendable(&self) -> (usize, usize) {
        let count = |safe| {
            self.entries.iter().filter(|entry| entry.fix.as_ref().is_some_and(|fix| fix.safe == safe)).count()
        };
        (count(true), count(false))
    }

    /// Whether a finding is as bad as `level`, or worse.
    pub fn fails(&self, level: Severity) -> bool {
        self.entries.iter().any(|entry| entry.severity >= level)
    }

    /// What was found, in one line: `3 maps checked: 1 error, 2 warnings`.
    pub fn summary(&self) -> String {
        let maps = counted(self.maps, "map");
        if self.entries.is_empty() {
            return format!("{maps} checked, nothing found");
        }
        let numbers =
            [Severity::Error, Severity::Warning, Severity::Info].map(|severity| self.count(severity));
        format!("{maps} checked: {}", counts(numbers))
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
