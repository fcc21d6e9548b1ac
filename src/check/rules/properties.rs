//! Names of properties, and what carries them.

use std::collections::BTreeMap;

use super::{Check, Lint};
use crate::{
    check::context::{Holder, MapContext},
    finding::{Change, Edit, Family, Finding, Rule, Severity},
    model::{Property, RegionIndex, Value},
    workadventure::{HolderKind, PROPERTIES, PropertyFact, is_template},
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &PROPERTY_TYPO, check: Check::Map(property_typo) },
    Lint { rule: &PROPERTY_WRONG_HOLDER, check: Check::Map(property_wrong_holder) },
    Lint { rule: &DEPRECATED_PROPERTY, check: Check::Map(deprecated_property) },
    Lint { rule: &MISSING_MAIN_PROPERTY, check: Check::Map(missing_main_property) },
    Lint { rule: &DUPLICATE_PROPERTY, check: Check::Map(duplicate_property) },
    Lint { rule: &LIST_PROPERTY, check: Check::Map(list_property) },
    Lint { rule: &INT_TOO_LARGE, check: Check::Map(int_too_large) },
];

static DUPLICATE_PROPERTY: Rule = Rule {
    name: "duplicate-property",
    summary: "a property is given twice in one place",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "Tiled shows and keeps the last one. WorkAdventure takes the last of some and the first of others, \
          and the scripting library stops with an error. Mostly a merge left both.",
    example: r#"layer "music": playAudio = "a.mp3", playAudio = "b.mp3""#,
    mend: "Delete the one that is not meant.",
};

static LIST_PROPERTY: Rule = Rule {
    name: "list-property",
    summary: "a property is a list",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "Lists came with Tiled 1.12. map-storage does not know them and refuses the upload of the whole map. \
          `venue bundle` leaves them out, so in a project with a venue.toml this is no more than a note.",
    example: r#"guests = [{ "type": "string", "value": "Ada" }] (list)"#,
    mend: "Use a text with commas, or several properties.",
};

static INT_TOO_LARGE: Rule = Rule {
    name: "int-too-large",
    summary: "a whole number has more than 32 bits",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "Tiled reads properties of type int into 32 bits: the next time it saves the map, the number is \
          another one. Nobody is told.",
    example: "opensAt = 1735689600000 (int)",
    mend: "Use a property of type string or float.",
};

static PROPERTY_TYPO: Rule = Rule {
    name: "property-typo",
    summary: "a property is called nearly, but not quite, as one that WorkAdventure reads",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "Names of properties are read letter by letter, upper and lower case included. One that is not known \
          is ignored without a word: the meeting never opens, the wall does not block.",
    example: r#"layer "room-1": jitsiroom = "room-1""#,
    mend: "Rename the property as the finding says. If a script of yours reads it under this name, accept \
           the finding with venueAllow.",
};

static PROPERTY_WRONG_HOLDER: Rule = Rule {
    name: "property-wrong-holder",
    summary: "a property stands where WorkAdventure does not read it",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "Each property works on some things only: `collides` on tiles, `openWebsite` on tile layers and \
          areas, `script` on the map. Elsewhere it is ignored without a word. Objects carry zones only if \
          their class is `area`; object layers and groups never do.",
    example: r#"layer "walls": collides = true"#,
    mend: "Move the property to what the finding names, or give the object the class `area`.",
};

static DEPRECATED_PROPERTY: Rule = Rule {
    name: "deprecated-property",
    summary: "a property is out of use",
    severity: Severity::Info,
    family: Family::Properties,
    since: "0.1.0",
    why: "It still works today or does nothing any more; WorkAdventure's own checks complain about it.",
    example: r#"layer "to-hall": exitSceneUrl = "hall.json""#,
    mend: "Use the property that replaces it.",
};

static MISSING_MAIN_PROPERTY: Rule = Rule {
    name: "missing-main-property",
    summary: "a property refines another that is not there",
    severity: Severity::Info,
    family: Family::Properties,
    since: "0.1.0",
    why: "`jitsiTrigger` says how a meeting opens, and without `jitsiRoom` there is none: often the main \
          property was deleted or stands on another layer.",
    example: r#"layer "room-1": jitsiTrigger = "onaction"  # and no jitsiRoom"#,
    mend: "Add the main property, or delete this one.",
};

/// Names of `venue`'s own properties.
const OWN_PREFIX: &str = "venue";

/// Names that mean something to WorkAdventure and nothing else would be called so. Others that it
/// reads (`name`, `url`, `type`, `start`, …) are common words, which scripts use for themselves.
fn is_unmistakable(name: &str) -> bool {
    const NAMES: [&str; 17] = [
        "bbbMeeting",
        "bbbMeetingAdminTag",
        "collides",
        "exitSceneUrl",
        "exitUrl",
        "focusable",
        "listenerMegaphone",
        "openTab",
        "playAudio",
        "playAudioLoop",
        "script",
        "scriptDisableModuleSupport",
        "silent",
        "speakerMegaphone",
        "start",
        "startLayer",
        "zoomMargin",
    ];
    NAMES.contains(&name) || name.starts_with("jitsi") || name.starts_with("openWebsite")
}

/// Whether the name is a common word on an object of a class that the map's makers thought of, which
/// is theirs to read by a script: `script` of class "Trigger".
fn is_of_own_class(holder: &Holder, name: &str) -> bool {
    const WORDS: [&str; 5] = ["collides", "focusable", "script", "silent", "start"];
    // One letter away from a class of WorkAdventure it was meant to be that.
    let meant = |class: &str| {
        let class = class.to_lowercase();
        ["area", "zone", "variable", "website"].iter().any(|known| strsim::osa_distance(&class, known) <= 1)
    };
    let own = |class: &str| !class.is_empty() && !meant(class);
    WORDS.contains(&name) && holder.object().is_some_and(|object| own(&object.class))
}

fn property_typo(context: &MapContext, findings: &mut Vec<Finding>) {
    let mut mains = Mains::new();
    for (holder, property) in context.unknown_properties() {
        if property.name.starts_with(OWN_PREFIX) {
            continue;
        }
        let Some((meant, nearness)) = nearest(&property.name, holder.kind) else { continue };
        if holder.properties.get(meant).is_some() {
            continue;
        }
        // A script may well have names of its own, but not those of WorkAdventure in other letters.
        let certain = match nearness {
            Nearness::Case => true,
            Nearness::Letter => !context.has_script(),
            Nearness::Guess => false,
        };
        let finding = Finding::new(
            &PROPERTY_TYPO,
            context.spot(property.span).key("name"),
            format!(
                "\"{}\" of {} has no effect: WorkAdventure knows no such property",
                property.name,
                holder.name(context)
            ),
        )
        .at(holder.place(context))
        .help(if bare(&property.name) == property.name {
            format!("did you mean \"{meant}\"?")
        } else {
            format!("did you mean \"{meant}\", without the blank?")
        });
        // Renamed it would do as little, where what it refines is not there.
        let idle =
            PropertyFact::of(meant).is_some_and(|fact| is_idle(context, holder, property, fact, &mut mains));
        findings.push(if idle {
            finding
        } else {
            finding.fix(certain, format!("rename to \"{meant}\""), meant)
        });
    }
}

/// How near a name comes to the one that was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nearness {
    /// Only letter case differs, or blanks around it.
    Case,
    /// One letter differs, and no other name comes near.
    Letter,
    /// It is the likeliest.
    Guess,
}

/// A name without the blanks around it, which come with what is copied and nobody sees.
fn bare(name: &str) -> &str {
    name.trim_matches(|sign: char| sign.is_whitespace() || matches!(sign, '\u{200B}' | '\u{FEFF}'))
}

/// The property that was meant on such a holder, and how near it is.
fn nearest(name: &str, kind: HolderKind) -> Option<(&'static str, Nearness)> {
    let name = bare(name);
    let lower = name.to_lowercase();
    let here = || PROPERTIES.iter().filter(move |fact| fact.holders.contains(&kind));
    if let Some(fact) = here().find(|fact| fact.name.eq_ignore_ascii_case(name)) {
        return Some((fact.name, Nearness::Case));
    }
    let most = |known: &str| if known.len() < 9 { 1 } else { 2 };
    let length = lower.chars().count();
    let mut near: Vec<(usize, &'static str)> = here()
        // Known names are ASCII, and each letter more or less is a step.
        .filter(|fact| fact.name.len().abs_diff(length) <= most(fact.name))
        .filter(|fact| {
            // Short names are words of their own; `_openWebsite` or `openWebsite2` was renamed to
            // switch it off.
            let rest = lower.replacen(&fact.name.to_lowercase(), "", 1);
            fact.name.len() >= 6 && (rest.len() == lower.len() || rest.chars().any(char::is_alphabetic))
        })
        .map(|fact| (strsim::osa_distance(&lower, &fact.name.to_lowercase()), fact.name))
        .filter(|(distance, known)| *distance <= most(known))
        .collect();
    near.sort_unstable();
    let (distance, known) = *near.first()?;
    let alone = distance == 1 && near.len() == 1;
    Some((known, if alone { Nearness::Letter } else { Nearness::Guess }))
}

fn property_wrong_holder(context: &MapContext, findings: &mut Vec<Finding>) {
    for (holder, property, fact) in context.known_properties() {
        if fact.holders.contains(&holder.kind)
            || !is_unmistakable(fact.name)
            || property.value.is_falsy()
            || is_of_own_class(holder, fact.name)
            || fact.companion_of.iter().any(|main| holder.properties.get(main).is_some())
        {
            continue;
        }
        let mut finding = Finding::new(
            &PROPERTY_WRONG_HOLDER,
            context.spot(property.span).key("name"),
            format!("{} has no effect on {}", property.name, what(context, holder)),
        )
        .at(holder.place(context));
        if let Some(help) = help(fact, holder) {
            finding = finding.help(help);
        }
        findings.push(finding);
    }
}

fn what(context: &MapContext, holder: &Holder) -> String {
    let name = holder.name(context);
    match holder.object() {
        Some(object) if object.class.is_empty() => format!("{name}, which has no class"),
        Some(object) => format!("{name}, whose class is \"{}\"", object.class),
        None => name,
    }
}

fn help(fact: &PropertyFact, holder: &Holder) -> Option<String> {
    let on = |kind: HolderKind| fact.holders.contains(&kind);
    if holder.kind == HolderKind::Object && on(HolderKind::Area) {
        return Some("give the object the class \"area\"".to_owned());
    }
    let places: Vec<&str> = fact
        .holders
        .iter()
        .map(|kind| match kind {
            HolderKind::Map => "the map",
            HolderKind::TileLayer => "a tile layer",
            HolderKind::Tile => "a tile in its tileset",
            HolderKind::Area => "an object of class \"area\"",
            HolderKind::Variable => "an object of class \"variable\"",
            HolderKind::Website => "an object of class \"website\"",
            HolderKind::Tileset => "a tileset",
            HolderKind::Object => "an object",
            HolderKind::OtherLayer => "an object layer or a group",
        })
        .collect();
    let (last, others) = places.split_last()?;
    if others.is_empty() {
        return Some(format!("it works on {last}"));
    }
    Some(format!("it works on {} or {last}", others.join(", ")))
}

fn deprecated_property(context: &MapContext, findings: &mut Vec<Finding>) {
    // Names that work as well as those that replaced them.
    const SPARED: [&str; 3] = ["startLayer", "zone", "zoom_margin"];
    for (holder, property, fact) in context.known_properties() {
        let Some(instead) = fact.replaced_by else { continue };
        // Where it has no effect anyway another rule says so.
        if SPARED.contains(&fact.name) || !(fact.holders.is_empty() || fact.works_on(holder.kind)) {
            continue;
        }
        findings.push(
            Finding::new(
                &DEPRECATED_PROPERTY,
                context.spot(property.span).key("name"),
                format!("{} of {} is out of use", property.name, holder.name(context)),
            )
            .at(holder.place(context))
            .help(format!("use {instead}")),
        );
    }
}

/// Zones by where they lie that have one of the properties which a companion belongs to, by the
/// companion's name.
type Mains = BTreeMap<&'static str, RegionIndex>;

/// Whether a property, called as `fact` is, refines another that is not there. Companions are read from
/// all zones that overlap (workadventure-maps, section 1.1), so one that stands alone may belong to any
/// zone of its kind.
fn is_idle(
    context: &MapContext,
    holder: &Holder,
    property: &Property,
    fact: &'static PropertyFact,
    mains: &mut Mains,
) -> bool {
    let means_something =
        !property.value.is_falsy() || matches!(&property.value, Value::String(text) if is_template(text));
    if !matches!(holder.kind, HolderKind::TileLayer | HolderKind::Area)
        || fact.companion_of.is_empty()
        || !is_unmistakable(fact.name)
        || !means_something
        || fact.companion_of.iter().any(|main| holder.properties.get(main).is_some())
    {
        return false;
    }
    // A misspelt main property is told under its own name.
    let misspelt = holder.properties.iter().any(|other| {
        PropertyFact::of(&other.name).is_none()
            && nearest(&other.name, holder.kind).is_some_and(|(name, _)| fact.companion_of.contains(&name))
    });
    let zones = &context.meaning.zones;
    let above = mains.entry(fact.name).or_insert_with(|| {
        let mut index = RegionIndex::default();
        for (number, zone) in zones.iter().enumerate() {
            if zone.triggers.iter().any(|other| fact.companion_of.contains(&other.name.as_str())) {
                index.insert(number, &zone.cells);
            }
        }
        index
    });
    let place = holder.place(context);
    let elsewhere = |other: usize| zones[other].place.layer != place.layer;
    let shared = match holder.layer(context).and_then(|layer| layer.tiles()) {
        Some(tiles) => above.shares(&tiles.region(), elsewhere),
        None => place.area_tiles.is_some_and(|area| above.shares_with(area, elsewhere)),
    };
    !misspelt && !shared
}

fn missing_main_property(context: &MapContext, findings: &mut Vec<Finding>) {
    let mut mains = Mains::new();
    for (holder, property, fact) in context.known_properties() {
        if !is_idle(context, holder, property, fact, &mut mains) {
            continue;
        }
        findings.push(
            Finding::new(
                &MISSING_MAIN_PROPERTY,
                context.spot(property.span).key("name"),
                format!(
                    "{} of {} does nothing without {}",
                    property.name,
                    holder.name(context),
                    fact.companion_of.join(" or ")
                ),
            )
            .at(holder.place(context)),
        );
    }
}

/// Whether the property stands in the text as one of a list; of an object's keys loading tells which are
/// given twice.
fn is_listed(context: &MapContext, property: &Property) -> bool {
    property.span.is_some_and(|span| {
        let file = context.sources().file(span.file);
        let start = span.range().start;
        matches!(file.part(start..start + 1), Some(b"{" | b"<"))
    })
}

fn duplicate_property(context: &MapContext, findings: &mut Vec<Finding>) {
    for holder in &context.holders {
        let mut first: BTreeMap<&str, &Property> = BTreeMap::new();
        for property in holder.properties {
            let Some(other) = first.get(property.name.as_str()) else {
                first.insert(&property.name, property);
                continue;
            };
            if !is_listed(context, property) {
                continue;
            }
            let same = other.value == property.value && other.type_name == property.type_name;
            let which = if same { "with one value" } else { "and which one counts depends on who reads it" };
            let mut finding = Finding::new(
                &DUPLICATE_PROPERTY,
                context.spot(property.span).key("name"),
                format!("\"{}\" of {} is given twice, {which}", property.name, holder.name(context)),
            )
            .at(holder.place(context))
            .related(context.spot(other.span).key("name"), "first given here")
            .help("delete the one that is not meant");
            if same {
                let edit = Edit { spot: context.spot(property.span), change: Change::Remove };
                finding = finding.mend(true, "delete the second one", vec![edit]);
            }
            findings.push(finding);
        }
    }
}

fn list_property(context: &MapContext, findings: &mut Vec<Finding>) {
    // What comes of a TMX map is written without lists.
    if context.is_xml() {
        return;
    }
    for holder in &context.holders {
        for property in holder.properties.iter().filter(|property| matches!(property.value, Value::List(_))) {
            findings.push(
                Finding::new(
                    &LIST_PROPERTY,
                    context.spot(property.span).key("type"),
                    format!(
                        "map-storage refuses the map: \"{}\" of {} is a list",
                        property.name,
                        holder.name(context)
                    ),
                )
                .at(holder.place(context))
                .help("use a text, or publish what `venue bundle` writes"),
            );
        }
    }
}

fn int_too_large(context: &MapContext, findings: &mut Vec<Finding>) {
    for holder in &context.holders {
        for property in holder.properties {
            let Value::Int(number) = property.value else { continue };
            if i32::try_from(number).is_ok() {
                continue;
            }
            findings.push(
                Finding::new(
                    &INT_TOO_LARGE,
                    context.value(property),
                    format!(
                        "\"{}\" of {} becomes another number when Tiled saves the map: {number} has more than 32 bits",
                        property.name, holder.name(context)
                    ),
                )
                .at(holder.place(context))
                .help("use the type string or float"),
            );
        }
    }
}
