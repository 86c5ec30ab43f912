//! Names in the database.

use tantamount_core::Digest;

/// The most bytes of a name: PostgreSQL cuts longer ones off, which makes two of them one.
const MAX_BYTES: usize = 63;

/// Whether a name can be that of a table or a column: not empty, no NUL, and not so long that
/// PostgreSQL would cut it off. It is always quoted, so any other character will do.
#[must_use]
pub fn is_identifier(name: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_BYTES && !name.contains('\0')
}

/// The name of a constraint: its parts joined, shortened by a digest where that is too long.
#[must_use]
pub fn constraint_name<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let name = parts.into_iter().collect::<Vec<_>>().join("_");
    if name.len() <= MAX_BYTES {
        return name;
    }
    let digest = Digest::of(name.as_bytes());
    let suffix: String =
        digest.as_bytes().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let mut cut = MAX_BYTES - suffix.len() - 1;
    while !name.is_char_boundary(cut) {
        cut -= 1;
    }
    format!("{}_{suffix}", name.get(..cut).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_stay_apart() {
        let long = "a".repeat(70);
        let first = constraint_name([long.as_str(), "key"]);
        let second = constraint_name([long.as_str(), "check"]);
        assert_eq!(first.len(), MAX_BYTES);
        assert_ne!(first, second);
        assert_eq!(constraint_name(["runs", "pkey"]), "runs_pkey");
    }

    #[test]
    fn names_that_postgresql_would_change_are_refused() {
        assert!(is_identifier("step key \"; DROP TABLE"));
        assert!(!is_identifier(""));
        assert!(!is_identifier("a\0b"));
        assert!(!is_identifier(&"é".repeat(32)));
    }
}
