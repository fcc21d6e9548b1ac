//! Every rule there is.

use super::{
    context::{MapContext, WorldContext},
    custom, rules as families, suppress,
};
use crate::{
    finding::{Finding, Rule},
    format,
    project::nearest,
};

/// How a rule is found broken.
#[derive(Clone, Copy)]
pub(super) enum Check {
    /// By looking at one map.
    Map(fn(&MapContext, &mut Vec<Finding>)),
    /// By looking at all maps together.
    World(fn(&WorldContext, &mut Vec<Finding>)),
    /// By the check of the rule with this name, which looks at both at once.
    Beside(
        #[cfg_attr(not(test), expect(dead_code, reason = "says it to readers; a test holds it true"))]
        &'static str,
    ),
}

/// A rule with its check.
pub(super) struct Lint {
    pub(super) rule: &'static Rule,
    pub(super) check: Check,
}

/// All rules, sorted by family and name.
pub fn rules() -> Vec<&'static Rule> {
    let loaded = format::RULES.iter().chain(format::RULES_BESIDE_MAPS).copied();
    let judged = families::FAMILIES.iter().flat_map(|family| family.iter()).map(|lint| lint.rule);
    let mut all: Vec<&'static Rule> =
        loaded.chain(judged).chain([&suppress::UNUSED_ALLOW, &custom::CUSTOM_RULE]).collect();
    all.sort_by_key(|rule| (rule.family, rule.name));
    all
}

/// The rule of this name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    rules().into_iter().find(|rule| rule.name == name)
}

/// The name of the rule that was probably meant.
pub fn nearest_rule(name: &str) -> Option<String> {
    nearest(name, rules().iter().map(|rule| rule.name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::finding::Severity;

    #[test]
    fn names_are_unique_and_well_formed() {
        let mut names = BTreeSet::new();
        for rule in rules() {
            assert!(names.insert(rule.name), "{} stands twice", rule.name);
            let kebab = rule.name.split('-').all(|part| {
                !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
            });
            assert!(kebab, "{} is no kebab-case", rule.name);
            for command in ["no-", "use-", "avoid-"] {
                assert!(!rule.name.starts_with(command), "{} is not what is wrong", rule.name);
            }
        }
    }

    #[test]
    fn every_rule_explains_itself() {
        for rule in rules() {
            for (what, text) in
                [("summary", rule.summary), ("why", rule.why), ("example", rule.example), ("mend", rule.mend)]
            {
                assert!(text.len() > 10, "{}: {what} says too little", rule.name);
            }
            assert!(!rule.summary.ends_with('.') && !rule.summary.contains('\n'), "{}: summary", rule.name);
            assert!(rule.why.ends_with('.') && rule.mend.ends_with('.'), "{}: whole sentences", rule.name);
            assert!(!rule.since.is_empty());
        }
    }

    #[test]
    fn every_severity_is_in_use() {
        for severity in [Severity::Info, Severity::Warning, Severity::Error] {
            assert!(rules().iter().any(|rule| rule.severity == severity));
        }
    }

    #[test]
    fn checks_beside_others_name_a_check() {
        let lints: Vec<&Lint> = families::FAMILIES.iter().flat_map(|family| family.iter()).collect();
        for lint in &lints {
            if let Check::Beside(name) = lint.check {
                let other = lints.iter().find(|other| other.rule.name == name);
                assert!(
                    other.is_some_and(|other| !matches!(other.check, Check::Beside(_))),
                    "{}: {name}",
                    lint.rule.name
                );
            }
        }
    }

    #[test]
    fn a_misspelt_name_finds_the_nearest() {
        let name = rules()[0].name;
        assert_eq!(rule(name).map(|rule| rule.name), Some(name));
        assert_eq!(nearest_rule("exit-target-mising").as_deref(), Some("exit-target-missing"));
        assert_eq!(nearest_rule("something else entirely"), None);
    }
}
