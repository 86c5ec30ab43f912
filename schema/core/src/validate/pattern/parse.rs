//! Reads the syntax of ECMA-262 (2024, clause 22.2.1) with the flag `u`.

use super::class;
use super::error::PatternError;
use super::syntax::Syntax;
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

/// How deep groups may nest.
const DEPTH: u32 = 200;

pub(super) fn parse(source: &str) -> Result<Syntax, PatternError> {
    let characters: Vec<char> = source.chars().collect();
    let mut parser = Parser {
        characters: &characters,
        at: 0,
        depth: 0,
        groups: 0,
        names: Vec::new(),
        references: Vec::new(),
    };
    let syntax = parser.disjunction()?;
    if parser.peek().is_some() {
        return Err(parser.error("`)` closes nothing"));
    }
    for (at, reference) in &parser.references {
        let is_there = match reference {
            Reference::Number(number) => *number <= parser.groups,
            Reference::Name(name) => parser.names.contains(name),
        };
        if !is_there {
            let message = "a back-reference to no group";
            return Err(PatternError::Syntax { at: *at, message });
        }
    }
    Ok(syntax)
}

/// What a back-reference names.
enum Reference {
    Number(u32),
    Name(String),
}

/// What an escape in a class, or outside, stands for.
enum Escape {
    Character(char),
    Class(ClassUnicode),
    /// Half a surrogate pair, which no text holds.
    Nothing,
}

struct Parser<'a> {
    characters: &'a [char],
    at: usize,
    depth: u32,
    groups: u32,
    names: Vec<String>,
    references: Vec<(usize, Reference)>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn peek_at(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.at + ahead).copied()
    }

    fn take(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        self.at += usize::from(found);
        found
    }

    fn takes(&mut self, expected: &str) -> bool {
        let found =
            expected.chars().enumerate().all(|(ahead, one)| self.peek_at(ahead) == Some(one));
        if found {
            self.at += expected.chars().count();
        }
        found
    }

    fn error(&self, message: &'static str) -> PatternError {
        PatternError::Syntax { at: self.at, message }
    }

    fn disjunction(&mut self) -> Result<Syntax, PatternError> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(PatternError::TooLarge);
        }
        let mut list = vec![self.alternative()?];
        while self.take('|') {
            list.push(self.alternative()?);
        }
        self.depth -= 1;
        Ok(match list.len() {
            1 => list.pop().unwrap_or(Syntax::Empty),
            _ => Syntax::Either(list),
        })
    }

    fn alternative(&mut self) -> Result<Syntax, PatternError> {
        let mut list = Vec::new();
        while !matches!(self.peek(), None | Some('|' | ')')) {
            list.push(self.term()?);
        }
        Ok(match list.len() {
            0 => Syntax::Empty,
            1 => list.pop().unwrap_or(Syntax::Empty),
            _ => Syntax::Sequence(list),
        })
    }

    fn term(&mut self) -> Result<Syntax, PatternError> {
        let start = self.at;
        let atom = self.atom()?;
        let is_assertion = matches!(
            atom,
            Syntax::Start | Syntax::End | Syntax::WordBoundary { .. } | Syntax::Around { .. }
        );
        let Some((least, most)) = self.quantifier()? else { return Ok(atom) };
        if is_assertion && self.characters.get(start) != Some(&'(')
            || matches!(atom, Syntax::Around { .. })
        {
            return Err(self.error("a quantifier follows an assertion"));
        }
        if matches!(self.peek(), Some('*' | '+' | '?')) {
            return Err(self.error("nothing to repeat"));
        }
        Ok(Syntax::Repeat { what: Box::new(atom), least, most })
    }

    /// A quantifier with the `?` that makes it lazy, which changes no verdict.
    fn quantifier(&mut self) -> Result<Option<(u32, Option<u32>)>, PatternError> {
        let found = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => match self.braces()? {
                Some(bounds) => {
                    self.take('?');
                    return Ok(Some(bounds));
                }
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        self.at += 1;
        self.take('?');
        Ok(Some(found))
    }

    /// `{2}`, `{2,}` or `{2,3}`; nothing where the braces are something else.
    fn braces(&mut self) -> Result<Option<(u32, Option<u32>)>, PatternError> {
        let start = self.at;
        self.at += 1;
        let least = self.number();
        let most = match (least, self.take(',')) {
            (Some(least), false) => Some(least),
            (Some(_), true) => self.number(),
            (None, _) => {
                self.at = start;
                return Ok(None);
            }
        };
        if !self.take('}') {
            self.at = start;
            return Ok(None);
        }
        let least = least.unwrap_or(0);
        if most.is_some_and(|most| most < least) {
            return Err(self.error("the bounds of a quantifier are out of order"));
        }
        Ok(Some((least, most)))
    }

    fn number(&mut self) -> Option<u32> {
        let start = self.at;
        let mut value = 0u32;
        while let Some(digit) = self.peek().and_then(|one| one.to_digit(10)) {
            value = value.saturating_mul(10).saturating_add(digit);
            self.at += 1;
        }
        (self.at > start).then_some(value)
    }

    fn atom(&mut self) -> Result<Syntax, PatternError> {
        let Some(character) = self.peek() else { return Ok(Syntax::Empty) };
        match character {
            '^' => {
                self.at += 1;
                Ok(Syntax::Start)
            }
            '$' => {
                self.at += 1;
                Ok(Syntax::End)
            }
            '.' => {
                self.at += 1;
                Ok(Syntax::Class(class::dot()))
            }
            '(' => self.group(),
            '[' => self.class().map(Syntax::Class),
            '\\' => self.escaped_atom(),
            '*' | '+' | '?' => Err(self.error("nothing to repeat")),
            '{' if self.braces()?.is_some() => Err(self.error("nothing to repeat")),
            other => {
                self.at += 1;
                Ok(Syntax::Class(class::of(&[(other, other)])))
            }
        }
    }

    fn group(&mut self) -> Result<Syntax, PatternError> {
        let opened = self.at;
        self.at += 1;
        let around = if self.takes("?=") {
            Some((false, false))
        } else if self.takes("?!") {
            Some((false, true))
        } else if self.takes("?<=") {
            Some((true, false))
        } else if self.takes("?<!") {
            Some((true, true))
        } else if self.takes("?:") {
            None
        } else if self.takes("?<") {
            let name = self.group_name()?;
            self.groups += 1;
            self.names.push(name);
            None
        } else if self.peek() == Some('?') {
            return Err(self.error("this group is none of ECMA-262's"));
        } else {
            self.groups += 1;
            None
        };
        let inner = self.disjunction()?;
        if !self.take(')') {
            self.at = opened;
            return Err(self.error("`(` is not closed"));
        }
        Ok(match around {
            Some((behind, negated)) => Syntax::Around { what: Box::new(inner), behind, negated },
            // A sequence keeps an assertion in a group apart from one that stands alone.
            None => match inner {
                Syntax::Start
                | Syntax::End
                | Syntax::WordBoundary { .. }
                | Syntax::Around { .. } => Syntax::Sequence(vec![inner]),
                other => other,
            },
        })
    }

    fn group_name(&mut self) -> Result<String, PatternError> {
        let mut name = String::new();
        while let Some(one) = self.peek() {
            self.at += 1;
            let is_start = one.is_alphabetic() || matches!(one, '$' | '_');
            match one {
                '>' if !name.is_empty() => return Ok(name),
                _ if is_start || (!name.is_empty() && one.is_alphanumeric()) => name.push(one),
                _ => break,
            }
        }
        Err(self.error("the name of a group is expected"))
    }

    fn escaped_atom(&mut self) -> Result<Syntax, PatternError> {
        let start = self.at;
        match self.peek_at(1) {
            Some('b') => {
                self.at += 2;
                Ok(Syntax::WordBoundary { negated: false })
            }
            Some('B') => {
                self.at += 2;
                Ok(Syntax::WordBoundary { negated: true })
            }
            Some('1'..='9') => {
                self.at += 1;
                let number = self.number().unwrap_or(0);
                self.references.push((start, Reference::Number(number)));
                Ok(Syntax::BackReference)
            }
            Some('k') => {
                self.at += 2;
                if !self.take('<') {
                    return Err(self.error("the name of a group is expected"));
                }
                let name = self.group_name()?;
                self.references.push((start, Reference::Name(name)));
                Ok(Syntax::BackReference)
            }
            _ => Ok(match self.escape()? {
                Escape::Character(one) => Syntax::Class(class::of(&[(one, one)])),
                Escape::Class(class) => Syntax::Class(class),
                Escape::Nothing => Syntax::Class(ClassUnicode::empty()),
            }),
        }
    }

    /// Reads an escape that means the same in a class and outside.
    fn escape(&mut self) -> Result<Escape, PatternError> {
        self.at += 1;
        let Some(letter) = self.peek() else { return Err(self.error("`\\` ends the pattern")) };
        if let Some(class) = class::shorthand(letter) {
            self.at += 1;
            return Ok(Escape::Class(class));
        }
        let character = match letter {
            't' => '\t',
            'n' => '\n',
            'v' => '\u{b}',
            'f' => '\u{c}',
            'r' => '\r',
            '0' if !self.peek_at(1).is_some_and(|next| next.is_ascii_digit()) => '\0',
            'c' => match self.peek_at(1) {
                Some(control) if control.is_ascii_alphabetic() => {
                    self.at += 2;
                    let code = u32::from(control) % 32;
                    return Ok(Escape::Character(char::from_u32(code).unwrap_or('\0')));
                }
                _ => return Err(self.error("`\\c` needs a letter")),
            },
            'x' => {
                self.at += 1;
                let code = self.hexadecimal(2)?;
                return Ok(Escape::Character(char::from_u32(code).unwrap_or('\0')));
            }
            'u' => return self.unicode(),
            'p' | 'P' => return self.property(letter == 'P'),
            // Syntax characters, and with Annex B all punctuation; letters are kept for later.
            other if other.is_ascii_punctuation() || other == ' ' => other,
            other if !other.is_ascii() && !other.is_alphanumeric() => other,
            _ => return Err(self.error("this escape is none of ECMA-262's")),
        };
        self.at += 1;
        Ok(Escape::Character(character))
    }

    fn hexadecimal(&mut self, digits: usize) -> Result<u32, PatternError> {
        let mut value = 0;
        for _ in 0..digits {
            let Some(digit) = self.peek().and_then(|one| one.to_digit(16)) else {
                return Err(self.error("a hexadecimal digit is expected"));
            };
            value = value * 16 + digit;
            self.at += 1;
        }
        Ok(value)
    }

    /// `\uFFFF`, a pair of those, or `\u{10FFFF}`; the cursor stands on the `u`.
    fn unicode(&mut self) -> Result<Escape, PatternError> {
        self.at += 1;
        let mut code = 0u32;
        if self.take('{') {
            let start = self.at;
            while let Some(digit) = self.peek().and_then(|one| one.to_digit(16)) {
                code = code.saturating_mul(16).saturating_add(digit);
                self.at += 1;
            }
            if self.at == start || code > 0x10_FFFF || !self.take('}') {
                return Err(self.error("`\\u{…}` needs a code point"));
            }
        } else {
            code = self.hexadecimal(4)?;
            if (0xD800..0xDC00).contains(&code) {
                let after = self.at;
                if self.takes("\\u")
                    && let Ok(low @ 0xDC00..=0xDFFF) = self.hexadecimal(4)
                {
                    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                } else {
                    self.at = after;
                }
            }
        }
        Ok(char::from_u32(code).map_or(Escape::Nothing, Escape::Character))
    }

    /// The cursor stands on the `p`.
    fn property(&mut self, negated: bool) -> Result<Escape, PatternError> {
        self.at += 1;
        if !self.take('{') {
            return Err(self.error("`\\p` needs a property in braces"));
        }
        let rest = self.characters.get(self.at..).unwrap_or(&[]);
        let length = rest.iter().position(|one| *one == '}').unwrap_or(rest.len());
        let expression: String = rest.iter().take(length.min(100)).collect();
        let class =
            class::property(&expression).ok_or_else(|| self.error("this property is not known"))?;
        self.at += length;
        if !self.take('}') {
            return Err(self.error("`\\p{` is not closed"));
        }
        Ok(Escape::Class(if negated { class::negated(class) } else { class }))
    }

    fn class(&mut self) -> Result<ClassUnicode, PatternError> {
        let opened = self.at;
        self.at += 1;
        let is_negated = self.take('^');
        let mut ranges: Vec<ClassUnicodeRange> = Vec::new();
        loop {
            let start = self.at;
            let from = match self.peek() {
                None => {
                    self.at = opened;
                    return Err(self.error("`[` is not closed"));
                }
                Some(']') => {
                    self.at += 1;
                    break;
                }
                Some(_) => self.class_atom()?,
            };
            let is_range = self.peek() == Some('-') && !matches!(self.peek_at(1), None | Some(']'));
            if !is_range {
                push(&mut ranges, &from);
                continue;
            }
            self.at += 1;
            let to = self.class_atom()?;
            match (&from, &to) {
                (Escape::Character(from), Escape::Character(to)) => {
                    if from > to {
                        self.at = start;
                        return Err(self.error("a range is out of order"));
                    }
                    ranges.push(ClassUnicodeRange::new(*from, *to));
                }
                (Escape::Nothing, _) | (_, Escape::Nothing) => {
                    self.at = start;
                    return Err(self.error("a range ends in half a surrogate pair"));
                }
                _ => {
                    // Annex B: the hyphen beside a class is one of the characters.
                    push(&mut ranges, &from);
                    push(&mut ranges, &Escape::Character('-'));
                    push(&mut ranges, &to);
                }
            }
        }
        let class = ClassUnicode::new(ranges);
        Ok(match (is_negated, class.ranges().is_empty()) {
            (true, true) => class::any(),
            (true, false) => class::negated(class),
            (false, _) => class,
        })
    }

    fn class_atom(&mut self) -> Result<Escape, PatternError> {
        match (self.peek(), self.peek_at(1)) {
            (Some('\\'), Some('b')) => {
                self.at += 2;
                Ok(Escape::Character('\u{8}'))
            }
            (Some('\\'), _) => self.escape(),
            (Some(other), _) => {
                self.at += 1;
                Ok(Escape::Character(other))
            }
            (None, _) => Err(self.error("`[` is not closed")),
        }
    }
}

fn push(ranges: &mut Vec<ClassUnicodeRange>, what: &Escape) {
    match what {
        Escape::Character(one) => ranges.push(ClassUnicodeRange::new(*one, *one)),
        Escape::Class(class) => ranges.extend_from_slice(class.ranges()),
        Escape::Nothing => {}
    }
}
