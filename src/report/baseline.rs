//! Findings that are accepted as they are, kept in a file beside the project.
//!
//! A project that begins to be checked has findings that nobody mends today. With a baseline only what
//! comes anew is reported. Findings are known by their [`Fingerprint`], not by their line, so that they
//! stay accepted while other things of their map change.

use std::{collections::BTreeMap, num::NonZeroU32};

use serde::{Deserialize, Serialize};

use super::{Fingerprint, Report};
use crate::project::in_words;

/// How many findings of each kind are accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    accepted: BTreeMap<Fingerprint, u32>,
}

/// What is wrong with the text of a baseline, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct BaselineError {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

const VERSION: u32 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    findings: Vec<Line>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(flatten)]
    finding: Fingerprint,
    #[serde(default = "once", skip_serializing_if = "is_once")]
    count: NonZeroU32,
}

const fn once() -> NonZeroU32 {
    NonZeroU32::MIN
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks this way")]
fn is_once(count: &NonZeroU32) -> bool {
    *count == once()
}

impl Baseline {
    /// Accepts everything in a report.
    pub fn of(report: &Report) -> Self {
        let mut accepted = BTreeMap::new();
        for entry in &report.entries {
            *accepted.entry(entry.fingerprint.clone()).or_default() += 1;
        }
        Self { accepted }
    }

    /// Reads a baseline.
    ///
    /// # Errors
    /// Where the text is no JSON, no baseline, or one of a version to come.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let file: File = serde_json::from_str(text).map_err(|error| {
            let message = error.to_string();
            let place = format!(" at line {} column {}", error.line(), error.column());
            let (message, nearest) = in_words(message.strip_suffix(&place).unwrap_or(&message));
            let nearest = nearest.map(|name| format!("; did you mean \"{name}\"?")).unwrap_or_default();
            // The reader counts bytes, and none where a line has just begun.
            let before = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default().as_bytes();
            let before = String::from_utf8_lossy(&before[..error.column().min(before.len())]);
            let column = before.chars().count().max(1);
            BaselineError { line: error.line(), column, message: format!("{message}{nearest}") }
        })?;
        if file.version != VERSION {
            let message = format!("this is a baseline of version {}, known is {VERSION} alone", file.version);
            return Err(BaselineError { line: 1, column: 1, message });
        }
        let mut accepted = BTreeMap::new();
        for Line { finding, count } in file.findings {
            let known: &mut u32 = accepted.entry(finding).or_default();
            *known = known.saturating_add(count.get());
        }
        Ok(Self { accepted })
    }

    /// The baseline as JSON: sorted, a line for each kind of finding, so that a change of it reads well.
    pub fn json(&self) -> String {
        let lines = self.accepted.iter().filter_map(|(finding, count)| {
            let line = Line { finding: finding.clone(), count: NonZeroU32::new(*count)? };
            // Texts and numbers only: there is nothing that JSON could not hold.
            serde_json::to_string(&line).ok()
        });
        let lines: Vec<String> = lines.map(|line| format!("\n    {line}")).collect();
        let end = if lines.is_empty() { "" } else { "\n  " };
        format!("{{\n  \"version\": {VERSION},\n  \"findings\": [{}{end}]\n}}\n", lines.join(","))
    }

    /// How many findings are accepted.
    pub fn len(&self) -> usize {
        self.accepted.values().map(|count| *count as usize).sum()
    }

    /// Whether nothing is accepted.
    pub fn is_empty(&self) -> bool {
        self.accepted.is_empty()
    }

    /// Takes what is accepted out of a report. Of more findings of one kind than are accepted, the last
    /// ones stay.
    pub fn accept(&self, report: &mut Report) {
        let mut open = self.accepted.clone();
        report.entries.retain(|entry| match open.get_mut(&entry.fingerprint) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        });
    }

    /// What is accepted and is not in a report.
    #[must_use]
    pub fn gone(&self, report: &Report) -> Self {
        let mut open = self.accepted.clone();
        for entry in &report.entries {
            if let Some(count) = open.get_mut(&entry.fingerprint) {
                *count = count.saturating_sub(1);
            }
        }
        open.retain(|_, count| *count > 0);
        Self { accepted: open }
    }

    /// The kinds of findings that are accepted, sorted.
    pub fn findings(&self) -> impl Iterator<Item = (&Fingerprint, u32)> {
        self.accepted.iter().map(|(finding, count)| (finding, *count))
    }

    /// Without the kinds that `keep` refuses.
    #[must_use]
    pub fn only(mut self, keep: impl Fn(&Fingerprint) -> bool) -> Self {
        self.accepted.retain(|finding, _| keep(finding));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_reads_as_it_was_written() {
        let (report, _) = super::super::testing::report();
        let mut twice = report.clone();
        twice.entries.extend(report.entries.clone());
        for report in [&report, &twice, &Report { maps: 0, entries: Vec::new() }] {
            let baseline = Baseline::of(report);
            let text = baseline.json();
            assert_eq!(Baseline::parse(&text).unwrap(), baseline, "{text}");
            let mut rest = report.clone();
            assert!(baseline.gone(&rest).is_empty());
            baseline.accept(&mut rest);
            assert!(rest.entries.is_empty());
        }
        insta::assert_snapshot!(Baseline::of(&twice).json());
    }

    #[test]
    fn more_than_was_accepted_is_reported_and_less_is_told() {
        let (report, _) = super::super::testing::report();
        let baseline = Baseline::of(&report);
        let mut twice = report.clone();
        twice.entries.extend(report.entries.clone());
        assert!(baseline.gone(&twice).is_empty());
        baseline.accept(&mut twice);
        assert_eq!(twice.entries.len(), report.entries.len());
        assert_eq!(baseline.gone(&Report { maps: 1, entries: Vec::new() }), baseline);
    }

    #[test]
    fn what_is_no_baseline_names_its_place() {
        let error = |text: &str| Baseline::parse(text).unwrap_err().to_string();
        assert!(error("{\n  \"version\": 1,\n  \"findings\": [,]\n}").starts_with("3:16: expected value"));
        assert_eq!(
            error("{\"version\": 2, \"findings\": []}"),
            "1:1: this is a baseline of version 2, known is 1 alone"
        );
        let line = |line: &str| error(&format!("{{\"version\": 1,\n\"findings\": [\n{line}]}}"));
        let unknown = line("{\"file\": \"a\", \"rule\": \"b\", \"lin\": 3}");
        assert!(unknown.starts_with("3:") && unknown.contains("unknown key \"lin\""), "{unknown}");
        let without = line("{\"file\": \"a\"}");
        assert!(without.starts_with("3:") && without.contains("\"rule\" is missing here"), "{without}");
        let none = line("{\"file\": \"a\", \"rule\": \"b\", \"count\": 0}");
        assert!(none.starts_with("3:") && none.contains("a whole number from 1 is needed"), "{none}");
    }
}
