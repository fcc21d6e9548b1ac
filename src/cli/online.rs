//! `--online` of `venue check`: what servers say of the addresses in maps.

use std::{path::PathBuf, time::Duration};

use anyhow::Context as _;
use etcetera::BaseStrategy as _;

use super::{Shell, shell::Progress};
use crate::{
    check,
    online::{self, Answers, Cache, Client, Limits},
    output,
    project::Project,
};

/// Longest time for all addresses together, but for those that are being asked then.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// Whether servers are asked, and which.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Ask the websites, sounds and scripts that the maps refer to whether visitors will get them. What
    /// was served is not asked again for an hour. Proxies are taken from `HTTPS_PROXY` and its like, and
    /// authorities to trust in the place of the usual ones from the file that `SSL_CERT_FILE` names
    #[arg(long)]
    online: bool,
    /// With --online: ask hosts in private networks and on this computer too
    #[arg(long, requires = "online")]
    online_private: bool,
    /// With --online: ask all of them, whatever is known from an hour ago
    #[arg(long, requires = "online")]
    online_again: bool,
}

impl Options {
    /// Asks what servers say of the addresses in the project's maps, if that is wanted.
    pub(super) fn ask(
        &self,
        project: &Project,
        progress: &Progress,
        shell: &Shell,
    ) -> anyhow::Result<Answers> {
        if !self.online {
            return Ok(Answers::new());
        }
        let questions = check::questions(project);
        let file = cache_file();
        let mut cache = match &file {
            Some(file) => Cache::read(file),
            None => Cache::default(),
        };
        if self.online_again {
            cache.forget(&questions);
        }
        let limits =
            Limits { private: self.online_private, authorities: authorities()?, ..Limits::default() };
        let client = Client::new(&limits);
        let all = questions.len();
        let said = |done: usize| progress.now(format!("asking websites: {done} of {all}"));
        let answers = online::ask_all(&questions, &client, &mut cache, PATIENCE, &said);
        if answers.len() < all {
            let left = all - answers.len();
            shell.note(&format!("note: servers are slow: {left} of {all} addresses were not asked"));
        }
        // Without a cache the next run is slower, and nothing else.
        if let Some(Err(error)) = file.map(|file| output::write_file(&file, cache.text().as_bytes())) {
            shell.note(&format!("note: what was answered is not kept: {error}"));
        }
        Ok(answers)
    }
}

/// Authorities of the file that the environment names: networks of companies often have one of their
/// own.
fn authorities() -> anyhow::Result<Vec<Vec<u8>>> {
    let Some(file) = std::env::var_os("SSL_CERT_FILE").filter(|file| !file.is_empty()) else {
        return Ok(Vec::new());
    };
    let file = PathBuf::from(file);
    let place = || format!("SSL_CERT_FILE: {}", file.display());
    let text = std::fs::read(&file).with_context(place)?;
    online::authorities(&text).with_context(place)
}

/// Where answers are kept between runs.
fn cache_file() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.cache_dir().join("venue/online.json"))
}
