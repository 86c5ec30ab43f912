//! What can be said of a program's schemas by how they lead to each other.

use std::borrow::Cow;
use std::collections::BTreeMap;
use tantamount_core::validate::{Check, Program, Properties, Schema};

/// How often one value may be looked at before the schema is refused.
pub(super) const WIDTH: u64 = 1_000_000;

/// Whether a schema that is led to is asked about the same value, or about a part of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Same,
    Part,
}

/// Calls back with every schema that a check leads to; dynamic references lead to their anchors.
fn visit(program: &Program, check: &Check, see: &mut dyn FnMut(u32, Step)) {
    match check {
        Check::Items { prefix, rest } => {
            prefix.iter().chain(rest).for_each(|one| see(*one, Step::Part));
        }
        Check::Contains { schema, .. }
        | Check::PropertyNames(schema)
        | Check::UnevaluatedItems(schema)
        | Check::UnevaluatedProperties(schema) => see(*schema, Step::Part),
        Check::DependentSchemas(list) => list.iter().for_each(|(_, one)| see(*one, Step::Same)),
        Check::Properties(Properties { members, patterns, additional }) => {
            members.iter().for_each(|(_, one)| see(*one, Step::Part));
            patterns.iter().for_each(|(_, one)| see(*one, Step::Part));
            additional.iter().for_each(|one| see(*one, Step::Part));
        }
        Check::Reference(schema) | Check::Not(schema) => see(*schema, Step::Same),
        Check::DynamicReference { anchor, otherwise } => {
            see(*otherwise, Step::Same);
            for resource in program.resources.iter() {
                let anchors = resource.anchors.iter().filter(|(name, _)| name == anchor);
                anchors.for_each(|(_, one)| see(*one, Step::Same));
            }
        }
        Check::AllOf(list) | Check::AnyOf(list) | Check::OneOf(list) => {
            list.iter().for_each(|one| see(*one, Step::Same));
        }
        Check::If { condition, then, otherwise } => {
            see(*condition, Step::Same);
            then.iter().chain(otherwise).for_each(|one| see(*one, Step::Same));
        }
        _ => {}
    }
}

/// The schemas that each schema leads to.
fn edges(program: &Program, wanted: impl Fn(&Check, Step) -> bool) -> Vec<Vec<usize>> {
    let mut edges = Vec::with_capacity(program.schemas.len());
    for schema in program.schemas.iter() {
        let mut list = Vec::new();
        for check in schema.checks.iter() {
            visit(program, check, &mut |to, step| {
                if wanted(check, step) {
                    list.push(to as usize);
                }
            });
        }
        edges.push(list);
    }
    edges
}

/// Makes a dynamic reference that can lead to one place only a plain one.
pub(super) fn settle_dynamic(program: &mut Program) {
    let resources = program.resources.clone();
    for schema in program.schemas.to_mut() {
        for check in schema.checks.to_mut() {
            let Check::DynamicReference { anchor, otherwise } = check else { continue };
            let all = resources.iter().flat_map(|resource| resource.anchors.iter());
            let mut others = all.filter(|(name, one)| name == anchor && one != otherwise);
            if others.next().is_none() {
                *check = Check::Reference(*otherwise);
            }
        }
    }
}

/// Schemas that lead to themselves without ever coming to a part of the value, one for each circle.
pub(super) fn circles(program: &Program) -> Vec<u32> {
    let is_static = |check: &Check, step: Step| {
        step == Step::Same && !matches!(check, Check::DynamicReference { .. })
    };
    let edges = edges(program, is_static);
    let groups = components(&edges);
    let mut seen = vec![false; groups.count];
    let mut found = Vec::new();
    for (schema, group) in groups.of.iter().enumerate() {
        let is_circle = groups.sizes.get(*group).is_some_and(|size| *size > 1)
            || edges.get(schema).is_some_and(|list| list.contains(&schema));
        let Some(seen) = seen.get_mut(*group) else { continue };
        if is_circle && !*seen {
            *seen = true;
            found.push(u32::try_from(schema).unwrap_or(u32::MAX));
        }
    }
    found
}

/// A schema that looks at one value more than [`WIDTH`] times, as definitions that each refer twice
/// to the next do. There are no circles any more, but for dynamic references, which are left out.
pub(super) fn too_wide(program: &Program) -> Option<u32> {
    let is_static = |check: &Check, step: Step| {
        step == Step::Same && !matches!(check, Check::DynamicReference { .. })
    };
    let edges = edges(program, is_static);
    let groups = components(&edges);
    // Components are numbered such that whatever a schema leads to has a lower number.
    let mut order: Vec<usize> = (0..edges.len()).collect();
    order.sort_by_key(|schema| groups.of.get(*schema).copied());
    let mut width = vec![1u64; edges.len()];
    for schema in order {
        let list = edges.get(schema).map_or(&[][..], Vec::as_slice);
        let below = list.iter().map(|to| width.get(*to).copied().unwrap_or(1));
        let sum = below.fold(1u64, u64::saturating_add);
        if sum > WIDTH {
            return u32::try_from(schema).ok();
        }
        if let Some(width) = width.get_mut(schema) {
            *width = sum;
        }
    }
    None
}

/// Leaves out what neither the root nor what is kept leads to. Gives the number that each schema
/// had.
pub(super) fn prune(program: Program, kept: Vec<u32>) -> (Program, Vec<usize>) {
    let edges = edges(&program, |_, _| true);
    let mut numbers = vec![None; edges.len()];
    let mut open: Vec<usize> = kept.into_iter().map(|schema| schema as usize).collect();
    open.push(program.root as usize);
    while let Some(schema) = open.pop() {
        let Some(number) = numbers.get_mut(schema) else { continue };
        if number.is_none() {
            *number = Some(0);
            open.extend(edges.get(schema).into_iter().flatten());
        }
    }
    for (number, next) in numbers.iter_mut().flatten().zip(0..) {
        *number = next;
    }
    let moved = |schema: u32| numbers.get(schema as usize).copied().flatten().unwrap_or(0);
    let kept = program.schemas.iter().zip(&numbers).filter(|(_, number)| number.is_some());
    let schemas: Vec<Schema> = kept
        .map(|(schema, _)| Schema {
            checks: schema.checks.iter().map(|check| renumber(check, &moved)).collect(),
            ..schema.clone()
        })
        .collect();
    let mut resources = program.resources.clone();
    for resource in resources.to_mut() {
        let anchors = resource.anchors.iter();
        let kept =
            anchors.filter(|(_, one)| numbers.get(*one as usize).is_some_and(Option::is_some));
        resource.anchors = kept.map(|(name, one)| (*name, moved(*one))).collect();
    }
    let (root, schemas) = (moved(program.root), Cow::Owned(schemas));
    let before = numbers.iter().enumerate().filter(|(_, number)| number.is_some());
    let before = before.map(|(schema, _)| schema).collect();
    (drop_unused(Program { root, schemas, resources, ..program }), before)
}

/// What is kept of a table, with its new numbers.
#[derive(Default)]
struct Kept {
    list: Vec<u32>,
    numbers: BTreeMap<u32, u32>,
}

impl Kept {
    fn number(&mut self, one: u32) -> u32 {
        let next = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(one).or_insert(next);
        if number == next {
            self.list.push(one);
        }
        number
    }
}

/// Leaves out patterns and formats that no check names, and renumbers the others.
fn drop_unused(program: Program) -> Program {
    let (mut patterns, mut formats) = (Kept::default(), Kept::default());
    let mut schemas = program.schemas.into_owned();
    for schema in &mut schemas {
        for check in schema.checks.to_mut() {
            match check {
                Check::Pattern(one) => *one = patterns.number(*one),
                Check::Format(one) => *one = formats.number(*one),
                Check::Properties(properties) => {
                    for (one, _) in properties.patterns.to_mut() {
                        *one = patterns.number(*one);
                    }
                }
                _ => {}
            }
        }
    }
    let kept = patterns.list.iter().filter_map(|one| program.patterns.get(*one as usize).cloned());
    let patterns = kept.collect();
    let kept = formats.list.iter().filter_map(|one| program.formats.get(*one as usize).cloned());
    let formats = kept.collect();
    Program { schemas: Cow::Owned(schemas), patterns, formats, ..program }
}

fn renumber(check: &Check, moved: &impl Fn(u32) -> u32) -> Check {
    let list = |list: &[u32]| list.iter().map(|one| moved(*one)).collect();
    match check {
        Check::Items { prefix, rest } => {
            Check::Items { prefix: list(prefix), rest: rest.map(moved) }
        }
        Check::Contains { schema, minimum, maximum } => {
            Check::Contains { schema: moved(*schema), minimum: *minimum, maximum: *maximum }
        }
        Check::PropertyNames(one) => Check::PropertyNames(moved(*one)),
        Check::UnevaluatedItems(one) => Check::UnevaluatedItems(moved(*one)),
        Check::UnevaluatedProperties(one) => Check::UnevaluatedProperties(moved(*one)),
        Check::Reference(one) => Check::Reference(moved(*one)),
        Check::Not(one) => Check::Not(moved(*one)),
        Check::DynamicReference { anchor, otherwise } => {
            Check::DynamicReference { anchor: *anchor, otherwise: moved(*otherwise) }
        }
        Check::AllOf(all) => Check::AllOf(list(all)),
        Check::AnyOf(all) => Check::AnyOf(list(all)),
        Check::OneOf(all) => Check::OneOf(list(all)),
        Check::If { condition, then, otherwise } => Check::If {
            condition: moved(*condition),
            then: then.map(moved),
            otherwise: otherwise.map(moved),
        },
        Check::DependentSchemas(all) => Check::DependentSchemas(
            all.iter().map(|(name, one)| (name.clone(), moved(*one))).collect(),
        ),
        Check::Properties(properties) => Check::Properties(Properties {
            members: properties
                .members
                .iter()
                .map(|(name, one)| (name.clone(), moved(*one)))
                .collect(),
            patterns: properties.patterns.iter().map(|(name, one)| (*name, moved(*one))).collect(),
            additional: properties.additional.map(moved),
        }),
        other => other.clone(),
    }
}

/// Marks the schemas that can be reached from themselves.
pub(super) fn mark_recursive(mut program: Program) -> Program {
    let edges = edges(&program, |_, _| true);
    let groups = components(&edges);
    for (index, schema) in program.schemas.to_mut().iter_mut().enumerate() {
        let group = groups.of.get(index).copied().unwrap_or(0);
        schema.recursive = groups.sizes.get(group).is_some_and(|size| *size > 1)
            || edges.get(index).is_some_and(|list| list.contains(&index));
    }
    program
}

/// The strongly connected components of a graph.
struct Components {
    of: Vec<usize>,
    sizes: Vec<usize>,
    count: usize,
}

/// Tarjan's algorithm, with a stack of its own.
fn components(edges: &[Vec<usize>]) -> Components {
    const UNSEEN: usize = usize::MAX;
    let mut found = Components { of: vec![UNSEEN; edges.len()], sizes: Vec::new(), count: 0 };
    let mut index = vec![UNSEEN; edges.len()];
    let mut low = vec![0; edges.len()];
    let (mut next, mut path, mut open) = (0, Vec::new(), Vec::new());
    let at = |list: &[usize], place: usize| list.get(place).copied().unwrap_or(UNSEEN);
    for start in 0..edges.len() {
        if at(&index, start) != UNSEEN {
            continue;
        }
        open.push((start, 0));
        while let Some((node, edge)) = open.pop() {
            if edge == 0 {
                if let (Some(index), Some(low)) = (index.get_mut(node), low.get_mut(node)) {
                    (*index, *low) = (next, next);
                }
                next += 1;
                path.push(node);
            }
            let target = edges.get(node).and_then(|list| list.get(edge)).copied();
            if let Some(target) = target {
                open.push((node, edge + 1));
                if at(&index, target) == UNSEEN {
                    open.push((target, 0));
                } else if at(&found.of, target) == UNSEEN {
                    let reached = at(&index, target);
                    if let Some(low) = low.get_mut(node) {
                        *low = reached.min(*low);
                    }
                }
                continue;
            }
            let lowest = at(&low, node);
            if lowest == at(&index, node) {
                let mut size = 0;
                while let Some(member) = path.pop() {
                    if let Some(of) = found.of.get_mut(member) {
                        *of = found.count;
                    }
                    size += 1;
                    if member == node {
                        break;
                    }
                }
                found.sizes.push(size);
                found.count += 1;
            }
            if let Some((parent, _)) = open.last()
                && let Some(low) = low.get_mut(*parent)
            {
                *low = lowest.min(*low);
            }
        }
    }
    found
}
