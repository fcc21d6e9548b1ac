//! `venue check --baseline` and `--write-baseline`

use std::{collections::BTreeSet, path::Path};

use anyhow::{Context as _, anyhow};

use super::{
    Shell,
    replace::{self, Written},
};
use crate::{
    output,
    project::Project,
    report::{Baseline, Fingerprint, Report},
};

/// Reads the baseline that the command line names.
pub(super) fn read(project: &Project, path: &Path) -> anyhow::Result<Baseline> {
    let file = project.sources.load(&project.name_of(path)?);
    let file = file.with_context(|| format!("cannot read the baseline {}", path.display()))?;
    let text = file.text().with_context(|| format!("the baseline {}", path.display()))?;
    Baseline::parse(text).map_err(|error| anyhow!("{}:{error}", path.display())).with_context(|| {
        format!("{} is no baseline as `venue check --write-baseline` writes them", path.display())
    })
}

/// Accepts everything in the report: it holds nothing any more then.
pub(super) fn write(report: &mut Report, path: &Path, shell: &Shell) -> anyhow::Result<()> {
    let baseline = Baseline::of(report);
    let text = baseline.json();
    replace::allow_kind(path, &Written::of(text.as_bytes()), "--write-baseline")?;
    output::write_file(path, text.as_bytes())?;
    baseline.accept(report);
    shell.note(&format!("{} accepted in {}", counted(baseline.len()), path.display()));
    Ok(())
}

/// Says beside the result how much was accepted; and what is accepted and gone, of that which was looked
/// for.
pub(super) fn tell(
    baseline: &Baseline,
    path: &Path,
    all: &Report,
    looked_for: impl Fn(&Fingerprint) -> bool,
    shell: &Shell,
) {
    let gone = baseline.gone(all);
    let accepted = baseline.len() - gone.len();
    if accepted > 0 {
        shell.note(&format!("{} accepted by {}", counted(accepted), path.display()));
    }
    let gone = gone.only(looked_for);
    if gone.is_empty() {
        return;
    }
    let kinds: BTreeSet<String> =
        gone.findings().map(|(finding, _)| format!("{} in {}", finding.rule, finding.file)).collect();
    let mut kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    let more = kinds.len().saturating_sub(5);
    kinds.truncate(5);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    shell.note(&format!(
        "note: {} accepted by {path} and gone ({}{more}): shrink it with --write-baseline {path}",
        counted(gone.len()),
        kinds.join(", "),
        path = path.display(),
    ));
}

fn counted(number: usize) -> String {
    format!("{number} finding{}", if number == 1 { " is" } else { "s are" })
}
