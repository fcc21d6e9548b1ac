//! Values of properties.

use std::collections::BTreeMap;

use super::{Check, Lint};
use crate::{
    check::context::{Holder, MapContext},
    finding::{Change, Edit, Family, Finding, Rule, Severity},
    model::{Property, Value},
    project::nearest,
    workadventure::{HolderKind, PropertyFact, ValueKind, is_template},
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &PROPERTY_WRONG_TYPE, check: Check::Map(wrong_types) },
    Lint { rule: &FATAL_PROPERTY_TYPE, check: Check::Beside("property-wrong-type") },
    Lint { rule: &TRIGGER_VALUE, check: Check::Map(triggers) },
    Lint { rule: &TRIGGER_AT_ONCE, check: Check::Beside("trigger-value") },
    Lint { rule: &NUMBER_OUT_OF_RANGE, check: Check::Map(number_out_of_range) },
    Lint { rule: &EMPTY_VALUE, check: Check::Map(empty_value) },
    Lint { rule: &VALUE_WITH_BLANKS, check: Check::Map(value_with_blanks) },
    Lint { rule: &WEBSITE_OBJECT, check: Check::Map(website_object) },
];

static PROPERTY_WRONG_TYPE: Rule = Rule {
    name: "property-wrong-type",
    summary: "a property's value has another type than WorkAdventure reads",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "WorkAdventure looks at the type that a property has in Tiled. The text \"true\" in `collides` does \
          not block, the text \"false\" in `silent` silences, and a number in `jitsiUrl` is ignored.",
    example: r#"tile 3: collides = "true" (string)"#,
    mend: "Delete the property in Tiled and add it again with the right type.",
};

static FATAL_PROPERTY_TYPE: Rule = Rule {
    name: "fatal-property-type",
    summary: "a property's type keeps everybody out of the room",
    severity: Severity::Error,
    family: Family::Properties,
    since: "0.1.0",
    why: "A few properties are used without looking: exits on tile layers, the map's `script`, what a \
          website object or a variable says. With another type than text (or true and false) there, the \
          program stops while the room opens.",
    example: r#"variable "door": readableBy = true (bool)"#,
    mend: "Delete the property in Tiled and add it again with the right type.",
};

static TRIGGER_VALUE: Rule = Rule {
    name: "trigger-value",
    summary: "`openWebsiteTrigger` is none of the words that WorkAdventure knows",
    severity: Severity::Error,
    family: Family::Properties,
    since: "0.1.0",
    why: "With any other text than `onaction`, `onicon` or `onenter` the website never opens, and nobody is \
          told.",
    example: r#"layer "poster": openWebsite = "https://example.org", openWebsiteTrigger = "onAction""#,
    mend: "Write onaction (visitors press SPACE) or onenter (at once).",
};

static TRIGGER_AT_ONCE: Rule = Rule {
    name: "trigger-at-once",
    summary: "a trigger that should wait for visitors does not",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "Meetings and new tabs know `onaction` only. With any other text they open as soon as somebody steps \
          on the zone, and browsers block tabs that open by themselves.",
    example: r#"layer "room-1": jitsiRoom = "one", jitsiTrigger = "onicon""#,
    mend: "Write onaction, or delete the property if it should open at once.",
};

static NUMBER_OUT_OF_RANGE: Rule = Rule {
    name: "number-out-of-range",
    summary: "a number is smaller or larger than WorkAdventure takes",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "Widths count in percent of the window, volumes from 0 to 1. Beyond that the default is taken, or \
          the page covers everything.",
    example: r#"layer "music": playAudio = "https://example.org/a.mp3", audioVolume = 80"#,
    mend: "Write a number within the range that the finding names.",
};

static EMPTY_VALUE: Rule = Rule {
    name: "empty-value",
    summary: "a property that should do something is empty",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "Without a value most zones do nothing. An empty `jitsiRoom` opens a meeting without a name, an empty \
          `playAudio` shows an error.",
    example: r#"layer "poster": openWebsite = """#,
    mend: "Fill the value in, or delete the property.",
};

static VALUE_WITH_BLANKS: Rule = Rule {
    name: "value-with-blanks",
    summary: "a value begins or ends with blanks",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "Tags, names of variables and of meetings are compared letter by letter. A blank that nobody sees \
          makes another name of them.",
    example: r#"variable "lights": writableBy = "admin ""#,
    mend: "Delete the blanks.",
};

static WEBSITE_OBJECT: Rule = Rule {
    name: "website-object",
    summary: "a website on the map lacks its url or a name of its own",
    severity: Severity::Error,
    family: Family::Properties,
    since: "0.1.0",
    why: "A website object without `url`, or a second one with the same name (two without a name, too), stops \
          the program while the room opens: nobody can enter.",
    example: r#"
website: url = "https://example.org/a"
website: url = "https://example.org/b"  # and no names
"#,
    mend: "Give each website object a url and a name of its own.",
};

/// Properties that do something by themselves, for which an empty value is a dead or broken zone.
const MAINS: [&str; 9] = [
    "jitsiRoom",
    "bbbMeeting",
    "openWebsite",
    "openTab",
    "playAudio",
    "playAudioLoop",
    "exitUrl",
    "exitSceneUrl",
    "zone",
];

pub(super) fn each(context: &MapContext, mut judge: impl FnMut(&Holder, &Property, &'static PropertyFact)) {
    for (holder, property, fact) in context.known_properties() {
        let filled_later = property.value.text().is_some_and(is_template);
        if fact.holders.contains(&holder.kind) && !filled_later {
            judge(holder, property, fact);
        }
    }
}

fn wrong_types(context: &MapContext, findings: &mut Vec<Finding>) {
    each(context, |holder, property, fact| {
        let Some(wanted) = wanted(holder, property, fact) else { return };
        let fatal = is_fatal(holder.kind, fact.name);
        let effect = match fact.name {
            _ if fatal => "nobody can enter the room",
            "default" => "any text or number but 0 is an open door",
            _ => fact.wrong.trim_end_matches('.'),
        };
        let mut finding = Finding::new(
            if fatal { &FATAL_PROPERTY_TYPE } else { &PROPERTY_WRONG_TYPE },
            context.spot(property.span).key(if property.span.is_some() { "type" } else { "value" }),
            format!(
                "{} of {} is {}, WorkAdventure wants {wanted}: {effect}",
                property.name,
                holder.name(context),
                described(&property.value)
            ),
        )
        .at(holder.place(context))
        .help(format!("delete it and add it again as {wanted}"));
        if let Some((kind, value)) = retyped(property, fact, wanted) {
            let edit = |key, change| Edit { spot: context.spot(property.span).key(key), change };
            let edits = vec![edit("type", Change::Text(kind.to_owned())), edit("value", value)];
            finding = finding.mend(true, format!("make it {wanted}"), edits);
        }
        findings.push(finding);
    });
}

/// Type and value of a property whose value says what it should be, in another type.
fn retyped(property: &Property, fact: &PropertyFact, wanted: &str) -> Option<(&'static str, Change)> {
    // A type of the project's own allows what its declaration says.
    if property.type_name.is_some() {
        return None;
    }
    match &property.value {
        Value::String(text) if wanted == "true or false" => {
            let literal = text.trim().to_ascii_lowercase();
            let is_one = matches!(literal.as_str(), "true" | "false");
            is_one.then_some(("bool", Change::Literal(literal)))
        }
        // The name of a meeting or a tag may well be a number; an address is none.
        Value::Int(number) if fact.value == ValueKind::Text => {
            Some(("string", Change::Text(number.to_string())))
        }
        _ => None,
    }
}

fn described(value: &Value) -> String {
    match value {
        Value::String(text) | Value::File(text) | Value::Color(text) => format!("the text \"{text}\""),
        Value::Int(_) | Value::Float(_) => format!("the number {}", value.display()),
        Value::Bool(value) => format!("{value}"),
        other => format!("a value of type {}", other.type_name()),
    }
}

/// What the value should be, where it is not.
fn wanted(holder: &Holder, property: &Property, fact: &PropertyFact) -> Option<&'static str> {
    let value = &property.value;
    // An entry on a layer is true, 1 or "1"; on an area anything; on a tile it is a name.
    if matches!(fact.name, "start" | "startLayer") {
        let wrong = match holder.kind {
            HolderKind::TileLayer => !matches!(value, Value::Bool(_) | Value::Int(_) | Value::Float(_)),
            _ => false,
        };
        return (wrong && value.text() != Some("1")).then_some("true or false");
    }
    // A door is open where its variable is true.
    if fact.name == "default" && holder.properties.boolean("door") == Some(true) {
        return (!matches!(value, Value::Bool(_))).then_some("true or false");
    }
    let (fits, wanted) = match fact.value {
        ValueKind::Text | ValueKind::Url(_) | ValueKind::OneOf(_) | ValueKind::JsonObject => {
            (value.text().is_some(), "text")
        }
        ValueKind::Bool => (matches!(value, Value::Bool(_)), "true or false"),
        ValueKind::Number(..) => {
            // A number as text is read as one in some places; it is what was meant.
            let number = value.text().is_some_and(|text| text.trim().parse::<f64>().is_ok());
            (value.number().is_some() || number, "a number")
        }
        ValueKind::Any => return None,
    };
    (!fits).then_some(wanted)
}

/// Where a wrong type stops the program (workadventure-maps, sections 1.3, 1.4, 5.1 and 5.3).
fn is_fatal(kind: HolderKind, name: &str) -> bool {
    match kind {
        HolderKind::TileLayer => matches!(name, "exitUrl" | "exitSceneUrl"),
        HolderKind::Map => matches!(name, "script" | "scriptDisableModuleSupport"),
        HolderKind::Website => matches!(name, "url" | "allowApi" | "policy"),
        HolderKind::Variable => matches!(name, "readableBy" | "writableBy"),
        _ => false,
    }
}

const TRIGGERS: [&str; 3] = ["onaction", "onicon", "onenter"];

fn triggers(context: &MapContext, findings: &mut Vec<Finding>) {
    each(context, |holder, property, _| {
        let Some(value) = property.value.text() else { return };
        let has = |name: &str| holder.properties.get(name).is_some();
        let known = TRIGGERS.contains(&value);
        let website = property.name == "openWebsiteTrigger" && has("openWebsite");
        let meeting = property.name == "jitsiTrigger";
        let tab = property.name == "openWebsiteTrigger" && !website && has("openTab");
        let finding = |rule, message: String| {
            let mut finding = Finding::new(rule, context.value(property), message).at(holder.place(context));
            if let Some(meant) =
                nearest(value, TRIGGERS.iter().filter(|word| website || **word == "onaction"))
            {
                finding = finding.help(format!("did you mean \"{meant}\"?")).fix(
                    value.eq_ignore_ascii_case(&meant),
                    format!("replace with \"{meant}\""),
                    meant,
                );
            } else if website {
                finding = finding.help("write onaction (visitors press SPACE) or onenter (at once)");
            } else {
                finding = finding.help("write onaction, or delete the property");
            }
            finding
        };
        if website && !known && !value.is_empty() {
            let message =
                format!("the website of {} never opens: \"{value}\" is no trigger", holder.name(context));
            findings.push(finding(&TRIGGER_VALUE, message));
        }
        // `onenter` asks for what happens.
        if (meeting || tab) && value != "onaction" && value != "onenter" && !value.is_empty() {
            let what = if meeting { "meeting" } else { "new tab" };
            let message = format!(
                "the {what} of {} opens at once: it knows onaction only, not \"{value}\"",
                holder.name(context)
            );
            findings.push(finding(&TRIGGER_AT_ONCE, message));
        }
    });
}

fn number_out_of_range(context: &MapContext, findings: &mut Vec<Finding>) {
    each(context, |holder, property, fact| {
        let ValueKind::Number(low, high) = fact.value else { return };
        let text = || property.value.text().and_then(|text| text.trim().parse().ok());
        let Some(number) = property.value.number().or_else(text) else { return };
        let silent = fact.name == "audioVolume" && number == 0.0;
        if (low..=high).contains(&number) && !silent {
            return;
        }
        let range =
            if high.is_finite() { format!("from {low} to {high}") } else { format!("of {low} or more") };
        let message = if silent {
            format!(
                "audioVolume of {} is 0, which WorkAdventure ignores: the sound plays as loud as any",
                holder.name(context)
            )
        } else {
            format!(
                "{} of {} is {number}, WorkAdventure takes numbers {range}",
                property.name,
                holder.name(context)
            )
        };
        let help = if silent {
            "take the smallest volume that you want to hear, or remove the sound"
        } else {
            fact.wrong
        };
        findings.push(
            Finding::new(&NUMBER_OUT_OF_RANGE, context.value(property), message)
                .at(holder.place(context))
                .help(help.trim_end_matches('.')),
        );
    });
}

fn empty_value(context: &MapContext, findings: &mut Vec<Finding>) {
    each(context, |holder, property, fact| {
        let Some(text) = property.value.text() else { return };
        if !text.trim().is_empty() || !MAINS.contains(&fact.name) {
            return;
        }
        // On a tile an empty value takes the property away again: a tool, not a mistake.
        if holder.kind == HolderKind::Tile {
            return;
        }
        let effect = match fact.name {
            "jitsiRoom" | "bbbMeeting" => "opens a meeting without a name",
            "playAudio" | "playAudioLoop" => "shows visitors an error instead of playing a sound",
            "openTab" => "opens nothing",
            "exitUrl" | "exitSceneUrl" => "leads nowhere",
            _ => "does nothing",
        };
        findings.push(
            Finding::new(
                &EMPTY_VALUE,
                context.value(property),
                format!("{} {effect}: its {} is empty", holder.name(context), property.name),
            )
            .at(holder.place(context))
            .help("fill it in, or delete the property"),
        );
    });
}

fn value_with_blanks(context: &MapContext, findings: &mut Vec<Finding>) {
    const COMPARED: [&str; 12] = [
        "bbbMeeting",
        "bbbMeetingAdminTag",
        "bellPopup",
        "bellVariable",
        "bindVariable",
        "codeVariable",
        "doorVariable",
        "jitsiRoomAdminTag",
        "jitsiUrl",
        "openConfigAdminTag",
        "readableBy",
        "writableBy",
    ];
    each(context, |holder, property, fact| {
        let Some(text) = property.value.text() else { return };
        let trimmed = text.trim();
        if trimmed == text || trimmed.is_empty() || !COMPARED.contains(&fact.name) {
            return;
        }
        findings.push(
            Finding::new(
                &VALUE_WITH_BLANKS,
                context.value(property),
                format!(
                    "{} of {} is not what it seems: \"{text}\" begins or ends with blanks",
                    property.name,
                    holder.name(context)
                ),
            )
            .at(holder.place(context))
            .help(format!("write \"{trimmed}\""))
            .fix(true, format!("replace with \"{trimmed}\""), trimmed),
        );
    });
}

fn website_object(context: &MapContext, findings: &mut Vec<Finding>) {
    let mut first: BTreeMap<&str, crate::finding::Spot> = BTreeMap::new();
    for held in context.objects().filter(|held| held.object.class == "website") {
        let object = held.object;
        let spot = context.spot(object.span);
        if object.properties.get("url").is_none() {
            findings.push(
                Finding::new(
                    &WEBSITE_OBJECT,
                    spot.clone(),
                    format!("nobody can enter the room: {} has no url", held.describe()),
                )
                .at(held.place(context.map))
                .help("add the property url, or take the class \"website\" away"),
            );
        }
        let Some(other) = first.get(object.name.as_str()) else {
            first.insert(&object.name, spot);
            continue;
        };
        let names = if object.name.is_empty() {
            "two website objects have no name".to_owned()
        } else {
            format!("two website objects are called \"{}\"", object.name)
        };
        findings.push(
            Finding::new(&WEBSITE_OBJECT, spot.key("name"), format!("nobody can enter the room: {names}"))
                .at(held.place(context.map))
                .related(other.clone().key("name"), "the other website object")
                .help("give each a name of its own"),
        );
    }
}
