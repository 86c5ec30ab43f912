//! Points in time as RFC 3339 writes them, to any precision.

use crate::problem::{Code, Problem};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A point in time in its one canonical spelling: RFC 3339 in UTC with `Z`, capital letters, the
/// fraction of a second to any precision and without trailing zeros. Ordered by time.
///
/// ```
/// use tantamount_core::DateTime;
///
/// let at: DateTime = "2026-03-01T01:30:00.250+02:00".parse()?;
/// assert_eq!(at.as_str(), "2026-02-28T23:30:00.25Z");
/// assert!("2026-02-28T23:59:60Z".parse::<DateTime>().is_err());
/// # Ok::<(), tantamount_core::Problem>(())
/// ```
///
/// Limits: years 0000 to 9999, before and after the conversion to UTC; no second 60, which has no
/// place on the time line of UTC without a table of leap seconds.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DateTime {
    text: Box<str>,
}

impl DateTime {
    /// Reads a point in time.
    ///
    /// # Errors
    /// The [`Problem`], without a place.
    pub fn new(text: &str) -> Result<DateTime, Problem> {
        match canonical_date_time(text) {
            Ok(canonical) => Ok(DateTime { text: canonical.into() }),
            Err(why) => Err(Problem {
                pointer: String::new(),
                offset: None,
                line: 0,
                column: 0,
                code: Code::DateTime,
                message: format!("the string is no point in time: {why}"),
                fix: ADVICE.to_owned(),
            }),
        }
    }

    /// One whose canonical spelling is known.
    pub(crate) fn from_canonical(text: &str) -> DateTime {
        match text {
            "" => DateTime::default(),
            text => DateTime { text: text.into() },
        }
    }

    /// The canonical spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// How to write a point in time.
pub(crate) const ADVICE: &str =
    "write a date and time with its offset as in RFC 3339: `2026-01-31T12:00:00Z`";

impl Default for DateTime {
    /// The epoch of Unix.
    fn default() -> Self {
        DateTime { text: "1970-01-01T00:00:00Z".into() }
    }
}

impl Ord for DateTime {
    fn cmp(&self, other: &Self) -> Ordering {
        // Without the `Z` the order of the bytes is that of time: a fraction follows none.
        self.text.trim_end_matches('Z').cmp(other.text.trim_end_matches('Z'))
    }
}

impl PartialOrd for DateTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl FromStr for DateTime {
    type Err = Problem;

    fn from_str(text: &str) -> Result<DateTime, Problem> {
        DateTime::new(text)
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DateTime({})", self.text)
    }
}

/// The canonical spelling of a point in time, or why the text is none.
pub(crate) fn canonical_date_time(text: &str) -> Result<Cow<'_, str>, &'static str> {
    const FORM: &str = "it has not the form `YYYY-MM-DDThh:mm:ss` with an offset";
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<i64> {
        bytes.get(from..to)?.iter().try_fold(0, |value, byte| {
            byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0'))
        })
    };
    let stands = |at: usize, wanted: u8| bytes.get(at).map(u8::to_ascii_uppercase) == Some(wanted);
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if !separators.iter().all(|(at, wanted)| stands(*at, *wanted)) {
        return Err(FORM);
    }
    let year = number(0, 4).ok_or(FORM)?;
    let month = number(5, 7).ok_or(FORM)?;
    let day = number(8, 10).ok_or(FORM)?;
    let hour = number(11, 13).ok_or(FORM)?;
    let minute = number(14, 16).ok_or(FORM)?;
    let second = number(17, 19).ok_or(FORM)?;
    let mut at = 19;
    let mut fraction = "";
    if stands(at, b'.') {
        let digits = bytes.get(at + 1..).unwrap_or(&[]);
        let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 {
            return Err("digits are missing after the point");
        }
        fraction = text.get(at + 1..at + 1 + length).unwrap_or("").trim_end_matches('0');
        at += 1 + length;
    }
    let offset = match bytes.get(at..).unwrap_or(&[]) {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let hours = number(at + 1, at + 3).ok_or(FORM)?;
            let minutes = number(at + 4, at + 6).ok_or(FORM)?;
            if hours > 23 || minutes > 59 {
                return Err("the offset is no time of a day");
            }
            let offset = hours * 60 + minutes;
            if *sign == b'-' { -offset } else { offset }
        }
        [] => return Err("the offset is missing"),
        _ => return Err(FORM),
    };
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return Err("there is no such day");
    }
    if second == 60 {
        return Err("the second 60 is not taken");
    }
    if hour > 23 || minute > 59 || second > 59 {
        return Err("there is no such time of day");
    }
    let minutes = hour * 60 + minute - offset;
    let (year, month, day) = moved(year, month, day, minutes.div_euclid(1440));
    if !(0..=9999).contains(&year) {
        return Err("in UTC it is outside the years 0000 to 9999");
    }
    let (hour, minute) = (minutes.rem_euclid(1440) / 60, minutes.rem_euclid(60));
    let point = if fraction.is_empty() { "" } else { "." };
    let canonical = format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{point}{fraction}Z"
    );
    Ok(if canonical == text { Cow::Borrowed(text) } else { Cow::Owned(canonical) })
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The day before, the same, or the next one: an offset is less than a day.
fn moved(year: i64, month: i64, day: i64, days: i64) -> (i64, i64, i64) {
    match days {
        -1 if day > 1 => (year, month, day - 1),
        -1 if month > 1 => (year, month - 1, days_in(year, month - 1)),
        -1 => (year - 1, 12, 31),
        1 if day < days_in(year, month) => (year, month, day + 1),
        1 if month < 12 => (year, month + 1, 1),
        1 => (year + 1, 1, 1),
        _ => (year, month, day),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_in_time_has_one_spelling() {
        let cases = [
            ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
            ("2026-01-31t12:00:00z", "2026-01-31T12:00:00Z"),
            ("2026-01-31T12:00:00-00:00", "2026-01-31T12:00:00Z"),
            ("2026-01-31T12:00:00.000+00:00", "2026-01-31T12:00:00Z"),
            ("2026-12-31T23:59:59.9-00:01", "2027-01-01T00:00:59.9Z"),
            ("2024-03-01T00:00:00+23:59", "2024-02-29T00:01:00Z"),
            ("2000-02-29T23:00:00-01:00", "2000-03-01T00:00:00Z"),
            ("1900-03-01T00:00:00+00:01", "1900-02-28T23:59:00Z"),
            ("0001-01-01T00:00:00+00:01", "0000-12-31T23:59:00Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
            (
                "9999-12-31T23:59:59.99999999999999999999990Z",
                "9999-12-31T23:59:59.9999999999999999999999Z",
            ),
            ("2026-06-30T23:59:59.1230456000-05:30", "2026-07-01T05:29:59.1230456Z"),
        ];
        for (text, canonical) in cases {
            assert_eq!(canonical_date_time(text).as_deref(), Ok(canonical), "{text}");
            assert_eq!(canonical_date_time(canonical).as_deref(), Ok(canonical), "{canonical}");
        }
    }

    #[test]
    fn what_is_no_point_in_time_is_refused() {
        for text in [
            "",
            "2026-01-31",
            "2026-01-31T12:00:00",
            "2026-01-31 12:00:00Z",
            "2026-1-31T12:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2016-12-31T23:59:60Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00,5Z",
            "2026-01-01T00:00:00+24:00",
            "2026-01-01T00:00:00+01:60",
            "2026-01-01T00:00:00+0100",
            "2026-01-01T00:00:00Z ",
            "2026-01-01T00:00:00ZZ",
            "0000-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "02026-01-01T00:00:00Z",
            "２026-01-01T00:00:00Z",
            "2026-01-01T00:00:00.5é",
            "2026-01-01T00:00:00+é1:00",
            "+026-01-01T00:00:00Z",
        ] {
            assert!(canonical_date_time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_ordered_by_time() {
        let times = [
            "2026-01-01T00:00:00Z",
            "2026-01-01T00:00:00.05Z",
            "2026-01-01T00:00:00.5Z",
            "2026-01-01T00:00:01Z",
        ];
        for pair in times.windows(2) {
            let times: Vec<DateTime> = pair.iter().map(|text| text.parse().unwrap()).collect();
            assert!(times.is_sorted() && times.first() != times.last());
        }
    }
}
