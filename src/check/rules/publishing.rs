//! What works here and not once it is published (workadventure-maps, sections 7.2 to 7.4).

use super::{Check, Lint};
use crate::{
    check::context::{MapContext, WorldContext},
    finding::{Family, Finding, Place, Rule, Severity, Spot},
    model::Value,
    project::{CONFIG_FILE, Host, Project, range_in_toml},
    source::{file_stem, is_url, with_extension},
    workadventure::{ValueKind, is_template},
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &HIDDEN_FILE, check: Check::Map(names_of_files) },
    Lint { rule: &DATED_FILE_NAME, check: Check::Beside("hidden-file") },
    Lint { rule: &MAP_EXTENSION_CASE, check: Check::Map(map_extension_case) },
    Lint { rule: &MAP_NAME_CUT, check: Check::Map(map_name_cut) },
    Lint { rule: &FILE_AS_TEXT, check: Check::Map(file_as_text) },
    Lint { rule: &WAM_ELSEWHERE, check: Check::World(wam_elsewhere) },
    Lint { rule: &UPLOAD_TO_ROOT, check: Check::World(upload_to_root) },
    Lint { rule: &UPLOAD_UNCHECKED, check: Check::World(upload_unchecked) },
];

static HIDDEN_FILE: Rule = Rule {
    name: "hidden-file",
    summary: "a file whose path has a part that begins with a dot",
    severity: Severity::Warning,
    family: Family::Publishing,
    since: "0.1.0",
    why: "map-storage drops files and folders that begin with a dot from an upload, and so do many web servers: \
          the picture, page or sound is not there.",
    example: r#"
tileset "walls": image ".assets/walls.png"
file ".assets/walls.png"
"#,
    mend: "Rename the file or folder.",
};

static DATED_FILE_NAME: Rule = Rule {
    name: "dated-file-name",
    summary: "a file whose name ends in a date is kept by browsers for a year",
    severity: Severity::Info,
    family: Family::Publishing,
    since: "0.1.0",
    why: "map-storage takes eight digits before the extension for a fingerprint of the content, and tells browsers \
          to keep the file for a year. Whoever saw it once never sees a later version of it.",
    example: r#"
layer "programme": openWebsite = "programme-20261231.html"
file "programme-20261231.html"
"#,
    mend: "Write the date with hyphens, 2026-12-31, or leave it out.",
};

static MAP_EXTENSION_CASE: Rule = Rule {
    name: "map-extension-case",
    summary: "the extension of a map is in upper case",
    severity: Severity::Warning,
    family: Family::Publishing,
    since: "0.1.0",
    why: "map-storage knows maps by .tmj in lower case only: another one is stored as any file, it is not checked, \
          and no room is made of it.",
    example: r#"file "HALL.TMJ""#,
    mend: "Rename the file.",
};

static MAP_NAME_CUT: Rule = Rule {
    name: "map-name-cut",
    summary: "the path of a map has a # or a ? in it",
    severity: Severity::Warning,
    family: Family::Publishing,
    since: "0.1.0",
    why: "In an address # and ? end the path: a link or an exit to the map as it is called leads to what stands \
          before the sign, which is not there.",
    example: r#"file "hall#2.tmj""#,
    mend: "Rename the file or folder: letters, digits, - and _ lead everywhere.",
};

static FILE_AS_TEXT: Rule = Rule {
    name: "file-as-text",
    summary: "the map's name or picture has the type file",
    severity: Severity::Info,
    family: Family::Publishing,
    since: "0.1.0",
    why: "map-storage copies name, description, credits and picture of a map into its list only where they are of \
          the type string. The list shows a map without a name or picture.",
    example: r#"
mapImage = "hall.png" (file)
file "hall.png"
"#,
    mend: "Delete the property in Tiled and add it again with the type string.",
};

static WAM_ELSEWHERE: Rule = Rule {
    name: "wam-elsewhere",
    summary: "a .wam file in another folder keeps a map from getting a room",
    severity: Severity::Warning,
    family: Family::Publishing,
    since: "0.1.0",
    why: "map-storage makes a .wam file for each map that has none, but not where any file of the upload has the \
          map's name with .wam, in whatever folder. The map has no room then; visitors get an error.",
    example: r#"
file "archive/lobby.wam":
  { "version": "2.1.0", "mapUrl": "../lobby.tmj", "entities": {}, "areas": [], "entityCollections": [] }
file "venue.toml":
  [project]
  host = "map-storage"
"#,
    mend: "Rename one of them, or put a .wam file beside the map; `venue bundle` for map-storage does.",
};

static UPLOAD_TO_ROOT: Rule = Rule {
    name: "upload-to-root",
    summary: "publishing replaces everything on the server",
    severity: Severity::Warning,
    family: Family::Publishing,
    since: "0.1.0",
    why: "An upload deletes the folder that it goes to. Without a directory that is the whole storage: maps of \
          other projects, and the furniture and files that were uploaded in WorkAdventure's own editor.",
    example: r#"
file "venue.toml":
  [publish]
  url = "https://example.org/map-storage"  # and no directory
"#,
    mend: "Set publish.directory in venue.toml.",
};

static UPLOAD_UNCHECKED: Rule = Rule {
    name: "upload-unchecked",
    summary: "nobody notices when the upload of the maps fails",
    severity: Severity::Info,
    family: Family::Publishing,
    since: "0.1.0",
    why: "`upload-maps` prints what the server answers and ends as if all were well: the job is green, and the old \
          maps stay online.",
    example: r#"
file "package.json":
  { "scripts": { "upload": "upload-maps" } }
"#,
    mend: "Let the job fetch a map from the server afterwards and compare it with the one that it sent.",
};

/// Files that the map refers to: the text, where it stands, where it lies, and whether a bundle gives it
/// another name.
fn references(context: &MapContext) -> Vec<(String, Spot, Place, bool)> {
    let mut references = Vec::new();
    for tileset in context.map.tilesets.iter().filter_map(|entry| entry.tileset.as_deref()) {
        let Some(picture) = &tileset.picture else { continue };
        let spot = context.spot(tileset.span).key("image");
        references.push((picture.source.clone(), spot, Place::tileset(&tileset.name), true));
    }
    for (holder, property, fact) in context.known_properties() {
        let (ValueKind::Url(_), Some(text)) = (fact.value, property.value.text()) else { continue };
        if !fact.works_on(holder.kind) || is_template(text) || text.contains("${") {
            continue;
        }
        for line in text.lines() {
            references.push((line.trim().to_owned(), context.value(property), holder.place(context), false));
        }
    }
    references.retain(|(text, ..)| !is_url(text) && !text.starts_with('/'));
    references
}

fn names_of_files(context: &MapContext, findings: &mut Vec<Finding>) {
    let bundled = context.project.config_file.is_some();
    // Names like these are map-storage's own affair.
    let on_static_host = bundled && context.config().project.host == Host::Static;
    for (text, spot, place, renamed) in references(context) {
        let path = text.split(['?', '#']).next().unwrap_or_default();
        let hidden =
            path.split(['/', '\\']).find(|part| part.starts_with('.') && !part.trim_matches('.').is_empty());
        if let Some(part) = hidden {
            if on_static_host {
                continue;
            }
            let message =
                format!("\"{text}\" is not there once it is published: \"{part}\" begins with a dot");
            findings
                .push(Finding::new(&HIDDEN_FILE, spot, message).at(place).help("rename the file or folder"));
        } else if is_dated(path) && !(renamed && bundled) && !on_static_host {
            let message = format!("browsers keep \"{text}\" for a year: nobody sees a later version of it");
            findings.push(
                Finding::new(&DATED_FILE_NAME, spot, message)
                    .at(place)
                    .help("write the date with hyphens, or leave it out"),
            );
        }
    }
}

/// Whether the name of a file ends in a date that map-storage takes for a fingerprint: behind `-` or `.`
/// eight digits, and an extension of the web.
fn is_dated(path: &str) -> bool {
    const KEPT: [&str; 9] = ["css", "htm", "html", "ico", "jpeg", "jpg", "js", "png", "svg"];
    let file = path.rsplit('/').next().unwrap_or_default();
    let Some((stem, extension)) = file.rsplit_once('.') else { return false };
    let Some(digits) = stem.rsplit(['-', '.']).next().filter(|digits| digits.len() < stem.len()) else {
        return false;
    };
    let number = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let date = |year: (usize, usize), month: (usize, usize), day: (usize, usize)| {
        number(year.0, year.1).is_some_and(|year| (1990..2100).contains(&year))
            && number(month.0, month.1).is_some_and(|month| (1..=12).contains(&month))
            && number(day.0, day.1).is_some_and(|day| (1..=31).contains(&day))
    };
    digits.len() == 8
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && KEPT.contains(&extension)
        && (date((0, 4), (4, 6), (6, 8)) || date((4, 8), (2, 4), (0, 2)) || date((4, 8), (0, 2), (2, 4)))
}

fn map_extension_case(context: &MapContext, findings: &mut Vec<Finding>) {
    let Some((_, extension)) = context.map.file.rsplit_once('.') else { return };
    if extension == extension.to_lowercase() {
        return;
    }
    let message = format!("map-storage makes no room of the map: its extension is .{extension}");
    findings.push(
        Finding::new(&MAP_EXTENSION_CASE, Spot::new(&*context.map.file, context.map.span), message)
            .help(format!("rename it to end in .{}", extension.to_lowercase())),
    );
}

fn map_name_cut(context: &MapContext, findings: &mut Vec<Finding>) {
    let name = &context.map.file;
    let Some(sign) = name.chars().find(|sign| matches!(sign, '#' | '?')) else { return };
    let what = if sign == '#' { "an entry" } else { "no part of the path" };
    let message = format!(
        "no link leads to the map as it is called: what follows the {sign} of \"{name}\" is {what} to browsers"
    );
    findings.push(
        Finding::new(&MAP_NAME_CUT, Spot::new(&**name, context.map.span), message)
            .help("rename the file or folder"),
    );
}

fn file_as_text(context: &MapContext, findings: &mut Vec<Finding>) {
    for key in ["mapName", "mapDescription", "mapCopyright", "mapImage"] {
        let Some(property) = context.map.properties.get(key) else { continue };
        if !matches!(property.value, Value::File(_)) {
            continue;
        }
        findings.push(
            Finding::new(
                &FILE_AS_TEXT,
                context.spot(property.span).key("type"),
                format!(
                    "map-storage lists the map without its {key}: it reads the type string only, not file"
                ),
            )
            .help("delete it and add it again as string"),
        );
    }
}

fn wam_elsewhere(context: &WorldContext, findings: &mut Vec<Finding>) {
    let project = context.project;
    // A plain web server makes no rooms, and what is not uploaded together does not meet.
    let uploaded = match project.config_file {
        Some(_) => project.config.project.host == Host::MapStorage,
        None => uploading_script(project).is_some(),
    };
    if !uploaded {
        return;
    }
    for map in context.maps {
        let beside = with_extension(&map.map.file, "wam");
        // Rooms are made of these files only.
        let is_room = map.map.file.rsplit_once('.').is_some_and(|(_, extension)| extension == "tmj");
        if !is_room || project.wam(&beside).is_some() {
            continue;
        }
        let stem = file_stem(&map.map.file);
        let Some(other) = project.wams.iter().find(|wam| file_stem(&wam.name) == stem) else { continue };
        findings.push(
            Finding::new(
                &WAM_ELSEWHERE,
                map.spot(map.map.span),
                format!("map-storage makes no room of the map: there is \"{}\" already", other.name),
            )
            .related(Spot::file(&*other.name), "the file that takes its place")
            .help("rename one of them, or put a .wam file beside the map"),
        );
    }
}

fn upload_to_root(context: &WorldContext, findings: &mut Vec<Finding>) {
    let project = context.project;
    let publish = &project.config.publish;
    let named =
        publish.directory.as_deref().is_some_and(|directory| !directory.trim_matches(['/', '.']).is_empty());
    if publish.url.is_none() || named {
        return;
    }
    let name = project.config_file.as_deref().unwrap_or(CONFIG_FILE);
    let Ok(file) = project.sources.load(name) else { return };
    let range = range_in_toml(&file, |config| {
        let publish = config.get("publish")?;
        let key = publish.get_ref().get("directory").or_else(|| publish.get_ref().get("url"))?;
        Some(key.span())
    });
    findings.push(
        Finding::new(
            &UPLOAD_TO_ROOT,
            Spot::bytes(&file, range.unwrap_or_default()),
            "publishing deletes everything that is on the server, other projects too",
        )
        .help("set directory under [publish]"),
    );
}

/// Where the project's `package.json` calls WorkAdventure's uploader.
fn uploading_script(project: &Project) -> Option<Spot> {
    let file = project.sources.load("package.json").ok()?;
    let text = file.text().ok()?;
    let package: serde_json::Value = serde_json::from_str(text).ok()?;
    let scripts = package.get("scripts")?.as_object()?;
    let uploads = |script: &&serde_json::Value| {
        script.as_str().is_some_and(|script| script.split([' ', '&', ';']).any(|word| word == "upload-maps"))
    };
    let script = scripts.values().find(uploads)?.to_string();
    let start = text.find(&script)?;
    Some(Spot::bytes(&file, start..start + script.len()))
}

fn upload_unchecked(context: &WorldContext, findings: &mut Vec<Finding>) {
    let Some(spot) = uploading_script(context.project) else { return };
    let message =
        "the old maps stay online unnoticed when an upload fails: upload-maps ends well all the same";
    findings.push(
        Finding::new(&UPLOAD_UNCHECKED, spot, message)
            .help("let the job fetch a map from the server afterwards, and compare"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_told_from_fingerprints() {
        for dated in ["programme-20261231.html", "a/b.20260101.js", "x-31122026.png", "x-12312026.svg"] {
            assert!(is_dated(dated), "{dated}");
        }
        for fine in
            ["programme-2026-12-31.html", "20261231.html", "a-0a1b2c3d.js", "a-20261331.js", "a-20261231.mp3"]
        {
            assert!(!is_dated(fine), "{fine}");
        }
    }
}
