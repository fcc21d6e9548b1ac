//! Judges a project: every map on its own, then all together.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use rayon::prelude::*;

use super::{
    Settings,
    context::{MapContext, WorldContext},
    custom, links,
    registry::{Check, Lint},
    rules::{FAMILIES, online},
    suppress,
};
use crate::{
    finding::{Family, Finding},
    model::Map,
    online::Question,
    picture::Looks,
    project::{Project, ProjectMap},
    workadventure::Meaning,
    world::{Surroundings, Way, World},
};

/// Everything that is wrong with the maps of a project, what loading found included, less what the
/// maps accept themselves (`venueAllow`). Not sorted, and not yet filtered by severity, but the same
/// for the same input.
pub fn check(project: &Project, settings: &Settings) -> Vec<Finding> {
    let filled: Vec<Option<(Map, Meaning)>> = project.maps.par_iter().map(|map| fill(project, map)).collect();
    let looks = Arc::new(Looks::default());
    let mut contexts: Vec<MapContext> = project
        .maps
        .par_iter()
        .zip(&filled)
        .filter_map(|(map, filled)| {
            let context = match filled {
                Some((map, meaning)) => MapContext::new(project, map, meaning),
                None => MapContext::new(project, map.map.as_ref()?, map.meaning.as_ref()?),
            };
            Some(context.sharing(&looks))
        })
        .collect();
    let surroundings = Surroundings::of(project);
    let judged: Vec<(&str, &Map, &Meaning)> =
        contexts.iter().map(|context| (context.map.file.as_str(), context.map, context.meaning)).collect();
    let world = World::of(&surroundings, judged.iter().copied());
    let neighbours = neighbours(project, &world);
    let known = neighbours
        .iter()
        .filter_map(|map| Some((map.name.as_str(), map.map.as_ref()?, map.meaning.as_ref()?)));
    let world =
        if neighbours.is_empty() { world } else { World::of(&surroundings, judged.into_iter().chain(known)) };
    link(&mut contexts, &world);
    let accepted = |context| if settings.allows() { suppress::Allow::all(context) } else { Vec::new() };
    // A few maps are often larger than all others together: they are begun first.
    let mut order: Vec<(usize, &MapContext)> = contexts.iter().enumerate().collect();
    order.sort_by_key(|(_, context)| Reverse(context.cells()));
    let judged = order.into_iter().par_bridge();
    let mut judged: Vec<(usize, Vec<Finding>, Vec<suppress::Allow>)> =
        judged.map(|(index, context)| (index, judge(context, settings), accepted(context))).collect();
    judged.sort_by_key(|(index, ..)| *index);
    let (mut by_map, accepted): (Vec<_>, Vec<_>) =
        judged.into_iter().map(|(_, findings, accepted)| (findings, accepted)).unzip();

    let world = WorldContext { project, maps: &contexts, world };
    let of_world = lints().collect::<Vec<_>>().into_par_iter().map(|lint| {
        let mut findings = Vec::new();
        if let Check::World(check) = lint.check {
            check(&world, &mut findings);
        }
        findings
    });
    let of_world: Vec<Vec<Finding>> = of_world.collect();
    // What is found between maps can be accepted by the map whose file it stands in.
    let place: HashMap<&str, usize> =
        contexts.iter().enumerate().map(|(index, context)| (context.map.file.as_str(), index)).collect();
    let mut findings = Vec::new();
    for finding in of_world.into_iter().flatten() {
        match place.get(finding.spot.file.as_str()) {
            Some(index) => by_map[*index].push(finding),
            None => findings.push(finding),
        }
    }

    let mut allows = Vec::new();
    let mut used = BTreeSet::new();
    for ((context, mut of_map), here) in contexts.iter().zip(by_map).zip(accepted) {
        let loaded = project.map(&context.map.file).map_or(&[][..], |map| &map.findings);
        of_map.extend(loaded.iter().cloned());
        let mut used_here = BTreeSet::new();
        suppress::suppress(&mut of_map, &here, &mut used_here);
        findings.extend(of_map);
        used.extend(used_here.into_iter().map(|index| suppress::identity(&here[index])));
        allows.extend(here);
    }
    for map in project.maps.iter().filter(|map| map.map.is_none()) {
        findings.extend(map.findings.iter().cloned());
    }
    findings.extend(project.wams.iter().flat_map(|wam| wam.findings.iter().cloned()));
    findings.extend(project.worlds.iter().flat_map(|world| world.findings.iter().cloned()));
    findings.extend(project.types.iter().flat_map(|types| types.findings.iter().cloned()));
    let used =
        (0..allows.len()).filter(|index| used.contains(&suppress::identity(&allows[*index]))).collect();
    suppress::unused(&allows, &used, settings, !project.answers.is_empty(), &mut findings);
    for finding in &mut findings {
        of_generated(project, finding);
    }
    without_repeats(findings)
}

/// Lets visitors arrive where an exit leads, though nothing but a layer's name makes an entry of it. What stands in
/// for a venue takes its visitors; the venue is judged as if it had them.
fn link(contexts: &mut [MapContext], world: &World) {
    let mut names: HashMap<String, BTreeSet<&str>> = HashMap::new();
    for (to, name) in world.ways().iter().filter_map(Way::undeclared_entry) {
        let map = &world.maps()[to];
        for map in map.stands_in_for.iter().map(String::as_str).chain([map.name]) {
            names.entry(map.to_owned()).or_default().insert(name);
        }
    }
    for context in contexts {
        if let Some(names) = names.get(&context.map.file) {
            context.link(names);
        }
    }
}

/// A map that `venue stands` made is not edited: the next run would undo it.
fn of_generated(project: &Project, finding: &mut Finding) {
    let map = project.map(&finding.spot.file).filter(|map| map.is_generated());
    if let (Some(map), Some(fix)) = (map, finding.fix.take_if(|_| map.is_some())) {
        let origin = map.stands_in_for().unwrap_or_else(|| "the spec or its templates".to_owned());
        let mend = finding.help.take().unwrap_or(fix.description);
        finding.help = Some(if mend.ends_with('?') {
            format!("{mend} Mend it in {origin}, and run `venue stands` again")
        } else {
            format!("{mend}; do so in {origin}, and run `venue stands` again")
        });
    }
}

/// Every address of the web in the project's maps, sorted: what [`crate::online::ask_all`] can ask.
pub fn questions(project: &Project) -> BTreeSet<Question> {
    let mut questions = BTreeSet::new();
    for map in &project.maps {
        let filled = fill(project, map);
        let (seen, meaning) = match &filled {
            Some((map, meaning)) => (Some(map), Some(meaning)),
            None => (map.map.as_ref(), map.meaning.as_ref()),
        };
        if let (Some(map), Some(meaning)) = (seen, meaning) {
            online::questions(&MapContext::new(project, map, meaning), &mut questions);
        }
    }
    online::questions_of_editor(project, &mut questions);
    questions
}

/// What the rules of one family find in a project, nothing accepted and nothing told once alone: for measuring
/// what they cost. What loading finds is not among it.
pub fn check_family(project: &Project, family: Family) -> Vec<Finding> {
    let looks = Arc::new(Looks::default());
    let maps = project.maps.iter();
    let mut contexts: Vec<MapContext> = maps
        .filter_map(|map| Some(MapContext::new(project, map.map.as_ref()?, map.meaning.as_ref()?)))
        .map(|context| context.sharing(&looks))
        .collect();
    let judged: Vec<(&str, &Map, &Meaning)> =
        contexts.iter().map(|context| (context.map.file.as_str(), context.map, context.meaning)).collect();
    let world = World::of(&Surroundings::of(project), judged);
    link(&mut contexts, &world);
    let world = WorldContext { project, maps: &contexts, world };
    let mut findings = Vec::new();
    for lint in lints().filter(|lint| lint.rule.family == family) {
        match lint.check {
            Check::Map(check) => contexts.iter().for_each(|context| check(context, &mut findings)),
            Check::World(check) => check(&world, &mut findings),
            Check::Beside(_) => {}
        }
    }
    findings
}

/// The map as visitors get it, where the project's links change it.
fn fill(project: &Project, map: &ProjectMap) -> Option<(Map, Meaning)> {
    let filled = links::fill_links(map.map.as_ref()?, &project.config.links)?;
    let meaning = Meaning::of(&filled);
    Some((filled, meaning))
}

fn judge(context: &MapContext, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    for lint in lints() {
        if let Check::Map(check) = lint.check {
            check(context, &mut findings);
        }
    }
    custom::check(context, &settings.custom, &mut findings);
    findings
}

fn lints() -> impl Iterator<Item = &'static Lint> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// Maps that exits lead to and that are not among those to judge, loaded to look their entries up.
fn neighbours(project: &Project, world: &World) -> Vec<ProjectMap> {
    let names: Vec<&str> = world.outside().into_iter().filter(|name| project.map(name).is_none()).collect();
    names.into_par_iter().map(|name| ProjectMap::load(&project.sources, name)).collect()
}

/// Tilesets that several maps share are judged with each of them; what is wrong with them is told
/// once.
fn without_repeats(findings: Vec<Finding>) -> Vec<Finding> {
    type Key = (String, Option<(u32, u32)>, Option<String>, Option<usize>, &'static str, String);
    let mut seen: BTreeSet<Key> = BTreeSet::new();
    findings
        .into_iter()
        .filter(|finding| {
            let spot = &finding.spot;
            seen.insert((
                spot.file.clone(),
                spot.span.map(|span| (span.start, span.end)),
                spot.key.as_ref().map(ToString::to_string),
                spot.item,
                finding.rule.name,
                finding.message.clone(),
            ))
        })
        .collect()
}
