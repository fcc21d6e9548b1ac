//! What WorkAdventure's own editor keeps beside maps, and accepts although it cannot work
//! (workadventure-maps, section 6). What it refuses is found by reading the file.

use std::collections::BTreeMap;

use super::{links::Subject, meant::Meant};
use crate::{
    check::{
        context::WorldContext,
        registry::{Check, Lint},
    },
    finding::{Family, Finding, Place, Rule, Severity, Spot},
    model::{Area, AreaProperty, Entity, TileSize, Wam},
    project::{Project, nearest},
    source::{Span, is_url, parent, relative},
    workadventure::{Address, Link, Reference},
    world::{Destination, Surroundings},
};

/// The rules of this family.
pub(in crate::check) static LINTS: &[Lint] = &[
    Lint { rule: &WAM_MAP_MISSING, check: Check::World(check) },
    Lint { rule: &WAM_VERSION_UNKNOWN, check: Check::Beside("wam-map-missing") },
    Lint { rule: &AREA_ID_TWICE, check: Check::Beside("wam-map-missing") },
    Lint { rule: &AREA_PROPERTY_ID_TWICE, check: Check::Beside("wam-map-missing") },
    Lint { rule: &AUDIENCE_WITHOUT_PODIUM, check: Check::Beside("wam-map-missing") },
    Lint { rule: &ENTITY_COLLECTION_RELATIVE, check: Check::Beside("wam-map-missing") },
    Lint { rule: &EDITOR_LINK_RELATIVE, check: Check::Beside("wam-map-missing") },
    Lint { rule: &ENTITY_PROPERTY_IDLE, check: Check::Beside("wam-map-missing") },
];

static WAM_MAP_MISSING: Rule = Rule {
    name: "wam-map-missing",
    summary: "the map of a .wam file does not exist",
    severity: Severity::Error,
    family: Family::Editor,
    since: "0.1.0",
    why: "The .wam file is the room, and `mapUrl` its map. An upload does not look whether it is there; visitors \
          get an error screen.",
    example: r#"wam: mapUrl "./loby.tmj""#,
    mend: "Write the path of the map relative to the .wam file, or leave the .wam file out.",
};

static WAM_VERSION_UNKNOWN: Rule = Rule {
    name: "wam-version-unknown",
    summary: "a .wam file is of a version that does not exist",
    severity: Severity::Info,
    family: Family::Editor,
    since: "0.1.0",
    why: "WorkAdventure brings files of 1.0.0 and 2.0.0 to 2.1.0, and takes any other as it is: what has moved \
          since, such as the tag of a meeting's moderators, is lost without a word.",
    example: r#"wam: version "1.0""#,
    mend: "Write 1.0.0, 2.0.0 or 2.1.0, whichever the file was made for.",
};

static AREA_ID_TWICE: Rule = Rule {
    name: "area-id-twice",
    summary: "two areas of a .wam file have one id",
    severity: Severity::Error,
    family: Family::Editor,
    since: "0.1.0",
    why: "WorkAdventure keeps the first and drops the second without a word: nothing happens there.",
    example: r#"
wam area "stage": id "1"
wam area "bar": id "1"
"#,
    mend: "Give each area an id of its own.",
};

static AREA_PROPERTY_ID_TWICE: Rule = Rule {
    name: "area-property-id-twice",
    summary: "two websites, files or locks of a .wam file have one id",
    severity: Severity::Info,
    family: Family::Editor,
    since: "0.1.0",
    why: "WorkAdventure tells open websites and locks apart by the id of their property: locking one area can \
          lock the other, and leaving one can close the other's website.",
    example: r#"
wam area "stage": properties [{ "id": "1", "type": "openWebsite", "link": "https://example.org" }]
wam area "bar": properties [{ "id": "1", "type": "openWebsite", "link": "https://example.org" }]
"#,
    mend: "Give each property an id of its own.",
};

static AUDIENCE_WITHOUT_PODIUM: Rule = Rule {
    name: "audience-without-podium",
    summary: "an audience area names a podium that does not exist",
    severity: Severity::Error,
    family: Family::Editor,
    since: "0.1.0",
    why: "`speakerZoneName` holds the id of the podium's area, not its name. Who sits in an audience area of an \
          unknown podium hears and sees nothing of the stage.",
    example: r#"
wam area "seats": properties [{ "id": "1", "type": "listenerMegaphone", "speakerZoneName": "Main stage" }]
wam area "Main stage": id "stage-1", properties [{ "id": "2", "type": "speakerMegaphone", "name": "talks" }]
"#,
    mend: "Write the id of the area that has the speakerMegaphone property.",
};

static ENTITY_COLLECTION_RELATIVE: Rule = Rule {
    name: "entity-collection-relative",
    summary: "a collection of entities has no whole address",
    severity: Severity::Error,
    family: Family::Editor,
    since: "0.1.0",
    why: "The address is looked up from WorkAdventure's own site, not from the map, and finding the pictures \
          fails: no entity of the room is shown, those of other collections neither.",
    example: r#"wam: entityCollections [{ "url": "./furniture.json", "type": "file" }]"#,
    mend: "Write the whole address with https://.",
};

static EDITOR_LINK_RELATIVE: Rule = Rule {
    name: "editor-link-relative",
    summary: "the website of an entity, or a file, has no whole address",
    severity: Severity::Error,
    family: Family::Editor,
    since: "0.1.0",
    why: "Websites of entities, and files anywhere, are not looked up from the map's folder: a click opens \
          nothing, or the wrong page.",
    example: r#"wam entity "menu": properties [{ "id": "1", "type": "openWebsite", "link": "menu.html" }]"#,
    mend: "Write the whole address with https://.",
};

static ENTITY_PROPERTY_IDLE: Rule = Rule {
    name: "entity-property-idle",
    summary: "an entity has a property that does nothing there",
    severity: Severity::Warning,
    family: Family::Editor,
    since: "0.1.0",
    why: "WorkAdventure accepts a livekitRoomProperty on an entity, but a click on it offers no meeting.",
    example: r#"wam entity "lamp": properties [{ "id": "1", "type": "livekitRoomProperty", "roomName": "" }]"#,
    mend: "Put the meeting on an area around the entity.",
};

fn check(context: &WorldContext, findings: &mut Vec<Finding>) {
    let project = context.project;
    let surroundings = Surroundings::of(project);
    let mut meant = Meant::new();
    for wam in project.wams.iter().filter_map(|wam| wam.wam.as_ref()) {
        map(&surroundings, &mut meant, wam, findings);
        let judge = Judge { wam, tile: project.tile_size_of(&wam.file) };
        judge.file(findings);
        judge.areas(findings);
        judge.entities(findings);
        judge.property_ids(findings);
        judge.references(project, findings);
    }
}

fn map(surroundings: &Surroundings, meant: &mut Meant<String>, wam: &Wam, findings: &mut Vec<Finding>) {
    let url = &wam.map_url;
    // What is no path beside the file may be anywhere; what a refused file lacks is told already.
    if wam.map_file().is_none() || !matches!(Link::of(url).address, Address::File(_)) {
        return;
    }
    let destination = Destination::of(surroundings, &wam.file, url, false);
    let (near, certain) = match destination {
        Destination::Missing(name) => {
            let near = meant.by(name, surroundings.maps.len(), |name| surroundings.meant(name));
            (near.name().filter(|near| *near != wam.file), false)
        }
        Destination::OtherCase(real) => (Some(real), true),
        _ => return,
    };
    let message = format!("the room does not open: its map \"{url}\" does not exist");
    let finding = Finding::new(&WAM_MAP_MISSING, Spot::new(&*wam.file, wam.span).key("mapUrl"), message);
    findings.push(match near {
        Some(near) => {
            let right = format!("./{}", relative(parent(&wam.file), &near));
            let description = format!("replace with \"{right}\"");
            finding.help(format!("did you mean \"{right}\"?")).fix(certain, description, right)
        }
        None => finding.help("write the path of the map relative to this file"),
    });
}

struct Judge<'a> {
    wam: &'a Wam,
    tile: TileSize,
}

impl Judge<'_> {
    fn spot(&self, span: Option<Span>) -> Spot {
        Spot::new(&*self.wam.file, span)
    }

    fn in_area(&self, area: &Area) -> Place {
        let place = Place { object: Some(area.name.clone()), ..Place::default() };
        place.area(area.rectangle.tiles(self.tile))
    }

    fn file(&self, findings: &mut Vec<Finding>) {
        if let Some(version) = &self.wam.version
            && !matches!(version.as_str(), "1.0.0" | "2.0.0" | "2.1.0")
        {
            let message = format!("the version \"{version}\" is none: WorkAdventure takes the file as it is");
            let spot = self.spot(self.wam.span).key("version");
            let near = nearest(version, ["1.0.0", "2.0.0", "2.1.0"]);
            let help = near.map(|near| format!("did you mean \"{near}\"?"));
            findings.push(Finding { help, ..Finding::new(&WAM_VERSION_UNKNOWN, spot, message) });
        }
        for collection in &self.wam.collections {
            if is_url(&collection.url) || collection.url.contains("${") {
                continue;
            }
            let message = format!(
                "no entity of the room is shown: the address \"{}\" of a collection is not a whole one",
                collection.url
            );
            let spot = self.spot(collection.span).key("url");
            findings.push(
                Finding::new(&ENTITY_COLLECTION_RELATIVE, spot, message)
                    .help("write the whole address with https://"),
            );
        }
    }

    fn areas(&self, findings: &mut Vec<Finding>) {
        let mut first: BTreeMap<&str, &Area> = BTreeMap::new();
        for area in &self.wam.areas {
            if area.id.is_empty() {
                continue;
            }
            if let Some(first) = first.get(area.id.as_str()) {
                let name = if area.name.is_empty() { &area.id } else { &area.name };
                let message = format!("nothing happens in area \"{name}\": another one has its id before it");
                let spot = self.spot(area.span).key("id");
                findings.push(
                    Finding::new(&AREA_ID_TWICE, spot, message)
                        .at(self.in_area(area))
                        .help("give it an id of its own")
                        .related(self.spot(first.span).key("id"), "first given here"),
                );
            } else {
                first.insert(&area.id, area);
            }
            for property in &area.properties {
                self.audience(area, property, findings);
                if property.kind == "openFile" {
                    self.link(property, &self.in_area(area), findings);
                }
            }
        }
    }

    fn audience(&self, area: &Area, property: &AreaProperty, findings: &mut Vec<Finding>) {
        let (true, Some(podium)) = (property.kind == "listenerMegaphone", property.text("speakerZoneName"))
        else {
            return;
        };
        let is_podium = |area: &Area| area.property("speakerMegaphone").is_some();
        let what = match self.wam.area(podium) {
            Some(area) if is_podium(area) => return,
            Some(area) => format!("the area \"{}\" is no podium", area.name),
            None if podium.is_empty() => "it names no podium".to_owned(),
            None => format!("no area has the id \"{podium}\""),
        };
        let message = format!("the audience in area \"{}\" hears nothing: {what}", area.name);
        let spot = self.spot(property.span).key("speakerZoneName");
        let finding = Finding::new(&AUDIENCE_WITHOUT_PODIUM, spot, message).at(self.in_area(area));
        let mut podiums = self.wam.areas.iter().filter(|area| is_podium(area));
        let named = podiums.clone().find(|area| !podium.is_empty() && area.name == podium);
        let meant = named.or_else(|| podiums.next().filter(|_| podiums.next().is_none()));
        findings.push(match meant {
            Some(meant) => finding
                .help(format!("did you mean \"{}\", the id of area \"{}\"?", meant.id, meant.name))
                .fix(false, format!("replace with \"{}\"", meant.id), meant.id.clone()),
            None => finding.help("write the id of the area that has the speakerMegaphone property"),
        });
    }

    fn entities(&self, findings: &mut Vec<Finding>) {
        for entity in &self.wam.entities {
            let place = self.at_entity(entity);
            for property in &entity.properties {
                match property.kind.as_str() {
                    "openWebsite" | "openFile" => self.link(property, &place, findings),
                    "livekitRoomProperty" => {
                        let message = "a click on the entity offers no meeting: put it on an area";
                        let spot = self.spot(property.span).key("type");
                        findings.push(Finding::new(&ENTITY_PROPERTY_IDLE, spot, message).at(place.clone()));
                    }
                    _ => {}
                }
            }
        }
    }

    fn at_entity(&self, entity: &Entity) -> Place {
        let name = if entity.name.is_empty() { &entity.id } else { &entity.name };
        let corner =
            crate::model::PixelRect { x: entity.position.x, y: entity.position.y, width: 0.0, height: 0.0 };
        Place { object: Some(name.clone()), ..Place::default() }.area(corner.tiles(self.tile))
    }

    fn link(&self, property: &AreaProperty, place: &Place, findings: &mut Vec<Finding>) {
        let Some(link) = property.text("link") else { return };
        if !matches!(Link::of(link).address, Address::File(_)) {
            return;
        }
        let message = format!("a visitor does not get \"{link}\": it is not looked up from the map's folder");
        let spot = self.spot(property.span).key("link");
        findings.push(
            Finding::new(&EDITOR_LINK_RELATIVE, spot, message)
                .at(place.clone())
                .help("write the whole address with https://"),
        );
    }

    /// Websites and sounds, which are looked up from the map's folder.
    fn references(&self, project: &Project, findings: &mut Vec<Finding>) {
        let map = self.wam.map_file();
        let folder = map.as_deref().map_or(parent(&self.wam.file), parent);
        let on_entities = self.wam.entities.iter().flat_map(|entity| {
            entity
                .properties
                .iter()
                .map(move |property| (property, self.at_entity(entity), "an entity".to_owned()))
        });
        let in_areas = self.wam.areas.iter().flat_map(|area| {
            let holder = format!("area \"{}\"", area.name);
            area.properties.iter().map(move |property| (property, self.in_area(area), holder.clone()))
        });
        for (property, place, holder) in on_entities.chain(in_areas) {
            let on = |key| property.boolean(key) == Some(true);
            let (key, reference) = match property.kind.as_str() {
                "playAudio" => ("audioLink", Reference::Sound),
                "openWebsite" if on("newTab") || on("forceNewTab") => ("link", Reference::Tab),
                // Applications make a page for frames of the address themselves.
                "openWebsite" if property.text("application").is_none_or(|name| name == "website") => {
                    ("link", Reference::Page)
                }
                _ => continue,
            };
            let Some(value) = property.text(key) else { continue };
            let text = value.trim();
            // Of an entity the editor wants the whole address anyway.
            if text.is_empty() || text.contains("${") || holder == "an entity" && !is_url(text) {
                continue;
            }
            let spot = self.spot(property.span).key(key);
            let subject =
                Subject { project, folder, value, spot, place, property: &property.kind, holder: &holder };
            subject.judge(reference, text, findings);
        }
    }

    fn property_ids(&self, findings: &mut Vec<Finding>) {
        let in_areas = self
            .wam
            .areas
            .iter()
            .flat_map(|area| area.properties.iter().map(|property| (property, self.in_area(area))));
        let on_entities =
            self.wam.entities.iter().flat_map(|entity| {
                entity.properties.iter().map(|property| (property, self.at_entity(entity)))
            });
        let mut first: BTreeMap<&str, &AreaProperty> = BTreeMap::new();
        for (property, place) in in_areas.chain(on_entities) {
            let told_apart =
                matches!(property.kind.as_str(), "openWebsite" | "openFile" | "lockableAreaPropertyData");
            if !told_apart || property.span.is_none() || property.id.is_empty() {
                continue;
            }
            let Some(known) = first.get(property.id.as_str()) else {
                first.insert(&property.id, property);
                continue;
            };
            let message =
                format!("the id \"{}\" is given twice: what one opens or locks, the other does", property.id);
            findings.push(
                Finding::new(&AREA_PROPERTY_ID_TWICE, self.spot(property.span).key("id"), message)
                    .at(place)
                    .help("give it an id of its own")
                    .related(self.spot(known.span).key("id"), "first given here"),
            );
        }
    }
}
