//! `[[check.custom]]`: the event's own policy, as data.

use std::sync::{Mutex, PoisonError};

use regex::Regex;

use super::{SettingsError, context::MapContext};
use crate::{
    finding::{Family, Finding, Place, Rule, Severity, Spot},
    model::{Properties, Property, Value},
    project::{CustomRule, CustomSubject},
    workadventure::HolderKind,
};

pub(super) static CUSTOM_RULE: Rule = Rule {
    name: "custom-rule",
    summary: "a rule of the event's own, from `[[check.custom]]` in venue.toml",
    severity: Severity::Warning,
    family: Family::Custom,
    since: "0.1.0",
    why: "Every event has a policy that WorkAdventure knows nothing of: how rooms are named, which hosts are \
          used, how loud a sound may be. Each such rule shows under its own name.",
    example: r#"
layer "foyer": jitsiRoom = "foyer"
file "venue.toml":
  [[check.custom]]
  name = "room-prefix"
  on = "zone"
  property = "jitsiRoom"
  matches = "^mixit-"
  message = "meeting rooms of this event start with mixit-"
"#,
    mend: "Do as the rule's message says; switch a custom rule off by its own name, under [check.rules].",
};

/// A custom rule, ready to judge.
#[derive(Debug)]
pub(super) struct Policy {
    pub(super) rule: &'static Rule,
    config: CustomRule,
    matches: Option<Regex>,
}

/// The custom rules of a config. `place` says where in it the one of an index stands.
pub(super) fn policies(
    rules: &[CustomRule],
    place: impl Fn(usize) -> String,
) -> Result<Vec<Policy>, SettingsError> {
    let mut out: Vec<Policy> = Vec::new();
    for (index, config) in rules.iter().enumerate() {
        let wrong =
            |reason: String| SettingsError::Custom { place: place(index), name: config.name.clone(), reason };
        if super::registry::rule(&config.name).is_some() {
            return Err(wrong("a rule of this name is built in".to_owned()));
        }
        if out.iter().any(|other| other.rule.name == config.name) {
            return Err(wrong("two rules have this name".to_owned()));
        }
        let judges = config.matches.is_some()
            || config.required
            || config.forbidden
            || config.one_of.is_some()
            || config.min.is_some()
            || config.max.is_some();
        if !judges {
            let keys = "matches, required, forbidden, one-of, min or max";
            return Err(wrong(format!("it judges nothing: give {keys}")));
        }
        if config.required && config.forbidden {
            return Err(wrong("what is required cannot be forbidden".to_owned()));
        }
        let matches = config.matches.as_deref().map(Regex::new).transpose();
        let matches = matches.map_err(|error| wrong(error.to_string()))?;
        out.push(Policy { rule: interned(config), config: config.clone(), matches });
    }
    Ok(out)
}

/// The rule as findings name it. Rules live as long as the program; those of a config are few, and
/// one that is read again is the same one.
fn interned(config: &CustomRule) -> &'static Rule {
    static KNOWN: Mutex<Vec<&'static Rule>> = Mutex::new(Vec::new());
    let severity = config.severity.unwrap_or(Severity::Warning);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let same = known
        .iter()
        .find(|rule| rule.name == config.name && rule.summary == config.message && rule.severity == severity);
    if let Some(rule) = same {
        return rule;
    }
    let rule = Rule {
        name: String::leak(config.name.clone()),
        summary: String::leak(config.message.clone()),
        severity,
        family: Family::Custom,
        since: CUSTOM_RULE.since,
        why: CUSTOM_RULE.why,
        example: CUSTOM_RULE.example,
        mend: CUSTOM_RULE.mend,
    };
    let rule: &'static Rule = Box::leak(Box::new(rule));
    known.push(rule);
    rule
}

struct Subject<'a> {
    properties: &'a [Property],
    name: String,
    spot: Spot,
    place: Place,
}

/// Judges a map by the event's own rules.
pub(super) fn check(context: &MapContext, policies: &[Policy], findings: &mut Vec<Finding>) {
    if policies.is_empty() {
        return;
    }
    let holders = &context.holders;
    for policy in policies {
        let wanted = |kind: HolderKind| match policy.config.on {
            CustomSubject::Map => kind == HolderKind::Map,
            CustomSubject::Layer => matches!(kind, HolderKind::TileLayer | HolderKind::OtherLayer),
            CustomSubject::Object => {
                use HolderKind::{Area, Object, Variable, Website};
                matches!(kind, Area | Object | Variable | Website)
            }
            CustomSubject::Tileset => kind == HolderKind::Tileset,
            CustomSubject::Tile => kind == HolderKind::Tile,
            CustomSubject::Zone => false,
        };
        if policy.config.on == CustomSubject::Zone {
            for zone in &context.meaning.zones {
                let name = match &zone.holder {
                    crate::workadventure::Holder::Layer(path) => format!("layer \"{path}\""),
                    crate::workadventure::Holder::Area(name) => format!("area \"{name}\""),
                    crate::workadventure::Holder::Tile(tileset, id) => {
                        format!("tile {id} of tileset \"{tileset}\"")
                    }
                };
                let (spot, place) = (zone.spot.clone(), zone.place.clone());
                judge(context, policy, &Subject { properties: &zone.triggers, name, spot, place }, findings);
            }
        }
        for holder in holders.iter().filter(|holder| wanted(holder.kind)) {
            let Properties(properties) = holder.properties;
            let subject = Subject {
                properties,
                name: holder.name(context),
                spot: holder.spot(context),
                place: holder.place(context),
            };
            judge(context, policy, &subject, findings);
        }
    }
}

fn judge(context: &MapContext, policy: &Policy, subject: &Subject, findings: &mut Vec<Finding>) {
    let config = &policy.config;
    let found = subject.properties.iter().rev().find(|property| property.name == config.property);
    let report = |spot: Spot, what: String| {
        Finding::new(policy.rule, spot, format!("{}: {what}", config.message)).at(subject.place.clone())
    };
    let name = &subject.name;
    let Some(property) = found else {
        if config.required {
            findings.push(report(subject.spot.clone(), format!("{name} has no {}", config.property)));
        }
        return;
    };
    let shown = property.value.display();
    let outside = |number: f64| {
        config.min.is_some_and(|min| number < min) || config.max.is_some_and(|max| number > max)
    };
    let bounded = config.min.is_some() || config.max.is_some();
    let refused = config.forbidden
        || policy.matches.as_ref().is_some_and(|matches| !matches.is_match(&shown))
        || config
            .one_of
            .as_ref()
            .is_some_and(|values| !values.iter().any(|value| same(value, &property.value)))
        || bounded && property.value.number().is_none_or(outside);
    if refused {
        let what = format!("{} of {name} is \"{shown}\"", config.property);
        findings.push(report(context.value(property), what));
    }
}

fn same(wanted: &toml::Value, value: &Value) -> bool {
    match wanted {
        toml::Value::String(text) => value.text() == Some(text),
        toml::Value::Boolean(wanted) => matches!(value, Value::Bool(value) if value == wanted),
        #[expect(clippy::cast_precision_loss, reason = "no property counts beyond 2^53")]
        toml::Value::Integer(wanted) => value.number() == Some(*wanted as f64),
        toml::Value::Float(wanted) => value.number() == Some(*wanted),
        _ => false,
    }
}
