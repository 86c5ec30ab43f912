//! Requests of a plan that is too large for strategies: seeded, of a bounded size.

use super::candidates::{element, object, scalars};
use super::engine::Engine;
use super::json::Json;
use tantamount_core::plan::{Absent, Record, Rule};

/// How many values one request has about.
const VALUES: usize = 60;
const DEPTH: u32 = 12;

/// Requests, as many as fit into the bytes.
pub(super) fn requests(engine: &Engine<'_>, count: usize, bytes: usize) -> Vec<String> {
    let mut random = Random(0x7461_6e74);
    let mut all = Vec::new();
    let mut size = 0;
    for _ in 0..count {
        let mut budget = VALUES;
        let Some(value) = value(engine, engine.plan.root, &mut random, &mut budget, 0) else {
            continue;
        };
        let text = value.to_string();
        size += text.len();
        if size > bytes {
            break;
        }
        all.push(text);
    }
    all
}

/// `SplitMix64` (Steele, Lea and Flood, 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed >> 33).unwrap_or(0).checked_rem(bound).unwrap_or(0)
    }
}

fn value(
    engine: &Engine<'_>,
    rule: Rule,
    random: &mut Random,
    budget: &mut usize,
    depth: u32,
) -> Option<Json> {
    *budget = budget.saturating_sub(1);
    match rule {
        Rule::Record(index) => {
            let record = engine.plan.record(index)?;
            let branch = random.below(record.branches.len());
            let mut built = object(engine, record, branch, depth)?;
            for (name, rule) in picked(record, branch, random, *budget, depth) {
                if let Some(inner) = value(engine, rule, random, budget, depth + 1) {
                    built.set(&name, inner);
                }
            }
            Some(built)
        }
        Rule::Array(index) => {
            let array = engine.plan.array(index)?;
            let most = array.max_items.map_or(usize::MAX, |most| most as usize);
            let more = if *budget == 0 || depth > DEPTH { 0 } else { random.below(3) };
            let count = (array.min_items as usize + more).min(most).min(64);
            let elements = (0..count).map(|number| {
                let least = element(engine, array.items, &array.order, number, depth + 1)?;
                let Some(Json::Object(members)) =
                    value(engine, array.items, random, budget, depth + 1)
                else {
                    return Some(least);
                };
                // The keys of the least one tell it apart.
                let mut built = least.clone();
                for (name, inner) in members {
                    if least.get(&name).is_none() && least_is_untagged(engine, array.items) {
                        built.set(&name, inner);
                    }
                }
                Some(built)
            });
            elements.collect::<Option<Vec<Json>>>().map(Json::Array)
        }
        _ => {
            let pool = scalars(engine, rule);
            pool.get(random.below(pool.len())).cloned()
        }
    }
}

/// Whether any member may be added to an element: it is of no union.
fn least_is_untagged(engine: &Engine<'_>, items: Rule) -> bool {
    match items {
        Rule::Record(index) => engine.plan.record(index).is_some_and(|r| r.tag.is_none()),
        _ => false,
    }
}

/// The members that are given another value than the least: few of many, and none far down.
fn picked(
    record: &Record,
    branch: usize,
    random: &mut Random,
    budget: usize,
    depth: u32,
) -> Vec<(String, Rule)> {
    let Some(branch) = record.branches.get(branch) else { return Vec::new() };
    let slots = record.slots.iter().zip(branch.members.iter()).enumerate();
    let members: Vec<(String, Rule, bool)> = slots
        .filter(|(index, _)| record.tag.map(usize::from) != Some(*index))
        .filter_map(|(_, (slot, member))| {
            let member = member.as_ref()?;
            let is_required = member.absent == Absent::Required;
            Some((slot.name.to_string(), member.rule, is_required))
        })
        .collect();
    if budget == 0 || depth > DEPTH {
        return Vec::new();
    }
    let wanted = members.len().min(6);
    members
        .iter()
        .filter(|(.., is_required)| {
            *is_required || random.below(members.len()) < wanted.div_ceil(2)
        })
        .map(|(name, rule, _)| (name.clone(), *rule))
        .collect()
}
