//! What the parts of a map mean to visitors.

use std::collections::HashMap;

use super::Subject;
use crate::{
    source::Span,
    workadventure::{Meaning, ZoneKind},
};

/// What layers, objects and tiles are, by their place in the file.
#[derive(Debug, Default)]
pub(super) struct Roles(HashMap<Span, Subject>);

impl Roles {
    /// Of what is several things at once, the exit counts most, then the zone.
    pub(super) fn of(meaning: &Meaning) -> Self {
        let entries = meaning.entries.iter().filter(|entry| entry.declared);
        let entries = entries.map(|entry| (entry.spot.span, Subject::Entry));
        let zones = meaning.zones.iter().map(|zone| (zone.spot.span, subject(zone.kind())));
        let mut roles: HashMap<Span, Subject> = HashMap::new();
        for (span, subject) in entries.chain(zones) {
            let Some(span) = span else { continue };
            // A switch beside a start is no more than a companion.
            if subject != Subject::Zone || !roles.contains_key(&span) {
                roles.insert(span, subject);
            }
        }
        Self(roles)
    }

    /// What stands at this place of the file, if it means anything.
    pub(super) fn at(&self, span: Option<Span>) -> Option<Subject> {
        self.0.get(&span?).copied()
    }
}

fn subject(kind: ZoneKind) -> Subject {
    match kind {
        ZoneKind::Meeting => Subject::Meeting,
        ZoneKind::Website => Subject::Website,
        ZoneKind::Sound => Subject::Sound,
        ZoneKind::Silent => Subject::SilentZone,
        ZoneKind::Exit => Subject::Exit,
        ZoneKind::Other => Subject::Zone,
    }
}
