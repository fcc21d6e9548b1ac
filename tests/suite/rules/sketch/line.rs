//! Reading one line: what is said of a holder, and where it is said to be.

use serde_json::{Value, json};

use super::super::{HEIGHT, WIDTH, cells, prop};

/// Where a layer or an object is said to be.
#[derive(Default)]
pub(super) struct Put {
    pub(super) cells: Option<Vec<(usize, usize)>>,
    pub(super) rectangle: Option<[usize; 4]>,
    pub(super) gid: Option<u32>,
    pub(super) above: Option<String>,
    pub(super) on: Option<String>,
}

/// What is said of a holder behind its colon.
#[derive(Default)]
pub(super) struct Said {
    pub(super) keys: Vec<(String, Option<Value>)>,
    pub(super) properties: Vec<Value>,
}

impl Said {
    pub(super) fn put_into(self, holder: &mut Value) {
        let object = holder.as_object_mut().unwrap();
        for (key, value) in self.keys {
            match value {
                Some(value) => drop(object.insert(key, value)),
                None => drop(object.remove(&key).unwrap_or_else(|| panic!("there is no {key}"))),
            }
        }
        if !self.properties.is_empty() {
            let known = object.entry("properties").or_insert_with(|| json!([]));
            known.as_array_mut().unwrap().extend(self.properties);
        }
    }
}

/// A text that is read from its beginning.
pub(super) struct Line<'a>(pub(super) &'a str);

impl<'a> Line<'a> {
    pub(super) fn eat(&mut self, start: &str) -> bool {
        self.0.strip_prefix(start).map(|rest| self.0 = rest).is_some()
    }

    #[track_caller]
    pub(super) fn expect(&mut self, start: &str) {
        assert!(self.eat(start), "expected {start:?} at {:?}", self.0);
    }

    pub(super) fn take(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|sign: char| !fits(sign)).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        word
    }

    pub(super) fn word(&mut self) -> &'a str {
        self.take(|sign| sign.is_alphanumeric() || matches!(sign, '-' | '_'))
    }

    pub(super) fn number<T: std::str::FromStr>(&mut self) -> T {
        let at = self.0;
        self.take(|sign| sign.is_ascii_digit()).parse().unwrap_or_else(|_| panic!("a number at {at:?}"))
    }

    fn value(&mut self) -> Option<Value> {
        let mut values = serde_json::Deserializer::from_str(self.0).into_iter();
        let value: Value = values.next()?.ok()?;
        self.0 = &self.0[values.byte_offset()..];
        Some(value)
    }

    pub(super) fn name(&mut self) -> String {
        let at = self.0;
        let name = self.value().unwrap_or_else(|| panic!("a name at {at:?}"));
        name.as_str().unwrap().to_owned()
    }

    fn corner(&mut self) -> (usize, usize) {
        self.expect("(");
        let x = self.number();
        self.expect(", ");
        let y = self.number();
        self.expect(")");
        (x, y)
    }

    /// Words about where something is.
    pub(super) fn place(&mut self) -> Put {
        let mut put = Put::default();
        loop {
            if self.eat(" everywhere") {
                put.cells = Some(cells(0..WIDTH, 0..HEIGHT));
            } else if self.eat(" nowhere") {
                put.cells = Some(Vec::new());
            } else if self.eat(" at ") {
                let (left, top) = self.corner();
                let (right, bottom) = if self.eat(" to ") { self.corner() } else { (left, top) };
                put.cells = Some(cells(left..right + 1, top..bottom + 1));
                put.rectangle = Some([left, top, right, bottom]);
            } else if self.eat(" of tile ") {
                put.gid = Some(self.number::<u32>() + 1);
            } else if self.eat(" of turned tile ") {
                put.gid = Some(self.number::<u32>() + 1 + (1 << 31));
            } else if self.eat(" above ") {
                put.above = Some(self.name());
            } else if self.eat(" on ") {
                put.on = Some(self.name());
            } else {
                return put;
            }
        }
    }

    /// `key value`, `no key`, `property = value (type)`, as often as they follow.
    pub(super) fn said(&mut self) -> Said {
        let mut said = Said::default();
        loop {
            let key = self.word();
            assert!(!key.is_empty(), "a key at {:?}", self.0);
            if self.eat(" = ") {
                said.properties.push(self.property(key));
            } else if key == "no" && self.eat(" ") {
                said.keys.push((self.word().to_owned(), None));
            } else {
                self.expect(" ");
                let at = self.0;
                let value = self.value().unwrap_or_else(|| panic!("a value at {at:?}"));
                said.keys.push((key.to_owned(), Some(value)));
            }
            if !self.eat(",") {
                return said;
            }
            self.take(char::is_whitespace);
        }
    }

    fn property(&mut self, name: &str) -> Value {
        let at = self.0;
        let value = self.value().unwrap_or_else(|| panic!("a value at {at:?}"));
        let mut property = prop(name, value.clone());
        if self.eat(" (") {
            property["type"] = json!(self.word());
            if self.eat(" of ") {
                property["propertytype"] = json!(self.word());
            }
            self.expect(")");
        } else if value.is_object() {
            // An object that a property holds is text.
            property["value"] = json!(value.to_string());
        }
        property
    }
}
