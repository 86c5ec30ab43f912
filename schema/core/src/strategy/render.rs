//! Trees to text: in a spelling, or as the one text of their meaning.

use super::defaults::from_canonical;
use super::random::Random;
use super::scope::PlanScope;
use super::spelling::{Spelling, recased, write_number, write_text};
use super::tree::{Fault, Json, Number, Tree, member};
use crate::locate::push_token;
use crate::plan::{Absent, Form, Member, Order, Plan, Rule};
use std::borrow::Cow;

/// The text of a request in a spelling.
pub(super) fn spelt(plan: &Plan, tree: &Tree, scope: &PlanScope, spelling: Spelling) -> String {
    spelt_as(plan, plan.root, tree, scope, spelling)
}

/// The text of a tree of a rule in a spelling.
pub(super) fn spelt_as(
    plan: &Plan,
    rule: Rule,
    tree: &Tree,
    scope: &PlanScope,
    spelling: Spelling,
) -> String {
    let mut renderer = Renderer::new(Some((plan, scope)), spelling);
    renderer.spaces();
    renderer.tree(rule, tree);
    renderer.spaces();
    renderer.out
}

/// The text of a tree with a fault, in a spelling, and the pointer of the fault.
pub(super) fn spelt_with_fault(
    plan: &Plan,
    tree: &Tree,
    scope: &PlanScope,
    spelling: Spelling,
) -> (String, Option<String>) {
    let mut renderer = Renderer::new(Some((plan, scope)), spelling);
    renderer.spaces();
    renderer.tree(plan.root, tree);
    renderer.spaces();
    (renderer.out, renderer.fault)
}

/// The text of any JSON in a spelling.
pub(super) fn spelt_json(value: &Json, spelling: Spelling) -> String {
    let mut renderer = Renderer::new(None, spelling);
    renderer.spaces();
    renderer.json(value);
    renderer.spaces();
    renderer.out
}

/// The plain text of any JSON.
pub(super) fn plain_json(value: &Json) -> String {
    spelt_json(value, Spelling::default())
}

/// The canonical JSON of a scope's value.
pub(super) fn canonical(plan: &Plan, rule: Rule, tree: &Tree) -> String {
    let text = meaning(plan, rule, tree, &PlanScope::none());
    let canonical = crate::json::canonicalize(text.as_bytes()).ok();
    canonical.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or(text)
}

/// One text for each meaning: absence filled in, orders that mean nothing made one. It is no
/// canonical form (orders are its own), but as good to tell whether two trees mean the same.
pub(super) fn meaning(plan: &Plan, rule: Rule, tree: &Tree, scope: &PlanScope) -> String {
    let mut renderer = Renderer::new(Some((plan, scope)), Spelling::default());
    renderer.is_meaning = true;
    renderer.tree(rule, tree);
    renderer.out
}

/// What a member means.
pub(super) fn member_meaning(
    plan: &Plan,
    member: &Member,
    tree: &Tree,
    scope: &PlanScope,
) -> String {
    let filled = filled(plan, member, tree, scope);
    // An opaque default is canonical JSON that no tree is read from.
    match (&member.absent, member.rule, tree) {
        (Absent::Default(default), Rule::Opaque, Tree::Absent) => default.to_string(),
        _ => meaning(plan, member.rule, &filled, scope),
    }
}

/// The value of a member, an absent one's by what absence means.
fn filled<'t>(plan: &Plan, member: &Member, tree: &'t Tree, scope: &PlanScope) -> Cow<'t, Tree> {
    match (tree, &member.absent) {
        (Tree::Absent, Absent::Default(default)) => {
            Cow::Owned(from_canonical(plan, member.rule, default))
        }
        (Tree::Absent, Absent::Inherit(index)) => Cow::Owned(
            scope
                .canonical(*index)
                .map_or(Tree::Absent, |text| from_canonical(plan, member.rule, text)),
        ),
        _ => Cow::Borrowed(tree),
    }
}

struct Renderer<'r> {
    /// None for JSON alone.
    source: Option<(&'r Plan, &'r PlanScope)>,
    spelling: Spelling,
    random: Random,
    is_meaning: bool,
    out: String,
    /// The JSON Pointer of the value that is being written.
    pointer: String,
    /// That of the fault that was written last.
    fault: Option<String>,
}

impl<'r> Renderer<'r> {
    fn new(source: Option<(&'r Plan, &'r PlanScope)>, spelling: Spelling) -> Renderer<'r> {
        let random = Random::new(spelling.seed);
        Renderer {
            source,
            spelling,
            random,
            is_meaning: false,
            out: String::new(),
            pointer: String::new(),
            fault: None,
        }
    }

    fn tree(&mut self, rule: Rule, tree: &Tree) {
        let Some((plan, _)) = self.source else { return };
        match (tree, rule) {
            (Tree::Absent, _) => self.out.push_str("null"),
            (Tree::Boolean(value), _) => self.out.push_str(&value.to_string()),
            (Tree::Integer(value), _) => self.number(&Number::of(*value)),
            (Tree::Number(value), _) => self.number(value),
            (Tree::Text(text) | Tree::Reference { text, .. }, Rule::Text(index))
                if self.spelling.cases
                    && plan.texts.get(usize::from(index)).map(|rule| rule.form)
                        == Some(Form::Uuid) =>
            {
                let text = recased(&mut self.random, text);
                self.text(&text);
            }
            (Tree::Text(text) | Tree::Reference { text, .. }, _) => self.text(text),
            (Tree::Json(value), _) => self.json(value),
            (Tree::Array(elements), Rule::Array(index)) => self.array(index, elements),
            (Tree::Record { branch, members }, Rule::Record(index)) => {
                self.record(index, *branch, members, None);
            }
            (Tree::Fault(fault), _) => self.fault(rule, fault),
            (Tree::Array(_) | Tree::Record { .. }, _) => self.out.push_str("null"),
        }
    }

    fn array(&mut self, index: u16, elements: &[Tree]) {
        let Some(rule) = self.source.and_then(|(plan, _)| plan.array(index)) else { return };
        let (items, is_list) = (rule.items, matches!(rule.order, Order::List));
        let mut order: Vec<&Tree> = elements.iter().collect();
        if self.spelling.orders && !is_list {
            self.random.shuffle(&mut order);
        }
        if self.is_meaning {
            let mut texts: Vec<String> =
                order.iter().map(|element| self.apart(|one| one.tree(items, element))).collect();
            if !is_list {
                texts.sort_unstable();
            }
            let joined = texts.join(",");
            self.out.push('[');
            self.out.push_str(&joined);
            return self.out.push(']');
        }
        let order: Vec<(usize, &Tree)> = order.into_iter().enumerate().collect();
        self.sequence('[', ']', &order, |one, (position, element)| {
            one.below(&position.to_string(), |one| one.tree(items, element));
        });
    }

    /// Writes what stands below the present value.
    fn below<T>(&mut self, token: &str, write: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        push_token(&mut self.pointer, token);
        let written = write(self);
        self.pointer.truncate(length);
        written
    }

    fn fault(&mut self, rule: Rule, fault: &Fault) {
        match fault {
            Fault::Text { text, below } => {
                self.out.push_str(text);
                self.fault = Some(format!("{}{below}", self.pointer));
            }
            Fault::Here(tree) => {
                self.tree(rule, tree);
                self.fault = Some(self.pointer.clone());
            }
            Fault::Without { record, .. }
            | Fault::Twice { record, .. }
            | Fault::Tag { record, .. }
            | Fault::More { record, .. } => {
                if let (Rule::Record(index), Tree::Record { branch, members }) = (rule, record) {
                    self.record(index, *branch, members, Some(fault));
                }
            }
        }
    }

    /// What a writer would add to the text.
    fn apart(&mut self, write: impl FnOnce(&mut Self)) -> String {
        let before = std::mem::take(&mut self.out);
        write(self);
        std::mem::replace(&mut self.out, before)
    }

    fn record(&mut self, index: u16, branch: u16, members: &[Tree], fault: Option<&Fault>) {
        let Some((plan, scope)) = self.source else { return };
        let Some(record) = plan.record(index) else { return };
        let mut written: Vec<(&str, String)> = Vec::new();
        for (slot, name) in record.slots.iter().enumerate() {
            let name: &str = &name.name;
            let is_tag = record.tag.map(usize::from) == Some(slot);
            match fault {
                Some(Fault::Without { slot: without, .. }) if usize::from(*without) == slot => {
                    self.below(name, |one| one.fault = Some(one.pointer.clone()));
                    continue;
                }
                Some(Fault::Twice { slot: twice, .. }) if usize::from(*twice) == slot => {
                    self.below(name, |one| one.fault = Some(one.pointer.clone()));
                    let tag = record.branches.get(usize::from(branch)).map_or("", |b| &b.tag);
                    let value = members.get(slot).unwrap_or(&Tree::Absent);
                    let rule = member(plan, index, branch, slot).map(|taken| taken.rule);
                    for _ in 0..2 {
                        let text = self.apart(|one| match rule {
                            Some(rule) if !is_tag => one.tree(rule, value),
                            _ => one.text(tag),
                        });
                        written.push((name, text));
                    }
                    continue;
                }
                Some(Fault::Tag { text, .. }) if is_tag => {
                    self.below(name, |one| one.fault = Some(one.pointer.clone()));
                    written.push((name, text.clone()));
                    continue;
                }
                _ => {}
            }
            if is_tag {
                let tag = record.branches.get(usize::from(branch)).map_or("", |found| &found.tag);
                written.push((name, self.apart(|one| one.text(tag))));
                continue;
            }
            let Some(taken) = member(plan, index, branch, slot) else { continue };
            let value = members.get(slot).unwrap_or(&Tree::Absent);
            if self.is_meaning {
                written.push((name, member_meaning(plan, taken, value, scope)));
            } else if let Some(value) =
                self.below(name, |one| one.member(plan, scope, taken, value))
            {
                written.push((name, value));
            }
        }
        if let Some(Fault::More { name, text, .. }) = fault {
            self.below(name, |one| one.fault = Some(one.pointer.clone()));
            written.push((name, text.clone()));
        }
        if self.spelling.orders {
            self.random.shuffle(&mut written);
        }
        self.sequence('{', '}', &written, |one, (name, value)| {
            one.name(name);
            one.out.push_str(value);
        });
    }

    /// The text of a member's value; `None` to leave it out.
    fn member(
        &mut self,
        plan: &Plan,
        scope: &PlanScope,
        member: &Member,
        value: &Tree,
    ) -> Option<String> {
        let is_opaque = member.rule == Rule::Opaque;
        let may_be_null = !is_opaque && (member.nullable || member.rule == Rule::Null);
        let may_be_left_out = member.absent != Absent::Required;
        if matches!(value, Tree::Fault(_)) {
            return Some(self.apart(|one| one.tree(member.rule, value)));
        }
        let means_absence = *value == Tree::Absent
            || (self.spelling.absences
                && may_be_left_out
                && member_meaning(plan, member, value, scope)
                    == member_meaning(plan, member, &Tree::Absent, scope));
        if !means_absence {
            return Some(self.apart(|one| one.tree(member.rule, value)));
        }
        if !may_be_left_out {
            return Some("null".to_owned());
        }
        if !self.spelling.absences {
            return None;
        }
        match self.random.below(3) {
            0 => None,
            1 => may_be_null.then(|| "null".to_owned()),
            _ => match (&member.absent, filled(plan, member, value, scope).into_owned()) {
                (Absent::Default(default), Tree::Absent) if is_opaque => Some(default.to_string()),
                (_, Tree::Absent) => may_be_null.then(|| "null".to_owned()),
                (_, filled) => Some(self.apart(|one| one.tree(member.rule, &filled))),
            },
        }
    }

    fn json(&mut self, value: &Json) {
        match value {
            Json::Null => self.out.push_str("null"),
            Json::Boolean(value) => self.out.push_str(&value.to_string()),
            Json::Number(number) => self.number(number),
            Json::String(text) => self.text(text),
            Json::Array(elements) => {
                let elements: Vec<&Json> = elements.iter().collect();
                self.sequence('[', ']', &elements, |one, element| one.json(element));
            }
            Json::Object(members) => self.object(members),
        }
    }

    fn object(&mut self, members: &[(String, Json)]) {
        let mut order: Vec<&(String, Json)> = members.iter().collect();
        if self.is_meaning {
            order.sort_by(|left, right| left.0.cmp(&right.0));
        }
        if self.spelling.orders {
            self.random.shuffle(&mut order);
        }
        // A shadowed member stands anywhere before the one that counts.
        let mut all: Vec<(&str, Cow<'_, Json>)> = Vec::new();
        for (index, (name, value)) in order.iter().enumerate() {
            if self.spelling.shadows && self.random.one_in(4) {
                let later = order.get(index..).unwrap_or(&[]);
                if let Some((shadowed, _)) = later.get(self.random.below(later.len())) {
                    all.push((shadowed, Cow::Owned(self.shadow())));
                }
            }
            all.push((name, Cow::Borrowed(value)));
        }
        self.sequence('{', '}', &all, |one, (name, value)| {
            one.name(name);
            one.json(value);
        });
    }

    /// A value that does not count.
    fn shadow(&mut self) -> Json {
        match self.random.below(5) {
            0 => Json::Null,
            1 => Json::Boolean(true),
            2 => Json::Number(Number::of(7)),
            3 => Json::Array(vec![Json::Object(Vec::new())]),
            _ => Json::Object(vec![("a".to_owned(), Json::String("😀".to_owned()))]),
        }
    }

    fn sequence<T>(
        &mut self,
        open: char,
        close: char,
        elements: &[T],
        mut write: impl FnMut(&mut Self, &T),
    ) {
        self.out.push(open);
        for (index, element) in elements.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            self.spaces();
            write(self, element);
            self.spaces();
        }
        if elements.is_empty() {
            self.spaces();
        }
        self.out.push(close);
    }

    fn name(&mut self, name: &str) {
        self.text(name);
        self.spaces();
        self.out.push(':');
        self.spaces();
    }

    fn spaces(&mut self) {
        while self.spelling.spaces && self.random.one_in(3) {
            self.out.push(self.random.pick(&[' ', '\t', '\n', '\r']));
        }
    }

    fn number(&mut self, number: &Number) {
        let random = self.spelling.numbers.then_some(&mut self.random);
        write_number(random, number, &mut self.out);
    }

    fn text(&mut self, text: &str) {
        let random = self.spelling.escapes.then_some(&mut self.random);
        write_text(random, text, &mut self.out);
    }
}
