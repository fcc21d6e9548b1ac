//! What servers say of the addresses that maps refer to, asked over the network.
//!
//! [`Client::ask`] asks one [`Question`] as a browser would that shows the address in WorkAdventure;
//! [`ask_all`] asks many, few at a time per host, and remembers in a [`Cache`] what was served. Nothing here judges: what an
//! [`Answer`] means to a visitor is said by the rules of the family `online`.

mod answer;
mod authorities;
mod cache;
mod client;
mod redirect;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

pub use answer::{Answer, Failure, Framing, Served};
pub use authorities::{AuthoritiesError, authorities};
pub use cache::Cache;
pub use client::{Client, Limits};
pub(crate) use client::{failure, origin};

/// Addresses asked at once.
const AT_ONCE: usize = 8;

/// Addresses of one host asked at once.
const PER_HOST: usize = 2;

/// An address, and on whose behalf it is asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// The address, of http or https, without a fragment.
    pub address: String,
    /// The `Origin` of the page that asks: servers may let some read what they serve, and others not.
    pub origin: String,
}

/// Answers to questions.
pub type Answers = BTreeMap<Question, Answer>;

/// Asks all questions, what the cache knows aside; `said` hears after each how many are answered. After
/// `patience` no other is begun: those that are left have no answer.
pub fn ask_all(
    questions: &BTreeSet<Question>,
    client: &Client,
    cache: &mut Cache,
    patience: Duration,
    said: &(dyn Fn(usize) + Sync),
) -> Answers {
    let (now, begun) = (SystemTime::now(), Instant::now());
    let mut answers = Answers::new();
    let mut hosts: BTreeMap<String, Vec<&Question>> = BTreeMap::new();
    for question in questions {
        match cache.recall(question, now) {
            Some(answer) => drop(answers.insert(question.clone(), answer)),
            None => hosts.entry(origin(&question.address)).or_default().push(question),
        }
    }
    // A lane asks one address after the other.
    let lanes = hosts.into_values().flat_map(|of_host| {
        let length = of_host.len().div_ceil(PER_HOST).max(1);
        of_host.chunks(length).map(<[_]>::to_vec).collect::<Vec<_>>()
    });
    let lanes: Mutex<Vec<Vec<&Question>>> = Mutex::new(lanes.collect());
    let count = AtomicUsize::new(answers.len());
    let fresh: Mutex<Vec<(Question, Answer)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let next = || lanes.lock().unwrap_or_else(PoisonError::into_inner).pop();
                while let Some(lane) = next() {
                    for question in lane.into_iter().take_while(|_| begun.elapsed() < patience) {
                        let answer = client.ask(question);
                        let mut fresh = fresh.lock().unwrap_or_else(PoisonError::into_inner);
                        fresh.push((question.clone(), answer));
                        drop(fresh);
                        said(count.fetch_add(1, Ordering::Relaxed) + 1);
                    }
                }
            });
        }
    });
    for (question, answer) in fresh.into_inner().unwrap_or_else(PoisonError::into_inner) {
        cache.remember(&question, &answer, now);
        answers.insert(question, answer);
    }
    answers
}
