//! Types that hold themselves: which members need a box, which values have no end, and arrays and
//! maps that only hold each other.

use super::build::Builder;
use super::facts::canonical;
use super::references::key_fault;
use super::types::{Absence, Branch, Order, Type};
use crate::error::Fault;
use crate::read::Node;

impl Builder<'_> {
    /// Checks the keys of sets, and settles what holds itself.
    pub(super) fn recursion(&mut self) {
        self.break_aliases();
        let mut faults = Vec::new();
        for array in &self.model.arrays {
            let (Order::Set(keys), Type::Record(index)) = (&array.order, array.items) else {
                continue;
            };
            let Some(record) = self.model.records.get(index) else { continue };
            let listed = canonical(&array.node, "set").map(|set| set.value.clone());
            let listed = listed.as_ref().and_then(Node::as_array).unwrap_or_default();
            for (key, node) in keys.iter().zip(listed) {
                if let Some((message, help)) = key_fault(record, key) {
                    faults.push(Fault::new(node.span(), node.pointer(), "set", message, &help));
                }
            }
        }
        for index in self.endless() {
            let Some(record) = self.model.records.get(index) else { continue };
            let at = &record.node;
            let message = format!("a value of `{}` would have no end", record.name);
            let help = "put an array between, or let a member be absent: what holds itself needs \
                        an end";
            faults.push(Fault::new(at.span(), at.pointer(), "$ref", message, help));
        }
        for fault in faults {
            self.add(fault);
        }
        self.box_members();
    }

    /// Arrays and maps have no types of their own in Rust: where they only hold each other, one
    /// of them holds any JSON, and the rest is left to validation.
    fn break_aliases(&mut self) {
        let (arrays, records) = (self.model.arrays.len(), self.model.records.len());
        let mut done = vec![false; arrays + records];
        let place = |ty: Type| match ty {
            Type::Array(index) => Some(index),
            Type::Record(index) => Some(arrays + index),
            _ => None,
        };
        for start in (0..arrays).map(Type::Array).chain((0..records).map(Type::Record)) {
            let mut way: Vec<usize> = Vec::new();
            let mut next = start;
            while let Some(at) = place(next) {
                if way.contains(&at) {
                    self.break_alias(next);
                    break;
                }
                if done.get(at).copied().unwrap_or(true) {
                    break;
                }
                way.push(at);
                next = match next {
                    Type::Array(index) => match self.model.arrays.get(index) {
                        Some(array) => array.items,
                        None => break,
                    },
                    Type::Record(index) => match self.model.records.get(index) {
                        Some(record) if record.is_map => {
                            match record.branches.first().and_then(|branch| branch.others) {
                                Some(others) => others.ty,
                                None => break,
                            }
                        }
                        _ => break,
                    },
                    _ => break,
                };
            }
            for at in way {
                if let Some(done) = done.get_mut(at) {
                    *done = true;
                }
            }
        }
    }

    fn break_alias(&mut self, ty: Type) {
        match ty {
            Type::Array(index) => {
                let Some(array) = self.model.arrays.get_mut(index) else { return };
                array.items = Type::Opaque;
                array.nullable_items = false;
                let node = array.node.clone();
                self.remain(&node, "items");
            }
            Type::Record(index) => {
                let Some(record) = self.model.records.get_mut(index) else { return };
                let node = record.node.clone();
                for others in record.branches.iter_mut().filter_map(|branch| branch.others.as_mut())
                {
                    others.ty = Type::Opaque;
                    others.nullable = false;
                }
                self.remain(&node, "additionalProperties");
            }
            _ => {}
        }
    }

    /// The records whose every value would hold another one.
    fn endless(&self) -> Vec<usize> {
        let records = &self.model.records;
        let mut finite = vec![false; records.len()];
        loop {
            let mut has_changed = false;
            for (index, record) in records.iter().enumerate() {
                let is_finite = |branch: &Branch| {
                    branch.members.iter().all(|member| match member.ty {
                        Type::Record(below)
                            if member.absence == Absence::Required && !member.nullable =>
                        {
                            finite.get(below).copied().unwrap_or(true)
                        }
                        _ => true,
                    })
                };
                let is_new = finite.get(index) == Some(&false)
                    && (record.branches.is_empty() || record.branches.iter().any(is_finite));
                if is_new && let Some(place) = finite.get_mut(index) {
                    *place = true;
                    has_changed = true;
                }
            }
            if !has_changed {
                break;
            }
        }
        finite.iter().enumerate().filter(|(_, is)| !**is).map(|(index, _)| index).collect()
    }

    /// A member needs a box where its value may hold its object again, directly or through others.
    fn box_members(&mut self) {
        let components = self.components();
        let component = |index: usize| components.get(index).copied();
        for index in 0..self.model.records.len() {
            let own = component(index);
            let Some(record) = self.model.records.get_mut(index) else { continue };
            for member in record.branches.iter_mut().flat_map(|branch| &mut branch.members) {
                if let Type::Record(below) = member.ty {
                    member.is_boxed = component(below) == own;
                }
            }
        }
    }

    /// The records that another one holds directly.
    fn held(&self, index: usize) -> Vec<usize> {
        let Some(record) = self.model.records.get(index) else { return Vec::new() };
        if record.is_map {
            return Vec::new();
        }
        if let Some((union, _)) = record.alone {
            return vec![union];
        }
        let members = record.branches.iter().flat_map(|branch| &branch.members);
        members
            .filter_map(|member| match member.ty {
                // A branch that is used alone is a struct of its union.
                Type::Record(below) => {
                    let alone = self.model.records.get(below).and_then(|held| held.alone.as_ref());
                    Some(alone.map_or(below, |(union, _)| *union))
                }
                _ => None,
            })
            .collect()
    }

    /// For each record the number of the strongly connected component that it belongs to, by
    /// Tarjan's algorithm without recursion. A branch that is used alone belongs to its union's.
    fn components(&self) -> Vec<usize> {
        let count = self.model.records.len();
        let held: Vec<Vec<usize>> = (0..count).map(|index| self.held(index)).collect();
        let mut order = vec![0usize; count];
        let mut low = vec![0usize; count];
        let mut component = vec![usize::MAX; count];
        let mut stack: Vec<usize> = Vec::new();
        let (mut counter, mut components) = (0, 0);
        let at = |list: &[usize], index: usize| list.get(index).copied().unwrap_or(0);
        for start in 0..count {
            if at(&order, start) > 0 {
                continue;
            }
            let mut calls = vec![(start, 0usize)];
            while let Some((index, next)) = calls.pop() {
                if next == 0 {
                    counter += 1;
                    put(&mut order, index, counter);
                    put(&mut low, index, counter);
                    stack.push(index);
                }
                match held.get(index).and_then(|held| held.get(next)) {
                    Some(&below) => {
                        calls.push((index, next + 1));
                        if at(&order, below) == 0 {
                            calls.push((below, 0));
                        } else if component.get(below) == Some(&usize::MAX) {
                            let lowest = at(&low, index).min(at(&order, below));
                            put(&mut low, index, lowest);
                        }
                    }
                    None => {
                        if at(&low, index) == at(&order, index) {
                            while let Some(member) = stack.pop() {
                                put(&mut component, member, components);
                                if member == index {
                                    break;
                                }
                            }
                            components += 1;
                        }
                        if let Some((caller, _)) = calls.last() {
                            let lowest = at(&low, *caller).min(at(&low, index));
                            put(&mut low, *caller, lowest);
                        }
                    }
                }
            }
        }
        for (index, record) in self.model.records.iter().enumerate() {
            if let Some((union, _)) = record.alone {
                let of_union = at(&component, union);
                put(&mut component, index, of_union);
            }
        }
        component
    }
}

fn put(list: &mut [usize], index: usize, value: usize) {
    if let Some(place) = list.get_mut(index) {
        *place = value;
    }
}
