//! What properties refer to: files, sites, links of the config.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Check, Lint, meant::Meant};
use crate::{
    check::{
        context::{Holder, MapContext},
        links::uses,
    },
    finding::{Family, Finding, Place, Rule, Severity, Spot},
    model::{Property, Value},
    project::{Project, nearest},
    source::{Existence, Sources, file_stem, is_url, parent, relative, resolve},
    workadventure::{
        HolderKind, PropertyFact, Reference, ValueKind, embeddable, host_and_path, is_readable_url,
        is_template, percent_decoded,
    },
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &LOCAL_FILE_MISSING, check: Check::Map(references) },
    Lint { rule: &LOCAL_FILE_LETTER_CASE, check: Check::Beside("local-file-missing") },
    Lint { rule: &OPEN_TAB_RELATIVE, check: Check::Beside("local-file-missing") },
    Lint { rule: &HTTP_URL, check: Check::Beside("local-file-missing") },
    Lint { rule: &LOCAL_ADDRESS, check: Check::Beside("local-file-missing") },
    Lint { rule: &SCHEME_NOT_OPENED, check: Check::Beside("local-file-missing") },
    Lint { rule: &IFRAME_HOSTILE_SITE, check: Check::Beside("local-file-missing") },
    Lint { rule: &URL_UNREADABLE, check: Check::Beside("local-file-missing") },
    Lint { rule: &SOUND_UNPLAYABLE, check: Check::Beside("local-file-missing") },
    Lint { rule: &SCRIPT_IS_TYPESCRIPT, check: Check::Beside("local-file-missing") },
    Lint { rule: &PATH_ABSOLUTE, check: Check::Map(path_absolute) },
    Lint { rule: &HOST_NOT_ALLOWED, check: Check::Map(host_not_allowed) },
    Lint { rule: &UNKNOWN_LINK, check: Check::Map(unknown_link) },
];

static LOCAL_FILE_MISSING: Rule = Rule {
    name: "local-file-missing",
    summary: "a page, sound or script of the project does not exist",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "Visitors see an empty page, hear nothing, or the script of the room never runs. Relative paths start \
          at the map's folder.",
    example: r#"
layer "music": playAudio = "sounds/lobbby.mp3"
file "sounds/lobby.mp3"
"#,
    mend: "Correct the path, or put the file there. For a website elsewhere write its whole address with https://.",
};

static LOCAL_FILE_LETTER_CASE: Rule = Rule {
    name: "local-file-letter-case",
    summary: "a path differs from its file by letter case",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "It works on Windows and macOS, and on no web server.",
    example: r#"
layer "music": playAudio = "Sounds/lobby.mp3"
file "sounds/lobby.mp3"
"#,
    mend: "Write the path exactly as the file is called.",
};

static OPEN_TAB_RELATIVE: Rule = Rule {
    name: "open-tab-relative",
    summary: "`openTab` is not a whole address",
    severity: Severity::Error,
    family: Family::Properties,
    since: "0.1.0",
    why: "`openTab` starts at WorkAdventure's own site, not at the map's folder: visitors get a wrong page, and \
          other zones stop working for that step.",
    example: r#"layer "programme": openTab = "programme.html""#,
    mend: "Write the whole address with https://.",
};

static HTTP_URL: Rule = Rule {
    name: "http-url",
    summary: "an address begins with http:// instead of https://",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "WorkAdventure runs under https, and browsers refuse to show or play what comes over plain http there: \
          the panel stays blank, the sound silent.",
    example: r#"layer "poster": openWebsite = "http://example.org""#,
    mend: "Write https://, or link to a site that has it.",
};

static LOCAL_ADDRESS: Rule = Rule {
    name: "local-address",
    summary: "an address is on a computer that visitors do not reach",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "`localhost` is each visitor's own computer, and addresses such as 192.168.0.10 are those of one home or \
          office. It works on the computer where it was tried, and nowhere else. Where `play-url` in venue.toml is \
          such an address itself, nothing is said.",
    example: r#"layer "poster": openWebsite = "http://localhost:3000/""#,
    mend: "Put what is there on a server that everybody reaches, or into the project.",
};

static SCHEME_NOT_OPENED: Rule = Rule {
    name: "scheme-not-opened",
    summary: "an address is of a kind that browsers do not open there",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "Browsers show, play and run what comes over the web. Of ftp: and javascript: they open nothing; mailto: \
          and tel: call a program, which only a new tab may do; and `example.org:8080` without https:// is read as \
          an address of the kind \"example.org\".",
    example: r#"layer "desk": openWebsite = "mailto:desk@example.org""#,
    mend: "Write an address that begins with https://. For mailto: and tel: use openTab.",
};

static IFRAME_HOSTILE_SITE: Rule = Rule {
    name: "iframe-hostile-site",
    summary: "a website refuses to be shown inside of another page",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "`openWebsite` shows a site in a frame beside the map. Many large sites forbid that: visitors see a \
          blank panel.",
    example: r#"layer "video": openWebsite = "https://www.youtube.com/watch?v=abcdefghijk""#,
    mend: "Use the form for embedding (https://www.youtube.com/embed/…), or openTab.",
};

static URL_UNREADABLE: Rule = Rule {
    name: "url-unreadable",
    summary: "an address is none that a browser can read",
    severity: Severity::Error,
    family: Family::Properties,
    since: "0.1.0",
    why: "Nothing opens, and WorkAdventure fails in the middle of the step that a visitor makes onto the zone: \
          what other zones should have done at that moment is lost, too.",
    example: r#"layer "poster": openWebsite = "https://""#,
    mend: "Write the whole address: https://, the host, and the path.",
};

static SOUND_UNPLAYABLE: Rule = Rule {
    name: "sound-unplayable",
    summary: "a sound is none, or of a kind that browsers do not play",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "WorkAdventure hands the address to the browser as a sound file. Of a page, of an empty file, of MIDI or \
          of Windows' own formats visitors hear nothing, and see an icon that asks to allow sounds.",
    example: r#"layer "music": playAudio = "https://www.youtube.com/watch?v=abcdefghijk""#,
    mend: "Use the address of an MP3 file, or of an Ogg file for what need not play on Apple's devices.",
};

static SCRIPT_IS_TYPESCRIPT: Rule = Rule {
    name: "script-is-typescript",
    summary: "the map's script is TypeScript, which browsers cannot run",
    severity: Severity::Info,
    family: Family::Properties,
    since: "0.1.0",
    why: "WorkAdventure compiles nothing. `venue bundle` and the build of WorkAdventure's starter kit make \
          JavaScript of it; hosted as it is, the script never runs.",
    example: r#"script = "src/main.ts""#,
    mend: "Publish what `venue bundle` or the starter kit's build writes.",
};

static PATH_ABSOLUTE: Rule = Rule {
    name: "path-absolute",
    summary: "a path holds on one computer only",
    severity: Severity::Warning,
    family: Family::Properties,
    since: "0.1.0",
    why: "A path from the root of a disk names a folder that nobody else has: visitors get nothing from it, and \
          whoever else opens or builds the map finds its tileset or template missing.",
    example: r#"
layer "plan": openWebsite = "file:///home/ada/plan.html"
tileset: source "C:/Users/ada/Downloads/walls.tsx"
"#,
    mend: "Copy the file into the project, and refer to it relative to the map.",
};

static HOST_NOT_ALLOWED: Rule = Rule {
    name: "host-not-allowed",
    summary: "an address is on a host that the project's config does not allow",
    severity: Severity::Error,
    family: Family::World,
    since: "0.1.0",
    why: "`allowed-hosts` and `jitsi-hosts` in venue.toml say where websites, sounds and meetings of this event \
          may come from.",
    example: r#"
layer "poster": openWebsite = "https://example.net"
file "venue.toml":
  [check]
  allowed-hosts = ["*.example.org"]
"#,
    mend: "Use an address on one of the allowed hosts, or add the host to venue.toml.",
};

static UNKNOWN_LINK: Rule = Rule {
    name: "unknown-link",
    summary: "`${links.NAME}` names a link that venue.toml does not have",
    severity: Severity::Error,
    family: Family::World,
    since: "0.1.0",
    why: "Links are filled in when a bundle is made. One without a value stays as it is, and visitors get an \
          address that does not exist.",
    example: r#"
layer "stage": openWebsite = "${links.satge}"
file "venue.toml":
  [links]
  stage = "https://example.org/stage"
"#,
    mend: "Correct the name, or add the link under [links] in venue.toml.",
};

/// Properties with a reference, and where they stand.
pub(super) fn referring(context: &MapContext, mut judge: impl FnMut(&Holder, &Property, Reference, &str)) {
    for (holder, property, fact) in context.known_properties() {
        let ValueKind::Url(reference) = fact.value else { continue };
        if !fact.holders.contains(&holder.kind) {
            continue;
        }
        let Some(text) = property.value.text() else { continue };
        if text.trim().is_empty() || is_template(text) || text.contains("${") {
            continue;
        }
        judge(holder, property, reference, text);
    }
}

fn references(context: &MapContext, findings: &mut Vec<Finding>) {
    referring(context, |holder, property, reference, text| {
        let subject = Subject {
            project: context.project,
            folder: context.folder(),
            value: text,
            spot: context.value(property),
            place: holder.place(context),
            property: &property.name,
            holder: &holder.name(context),
        };
        match reference {
            Reference::Exit | Reference::MapExit => {}
            Reference::Scripts => {
                for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
                    subject.judge(reference, line, findings);
                }
            }
            _ => subject.judge(reference, text.trim(), findings),
        }
    });
    for holder in &context.holders {
        let Some(property) = holder.properties.get("jitsiUrl") else { continue };
        let text = property.value.text().filter(|text| !text.trim().is_empty() && !is_template(text));
        let Some(text) = text.filter(|text| !text.contains("${")) else { continue };
        // What does not begin so gets it from the engine; blanks around it are told by themselves.
        let text = text.trim();
        let whole = if text.starts_with("http") { text.to_owned() } else { format!("https://{text}") };
        let works = PropertyFact::of("jitsiUrl").is_some_and(|fact| fact.works_on(holder.kind));
        if !works {
            continue;
        }
        if host(&whole).is_some_and(|host| is_private(&host) && !is_meant(context.project, &host)) {
            let message = format!(
                "visitors do not reach the meeting of {}: \"{text}\" is {NEAR}",
                holder.name(context)
            );
            findings.push(
                Finding::new(&LOCAL_ADDRESS, context.value(property), message)
                    .at(holder.place(context))
                    .help("name a server that everybody reaches"),
            );
        } else if !is_readable_url(&whole) {
            let message =
                format!("the meeting of {} never opens: \"{text}\" is no host", holder.name(context));
            findings.push(
                Finding::new(&URL_UNREADABLE, context.value(property), message)
                    .at(holder.place(context))
                    .help("write the host alone, like meet.example.org"),
            );
        }
    }
}

fn path_absolute(context: &MapContext, findings: &mut Vec<Finding>) {
    let mut find = |spot: Spot, place: Place, message: String| {
        let finding = Finding::new(&PATH_ABSOLUTE, spot, message).at(place);
        findings.push(finding.help("copy the file into the project and refer to it relative to the map"));
    };
    for entry in &context.map.tilesets {
        let Some(source) = entry.source.as_ref().filter(|source| is_absolute(source)) else { continue };
        let message = format!("nobody else has the tileset \"{source}\"");
        let place = entry.tileset.as_ref().map(|tileset| Place::tileset(&tileset.name)).unwrap_or_default();
        find(context.spot(entry.span).key("source"), place, message);
    }
    for held in context.objects() {
        let template = held.object.template.as_ref().filter(|template| is_absolute(template));
        if let Some(template) = template {
            let message = format!("{}: nobody else has the template \"{template}\"", held.describe());
            find(context.spot(held.object.span).key("template"), held.place(context.map), message);
        }
    }
    for holder in &context.holders {
        for property in holder.properties {
            let path = match &property.value {
                Value::File(path) if is_absolute(path) => path,
                Value::String(path) | Value::File(path) if path.trim_start().starts_with("file:/") => path,
                _ => continue,
            };
            let message =
                format!("{} of {}: nobody else has \"{path}\"", property.name, holder.name(context));
            find(context.value(property), holder.place(context), message);
        }
    }
}

/// Whether a path begins at the root of a disk.
fn is_absolute(path: &str) -> bool {
    let drive = path.as_bytes().get(1) == Some(&b':');
    path.starts_with(['/', '\\']) || drive || path.starts_with("file:")
}

/// A property that refers to something, wherever it stands.
pub(super) struct Subject<'a> {
    /// The project of its file.
    pub(super) project: &'a Project,
    /// Folder that relative paths start at: that of the map.
    pub(super) folder: &'a str,
    /// Its value.
    pub(super) value: &'a str,
    /// That value in the text.
    pub(super) spot: Spot,
    /// Where it lies.
    pub(super) place: Place,
    /// Its name.
    pub(super) property: &'a str,
    /// How messages call what has it.
    pub(super) holder: &'a str,
}

impl Subject<'_> {
    fn finding(&self, rule: &'static Rule, message: String) -> Finding {
        Finding::new(rule, self.spot.clone(), message).at(self.place.clone())
    }

    /// Judges what it refers to.
    pub(super) fn judge(&self, reference: Reference, text: &str, findings: &mut Vec<Finding>) {
        let Self { property, holder, .. } = self;
        if is_url(text) && !is_readable_url(text) {
            let message = format!("{property} of {holder} never opens: no browser can read \"{text}\"");
            findings
                .push(self.finding(&URL_UNREADABLE, message).help("write https://, the host, and the path"));
            return;
        }
        if reference == Reference::Sound
            && let Some(why) = unplayable(text)
        {
            let message = format!("visitors hear nothing of {property} of {holder}: {why}");
            findings.push(self.finding(&SOUND_UNPLAYABLE, message).help("use the address of an MP3 file"));
            return;
        }
        if is_url(text) {
            self.judge_url(reference, text, findings);
        } else if reference == Reference::Tab {
            let message =
                format!("{property} of {holder} opens a wrong page: \"{text}\" is not a whole address");
            let finding = self.finding(&OPEN_TAB_RELATIVE, message);
            findings.push(if looks_like_host(text) {
                let whole = format!("https://{text}");
                finding.help(format!("write \"{whole}\"")).fix(false, format!("write \"{whole}\""), whole)
            } else {
                finding.help("write the whole address with https://")
            });
        } else {
            self.judge_path(reference, text, findings);
        }
    }

    fn judge_url(&self, reference: Reference, text: &str, findings: &mut Vec<Finding>) {
        let Self { property, holder, .. } = self;
        let Some(host) = host(text) else {
            findings.extend(self.judge_scheme(reference, text));
            return;
        };
        if is_private(&host) && !is_meant(self.project, &host) {
            let message = format!("visitors do not reach {property} of {holder}: \"{text}\" is {NEAR}");
            let help = "put it on a server that everybody reaches, or into the project";
            findings.push(self.finding(&LOCAL_ADDRESS, message).help(help));
            return;
        }
        // A new tab may show plain http.
        if text.starts_with("http://") && !is_own_computer(&host) && reference != Reference::Tab {
            let message = format!("browsers block {property} of {holder}: \"{text}\" is not https");
            let secure = text.replacen("http://", "https://", 1);
            findings.push(self.finding(&HTTP_URL, message).help("write https:// if the site has it").fix(
                false,
                format!("replace with \"{secure}\""),
                self.with_line(text, &secure),
            ));
        }
        if reference == Reference::Page
            && let Some((help, better)) = hostile(&host, text)
        {
            let message =
                format!("{property} of {holder} shows a blank panel: {host} refuses to be shown in a frame");
            let mut finding = self.finding(&IFRAME_HOSTILE_SITE, message).help(help);
            if let Some(better) = better {
                finding = finding.fix(true, format!("replace with \"{better}\""), better);
            }
            findings.push(finding);
        }
    }

    fn judge_scheme(&self, reference: Reference, text: &str) -> Option<Finding> {
        const NOTHING: [&str; 8] = ["ftp", "ftps", "javascript", "sftp", "ssh", "vbscript", "ws", "wss"];
        const PROGRAMS: [&str; 3] = ["mailto", "sms", "tel"];
        let Self { property, holder, .. } = self;
        let (scheme, rest) = text.split_once(':')?;
        let scheme = scheme.to_lowercase();
        let is_program = PROGRAMS.contains(&scheme.as_str());
        let is_host = (scheme == "localhost" || scheme.contains('.'))
            && rest.starts_with(|sign: char| sign.is_ascii_digit());
        // Nothing else that is written with two slashes comes as near.
        let is_typo = rest.starts_with("//")
            && ["http", "https"].iter().all(|right| scheme != *right)
            && ["http", "https"].iter().any(|right| strsim::osa_distance(&scheme, right) == 1);
        if !(is_host
            || is_typo
            || NOTHING.contains(&scheme.as_str())
            || is_program && reference != Reference::Tab)
        {
            return None;
        }
        let effect = match reference {
            Reference::Scripts => "the room opens without its script",
            Reference::Sound => "visitors hear nothing",
            Reference::Image => "the picture is missing",
            Reference::Tab => "no page opens",
            _ => "visitors see a blank panel",
        };
        let message =
            format!("{effect}: {property} of {holder} is \"{text}\", which browsers do not open there");
        let finding = self.finding(&SCHEME_NOT_OPENED, message);
        let whole = format!("https://{text}");
        Some(if is_host && !host(&whole).is_some_and(|host| is_private(&host)) {
            let new = self.with_line(text, &whole);
            finding.help(format!("write \"{whole}\"")).fix(false, format!("write \"{whole}\""), new)
        } else if is_typo {
            let right = format!("https:{rest}");
            let new = self.with_line(text, &right);
            finding.help(format!("did you mean \"{right}\"?")).fix(false, format!("write \"{right}\""), new)
        } else if is_program && reference == Reference::Page {
            finding.help("use openTab")
        } else {
            finding.help("write an address that begins with https://")
        })
    }

    fn judge_path(&self, reference: Reference, text: &str, findings: &mut Vec<Finding>) {
        let Self { property, holder, .. } = self;
        // Paths from the server's root, and pages beyond the project, are not ours to see.
        let path = text.split(['?', '#']).next().unwrap_or_default();
        if text.starts_with('/') || path.is_empty() {
            return;
        }
        let is_script = reference == Reference::Scripts;
        if is_script && path.to_lowercase().ends_with(".ts") {
            let message = format!("the script \"{text}\" runs only once it is built: it is TypeScript");
            findings.push(
                self.finding(&SCRIPT_IS_TYPESCRIPT, message)
                    .help("publish what `venue bundle` or the starter kit's build writes"),
            );
            return;
        }
        let name = resolve(self.folder, &percent_decoded(path));
        if name.starts_with("../") {
            return;
        }
        let sources = &self.project.sources;
        match sources.existence(&name) {
            Existence::File if reference == Reference::Sound && sources.size(&name) == Some(0) => {
                let message = format!("visitors hear nothing of {property} of {holder}: \"{text}\" is empty");
                findings.push(self.finding(&SOUND_UNPLAYABLE, message).help("put the sound itself there"));
            }
            Existence::File => {}
            // The server shows a folder's index.html, if anything.
            Existence::Folder if !is_script => {}
            Existence::OtherCase(real) => {
                let right = format!("{}{}", relative(self.folder, &real), &text[path.len()..]);
                let message = format!(
                    "{property} of {holder} is not found once it is on a server: \"{text}\" is called \"{right}\""
                );
                findings.push(
                    self.finding(&LOCAL_FILE_LETTER_CASE, message).help(format!("write \"{right}\"")).fix(
                        !path.contains('%'),
                        format!("replace with \"{right}\""),
                        self.with_line(text, &right),
                    ),
                );
            }
            Existence::Folder | Existence::Missing => {
                if is_script && is_built(sources, self.folder, &name) {
                    return;
                }
                let effect = match reference {
                    Reference::Scripts => "the room opens without its script",
                    Reference::Sound => "visitors hear nothing",
                    Reference::Image => "the picture is missing",
                    _ => "visitors see an empty page",
                };
                let message = format!("{effect}: \"{text}\", {property} of {holder}, does not exist");
                let mut finding = self.finding(&LOCAL_FILE_MISSING, message);
                let whole = |address: &str| format!("https://{address}");
                if let Some(rest) = ["https//", "http//"].iter().find_map(|begin| text.strip_prefix(begin)) {
                    finding = self.meant(finding, text, &whole(rest));
                } else if looks_like_host(text) && !is_script {
                    let whole = whole(text);
                    finding = finding.help(format!("for the website write \"{whole}\"")).fix(
                        false,
                        format!("replace with \"{whole}\""),
                        whole,
                    );
                } else if let Some(moved) = self.moved(&name).filter(|_| !is_script) {
                    finding = self.meant(finding, text, &format!("{moved}{}", &text[path.len()..]));
                } else if let [b'a'..=b'z' | b'A'..=b'Z', b':', b'\\' | b'/', ..] = text.as_bytes() {
                    finding = finding.help("put the file into the project, and write its path from the map");
                } else if let Some(near) = self.near(&name) {
                    finding = self.meant(finding, text, &near);
                } else {
                    finding = finding.help("add the file, or mend the path, which is relative to the map");
                }
                findings.push(finding);
            }
        }
    }

    /// The whole value of the property with `new` for `old`, which is one of its lines if it holds several
    /// scripts.
    fn with_line(&self, old: &str, new: &str) -> String {
        let lines = self
            .value
            .split_inclusive('\n')
            .map(|line| if line.trim() == old { line.replace(old, new) } else { line.to_owned() });
        lines.collect()
    }

    /// The finding with what was probably meant by one line of the value.
    fn meant(&self, finding: Finding, line: &str, new: &str) -> Finding {
        finding.help(format!("did you mean \"{new}\"?")).fix(
            false,
            format!("replace with \"{new}\""),
            self.with_line(line, new),
        )
    }

    /// The file of the same name in another folder, as an address.
    fn moved(&self, name: &str) -> Option<String> {
        // Pages of this name say nothing: every folder may have one.
        if file_stem(name) == "index" {
            return None;
        }
        let moved = self.project.sources.moved(name, |_| true)?;
        let is_plain = !moved.contains(['%', '?', '#']);
        is_plain.then(|| relative(self.folder, &moved))
    }

    fn near(&self, name: &str) -> Option<String> {
        let beside = self.project.sources.entries(parent(name))?;
        let wanted = name.rsplit_once('/').map_or(name, |(_, file)| file);
        let extension = |file: &str| file.rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
        let same_kind = beside.names.iter().filter(|file| extension(file) == extension(wanted));
        let near = nearest(wanted, same_kind)?;
        Some(relative(self.folder, &resolve(parent(name), &near)))
    }
}

/// Whether a script that is not there will be: a build makes it from TypeScript.
fn is_built(sources: &Sources, folder: &str, name: &str) -> bool {
    let stem = name.strip_suffix(".js").unwrap_or(name);
    let is_file = |name: &str| sources.existence(name) == Existence::File;
    let source = ["ts", "mts", "tsx"].iter().any(|extension| is_file(&format!("{stem}.{extension}")));
    // A package beside or above the map has its own build.
    let mut folder = folder;
    loop {
        let package =
            if folder.is_empty() { "package.json".to_owned() } else { format!("{folder}/package.json") };
        if source || is_file(&package) {
            return true;
        }
        if folder.is_empty() {
            return false;
        }
        folder = parent(folder);
    }
}

/// The host of an address, in lower case and without its port.
fn host(url: &str) -> Option<String> {
    let (host, _) = host_and_path(url)?;
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|sign| sign.is_ascii_digit()) => host,
        _ => host,
    };
    (!host.is_empty()).then(|| host.to_lowercase())
}

/// What an address is that one computer or one network knows.
const NEAR: &str = "an address of one computer or network";

/// Whether a host, in lower case, is the computer of whoever asks.
fn is_own_computer(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    let v6 = host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']'));
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback() || address.is_unspecified())
        || v6
            .and_then(|address| address.parse::<Ipv6Addr>().ok())
            .is_some_and(|address| address.is_loopback())
}

/// Whether only one computer or one network reaches a host, in lower case.
fn is_private(host: &str) -> bool {
    let name = host.trim_end_matches('.');
    let v6 = name.strip_prefix('[').and_then(|inner| inner.strip_suffix(']'));
    is_own_computer(host)
        || name.rsplit_once('.').is_some_and(|(_, top)| top == "local")
        || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_private() || address.is_link_local())
        || v6
            .and_then(|address| address.parse::<Ipv6Addr>().ok())
            .is_some_and(|address| address.is_unique_local() || address.is_unicast_link_local())
}

/// Whether a project is for one computer or network anyway, or its config allows the host by name.
fn is_meant(project: &Project, host: &str) -> bool {
    let config = &project.config.check;
    let named = config.allowed_hosts.iter().chain(&config.jitsi_hosts);
    let play = project.config.project.play_url.as_deref().and_then(self::host);
    play.is_some_and(|play| is_private(&play)) || named.into_iter().any(|hosts| is_allowed(host, hosts))
}

/// Why browsers play nothing of an address that should be a sound.
fn unplayable(text: &str) -> Option<String> {
    const KINDS: [&str; 8] = ["aif", "aiff", "amr", "mid", "midi", "ra", "wma", "wmv"];
    const NO_SOUNDS: [&str; 9] = ["gif", "htm", "html", "jpeg", "jpg", "pdf", "png", "svg", "txt"];
    const PAGES: [&str; 6] =
        ["youtube.com", "m.youtube.com", "youtu.be", "soundcloud.com", "open.spotify.com", "vimeo.com"];
    if let Some(host) = is_url(text).then(|| host(text)).flatten() {
        let bare = host.strip_prefix("www.").unwrap_or(&host);
        if PAGES.contains(&bare) {
            return Some(format!("\"{text}\" is a page with a player, not a sound"));
        }
    }
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let (_, kind) = path.rsplit_once('.')?;
    let is_one_of = |kinds: &[&str]| kinds.contains(&kind.to_lowercase().as_str());
    if is_one_of(&NO_SOUNDS) {
        return Some(format!("a .{kind} file is no sound"));
    }
    is_one_of(&KINDS).then(|| format!("browsers do not play .{kind} files"))
}

/// Whether a path is an address that lacks its https://.
fn looks_like_host(text: &str) -> bool {
    let first = text.split('/').next().unwrap_or_default();
    let labels: Vec<&str> = first.split('.').collect();
    let top = labels.last().copied().unwrap_or_default();
    let file = ["html", "htm", "mp3", "ogg", "wav", "pdf", "png", "jpg", "svg", "php", "js", "tmj", "json"];
    labels.len() >= 2
        && labels.iter().all(|label| !label.is_empty())
        && (2..=6).contains(&top.len())
        && top.chars().all(|sign| sign.is_ascii_alphabetic())
        && !file.contains(&top.to_lowercase().as_str())
}

/// Sites that are known to refuse frames: the advice, and the address that works.
fn hostile(host: &str, url: &str) -> Option<(String, Option<String>)> {
    const REFUSING: [&str; 14] = [
        "discord.com",
        "facebook.com",
        "github.com",
        "google.com",
        "instagram.com",
        "linkedin.com",
        "m.youtube.com",
        "meetup.com",
        "reddit.com",
        "stackoverflow.com",
        "twitter.com",
        "x.com",
        "xing.com",
        "youtube.com",
    ];
    if let Some(better) = embeddable(url) {
        return Some((format!("write \"{better}\""), Some(better)));
    }
    let bare = host.strip_prefix("www.").unwrap_or(host);
    let (_, path) = host_and_path(url)?;
    // Of some sites only these pages may be framed.
    let framed = match bare {
        "google.com" => ["/maps/embed", "/maps/d/embed"],
        "youtube.com" | "m.youtube.com" => ["/embed/", "/live_chat"],
        _ => ["", ""],
    };
    if framed.iter().any(|start| !start.is_empty() && path.starts_with(start)) {
        return None;
    }
    REFUSING.contains(&bare).then(|| ("use openTab instead".to_owned(), None))
}

/// Whether a page is known to refuse to be shown in a frame.
pub(super) fn is_hostile(url: &str) -> bool {
    host(url).is_some_and(|host| hostile(&host, url).is_some())
}

fn is_allowed(host: &str, allowed: &[String]) -> bool {
    allowed.iter().any(|pattern| {
        let pattern = pattern.to_lowercase();
        match pattern.strip_prefix("*.") {
            Some(domain) => host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')),
            None => host == pattern,
        }
    })
}

fn host_not_allowed(context: &MapContext, findings: &mut Vec<Finding>) {
    let config = &context.config().check;
    let mut judge = |holder: &Holder, property: &Property, host: &str, key: &str, allowed: &[String]| {
        if is_allowed(host, allowed) {
            return;
        }
        findings.push(
            Finding::new(
                &HOST_NOT_ALLOWED,
                context.value(property),
                format!(
                    "{} of {} is on {host}, which {key} does not name",
                    property.name,
                    holder.name(context)
                ),
            )
            .at(holder.place(context))
            .help(format!("{key} in venue.toml: {}", allowed.join(", "))),
        );
    };
    if let Some(allowed) = &config.allowed_hosts {
        referring(context, |holder, property, reference, text| {
            if !matches!(reference, Reference::Page | Reference::Tab | Reference::Sound) {
                return;
            }
            if let Some(host) = is_url(text).then(|| host(text)).flatten() {
                judge(holder, property, &host, "allowed-hosts", allowed);
            }
        });
    }
    let Some(allowed) = config.jitsi_hosts.as_ref().or(config.allowed_hosts.as_ref()) else { return };
    let key = if config.jitsi_hosts.is_some() { "jitsi-hosts" } else { "allowed-hosts" };
    for holder in &context.holders {
        if !matches!(holder.kind, HolderKind::TileLayer | HolderKind::Area | HolderKind::Tile) {
            continue;
        }
        let Some(property) = holder.properties.get("jitsiUrl") else { continue };
        let Some(text) = property.value.text().filter(|text| !text.is_empty() && !is_template(text)) else {
            continue;
        };
        let whole = if text.contains("//") { text.to_owned() } else { format!("https://{text}") };
        if let Some(host) = host(&whole) {
            judge(holder, property, &host, key, allowed);
        }
    }
}

fn unknown_link(context: &MapContext, findings: &mut Vec<Finding>) {
    let links = &context.config().links;
    let mut meant = Meant::new();
    // What could be filled in is filled in; what is left is unknown.
    for holder in &context.holders {
        for property in holder.properties {
            let Some(text) = property.value.text() else { continue };
            for (_, name) in uses(text) {
                if links.contains_key(name) {
                    continue;
                }
                let finding = Finding::new(
                    &UNKNOWN_LINK,
                    context.value(property),
                    format!(
                        "{} of {} leads nowhere: there is no link \"{name}\"",
                        property.name,
                        holder.name(context)
                    ),
                )
                .at(holder.place(context));
                let near = meant.by(name, links.len(), |name| nearest(name, links.keys()));
                findings.push(match near.name() {
                    Some(near) => {
                        let (old, new) = (format!("${{links.{name}}}"), format!("${{links.{near}}}"));
                        finding.help(format!("did you mean \"{new}\"?")).fix_part(false, old, new)
                    }
                    None => finding.help(format!("add {name} under [links] in venue.toml")),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_out_of_addresses() {
        assert_eq!(host("https://User@Meet.Example.org:8443/x").as_deref(), Some("meet.example.org"));
        assert_eq!(host("//cdn.example/x").as_deref(), Some("cdn.example"));
        assert_eq!(host("data:text/plain,x"), None);
        assert!(looks_like_host("example.org") && looks_like_host("www.example.org/a.html"));
        assert!(!looks_like_host("programme.html") && !looks_like_host("sounds/a.mp3"));
        assert!(is_allowed("a.example.org", &["*.example.org".to_owned()]));
        assert!(!is_allowed("example.org", &["*.example.org".to_owned()]));
        assert!(!is_allowed("badexample.org", &["*.example.org".to_owned()]));
    }

    #[test]
    fn private_hosts_are_told_from_public_ones() {
        for near in [
            "localhost",
            "maps.localhost",
            "127.0.0.1",
            "127.8.0.1",
            "0.0.0.0",
            "[::1]",
            "10.0.0.7",
            "172.31.0.1",
            "192.168.0.10",
            "169.254.1.1",
            "printer.local",
            "[fd00::1]",
            "[fe80::1]",
        ] {
            assert!(is_private(near), "{near}");
        }
        for public in [
            "example.org",
            "172.32.0.1",
            "11.0.0.1",
            "192.169.0.1",
            "[2001:db8::1]",
            "localhost.example",
            "10.example",
        ] {
            assert!(!is_private(public), "{public}");
        }
    }

    #[test]
    fn videos_get_their_embeddable_form() {
        let better = |url| hostile(&host(url).unwrap(), url).and_then(|(_, better)| better);
        let embed = Some("https://www.youtube.com/embed/abc".to_owned());
        assert_eq!(better("https://www.youtube.com/watch?v=abc"), embed);
        assert_eq!(better("https://youtu.be/abc"), embed);
        assert_eq!(hostile("www.youtube.com", "https://www.youtube.com/embed/abc"), None);
        assert_eq!(hostile("gist.github.io", "https://gist.github.io/"), None);
        assert!(hostile("github.com", "https://github.com/a/b").is_some());
    }
}
