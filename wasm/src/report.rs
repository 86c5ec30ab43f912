//! Problems and differences as JSON, which JavaScript reads faster than it is handed objects.

use tantamount_core::json::Output;
use tantamount_core::{Difference, Differences, Problem, Problems, Shown};

/// `{"omitted": …, "problems": [{pointer, line, column, code, message, fix}, …]}`
pub(crate) fn problems(text: &[u8], problems: &Problems, bytes: &mut Vec<u8>) {
    let mut out = Output::new();
    let mut columns = Columns { text, at: 0, units: 0 };
    out.begin_object();
    out.name("omitted");
    integer(problems.omitted(), &mut out);
    out.name("problems");
    out.begin_array();
    for problem in problems {
        let column = problem.offset.map_or(0, |offset| columns.of(offset));
        self::problem(problem, column, &mut out);
    }
    out.end_array();
    out.end_object();
    *bytes = out.into_bytes();
}

fn problem(problem: &Problem, column: u32, out: &mut Output) {
    out.begin_object();
    out.name("pointer");
    out.string(&problem.pointer);
    out.name("line");
    out.integer(problem.line.into());
    out.name("column");
    out.integer(column.into());
    out.name("code");
    out.string(problem.code.as_str());
    out.name("message");
    out.string(&problem.message);
    out.name("fix");
    out.string(&problem.fix);
    out.end_object();
}

/// `{"same": …, "differences": [{path, from, to}, …], "omitted": …}`
pub(crate) fn verdict(differences: &Differences, bytes: &mut Vec<u8>) {
    let mut out = Output::new();
    out.begin_object();
    out.name("same");
    out.boolean(differences.is_empty());
    out.name("differences");
    out.begin_array();
    for difference in differences {
        self::difference(difference, &mut out);
    }
    out.end_array();
    out.name("omitted");
    integer(differences.omitted(), &mut out);
    out.end_object();
    *bytes = out.into_bytes();
}

fn difference(difference: &Difference, out: &mut Output) {
    out.begin_object();
    out.name("path");
    out.string(&String::from(&difference.path));
    value("from", difference.from.as_ref(), out);
    value("to", difference.to.as_ref(), out);
    out.end_object();
}

fn value(name: &str, value: Option<&Shown>, out: &mut Output) {
    out.name(name);
    match value {
        Some(value) => out.string(&String::from(value)),
        None => out.null(),
    }
}

#[inline(never)]
fn text(name: &str, value: Option<&str>, out: &mut Output) {
    out.name(name);
    match value {
        Some(value) => out.string(value),
        None => out.null(),
    }
}

/// `{"member": …, "message": …, "fix": …}`, the last two of the value's first problem; they are null where the value
/// is missing.
pub(crate) fn scope(member: usize, first: Option<&Problem>, bytes: &mut Vec<u8>) {
    let mut out = Output::new();
    out.begin_object();
    out.name("member");
    integer(member, &mut out);
    text("message", first.map(|problem| problem.message.as_str()), &mut out);
    text("fix", first.map(|problem| problem.fix.as_str()), &mut out);
    out.end_object();
    *bytes = out.into_bytes();
}

fn integer(count: usize, out: &mut Output) {
    out.integer(i64::try_from(count).unwrap_or(i64::MAX));
}

/// Columns in UTF-16 code units, as editors and JavaScript count, for offsets that are asked for in rising order:
/// each byte is looked at once.
struct Columns<'a> {
    text: &'a [u8],
    at: usize,
    /// The code units of the line before `at`.
    units: u32,
}

impl Columns<'_> {
    fn of(&mut self, offset: usize) -> u32 {
        for byte in self.text.get(self.at..offset).unwrap_or(&[]) {
            match byte {
                b'\n' => self.units = 0,
                // A continuation; its character was counted at its first byte.
                0x80..=0xBF => {}
                0xF0.. => self.units += 2,
                _ => self.units += 1,
            }
        }
        self.at = self.at.max(offset);
        self.units + 1
    }
}

#[cfg(test)]
mod tests {
    use super::Columns;

    #[test]
    fn columns_are_counted_in_utf_16() {
        let text = "a\u{e9}\u{20ac}\u{1f600}b\n\u{1f600}c";
        let mut columns = Columns { text: text.as_bytes(), at: 0, units: 0 };
        let mut expected = Vec::new();
        let mut found = Vec::new();
        for line in text.split('\n') {
            let start = line.as_ptr().addr() - text.as_ptr().addr();
            for (offset, _) in line.char_indices() {
                let before = line.get(..offset).unwrap_or("");
                expected.push(before.encode_utf16().count() + 1);
                found.push(columns.of(start + offset) as usize);
            }
        }
        assert_eq!(found, expected);
    }
}
