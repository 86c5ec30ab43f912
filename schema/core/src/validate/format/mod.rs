//! The formats of draft 2020-12, each as a function from a text to a verdict.
//!
//! Where one is not asserted it is an annotation, and nothing of this is used.

mod address;
mod date;
mod host;
mod identifier;
mod pointer;

use crate::plan::Name;
pub use address::{email, idn_email, ipv4, ipv6};
pub use date::{date, date_time, duration, time};
pub use host::{hostname, idn_hostname};
pub use identifier::{iri, iri_reference, uri, uri_reference, uri_template, uuid};
pub use pointer::{json_pointer, regex, relative_json_pointer};
use std::borrow::Cow;

/// A format that is asserted.
#[derive(Clone, Debug)]
pub struct Format {
    /// Its name.
    pub name: Name,
    /// A text that has it, for messages.
    pub example: Name,
    /// Whether a text has it. A function instead of a number, so that what no schema of a program
    /// uses is not linked.
    pub check: fn(&str) -> bool,
}

macro_rules! formats {
    ($($name:literal $check:ident $example:literal,)+) => {
        impl Format {
            /// The names of all formats.
            pub const NAMES: &[&str] = &[$($name,)+];

            /// The format with this name.
            #[must_use]
            pub fn named(name: &str) -> Option<Format> {
                let (name, example, check): (&'static str, &'static str, fn(&str) -> bool) = match name {
                    $($name => ($name, $example, $check),)+
                    _ => return None,
                };
                Some(Format { name: Cow::Borrowed(name), example: Cow::Borrowed(example), check })
            }
        }
    };
}

formats! {
    "date" date "2026-11-23",
    "date-time" date_time "2026-11-23T08:30:00Z",
    "duration" duration "P1DT12H",
    "email" email "ada@example.org",
    "hostname" hostname "www.example.org",
    "idn-email" idn_email "ada@example.org",
    "idn-hostname" idn_hostname "www.example.org",
    "ipv4" ipv4 "192.0.2.1",
    "ipv6" ipv6 "2001:db8::1",
    "iri" iri "https://example.org/",
    "iri-reference" iri_reference "/path",
    "json-pointer" json_pointer "/steps/0",
    "regex" regex "^[a-z]+$",
    "relative-json-pointer" relative_json_pointer "1/steps",
    "time" time "08:30:00Z",
    "uri" uri "https://example.org/",
    "uri-reference" uri_reference "/path",
    "uri-template" uri_template "/steps/{key}",
    "uuid" uuid "c3f1b5de-7a54-4b8e-9d57-0f6b2f1f7a11",
}
