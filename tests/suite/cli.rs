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
