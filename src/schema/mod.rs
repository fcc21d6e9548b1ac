//! JSON Schemas of the files that people write and of the reports that programs read, and a Tiled project
//! that knows the properties of WorkAdventure.
//!
//! The schemas are made from the types that read and write them, with the first lines of their documentation. Draft
//! 7, the newest that both editors of TOML (Taplo reads 4 to 7) and of JSON know. Whoever reads a report is
//! left free to meet keys that a later version adds; files of one's own may hold known keys only.

mod tidy;
mod tiled;

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};
pub use tiled::{TILED_EXTENSION, tiled_project};

use crate::{
    bundle::BundleReport,
    check,
    diff::Diff,
    graph::Graph,
    project::Config,
    report::CheckReport,
    stand::{Spec, StandsReport},
};

/// A form of files or reports that has a schema.
#[derive(Debug)]
pub struct Form {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is the form of.
    pub about: &'static str,
    write: fn() -> Value,
}

/// All forms, those that people write first.
pub static FORMS: &[Form] = &[
    Form { name: "config", about: "venue.toml", write: config },
    Form { name: "sponsors", about: "the spec of `venue stands`", write: sponsors },
    Form { name: "check", about: "`venue check --format json`", write: report::<CheckReport> },
    Form { name: "stands", about: "`venue stands --format json`", write: report::<StandsReport> },
    Form { name: "bundle", about: "`venue bundle --format json`", write: report::<BundleReport> },
    Form { name: "graph", about: "`venue graph --format json`", write: report::<Graph> },
    Form { name: "diff", about: "`venue diff --format json`", write: report::<Diff> },
];

impl Form {
    /// The form of this name.
    pub fn of(name: &str) -> Option<&'static Self> {
        FORMS.iter().find(|form| form.name == name)
    }

    /// Its schema, indented, with a final newline.
    pub fn schema(&self) -> String {
        let mut schema = (self.write)();
        if let Some(root) = schema.as_object_mut() {
            root.insert("title".to_owned(), json!(format!("venue: {}", self.about.replace('`', ""))));
        }
        format!("{:#}\n", tidy::sorted(&schema))
    }
}

/// The schema of what a type reads.
fn input<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft07().for_deserialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    tidy::without_null(&mut schema);
    tidy::tidy(&mut schema);
    schema
}

/// The schema of what a type writes.
fn report<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft07().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    tidy::tidy(&mut schema);
    schema
}

/// `venue.toml`: the rules are known by name, those of the event's own aside.
fn config() -> Value {
    let mut schema = input::<Config>();
    let level = json!({ "$ref": "#/definitions/Level" });
    let rules: Map<String, Value> = check::rules()
        .iter()
        .map(|rule| {
            let about = json!({ "description": rule.summary, "allOf": [level] });
            (rule.name.to_owned(), about)
        })
        .collect();
    for table in ["CheckConfig", "PerPath"] {
        if let Some(of_rules) = schema.pointer_mut(&format!("/definitions/{table}/properties/rules"))
            && let Some(of_rules) = of_rules.as_object_mut()
        {
            of_rules.insert("properties".to_owned(), Value::Object(rules.clone()));
        }
    }
    schema
}

/// The sponsors spec; in JSON it may name its schema.
fn sponsors() -> Value {
    let mut schema = input::<Spec>();
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        let about = "The schema of this file, for editors.";
        properties.insert("$schema".to_owned(), json!({ "type": "string", "description": about }));
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        let mut names: Vec<&str> = FORMS.iter().map(|form| form.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FORMS.len());
        assert!(Form::of("chekc").is_none());
    }

    #[test]
    fn every_schema_says_of_every_key_what_it_is() {
        fn look(schema: &Value, at: &str, bare: &mut Vec<String>) {
            if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
                for (name, property) in properties {
                    let described = property["description"].as_str().is_some_and(|text| !text.is_empty());
                    if !described {
                        bare.push(format!("{at}/{name}"));
                    }
                }
            }
            let inner = schema.as_object().into_iter().flatten();
            for (name, value) in inner {
                look(value, &format!("{at}/{name}"), bare);
            }
        }
        for form in FORMS {
            let schema: Value = serde_json::from_str(&form.schema()).unwrap();
            let mut bare = Vec::new();
            look(&schema, form.name, &mut bare);
            assert!(bare.is_empty(), "{bare:#?}");
            assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
        }
    }
}
