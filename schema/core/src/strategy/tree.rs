//! What a request says, apart from how it is spelt.

use crate::plan::{Member, Plan, Reference, Rule};

/// A value by a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tree {
    /// Not there; how that is written is the spelling's.
    Absent,
    Boolean(bool),
    Integer(i64),
    /// A number of any size.
    Number(Number),
    /// A string, or one out of a list.
    Text(String),
    /// A name of another element, `inside` of them if there is one, else this text. Becomes a
    /// text in [`super::settle`].
    Reference {
        inside: Option<u32>,
        rule: u16,
        text: String,
    },
    Json(Json),
    Array(Vec<Tree>),
    /// By slot; the tag's is [`Tree::Absent`].
    Record {
        branch: u16,
        members: Vec<Tree>,
    },
    /// What breaks a rule; only [`super::violations`] makes it, and once in a tree as a rule.
    Fault(Box<Fault>),
}

/// Something wrong with a value or with the members of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// This text in the place of a value; the problem is at this pointer below it.
    Text { text: String, below: &'static str },
    /// A value that is wrong where it stands: too many elements, a key that another one has.
    /// Of several such values the last one in the text is told.
    Here(Tree),
    /// A record without the member in this slot.
    Without { record: Tree, slot: u16 },
    /// A record with the member in this slot twice.
    Twice { record: Tree, slot: u16 },
    /// A record whose tag is this text.
    Tag { record: Tree, text: String },
    /// A record with this member beside its own.
    More { record: Tree, name: String, text: String },
}

/// Any JSON, numbers by value and names once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    Boolean(bool),
    Number(Number),
    String(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// `digits` times ten to the power of `exponent`; digits without zeros at either end, none and
/// no sign for zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) is_negative: bool,
    pub(super) digits: String,
    pub(super) exponent: i64,
}

impl Number {
    /// The number in its one form.
    pub(super) fn new(is_negative: bool, digits: &str, exponent: i64) -> Number {
        let significant = digits.trim_start_matches('0');
        let kept = significant.trim_end_matches('0');
        if kept.is_empty() {
            return Number { is_negative: false, digits: String::new(), exponent: 0 };
        }
        let dropped = i64::try_from(significant.len() - kept.len()).unwrap_or(0);
        Number { is_negative, digits: kept.to_owned(), exponent: exponent + dropped }
    }

    /// The number that a text of JSON is.
    pub(super) fn read(text: &str) -> Option<Number> {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (is_negative, mantissa) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let places = i64::try_from(fraction.len()).unwrap_or(0);
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let exponent = exponent.trim_start_matches('+').parse::<i64>().ok()?;
        is_number.then(|| Number::new(is_negative, &digits, exponent - places))
    }

    /// The canonical spelling.
    pub(super) fn canonical(&self) -> String {
        let mut text = String::new();
        super::spelling::write_number(None, self, &mut text);
        crate::json::Number::new(&text).map_or(text, |number| number.as_str().to_owned())
    }

    pub(super) fn of(value: i64) -> Number {
        Number::new(value < 0, &value.unsigned_abs().to_string(), 0)
    }
}

/// The reference that a slot of a record holds, if it holds one.
pub(super) fn reference_at(plan: &Plan, record: u16, slot: u16) -> Option<&Reference> {
    plan.references.iter().find(|reference| {
        reference.member == slot && holder(plan, reference) == Some(Rule::Record(record))
    })
}

/// The rule of the records that hold a reference.
pub(super) fn holder(plan: &Plan, reference: &Reference) -> Option<Rule> {
    let mut rule =
        if reference.at_root { plan.root } else { elements_in(plan, plan.root, reference.set)? };
    for slot in reference.through.iter() {
        rule = elements_in(plan, rule, *slot)?;
    }
    Some(rule)
}

/// The rule of the elements of the array in a slot of a record.
fn elements_in(plan: &Plan, record: Rule, slot: u16) -> Option<Rule> {
    let Rule::Record(index) = record else { return None };
    let branches = &plan.record(index)?.branches;
    let arrays = branches.iter().filter_map(|branch| {
        match branch.members.get(usize::from(slot))?.as_ref()?.rule {
            Rule::Array(array) => plan.array(array),
            _ => None,
        }
    });
    arrays.map(|array| array.items).next()
}

/// What a branch of a record takes in a slot.
pub(super) fn member(plan: &Plan, record: u16, branch: u16, slot: usize) -> Option<&Member> {
    plan.record(record)?.member(branch, u16::try_from(slot).ok()?)
}
