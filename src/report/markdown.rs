//! `--format markdown`: a summary for a pull request or a job's page.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Base, Entry, Report, counted, counts, human};
use crate::{
    finding::Severity,
    output::markdown::{LONGEST, code, escaped, html},
};

/// The report as GitHub's Markdown: counts, a table of the files with findings, and the findings of each
/// file folded away. What does not fit is left out, and a last line says so.
pub fn markdown(report: &Report, base: &Base) -> String {
    let mut files: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in &report.entries {
        files.entry(&entry.site.file).or_default().push(entry);
    }
    let mut text = format!("### venue check\n\n{}.\n", report.summary());
    if report.entries.is_empty() {
        return text;
    }
    text.push_str("\n| File | Errors | Warnings | Infos |\n|:--|--:|--:|--:|\n");
    for (number, (file, entries)) in files.iter().enumerate() {
        let [errors, warnings, infos] = numbers(entries);
        let row = format!("| {} | {errors} | {warnings} | {infos} |\n", code(&base.path(file)));
        // Half of the room is for findings.
        if text.len() + row.len() > LONGEST / 2 {
            let _infallible = writeln!(text, "| and {} | | | |", counted(files.len() - number, "more file"));
            break;
        }
        text.push_str(&row);
    }
    let mut left_out = 0;
    for (file, entries) in &files {
        let open = if entries.iter().any(|entry| entry.severity == Severity::Error) { " open" } else { "" };
        let opening = format!(
            "\n<details{open}><summary>{}: {}</summary>\n\n",
            html(&base.path(file)),
            counts(numbers(entries))
        );
        let closing = "\n</details>\n";
        let mut room = LONGEST.saturating_sub(text.len() + opening.len() + closing.len() + 100);
        let items: Vec<String> = entries.iter().map(|entry| item(entry)).collect();
        let fitting = items
            .iter()
            .take_while(|item| {
                let fits = item.len() <= room;
                room = room.saturating_sub(item.len());
                fits
            })
            .count();
        left_out += items.len() - fitting;
        if fitting > 0 {
            text.push_str(&opening);
            text.extend(items[..fitting].iter().map(String::as_str));
            text.push_str(closing);
        }
    }
    if left_out > 0 {
        let _infallible = writeln!(
            text,
            "\n{} left out, as this summary would be too long: run `venue check` to see all.",
            if left_out == 1 { "1 finding is".to_owned() } else { format!("{left_out} findings are") }
        );
    }
    text
}

fn numbers(entries: &[&Entry]) -> [usize; 3] {
    [Severity::Error, Severity::Warning, Severity::Info]
        .map(|severity| entries.iter().filter(|entry| entry.severity == severity).count())
}

fn item(entry: &Entry) -> String {
    let mut text = format!("- **{}** ", entry.severity.name());
    if let Some((start, _)) = entry.site.range {
        let _infallible = write!(text, "line {}: ", start.line);
    }
    let _infallible = write!(text, "{} ({})", escaped(&entry.message), code(&entry.rule));
    if let Some(place) = human::describe(&entry.place) {
        let _infallible = write!(text, "<br>{}", escaped(&place));
    }
    if let Some(help) = &entry.help {
        let _infallible = write!(text, "<br>help: {}", escaped(help));
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_for_a_pull_request() {
        let (report, _) = super::super::testing::report();
        insta::assert_snapshot!(markdown(&report, &Base::default()));
    }

    #[test]
    fn nothing_found_is_one_line() {
        let (report, _) = super::super::testing::report();
        let report = Report { entries: Vec::new(), ..report };
        assert_eq!(
            markdown(&report, &Base::default()),
            "### venue check\n\n3 maps checked, nothing found.\n"
        );
    }

    #[test]
    fn a_long_report_is_cut_and_says_so() {
        let report = super::super::testing::long(3000);
        let text = markdown(&report, &Base::default());
        assert!(text.len() <= LONGEST, "{}", text.len());
        let shown = text.lines().filter(|line| line.starts_with("- **")).count();
        let last = text.lines().last().unwrap();
        assert_eq!(
            last,
            format!(
                "{} findings are left out, as this summary would be too long: run `venue check` to see all.",
                3000 - shown
            )
        );
        assert_eq!(text.matches("<details").count(), text.matches("</details>").count());
        let mut many = report;
        for (index, entry) in many.entries.iter_mut().enumerate() {
            entry.site.file = format!("maps/{}/{index}.tmj", "folder".repeat(9));
        }
        assert!(markdown(&many, &Base::default()).len() <= LONGEST);
    }
}
