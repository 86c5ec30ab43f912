//! Names of hosts, international ones too.

use crate::validate::pattern::{contains, property};
use idna::punycode;
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use regex_syntax::hir::ClassUnicode;
use std::sync::LazyLock;

/// The most bytes of a name and of one label, as ASCII.
const NAME_BYTES: usize = 253;
const LABEL_BYTES: usize = 63;

/// A host name (RFC 1123, 2.1). A label that begins with `xn--` must be a proper A-label
/// (RFC 5890, 2.3.2.1).
#[must_use]
pub fn hostname(text: &str) -> bool {
    text.len() <= NAME_BYTES
        && text.split('.').all(|label| {
            let is_ldh = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            let is_framed = label.starts_with('-') || label.ends_with('-');
            if label.is_empty() || label.len() > LABEL_BYTES || !is_ldh || is_framed {
                return false;
            }
            match label.get(..4) {
                Some(prefix) if prefix.eq_ignore_ascii_case("xn--") => is_a_label(label),
                _ => true,
            }
        })
}

/// An international host name (RFC 5890, 2.3.2.3): U-labels, A-labels and plain ones, separated by
/// any of the full stops of RFC 3490, 3.1.
#[must_use]
pub fn idn_hostname(text: &str) -> bool {
    let is_stop = |one: char| matches!(one, '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}');
    let labels: Vec<&str> = text.split(is_stop).collect();
    for label in &labels {
        let is_fine = match label.get(..4) {
            Some(prefix) if prefix.eq_ignore_ascii_case("xn--") => is_a_label(label),
            _ if label.is_ascii() => hostname(label),
            _ => is_u_label(label),
        };
        if !is_fine {
            return false;
        }
    }
    // Lengths and the rules of right-to-left names, which are about all labels together.
    let name = labels.join(".");
    Uts46::new()
        .to_ascii(name.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify)
        .is_ok()
}

/// Whether an A-label decodes to a U-label that encodes to it again.
fn is_a_label(label: &str) -> bool {
    let lower = label.to_ascii_lowercase();
    let Some(code) = lower.strip_prefix("xn--") else { return false };
    let Some(meant) = punycode::decode_to_string(code) else { return false };
    !meant.is_ascii()
        && punycode::encode_str(&meant).is_some_and(|again| again == code)
        && is_u_label(&meant)
        && Uts46::new()
            .to_ascii(
                meant.as_bytes(),
                AsciiDenyList::STD3,
                Hyphens::CheckFirstLast,
                DnsLength::Verify,
            )
            .is_ok_and(|ascii| ascii == lower)
}

/// Classes of characters that IDNA is about.
struct Classes {
    letters_and_digits: ClassUnicode,
    marks: ClassUnicode,
    greek: ClassUnicode,
    hebrew: ClassUnicode,
    japanese: [ClassUnicode; 3],
}

static CLASSES: LazyLock<Classes> = LazyLock::new(|| {
    let class = |name: &str| property(name).unwrap_or_else(ClassUnicode::empty);
    let union = |names: &[&str]| {
        names.iter().fold(ClassUnicode::empty(), |mut sum, name| {
            sum.union(&class(name));
            sum
        })
    };
    Classes {
        letters_and_digits: union(&["Ll", "Lu", "Lo", "Nd", "Lm", "Mn", "Mc"]),
        marks: class("M"),
        greek: class("sc=Greek"),
        hebrew: class("sc=Hebrew"),
        japanese: [class("sc=Hiragana"), class("sc=Katakana"), class("sc=Han")],
    }
});

/// The characters and contexts of RFC 5892. Bidi and joiners are left to UTS 46's checks, which
/// are IDNA's.
fn is_u_label(label: &str) -> bool {
    let classes = &*CLASSES;
    let characters: Vec<char> = label.chars().collect();
    if characters.first().is_none_or(|first| contains(&classes.marks, *first)) {
        return false;
    }
    if characters.first() == Some(&'-') || characters.last() == Some(&'-') {
        return false;
    }
    if characters.get(2..4) == Some(&['-', '-']) {
        return false;
    }
    let is_in =
        |one: Option<&char>, class: &ClassUnicode| one.is_some_and(|one| contains(class, *one));
    let (mut arabic, mut extended) = (false, false);
    for (place, one) in characters.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| characters.get(place));
        let after = characters.get(place + 1);
        let is_fine = match one {
            // Exceptions (2.6): allowed, and not.
            '\u{df}' | '\u{3c2}' | '\u{6fd}' | '\u{6fe}' | '\u{f0b}' | '\u{3007}' => true,
            '\u{640}'
            | '\u{7fa}'
            | '\u{302e}'
            | '\u{302f}'
            | '\u{3031}'..='\u{3035}'
            | '\u{303b}' => false,
            // Contexts (appendix A).
            '\u{b7}' => before == Some(&'l') && after == Some(&'l'),
            '\u{375}' => is_in(after, &classes.greek),
            '\u{5f3}' | '\u{5f4}' => is_in(before, &classes.hebrew),
            '\u{30fb}' => characters.iter().any(|other| {
                *other != '\u{30fb}' && classes.japanese.iter().any(|class| contains(class, *other))
            }),
            '\u{660}'..='\u{669}' => {
                arabic = true;
                true
            }
            '\u{6f0}'..='\u{6f9}' => {
                extended = true;
                true
            }
            '\u{200c}' | '\u{200d}' => true,
            '-' => true,
            other if other.is_ascii() => other.is_ascii_alphanumeric(),
            other => contains(&classes.letters_and_digits, *other),
        };
        if !is_fine {
            return false;
        }
    }
    !(arabic && extended)
}
