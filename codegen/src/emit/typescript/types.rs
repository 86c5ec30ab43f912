//! The declarations.

use super::documentation::{About, code, escaped, listed, of_member, of_type};
use super::names::Names;
use super::printer::{Printer, literal, property};
use crate::emit::rust::documentation::{integer_rules, number_rules, text_rules};
use crate::model::{
    Absence, Branch, Documentation, Form, Integer, Member, Model, Number, Record, Type,
};
use crate::read::Node;
use crate::schema::Schema;

/// The greatest integer that a double holds and knows from its neighbours: 2^53 - 1.
const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;

/// Unions of more members, times branches, do not say of each branch what it has no place for: the
/// file would grow with the square of the schema. Literals are held to their branch all the same.
const MOST_FOREIGN_MEMBERS: usize = 1_000;

pub(super) fn types(printer: &mut Printer, schema: &Schema, names: &Names) {
    let mut emitter = Emitter { schema, model: schema.model(), names, printer };
    let own = emitter.model.records.iter();
    for record in own.filter(|record| !record.is_map && record.alone.is_none()) {
        match &record.tag {
            Some(_) => emitter.union(record),
            None => emitter.plain(record),
        }
    }
    emitter.choices();
    emitter.texts();
    emitter.integers();
    emitter.numbers();
    emitter.root();
    emitter.scope();
    emitter.uuid();
    emitter.json();
}

/// A type as it is written.
pub(super) fn type_of(model: &Model, names: &Names, ty: Type) -> String {
    match ty {
        Type::Opaque => "Json".to_owned(),
        Type::Null => "null".to_owned(),
        Type::Boolean => "boolean".to_owned(),
        Type::Integer(index) => match model.integers.get(index) {
            Some(Integer { name: Some(name), .. }) => names.of(name).to_owned(),
            Some(integer) => number(integer).to_owned(),
            None => "never".to_owned(),
        },
        Type::Number(index) => match model.numbers.get(index) {
            Some(Number { name: Some(name), .. }) => names.of(name).to_owned(),
            _ => "number | bigint".to_owned(),
        },
        Type::Text(index) => match model.texts.get(index) {
            Some(text) => match (&text.name, text.form) {
                (Some(name), _) => names.of(name).to_owned(),
                (None, Form::Plain | Form::DateTime | Form::Decimal) => "string".to_owned(),
                (None, Form::Uuid) => "Uuid".to_owned(),
            },
            None => "never".to_owned(),
        },
        Type::Choice(index) => match model.choices.get(index) {
            Some(choice) => names.of(&choice.name).to_owned(),
            None => "never".to_owned(),
        },
        Type::Array(index) => match model.arrays.get(index) {
            Some(array) => {
                let null = if array.nullable_items { " | null" } else { "" };
                let items = format!("{}{null}", type_of(model, names, array.items));
                let is_compound = items.contains([' ', '|']);
                if is_compound {
                    format!("readonly ({items})[]")
                } else {
                    format!("readonly {items}[]")
                }
            }
            None => "never".to_owned(),
        },
        Type::Record(index) => match model.records.get(index) {
            Some(record) if record.is_map => {
                let others = record.branches.first().and_then(|branch| branch.others);
                let null = match others {
                    Some(others) if others.nullable => " | null",
                    _ => "",
                };
                let values =
                    others.map_or("Json".to_owned(), |others| type_of(model, names, others.ty));
                format!("{{ readonly [name: string]: {values}{null} }}")
            }
            Some(record) => names.of(&record.name).to_owned(),
            None => "never".to_owned(),
        },
    }
}

struct Emitter<'e> {
    schema: &'e Schema,
    model: &'e Model,
    names: &'e Names,
    printer: &'e mut Printer,
}

impl Emitter<'_> {
    fn comment(
        &mut self,
        name: &str,
        documentation: &Documentation,
        otherwise: String,
        rules: String,
        node: &Node,
    ) {
        let about = About { name, documentation, otherwise, rules, node };
        self.printer.space();
        self.printer.comment(&of_type(self.schema, &about));
    }

    fn plain(&mut self, record: &Record) {
        let Some(branch) = record.branches.first() else { return };
        let otherwise = format!("An object `{}`.", self.names.of(&record.name));
        self.comment(&record.name, &record.documentation, otherwise, String::new(), &record.node);
        let owner = format!("`{}`", record.name);
        self.interface(&record.name, branch, None, (&[], &owner));
    }

    /// The union, and an interface for each branch.
    fn union(&mut self, record: &Record) {
        let Some(tag) = &record.tag else { return };
        let otherwise = format!("One of several objects, told apart by `{}`.", tag.name);
        self.comment(&record.name, &record.documentation, otherwise, String::new(), &record.node);
        let name = self.names.of(&record.name).to_owned();
        let branches: Vec<&str> =
            record.branches.iter().map(|branch| self.names.of(&branch.name)).collect();
        let line =
            format!("export type {} = {};", self.names.of(&record.name), branches.join(" | "));
        self.printer.line(&line);
        let slots = record.slots();
        let is_small = slots.len() * record.branches.len() <= MOST_FOREIGN_MEMBERS;
        for branch in &record.branches {
            let otherwise =
                format!("A `{name}` whose {} is {}.", code(&tag.name), code(&branch.tag));
            self.comment(
                &branch.name,
                &branch.documentation,
                otherwise,
                String::new(),
                &branch.node,
            );
            let foreign: Vec<&str> = slots
                .iter()
                .copied()
                .filter(|_| is_small)
                .filter(|slot| *slot != tag.name && branch.member(slot).is_none())
                .collect();
            let about = tag.documentation.description.as_deref().map(escaped);
            let owner = format!("a `{name}` whose {} is {}", code(&tag.name), code(&branch.tag));
            self.interface(&branch.name, branch, Some((&tag.name, about)), (&foreign, &owner));
        }
    }

    fn interface(
        &mut self,
        name: &str,
        branch: &Branch,
        tag: Option<(&str, Option<String>)>,
        (foreign, owner): (&[&str], &str),
    ) {
        let name = self.names.of(name).to_owned();
        if tag.is_none() && branch.members.is_empty() && branch.others.is_none() {
            // An empty interface would take any value but null.
            return self
                .printer
                .line(&format!("export type {name} = {{ readonly [name: string]: never }};"));
        }
        let (schema, lines): (_, Vec<String>) =
            (self.schema, branch.members.iter().map(|member| self.member(member)).collect());
        self.printer.block(&format!("export interface {name} {{"), "}", |printer| {
            if let Some((tag, about)) = tag {
                printer.comment(about.as_slice());
                printer.line(&format!("{}: {};", property(tag), literal(&branch.tag)));
            }
            for (member, line) in branch.members.iter().zip(&lines) {
                printer.comment(&of_member(schema, member, owner));
                printer.line(line);
            }
            if branch.others.is_some() {
                printer.comment(&["Members that the schema does not name.".to_owned()]);
                printer.line("readonly [name: string]: unknown;");
            }
            for name in foreign {
                printer.comment(&[format!("Has no place in {owner}.")]);
                printer.line(&format!("{}?: never;", property(name)));
            }
        });
    }

    fn member(&self, member: &Member) -> String {
        let mark = if member.absence == Absence::Required { "" } else { "?" };
        // A boolean that a branch has no use for may be written as its default.
        if let (Type::Null, Absence::Default(only)) = (member.ty, &member.absence) {
            return format!("{}{mark}: {only} | null;", property(&member.name));
        }
        let null = if member.nullable && !matches!(member.ty, Type::Opaque | Type::Null) {
            " | null"
        } else {
            ""
        };
        format!("{}{mark}: {}{null};", property(&member.name), self.ty(member.ty))
    }

    fn ty(&self, ty: Type) -> String {
        type_of(self.model, self.names, ty)
    }

    fn choices(&mut self) {
        for choice in self.model.choices.iter().filter(|choice| !choice.is_tag) {
            let name = self.names.of(&choice.name).to_owned();
            let otherwise = format!("A choice `{name}`.");
            self.comment(
                &choice.name,
                &choice.documentation,
                otherwise,
                String::new(),
                &choice.node,
            );
            self.printer.line(&format!("export type {name} = {};", listed(&choice.values)));
            let values: Vec<String> = choice.values.iter().map(|value| literal(value)).collect();
            let list = self.names.list(&choice.name);
            self.printer.space();
            self.printer.comment(&[format!("Every {{@link {name}}}, in the order of the schema.")]);
            self.printer.line(&format!("export const {list} = [{}] as const;", values.join(", ")));
        }
    }

    fn texts(&mut self) {
        for text in &self.model.texts {
            let Some(name) = &text.name else { continue };
            let otherwise = format!("A string `{name}`.");
            self.comment(name, &text.documentation, otherwise, text_rules(text), &text.node);
            let ty = match text.form {
                Form::Plain | Form::DateTime | Form::Decimal => "string",
                Form::Uuid => "Uuid",
            };
            self.printer.line(&format!("export type {} = {ty};", self.names.of(name)));
        }
    }

    fn integers(&mut self) {
        for integer in &self.model.integers {
            let Some(name) = &integer.name else { continue };
            let otherwise = format!("A whole number `{name}`.");
            let rules = integer_rules(integer);
            self.comment(name, &integer.documentation, otherwise, rules, &integer.node);
            let line = format!("export type {} = {};", self.names.of(name), number(integer));
            self.printer.line(&line);
        }
    }

    fn numbers(&mut self) {
        for number in &self.model.numbers {
            let Some(name) = &number.name else { continue };
            let otherwise = format!("A number `{name}`.");
            let rules = number_rules(number);
            self.comment(name, &number.documentation, otherwise, rules, &number.node);
            self.printer.line(&format!("export type {} = number | bigint;", self.names.of(name)));
        }
    }

    /// A root that has no type of its own.
    fn root(&mut self) {
        if !crate::emit::rust::is_wrapped(self.model) {
            return;
        }
        let title = self.model.title.clone();
        let otherwise = format!("What a `{title}` is.");
        let none = Documentation::default();
        let root = self.schema.source().root();
        self.comment(&title, &none, otherwise, String::new(), root);
        let line = format!("export type {} = {};", self.names.of(&title), self.ty(self.model.root));
        self.printer.line(&line);
    }

    fn scope(&mut self) {
        if self.model.scope.is_empty() {
            return;
        }
        let about = "What surrounds a request: the values that its members inherit when they are \
                     absent. There is no default: that a value is `null` is said out loud.";
        self.printer.space();
        self.printer.comment(&[about.to_owned()]);
        let members: Vec<(Option<String>, String)> = self
            .model
            .scope
            .iter()
            .map(|member| {
                let about = member.documentation.description.as_deref().map(escaped);
                (about, format!("{}: {} | null;", property(&member.name), self.ty(member.ty)))
            })
            .collect();
        self.printer.block("export interface Scope {", "}", |printer| {
            for (about, line) in &members {
                printer.comment(about.as_slice());
                printer.line(line);
            }
        });
        let nothing: Vec<String> = self
            .model
            .scope
            .iter()
            .map(|member| format!("{}: null", property(&member.name)))
            .collect();
        self.printer.space();
        self.printer.comment(&["Nothing to inherit.".to_owned()]);
        self.printer.line(&format!("export const NO_SCOPE: Scope = {{ {} }};", nothing.join(", ")));
    }

    fn uuid(&mut self) {
        if self.model.texts.iter().all(|text| text.form != Form::Uuid) {
            return;
        }
        self.printer.space();
        self.printer.comment(&[
            "A UUID (RFC 9562): 8-4-4-4-12 hexadecimal digits with hyphens, in \
                                any case; two spellings of one UUID are the same."
                .to_owned(),
        ]);
        self.printer.line("export type Uuid = string;");
    }

    fn json(&mut self) {
        self.printer.space();
        self.printer.comment(&[
            "Any JSON.".to_owned(),
            "A number holds integers up to 2^53 and 15 digits exactly. Write integers beyond that as a \
             `bigint`, and use {@link stringify}, which loses nothing of them."
                .to_owned(),
        ]);
        self.printer.line("export type Json =");
        for (index, case) in [
            "null",
            "boolean",
            "number",
            "bigint",
            "string",
            "readonly Json[]",
            "{ readonly [name: string]: Json }",
        ]
        .iter()
        .enumerate()
        {
            let end = if index == 6 { ";" } else { "" };
            self.printer.line(&format!("  | {case}{end}"));
        }
    }
}

/// What holds an integer exactly.
fn number(integer: &Integer) -> &'static str {
    let range = -MAX_SAFE_INTEGER..=MAX_SAFE_INTEGER;
    if range.contains(&integer.minimum) && range.contains(&integer.maximum) {
        "number"
    } else {
        "number | bigint"
    }
}
