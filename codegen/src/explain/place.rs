//! Where a pointer leads.

use crate::error::Error;
use crate::read::{Node, suggestion, unescaped};
use crate::schema::Schema;
use std::path::Path;

/// A place in a schema.
pub(super) struct Place {
    /// What stands there.
    pub(super) node: Node,
    /// The innermost schema that it stands in, itself where it is one.
    pub(super) schema: Node,
    /// The keyword of the schema that the place is or is in; none where it is the schema itself.
    pub(super) keyword: Option<String>,
    /// The keyword that the innermost schema stands under, with the schema around it.
    pub(super) under: Option<(String, Node)>,
}

/// Finds a place, or tells what may have been meant.
pub(super) fn find(schema: &Schema, pointer: &str) -> Result<Place, Error> {
    let (root, pointer) = in_file(schema, pointer);
    let pointer = normalized(root, pointer)?;
    let Some(node) = root.at(&pointer) else { return Err(nowhere(root, &pointer)) };
    let pointer = format!("{}{pointer}", root.pointer());
    let mut inner = root.clone();
    let mut under = None;
    loop {
        let below = inner.subschemas();
        let next = below.iter().find(|(_, below)| is_at_or_in(&pointer, below.pointer()));
        let Some((keyword, next)) = next else { break };
        let (keyword, next) = ((*keyword).to_owned(), (*next).clone());
        under = Some((keyword, inner.clone()));
        inner = next;
    }
    let rest = pointer.get(inner.pointer().len()..).unwrap_or_default();
    let keyword = rest.split('/').nth(1).map(unescaped);
    Ok(Place { node: node.clone(), schema: inner, keyword, under })
}

/// The root of the file that is named in front of a `#`, with the pointer inside of it; the
/// schema's own where none is.
fn in_file<'s, 'p>(schema: &'s Schema, pointer: &'p str) -> (&'s Node, &'p str) {
    let own = (schema.source().root(), pointer);
    let Some((name, inner)) = pointer.split_once('#') else { return own };
    if name.is_empty() || name.starts_with('/') {
        return own;
    }
    let mut trees = schema.sources().trees();
    let found = trees.find(|(_, tree)| {
        let known = schema.sources().document_of(tree);
        known.is_some_and(|(known, _)| Path::new(&**known).ends_with(name))
    });
    found.map_or(own, |(_, tree)| (tree, inner))
}

/// Whether a pointer is another one, or leads further.
fn is_at_or_in(pointer: &str, outer: &str) -> bool {
    pointer.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A pointer as RFC 6901 writes it: fragments are decoded, and what is no pointer is refused.
fn normalized(root: &Node, pointer: &str) -> Result<String, Error> {
    if let Some(fragment) = pointer.strip_prefix('#') {
        let decoded = crate::read::decode_percent(fragment).unwrap_or_else(|| fragment.to_owned());
        return normalized(root, &decoded);
    }
    if pointer.is_empty() || pointer.starts_with('/') {
        return Ok(pointer.to_owned());
    }
    let guess =
        [format!("/{pointer}"), format!("/$defs/{pointer}"), format!("/properties/{pointer}")];
    let found = guess.iter().find(|guess| root.at(guess).is_some());
    let help = match found {
        Some(found) => format!("did you mean `{found}`?"),
        None => "write a JSON Pointer, as in `/$defs/Step/properties/key`".to_owned(),
    };
    Err(Error::Request { message: format!("`{pointer}` is no JSON Pointer"), help })
}

/// How many names are told where none is near.
const NAMES: usize = 12;

fn nowhere(root: &Node, pointer: &str) -> Error {
    // As far as it leads somewhere.
    let mut node = root;
    let mut wrong = "";
    for token in pointer.split('/').skip(1) {
        let one = format!("/{token}");
        match node.at(&one) {
            Some(below) => node = below,
            None => {
                wrong = token;
                break;
            }
        }
    }
    let here = if node.pointer().is_empty() { "the root" } else { node.pointer() };
    let wrong = unescaped(wrong);
    let mut names: Vec<String> = node.members().iter().map(|member| member.name.clone()).collect();
    let count = node.as_array().map_or(0, <[Node]>::len);
    if count > 0 {
        names = (0..count).map(|index| index.to_string()).collect();
    }
    let near = suggestion(&wrong, names.iter().map(String::as_str)).map(str::to_owned);
    // A member or a definition is often written without the keyword that it stands under.
    let inside = ["properties", "$defs"].iter().find_map(|keyword| {
        let named = node.get(keyword)?;
        let names = named.members().iter().map(|member| member.name.as_str());
        let found = suggestion(&wrong, names)?;
        Some(crate::read::child(named.pointer(), found))
    });
    let help = match (near, inside) {
        (Some(near), _) => {
            format!("did you mean `{}`?", crate::read::child(node.pointer(), &near))
        }
        (None, Some(inside)) => format!("did you mean `{inside}`?"),
        (None, None) if names.is_empty() => format!("{here} has nothing inside"),
        (None, None) => {
            let more = names.len().saturating_sub(NAMES);
            let listed: Vec<String> =
                names.iter().take(NAMES).map(|name| format!("`{name}`")).collect();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{here} has {}{more}", listed.join(", "))
        }
    };
    Error::Request { message: format!("`{pointer}` leads nowhere: {here} has no `{wrong}`"), help }
}
