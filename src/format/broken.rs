//! What became of a file that is neither JSON nor XML any more. Where it can be told, it says more than what a
//! parser stumbles over.

use std::ops::Range;

use crate::{
    finding::{Finding, Rule, Spot},
    source::{SourceFile, is_lfs_pointer},
};

/// What to do about a page that was saved in the place of a file.
pub(super) const PAGE: &str =
    "download the file itself; GitHub shows it as a page, and has a button for its raw form";

const CUT_OFF: &str = "the file may be cut off: take its last whole version, or save it again";

/// A file's text and what is wrong with it.
pub(super) struct Broken<'a> {
    pub(super) file: &'a SourceFile,
    pub(super) text: &'a str,
    /// Where a parser stopped, in bytes.
    pub(super) at: usize,
    /// What it says.
    pub(super) message: String,
    /// Whether the text ended too early for it.
    pub(super) ends_early: bool,
}

impl Broken<'_> {
    pub(super) fn finding(self, rule: &'static Rule) -> Finding {
        let (range, message, help) = recognised(self.text).unwrap_or_else(|| {
            let help =
                if self.ends_early { CUT_OFF } else { "mend it there, or take its last whole version" };
            (self.at..self.at + 1, self.message, help)
        });
        Finding::new(rule, Spot::bytes(self.file, range), message).help(help)
    }
}

fn recognised(text: &str) -> Option<(Range<usize>, String, &'static str)> {
    let whole = text.trim_start();
    let begins = |page: &str| whole.get(..page.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(page));
    if whole.is_empty() {
        return Some((0..0, "the file is empty".to_owned(), "take its last version, or save it again"));
    }
    if is_lfs_pointer(text.as_bytes()) {
        let message = "this is a pointer of Git LFS; the file itself was never fetched".to_owned();
        return Some((0..1, message, "run `git lfs pull`"));
    }
    if begins("<!doctype html") || begins("<html") {
        return Some((0..1, "this is a web page".to_owned(), PAGE));
    }
    let conflict = conflict(text)?;
    let message = "Git left a conflict here: two versions of these lines, one below the other".to_owned();
    let help = "take one of the two files whole, `git checkout --ours` or `--theirs` with its name, and make the \
                other's changes again";
    Some((conflict, message, help))
}

/// The line that begins the first conflict.
fn conflict(text: &str) -> Option<Range<usize>> {
    let mut begun = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let range = at..at + line.trim_end().len();
        at += line.len();
        if line.starts_with("<<<<<<< ") {
            begun.get_or_insert(range);
        } else if line.starts_with(">>>>>>> ") && begun.is_some() {
            return begun;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{format::load_map, source::Sources};

    fn found(name: &str, text: &str) -> (&'static str, String, String) {
        let mut sources = Sources::detached();
        sources.insert(name, text.as_bytes().to_vec());
        let mut found = load_map(&sources, name).findings;
        assert_eq!(found.len(), 1, "{text}");
        let Finding { rule, message, help, .. } = found.remove(0);
        (rule.name, message, help.unwrap_or_default())
    }

    #[test]
    fn what_helps_is_told() {
        let help = |name: &str, text: &str, rule: &str, message: &str, help: &str| {
            let told = found(name, text);
            assert_eq!(told.0, rule, "{text}");
            assert!(told.1.contains(message) && told.2.contains(help), "{told:?}");
        };
        help("a.tmj", "", "broken-json", "is empty", "save it again");
        help(
            "a.tmj",
            "version https://git-lfs.github.com/spec/v1\n",
            "broken-json",
            "Git LFS",
            "git lfs pull",
        );
        help("a.tmj", "{\"type\": \"ma", "broken-json", "never closed", "cut off");
        help("a.tmj", "{\"type\": 1,, }", "broken-json", "expected a key", "mend it there");
        help("a.tmj", "<!doctype html><p>", "broken-xml", "a web page", "raw form");
        help("a.tmj", "<!DOCTYPE html><html></html>", "not-a-map", "<html>", "raw form");
        for cut in ["<map><layer", "<map><layer/>", "<?xml version=\"1.0\"?>\n", "<map><!-- "] {
            help("a.tmx", cut, "broken-xml", "", "cut off");
        }
        help("a.tmx", "<map><layer></map></map>", "broken-xml", "", "mend it there");
        // Where a conflict is all that can be seen, the name says what it was.
        let conflict = "<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> theirs\n";
        for (name, rule) in [("a.tmj", "broken-json"), ("a.json", "broken-json"), ("a.tmx", "broken-xml")] {
            help(name, conflict, rule, "Git left a conflict", "--theirs");
        }
    }

    fn told(text: &str) -> Option<(&str, String)> {
        recognised(text).map(|(range, message, _)| (&text[range], message))
    }

    #[test]
    fn what_became_of_a_file_is_told() {
        let conflict = "{\n<<<<<<< HEAD\r\n\"width\": 1,\n=======\n\"width\": 2,\n>>>>>>> theirs\n}\n";
        let (line, message) = told(conflict).unwrap();
        assert_eq!((line, message.starts_with("Git left a conflict")), ("<<<<<<< HEAD", true));
        assert_eq!(told(" \n").unwrap().1, "the file is empty");
        assert_eq!(told("\n<!doctype HTML><title>404").unwrap().1, "this is a web page");
        assert!(told("version https://git-lfs.github.com/spec/v1\n").unwrap().1.contains("Git LFS"));
        for other in ["{\"a\": \"<<<<<<< b\"", "<<<<<<< HEAD\n", ">>>>>>> a\n<<<<<<< b\n", "<map><htm", "é"]
        {
            assert_eq!(told(other), None, "{other}");
        }
    }
}
