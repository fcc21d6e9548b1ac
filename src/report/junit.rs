//! `--format junit`: the XML of test reports, which GitLab, Jenkins and others show.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Base, Entry, Report, human};
use crate::finding::{Family, Severity};

/// The report as the XML of `JUnit`: a test suite per file, maps without findings included, and in it a test case
/// per family of rules, so that lists of tests stay the same from run to run. Findings at or above
/// `level` are failures; milder ones stand in the output of a test that passes.
pub fn junit<'a>(
    report: &'a Report,
    maps: impl IntoIterator<Item = &'a str>,
    base: &Base,
    level: Severity,
) -> String {
    let mut files: BTreeMap<&str, BTreeMap<Family, Vec<&Entry>>> = BTreeMap::new();
    for map in maps {
        files.entry(map).or_default();
    }
    for entry in &report.entries {
        files.entry(&entry.site.file).or_default().entry(entry.explained.family).or_default().push(entry);
    }
    let fails = |entries: &[&Entry]| entries.iter().any(|entry| entry.severity >= level);
    let mut suites = String::new();
    let (mut tests, mut failures) = (0, 0);
    for (file, families) in &files {
        let path = base.path(file);
        let cases = families.len().max(1);
        let failing = families.values().filter(|entries| fails(entries)).count();
        tests += cases;
        failures += failing;
        let _infallible = writeln!(
            suites,
            "  <testsuite name=\"{}\" tests=\"{cases}\" failures=\"{failing}\" errors=\"0\" skipped=\"0\">",
            attribute(&path)
        );
        if families.is_empty() {
            let _infallible = writeln!(suites, "{}/>", opening(&path, "nothing found"));
        }
        for (family, entries) in families {
            case(&mut suites, &path, *family, entries, level);
        }
        suites.push_str("  </testsuite>\n");
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"venue check\" tests=\"{tests}\" \
         failures=\"{failures}\" errors=\"0\">\n{suites}</testsuites>\n"
    )
}

fn opening(path: &str, name: &str) -> String {
    let path = attribute(path);
    format!("    <testcase name=\"{name}\" classname=\"{path}\" file=\"{path}\"")
}

fn case(out: &mut String, path: &str, family: Family, entries: &[&Entry], level: Severity) {
    let name = format!("{family:?}").to_lowercase();
    out.push_str(&opening(path, &name));
    out.push_str(">\n");
    let (failing, milder): (Vec<&Entry>, Vec<&Entry>) =
        entries.iter().partition(|entry| entry.severity >= level);
    // Those who show it show the first failure of a test only.
    if let Some(first) = failing.first() {
        let more = match failing.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let _infallible = writeln!(
            out,
            "      <failure type=\"{}\" message=\"{}\">{}</failure>",
            attribute(&first.rule),
            attribute(&format!("{}{more}", first.message)),
            content(&list(path, &failing))
        );
    }
    if !milder.is_empty() {
        let _infallible = writeln!(
            out,
            "      <system-out>{}</system-out>",
            content(&format!(
                "{}\n{}",
                if milder.len() == 1 {
                    "1 finding that fails nothing".to_owned()
                } else {
                    format!("{} findings that fail nothing", milder.len())
                },
                list(path, &milder)
            ))
        );
    }
    out.push_str("    </testcase>\n");
}

/// A paragraph for each finding.
fn list(path: &str, entries: &[&Entry]) -> String {
    let paragraphs: Vec<String> = entries
        .iter()
        .map(|entry| {
            let at = entry
                .site
                .range
                .map_or(String::new(), |(start, _)| format!(":{}:{}", start.line, start.column));
            let mut text =
                format!("{path}{at}: {}[{}]: {}", entry.severity.name(), entry.rule, entry.message);
            for more in
                [human::describe(&entry.place), entry.help.as_ref().map(|help| format!("help: {help}"))]
                    .into_iter()
                    .flatten()
            {
                let _infallible = write!(text, "\n  {more}");
            }
            text
        })
        .collect();
    paragraphs.join("\n")
}

/// XML has no way to write most control characters.
fn plain(sign: char) -> char {
    let allowed = matches!(sign, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..);
    if allowed { sign } else { char::REPLACEMENT_CHARACTER }
}

fn content(text: &str) -> String {
    let mut out = String::new();
    for sign in text.chars().map(plain) {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            sign => out.push(sign),
        }
    }
    out
}

fn attribute(text: &str) -> String {
    content(text).replace('"', "&quot;").replace('\n', "&#10;").replace('\t', "&#9;")
}

#[cfg(test)]
mod tests {
    use roxmltree::Document;

    use super::*;

    fn xml(level: Severity) -> String {
        let (report, _) = super::super::testing::report();
        junit(&report, ["maps/fine.tmj", "maps/lobby.tmj"], &Base::default(), level)
    }

    #[test]
    fn suites_are_files_and_cases_are_families() {
        let xml = xml(Severity::Error);
        let document = Document::parse(&xml).unwrap();
        let root = document.root_element();
        assert_eq!((root.attribute("tests"), root.attribute("failures")), (Some("4"), Some("1")));
        let suites: Vec<_> = root
            .children()
            .filter(roxmltree::Node::is_element)
            .map(|suite| suite.attribute("name").unwrap())
            .collect();
        assert_eq!(suites, ["maps/fine.tmj", "maps/gone.tmj", "maps/lobby.tmj"]);
        let failure = document.descendants().find(|node| node.has_tag_name("failure")).unwrap();
        assert_eq!(failure.attribute("message"), Some("exit leads to \"hall2.tmj\", which does not exist"));
        assert!(
            failure
                .text()
                .unwrap()
                .starts_with("maps/lobby.tmj:2:29: error[exit-target-missing]: exit leads")
        );
        assert_eq!(failure.parent_element().unwrap().attribute("name"), Some("exits"));
    }

    #[test]
    fn everything_is_escaped() {
        let xml = xml(Severity::Warning);
        let document = Document::parse(&xml).unwrap();
        let failure = document
            .descendants()
            .filter(|node| node.has_tag_name("failure"))
            .find(|node| node.attribute("type") == Some("odd-texts"))
            .unwrap();
        assert_eq!(
            failure.attribute("message"),
            Some("100% <b>bold</b> | `code` & \u{FFFD}\n@all [x](y), 1:2 ]]>")
        );
        assert!(failure.text().unwrap().contains("layer \"a|b<i>\" (id 3)"));
    }

    #[test]
    fn milder_findings_fail_nothing_and_are_there() {
        let xml = xml(Severity::Error);
        let document = Document::parse(&xml).unwrap();
        let out: Vec<&str> = document
            .descendants()
            .filter(|node| node.has_tag_name("system-out"))
            .filter_map(|node| node.text())
            .collect();
        assert_eq!(out.len(), 2);
        assert!(out[0].contains("info[not-a-map]: the file cannot be read"), "{out:?}");
    }
}
