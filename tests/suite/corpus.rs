//! Real maps by other people, from the folder that `VENUE_CORPUS` names.

use std::path::PathBuf;

use venue::{finding::Severity, project::Project};

/// The corpus, or a word that the test was skipped.
pub(crate) fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("VENUE_CORPUS").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: VENUE_CORPUS is not set");
    }
    folder
}

#[test]
fn every_map_loads_or_is_refused_with_a_reason_at_its_place() {
    let Some(corpus) = corpus() else { return };
    let project = Project::open(&[corpus], None).unwrap();
    assert!(project.maps.len() >= 200, "only {} maps found", project.maps.len());
    let mut refused = Vec::new();
    for map in &project.maps {
        if map.map.is_none() {
            let reason = map.findings.iter().find(|finding| finding.rule.severity == Severity::Error);
            let reason = reason.unwrap_or_else(|| panic!("{}: refused without a reason", map.name));
            refused.push(format!("{}: {}", map.name, reason.message));
        }
    }
    eprintln!("{} maps, {} refused:\n{}", project.maps.len(), refused.len(), refused.join("\n"));
    assert!(refused.len() <= 3, "more refused than are broken");
}
