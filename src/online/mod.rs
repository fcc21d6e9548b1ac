//! What servers say of the addresses that maps refer to, asked over the network.
//!
//! [`Client::ask`] asks one address as a browser would that shows it in WorkAdventure; [`ask_all`] asks
//! many, few at a time per host, and remembers in a [`Cache`] what was served. Nothing here judges: what an
//! [`Answer`] means to a visitor is said by the rules of the family `online`.

mod answer;
mod cache;
mod client;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::SystemTime,
};

pub use answer::{Answer, Failure, Framing, Served};
pub use cache::Cache;
pub(crate) use client::origin;
pub use client::{Client, Limits};

/// Hosts asked at once.
const HOSTS: usize = 8;

/// Addresses of one host asked at once.
const PER_HOST: usize = 2;

/// Answers by address.
pub type Answers = BTreeMap<String, Answer>;

/// Asks all addresses, what the cache knows aside. `said` hears after each how many are answered.
pub fn ask_all(
    addresses: &BTreeSet<String>,
    client: &Client,
    cache: &mut Cache,
    said: &(dyn Fn(usize) + Sync),
) -> Answers {
    let now = SystemTime::now();
    let mut answers = Answers::new();
    let mut hosts: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for address in addresses {
        match cache.recall(address, now) {
            Some(answer) => drop(answers.insert(address.clone(), answer)),
            None => hosts.entry(origin(address)).or_default().push(address),
        }
    }
    // A lane asks one address after the other.
    let lanes = hosts.into_values().flat_map(|of_host| {
        let length = of_host.len().div_ceil(PER_HOST).max(1);
        of_host.chunks(length).map(<[_]>::to_vec).collect::<Vec<_>>()
    });
    let lanes: Mutex<Vec<Vec<&String>>> = Mutex::new(lanes.collect());
    let count = AtomicUsize::new(answers.len());
    let fresh: Mutex<Vec<(String, Answer)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..HOSTS {
            scope.spawn(|| {
                let next = || lanes.lock().unwrap_or_else(PoisonError::into_inner).pop();
                while let Some(lane) = next() {
                    for address in lane {
                        let answer = client.ask(address);
                        let mut fresh = fresh.lock().unwrap_or_else(PoisonError::into_inner);
                        fresh.push((address.clone(), answer));
                        drop(fresh);
                        said(count.fetch_add(1, Ordering::Relaxed) + 1);
                    }
                }
            });
        }
    });
    for (address, answer) in fresh.into_inner().unwrap_or_else(PoisonError::into_inner) {
        cache.remember(&address, &answer, now);
        answers.insert(address, answer);
    }
    answers
}
