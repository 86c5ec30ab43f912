//! Generators of texts from a seed: the same seed makes the same texts, on every platform.
//!
//! * [`text()`] makes a JSON text that the contract accepts, awkward where it can be.
//! * [`respell`] writes a text another way with the same meaning as `jsonb`, and
//!   [`respell_unshadowed`] does so without duplicate members.
//! * [`near_miss`] changes the meaning of a text in one place.
//! * [`invalid_text`] makes bytes that must be refused, [`mangled`] bytes of unknown verdict.
//! * [`pair`] makes two texts at one of the borders of what `jsonb` takes or tells apart.
//!
//! They know the contract through the naive oracle's reader, and nothing of any other code.

pub mod invalid;
pub mod near_misses;
pub mod pairs;
pub mod random;
pub mod respellings;
pub mod texts;

pub use invalid::{invalid_text, mangled};
pub use near_misses::near_miss;
pub use pairs::pair;
pub use random::Random;
pub use respellings::{respell, respell_unshadowed};
pub use texts::text;
