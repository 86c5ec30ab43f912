//! Checks that need no other schema.

use super::{Engine, Mode, faults};
use crate::flaw::{Anchor, Flaw};
use crate::json::Decimal;
use crate::plan::Name;
use crate::problem::Code;
use crate::validate::program::{Check, Types};
use crate::validate::tape::{Kind, Node};
use std::cmp::Ordering;

impl Engine<'_, '_> {
    /// Whether a check holds; notes why not.
    pub(super) fn simple(&mut self, check: &Check, schema: u32, index: u32, mode: Mode) -> bool {
        let tape = self.tape;
        let node = tape.node(index);
        let shown = || tape.raw(node);
        match (check, node.kind) {
            (Check::Never, _) => {
                self.fault(mode, index, || faults::never(shown()));
                false
            }
            (Check::Types(types), _) => {
                let holds = types.meets(tape.types(node));
                if !holds {
                    let types = *types;
                    self.fault(mode, index, || faults::types(shown(), types));
                }
                holds
            }
            (Check::Values(values), _) => {
                let holds = self.is_listed(values, index);
                if !holds {
                    self.fault(mode, index, || faults::values(shown(), values));
                }
                holds
            }
            (
                Check::Minimum(bound)
                | Check::ExclusiveMinimum(bound)
                | Check::Maximum(bound)
                | Check::ExclusiveMaximum(bound)
                | Check::MultipleOf(bound),
                Kind::Number,
            ) => {
                let holds = number_holds(check, tape.number(node), bound);
                if !holds {
                    self.fault(mode, index, || faults::number(check, shown()));
                }
                holds
            }
            (Check::MinLength(_) | Check::MaxLength(_), Kind::String) => {
                let length = tape.string(node).chars().count() as u64;
                self.counted(check, index, length, mode)
            }
            (Check::MinItems(_) | Check::MaxItems(_), Kind::Array)
            | (Check::MinProperties(_) | Check::MaxProperties(_), Kind::Object) => {
                self.counted(check, index, u64::from(tape.count(node)), mode)
            }
            (Check::Pattern(pattern), Kind::String) => {
                let holds = self.matches(*pattern, tape.string(node));
                if !holds {
                    let program = self.program;
                    let source = program.patterns.get(*pattern as usize);
                    let source = source.map_or("", |pattern| pattern.source());
                    self.fault(mode, index, || faults::pattern(shown(), source));
                }
                holds
            }
            (Check::Format(format), Kind::String) => {
                let program = self.program;
                let Some(format) = program.formats.get(*format as usize) else { return true };
                let holds = (format.check)(tape.string(node));
                if !holds {
                    self.fault(mode, index, || faults::format(shown(), format));
                }
                holds
            }
            (Check::UniqueItems, Kind::Array) => self.unique(index, node, mode),
            (Check::Required(names), Kind::Object) => {
                let mut holds = true;
                for name in names.iter() {
                    if tape.find(node, name).is_none() {
                        holds = false;
                        self.missing(node, name, schema, None, mode);
                    }
                }
                holds
            }
            (Check::DependentRequired(list), Kind::Object) => {
                let mut holds = true;
                for (present, names) in list.iter() {
                    if tape.find(node, present).is_none() {
                        continue;
                    }
                    for name in names.iter() {
                        if tape.find(node, name).is_none() {
                            holds = false;
                            self.missing(node, name, schema, Some(present), mode);
                        }
                    }
                }
                holds
            }
            _ => true,
        }
    }

    fn counted(&mut self, check: &Check, index: u32, count: u64, mode: Mode) -> bool {
        let holds = match check {
            Check::MinLength(least) | Check::MinItems(least) | Check::MinProperties(least) => {
                count >= *least
            }
            Check::MaxLength(most) | Check::MaxItems(most) | Check::MaxProperties(most) => {
                count <= *most
            }
            _ => true,
        };
        if !holds {
            self.fault(mode, index, || faults::counted(check, count));
        }
        holds
    }

    /// Whether the value equals one of the listed ones, given as canonical JSON in the order of
    /// their bytes.
    pub(super) fn is_listed(&self, values: &[Name], index: u32) -> bool {
        let node = self.tape.node(index);
        let mut scalar = Vec::new();
        let canonical: &[u8] = match node.kind {
            Kind::Array | Kind::Object => {
                // A large value is not made canonical for nothing.
                let bracket = if node.kind == Kind::Array { b'[' } else { b'{' };
                if !values.iter().any(|value| value.as_bytes().first() == Some(&bracket)) {
                    return false;
                }
                self.tape.canonical(index)
            }
            _ => {
                self.tape.canonical_scalar(node, &mut scalar);
                &scalar
            }
        };
        values.binary_search_by(|value| value.as_bytes().cmp(canonical)).is_ok()
    }

    /// Whether no two elements are equal: their canonical bytes are sorted, so equal ones meet.
    fn unique(&mut self, index: u32, node: Node, mode: Mode) -> bool {
        let tape = self.tape;
        let count = tape.count(node);
        if count < 2 {
            return true;
        }
        let mut elements = Vec::with_capacity(count as usize);
        let mut element = tape.first(index);
        for position in 0..count {
            elements.push((tape.canonical(element), position, element));
            element = tape.following(element);
        }
        elements.sort_unstable();
        let mut holds = true;
        let mut first: Option<(&[u8], u32)> = None;
        for (canonical, _, element) in elements {
            match first {
                Some((known, at)) if known == canonical => {
                    holds = false;
                    if mode == Mode::Quiet {
                        return false;
                    }
                    let (related, place) = (tape.node(at).start, tape.node(element).start);
                    self.flaws.note(|| {
                        let (code, message, fix) = faults::duplicate(tape.raw(tape.node(element)));
                        let flaw = Flaw::new(Anchor::Value(place as usize), code, message, fix);
                        Flaw { related: Some(related as usize), ..flaw }
                    });
                }
                _ => first = Some((canonical, element)),
            }
        }
        holds
    }

    pub(super) fn matches(&self, pattern: u32, text: &str) -> bool {
        let pattern = self.program.patterns.get(pattern as usize);
        pattern.is_none_or(|pattern| pattern.is_match(text))
    }

    fn missing(
        &mut self,
        node: Node,
        name: &Name,
        schema: u32,
        present: Option<&Name>,
        mode: Mode,
    ) {
        if mode == Mode::Quiet {
            return;
        }
        let holder = self.program.schema(schema).map_or("", |schema| &schema.name);
        self.flaws.note(|| {
            let (code, message, fix) = faults::missing(name, holder, present.map(AsRef::as_ref));
            let flaw = Flaw::new(Anchor::Missing(node.start as usize), code, message, fix);
            Flaw { member: Some(name.to_string()), ..flaw }
        });
    }

    pub(super) fn member_fault(
        &mut self,
        mode: Mode,
        name: u32,
        fault: impl FnOnce(&str) -> (Code, String, String),
    ) {
        if mode == Mode::Quiet {
            return;
        }
        let tape = self.tape;
        let node = tape.node(name);
        self.flaws.note(|| {
            let (code, message, fix) = fault(tape.string(node));
            Flaw::new(Anchor::Member(node.start as usize), code, message, fix)
        });
    }
}

fn number_holds(check: &Check, value: Option<Decimal<'_>>, bound: &str) -> bool {
    let (Some(value), Some(bound)) = (value, Decimal::parse(bound.as_bytes())) else { return true };
    match check {
        Check::Minimum(_) => value.compare(&bound) != Ordering::Less,
        Check::ExclusiveMinimum(_) => value.compare(&bound) == Ordering::Greater,
        Check::Maximum(_) => value.compare(&bound) != Ordering::Greater,
        Check::ExclusiveMaximum(_) => value.compare(&bound) == Ordering::Less,
        _ => value.is_multiple_of(&bound).unwrap_or(true),
    }
}

impl Types {
    /// The names of the types, as a message lists them; an integer is a number.
    pub(super) fn names(self) -> Vec<&'static str> {
        let bit = |index: usize| self.0 >> index & 1 == 1;
        let names = Types::NAMES.iter().enumerate();
        names.filter(|(index, _)| bit(*index)).map(|(_, name)| *name).collect()
    }
}
