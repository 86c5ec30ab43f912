//! What crosses elements: members that name other elements of a set.

use super::node::Node;
use super::read::Reader;
use crate::flaw::{Anchor, Flaw, Flaws};
use crate::plan::Reference;
use crate::problem::Code;
use crate::wording::{count, fill, text};
use std::mem;

/// The most names of a circle that a message shows.
const SHOWN: usize = 20;

/// The most characters of a name that a message shows.
const SHOWN_CHARACTERS: usize = 60;

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
    // What reads nothing any more notes flaws beside the reader that it looks into.
    let mut flaws = mem::replace(&mut reader.scan.flaws, Flaws::new(0));
    let set = node_at(reader, slot);
    let elements = elements(reader, set);
    let mut keys = Vec::with_capacity(elements.len());
    for element in elements {
        keys.push(match element {
            Node::Record { base, .. } => {
                let key = node_at(reader, *base as usize + usize::from(reference.key));
                reader.string(*key)
            }
            _ => None,
        });
    }
    let mut edges = Vec::new();
    let mut visit = |from: usize, name: Node, at: usize| {
        let Some(name) = reader.string(name) else { return };
        let to = find(&keys, name, from);
        let is_name = |index: usize| keys.get(index).copied().flatten() == Some(name);
        if is_name(from) {
            note(&mut flaws, at, Code::SelfReference, name);
        } else if is_name(to) {
            if !reference.at_root {
                edges.push(edge(from, to));
            }
        } else if !reference.outside
            || reader.existing.as_ref().is_some_and(|names| names.binary_search(&name).is_err())
        {
            note(&mut flaws, at, Code::UnknownReference, name);
        }
    };
    // No element holds what the root holds, so it is from behind the last one.
    let roots = [root];
    let (holders, first) = match reference.at_root {
        true => (roots.as_slice(), elements.len()),
        false => (elements, 0),
    };
    for (from, holder) in holders.iter().enumerate() {
        let found: &mut dyn FnMut(Node, usize) = &mut |name, at| visit(first + from, name, at);
        collect(reader, holder, &reference.through, reference.member, found);
    }
    if reference.acyclic && !is_ordered(&edges, element_starts(reader, set)) {
        let at = reader.values.offsets.get(slot).copied().unwrap_or(0) as usize;
        circles(keys.len(), &mut edges, &mut |circle| {
            // Of a thousand circles few are told.
            let shown = if flaws.has_room() { shown(circle, &keys) } else { String::new() };
            note(&mut flaws, at, Code::Cycle, &shown);
        });
    }
    reader.scan.flaws = flaws;
}

/// Notes what is wrong with a reference to this name, or with those that form this circle.
#[cold]
#[inline(never)]
fn note(flaws: &mut Flaws, at: usize, code: Code, name: &str) {
    flaws.note(|| {
        let (message, fix) = match code {
            Code::SelfReference => {
                ("`{}` refers to itself", "leave the reference out, or name another element")
            }
            Code::UnknownReference => {
                ("`{}` is the key of no element", "name an element that is there, or add it")
            }
            _ => ("the references form a cycle: {}", "leave out one of these references"),
        };
        let name = if code == Code::Cycle { name.to_owned() } else { shortened(name) };
        Flaw::new(Anchor::Value(at), code, fill(message, &[&name]), fix)
    });
}

/// The names of a circle, whose first element comes last here and last in the text again.
#[cold]
fn shown(circle: &[usize], keys: &[Option<&str>]) -> String {
    let name = |index: usize| shortened(keys.get(index).copied().flatten().unwrap_or(""));
    let mut names = Vec::new();
    let mut add = |word: &str| {
        names.extend_from_slice(word.as_bytes());
        names.extend_from_slice(" → ".as_bytes());
    };
    for index in circle.iter().rev().take(SHOWN) {
        add(&name(*index));
    }
    if circle.len() > SHOWN {
        add(&fill("({} more)", &[&count(circle.len() - SHOWN)]));
    }
    names.extend_from_slice(name(circle.last().copied().unwrap_or(NONE)).as_bytes());
    text(names)
}

/// The place of a name in keys that are sorted, those that could not be read first. The search
/// starts at a place that is likely near, as clients name steps near their own, and goes away from it in
/// strides that double until the name is passed; what is left is halved.
fn find(keys: &[Option<&str>], name: &str, near: usize) -> usize {
    let (mut low, mut high) = (0, keys.len());
    let (mut at, mut stride) = (near, 1);
    while low < high {
        at = at.clamp(low, high - 1);
        let is_before =
            keys.get(at).is_some_and(|key| key.is_none_or(|key| key.as_bytes() < name.as_bytes()));
        if is_before {
            low = at + 1;
            at += stride;
        } else {
            high = at;
            at = at.saturating_sub(stride);
        }
        stride *= 2;
        if low > 0 && high < keys.len() {
            at = low + (high - low) / 2;
        }
    }
    low
}

/// Whether every reference goes backwards, by key or in the text: then there is no circle, and
/// most batches are so.
fn is_ordered(edges: &[u64], starts: &[u32]) -> bool {
    edges.iter().all(|edge| target(*edge) < source(*edge))
        || edges.iter().all(|edge| starts.get(target(*edge)) < starts.get(source(*edge)))
}

/// A reference between two elements; so they are in the order of their sources. There are fewer elements than a text
/// has bytes.
fn edge(source: usize, target: usize) -> u64 {
    (source as u64) << 32 | target as u64
}

/// The element that holds the reference.
fn source(edge: u64) -> usize {
    (edge >> 32) as usize
}

/// The element that the reference names.
fn target(edge: u64) -> usize {
    (edge & u64::from(u32::MAX)) as usize
}

#[inline(never)]
fn shortened(name: &str) -> String {
    let mut characters = 0;
    for (at, byte) in name.bytes().enumerate() {
        // Every byte but a continuation begins a character.
        if byte & 0xC0 != 0x80 {
            if characters == SHOWN_CHARACTERS {
                return fill("{}…", &[name.get(..at).unwrap_or("")]);
            }
            characters += 1;
        }
    }
    name.to_owned()
}

#[inline(never)]
fn node_at<'r>(reader: &'r Reader<'_>, index: usize) -> &'r Node {
    reader.values.nodes.get(index).unwrap_or(&Node::Absent)
}

#[inline(never)]
fn elements<'r>(reader: &'r Reader<'_>, node: &Node) -> &'r [Node] {
    match *node {
        Node::Array { first, count, .. } => {
            reader.values.nodes.get(first as usize..first as usize + count as usize).unwrap_or(&[])
        }
        _ => &[],
    }
}

/// Where the elements of an array start in the text.
fn element_starts<'r>(reader: &'r Reader<'_>, node: &Node) -> &'r [u32] {
    match *node {
        Node::Array { first, count, .. } => reader
            .values
            .offsets
            .get(first as usize..first as usize + count as usize)
            .unwrap_or(&[]),
        _ => &[],
    }
}

/// Calls back with each reference that an element holds, through the arrays in the slots `through`, and where it
/// stands.
fn collect(
    reader: &Reader<'_>,
    element: &Node,
    through: &[u16],
    member: u16,
    found: &mut dyn FnMut(Node, usize),
) {
    let Node::Record { base, .. } = *element else { return };
    match through.split_first() {
        Some((slot, rest)) => {
            let array = node_at(reader, base as usize + usize::from(*slot));
            for inner in elements(reader, array) {
                collect(reader, inner, rest, member, found);
            }
        }
        None => {
            let index = base as usize + usize::from(member);
            let at = reader.values.offsets.get(index).copied().unwrap_or(0) as usize;
            found(*node_at(reader, index), at);
        }
    }
}

/// No element.
const NONE: usize = usize::MAX;

/// Calls back with one circle out of each group of elements that reach each other, in the order of the groups' first
/// elements: a shortest one through the first, which is its last; each leads to the one before.
#[cold]
#[inline(never)]
fn circles(count: usize, edges: &mut [u64], tell: &mut dyn FnMut(&[usize])) {
    edges.sort_unstable();
    let groups = groups(count, edges);
    let mut before = numbers(count, NONE);
    for (start, group) in groups.iter().enumerate() {
        // Where something stands already, the group's circle was told.
        let last = group - count - 1;
        if get(&before, last) == NONE && tell_circle(edges, start, &groups, &mut before, tell) {
            set(&mut before, last, start);
        }
    }
}

/// Where an element's edges begin; they are sorted.
#[inline(never)]
fn first_edge(edges: &[u64], node: usize) -> usize {
    edges.partition_point(|edge| source(*edge) < node)
}

/// Where an edge leads, if it is one of this element; else [`NONE`].
#[inline(never)]
fn reached_by(edges: &[u64], node: usize, edge: usize) -> usize {
    match edges.get(edge) {
        Some(edge) if source(*edge) == node => target(*edge),
        _ => NONE,
    }
}

/// For each element one of its group, the same for the whole group, and `count` and 1 added to it: the strongly
/// connected components as D. Pearce's variant of Tarjan's algorithm finds them (2016), without recursion. There is
/// one number for each element: 0 until it is met; then when it was, counted from 1, or the least such number that
/// it is known to reach; at the end its group, which is greater than any of them.
fn groups(count: usize, edges: &[u64]) -> Vec<usize> {
    let mut reached = numbers(count, 0);
    let (mut open, mut calls) = (Vec::new(), Vec::new());
    let mut next = 1;
    for root in 0..count {
        if get(&reached, root) == 0 {
            push(&mut calls, NONE);
            push(&mut calls, root);
        }
        while let (Some(node), Some(mut edge)) = (calls.pop(), calls.pop()) {
            let first = first_edge(edges, node);
            if edge == NONE {
                set(&mut reached, node, next);
                next += 1;
                edge = first;
            }
            // What was met last is looked at first; this element again when all behind it is known.
            let mut to = reached_by(edges, node, edge);
            while to != NONE && get(&reached, to) != 0 {
                edge += 1;
                to = reached_by(edges, node, edge);
            }
            if to != NONE {
                for number in [edge, node, NONE, to] {
                    push(&mut calls, number);
                }
                continue;
            }
            let own = get(&reached, node);
            let mut least = own;
            for edge in first..edge {
                least = least.min(get(&reached, reached_by(edges, node, edge)));
            }
            set(&mut reached, node, least);
            push(&mut open, node);
            if least == own {
                // It reaches none that was met before it: what is open since is its group.
                while let Some(&member) = open.last()
                    && get(&reached, member) >= own
                {
                    open.pop();
                    set(&mut reached, member, count + 1 + node);
                    next -= 1;
                }
            }
        }
    }
    reached
}

/// Calls back with a shortest circle through the first element of a group, by breadth-first search inside it; tells
/// whether there is one, as there is none where the element is alone. `before` is for what leads to an element.
fn tell_circle(
    edges: &[u64],
    start: usize,
    groups: &[usize],
    before: &mut [usize],
    tell: &mut dyn FnMut(&[usize]),
) -> bool {
    let mut queue = Vec::new();
    push(&mut queue, start);
    let mut head = 0;
    while let Some(&node) = queue.get(head) {
        head += 1;
        let mut edge = first_edge(edges, node);
        loop {
            let target = reached_by(edges, node, edge);
            if target == NONE {
                break;
            }
            edge += 1;
            if target == start && node != start {
                queue.clear();
                let mut last = node;
                while last != start {
                    push(&mut queue, last);
                    last = get(before, last);
                }
                push(&mut queue, start);
                tell(&queue);
                return true;
            }
            if get(groups, target) == get(groups, start) && get(before, target) == NONE {
                set(before, target, node);
                push(&mut queue, target);
            }
        }
    }
    false
}

/// The same number for each element.
fn numbers(count: usize, number: usize) -> Vec<usize> {
    let mut list = Vec::new();
    for _ in 0..count {
        push(&mut list, number);
    }
    list
}

#[inline(never)]
fn push(list: &mut Vec<usize>, value: usize) {
    list.push(value);
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
    fn circles(count: usize, edges: Vec<(usize, usize)>) -> Vec<Vec<usize>> {
        let mut found = Vec::new();
        let mut edges: Vec<u64> = edges.iter().map(|(from, to)| super::edge(*from, *to)).collect();
        super::circles(count, &mut edges, &mut |circle| {
            found.push(circle.iter().rev().copied().collect());
        });
        found
    }

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
