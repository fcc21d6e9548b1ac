//! What the texts of pages, styles, scripts and collections name, by their syntax.

use std::collections::{BTreeMap, BTreeSet};

/// Whether a text could be the path of a file.
pub(super) fn looks_like_path(text: &str) -> bool {
    let file = text.rsplit('/').next().unwrap_or(text);
    let Some((stem, extension)) = file.rsplit_once('.') else { return false };
    !stem.is_empty()
        && (1..=5).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.len() < 300
        && !text.contains(['\n', '<', '>', '"'])
}

/// Longest text between `url(` and its end that is taken for an address, in characters.
const LONGEST_ADDRESS: usize = 2048;

/// What a file names.
#[derive(Debug)]
pub(super) struct Texts<'t> {
    /// The file's text.
    whole: &'t str,
    /// References by syntax, with where they stand as they are, in bytes: a missing file is a mistake.
    pub(super) stated: BTreeMap<String, Vec<usize>>,
    /// Any string of a script, likewise.
    pub(super) literals: BTreeMap<String, Vec<usize>>,
    /// Calls that load something that is not written there.
    pub(super) computed: BTreeSet<&'static str>,
}

impl<'t> Texts<'t> {
    pub(super) fn new(whole: &'t str) -> Self {
        Self { whole, stated: BTreeMap::new(), literals: BTreeMap::new(), computed: BTreeSet::new() }
    }

    fn state(&mut self, text: &str) {
        let place = self.place(text);
        self.stated.entry(plain(text)).or_default().extend(place);
    }

    fn mention(&mut self, text: &str) {
        let place = self.place(text);
        self.literals.entry(plain(text)).or_default().extend(place);
    }

    /// Where in the file a part of its text is; `None` for what was made of it, and for a path that is not
    /// written as it is meant.
    fn place(&self, part: &str) -> Option<usize> {
        if part.split(['#', '?']).next().is_some_and(|path| path.contains("&amp;")) {
            return None;
        }
        let start = part.as_ptr().addr().checked_sub(self.whole.as_ptr().addr())?;
        (self.whole.get(start..start.checked_add(part.len())?) == Some(part)).then_some(start)
    }

    pub(super) fn page(&mut self, text: &str) {
        let mut rest = text;
        while let Some(open) = rest.find('<') {
            rest = &rest[open + 1..];
            if let Some(comment) = rest.strip_prefix("!--") {
                rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
                continue;
            }
            let (tag, attributes, after) = tag(rest);
            rest = after;
            for (name, value) in attributes {
                match name.as_str() {
                    "src" | "href" | "poster" | "data" | "xlink:href" | "background" => self.state(value),
                    "srcset" | "imagesrcset" => candidates(value).into_iter().for_each(|one| self.state(one)),
                    // What previews of links show.
                    "content" if tag == "meta" && looks_like_path(value) && !value.contains(' ') => {
                        self.mention(value);
                    }
                    "style" => self.style(&plain(value)),
                    _ => {}
                }
            }
            for (element, end) in [("style", "</style"), ("script", "</script")] {
                if tag == element {
                    let length = find_ignoring_case(rest, end).unwrap_or(rest.len());
                    let inside = &rest[..length];
                    if element == "style" {
                        self.style(inside);
                    } else {
                        self.script(inside);
                    }
                    rest = &rest[length..];
                }
            }
        }
    }

    /// The pictures of a collection of entities (workadventure-maps, section 6.4).
    pub(super) fn collection(&mut self, text: &str) {
        let Ok(json) = serde_json::from_str::<serde_json::Value>(text) else { return };
        if json.get("collectionName").is_none() {
            return;
        }
        let prefabs = json.get("collection").and_then(serde_json::Value::as_array);
        let pictures = prefabs.into_iter().flatten().filter_map(|prefab| prefab.get("imagePath")?.as_str());
        pictures.for_each(|picture| self.state(picture));
    }

    pub(super) fn style(&mut self, text: &str) {
        let text = &without_comments(text);
        for start in ["url(", "@import"] {
            for (at, _) in text.match_indices(start) {
                let rest = text[at + start.len()..].trim_start();
                let value = match rest.chars().next() {
                    Some(quote @ ('"' | '\'')) => address(&rest[1..], |c| c == quote || c == '\n', quote),
                    // Quotes and brackets must be escaped there.
                    _ if start == "url(" => address(rest, |c| matches!(c, ')' | '(' | '"' | '\''), ')'),
                    _ => None,
                };
                if let Some(value) = value {
                    self.state(value.trim());
                }
            }
        }
    }

    pub(super) fn script(&mut self, text: &str) {
        let mut rest = text;
        let mut before = "";
        while let Some(at) = rest.find(['"', '\'', '`', '/']) {
            let (head, tail) = rest.split_at(at);
            let Some(quote) = tail.chars().next() else { break };
            if quote == '/' {
                // Comments hold apostrophes that begin no text.
                rest = if tail.starts_with("//") {
                    tail.find('\n').map_or("", |end| &tail[end..])
                } else if let Some(comment) = tail.strip_prefix("/*") {
                    comment.find("*/").map_or("", |end| &comment[end + 2..])
                } else {
                    &tail[1..]
                };
                continue;
            }
            let inside = &tail[1..];
            let Some(end) = end_of_text(inside, quote) else {
                // Whatever follows is no text that ends either.
                let skipped = if quote == '`' { None } else { inside.find('\n') };
                rest = skipped.map_or("", |end| &inside[end..]);
                continue;
            };
            before = if head.trim().is_empty() { before } else { head };
            let literal = &inside[..end];
            // `import … from "./x.js"` is a reference by syntax; bare names are for bundlers.
            let keyword = before.trim_end();
            let imported =
                keyword.ends_with("from") || keyword.ends_with("import") || keyword.ends_with("import(");
            if imported && literal.starts_with(['.', '/']) {
                self.state(literal);
            } else {
                self.mention(literal);
            }
            before = "";
            rest = &inside[end + 1..];
        }
        for call in ["import(", "fetch(", "loadSound(", "openCoWebSite(", "new Worker("] {
            let computed = text.match_indices(call).any(|(at, _)| {
                let argument = text[at + call.len()..].trim_start();
                let quoted = argument.starts_with(['"', '\'']);
                let plain = argument
                    .strip_prefix('`')
                    .is_some_and(|rest| !rest.split('`').next().unwrap_or_default().contains("${"));
                !quoted && !plain && !argument.starts_with(')')
            });
            if computed {
                self.computed.insert(call.trim_end_matches('('));
            }
        }
    }
}

/// A value of an attribute as it is meant.
fn plain(text: &str) -> String {
    text.replace("&amp;", "&")
}

/// What stands before the first character that ends it, if that is `end` and not too far.
fn address(text: &str, ends: impl Fn(char) -> bool, end: char) -> Option<&str> {
    let (at, last) = text.char_indices().take(LONGEST_ADDRESS).find(|(_, c)| ends(*c))?;
    (last == end).then(|| &text[..at])
}

/// The pictures that `srcset` offers, as HTML takes it apart: one begins behind blanks and commas and ends
/// at a blank, or at commas where no width follows.
pub(super) fn candidates(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if rest.is_empty() {
            return found;
        }
        let (url, after) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        found.push(url.trim_end_matches(','));
        rest = if url.ends_with(',') { after } else { after.split_once(',').map_or("", |(_, rest)| rest) };
    }
}

/// A style without its comments.
fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/*") {
        kept.push_str(before);
        kept.push(' ');
        rest = comment.split_once("*/").map_or("", |(_, rest)| rest);
    }
    kept + rest
}

/// Offset of the quote that ends a text.
fn end_of_text(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' if quote != '`' => return None,
            c if c == quote => return Some(at),
            _ => {}
        }
    }
    None
}

/// Name of a tag in lower case, its attributes, and the text behind it.
fn tag(text: &str) -> (String, Vec<(String, &str)>, &str) {
    let end = text.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(text.len());
    let name = text[..end].trim_end_matches('/').to_ascii_lowercase();
    let mut attributes = Vec::new();
    let mut rest = &text[end..];
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return (name, attributes, rest);
    }
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() {
            return (name, attributes, rest);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (name, attributes, after);
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '>').unwrap_or(rest.len());
        let key = rest[..end].to_ascii_lowercase();
        let after = rest[end..].trim_start();
        let Some(value) = after.strip_prefix('=').map(str::trim_start) else {
            // An attribute without a value, or a stray `=`, which must not stop us here for ever.
            rest = if end == 0 { &rest[1..] } else { after };
            continue;
        };
        let (value, after) = if let Some(quote @ ('"' | '\'')) = value.chars().next() {
            value[1..].split_once(quote).unwrap_or((&value[1..], ""))
        } else {
            let end = value.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(value.len());
            value.split_at(end)
        };
        attributes.push((key, value));
        rest = after;
    }
}

pub(in crate::bundle) fn find_ignoring_case(text: &str, needle: &str) -> Option<usize> {
    text.as_bytes().windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle.as_bytes()))
}
