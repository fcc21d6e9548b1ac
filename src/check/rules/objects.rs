//! Objects, and what they refer to.

use std::collections::BTreeSet;

use super::{Check, Lint};
use crate::{
    check::context::{HeldObject, MapContext},
    finding::{Family, Finding, Rule, Severity},
    model::{Gid, Value},
    workadventure::HolderKind,
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &OBJECT_TILE_MISSING, check: Check::Map(object_tile_missing) },
    Lint { rule: &OBJECT_REFERENCE_MISSING, check: Check::Map(object_reference_missing) },
    Lint { rule: &ID_MISSING, check: Check::Map(id_missing) },
    Lint { rule: &WEBSITE_WITHOUT_EXTENT, check: Check::Map(website_without_extent) },
];

static OBJECT_TILE_MISSING: Rule = Rule {
    name: "object-tile-missing",
    summary: "an object shows a tile that no tileset has",
    severity: Severity::Info,
    family: Family::Layers,
    since: "0.1.0",
    why: "Tiled shows a red cross in its place, or refuses the map where the number lies below every tileset. \
          Visitors see no tiles of objects anyway.",
    example: r#"object "lamp": gid 900  # of 4 tiles"#,
    mend: "Choose another tile in Tiled (Replace Tile in the object's context menu), or delete the object.",
};

static OBJECT_REFERENCE_MISSING: Rule = Rule {
    name: "object-reference-missing",
    summary: "a property refers to an object that is not on the map",
    severity: Severity::Info,
    family: Family::Properties,
    since: "0.1.0",
    why: "The object was deleted, or came from another map. A script that follows the reference finds nothing.",
    example: r#"object "lever": opens = 12 (object)"#,
    mend: "Choose the object anew in Tiled, or delete the property.",
};

static ID_MISSING: Rule = Rule {
    name: "id-missing",
    summary: "a layer or an object has no id",
    severity: Severity::Warning,
    family: Family::Format,
    since: "0.1.0",
    why: "map-storage refuses the upload of a map whose tile layers or objects have no id, and Tiled may give \
          them one that is taken. `venue bundle` gives them ids, so in a project with a venue.toml this is no \
          more than a note.",
    example: r#"layer "floor": no id"#,
    mend: "Open the map in Tiled and save it, or publish what `venue bundle` writes.",
};

static WEBSITE_WITHOUT_EXTENT: Rule = Rule {
    name: "website-without-extent",
    summary: "a website on the map has no width or no height",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "A website object is shown in the rectangle of the object. A point, or a rectangle without extent, shows \
          nothing, though the page is loaded for every visitor.",
    example: r#"website "clock": url = "https://example.org/clock", width 0"#,
    mend: "Draw the object as a rectangle of the size that the page shall have.",
};

fn object_tile_missing(context: &MapContext, findings: &mut Vec<Finding>) {
    for held in context.objects() {
        // An instance has its tile from the template, whose numbers are its own.
        let Some(gid) = held.object.gid.filter(|_| held.object.template.is_none()) else { continue };
        let Some(whose) = missing_tile(context, gid) else { continue };
        findings.push(
            Finding::new(
                &OBJECT_TILE_MISSING,
                context.spot(held.object.span).key("gid"),
                format!("{} shows nothing in Tiled: its tile is {whose}", held.describe()),
            )
            .at(held.place(context.map))
            .help("choose another tile in Tiled, or delete the object"),
        );
    }
}

fn missing_tile(context: &MapContext, gid: Gid) -> Option<String> {
    let Some((entry, id)) = context.map.tileset_of(gid) else { return Some("of no tileset".to_owned()) };
    let tileset = entry.tileset.as_deref()?;
    let missing =
        if tileset.picture.is_some() { id >= tileset.id_span() } else { tileset.tile(id).is_none() };
    // Without a size nothing can be said of its end.
    (missing && tileset.id_span() > 0)
        .then(|| format!("number {id} of tileset \"{}\", which does not have it", tileset.name))
}

fn object_reference_missing(context: &MapContext, findings: &mut Vec<Finding>) {
    let ids: BTreeSet<i64> = context.objects().map(|held| i64::from(held.object.id)).collect();
    for holder in &context.holders {
        // Tiles refer to the objects of their own collision shapes.
        if matches!(holder.kind, HolderKind::Tile | HolderKind::Tileset) {
            continue;
        }
        for property in holder.properties {
            let Value::Object(id) = property.value else { continue };
            let spot = context.value(property);
            if id == 0 || ids.contains(&id) || spot.file != context.map.file {
                continue;
            }
            findings.push(
                Finding::new(
                    &OBJECT_REFERENCE_MISSING,
                    spot,
                    format!(
                        "\"{}\" of {} leads nowhere: no object of the map has the id {id}",
                        property.name,
                        holder.name(context)
                    ),
                )
                .at(holder.place(context))
                .help("choose the object anew in Tiled, or delete the property"),
            );
        }
    }
}

fn id_missing(context: &MapContext, findings: &mut Vec<Finding>) {
    if context.is_xml() {
        return;
    }
    let layers: Vec<_> =
        context.tile_layers().map(|(flat, _)| flat).filter(|flat| flat.layer.id == 0).collect();
    let objects: Vec<HeldObject> = context.objects().filter(|held| held.object.id == 0).collect();
    let layer = layers
        .first()
        .map(|flat| (context.spot(flat.layer.span), flat.place(), format!("layer \"{}\"", flat.path)));
    let object = objects
        .first()
        .map(|held| (context.spot(held.object.span), held.place(context.map), held.describe()));
    let Some((spot, place, what)) = layer.or(object) else { return };
    let count = layers.len() + objects.len() - 1;
    let (others, have) = match count {
        0 => (String::new(), "has"),
        1 => (" and one other".to_owned(), "have"),
        _ => (format!(" and {count} others"), "have"),
    };
    findings.push(
        Finding::new(&ID_MISSING, spot, format!("map-storage refuses the map: {what}{others} {have} no id"))
            .at(place)
            .help("open the map in Tiled and save it, or publish what `venue bundle` writes"),
    );
}

fn website_without_extent(context: &MapContext, findings: &mut Vec<Finding>) {
    // A script may give it a size, as it may show what is hidden.
    if context.has_script() {
        return;
    }
    for held in context.objects() {
        let object = held.object;
        let is_website = object.class == "website" && object.visible && object.template.is_none();
        if !is_website || object.size.x > 0.0 && object.size.y > 0.0 {
            continue;
        }
        let key = if object.size.x > 0.0 { "height" } else { "width" };
        let message = format!("visitors do not see {}: it has no {key}", held.describe());
        findings.push(
            Finding::new(&WEBSITE_WITHOUT_EXTENT, context.spot(object.span).key(key), message)
                .at(held.place(context.map))
                .help("draw it as a rectangle"),
        );
    }
}
