//! `--format github`: workflow commands, which GitHub shows as annotations on the lines of a pull
//! request.

use std::fmt::Write as _;

use super::{Base, Report, human};
use crate::finding::Severity;

/// A line of workflow command per finding, and a last line that counts, for people who read the log.
///
/// GitHub shows ten errors, ten warnings and ten notices of a step; the log shows all.
pub fn github(report: &Report, base: &Base) -> String {
    let mut text = String::new();
    for entry in &report.entries {
        let command = match entry.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let mut properties = format!("file={}", property(&base.path(&entry.site.file)));
        if let Some((start, end)) = entry.site.range {
            let _infallible = write!(properties, ",line={}", start.line);
            // With columns on several lines GitHub shows nothing at all.
            if start.line == end.line {
                let _infallible = write!(properties, ",col={},endColumn={}", start.column, end.column);
            } else {
                let _infallible = write!(properties, ",endLine={}", end.line);
            }
        }
        let place = human::describe(&entry.place);
        let lines: Vec<&str> = [Some(entry.message.as_str()), place.as_deref(), entry.help.as_deref()]
            .into_iter()
            .flatten()
            .collect();
        let _infallible = writeln!(
            text,
            "::{command} {properties},title={}::{}",
            property(&entry.rule),
            data(&lines.join("\n"))
        );
    }
    let _infallible = writeln!(text, "{}", report.summary());
    text
}

fn data(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|sign| match sign {
            '\r' | '\n' | '\t' => sign,
            sign if sign.is_control() => char::REPLACEMENT_CHARACTER,
            sign => sign,
        })
        .collect();
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_is_one_line_that_github_reads() {
        let (report, _) = super::super::testing::report();
        insta::assert_snapshot!(github(&report, &Base::default()));
    }

    #[test]
    fn commands_cannot_be_broken_out_of() {
        assert_eq!(property("a,b:c%\n::error::x"), "a%2Cb%3Ac%25%0A%3A%3Aerror%3A%3Ax");
        assert_eq!(data("50%\r\nx"), "50%25%0D%0Ax");
    }
}
