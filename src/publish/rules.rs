//! What publishing finds, beside what `check` has rules for.

use crate::{
    check,
    finding::{Family, Rule, Severity},
};

pub(super) static UPLOAD_REFUSED: Rule = Rule {
    name: "upload-refused",
    summary: "the server refuses a file of the upload",
    severity: Severity::Error,
    family: Family::Publishing,
    since: "0.1.0",
    why: "map-storage looks at every map of an upload before it stores any. Where it refuses one, nothing is stored, \
          and visitors get what was online before.",
    example: "upload: a map whose tileset's picture is not in the archive",
    mend: "Mend what the server says; `venue check` tells the same with the line in the file.",
};

pub(super) static MAP_AS_JSON: Rule = Rule {
    name: "map-as-json",
    summary: "a map of the upload is called .json",
    severity: Severity::Error,
    family: Family::Publishing,
    since: "0.1.0",
    why: "map-storage wants maps to be called .tmj, and refuses the whole upload for one that is called .json.",
    example: "upload: maps/hall.json",
    mend: "Rename it, and the exits that lead to it; `venue bundle` does both.",
};

pub(super) static TOKEN_IN_BUNDLE: Rule = Rule {
    name: "token-in-bundle",
    summary: "a file of the upload holds the token of the server",
    severity: Severity::Error,
    family: Family::Publishing,
    since: "0.1.0",
    why: "Everybody can read what is published. With the token everybody can replace it, too.",
    example: "upload: a page or script that holds the value of VENUE_PUBLISH_TOKEN",
    mend: "Take the token out of the file, and ask for a new one if the file was published before.",
};

pub(super) static UPLOAD_TOO_LARGE: Rule = Rule {
    name: "upload-too-large",
    summary: "the upload is larger than map-storage takes by default",
    severity: Severity::Warning,
    family: Family::Publishing,
    since: "0.1.0",
    why: "map-storage refuses what unpacked has more bytes than MAX_UNCOMPRESSED_SIZE allows, 1 GiB unless the server \
          says otherwise.",
    example: "upload: files of 1.2 GB together",
    mend: "Leave out what visitors do not need, or ask whoever runs the server for more.",
};

pub(super) static ENTRY_OUTSIDE: Rule = Rule {
    name: "entry-outside",
    summary: "the path of a file in the archive leads out of it",
    severity: Severity::Error,
    family: Family::Publishing,
    since: "0.1.0",
    why: "Paths that begin at the root, or go up with .., belong to no upload: the server refuses them or stores the \
          file elsewhere.",
    example: "upload: ../hall.tmj",
    mend: "Pack the archive anew; `venue bundle --zip` does.",
};

pub(super) static NOTHING_STORED: Rule = Rule {
    name: "nothing-stored",
    summary: "the server would store nothing of the upload",
    severity: Severity::Error,
    family: Family::Publishing,
    since: "0.1.0",
    why: "map-storage deletes what is in the directory before it stores an upload. It drops files whose path has a \
          part that begins with a dot, be it the one of ./ before it: nothing is left online then.",
    example: "upload: an archive in which every path begins with ./",
    mend: "Pack the archive anew; `venue bundle --zip` does.",
};

pub(super) static BUNDLE_INCOMPLETE: Rule = Rule {
    name: "bundle-incomplete",
    summary: "the upload lacks a file of its bundle",
    severity: Severity::Error,
    family: Family::Publishing,
    since: "0.1.0",
    why: "The bundle's manifest.json lists every file that its maps need. One that is not there is not online after \
          the upload.",
    example: "upload: a bundle from which maps/hall.tmj was deleted",
    mend: "Make the bundle anew with `venue bundle`.",
};

pub(super) static BUNDLE_EDITED: Rule = Rule {
    name: "bundle-edited",
    summary: "a file of the bundle is not as `venue bundle` wrote it",
    severity: Severity::Warning,
    family: Family::Publishing,
    since: "0.1.0",
    why: "What was edited by hand is gone with the next bundle, and what an interrupted copy left is not what was \
          checked.",
    example: "upload: a bundle whose maps/hall.tmj was edited",
    mend: "Edit the project, and make the bundle anew.",
};

static RULES: [&Rule; 8] = [
    &UPLOAD_REFUSED,
    &MAP_AS_JSON,
    &TOKEN_IN_BUNDLE,
    &UPLOAD_TOO_LARGE,
    &ENTRY_OUTSIDE,
    &NOTHING_STORED,
    &BUNDLE_INCOMPLETE,
    &BUNDLE_EDITED,
];

/// Rules of `check` whose findings make map-storage refuse the upload (workadventure-maps, sections 2.1
/// and 8).
pub(super) const REFUSING: [&str; 21] = [
    "broken-json",
    "chunks-in-finite-map",
    "external-tileset",
    "field-unreadable",
    "floor-layer-missing",
    "image-collection",
    "infinite-map",
    "layer-type-unknown",
    "legacy-form",
    "list-property",
    "not-a-map",
    "not-orthogonal",
    "orientation-unknown",
    "picture-letter-case",
    "picture-outside-project",
    "picture-path",
    "property-type-unknown",
    "structure-refused",
    "template-instance",
    "tileset-picture-missing",
    "wam-refused",
];

/// The rules that only publishing knows.
pub fn rules() -> Vec<&'static Rule> {
    RULES.to_vec()
}

/// The rule of this name among those that only publishing knows.
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.into_iter().find(|rule| rule.name == name)
}

/// How bad a finding of a rule is for an upload: what the server refuses is an error.
pub fn severity(rule: &Rule) -> Severity {
    // A file that is dropped is one that visitors miss.
    let misses = REFUSING.contains(&rule.name) || rule.name == "hidden-file";
    if misses { Severity::Error } else { rule.severity }
}

/// A rule of `check` that upload breaks as well.
pub(super) fn known(name: &'static str) -> &'static Rule {
    check::rule(name).unwrap_or(&UPLOAD_REFUSED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_of_check_are_there_and_names_are_given_once() {
        let borrowed = ["hidden-file", "dated-file-name", "map-extension-case", "wam-elsewhere"];
        for name in REFUSING.into_iter().chain(borrowed) {
            assert!(check::rule(name).is_some(), "{name}");
        }
        for rule in RULES {
            assert!(check::rule(rule.name).is_none(), "{}", rule.name);
            assert!(rule.why.ends_with('.') && rule.mend.ends_with('.'), "{}", rule.name);
        }
    }
}
