//! Strings that stand for values: points in time and decimal numbers.
//!
//! A point in time is read to the seconds since the year 0 began, by counting years, months and
//! days one by one, and written by counting them back.

use super::decimal::{Decimal, within_numeric};
use super::json::{Value, read};

const MINUTES_OF_A_DAY: i64 = 24 * 60;

/// The canonical spelling of a number as JSON writes it; `None` where `jsonb` takes none such.
pub fn canonical_number(text: &str) -> Option<String> {
    // White space around it would be no part of it.
    let is_bare = text.chars().all(|one| one.is_ascii_alphanumeric() || "+-.".contains(one));
    match read(text.as_bytes()) {
        Ok(Value::Number(number)) if is_bare && within_numeric(&number) => {
            Some(Decimal::of(&number).canonical())
        }
        _ => None,
    }
}

/// The canonical spelling of an RFC 3339 date and time with an offset, in UTC; `None` where it is
/// none, its second is 60, or it is outside the years 0 to 9999 in UTC.
pub fn canonical_date_time(text: &str) -> Option<String> {
    let time = Time::read(text)?;
    Some(time.written())
}

/// Minutes since the year 0 began in UTC, seconds, and the digits after the point.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    minutes: i64,
    second: i64,
    /// Without zeros at the end, so that the order of texts is that of values.
    fraction: String,
}

impl Time {
    /// Reads an RFC 3339 date and time.
    pub fn read(text: &str) -> Option<Time> {
        let characters: Vec<char> = text.chars().collect();
        let mut rest = characters.as_slice();
        let year = digits(&mut rest, 4)?;
        one_of(&mut rest, "-")?;
        let month = digits(&mut rest, 2)?;
        one_of(&mut rest, "-")?;
        let day = digits(&mut rest, 2)?;
        one_of(&mut rest, "Tt")?;
        let hour = digits(&mut rest, 2)?;
        one_of(&mut rest, ":")?;
        let minute = digits(&mut rest, 2)?;
        one_of(&mut rest, ":")?;
        let second = digits(&mut rest, 2)?;
        let mut fraction = String::new();
        if one_of(&mut rest, ".").is_some() {
            while let Some((first, after)) = rest.split_first()
                && first.is_ascii_digit()
            {
                fraction.push(*first);
                rest = after;
            }
            if fraction.is_empty() {
                return None;
            }
        }
        let offset = match one_of(&mut rest, "Zz+-")? {
            sign @ ('+' | '-') => {
                let hours = digits(&mut rest, 2)?;
                one_of(&mut rest, ":")?;
                let minutes = digits(&mut rest, 2)?;
                if hours > 23 || minutes > 59 {
                    return None;
                }
                (hours * 60 + minutes) * if sign == '-' { -1 } else { 1 }
            }
            _ => 0,
        };
        let is_there = (1..=12).contains(&month) && 1 <= day && day <= length_of(year, month);
        if !rest.is_empty() || !is_there || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let days: i64 = (0..year).map(days_of).sum::<i64>()
            + (1..month).map(|month| length_of(year, month)).sum::<i64>()
            + day
            - 1;
        let minutes = days * MINUTES_OF_A_DAY + hour * 60 + minute - offset;
        let end: i64 = (0..10_000).map(days_of).sum::<i64>() * MINUTES_OF_A_DAY;
        let fraction = fraction.trim_end_matches('0').to_owned();
        (0 <= minutes && minutes < end).then_some(Time { minutes, second, fraction })
    }

    fn written(&self) -> String {
        let (mut days, minutes) =
            (self.minutes / MINUTES_OF_A_DAY, self.minutes % MINUTES_OF_A_DAY);
        let mut year = 0;
        while days >= days_of(year) {
            days -= days_of(year);
            year += 1;
        }
        let mut month = 1;
        while days >= length_of(year, month) {
            days -= length_of(year, month);
            month += 1;
        }
        let (hour, minute, second) = (minutes / 60, minutes % 60, self.second);
        let mut text = format!("{year:04}-{month:02}-{:02}", days + 1);
        text.push_str(&format!("T{hour:02}:{minute:02}:{second:02}"));
        if !self.fraction.is_empty() {
            text.push('.');
            text.push_str(&self.fraction);
        }
        text.push('Z');
        text
    }
}

/// So many decimal digits, as a number.
fn digits(rest: &mut &[char], count: usize) -> Option<i64> {
    let mut value = 0;
    for _ in 0..count {
        let (first, after) = rest.split_first()?;
        let digit = "0123456789".chars().position(|one| one == *first)?;
        value = value * 10 + i64::try_from(digit).ok()?;
        *rest = after;
    }
    Some(value)
}

fn one_of(rest: &mut &[char], wanted: &str) -> Option<char> {
    let (first, after) = rest.split_first()?;
    if !wanted.contains(*first) {
        return None;
    }
    *rest = after;
    Some(*first)
}

fn is_leap(year: i64) -> bool {
    if year % 400 == 0 {
        return true;
    }
    year % 4 == 0 && year % 100 != 0
}

fn days_of(year: i64) -> i64 {
    if is_leap(year) { 366 } else { 365 }
}

fn length_of(year: i64, month: i64) -> i64 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        _ if is_leap(year) => 29,
        _ => 28,
    }
}
