//! What came of many comparisons: how many were equal, what was excused and why, and what was not.

use std::collections::BTreeMap;

use venue::{model::Map, source::Sources};

use super::facts::Difference;

/// What a difference is judged by: our reading, and the files around it.
pub(crate) struct Reading<'a> {
    pub(crate) map: &'a Map,
    pub(crate) sources: &'a Sources,
}

/// A difference that a judge, not our reading, is the reason of.
pub(crate) struct Excuse {
    pub(crate) reason: &'static str,
    /// Whether it is this one, given what is known of the map.
    pub(crate) fits: fn(&Difference, &Reading) -> bool,
}

/// The sum of many comparisons.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    equal: usize,
    excused: usize,
    refused: Vec<String>,
    /// How many differences, in how many files, by reason.
    reasons: BTreeMap<&'static str, (usize, usize)>,
    wrong: Vec<String>,
}

impl Verdict {
    /// Adds what one file came to: differences, or why the judge refuses it.
    pub(crate) fn add(
        &mut self,
        name: &str,
        result: Result<Vec<Difference>, String>,
        excuses: &[Excuse],
        exceptions: &[(&str, &str, &'static str)],
        about: &Reading,
    ) {
        let differences = match result {
            Ok(differences) => differences,
            Err(reason) => return self.refuse(name, &reason),
        };
        let mut here: BTreeMap<&'static str, usize> = BTreeMap::new();
        let mut wrong = 0;
        for difference in &differences {
            let own = exceptions
                .iter()
                .find(|(file, place, _)| *file == name && difference.place.starts_with(place));
            let common = || excuses.iter().find(|excuse| (excuse.fits)(difference, about));
            if let Some(reason) = own.map(|(_, _, reason)| *reason).or_else(|| Some(common()?.reason)) {
                *here.entry(reason).or_default() += 1;
                continue;
            }
            wrong += 1;
            // One layer may differ in ten thousand cells.
            if wrong <= 40 {
                self.wrong.push(format!("{name}: {difference}"));
            }
        }
        if differences.is_empty() {
            self.equal += 1;
        } else if wrong == 0 {
            self.excused += 1;
        }
        for (reason, count) in here {
            let sum = self.reasons.entry(reason).or_default();
            *sum = (sum.0 + count, sum.1 + 1);
        }
    }

    /// Adds a file that the judge refuses.
    pub(crate) fn refuse(&mut self, name: &str, reason: &str) {
        self.refused.push(format!("{name}: {reason}"));
    }

    /// Fails over excuses that nothing needs: they would hide the next mistake.
    pub(crate) fn needs(&self, excuses: &[Excuse], exceptions: &[(&str, &str, &'static str)]) {
        let given = excuses.iter().map(|excuse| excuse.reason).chain(exceptions.iter().map(|it| it.2));
        let idle: Vec<&str> = given.filter(|reason| !self.reasons.contains_key(reason)).collect();
        assert!(idle.is_empty(), "excuses without use: {idle:#?}");
    }

    /// Prints the sum, and fails over what nothing excuses, or when fewer than `least` files were judged.
    pub(crate) fn pronounce(&self, judge: &str, least: usize) {
        eprintln!("{judge}: {} equal, {} but for what is excused:", self.equal, self.excused);
        for (reason, (count, files)) in &self.reasons {
            eprintln!("  {count} in {files} files: {reason}");
        }
        eprintln!("{} refused", self.refused.len());
        for refusal in &self.refused {
            eprintln!("  {refusal}");
        }
        assert!(self.wrong.is_empty(), "{} differences:\n{}", self.wrong.len(), self.wrong.join("\n"));
        let judged = self.equal + self.excused;
        assert!(judged >= least, "only {judged} files were judged");
    }
}
