//! Options of Jitsi meetings.

use super::{Check, Lint, values::each};
use crate::{
    check::context::MapContext,
    finding::{Change, Edit, Family, Finding, Rule, Severity},
    model::Value,
    workadventure::HolderKind,
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &JITSI_CONFIG, check: Check::Map(jitsi_config) },
    Lint { rule: &JITSI_CONFIG_UNREADABLE, check: Check::Beside("jitsi-config") },
    Lint { rule: &JITSI_NO_PREFIX_FALSE, check: Check::Map(jitsi_no_prefix_false) },
];

static JITSI_CONFIG: Rule = Rule {
    name: "jitsi-config",
    summary: "`jitsiConfig` holds a value that keeps the meeting from opening",
    severity: Severity::Error,
    family: Family::Properties,
    since: "0.1.0",
    why: "`startWithAudioMuted`, `startWithVideoMuted`, `prejoinPageEnabled` and `disableDeepLinking` must be \
          true or false, `gravatar` an object. With anything else the meeting never opens.",
    example: r#"layer "room-1": jitsiRoom = "one", jitsiConfig = { "startWithAudioMuted": "true" }"#,
    mend: "Write true and false without quotation marks.",
};

static JITSI_CONFIG_UNREADABLE: Rule = Rule {
    name: "jitsi-config-unreadable",
    summary: "the options of a meeting are no JSON object",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "The meeting opens without any of the options: microphones are on, buttons are missing.",
    example: r#"layer "room-1": jitsiRoom = "one", jitsiConfig = "{startWithAudioMuted: true}""#,
    mend: "Write a JSON object: keys in quotation marks, no comma behind the last.",
};

static JITSI_NO_PREFIX_FALSE: Rule = Rule {
    name: "jitsi-no-prefix-false",
    summary: "`jitsiNoPrefix` is false and acts as if it were true",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "On layers and areas only the presence of the property counts. The meeting's name becomes global on \
          the Jitsi server: strangers who chose the same name meet your visitors.",
    example: r#"layer "room-1": jitsiRoom = "one", jitsiNoPrefix = false"#,
    mend: "Delete the property.",
};

/// Options that must be true or false (workadventure-maps, section 1.3).
const BOOLS: [&str; 4] =
    ["startWithAudioMuted", "startWithVideoMuted", "prejoinPageEnabled", "disableDeepLinking"];

/// What an option must be, where it is not.
fn wrong_option(key: &str, value: &serde_json::Value) -> Option<&'static str> {
    if BOOLS.contains(&key) && !value.is_boolean() {
        return Some("true or false");
    }
    (key == "gravatar" && !value.is_object()).then_some("an object")
}

fn jitsi_config(context: &MapContext, findings: &mut Vec<Finding>) {
    each(context, |holder, property, _| {
        if !matches!(property.name.as_str(), "jitsiConfig" | "jitsiInterfaceConfig") {
            return;
        }
        let Some(text) = property.value.text().filter(|text| !text.trim().is_empty()) else { return };
        let parsed: Result<serde_json::Value, _> = serde_json::from_str(text);
        let Ok(serde_json::Value::Object(object)) = &parsed else {
            let reason = match &parsed {
                Err(error) => format!("no JSON ({error})"),
                Ok(_) => "no JSON object".to_owned(),
            };
            let message = format!(
                "the meeting of {} opens without its options: {} is {reason}",
                holder.name(context),
                property.name
            );
            let finding = Finding::new(&JITSI_CONFIG_UNREADABLE, context.value(property), message)
                .at(holder.place(context))
                .help("write keys and texts in quotation marks, and no comma behind the last");
            findings.push(match as_json(text) {
                Some(right) => finding.fix(true, "write it as JSON", right),
                None => finding,
            });
            return;
        };
        if property.name != "jitsiConfig" {
            return;
        }
        let wrong = object.iter().find_map(|(key, value)| Some((key, wrong_option(key, value)?)));
        if let Some((key, wanted)) = wrong {
            let message = format!(
                "the meeting of {} never opens: {key} in jitsiConfig must be {wanted}",
                holder.name(context)
            );
            let finding = Finding::new(&JITSI_CONFIG, context.value(property), message)
                .at(holder.place(context))
                .help("write true and false without quotation marks");
            findings.push(match unquoted(text, object) {
                Some(right) => finding.fix(true, "write true and false without quotation marks", right),
                None => finding,
            });
        }
    });
}

/// The options with `true` and `false` for `"true"` and `"false"`, where nothing else is wrong with them.
fn unquoted(text: &str, object: &serde_json::Map<String, serde_json::Value>) -> Option<String> {
    let mut right = text.to_owned();
    for (key, value) in object.iter().filter(|(key, value)| wrong_option(key, value).is_some()) {
        let literal = value.as_str().filter(|text| matches!(*text, "true" | "false"))?;
        let at = right.find(&format!("\"{key}\""))? + key.len() + 2;
        let quoted = format!("\"{literal}\"");
        let start = at + right[at..].find(|sign: char| sign != ':' && !sign.is_whitespace())?;
        if !right[start..].starts_with(&quoted) {
            return None;
        }
        right.replace_range(start..start + quoted.len(), literal);
    }
    let read: serde_json::Map<_, _> = serde_json::from_str(&right).ok()?;
    read.iter().all(|(key, value)| wrong_option(key, value).is_none()).then_some(right)
}

/// The JSON that was meant by an object as JavaScript and people write it: keys without quotation marks,
/// texts in others than `"`, a comma behind the last. `None` where it is anything else.
fn as_json(text: &str) -> Option<String> {
    let mut right = String::with_capacity(text.len() + 16);
    let mut rest = text.trim();
    while let Some(sign) = rest.chars().next() {
        let closing = match sign {
            '"' => Some('"'),
            '\'' => Some('\''),
            '“' | '„' | '”' => Some('”'),
            _ => None,
        };
        if let Some(closing) = closing {
            let inner = &rest[sign.len_utf8()..];
            let end = inner.find(|end| end == closing || closing == '”' && matches!(end, '“' | '"'))?;
            // What is escaped, or quotes within quotes, may be meant in any way.
            if inner[..end].contains(['\\', '"', '\n']) {
                return None;
            }
            right.push('"');
            right.push_str(&inner[..end]);
            right.push('"');
            rest = &inner[end + inner[end..].chars().next()?.len_utf8()..];
        } else if sign.is_alphabetic() || sign == '_' {
            let end = rest.find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(rest.len());
            let (word, behind) = rest.split_at(end);
            let is_key = behind.trim_start().starts_with(':');
            let quote = if is_key { "\"" } else { "" };
            right.extend([quote, word, quote]);
            rest = behind;
        } else {
            let behind = &rest[sign.len_utf8()..];
            if sign != ',' || !behind.trim_start().starts_with(['}', ']']) {
                right.push(sign);
            }
            rest = behind;
        }
    }
    let read: serde_json::Map<_, _> = serde_json::from_str(&right).ok()?;
    // Both faults are mended at once: to mend the one would bring the other.
    let right = unquoted(&right, &read)?;
    (!read.is_empty()).then_some(right)
}

fn jitsi_no_prefix_false(context: &MapContext, findings: &mut Vec<Finding>) {
    each(context, |holder, property, _| {
        let on_zone = matches!(holder.kind, HolderKind::TileLayer | HolderKind::Area);
        if on_zone && property.name == "jitsiNoPrefix" && matches!(property.value, Value::Bool(false)) {
            let edit = Edit { spot: context.spot(property.span), change: Change::Remove };
            findings.push(
                Finding::new(
                    &JITSI_NO_PREFIX_FALSE,
                    context.value(property),
                    format!(
                        "the meeting of {} is open to strangers with a room of the same name: jitsiNoPrefix acts \
                         as true even if it is false",
                        holder.name(context)
                    ),
                )
                .at(holder.place(context))
                .mend(true, "delete jitsiNoPrefix", vec![edit]),
            );
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant_by_an_object_that_is_no_json() {
        let right = r#"{"startWithAudioMuted": true, "subject": "Talks"}"#;
        for text in [
            r#"{startWithAudioMuted: true, subject: "Talks"}"#,
            r"{'startWithAudioMuted': true, 'subject': 'Talks'}",
            r#"{"startWithAudioMuted": true, "subject": "Talks",}"#,
            r#"{startWithAudioMuted: "true", subject: "Talks"}"#,
            r" {“startWithAudioMuted”: true, “subject”: “Talks”}",
        ] {
            assert_eq!(as_json(text).as_deref(), Some(right), "{text}");
        }
        for text in [
            "startWithAudioMuted",
            "startWithAudioMuted: true",
            "{startWithAudioMuted: yes}",
            r"{subject: 'it\'s'}",
            r#"{"a": 1 "b": 2}"#,
            "{}",
            "{'a",
        ] {
            assert_eq!(as_json(text), None, "{text}");
        }
    }

    #[test]
    fn options_in_quotation_marks() {
        let mended = |text: &str| {
            let object: serde_json::Map<_, _> = serde_json::from_str(text).unwrap();
            unquoted(text, &object)
        };
        assert_eq!(
            mended(r#"{ "startWithAudioMuted" : "true", "subject": "true" }"#).as_deref(),
            Some(r#"{ "startWithAudioMuted" : true, "subject": "true" }"#)
        );
        assert_eq!(mended(r#"{"startWithAudioMuted": "yes"}"#), None);
        assert_eq!(mended(r#"{"prejoinPageEnabled": "false", "gravatar": 1}"#), None);
    }
}
