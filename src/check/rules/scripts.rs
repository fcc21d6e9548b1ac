//! Scripts, variables, and what WorkAdventure's scripting library makes of them: doors, bells, bound
//! variables, the configuration page (workadventure-maps, sections 1.7, 5.1 and 5.2).

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, Lint, layers::colliding_cells, meant::Meant};
use crate::{
    check::context::{FlatLayer, HeldObject, Holder, MapContext},
    finding::{Change, Edit, Family, Finding, Rule, Severity, Spot},
    model::{Properties, Property},
    project::nearest,
    source::is_url,
    workadventure::{HolderKind, is_template, percent_decoded},
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &VARIABLE_NAME, check: Check::Map(variable_name) },
    Lint { rule: &SCRIPT_PAGE_WITHOUT_API, check: Check::Map(script_page_without_api) },
    Lint { rule: &SCRIPT_EMPTY_LINE, check: Check::Map(script_empty_line) },
    Lint { rule: &LIBRARY_WITHOUT_SCRIPT, check: Check::Map(library_without_script) },
    Lint { rule: &VARIABLE_MISSING, check: Check::Map(variable_missing) },
    Lint { rule: &DOOR_LAYER_MISSING, check: Check::Map(door_layer_missing) },
    Lint { rule: &DOOR_WITHOUT_WALL, check: Check::Map(door_without_wall) },
    Lint { rule: &KEYPAD_ON_AREA, check: Check::Map(keypad_on_area) },
    Lint { rule: &BELL_UNHEARD, check: Check::Map(bell_unheard) },
    Lint { rule: &CONFIGURATION_MISSING, check: Check::Map(configuration_missing) },
];

static VARIABLE_NAME: Rule = Rule {
    name: "variable-name",
    summary: "a variable has no name, or that of another",
    severity: Severity::Warning,
    family: Family::Scripts,
    since: "0.1.0",
    why: "Scripts find variables by the names of their objects. Of two with one name the last counts, with its \
          default and its tags; one without a name is never found.",
    example: r#"
script = "https://example.org/doors.js"
variable "door": default = true
variable "door": default = false
"#,
    mend: "Give each variable a name of its own.",
};

static SCRIPT_PAGE_WITHOUT_API: Rule = Rule {
    name: "script-page-without-api",
    summary: "the map's script is a page that does not load the scripting interface",
    severity: Severity::Warning,
    family: Family::Scripts,
    since: "0.1.0",
    why: "A script that is an HTML page must load `iframe_api.js` itself. WorkAdventure waits for it before it \
          lets anybody in, up to 14 seconds for every visitor, and then goes on without the script.",
    example: r#"
script = "script.html"
file "script.html": "<script src='doors.js'></script>"
"#,
    mend: "Add <script src=\"https://play.example.org/iframe_api.js\"></script> to the page, with the host that \
           visitors use, or name the JavaScript file itself.",
};

static SCRIPT_EMPTY_LINE: Rule = Rule {
    name: "script-empty-line",
    summary: "the map's list of scripts has an empty line",
    severity: Severity::Info,
    family: Family::Scripts,
    since: "0.1.0",
    why: "Each line of `script` is an address. An empty one is that of the map itself, which every visitor \
          loads once more, and which is no script.",
    example: r#"script = "https://example.org/doors.js\n""#,
    mend: "Delete the empty line.",
};

static LIBRARY_WITHOUT_SCRIPT: Rule = Rule {
    name: "library-without-script",
    summary: "doors, bells or bound variables in a map without a script",
    severity: Severity::Warning,
    family: Family::Scripts,
    since: "0.1.0",
    why: "WorkAdventure itself knows no doors and bells: its scripting library makes them, which a script of the \
          map has to load. Without one doors stay as they are drawn, and bells are silent.",
    example: r#"
layer "step": doorVariable = "door"  # and the map has no script
variable "door": default = false
"#,
    mend: "Set the map's property `script` to WorkAdventure's scripting library, or to a script that loads it.",
};

static VARIABLE_MISSING: Rule = Rule {
    name: "variable-missing",
    summary: "a zone works a variable that the map does not have",
    severity: Severity::Error,
    family: Family::Scripts,
    since: "0.1.0",
    why: "A variable is an object of class `variable`, found by its name. A door's step that names none stops \
          the scripting library: every door and bell behind it is dead. Bells that name none do not ring, values \
          are not set, and codes are never right.",
    example: r#"
script = "https://example.org/doors.js"
layer "step": doorVariable = "dor"
variable "door": default = false
"#,
    mend: "Correct the name, or add an object of class `variable` with it.",
};

static DOOR_LAYER_MISSING: Rule = Rule {
    name: "door-layer-missing",
    summary: "a door does not name the layers that show it open and closed",
    severity: Severity::Error,
    family: Family::Scripts,
    since: "0.1.0",
    why: "A door shows the layers of `openLayer` or those of `closeLayer`. Without one of the two every door and \
          bell of the map is dead; a layer that does not exist never shows, and its wall never comes or goes. \
          Layers in groups have the names of the groups before their own.",
    example: r#"
script = "https://example.org/doors.js"
variable "door": door = true, openLayer = "roof", closeLayer = "closed"
group "doors"
layer "closed" on "doors" of tile 1
"#,
    mend: "Write the whole path of the layer, groups first, joined by /.",
};

static DOOR_WITHOUT_WALL: Rule = Rule {
    name: "door-without-wall",
    summary: "a closed door does not block the way",
    severity: Severity::Warning,
    family: Family::Scripts,
    since: "0.1.0",
    why: "A closed door stops visitors only where the tiles of its `closeLayer` have `collides`. Without it they \
          walk through the closed door.",
    example: r#"
script = "https://example.org/doors.js"
variable "door": door = true, openLayer = "roof", closeLayer = "closed"
layer "closed" of tile 0  # which has no collides
"#,
    mend: "Set collides = true on the tiles of the closed door in their tileset.",
};

static KEYPAD_ON_AREA: Rule = Rule {
    name: "keypad-on-area",
    summary: "the keypad of a door opens far off the map",
    severity: Severity::Error,
    family: Family::Scripts,
    since: "0.1.0",
    why: "The scripting library counts the place of a keypad in tiles. That of an area is in pixels, so the \
          keypad opens 32 times as far away, and nobody can enter the code.",
    example: r#"
script = "https://example.org/doors.js"
variable "door": default = false
area "step": doorVariable = "door", code = "1234"
"#,
    mend: "Use a tile layer instead of the area.",
};

static BELL_UNHEARD: Rule = Rule {
    name: "bell-unheard",
    summary: "a bell has no sound, or no button to ring it",
    severity: Severity::Error,
    family: Family::Scripts,
    since: "0.1.0",
    why: "A bell rings with the sound of its variable's `bellSound`. The button of `bellPopup` is shown at the \
          object of that name; without such an object there is no button.",
    example: r#"
script = "https://example.org/doors.js"
variable "bell": bell = true  # and no bellSound
"#,
    mend: "Add bellSound to the variable; name an object in bellPopup.",
};

static CONFIGURATION_MISSING: Rule = Rule {
    name: "configuration-missing",
    summary: "a zone opens the configuration page of a map that has none",
    severity: Severity::Error,
    family: Family::Scripts,
    since: "0.1.0",
    why: "The scripting library opens its configuration page only where the map has a layer `configuration` at \
          its top level, which holds the variables to set.",
    example: r#"
script = "https://example.org/doors.js"
layer "desk": openConfig = "door"  # and no layer "configuration"
variable "door": default = false
"#,
    mend: "Add an object layer called exactly `configuration` outside of all groups, with the variables in it.",
};

/// Variables by name; those that templates make are none (workadventure-maps, section 5.1).
fn variables<'a>(context: &'a MapContext) -> BTreeMap<&'a str, HeldObject<'a>> {
    of_class_variable(context).map(|held| (held.object.name.as_str(), held)).collect()
}

fn of_class_variable<'a>(context: &'a MapContext) -> impl Iterator<Item = HeldObject<'a>> {
    context.objects().filter(|held| held.object.class == "variable")
}

/// The text of a property, where no script fills it in.
fn plain_text<'a>(properties: &'a Properties, name: &str) -> Option<(&'a Property, &'a str)> {
    let property = properties.get(name)?;
    let text = property.value.text().filter(|text| !text.trim().is_empty() && !is_template(text))?;
    Some((property, text))
}

fn is_on(properties: &Properties, name: &str) -> bool {
    properties.boolean(name) == Some(true)
}

fn variable_name(context: &MapContext, findings: &mut Vec<Finding>) {
    if !context.has_script() {
        return;
    }
    let mut first: BTreeMap<&str, Spot> = BTreeMap::new();
    for held in of_class_variable(context) {
        let object = held.object;
        let spot = context.spot(object.span).key("name");
        let place = held.place(context.map);
        if object.name.is_empty() {
            let message = "no script finds this variable: it has no name";
            findings.push(
                Finding::new(&VARIABLE_NAME, spot, message)
                    .at(place)
                    .help("give the object the variable's name"),
            );
            continue;
        }
        let Some(other) = first.insert(&object.name, spot.clone()) else { continue };
        let message = format!(
            "of two variables \"{}\" only this one counts, with its default and its tags",
            object.name
        );
        findings.push(
            Finding::new(&VARIABLE_NAME, spot, message)
                .at(place)
                .related(other, "the one that is lost")
                .help("give each a name of its own"),
        );
    }
}

/// The map's `script`, with its addresses line by line.
fn script<'a>(context: &MapContext<'a>) -> Option<(&'a Property, &'a str)> {
    let property = context.map.properties.get("script")?;
    let text = property.value.text().filter(|text| !is_template(text))?;
    (!text.trim().is_empty()).then_some((property, text))
}

fn script_page_without_api(context: &MapContext, findings: &mut Vec<Finding>) {
    let Some((property, text)) = script(context) else { return };
    for line in text.lines().map(str::trim) {
        let path = line.split(['?', '#']).next().unwrap_or_default();
        if is_url(path) || path.starts_with('/') || !path.to_lowercase().ends_with(".html") {
            continue;
        }
        let Ok(page) = context.sources().read(&context.resolve(&percent_decoded(path))) else { continue };
        if memchr::memmem::find(&page, b"iframe_api").is_some() {
            continue;
        }
        // A page may be built of other scripts, which load it.
        if memchr::memmem::find(&page, b"<script").is_some() && built_page(&page) {
            continue;
        }
        findings.push(
            Finding::new(
                &SCRIPT_PAGE_WITHOUT_API,
                context.value(property),
                format!("every visitor waits up to 14 seconds to enter: the page \"{line}\" does not load iframe_api.js"),
            )
            .help("load iframe_api.js in the page, or name the JavaScript file itself"),
        );
    }
}

/// Whether a page's own scripts are modules or bundles, which may load anything.
fn built_page(page: &[u8]) -> bool {
    memchr::memmem::find(page, b"type=\"module\"").is_some()
}

fn script_empty_line(context: &MapContext, findings: &mut Vec<Finding>) {
    let Some((property, text)) = script(context) else { return };
    if !text.split('\n').any(|line| line.trim().is_empty()) {
        return;
    }
    let lines: Vec<&str> = text.split('\n').filter(|line| !line.trim().is_empty()).collect();
    let spot = context.value(property);
    let edit = Edit { spot: spot.clone(), change: Change::Text(lines.join("\n")) };
    let message = "every visitor loads the map once more as a script: the list of scripts has an empty line";
    findings.push(Finding::new(&SCRIPT_EMPTY_LINE, spot, message).help("delete the empty line").mend(
        true,
        "delete the empty lines",
        vec![edit],
    ));
}

/// Properties by which zones use the scripting library.
const LIBRARY: [&str; 4] = ["doorVariable", "bellVariable", "bindVariable", "openConfig"];

fn library_without_script(context: &MapContext, findings: &mut Vec<Finding>) {
    if context.has_script() {
        return;
    }
    let used = |holder: &Holder| {
        let names: &[&str] = match holder.kind {
            HolderKind::TileLayer | HolderKind::Area => &LIBRARY,
            HolderKind::Variable => &["door", "bell"],
            _ => &[],
        };
        holder
            .properties
            .iter()
            .find(|property| names.contains(&property.name.as_str()) && !property.value.is_falsy())
            .map(|property| (property.name.clone(), context.spot(property.span).key("name")))
    };
    let holders = &context.holders;
    let Some((holder, (name, spot))) = holders.iter().find_map(|holder| Some((holder, used(holder)?))) else {
        return;
    };
    findings.push(
        Finding::new(
            &LIBRARY_WITHOUT_SCRIPT,
            spot,
            format!(
                "{name} of {} does nothing: the map has no script that loads the scripting library",
                holder.name(context)
            ),
        )
        .at(holder.place(context))
        .help("set the map's property script to WorkAdventure's scripting library"),
    );
}

fn variable_missing(context: &MapContext, findings: &mut Vec<Finding>) {
    if !context.has_script() {
        return;
    }
    let variables = variables(context);
    let mut meant = Meant::new();
    for holder in &context.holders {
        let keys: &[&str] = match holder.kind {
            HolderKind::TileLayer => {
                &["doorVariable", "codeVariable", "bellVariable", "bindVariable", "openConfig"]
            }
            HolderKind::Area => &["doorVariable", "codeVariable", "bellVariable"],
            _ => continue,
        };
        for key in keys {
            let Some((property, text)) = plain_text(holder.properties, key) else { continue };
            // Only the page of the configuration takes several.
            let named: Vec<&str> =
                if *key == "openConfig" { text.split(',').map(str::trim).collect() } else { vec![text] };
            for name in named.into_iter().filter(|name| !name.is_empty() && !variables.contains_key(name)) {
                let effect = match *key {
                    "doorVariable" => "all doors and bells of the map are dead",
                    "codeVariable" => "no code opens the door",
                    "bellVariable" => "nothing rings",
                    "bindVariable" => "nothing is set",
                    _ => "the configuration page lacks it",
                };
                let finding = Finding::new(
                    &VARIABLE_MISSING,
                    context.value(property),
                    format!(
                        "{effect}: {key} of {} names \"{name}\", and the map has no such variable",
                        holder.name(context)
                    ),
                )
                .at(holder.place(context));
                let near = meant.by(name, variables.len(), |name| nearest(name, variables.keys()));
                findings.push(match near.name() {
                    Some(near) => finding.help(format!("did you mean \"{near}\"?")),
                    None => finding.help(format!("add an object \"{name}\" of class variable")),
                });
            }
        }
    }
}

/// Doors of the scripting library, with their properties.
fn doors<'a>(context: &'a MapContext) -> impl Iterator<Item = HeldObject<'a>> {
    let scripted = context.has_script();
    of_class_variable(context).filter(move |held| scripted && is_on(&held.object.properties, "door"))
}

fn names(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|name| !name.is_empty())
}

/// Tile layers by their paths.
struct TileLayers<'c, 'a> {
    by_path: BTreeMap<&'c str, Vec<&'c FlatLayer<'a>>>,
    /// Those that lie in groups.
    grouped: Vec<&'c FlatLayer<'a>>,
}

impl<'c, 'a> TileLayers<'c, 'a> {
    fn of(context: &'c MapContext<'a>) -> Self {
        let mut layers = Self { by_path: BTreeMap::new(), grouped: Vec::new() };
        for (flat, _) in context.tile_layers() {
            layers.by_path.entry(&flat.path).or_default().push(flat);
            if flat.path.contains('/') {
                layers.grouped.push(flat);
            }
        }
        layers
    }

    /// The layers that the engine shows and hides when it is told a name: that of this path, and those in a group
    /// that is called so (workadventure-maps, section 2.4).
    fn shown_by(&self, name: &str) -> impl Iterator<Item = &'c FlatLayer<'a>> {
        let group = format!("{name}/");
        let inside = self.grouped.iter().filter(move |flat| flat.path.contains(&group));
        self.by_path.get(name).into_iter().flatten().chain(inside).copied()
    }

    /// The path that was meant by a name that is none: with the groups before it, or a similar one.
    fn meant(&self, name: &str) -> Option<String> {
        let in_group = self.grouped.iter().find(|flat| is_in_group(&flat.path, name));
        let similar = || nearest(name, self.by_path.keys().copied());
        in_group.map(|flat| flat.path.clone()).or_else(similar)
    }
}

/// Whether a path is a name with groups before it.
fn is_in_group(path: &str, name: &str) -> bool {
    path.strip_suffix(name).is_some_and(|group| group.ends_with('/'))
}

fn door_layer_missing(context: &MapContext, findings: &mut Vec<Finding>) {
    let layers = TileLayers::of(context);
    let mut meant = Meant::new();
    for held in doors(context) {
        for key in ["openLayer", "closeLayer"] {
            let properties = &held.object.properties;
            let named = properties.get(key).filter(|property| !property.value.is_falsy());
            let Some(property) = named else {
                findings.push(
                    Finding::new(
                        &DOOR_LAYER_MISSING,
                        context.spot(held.object.span),
                        format!("all doors and bells of the map are dead: {} has no {key}", held.describe()),
                    )
                    .at(held.place(context.map))
                    .help(format!("add {key} with the path of a tile layer")),
                );
                continue;
            };
            let Some((_, text)) = plain_text(properties, key) else { continue };
            for name in names(text) {
                if layers.shown_by(name).next().is_some() {
                    continue;
                }
                let state = if key == "openLayer" { "open" } else { "closed" };
                let finding = Finding::new(
                    &DOOR_LAYER_MISSING,
                    context.value(property),
                    format!(
                        "{} never shows that it is {state}: there is no tile layer \"{name}\"",
                        held.describe()
                    ),
                )
                .at(held.place(context.map));
                let near = meant.by(name.to_owned(), layers.by_path.len(), |name| layers.meant(name));
                findings.push(match near.name() {
                    Some(near) => finding.help(format!("did you mean \"{near}\"?")).fix_part(
                        is_in_group(&near, name) && text == name,
                        name,
                        near,
                    ),
                    None => finding.help("write the whole path of a tile layer, groups first, joined by /"),
                });
            }
        }
    }
}

fn door_without_wall(context: &MapContext, findings: &mut Vec<Finding>) {
    let layers = TileLayers::of(context);
    for held in doors(context) {
        let Some((property, text)) = plain_text(&held.object.properties, "closeLayer") else { continue };
        let named: BTreeSet<&str> = names(text).collect();
        let closed: Vec<_> = named.into_iter().flat_map(|name| layers.shown_by(name)).collect();
        if closed.is_empty() || closed.iter().any(|flat| !colliding_cells(context, flat).is_empty()) {
            continue;
        }
        findings.push(
            Finding::new(
                &DOOR_WITHOUT_WALL,
                context.value(property),
                format!(
                    "visitors walk through {} when it is closed: no tile of its closeLayer collides",
                    held.describe()
                ),
            )
            .at(held.place(context.map))
            .help("set collides = true on the tiles of the closed door"),
        );
    }
}

fn keypad_on_area(context: &MapContext, findings: &mut Vec<Finding>) {
    if !context.has_script() {
        return;
    }
    for holder in context.holders.iter().filter(|holder| holder.kind == HolderKind::Area) {
        let code = ["code", "codeVariable"].iter().find_map(|key| holder.properties.get(key));
        let Some(code) = code.filter(|code| !code.value.is_falsy()) else { continue };
        if holder.properties.get("doorVariable").is_none() {
            continue;
        }
        findings.push(
            Finding::new(
                &KEYPAD_ON_AREA,
                context.spot(code.span).key("name"),
                format!(
                    "nobody can enter the code of {}: its keypad opens far off the map",
                    holder.name(context)
                ),
            )
            .at(holder.place(context))
            .help("use a tile layer instead of the area"),
        );
    }
}

/// Names that are looked through for the one that was meant; maps that people draw have fewer.
const MOST_NAMES: usize = 200;

fn bell_unheard(context: &MapContext, findings: &mut Vec<Finding>) {
    if !context.has_script() {
        return;
    }
    for held in of_class_variable(context) {
        let properties = &held.object.properties;
        if !is_on(properties, "bell")
            || properties.get("bellSound").is_some_and(|sound| !sound.value.is_falsy())
        {
            continue;
        }
        findings.push(
            Finding::new(
                &BELL_UNHEARD,
                context.spot(held.object.span),
                format!("nobody hears the bell {}: it has no bellSound", held.describe()),
            )
            .at(held.place(context.map))
            .help("add bellSound with the address of a sound"),
        );
    }
    let objects: BTreeSet<String> = context.objects().map(|held| held.object.name.clone()).collect();
    for holder in &context.holders {
        if !matches!(holder.kind, HolderKind::TileLayer | HolderKind::Area) {
            continue;
        }
        let Some((property, text)) = plain_text(holder.properties, "bellPopup") else { continue };
        if objects.contains(text) || holder.properties.get("bellVariable").is_none() {
            continue;
        }
        let finding = Finding::new(
            &BELL_UNHEARD,
            context.value(property),
            format!("there is no button to ring at {}: no object is called \"{text}\"", holder.name(context)),
        )
        .at(holder.place(context));
        findings.push(match nearest(text, objects.iter().filter(|name| !name.is_empty()).take(MOST_NAMES)) {
            Some(near) => finding.help(format!("did you mean \"{near}\"?")),
            None => finding.help("name an object, at which the button is shown"),
        });
    }
}

fn configuration_missing(context: &MapContext, findings: &mut Vec<Finding>) {
    let there = context.layers.iter().any(|flat| !flat.nested && flat.layer.name == "configuration");
    if there || !context.has_script() {
        return;
    }
    for holder in context.holders.iter().filter(|holder| holder.kind == HolderKind::TileLayer) {
        let Some((property, _)) = plain_text(holder.properties, "openConfig") else { continue };
        findings.push(
            Finding::new(
                &CONFIGURATION_MISSING,
                context.spot(property.span).key("name"),
                format!(
                    "{} opens no configuration: the map has no layer \"configuration\"",
                    holder.name(context)
                ),
            )
            .at(holder.place(context))
            .help("add an object layer configuration at the top level, with the variables in it"),
        );
    }
}
