//! `venue check --fix` and `--diff`

use std::collections::BTreeMap;

use super::{
    Shell, Status,
    check::{Wanted, judge},
};
use crate::{
    check::Settings,
    fix::{self, Mended, Reason},
    project::Project,
};

/// Makes the fixes in memory. Rules that were not selected are judged, too: none of them may be broken by
/// a fix, unless it is accepted that it is.
pub(super) fn mend(
    project: Project,
    wanted: &Wanted,
    ignore: &[String],
    uncertain: bool,
) -> anyhow::Result<Mended> {
    let every_rule = Settings::new(&project, &[], ignore)?;
    let judge = |project: &Project| {
        let mut report = judge(project, &every_rule);
        if let Some(baseline) = wanted.baseline {
            baseline.accept(&mut report);
        }
        report
    };
    Ok(fix::mend(project, judge, |report| wanted.of(report), uncertain))
}

/// Prints what would change in the files.
pub(super) fn show(mended: &Mended, shell: &Shell) -> anyhow::Result<Status> {
    let patch: String = mended.files.iter().map(|(name, file)| fix::unified(name, file)).collect();
    shell.result(&patch)?;
    tell_left(mended, shell);
    shell.note(&match mended.applied.len() {
        0 => "nothing can be mended".to_owned(),
        number => format!("{} would be mended", findings(number)),
    });
    Ok(if mended.files.is_empty() { Status::Fine } else { Status::Findings })
}

/// Says beside the result what was mended, and what was not.
pub(super) fn tell(mended: &Mended, shell: &Shell) {
    let mut by_file: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for applied in &mended.applied {
        *by_file.entry(&applied.file).or_default().entry(&applied.rule).or_default() += 1;
    }
    for (file, rules) in by_file {
        let number = rules.values().sum();
        let rules = rules.into_iter().map(|(rule, number)| match number {
            1 => rule.to_owned(),
            number => format!("{rule} ({number})"),
        });
        let rules: Vec<String> = rules.collect();
        shell.note(&format!("mended {} in {file}: {}", findings(number), rules.join(", ")));
    }
    tell_left(mended, shell);
}

fn tell_left(mended: &Mended, shell: &Shell) {
    let mut notes: BTreeMap<String, usize> = BTreeMap::new();
    for left in &mended.left {
        let why = match &left.reason {
            Reason::Generated(file) => {
                format!("{file} is generated: mend the map that it comes from, and run `venue stands` again")
            }
            Reason::Foreign(file) => format!("{file} is not the project's own"),
            Reason::Protected(file) => format!("{file} is write-protected"),
            Reason::Brings(rule) => format!("that would bring {rule}"),
            Reason::MendsNothing => "the finding would stay".to_owned(),
            Reason::Untried => "there was too much else to mend: run it again".to_owned(),
        };
        let note = format!("note: {}: {} not mended ({}): {why}", left.file, left.rule, left.description);
        *notes.entry(note).or_default() += 1;
    }
    for (note, times) in notes {
        shell.note(&if times == 1 { note } else { format!("{note} ({times} times)") });
    }
}

fn findings(number: usize) -> String {
    format!("{number} finding{}", if number == 1 { "" } else { "s" })
}
