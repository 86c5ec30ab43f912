//! Parts of the engine that a plan may have no use for.
//!
//! A module built for one plan alone leaves out what the plan does not ask for: `cargo xtask npm`, and the
//! `.cargo/config.toml` of a generated package, pass `--cfg tantamount_without="numbers"` for each part of
//! [`Plan::unused_parts`], and [`Plan::is_served`] lets the module's crate refuse to be built with too little.

use crate::plan::{Form, Order, Plan, Rule, Table};
use std::borrow::Cow;

/// Numbers beyond whole ones of 64 bits: [`Plan::numbers`].
pub(crate) const NUMBERS: bool = !cfg!(tantamount_without = "numbers");
/// Points in time: [`Form::DateTime`].
pub(crate) const DATE_TIMES: bool = !cfg!(tantamount_without = "date-times");
/// Decimal numbers in strings: [`Form::Decimal`].
pub(crate) const DECIMALS: bool = !cfg!(tantamount_without = "decimals");
/// Records that keep members which they do not name: [`crate::plan::Branch::others`].
pub(crate) const OPEN_RECORDS: bool = !cfg!(tantamount_without = "open-records");
/// Arrays whose elements have neither order nor key: [`Order::Multiset`].
pub(crate) const MULTISETS: bool = !cfg!(tantamount_without = "multisets");
/// Sets of which not all keys are strings.
pub(crate) const OTHER_KEYS: bool = !cfg!(tantamount_without = "other-keys");

/// What a plan asks for.
struct Needs {
    numbers: bool,
    date_times: bool,
    decimals: bool,
    open_records: bool,
    multisets: bool,
    other_keys: bool,
}

impl Plan {
    /// What the plan does not need, by the names that a build takes in `tantamount_without`.
    #[must_use]
    pub fn unused_parts(&self) -> Vec<&'static str> {
        self.parts(false)
    }

    /// What the plan needs of what a build may leave out, by the same names.
    #[must_use]
    pub fn needed_parts(&self) -> Vec<&'static str> {
        self.parts(true)
    }

    fn parts(&self, are_needed: bool) -> Vec<&'static str> {
        let needs = self.needs();
        [
            ("numbers", needs.numbers),
            ("date-times", needs.date_times),
            ("decimals", needs.decimals),
            ("open-records", needs.open_records),
            ("multisets", needs.multisets),
            ("other-keys", needs.other_keys),
        ]
        .into_iter()
        .filter(|(_, is_needed)| *is_needed == are_needed)
        .map(|(name, _)| name)
        .collect()
    }

    /// Whether this build of the engine has all that the plan needs.
    #[must_use]
    pub const fn is_served(&self) -> bool {
        let needs = self.needs();
        (NUMBERS || !needs.numbers)
            && (DATE_TIMES || !needs.date_times)
            && (DECIMALS || !needs.decimals)
            && (OPEN_RECORDS || !needs.open_records)
            && (MULTISETS || !needs.multisets)
            && (OTHER_KEYS || !needs.other_keys)
    }

    const fn needs(&self) -> Needs {
        let mut needs = Needs {
            numbers: !list(&self.numbers).is_empty(),
            date_times: false,
            decimals: false,
            open_records: false,
            multisets: false,
            other_keys: false,
        };
        let mut texts = list(&self.texts);
        while let Some((text, rest)) = texts.split_first() {
            match text.form {
                Form::DateTime => needs.date_times = true,
                Form::Decimal => needs.decimals = true,
                Form::Plain | Form::Uuid => {}
            }
            texts = rest;
        }
        let mut records = list(&self.records);
        while let Some((record, rest)) = records.split_first() {
            needs.open_records = needs.open_records || record.is_open;
            records = rest;
        }
        let mut arrays = list(&self.arrays);
        while let Some((array, rest)) = arrays.split_first() {
            match &array.order {
                Order::List => {}
                Order::Multiset => needs.multisets = true,
                Order::Set(keys) => {
                    needs.other_keys = needs.other_keys || !self.has_text_keys(array.items, keys);
                }
            }
            arrays = rest;
        }
        needs
    }

    /// Whether the keys of a set's elements are strings in every branch.
    const fn has_text_keys(&self, items: Rule, keys: &Table<u16>) -> bool {
        let Rule::Record(index) = items else { return false };
        let Some(record) = nth(list(&self.records), index) else { return false };
        let mut keys = list(keys);
        while let Some((key, rest)) = keys.split_first() {
            let is_tag = matches!(record.tag, Some(tag) if tag == *key);
            let mut branches = list(&record.branches);
            while let Some((branch, others)) = branches.split_first() {
                match nth(list(&branch.members), *key) {
                    Some(Some(member))
                        if matches!(member.rule, Rule::Text(_) | Rule::Choice(_)) => {}
                    _ if is_tag => {}
                    _ => return false,
                }
                branches = others;
            }
            keys = rest;
        }
        true
    }
}

const fn list<T>(table: &Table<T>) -> &[T]
where
    T: Clone,
{
    match table {
        Cow::Borrowed(list) => list,
        Cow::Owned(list) => list.as_slice(),
    }
}

const fn nth<T>(list: &[T], index: u16) -> Option<&T> {
    let (mut rest, mut left) = (list, index);
    while let Some((first, others)) = rest.split_first() {
        if left == 0 {
            return Some(first);
        }
        left -= 1;
        rest = others;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{ArrayRule, Branch, Member, NumberRule, Record, Slot, TextRule};

    fn plan() -> Plan {
        let text = TextRule { not_blank: false, max_bytes: None, form: Form::Plain };
        let member = |rule| {
            let absent = crate::plan::Absent::Required;
            let flags = (false, false, false);
            Some(Member {
                rule,
                nullable: flags.0,
                absent,
                emit_non_default: flags.1,
                stored_absent_any: flags.2,
            })
        };
        let branch = Branch {
            tag: "".into(),
            members: vec![member(Rule::Text(0)), member(Rule::Integer(0))].into(),
            others: None,
        };
        let slot = |fragment| Slot {
            name: "a".into(),
            fragment: Cow::Borrowed(fragment),
            head: Slot::head_of(fragment),
        };
        let record = Record {
            name: "A".into(),
            tag: None,
            slots: vec![slot(",\"a\":"), slot(",\"b\":")].into(),
            branches: vec![branch].into(),
            is_open: false,
        };
        let (items, order) = (Rule::Record(0), Order::Set(vec![0].into()));
        let array =
            ArrayRule { items, nullable_items: false, min_items: 0, max_items: None, order };
        Plan {
            title: "A".into(),
            id: "urn:example:a:1".into(),
            version: "1".into(),
            root: Rule::Array(0),
            records: vec![record].into(),
            arrays: vec![array].into(),
            integers: Vec::new().into(),
            numbers: Vec::new().into(),
            texts: vec![text].into(),
            choices: Vec::new().into(),
            scope: Vec::new().into(),
            references: Vec::new().into(),
        }
    }

    #[test]
    fn each_part_is_unused_until_a_plan_asks_for_it() {
        let all = ["numbers", "date-times", "decimals", "open-records", "multisets", "other-keys"];
        assert_eq!(plan().unused_parts(), all);
        let changes: [fn(&mut Plan); 6] = [
            |plan| {
                let number = NumberRule { is_whole: false, minimum: None, maximum: None };
                plan.numbers.to_mut().push(number);
            },
            |plan| plan.texts.to_mut()[0].form = Form::DateTime,
            |plan| plan.texts.to_mut()[0].form = Form::Decimal,
            |plan| plan.records.to_mut()[0].is_open = true,
            |plan| plan.arrays.to_mut()[0].order = Order::Multiset,
            |plan| plan.arrays.to_mut()[0].order = Order::Set(vec![0, 1].into()),
        ];
        for (name, change) in all.into_iter().zip(changes) {
            let mut plan = plan();
            change(&mut plan);
            assert!(!plan.unused_parts().contains(&name), "{name}");
            assert_eq!(plan.unused_parts().len(), all.len() - 1, "{name}");
            assert_eq!(plan.needed_parts(), [name]);
            assert!(plan.is_served(), "this build lacks nothing");
        }
    }
}
