//! `venue rules`

use std::fmt::Write as _;

use anyhow::bail;

use super::{Format, Shell, Status};
use crate::{check, finding::Rule, project::nearest, publish};

/// List what `check` and `publish` look for, or explain one rule
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  venue rules\n  venue rules exit-target-missing\n  venue rules --failures"
)]
pub(super) struct Args {
    /// Rule to explain
    name: Option<String>,
    /// List the failures that WorkAdventure lets pass in silence, each with the rules that find it
    #[arg(long, conflicts_with = "name")]
    failures: bool,
    /// How to show the rules
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

pub(super) fn run(args: &Args, shell: &Shell) -> anyhow::Result<Status> {
    if args.failures {
        let text = match args.format {
            Format::Json => {
                let failures = serde_json::json!({ "version": 1, "failures": check::FAILURES });
                serde_json::to_string_pretty(&failures)? + "\n"
            }
            Format::Human => failures(),
        };
        shell.result(&text)?;
        return Ok(Status::Fine);
    }
    let rules = match &args.name {
        None => all().collect(),
        // What only publishing finds is explained, too.
        Some(name) => match check::rule(name).or_else(|| publish::rule(name)) {
            Some(rule) => vec![rule],
            None => match nearest(name, all().map(|rule| rule.name)) {
                Some(nearest) => bail!("there is no rule \"{name}\"; did you mean \"{nearest}\"?"),
                None => bail!("there is no rule \"{name}\"; `venue rules` lists them"),
            },
        },
    };
    let text = match args.format {
        Format::Json => json(&rules)?,
        Format::Human if args.name.is_some() => rules.iter().map(|rule| explain(rule)).collect(),
        Format::Human => list(&rules),
    };
    shell.result(&text)?;
    Ok(Status::Fine)
}

/// The rules of `check`, and those of `publish`.
fn all() -> impl Iterator<Item = &'static Rule> {
    check::rules().into_iter().chain(publish::rules())
}

fn list(rules: &[&Rule]) -> String {
    let width = rules.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    let mut headline = String::new();
    for rule in rules {
        let of_rule = match found_by(rule) {
            "check" => format!("{:?}", rule.family).to_lowercase(),
            other => format!("found by `venue {other}`"),
        };
        if headline != of_rule {
            let space = if headline.is_empty() { "" } else { "\n" };
            let _infallible = writeln!(text, "{space}\u{1b}[1m{of_rule}\u{1b}[0m");
            headline = of_rule;
        }
        let _infallible =
            writeln!(text, "  {:width$}  {:7}  {}", rule.name, rule.severity.name(), rule.summary);
    }
    text
}

/// The command that finds what the rule is about.
fn found_by(rule: &Rule) -> &'static str {
    if publish::rule(rule.name).is_some() { "publish" } else { "check" }
}

fn failures() -> String {
    let mut text = String::new();
    for failure in check::FAILURES {
        let check::Failure { number, mistake, visitor, rules } = failure;
        let rules = rules.join(", ");
        let _infallible = writeln!(
            text,
            "\u{1b}[1m{number:2}  {mistake}\u{1b}[0m\n    visitors get: {visitor}\n    {rules}"
        );
    }
    text
}

fn explain(rule: &Rule) -> String {
    let indented: String =
        rule.example.trim_matches('\n').lines().flat_map(|line| ["    ", line, "\n"]).collect();
    // Only what `check` finds can be accepted.
    let accept = check::rule(rule.name).map_or_else(String::new, |rule| {
        format!(
            "\n\u{1b}[1mAccept\u{1b}[0m\nvenue.toml: [check.rules] {name} = \"off\"; in the map: property venueAllow = \"{name}\"\n",
            name = rule.name
        )
    });
    format!(
        "\u{1b}[1m{}\u{1b}[0m ({}, since {})\n{}\n{}\n\u{1b}[1mWhy\u{1b}[0m\n{}\n\n\u{1b}[1mExample\u{1b}[0m\n{indented}\n\
         \u{1b}[1mMend\u{1b}[0m\n{}\n{accept}",
        rule.name,
        rule.severity.name(),
        rule.since,
        rule.summary,
        silent(rule),
        rule.why.trim(),
        rule.mend.trim(),
    )
}

/// Which of the silent failures the rule finds, on a line.
fn silent(rule: &Rule) -> String {
    let numbers: Vec<String> = check::failures_of(rule).map(|failure| failure.number.to_string()).collect();
    match numbers.as_slice() {
        [] => String::new(),
        [number] => format!("finds silent failure {number} of `venue rules --failures`\n"),
        numbers => format!("finds silent failures {} of `venue rules --failures`\n", numbers.join(", ")),
    }
}

fn json(rules: &[&Rule]) -> anyhow::Result<String> {
    let rules: Vec<_> = rules
        .iter()
        .map(|rule| {
            serde_json::json!({
                "name": rule.name,
                "summary": rule.summary,
                "severity": rule.severity,
                "family": rule.family,
                "found_by": found_by(rule),
                "since": rule.since,
                "failures": check::failures_of(rule).map(|failure| failure.number).collect::<Vec<_>>(),
                "why": rule.why.trim(),
                "example": rule.example.trim_matches('\n'),
                "mend": rule.mend.trim(),
            })
        })
        .collect();
    Ok(serde_json::to_string_pretty(&serde_json::json!({ "version": 1, "rules": rules }))? + "\n")
}
