//! Every map of the corpus is judged: nothing panics, and what is known to be fine is called fine.

use std::{collections::BTreeMap, path::PathBuf};

use venue::{
    check::{Settings, check},
    finding::Severity,
    project::Project,
    report::{Entry, Report},
};

/// The folder of real maps; absent, the tests say so.
pub(super) fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("VENUE_CORPUS").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: VENUE_CORPUS is not set");
    }
    folder
}

fn judge(folder: PathBuf) -> Report {
    let project = Project::open(&[folder], None).unwrap();
    let settings = Settings::new(&project, &[], &[]).unwrap();
    let findings = check(&project, &settings);
    Report::new(project.maps.len(), findings, &project.sources, |finding| {
        settings.severity(finding.rule, &finding.spot.file)
    })
}

fn line(entry: &Entry) -> String {
    let at = entry.site.range.map_or(0, |(start, _)| start.line);
    let area = entry.place.area_tiles.map(|area| (area.x, area.y, area.width, area.height));
    let help = entry.help.as_deref().unwrap_or("");
    format!(
        "{:?} {} {}:{at} {} {area:?} | {} | {help}",
        entry.severity,
        entry.rule,
        entry.site.file,
        entry.site.pointer.as_deref().unwrap_or(""),
        entry.message
    )
}

/// With `VENUE_CORPUS_LIST` set to a rule's name (or `all`), its findings are listed.
#[test]
fn every_map_is_judged() {
    let Some(folder) = corpus() else { return };
    let report = judge(folder);
    assert!(report.maps > 150);
    let mut counts: BTreeMap<(Severity, &str), usize> = BTreeMap::new();
    for entry in &report.entries {
        *counts.entry((entry.severity, &entry.rule)).or_default() += 1;
    }
    for ((severity, rule), count) in counts.iter().rev() {
        println!("{severity:?} {rule}: {count}");
    }
    if let Ok(wanted) = std::env::var("VENUE_CORPUS_LIST") {
        for entry in report.entries.iter().filter(|entry| wanted == "all" || entry.rule == wanted) {
            println!("{}", line(entry));
        }
    }
    // What stands behind a finding is shown, and what is to be done about it is said.
    for entry in &report.entries {
        assert!(entry.severity == Severity::Info || entry.help.is_some(), "{}", line(entry));
        assert!(entry.site.range.is_some(), "{}", line(entry));
    }
}

/// The starter kit is healthy: its script is built from TypeScript, and nothing else is to be said.
#[test]
fn the_starter_kit_is_healthy() {
    let Some(folder) = corpus() else { return };
    let report = judge(folder.join("map-starter-kit"));
    let bad: Vec<String> =
        report.entries.iter().filter(|entry| entry.severity > Severity::Info).map(line).collect();
    assert!(bad.is_empty(), "{bad:#?}");
}
