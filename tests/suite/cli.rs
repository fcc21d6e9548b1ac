//! What every command has in common.

use assert_cmd::Command;

fn venue() -> Command {
    let mut command = Command::cargo_bin("venue").unwrap();
    command.env_remove("NO_COLOR");
    command
}

#[test]
fn bad_usage_is_exit_status_2() {
    venue().arg("chekc").assert().code(2).stdout("");
    venue().assert().code(2).stdout("");
}

#[test]
fn help_is_a_result() {
    let assert = venue().arg("--help").assert().success().stderr("");
    let help = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    assert!(help.contains("Examples:"), "{help}");
}

#[test]
fn silent_failures_are_listed_with_their_rules() {
    let output = |args: &[&str]| {
        let output = Command::cargo_bin("venue").unwrap().arg("rules").args(args).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let text = output(&["--failures"]);
    for failure in venue::check::FAILURES {
        assert!(text.contains(failure.mistake), "{text}");
        assert!(failure.rules.iter().all(|rule| text.contains(rule)), "{text}");
    }
    assert!(output(&["start-on-exit"]).contains("finds silent failure 10 of `venue rules --failures`"));
    let json: serde_json::Value = serde_json::from_str(&output(&["--failures", "--format", "json"])).unwrap();
    assert_eq!(json["failures"][9]["rules"], serde_json::json!(["start-on-exit"]));
    assert!(!output(&["tmx-map"]).contains("silent"));
}
