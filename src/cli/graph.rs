//! `venue graph`

use std::{collections::BTreeMap, path::PathBuf};

use clap::ValueEnum;
use rayon::prelude::*;

use super::{
    Shell, Status,
    replace::{self, Written},
};
use crate::{
    graph::{self, Graph},
    output,
    picture::{self, PictureStore, RenderOptions, Renderer},
    project::Project,
    world::{self, World},
};

/// Longest side of a map's picture in SVG, in pixels: twice what is shown, for dense screens.
const THUMBNAIL: u32 = 440;

/// Show the world as a graph: maps, exits, entries, dead ends
///
/// Maps that exits lead to are part of it, whether the config names them or not.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  venue graph\n  venue graph --format svg --out world.svg\n  \
                        venue graph --format mermaid >> README.md\n  venue graph --format dot | dot -Tpdf > world.pdf")]
pub(super) struct Args {
    /// Maps, or folders of maps [default: the project's maps]
    paths: Vec<PathBuf>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Form,
    /// File to write, instead of standard output
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Forms of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// In words
    Human,
    /// For Graphviz
    Dot,
    /// For Mermaid, which GitHub and GitLab draw in Markdown
    Mermaid,
    /// For programs; the format is part of the contract
    Json,
    /// A picture with pictures of the maps
    Svg,
}

pub(super) fn run(args: &Args, shell: &Shell) -> anyhow::Result<Status> {
    let progress = shell.progress("reading maps");
    let mut project = Project::open(&args.paths, shell.config())?;
    for path in args.paths.iter().filter(|path| path.is_file()) {
        let named = project.map(&project.name_of(path)?).filter(|map| map.map.is_none());
        if let Some(map) = named {
            return Err(super::unreadable(map));
        }
    }
    super::bundle::build_halls(&mut project, shell);
    shell.tell_left_out(&project);
    world::load_reachable(&mut project);
    for map in project.maps.iter().filter(|map| map.map.is_none()) {
        shell.note(&format!("note: {} cannot be read and is left out: see `venue check`", map.name));
    }
    let world = World::of_project(&project);
    let entry = project.config.project.entry_map();
    let graph = Graph::of(&world, entry.as_deref());
    let text = match args.format {
        Form::Human => graph::human(&graph),
        Form::Dot => graph::dot(&graph),
        Form::Mermaid => graph::mermaid(&graph),
        Form::Json => format!("{}\n", serde_json::to_string_pretty(&graph)?),
        Form::Svg => graph::svg(&graph, &thumbnails(&project, &graph)),
    };
    drop(progress);
    match &args.out {
        Some(path) => {
            replace::allow(&project, path, &Written::of(text.as_bytes()), "--out")?;
            output::write_file(path, text.as_bytes())?;
        }
        None => shell.result(&text)?,
    }
    Ok(Status::Fine)
}

/// Pictures of the maps that can be drawn.
fn thumbnails(project: &Project, graph: &Graph) -> BTreeMap<String, Vec<u8>> {
    let store = PictureStore::new();
    let options = RenderOptions { size: Some(THUMBNAIL), ..RenderOptions::default() };
    let drawn = graph.maps.par_iter().filter_map(|node| {
        let map = project.map(&node.map)?.map.as_ref()?;
        let renderer = Renderer::new(map, &project.sources, &store, &options).ok()?;
        let pixels = renderer.draw().ok()?;
        let png = picture::encode(&pixels).ok()?;
        Some((node.map.clone(), png))
    });
    drawn.collect()
}
