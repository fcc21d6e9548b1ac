//! `venueAllow`: findings that the map itself accepts.

use std::collections::{BTreeMap, BTreeSet};

use super::{Settings, context::MapContext, registry};
use crate::{
    finding::{Family, Finding, Place, Rule, Severity, Spot},
    model::Properties,
};

/// Name of the property that accepts findings: rules separated by commas, on a map, a layer (for
/// what lies in it, too), an object or a tileset.
pub(super) const PROPERTY: &str = "venueAllow";

pub(super) static UNUSED_ALLOW: Rule = Rule {
    name: "unused-allow",
    summary: "`venueAllow` names a rule that finds nothing there",
    severity: Severity::Info,
    family: Family::World,
    since: "0.1.0",
    why: "A `venueAllow` that accepts nothing is either out of date, and would hide the next real mistake, \
          or misspelt, and then the finding that it means still shows.",
    example: r#"layer "walls": venueAllow = "hiden-colliding-layer""#,
    mend: "Delete the name from `venueAllow`, or spell it as the finding does.",
};

/// One accepted rule on one holder.
pub(super) struct Allow {
    rule: String,
    scope: Scope,
    spot: Spot,
    place: Place,
    holder: String,
}

enum Scope {
    Map,
    /// The layer of this path and all below it.
    Layer(String, u32),
    Object(u32, Spot),
    Tileset(String),
}

/// Where acceptances are looked for.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Site<'a> {
    Map,
    Layer(&'a str),
    Object(u32),
    Tileset(&'a str),
}

/// The sites of what may accept a finding that lies there.
fn sites(place: &Place) -> impl Iterator<Item = Site<'_>> {
    let layer = place.layer.as_deref();
    let groups = layer.into_iter().flat_map(|path| path.match_indices('/').map(|(end, _)| &path[..end]));
    let layers = groups.chain(layer).map(Site::Layer);
    let object = place.object_id.map(Site::Object);
    let tileset = place.tileset.as_deref().map(Site::Tileset);
    std::iter::once(Site::Map).chain(layers).chain(object).chain(tileset)
}

impl Allow {
    /// What a map accepts.
    pub(super) fn all(context: &MapContext) -> Vec<Self> {
        let mut out = Vec::new();
        let mut add = |properties: &Properties, scope: &dyn Fn() -> Scope, place: Place, holder: &str| {
            let Some(property) = properties.get(PROPERTY) else { return };
            let Some(text) = property.value.text() else { return };
            for rule in text.split(',').map(str::trim).filter(|rule| !rule.is_empty()) {
                out.push(Self {
                    rule: rule.to_owned(),
                    scope: scope(),
                    spot: context.value(property),
                    place: place.clone(),
                    holder: holder.to_owned(),
                });
            }
        };
        for holder in context.holders.iter().filter(|holder| holder.properties.get(PROPERTY).is_some()) {
            let (place, name) = (holder.place(context), holder.name(context));
            if let Some(layer) = holder.layer(context) {
                let path = place.layer.clone().unwrap_or_default();
                add(&layer.properties, &|| Scope::Layer(path.clone(), layer.id), place, &name);
            } else if let Some(object) = holder.object() {
                let spot = holder.spot(context);
                add(&object.properties, &|| Scope::Object(object.id, spot.clone()), place, &name);
            } else if place.tile.is_none() {
                let tileset = place.tileset.clone();
                let scope = || tileset.clone().map_or(Scope::Map, Scope::Tileset);
                add(holder.properties, &scope, place, &name);
            }
        }
        out
    }

    fn site(&self) -> Site<'_> {
        match &self.scope {
            Scope::Map => Site::Map,
            Scope::Layer(path, _) => Site::Layer(path),
            Scope::Object(id, _) => Site::Object(*id),
            Scope::Tileset(name) => Site::Tileset(name),
        }
    }

    fn accepts(&self, finding: &Finding) -> bool {
        if finding.rule.name != self.rule {
            return false;
        }
        let place = &finding.place;
        match &self.scope {
            Scope::Map => true,
            Scope::Layer(path, id) => place.layer.as_deref().is_some_and(|layer| {
                (layer == path && place.layer_id.is_none_or(|found| found == *id))
                    || layer.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/'))
            }),
            Scope::Object(id, spot) => place.object_id == Some(*id) && (*id != 0 || finding.spot == *spot),
            Scope::Tileset(name) => place.tileset.as_deref() == Some(name),
        }
    }
}

/// Takes away the findings that the map accepts, and notes by number which acceptances did so.
pub(super) fn suppress(findings: &mut Vec<Finding>, allows: &[Allow], used: &mut BTreeSet<usize>) {
    let mut by_site: BTreeMap<(&str, Site), Vec<usize>> = BTreeMap::new();
    for (index, allow) in allows.iter().enumerate() {
        by_site.entry((&allow.rule, allow.site())).or_default().push(index);
    }
    if by_site.is_empty() {
        return;
    }
    findings.retain(|finding| {
        let sites = sites(&finding.place);
        let near = sites.filter_map(|site| by_site.get(&(finding.rule.name, site))).flatten();
        let mut accepted = near.filter(|index| allows[**index].accepts(finding)).peekable();
        let is_accepted = accepted.peek().is_some();
        used.extend(accepted);
        !is_accepted
    });
}

/// Reports acceptances that accepted nothing, of rules that were asked for; those about servers only if
/// these were asked.
pub(super) fn unused(
    allows: &[Allow],
    used: &BTreeSet<usize>,
    settings: &Settings,
    online: bool,
    findings: &mut Vec<Finding>,
) {
    for (index, allow) in allows.iter().enumerate() {
        if used.contains(&index) {
            continue;
        }
        let custom = settings.custom.iter().find(|policy| policy.rule.name == allow.rule);
        let rule = registry::rule(&allow.rule).or(custom.map(|policy| policy.rule));
        let Some(rule) = rule else {
            let mut finding = Finding::new(
                &UNUSED_ALLOW,
                allow.spot.clone(),
                format!("venueAllow of {} names \"{}\", which is no rule", allow.holder, allow.rule),
            )
            .at(allow.place.clone());
            if let Some(nearest) = registry::nearest_rule(&allow.rule) {
                finding = finding.help(format!("did you mean \"{nearest}\"?"));
            }
            findings.push(finding);
            continue;
        };
        let not_asked = rule.family == Family::Online && !online;
        if not_asked || settings.severity(rule, &allow.spot.file).is_none() {
            continue;
        }
        findings.push(
            Finding::new(
                &UNUSED_ALLOW,
                allow.spot.clone(),
                format!("venueAllow of {} accepts {}, which finds nothing there", allow.holder, allow.rule),
            )
            .at(allow.place.clone())
            .help("delete it, so that it hides no later mistake"),
        );
    }
}

/// What identifies an acceptance across the maps that share a tileset.
pub(super) fn identity(allow: &Allow) -> (String, u32, String) {
    (allow.spot.file.clone(), allow.spot.span.map_or(0, |span| span.start), allow.rule.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_accepted_as_if_each_were_asked_of_all() {
        let spot = |file: &str| Spot::new(file, None);
        let allow = |rule: &str, scope| Allow {
            rule: rule.to_owned(),
            scope,
            spot: spot("a.tmj"),
            place: Place::default(),
            holder: String::new(),
        };
        let layer = |path: &str, id| allow("unused-allow", Scope::Layer(path.to_owned(), id));
        let allows = [
            allow("http-url", Scope::Map),
            layer("hall", 1),
            layer("hall/roof", 2),
            layer("hall", 3),
            layer("", 4),
            allow("unused-allow", Scope::Object(7, spot("a.tmj"))),
            allow("unused-allow", Scope::Object(0, spot("a.tmj"))),
            allow("unused-allow", Scope::Tileset("tiles".to_owned())),
        ];
        let layers = ["hall", "hall/roof", "hall/roof/tiles", "hall 2", "/x", "hal", ""];
        let mut places = vec![Place::default(), Place::tileset("tiles"), Place::tileset("others")];
        for (layer_id, name) in
            [None, Some(1), Some(2), Some(4)].into_iter().flat_map(|id| layers.map(|name| (id, name)))
        {
            places.push(Place { layer_id, ..Place::layer(name, 1) });
        }
        places.extend(
            [None, Some(0), Some(7), Some(8)]
                .map(|object_id| Place { object_id, ..Place::layer("hall/x", 1) }),
        );
        let finding =
            |place: &Place, file: &str| Finding::new(&UNUSED_ALLOW, spot(file), "").at(place.clone());
        for place in places {
            for file in ["a.tmj", "b.tmj"] {
                let one = finding(&place, file);
                let expected: BTreeSet<usize> =
                    (0..allows.len()).filter(|index| allows[*index].accepts(&one)).collect();
                let (mut left, mut used) = (vec![one], BTreeSet::new());
                suppress(&mut left, &allows, &mut used);
                assert_eq!((left.is_empty(), &used), (!expected.is_empty(), &expected), "{place:?}");
            }
        }
    }
}
