//! What the JavaScript side relies on, tried natively.

use tantamount_wasm::{
    REFUSED_FIRST, REFUSED_SCOPE, canonicalize, compare, output_length, reserve, validate,
};

#[test]
fn an_empty_input_is_refused_and_not_the_end() {
    assert_ne!(reserve(0, 10, 0), 0);
    assert_eq!(reserve(3, 10, 0), 0);
    for _ in 0..3 {
        assert_eq!(validate(0, u32::MAX), REFUSED_FIRST);
        assert!(output_length() > 0);
    }
    assert_eq!(validate(11, u32::MAX), REFUSED_FIRST, "a length beyond the buffer is no text");
}

#[test]
fn a_scope_that_is_none_is_told_apart_and_why() {
    assert_ne!(reserve(2, 1, 0), 0);
    for length in [0, 1] {
        assert_eq!(canonicalize(0, length, true), REFUSED_SCOPE);
        assert!(output_length() > 0);
        assert_eq!(compare(0, 0, length), REFUSED_SCOPE);
        assert!(output_length() > 0);
    }
}
