//! Judging maps: the rules, and what the config and the map itself say about them.
//!
//! A [`Rule`](crate::finding::Rule) is declared beside the function that finds it broken, in the file
//! of its family under `rules/`; the [`registry`](rules) chains the families with what the
//! loader finds. A rule is a function over a borrowed context: it reads no file but through the
//! context, prints nothing and keeps nothing. Severities are settled by [`Settings`]: default, then
//! config, then command line.

mod affected;
mod context;
mod custom;
mod failures;
mod links;
mod registry;
mod rules;
mod run;
mod settings;
mod suppress;
#[cfg(test)]
mod testing;

pub use affected::Affected;
pub use failures::{FAILURES, Failure, failures_of};
pub use links::{fill_links, fill_text};
pub use registry::{nearest_rule, rule, rules};
pub use run::{check, check_family, questions};
pub use settings::{Settings, SettingsError};
