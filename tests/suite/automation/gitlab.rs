//! GitLab: the jobs of the template, as a runner's shell gets them.

use std::{fs, process::Command};

use serde_json::Value;

use super::{Repository, environment, home, path_with, programs, yaml};
use crate::map_storage::{MapStorage, TOKEN};

/// The jobs of a pipeline that includes the template, whose inputs have these values or their defaults.
fn template(inputs: &[(&str, &str)]) -> Value {
    let text = fs::read_to_string(home().join("templates/venue.yml")).unwrap();
    let (spec, jobs) = text.split_once("\n---\n").unwrap();
    let mut jobs = jobs.to_owned();
    for (name, input) in yaml(spec)["spec"]["inputs"].as_object().unwrap() {
        let given = inputs.iter().find(|(given, _)| given == name).map(|(_, value)| *value);
        let value = given.unwrap_or_else(|| input["default"].as_str().unwrap());
        jobs = jobs.replace(&format!("$[[ inputs.{name} ]]"), &format!("\"{value}\""));
    }
    assert!(!jobs.contains("$[["), "{jobs}");
    yaml(&jobs)
}

/// Runs a job; returns whether it succeeded, and what was printed.
fn run(pipeline: &Value, job: &str, repository: &Repository, variables: &[(&str, &str)]) -> (bool, String) {
    let (base, job) = (&pipeline[".venue"], &pipeline[job]);
    assert_eq!(job["extends"], ".venue");
    let lines = base["before_script"].as_array().unwrap().iter().chain(job["script"].as_array().unwrap());
    let script: String = lines.flat_map(|line| [line.as_str().unwrap(), "\n"]).collect();
    // As small as the shell of an image may be.
    let mut command = Command::new("sh");
    environment(&mut command);
    for (name, value) in base["variables"].as_object().unwrap() {
        command.env(name, value.as_str().unwrap());
    }
    let output = command
        .args(["-e", "-c", &script])
        .current_dir(&repository.folder)
        .env("PATH", path_with(&[programs(repository.above.path(), false)]))
        .env("CI_PROJECT_DIR", &repository.folder)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let printed =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), printed)
}

const HERE: (&str, &str) = ("venue-git", "https://git.example/venue");
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

#[test]
fn changes_are_judged_and_told() {
    let repository = Repository::new(&["--ci", "none"]);
    let pipeline = template(&[HERE]);
    let read = |name: &str| fs::read_to_string(repository.folder.join(name)).unwrap();
    let (fine, printed) = run(&pipeline, "maps:check", &repository, &[("CI_COMMIT_BEFORE_SHA", NO_COMMIT)]);
    assert!(fine, "{printed}");
    assert_eq!(read("venue-changes/README.md"), "Nothing to compare with.\n");
    let base = repository.git(&["rev-parse", "HEAD"]);
    let of_request = [("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.as_str())];
    repository.edit("maps/lobby.tmj", "Press SPACE to read the programme", "Press SPACE for the programme");
    let (fine, printed) = run(&pipeline, "maps:check", &repository, &of_request);
    assert!(fine, "{printed}");
    let told = read("venue-changes/README.md");
    assert!(told.contains("<img src=\"pictures/maps/lobby.tmj.png\""), "{told}");
    assert!(repository.folder.join("venue-changes/pictures/maps/lobby.tmj.png").is_file());
    assert!(read("venue-findings.xml").contains("failures=\"0\""));
    repository.edit("maps/lobby.tmj", "hall.tmj#from-lobby", "hal.tmj#from-lobby");
    let (fine, printed) = run(&pipeline, "maps:check", &repository, &of_request);
    assert!(!fine && printed.contains("exit-target-missing"), "{printed}");
    assert!(read("venue-findings.xml").contains("exit-target-missing"));
    for path in pipeline["maps:check"]["artifacts"]["paths"].as_array().unwrap() {
        assert!(repository.folder.join(path.as_str().unwrap()).exists());
    }
}

#[test]
fn the_default_branch_is_published_and_the_secret_kept() {
    let repository = Repository::new(&["--ci", "none"]);
    let server = MapStorage::new(&[]);
    let config = fs::read_to_string(repository.folder.join("venue.toml")).unwrap();
    let config = format!("{config}\n[publish]\nurl = \"{}\"\ndirectory = \"fair\"\n", server.url);
    fs::write(repository.folder.join("venue.toml"), config).unwrap();
    let pipeline = template(&[HERE]);
    let (fine, printed) = run(&pipeline, "maps:bundle", &repository, &[]);
    assert!(fine, "{printed}");
    assert!(repository.folder.join("dist/index.html").is_file());
    let (fine, printed) = run(&pipeline, "maps:publish", &repository, &[("VENUE_PUBLISH_TOKEN", TOKEN)]);
    assert!(fine && !printed.contains(TOKEN), "{printed}");
    assert!(server.names().contains(&"fair/maps/lobby.tmj".to_owned()));
    let when = pipeline["maps:publish"]["rules"][0]["if"].as_str().unwrap();
    assert_eq!(when, "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $VENUE_PUBLISH_TOKEN");
}

#[test]
fn a_new_project_has_the_same_jobs() {
    let repository = Repository::new(&["--ci", "gitlab", "--venue-git", "https://git.example/venue"]);
    assert!(!repository.folder.join(".github").exists());
    let own = yaml(&fs::read_to_string(repository.folder.join(".gitlab-ci.yml")).unwrap());
    assert_eq!(own, template(&[HERE]));
    let nowhere = Repository::new(&["--ci", "gitlab", "--venue-git", ""]);
    let own = yaml(&fs::read_to_string(nowhere.folder.join(".gitlab-ci.yml")).unwrap());
    let (fine, printed) = run(&own, "maps:check", &nowhere, &[]);
    assert!(!fine && printed.contains("set VENUE_GIT to its Git address"), "{printed}");
}
