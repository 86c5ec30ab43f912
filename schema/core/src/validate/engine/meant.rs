//! Which branch of an `anyOf` or `oneOf` a value is meant for, though it holds in none.

use super::Engine;
use crate::validate::program::Check;
use crate::validate::tape::Kind;

/// How far references and branches are followed.
const HOPS: u32 = 5;

/// How a value stands to a branch, at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// Its type is another, or a member that tells the branches apart has another value.
    Not,
    /// Nothing speaks against it.
    Perhaps,
    /// A member that has one of few values has one of them.
    Yes,
}

impl Engine<'_, '_> {
    /// The one branch that the value seems to be meant for.
    pub(super) fn meant(&self, schemas: &[u32], node: u32, scope: u32) -> Option<usize> {
        let mut best = Fit::Not;
        let mut found = None;
        for (branch, schema) in schemas.iter().enumerate() {
            let fit = self.fit(*schema, node, scope, HOPS);
            if fit > best {
                (best, found) = (fit, Some(branch));
            } else if fit == best {
                found = None;
            }
        }
        found.filter(|_| best > Fit::Not)
    }

    fn fit(&self, schema: u32, node: u32, scope: u32, hops: u32) -> Fit {
        if hops == 0 {
            return Fit::Perhaps;
        }
        let mut fit = Fit::Perhaps;
        let mut more = |one: Fit| {
            fit = match (fit, one) {
                (Fit::Not, _) | (_, Fit::Not) => Fit::Not,
                (Fit::Yes, _) | (_, Fit::Yes) => Fit::Yes,
                _ => Fit::Perhaps,
            };
        };
        let value = self.tape.node(node);
        for check in self.program.checks(schema) {
            match check {
                Check::Never => more(Fit::Not),
                Check::Types(types) if !types.meets(self.tape.types(value)) => more(Fit::Not),
                Check::Values(values) => more(match self.is_listed(values, node) {
                    true => Fit::Yes,
                    false => Fit::Not,
                }),
                Check::Reference(other) => more(self.fit(*other, node, scope, hops - 1)),
                Check::DynamicReference { anchor, otherwise } => {
                    let other = self.dynamic(scope, *anchor).unwrap_or(*otherwise);
                    more(self.fit(other, node, scope, hops - 1));
                }
                Check::AllOf(schemas) => {
                    for other in schemas.iter() {
                        more(self.fit(*other, node, scope, hops - 1));
                    }
                }
                Check::AnyOf(schemas) | Check::OneOf(schemas) => {
                    let fits = schemas.iter().map(|other| self.fit(*other, node, scope, hops - 1));
                    more(fits.max().unwrap_or(Fit::Not));
                }
                Check::Properties(properties) if value.kind == Kind::Object => {
                    for (name, member) in properties.members.iter() {
                        if let Some(position) = self.tape.find(value, name)
                            && let Some(name) = self.tape.names(value).get(position)
                            && self.discriminates(*member, hops - 1)
                        {
                            more(self.fit(
                                *member,
                                self.tape.value_of(*name),
                                scope,
                                2.min(hops - 1),
                            ));
                        }
                    }
                }
                _ => {}
            }
        }
        fit
    }

    /// Whether a member's schema lists its values.
    fn discriminates(&self, schema: u32, hops: u32) -> bool {
        hops > 0
            && self.program.checks(schema).iter().any(|check| match check {
                Check::Values(_) => true,
                Check::Reference(other) => self.discriminates(*other, hops - 1),
                _ => false,
            })
    }
}
