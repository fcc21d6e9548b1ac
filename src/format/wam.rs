//! `.wam` files lowered to the model, and judged by the table of what the engine accepts
//! (workadventure-maps, section 6).

use glam::DVec2;

use super::{json::Value, link::Linker, tmj};
use crate::{
    finding::{Family, Finding, Place, Rule, Severity, Spot},
    model::{Area, AreaProperty, Collection, Entity, Json, PixelRect, TileSize, Wam},
    project::nearest,
    source::{SourceFile, Sources, Span},
    workadventure::{
        AREA_PROPERTIES, AreaPropertyFact, Field, FieldKind, PROPERTY_FIELDS, WAM_FIELDS, WamHolder,
    },
};

pub(crate) static WAM_REFUSED: Rule = Rule {
    name: "wam-refused",
    summary: "WorkAdventure refuses a .wam file",
    severity: Severity::Error,
    family: Family::Editor,
    since: "0.1.0",
    why: "WorkAdventure checks the whole file when it is uploaded and when the room opens. One value that is \
          not as it must be, one property of an unknown type, and the upload is refused or visitors get an \
          error screen instead of the room.",
    example: r#"wam area "hall": properties [{ "id": "1", "type": "jitsiRoomProperty", "roomName": "hall" }]  # and no jitsiRoomConfig"#,
    mend: "Write what the message says, or draw the area anew in WorkAdventure's own editor.",
};

/// The newest version of the format, which is written; an older one would be migrated on every read.
pub(crate) const WAM_VERSION: &str = "2.1.0";

/// Reads the `.wam` file called `name`, with what is wrong with it. Positions on the map are told in
/// tiles of the size `tile`.
///
/// What the engine would refuse is read nonetheless, as far as it can be.
pub fn load_wam(sources: &Sources, name: &str, tile: TileSize) -> (Option<Wam>, Vec<Finding>) {
    let mut linker = Linker::new(sources);
    let file = match sources.load(name) {
        Ok(file) => file,
        Err(error) => {
            let message = format!("the file cannot be read: {error}");
            return (None, vec![Finding::new(&WAM_REFUSED, Spot::file(name), message)]);
        }
    };
    let Some(document) = tmj::document(&file, &mut linker) else { return (None, linker.findings) };
    let root = document.root();
    let mut judge = Judge { file: &file, tile, place: Place::default(), findings: linker.findings };
    if !root.is_object() {
        judge.refuse(judge.spot(root), &format!("the file is {}, not an object", described(root)));
        return (None, judge.findings);
    }
    judge.object(root, WAM_FIELDS, "the file");
    (Some(lower(&file, root)), judge.findings)
}

/// Compares a file with the table.
struct Judge<'a> {
    file: &'a SourceFile,
    tile: TileSize,
    /// Place of the area that is being looked at.
    place: Place,
    findings: Vec<Finding>,
}

impl Judge<'_> {
    fn spot(&self, value: Value) -> Spot {
        Spot::bytes(self.file, value.range())
    }

    fn refuse(&mut self, spot: Spot, wrong: &str) -> &mut Finding {
        let message = format!("{wrong}: WorkAdventure refuses the whole file, and the room does not open");
        self.findings.push(Finding::new(&WAM_REFUSED, spot, message).at(self.place.clone()));
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }

    /// `what` is how messages call the object.
    fn object(&mut self, object: Value, fields: &'static [Field], what: &str) {
        for field in fields {
            match object.get(field.key) {
                Some(value) => {
                    self.value(value, self.spot(object).key(field.key), *field, what);
                }
                None if field.required => {
                    self.refuse(self.spot(object), &format!("{what} has no \"{}\"", field.key));
                }
                None => {}
            }
        }
    }

    fn value(&mut self, value: Value, spot: Spot, field: Field, what: &str) {
        if field.nullable && is_null(value) {
            return;
        }
        let fits = match field.kind {
            FieldKind::Any => true,
            FieldKind::Text => value.is_string(),
            FieldKind::OneOf(texts) => value.string().is_some_and(|text| texts.contains(&text.as_ref())),
            FieldKind::Bool => value.boolean().is_some(),
            FieldKind::Number(low, high) => {
                value.number().is_some_and(|number| (low..=high).contains(&number))
            }
            FieldKind::Texts | FieldKind::List(_) | FieldKind::Properties(_) => value.is_array(),
            FieldKind::Object(_) | FieldKind::Keyed(_) => value.is_object(),
        };
        if !fits {
            let (key, expected, found) = (field.key, field.kind.describe(), described(value));
            let finding = self.refuse(spot, &format!("\"{key}\" of {what} is {found}, not {expected}"));
            if let (FieldKind::OneOf(texts), Some(text)) = (field.kind, value.string()) {
                finding.help = nearest(&text, texts).map(|near| format!("did you mean \"{near}\"?"));
            }
            return;
        }
        match field.kind {
            FieldKind::Object(fields) => self.object(value, fields, &format!("\"{}\" of {what}", field.key)),
            FieldKind::Keyed(fields) => {
                for (id, entity) in value.entries() {
                    let what = named("entity", entity).unwrap_or_else(|| format!("entity \"{id}\""));
                    self.place = Place { object: Some(id.into_owned()), ..Place::default() };
                    self.item(entity, &spot, fields, &what);
                    self.place = Place::default();
                }
            }
            FieldKind::Texts => self.items(value, &spot, "text", &mut |judge, item, index| {
                if !item.is_string() {
                    let found = described(item);
                    let wrong =
                        format!("item {} of \"{}\" of {what} is {found}, not text", index + 1, field.key);
                    judge.refuse(judge.spot(item), &wrong);
                }
            }),
            FieldKind::List(fields) => self.items(value, &spot, "an object", &mut |judge, item, index| {
                let of = if field.key == "areas" { "area" } else { "collection" };
                let what = named(of, item).unwrap_or_else(|| format!("{of} {}", index + 1));
                if of == "area" {
                    let name = text(item, "name");
                    let cells = rectangle(item).tiles(judge.tile);
                    judge.place = Place { object: Some(name), ..Place::default() }.area(cells);
                }
                judge.item(item, &spot, fields, &what);
                judge.place = Place::default();
            }),
            FieldKind::Properties(holder) => self.items(value, &spot, "an object", &mut |judge, item, _| {
                judge.property(item, holder, what);
            }),
            _ => {}
        }
    }

    /// Shows every item of a list to `judge`. Numbers alone are no items of any list here.
    fn items(
        &mut self,
        list: Value,
        spot: &Spot,
        expected: &str,
        judge: &mut dyn FnMut(&mut Self, Value, usize),
    ) {
        if list.is_integers() {
            self.refuse(spot.clone().item(0), &format!("the list holds numbers, not {expected}"));
        }
        for (index, item) in list.items().enumerate() {
            judge(self, item, index);
        }
    }

    fn item(&mut self, item: Value, spot: &Spot, fields: &'static [Field], what: &str) {
        if item.is_object() {
            self.object(item, fields, what);
        } else {
            let spot = Spot { span: Some(self.file.span_of(item.range())), key: None, ..spot.clone() };
            self.refuse(spot, &format!("{what} is {}, not an object", described(item)));
        }
    }

    fn property(&mut self, property: Value, holder: WamHolder, what: &str) {
        let spot = self.spot(property);
        if !property.is_object() {
            self.refuse(spot, &format!("a property of {what} is {}, not an object", described(property)));
            return;
        }
        let Some(kind) = property.get("type").and_then(Value::string) else {
            return self.object(property, PROPERTY_FIELDS, &format!("a property of {what}"));
        };
        let this = format!("the property {kind} of {what}");
        let Some(fact) = AreaPropertyFact::of(&kind).filter(|fact| fact.works_on(holder)) else {
            let wrong = match (AreaPropertyFact::of(&kind), holder) {
                (None, _) => format!("{what} has a property of the type \"{kind}\", which does not exist"),
                (Some(_), WamHolder::Area) => format!("{what} has a property {kind}, which is for entities"),
                (Some(_), WamHolder::Entity) => format!("{what} has a property {kind}, which is for areas"),
            };
            let known = AREA_PROPERTIES.iter().filter(|fact| fact.works_on(holder)).map(|fact| fact.name);
            let near = nearest(&kind, known.collect::<Vec<_>>());
            let finding = self.refuse(spot.key("type"), &wrong);
            finding.help = near.map(|near| format!("did you mean \"{near}\"?"));
            return;
        };
        self.object(property, PROPERTY_FIELDS, &this);
        self.object(property, fact.fields, &this);
    }
}

fn is_null(value: Value) -> bool {
    value.source() == "null"
}

/// What stands there, for messages.
fn described(value: Value) -> String {
    if value.is_object() {
        return "an object".to_owned();
    }
    if value.is_array() {
        return "a list".to_owned();
    }
    let source = value.source();
    match source.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &source[..end]),
        None => source.to_owned(),
    }
}

/// What messages call something by its name, if it has one.
fn named(what: &str, value: Value) -> Option<String> {
    let name = text(value, "name");
    (!name.is_empty()).then(|| format!("{what} \"{name}\""))
}

fn text(value: Value, key: &str) -> String {
    value.get(key).and_then(Value::string).unwrap_or_default().into_owned()
}

fn number(value: Value, key: &str) -> f64 {
    value.get(key).and_then(Value::number).filter(|number| number.is_finite()).unwrap_or(0.0)
}

fn rectangle(value: Value) -> PixelRect {
    PixelRect {
        x: number(value, "x"),
        y: number(value, "y"),
        width: number(value, "width"),
        height: number(value, "height"),
    }
}

/// A text of the reference to an entity's picture.
fn of_picture(entity: Value, key: &str) -> String {
    entity.get("prefabRef").map(|prefab| text(prefab, key)).unwrap_or_default()
}

fn lower(file: &SourceFile, root: Value) -> Wam {
    let span = |value: Value| Some(file.span_of(value.range()));
    let items = |key: &str| root.get(key).into_iter().flat_map(Value::items).filter(|item| item.is_object());
    let object = |key: &str| root.get(key).filter(|value| value.is_object()).map(Value::to_json);
    let mut wam = Wam {
        span: span(root),
        file: file.name().to_owned(),
        version: root.get("version").and_then(Value::string).map(std::borrow::Cow::into_owned),
        map_url: text(root, "mapUrl"),
        areas: items("areas")
            .map(|area| Area {
                span: span(area),
                id: text(area, "id"),
                name: text(area, "name"),
                rectangle: rectangle(area),
                properties: properties(area, &span),
            })
            .collect(),
        entities: root
            .get("entities")
            .into_iter()
            .flat_map(Value::entries)
            .map(|(id, entity)| Entity {
                span: span(entity),
                id: id.into_owned(),
                name: text(entity, "name"),
                position: DVec2::new(number(entity, "x"), number(entity, "y")),
                collection: of_picture(entity, "collectionName"),
                prefab: of_picture(entity, "id"),
                properties: properties(entity, &span),
            })
            .collect(),
        collections: items("entityCollections")
            .map(|collection| Collection {
                span: span(collection),
                url: text(collection, "url"),
                kind: text(collection, "type"),
            })
            .collect(),
        settings: object("settings"),
        metadata: object("metadata"),
    };
    migrate(&mut wam);
    wam
}

fn properties(holder: Value, span: &dyn Fn(Value) -> Option<Span>) -> Vec<AreaProperty> {
    let list = holder.get("properties").into_iter().flat_map(Value::items).filter(|item| item.is_object());
    list.map(|property| AreaProperty {
        span: span(property),
        id: text(property, "id"),
        kind: text(property, "type"),
        fields: property.to_json(),
    })
    .collect()
}

/// Brings a file of a known version to the newest (workadventure-maps, section 6.6). What has another
/// version stays as it is.
fn migrate(wam: &mut Wam) {
    let version = wam.version.as_deref().unwrap_or("1.0.0");
    if !matches!(version, "1.0.0" | "2.0.0") {
        return;
    }
    let first = version == "1.0.0";
    for area in &mut wam.areas {
        if first {
            area.properties
                .iter_mut()
                .filter(|property| property.kind == "jitsiRoomProperty")
                .for_each(raise_tag);
        }
        let meets =
            |kind: &str| matches!(kind, "livekitRoomProperty" | "jitsiRoomProperty" | "speakerMegaphone");
        if let Some(meeting) = area.properties.iter().find(|property| meets(&property.kind)) {
            let id = format!("{}-lock", meeting.id);
            let kind = "lockableAreaPropertyData".to_owned();
            let fields = [("id", id.clone()), ("type", kind.clone())];
            let fields = fields.map(|(key, text)| (key.to_owned(), Json::String(text)));
            let fields = Json::Object(fields.to_vec());
            area.properties.push(AreaProperty { span: None, id, kind, fields });
        }
    }
}

/// Moves the moderators' tag of a meeting from its config to the property.
fn raise_tag(property: &mut AreaProperty) {
    const TAG: &str = "jitsiRoomAdminTag";
    let Json::Object(fields) = &mut property.fields else { return };
    fields.retain(|(key, _)| key != TAG);
    let config = fields.iter_mut().find(|(key, _)| key == "jitsiRoomConfig");
    let Some((_, Json::Object(config))) = config else { return };
    if let Some(index) = config.iter().position(|(key, _)| key == TAG) {
        let tag = config.remove(index);
        fields.push(tag);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::locate;

    const HEALTHY: &str = r#"{
"version": "2.1.0", "mapUrl": "./hall.tmj", "vendor": null, "unknown": 1, "lastCommandId": "x",
"entities": {"e1": {"x": 1.5, "y": 2, "prefabRef": {"collectionName": "c", "id": "p"}, "properties": [
  {"id": "1", "type": "openWebsite", "link": null, "trigger": "onicon", "width": 100},
  {"id": "2", "type": "entityDescriptionProperties", "searchable": true}]}},
"areas": [{"id": "a1", "name": "stage", "x": 64, "y": 32, "width": 64, "height": 33, "visible": true, "properties": [
  {"id": "3", "type": "jitsiRoomProperty", "roomName": "r", "jitsiRoomConfig": {}},
  {"id": "4", "type": "livekitRoomProperty", "roomName": ""},
  {"id": "5", "type": "personalAreaPropertyData", "accessClaimMode": "static", "ownerId": null},
  {"id": "6", "type": "restrictedRightsPropertyData", "readTags": ["a"]},
  {"id": "7", "type": "maxUsersInAreaPropertyData", "maxUsers": null}]}],
"entityCollections": [{"url": "https://example.org/c.json", "type": "file"}],
"settings": {"megaphone": {"enabled": true, "scope": "ROOM", "rights": []}}, "metadata": {"thumbnail": null}
}"#;

    fn read(text: &str) -> (Sources, Option<Wam>, Vec<Finding>) {
        let mut sources = Sources::new("/nowhere");
        sources.insert("hall.wam", text.to_owned());
        let (wam, findings) = load_wam(&sources, "hall.wam", TileSize::USUAL);
        (sources, wam, findings)
    }

    /// Pointers and messages of what is found after one text of the healthy file has become another.
    fn broken(old: &str, new: &str) -> Vec<(String, String)> {
        assert!(HEALTHY.contains(old), "{old}");
        let (sources, _, findings) = read(&HEALTHY.replacen(old, new, 1));
        findings
            .into_iter()
            .map(|finding| {
                let pointer = locate(&sources, &[&finding.spot])[0].pointer.clone().unwrap_or_default();
                (pointer, format!("{} {}", finding.message, finding.help.unwrap_or_default()))
            })
            .collect()
    }

    #[test]
    fn a_healthy_file_gives_nothing_but_its_content() {
        let (_, wam, findings) = read(HEALTHY);
        assert!(findings.is_empty(), "{findings:?}");
        let wam = wam.unwrap();
        let area = wam.area("a1").unwrap();
        assert_eq!((area.name.as_str(), area.properties.len()), ("stage", 5));
        assert_eq!(area.property("restrictedRightsPropertyData").unwrap().id, "6");
        assert_eq!(wam.entities[0].position, DVec2::new(1.5, 2.0));
        assert_eq!(wam.entities[0].properties[1].boolean("searchable"), Some(true));
        assert_eq!(wam.map_file().as_deref(), Some("hall.tmj"));
    }

    #[test]
    fn what_the_engine_refuses_is_told_at_its_place() {
        let cases = [
            (r#""mapUrl": "./hall.tmj", "#, "", "", "has no \"mapUrl\""),
            (r#""mapUrl": "./hall.tmj""#, r#""mapUrl": 5"#, "/mapUrl", "is 5, not text"),
            (r#""2.1.0""#, "2", "/version", "is 2, not text"),
            (r#""x": 1.5"#, r#""x": "1.5""#, "/entities/e1/x", "entity \"e1\" is \"1.5\", not a number"),
            (r#""id": "p""#, r#""Id": "p""#, "/entities/e1/prefabRef", "has no \"id\""),
            (r#""onicon""#, r#""onIcon""#, "/entities/e1/properties/0/trigger", "did you mean \"onicon\"?"),
            (r#""width": 100}"#, r#""width": 101}"#, "/entities/e1/properties/0/width", "from 1 to 100"),
            (
                "entityDescriptionProperties",
                "areaDescriptionProperties",
                "/entities/e1/properties/1/type",
                "for areas",
            ),
            (
                "jitsiRoomProperty",
                "jitsiRoomproperty",
                "/areas/0/properties/0/type",
                "mean \"jitsiRoomProperty\"?",
            ),
            (r#", "jitsiRoomConfig": {}"#, "", "/areas/0/properties/0", "has no \"jitsiRoomConfig\""),
            (
                r#""roomName": ""}"#,
                r#""roomName": "", "livekitRoomConfig": {"startWithAudioMuted": true}}"#,
                "/areas/0/properties/1/livekitRoomConfig",
                "has no \"startWithVideoMuted\"",
            ),
            (r#", "ownerId": null"#, "", "/areas/0/properties/2", "has no \"ownerId\""),
            (r#"["a"]"#, r#"["a", {}]"#, "/areas/0/properties/3/readTags/1", "item 2"),
            (r#"["a"]"#, "[1, 2]", "/areas/0/properties/3/readTags/0", "numbers"),
            (r#""maxUsers": null"#, r#""maxUsers": -1"#, "/areas/0/properties/4/maxUsers", "from 0 up"),
            (r#""visible": true"#, r#""visible": null"#, "/areas/0/visible", "is null, not true or false"),
            (r#"[{"url""#, r#"[7, {"url""#, "/entityCollections/0", "collection 1 is 7"),
            (
                r#""type": "file""#,
                r#""type": "files""#,
                "/entityCollections/0/type",
                "did you mean \"file\"?",
            ),
            (r#""settings": {"#, r#""settings": null, "x": {"#, "/settings", "is null, not an object"),
            (r#""enabled": true, "#, "", "/settings/megaphone", "has no \"enabled\""),
        ];
        for (old, new, pointer, says) in cases {
            let found = broken(old, new);
            assert_eq!(found.len(), 1, "{old} -> {new}: {found:?}");
            assert_eq!(found[0].0, pointer, "{found:?}");
            assert!(found[0].1.contains(says), "{says}: {found:?}");
        }
        let (_, _, list) = read(r#"{"mapUrl": "", "entities": [], "areas": {}, "entityCollections": [1]}"#);
        assert_eq!(list.len(), 3, "{list:?}");
        for text in ["[]", "5", "{", ""] {
            let (_, wam, findings) = read(text);
            assert!(wam.is_none() && findings.len() == 1, "{text}: {findings:?}");
        }
    }

    #[test]
    fn findings_in_areas_lie_on_the_map() {
        let (_, _, findings) = read(&HEALTHY.replacen(r#", "jitsiRoomConfig": {}"#, "", 1));
        let place = &findings[0].place;
        assert_eq!(place.object.as_deref(), Some("stage"));
        assert_eq!(place.area_tiles, Some(crate::model::TileRect::new(2, 1, 2, 2)));
    }

    #[test]
    fn old_files_are_migrated_and_unknown_versions_are_not() {
        let tagged = r#"{"jitsiRoomAdminTag": "mod"}"#;
        let of = |version: &str| {
            let text = HEALTHY.replacen(r#""version": "2.1.0", "#, version, 1);
            let (_, wam, findings) = read(&text.replacen(
                r#""jitsiRoomConfig": {}"#,
                &format!(r#""jitsiRoomConfig": {tagged}"#),
                1,
            ));
            assert!(findings.is_empty(), "{version}: {findings:?}");
            let area = wam.unwrap().areas.remove(0);
            let tag = area.properties[0].text("jitsiRoomAdminTag").map(str::to_owned);
            (tag, area.property("lockableAreaPropertyData").map(|lock| lock.id.clone()))
        };
        let (tag, lock) = (Some("mod".to_owned()), Some("3-lock".to_owned()));
        assert_eq!(of(""), (tag.clone(), lock.clone()));
        assert_eq!(of(r#""version": "1.0.0", "#), (tag, lock.clone()));
        assert_eq!(of(r#""version": "2.0.0", "#), (None, lock));
        for untouched in ["2.1.0", "1.0", "3.0.0"] {
            assert_eq!(of(&format!(r#""version": "{untouched}", "#)), (None, None));
        }
    }
}
