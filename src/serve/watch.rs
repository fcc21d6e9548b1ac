//! Tells when files of the project change.

use std::{
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    time::{Duration, Instant},
};

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

use super::site::concerns;

/// How long it has to be quiet before a change counts as whole: programs write files in several steps.
const QUIET: Duration = Duration::from_millis(120);
/// How long changes are waited out that do not stop.
const LONGEST: Duration = Duration::from_secs(2);
/// Folders whose files no map refers to, and in which tools write all the time.
const LOUD: [&str; 2] = ["node_modules", "target"];

/// What a watch waits for.
#[derive(Debug)]
enum Signal {
    Event(notify::Result<notify::Event>),
    Stop,
}

/// Ends the waiting of a [`Watch`].
#[derive(Debug)]
pub struct Stop(Sender<Signal>);

impl Stop {
    /// Ends it.
    pub fn now(&self) {
        // A watch that is gone waits for nothing.
        let _gone = self.0.send(Signal::Stop);
    }
}

/// Watches a folder for as long as it lives.
#[derive(Debug)]
pub struct Watch {
    signals: Receiver<Signal>,
    sender: Sender<Signal>,
    root: PathBuf,
    _watcher: RecommendedWatcher,
}

impl Watch {
    /// Watches the folder `root` and all below it, hidden files left out.
    ///
    /// # Errors
    /// Where the system cannot watch so many folders.
    pub fn new(root: &Path) -> notify::Result<Self> {
        let (sender, signals) = mpsc::channel();
        let told = sender.clone();
        let mut watcher = notify::recommended_watcher(move |event| {
            // Whoever listened is gone, and so is the reason to watch.
            let _gone = told.send(Signal::Event(event));
        })?;
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        watcher.watch(&root, RecursiveMode::Recursive)?;
        Ok(Self { signals, sender, root, _watcher: watcher })
    }

    /// What ends the waiting, from another thread.
    pub fn stop(&self) -> Stop {
        Stop(self.sender.clone())
    }

    /// Waits for the next change; returns once all is quiet again. False when it is to end.
    pub fn wait(&self) -> bool {
        loop {
            match self.signals.recv() {
                Err(_) | Ok(Signal::Stop) => return false,
                Ok(Signal::Event(event)) if self.concerns(&event) => break,
                Ok(Signal::Event(_)) => {}
            }
        }
        let first = Instant::now();
        loop {
            match self.signals.recv_timeout(QUIET) {
                Ok(Signal::Event(_)) if first.elapsed() < LONGEST => {}
                Ok(Signal::Event(_)) | Err(RecvTimeoutError::Timeout) => return true,
                Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }

    fn concerns(&self, event: &notify::Result<notify::Event>) -> bool {
        // What could not be told may have been anything.
        let Ok(event) = event else { return true };
        if event.need_rescan() {
            return true;
        }
        if event.kind.is_access() {
            return false;
        }
        event.paths.iter().any(|path| {
            let below = path.strip_prefix(&self.root).unwrap_or(path);
            let loud = |part: &std::ffi::OsStr| {
                let part = part.to_string_lossy();
                part.starts_with('.') || LOUD.contains(&&*part)
            };
            !below.iter().any(loud) && (path.is_dir() || concerns(&below.to_string_lossy()))
        })
    }
}
