//! Runs a law: first over the cases that once broke it, then over generated ones.

use crate::case::Case;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::PathBuf;

/// Raises (or lowers) the number of cases of each law: in percent, 100 when unset.
const PERCENT: &str = "TANTAMOUNT_LAW_PERCENT";

/// Checks a law on `cases` generated cases. The least case that breaks it is written to a file,
/// which is tried first from then on.
pub(crate) fn law<S>(
    name: &str,
    cases: u32,
    strategy: S,
    check: impl Fn(&Case) -> Result<(), TestCaseError>,
) where
    S: Strategy,
    S::Value: Into<Case>,
{
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("regressions/laws").join(name);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .map(|files| files.map(|file| file.unwrap().path()).collect())
        .unwrap_or_default();
    files.sort();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let case = Case::from_json(&serde_json::from_str(&text).unwrap());
        if let Err(error) = check(&case) {
            panic!("{name}, {}: {error}\n{case:#?}", file.display());
        }
    }

    let percent = std::env::var(PERCENT).ok().and_then(|text| text.parse().ok()).unwrap_or(100u32);
    let cases = u32::try_from(u64::from(cases) * u64::from(percent) / 100).unwrap_or(u32::MAX);
    let config = Config { cases: cases.max(1), failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    match runner.run(&strategy.prop_map(Into::into), |case: Case| check(&case)) {
        Ok(()) => {}
        Err(TestError::Abort(reason)) => panic!("{name} could not be checked: {reason}"),
        Err(TestError::Fail(reason, case)) => {
            let mut hash = DefaultHasher::new();
            let text = serde_json::to_string_pretty(&case.to_json()).unwrap() + "\n";
            text.hash(&mut hash);
            let file = folder.join(format!("{:016x}.json", hash.finish()));
            fs::create_dir_all(&folder).unwrap();
            fs::write(&file, text).unwrap();
            panic!("{name}: {reason}\n{case:#?}\nkeep {} as a regression", file.display());
        }
    }
}

/// The same, and that each of the `wanted` changes was met. Cases are random and some changes are
/// rare, so what was not met is looked for in further rounds: only what cannot be made fails.
pub(crate) fn law_of_each<S>(
    name: &str,
    cases: u32,
    strategy: impl Fn() -> S,
    wanted: impl IntoIterator<Item = String>,
    check: impl Fn(&Case) -> Result<(), TestCaseError>,
) where
    S: Strategy,
    S::Value: Into<Case>,
{
    let missing: RefCell<BTreeSet<String>> = RefCell::new(wanted.into_iter().collect());
    for _ in 0..ROUNDS {
        law(name, cases, strategy(), |case| {
            missing.borrow_mut().remove(&case.change);
            check(case)
        });
        if missing.borrow().is_empty() {
            return;
        }
    }
    panic!("{name}: never met in {ROUNDS} rounds of {cases} cases: {:?}", missing.into_inner());
}

/// How often the cases of a law are run anew for what was not met among them.
const ROUNDS: u32 = 20;
