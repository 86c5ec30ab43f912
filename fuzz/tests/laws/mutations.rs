//! Texts of requests, changed as trees by code that knows nothing of plans.

use tantamount_fuzz::generators::Random;
use tantamount_fuzz::oracles::{Value, canonical_json, read};

/// Members, steps and dependencies in another order.
pub(crate) fn permuted(text: &str, random: &mut Random) -> String {
    let mut root = read(text.as_bytes()).unwrap();
    permute_members(&mut root, random);
    each(&mut root, "steps", random, &mut |step, random| {
        permute_members(step, random);
        each(step, "dependencies", random, &mut permute_members);
    });
    written(&root)
}

fn permute_members(value: &mut Value, random: &mut Random) {
    if let Value::Object(members) = value {
        random.shuffle(members);
    }
}

/// Permutes the array in a member, and does something with each of its elements.
fn each(
    value: &mut Value,
    name: &str,
    random: &mut Random,
    act: &mut dyn FnMut(&mut Value, &mut Random),
) {
    let Value::Object(members) = value else { return };
    for (found, value) in members {
        if found == name
            && let Value::Array(elements) = value
        {
            random.shuffle(elements);
            elements.iter_mut().for_each(|element| act(element, random));
        }
    }
}

/// The text of a tree, members in the tree's order.
fn written(value: &Value) -> String {
    match value {
        Value::Array(elements) => {
            format!("[{}]", elements.iter().map(written).collect::<Vec<_>>().join(","))
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                let name = canonical_json(&Value::String(name.clone()));
                format!("{name}:{}", written(value))
            });
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Value::Number(number) => number.clone(),
        scalar => canonical_json(scalar),
    }
}

/// With other values before members of typed objects, under their names.
pub(crate) fn doubled(text: &str, random: &mut Random) -> String {
    let mut root = read(text.as_bytes()).unwrap();
    double_members(&mut root, random);
    each(&mut root, "steps", random, &mut |step, random| {
        double_members(step, random);
        each(step, "dependencies", random, &mut double_members);
    });
    written(&root)
}

/// Puts other values before members that stand there, under their names.
fn double_members(value: &mut Value, random: &mut Random) {
    let Value::Object(members) = value else { return };
    random.shuffle(members);
    for index in (0..members.len()).rev() {
        if random.one_in(3) {
            let (name, value) = members[index].clone();
            let other = match value {
                Value::String(text) if name == "execution_kind" => {
                    let other = if text == "JOB" { "EXTERNAL" } else { "JOB" };
                    Value::String(other.to_owned())
                }
                Value::Number(_) => Value::Number("3".to_owned()),
                other => other,
            };
            members.insert(random.below(index + 1), (name, other));
        }
    }
}

/// With one string in the place of another: keys twice, references to oneself and in circles.
pub(crate) fn crossed(text: &str, random: &mut Random) -> String {
    let mut root = read(text.as_bytes()).unwrap();
    let mut found = Vec::new();
    strings(&mut root, &mut |text| found.push(text.clone()));
    for _ in 0..random.pick(&[1, 1, 2, 4]) {
        let (from, to) = (random.below(found.len()), random.below(found.len()));
        let mut place = 0;
        strings(&mut root, &mut |text| {
            if place == to {
                text.clone_from(&found[from]);
            }
            place += 1;
        });
    }
    written(&root)
}

/// Every string outside payloads, or most would be theirs.
fn strings(value: &mut Value, act: &mut dyn FnMut(&mut String)) {
    scalars(value, &mut |value| {
        if let Value::String(text) = value {
            act(text);
        }
    });
}

/// With a value at a border, or one step beyond it, in the place of a scalar.
pub(crate) fn bordered(text: &str, random: &mut Random) -> String {
    let mut root = read(text.as_bytes()).unwrap();
    let mut count = 0;
    scalars(&mut root, &mut |_| count += 1);
    let mut place = random.below(count);
    let border = border(random);
    scalars(&mut root, &mut |value| {
        if place == 0 {
            *value = border.clone();
        }
        place = place.wrapping_sub(1);
    });
    written(&root)
}

fn border(random: &mut Random) -> Value {
    const NUMBERS: [&str; 14] = [
        "0",
        "-0.0",
        "1",
        "10e-1",
        "0.5",
        "-1",
        "2147483647",
        "2147483648",
        "-2147483648",
        "-2147483649",
        "214748364.8e1",
        "9223372036854775808",
        "1e131071",
        "1e-16383",
    ];
    const TEXTS: [&str; 14] = [
        "",
        " ",
        "\u{3000}\u{85}",
        "\u{200b}",
        "\u{1f}",
        "\u{2028}a",
        "JOB",
        "EXTERNAL",
        "queued",
        "Queued",
        "ON_SUCCESS",
        "01234567-89ab-cdef-ABCD-EF0123456789",
        "0123456789ab-cdef-ABCD-EF0123456789-",
        "{01234567-89ab-cdef-abcd-ef0123456789}",
    ];
    match random.below(5) {
        0 => Value::Null,
        1 => Value::Number(random.pick(&NUMBERS).to_owned()),
        2 => Value::String(random.pick(&TEXTS).to_owned()),
        3 => Value::String("k".repeat(random.pick(&[511, 512, 513]))),
        _ => Value::String("é".repeat(256) + random.pick(&["", "k"])),
    }
}

/// Every scalar outside payloads.
fn scalars(value: &mut Value, act: &mut dyn FnMut(&mut Value)) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(|element| scalars(element, act)),
        Value::Object(members) => members
            .iter_mut()
            .filter(|member| member.0 != "payload")
            .for_each(|member| scalars(&mut member.1, act)),
        scalar => act(scalar),
    }
}
