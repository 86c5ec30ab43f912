//! URIs of schemas, and of the files they stand in.

use fluent_uri::{Iri, IriRef};

/// An address and its fragment, if it has one.
pub(super) fn split(text: &str) -> (&str, Option<&str>) {
    match text.split_once('#') {
        Some((address, fragment)) => (address, Some(fragment)),
        None => (text, None),
    }
}

/// A reference as an absolute URI (RFC 3986, 5.2); `None` where it is no reference.
pub(super) fn resolve(base: &str, reference: &str) -> Option<String> {
    let reference = IriRef::parse(reference).ok()?;
    if let Ok(absolute) = Iri::try_from(reference) {
        return Some(absolute.normalize().to_string());
    }
    let base = Iri::parse(base).ok()?;
    let resolved = reference.resolve_against(&base.strip_fragment()).ok()?;
    Some(resolved.normalize().to_string())
}

/// Whether the text is a reference to something.
pub(super) fn is_reference(text: &str) -> bool {
    IriRef::parse(text).is_ok()
}

/// Whether a reference names a scheme.
pub(super) fn has_scheme(reference: &str) -> bool {
    IriRef::parse(reference).is_ok_and(|reference| reference.scheme().is_some())
}

/// A URI for a file that has none of its own, by the name that errors call it.
pub(super) fn of_name(name: &str) -> String {
    let mut uri = String::from("file:");
    if !name.starts_with('/') {
        uri.push_str("///");
    } else {
        uri.push_str("//");
    }
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}

/// The name of a file that stands beside another: relative as the other's name is.
pub(super) fn beside(name: &str, path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let mut parts: Vec<&str> = name.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, "" | "..")) => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

/// A URI reference whose characters beyond ASCII are escaped; what is escaped stays so.
pub(crate) fn encode_percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'!' | b'#'..=b';' | b'=' | b'?'..=b'[' | b']' | b'_' | b'a'..=b'z' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Decodes percent-encoding; `None` where it is none, or no UTF-8.
pub(crate) fn decode_percent(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
        bytes.push(digit(rest.next()?)? << 4 | digit(rest.next()?)?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_relative_to_each_other() {
        assert_eq!(beside("a/b.json", "c.json"), "a/c.json");
        assert_eq!(beside("a/b.json", "../c.json"), "c.json");
        assert_eq!(beside("b.json", "../c.json"), "../c.json");
        assert_eq!(beside("/x/b.json", "./d/c.json"), "/x/d/c.json");
        assert_eq!(of_name("ä b.json"), "file:///%C3%A4%20b.json");
        assert_eq!(of_name("/x/b.json"), "file:///x/b.json");
    }

    #[test]
    fn references_resolve_as_the_standard_says() {
        let check = |base, reference, expected: &str| {
            assert_eq!(resolve(base, reference).as_deref(), Some(expected), "{base} {reference}");
        };
        check("http://a/b/c", "../d", "http://a/d");
        check("http://a/b/c", "urn:x:y", "urn:x:y");
        check("file:///a/b.json", "c.json", "file:///a/c.json");
        assert_eq!(resolve("http://a/", "a b"), None);
        // Nothing stands beside a name that has no folders.
        assert_eq!(resolve("urn:tantamount:order:1", "common.json"), None);
    }
}
