//! Identifiers of resources, templates of them, and UUIDs.

use fluent_uri::{Iri, IriRef, Uri, UriRef};

/// A URI (RFC 3986), with a scheme.
#[must_use]
pub fn uri(text: &str) -> bool {
    Uri::parse(text).is_ok()
}

/// A URI, or a relative reference (RFC 3986).
#[must_use]
pub fn uri_reference(text: &str) -> bool {
    UriRef::parse(text).is_ok()
}

/// An IRI (RFC 3987), with a scheme.
#[must_use]
pub fn iri(text: &str) -> bool {
    Iri::parse(text).is_ok()
}

/// An IRI, or a relative reference (RFC 3987).
#[must_use]
pub fn iri_reference(text: &str) -> bool {
    IriRef::parse(text).is_ok()
}

/// A UUID (RFC 9562), hyphenated, in any case.
#[must_use]
pub fn uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A template of URIs (RFC 6570).
#[must_use]
pub fn uri_template(text: &str) -> bool {
    let mut rest = text;
    while let Some((literal, after)) = rest.split_once('{') {
        let Some((expression, behind)) = after.split_once('}') else { return false };
        if !is_literal(literal) || !is_expression(expression) {
            return false;
        }
        rest = behind;
    }
    is_literal(rest)
}

/// `literals` of RFC 6570, 2.1, with the apostrophe that its erratum 6937 adds.
fn is_literal(text: &str) -> bool {
    let mut characters = text.char_indices();
    while let Some((at, one)) = characters.next() {
        let is_fine = match one {
            '%' => {
                characters.next();
                characters.next();
                is_triplet(text.get(at..at + 3).unwrap_or(""))
            }
            '!' | '#' | '$' | '&'..=';' | '=' | '?'..='[' | ']' | '_' | 'a'..='z' | '~' => true,
            other => is_unicode(other),
        };
        if !is_fine {
            return false;
        }
    }
    true
}

/// `ucschar` and `iprivate` of RFC 3987.
fn is_unicode(one: char) -> bool {
    let code = u32::from(one);
    match code {
        0xA0..=0xD7FF | 0xE000..=0xFDCF | 0xFDF0..=0xFFEF => true,
        0x1_0000.. => code & 0xFFFF < 0xFFFE,
        _ => false,
    }
}

fn is_triplet(text: &str) -> bool {
    matches!(text.as_bytes(), [b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit())
}

fn is_expression(text: &str) -> bool {
    let list = text.strip_prefix(['+', '#', '.', '/', ';', '?', '&', '=', ',', '!', '@', '|']);
    // The last five operators are reserved for extensions; nothing gives them a meaning.
    if text.starts_with(['=', ',', '!', '@', '|']) {
        return false;
    }
    list.unwrap_or(text).split(',').all(is_variable)
}

fn is_variable(text: &str) -> bool {
    let name = match text.split_once(':') {
        Some((name, most)) => {
            let is_length = (1..=4).contains(&most.len())
                && most.bytes().all(|byte| byte.is_ascii_digit())
                && !most.starts_with('0');
            if !is_length {
                return false;
            }
            name
        }
        None => text.strip_suffix('*').unwrap_or(text),
    };
    name.split('.').all(|part| {
        let mut rest = part;
        while let Some(one) = rest.chars().next() {
            let length = match one {
                '%' if is_triplet(rest.get(..3).unwrap_or("")) => 3,
                one if one.is_ascii_alphanumeric() || one == '_' => 1,
                _ => return false,
            };
            rest = rest.get(length..).unwrap_or("");
        }
        !part.is_empty()
    })
}
