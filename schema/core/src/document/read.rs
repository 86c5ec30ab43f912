//! Bytes to a document, or to every problem there is, in one pass.

use super::node::{Document, Node};
use super::references;
use super::rules::{Fault, advice, choices, expected, integer_fault, listed, nearest, text_fault};
use crate::flaw::{Anchor, Flaw};
use crate::json::scan::{Number, Scanner, Stop, StringSpan, snippet};
use crate::json::{Decimal, Edits, Limits, NotInteger};
use crate::locate::locate;
use crate::plan::{Absent, Branch, Member, Order, Plan, Record, Rule};
use crate::problem::{Code, Problems};
use std::borrow::Cow;
use std::cmp::Ordering;

/// How a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A request: strictly.
    Request,
    /// A stored row: lengths and bounds unlimited, unknown members ignored, references unchecked.
    Stored,
}

/// Reads a text by a rule of a plan.
pub(crate) fn read<'a>(
    plan: &'a Plan,
    rule: Rule,
    bytes: &'a [u8],
    mode: Mode,
    limits: &Limits,
) -> Result<Document<'a>, Problems> {
    let scan = match Scanner::new(bytes, *limits) {
        Ok(scan) => scan,
        Err(flaws) => return Err(locate(bytes, flaws)),
    };
    let mut reader = Reader {
        scan,
        plan,
        mode,
        nodes: Vec::with_capacity(bytes.len() / 64),
        offsets: Vec::with_capacity(bytes.len() / 64),
        pending: Vec::new(),
        deferred: Vec::new(),
        orders: vec![Vec::new(); plan.records.len()],
        arena: Vec::new(),
        edits: Edits::default(),
    };
    let root = reader.root(rule);
    let Ok(root) = root else { return Err(locate(bytes, reader.scan.flaws)) };
    if mode == Mode::Request && rule == plan.root {
        references::check(&mut reader, root);
    }
    if !reader.scan.flaws.is_empty() {
        return Err(locate(bytes, reader.scan.flaws));
    }
    let text = Cow::Borrowed(reader.scan.text());
    Ok(Document { plan, text, nodes: reader.nodes, arena: reader.arena, edits: reader.edits, root })
}

/// A member whose branch was not known when it came: read when the tag is.
struct Deferred {
    slot: usize,
    name_at: usize,
    value_at: usize,
}

pub(super) struct Reader<'a> {
    pub(super) scan: Scanner<'a>,
    pub(super) plan: &'a Plan,
    mode: Mode,
    pub(super) nodes: Vec<Node>,
    /// Where each node's value starts in the text; 0 for a slot that was not seen.
    pub(super) offsets: Vec<u32>,
    /// The elements of the arrays that are being read, innermost last.
    pending: Vec<(Node, u32)>,
    deferred: Vec<Deferred>,
    /// For each record the slots in the order in which its last object had them: clients write
    /// the members of one type in one order.
    orders: Vec<Vec<u16>>,
    arena: Vec<u8>,
    edits: Edits,
}

impl<'a> Reader<'a> {
    fn root(&mut self, rule: Rule) -> Result<Node, Stop> {
        self.scan.skip_space();
        let root = self.value(rule, false)?;
        self.scan.end()?;
        Ok(root)
    }

    /// Reads the value that the cursor stands on. `optional` is for the advice alone.
    fn value(&mut self, rule: Rule, optional: bool) -> Result<Node, Stop> {
        match (rule, self.scan.peek()) {
            (Rule::Opaque, _) => self.opaque(),
            (Rule::Record(index), Some(b'{')) => self.record(index),
            (Rule::Array(index), Some(b'[')) => self.array(index),
            (Rule::Text(index), Some(b'"')) => self.text(index),
            (Rule::Choice(index), Some(b'"')) => self.choice(index, optional),
            (Rule::Integer(index), Some(b'-' | b'0'..=b'9')) => self.integer(index),
            (Rule::Boolean, Some(b't')) => self.scan.literal("true").map(|()| Node::Boolean(true)),
            (Rule::Boolean, Some(b'f')) => {
                self.scan.literal("false").map(|()| Node::Boolean(false))
            }
            (Rule::Null, Some(b'n')) => self.scan.literal("null").map(|()| Node::Absent),
            _ => self.wrong_type(rule, optional),
        }
    }

    fn wrong_type(&mut self, rule: Rule, optional: bool) -> Result<Node, Stop> {
        let start = self.scan.position();
        self.skip()?;
        let end = self.scan.position();
        let (plan, text) = (self.plan, self.scan.text());
        self.scan.flaws.note(|| {
            let shown = snippet(text, start, end);
            let message = match rule {
                Rule::Choice(index) => format!("{shown} is not {}", choices(plan, index)),
                _ => format!("{shown} is not {}", expected(plan, rule)),
            };
            Flaw::new(Anchor::Value(start), Code::Type, message, advice(plan, rule, optional))
        });
        Ok(Node::Invalid)
    }

    /// Reads over a value, checking it as JSON.
    fn skip(&mut self) -> Result<(), Stop> {
        self.edits.skip(&mut self.scan)
    }

    fn fault(&mut self, at: usize, (code, message, fix): Fault) -> Node {
        self.scan.flaws.note(|| Flaw::new(Anchor::Value(at), code, message, fix));
        Node::Invalid
    }

    fn opaque(&mut self) -> Result<Node, Stop> {
        let start = self.scan.position();
        let edits = self.edits.read(&mut self.scan)?;
        Ok(Node::Opaque { start: narrow(start), end: narrow(self.scan.position()), edits })
    }

    fn text(&mut self, index: u16) -> Result<Node, Stop> {
        let at = self.scan.position();
        let noted = self.scan.flaws.len();
        let span = self.scan.string(false)?;
        if self.scan.flaws.len() > noted {
            return Ok(Node::Invalid);
        }
        let contents = self.scan.unescape(span);
        let Some(rule) = self.plan.texts.get(usize::from(index)) else {
            return Ok(Node::Invalid);
        };
        let spelling = match (text_fault(rule, &contents), self.mode) {
            (Ok(spelling), _) => spelling,
            (Err((Code::Blank | Code::MaxBytes, ..)), Mode::Stored) => None,
            (Err(fault), _) => return Ok(self.fault(at, fault)),
        };
        match (spelling, contents) {
            (Some(spelling), _) => Ok(self.owned(&spelling)),
            (None, Cow::Owned(contents)) => Ok(self.owned(&contents)),
            (None, Cow::Borrowed(_)) => Ok(plain(span)),
        }
    }

    fn owned(&mut self, contents: &str) -> Node {
        let start = narrow(self.arena.len());
        self.arena.extend_from_slice(contents.as_bytes());
        Node::Owned { start, end: narrow(self.arena.len()) }
    }

    fn choice(&mut self, index: u16, optional: bool) -> Result<Node, Stop> {
        let at = self.scan.position();
        let noted = self.scan.flaws.len();
        let span = self.scan.string(false)?;
        if self.scan.flaws.len() > noted {
            return Ok(Node::Invalid);
        }
        let contents = self.scan.unescape(span);
        let plan = self.plan;
        let Some(rule) = plan.choices.get(usize::from(index)) else { return Ok(Node::Invalid) };
        if let Some(value) = rule.values.iter().position(|value| *value == contents) {
            return Ok(Node::Choice { rule: index, value: u16::try_from(value).unwrap_or(0) });
        }
        let names = rule.values.iter().map(AsRef::as_ref);
        Ok(self.not_listed(at, names, advice(plan, Rule::Choice(index), optional)))
    }

    fn not_listed<'n>(
        &mut self,
        at: usize,
        names: impl Iterator<Item = &'n str> + Clone,
        fix: String,
    ) -> Node {
        let shown = snippet(self.scan.text(), at, self.scan.position());
        let wrong = shown.trim_matches(['`', '"']);
        let near = match nearest(wrong, names.clone()) {
            Some(near) => format!(", did you mean `{near}`"),
            None => String::new(),
        };
        let message = format!("{shown} is not {}{near}", listed(names));
        self.fault(at, (Code::OneOf, message, fix))
    }

    fn integer(&mut self, index: u16) -> Result<Node, Stop> {
        let at = self.scan.position();
        let noted = self.scan.flaws.len();
        let value = match self.scan.number()? {
            Number::Other(number) => number.to_i64(),
            Number::Canonical => {
                let raw = self.scan.bytes(at, self.scan.position());
                match whole_number(raw) {
                    Some(value) => Ok(value),
                    // Spelt canonically with a point: no whole number.
                    None => Decimal::parse(raw).map_or(Err(NotInteger::Fraction), |n| n.to_i64()),
                }
            }
        };
        if self.scan.flaws.len() > noted {
            return Ok(Node::Invalid);
        }
        let Some(rule) = self.plan.integers.get(usize::from(index)) else {
            return Ok(Node::Invalid);
        };
        if let (Mode::Stored, Ok(value)) = (self.mode, value) {
            return Ok(Node::Integer(value));
        }
        if let Ok(value) = value
            && value >= rule.minimum
            && value <= rule.maximum
        {
            return Ok(Node::Integer(value));
        }
        let shown = snippet(self.scan.text(), at, self.scan.position());
        match integer_fault(rule, value, &shown) {
            Ok(value) => Ok(Node::Integer(value)),
            Err(fault) => Ok(self.fault(at, fault)),
        }
    }

    fn array(&mut self, index: u16) -> Result<Node, Stop> {
        let at = self.scan.position();
        let Some(rule) = self.plan.array(index) else { return Ok(Node::Invalid) };
        self.scan.enter()?;
        let mark = self.pending.len();
        while self.scan.another(self.pending.len() == mark, b']')? {
            let start = narrow(self.scan.position());
            let node = self.value(rule.items, false)?;
            self.pending.push((node, start));
        }
        let count = self.pending.len() - mark;
        if self.mode == Mode::Request {
            self.check_count(at, count, rule.min_items as usize, rule.max_items);
        }
        if let Order::Set(keys) = &rule.order {
            self.sort_set(mark, keys);
        }
        let first = narrow(self.nodes.len());
        for (node, start) in self.pending.drain(mark..) {
            self.nodes.push(node);
            self.offsets.push(start);
        }
        Ok(Node::Array { rule: index, first, count: narrow(count) })
    }

    fn check_count(&mut self, at: usize, count: usize, least: usize, most: Option<u32>) {
        if count < least {
            let message = format!("the array has {count} elements, at least {least} are needed");
            let fix = if least == 1 { "add an element" } else { "add elements" };
            self.fault(at, (Code::MinItems, message, fix.to_owned()));
        }
        if let Some(most) = most
            && count > most as usize
        {
            let message = format!("the array has {count} elements, at most {most} are allowed");
            self.fault(at, (Code::MaxItems, message, "leave elements out".to_owned()));
        }
    }

    /// Orders the pending elements from `mark` on by their keys, and notes those whose key came
    /// before.
    fn sort_set(&mut self, mark: usize, keys: &[u16]) {
        let pending = self.pending.get(mark..).unwrap_or(&[]);
        let is_sorted = pending.windows(2).all(|pair| match pair {
            [(left, _), (right, _)] => {
                self.compare_keys(*left, *right, keys) == Some(Ordering::Less)
            }
            _ => true,
        });
        if is_sorted {
            return;
        }
        let mut elements: Vec<(Node, u32)> = self.pending.drain(mark..).collect();
        {
            elements.sort_by(|(left, _), (right, _)| {
                self.compare_keys(*left, *right, keys)
                    .unwrap_or_else(|| self.has_keys(*left, keys).cmp(&self.has_keys(*right, keys)))
            });
            let mut original: Option<(Node, u32)> = None;
            for &(node, start) in &elements {
                match original {
                    Some((first, first_start))
                        if self.compare_keys(first, node, keys) == Some(Ordering::Equal) =>
                    {
                        self.duplicate_key(node, start, first_start, keys);
                    }
                    _ => original = Some((node, start)),
                }
            }
        }
        self.pending.append(&mut elements);
    }

    #[cold]
    fn duplicate_key(&mut self, node: Node, start: u32, first_start: u32, keys: &[u16]) {
        let base = match node {
            Node::Record { base, .. } => base as usize,
            _ => return,
        };
        let at = match keys {
            [key] => self.offsets.get(base + usize::from(*key)).copied().unwrap_or(start),
            _ => start,
        };
        self.scan.flaws.note(|| Flaw {
            related: Some(first_start as usize),
            ..Flaw::new(
                Anchor::Value(at as usize),
                Code::DuplicateKey,
                "the key is a duplicate of {related}".to_owned(),
                "give each element a key of its own, or leave the duplicate out".to_owned(),
            )
        });
    }

    fn has_keys(&self, node: Node, keys: &[u16]) -> bool {
        keys.iter().all(|key| !matches!(self.key(node, *key), Node::Invalid | Node::Absent))
    }

    fn key(&self, node: Node, key: u16) -> Node {
        match node {
            Node::Record { base, .. } => {
                self.nodes.get(base as usize + usize::from(key)).copied().unwrap_or(Node::Invalid)
            }
            _ => Node::Invalid,
        }
    }

    /// Compares two elements by their keys; `None` where a key is missing or wrong.
    fn compare_keys(&self, left: Node, right: Node, keys: &[u16]) -> Option<Ordering> {
        for key in keys {
            let order = match (self.key(left, *key), self.key(right, *key)) {
                (Node::Integer(left), Node::Integer(right)) => left.cmp(&right),
                (Node::Boolean(left), Node::Boolean(right)) => left.cmp(&right),
                (left, right) => self.string(left)?.as_bytes().cmp(self.string(right)?.as_bytes()),
            };
            if order != Ordering::Equal {
                return Some(order);
            }
        }
        Some(Ordering::Equal)
    }

    /// The contents of a string node.
    pub(super) fn string(&self, node: Node) -> Option<&str> {
        match node {
            Node::Plain { start, end } => Some(self.scan.slice(start as usize, end as usize)),
            Node::Owned { start, end } => {
                std::str::from_utf8(self.arena.get(start as usize..end as usize)?).ok()
            }
            Node::Choice { rule, value } => self
                .plan
                .choices
                .get(usize::from(rule))?
                .values
                .get(usize::from(value))
                .map(AsRef::as_ref),
            _ => None,
        }
    }

    fn record(&mut self, index: u16) -> Result<Node, Stop> {
        let at = self.scan.position();
        let Some(record) = self.plan.record(index) else { return Ok(Node::Invalid) };
        self.scan.enter()?;
        let base = self.nodes.len();
        self.nodes.resize(base + record.slots.len(), Node::Absent);
        self.offsets.resize(base + record.slots.len(), 0);
        let mark = self.deferred.len();
        let mut branch = if record.tag.is_none() { Some(0u16) } else { None };
        let mut position = 0;
        let noted_before = self.scan.mark();
        let mut has_repeated = false;
        while self.scan.another(position == 0, b'}')? {
            let name_at = self.scan.position();
            let (name, is_readable) = match self.scan.plain_name() {
                Some(name) => (Cow::Borrowed(name), true),
                None => {
                    let noted = self.scan.flaws.len();
                    let name = self.scan.name()?;
                    (self.scan.unescape(name), self.scan.flaws.len() == noted)
                }
            };
            let slot = self.find_slot(record, index, position, &name).filter(|_| is_readable);
            position += 1;
            let Some(slot) = slot else {
                if is_readable && self.mode == Mode::Request {
                    self.unknown_member(record, &name, name_at);
                }
                self.skip()?;
                continue;
            };
            let value_at = self.scan.position();
            let is_repeated = self.offsets.get(base + slot).is_some_and(|offset| *offset > 0);
            if is_repeated && self.mode == Mode::Request {
                self.duplicate_member(&name, name_at);
                self.skip()?;
                continue;
            }
            if let Some(offset) = self.offsets.get_mut(base + slot) {
                *offset = narrow(value_at);
            }
            if is_repeated {
                has_repeated = true;
                self.skip()?;
                continue;
            }
            let node = if record.tag.map(usize::from) == Some(slot) {
                let (node, found) = self.tag(record)?;
                branch = found;
                node
            } else {
                match (branch, record.branches.first().and_then(|branch| branch.members.get(slot)))
                {
                    (Some(branch), _) => self.member(record, branch, slot, name_at)?,
                    (None, Some(Some(member))) if is_common(record, slot, member) => {
                        self.member(record, 0, slot, name_at)?
                    }
                    _ => {
                        self.defer(slot, name_at)?;
                        Node::Invalid
                    }
                }
            };
            self.set(base + slot, node);
        }
        if has_repeated {
            self.deferred.truncate(mark);
            self.scan.rewind(noted_before);
            branch = self.last_members(record, base, at)?;
        }
        let Some(branch) = branch else {
            self.skip_deferred(mark)?;
            self.check_common_required(record, base, at);
            return Ok(Node::Record { rule: index, branch: u16::MAX, base: narrow(base) });
        };
        self.read_deferred(record, branch, base, mark)?;
        self.check_required(record, branch, base, at);
        Ok(Node::Record { rule: index, branch, base: narrow(base) })
    }

    /// The slot of a name, which is most often that of the same position in the last object.
    #[inline]
    fn find_slot(
        &mut self,
        record: &Record,
        index: u16,
        position: usize,
        name: &str,
    ) -> Option<usize> {
        let order = self.orders.get_mut(usize::from(index))?;
        if let Some(slot) = order.get(position).copied()
            && record.slots.get(usize::from(slot)).is_some_and(|slot| slot.name == name)
        {
            return Some(usize::from(slot));
        }
        let slot = record.slots.iter().position(|slot| slot.name == name)?;
        if position < record.slots.len() {
            order.resize(order.len().max(position + 1), 0);
            if let (Some(place), Ok(slot)) = (order.get_mut(position), u16::try_from(slot)) {
                *place = slot;
            }
        }
        Some(slot)
    }

    /// Reads a stored record again in which a member stands twice: the last of each name counts,
    /// of the tag too, and what it shadows is checked as JSON alone.
    #[cold]
    fn last_members(
        &mut self,
        record: &'a Record,
        base: usize,
        at: usize,
    ) -> Result<Option<u16>, Stop> {
        let noted = self.scan.flaws.len();
        self.scan.seek(at);
        self.skip()?;
        let after = self.scan.position();
        if self.scan.flaws.len() > noted {
            return Ok(None);
        }
        let mut branch = if record.tag.is_none() { Some(0u16) } else { None };
        // The tag comes first: it says what the others are.
        let tag = record.tag.map(usize::from);
        let others = (0..record.slots.len()).filter(|slot| Some(*slot) != tag);
        for slot in tag.into_iter().chain(others) {
            let value_at = self.offsets.get(base + slot).copied().unwrap_or(0) as usize;
            if value_at == 0 {
                continue;
            }
            self.scan.seek(value_at);
            let node = if Some(slot) == tag {
                let (node, found) = self.tag(record)?;
                branch = found;
                node
            } else {
                let Some(branch) = branch else { break };
                self.member(record, branch, slot, value_at)?
            };
            self.set(base + slot, node);
        }
        self.scan.seek(after);
        Ok(branch)
    }

    fn set(&mut self, index: usize, node: Node) {
        if let Some(place) = self.nodes.get_mut(index) {
            *place = node;
        }
    }

    /// Skips a value whose rule is not known yet, and forgets what was noted in it: it is read
    /// again.
    fn defer(&mut self, slot: usize, name_at: usize) -> Result<(), Stop> {
        self.deferred.push(Deferred { slot, name_at, value_at: self.scan.position() });
        let mark = self.scan.mark();
        self.skip()?;
        self.scan.rewind(mark);
        Ok(())
    }

    /// Where no branch was found: the deferred values can be checked as JSON alone.
    fn skip_deferred(&mut self, mark: usize) -> Result<(), Stop> {
        let after = self.scan.position();
        for deferred in self.deferred.split_off(mark) {
            self.scan.seek(deferred.value_at);
            self.skip()?;
        }
        self.scan.seek(after);
        Ok(())
    }

    fn read_deferred(
        &mut self,
        record: &'a Record,
        branch: u16,
        base: usize,
        mark: usize,
    ) -> Result<(), Stop> {
        let after = self.scan.position();
        for deferred in self.deferred.split_off(mark) {
            self.scan.seek(deferred.value_at);
            let node = self.member(record, branch, deferred.slot, deferred.name_at)?;
            self.set(base + deferred.slot, node);
        }
        self.scan.seek(after);
        Ok(())
    }

    /// Reads the value of the tag: its node, and the branch that it selects.
    fn tag(&mut self, record: &'a Record) -> Result<(Node, Option<u16>), Stop> {
        let at = self.scan.position();
        let names = record.branches.iter().map(|branch| branch.tag.as_ref());
        if self.scan.peek() != Some(b'"') {
            self.skip()?;
            let shown = snippet(self.scan.text(), at, self.scan.position());
            let message = format!("{shown} is not {}", listed(names.clone()));
            let node = self.fault(at, (Code::Type, message, format!("write {}", listed(names))));
            return Ok((node, None));
        }
        let noted = self.scan.flaws.len();
        let span = self.scan.string(false)?;
        if self.scan.flaws.len() > noted {
            return Ok((Node::Invalid, None));
        }
        let contents = self.scan.unescape(span);
        match record.branches.iter().position(|branch| branch.tag == contents) {
            Some(branch) => {
                let node = match contents {
                    Cow::Borrowed(_) => plain(span),
                    Cow::Owned(contents) => self.owned(&contents),
                };
                Ok((node, u16::try_from(branch).ok()))
            }
            None => {
                let fix = format!("write {}", listed(names.clone()));
                Ok((self.not_listed(at, names, fix), None))
            }
        }
    }

    /// Reads the value of a member.
    fn member(
        &mut self,
        record: &'a Record,
        branch: u16,
        slot: usize,
        name_at: usize,
    ) -> Result<Node, Stop> {
        let Some(branch) = record.branches.get(usize::from(branch)) else {
            return Ok(Node::Invalid);
        };
        let Some(Some(member)) = branch.members.get(slot) else {
            self.skip()?;
            if self.mode == Mode::Request {
                self.not_allowed(record, branch, slot, Anchor::Member(name_at), "leave it out");
            }
            return Ok(Node::Absent);
        };
        let at = self.scan.position();
        if self.scan.peek() == Some(b'n') && member.rule != Rule::Opaque {
            if member.nullable || member.rule == Rule::Null {
                return self.scan.literal("null").map(|()| Node::Absent);
            }
            if member.stored_absent_any && self.mode == Mode::Stored {
                return self.scan.literal("null").map(|()| Node::Any);
            }
        }
        if member.rule == Rule::Null {
            self.skip()?;
            let fix = "leave it out, or write null";
            self.not_allowed(record, branch, slot, Anchor::Value(at), fix);
            return Ok(Node::Invalid);
        }
        self.value(member.rule, member.absent != Absent::Required)
    }

    #[cold]
    fn not_allowed(
        &mut self,
        record: &Record,
        branch: &Branch,
        slot: usize,
        anchor: Anchor,
        fix: &str,
    ) {
        let name = record.slots.get(slot).map_or("", |slot| &slot.name);
        let why = match tag_name(record) {
            Some(tag) => format!(" whose `{tag}` is `{}`", branch.tag),
            None => String::new(),
        };
        let message = format!("`{name}` is not for a {}{why}", record.name);
        self.scan.flaws.note(|| Flaw::new(anchor, Code::NotAllowed, message, fix.to_owned()));
    }

    #[cold]
    fn unknown_member(&mut self, record: &Record, name: &str, at: usize) {
        self.scan.flaws.note(|| {
            let names = record.slots.iter().map(|slot| slot.name.as_ref());
            let shown = snippet(name, 0, name.len());
            let (hint, fix) = match nearest(name, names) {
                Some(near) => {
                    (format!(", did you mean `{near}`"), format!("rename it to `{near}`"))
                }
                None => (String::new(), "leave it out".to_owned()),
            };
            let message = format!("unknown member {shown}{hint}");
            Flaw::new(Anchor::Member(at), Code::UnknownMember, message, fix)
        });
    }

    #[cold]
    fn duplicate_member(&mut self, name: &str, at: usize) {
        self.scan.flaws.note(|| {
            Flaw::new(
                Anchor::Member(at),
                Code::DuplicateMember,
                format!("duplicate member `{name}`"),
                "write each member once".to_owned(),
            )
        });
    }

    fn check_required(&mut self, record: &'a Record, branch: u16, base: usize, at: usize) {
        let Some(branch) = record.branches.get(usize::from(branch)) else { return };
        for (slot, member) in branch.members.iter().enumerate() {
            let Some(member) = member else { continue };
            let is_seen = self.offsets.get(base + slot).is_some_and(|offset| *offset > 0);
            if member.absent != Absent::Required || is_seen {
                continue;
            }
            if member.stored_absent_any && self.mode == Mode::Stored {
                self.set(base + slot, Node::Any);
                continue;
            }
            let why = match tag_name(record) {
                Some(tag) if !is_common(record, slot, member) => {
                    format!(" because `{tag}` is `{}`", branch.tag)
                }
                _ => String::new(),
            };
            self.missing(record, slot, Some(member), &why, at);
        }
    }

    /// Where the tag is missing or wrong, only what every branch requires can be missed.
    fn check_common_required(&mut self, record: &'a Record, base: usize, at: usize) {
        for slot in 0..record.slots.len() {
            let is_tag = record.tag.map(usize::from) == Some(slot);
            let member = record.branches.first().and_then(|branch| branch.members.get(slot));
            let member = member.and_then(Option::as_ref);
            let is_required = member.is_some_and(|member| {
                member.absent == Absent::Required && is_common(record, slot, member)
            });
            let is_seen = self.offsets.get(base + slot).is_some_and(|offset| *offset > 0);
            if (is_tag || is_required) && !is_seen {
                self.missing(record, slot, member, "", at);
            }
        }
    }

    #[cold]
    fn missing(
        &mut self,
        record: &'a Record,
        slot: usize,
        member: Option<&Member>,
        why: &str,
        at: usize,
    ) {
        let Some(name) = record.slots.get(slot).map(|slot| slot.name.clone()) else { return };
        let plan = self.plan;
        self.scan.flaws.note(|| {
            let advice = match member {
                Some(member) => advice(plan, member.rule, false),
                None => {
                    format!("write {}", listed(record.branches.iter().map(|b| b.tag.as_ref())))
                }
            };
            let message = format!("`{name}` is required{why}");
            let fix = format!("add `{name}`: {advice}");
            let member = Some(name);
            Flaw { member, ..Flaw::new(Anchor::Missing(at), Code::Required, message, fix) }
        });
    }
}

/// Whether every branch takes the same in the slot.
fn is_common(record: &Record, slot: usize, member: &Member) -> bool {
    record.branches.iter().all(|branch| {
        branch.members.get(slot).and_then(Option::as_ref).is_some_and(|other| other == member)
    })
}

fn tag_name(record: &Record) -> Option<&str> {
    record.slots.get(usize::from(record.tag?)).map(|slot| slot.name.as_ref())
}

/// The value of a number that is spelt canonically, at most 18 digits, where it has no point.
fn whole_number(raw: &[u8]) -> Option<i64> {
    let (is_negative, digits) = match raw.split_first() {
        Some((b'-', digits)) => (true, digits),
        _ => (false, raw),
    };
    let mut value = 0;
    for digit in digits {
        value = value * 10 + i64::from(digit.checked_sub(b'0')?);
    }
    Some(if is_negative { -value } else { value })
}

fn plain(span: StringSpan) -> Node {
    Node::Plain { start: narrow(span.start), end: narrow(span.end) }
}

/// An offset in 32 bits; no text is longer than 1 GiB, nor is what is made of it.
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
