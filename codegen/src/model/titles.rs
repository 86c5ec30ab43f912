//! The names of types: titles, names of definitions, and the way to what has neither.

use super::build::Builder;
use super::facts::canonical;
use super::names;
use crate::read::{Node, definition, split, unescaped};

impl Builder<'_> {
    /// The name of a definition; of another file that is one its own, without its endings.
    fn definition_name(&self, node: &Node) -> Option<String> {
        let (document, pointer) = split(node.pointer());
        if document > 0 && pointer.is_empty() {
            return self.sources.stem(document).map(str::to_owned);
        }
        let found = definition(pointer).filter(|found| found.is_itself)?;
        Some(unescaped(found.token))
    }

    /// The name of the definition that a schema stands in.
    fn owner_name(&self, node: &Node) -> Option<String> {
        let found = definition(node.pointer()).filter(|found| !found.is_itself)?;
        Some(unescaped(found.token))
    }

    /// Takes the name of a type: the title, the name under `$defs`, or those on the way to it.
    pub(super) fn name(&mut self, node: &Node, what: &str) -> Option<String> {
        let of_definition = self.definition_name(node);
        let title = node.text("title").map(str::to_owned);
        let way = self.way.join(" ");
        let qualified = title.as_ref().map(|title| format!("{way} {title}"));
        let own = [title.clone(), of_definition.clone()];
        // A definition has its own name, and none by the way that leads to it; what stands in a
        // definition may have the definition's before its own.
        let owner = self.owner_name(node).map(|owner| format!("{owner} {way}"));
        let ways = match (&of_definition, way.is_empty()) {
            (Some(_), _) | (_, true) => [None, None, None],
            _ => [qualified, Some(way), owner],
        };
        // Names that differ in signs alone: `Row<number>` and `Row<number[]>`.
        let spelt = of_definition.as_deref().and_then(names::spelt_pascal_case);
        let has_scope = canonical(self.source.root(), "scope").is_some();
        let (mut taken, mut reserved) = (None, None);
        let texts = own.into_iter().chain(ways).flatten();
        let named = texts.filter_map(|text| names::pascal_case(&text)).chain(spelt);
        for name in named.collect::<Vec<String>>() {
            if names::is_reserved(&name) && (has_scope || name == "Self") {
                reserved.get_or_insert(name);
                continue;
            }
            match self.names.get(&name) {
                Some(other) if other != node.pointer() => {
                    taken.get_or_insert((name, other.clone()));
                }
                _ => {
                    self.names.insert(name.clone(), node.pointer().to_owned());
                    return Some(name);
                }
            }
        }
        let at = node.get("title").unwrap_or(node).clone();
        if let Some((name, other)) = taken {
            let place = self.sources.shown(&other);
            let message = format!("the name `{name}` is taken by `{place}`");
            let help = "give one of the two another `title`: it names the type";
            self.fault_at(&at, "title", message, help);
            return None;
        }
        if let Some(name) = reserved {
            let message = format!("the name `{name}` is taken by generated code");
            self.fault_at(&at, "title", message, "give it another `title`: it names the type");
            return None;
        }
        let help = "give it a `title` with a letter or a digit";
        let message = match title.or(of_definition) {
            Some(text) => format!("`{text}` makes no name in Rust"),
            None => format!("{what} has no name"),
        };
        self.fault_at(&at, "title", message, help);
        None
    }
}
