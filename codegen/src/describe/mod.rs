//! What a schema says, in words for people: what the reference page and `explain` have in common.

mod columns;
mod words;

pub(crate) use columns::{Columns, check_words};
pub(crate) use words::{
    absence, array_role, others_words, plain_type, reference_words, roles, rules, type_words,
};
