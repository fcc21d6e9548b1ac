//! `venue convert`

use std::path::{Path, PathBuf};

use anyhow::bail;

use super::{Format, Shell, Status};
use crate::{
    convert::{self, Converted},
    output,
    project::Project,
    report::{self, Report},
};

/// Write a map as plain TMJ
///
/// Tilesets are embedded, templates resolved, layer data written as plain arrays, and what classes of
/// the Tiled project give is written out: what WorkAdventure and every other reader of Tiled's JSON
/// takes. Pictures that a TMX file holds in itself go into files beside the new one. What the map
/// refers to stays the same, named from the new file's folder. Of a TMJ map whatever is plain already
/// keeps its text, unknown keys included.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  venue convert maps/hall.tmx maps/hall.tmj\n  \
                        venue convert maps/hall.tmj maps/hall.tmj    in its place")]
pub(super) struct Args {
    /// Map to read: TMX or TMJ
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// File to write, ending in .tmj or .json; it replaces one that is there
    #[arg(value_name = "OUT")]
    output: PathBuf,
    /// How to say what was done
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

pub(super) fn run(args: &Args, shell: &Shell) -> anyhow::Result<Status> {
    if !is_json(&args.output) {
        bail!("{}: a name ending in .tmj or .json is needed, since TMJ is written", args.output.display());
    }
    let progress = shell.progress("reading the map");
    let project = Project::open(std::slice::from_ref(&args.input), shell.config())?;
    let [map] = project.maps.as_slice() else {
        bail!("{} is not one map; name its file", args.input.display());
    };
    if map.map.is_none() {
        return Err(super::unreadable(map));
    }
    let name = project.name_of(&args.output)?;
    let converted = match convert::convert(&project.sources, project.types_of(&map.name), map, &name) {
        Ok(converted) => converted,
        Err(incomplete) => {
            drop(progress);
            let report = Report::new(1, incomplete.findings.clone(), &project.sources, |finding| {
                Some(finding.rule.severity)
            });
            shell.note(&report::human(&report, &project.sources));
            shell.note(&format!("{incomplete}; nothing was written"));
            return Ok(Status::Findings);
        }
    };
    let pictures =
        converted.pictures.iter().map(|(name, bytes)| (project.sources.path(name), bytes.to_vec()));
    let mut files: Vec<(PathBuf, Vec<u8>)> = pictures.collect();
    files.push((args.output.clone(), converted.text.clone().into_bytes()));
    let staged = output::Staged::of(&files)?;
    drop(progress);
    shell.result(&match args.format {
        Format::Json => json(&map.name, &name, &converted),
        Format::Human => human(&args.input, &args.output, &converted),
    })?;
    staged.commit()?;
    Ok(Status::Fine)
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("tmj") || end.eq_ignore_ascii_case("json"))
}

fn json(input: &str, output: &str, converted: &Converted) -> String {
    let json = serde_json::json!({
        "version": 1,
        "in": input,
        "out": output,
        "bytes": converted.text.len(),
        "pictures": converted.pictures.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        "embedded_tilesets": converted.embedded_tilesets,
        "detached_objects": converted.detached_objects,
        "decoded_layers": converted.decoded_layers,
        "completed_classes": converted.completed_classes,
    });
    format!("{json:#}\n")
}

fn human(input: &Path, output: &Path, converted: &Converted) -> String {
    let mut done: Vec<String> = [
        (converted.embedded_tilesets, "tileset embedded", "tilesets embedded"),
        (
            converted.detached_objects,
            "object detached from its template",
            "objects detached from their templates",
        ),
        (converted.decoded_layers, "layer decoded", "layers decoded"),
        (converted.pictures.len(), "picture written beside it", "pictures written beside it"),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
    .collect();
    if converted.completed_classes {
        done.push("classes written out".to_owned());
    }
    let done = match done.as_slice() {
        [] if is_json(input) => "plain already".to_owned(),
        [] => "written as TMJ".to_owned(),
        done => done.join(", "),
    };
    format!("{}: {done}\n", output.display())
}
