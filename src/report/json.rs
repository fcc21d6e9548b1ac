//! `--format json`: the contract that programs rely on.

use serde::Serialize;

use super::{Entry, Report, Site};
use crate::{
    finding::{Place, Severity},
    source::Position,
};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    summary: Summary,
    findings: Vec<FindingJson<'a>>,
}

#[derive(Serialize)]
struct Summary {
    maps: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    rule: &'a str,
    severity: Severity,
    message: &'a str,
    #[serde(flatten)]
    site: SiteJson<'a>,
    place: &'a Place,
    help: Option<&'a str>,
    related: Vec<RelatedJson<'a>>,
    fix: Option<FixJson<'a>>,
}

#[derive(Serialize)]
struct SiteJson<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<RangeJson>,
    pointer: Option<&'a str>,
}

#[derive(Serialize)]
struct RangeJson {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct RelatedJson<'a> {
    message: &'a str,
    #[serde(flatten)]
    site: SiteJson<'a>,
}

#[derive(Serialize)]
struct FixJson<'a> {
    safe: bool,
    description: &'a str,
}

/// The report as JSON, indented, with a final newline.
pub fn json(report: &Report) -> String {
    let document = Document {
        version: 1,
        summary: Summary {
            maps: report.maps,
            errors: report.count(Severity::Error),
            warnings: report.count(Severity::Warning),
            infos: report.count(Severity::Info),
        },
        findings: report.entries.iter().map(finding).collect(),
    };
    // Texts and numbers only: there is nothing that JSON could not hold.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn finding(entry: &Entry) -> FindingJson<'_> {
    FindingJson {
        rule: &entry.rule,
        severity: entry.severity,
        message: &entry.message,
        site: site(&entry.site),
        place: &entry.place,
        help: entry.help.as_deref(),
        related: entry
            .related
            .iter()
            .map(|(place, message)| RelatedJson { message, site: site(place) })
            .collect(),
        fix: entry.fix.as_ref().map(|fix| FixJson { safe: fix.safe, description: &fix.description }),
    }
}

fn site(site: &Site) -> SiteJson<'_> {
    SiteJson {
        file: &site.file,
        range: site.range.map(|(start, end)| RangeJson { start, end }),
        pointer: site.pointer.as_deref(),
    }
}
