//! Collects faults while a stage goes on.

use super::fault::{Errors, Fault};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The faults found so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    list: Vec<Fault>,
}

impl Report {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.list.push(fault);
    }

    /// The faults found so far, for another report.
    pub(crate) fn take(self) -> Vec<Fault> {
        self.list
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// [`Report::into_errors_of`] for a schema of one file.
    pub(crate) fn into_errors(self, file: &str, text: &str) -> Errors {
        self.into_errors_of(vec![(file.into(), text.into())])
    }

    /// Sorts the faults, drops what was found twice, and finds their lines. `texts` are the files
    /// by name, the schema's first one in front: a fault that names no file stands in that.
    pub(crate) fn into_errors_of(self, texts: Vec<(Arc<str>, Arc<str>)>) -> Errors {
        self.into_errors_with(Report::default(), texts)
    }

    /// [`Report::into_errors_of`] with what the standard's own meta-schema does not allow, where
    /// no fault of this report is about the same value, or about one within it: the standard says
    /// less of a mistake than we do, and one mistake is told once.
    pub(crate) fn into_errors_with(
        mut self,
        mut standard: Report,
        texts: Vec<(Arc<str>, Arc<str>)>,
    ) -> Errors {
        self.name_files(&texts);
        standard.name_files(&texts);
        let told: BTreeSet<(Arc<str>, usize)> =
            self.list.iter().map(|fault| (Arc::clone(&fault.file), fault.span.start)).collect();
        self.list.extend(standard.list.into_iter().filter(|fault| {
            let place = |at| (Arc::clone(&fault.file), at);
            // A span of nothing has a place too.
            let end = fault.span.end.max(fault.span.start + 1);
            told.range(place(fault.span.start)..place(end)).next().is_none()
        }));
        let order: BTreeMap<&str, usize> =
            texts.iter().enumerate().map(|(index, (name, _))| (&**name, index)).collect();
        self.list.sort_by(|left, right| {
            let key = |fault: &Fault| (order.get(&*fault.file).copied(), fault.span);
            (key(left), &left.keyword, &left.message, &left.help).cmp(&(
                key(right),
                &right.keyword,
                &right.message,
                &right.help,
            ))
        });
        self.list.dedup();
        let mut places: BTreeMap<&str, Places<'_>> =
            texts.iter().map(|(name, text)| (&**name, Places::new(text))).collect();
        for fault in &mut self.list {
            let Some(places) = places.get_mut(&*fault.file) else { continue };
            (fault.line, fault.column) = places.find(fault.span.start);
        }
        let named: BTreeSet<Arc<str>> = self.list.iter().map(|f| Arc::clone(&f.file)).collect();
        let kept = texts
            .into_iter()
            .enumerate()
            .filter(|(index, (name, _))| *index == 0 || named.contains(name))
            .map(|(_, text)| text)
            .collect();
        Errors { list: self.list, texts: kept }
    }

    /// Gives each fault that names no file the one that its pointer leads to.
    fn name_files(&mut self, texts: &[(Arc<str>, Arc<str>)]) {
        let first = texts.first().map_or_else(|| Arc::from(""), |(name, _)| Arc::clone(name));
        for fault in &mut self.list {
            if fault.file.is_empty() {
                let (document, pointer) = crate::read::split(&fault.pointer);
                let named = texts.get(document).map(|(name, _)| Arc::clone(name));
                fault.file = named.unwrap_or_else(|| Arc::clone(&first));
                fault.pointer = pointer.to_owned();
            }
        }
    }
}

/// Line and column of an offset, both from 1, the column in characters.
pub(crate) fn line_and_column(text: &str, offset: usize) -> (u32, u32) {
    Places::new(text).find(offset)
}

/// Finds lines and columns of offsets that are asked for in rising order, in one pass.
struct Places<'t> {
    text: &'t str,
    /// Up to where the text was looked at; the line there, and where it begins.
    at: usize,
    line: u32,
    line_start: usize,
    /// The offset that was asked for last, and the characters before it in its line.
    column_at: usize,
    column: u32,
}

impl<'t> Places<'t> {
    fn new(text: &'t str) -> Places<'t> {
        Places { text, at: 0, line: 1, line_start: 0, column_at: 0, column: 0 }
    }

    fn find(&mut self, offset: usize) -> (u32, u32) {
        let offset = offset.min(self.text.len());
        let between = self.text.as_bytes().get(self.at..offset).unwrap_or_default();
        for (index, byte) in between.iter().enumerate() {
            if *byte == b'\n' {
                self.line = self.line.saturating_add(1);
                self.line_start = self.at + index + 1;
            }
        }
        self.at = self.at.max(offset);
        if self.column_at < self.line_start {
            self.column_at = self.line_start;
            self.column = 0;
        }
        let more = self.text.get(self.column_at..offset).unwrap_or_default().chars().count();
        self.column = self.column.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
        self.column_at = self.column_at.max(offset);
        (self.line, self.column.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Span;

    fn fault(file: &str, start: usize, message: &str) -> Fault {
        let mut fault = Fault::new(Span { start, end: start }, "", "type", message.to_owned(), "x");
        fault.file = file.into();
        fault
    }

    #[test]
    fn faults_are_sorted_file_by_file_and_found_twice_told_once() {
        let mut report = Report::default();
        for (file, start, message) in [
            ("other", 5, "e"),
            ("", 4, "b"),
            ("", 0, "a"),
            ("", 4, "b"),
            ("other", 0, "d"),
            ("", 9, "c"),
        ] {
            report.add(fault(file, start, message));
        }
        let errors = report.into_errors_of(vec![
            ("main".into(), "äö\nü x\ny".into()),
            ("other".into(), "\n\n\n\na".into()),
            ("unused".into(), "".into()),
        ]);
        let found: Vec<String> = errors
            .iter()
            .map(|f| format!("{}:{}:{} {}", f.file, f.line, f.column, f.message))
            .collect();
        assert_eq!(found, ["main:1:1 a", "main:1:3 b", "main:2:4 c", "other:1:1 d", "other:5:2 e"]);
        assert_eq!(errors.file(), "main");
        assert_eq!(errors.text("other"), Some("\n\n\n\na"));
        assert_eq!(errors.text("unused"), None);
    }

    #[test]
    fn the_standard_says_only_what_no_other_fault_says() {
        let of = |file: &str, start, end, message| {
            let mut fault = fault(file, start, message);
            fault.span.end = end;
            fault
        };
        let (mut report, mut standard) = (Report::default(), Report::default());
        for (file, start) in [("", 2), ("", 6), ("other", 9)] {
            report.add(of(file, start, start + 1, "ours"));
        }
        for (file, start, end, message) in [
            ("", 2, 3, "the same value"),
            ("", 5, 8, "one around it"),
            ("", 7, 8, "one behind it"),
            ("", 9, 10, "another file"),
            ("other", 4, 4, "nothing"),
        ] {
            standard.add(of(file, start, end, message));
        }
        let texts = ["main", "other"].map(|name| (name.into(), "0123456789".into()));
        let errors = report.into_errors_with(standard, texts.to_vec());
        let found: Vec<String> =
            errors.iter().map(|f| format!("{}:{} {}", f.file, f.column, f.message)).collect();
        assert_eq!(
            found,
            [
                "main:3 ours",
                "main:7 ours",
                "main:8 one behind it",
                "main:10 another file",
                "other:5 nothing",
                "other:10 ours"
            ]
        );
    }
}
