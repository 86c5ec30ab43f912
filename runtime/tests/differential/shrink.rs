//! Shrinking a pair, as long as it keeps showing what it shows (delta debugging: Zeller and
//! Hildebrandt, 2002, over values, elements and runs of bytes).

use crate::verdicts::Case;
use std::ops::Range;
use std::time::{Duration, Instant};

/// A case that still is large after this long is shown as it is then.
const LONGEST: Duration = Duration::from_secs(10);
/// How many candidates, and how many bytes of them, are asked at once.
const BATCH: usize = 200;
const BATCH_BYTES: usize = 4 << 20;

/// Says of each case whether it still shows what was found.
type Judge<'judge> = dyn FnMut(Vec<Case>) -> Vec<bool> + 'judge;

/// The smallest case that could be made of this one.
pub(crate) fn shrink(mut case: Case, still: &mut Judge<'_>) -> Case {
    let deadline = Instant::now() + LONGEST;
    loop {
        let before = size(&case);
        case = exhaust(case, deadline, still, &structural);
        case = exhaust(case, deadline, still, &wholes);
        let mut length = case.first.len().max(case.second.len());
        while length > 0 {
            case = exhaust(case, deadline, still, &|case| without_runs(case, length));
            length /= 2;
        }
        case = exhaust(case, deadline, still, &plainer);
        if size(&case) == before || Instant::now() > deadline {
            return case;
        }
    }
}

/// Takes candidates as long as one of them is smaller and still shows it.
fn exhaust(
    mut case: Case,
    deadline: Instant,
    still: &mut Judge<'_>,
    candidates: &dyn Fn(&Case) -> Vec<Case>,
) -> Case {
    'again: loop {
        let mut smaller = candidates(&case);
        smaller.retain(|candidate| size(candidate) < size(&case));
        let mut rest = smaller.as_slice();
        while !rest.is_empty() {
            if Instant::now() > deadline {
                return case;
            }
            let mut bytes = 0;
            let fitting = rest.iter().take(BATCH).take_while(|candidate| {
                let fits = bytes < BATCH_BYTES;
                bytes += candidate.first.len() + candidate.second.len();
                fits
            });
            let (batch, later) = rest.split_at(fitting.count());
            let answers = still(batch.to_vec());
            let found = batch.iter().zip(answers).find(|candidate| candidate.1);
            if let Some((found, _)) = found {
                case = found.clone();
                continue 'again;
            }
            rest = later;
        }
        return case;
    }
}

/// First the bytes, then how plain they are: each step makes this smaller, so steps come to an end.
fn size(case: &Case) -> (usize, usize) {
    let texts = || case.first.iter().chain(&case.second);
    (texts().count(), texts().map(|byte| rank(*byte)).sum())
}

fn rank(byte: u8) -> usize {
    match byte {
        b'0' => 0,
        b'1' => 1,
        b'a' => 2,
        b' ' => 3,
        byte => 4 + usize::from(byte),
    }
}

/// One text in the place of the other, or the plainest one.
fn wholes(case: &Case) -> Vec<Case> {
    let Case { first, second } = case;
    let mut candidates = vec![
        Case { first: first.clone(), second: first.clone() },
        Case { first: second.clone(), second: second.clone() },
    ];
    for plain in [b"0".to_vec()].into_iter().chain(short_numbers(first)) {
        candidates.push(Case { first: plain, second: second.clone() });
    }
    for plain in [b"0".to_vec()].into_iter().chain(short_numbers(second)) {
        candidates.push(Case { first: first.clone(), second: plain });
    }
    candidates
}

/// Where the text is a number with many digits: short ones with its magnitude or its scale.
fn short_numbers(text: &[u8]) -> Vec<Vec<u8>> {
    let is_number_byte = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    let Ok(number) = std::str::from_utf8(text) else { return Vec::new() };
    if !text.iter().all(is_number_byte) {
        return Vec::new();
    }
    let (mantissa, power) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let Ok(power) = power.parse::<i64>() else { return Vec::new() };
    let [integer, fraction] = [integer.len(), fraction.len()].map(|length| length as i64);
    let [scale, top] = [power.saturating_sub(fraction), power.saturating_add(integer - 1)];
    ["0", "1"]
        .into_iter()
        .flat_map(|digit| [scale, top].map(|power| format!("{digit}e{power}").into_bytes()))
        .collect()
}

/// One value in the place of the text, or an element or member left out: in one text, or in both
/// at the same path, wherever that stands.
fn structural(case: &Case) -> Vec<Case> {
    let (firsts, seconds) = (edits(&case.first), edits(&case.second));
    let mut candidates = Vec::new();
    for (first_path, first) in &firsts {
        for (_, second) in seconds.iter().filter(|(path, _)| path == first_path) {
            candidates.push(Case { first: first.clone(), second: second.clone() });
        }
    }
    for (_, first) in firsts {
        candidates.push(Case { first, second: case.second.clone() });
    }
    for (_, second) in seconds {
        candidates.push(Case { first: case.first.clone(), second });
    }
    candidates.sort_by_key(size);
    candidates
}

/// A text with one value alone, or with one element or member left out, and which one that is.
fn edits(text: &[u8]) -> Vec<((bool, String), Vec<u8>)> {
    let parts = parts(text);
    let alone = parts
        .values
        .into_iter()
        .filter_map(|(path, span)| Some(((true, path), text.get(span).map(Vec::from)?)));
    let without =
        parts.elements.into_iter().map(|(path, span)| ((false, path), without(text, &span)));
    alone.chain(without).collect()
}

/// Where values stand, and elements or members with a comma of theirs, each with its path.
#[derive(Default)]
struct Parts {
    values: Vec<(String, Range<usize>)>,
    elements: Vec<(String, Range<usize>)>,
}

/// An array or object that is still open.
struct Open {
    path: String,
    start: usize,
    /// Where the element or member that is being read begins, and its index or name.
    element: usize,
    step: String,
}

impl Open {
    fn inside(&self) -> String {
        format!("{}/{}", self.path, self.step)
    }
}

fn parts(text: &[u8]) -> Parts {
    let mut parts = Parts::default();
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let start = at;
        at += 1;
        let path = open.last().map(Open::inside).unwrap_or_default();
        match byte {
            b'[' | b'{' => open.push(Open { path, start, element: at, step: "0".to_owned() }),
            b',' => {
                if let Some(last) = open.last_mut() {
                    parts.elements.push((path, last.element..at));
                    last.element = at;
                    // For an array; an object's member is named by what comes next.
                    last.step = (last.step.parse().unwrap_or(0_usize) + 1).to_string();
                }
            }
            b']' | b'}' => {
                if let Some(last) = open.pop() {
                    // The last one goes with the comma before it.
                    let comma = usize::from(last.element > last.start + 1);
                    parts.elements.push((path, last.element - comma..start));
                    parts.values.push((last.path, last.start..at));
                }
            }
            b'"' => {
                while let Some(&inner) = text.get(at) {
                    at += if inner == b'\\' { 2 } else { 1 };
                    if inner == b'"' {
                        break;
                    }
                }
                let span = start..at.min(text.len());
                let rest = text.get(span.end..).unwrap_or_default().trim_ascii_start();
                match open.last_mut() {
                    Some(last) if rest.first() == Some(&b':') => {
                        let literal = text.get(span).unwrap_or_default();
                        let name = serde_json::from_slice(literal);
                        // In quotes, since it must not look like an index.
                        last.step = name.map_or_else(
                            |_| literal.escape_ascii().to_string(),
                            |name: String| format!("{name:?}"),
                        );
                    }
                    _ => parts.values.push((path, span)),
                }
            }
            b' ' | b'\t' | b'\n' | b'\r' | b':' => {}
            _ => {
                let more = text.get(at..).unwrap_or_default();
                at += more.iter().take_while(|byte| !b",:]}[{\" \t\n\r".contains(byte)).count();
                parts.values.push((path, start..at));
            }
        }
    }
    parts.values.retain(|(_, span)| span.len() < text.len());
    parts
}

fn without(text: &[u8], span: &Range<usize>) -> Vec<u8> {
    let (before, after) = (text.get(..span.start), text.get(span.end..));
    [before.unwrap_or_default(), after.unwrap_or_default()].concat()
}

/// A run of so many bytes left out: in one text, or in both where they have the same run, counted
/// from the start or from the end.
fn without_runs(case: &Case, length: usize) -> Vec<Case> {
    let Case { first, second } = case;
    let mut candidates = Vec::new();
    let step = length.div_ceil(2);
    for start in (0..first.len()).step_by(step) {
        let span = start..first.len().min(start + length);
        let shorter = without(first, &span);
        let from_end = first.len() - span.end;
        let run = first.get(span.clone());
        if second.get(span.clone()) == run {
            candidates.push(Case { first: shorter.clone(), second: without(second, &span) });
        }
        if let Some(end) = second.len().checked_sub(from_end)
            && let Some(start) = end.checked_sub(span.len())
            && second.get(start..end) == run
        {
            let second = without(second, &(start..end));
            candidates.push(Case { first: shorter.clone(), second });
        }
        candidates.push(Case { first: shorter, second: second.clone() });
    }
    for start in (0..second.len()).step_by(step) {
        let span = start..second.len().min(start + length);
        candidates.push(Case { first: first.clone(), second: without(second, &span) });
    }
    candidates
}

/// A byte made plainer: in one text, or wherever it stands in both.
fn plainer(case: &Case) -> Vec<Case> {
    let mut candidates = Vec::new();
    let mut bytes: Vec<u8> = case.first.iter().chain(&case.second).copied().collect();
    bytes.sort_unstable();
    bytes.dedup();
    for plain in [b'0', b'1', b'a', b' '] {
        let with = |text: &[u8], place: usize| -> Vec<u8> {
            let plainer = |(index, byte): (usize, &u8)| if index == place { plain } else { *byte };
            text.iter().enumerate().map(plainer).collect()
        };
        for byte in &bytes {
            let replace = |text: &[u8]| -> Vec<u8> {
                text.iter().map(|old| if old == byte { plain } else { *old }).collect()
            };
            candidates.push(Case { first: replace(&case.first), second: replace(&case.second) });
        }
        for place in 0..case.first.len() {
            candidates.push(Case { first: with(&case.first, place), ..case.clone() });
        }
        for place in 0..case.second.len() {
            candidates.push(Case { second: with(&case.second, place), ..case.clone() });
        }
    }
    candidates
}

#[test]
fn what_matters_is_all_that_is_left() {
    let check =
        |first: &str, second: &str, still: &dyn Fn(&str, &str) -> bool, expected: [&str; 2]| {
            let case = Case { first: first.into(), second: second.into() };
            let small = shrink(case, &mut |cases| {
                let text = String::from_utf8_lossy;
                cases.iter().map(|case| still(&text(&case.first), &text(&case.second))).collect()
            });
            assert_eq!([small.first, small.second], expected.map(|text| text.as_bytes().to_vec()));
        };
    // Only one of the two texts matters.
    check("[1, {\"x\": 2e5}, 3]", "[null]", &|first, _| first.contains("2e5"), ["2e5", ""]);
    // A number in both, spelt another way, however deep.
    check(
        "{\"a\":[[[7,{\"k\":\"v\",\"n\":1.0}]]],\"b\":true}",
        "{\"b\":true,\"a\":[[[7,{\"k\":\"v\",\"n\":1}]]]}",
        &|first, second| first.contains("1.0") && second.contains('1') && !second.contains('.'),
        ["1.0", "1"],
    );
    // Members that stand in another order.
    check(
        "{\"a\":[1,{\"x\":5,\"y\":6}],\"b\":{\"k\":{},\"l\":[2,3,4]}}",
        "{\"b\":{\"\\u006c\":[2,3,4],\"k\":{}},\"a\":[1,{\"y\":6,\"x\":5}]}",
        &|first, second| {
            let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
            let first = read(first);
            first.is_some() && first == read(second) && second.contains('2')
        },
        ["2", "2"],
    );
    // What must stay balanced.
    let balanced = |text: &str| {
        let count = |wanted: char| text.chars().filter(|character| *character == wanted).count();
        count('[') == count(']') && count('[') >= 3
    };
    check(
        "[[[[[\"abc\",1],2],3],4],5]",
        "[[[[[\"abc\",1],2],3],4],6]",
        &|first, second| balanced(first) && balanced(second),
        ["[[[]]]", "[[[]]]"],
    );
}

#[test]
fn a_number_of_many_digits_becomes_a_short_one() {
    let long = format!("[-0.{}5, 1]", "0".repeat(20_000));
    let case = Case { first: long.into_bytes(), second: b"[]".to_vec() };
    let small = shrink(case, &mut |cases| {
        let scale = |text: &str| {
            let (mantissa, power) = text.trim_matches(['[', ']']).split_once('e')?;
            Some(mantissa.len() as i64 - power.parse::<i64>().ok()?)
        };
        let beyond = |case: &Case| {
            let text = String::from_utf8_lossy(&case.first);
            text.contains(&"0".repeat(16_384)) || scale(&text).is_some_and(|scale| scale > 16_383)
        };
        cases.iter().map(beyond).collect()
    });
    let shown = String::from_utf8_lossy(&small.first).into_owned();
    assert!(shown.len() <= 8 && small.second.is_empty(), "{shown}");
}
