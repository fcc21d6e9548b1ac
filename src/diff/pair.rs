//! Which of the old things is which of the new.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Of several with the same key, so many are looked at for one that is the same.
const NEAR: usize = 16;

/// A pairing in the making: things that are found to be the same are taken out, surest first.
#[derive(Debug)]
pub(super) struct Pairing {
    /// For each old thing the new one.
    old: Vec<Option<usize>>,
    new: Vec<Option<usize>>,
}

/// The outcome, each in the order of the files.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pairs {
    /// Old and new, in the order of the new.
    pub(super) both: Vec<(usize, usize)>,
    pub(super) gone: Vec<usize>,
    pub(super) added: Vec<usize>,
}

impl Pairing {
    pub(super) fn new(old: usize, new: usize) -> Self {
        Self { old: vec![None; old], new: vec![None; new] }
    }

    /// Pairs those still alone whose keys are equal, in order where several have the same. `None` is
    /// equal to nothing.
    pub(super) fn by<K: Ord>(
        &mut self,
        old_key: impl Fn(usize) -> Option<K>,
        new_key: impl Fn(usize) -> Option<K>,
    ) -> &mut Self {
        self.by_if(old_key, new_key, |_, _| true)
    }

    /// As [`by`](Self::by), where `same` agrees for the two.
    pub(super) fn by_if<K: Ord>(
        &mut self,
        old_key: impl Fn(usize) -> Option<K>,
        new_key: impl Fn(usize) -> Option<K>,
        same: impl Fn(usize, usize) -> bool,
    ) -> &mut Self {
        let mut waiting: BTreeMap<K, VecDeque<usize>> = BTreeMap::new();
        for new in (0..self.new.len()).filter(|new| self.new[*new].is_none()) {
            if let Some(key) = new_key(new) {
                waiting.entry(key).or_default().push_back(new);
            }
        }
        for old in 0..self.old.len() {
            if self.old[old].is_some() {
                continue;
            }
            let Some(queue) = old_key(old).and_then(|key| waiting.get_mut(&key)) else { continue };
            let near = queue.iter().take(NEAR).position(|new| same(old, *new));
            if let Some(new) = near.and_then(|near| queue.remove(near)) {
                self.old[old] = Some(new);
                self.new[new] = Some(old);
            }
        }
        self
    }

    pub(super) fn finish(&self) -> Pairs {
        let alone = |of: &[Option<usize>]| {
            of.iter().enumerate().filter(|(_, other)| other.is_none()).map(|(index, _)| index).collect()
        };
        let both = self.new.iter().enumerate().filter_map(|(new, old)| Some(((*old)?, new))).collect();
        Pairs { both, gone: alone(&self.old), added: alone(&self.new) }
    }
}

impl Pairs {
    /// Of the pairs, those that changed places with others: as few as explain the new order. By their
    /// index in `both`.
    pub(super) fn displaced(&self) -> BTreeSet<usize> {
        let order: Vec<usize> = self.both.iter().map(|(old, _)| *old).collect();
        let stayed = longest_rising(&order);
        (0..order.len()).filter(|index| !stayed.contains(index)).collect()
    }
}

/// Indices of the longest rising selection of some numbers.
fn longest_rising(numbers: &[usize]) -> BTreeSet<usize> {
    // For each length the index of its lowest end, and for each index the one before it.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; numbers.len()];
    for (index, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|end| numbers[*end] < *number);
        before[index] = length.checked_sub(1).map(|shorter| ends[shorter]);
        if length == ends.len() {
            ends.push(index);
        } else {
            ends[length] = index;
        }
    }
    std::iter::successors(ends.last().copied(), |index| before[*index]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surest_key_pairs_first() {
        let (old, new) = ([(1, "a"), (2, "b"), (3, "c")], [(2, "x"), (9, "a"), (3, "c")]);
        let mut pairing = Pairing::new(3, 3);
        pairing.by(|index| Some(old[index]), |index| Some(new[index]));
        pairing.by(|index| Some(old[index].1), |index| Some(new[index].1));
        pairing.by(|index| Some(old[index].0), |index| Some(new[index].0));
        assert_eq!(pairing.finish().both, [(1, 0), (0, 1), (2, 2)]);
        assert_eq!(pairing.finish().displaced().len(), 1);
    }

    #[test]
    fn one_that_jumps_is_the_only_one_displaced() {
        let pairs = |order: &[usize]| Pairs {
            both: order.iter().copied().enumerate().map(|(new, old)| (old, new)).collect(),
            gone: Vec::new(),
            added: Vec::new(),
        };
        assert_eq!(pairs(&[4, 0, 1, 2, 3]).displaced(), BTreeSet::from([0]));
        assert_eq!(pairs(&[0, 1, 2, 3]).displaced(), BTreeSet::new());
        assert_eq!(pairs(&[1, 2, 3, 0]).displaced(), BTreeSet::from([3]));
    }
}
