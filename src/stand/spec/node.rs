//! What a spec says, whatever it is written in: a tree whose every part knows where it stands.
//!
//! The tree is read into typed form by `serde`. [`read`] does so a fault at a time, each time without what
//! was wrong, so that one run tells all of them.

use std::ops::Range;

use serde::{
    Deserialize,
    de::{
        DeserializeSeed, Deserializer, Error as _, Expected, IntoDeserializer, MapAccess, SeqAccess,
        Unexpected, Visitor, value::StrDeserializer,
    },
    forward_to_deserialize_any,
};
use serde_spanned::de::{SpannedDeserializer, is_spanned};

use crate::project::{misfit, nearest};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
}

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    Text(String),
    Bool(bool),
    Int(i64),
    Float(f64),
    List(Vec<Node>),
    Table(Vec<(Key, Node)>),
    /// Something that no spec has a use for: a date, null.
    Other(&'static str),
}

/// A key and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) span: Range<usize>,
    pub(super) name: String,
}

/// Why a tree does not fit a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// What does not fit; nothing before the tree is known to be at fault.
    pub(super) span: Option<Range<usize>>,
    pub(super) message: String,
    /// Whether something is not there that must be.
    lacking: bool,
}

impl Node {
    /// Takes the value of a key out of a table.
    pub(super) fn take(&mut self, name: &str) -> Option<Self> {
        let Kind::Table(entries) = &mut self.kind else { return None };
        let index = entries.iter().position(|(key, _)| key.name == name)?;
        Some(entries.remove(index).1)
    }

    /// How many values a key of a table has: the items of a list, one of any other, none where it is not there.
    pub(super) fn count(&self, name: &str) -> usize {
        let Kind::Table(entries) = &self.kind else { return 0 };
        entries.iter().find(|(key, _)| key.name == name).map_or(0, |(_, value)| match &value.kind {
            Kind::List(items) => items.len(),
            _ => 1,
        })
    }

    /// Leaves out what stands at a place: a key with its value, or an item.
    fn remove(&mut self, span: &Range<usize>) -> bool {
        match &mut self.kind {
            Kind::List(items) => {
                let count = items.len();
                items.retain(|item| item.span != *span);
                items.len() < count || items.iter_mut().any(|item| item.remove(span))
            }
            Kind::Table(entries) => {
                let count = entries.len();
                entries.retain(|(key, value)| key.span != *span && value.span != *span);
                entries.len() < count || entries.iter_mut().any(|(_, value)| value.remove(span))
            }
            _ => false,
        }
    }
}

/// Reads a tree, and tells all that does not fit. What fits is given even then, if it is enough.
pub(super) fn read<'de, T: Deserialize<'de>>(mut node: Node) -> (Option<T>, Vec<Fault>) {
    let mut faults: Vec<Fault> = Vec::new();
    loop {
        let whole = node.span.clone();
        match T::deserialize(node.clone()) {
            Ok(value) => return (Some(value), faults),
            Err(fault) => {
                let span = fault.span.clone().unwrap_or(whole);
                let again = node.remove(&span);
                // What was there and wrong is told already.
                if !fault.lacking || faults.is_empty() {
                    faults.push(Fault { span: Some(span), ..fault });
                }
                if !again {
                    return (None, faults);
                }
            }
        }
    }
}

impl std::error::Error for Fault {}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl serde::de::Error for Fault {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self { span: None, message: message.to_string(), lacking: false }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(misfit(&found.to_string(), &expected.to_string()))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(misfit(&found.to_string(), &expected.to_string()))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let near = nearest(field, expected).map(|near| format!("; did you mean \"{near}\"?"));
        Self::custom(format_args!("unknown key \"{field}\"{}", near.unwrap_or_default()))
    }

    fn missing_field(field: &'static str) -> Self {
        Self { lacking: true, ..Self::custom(format_args!("\"{field}\" is missing here")) }
    }
}

/// The fault at a place, unless it knows a closer one.
fn at(span: &Range<usize>) -> impl Fn(Fault) -> Fault + '_ {
    move |fault| Fault { span: fault.span.or_else(|| Some(span.clone())), ..fault }
}

impl<'de> Deserializer<'de> for Node {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let span = self.span;
        let done = match self.kind {
            Kind::Text(text) => visitor.visit_string(text),
            Kind::Bool(value) => visitor.visit_bool(value),
            Kind::Int(number) => visitor.visit_i64(number),
            Kind::Float(number) => visitor.visit_f64(number),
            Kind::List(items) => visitor.visit_seq(Items(items.into_iter())),
            Kind::Table(entries) => visitor.visit_map(Entries { left: entries.into_iter(), value: None }),
            Kind::Other(what) => Err(Fault::invalid_type(Unexpected::Other(what), &visitor)),
        };
        done.map_err(at(&span))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if is_spanned(name) {
            let span = self.span.clone();
            return visitor.visit_map(SpannedDeserializer::new(self, span.clone())).map_err(at(&span));
        }
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl IntoDeserializer<'_, Fault> for Node {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

struct Items(std::vec::IntoIter<Node>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        let Some(item) = self.0.next() else { return Ok(None) };
        let span = item.span.clone();
        seed.deserialize(item).map(Some).map_err(at(&span))
    }
}

struct Entries {
    left: std::vec::IntoIter<(Key, Node)>,
    value: Option<Node>,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        let Some((key, value)) = self.left.next() else { return Ok(None) };
        self.value = Some(value);
        let name: StrDeserializer<Fault> = key.name.as_str().into_deserializer();
        seed.deserialize(name).map(Some).map_err(at(&key.span))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        match self.value.take() {
            Some(value) => {
                let span = value.span.clone();
                seed.deserialize(value).map_err(at(&span))
            }
            None => Err(Fault::custom("a value before its key")),
        }
    }
}
