//! `.tiled-project` files: their custom types lowered to the model (tiled-formats, section 3.10).

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    json::{self, Value},
    link::Linker,
    tmj,
};
use crate::{
    finding::{Family, Finding, Rule, Severity, Spot},
    model::{CustomClass, CustomEnum, CustomTypes, Property, Value as PropertyValue},
    source::{SourceFile, Sources, Span},
};

pub(super) static TILED_PROJECT_WRONG: Rule = Rule {
    name: "tiled-project-wrong",
    summary: "a custom type of a Tiled project is not as it must be",
    severity: Severity::Warning,
    family: Family::World,
    since: "0.1.0",
    why: "Tiled drops the member or the type that is wrong, and maps that use it lose what they set there when \
          they are saved.",
    example: r#"
file "venue.tiled-project":
  {
    "propertyTypes": [
      { "name": "Door", "type": "class", "members": [{ "name": "next", "type": "class", "propertyType": "Door", "value": {} }] }
    ]
  }
"#,
    mend: "Mend the type in Tiled's custom types editor.",
};

/// Reads the custom types of the `.tiled-project` file called `name`, with what is wrong with them.
pub fn load_custom_types(sources: &Sources, name: &str) -> (CustomTypes, Vec<Finding>) {
    let mut linker = Linker::new(sources);
    let mut types = CustomTypes { file: name.to_owned(), ..CustomTypes::default() };
    let file = match sources.load(name) {
        Ok(file) => file,
        Err(error) => {
            let message = format!("the file cannot be read: {error}");
            return (types, vec![Finding::new(&TILED_PROJECT_WRONG, Spot::file(name), message)]);
        }
    };
    let Some(document) = tmj::document(&file, &mut linker) else { return (types, linker.findings) };
    let mut reader = Reader { file: &file, findings: linker.findings };
    for kind in document.root().get("propertyTypes").into_iter().flat_map(Value::items) {
        reader.custom_type(kind, &mut types);
    }
    reader.break_circles(&mut types);
    (types, reader.findings)
}

/// Where the value at `path` stands within the value of a property: the object that holds its last
/// key. `None` where the file is no JSON.
pub(crate) fn holder_in_value(file: &SourceFile, property: Span, path: &[&str]) -> Option<Span> {
    let (mut value, _) = json::document(file)?.ok()?.find(&property.range())?;
    value = value.get("value")?;
    for key in path.get(..path.len().checked_sub(1)?)? {
        value = value.get(key)?;
    }
    value.get(path.last()?)?;
    Some(file.span_of(value.range()))
}

struct Reader<'a> {
    file: &'a SourceFile,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    fn span(&self, value: Value) -> Span {
        self.file.span_of(value.range())
    }

    fn wrong(&mut self, span: Option<Span>, key: &'static str, message: String) {
        let spot = Spot::new(self.file.name(), span).key(key);
        self.findings.push(Finding::new(&TILED_PROJECT_WRONG, spot, message));
    }

    fn custom_type(&mut self, kind: Value, types: &mut CustomTypes) {
        let (span, name) = (Some(self.span(kind)), text(kind, "name"));
        let texts = |key: &str| {
            let items = kind.get(key)?.items();
            Some(items.filter_map(Value::string).map(Cow::into_owned).collect::<Vec<String>>())
        };
        let is_class = kind.get("type").and_then(Value::string).is_some_and(|kind| kind == "class");
        let use_as = match texts("useAs") {
            Some(use_as) if is_class => use_as,
            _ => vec!["property".to_owned()],
        };
        let twice = if is_class {
            use_as.iter().any(|usage| types.class(&name, usage).is_some())
                || use_as.iter().any(|usage| usage == "property") && types.enumeration(&name).is_some()
        } else {
            types.enumeration(&name).is_some() || types.class(&name, "property").is_some()
        };
        if twice {
            self.wrong(span, "name", format!("there are two custom types \"{name}\": the first one counts"));
        }
        if is_class {
            let members = kind.get("members").into_iter().flat_map(Value::items);
            let members: Vec<Property> = members.filter_map(|member| self.member(member, &name)).collect();
            types.classes.push(CustomClass { span, name, use_as, members });
        } else {
            types.enums.push(CustomEnum {
                span,
                name,
                values: texts("values").unwrap_or_default(),
                flags: kind.get("valuesAsFlags").and_then(Value::boolean).unwrap_or(false),
            });
        }
    }

    fn member(&mut self, member: Value, class: &str) -> Option<Property> {
        let (span, name) = (Some(self.span(member)), text(member, "name"));
        let kind = text(member, "type");
        let kind = if kind.is_empty() { "string" } else { &kind };
        let (value, fits) = tmj::property_value(kind, member.get("value"));
        if matches!(value, PropertyValue::Unknown(..)) {
            self.wrong(span, "type", format!("the member \"{name}\" of \"{class}\" has no type that exists"));
            return None;
        }
        if !fits {
            self.wrong(
                span,
                "value",
                format!("the default of member \"{name}\" of \"{class}\" is no {kind}"),
            );
            return None;
        }
        let type_name = Some(text(member, "propertyType")).filter(|name| !name.is_empty());
        Some(Property { span, name, type_name, value })
    }

    /// Leaves out members by which a class would hold itself, at whatever depth.
    fn break_circles(&mut self, types: &mut CustomTypes) {
        let by_name: BTreeMap<String, usize> = types
            .classes
            .iter()
            .enumerate()
            .rev()
            .map(|(index, class)| (class.name.clone(), index))
            .collect();
        let inner = |member: &Property| {
            let name =
                member.type_name.as_deref().filter(|_| matches!(member.value, PropertyValue::Class(_)));
            name.and_then(|name| by_name.get(name).copied())
        };
        let mut state = vec![Visit::Ahead; types.classes.len()];
        let mut circular: BTreeSet<(usize, usize)> = BTreeSet::new();
        for root in 0..types.classes.len() {
            // Classes under way, each with its next member.
            let mut way = if state[root] == Visit::Ahead { vec![(root, 0)] } else { Vec::new() };
            while let Some((class, next)) = way.last_mut() {
                state[*class] = Visit::UnderWay;
                let Some(member) = types.classes[*class].members.get(*next) else {
                    state[*class] = Visit::Done;
                    way.pop();
                    continue;
                };
                let at = (*class, *next);
                *next += 1;
                match inner(member).map(|inner| (inner, state[inner])) {
                    Some((_, Visit::UnderWay)) => drop(circular.insert(at)),
                    Some((inner, Visit::Ahead)) => way.push((inner, 0)),
                    Some((_, Visit::Done)) | None => {}
                }
            }
        }
        for (class, member) in circular.into_iter().rev() {
            let class = &mut types.classes[class];
            let member = class.members.remove(member);
            let message =
                format!("the member \"{}\" lets \"{}\" hold itself: Tiled drops it", member.name, class.name);
            self.wrong(member.span, "propertyType", message);
        }
    }
}

/// How far a class has been followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Visit {
    Ahead,
    UnderWay,
    Done,
}

fn text(value: Value, key: &str) -> String {
    value.get(key).and_then(Value::string).map(Cow::into_owned).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Json, Value as Typed},
        workadventure::testing,
    };

    fn read(text: &str) -> (CustomTypes, Vec<(String, String)>) {
        let mut sources = Sources::new("/nowhere");
        sources.insert("v.tiled-project", text.to_owned());
        let (types, findings) = load_custom_types(&sources, "v.tiled-project");
        let spots: Vec<&Spot> = findings.iter().map(|finding| &finding.spot).collect();
        let located = crate::format::locate(&sources, &spots);
        let found = located.into_iter().zip(&findings);
        let found =
            found.map(|(place, finding)| (place.pointer.unwrap_or_default(), finding.message.clone()));
        (types, found.collect())
    }

    const TYPES: &str = r#"{"propertyTypes": [
        {"id": 1, "name": "Side", "values": ["left", "right"], "storageType": "string"},
        {"id": 2, "name": "Days", "type": "enum", "values": ["mon", "tue"], "storageType": "int", "valuesAsFlags": true},
        {"id": 3, "name": "Point", "type": "class", "members": [
            {"name": "x", "type": "int", "value": 3}, {"name": "side", "type": "string", "propertyType": "Side", "value": "left"}]},
        {"id": 4, "name": "area", "type": "class", "useAs": ["object", "property"], "members": [
            {"name": "openWebsite", "type": "string", "value": "https://example.org"},
            {"name": "spot", "type": "class", "propertyType": "Point", "value": {"x": 5}}]}
    ]}"#;

    #[test]
    fn types_are_read() {
        let (types, found) = read(TYPES);
        assert!(found.is_empty(), "{found:?}");
        assert!(!types.enumeration("Side").unwrap().flags);
        let days = types.enumeration("Days").unwrap();
        assert!(days.flags && days.values == ["mon", "tue"]);
        assert!(types.class("Point", "object").is_none());
        assert_eq!(types.class("area", "object").unwrap().members.len(), 2);
    }

    #[test]
    fn faults_stand_at_their_places() {
        let (types, found) = read(
            r#"{"propertyTypes": [
            {"name": "A", "type": "class", "members": [{"name": "b", "type": "class", "propertyType": "B", "value": {}}]},
            {"name": "B", "type": "class", "members": [{"name": "a", "type": "class", "propertyType": "A", "value": {}},
                {"name": "n", "type": "int", "value": "x"}, {"name": "q", "type": "integer", "value": 1}]},
            {"name": "A", "values": []}
        ]}"#,
        );
        let pointers: Vec<&str> = found.iter().map(|(pointer, _)| pointer.as_str()).collect();
        assert_eq!(
            pointers,
            [
                "/propertyTypes/1/members/1/value",
                "/propertyTypes/1/members/2/type",
                "/propertyTypes/2/name",
                "/propertyTypes/1/members/0/propertyType"
            ],
            "{found:?}"
        );
        assert!(types.class("B", "property").unwrap().members.is_empty());
        for broken in ["[]", "5", r#"{"propertyTypes": {"a": [1]}}"#, r#"{"propertyTypes": [1, {}, null]}"#] {
            read(broken);
        }
    }

    #[test]
    fn maps_are_written_out() {
        let (types, _) = read(TYPES);
        let mut map = testing::map();
        let set = Json::Object(vec![("side".to_owned(), Json::String("right".to_owned()))]);
        map.properties.0.push(Property {
            span: None,
            name: "p".to_owned(),
            type_name: Some("Point".to_owned()),
            value: Typed::Class(set),
        });
        map.class = "area".to_owned();
        let resolved = types.resolve(&map, |_| true);
        let pair = |x: &str, side: &str| {
            Typed::Class(Json::Object(vec![
                ("x".to_owned(), Json::Number(x.to_owned())),
                ("side".to_owned(), Json::String(side.to_owned())),
            ]))
        };
        assert_eq!(resolved.properties.get("p").unwrap().value, pair("3", "right"));
        assert!(resolved.properties.get("openWebsite").is_none(), "areas are no maps");
        let mut layer = testing::tiles("zone", [0; 12]);
        layer.kind = crate::model::LayerKind::Objects(crate::model::ObjectLayer {
            objects: vec![testing_object()],
            draw_order: crate::model::DrawOrder::TopDown,
            color: None,
        });
        map.layers.push(layer);
        let resolved = types.resolve(&map, |_| true);
        let object = &resolved.layers.last().unwrap().objects().unwrap().objects[0];
        assert_eq!(object.properties.text("openWebsite"), Some("own"));
        assert_eq!(object.properties.get("spot").unwrap().value, pair("5", "left"));
        assert_eq!(object.properties.get("spot").unwrap().type_name.as_deref(), Some("Point"));
    }

    fn testing_object() -> crate::model::Object {
        let mut properties = crate::model::Properties::default();
        properties.set("openWebsite", Typed::String("own".to_owned()));
        crate::model::Object {
            span: None,
            id: 1,
            name: "desk".to_owned(),
            class: "area".to_owned(),
            template: None,
            gid: None,
            position: glam::DVec2::ZERO,
            size: glam::DVec2::ONE,
            rotation: 0.0,
            visible: true,
            opacity: 1.0,
            shape: crate::model::Shape::Rectangle,
            properties,
            extra: Vec::new(),
        }
    }

    #[test]
    fn classes_that_double_at_every_level_end() {
        let mut types = CustomTypes::default();
        for level in 0..60 {
            let member = |name: &str| Property {
                span: None,
                name: name.to_owned(),
                type_name: Some(format!("C{}", level + 1)),
                value: Typed::Class(Json::Object(Vec::new())),
            };
            let (name, use_as) = (format!("C{level}"), vec!["property".to_owned()]);
            types.classes.push(CustomClass {
                span: None,
                name,
                use_as,
                members: vec![member("a"), member("b")],
            });
        }
        let mut map = testing::map();
        map.properties.0.push(types.classes[0].members[0].clone());
        assert_eq!(types.resolve(&map, |_| true).properties.0.len(), map.properties.0.len());
    }
}
