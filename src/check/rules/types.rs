//! Custom types of Tiled projects: whether values are what their type allows, and whether what classes
//! give is in the file that WorkAdventure reads (tiled-formats, sections 3.10 and 5).

use crate::{
    check::{
        context::{Holder, MapContext},
        registry::{Check, Lint},
    },
    finding::{Family, Finding, Rule, Severity, Spot},
    format::holder_in_value,
    model::{CustomClass, CustomEnum, CustomTypes, Json, Property, Value},
    project::nearest,
    workadventure::{HolderKind, PropertyFact},
};

/// The rules of this family.
pub(in crate::check) static LINTS: &[Lint] = &[
    Lint { rule: &CUSTOM_TYPE_UNKNOWN, check: Check::Map(check) },
    Lint { rule: &ENUM_VALUE_UNLISTED, check: Check::Beside("custom-type-unknown") },
    Lint { rule: &CLASS_MEMBER_WRONG, check: Check::Beside("custom-type-unknown") },
    Lint { rule: &CLASS_DEFAULT_NOT_WRITTEN, check: Check::Beside("custom-type-unknown") },
];

static CUSTOM_TYPE_UNKNOWN: Rule = Rule {
    name: "custom-type-unknown",
    summary: "a property has a custom type that the Tiled project does not have",
    severity: Severity::Info,
    family: Family::Properties,
    since: "0.1.0",
    why: "Tiled drops the type of the property when it saves the map, and no longer offers its values.",
    example: r#"
area "poster": side = "left" (string of Sde)
file "venue.tiled-project":
  {
    "propertyTypes": [
      { "name": "Side", "type": "enum", "storageType": "string", "values": ["left", "right"] }
    ]
  }
"#,
    mend: "Add the type to the project in Tiled, or choose one that it has.",
};

static ENUM_VALUE_UNLISTED: Rule = Rule {
    name: "enum-value-unlisted",
    summary: "a property has a value that its enum does not list",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "Tiled cannot show the value and replaces it by the next choice; scripts that go by the enum do not \
          know it.",
    example: r#"
area "poster": side = "lft" (string of Side)
file "venue.tiled-project":
  {
    "propertyTypes": [
      { "name": "Side", "type": "enum", "storageType": "string", "values": ["left", "right"] }
    ]
  }
"#,
    mend: "Choose a value of the list, or add this one to the enum.",
};

static CLASS_MEMBER_WRONG: Rule = Rule {
    name: "class-member-wrong",
    summary: "a value of a class has a member that the class does not have, or of another type",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "Tiled drops the member when it saves the map, and scripts that go by the class do not find it.",
    example: r#"
area "poster": spot = { "X": 1 } (class of Point)
file "venue.tiled-project":
  {
    "propertyTypes": [
      { "name": "Point", "type": "class", "members": [{ "name": "x", "type": "int", "value": 0 }] }
    ]
  }
"#,
    mend: "Write the member as the class has it, or add it to the class.",
};

static CLASS_DEFAULT_NOT_WRITTEN: Rule = Rule {
    name: "class-default-not-written",
    summary: "a property comes from a class alone, where WorkAdventure does not find it",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "Tiled shows the default of the class, but does not write it into the map, and WorkAdventure reads \
          nothing else: nothing happens there. `venue bundle` writes it.",
    example: r#"
area "poster"
file "venue.tiled-project":
  {
    "propertyTypes": [
      {
        "name": "area", "type": "class", "useAs": ["object"],
        "members": [{ "name": "openWebsite", "type": "string", "value": "https://example.org" }]
      }
    ]
  }
"#,
    mend: "Set the property on the object itself, or serve the map as a bundle.",
};

fn check(context: &MapContext, findings: &mut Vec<Finding>) {
    let Some(types) = context.project.types_of(&context.map.file) else { return };
    let judge = Judge { context, types };
    for holder in &context.holders {
        for property in holder.properties {
            if let Some(name) = &property.type_name {
                judge.property(holder, property, name, findings);
            }
        }
        judge.class(holder, findings);
    }
}

struct Judge<'a> {
    context: &'a MapContext<'a>,
    types: &'a CustomTypes,
}

impl Judge<'_> {
    fn property(&self, holder: &Holder, property: &Property, name: &str, findings: &mut Vec<Finding>) {
        let found = if let Some(class) = self.types.class(name, "property") {
            if let Value::Class(members) = &property.value {
                self.members(holder, property, class, members, &mut Vec::new(), findings);
            }
            return;
        } else if let Some(kind) = self.types.enumeration(name) {
            let Some(wrong) = unlisted(kind, &property.value) else { return };
            let message = format!(
                "{}: {} has \"{wrong}\", which \"{name}\" does not list",
                holder.name(self.context),
                property.name
            );
            let near = nearest(&wrong, &kind.values);
            (&ENUM_VALUE_UNLISTED, self.context.value(property), message, near)
        } else {
            let message = format!(
                "{}: {} is of the type \"{name}\", which the project lacks",
                holder.name(self.context),
                property.name
            );
            let enums = self.types.enums.iter().map(|kind| kind.name.as_str());
            let classes = self.types.classes.iter().map(|class| class.name.as_str());
            let near = nearest(name, enums.chain(classes).collect::<Vec<_>>());
            (&CUSTOM_TYPE_UNKNOWN, self.context.spot(property.span).key("propertytype"), message, near)
        };
        let (rule, spot, message, near) = found;
        let help = near.map(|near| format!("did you mean \"{near}\"?"));
        findings.push(Finding { help, ..Finding::new(rule, spot, message) }.at(holder.place(self.context)));
    }

    fn members(
        &self,
        holder: &Holder,
        property: &Property,
        class: &CustomClass,
        members: &Json,
        path: &mut Vec<String>,
        findings: &mut Vec<Finding>,
    ) {
        let Json::Object(pairs) = members else { return };
        for (name, value) in pairs {
            path.push(name.clone());
            let full = format!("{}.{}", property.name, path.join("."));
            let mut find = |rule, message: String, near: Option<String>| {
                let help = near.map(|near| format!("did you mean \"{near}\"?"));
                let finding = Finding::new(rule, self.member_spot(property, path), message);
                findings.push(Finding { help, ..finding }.at(holder.place(self.context)));
            };
            match class.member(name) {
                None => {
                    let known = class.members.iter().map(|member| member.name.as_str());
                    let near = nearest(name, known.collect::<Vec<_>>());
                    let message =
                        format!("{}: {full} is no member of \"{}\"", holder.name(self.context), class.name);
                    find(&CLASS_MEMBER_WRONG, message, near);
                }
                Some(member) if !fits(&member.value, value) => {
                    let message = format!(
                        "{}: {full} is not of the type {}",
                        holder.name(self.context),
                        member.value.type_name()
                    );
                    find(&CLASS_MEMBER_WRONG, message, None);
                }
                Some(member) => {
                    let type_name = member.type_name.as_deref().unwrap_or_default();
                    if let Some(inner) = self.types.class(type_name, "property") {
                        self.members(holder, property, inner, value, path, findings);
                    } else if let Some(kind) = self.types.enumeration(type_name)
                        && let Some(wrong) = typed(value).and_then(|value| unlisted(kind, &value))
                    {
                        let near = nearest(&wrong, &kind.values);
                        let message = format!(
                            "{}: {full} has \"{wrong}\", which \"{type_name}\" does not list",
                            holder.name(self.context)
                        );
                        find(&ENUM_VALUE_UNLISTED, message, near);
                    }
                }
            }
            path.pop();
        }
    }

    /// The member itself in JSON; the property in XML.
    fn member_spot(&self, property: &Property, path: &[String]) -> Spot {
        let whole = self.context.value(property);
        let (Some(span), Some(last)) = (property.span, path.last()) else { return whole };
        let file = self.context.sources().file(span.file);
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match holder_in_value(&file, span, &path) {
            Some(holder) => Spot::new(file.name(), Some(holder)).key(last.clone()),
            None => whole,
        }
    }

    /// What the class of a holder gives, and its file does not say.
    fn class(&self, holder: &Holder, findings: &mut Vec<Finding>) {
        let (class, usage) = match (holder.kind, holder.layer(self.context), holder.object()) {
            (HolderKind::Map, ..) => (&self.context.map.class, "map"),
            (_, Some(layer), _) => (&layer.class, "layer"),
            (_, _, Some(object)) => (&object.class, "object"),
            _ => return,
        };
        let Some(class) = self.types.class(class, usage) else { return };
        for member in &class.members {
            let known = PropertyFact::of(&member.name)
                .is_some_and(|fact| fact.works_on(holder.kind) && fact.is_main());
            if !known || member.value.is_falsy() || holder.properties.get(&member.name).is_some() {
                continue;
            }
            let message = format!(
                "{}: WorkAdventure does not see {} = \"{}\", which the class \"{}\" gives",
                holder.name(self.context),
                member.name,
                member.value.display(),
                class.name
            );
            findings.push(
                Finding::new(&CLASS_DEFAULT_NOT_WRITTEN, holder.spot(self.context), message)
                    .at(holder.place(self.context))
                    .help("set the property itself in Tiled, or serve the map as a bundle")
                    .related(Spot::new(&*self.types.file, member.span), "the default stands here"),
            );
        }
    }
}

/// What of a value an enum does not list.
fn unlisted(kind: &CustomEnum, value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => {
            let chosen: Vec<&str> = if kind.flags { text.split(',').collect() } else { vec![text] };
            let wrong = chosen.into_iter().find(|chosen| !kind.values.iter().any(|value| value == chosen))?;
            Some(wrong.to_owned())
        }
        Value::Int(number) => {
            let count = u32::try_from(kind.values.len()).unwrap_or(u32::MAX);
            let end = if kind.flags {
                1_i64.checked_shl(count.min(62)).unwrap_or(i64::MAX)
            } else {
                i64::from(count)
            };
            (!(0..end).contains(number)).then(|| number.to_string())
        }
        _ => None,
    }
}

fn typed(value: &Json) -> Option<Value> {
    match value {
        Json::String(text) => Some(Value::String(text.clone())),
        Json::Number(text) => text.parse().ok().map(Value::Int),
        _ => None,
    }
}

/// Whether a member's value can be of the type of its default.
fn fits(default: &Value, value: &Json) -> bool {
    match default {
        // Enums are stored as text or number, whichever the enum said when the map was saved.
        Value::String(_) | Value::Int(_) => {
            matches!(value, Json::String(_) | Json::Number(_)) && {
                !matches!((default, value), (Value::Int(_), Json::String(text)) if text.is_empty())
            }
        }
        Value::Color(_) | Value::File(_) => matches!(value, Json::String(_)),
        Value::Float(_) | Value::Object(_) => matches!(value, Json::Number(_)),
        Value::Bool(_) => matches!(value, Json::Bool(_)),
        Value::Class(_) => matches!(value, Json::Object(_)),
        Value::List(_) => matches!(value, Json::Array(_) | Json::Integers(_)),
        Value::Unknown(..) => true,
    }
}
