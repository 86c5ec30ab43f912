//! Dates, times and durations: RFC 3339, appendix A for durations.

/// `full-date` of RFC 3339.
#[must_use]
pub fn date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let &[a, b, c, d, b'-', e, f, b'-', g, h] = bytes else { return false };
    let (Some(year), Some(month), Some(day)) =
        (number(&[a, b, c, d]), number(&[e, f]), number(&[g, h]))
    else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// `full-time` of RFC 3339. A leap second is one only in the last minute of a day of UTC.
#[must_use]
pub fn time(text: &str) -> bool {
    let Some((clock, rest)) = text.as_bytes().split_first_chunk::<8>() else { return false };
    let &[a, b, b':', c, d, b':', e, f] = clock else { return false };
    let (Some(hour), Some(minute), Some(second)) =
        (number(&[a, b]), number(&[c, d]), number(&[e, f]))
    else {
        return false;
    };
    if hour > 23 || minute > 59 || second > 60 {
        return false;
    }
    let rest = match rest.split_first() {
        Some((b'.', digits)) => {
            let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
            match digits.get(length..) {
                Some(rest) if length > 0 => rest,
                _ => return false,
            }
        }
        _ => rest,
    };
    let offset = match rest {
        b"Z" | b"z" => 0,
        &[sign @ (b'+' | b'-'), a, b, b':', c, d] => {
            let (Some(hours), Some(minutes)) = (number(&[a, b]), number(&[c, d])) else {
                return false;
            };
            if hours > 23 || minutes > 59 {
                return false;
            }
            let offset = hours * 60 + minutes;
            if sign == b'-' { -offset } else { offset }
        }
        _ => return false,
    };
    second < 60 || (hour * 60 + minute - offset).rem_euclid(24 * 60) == 24 * 60 - 1
}

/// `date-time` of RFC 3339.
#[must_use]
pub fn date_time(text: &str) -> bool {
    text.split_once(['T', 't']).is_some_and(|(day, clock)| date(day) && time(clock))
}

/// `duration` of RFC 3339, appendix A: units in their order, none left out between two.
#[must_use]
pub fn duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('P') else { return false };
    if let Some(weeks) = rest.strip_suffix('W') {
        return is_digits(weeks);
    }
    let (days, clock) = match rest.split_once('T') {
        Some((days, clock)) => (days, Some(clock)),
        None => (rest, None),
    };
    match clock {
        Some(clock) => (days.is_empty() || units(days, "YMD")) && units(clock, "HMS"),
        None => units(days, "YMD"),
    }
}

/// Numbers with units out of `order`, each following the last directly.
fn units(text: &str, order: &str) -> bool {
    let mut rest = text;
    let mut last: Option<usize> = None;
    while !rest.is_empty() {
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (Some(unit), true) =
            (rest.get(length..).and_then(|rest| rest.chars().next()), length > 0)
        else {
            return false;
        };
        let Some(place) = order.find(unit) else { return false };
        if last.is_some_and(|last| place != last + 1) {
            return false;
        }
        last = Some(place);
        rest = rest.get(length + 1..).unwrap_or("");
    }
    last.is_some()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn number(digits: &[u8]) -> Option<i32> {
    digits.iter().try_fold(0, |value, byte| {
        byte.is_ascii_digit().then(|| value * 10 + i32::from(byte - b'0'))
    })
}
