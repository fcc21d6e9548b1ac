//! The smallest change of a file that does what a fix wants.
//!
//! A fix says what becomes of which value; here that becomes bytes: where the value stands, and its new
//! text in the file's own way of writing (quotes, escapes, blanks around commas). Everything outside of
//! the ranges stays as it is, byte for byte.

use std::{collections::BTreeMap, fmt::Write as _, ops::Range};

use roxmltree::Document;

use super::{json, read, save::Escapes};
use crate::{
    finding::{Change, Edit, Fix, Spot},
    source::{SourceFile, Sources},
};

/// A range of a file's text and what takes its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileEdit {
    /// Name of the file.
    pub file: String,
    /// First byte of [`SourceFile::bytes`] that goes.
    pub start: usize,
    /// The one behind the last that goes; `start` where something is put in.
    pub end: usize,
    /// What comes in its place.
    pub text: String,
}

/// Turns fixes into bytes.
#[derive(Debug)]
pub struct Editor<'a> {
    sources: &'a Sources,
    /// How whoever wrote a JSON file escapes.
    escapes: BTreeMap<String, Escapes>,
}

impl<'a> Editor<'a> {
    /// Edits these files.
    pub fn new(sources: &'a Sources) -> Self {
        Self { sources, escapes: BTreeMap::new() }
    }

    /// The bytes that a fix changes, sorted; `None` where the files do not hold what the rule saw: a
    /// value that comes from the project's links, an element that a template brought, a file that is
    /// no UTF-8.
    pub fn edits(&mut self, fix: &Fix) -> Option<Vec<FileEdit>> {
        let mut out = Vec::new();
        for edit in &fix.edits {
            let file = self.sources.file(edit.spot.span?.file);
            // Offsets are those of the text as UTF-8: in any other encoding they would hit elsewhere.
            if !file.is_utf8() {
                return None;
            }
            let changes = if read::is_xml(&file) {
                in_xml(file.text().ok()?, edit)?
            } else {
                let name = file.name().to_owned();
                let document = json::document(&file)?.ok()?;
                let in_hand = || Escapes::in_hand_of(document.kept);
                in_json(document, *self.escapes.entry(name).or_insert_with(in_hand), edit)?
            };
            out.extend(changes.into_iter().map(|(range, text)| FileEdit {
                file: file.name().to_owned(),
                start: range.start,
                end: range.end,
                text,
            }));
        }
        out.sort();
        // What changes nothing mends nothing.
        let idle = |edit: &FileEdit| {
            let file = self.sources.load(&edit.file);
            file.is_ok_and(|file| file.part(edit.start..edit.end) == Some(edit.text.as_bytes()))
        };
        (!out.is_empty() && !out.iter().all(idle)).then_some(out)
    }
}

/// The `name` of the element that a spot points at: of a property, a layer, an object. `None` where it
/// has none.
pub fn name_of_element(sources: &Sources, spot: &Spot) -> Option<String> {
    let span = spot.span?;
    let file = sources.file(span.file);
    if read::is_xml(&file) {
        // Elements without a name of their own may be as long as the file.
        let element = file.text().ok()?.get(span.range())?;
        let tag = &element[..=element.find('>')?];
        let closed = format!("{}/>", tag.trim_end_matches('>').trim_end_matches('/'));
        let document = Document::parse(&closed).ok()?;
        return document.root_element().attribute("name").map(str::to_owned);
    }
    name_in_json(&file, span.range())
}

/// Large elements are known by where they lie alone, as they always were: baselines name them so.
fn name_in_json(file: &SourceFile, range: Range<usize>) -> Option<String> {
    const LONGEST: usize = 1 << 20;
    let text = file.kept().ok()?;
    let document = json::document(file).and_then(Result::ok);
    // Of what is no JSON all is kept.
    let kept = |at: usize| document.map_or(at, |document| document.tree.kept(at));
    let start = kept(range.start);
    if !text.get(start..kept(range.end))?.starts_with('{') {
        // A property of Tiled before 1.2 is called by its key.
        return key_before(text, start).and_then(|key| unquoted(&text[key]));
    }
    if range.len() > LONGEST || range == (0..file.len()) {
        return None;
    }
    document?.at(&range)?.get("name")?.string().map(std::borrow::Cow::into_owned)
}

fn unquoted(text: &str) -> Option<String> {
    let tree = json::parse(text).ok()?;
    tree.root(text).string().map(std::borrow::Cow::into_owned)
}

type Changes = Vec<(Range<usize>, String)>;

/// Links of the project are filled in before rules look: such a value is not what the file says.
const LINK: &str = "${links.";

fn changed(old: Option<&str>, change: &Change) -> Option<String> {
    match change {
        Change::Text(_) | Change::Literal(_) if old.is_some_and(|old| old.contains(LINK)) => None,
        Change::Text(text) | Change::Literal(text) => Some(text.clone()),
        Change::Part(part, new) => old.filter(|old| old.contains(part)).map(|old| old.replace(part, new)),
        Change::Remove => None,
    }
}

// --- JSON

fn in_json(document: json::Document, escapes: Escapes, edit: &Edit) -> Option<Changes> {
    let changes = in_kept_json(document, escapes, edit)?.into_iter();
    Some(changes.map(|(range, text)| (document.tree.whole_range(&range), text)).collect())
}

/// The same in the text that is kept.
fn in_kept_json(document: json::Document, escapes: Escapes, edit: &Edit) -> Option<Changes> {
    let text = document.kept;
    let (element, pointer) = document.find(&edit.spot.span?.range())?;
    if edit.change == Change::Remove {
        return remove_json(document, element.kept(), &pointer);
    }
    let write = |old: Option<json::Value>| {
        let new = changed(old.and_then(json::Value::string).as_deref(), &edit.change)?;
        match edit.change {
            Change::Literal(_) => Some(new),
            _ => Some(quoted(escapes, old.map(json::Value::source), &new)),
        }
    };
    let Some(key) = edit.spot.key.as_deref() else {
        return Some(vec![(element.kept(), write(Some(element))?)]);
    };
    if !element.is_object() {
        // A property of Tiled before 1.2: a key and its value.
        return match key {
            "value" => Some(vec![(element.kept(), write(Some(element))?)]),
            "name" => {
                let key = key_before(text, element.kept().start)?;
                let old = unquoted(&text[key.clone()])?;
                let new = quoted(escapes, Some(&text[key.clone()]), &changed(Some(&old), &edit.change)?);
                // Types stand under the same name in a list of their own.
                Some(vec![(key, new)]).filter(|_| !text.contains("\"propertytypes\""))
            }
            _ => None,
        };
    }
    let key = if key == "class" && element.get(key).is_none() { "type" } else { key };
    if let Some(member) = element.get(key) {
        let range = match edit.spot.item {
            Some(index) => member.items().nth(index)?.kept(),
            None => member.kept(),
        };
        return Some(vec![(range, write(Some(member))?)]);
    }
    insert_json(text, element, key, &write(None)?)
}

/// Puts a key behind the element's `name`, else in front.
fn insert_json(text: &str, element: json::Value, key: &str, value: &str) -> Option<Changes> {
    let open = element.kept().start + 1;
    let (_, first) = element.entries().next()?;
    let first_key = key_before(text, first.kept().start)?;
    let blanks = &text[open..first_key.start];
    let colon = &text[first_key.end..first.kept().start];
    let member = format!("\"{key}\"{colon}{value}");
    match element.get("name") {
        Some(name) => Some(vec![(name.kept().end..name.kept().end, format!(",{blanks}{member}"))]),
        None => Some(vec![(first_key.start..first_key.start, format!("{member},{blanks}"))]),
    }
}

/// The key that stands before a value, with its quotes.
fn key_before(text: &str, value: usize) -> Option<Range<usize>> {
    let before = text[..value].trim_end().strip_suffix(':')?.trim_end();
    let inside = before.strip_suffix('"')?;
    let mut start = inside.len();
    loop {
        start = inside[..start].rfind('"')?;
        let slashes = inside[..start].bytes().rev().take_while(|byte| *byte == b'\\').count();
        if slashes % 2 == 0 {
            return Some(start..before.len());
        }
    }
}

fn remove_json(document: json::Document, range: Range<usize>, pointer: &str) -> Option<Changes> {
    let text = document.kept;
    // Properties of Tiled before 1.2 are members, those of today items.
    let member = || key_before(text, range.start).map(|key| key.start..range.end);
    let whole = if text[range.clone()].starts_with('{') { range } else { member()? };
    let (before, after) = (text[..whole.start].trim_end(), text[whole.end..].trim_start());
    if let Some(after) = after.strip_prefix(',') {
        let next = text.len() - after.trim_start().len();
        return Some(vec![(whole.start..next, String::new())]);
    }
    if let Some(before) = before.strip_suffix(',') {
        return Some(vec![(before.len()..whole.end, String::new())]);
    }
    // The only one: the list goes with it.
    let (list, _) = pointer.rsplit_once('/')?;
    if !list.ends_with("/properties") {
        return Some(vec![(before.len()..text.len() - after.len(), String::new())]);
    }
    let holder = before.len().checked_sub(1)?;
    let list = holder..text.len() - after.len() + 1;
    let (_, found) = document.find(&document.tree.whole_range(&list))?;
    let key = key_before(text, list.start).filter(|_| found.ends_with("/properties"))?;
    let whole = key.start..list.end;
    let (before, after) = (text[..whole.start].trim_end(), text[whole.end..].trim_start());
    if let Some(after) = after.strip_prefix(',') {
        let next = text.len() - after.trim_start().len();
        return Some(vec![(whole.start..next, String::new())]);
    }
    let before = before.strip_suffix(',')?;
    Some(vec![(before.len()..whole.end, String::new())])
}

/// A JSON string as this file would write it: whether `/` and other alphabets are escaped is seen from
/// the old value, else from the rest of the file.
fn quoted(mut escapes: Escapes, old: Option<&str>, new: &str) -> String {
    if let Some(old) = old.filter(|old| old.contains('/')) {
        escapes.slashes = old.contains("\\/");
    }
    let mut out = String::new();
    escapes.write(new, &mut out);
    out
}

// --- XML

fn in_xml(text: &str, edit: &Edit) -> Option<Changes> {
    let span = edit.spot.span?.range();
    if edit.change == Change::Remove {
        return remove_xml(text, &span);
    }
    // An element can be read by itself, unless it uses what the head of the file declares.
    let element = text.get(span.clone())?;
    let document = Document::parse(element).ok()?;
    let node = document.root_element();
    if node.range() != (0..element.len()) {
        return None;
    }
    let shift = |range: Range<usize>| span.start + range.start..span.start + range.end;
    let child = |name: &str| node.children().find(|child| child.has_tag_name(name));
    let key = edit.spot.key.as_deref()?;
    let (holder, attribute) = match key {
        "image" => (child("image").unwrap_or(node), "source"),
        "imagewidth" => (child("image")?, "width"),
        "imageheight" => (child("image")?, "height"),
        "class" if node.attribute("class").is_none() => (node, "type"),
        key => (node, key),
    };
    if let Some(found) = holder.attributes().find(|found| found.name() == attribute) {
        let new = changed(Some(found.value()), &edit.change)?;
        let range = found.range_value();
        let quote = element[..range.start].chars().next_back()?;
        return Some(vec![(shift(range), escaped(&new, Some(quote)))]);
    }
    // The value of a property over several lines is the text of its element.
    let inside = holder.first_child().filter(|child| child.is_text() && attribute == "value");
    if let Some(inside) = inside {
        let new = changed(inside.text(), &edit.change)?;
        let only = holder.children().count() == 1 && !element[inside.range()].starts_with('<');
        return only.then(|| vec![(shift(inside.range()), escaped(&new, None))]);
    }
    let new = changed(None, &edit.change)?;
    let behind =
        holder.attributes().find(|found| found.name() == "name").or_else(|| holder.attributes().next())?;
    let at = behind.range().end;
    Some(vec![(shift(at..at), format!(" {attribute}=\"{}\"", escaped(&new, Some('"'))))])
}

fn escaped(text: &str, quote: Option<char>) -> String {
    let mut out = String::new();
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if quote == Some('"') => out.push_str("&quot;"),
            '\'' if quote == Some('\'') => out.push_str("&apos;"),
            '\n' | '\r' | '\t' if quote.is_some() => {
                let _infallible = write!(out, "&#{};", u32::from(sign));
            }
            sign => out.push(sign),
        }
    }
    out
}

fn remove_xml(text: &str, span: &Range<usize>) -> Option<Changes> {
    const LIST: (&str, &str) = ("<properties>", "</properties>");
    if !text.get(span.clone())?.starts_with('<') {
        return None;
    }
    let (before, after) = (text[..span.start].trim_end(), text[span.end..].trim_start());
    // The only one: the list goes with it.
    let whole = match (before.strip_suffix(LIST.0), after.strip_prefix(LIST.1)) {
        (Some(before), Some(after)) => before.len()..text.len() - after.len(),
        _ => span.clone(),
    };
    // With the line that it stands on: the blanks before it.
    let start = text[..whole.start].trim_end().len();
    Some(vec![(start..whole.end, String::new())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Family, Finding, Rule, Severity};

    static RULE: Rule = Rule {
        name: "test",
        summary: "",
        severity: Severity::Info,
        family: Family::Custom,
        since: "",
        why: "",
        example: "",
        mend: "",
    };

    /// The text after an edit of the element that `element` is.
    fn edited(
        name: &str,
        text: &str,
        element: &str,
        key: Option<&'static str>,
        change: Change,
    ) -> Option<String> {
        let mut sources = Sources::new("/nowhere");
        sources.insert(name, text.to_owned());
        let file = sources.load(name).unwrap();
        let start = file.text().unwrap().find(element).unwrap();
        let mut spot = Spot::bytes(&file, start..start + element.len());
        spot.key = key.map(Into::into);
        let finding = Finding::new(&RULE, spot.clone(), "").mend(true, "", vec![Edit { spot, change }]);
        let edits = Editor::new(&sources).edits(&finding.fix.unwrap())?;
        let mut out = file.text().unwrap().to_owned();
        for edit in edits.iter().rev() {
            out.replace_range(edit.start..edit.end, &edit.text);
        }
        Some(out)
    }

    fn value(text: &str) -> Change {
        Change::Text(text.to_owned())
    }

    #[test]
    fn a_json_value_is_escaped_as_its_file_escapes() {
        let edit = |text: &str, new: &str| {
            let element = &text[text.rfind("{\"name\"").unwrap()..=text.find('}').unwrap()];
            edited("a.tmj", text, element, Some("value"), value(new)).unwrap()
        };
        assert_eq!(edit(r#"[{"name":"a", "value":"x\/y"}]"#, "p/q"), r#"[{"name":"a", "value":"p\/q"}]"#);
        assert_eq!(edit(r#"[{"name":"a", "value":"x/y"}]"#, "p/\"q"), r#"[{"name":"a", "value":"p/\"q"}]"#);
        assert_eq!(
            edit(r#"["\/", {"name":"a", "value":"x"}]"#, "p/q"),
            r#"["\/", {"name":"a", "value":"p\/q"}]"#
        );
        assert_eq!(
            edit(r#"["\u00e9", {"name":"a", "value":"x"}]"#, "é😀"),
            r#"["\u00e9", {"name":"a", "value":"\u00e9\ud83d\ude00"}]"#
        );
        assert_eq!(
            edit("[\"é\", {\"name\":\"a\", \"value\":\"x\"}]", "é"),
            "[\"é\", {\"name\":\"a\", \"value\":\"é\"}]"
        );
    }

    #[test]
    fn a_key_that_is_not_there_is_added_in_the_style_of_its_neighbours() {
        let element = "{\n  \"name\": \"a\",\n  \"value\": true\n }";
        let text = format!("[\n {element}\n]");
        let out = edited("a.tmj", &text, element, Some("type"), value("bool")).unwrap();
        assert_eq!(out, "[\n {\n  \"name\": \"a\",\n  \"type\": \"bool\",\n  \"value\": true\n }\n]");
        let out = edited("a.tmj", r#"[{"value":1}]"#, r#"{"value":1}"#, Some("type"), value("int")).unwrap();
        assert_eq!(out, r#"[{"type":"int","value":1}]"#);
        let element = r#"<property name="a" value="1"/>"#;
        let text = format!("<properties>{element}</properties>");
        let out = edited("a.tmx", &text, element, Some("type"), value("int")).unwrap();
        assert_eq!(out, r#"<properties><property name="a" type="int" value="1"/></properties>"#);
    }

    #[test]
    fn a_property_goes_with_its_comma_and_its_list() {
        let (a, b, c) = (r#"{"name":"a"}"#, r#"{"name":"b"}"#, r#"{"name":"c"}"#);
        let text = format!("{{\"properties\":[\n  {a}, \n  {b}, \n  {c}], \"x\":1}}");
        let without =
            |text: &str, element: &str| edited("a.tmj", text, element, None, Change::Remove).unwrap();
        assert_eq!(without(&text, a), format!("{{\"properties\":[\n  {b}, \n  {c}], \"x\":1}}"));
        assert_eq!(without(&text, b), format!("{{\"properties\":[\n  {a}, \n  {c}], \"x\":1}}"));
        assert_eq!(without(&text, c), format!("{{\"properties\":[\n  {a}, \n  {b}], \"x\":1}}"));
        assert_eq!(
            without(&format!("{{\"y\":0, \"properties\":[\n {a}\n], \"x\":1}}"), a),
            "{\"y\":0, \"x\":1}"
        );
        assert_eq!(without(&format!("{{\"y\":0,\n \"properties\":[ {a} ]\n}}"), a), "{\"y\":0\n}");
    }

    #[test]
    fn an_xml_property_goes_with_its_line() {
        let (a, b) = (r#"<property name="a" value="1"/>"#, r#"<property name="b" value="2"/>"#);
        let text = format!("<map>\n <properties>\n  {a}\n  {b}\n </properties>\n <layer/>\n</map>");
        let out = edited("a.tmx", &text, a, None, Change::Remove).unwrap();
        assert_eq!(out, format!("<map>\n <properties>\n  {b}\n </properties>\n <layer/>\n</map>"));
        let out = edited("a.tmx", &out, b, None, Change::Remove).unwrap();
        assert_eq!(out, "<map>\n <layer/>\n</map>");
    }

    #[test]
    fn an_xml_attribute_is_escaped() {
        let element = "<property name='a' value='x &amp; y'/>";
        let out = edited("a.tmx", element, element, Some("value"), value("it's <\n&")).unwrap();
        assert_eq!(out, "<property name='a' value='it&apos;s &lt;&#10;&amp;'/>");
        let element = "<property name=\"a\">one\ntwo \n</property>";
        let out = edited("a.tmx", element, element, Some("value"), value("one\ntwo")).unwrap();
        assert_eq!(out, "<property name=\"a\">one\ntwo</property>");
    }

    #[test]
    fn values_of_links_are_not_written_over() {
        let element = r#"{"name":"a","value":"${links.x}/y"}"#;
        let edit = |change| edited("a.tmj", element, element, Some("value"), change);
        assert_eq!(edit(value("z")), None);
        let part = |old: &str| Change::Part(old.to_owned(), "${links.z}".to_owned());
        assert_eq!(edit(part("${links.x}")).unwrap(), r#"{"name":"a","value":"${links.z}/y"}"#);
        assert_eq!(edit(part("${links.y}")), None);
    }

    #[test]
    fn what_is_broken_is_known_by_the_key_before_it() {
        let name = |text: &str, at: usize| {
            let mut sources = Sources::detached();
            sources.insert("a.tmj", text.to_owned());
            let file = sources.load("a.tmj").unwrap();
            name_of_element(&sources, &Spot::bytes(&file, at..at + 1))
        };
        let text = r#"{"type":"map","width":2, "name": x}"#;
        assert_eq!(name(text, text.find('x').unwrap()).as_deref(), Some("name"));
        let cut = r#"{"type":"map","name": "#;
        assert_eq!(name(cut, cut.len()).as_deref(), Some("name"));
        assert_eq!(name(r#"{"type":"map" x"#, 14), None);
    }

    #[test]
    fn other_encodings_are_left_alone() {
        let mut sources = Sources::new("/nowhere");
        sources.insert("a.tmx", &b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><map name=\"\xE9\"/>"[..]);
        let file = sources.load("a.tmx").unwrap();
        let start = file.text().unwrap().find("<map").unwrap();
        let spot = Spot::bytes(&file, start..file.bytes().len()).key("name");
        let fix = Finding::new(&RULE, spot, "").fix(true, "", "e").fix.unwrap();
        assert_eq!(Editor::new(&sources).edits(&fix), None);
    }
}
