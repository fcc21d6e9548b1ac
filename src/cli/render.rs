//! `venue render`

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::ValueEnum;

use super::{
    Format, Shell, Status,
    replace::{self, Written},
};
use crate::{
    check::{self, Settings},
    model::{TilePos, TileRect},
    output,
    picture::{Overlay, OverlayKind, PictureStore, RenderOptions, Renderer},
    project::Project,
    source::file_stem,
    stand,
    workadventure::{Meaning, as_drawn},
};

/// Draw a map as PNG
///
/// Draws tiles, tile objects and image layers as Tiled does; areas, points and texts are not drawn.
/// The picture replaces one that is there.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  venue render maps/lobby.tmj\n  venue render maps/lobby.tmj --size 800 --out lobby.png\n  \
                  venue render maps/hall.tmj --crop 10,4,20,15 --scale 2\n  \
                  venue render maps/hall.tmj --overlay zones,walk,entries,exits\n  \
                  venue render maps/hall.tmj --as engine"
)]
pub(super) struct Args {
    /// Map to draw
    map: PathBuf,
    /// File to write [default: the map's name with .png, in the current folder]
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Pixels of the picture per pixel of the map
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    scale: f64,
    /// Longest side of the picture in pixels; larger ones shrink to it
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u32).range(1..))]
    size: Option<u32>,
    /// Part of the map to show, in tiles: column and row of its corner, width, height
    #[arg(long, value_name = "X,Y,W,H", value_parser = crop, allow_hyphen_values = true)]
    crop: Option<TileRect>,
    /// Layers and groups to draw, by name or path, hidden or not [default: all that are shown]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    layers: Option<Vec<String>>,
    /// Whose picture: `engine` ignores what WorkAdventure ignores (offsets, tints, hidden groups, image
    /// layers, tile objects)
    #[arg(long = "as", value_name = "PROGRAM", default_value = "tiled")]
    drawn_by: DrawnBy,
    /// What to mark on it, with a legend below
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    overlay: Vec<Kind>,
    /// How to say what was done
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

/// Whose picture of a map is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DrawnBy {
    /// As Tiled shows it
    Tiled,
    /// As WorkAdventure shows it
    Engine,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Where something happens: meetings, websites, sounds, silence
    Zones,
    /// Where nobody can walk
    Walk,
    /// How many visitors pass where, on their ways from every entry to all that there is
    Traffic,
    /// Where visitors arrive
    Entries,
    /// What leads to other maps
    Exits,
    /// Where stands may go, and where those of the project's specs stand
    Stands,
    /// What `venue check` finds
    Problems,
}

impl From<Kind> for OverlayKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Zones => Self::Zones,
            Kind::Walk => Self::Walk,
            Kind::Traffic => Self::Traffic,
            Kind::Entries => Self::Entries,
            Kind::Exits => Self::Exits,
            Kind::Stands => Self::Stands,
            Kind::Problems => Self::Problems,
        }
    }
}

pub(super) fn run(args: &Args, shell: &Shell) -> anyhow::Result<Status> {
    let progress = shell.progress("reading the map");
    let mut project = Project::open(std::slice::from_ref(&args.map), shell.config())?;
    let stands = match project.maps.as_slice() {
        [map] if args.overlay.iter().any(|kind| matches!(kind, Kind::Stands)) => {
            let name = map.name.clone();
            stands_on(&mut project, &name, shell)
        }
        _ => Vec::new(),
    };
    let [loaded] = project.maps.as_slice() else {
        bail!("{} is not one map; name its file", args.map.display());
    };
    let Some(map) = &loaded.map else { return Err(super::unreadable(loaded)) };
    progress.now("drawing");
    let store = PictureStore::new();
    let options = RenderOptions {
        scale: Some(args.scale),
        size: args.size,
        crop: args.crop,
        layers: args.layers.clone(),
    };
    let as_drawn = (args.drawn_by == DrawnBy::Engine).then(|| as_drawn(map));
    let map = as_drawn.as_ref().unwrap_or(map);
    let drawing = || format!("cannot draw {}", loaded.name);
    let mut renderer = Renderer::new(map, &project.sources, &store, &options).with_context(drawing)?;
    if let (false, Some(meaning)) = (args.overlay.is_empty(), &loaded.meaning) {
        let mut overlay = overlay(args, &project, &loaded.name, meaning)?;
        if args.overlay.iter().any(|kind| matches!(kind, Kind::Stands)) {
            overlay = overlay.with_stands(stand::stand_areas(map), stands);
        }
        renderer = renderer.with_overlay(overlay);
    }
    let out = match &args.out {
        Some(out) => out.clone(),
        None => PathBuf::from(format!("{}.png", file_stem(&loaded.name))),
    };
    replace::named_as_png(&out, "--out")?;
    replace::allow(&project, &out, &Written::Png, "--out")?;
    let mut staged = output::Staged::default();
    staged.file_with(&out, |file| renderer.write_png(file).with_context(drawing))?;
    drop(progress);
    let faults = store.faults();
    for fault in &faults {
        shell.note(&format!("not shown: \"{}\": {}", fault.name, fault.error));
    }
    let (width, height) = renderer.size();
    match args.format {
        Format::Human => shell.note(&format!("{}: {width} x {height} pixels", out.display())),
        Format::Json => {
            let missing: Vec<_> = faults
                .iter()
                .map(|fault| serde_json::json!({ "file": fault.name, "reason": fault.error.to_string() }))
                .collect();
            let report = serde_json::json!({
                "version": 1,
                "map": loaded.name,
                "out": out.to_string_lossy().replace('\\', "/"),
                "width": width,
                "height": height,
                "scale": renderer.scale(),
                "tiles": renderer.tiles(),
                "missing": missing,
            });
            shell.result(&format!("{report:#}\n"))?;
        }
    }
    staged.commit()?;
    Ok(Status::Fine)
}

/// Sponsors and cells of the stands that the project's specs bring onto a map.
fn stands_on(project: &mut Project, map: &str, shell: &Shell) -> Vec<(String, Vec<TilePos>)> {
    let mut stands = Vec::new();
    for spec in project.config.stands.specs.clone() {
        let options = stand::Options { partial: true, ..stand::Options::default() };
        match stand::build(&mut project.sources, &spec, &options) {
            Ok(built) if built.venue == map || built.output == map => {
                let cells = |stand: &stand::Stand| stand.tiles.cells().collect();
                stands.extend(built.stands.iter().map(|stand| (stand.sponsor.clone(), cells(stand))));
            }
            Ok(_) => {}
            Err(error) => {
                let error = anyhow::Error::from(error);
                shell.note(&format!("note: the stands of {spec} are not shown: {error:#}"));
            }
        }
    }
    stands
}

/// The overlay that is asked for. Checking is only done where problems are.
fn overlay(args: &Args, project: &Project, map: &str, meaning: &Meaning) -> anyhow::Result<Overlay> {
    let kinds: Vec<OverlayKind> = args.overlay.iter().copied().map(OverlayKind::from).collect();
    if !kinds.contains(&OverlayKind::Problems) {
        return Ok(Overlay::new(&kinds, meaning, []));
    }
    let settings = Settings::new(project, &[], &[])?;
    let findings = check::check(project, &settings);
    let shown = findings
        .iter()
        .filter(|finding| finding.spot.file == map)
        .filter_map(|finding| Some((finding, settings.severity(finding.rule, &finding.spot.file)?)));
    Ok(Overlay::new(&kinds, meaning, shown))
}

fn crop(text: &str) -> Result<TileRect, String> {
    let wrong = || "expected four whole numbers, column, row, width, height: 10,4,20,15".to_owned();
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let [x, y, width, height] = parts.as_slice() else { return Err(wrong()) };
    let corner = |part: &str| part.parse::<i32>().map_err(|_| wrong());
    let side = |part: &str| part.parse::<u32>().ok().filter(|side| *side > 0).ok_or_else(wrong);
    Ok(TileRect::new(corner(x)?, corner(y)?, side(width)?, side(height)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_is_four_numbers() {
        assert_eq!(crop("1, 2,3,4"), Ok(TileRect::new(1, 2, 3, 4)));
        assert_eq!(crop("-1,-2,3,4"), Ok(TileRect::new(-1, -2, 3, 4)));
        for wrong in ["", "1,2,3", "1,2,3,0", "1,2,3,-4", "a,b,c,d", "1,2,3,4,5"] {
            assert!(crop(wrong).is_err(), "{wrong}");
        }
    }
}
