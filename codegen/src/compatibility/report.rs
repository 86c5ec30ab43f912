//! The judgement in words, and as JSON.

use super::json::Json;
use super::judgement::{Change, Judgement, Location, Question, Verdict, Witness};
use super::waivers::digests;
use std::fmt::Write as _;

/// The longest witness that is shown whole.
const SHOWN_BYTES: usize = 2000;

/// The judgement in words: what fails first, then what does not, then the migration, and what to
/// write to waive what is meant.
#[must_use]
pub fn text(judgement: &Judgement) -> String {
    let mut out = String::new();
    let failing = judgement.changes.iter().filter(|change| change.fails());
    let others = judgement.changes.iter().filter(|change| !change.fails());
    for change in failing.chain(others) {
        write_change(&mut out, change);
    }
    if let Some(version) = &judgement.version {
        line(&mut out, &format!("version    broken   /$id: {version}"));
    }
    for contradiction in &judgement.contradictions {
        let question = contradiction.question;
        line(
            &mut out,
            &format!("{question:<10} contradicted: a fault of the judge's, please report"),
        );
        write_witness(&mut out, &contradiction.witness);
    }
    for waiver in &judgement.unused_waivers {
        line(&mut out, &format!("waiver     unused   {waiver}: nothing needs it, remove it"));
    }
    if !judgement.migrations.is_empty() {
        line(&mut out, "migration, each file in a transaction of its own:");
        for migration in &judgement.migrations {
            line(&mut out, &format!("  -- {}", migration.name));
            for text in migration.sql.lines().filter(|text| !text.is_empty()) {
                line(&mut out, &format!("  {text}"));
            }
        }
    }
    write_waivers(&mut out, judgement);
    line(&mut out, &summary(judgement));
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn summary(judgement: &Judgement) -> String {
    let (old, new) = (&judgement.old, &judgement.new);
    let versions = format!("{} version {} → {}", new.id, old.version, new.version);
    let annotations = match judgement.annotations {
        0 => String::new(),
        1 => ", 1 annotation".to_owned(),
        count => format!(", {count} annotations"),
    };
    let changes = match judgement.changes.len() {
        1 => "1 change".to_owned(),
        count => format!("{count} changes"),
    };
    let verdict = if judgement.is_compatible() { "compatible" } else { "not compatible" };
    format!("{verdict}: {versions}, {changes}{annotations}")
}

fn write_change(out: &mut String, change: &Change) {
    let mut is_first = true;
    let head = format!("{}: {}", change.pointer(), change.what);
    for question in Question::ALL {
        let verdict = change.verdict(question);
        let note = match verdict {
            Verdict::Kept(None) => continue,
            Verdict::Kept(Some(note)) => format!(": {note}"),
            _ => String::new(),
        };
        let word = match question {
            Question::Storage if !note.is_empty() => "follows",
            _ => verdict.as_str(),
        };
        line(out, &format!("{:<10} {word:<8} {head}{note}", question.as_str()));
        if is_first {
            write_places(out, change);
            is_first = false;
        }
        write_reasons(out, verdict);
    }
    if is_first {
        line(out, &format!("{:<19} {head}", "compatible"));
        write_places(out, change);
    }
}

fn write_places(out: &mut String, change: &Change) {
    let place = |location: &Option<Location>| match location {
        Some(at) => format!("{}:{}:{}", at.file, at.line, at.column),
        None => "absent".to_owned(),
    };
    line(out, &format!("  {} → {}", place(&change.old), place(&change.new)));
}

fn write_reasons(out: &mut String, verdict: &Verdict) {
    match verdict {
        Verdict::Kept(_) => {}
        Verdict::Broken(broken) => {
            if let Some(witness) = &broken.witness {
                write_witness(out, witness);
            }
            line(out, &format!("  {}", broken.consequence));
        }
        Verdict::Unknown(why) => line(out, &format!("  {why}")),
        Verdict::Waived(reason, verdict) => {
            write_reasons(out, verdict);
            line(out, &format!("  waived: {reason}"));
        }
    }
}

fn write_witness(out: &mut String, witness: &Witness) {
    match witness {
        Witness::Refused { request, problem } => {
            line(out, &format!("  witness: {}", cut(request)));
            line(out, &format!("    was accepted, is refused: {problem}"));
        }
        Witness::Digest { request, scope, was, is, was_digest, is_digest } => {
            line(out, &format!("  witness: {}", cut(request)));
            if let Some(scope) = scope {
                line(out, &format!("    under the scope {scope}"));
            }
            line(out, &format!("    was {was_digest} {}", cut(was)));
            line(out, &format!("    is  {is_digest} {}", cut(is)));
        }
        Witness::Row { row, request, was, is } => {
            line(out, &format!("  witness: the stored row {}", cut(row)));
            if let Some(request) = request {
                line(out, &format!("    beside the request {}", cut(request)));
            }
            line(out, &format!("    was {was}"));
            line(out, &format!("    is  {is}"));
        }
        Witness::Stored { request, value, demand } => {
            line(out, &format!("  witness: the row of {}", cut(request)));
            line(out, &format!("    has {value}, the new tables demand {demand}"));
        }
    }
}

fn cut(text: &str) -> String {
    if text.len() <= SHOWN_BYTES {
        return text.to_owned();
    }
    let mut end = 80;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!(
        "{}… ({} bytes, whole in --format json)",
        text.get(..end).unwrap_or_default(),
        text.len()
    )
}

/// What to write to waive what fails.
fn write_waivers(out: &mut String, judgement: &Judgement) {
    let mut written: Vec<String> = Vec::new();
    for change in &judgement.changes {
        let (old, new) = digests(change);
        for question in Question::ALL {
            if !change.verdict(question).fails() {
                continue;
            }
            let pointer = toml_string(change.pointer());
            let mut waiver = String::new();
            let _ = write!(
                waiver,
                "  [[waiver]]\n  pointer = {pointer}\n  question = \"{question}\"\n  old = \
                 \"{}\"\n  new = \"{}\"\n  reason = \"\"\n",
                old.unwrap_or("absent"),
                new.unwrap_or("absent"),
            );
            if !written.contains(&waiver) {
                written.push(waiver);
            }
        }
    }
    if !written.is_empty() {
        line(out, "to waive what is meant, say why in the file of `--waivers`:");
        written.iter().for_each(|waiver| out.push_str(waiver));
    }
}

/// A basic string of TOML, whose escapes JSON's are.
fn toml_string(text: &str) -> String {
    super::json::quoted(text).replace('\u{7f}', "\\u007f")
}

/// The judgement as JSON, one object.
#[must_use]
pub fn json(judgement: &Judgement) -> String {
    let version = |version: &super::judgement::Version| {
        object([
            ("file", text_of(&version.file)),
            ("id", text_of(&version.id)),
            ("version", text_of(&version.version)),
        ])
    };
    let migrations = judgement.migrations.iter().map(|migration| {
        object([("name", text_of(&migration.name)), ("sql", text_of(&migration.sql))])
    });
    let contradictions = judgement.contradictions.iter().map(|contradiction| {
        object([
            ("question", text_of(contradiction.question.as_str())),
            ("witness", witness_of(&contradiction.witness)),
        ])
    });
    let count = |count: usize| Json::Number(count.to_string());
    let unused = judgement.unused_waivers.iter().map(|waiver| text_of(waiver));
    let whole = object([
        ("compatible", Json::Boolean(judgement.is_compatible())),
        ("old", version(&judgement.old)),
        ("new", version(&judgement.new)),
        ("version", optional(judgement.version.as_deref().map(text_of))),
        ("changes", Json::Array(judgement.changes.iter().map(change_of).collect())),
        ("annotations", count(judgement.annotations)),
        ("contradictions", Json::Array(contradictions.collect())),
        ("migrations", Json::Array(migrations.collect())),
        ("unused_waivers", Json::Array(unused.collect())),
        ("searched", count(judgement.searched)),
    ]);
    format!("{whole}\n")
}

fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn text_of(text: &str) -> Json {
    Json::string(text)
}

fn optional(value: Option<Json>) -> Json {
    value.unwrap_or(Json::Null)
}

fn change_of(change: &Change) -> Json {
    let location = |location: &Option<Location>| {
        optional(location.as_ref().map(|at| {
            object([
                ("file", text_of(&at.file)),
                ("pointer", text_of(&at.pointer)),
                ("line", Json::number(i64::from(at.line))),
                ("column", Json::number(i64::from(at.column))),
                ("digest", text_of(&at.digest)),
            ])
        }))
    };
    object([
        ("pointer", text_of(change.pointer())),
        ("place", text_of(&change.place.to_string())),
        ("what", text_of(&change.what)),
        ("old", location(&change.old)),
        ("new", location(&change.new)),
        ("acceptance", verdict_of(&change.acceptance)),
        ("identity", verdict_of(&change.identity)),
        ("storage", verdict_of(&change.storage)),
    ])
}

fn verdict_of(verdict: &Verdict) -> Json {
    let mut members = vec![("verdict".to_owned(), text_of(verdict.as_str()))];
    let mut add = |name: &str, value: Json| members.push((name.to_owned(), value));
    match verdict {
        Verdict::Kept(None) => {}
        Verdict::Kept(Some(note)) => add("note", text_of(note)),
        Verdict::Unknown(why) => add("reason", text_of(why)),
        Verdict::Broken(broken) => {
            add("consequence", text_of(&broken.consequence));
            add("witness", optional(broken.witness.as_ref().map(witness_of)));
        }
        Verdict::Waived(reason, verdict) => {
            add("reason", text_of(reason));
            add("waived", verdict_of(verdict));
        }
    }
    Json::Object(members)
}

fn witness_of(witness: &Witness) -> Json {
    let maybe = |text: &Option<String>| optional(text.as_deref().map(text_of));
    match witness {
        Witness::Refused { request, problem } => {
            object([("request", text_of(request)), ("problem", text_of(problem))])
        }
        Witness::Digest { request, scope, was, is, was_digest, is_digest } => object([
            ("request", text_of(request)),
            ("scope", maybe(scope)),
            ("was", text_of(was)),
            ("is", text_of(is)),
            ("was_digest", text_of(was_digest)),
            ("is_digest", text_of(is_digest)),
        ]),
        Witness::Row { row, request, was, is } => object([
            ("row", text_of(row)),
            ("request", maybe(request)),
            ("was", text_of(was)),
            ("is", text_of(is)),
        ]),
        Witness::Stored { request, value, demand } => object([
            ("request", text_of(request)),
            ("value", text_of(value)),
            ("demand", text_of(demand)),
        ]),
    }
}
