//! One report for the tests of all formats: texts that formats must escape, a finding without a file's
//! text, related places, fixes.

use super::{Entry, Report};
use crate::{
    finding::{Change, Edit, Family, Finding, Place, Rule, Severity, Spot},
    model::TileRect,
    source::Sources,
};

pub(super) static EXIT: Rule = Rule {
    name: "exit-target-missing",
    summary: "an exit leads to a map that does not exist",
    severity: Severity::Error,
    family: Family::Exits,
    since: "0.1.0",
    why: "Visitors who step on the exit get an error.",
    example: "layer \"to-hall\": exitUrl = \"hall2.tmj\"",
    mend: "Correct the path.",
};

static ODD: Rule = Rule { name: "odd-texts", severity: Severity::Warning, family: Family::Zones, ..EXIT };

static NO_MAP: Rule = Rule { name: "not-a-map", severity: Severity::Info, family: Family::Format, ..EXIT };

pub(super) fn report() -> (Report, Sources) {
    let mut sources = Sources::new("/nowhere");
    let text = "{\"properties\": [\n {\"name\":\"exitUrl\", \"value\":\"hall2.tmj\"},\n {\"name\":\"jitsiRoom\", \"value\":\"ä|`<b>\"}\n]}\n";
    sources.insert("maps/lobby.tmj", text.to_owned());
    let file = sources.load("maps/lobby.tmj").unwrap();
    let element = |start: &str| {
        let from = text.find(start).unwrap();
        Spot::bytes(&file, from..from + text[from..].find('}').unwrap() + 1)
    };
    let place = Place::layer("floorLayer", 2).object("to-hall", 14).area(TileRect::new(3, 0, 2, 1));
    let exit = element("{\"name\":\"exitUrl\"");
    let room = element("{\"name\":\"jitsiRoom\"");
    let findings = vec![
        Finding::new(&EXIT, exit.clone().key("value"), "exit leads to \"hall2.tmj\", which does not exist")
            .at(place)
            .help("did you mean \"hall.tmj\"?")
            .fix(false, "replace with \"hall.tmj\"", "hall.tmj"),
        Finding::new(
            &ODD,
            room.clone().key("value"),
            "100% <b>bold</b> | `code` & \u{1}\n@all [x](y), 1:2 ]]>",
        )
        .at(Place::layer("a|b<i>", 3))
        .related(exit.key("name"), "the other, \"<one>\"")
        .mend(true, "remove it", vec![Edit { spot: room, change: Change::Remove }]),
        Finding::new(&NO_MAP, Spot::file("maps/gone.tmj"), "the file cannot be read"),
    ];
    let report = Report::new(3, findings, &sources, |finding| Some(finding.rule.severity));
    (report, sources)
}

/// Many findings.
pub(super) fn long(count: usize) -> Report {
    let (report, _) = report();
    let entries: Vec<Entry> = report.entries.iter().cycle().take(count).cloned().collect();
    Report { entries, ..report }
}
