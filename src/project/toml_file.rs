//! Files that people write in TOML: mistakes name line, column and the nearest known key.

use std::{fmt, ops::Range};

use serde::de::DeserializeOwned;
use toml::de::DeTable;

use crate::source::{Position, SourceFile};

/// What is wrong with a TOML file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TomlError {
    /// File, relative to the project's root.
    pub file: String,
    /// Where it is wrong, if that can be told.
    pub position: Option<Position>,
    /// What is wrong, on one line.
    pub message: String,
    /// The nearest known key, for an unknown one.
    pub nearest: Option<String>,
}

impl std::error::Error for TomlError {}

impl fmt::Display for TomlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(Position { line, column }) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(nearest) = &self.nearest {
            write!(f, "; did you mean \"{nearest}\"?")?;
        }
        Ok(())
    }
}

/// Reads a TOML file into its typed form.
///
/// # Errors
/// Where it is no UTF-8, no TOML, or does not fit the type.
pub fn read_toml<T: DeserializeOwned>(file: &SourceFile) -> Result<T, TomlError> {
    let wrong = |span: Option<Range<usize>>, message: String, nearest| TomlError {
        file: file.name().to_owned(),
        position: span.map(|span| file.position(u32::try_from(span.start).unwrap_or(u32::MAX))),
        message,
        nearest,
    };
    let text = file.text().map_err(|error| {
        let at = error.valid_up_to();
        wrong(Some(at..at), "not UTF-8".to_owned(), None)
    })?;
    toml::from_str(text).map_err(|error| {
        let (message, nearest) = in_words(&error.message().trim().replace('\n', ", "));
        wrong(error.span(), message, nearest)
    })
}

/// Where in a TOML file something stands that `find` finds in its tables; `None` where it is not there.
pub(crate) fn range_in_toml(
    file: &SourceFile,
    find: impl FnOnce(&DeTable<'_>) -> Option<Range<usize>>,
) -> Option<Range<usize>> {
    find(DeTable::parse(file.text().ok()?).ok()?.get_ref())
}

/// As [`range_in_toml`], in lines and columns.
pub(crate) fn position_in_toml(
    file: &SourceFile,
    find: impl FnOnce(&DeTable<'_>) -> Option<Range<usize>>,
) -> Option<Position> {
    Some(file.position(u32::try_from(range_in_toml(file, find)?.start).ok()?))
}

/// What serde says of a file, in the words of those who wrote it, with the name that was probably meant.
pub(crate) fn in_words(message: &str) -> (String, Option<String>) {
    if let Some((key, known)) = unknown("unknown field `", message) {
        return (format!("unknown key \"{key}\""), nearest(key, &known));
    }
    if let Some((word, known)) = unknown("unknown variant `", message) {
        let quoted: Vec<String> = known.iter().map(|word| format!("\"{word}\"")).collect();
        let known_words = quoted.join(", ");
        let none = if quoted.len() == 1 { "is not" } else { "is none of" };
        return (format!("\"{word}\" {none} {known_words}"), nearest(word, &known));
    }
    if let Some(key) = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        return (format!("\"{key}\" is missing here"), None);
    }
    let misfits =
        ["invalid type: ", "invalid value: "].into_iter().find_map(|start| message.strip_prefix(start));
    match misfits.and_then(|rest| rest.rsplit_once(", expected ")) {
        Some((found, expected)) => (misfit(found, expected), None),
        None => (message.to_owned(), None),
    }
}

/// Takes serde's "unknown field `x`, expected one of `a`, `b`" apart.
fn unknown<'m>(start: &str, message: &'m str) -> Option<(&'m str, Vec<&'m str>)> {
    let (word, rest) = message.strip_prefix(start)?.split_once('`')?;
    Some((word, rest.split('`').skip(1).step_by(2).collect()))
}

/// That one value is there and another is needed, both as serde names them.
pub(crate) fn misfit(found: &str, expected: &str) -> String {
    let in_marks = found.split_once('`').and_then(|(_, rest)| rest.strip_suffix('`'));
    let found = match found {
        "sequence" => "a list",
        "map" => "a table",
        text => in_marks.or_else(|| text.strip_prefix("string ")).unwrap_or(text),
    };
    let number: Option<i128> = found.parse().ok();
    let needed = match (expected, number) {
        ("u8" | "u16" | "u32" | "u64" | "usize", Some(..0)) => "a whole number from 0",
        ("i8" | "i16" | "i32" | "i64" | "isize", Some(..0)) => "a larger whole number",
        ("u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize", Some(_)) => {
            "a smaller whole number"
        }
        ("u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize", None) => {
            "a whole number"
        }
        ("a nonzero u32", _) => "a whole number from 1",
        ("f32" | "f64", _) => "a number",
        ("a boolean" | "bool", _) => "true or false",
        ("a sequence" | "sequence", _) => "a list",
        ("a map" | "map", _) => "a table",
        ("a string" | "string" | "string or table", _) => "a text in quotes",
        (kind, _) if kind.starts_with("struct ") => "a table",
        (kind, _) if kind.starts_with("enum ") => "a text in quotes",
        (other, _) => other,
    };
    format!("this is {found}, and {needed} is needed")
}

/// Most words of like length that one is compared with letter by letter: thousands of mistakes and of names
/// would take for ever.
const MOST_COMPARED: usize = 1000;

/// The candidate that `word` was probably meant to be: it differs in letter case, or by few letters; of very
/// many candidates by one.
pub fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a (impl AsRef<str> + 'a + ?Sized)>,
) -> Option<String> {
    let lower = word.to_lowercase();
    let letters = word.chars().count();
    let allowed = (letters / 3).clamp(1, 3);
    let mut candidates: Vec<&str> = candidates
        .into_iter()
        .map(AsRef::as_ref)
        .filter(|candidate| candidate.chars().count().abs_diff(letters) <= allowed)
        .collect();
    if candidates.len() > MOST_COMPARED {
        candidates.retain(|candidate| is_one_letter_off(word, candidate));
    }
    candidates
        .into_iter()
        .map(|candidate| {
            // Letter case decides only between those that are equally near without it.
            let (near, exact) = (candidate.to_lowercase(), strsim::osa_distance(word, candidate));
            (strsim::osa_distance(&lower, &near), exact, candidate)
        })
        .filter(|(distance, _, candidate)| *distance <= allowed && *candidate != word)
        .min()
        .map(|(_, _, candidate)| candidate.to_owned())
}

/// Whether two words differ in one place, by at most one letter.
fn is_one_letter_off(one: &str, two: &str) -> bool {
    let same = |pair: &(char, char)| pair.0.eq_ignore_ascii_case(&pair.1);
    let (first, second) = (one.chars().count(), two.chars().count());
    let before = one.chars().zip(two.chars()).take_while(same).count();
    let behind = one.chars().rev().zip(two.chars().rev()).take_while(same).count();
    before + behind + 1 >= first.max(second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{project::Config, source::Sources};

    fn read(text: &str) -> Result<Config, TomlError> {
        let mut sources = Sources::new("/nowhere");
        sources.insert("venue.toml", text.to_owned());
        read_toml(&sources.load("venue.toml").unwrap())
    }

    #[test]
    fn one_of_thousands_is_found() {
        let many: Vec<String> = (0..2000).map(|number| format!("room-{number:04}.tmj")).collect();
        assert_eq!(nearest("room_1500.tmj", &many).as_deref(), Some("room-1500.tmj"));
        assert_eq!(nearest("ROOM-1500.tmj", &many).as_deref(), Some("room-1500.tmj"));
        assert_eq!(nearest("rom-1500.tmj", &many).as_deref(), Some("room-1500.tmj"));
        assert_eq!(nearest("zimmer-99.tmj", &many), None);
    }

    #[test]
    fn an_unknown_key_names_its_line_and_the_nearest() {
        let error = read("[project]\nname = \"x\"\n\n[bundel]\noptimize = true\n").unwrap_err();
        assert_eq!(error.to_string(), "venue.toml:4:2: unknown key \"bundel\"; did you mean \"bundle\"?");
        let error = read("[bundle]\ntexturesize = 1\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "venue.toml:2:1: unknown key \"texturesize\"; did you mean \"texture-size\"?"
        );
        let error = read("[check]\nwhatever = 1\n").unwrap_err();
        assert_eq!(error.to_string(), "venue.toml:2:1: unknown key \"whatever\"");
    }

    #[test]
    fn a_wrong_value_names_its_place() {
        let error = read("[check.rules]\nhttp-url = \"of\"\n").unwrap_err();
        assert_eq!(error.position, Some(Position { line: 2, column: 12 }));
        assert_eq!(
            error.to_string(),
            "venue.toml:2:12: \"of\" is none of \"error\", \"warning\", \"info\", \"off\"; did you mean \"off\"?"
        );
        assert!(read("[project\n").unwrap_err().position.is_some());
    }

    #[test]
    fn the_contract_s_example_is_read() {
        let config = read(
            "[project]\nname = \"MiXiT 2021\"\nmaps = [\"maps/**/*.tmj\"]\nentry = \"maps/lobby.tmj\"\n\
             play-url = \"https://play.example.org/_/global/maps.example.org\"\nhost = \"map-storage\"\n\
             [links]\nstage = \"https://a.example\"\n[check]\nfail-on = \"error\"\nallowed-hosts = [\"*.example.org\"]\n\
             [check.rules]\nunreachable-zone = \"error\"\n[[check.per-path]]\npaths = [\"maps/archive/**\"]\n\
             rules = { http-url = \"off\" }\n[[check.custom]]\nname = \"room-prefix\"\non = \"zone\"\n\
             property = \"jitsiRoom\"\nmatches = \"^mixit-\"\nmessage = \"m\"\nseverity = \"warning\"\n\
             [stands]\nspecs = [\"sponsors.toml\"]\n[bundle]\noptimize = true\ntexture-size = 4096\n\
             include = [\"public/**\"]\n[publish]\nurl = \"https://example.org/map-storage\"\ndirectory = \"mixit\"\n",
        )
        .unwrap();
        assert_eq!(config.project.host, crate::project::Host::MapStorage);
        assert_eq!(config.check.custom.len(), 1);
    }
}
