//! `--format sarif`: SARIF 2.1.0, which GitHub's and other code scanning reads.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Base, Entry, Report, Site, human};
use crate::{
    finding::{Rule, Severity},
    format::FileEdit,
    source::{Position, Sources},
};

/// What URLs of artifacts are relative to, by the name that GitHub uses.
const ROOT: &str = "%SRCROOT%";

/// The report as a SARIF log with one run, indented, with a final newline.
pub fn sarif(report: &Report, sources: &Sources, base: &Base) -> String {
    let mut rules: BTreeMap<&str, &Rule> = BTreeMap::new();
    for entry in &report.entries {
        rules.insert(&entry.rule, entry.explained);
    }
    let index: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(index, name)| (*name, index)).collect();
    // Findings that share a fingerprint are told apart by their order.
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let results: Vec<Value> = report
        .entries
        .iter()
        .map(|entry| {
            let digest = entry.fingerprint.digest();
            let number = seen.entry(digest.clone()).and_modify(|number| *number += 1).or_insert(1);
            result(entry, index[entry.rule.as_str()], &format!("{digest}:{number}"), sources, base)
        })
        .collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "venue",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.values().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {ROOT: {"description": {"text": "Root of the repository."}}},
            "invocations": [{"executionSuccessful": true}],
            "results": results,
        }],
    });
    // Texts and numbers only: there is nothing that JSON could not hold.
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn descriptor(rule: &Rule) -> Value {
    let (why, mend, example) = (rule.why.trim(), rule.mend.trim(), rule.example.trim_matches('\n'));
    json!({
        "id": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": why},
        "help": {
            "text": format!("{why}\n\nExample: {example}\n\n{mend}"),
            "markdown": format!("{why}\n\nExample:\n\n```\n{example}\n```\n\n{mend}"),
        },
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {"tags": [rule.family]},
    })
}

fn result(entry: &Entry, index: usize, fingerprint: &str, sources: &Sources, base: &Base) -> Value {
    let text = match &entry.help {
        Some(help) => format!("{}\n{help}", entry.message),
        None => entry.message.clone(),
    };
    let mut location = location(&entry.site, base);
    if let Some(place) = human::describe(&entry.place) {
        let mut logical = json!({"fullyQualifiedName": place});
        let name =
            entry.place.object.as_ref().or(entry.place.layer.as_ref()).or(entry.place.tileset.as_ref());
        if let Some(name) = name {
            logical["name"] = json!(name);
        }
        location["logicalLocations"] = json!([logical]);
    }
    let mut result = json!({
        "ruleId": entry.rule,
        "ruleIndex": index,
        "level": level(entry.severity),
        "message": {"text": text},
        "locations": [location],
        "partialFingerprints": {"venueFinding/v1": fingerprint},
        "properties": {"place": entry.place, "pointer": entry.site.pointer},
    });
    if !entry.related.is_empty() {
        let related = entry.related.iter().enumerate().map(|(id, (site, label))| {
            let mut related = self::location(site, base);
            related["id"] = json!(id);
            related["message"] = json!({"text": label});
            related
        });
        result["relatedLocations"] = related.collect();
    }
    if let Some(fix) = entry.fix.as_ref().filter(|_| !entry.edits.is_empty()) {
        result["fixes"] = json!([{
            "description": {"text": fix.description},
            "artifactChanges": changes(&entry.edits, sources, base),
        }]);
    }
    result
}

fn location(site: &Site, base: &Base) -> Value {
    let mut physical = json!({"artifactLocation": artifact(&site.file, base)});
    if let Some((start, end)) = site.range {
        physical["region"] = region(start, end);
    }
    json!({"physicalLocation": physical})
}

fn artifact(file: &str, base: &Base) -> Value {
    json!({"uri": base.url(file), "uriBaseId": ROOT})
}

/// Lines and columns count from 1; the end is the column behind the last character.
fn region(start: Position, end: Position) -> Value {
    json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column})
}

fn changes(edits: &[FileEdit], sources: &Sources, base: &Base) -> Vec<Value> {
    let mut files: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for edit in edits {
        let Ok(file) = sources.load(&edit.file) else { continue };
        let at = |offset: usize| file.position(u32::try_from(offset).unwrap_or(u32::MAX));
        files.entry(&edit.file).or_default().push(json!({
            "deletedRegion": region(at(edit.start), at(edit.end)),
            "insertedContent": {"text": edit.text},
        }));
    }
    files
        .into_iter()
        .map(|(file, replacements)| json!({"artifactLocation": artifact(file, base), "replacements": replacements}))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn log() -> Value {
        let (report, sources) = super::super::testing::report();
        serde_json::from_str(&sarif(&report, &sources, &Base::default())).unwrap()
    }

    #[test]
    fn results_name_their_rule_place_and_fix() {
        let log = log();
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), 3);
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        }
        let exit = &results[1];
        assert_eq!(
            exit["locations"][0]["physicalLocation"]["region"],
            json!({"startLine": 2, "startColumn": 29, "endLine": 2, "endColumn": 40})
        );
        assert_eq!(exit["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "maps/lobby.tmj");
        assert_eq!(
            exit["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"],
            "\"hall.tmj\""
        );
        assert_eq!(results[2]["relatedLocations"][0]["message"]["text"], "the other, \"<one>\"");
        // No text stands behind it.
        assert!(results[0]["locations"][0]["physicalLocation"].get("region").is_none());
    }

    #[test]
    fn fingerprints_differ_within_a_run() {
        let (report, sources) = super::super::testing::report();
        let prints = |report: &Report| -> Vec<String> {
            report.entries.iter().map(|entry| entry.fingerprint.digest()).collect()
        };
        let before = prints(&report);
        assert!(before.iter().all(|digest| digest.len() == 32));
        assert_eq!(before.iter().collect::<BTreeSet<_>>().len(), 3);
        let long = super::super::testing::long(30);
        let many: Value = serde_json::from_str(&sarif(&long, &sources, &Base::default())).unwrap();
        let results = many["runs"][0]["results"].as_array().unwrap();
        let all: BTreeSet<String> =
            results.iter().map(|result| result["partialFingerprints"].to_string()).collect();
        assert_eq!(all.len(), 30);
    }
}
