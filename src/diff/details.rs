//! Details: what of two things is different, in the words of their files.

use std::fmt;

use super::{Detail, Said};
use crate::{
    model::{Json, Properties, Property, Value},
    source::{is_url, resolve},
};

/// Notes what is different; nothing where nothing is.
#[derive(Debug, Default)]
pub(super) struct Details(pub(super) Vec<Detail>, Folders);

/// Where the two files lie that hold what is compared: paths in them that are written differently may
/// lead to the same file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Folders {
    pub(super) old: String,
    pub(super) new: String,
}

impl Folders {
    /// Whether two texts are paths of the same file.
    pub(super) fn same(&self, old: &str, new: &str) -> bool {
        let path = |text: &str| !text.is_empty() && !is_url(text) && !text.contains('\n');
        path(old) && path(new) && resolve(&self.old, old) == resolve(&self.new, new)
    }
}

impl Details {
    /// Nothing yet, of things in files of these folders.
    pub(super) fn within(folders: &Folders) -> Self {
        Self(Vec::new(), folders.clone())
    }

    /// A path that both may lack.
    pub(super) fn path(&mut self, what: &str, old: &str, new: &str) -> &mut Self {
        if self.1.same(old, new) { self } else { self.text(what, old, new) }
    }

    /// A value that both have.
    pub(super) fn field<T: PartialEq>(
        &mut self,
        what: &str,
        old: &T,
        new: &T,
        shown: impl Fn(&T) -> String,
    ) -> &mut Self {
        if old != new {
            self.words(what, Some(shown(old)), Some(shown(new)));
        }
        self
    }

    /// A text that both may lack, which is as good as an empty one.
    pub(super) fn text(&mut self, what: &str, old: &str, new: &str) -> &mut Self {
        if old != new {
            let said = |text: &str| (!text.is_empty()).then(|| Said::Value(text.into()));
            self.add(what, said(old), said(new));
        }
        self
    }

    /// A switch.
    pub(super) fn switch(&mut self, what: &str, old: bool, new: bool) -> &mut Self {
        self.field(what, &old, &new, |on| if *on { "yes" } else { "no" }.to_owned())
    }

    /// Properties by name, of those given twice the last, as Tiled reads them.
    pub(super) fn properties(&mut self, old: &Properties, new: &Properties) -> &mut Self {
        for before in effective(old) {
            match new.get(&before.name) {
                None => self.add(&before.name, Some(said(&before.value)), None),
                Some(after) if !self.equal(&before.value, &after.value) => {
                    let [was, is] = both(&before.value, &after.value);
                    self.add(&before.name, Some(was), Some(is));
                }
                Some(_) => {}
            }
        }
        for after in effective(new).filter(|after| old.get(&after.name).is_none()) {
            self.add(&after.name, None, Some(said(&after.value)));
        }
        self
    }

    /// Whether two values are the same to everybody.
    fn equal(&self, old: &Value, new: &Value) -> bool {
        match (old, new) {
            (Value::Class(old), Value::Class(new)) | (Value::List(old), Value::List(new)) => {
                json(old) == json(new)
            }
            (Value::Unknown(old_type, old), Value::Unknown(new_type, new)) => {
                old_type == new_type && json(old) == json(new)
            }
            (Value::String(was), Value::String(is)) | (Value::File(was), Value::File(is)) if was != is => {
                self.1.same(was, is)
            }
            _ => old == new,
        }
    }

    pub(super) fn add(&mut self, what: &str, before: Option<Said>, after: Option<Said>) {
        self.0.push(Detail { what: what.to_owned(), before, after });
    }

    /// Something in words.
    pub(super) fn words(&mut self, what: &str, before: Option<String>, after: Option<String>) {
        self.add(what, before.map(Said::Words), after.map(Said::Words));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Properties that count, in the order of the file.
fn effective(properties: &Properties) -> impl Iterator<Item = &Property> {
    properties
        .iter()
        .filter(|property| properties.get(&property.name).is_some_and(|last| std::ptr::eq(last, *property)))
}

/// Two values that differ; with their types, where only those do.
fn both(old: &Value, new: &Value) -> [Said; 2] {
    if old.display() == new.display() && old.type_name() != new.type_name() {
        return [old, new].map(|value| Said::Words(format!("{} ({})", said(value), value.type_name())));
    }
    [said(old), said(new)]
}

/// A value as the file has it.
fn said(value: &Value) -> Said {
    Said::Value(match value {
        Value::String(text) | Value::File(text) | Value::Color(text) => text.as_str().into(),
        Value::Class(members) | Value::List(members) | Value::Unknown(_, members) => json(members),
        Value::Int(value) | Value::Object(value) => (*value).into(),
        Value::Float(value) => (*value).into(),
        Value::Bool(value) => (*value).into(),
    })
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(words) => f.write_str(words),
            Self::Value(serde_json::Value::String(text)) => f.write_str(&quoted(text)),
            Self::Value(value) => value.fmt(f),
        }
    }
}

/// A text in quotes, on one line.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for sign in text.chars() {
        match sign {
            '"' | '\\' => out.extend(['\\', sign]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            sign if sign.is_control() => out.extend(sign.escape_unicode()),
            sign => out.push(sign),
        }
    }
    out.push('"');
    out
}

/// The value as serde has it. Keys are sorted, which makes their order no difference.
pub(super) fn json(value: &Json) -> serde_json::Value {
    match value {
        Json::Null => serde_json::Value::Null,
        Json::Bool(value) => (*value).into(),
        Json::Number(text) => serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into()),
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => items.iter().map(json).collect(),
        Json::Integers(numbers) => numbers.iter().map(|number| number.0).collect(),
        Json::Object(pairs) => pairs.iter().map(|(key, value)| (key.clone(), json(value))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties(pairs: &[(&str, Value)]) -> Properties {
        let mut properties = Properties::default();
        for (name, value) in pairs {
            properties.0.push(Property {
                span: None,
                name: (*name).to_owned(),
                type_name: None,
                value: value.clone(),
            });
        }
        properties
    }

    #[test]
    fn properties_are_compared_by_name_and_type() {
        let text = |text: &str| Value::String(text.to_owned());
        let old = properties(&[
            ("a", text("x")),
            ("b", text("1")),
            ("c", Value::Bool(true)),
            ("d", text("\u{1b}")),
        ]);
        let new = properties(&[
            ("d", text("\u{1b}")),
            ("a", text("y\nz")),
            ("b", Value::Int(1)),
            ("e", Value::Int(2)),
        ]);
        let mut details = Details::default();
        details.properties(&old, &new);
        let said = |said: &Option<Said>| said.as_ref().map_or("-".to_owned(), Said::to_string);
        let lines =
            details.0.iter().map(|one| format!("{}: {} {}", one.what, said(&one.before), said(&one.after)));
        assert_eq!(
            lines.collect::<Vec<_>>(),
            [r#"a: "x" "y\nz""#, r#"b: "1" (string) 1 (int)"#, "c: true -", "e: - 2"]
        );
    }

    #[test]
    fn of_a_name_given_twice_the_last_counts() {
        let old = properties(&[("a", Value::Int(1)), ("a", Value::Int(2))]);
        let new = properties(&[("a", Value::Int(2))]);
        let mut details = Details::default();
        assert!(details.properties(&old, &new).is_empty());
        assert_eq!(effective(&old).count(), 1);
    }

    #[test]
    fn nothing_shown_breaks_a_line_or_moves_a_cursor() {
        assert_eq!(quoted("a\"b\u{1b}[2J\n\u{85}"), r#""a\"b\u{1b}[2J\n\u{85}""#);
    }
}
