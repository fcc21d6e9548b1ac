//! Answers kept between runs, so that a check at every save asks nobody twice.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use super::{Answer, Question};

/// How long what was served counts. Failures are asked again each time: they are what people mend.
const LASTS: Duration = Duration::from_secs(60 * 60);

/// Answers with the time of each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cache {
    version: u32,
    /// By origin and address, with a blank between them, which neither has.
    answers: BTreeMap<String, Kept>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    /// Seconds since 1970.
    at: u64,
    answer: Answer,
}

const VERSION: u32 = 2;

impl Cache {
    /// What a file holds; nothing where there is none, or none of ours: a cache is no one's work.
    pub fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap_or_default();
        let kept: Option<Self> = serde_json::from_slice(&bytes).ok();
        kept.filter(|kept| kept.version == VERSION).unwrap_or_default()
    }

    /// The text of its file.
    pub fn text(&self) -> String {
        let kept = Self { version: VERSION, ..self.clone() };
        serde_json::to_string_pretty(&kept).unwrap_or_default() + "\n"
    }

    /// Drops what is known of these, so that they are asked again.
    pub fn forget<'q>(&mut self, questions: impl IntoIterator<Item = &'q Question>) {
        for question in questions {
            self.answers.remove(&key(question));
        }
    }

    /// What is known of an address at this time.
    pub(super) fn recall(&self, question: &Question, now: SystemTime) -> Option<Answer> {
        let kept = self.answers.get(&key(question))?;
        let age = seconds(now).checked_sub(kept.at)?;
        (age <= LASTS.as_secs()).then(|| kept.answer.clone())
    }

    /// Keeps an answer that is worth it, and drops what is too old.
    pub(super) fn remember(&mut self, question: &Question, answer: &Answer, now: SystemTime) {
        let now = seconds(now);
        self.answers.retain(|_, kept| now.saturating_sub(kept.at) <= LASTS.as_secs());
        match answer {
            Answer::Served(served) if served.status < 400 => {
                self.answers.insert(key(question), Kept { at: now, answer: answer.clone() });
            }
            _ => drop(self.answers.remove(&key(question))),
        }
    }
}

fn key(question: &Question) -> String {
    format!("{} {}", question.origin, question.address)
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::online::{Failure, Served};

    #[test]
    fn what_was_served_counts_for_an_hour() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000_000);
        let fine = Answer::Served(Served { status: 200, ..Served::default() });
        let mut cache = Cache::default();
        let of = |address: &str| Question { address: address.to_owned(), origin: "https://o".to_owned() };
        cache.remember(&of("a"), &fine, now);
        cache.remember(&of("b"), &Answer::Failed(Failure::Late), now);
        cache.remember(&of("c"), &Answer::Served(Served { status: 404, ..Served::default() }), now);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("online.json");
        std::fs::write(&path, cache.text()).unwrap();
        let cache = Cache::read(&path);
        assert_eq!(cache.recall(&of("a"), now + LASTS), Some(fine));
        let other = Question { origin: "null".to_owned(), ..of("a") };
        assert_eq!(cache.recall(&other, now), None, "on whose behalf matters");
        assert_eq!(cache.recall(&of("a"), now + LASTS + Duration::from_secs(1)), None);
        assert_eq!(cache.recall(&of("a"), now - Duration::from_secs(1)), None, "a clock that was set back");
        assert_eq!((cache.recall(&of("b"), now), cache.recall(&of("c"), now)), (None, None));
        std::fs::write(&path, "{").unwrap();
        assert_eq!(Cache::read(&path), Cache::default());
    }
}
