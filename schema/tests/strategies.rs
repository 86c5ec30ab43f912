//! The strategies that the schema yields make requests that mean what they say.
#![cfg(feature = "proptest")]

use tantamount_core::proptest::prelude::*;
use tantamount_schema::strategy::{different_pair, same_pair, scope, valid};
use tantamount_schema::{AppendRequest, Scope};

fn digest(text: &str, scope: &Scope) -> String {
    match AppendRequest::read(text.as_bytes()) {
        Ok(checked) => checked.canonicalize(scope).digest().to_string(),
        Err(problems) => problems.to_string(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn valid_requests_are_accepted_and_survive_their_type(sample in valid()) {
        let checked = AppendRequest::read(sample.text.as_bytes());
        prop_assert!(checked.is_ok(), "{:?}", checked);
        let scope = scope(&sample.scope);
        for checked in checked.iter() {
            let value = checked.to_value();
            let again = value.check();
            prop_assert!(again.is_ok(), "{:?}", again);
            for again in again.iter() {
                let (one, other) = (checked.canonicalize(&scope), again.canonicalize(&scope));
                prop_assert_eq!(one.as_str(), other.as_str());
            }
        }
    }

    #[test]
    fn the_same_requests_have_one_digest(pair in same_pair()) {
        let scope = scope(&pair.scope);
        prop_assert_eq!(digest(&pair.first, &scope), digest(&pair.second, &scope));
    }

    #[test]
    fn different_requests_have_different_digests(pair in different_pair()) {
        let scope = scope(&pair.scope);
        prop_assert_ne!(digest(&pair.first, &scope), digest(&pair.second, &scope));
    }
}
