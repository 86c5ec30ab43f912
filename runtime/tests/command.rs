//! The command `tantamount`, run as a user runs it: on an embedded server of its own.
//!
//! One server serves all tests of this file; each test has runs of its own.

#![expect(clippy::expect_used, reason = "a test may panic")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use tantamount_embedded::{Server, Settings};

/// How many tests use the server now.
static USERS: Mutex<usize> = Mutex::new(0);

/// The embedded server of this file's tests: held while a test runs, so that it is not stopped and
/// started for each command; the last one stops it and removes its folder.
struct Home(Option<Server>);

fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("tantamount-command-{}", std::process::id()))
}

fn home() -> Home {
    let mut users = USERS.lock().expect("no test panicked here");
    *users += 1;
    let settings = Settings::new(folder());
    Home(Some(Server::start(&settings, &mut |_| {}).expect("an embedded server")))
}

impl Drop for Home {
    fn drop(&mut self) {
        let Ok(mut users) = USERS.lock() else { return };
        *users -= 1;
        drop(self.0.take());
        if *users == 0 {
            drop(std::fs::remove_dir_all(folder()));
        }
    }
}

struct Answer {
    code: i32,
    out: String,
    err: String,
}

fn tantamount(arguments: &[&str]) -> Answer {
    answer(command(arguments).output().expect("the command runs"))
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tantamount"));
    command
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .env_remove("DATABASE_URL")
        .env("TANTAMOUNT_HOME", folder());
    command
}

fn with_input(arguments: &[&str], input: &str) -> Answer {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let mut stdin = child.stdin.take().expect("standard input");
    stdin.write_all(input.as_bytes()).expect("the command reads");
    drop(stdin);
    answer(child.wait_with_output().expect("the command ends"))
}

fn answer(output: Output) -> Answer {
    Answer {
        code: output.status.code().expect("an exit code"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

const DIGEST: &str = "sha256:e8ddbcd21d7a7c46e9eeb47c58893a4a5921b615388f4d06e421db171b5e50b2";

#[test]
fn a_batch_is_applied_once_and_replayed_however_it_is_spelt() {
    let _home = home();
    let append = |file: &str| tantamount(&["append", file, "--key", "signup-42", "--run", "story"]);
    let first = append("examples/onboarding.json");
    assert_eq!(first.code, 0, "{}", first.err);
    assert!(first.out.starts_with(&format!(
        "applied   run story   key signup-42   3 steps   {DIGEST}   organization none\n"
    )));
    let ids = first.out.split_once('\n').expect("lines").1.to_owned();
    for file in ["examples/onboarding.json", "examples/onboarding-reordered.json"] {
        let again = append(file);
        assert_eq!(again.code, 0, "{}", again.err);
        assert!(again.out.starts_with("replayed  run story"), "{}", again.out);
        assert_eq!(again.out.split_once('\n').expect("lines").1, ids);
    }
    let changed = append("examples/onboarding-changed.json");
    assert_eq!(changed.code, 1);
    assert_eq!(
        changed.out,
        r#"conflict  run story   key signup-42   4 differences   organization none
  steps["confirm-email"].dependencies["create-account"].release_mode: "ON_SUCCESS" → "ON_TERMINAL"
  steps["create-account"].payload.seats: 5 → 6
  steps["create-account"].priority: 5 → 7
  steps["send-welcome"].payload.template: "welcome" → "welcome-2"
"#
    );
    let history = tantamount(&["history", "story"]);
    assert_eq!((history.code, history.out.lines().count()), (0, 1), "{}", history.out);
    assert!(history.out.contains(DIGEST));
    let show = tantamount(&["show", "story", "signup-42"]);
    assert!(show.out.contains(r#""seats":5"#) && show.out.contains(DIGEST), "{}", show.out);
}

#[test]
fn what_another_organization_has_is_not_there() {
    const OWN: &str = "01934f6e-0000-7000-8000-000000000001";
    const OTHER: &str = "01934f6e-0000-7000-8000-000000000002";
    let _home = home();
    let append = ["append", "examples/onboarding.json", "--key", "k", "--run", "theirs"];
    let applied = tantamount(&[&append[..], &["--organization", OWN]].concat());
    assert_eq!(applied.code, 0, "{}", applied.err);
    let history = ["--format", "json", "history", "theirs"];
    let show = ["--format", "json", "show", "theirs", "k"];
    for own in [&history[..], &show[..]] {
        let answer = tantamount(&[own, &["--organization", OWN]].concat());
        assert_eq!(answer.code, 0, "{}", answer.out);
        assert!(answer.out.contains(&format!(r#""organization_id":"{OWN}""#)), "{}", answer.out);
        assert!(answer.out.contains(r#""key":"k""#), "{}", answer.out);
    }
    // What another has is told from what is not there by nothing.
    for (there, nowhere, code) in [
        (&history[..], ["--format", "json", "history", "absent"].as_slice(), "run_not_found"),
        (&show[..], &["--format", "json", "show", "absent", "k"], "key_not_found"),
    ] {
        for scope in [&["--organization", OTHER][..], &[]] {
            let told = [(there, "theirs"), (nowhere, "absent")].map(|(asked, run)| {
                let answer = tantamount(&[asked, scope].concat());
                assert_eq!(answer.code, 2, "{}", answer.out);
                assert!(answer.out.contains(code), "{}", answer.out);
                // The run's UUID stands for its name.
                let message = answer.out.replace(&format!("`{run}`"), "RUN");
                message.split('(').next().unwrap_or_default().to_owned()
            });
            assert_eq!(told[0], told[1]);
        }
    }
}

#[test]
fn a_check_writes_nothing() {
    let _home = home();
    let append = |more: &[&str]| {
        let all = ["append", "examples/onboarding.json", "--key", "k", "--run", "checked"];
        tantamount(&[&all, more].concat())
    };
    let check = append(&["--check"]);
    assert_eq!(check.code, 0, "{}", check.err);
    assert!(check.out.starts_with("would apply run checked"), "{}", check.out);
    assert!(tantamount(&["history", "checked"]).err.contains("[run_not_found]"));
    assert!(append(&[]).out.starts_with("applied"));
    assert!(append(&["--check"]).out.starts_with("replayed"));
}

#[test]
fn another_scope_than_the_runs_is_refused() {
    let _home = home();
    let one = "018f3a52-0000-7000-8000-000000000001";
    let append = |more: &[&str]| {
        let all = ["append", "examples/onboarding.json", "--key", "k", "--run", "scoped"];
        tantamount(&[&all, more].concat())
    };
    let first = append(&["--organization", &one.to_uppercase()]);
    assert!(first.out.contains(&format!("organization {one}")), "{} {}", first.out, first.err);
    let other = append(&[]);
    assert_eq!((other.code, other.out.as_str()), (2, ""));
    assert!(other.err.contains("[scope_mismatch]"), "{}", other.err);
}

#[test]
fn the_ledger_refuses_what_the_run_does_not_take() {
    let _home = home();
    let batch = |window: &str, step: &str, after: &str| {
        format!(
            r#"{{"append_window_step_key": "{window}", "steps": [{{"step_key": "{step}",
                "execution_kind": "JOB", "job_type": "j", "payload": 1,
                "dependencies": [{{"prerequisite_step_key": "{after}"}}]}}]}}"#
        )
    };
    let append =
        |key: &str, text: &str| with_input(&["append", "-", "--key", key, "--run", "strict"], text);
    assert_eq!(append("1", &batch("gate", "a", "gate")).code, 0);
    for (key, text, code) in [
        ("2", batch("other", "b", "gate"), "window_not_found"),
        ("3", batch("gate", "a", "gate"), "step_key_taken"),
        ("4", batch("gate", "b", "nowhere"), "unknown_dependency"),
    ] {
        let refused = append(key, &text);
        assert_eq!(refused.code, 2);
        assert!(refused.err.contains(&format!("[{code}]")), "{}", refused.err);
    }
    assert_eq!(append(" ", &batch("gate", "b", "gate")).code, 2);
    assert_eq!(append("5", &batch("gate", "b", "a")).code, 0);
}

#[test]
fn five_mistakes_get_five_problems_each_with_its_place() {
    let answer = tantamount(&["validate", "examples/onboarding-mistakes.json"]);
    assert_eq!((answer.code, answer.out.as_str()), (2, ""));
    let places: Vec<&str> = answer
        .err
        .lines()
        .filter_map(|line| line.strip_prefix("examples/onboarding-mistakes.json:"))
        .filter_map(|line| line.split(": ").next())
        .collect();
    assert_eq!(places, ["9:19", "10:23", "11:16", "17:26", "21:19"]);
    let json = tantamount(&["validate", "--format", "json", "examples/onboarding-mistakes.json"]);
    assert_eq!(json.code, 2);
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(json["verdict"], "refused");
    assert_eq!(json["problems"][0]["pointer"], "/steps/0/priority");
    assert_eq!(json["problems"].as_array().map(Vec::len), Some(5));
}

#[test]
fn canonical_bytes_and_digest_fit_together() {
    let canonical = tantamount(&["canonicalize", "examples/onboarding-reordered.json"]);
    assert_eq!((canonical.code, canonical.err.as_str()), (0, "seen under organization none\n"));
    assert_eq!(tantamount_core::Digest::of(canonical.out.as_bytes()).to_string(), DIGEST);
    let digest = tantamount(&["digest", "examples/onboarding.json"]);
    assert_eq!(digest.out, format!("{DIGEST}   organization none\n"));
    let again = with_input(&["digest", "-"], &canonical.out);
    assert_eq!(again.out, digest.out);
}

#[test]
fn comparisons_say_what_differs() {
    let _home = home();
    let same =
        tantamount(&["compare", "examples/onboarding.json", "examples/onboarding-reordered.json"]);
    assert_eq!((same.code, same.out.as_str()), (0, "same   organization none\n"));
    let other =
        tantamount(&["compare", "examples/onboarding.json", "examples/onboarding-changed.json"]);
    assert_eq!((other.code, other.out.lines().count()), (1, 5));
    let json = with_input(&["compare", "--json", "-", "examples/onboarding.json"], "[1.0]");
    assert_eq!(json.code, 1);
    // A stored row that names no window matches any.
    let row =
        r#"{"steps": [{"step_key": "a", "execution_kind": "EXTERNAL", "payload": 1, "old": 1}]}"#;
    let request = folder().join("request.json");
    let text = r#"{"append_window_step_key": "w", "steps": [{"payload": 1.0, "step_key": "a", "execution_kind": "EXTERNAL"}]}"#;
    std::fs::write(&request, text).expect("a file");
    let request = request.to_str().expect("UTF-8");
    assert_eq!(with_input(&["compare", "--stored", "-", request], row).code, 0);
    let strict = with_input(&["compare", "-", request], row);
    assert_eq!(strict.code, 2, "{}", strict.err);
    assert!(strict.err.contains("[unknown_member]") && strict.err.contains("[required]"));
}

#[test]
fn what_cannot_be_done_has_a_code_of_its_own() {
    let missing = tantamount(&["validate", "no/such/file.json"]);
    assert_eq!(missing.code, 3);
    assert!(missing.err.contains("[unreadable_file]"), "{}", missing.err);
    let url = "postgres://nobody:nothing@127.0.0.1:1/none";
    let no_server = tantamount(&["history", "--database-url", url]);
    assert_eq!(no_server.code, 3);
    assert!(no_server.err.contains("[no_database]"), "{}", no_server.err);
    assert!(!no_server.err.contains("nothing"), "a credential was told: {}", no_server.err);
    let json = tantamount(&["--format", "json", "validate", "no/such/file.json"]);
    assert!(json.out.contains(r#""verdict":"failed""#), "{}", json.out);
}

#[test]
fn two_first_calls_at_once_agree() {
    let _home = home();
    let arguments = ["append", "examples/onboarding.json", "--key", "race", "--run", "race"];
    let children: Vec<_> = (0..6)
        .map(|_| {
            let mut command = command(&arguments);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs")
        })
        .collect();
    let answers: Vec<Answer> = children
        .into_iter()
        .map(|child| answer(child.wait_with_output().expect("it ends")))
        .collect();
    let applied = answers.iter().filter(|answer| answer.out.starts_with("applied")).count();
    let replayed = answers.iter().filter(|answer| answer.out.starts_with("replayed")).count();
    if (applied, replayed) != (1, 5) {
        panic!("{:?}", answers.iter().map(|a| (&a.out, &a.err)).collect::<Vec<_>>());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_a_failure() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let mut command = command(&["digest", "examples/onboarding.json"]);
    let answer = answer(command.stdout(full).output().expect("the command runs"));
    assert_eq!(answer.code, 3);
    assert!(answer.err.contains("[unwritable_output]"), "{}", answer.err);
}

#[test]
fn an_operator_verifies_prunes_and_diagnoses() {
    let _home = home();
    let append = ["append", "examples/onboarding.json", "--key", "kept", "--run", "operated"];
    assert_eq!(tantamount(&append).code, 0);
    let verified = tantamount(&["verify"]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    assert!(verified.out.ends_with("requests verified, 0 findings\n"), "{}", verified.out);
    let json = tantamount(&["verify", "--digests-only", "--format", "json"]);
    assert!(json.out.starts_with(r#"{"complete":true,"entries":"#), "{}", json.out);
    assert!(json.out.contains(r#""findings":[]"#), "{}", json.out);
    // Runs that have not ended stay, however old.
    let pruned = tantamount(&["prune", "--older-than", "0s", "--format", "json"]);
    assert_eq!(pruned.code, 0, "{}", pruned.err);
    assert!(pruned.out.contains(r#""workflow_runs":0"#), "{}", pruned.out);
    let open = tantamount(&["prune", "--older-than", "90d", "--status", "RUNNING"]);
    assert_eq!(open.code, 3, "{}", open.err);
    assert!(open.err.contains("[unknown_status]"), "{}", open.err);
    assert_eq!(tantamount(&["prune"]).code, 2);
    // Nothing keeps these to one organization here, so they do not begin.
    let other = "0190a5c0-0000-7000-8000-00000000000f";
    for command in [&["prune", "--older-than", "0s"][..], &["verify"], &["backfill"]] {
        let bound = tantamount(&[command, &["--organization", other]].concat());
        assert_eq!(bound.code, 2, "{}", bound.err);
        assert!(bound.err.contains("[not_held]"), "{}", bound.err);
    }
    let doctor = tantamount(&["doctor"]);
    assert_eq!(doctor.code, 0, "{}", doctor.out);
    assert!(doctor.out.contains("[migrations]"), "{}", doctor.out);
    let script = tantamount(&["secure", "--row-security", "--application", "a\"b", "--print"]);
    assert!(script.out.contains(r#"TO "a""b";"#), "{}", script.out);
    assert!(script.out.contains("FORCE ROW LEVEL SECURITY"), "{}", script.out);
    let citus = tantamount(&["migrate", "--engine", "citus"]);
    assert_eq!(citus.code, 3);
    assert!(citus.err.contains("[not_distributable]"), "{}", citus.err);
}
