//! Constant tables as text: nested structs, calls and arrays, laid out as prettyplease does it.
//!
//! A plan is one expression that may be megabytes long, and of the simplest kind. Writing it
//! right away, instead of as tokens that are parsed, visited and printed, takes a small part of the
//! time. The tests hold this layout against prettyplease's.

use proc_macro2::Literal;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The width that prettyplease breaks lines at.
const MARGIN: usize = 89;

/// What it takes for left of a line, however deep the line is indented.
const LEAST: usize = 60;

/// How wide the inside of a struct may be to stand on one line.
const STRUCT_WIDTH: usize = 34;

const INDENT: usize = 4;

/// An expression of constants.
#[derive(Clone, Debug)]
pub(super) enum Table {
    /// A path, a text, a negative number.
    Word(Cow<'static, str>),
    /// A number or a boolean.
    Literal(String),
    Call(&'static str, Vec<Table>),
    Struct(&'static str, Vec<(&'static str, Table)>),
    Array(Vec<Table>),
    Tuple(Vec<Table>),
    Reference(Box<Table>),
}

macro_rules! from_numbers {
    ($($number:ty),*) => {
        $(impl From<$number> for Table {
            fn from(number: $number) -> Table {
                Table::Literal(format!(concat!("{}", stringify!($number)), number))
            }
        })*
    };
}

from_numbers!(u8, u16, u32, u64, usize);

impl From<i64> for Table {
    fn from(number: i64) -> Table {
        let text = format!("{number}i64");
        if number < 0 { Table::Word(text.into()) } else { Table::Literal(text) }
    }
}

impl From<bool> for Table {
    fn from(value: bool) -> Table {
        Table::Literal(value.to_string())
    }
}

/// A path.
impl From<&'static str> for Table {
    fn from(path: &'static str) -> Table {
        Table::Word(path.into())
    }
}

impl<T: Into<Table>> From<Option<T>> for Table {
    fn from(value: Option<T>) -> Table {
        match value {
            Some(value) => Table::Call("Some", vec![value.into()]),
            None => "None".into(),
        }
    }
}

impl<L: Into<Table>, R: Into<Table>> From<(L, R)> for Table {
    fn from((left, right): (L, R)) -> Table {
        Table::Tuple(vec![left.into(), right.into()])
    }
}

/// A literal of a text.
pub(super) fn text(text: &str) -> Table {
    Table::Word(Literal::string(text).to_string().into())
}

/// A `Cow` of a text.
pub(super) fn name(name: &str) -> Table {
    Table::Call("Cow::Borrowed", vec![text(name)])
}

/// A `Cow` of a slice.
pub(super) fn slice<T: Into<Table>>(entries: impl Iterator<Item = T>) -> Table {
    let entries = Table::Array(entries.map(Into::into).collect());
    Table::Call("Cow::Borrowed", vec![Table::Reference(Box::new(entries))])
}

impl Table {
    /// The first names of all paths: what has to be imported.
    pub(super) fn mentions<'t>(&'t self, found: &mut BTreeSet<&'t str>) {
        let (path, inner): (&str, Vec<&Table>) = match self {
            Table::Word(path) => (path, Vec::new()),
            Table::Literal(_) => return,
            Table::Call(path, inner) => (path, inner.iter().collect()),
            Table::Struct(path, fields) => (path, fields.iter().map(|(_, value)| value).collect()),
            Table::Array(inner) | Table::Tuple(inner) => ("", inner.iter().collect()),
            Table::Reference(inner) => ("", vec![inner]),
        };
        found.insert(path.split_once("::").map_or(path, |(first, _)| first));
        inner.into_iter().for_each(|inner| inner.mentions(found));
    }

    /// `pub static NAME: TYPE = …;`, or what else begins so.
    pub(super) fn item(&self, head: &str) -> String {
        let mut printer = Printer { out: String::new(), indent: 0, space: MARGIN };
        printer.word(head);
        printer.print(self, 1);
        printer.out.push_str(";\n");
        printer.out
    }

    /// Whether it is delimited by itself, so that a call needs no lines of its own around it.
    const fn is_block(&self) -> bool {
        matches!(self, Table::Array(_) | Table::Struct(..) | Table::Tuple(_))
    }

    /// What is left of a width behind it on the same line; `None` where it does not fit.
    fn fit(&self, left: usize) -> Option<usize> {
        match self {
            Table::Word(word) => left.checked_sub(word.len()),
            Table::Literal(literal) => left.checked_sub(literal.len()),
            Table::Reference(inner) => inner.fit(left.checked_sub(1)?),
            Table::Call(path, inner) => fit_all(inner, left.checked_sub(path.len() + 2)?),
            Table::Array(inner) | Table::Tuple(inner) => fit_all(inner, left.checked_sub(2)?),
            Table::Struct(path, fields) => {
                // `Path { one: 1, two: 2 }`, of which the last sign is not of the inside.
                let mut inside = STRUCT_WIDTH.checked_sub(path.len() + 4)?;
                for (index, (name, value)) in fields.iter().enumerate() {
                    let comma = if index > 0 { 2 } else { 0 };
                    inside = value.fit(inside.checked_sub(name.len() + 2 + comma)?)?;
                }
                left.checked_sub(STRUCT_WIDTH - inside + 1)
            }
        }
    }
}

/// As [`Table::fit`], for a list with commas.
fn fit_all(tables: &[Table], mut left: usize) -> Option<usize> {
    for (index, table) in tables.iter().enumerate() {
        left = table.fit(left.checked_sub(if index > 0 { 2 } else { 0 })?)?;
    }
    Some(left)
}

struct Printer {
    out: String,
    indent: usize,
    /// What is left of the line.
    space: usize,
}

impl Printer {
    fn word(&mut self, word: &str) {
        self.out.push_str(word);
        self.space = self.space.saturating_sub(word.len());
    }

    fn line(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', self.indent));
        self.space = MARGIN.saturating_sub(self.indent).max(LEAST);
    }

    /// `behind` is how much follows on the line before it may be broken again.
    fn print(&mut self, table: &Table, behind: usize) {
        match table {
            Table::Word(word) => self.word(word),
            Table::Literal(literal) => self.word(literal),
            Table::Reference(inner) => {
                self.word("&");
                self.print(inner, behind);
            }
            Table::Call(path, inner) => {
                self.word(path);
                self.word("(");
                match inner.as_slice() {
                    [only] if only.is_block() => self.print(only, behind + 1),
                    inner => self.list(inner, behind + 1),
                }
                self.word(")");
            }
            Table::Tuple(inner) => {
                self.word("(");
                self.list(inner, behind + 1);
                self.word(")");
            }
            Table::Array(inner) => match inner.iter().all(|one| matches!(one, Table::Literal(_))) {
                true => self.filled(inner, behind),
                false => {
                    self.word("[");
                    self.list(inner, behind + 1);
                    self.word("]");
                }
            },
            Table::Struct(path, fields) => {
                if table.fit(self.space).is_some_and(|left| left >= behind) {
                    self.flat(table);
                    return;
                }
                self.word(path);
                self.word(" {");
                self.indent += INDENT;
                for (index, (name, value)) in fields.iter().enumerate() {
                    self.line();
                    self.word(name);
                    self.word(": ");
                    self.print(value, usize::from(index + 1 < fields.len()));
                    self.word(",");
                }
                self.indent -= INDENT;
                self.line();
                self.word("}");
            }
        }
    }

    /// What stands between brackets: on this line, or each on one of its own.
    fn list(&mut self, tables: &[Table], behind: usize) {
        if fit_all(tables, self.space).is_some_and(|left| left >= behind) {
            self.flat_all(tables);
            return;
        }
        self.indent += INDENT;
        for (index, table) in tables.iter().enumerate() {
            self.line();
            self.print(table, usize::from(index + 1 < tables.len()));
            self.word(",");
        }
        self.indent -= INDENT;
        self.line();
    }

    /// An array of numbers: as many on a line as fit.
    fn filled(&mut self, tables: &[Table], behind: usize) {
        let whole = fit_all(tables, self.space).is_some_and(|left| left >= behind + 2);
        self.word("[");
        if whole {
            self.flat_all(tables);
            self.word("]");
            return;
        }
        self.indent += INDENT;
        self.line();
        for (index, table) in tables.iter().enumerate() {
            let comma = usize::from(index + 1 < tables.len());
            if index > 0 {
                // The space before it, itself, and the comma behind.
                match table.fit(self.space).is_some_and(|left| left > comma) {
                    true => self.word(" "),
                    false => self.line(),
                }
            }
            self.flat(table);
            self.word(",");
        }
        self.indent -= INDENT;
        self.line();
        self.word("]");
    }

    fn flat(&mut self, table: &Table) {
        match table {
            Table::Word(word) => self.word(word),
            Table::Literal(literal) => self.word(literal),
            Table::Reference(inner) => {
                self.word("&");
                self.flat(inner);
            }
            Table::Call(path, inner) => {
                self.word(path);
                self.word("(");
                self.flat_all(inner);
                self.word(")");
            }
            Table::Tuple(inner) => {
                self.word("(");
                self.flat_all(inner);
                self.word(")");
            }
            Table::Array(inner) => {
                self.word("[");
                self.flat_all(inner);
                self.word("]");
            }
            Table::Struct(path, fields) => {
                self.word(path);
                self.word(" {");
                for (index, (name, value)) in fields.iter().enumerate() {
                    self.word(if index > 0 { ", " } else { " " });
                    self.word(name);
                    self.word(": ");
                    self.flat(value);
                }
                self.word(" }");
            }
        }
    }

    fn flat_all(&mut self, tables: &[Table]) {
        for (index, table) in tables.iter().enumerate() {
            if index > 0 {
                self.word(", ");
            }
            self.flat(table);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sequence of numbers, the same each time.
    struct Sequence(u64);

    impl Sequence {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
            (self.0 >> 33) % bound
        }

        fn table(&mut self, depth: u64) -> Table {
            const PATHS: [&str; 4] = ["Some", "Cow::Borrowed", "Check::AllOf", "Long::Path::Of::A"];
            const NAMES: [&str; 4] = ["a", "name", "fragment", "is_quite_a_long_name"];
            let many = |this: &mut Sequence, least: u64| {
                let count = least + this.below(7);
                (0..count).map(|_| this.table(depth - 1)).collect::<Vec<Table>>()
            };
            if depth == 0 {
                return match self.below(5) {
                    0 => text(&"word \"ü\\ ".repeat(self.below(6) as usize)),
                    1 => Table::from(-(self.below(1000) as i64) - 1),
                    2 => Table::from(self.below(2) == 0),
                    3 => "Rule::Opaque".into(),
                    _ => Table::from(self.below(1_000_000)),
                };
            }
            match self.below(6) {
                0 => Table::Array(many(self, 0)),
                1 => Table::Tuple(many(self, 2)),
                2 => Table::Reference(Box::new(Table::Array(many(self, 0)))),
                3 => {
                    let values = many(self, 1);
                    let field = |(index, value)| (NAMES[index % 4], value);
                    Table::Struct("Struct", values.into_iter().enumerate().map(field).collect())
                }
                4 => Table::Array((0..self.below(60)).map(|_| self.below(99_999).into()).collect()),
                _ => {
                    let path = PATHS[self.below(4) as usize];
                    Table::Call(path, vec![self.table(depth - 1)])
                }
            }
        }
    }

    #[test]
    fn tables_are_laid_out_as_prettyplease_does_it() {
        let mut sequence = Sequence(7);
        for round in 0..300 {
            let table = sequence.table(1 + round % 6);
            let ours = table.item("pub static TABLE: Table = ");
            let theirs = prettyplease::unparse(&syn::parse_str(&ours).unwrap());
            assert_eq!(ours, theirs, "{table:?}");
        }
    }
}
