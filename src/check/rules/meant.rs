//! What names that lead nowhere may have meant.

use std::collections::BTreeMap;

/// What was meant by a name that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Guess {
    /// Probably this.
    Name(String),
    /// Nothing that is there.
    Nothing,
    /// It was not looked for.
    Unknown,
}

impl Guess {
    pub(super) fn name(self) -> Option<String> {
        match self {
            Self::Name(name) => Some(name),
            Self::Nothing | Self::Unknown => None,
        }
    }
}

/// What was meant by names that lead nowhere. Each is looked for once among all that there are; where thousands
/// are among thousands, a part of them has to do.
pub(super) struct Meant<Name> {
    known: BTreeMap<Name, Guess>,
    /// How many names may still be compared.
    left: usize,
}

impl<Name: Ord> Meant<Name> {
    pub(super) fn new() -> Self {
        Self { known: BTreeMap::new(), left: 1 << 20 }
    }

    /// What `look` finds for this name among so many.
    pub(super) fn by(
        &mut self,
        name: Name,
        among: usize,
        look: impl FnOnce(&Name) -> Option<String>,
    ) -> Guess {
        if let Some(known) = self.known.get(&name) {
            return known.clone();
        }
        let Some(left) = self.left.checked_sub(among) else { return Guess::Unknown };
        self.left = left;
        let guess = look(&name).map_or(Guess::Nothing, Guess::Name);
        self.known.insert(name, guess.clone());
        guess
    }
}

#[cfg(test)]
mod tests {
    use super::{Guess, Meant};

    #[test]
    fn names_are_looked_for_once_and_while_it_takes_no_ages() {
        let mut meant = Meant::new();
        let mut looked = Vec::new();
        for number in (0..100).chain(0..100) {
            let found = meant.by(number, 1 << 15, |number| {
                looked.push(*number);
                (number % 2 == 0).then(|| format!("{number}!"))
            });
            let expected = match number {
                32.. => Guess::Unknown,
                _ if number % 2 == 0 => Guess::Name(format!("{number}!")),
                _ => Guess::Nothing,
            };
            assert_eq!(found, expected);
        }
        assert_eq!(looked, (0..32).collect::<Vec<_>>());
    }
}
