//! How many pairs of each class there were, and how they were judged.

use crate::limits::{Exemption, LARGE_CLASS};
use crate::verdicts::Verdict;
use std::collections::BTreeMap;
use std::fmt;
use tantamount_fuzz::generators::pairs::CLASSES;

#[derive(Clone, Copy, Default)]
struct Count {
    same: u64,
    different: u64,
    refused: u64,
    exempt: u64,
}

#[derive(Default)]
pub(crate) struct Counts {
    classes: BTreeMap<&'static str, Count>,
    exemptions: BTreeMap<Exemption, u64>,
}

impl Counts {
    pub(crate) fn add(&mut self, class: &'static str, verdict: Verdict) {
        let count = self.classes.entry(class).or_default();
        match verdict {
            Verdict::Same => count.same += 1,
            Verdict::Different => count.different += 1,
            Verdict::Refused => count.refused += 1,
            Verdict::Exempt(exemption) => {
                count.exempt += 1;
                *self.exemptions.entry(exemption).or_default() += 1;
            }
        }
    }

    pub(crate) fn merge(&mut self, other: Counts) {
        for (class, count) in other.classes {
            let sum = self.classes.entry(class).or_default();
            sum.same += count.same;
            sum.different += count.different;
            sum.refused += count.refused;
            sum.exempt += count.exempt;
        }
        for (exemption, count) in other.exemptions {
            *self.exemptions.entry(exemption).or_default() += count;
        }
    }

    /// What is missing for the run to have shown anything: a class without pairs, and, where
    /// there were pairs enough, a class without a verdict that it is there to show.
    pub(crate) fn gaps(&self, pairs: u64, server_major: u32) -> Vec<String> {
        let mut gaps = Vec::new();
        let enough = pairs >= 200 * CLASSES.len() as u64;
        for class in CLASSES {
            let Some(count) = self.classes.get(class.name) else {
                gaps.push(format!("no pair of the class `{}`", class.name));
                continue;
            };
            for (must, number, verdict) in [
                (class.must_show.same, count.same, "the same"),
                (class.must_show.different, count.different, "different"),
                // What is excepted is refused by us.
                (class.must_show.refused, count.refused + count.exempt, "refused"),
            ] {
                if must && enough && number == 0 {
                    gaps.push(format!("no pair of the class `{}` is {verdict}", class.name));
                }
            }
        }
        if !self.classes.contains_key(LARGE_CLASS) {
            gaps.push(format!("no pair of the class `{LARGE_CLASS}`"));
        }
        if enough {
            let newer = (server_major >= 16).then_some(Exemption::ZeroExponent);
            let always = [Exemption::Depth, Exemption::TextBytes, Exemption::Printed];
            for exemption in always.into_iter().chain(newer) {
                if !self.exemptions.contains_key(&exemption) {
                    gaps.push(format!("no pair is excepted by {exemption:?}"));
                }
            }
        }
        gaps
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |name: &str, cells: [String; 5]| {
            let [pairs, same, different, refused, exempt] = cells;
            writeln!(
                formatter,
                "{name:<36} {pairs:>9} {same:>9} {different:>9} {refused:>9} {exempt:>9}"
            )
        };
        line("class", ["pairs", "same", "different", "refused", "excepted"].map(str::to_owned))?;
        let mut sum = Count::default();
        let order = CLASSES.iter().map(|class| class.name).chain([LARGE_CLASS]);
        for name in order {
            let count = self.classes.get(name).copied().unwrap_or_default();
            line(name, cells(count))?;
            sum.same += count.same;
            sum.different += count.different;
            sum.refused += count.refused;
            sum.exempt += count.exempt;
        }
        line("all", cells(sum))?;
        write!(formatter, "excepted: {:?}", self.exemptions)
    }
}

fn cells(count: Count) -> [String; 5] {
    let Count { same, different, refused, exempt } = count;
    [same + different + refused + exempt, same, different, refused, exempt]
        .map(|number| number.to_string())
}

#[test]
fn an_empty_class_and_an_idle_one_are_gaps() {
    let mut counts = Counts::default();
    let all = 1 + CLASSES.len();
    assert_eq!(counts.gaps(1, 15).len(), all);
    let name = CLASSES[0].name;
    counts.add(name, Verdict::Same);
    assert_eq!(counts.gaps(1, 15).len(), all - 1);
    let gaps = counts.gaps(1_000_000, 18);
    assert!(gaps.contains(&format!("no pair of the class `{name}` is different")), "{gaps:?}");
    assert!(gaps.contains(&"no pair is excepted by ZeroExponent".to_owned()), "{gaps:?}");
}
