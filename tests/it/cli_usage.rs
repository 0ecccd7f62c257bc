//! Bad input: one line what is wrong, one line what would be right, and an exit code that scripts can tell apart.

use std::io::Read as _;
use std::process::Stdio;

use crate::support::{postern, run};

/// A port on which nobody listens: it was free a moment ago and nothing else is bound to a fixed one.
const NOBODY: &str = "http://127.0.0.1:1";

#[test]
fn every_wrong_setting_is_named_and_the_exit_code_is_64() {
    let ended = run(["serve", "--listen", "8080", "--workers", "none", "--admin-listen", "0.0.0.0:9901"]);
    assert_eq!(ended.code, Some(64), "{ended:?}");
    for part in [
        "--listen: \"8080\"",
        "--workers: \"none\"",
        "--admin-listen: \"0.0.0.0:9901\"",
        "--admin-tls-cert and --admin-tls-key beside it",
    ] {
        assert!(ended.stderr.contains(part), "{part} in {}", ended.stderr);
    }
    assert_eq!(ended.stderr.matches("right would be:").count(), 3, "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
}

#[test]
fn a_wrong_variable_is_named_by_its_own_name() {
    let output = postern(["serve"]).env("POSTERN_DRAIN_TIMEOUT", "soon").output().unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&output.stderr).contains("POSTERN_DRAIN_TIMEOUT: \"soon\""));
}

#[test]
fn a_command_line_that_makes_no_sense_exits_2() {
    for args in [
        &["serve", "--no-such-flag"][..],
        &["no-such-command"],
        &["cors", "enable", "pets"],
        &["method", "put", "pets", "/", "GET", "--type", "soap"],
        &["api", "list", "--admin", "ftp://127.0.0.1"],
    ] {
        let ended = run(args);
        assert_eq!(ended.code, Some(2), "{args:?}: {ended:?}");
        assert!(ended.stderr.starts_with("error: "), "{args:?}: {ended:?}");
    }
}

#[test]
fn a_server_that_is_not_there_exits_69_and_says_what_to_do() {
    for args in [&["api", "list"][..], &["deploy", "pets", "--stage", "prod"], &["status"], &["watch"]] {
        let ended = postern(args).env("POSTERN_ADMIN", NOBODY).output().unwrap();
        let stderr = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(69), "{args:?}: {stderr}");
        assert!(stderr.contains(NOBODY) && stderr.contains("right would be: "), "{args:?}: {stderr}");
    }
}

#[test]
fn completions_are_made_for_every_shell() {
    for shell in ["bash", "zsh", "fish"] {
        let ended = run(["completions", shell]).well();
        assert!(ended.stdout.contains("quickstart") && ended.stdout.contains("gateway-response"), "{shell}");
    }
}

#[test]
fn help_tells_every_setting_with_its_default_and_variable() {
    let ended = run(["serve", "--help"]).well();
    for setting in postern::settings::TABLE {
        assert!(ended.stdout.contains(&format!("--{}", setting.key)), "{}", setting.key);
        assert!(ended.stdout.contains(&setting.variable()), "{}", setting.key);
    }
}

#[test]
fn output_that_is_piped_has_no_colour() {
    assert!(!run(["--help"]).well().stdout.contains('\u{1b}'));
}

#[test]
fn a_closed_pipe_is_no_error() {
    // More than a pipe holds, so that the command is still writing when its reader is gone.
    let mut child =
        postern(["completions", "zsh"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 1];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned()),
        (Some(0), String::new())
    );
}
