//! WorkAdventure's own faulty maps: what its validator refuses is never fine, and what it lets pass is
//! named where it has a fault.

use std::collections::BTreeSet;

use venue::{
    check::{Settings, check},
    finding::Severity,
    project::Project,
    report::Report,
};

/// What map-storage makes of an upload.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Upload {
    Refused,
    Taken,
}

use Upload::{Refused, Taken};

/// Each map with what WorkAdventure's validator says of an upload, and what we find in it.
const MAPS: &[(&str, Upload, &[&str])] = &[
    ("4096", Taken, &["picture-too-large"]),
    ("CollidesFalse", Taken, &[]),
    ("Infini", Refused, &["infinite-map"]),
    ("NoCollides", Taken, &["property-typo"]),
    ("NoImage", Refused, &["tileset-picture-missing"]),
    ("Validation0", Taken, &[]),
    ("embarquer", Refused, &["external-tileset"]),
    ("floorLayer", Refused, &["floor-layer-missing"]),
    ("invalidEntities", Refused, &["structure-refused"]),
    ("invalidEntitiesPropertyType", Refused, &["property-value-type"]),
    (
        "layerProperties",
        Taken,
        &["deprecated-property", "empty-value", "local-file-missing", "property-wrong-type"],
    ),
    ("orientation", Refused, &["not-orthogonal"]),
    ("simplicity", Taken, &[]),
    ("start", Taken, &["start-missing"]),
    ("tileheight", Taken, &["odd-tile-size"]),
];

#[test]
fn maps_that_workadventure_refuses_are_never_fine() {
    let Some(folder) = super::corpus::corpus() else { return };
    let folder = folder.join("workadventure/maps/tests/Validation");
    for (name, upload, expected) in MAPS {
        let project = Project::open(&[folder.join(format!("{name}.json"))], None).unwrap();
        assert_eq!(project.maps.len(), 1, "{name}");
        let settings = Settings::new(&project, &[], &[]).unwrap();
        let findings = check(&project, &settings);
        let report = Report::new(1, findings, &project.sources, |finding| {
            settings.severity(finding.rule, &finding.spot.file)
        });
        let found: BTreeSet<&str> = report.entries.iter().map(|entry| entry.rule.as_str()).collect();
        for rule in *expected {
            assert!(found.contains(rule), "{name}: {rule} is not in {found:?}");
        }
        let told = report
            .entries
            .iter()
            .any(|entry| entry.severity > Severity::Info && expected.contains(&entry.rule.as_str()));
        assert!(told || *upload == Taken, "{name}: {found:?}");
        assert!(
            !expected.is_empty() || report.entries.iter().all(|entry| entry.severity < Severity::Error),
            "{name}"
        );
    }
}
