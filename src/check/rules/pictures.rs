//! Tilesets and their pictures on disk.

use std::collections::BTreeMap;

use super::{Check, Lint};
use crate::{
    check::context::MapContext,
    finding::{Family, Finding, Place, Rule, Severity, Spot},
    model::{MapTileset, Picture, Tileset},
    source::{Existence, PictureHeader, is_called_xml, is_lfs_pointer, is_url, parent, resolve},
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &TILESET_PICTURE_MISSING, check: Check::Map(pictures) },
    Lint { rule: &PICTURE_LETTER_CASE, check: Check::Beside("tileset-picture-missing") },
    Lint { rule: &PICTURE_PATH, check: Check::Beside("tileset-picture-missing") },
    Lint { rule: &PICTURE_OUTSIDE_PROJECT, check: Check::Beside("tileset-picture-missing") },
    Lint { rule: &PICTURE_UNREADABLE, check: Check::Beside("tileset-picture-missing") },
    Lint { rule: &PICTURE_SIZE_MISMATCH, check: Check::Beside("tileset-picture-missing") },
    Lint { rule: &PICTURE_READ_AS_SVG, check: Check::Beside("tileset-picture-missing") },
    Lint { rule: &PICTURE_TOO_LARGE, check: Check::Beside("tileset-picture-missing") },
    Lint { rule: &MARGIN_SHIFT, check: Check::Map(margin_shift) },
    Lint { rule: &DUPLICATE_TILESET_NAME, check: Check::Map(duplicate_tileset_name) },
];

/// Largest side of a picture that every device can draw, in pixels (workadventure-maps, section 2.2).
const MAX_SIDE: u32 = 4096;

static TILESET_PICTURE_MISSING: Rule = Rule {
    name: "tileset-picture-missing",
    summary: "a tileset's picture does not exist",
    severity: Severity::Error,
    family: Family::Tilesets,
    since: "0.1.0",
    why: "When one picture of the map cannot be loaded, every visitor gets a network error instead of the \
          room, even if no tile of it is in use.",
    example: r#"
tileset "walls": image "wals.png"
file "walls.png"
"#,
    mend: "Correct the path (it is relative to the file that names it), bring the picture back, or remove \
           the tileset.",
};

static PICTURE_LETTER_CASE: Rule = Rule {
    name: "picture-letter-case",
    summary: "a picture's path differs from its file by letter case",
    severity: Severity::Error,
    family: Family::Tilesets,
    since: "0.1.0",
    why: "Windows and macOS find the file all the same, so the map works at home. Web servers and \
          map-storage do not: visitors get a network error instead of the room.",
    example: r#"
tileset "walls": image "Walls.png"
file "walls.png"
"#,
    mend: "Write the path exactly as the file is called.",
};

static PICTURE_PATH: Rule = Rule {
    name: "picture-path",
    summary: "a picture's path works in Tiled and not in a browser",
    severity: Severity::Error,
    family: Family::Tilesets,
    since: "0.1.0",
    why: "The browser puts the path behind the address of the map's folder, letter by letter. Absolute \
          paths, other sites, backslashes and the characters # ? % lead nowhere then, and visitors get a \
          network error instead of the room.",
    example: r#"tileset "walls": image "C:\\Users\\me\\tiles.png""#,
    mend: "Keep the picture in the project and refer to it by a relative path with / between its parts.",
};

static PICTURE_OUTSIDE_PROJECT: Rule = Rule {
    name: "picture-outside-project",
    summary: "a picture lies outside of the project's folder",
    severity: Severity::Warning,
    family: Family::Tilesets,
    since: "0.1.0",
    why: "What is published is the project. A picture outside of it is there on your computer only, and \
          map-storage refuses a map that leaves its folder.",
    example: r#"
tileset "walls": image "../Downloads/walls.png"
file "../Downloads/walls.png"
file "venue.toml":
  [project]
  name = "Event"
"#,
    mend: "Copy the picture into the project and correct the path.",
};

static PICTURE_UNREADABLE: Rule = Rule {
    name: "picture-unreadable",
    summary: "a tileset's picture is no picture",
    severity: Severity::Error,
    family: Family::Tilesets,
    since: "0.1.0",
    why: "Visitors get an error instead of the room. Often the file is a pointer that Git LFS left because \
          the pictures were not fetched.",
    example: r#"
tileset "walls": image "walls.png"
file "walls.png": "version https://git-lfs.github.com/spec/v1"
"#,
    mend: "Run `git lfs pull`, or save the picture anew as PNG.",
};

static PICTURE_SIZE_MISMATCH: Rule = Rule {
    name: "picture-size-mismatch",
    summary: "a picture has another size than the map says",
    severity: Severity::Warning,
    family: Family::Tilesets,
    since: "0.1.0",
    why: "Tile numbers count along the rows of the picture. When the picture was made wider or narrower \
          outside of Tiled, every tile behind the first row shows another piece of it; when it lost rows, \
          tiles are blank.",
    example: r#"
tileset "walls": imagewidth 64, columns 2, tilecount 2
file "tiles.png": 128 by 32 pixels
"#,
    mend: "Open the map in Tiled, which rereads the size, look whether the tiles are still the right ones, \
           and save.",
};

static PICTURE_READ_AS_SVG: Rule = Rule {
    name: "picture-read-as-svg",
    summary: "a picture is read as SVG for its name, and is none",
    severity: Severity::Error,
    family: Family::Tilesets,
    since: "0.1.0",
    why: "The browser takes every picture of a tileset for SVG whose path has `.svg` in it, wherever that stands. \
          Of a PNG that is called so it can draw nothing. `venue bundle` gives pictures other names, so in a \
          project with a venue.toml this is no more than a note.",
    example: r#"
tileset "walls": image "walls.svg.png"
file "walls.svg.png"
"#,
    mend: "Rename the picture.",
};

static PICTURE_TOO_LARGE: Rule = Rule {
    name: "picture-too-large",
    summary: "a tileset's picture is larger than some devices can draw",
    severity: Severity::Warning,
    family: Family::Tilesets,
    since: "0.1.0",
    why: "Many phones and older graphics cards draw no picture with a side above 4096 pixels: its tiles are \
          black or missing. `venue bundle` repacks the tiles that are in use, so in a project with a \
          venue.toml this is no more than a note.",
    example: r#"
tileset "walls": image "walls.png", imageheight 8192
file "walls.png": 128 by 8192 pixels
"#,
    mend: "Split the tileset, or publish what `venue bundle` writes.",
};

static MARGIN_SHIFT: Rule = Rule {
    name: "margin-shift",
    summary: "a tileset's margin makes the engine count other columns than Tiled",
    severity: Severity::Warning,
    family: Family::Tilesets,
    since: "0.1.0",
    why: "Tiled takes the margin off the left and the top of a picture, the engine off all four sides. \
          Where that makes it count fewer columns, every tile behind the first row shows a wrong piece of \
          the picture.",
    example: r#"tileset "walls": margin 1, spacing 1, imagewidth 132, imageheight 132  # tiles of 32 by 32"#,
    mend: "Remake the picture with the same margin on all sides, or without any.",
};

static DUPLICATE_TILESET_NAME: Rule = Rule {
    name: "duplicate-tileset-name",
    summary: "two tilesets have the same name",
    severity: Severity::Warning,
    family: Family::Tilesets,
    since: "0.1.0",
    why: "The engine finds tilesets by name. Of two with one name, the tiles of the second are missing or \
          show pieces of the wrong picture.",
    example: r#"
second tileset "tiles": image "floor.png"
file "floor.png"
"#,
    mend: "Rename one of them in Tiled.",
};

fn embedded<'a>(context: &MapContext<'a>) -> impl Iterator<Item = (&'a MapTileset, &'a Tileset)> {
    context.map.tilesets.iter().filter_map(|entry| Some((entry, entry.tileset.as_deref()?)))
}

fn pictures(context: &MapContext, findings: &mut Vec<Finding>) {
    for (_, tileset) in embedded(context) {
        if let Some(picture) = &tileset.picture {
            let spot = context.spot(tileset.span);
            let place = Place::tileset(&tileset.name);
            let subject = Subject { context, tileset, picture, spot, place };
            subject.judge(findings);
        }
        for tile in &tileset.tiles {
            let Some(picture) = &tile.picture else { continue };
            let spot = context.spot(tile.span.or(tileset.span));
            let place = Place::tileset(&tileset.name).tile(tile.id);
            Subject { context, tileset, picture, spot, place }.judge(findings);
        }
    }
}

struct Subject<'a> {
    context: &'a MapContext<'a>,
    tileset: &'a Tileset,
    picture: &'a Picture,
    spot: Spot,
    place: Place,
}

impl Subject<'_> {
    fn finding(&self, rule: &'static Rule, message: String) -> Finding {
        Finding::new(rule, self.spot.clone().key("image"), message).at(self.place.clone())
    }

    fn judge(&self, findings: &mut Vec<Finding>) {
        let source = self.picture.source.as_str();
        let name = &self.tileset.name;
        // An embedded picture of a TMX file has no path.
        if source.is_empty() && self.context.is_xml() {
            return;
        }
        let drive = source.as_bytes().get(1) == Some(&b':');
        if is_url(source) || source.starts_with('/') || drive {
            let message = format!(
                "nobody can enter the room: the picture of tileset \"{name}\" has the absolute path \"{source}\""
            );
            let finding = self.finding(&PICTURE_PATH, message);
            let moved = (!is_url(source)).then(|| self.moved(&resolve("", source))).flatten();
            findings.push(match moved {
                Some(moved) => finding.meant(moved),
                None => finding.help("keep the picture in the project and refer to it relative to the map"),
            });
            return;
        }
        let file = resolve(parent(&self.tileset.file), source);
        match self.context.sources().existence(&file) {
            Existence::File => {}
            Existence::Folder | Existence::Missing => {
                let message = format!(
                    "nobody can enter the room: the picture \"{source}\" of tileset \"{name}\" does not exist"
                );
                let finding = self.finding(&TILESET_PICTURE_MISSING, message);
                findings.push(match self.moved(&file).or_else(|| self.near(&file)) {
                    Some(near) => finding.meant(near),
                    None => finding.help("add the picture, or choose another for the tileset in Tiled"),
                });
                return;
            }
            Existence::OtherCase(real) => {
                let right = crate::source::relative(parent(&self.tileset.file), &real);
                let message = format!(
                    "nobody can enter the room once it is on a server: the picture \"{source}\" of tileset \
                     \"{name}\" is called \"{right}\""
                );
                findings.push(
                    self.finding(&PICTURE_LETTER_CASE, message).help(format!("write \"{right}\"")).fix(
                        true,
                        format!("replace with \"{right}\""),
                        right.clone(),
                    ),
                );
                return;
            }
        }
        if source.contains('\\') {
            let right = source.replace('\\', "/");
            let message = format!(
                "nobody can enter the room: the path \"{source}\" of tileset \"{name}\" has backslashes"
            );
            findings.push(self.finding(&PICTURE_PATH, message).help(format!("write \"{right}\"")).fix(
                true,
                format!("replace with \"{right}\""),
                right.clone(),
            ));
        } else if let Some(sign) = source.chars().find(|sign| matches!(sign, '#' | '?' | '%')) {
            let message = format!(
                "nobody can enter the room: browsers read the {sign} in the path \"{source}\" of tileset \
                 \"{name}\" as something else"
            );
            findings.push(self.finding(&PICTURE_PATH, message).help("rename the file"));
        }
        if file.starts_with("../") && self.context.project.config_file.is_some() {
            let message =
                format!("the picture \"{source}\" of tileset \"{name}\" lies outside of the project");
            findings.push(
                self.finding(&PICTURE_OUTSIDE_PROJECT, message).help("copy it into the project's folder"),
            );
        }
        let is_raster = matches!(self.context.sources().picture(&file), PictureHeader::Size(..));
        // The engine looks at the pictures of tilesets only, in exactly these letters.
        if is_raster && source.contains(".svg") && self.tileset.picture.as_ref() == Some(self.picture) {
            let message = format!(
                "browsers draw nothing of tileset \"{name}\": they read \"{source}\" as SVG, for its name, and it \
                 is none"
            );
            findings.push(self.finding(&PICTURE_READ_AS_SVG, message).help("rename the file"));
        }
        if is_raster || !source.to_lowercase().contains(".svg") {
            self.judge_content(&file, findings);
        }
    }

    fn judge_content(&self, file: &str, findings: &mut Vec<Finding>) {
        let source = self.picture.source.as_str();
        let name = &self.tileset.name;
        match self.context.sources().picture(file) {
            PictureHeader::Missing => {}
            PictureHeader::Unreadable(reason) => {
                let bytes = match self.context.sources().read(file) {
                    Ok(bytes) => bytes,
                    Err(error) => {
                        let message = format!("\"{source}\" of tileset \"{name}\" cannot be read: {error}");
                        let help = "see that whoever runs this may read it";
                        findings.push(self.finding(&PICTURE_UNREADABLE, message).help(help));
                        return;
                    }
                };
                let (what, help) = if is_lfs_pointer(&bytes) {
                    ("a pointer of Git LFS".to_owned(), "run `git lfs pull`")
                } else {
                    (format!("no picture ({reason})"), "save it anew as PNG")
                };
                let message =
                    format!("nobody can enter the room: \"{source}\" of tileset \"{name}\" is {what}");
                findings.push(self.finding(&PICTURE_UNREADABLE, message).help(help));
            }
            PictureHeader::Size(width, height) => {
                if width.max(height) > MAX_SIDE {
                    let message = format!(
                        "phones and older computers show tileset \"{name}\" black: \"{source}\" is {width} by \
                         {height} pixels"
                    );
                    findings.push(
                        self.finding(&PICTURE_TOO_LARGE, message)
                            .help(format!("keep both sides to {MAX_SIDE} pixels")),
                    );
                }
                self.judge_size(width, height, findings);
            }
        }
    }

    /// A picture may have grown at the bottom without harm; columns must be those that were counted.
    fn judge_size(&self, width: u32, height: u32, findings: &mut Vec<Finding>) {
        let (Some(stated_width), Some(stated_height)) = (self.picture.width, self.picture.height) else {
            self.judge_count(width, height, findings);
            return;
        };
        if self.tileset.picture.as_ref() != Some(self.picture)
            || (stated_width, stated_height) == (width, height)
        {
            return;
        }
        let real = self.tileset.phaser_grid_of((width, height));
        let (Some(stated), Some(real)) = (self.tileset.phaser_grid(), real) else { return };
        let (key, effect) = if stated.0 != real.0 {
            ("imagewidth", "its tiles show wrong pieces")
        } else if real.1 < stated.1 {
            ("imageheight", "tiles of its last rows are blank")
        } else {
            return;
        };
        // In XML a picture's size stands beside its path.
        let key = if is_called_xml(&self.spot.file) { "image" } else { key };
        let message = format!(
            "tileset \"{}\": {effect}, as \"{}\" is {width} by {height} pixels and the map counts on \
             {stated_width} by {stated_height}",
            self.tileset.name, self.picture.source
        );
        findings.push(
            Finding::new(&PICTURE_SIZE_MISMATCH, self.spot.clone().key(key), message)
                .at(self.place.clone())
                .help("open the map in Tiled, look whether its tiles are the right ones, and save it"),
        );
    }

    /// Where the file says nothing of the picture's size, it still says how many tiles it had.
    fn judge_count(&self, width: u32, height: u32, findings: &mut Vec<Finding>) {
        let Tileset { columns: counted, tile_count, .. } = *self.tileset;
        if counted == 0 || self.tileset.picture.as_ref() != Some(self.picture) {
            return;
        }
        let Some((columns, rows)) = self.tileset.grid_of((width, height)) else { return };
        let (key, effect) = if columns != counted {
            ("columns", "its tiles show wrong pieces")
        } else if columns.saturating_mul(rows) < tile_count {
            ("tilecount", "tiles of its last rows are blank")
        } else {
            return;
        };
        let message = format!(
            "tileset \"{}\": {effect}, as \"{}\" has {columns} columns and {rows} rows of tiles and the file counts \
             on {counted} columns and {tile_count} tiles",
            self.tileset.name, self.picture.source
        );
        findings.push(
            Finding::new(&PICTURE_SIZE_MISMATCH, self.spot.clone().key(key), message)
                .at(self.place.clone())
                .help("open the map in Tiled, look whether its tiles are the right ones, and save it"),
        );
    }

    /// The file of the same name in another folder, as this file would call it.
    fn moved(&self, file: &str) -> Option<String> {
        let sources = self.context.sources();
        // A picture may have grown at the bottom; one of another width is another one.
        let fits = |other: &str| match sources.picture(other) {
            PictureHeader::Size(width, height) => {
                self.picture.width.is_none_or(|stated| stated == width)
                    && self.picture.height.is_none_or(|stated| stated <= height)
            }
            PictureHeader::Missing | PictureHeader::Unreadable(_) => false,
        };
        let moved = sources.moved(file, fits)?;
        Some(crate::source::relative(parent(&self.tileset.file), &moved))
    }

    /// A file with a similar name in the same folder, as this file would call it.
    fn near(&self, file: &str) -> Option<String> {
        let sources = self.context.sources();
        let folder = parent(file);
        let beside = sources.entries(folder)?;
        let wanted = file.rsplit_once('/').map_or(file, |(_, name)| name);
        let near = crate::project::nearest(wanted, beside.names.iter())?;
        Some(crate::source::relative(parent(&self.tileset.file), &resolve(folder, &near)))
    }
}

fn margin_shift(context: &MapContext, findings: &mut Vec<Finding>) {
    for (_, tileset) in embedded(context) {
        let (Some((columns, rows)), Some((counted, _))) = (tileset.grid(), tileset.phaser_grid()) else {
            continue;
        };
        if columns == counted || rows <= 1 {
            continue;
        }
        findings.push(
            Finding::new(
                &MARGIN_SHIFT,
                context.spot(tileset.span).key("margin"),
                format!(
                    "tiles of tileset \"{}\" show wrong pieces: with its margin of {} the engine counts {counted} \
                     columns, Tiled {columns}",
                    tileset.name, tileset.margin
                ),
            )
            .at(Place::tileset(&tileset.name))
            .help("remake the picture with the same margin on all sides, or without any"),
        );
    }
}

fn duplicate_tileset_name(context: &MapContext, findings: &mut Vec<Finding>) {
    let mut first: BTreeMap<&str, &MapTileset> = BTreeMap::new();
    for (entry, tileset) in embedded(context) {
        let Some(other) = first.insert(&tileset.name, entry) else { continue };
        first.insert(&tileset.name, other);
        let spot = |entry: &MapTileset| match entry.source {
            Some(_) => context.spot(entry.span).key("source"),
            None => context.spot(entry.span).key("name"),
        };
        findings.push(
            Finding::new(
                &DUPLICATE_TILESET_NAME,
                spot(entry),
                format!(
                    "tiles of one of two tilesets \"{}\" are missing or show the wrong picture: the engine \
                     finds tilesets by name",
                    tileset.name
                ),
            )
            .at(Place::tileset(&tileset.name))
            .related(spot(other), "the other tileset of this name")
            .help("rename one of them"),
        );
    }
}
