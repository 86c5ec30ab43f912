//! Faults as a compiler shows them: in the lines of the schema that they are about.

use super::fault::{Errors, Fault};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, Severity, SourceCode, SourceSpan, SpanContents, ThemeCharacters,
    ThemeStyles,
};
use std::borrow::Cow;
use std::fmt;

/// How a report is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// One line for each fault, and one for its help: for logs and for other programs.
    #[default]
    Plain,
    /// With the lines of the schema, drawn in ASCII.
    Ascii,
    /// With the lines of the schema, drawn in Unicode.
    Unicode,
    /// As [`Look::Unicode`], in the colours of the terminal.
    Colour,
}

/// How wide reports are drawn, in characters.
const WIDTH: usize = 100;

/// How much of a long line is shown, in characters: a schema may be one line of megabytes.
const LINE: usize = 100;

/// How many faults are drawn; those after them are counted.
const SHOWN: usize = 50;

impl Errors {
    /// Every fault with its place in the text, ending in a line end. The first fifty are drawn, and
    /// the others counted, but for [`Look::Plain`], which tells them all.
    #[must_use]
    pub fn render(&self, look: Look) -> String {
        let theme = match look {
            Look::Plain => return format!("{self}\n"),
            Look::Ascii => {
                GraphicalTheme { characters: ThemeCharacters::ascii(), styles: ThemeStyles::none() }
            }
            Look::Unicode => GraphicalTheme::unicode_nocolor(),
            Look::Colour => GraphicalTheme {
                characters: ThemeCharacters::unicode(),
                styles: ThemeStyles::ansi(),
            },
        };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(WIDTH)
            .with_links(false)
            .with_context_lines(1)
            .without_syntax_highlighting();
        let mut out = String::new();
        for fault in self.list.iter().take(SHOWN) {
            let text = self.text(&fault.file).unwrap_or_default();
            let drawn = Drawn { fault, excerpt: Excerpt::new(fault, text) };
            if handler.render_report(&mut out, &drawn).is_err() {
                out.push_str(&format!("{fault}\n"));
            }
            out.push('\n');
        }
        let more = self.list.len().saturating_sub(SHOWN);
        if more > 0 {
            out.push_str(&format!("and {more} more\n"));
        }
        let trimmed: Vec<&str> = out.lines().map(str::trim_end).collect();
        trimmed.join("\n").trim_end().to_owned() + "\n"
    }
}

/// A text without characters that a terminal obeys, or that turn it around.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let escape = |character: char| match is_unsafe(character) {
        true => character.escape_unicode().collect(),
        false => String::from(character),
    };
    Cow::Owned(text.chars().map(escape).collect())
}

/// [`shown`], but for line ends.
pub(crate) fn shown_lines(text: &str) -> String {
    text.lines().map(shown).collect::<Vec<_>>().join("\n")
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A fault with the lines around it, as miette wants it.
struct Drawn<'a> {
    fault: &'a Fault,
    excerpt: Excerpt,
}

impl fmt::Debug for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(f)
    }
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.fault.message))
    }
}

impl std::error::Error for Drawn<'_> {}

impl Diagnostic for Drawn<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let keyword = shown(&self.fault.keyword);
        Some(match self.fault.pointer.as_str() {
            "" => Box::new(format!("[{keyword}]")),
            pointer => Box::new(format!("{} [{keyword}]", shown(pointer))),
        })
    }

    fn severity(&self) -> Option<Severity> {
        Some(Severity::Error)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(shown(&self.fault.help)))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_primary_with_span(Some("here".into()), self.excerpt.label);
        Some(Box::new(std::iter::once(label)))
    }
}

/// The line of a fault with its neighbours, each cut to what can be read.
struct Excerpt {
    file: String,
    text: String,
    /// The first line of the excerpt, from 0.
    first_line: usize,
    /// Where the fault is, from 0.
    line: usize,
    column: usize,
    /// The fault in the excerpt.
    label: SourceSpan,
}

impl Excerpt {
    fn new(fault: &Fault, text: &str) -> Excerpt {
        let before = text.get(..fault.span.start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let own = text.get(line_start..).unwrap_or_default();
        let own = own.lines().next().unwrap_or_default();
        let inside = before.len() - line_start;
        let length = fault.span.end.saturating_sub(fault.span.start);
        // What goes on in further lines is marked where it begins.
        let marked = own.get(inside..).unwrap_or_default();
        let marked = marked.get(..length).unwrap_or(marked.get(..1).unwrap_or(marked));
        let column = before.get(line_start..).unwrap_or_default().chars().count();
        let previous = before.get(..line_start.saturating_sub(1)).filter(|_| line_start > 0);
        let previous = previous.map(|above| above.rsplit('\n').next().unwrap_or_default());
        let next = text.get(line_start + own.len()..).unwrap_or_default();
        let next = next.split_once('\n').and_then(|(_, below)| below.lines().next());

        let mut excerpt = String::new();
        if let Some(previous) = previous {
            excerpt.push_str(&cut(previous, 0));
            excerpt.push('\n');
        }
        // A fault far to the right is shown with what stands before it.
        let skipped =
            if column > LINE / 2 && own.chars().count() > LINE { column - LINE / 2 } else { 0 };
        let start = excerpt.len();
        let shown_line = cut(own, skipped);
        let ellipsis = usize::from(skipped > 0);
        let offset: usize =
            shown_line.chars().take(column - skipped + ellipsis).map(char::len_utf8).sum();
        let rest = shown_line.get(offset..).unwrap_or_default();
        let marked: usize =
            rest.chars().take(marked.chars().count().max(1)).map(char::len_utf8).sum();
        excerpt.push_str(&shown_line);
        if let Some(next) = next {
            excerpt.push('\n');
            excerpt.push_str(&cut(next, 0));
        }
        let line = usize::try_from(fault.line).unwrap_or(1).saturating_sub(1);
        Excerpt {
            file: shown(&fault.file).into_owned(),
            text: excerpt,
            first_line: line - usize::from(previous.is_some()).min(line),
            line,
            column,
            label: (start + offset, marked).into(),
        }
    }
}

/// A piece of a line, a character for a character, with `…` where it goes on.
fn cut(line: &str, skipped: usize) -> String {
    let mut out = String::from(if skipped > 0 { "…" } else { "" });
    let mut rest = line.chars().skip(skipped);
    let visible = |character: char| match character {
        '\t' => ' ',
        other if is_unsafe(other) => char::REPLACEMENT_CHARACTER,
        other => other,
    };
    out.extend(rest.by_ref().take(LINE).map(visible));
    if rest.next().is_some() {
        out.push('…');
    }
    out
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (data, span, line, column) = if before + after == 0 {
            let end = span.offset() + span.len();
            let data = self.text.get(span.offset()..end).ok_or(MietteError::OutOfBounds)?;
            (data, *span, self.line, self.column)
        } else {
            (self.text.as_str(), (0, self.text.len()).into(), self.first_line, 0)
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.file.clone(),
            data.as_bytes(),
            span,
            line,
            column,
            data.lines().count(),
        )))
    }
}
