//! Which layers share a tileset.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::{atlas::Sheet, stock::Stock};

/// Entries that go into one tileset.
#[derive(Debug)]
pub(super) struct Cluster {
    pub(super) kind: usize,
    /// In the order of their ids.
    pub(super) entries: Vec<usize>,
    /// Id of each entry.
    pub(super) index: BTreeMap<usize, u32>,
}

/// All tilesets of a map, and which of them each layer is drawn from.
#[derive(Debug)]
pub(super) struct Clusters {
    pub(super) list: Vec<Cluster>,
    /// For each tile layer the clusters that hold its entries.
    of_layer: Vec<Vec<usize>>,
}

impl Clusters {
    /// Gathers the layers' entries into as few pictures as a greedy choice finds: the largest layer
    /// first, each to the picture that it has most in common with. Returns with it the layers that
    /// alone are too much for one picture.
    pub(super) fn of(
        layers: &[BTreeSet<usize>],
        loose: &BTreeSet<usize>,
        stock: &Stock<'_>,
        sheet: &dyn Fn(usize) -> Sheet,
    ) -> (Self, Vec<usize>) {
        let mut sets: Vec<(usize, BTreeSet<usize>)> = Vec::new();
        let mut of_layer = vec![Vec::new(); layers.len()];
        let mut too_large = BTreeSet::new();
        for kind in 0..stock.kinds.len() {
            let capacity = sheet(kind).capacity().max(1);
            let mut wanted: Vec<(usize, BTreeSet<usize>)> = layers
                .iter()
                .map(|entries| with_frames(entries, kind, stock))
                .enumerate()
                .filter(|(_, entries)| !entries.is_empty())
                .collect();
            wanted.sort_by_key(|(layer, entries)| (Reverse(entries.len()), *layer));
            for (layer, entries) in wanted {
                if entries.len() > capacity {
                    too_large.insert(layer);
                }
                for part in parts(entries, capacity, stock) {
                    let number = join(&mut sets, kind, &part, capacity);
                    if !of_layer[layer].contains(&number) {
                        of_layer[layer].push(number);
                    }
                }
            }
            for entry in loose {
                let part = with_frames(&BTreeSet::from([*entry]), kind, stock);
                let settled = part.is_empty()
                    || sets.iter().any(|(other, entries)| *other == kind && part.is_subset(entries));
                if !settled {
                    join(&mut sets, kind, &part, capacity);
                }
            }
        }
        let list = sets
            .into_iter()
            .map(|(kind, entries)| {
                let mut entries: Vec<usize> = entries.into_iter().collect();
                entries.sort_by_key(|entry| stock.order(*entry));
                let index = (0..).zip(&entries).map(|(index, entry)| (*entry, index)).collect();
                Cluster { kind, entries, index }
            })
            .collect();
        (Self { list, of_layer }, too_large.into_iter().collect())
    }

    /// Tileset and id of an entry as a layer shows it, or anything else where `layer` is `None`.
    pub(super) fn place(&self, layer: Option<usize>, entry: usize) -> Option<(usize, u32)> {
        let in_cluster = |cluster: usize| self.list[cluster].index.get(&entry).map(|index| (cluster, *index));
        match layer {
            Some(layer) => self.of_layer[layer].iter().find_map(|cluster| in_cluster(*cluster)),
            None => (0..self.list.len()).find_map(in_cluster),
        }
    }
}

/// The entries of one kind, with the frames that they show.
fn with_frames(entries: &BTreeSet<usize>, kind: usize, stock: &Stock<'_>) -> BTreeSet<usize> {
    let own = entries.iter().copied().filter(|entry| stock.entries[*entry].kind == kind);
    own.flat_map(|entry| {
        let frames = stock.entries[entry].frames.iter().map(|(frame, _)| *frame);
        std::iter::once(entry).chain(frames)
    })
    .collect()
}

/// The entries in pieces that each fit one picture; a tile stays with its frames.
fn parts(entries: BTreeSet<usize>, capacity: usize, stock: &Stock<'_>) -> Vec<BTreeSet<usize>> {
    if entries.len() <= capacity {
        return vec![entries];
    }
    let mut sorted: Vec<usize> = entries.into_iter().collect();
    sorted.sort_by_key(|entry| stock.order(*entry));
    let mut parts = vec![BTreeSet::new()];
    for entry in sorted {
        let frames = stock.entries[entry].frames.iter().map(|(frame, _)| *frame);
        let together: BTreeSet<usize> = std::iter::once(entry).chain(frames).collect();
        let full = parts.last().is_some_and(|part: &BTreeSet<usize>| {
            !part.is_empty() && part.union(&together).count() > capacity
        });
        if full {
            parts.push(BTreeSet::new());
        }
        if let Some(part) = parts.last_mut() {
            part.extend(together);
        }
    }
    parts
}

/// Puts entries where they add least, or into a picture of their own.
fn join(
    sets: &mut Vec<(usize, BTreeSet<usize>)>,
    kind: usize,
    entries: &BTreeSet<usize>,
    capacity: usize,
) -> usize {
    let best = sets
        .iter()
        .enumerate()
        .filter(|(_, (other, _))| *other == kind)
        .map(|(number, (_, known))| (entries.difference(known).count(), known.len(), number))
        .filter(|(added, known, _)| added + known <= capacity)
        .min_by_key(|(added, _, number)| (*added, *number));
    if let Some((_, _, number)) = best {
        sets[number].1.extend(entries);
        number
    } else {
        sets.push((kind, entries.clone()));
        sets.len() - 1
    }
}
