//! Defaults, held against the rules of their members.

use super::build::Builder;
use super::types::{Absence, Type};
use crate::lower::{lower, rule};
use crate::read::{Member as Property, Node, Value};
use tantamount_core::{Scope, canonicalize_by};

/// A default that waits until all types are known.
pub(super) struct Pending {
    /// The pointer of the property that has it.
    property: String,
    /// The default.
    node: Node,
    ty: Type,
}

/// A scope that is told from none by what it writes.
#[derive(Clone, Debug, PartialEq)]
struct Other;

impl Scope for Other {
    fn write(&self, _member: u16, out: &mut Vec<u8>) {
        out.extend_from_slice(b"false");
    }
}

impl Builder<'_> {
    /// What absence means where it means a default. The default is read by the rule of its member
    /// when all types are known.
    pub(super) fn default_value(
        &mut self,
        property: &Property,
        ty: Type,
        nullable: bool,
        default: &Property,
    ) -> Option<Absence> {
        let node = &default.value;
        if node.is_null() && (nullable || ty == Type::Null) {
            return Some(Absence::Null);
        }
        if let (Type::Null, Value::Boolean(only)) = (ty, node.value()) {
            // The one boolean that it may be, which was checked where it is listed.
            return Some(Absence::Default(only.to_string()));
        }
        let property = property.value.pointer().to_owned();
        self.defaults.push(Pending { property, node: node.clone(), ty });
        Some(Absence::Default(self.text_of(node).to_owned()))
    }

    fn text_of(&self, node: &Node) -> &str {
        let text = self.sources.document_of(node);
        text.and_then(|(_, text)| text.get(node.span().start..node.span().end)).unwrap_or("null")
    }

    /// Reads every default by the rule of its member, and keeps its canonical form. A default may
    /// hold objects whose members have defaults themselves, so this goes on until nothing changes.
    pub(super) fn settle_defaults(&mut self) {
        let pending = std::mem::take(&mut self.defaults);
        for round in 0..=pending.len().min(8) {
            let mut has_changed = false;
            let plan = lower(&self.model);
            for default in &pending {
                let text = self.text_of(&default.node).to_owned();
                let read = |scoped: bool| {
                    let rule = rule(default.ty);
                    match scoped {
                        true => canonicalize_by(&plan, rule, text.as_bytes(), &Other),
                        false => {
                            canonicalize_by(&plan, rule, text.as_bytes(), &tantamount_core::NoScope)
                        }
                    }
                };
                let help = "write a default that the member itself would take";
                let canonical = match (read(false), read(true)) {
                    (Ok(canonical), Ok(other)) if canonical == other => canonical,
                    (Ok(_), _) => {
                        let message = "the default holds a member that inherits".to_owned();
                        let help = "write out the value of that member";
                        self.fault_at(&default.node, "default", message, help);
                        continue;
                    }
                    (Err(problems), _) => {
                        let said: Vec<String> = problems
                            .iter()
                            .map(|problem| match problem.pointer.as_str() {
                                "" => problem.message.clone(),
                                pointer => format!("`{pointer}`: {}", problem.message),
                            })
                            .collect();
                        let message = format!("the default is refused: {}", said.join("; "));
                        self.fault_at(&default.node, "default", message, help);
                        continue;
                    }
                };
                let canonical = String::from_utf8(canonical).unwrap_or_default();
                has_changed |= self.set_default(&default.property, &canonical);
            }
            if !has_changed || !self.report.is_empty() {
                return;
            }
            if round == 8 {
                let Some(default) = pending.first() else { return };
                let message = "the defaults hold each other more than 8 deep".to_owned();
                let help = "write out the members that have defaults";
                self.fault_at(&default.node.clone(), "default", message, help);
            }
        }
    }

    /// Sets the default of the members of a property; whether that changed any.
    fn set_default(&mut self, property: &str, canonical: &str) -> bool {
        let mut has_changed = false;
        for record in &mut self.model.records {
            for member in record.branches.iter_mut().flat_map(|branch| &mut branch.members) {
                if member.node.pointer() == property
                    && let Absence::Default(value) = &mut member.absence
                    && value != canonical
                {
                    canonical.clone_into(value);
                    has_changed = true;
                }
            }
        }
        has_changed
    }
}
