//! What is known of a place, topic by topic.

use super::explanation::{Explanation, Fact, Section};
use super::place::Place;
use crate::describe::{Columns, absence, array_role, check_words, plain_type, roles, rules};
use crate::error::Error;
use crate::lower::rule;
use crate::model::storage::Storage;
use crate::model::{Branch, Documentation, Member, Model, Record, Type};
use crate::read::{Node, Place as Position, unescaped};
use crate::rules::{Standing, standing};
use crate::schema::Schema;
use tantamount_core::plan::{Plan, Rule};

pub(super) fn explain(schema: &Schema, place: &Place) -> Result<Explanation, Error> {
    let columns = Columns::new(schema)?;
    let plan = schema.plan();
    let mut facts = Facts {
        schema,
        model: schema.model(),
        plan: &plan,
        columns: &columns,
        says: Vec::new(),
        means: Vec::new(),
        stored: Vec::new(),
        generated: Vec::new(),
    };
    let what = facts.what(place);
    facts.says(place);
    facts.links(place);
    facts.means(&place.schema);
    let (file, text) = schema.sources().document_of(&place.node).map_or_else(
        || (schema.source().name(), schema.source().text()),
        |(name, text)| (&**name, &**text),
    );
    let (line, column) = crate::error::line_and_column(text, place.node.span().start);
    let topics = [
        ("says", facts.says),
        ("means", facts.means),
        ("stored", facts.stored),
        ("generated", facts.generated),
    ];
    let sections = topics
        .into_iter()
        .filter(|(_, facts)| !facts.is_empty())
        .map(|(name, facts)| Section { name: name.to_owned(), facts })
        .collect();
    Ok(Explanation {
        pointer: Position::of(place.node.pointer()).pointer,
        file: file.to_owned(),
        line,
        column,
        what,
        sections,
    })
}

struct Facts<'a> {
    schema: &'a Schema,
    model: &'a Model,
    plan: &'a Plan,
    columns: &'a Columns,
    says: Vec<Fact>,
    means: Vec<Fact>,
    stored: Vec<Fact>,
    generated: Vec<Fact>,
}

/// The most characters of a value that are shown.
const VALUE: usize = 120;

fn fact(list: &mut Vec<Fact>, name: impl Into<String>, value: impl Into<String>) {
    let fact = Fact { name: name.into(), value: value.into() };
    if !list.contains(&fact) {
        list.push(fact);
    }
}

impl Facts<'_> {
    /// What stands at the place, in words.
    fn what(&self, place: &Place) -> String {
        let under = || match &place.under {
            None => "the schema itself".to_owned(),
            Some((keyword, outer)) => {
                let name = last(place.schema.pointer());
                let outer = if outer.pointer().is_empty() { "the root" } else { outer.pointer() };
                match keyword.as_str() {
                    "properties" => format!("the member `{name}` of {outer}"),
                    "$defs" => format!("the definition `{name}`"),
                    "items" => format!("the elements of {outer}"),
                    "scope" => format!("the scope's `{name}`"),
                    other => format!("a schema under `{other}` of {outer}"),
                }
            }
        };
        match &place.keyword {
            None => under(),
            Some(keyword) => {
                let is_whole =
                    place.schema.get(keyword).map(Node::pointer) == Some(place.node.pointer());
                let inside = if is_whole { "" } else { "inside of " };
                format!("{inside}`{keyword}` of {}", under())
            }
        }
    }

    /// The keywords of a schema, each with how it is dealt with.
    fn says(&mut self, place: &Place) {
        for member in place.schema.members() {
            if place.keyword.as_ref().is_some_and(|keyword| *keyword != member.name) {
                continue;
            }
            let dialect = self.schema.sources().dialect();
            let remains = self.model.remaining.iter().any(|remaining| {
                remaining.pointer == place.schema.pointer() && remaining.keyword == member.name
            });
            let how = match (standing(&member.name, dialect), member.name.as_str()) {
                (_, "x-canonical") => "when two values are the same",
                (_, "x-storage") => "where it lives in the database",
                (_, "title" | "description" | "examples" | "deprecated") => "documentation",
                (Standing::Core | Standing::Honoured, _) if remains => {
                    "honoured: checked beside the plan"
                }
                (_, "x-rust-name" | "x-rust-names") => "honoured",
                (_, "default") if place.schema.get("x-canonical").is_some() => "honoured",
                (Standing::Core | Standing::Honoured, _) => "honoured",
                (Standing::Carried, _) => "carried: it means nothing to the generator",
                _ => "not known",
            };
            let is_place = place.keyword.is_some();
            let value = match is_place {
                true => place.node.to_text(),
                false => member.value.to_text(),
            };
            fact(&mut self.says, &member.name, format!("{}  ({how})", cut(&value)));
        }
        if place.schema.members().is_empty() {
            fact(&mut self.says, "the schema", place.schema.to_text());
        }
    }

    /// Where a reference leads, and what leads here.
    fn links(&mut self, place: &Place) {
        let sources = self.schema.sources();
        let target = |node: &Node| node.get("$ref").and_then(|found| self.schema.target(found));
        if let Some(target) = target(&place.schema) {
            fact(&mut self.says, "leads to", sources.shown(target.pointer()));
        }
        let mut pending: Vec<Node> = sources.trees().map(|(_, tree)| tree.clone()).collect();
        let mut leading = Vec::new();
        while let Some(schema) = pending.pop() {
            if let Some(target) = target(&schema)
                && target.pointer() == place.schema.pointer()
            {
                leading.push(schema.pointer().to_owned());
            }
            pending.extend(schema.subschemas().into_iter().map(|(_, below)| below.clone()));
        }
        leading.sort();
        for pointer in leading {
            fact(&mut self.says, "used at", sources.shown(&pointer));
        }
    }

    fn means(&mut self, schema: &Node) {
        let model = self.model;
        let is_here = |node: &Node| node.pointer() == schema.pointer();
        for (index, record) in model.records.iter().enumerate() {
            if is_here(&record.node) {
                self.record(record);
            }
            for branch in &record.branches {
                if is_here(&branch.node) && !is_here(&record.node) {
                    fact(&mut self.means, "branch of", format!("`{}`", record.name));
                    self.words(&branch.documentation);
                    self.structure(branch);
                }
                for member in branch.members.iter().filter(|member| is_here(&member.node)) {
                    self.member(index, record, branch, member);
                }
                if let Some(tag) = &record.tag
                    && self.is_property(schema, branch, &tag.name)
                {
                    let selects = format!("`{}` selects `{}`", branch.tag, branch.name);
                    fact(&mut self.means, "tag", selects);
                    self.columns_of(record, &tag.name);
                }
            }
        }
        for (index, array) in model.arrays.iter().enumerate() {
            if is_here(&array.node) {
                if self.means.is_empty() {
                    fact(&mut self.means, "identity", array_role(array));
                }
                self.value(Type::Array(index));
            }
        }
        let texts = model.texts.iter().map(|text| (&text.node, &text.documentation));
        let integers = model.integers.iter().map(|integer| (&integer.node, &integer.documentation));
        let numbers = model.numbers.iter().map(|number| (&number.node, &number.documentation));
        let numbers = numbers.enumerate().map(|(index, found)| (Type::Number(index), found));
        let choices = model.choices.iter().map(|choice| (&choice.node, &choice.documentation));
        let texts = texts.enumerate().map(|(index, found)| (Type::Text(index), found));
        let integers = integers.enumerate().map(|(index, found)| (Type::Integer(index), found));
        let choices = choices.enumerate().map(|(index, found)| (Type::Choice(index), found));
        let scalars: Vec<_> = texts.chain(integers).chain(numbers).chain(choices).collect();
        for (ty, (node, documentation)) in scalars {
            if is_here(node) {
                self.words(documentation);
                self.value(ty);
            }
        }
        for member in model.scope.iter().filter(|member| is_here(&member.node)) {
            fact(&mut self.means, "scope", "the canonical form depends on it");
            fact(&mut self.generated, "Rust", format!("`Scope.{}`", member.name));
        }
        let definition = schema.pointer().strip_prefix("/$defs/").map(last);
        if let Some((ty, nullable)) = definition.and_then(|name| model.definitions.get(&name)) {
            let or_null = if *nullable { ", or null" } else { "" };
            fact(&mut self.means, "type", plain_type(model, *ty) + or_null);
            self.value(*ty);
        }
        if schema.pointer().is_empty()
            && let Some(storage) = &self.columns.storage
        {
            self.ledger(storage);
        }
    }

    /// Whether a schema is the property of a branch, its own or one that `allOf` brings.
    fn is_property(&self, schema: &Node, branch: &Branch, name: &str) -> bool {
        let own = branch.node.get("properties").and_then(|properties| properties.get(name));
        own.is_some_and(|own| own.pointer() == schema.pointer())
    }

    fn words(&mut self, documentation: &Documentation) {
        if documentation.deprecated {
            fact(&mut self.means, "deprecated", "yes");
        }
    }

    fn record(&mut self, record: &Record) {
        self.words(&record.documentation);
        match &record.tag {
            Some(tag) => {
                fact(&mut self.means, "union", format!("by `{}`", tag.name));
                for branch in &record.branches {
                    let ty = format!("`{}`, where it is `{}`", branch.name, branch.tag);
                    fact(&mut self.means, "branch", ty);
                }
                fact(&mut self.generated, "Rust", format!("`enum {}`", record.name));
            }
            None => record.branches.iter().for_each(|branch| self.structure(branch)),
        }
        fact(&mut self.generated, "plan", format!("records[{}]", self.model.index_of(record)));
    }

    fn structure(&mut self, branch: &Branch) {
        let names: Vec<String> =
            branch.members.iter().map(|member| format!("`{}`", member.name)).collect();
        fact(&mut self.means, "members", names.join(", "));
        fact(&mut self.generated, "Rust", format!("`struct {}`", branch.name));
    }

    fn member(&mut self, index: usize, record: &Record, branch: &Branch, member: &Member) {
        let model = self.model;
        fact(&mut self.means, "member of", format!("`{}`", branch.name));
        let or_null = if member.nullable { ", or null" } else { "" };
        fact(&mut self.means, "type", plain_type(model, member.ty) + or_null);
        for rule in rules(model, member.ty) {
            fact(&mut self.means, "rule", rule);
        }
        fact(&mut self.means, "absent or null", absence(model, member));
        for role in roles(model, index, member) {
            fact(&mut self.means, "identity", role);
        }
        self.words(&member.documentation);
        for example in &member.documentation.examples {
            fact(&mut self.means, "example", example.as_str());
        }
        if member.ty != Type::Null {
            let (name, ty) = crate::emit::rust::member_type(model, member);
            fact(&mut self.generated, "Rust", format!("`{}.{name}: {ty}`", branch.name));
        }
        let slot = crate::lower::slot(record, &member.name);
        fact(&mut self.generated, "plan", format!("records[{index}].slots[{slot}]"));
        fact(&mut self.generated, "plan rule", rule_words(self.plan, rule(member.ty)));
        self.columns_of(record, &member.name);
    }

    fn value(&mut self, ty: Type) {
        for rule in rules(self.model, ty) {
            fact(&mut self.means, "rule", rule);
        }
        if let Some(name) = self.model.type_name(ty) {
            fact(&mut self.generated, "Rust", format!("`{name}`"));
        }
        fact(&mut self.generated, "plan rule", rule_words(self.plan, rule(ty)));
    }

    fn columns_of(&mut self, record: &Record, member: &str) {
        let Some(storage) = &self.columns.storage else { return };
        let found = self.columns.of(self.model, record, member);
        if let Some(table) = self.columns.table_of(self.model, record, member) {
            fact(&mut self.stored, "table", format!("`{table}`, one row for each element"));
        } else if found.is_empty() {
            let ledger = &storage.ledger.table;
            fact(&mut self.stored, "column", format!("inside of `{ledger}.request`"));
        }
        for found in &found {
            let column = found.column;
            let null = if column.nullable { "" } else { " not null" };
            let words = format!("`{}.{}` {}{null}", found.table, column.name, column.kind.sql());
            fact(&mut self.stored, "column", words);
            for check in &column.checks {
                fact(&mut self.stored, "held to", check_words(check));
            }
            let (statements, constraints) =
                crate::emit::sql::mentions(storage, found.table, &column.name);
            for constraint in constraints {
                fact(&mut self.generated, "constraint", constraint);
            }
            if !statements.is_empty() {
                fact(&mut self.generated, "statements", statements.join(", "));
            }
        }
    }

    fn ledger(&mut self, storage: &Storage) {
        if let Some(parent) = &storage.parent {
            fact(&mut self.stored, "parent", format!("`{}`", parent.table));
        }
        fact(&mut self.stored, "ledger", format!("`{}`", storage.ledger.table));
        for table in &storage.tables {
            fact(&mut self.stored, "table", format!("`{}`, for `{}`", table.name, table.member));
        }
    }
}

/// A rule of the plan with what its table says.
fn rule_words(plan: &Plan, rule: Rule) -> String {
    let detail = match rule {
        Rule::Integer(index) => {
            plan.integers.get(usize::from(index)).map(|rule| format!("{rule:?}"))
        }
        Rule::Number(index) => plan.numbers.get(usize::from(index)).map(|rule| format!("{rule:?}")),
        Rule::Text(index) => plan.texts.get(usize::from(index)).map(|rule| format!("{rule:?}")),
        Rule::Choice(index) => plan.choices.get(usize::from(index)).map(|rule| format!("{rule:?}")),
        Rule::Array(index) => plan.arrays.get(usize::from(index)).map(|rule| format!("{rule:?}")),
        _ => None,
    };
    match detail {
        Some(detail) => format!("{rule:?}: {}", cut(&detail)),
        None => format!("{rule:?}"),
    }
}

fn cut(text: &str) -> String {
    let mut characters = text.chars();
    let mut out: String = characters.by_ref().take(VALUE).collect();
    if characters.next().is_some() {
        out.push('…');
    }
    out
}

/// The last name of a pointer.
fn last(pointer: &str) -> String {
    unescaped(pointer.rsplit('/').next().unwrap_or_default())
}
