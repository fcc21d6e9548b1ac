//! `--format json`: the contract that programs rely on.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Entry, Report, Site};
use crate::{
    finding::{Place, Severity},
    source::Position,
};

/// What `venue check --format json` prints: what is wrong with the maps, sorted by file, place and rule.
#[derive(Serialize, JsonSchema)]
pub(crate) struct CheckReport<'a> {
    /// Version of this form.
    #[schemars(extend("const" = 1))]
    version: u32,
    /// How much was found.
    summary: Summary,
    /// What was found.
    findings: Vec<FindingJson<'a>>,
}

/// How much was found.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Summary")]
struct Summary {
    /// Number of maps that were judged.
    maps: usize,
    /// Number of findings of level `error`.
    errors: usize,
    /// Number of findings of level `warning`.
    warnings: usize,
    /// Number of findings of level `info`.
    infos: usize,
}

/// Something that is wrong with a map.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
struct FindingJson<'a> {
    /// Name of the rule, which `venue rules NAME` explains.
    rule: &'a str,
    /// How bad it is.
    severity: Severity,
    /// What a visitor suffers, and of what.
    message: &'a str,
    #[serde(flatten)]
    site: SiteJson<'a>,
    /// Where on the map it is.
    place: &'a Place,
    /// How to mend it.
    help: Option<&'a str>,
    /// What else has to do with it.
    related: Vec<RelatedJson<'a>>,
    /// What `venue check --fix` would do about it.
    fix: Option<FixJson<'a>>,
}

/// A place in a file.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Site")]
struct SiteJson<'a> {
    /// The file, relative to the project's root.
    file: &'a str,
    /// Lines and columns; absent where no text of a file stands behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<RangeJson>,
    /// JSON Pointer of the value; of XML, names of elements with their numbers.
    pointer: Option<&'a str>,
}

/// A range of a text; its end is the place behind it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Range")]
struct RangeJson {
    /// Where it begins.
    start: Position,
    /// The place behind it.
    end: Position,
}

/// Another place that has to do with a finding.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Related")]
struct RelatedJson<'a> {
    /// What it is.
    message: &'a str,
    #[serde(flatten)]
    site: SiteJson<'a>,
}

/// A mending edit.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Fix")]
struct FixJson<'a> {
    /// Whether `--fix` does it; else `--unsafe-fixes` is needed, too.
    safe: bool,
    /// What it does.
    description: &'a str,
}

/// The report as JSON, indented, with a final newline.
pub fn json(report: &Report) -> String {
    let document = CheckReport {
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
