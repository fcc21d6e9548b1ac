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
/// Tilesets are embedded, templates resolved, layer data written as plain arrays: what WorkAdventure
/// and every other reader of Tiled's JSON takes. What the map refers to stays the same, named from the
/// new file's folder. Of a TMJ map whatever is plain already keeps its text, unknown keys included.
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
    let name = project.name_of(&args.output)?;
    let converted = match convert::convert(&project.sources, map, &name) {
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
    output::write_file(&args.output, converted.text.as_bytes())?;
    drop(progress);
    shell.result(&match args.format {
        Format::Json => json(&map.name, &name, &converted),
        Format::Human => human(&args.output, &converted),
    })?;
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
        "embedded_tilesets": converted.embedded_tilesets,
        "detached_objects": converted.detached_objects,
        "decoded_layers": converted.decoded_layers,
    });
    format!("{json:#}\n")
}

fn human(output: &Path, converted: &Converted) -> String {
    let done: Vec<String> = [
        (converted.embedded_tilesets, "tileset embedded", "tilesets embedded"),
        (
            converted.detached_objects,
            "object detached from its template",
            "objects detached from their templates",
        ),
        (converted.decoded_layers, "layer decoded", "layers decoded"),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
    .collect();
    let done = if done.is_empty() { "plain already".to_owned() } else { done.join(", ") };
    format!("{}: {done}\n", output.display())
}
