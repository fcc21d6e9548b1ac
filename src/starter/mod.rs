//! Projects to start with: a small venue of one's own, or what an existing folder of maps lacks to be
//! checked.

use std::collections::BTreeMap;

use crate::{
    check::{Settings, SettingsError, check},
    project::{CONFIG_FILE, Project},
    report::{Baseline, Report},
    schema::{Form, TILED_EXTENSION, tiled_project},
    source::Sources,
    stand,
};

/// Where the accepted findings of an adopted project stand.
pub const BASELINE_FILE: &str = "venue.baseline.json";

const TILED_FILE: &str = "venue.tiled-project";
const EXTENSION_FILE: &str = "extensions/venue.js";

/// Files by their names, relative to the project.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Where a project is kept, and checked on every change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Forge {
    /// GitHub: a workflow that runs the action of venue.
    #[default]
    Github,
    /// GitLab: a pipeline.
    Gitlab,
    /// Neither.
    Nowhere,
}

impl Forge {
    /// What runs the checks, and the name of its file. `home` is the Git address of venue itself; maps that are
    /// adopted are not bundled until somebody says so.
    fn pipeline(self, home: &str, adopted: bool) -> Option<(String, Vec<u8>)> {
        let (file, text) = match self {
            Self::Github => (".github/workflows/venue.yml", github_workflow(home, adopted)),
            Self::Gitlab => (".gitlab-ci.yml", gitlab_pipeline(home, adopted)),
            Self::Nowhere => return None,
        };
        Some((file.to_owned(), text.into_bytes()))
    }
}

/// The tag of this version in the repository of venue.
const TAG: &str = concat!("v", env!("CARGO_PKG_VERSION"));

/// Why adopted maps are not bundled, above the line that says so.
const NO_BUNDLE_YET: [&str; 2] = [
    "# What is accepted in these maps may keep them from being bundled.",
    "# Write \"true\" once `venue bundle --no-check` makes a bundle here.",
];

/// The workflow for GitHub, filled in.
fn github_workflow(home: &str, adopted: bool) -> String {
    let [why, when] = NO_BUNDLE_YET;
    let indent = " ".repeat(10);
    let no_bundle = format!("{indent}{why}\n{indent}{when}\n{indent}bundle: \"false\"\n");
    include_str!("files/workflow.yml")
        .replace("{adopted}", if adopted { &no_bundle } else { "" })
        .replace("{ref}", TAG)
        .replace("{home}", &written(home, Writes::Quoted))
}

/// The template for GitLab as a pipeline of its own: what it takes is filled in.
fn gitlab_pipeline(home: &str, adopted: bool) -> String {
    let template = include_str!("../../templates/venue.yml");
    let (inputs, jobs) = template.split_once("\n---\n").unwrap_or(("", template));
    let about: String =
        inputs.lines().take_while(|line| line.starts_with('#')).flat_map(|l| [l, "\n"]).collect();
    let [why, when] = NO_BUNDLE_YET;
    let switch = "    VENUE_BUNDLE: ";
    let jobs = if adopted {
        jobs.replace(switch, &format!("    {why}\n    {when}\n{switch}"))
    } else {
        jobs.to_owned()
    };
    let filled = [
        ("bundle", if adopted { "\"false\"" } else { "\"true\"" }.to_owned()),
        ("venue-ref", TAG.to_owned()),
        ("image", "rust:1.90".to_owned()),
        ("venue-git", format!("\"{}\"", written(home, Writes::Quoted))),
        ("project", ".".to_owned()),
        ("baseline", "\"\"".to_owned()),
    ];
    filled
        .into_iter()
        .fold(about + &jobs, |text, (name, value)| text.replace(&format!("$[[ inputs.{name} ]]"), &value))
}

/// How a text writes the name of the event.
#[derive(Debug, Clone, Copy)]
enum Writes {
    /// As it is.
    Plain,
    /// As TOML and JSON do between quotation marks.
    Quoted,
    /// As HTML does.
    Html,
}

/// Texts of a new project, in which `{event}` and `{slug}` stand for those of the event.
const TEXTS: [(&str, Writes, &str); 5] = [
    (CONFIG_FILE, Writes::Quoted, include_str!("files/venue.toml")),
    ("maps/sponsors.toml", Writes::Quoted, include_str!("files/sponsors.toml")),
    ("README.md", Writes::Plain, include_str!("files/README.md")),
    (".gitignore", Writes::Plain, include_str!("files/gitignore")),
    (".gitattributes", Writes::Plain, include_str!("files/gitattributes")),
];

/// Parts of the demo venue that know the demo's name.
const OF_THE_DEMO: [(&str, Writes, &str); 4] = [
    ("maps/lobby.tmj", Writes::Quoted, include_str!("../../maps/lobby.tmj")),
    ("maps/quiet.tmj", Writes::Quoted, include_str!("../../maps/quiet.tmj")),
    ("maps/hall.tmj", Writes::Quoted, include_str!("../../maps/hall.tmj")),
    ("maps/pages/programme.html", Writes::Html, include_str!("../../maps/pages/programme.html")),
];

/// Parts of the demo venue that are taken as they are.
const PICTURES: [(&str, &[u8]); 9] = [
    ("stands/large.png", include_bytes!("../../assets/stands/large.png")),
    ("assets/tilesets/stands.png", include_bytes!("../../assets/tilesets/stands.png")),
    ("assets/tilesets/floors.png", include_bytes!("../../assets/tilesets/floors.png")),
    ("assets/tilesets/walls.png", include_bytes!("../../assets/tilesets/walls.png")),
    ("assets/tilesets/furniture.png", include_bytes!("../../assets/tilesets/furniture.png")),
    ("assets/tilesets/markers.png", include_bytes!("../../assets/tilesets/markers.png")),
    ("maps/logos/nordlicht.svg", include_bytes!("../../maps/logos/nordlicht.svg")),
    ("maps/logos/quellwerk.svg", include_bytes!("../../maps/logos/quellwerk.svg")),
    ("maps/logos/lanterna.svg", include_bytes!("../../maps/logos/lanterna.svg")),
];

/// Stands to edit, as they come with the program, and the page that says how.
const STANDS: [(&str, &str); 4] = [
    ("stands/large.tmj", include_str!("../../assets/stands/large.tmj")),
    ("stands/medium.tmj", include_str!("../../assets/stands/medium.tmj")),
    ("stands/small.tmj", include_str!("../../assets/stands/small.tmj")),
    ("stands/README.md", include_str!("../../docs/draw-a-stand.md")),
];

/// The files of a new project for an event of this name, kept on `forge`; `home` is the Git address of venue itself,
/// or empty.
pub fn new_project(event: &str, forge: Forge, home: &str) -> Files {
    let slug = match stand::slug(event) {
        slug if slug.is_empty() => "event".to_owned(),
        slug => slug,
    };
    let mut files = Files::new();
    for (name, writes, text) in TEXTS {
        let text = text.replace("{event}", &written(event, writes)).replace("{slug}", &slug);
        files.insert(name.to_owned(), text.into_bytes());
    }
    for (name, text) in STANDS {
        // Tilesets and the picture of the page have other places here.
        let text =
            text.replace(r"..\/tilesets\/", r"..\/assets\/tilesets\/").replace("../assets/stands/", "");
        files.insert(name.to_owned(), text.into_bytes());
    }
    files.extend(forge.pipeline(home, false));
    for (name, writes, text) in OF_THE_DEMO {
        let text = text.replace("Demo Days", &written(event, writes)).replace("demo-days", &slug);
        files.insert(name.to_owned(), text.into_bytes());
    }
    for (name, bytes) in PICTURES {
        files.insert(name.to_owned(), bytes.to_vec());
    }
    files.extend(for_editors());
    // Where the first sponsors stand is settled from the beginning, so that nobody moves when others join.
    let mut sources = Sources::detached();
    for (name, bytes) in &files {
        sources.insert(name.clone(), bytes.clone());
    }
    if let Ok(built) = stand::build(&mut sources, "maps/sponsors.toml", &stand::Options::default()) {
        files.insert(built.lock.0, built.lock.1.into_bytes());
    }
    files
}

fn written(event: &str, writes: Writes) -> String {
    match writes {
        Writes::Plain => event.to_owned(),
        Writes::Quoted => {
            let quoted = serde_json::Value::from(event).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        }
        Writes::Html => event.replace('&', "&amp;").replace('<', "&lt;"),
    }
}

/// What a folder of maps lacks to be checked from now on: a config, the findings of today as accepted, the
/// workflow, what editors want. `project` is the folder as it is, without a config.
///
/// # Errors
/// Where the config that it gets names a rule that does not exist.
pub fn adopted(
    mut project: Project,
    event: &str,
    forge: Forge,
    home: &str,
) -> Result<(Files, usize), SettingsError> {
    let mut files: Files =
        for_editors().into_iter().filter(|(name, _)| !name.starts_with("sponsors")).collect();
    let quoted = written(event, Writes::Quoted);
    let config = format!(
        "#:schema ./venue.schema.json\n# What `venue` knows about these maps. Every key is optional; \
         `venue schema config` lists them all.\n\n[project]\nname = \"{quoted}\"\n# entry = \"maps/lobby.tmj\" # where \
         visitors arrive first\n"
    );
    // Judged as the maps of a project with this config.
    project.sources.insert(CONFIG_FILE, config.clone());
    project.config_file = Some(CONFIG_FILE.to_owned());
    project.config.project.name = Some(event.to_owned());
    let settings = Settings::new(&project, &[], &[])?;
    let findings = check(&project, &settings);
    let report = Report::new(project.maps.len(), findings, &project.sources, |finding| {
        settings.severity(finding.rule, &finding.spot.file)
    });
    let baseline = Baseline::of(&report);
    files.insert(CONFIG_FILE.to_owned(), config.into_bytes());
    files.insert(BASELINE_FILE.to_owned(), baseline.json().into_bytes());
    files.extend(forge.pipeline(home, true));
    Ok((files, baseline.len()))
}

/// The schemas that the files name, the project for Tiled, and its extension.
fn for_editors() -> Files {
    let schemas = [("venue.schema.json", "config"), ("sponsors.schema.json", "sponsors")];
    let schemas = schemas
        .into_iter()
        .filter_map(|(file, form)| Some((file.to_owned(), Form::of(form)?.schema().into_bytes())));
    let tiled = [(TILED_FILE, tiled_project()), (EXTENSION_FILE, TILED_EXTENSION.to_owned())];
    schemas.chain(tiled.map(|(file, text)| (file.to_owned(), text.into_bytes()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_events_stand_where_they_are_read() {
        let files = new_project("Ada & \"Friends\" <3", Forge::Github, "");
        let text = |name: &str| String::from_utf8(files[name].clone()).unwrap();
        let config: crate::project::Config = toml::from_str(&text(CONFIG_FILE)).unwrap();
        assert_eq!(config.project.name.as_deref(), Some("Ada & \"Friends\" <3"));
        let hall: serde_json::Value = serde_json::from_str(&text("maps/hall.tmj")).unwrap();
        let name = &hall["properties"][0]["value"];
        assert_eq!(name, "Ada & \"Friends\" <3: Expo hall");
        assert!(text("maps/pages/programme.html").contains("<h1>Ada &amp; \"Friends\" &lt;3</h1>"));
        assert!(text("README.md").starts_with("# Ada & \"Friends\" <3\n"));
        for (name, bytes) in &files {
            let text = String::from_utf8_lossy(bytes);
            for left in ["{event}", "{slug}", "{home}", "{ref}", "{adopted}", "Demo Days", "demo-days"] {
                assert!(!text.contains(left), "{name}: {left}");
            }
        }
        assert!(text("maps/sponsors.toml").contains("slug = \"ada-friends-3\""));
        assert!(
            String::from_utf8_lossy(&new_project("会議", Forge::Gitlab, "")["maps/sponsors.toml"])
                .contains("slug = \"event\"")
        );
    }
}
