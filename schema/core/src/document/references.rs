//! What crosses elements: members that name other elements of a set.

use super::node::Node;
use super::read::Reader;
use crate::flaw::{Anchor, Flaw};
use crate::plan::Reference;
use crate::problem::Code;
use crate::wording::{count, fill};

/// The most names of a circle that a message shows.
const SHOWN: usize = 20;

/// The most characters of a name that a message shows.
const SHOWN_CHARACTERS: usize = 60;

/// A reference that was found: the element that holds it, its value, and where it stands.
struct Found {
    from: usize,
    name: Node,
    at: usize,
}

/// Checks the references of a root record.
#[inline(never)]
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
            flaws.push(flaw(
                reference_found.at,
                Code::SelfReference,
                "`{}` refers to itself",
                &shortened(name),
                "leave the reference out, or name another element",
            ));
        } else if is_inside {
            if !reference.at_root {
                edges.push((reference_found.from, to));
            }
        } else if !reference.outside
            || reader.existing.as_ref().is_some_and(|names| names.binary_search(&name).is_err())
        {
            flaws.push(flaw(
                reference_found.at,
                Code::UnknownReference,
                "`{}` is the key of no element",
                &shortened(name),
                "name an element that is there, or add it",
            ));
        }
    }
    let starts = element_starts(reader, node_at(reader, slot));
    if reference.acyclic && !is_ordered(&edges, starts) {
        for circle in circles(keys.len(), edges) {
            flaws.push(flaw(
                set_at,
                Code::Cycle,
                "the references form a cycle: {}",
                &shown(&circle, &keys),
                "leave out one of these references",
            ));
        }
    }
    for flaw in flaws {
        reader.scan.flaws.note(|| flaw);
    }
}

#[cold]
#[inline(never)]
fn flaw(at: usize, code: Code, pattern: &str, word: &str, fix: &'static str) -> Flaw {
    Flaw::new(Anchor::Value(at), code, fill(pattern, &[word]), fix)
}

/// The elements of a circle, back to its first.
#[cold]
fn shown(circle: &[usize], keys: &[Option<&str>]) -> String {
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
    names
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
    match name.char_indices().nth(SHOWN_CHARACTERS) {
        Some((cut, _)) => fill("{}…", &[name.get(..cut).unwrap_or("")]),
        None => name.to_owned(),
    }
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

/// One circle out of each group of elements that reach each other, in the order of the groups' first
/// elements: a shortest one through the first.
#[cold]
#[inline(never)]
fn circles(count: usize, mut edges: Vec<(usize, usize)>) -> Vec<Vec<usize>> {
    edges.sort_unstable();
    let mut graph = Graph { edges, starts: Vec::with_capacity(count + 1) };
    let mut at = 0;
    for from in 0..=count {
        while graph.edges.get(at).is_some_and(|edge| edge.0 < from) {
            at += 1;
        }
        graph.starts.push(at);
    }
    let groups = graph.groups(count);
    let mut before = vec![NONE; count];
    let mut found = Vec::new();
    for (start, group) in groups.iter().enumerate() {
        // Where something stands already, the group's circle was told.
        if get(&before, *group) == NONE {
            let circle = graph.shortest_circle(start, &groups, &mut before);
            if !circle.is_empty() {
                set(&mut before, *group, start);
                found.push(circle);
            }
        }
    }
    found
}

/// No element.
const NONE: usize = usize::MAX;

/// Edges, sorted, and where those begin that start from an element.
struct Graph {
    edges: Vec<(usize, usize)>,
    starts: Vec<usize>,
}

impl Graph {
    /// The target of an element's edge.
    fn target(&self, node: usize, edge: usize) -> Option<usize> {
        let at = self.starts.get(node)? + edge;
        let (from, to) = self.edges.get(at)?;
        (*from == node).then_some(*to)
    }

    /// For each element one of its group, the same for the whole group: Tarjan's strongly connected
    /// components, without recursion.
    fn groups(&self, count: usize) -> Vec<usize> {
        let mut groups = vec![NONE; count];
        // When an element was met, counted from 1, and the earliest that it is known to reach.
        let (mut order, mut low) = (vec![0; count], vec![0; count]);
        let (mut open, mut calls) = (Vec::new(), Vec::new());
        let mut next = 0;
        for root in 0..count {
            if get(&order, root) == 0 {
                calls.push((root, 0));
            }
            while let Some((node, mut edge)) = calls.pop() {
                if get(&order, node) == 0 {
                    next += 1;
                    set(&mut order, node, next);
                    set(&mut low, node, next);
                    open.push(node);
                }
                while let Some(target) = self.target(node, edge) {
                    if get(&order, target) == 0 {
                        // This edge is looked at again when all behind it is known.
                        calls.push((node, edge));
                        calls.push((target, 0));
                        break;
                    }
                    if get(&groups, target) == NONE {
                        let least = get(&low, node).min(get(&low, target));
                        set(&mut low, node, least);
                    }
                    edge += 1;
                }
                let is_done = self.target(node, edge).is_none();
                if is_done && get(&low, node) == get(&order, node) {
                    while let Some(member) = open.pop() {
                        set(&mut groups, member, node);
                        if member == node {
                            break;
                        }
                    }
                }
            }
        }
        groups
    }

    /// A shortest circle through the first element of a group, by breadth-first search inside it;
    /// none where the element is alone. `before` is for what leads to an element.
    fn shortest_circle(&self, start: usize, groups: &[usize], before: &mut [usize]) -> Vec<usize> {
        let mut queue = vec![start];
        let mut head = 0;
        while let Some(&node) = queue.get(head) {
            head += 1;
            let mut edge = 0;
            while let Some(target) = self.target(node, edge) {
                edge += 1;
                if target == start && node != start {
                    let mut circle = vec![node];
                    let mut last = node;
                    while last != start {
                        last = get(before, last);
                        circle.push(last);
                    }
                    circle.reverse();
                    return circle;
                }
                if get(groups, target) == get(groups, start) && get(before, target) == NONE {
                    set(before, target, node);
                    queue.push(target);
                }
            }
        }
        Vec::new()
    }
}

#[inline(never)]
fn get(list: &[usize], index: usize) -> usize {
    list.get(index).copied().unwrap_or(NONE)
}

#[inline(never)]
fn set(list: &mut [usize], index: usize, value: usize) {
    if let Some(place) = list.get_mut(index) {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use super::circles;

    #[test]
    fn each_group_gives_one_shortest_circle() {
        assert_eq!(circles(3, vec![(0, 1), (1, 2)]), Vec::<Vec<usize>>::new());
        assert_eq!(circles(3, vec![(0, 1), (1, 2), (2, 0)]), [[0, 1, 2]]);
        assert_eq!(circles(3, vec![(2, 1), (1, 2), (1, 0)]), [[1, 2]]);
        let both = circles(5, vec![(0, 1), (1, 0), (1, 2), (2, 3), (3, 4), (4, 2), (3, 2)]);
        assert_eq!(both, [vec![0, 1], vec![2, 3]]);
    }

    #[test]
    fn all_graphs_of_four_elements_give_what_a_search_of_all_paths_finds() {
        let pairs: Vec<(usize, usize)> =
            (0..16).map(|pair| (pair / 4, pair % 4)).filter(|(from, to)| from != to).collect();
        for chosen in 0..1 << pairs.len() {
            let edges: Vec<(usize, usize)> = (0..pairs.len())
                .filter(|pair| chosen >> pair & 1 == 1)
                .map(|pair| pairs[pair])
                .collect();
            // The length of the shortest way from each element to each other one.
            let mut ways = [[100usize; 4]; 4];
            for (from, to) in &edges {
                ways[*from][*to] = 1;
            }
            for middle in 0..4 {
                for from in 0..4 {
                    for to in 0..4 {
                        let around = ways[from][middle] + ways[middle][to];
                        ways[from][to] = ways[from][to].min(around);
                    }
                }
            }
            let firsts: Vec<usize> = (0..4)
                .filter(|one| ways[*one][*one] < 100)
                .filter(|one| (0..*one).all(|other| ways[*one][other] + ways[other][*one] >= 100))
                .collect();
            let found = circles(4, edges.clone());
            assert_eq!(found.len(), firsts.len(), "{edges:?}");
            for (circle, first) in found.iter().zip(firsts) {
                assert_eq!(circle[0], first, "{edges:?}");
                assert_eq!(circle.len(), ways[first][first], "{edges:?}");
                for (index, from) in circle.iter().enumerate() {
                    let to = circle[(index + 1) % circle.len()];
                    assert!(edges.contains(&(*from, to)), "{edges:?} {circle:?}");
                }
            }
        }
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
        assert!(circles(200_001, edges).is_empty());
    }
}
