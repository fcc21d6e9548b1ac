//! What visitors see that nobody meant to show, and what hides their avatars.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Check, Lint, entries};
use crate::{
    check::context::{FlatLayer, MapContext, around},
    finding::{Family, Finding, Rule, Severity},
    model::{Gid, Shape, Text, TilePos, Tileset},
    picture::{Look, Mask},
    workadventure::is_floor_layer,
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &HIDDEN_TEXT_SHOWS, check: Check::Map(texts) },
    Lint { rule: &TEXT_FONT, check: Check::Beside("hidden-text-shows") },
    Lint { rule: &TEXT_STYLE, check: Check::Beside("hidden-text-shows") },
    Lint { rule: &HELPER_LAYER_SHOWS, check: Check::Map(tiles) },
    Lint { rule: &AVATARS_HIDDEN, check: Check::Beside("helper-layer-shows") },
    Lint { rule: &FLOOR_LAYER_TWICE, check: Check::Map(floor_layer_twice) },
];

static HIDDEN_TEXT_SHOWS: Rule = Rule {
    name: "hidden-text-shows",
    summary: "a text that is hidden in Tiled shows to visitors",
    severity: Severity::Warning,
    family: Family::Layers,
    since: "0.1.0",
    why: "WorkAdventure draws every text object, whether the object or its layer is visible or not: visitors \
          read what was meant as a note.",
    example: r#"text "move this wall": visible false"#,
    mend: "Delete the text, or write the note into a property.",
};

static TEXT_FONT: Rule = Rule {
    name: "text-font",
    summary: "a text is set in a font that visitors may not have",
    severity: Severity::Info,
    family: Family::Layers,
    since: "0.1.0",
    why: "The font is looked for on each visitor's computer. Where it is not there, the text is set in another \
          one and has another width.",
    example: r#"text "Welcome": fontfamily "Comic Sans MS""#,
    mend: "Give the text the property font-family with a list of fonts that ends in sans-serif, serif or \
           monospace.",
};

static TEXT_STYLE: Rule = Rule {
    name: "text-style",
    summary: "a text has a style that WorkAdventure does not draw",
    severity: Severity::Info,
    family: Family::Layers,
    since: "0.1.0",
    why: "WorkAdventure draws texts in italics, but neither bold nor underlined nor struck through, and always \
          from the top of their box: they look different from Tiled.",
    example: r#"text "Welcome": bold true"#,
    mend: "Do without, or draw the text as tiles.",
};

static HELPER_LAYER_SHOWS: Rule = Rule {
    name: "helper-layer-shows",
    summary: "visitors see the coloured squares of a helper layer",
    severity: Severity::Warning,
    family: Family::Layers,
    since: "0.1.0",
    why: "Layers that mark entries, walls or zones are painted with tiles for that purpose, and act wherever \
          they lie. Above the floor their coloured squares show.",
    example: r#"
layer "meeting" above "floor" of tile 4  # of special_zones, whose tiles follow on 4 others
second tileset "special_zones": image "zones.png"
file "zones.png": 128 by 32 pixels, opaque
file "tiles.png": 128 by 32 pixels, opaque
"#,
    mend: "Move the layer to the very bottom, or set its opacity to 0. Do not hide it if its tiles block.",
};

static AVATARS_HIDDEN: Rule = Rule {
    name: "avatars-hidden",
    summary: "avatars walk out of sight",
    severity: Severity::Warning,
    family: Family::Layers,
    since: "0.1.0",
    why: "Layers above `floorLayer` are drawn over the avatars. Where they cover nearly all of the floor, \
          visitors never see themselves or others.",
    example: r#"
layer "sky" above "floorLayer" everywhere
file "tiles.png": 128 by 32 pixels, opaque
"#,
    mend: "Move floorLayer above the layers that are under the avatars.",
};

static FLOOR_LAYER_TWICE: Rule = Rule {
    name: "floor-layer-twice",
    summary: "the map has two layers `floorLayer`",
    severity: Severity::Warning,
    family: Family::Layers,
    since: "0.1.0",
    why: "Only the first counts. What lies between the two is drawn over the avatars, too.",
    example: r#"second objects "floorLayer" above "roof""#,
    mend: "Delete the first one, or rename the second.",
};

fn texts(context: &MapContext, findings: &mut Vec<Finding>) {
    for held in context.objects() {
        let Shape::Text(text) = &held.object.shape else { continue };
        if text.text.trim().is_empty() {
            continue;
        }
        let layer = held.layer.layer;
        let spot = context.spot(held.object.span);
        let place = held.place(context.map);
        let what = format!("the text \"{}\"", shortened(&text.text));
        let hidden = [
            (!held.object.visible, "it is hidden"),
            (held.object.opacity == 0.0, "its opacity is 0"),
            (!layer.visible, "its layer is hidden"),
            (layer.opacity == 0.0, "the opacity of its layer is 0"),
        ];
        if let Some((_, how)) = hidden.iter().find(|(hidden, _)| *hidden) {
            let message = format!("visitors read {what}, though {how}");
            findings.push(
                Finding::new(&HIDDEN_TEXT_SHOWS, spot, message)
                    .at(place)
                    .help("delete it, or write the note into a property"),
            );
            continue;
        }
        let family = held.object.properties.text("font-family").unwrap_or(&text.font_family);
        if !ends_in_general_font(family) {
            let message = format!("{what} looks different to visitors who do not have the font \"{family}\"");
            findings.push(
                Finding::new(&TEXT_FONT, spot.clone().key("text"), message)
                    .at(place.clone())
                    .help(format!("give it the property font-family, for example {family}, sans-serif")),
            );
        }
        if let Some(style) = lost_style(text) {
            let message = format!("{what} looks different from Tiled: {style}");
            findings.push(Finding::new(&TEXT_STYLE, spot.key("text"), message).at(place));
        }
    }
}

/// The beginning of a text, on one line.
fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Whether a list of fonts ends in one that every visitor has.
fn ends_in_general_font(families: &str) -> bool {
    // The engine brings the last one along.
    const GENERAL: [&str; 9] = [
        "sans-serif",
        "serif",
        "monospace",
        "cursive",
        "fantasy",
        "system-ui",
        "sans serif",
        "sans",
        "press start 2p",
    ];
    let last = families.rsplit(',').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
    last.is_empty() || GENERAL.iter().any(|general| last.eq_ignore_ascii_case(general))
}

fn lost_style(text: &Text) -> Option<&'static str> {
    let styles = [
        (text.bold, "it is not bold"),
        (text.underline, "it is not underlined"),
        (text.strikeout, "it is not struck through"),
        (text.valign != "top", "it begins at the top of its box"),
    ];
    styles.into_iter().find(|(given, _)| *given).map(|(_, how)| how)
}

/// Looks of the tiles of a map.
struct TileLooks<'a> {
    context: &'a MapContext<'a>,
    known: BTreeMap<u32, Look>,
    /// By the first gid of their tileset.
    masks: BTreeMap<u32, Option<Arc<Mask>>>,
}

impl<'a> TileLooks<'a> {
    fn new(context: &'a MapContext<'a>) -> Self {
        Self { context, known: BTreeMap::new(), masks: BTreeMap::new() }
    }

    /// How a tile looks; one whose picture cannot be read, as if it were not there.
    fn of(&mut self, gid: Gid) -> Look {
        if let Some(look) = self.known.get(&gid.id()) {
            return *look;
        }
        let look = self.look_up(gid).unwrap_or(Look::Clear);
        self.known.insert(gid.id(), look);
        look
    }

    /// Whether it is known already, without a look at a picture, that nothing is to be seen of a tile.
    fn is_known_clear(&self, gid: Gid) -> bool {
        self.known.get(&gid.id()) == Some(&Look::Clear)
    }

    fn look_up(&mut self, gid: Gid) -> Option<Look> {
        let (entry, id) = self.context.map.tileset_of(gid)?;
        let tileset = entry.tileset.as_deref()?;
        let mask = self.masks.entry(entry.first_gid).or_insert_with(|| {
            self.context.looks.mask(self.context.sources(), &tileset.file, tileset.picture.as_ref()?)
        });
        mask.as_ref()?.tile(tileset, id)
    }
}

/// Whether avatars and floors are not painted with it: a tileset for entries, walls and zones.
fn is_for_helpers(tileset: &Tileset) -> bool {
    const WORDS: [&str; 4] = ["specialzone", "collision", "trigger", "helper"];
    let picture = tileset.picture.as_ref().map_or("", |picture| &picture.source);
    let file = picture.rsplit(['/', '\\']).next().unwrap_or_default();
    [tileset.name.as_str(), file].iter().any(|name| {
        let plain: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        // The last is what our own set is called; others may well draw markers to be seen.
        WORDS.iter().any(|word| plain.contains(word)) || matches!(plain.as_str(), "markers" | "markerspng")
    })
}

fn tiles(context: &MapContext, findings: &mut Vec<Finding>) {
    // The engine shows nothing of infinite maps.
    if context.map.infinite {
        return;
    }
    let mut looks = TileLooks::new(context);
    helper_layers(context, &mut looks, findings);
    avatars_hidden(context, &mut looks, findings);
}

/// Whether anything of the layer can be seen.
fn shows(flat: &FlatLayer) -> bool {
    flat.layer.visible && flat.layer.opacity > 0.0
}

fn helper_layers(context: &MapContext, looks: &mut TileLooks, findings: &mut Vec<Finding>) {
    let layers: Vec<_> = context.tile_layers().collect();
    // By first gids. Of several tilesets with the same one counts.
    let owner = |gid: Gid| context.map.tileset_of(gid).map(|(entry, _)| entry);
    let owners = context.map.tilesets.iter().filter_map(|set| owner(Gid(set.first_gid)));
    let helpers = owners.filter(|set| set.tileset.as_deref().is_some_and(is_for_helpers));
    let helpers: BTreeSet<u32> = helpers.map(|set| set.first_gid).collect();
    let helper = |gid: Gid| owner(gid).is_some_and(|set| helpers.contains(&set.first_gid));
    let mut painted = Vec::new();
    for (index, (flat, tiles)) in layers.iter().enumerate() {
        // Layers that a script shows are meant to be seen.
        let mut gids = flat.gids().iter().filter(|gid| !gid.is_empty()).peekable();
        if !shows(flat) || gids.peek().is_none() {
            continue;
        }
        if !gids.all(|gid| helper(*gid)) {
            painted.push(*tiles);
            continue;
        }
        // Beneath the floor, where its tiles leave gaps, helpers are where they belong.
        if painted.is_empty() {
            continue;
        }
        let floors = |cell: TilePos| {
            painted.iter().map(move |tiles| tiles.get(cell)).filter(|gid| !gid.is_empty() && !helper(*gid))
        };
        // No picture is looked at before the cells have told all that they can.
        let mut stands_out = |cell: TilePos, gid: Gid| {
            !looks.is_known_clear(gid)
                && floors(cell).next().is_some()
                && looks.of(gid) != Look::Clear
                && floors(cell).any(|gid| looks.of(gid) != Look::Clear)
                && !layers[index + 1..].iter().any(|(above, tiles)| {
                    above.layer.visible
                        && above.layer.opacity >= 1.0
                        && looks.of(tiles.get(cell)) == Look::Opaque
                })
        };
        let seen: Vec<TilePos> =
            tiles.filled().filter(|(cell, gid)| stands_out(*cell, *gid)).map(|(cell, _)| cell).collect();
        let Some(area) = around(&seen) else { continue };
        let squares = if seen.len() == 1 { "1 cell".to_owned() } else { format!("{} cells", seen.len()) };
        findings.push(
            Finding::new(
                &HELPER_LAYER_SHOWS,
                context.spot(flat.layer.span).key("name"),
                format!("visitors see the coloured squares of layer \"{}\" on {squares}", flat.path),
            )
            .at(flat.place().area(area))
            .help("move it to the very bottom, or set its opacity to 0"),
        );
    }
}

fn avatars_hidden(context: &MapContext, looks: &mut TileLooks, findings: &mut Vec<Finding>) {
    let Some(floor) = context.layers.iter().position(|flat| !flat.nested && is_floor_layer(flat.layer))
    else {
        return;
    };
    let above: Vec<_> = context.layers[floor..]
        .iter()
        .filter(|flat| flat.layer.visible && flat.layer.opacity >= 1.0)
        .filter_map(|flat| Some((flat, flat.layer.tiles()?)))
        .collect();
    if above.is_empty() || !context.can_walk() {
        return;
    }
    let reach = entries::reach(context);
    let floor: Vec<TilePos> =
        context.meaning.walk.bounds().cells().filter(|cell| reach.contains(*cell)).collect();
    let nearly_all = |cells: usize| cells * 10 >= floor.len() * 9;
    // Where enough of the floor has nothing above it, which is nearly everywhere, no picture is looked at.
    let is_open = |cell: &&TilePos| above.iter().all(|(_, tiles)| tiles.get(**cell).is_empty());
    if floor.is_empty() || floor.iter().filter(is_open).nth(floor.len() / 10).is_some() {
        return;
    }
    let mut covered = vec![0_usize; above.len()];
    let mut hidden = 0;
    for (index, cell) in floor.iter().enumerate() {
        let cover = above.iter().position(|(_, tiles)| looks.of(tiles.get(*cell)) == Look::Opaque);
        if let Some(index) = cover {
            covered[index] += 1;
            hidden += 1;
        }
        if !nearly_all(hidden + floor.len() - index - 1) {
            return;
        }
    }
    let most = covered.iter().enumerate().max_by_key(|(_, count)| **count).map(|(index, _)| index);
    let Some((flat, _)) = most.and_then(|index| above.get(index)) else { return };
    let share = if hidden == floor.len() { "all" } else { "nearly all" };
    findings.push(
        Finding::new(
            &AVATARS_HIDDEN,
            context.spot(flat.layer.span).key("name"),
            format!(
                "visitors never see their avatars: layer \"{}\" is above floorLayer and covers {share} of the floor",
                flat.path
            ),
        )
        .at(flat.place())
        .help("move floorLayer above the layers that are under the avatars"),
    );
}

fn floor_layer_twice(context: &MapContext, findings: &mut Vec<Finding>) {
    let floors: Vec<usize> = context
        .layers
        .iter()
        .enumerate()
        .filter(|(_, flat)| !flat.nested && is_floor_layer(flat.layer))
        .map(|(index, _)| index)
        .collect();
    let [first, .., last] = floors.as_slice() else { return };
    let between = context.layers[*first..*last]
        .iter()
        .find(|flat| flat.layer.tiles().is_some_and(|tiles| !tiles.is_blank()));
    let Some(between) = between else { return };
    let second = &context.layers[*last];
    findings.push(
        Finding::new(
            &FLOOR_LAYER_TWICE,
            context.spot(second.layer.span).key("name"),
            format!("layer \"{}\" is drawn over the avatars: only the first floorLayer counts", between.path),
        )
        .at(second.place())
        .related(context.spot(context.layers[*first].layer.span).key("name"), "the floorLayer that counts")
        .help("delete the first one, or rename the second"),
    );
}
