//! `venue serve`

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use super::{Shell, Status};
use crate::{
    check,
    project::Project,
    serve::{Address, Server, Site, Stage, Stop, Watch},
    workadventure::{Meaning, percent_encoded},
};

/// Serve the project on this computer: its maps with their findings, and a walk through them
///
/// Listens on this computer only, unless --address says otherwise, and gives away what maps are made of and
/// refer to, by the ending of the name: no file outside of the project, none whose name begins with a dot,
/// no config. Any page in a browser here may read these, as WorkAdventure must. Pages load anew whenever a
/// file is saved. Stands of the config's specs are placed and links filled in memory; no file is written.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  venue serve\n  venue serve maps/lobby.tmj --port 9000\n\n\
                        A WorkAdventure that runs on this computer over http can open the maps from here. One over https \
                        asks for them over https, too, which this server does not speak.")]
pub(super) struct Args {
    /// A map, or a folder of maps [default: the project's maps]
    path: Option<PathBuf>,
    /// Port to listen on; 0 takes any that is free
    #[arg(long, value_name = "NUMBER", default_value_t = 8080)]
    port: u16,
    /// Address to listen on; 0.0.0.0 lets the whole network in
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
    /// A name under which others reach this computer
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> anyhow::Result<Status> {
    let paths: Vec<PathBuf> = args.path.iter().cloned().collect();
    // What is wrong from the beginning is an error; what breaks later is shown on the page.
    let progress = shell.progress("reading maps");
    let project = Project::open(&paths, shell.config())?;
    let root = project.root.clone();
    let server = Server::listen(&Address {
        socket: SocketAddr::new(args.address, args.port),
        hosts: args.allow_host.clone(),
    })?;
    let address = server.address();
    let watch = Watch::new(&root);
    let site = site(project, address, shell)?;
    drop(progress);
    if let Err(error) = &watch {
        shell.note(&format!("note: changes are not noticed, load pages anew by hand: {error}"));
    }
    let shown = if args.address.is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { address.ip() };
    shell.result(&format!("http://{}/  {}\n", SocketAddr::new(shown, address.port()), site.summary()))?;
    let stage = server.stage();
    stage.show(site);
    let stop = watch.as_ref().ok().map(Watch::stop);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let Ok(watch) = watch else { return };
            while watch.wait() {
                renew(&paths, address, &stage, shell);
            }
        });
        let done = server.run();
        stop.iter().for_each(Stop::now);
        done
    })?;
    Ok(Status::Fine)
}

/// Reads the project again and shows what came of it.
fn renew(paths: &[PathBuf], address: SocketAddr, stage: &Stage, shell: &Shell) {
    let opened = Project::open(paths, shell.config()).map_err(anyhow::Error::from);
    let site = opened
        .and_then(|project| site(project, address, shell))
        .unwrap_or_else(|error| Site::broken(Project::default(), &format!("{error:#}")));
    shell.note(&format!("changed: {}", site.summary()));
    stage.show(site);
}

fn site(mut project: Project, address: SocketAddr, shell: &Shell) -> anyhow::Result<Site> {
    super::bundle::place_stands(&mut project, shell)?;
    let settings = check::Settings::new(&project, &[], &[])?;
    let report = super::check::judge(&project, &settings);
    for map in &mut project.maps {
        let filled = map.map.as_ref().and_then(|map| check::fill_links(map, &project.config.links));
        if let Some(filled) = filled {
            map.meaning = Some(Meaning::of(&filled));
            map.map = Some(filled);
        }
    }
    let play = play_server(&project);
    let port = address.port();
    let link = |map: &str| Some(format!("{}/localhost:{port}/{}", play.as_deref()?, percent_encoded(map)));
    Ok(Site::new(project, &report, &link))
}

/// The server and instance of the config's `play-url`, where it is one that can read from this computer.
fn play_server(project: &Project) -> Option<String> {
    project.config.project.public_rooms().filter(|rooms| rooms.starts_with("http://"))
}
