//! Bytes that must be refused, and bytes that may have to be.

use super::random::Random;
use super::texts::text;

/// Values that are wrong wherever a value may stand: near misses of the grammar, what other
/// readers take for JSON, and what `jsonb` refuses though the grammar is right.
pub(super) const WRONG_VALUES: &[&[u8]] = &[
    // Words.
    b"",
    b"nul",
    b"nulll",
    b"Null",
    b"NULL",
    b"True",
    b"truefalse",
    b"undefined",
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"a",
    // Numbers.
    b"+1",
    b"-",
    b"--1",
    b"00",
    b"01",
    b"-01",
    b"1.",
    b".5",
    b"-.5",
    b"1.e1",
    b"1e",
    b"1E+",
    b"1e-",
    b"1e1.0",
    b"1.2.3",
    b"0x1",
    b"1_000",
    b"1,5,",
    b"1 2",
    b"1e5e5",
    "\u{661}".as_bytes(),
    "\u{ff11}".as_bytes(),
    // Numbers that `numeric` refuses.
    b"1e131072",
    b"-1e131072",
    b"10e131071",
    b"0.1e131073",
    b"1e-16384",
    b"0e-16384",
    b"1.5e-16383",
    b"0.0e-16383",
    b"0e1073741823",
    b"0e-1073741823",
    b"1e99999999999999999999",
    b"1e-99999999999999999999",
    b"0e18446744073709551616",
    // Strings.
    b"\"",
    b"\"a",
    b"a\"",
    b"'a'",
    b"\"\\\"",
    b"\"\\a\"",
    b"\"\\x41\"",
    b"\"\\'\"",
    b"\"\\U0041\"",
    b"\"\\u\"",
    b"\"\\u004\"",
    b"\"\\u004g\"",
    b"\"\\u+041\"",
    b"\"\t\"",
    b"\"\n\"",
    b"\"\x00\"",
    b"\"\x1f\"",
    b"\"a\"\"b\"",
    // Strings that `jsonb` refuses.
    b"\"\\u0000\"",
    b"\"\\ud800\"",
    b"\"\\uDFFF\"",
    b"\"\\ude00\\ud83d\"",
    b"\"\\ud83d\\ud83d\"",
    b"\"\\ud83dx\\ude00\"",
    b"\"\\ud83d\\n\"",
    b"{\"\\u0000\":1}",
    b"{\"\\udfff\":1,\"a\":2}",
    // Arrays and objects.
    b"[",
    b"]",
    b"[1",
    b"[1,]",
    b"[,1]",
    b"[1}",
    b"{\"a\"}",
    b"{\"a\":}",
    b"{\"a\":1,}",
    b"{a:1}",
    b"{1:1}",
];

/// Bytes that are no UTF-8, for the inside of a string: a lone continuation, a lead without one,
/// too long forms, a surrogate, a code point beyond the last, bytes that no form begins with.
pub(super) const WRONG_BYTES: &[&[u8]] = &[
    b"\x80",
    b"\xc3",
    b"\xc0\x80",
    b"\xe0\x80\xaf",
    b"\xed\xa0\x80",
    b"\xed\xbf\xbf",
    b"\xf4\x90\x80\x80",
    b"\xfe",
    b"\xff",
];

/// Bytes that the contract refuses, whoever reads them: an accepted text with one mistake in it,
/// most often close to what is allowed.
pub fn invalid_text(random: &mut Random) -> Vec<u8> {
    let text = text(random).into_bytes();
    match random.below(12) {
        0 => around(
            random.pick(&[
                &b"\xef\xbb\xbf"[..],
                b"\x0b",
                b"\x0c",
                b"\xc2\xa0",
                b"\xe2\x80\xa8",
                b"\x00",
            ]),
            &text,
            b"",
        ),
        1 => around(
            b"",
            &text,
            random.pick(&[
                &b","[..],
                b"]",
                b"}",
                b"\x00",
                b" 1",
                b"\xc2\xa0",
                b"//",
                b"/**/",
                b";",
            ]),
        ),
        2 => around(b"{\"a\":1,", &text, b"}"),
        3 => around(b"{\"a\":", &text, random.pick(&[&b""[..], b",}", b"]", b"},"])),
        4 => around(b"[", &text, random.pick(&[&b""[..], b",]", b",,1]", b"}", b":1]", b" 1]"])),
        5 => around(b"{\"a\" ", &text, b"}"),
        6 => {
            let wrong = random.pick(WRONG_BYTES);
            around(b"[\"", &around(b"a", wrong, b"\","), &around(b"", &text, b"]"))
        }
        7 => {
            let depth = 513 + random.pick(&[0, 0, 1, 100, 5_000]);
            let (open, inside, close) = random.pick(&[("[", "", "]"), ("{\"\":", "0", "}")]);
            format!("{}{inside}{}", open.repeat(depth), close.repeat(depth)).into_bytes()
        }
        _ => {
            let wrong = random.pick(WRONG_VALUES);
            match random.below(5) {
                0 => wrong.to_vec(),
                1 => around(b"[", &around(&text, b",", wrong), b"]"),
                2 => around(b"[ ", wrong, &around(b" ,", &text, b"]")),
                3 => around(b"{\"a\":", wrong, &around(b",\"b\":", &text, b"}")),
                // Shadowed, and refused all the same.
                _ => around(b"{\"a\":", wrong, &around(b",\"a\":", &text, b"}")),
            }
        }
    }
}

fn around(before: &[u8], inside: &[u8], after: &[u8]) -> Vec<u8> {
    [before, inside, after].concat()
}

/// The bytes with one to three of them changed, dropped, put in or moved; the result may be
/// accepted or not, and mean the same or not.
pub fn mangled(random: &mut Random, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..random.pick(&[1, 1, 2, 3]) {
        let place = random.below(bytes.len());
        let other = random.below(bytes.len());
        let telling =
            b"[]{},:\"\\/0123456789eE+-.truefalsn \t\n\r\x00\x1f\x7f\x80\xbf\xc3\xe2\xed\xf0\xff";
        let byte = random.pick(telling);
        match random.below(6) {
            0 | 1 => {
                if let Some(old) = bytes.get_mut(place) {
                    *old = byte;
                }
            }
            2 if !bytes.is_empty() => {
                bytes.remove(place);
            }
            3 => bytes.insert(place, byte),
            4 if !bytes.is_empty() => bytes.swap(place, other),
            // A run of bytes once more, or the end cut off.
            5 if place < other => {
                let run = bytes.get(place..other).unwrap_or_default().to_vec();
                bytes.splice(place..place, run);
            }
            _ => bytes.truncate(place),
        }
    }
    bytes
}
