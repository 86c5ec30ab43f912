//! The cases of `schema/suite`, natively.
#![expect(clippy::panic, reason = "a test may panic")]

pub mod folders;

use folders::{Pair, accepted, different, joining, refused, same};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use tantamount_core::{Checked, Code, Problems};
use tantamount_schema::{AppendRequest, Scope};

fn read<'t>(name: &str, text: &'t [u8]) -> Checked<'t, AppendRequest> {
    AppendRequest::read(text).unwrap_or_else(|problems| panic!("{name}: {problems}"))
}

/// A line for each problem, as a case lists them.
fn lines(problems: &Problems) -> String {
    let mut lines = String::new();
    for problem in problems {
        let _ = write!(lines, "{}:{} {}", problem.line, problem.column, problem.code);
        if !problem.pointer.is_empty() {
            let _ = write!(lines, " {}", problem.pointer);
        }
        lines.push('\n');
    }
    lines
}

#[test]
fn what_is_to_be_accepted_is() {
    let mut with_canonical = 0;
    for case in accepted() {
        let request = read(&case.name, &case.text);
        let canonical = request.canonicalize(&Scope::none());
        if let Some(expected) = case.canonical {
            assert_eq!(canonical.as_str(), expected, "{}", case.name);
            with_canonical += 1;
        }
        let again = read(&case.name, canonical.bytes());
        let again = again.canonicalize(&Scope::none());
        assert_eq!(again.bytes(), canonical.bytes(), "{}: read again", case.name);
        assert_eq!(again.digest(), canonical.digest(), "{}", case.name);
        let stored = AppendRequest::read_stored(&case.text);
        let stored = stored.unwrap_or_else(|problems| panic!("{}: {problems}", case.name));
        assert_eq!(stored.compare(&canonical).to_string(), "", "{}: as a row", case.name);
    }
    assert!(with_canonical > 0, "no case tells its canonical form");
}

#[test]
fn what_is_to_be_refused_has_exactly_its_problems() {
    let mut wrong = String::new();
    for case in refused() {
        let found = match AppendRequest::read(&case.text) {
            Ok(_) => "nothing\n".to_owned(),
            Err(problems) => {
                let unexplained =
                    problems.iter().find(|p| p.message.is_empty() || p.fix.is_empty());
                assert!(unexplained.is_none(), "{}: {unexplained:?}", case.name);
                assert_eq!(problems.omitted(), 0, "{}", case.name);
                lines(&problems)
            }
        };
        if found != case.problems {
            let _ = write!(wrong, "{}\nfound:\n{found}listed:\n{}\n", case.name, case.problems);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn references_that_lead_out_of_a_request_must_name_what_is_there() {
    let mut wrong = String::new();
    for case in joining() {
        let existing = case.existing.iter().map(String::as_str);
        let found = match tantamount_core::read_among::<AppendRequest>(&case.text, existing) {
            Ok(_) => String::new(),
            Err(problems) => lines(&problems),
        };
        if found != case.problems {
            let _ = write!(wrong, "{}\nfound:\n{found}listed:\n{}\n", case.name, case.problems);
        }
        // Where nothing is known of what is there, it is for the server to say.
        assert!(AppendRequest::read(&case.text).is_ok(), "{}", case.name);
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What the append request's schema has no place for: it limits no array from above, a dependency
/// may name a step that is not in the batch, it has no points in time and no decimals, and no
/// keyword that its plan does not enforce.
const NOT_OF_THIS_SCHEMA: [Code; 16] = [
    Code::Ambiguous,
    Code::Contains,
    Code::DateTime,
    Code::Decimal,
    Code::Excluded,
    Code::Format,
    Code::MaxItems,
    Code::MaxLength,
    Code::MaxProperties,
    Code::MinLength,
    Code::MinProperties,
    Code::MultipleOf,
    Code::NoAlternative,
    Code::Pattern,
    Code::UniqueItems,
    Code::UnknownReference,
];

#[test]
fn every_problem_that_a_request_can_have_has_a_case() {
    let cases = refused();
    let found: BTreeSet<&str> = cases
        .iter()
        .flat_map(|case| case.problems.lines())
        .filter_map(|line| line.split(' ').nth(1))
        .collect();
    let expected: BTreeSet<&str> = Code::ALL
        .iter()
        .filter(|code| !NOT_OF_THIS_SCHEMA.contains(code))
        .map(|code| code.as_str())
        .collect();
    assert_eq!(found, expected);
}

fn check(pair: &Pair) {
    let (name, scope) = (pair.name.as_str(), &pair.scope);
    let (first, second) = (read(name, &pair.first), read(name, &pair.second));
    let (first, second) = (first.canonicalize(scope), second.canonicalize(scope));
    let listed = pair.differences.strip_suffix('\n').unwrap_or_default();
    assert_eq!(first.compare(&second).to_string(), listed, "{name}");
    let same = listed.is_empty();
    assert_eq!(second.compare(&first).is_empty(), same, "{name}: the other way round");
    assert_eq!(first.bytes() == second.bytes(), same, "{name}: bytes");
    assert_eq!(first.digest() == second.digest(), same, "{name}: digests");
    let row = AppendRequest::read_stored(&pair.first);
    let row = row.unwrap_or_else(|problems| panic!("{name}: {problems}"));
    assert_eq!(row.compare(&second).to_string(), listed, "{name}: as a row");
}

#[test]
fn what_is_the_same_has_one_digest() {
    same().iter().for_each(check);
}

#[test]
fn what_is_different_differs_in_what_is_listed() {
    different().iter().for_each(check);
}

#[test]
fn no_two_cases_are_one() {
    let mut seen = BTreeSet::new();
    let texts = accepted().into_iter().map(|case| (case.name, case.text));
    for (name, text) in texts.chain(refused().into_iter().map(|case| (case.name, case.text))) {
        assert!(seen.insert(text), "{name} has the text of another case");
    }
    let mut seen = BTreeSet::new();
    for pair in same().into_iter().chain(different()) {
        assert_ne!(pair.first, pair.second, "{}", pair.name);
        let scope = format!("{:?}", pair.scope);
        assert!(seen.insert((pair.first, pair.second, scope)), "{} is another case", pair.name);
    }
}
