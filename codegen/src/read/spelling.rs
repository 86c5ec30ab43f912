//! What somebody may have meant.

/// The name nearest to what was written, if one is near.
pub(crate) fn suggestion<'a>(
    written: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace('_', "-");
    let length = written.chars().count();
    let written_plain = plain(written);
    // To compare takes both lengths multiplied: what is much longer or shorter is not meant.
    let is_near = |name: &&str| {
        let other = name.chars().count();
        length.abs_diff(other) <= 2 + other / 5
    };
    names
        .into_iter()
        .filter(is_near)
        .map(|name| (strsim::damerau_levenshtein(&written_plain, &plain(name)), name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count() / 5)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The end of a message: what may have been meant, or what there is.
pub(crate) fn did_you_mean<'a>(
    written: &str,
    names: impl IntoIterator<Item = &'a str> + Clone,
) -> String {
    match suggestion(written, names.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => {
            let known: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
            format!("known here are {}", known.join(", "))
        }
    }
}
