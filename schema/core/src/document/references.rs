//! What crosses elements: members that name other elements of a set.

use super::node::Node;
use super::read::Reader;
use crate::flaw::{Anchor, Flaw};
use crate::plan::Reference;
use crate::problem::Code;
use crate::wording::{count, fill};

/// The most names of a circle that a message shows.
const SHOWN: usize = 20;

/// A reference that was found: the element that holds it, its value, and where it stands.
struct Found {
    from: usize,
    name: Node,
    at: usize,
}

/// Checks the references of a root record.
pub(super) fn check(reader: &mut Reader<'_>, root: Node) {
    let plan = reader.plan;
    for reference in plan.references.iter() {
        check_one(reader, root, reference);
    }
}

fn check_one(reader: &mut Reader<'_>, root: Node, reference: &Reference) {
    let Node::Record { base, .. } = root else { return };
    let slot = base as usize + usize::from(reference.set);
    let set_at = reader.values.offsets.get(slot).copied().unwrap_or(0) as usize;
    let elements = elements(reader, node_at(reader, slot));
    let mut found = Vec::new();
    if reference.at_root {
        // No element holds it, so it is from behind the last one.
        let from = elements.len();
        collect(reader, root, &reference.through, reference.member, from, &mut found);
    } else {
        found.reserve(elements.len());
        for (from, element) in elements.iter().enumerate() {
            collect(reader, *element, &reference.through, reference.member, from, &mut found);
        }
    }
    let keys: Vec<Option<&str>> = elements
        .iter()
        .map(|element| match element {
            Node::Record { base, .. } => {
                let key = node_at(reader, *base as usize + usize::from(reference.key));
                reader.string(key)
            }
            _ => None,
        })
        .collect();
    let mut flaws = Vec::new();
    let mut edges = Vec::with_capacity(found.len());
    for reference_found in &found {
        let Some(name) = reader.string(reference_found.name) else { continue };
        let to = find(&keys, name, reference_found.from);
        let is_inside = keys.get(to).copied().flatten() == Some(name);
        if keys.get(reference_found.from).copied().flatten() == Some(name) {
            flaws.push(Flaw::new(
                Anchor::Value(reference_found.at),
                Code::SelfReference,
                fill("`{}` refers to itself", &[&shortened(name)]),
                "leave the reference out, or name another element",
            ));
        } else if is_inside {
            if !reference.at_root {
                edges.push((reference_found.from, to));
            }
        } else if !reference.outside
            || reader.existing.as_ref().is_some_and(|names| names.binary_search(&name).is_err())
        {
            flaws.push(Flaw::new(
                Anchor::Value(reference_found.at),
                Code::UnknownReference,
                fill("`{}` is the key of no element", &[&shortened(name)]),
                "name an element that is there, or add it",
            ));
        }
    }
    let starts = element_starts(reader, node_at(reader, slot));
    if reference.acyclic && !is_ordered(&edges, starts) {
        for circle in circles(keys.len(), &edges) {
            let name = |index: usize| shortened(keys.get(index).copied().flatten().unwrap_or(""));
            let mut names = String::new();
            for index in circle.iter().take(SHOWN) {
                names.push_str(&name(*index));
                names.push_str(" → ");
            }
            if circle.len() > SHOWN {
                names.push_str(&fill("({} more) → ", &[&count(circle.len() - SHOWN)]));
            }
            names.push_str(&circle.first().map_or_else(String::new, |first| name(*first)));
            flaws.push(Flaw::new(
                Anchor::Value(set_at),
                Code::Cycle,
                fill("the references form a cycle: {}", &[&names]),
                "leave out one of these references",
            ));
        }
    }
    for flaw in flaws {
        reader.scan.flaws.note(|| flaw);
    }
}

/// The place of a name in keys that are sorted, those that could not be read first. The search
/// starts at a place that is likely near: clients name steps near their own.
fn find(keys: &[Option<&str>], name: &str, near: usize) -> usize {
    let is_before = |index: usize| {
        keys.get(index).is_some_and(|key| key.is_none_or(|key| key.as_bytes() < name.as_bytes()))
    };
    let (mut low, mut high) = (0, keys.len());
    let mut stride = 1;
    if is_before(near) {
        low = near + 1;
        while is_before(near + stride) {
            low = near + stride + 1;
            stride *= 2;
        }
        high = high.min(near + stride);
    } else {
        high = high.min(near);
        while let Some(index) = near.checked_sub(stride) {
            if is_before(index) {
                low = index + 1;
                break;
            }
            high = index;
            stride *= 2;
        }
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if is_before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Whether every reference goes backwards, by key or in the text: then there is no circle, and
/// most batches are so.
fn is_ordered(edges: &[(usize, usize)], starts: &[u32]) -> bool {
    edges.iter().all(|(from, to)| to < from)
        || edges.iter().all(|(from, to)| starts.get(*to) < starts.get(*from))
}

fn shortened(name: &str) -> String {
    let mut shown: String = name.chars().take(60).collect();
    if shown.len() < name.len() {
        shown.push('…');
    }
    shown
}

fn node_at(reader: &Reader<'_>, index: usize) -> Node {
    reader.values.nodes.get(index).copied().unwrap_or(Node::Absent)
}

fn elements<'r>(reader: &'r Reader<'_>, node: Node) -> &'r [Node] {
    match node {
        Node::Array { first, count, .. } => {
            reader.values.nodes.get(first as usize..first as usize + count as usize).unwrap_or(&[])
        }
        _ => &[],
    }
}

/// Where the elements of an array start in the text.
fn element_starts<'r>(reader: &'r Reader<'_>, node: Node) -> &'r [u32] {
    match node {
        Node::Array { first, count, .. } => reader
            .values
            .offsets
            .get(first as usize..first as usize + count as usize)
            .unwrap_or(&[]),
        _ => &[],
    }
}

/// Collects the references that an element holds, through the arrays in the slots `through`.
fn collect(
    reader: &Reader<'_>,
    element: Node,
    through: &[u16],
    member: u16,
    from: usize,
    found: &mut Vec<Found>,
) {
    let Node::Record { base, .. } = element else { return };
    match through.split_first() {
        Some((slot, rest)) => {
            let array = node_at(reader, base as usize + usize::from(*slot));
            for inner in elements(reader, array) {
                collect(reader, *inner, rest, member, from, found);
            }
        }
        None => {
            let index = base as usize + usize::from(member);
            let at = reader.values.offsets.get(index).copied().unwrap_or(0) as usize;
            found.push(Found { from, name: node_at(reader, index), at });
        }
    }
}

/// One circle out of each group of elements that reach each other (Tarjan's strongly connected
/// components, without recursion), a shortest one through the group's first element.
fn circles(count: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let graph = Graph::new(count, edges);
    graph
        .groups()
        .into_iter()
        .filter(|group| group.len() > 1)
        .map(|group| graph.shortest_circle(&group))
        .collect()
}

/// Edges by the element they start from.
struct Graph {
    starts: Vec<usize>,
    targets: Vec<usize>,
}

impl Graph {
    fn new(count: usize, edges: &[(usize, usize)]) -> Graph {
        let mut sorted = edges.to_vec();
        sorted.sort_unstable();
        let mut starts = Vec::with_capacity(count + 1);
        let mut at = 0;
        for from in 0..=count {
            while sorted.get(at).is_some_and(|edge| edge.0 < from) {
                at += 1;
            }
            starts.push(at);
        }
        Graph { starts, targets: sorted.into_iter().map(|edge| edge.1).collect() }
    }

    fn from(&self, node: usize) -> &[usize] {
        let start = self.starts.get(node).copied().unwrap_or(0);
        let end = self.starts.get(node + 1).copied().unwrap_or(start);
        self.targets.get(start..end).unwrap_or(&[])
    }

    /// The strongly connected components, each sorted, in the order of their first elements.
    fn groups(&self) -> Vec<Vec<usize>> {
        const NEW: usize = usize::MAX;
        let count = self.starts.len().saturating_sub(1);
        let mut order = vec![NEW; count];
        let mut low = vec![0usize; count];
        let mut is_open = vec![false; count];
        let (mut open, mut calls, mut groups) = (Vec::new(), Vec::new(), Vec::new());
        let mut next = 0;
        for root in 0..count {
            if get(&order, root) != NEW {
                continue;
            }
            calls.push((root, 0usize));
            while let Some((node, edge)) = calls.pop() {
                if edge == 0 {
                    set(&mut order, node, next);
                    set(&mut low, node, next);
                    next += 1;
                    open.push(node);
                    set(&mut is_open, node, true);
                }
                match self.from(node).get(edge) {
                    Some(&target) => {
                        calls.push((node, edge + 1));
                        if get(&order, target) == NEW {
                            calls.push((target, 0));
                        } else if is_open.get(target) == Some(&true) {
                            let least = get(&low, node).min(get(&order, target));
                            set(&mut low, node, least);
                        }
                    }
                    None => {
                        if let Some((parent, _)) = calls.last() {
                            let least = get(&low, *parent).min(get(&low, node));
                            set(&mut low, *parent, least);
                        }
                        if get(&low, node) == get(&order, node) {
                            let from = open.iter().rposition(|other| *other == node).unwrap_or(0);
                            let mut group = open.split_off(from);
                            group.iter().for_each(|member| set(&mut is_open, *member, false));
                            group.sort_unstable();
                            groups.push(group);
                        }
                    }
                }
            }
        }
        groups.sort_unstable();
        groups
    }

    /// A shortest circle through the first element of a group, by breadth-first search inside it.
    fn shortest_circle(&self, group: &[usize]) -> Vec<usize> {
        let Some(&start) = group.first() else { return Vec::new() };
        let mut before = vec![usize::MAX; group.len()];
        let place = |node: usize| group.binary_search(&node).ok();
        let mut queue = std::collections::VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            for &target in self.from(node) {
                if target == start {
                    let mut circle = vec![node];
                    let mut last = node;
                    while last != start {
                        last = place(last).map_or(start, |index| get(&before, index));
                        circle.push(last);
                    }
                    circle.reverse();
                    return circle;
                }
                if let Some(index) = place(target)
                    && get(&before, index) == usize::MAX
                {
                    set(&mut before, index, node);
                    queue.push_back(target);
                }
            }
        }
        group.to_vec()
    }
}

fn get(list: &[usize], index: usize) -> usize {
    list.get(index).copied().unwrap_or(0)
}

fn set<T>(list: &mut [T], index: usize, value: T) {
    if let Some(place) = list.get_mut(index) {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use super::circles;

    #[test]
    fn each_group_gives_one_shortest_circle() {
        assert_eq!(circles(3, &[(0, 1), (1, 2)]), Vec::<Vec<usize>>::new());
        assert_eq!(circles(3, &[(0, 1), (1, 2), (2, 0)]), [[0, 1, 2]]);
        assert_eq!(circles(3, &[(2, 1), (1, 2), (1, 0)]), [[1, 2]]);
        let both = circles(5, &[(0, 1), (1, 0), (1, 2), (2, 3), (3, 4), (4, 2), (3, 2)]);
        assert_eq!(both, [vec![0, 1], vec![2, 3]]);
    }

    #[test]
    fn the_search_finds_every_key_from_everywhere() {
        let names: Vec<String> = (0..40).map(|index| format!("{:02}", index * 2 + 1)).collect();
        let mut keys = vec![None, None];
        keys.extend(names.iter().map(|name| Some(name.as_str())));
        for number in 0..82 {
            let name = format!("{number:02}");
            let expected = keys.partition_point(|key| key.is_none_or(|key| key < name.as_str()));
            for near in 0..keys.len() {
                assert_eq!(super::find(&keys, &name, near), expected, "{name} from {near}");
            }
        }
    }

    #[test]
    fn a_long_chain_does_not_overflow_the_stack() {
        let edges: Vec<(usize, usize)> = (0..200_000).map(|from| (from, from + 1)).collect();
        assert!(circles(200_001, &edges).is_empty());
    }
}
