//! What servers say of the addresses in maps: judged only where they were asked (`check --online`), and
//! never an error, since a server that is down for a minute must not stop anybody's work.

use std::collections::BTreeSet;

use super::{Check, Lint, links};
use crate::{
    check::context::{MapContext, WorldContext},
    finding::{Family, Finding, Place, Rule, Severity, Spot},
    model::Wam,
    online::{Answer, Failure, Question, Served},
    project::Project,
    workadventure::{HolderKind, Reference},
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &SITE_UNREACHABLE, check: Check::World(judge) },
    Lint { rule: &SITE_ANSWER_DOUBTFUL, check: Check::Beside("site-unreachable") },
    Lint { rule: &SITE_REFUSES_FRAME, check: Check::Beside("site-unreachable") },
    Lint { rule: &SITE_INSECURE, check: Check::Beside("site-unreachable") },
    Lint { rule: &CERTIFICATE_WRONG, check: Check::Beside("site-unreachable") },
    Lint { rule: &CONTENT_TYPE_WRONG, check: Check::Beside("site-unreachable") },
    Lint { rule: &CORS_MISSING, check: Check::Beside("site-unreachable") },
    Lint { rule: &HOST_PRIVATE, check: Check::Beside("site-unreachable") },
];

static SITE_UNREACHABLE: Rule = Rule {
    name: "site-unreachable",
    summary: "nobody answers at an address, or there is no such page (with --online)",
    severity: Severity::Warning,
    family: Family::Online,
    since: "0.1.0",
    why: "Visitors see an error page in the panel, or hear nothing.",
    example: r#"
layer "menu": openWebsite = "https://example.org/menu"
https://example.org/menu answers 404
"#,
    mend: "Correct the address, or put the page back.",
};

static SITE_ANSWER_DOUBTFUL: Rule = Rule {
    name: "site-answer-doubtful",
    summary: "a site turns this program away, and perhaps visitors too (with --online)",
    severity: Severity::Info,
    family: Family::Online,
    since: "0.1.0",
    why: "Some sites want a login or let no programs in; others will treat visitors the same way.",
    example: r#"
layer "menu": openWebsite = "https://example.org/menu"
https://example.org/menu answers 403
"#,
    mend: "Open the address in a private window of your browser, and look whether it shows the page.",
};

static SITE_REFUSES_FRAME: Rule = Rule {
    name: "site-refuses-frame",
    summary: "a page says that it must not be shown inside of another (with --online)",
    severity: Severity::Warning,
    family: Family::Online,
    since: "0.1.0",
    why: "`openWebsite` shows a page in a frame. Browsers keep to what the page's server says with \
          `X-Frame-Options` or `frame-ancestors`, and visitors see a blank panel.",
    example: r#"
layer "menu": openWebsite = "https://example.org/menu"
https://example.org/menu answers 200, X-Frame-Options: DENY
"#,
    mend: "Use the site's form for embedding if it has one, or `openTab`; on a server of your own allow the \
           address of WorkAdventure in `frame-ancestors`.",
};

static SITE_INSECURE: Rule = Rule {
    name: "site-insecure",
    summary: "an address leads on to plain http (with --online)",
    severity: Severity::Warning,
    family: Family::Online,
    since: "0.1.0",
    why: "WorkAdventure runs under https, and browsers refuse to show or play what comes over plain http there, \
          redirects included.",
    example: r#"
layer "menu": openWebsite = "https://example.org/menu"
https://example.org/menu answers 301, Location: http://www.example.org/menu
"#,
    mend: "Write the address that it leads to, with https://.",
};

static CERTIFICATE_WRONG: Rule = Rule {
    name: "certificate-wrong",
    summary: "a server cannot prove who it is (with --online)",
    severity: Severity::Warning,
    family: Family::Online,
    since: "0.1.0",
    why: "Browsers show a warning instead of the page, and in a frame nothing at all.",
    example: r#"
layer "menu": openWebsite = "https://example.org/menu"
https://example.org/menu has an expired certificate
"#,
    mend: "Renew the certificate of the server, or use another address.",
};

static CONTENT_TYPE_WRONG: Rule = Rule {
    name: "content-type-wrong",
    summary: "an address of a sound holds something else (with --online)",
    severity: Severity::Warning,
    family: Family::Online,
    since: "0.1.0",
    why: "Browsers play sounds only; visitors hear nothing. Often it is the page around the sound that was \
          copied, not its file.",
    example: r#"
layer "music": playAudio = "https://example.org/song"
https://example.org/song answers 200, Content-Type: text/html, Access-Control-Allow-Origin: *
"#,
    mend: "Write the address of the sound file itself.",
};

static CORS_MISSING: Rule = Rule {
    name: "cors-missing",
    summary: "a server does not let pages of other hosts read its sound or script (with --online)",
    severity: Severity::Warning,
    family: Family::Online,
    since: "0.1.0",
    why: "WorkAdventure reads sounds and scripts across hosts, which browsers allow only where the server sends \
          `Access-Control-Allow-Origin`. Visitors hear nothing, and the script never runs.",
    example: r#"
layer "music": playAudio = "https://example.org/song"
https://example.org/song answers 200, Content-Type: audio/mpeg
"#,
    mend: "Let the server send `Access-Control-Allow-Origin: *`, or publish the file with the map.",
};

static HOST_PRIVATE: Rule = Rule {
    name: "host-private",
    summary: "an address leads to this computer or into a private network (with --online)",
    severity: Severity::Info,
    family: Family::Online,
    since: "0.1.0",
    why: "Visitors elsewhere get nothing from it, or reach something of their own. It was not asked; \
          `--online-private` asks it.",
    example: r#"
layer "menu": openWebsite = "http://192.168.1.20/menu"
http://192.168.1.20/menu is not asked
"#,
    mend: "Use an address that everybody reaches, once the map is for everybody.",
};

/// An address, and where it is used.
struct Use {
    question: Question,
    reference: Reference,
    /// Whether the script is loaded without CORS.
    classic: bool,
    /// Who uses it, for messages.
    by: String,
    spot: Spot,
    place: Place,
}

/// The addresses of a map that a server can be asked about.
pub(in crate::check) fn questions(context: &MapContext, out: &mut BTreeSet<Question>) {
    out.extend(of_map(context).into_iter().map(|used| used.question));
}

/// Those of the files of WorkAdventure's editor.
pub(in crate::check) fn questions_of_editor(project: &Project, out: &mut BTreeSet<Question>) {
    let wams = project.wams.iter().filter_map(|wam| wam.wam.as_ref());
    out.extend(wams.flat_map(|wam| of_wam(project, wam)).map(|used| used.question));
}

/// An address as it is asked for; `None` for what is none.
fn asked(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.split('#').next().unwrap_or_default();
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("https://") || lower.starts_with("http://") {
        Some(text.to_owned())
    } else {
        text.strip_prefix("//").map(|rest| format!("https://{rest}"))
    }
}

/// The origin of the page that asks. Scripts run in a frame without one (workadventure-maps, section 5.2).
fn asker(project: &Project, reference: Reference) -> String {
    if reference == Reference::Scripts { "null".to_owned() } else { project.play_origin() }
}

fn of_map(context: &MapContext) -> Vec<Use> {
    let mut uses = Vec::new();
    links::referring(context, |holder, property, reference, text| {
        if matches!(reference, Reference::Exit | Reference::MapExit) {
            return;
        }
        let classic = holder.kind == HolderKind::Map
            && holder.properties.get("scriptDisableModuleSupport").is_some_and(|flag| !flag.value.is_falsy());
        for address in text.lines().filter_map(asked) {
            uses.push(Use {
                question: Question { address, origin: asker(context.project, reference) },
                reference,
                classic,
                by: format!("{} of {}", property.name, holder.name(context)),
                spot: context.value(property),
                place: holder.place(context),
            });
        }
    });
    uses
}

fn of_wam(project: &Project, wam: &Wam) -> Vec<Use> {
    let areas = wam.areas.iter().map(|area| (&area.name, &area.id, &area.properties));
    let entities = wam.entities.iter().map(|entity| (&entity.name, &entity.id, &entity.properties));
    let mut uses = Vec::new();
    for (name, id, properties) in areas.chain(entities) {
        let name = if name.is_empty() { id } else { name };
        for property in properties {
            let (key, reference) = match property.kind.as_str() {
                "openWebsite" if property.boolean("newTab") == Some(true) => ("link", Reference::Tab),
                "openWebsite" | "openFile" => ("link", Reference::Page),
                "playAudio" => ("audioLink", Reference::Sound),
                _ => continue,
            };
            let Some(address) = property.text(key).and_then(asked) else { continue };
            let file = property.span.map(|span| project.sources.file(span.file));
            let file = file.as_ref().map_or(wam.file.as_str(), |file| file.name());
            uses.push(Use {
                question: Question { address, origin: asker(project, reference) },
                reference,
                classic: false,
                by: format!("{} of \"{name}\"", property.kind),
                spot: Spot::new(file, property.span).key(key),
                place: Place { object: Some(name.clone()), ..Place::default() },
            });
        }
    }
    uses
}

fn judge(world: &WorldContext, findings: &mut Vec<Finding>) {
    if world.project.answers.is_empty() {
        return;
    }
    let of_maps = world.maps.iter().flat_map(of_map);
    let wams = world.project.wams.iter().filter_map(|wam| wam.wam.as_ref());
    for used in of_maps.chain(wams.flat_map(|wam| of_wam(world.project, wam))) {
        match world.project.answers.get(&used.question) {
            Some(Answer::Served(served)) => used.served(served, world.project, findings),
            Some(Answer::Failed(failure)) => findings.push(used.failed(failure)),
            None => {}
        }
    }
}

impl Use {
    fn finding(&self, rule: &'static Rule, message: String) -> Finding {
        Finding::new(rule, self.spot.clone(), message).at(self.place.clone())
    }

    fn failed(&self, failure: &Failure) -> Finding {
        let Self { question: Question { address, .. }, by, .. } = self;
        let effect = self.effect();
        let reason = match failure {
            Failure::Certificate(reason) => {
                let message =
                    format!("{effect}: browsers refuse the certificate of {address}, {by}: {reason}");
                return self.finding(&CERTIFICATE_WRONG, message).help("renew it on the server");
            }
            Failure::Private => {
                let message = format!("only this network reaches {address}, {by}; it was not asked");
                return self.finding(&HOST_PRIVATE, message).help("--online-private asks it");
            }
            Failure::NoHost => "there is no such host".to_owned(),
            Failure::Refused => "the host takes no connection".to_owned(),
            Failure::Late => "no answer came in time".to_owned(),
            Failure::Redirects => "it leads on and on, to no page".to_owned(),
            Failure::Other(reason) => reason.clone(),
        };
        self.finding(&SITE_UNREACHABLE, format!("{effect}: {address}, {by}: {reason}"))
    }

    /// What a visitor notices where nothing comes.
    fn effect(&self) -> &'static str {
        match self.reference {
            Reference::Sound => "visitors hear nothing",
            Reference::Scripts => "the script never runs",
            Reference::Image => "the picture is missing",
            _ => "visitors see no page",
        }
    }

    fn served(&self, served: &Served, project: &Project, findings: &mut Vec<Finding>) {
        let Self { question: Question { address, .. }, by, .. } = self;
        let effect = self.effect();
        match served.status {
            200..=299 => {}
            status @ (404 | 410 | 500 | 502 | 504) => {
                let message = format!("{effect}: {address}, {by}, answers {status}");
                findings.push(self.finding(&SITE_UNREACHABLE, message));
                return;
            }
            status => {
                let message = format!("{by}: {address} answers {status} to this program");
                let help = "open it in a private window of your browser, and look whether it shows the page";
                findings.push(self.finding(&SITE_ANSWER_DOUBTFUL, message).help(help));
                return;
            }
        }
        if let Some(insecure) = &served.insecure
            && self.reference != Reference::Tab
        {
            let message = format!("browsers block {by}: {address} leads on to {insecure}");
            findings
                .push(self.finding(&SITE_INSECURE, message).help("write where it leads to, with https://"));
            return;
        }
        match self.reference {
            Reference::Page => {
                let refusal = served.framing.refuses(&served.origin, &project.play_origin());
                // What is known without asking is said by `iframe-hostile-site`, which knows more.
                if let Some(words) = refusal.filter(|_| !links::is_hostile(address)) {
                    let message = format!("visitors see a blank panel: {address}, {by}, sends {words}");
                    let help = "use its form for embedding or openTab, or let its server allow WorkAdventure";
                    findings.push(self.finding(&SITE_REFUSES_FRAME, message).help(help));
                }
            }
            Reference::Sound => {
                let kind = served.content_type.as_deref().unwrap_or_default();
                // Of any other type it may be one: many servers know sounds as bytes only.
                let others = ["text/", "image/", "application/json", "application/pdf", "application/xml"];
                if others.iter().any(|start| kind.starts_with(start)) {
                    let message = format!("visitors hear nothing: {address}, {by}, is {kind} and no sound");
                    let help = "write the address of the sound file itself";
                    findings.push(self.finding(&CONTENT_TYPE_WRONG, message).help(help));
                } else {
                    self.readable(served, findings);
                }
            }
            // A page around the script is shown like any other.
            Reference::Scripts if !self.classic && served.content_type.as_deref() != Some("text/html") => {
                self.readable(served, findings);
            }
            _ => {}
        }
    }

    /// Whether the page that asks may read what was served.
    fn readable(&self, served: &Served, findings: &mut Vec<Finding>) {
        let Question { address, origin } = &self.question;
        if served.allow_origin.as_deref().is_some_and(|allowed| allowed == "*" || allowed == origin) {
            return;
        }
        let message =
            format!("{}: {}, {}, may not be read by pages of other hosts", self.effect(), address, self.by);
        let help = "let its server send Access-Control-Allow-Origin: *, or publish the file with the map";
        findings.push(self.finding(&CORS_MISSING, message).help(help));
    }
}
