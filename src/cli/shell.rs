//! What a command talks through.

use std::{
    borrow::Cow,
    io::{self, IsTerminal as _, Write as _},
    path::Path,
    time::Duration,
};

use anstream::ColorChoice;
use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Color, Global, advice::advice};
use crate::project::{PassedOver, Project};

/// Standard output and error as the user wants them.
#[derive(Debug)]
pub(crate) struct Shell {
    global: Global,
}

impl Shell {
    pub(super) fn new(global: Global) -> Self {
        match global.color {
            Color::Auto => {}
            Color::Always => ColorChoice::Always.write_global(),
            Color::Never => ColorChoice::Never.write_global(),
        }
        Self { global }
    }

    /// The config file that the user named.
    pub(crate) fn config(&self) -> Option<&Path> {
        self.global.config.as_deref()
    }

    /// Prints a part of the result. Colours are dropped where they are not wanted. Who closes the pipe has read
    /// enough, and the run goes on.
    #[expect(clippy::unused_self, reason = "whoever prints goes through the shell")]
    pub(crate) fn result(&self, text: &str) -> anyhow::Result<()> {
        // Most results are large and have no colours to look for, and many bytes are told as fast as one.
        let is_plain = |byte: u8| byte == b'\n' || byte >= b' ' && byte != 0x7F;
        let mut parts = text.as_bytes().chunks(64);
        let plain = parts.all(|part| part.iter().fold(true, |plain, byte| plain & is_plain(*byte)));
        let written = if plain {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        } else {
            let mut out = anstream::stdout().lock();
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        };
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(error).context("cannot write to standard output")
            }
            _ => Ok(()),
        }
    }

    /// Says what somebody may have meant to be part of a project and is none.
    pub(crate) fn tell_left_out(&self, project: &Project) {
        for glob in &project.idle_globs {
            self.note(&format!("note: no map has a name like \"{glob}\", which [project] maps asks for"));
        }
        for (name, why) in &project.passed_over {
            self.note(&match why {
                PassedOver::LeadsOut => {
                    format!(
                        "note: {name} is a link out of the project and is left out: name it to have it read"
                    )
                }
                PassedOver::LeadsNowhere => {
                    format!("note: {name} is a link to nothing: there is no map to read")
                }
                PassedOver::Bundle => {
                    format!("note: {name} is an earlier bundle and is left out: name it to have it read")
                }
            });
        }
    }

    /// Says something beside the result, on a line of its own.
    pub(crate) fn note(&self, text: &str) {
        if !self.global.quiet {
            // A closed standard error must not stop the work.
            let _closed = writeln!(anstream::stderr(), "{text}");
        }
    }

    /// Says why the run failed, with its causes, and what to do next.
    #[expect(clippy::unused_self, reason = "whoever prints goes through the shell")]
    pub(super) fn error(&self, error: &anyhow::Error) {
        let _closed = writeln!(anstream::stderr(), "\u{1b}[1;31merror\u{1b}[0m: {error:#}");
        if let Some(advice) = advice(error) {
            let _closed = writeln!(anstream::stderr(), "\u{1b}[1mhelp\u{1b}[0m: {advice}");
        }
    }

    /// A line that shows that work is going on: on a terminal only, gone when dropped.
    pub(crate) fn progress(&self, what: &'static str) -> Progress {
        if self.global.quiet || !std::io::stderr().is_terminal() {
            return Progress(None);
        }
        let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}");
        let bar = ProgressBar::new_spinner().with_message(what);
        let bar = match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        };
        bar.enable_steady_tick(Duration::from_millis(100));
        Progress(Some(bar))
    }
}

/// A progress line, shown until it is dropped.
#[derive(Debug)]
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    /// Says what is being done now.
    pub(crate) fn now(&self, what: impl Into<Cow<'static, str>>) {
        if let Some(bar) = &self.0 {
            bar.set_message(what);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
