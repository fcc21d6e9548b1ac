//! `venue schema`

use anyhow::bail;

use super::{Shell, Status};
use crate::{
    project::nearest,
    schema::{FORMS, Form, TILED_EXTENSION, tiled_project},
};

/// What Tiled reads is asked for by these names.
const TILED: &str = "tiled-project";
const EXTENSION: &str = "tiled-extension";

/// Print the JSON Schema of a file format, or what Tiled reads
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  venue schema                             list the formats\n  \
                  venue schema config > venue.schema.json  then begin venue.toml with #:schema ./venue.schema.json\n  \
                  venue schema tiled-project > venue.tiled-project  then open it in Tiled")]
pub(super) struct Args {
    /// The format: config, sponsors, check, stands, bundle, graph or diff; tiled-project for a project file with
    /// the properties of WorkAdventure, their types and values, and a command that checks the map; tiled-extension
    /// for a script that goes beside it, into extensions/, and leads to the place of each finding
    name: Option<String>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> anyhow::Result<Status> {
    let text = match &args.name {
        None => {
            let tiled = [
                (TILED, "a project file for Tiled, with WorkAdventure's properties"),
                (EXTENSION, "an extension for Tiled, which lists findings and goes to their places"),
            ];
            let forms = FORMS.iter().map(|form| (form.name, form.about)).chain(tiled);
            forms.fold(String::new(), |text, (name, about)| text + &format!("{name:17}{about}\n"))
        }
        Some(name) if name == TILED => tiled_project(),
        Some(name) if name == EXTENSION => TILED_EXTENSION.to_owned(),
        Some(name) => match Form::of(name) {
            Some(form) => form.schema(),
            None => match nearest(name, FORMS.iter().map(|form| form.name).chain([TILED, EXTENSION])) {
                Some(near) => bail!("there is no format \"{name}\"; did you mean \"{near}\"?"),
                None => bail!("there is no format \"{name}\"; `venue schema` lists them"),
            },
        },
    };
    shell.result(&text)?;
    Ok(Status::Fine)
}
