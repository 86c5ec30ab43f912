//! The elements of a receipt, listed when somebody asks for them.

use crate::identity::Ids;
use std::fmt;
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

/// Keys and ids of elements. Those of a request that has a digest are counted from one id, in the
/// order of the canonical bytes; a replay costs nothing per element before they are asked for.
#[derive(Clone)]
pub(crate) struct Elements {
    counted: Option<Counted>,
    listed: OnceLock<Vec<(String, Uuid)>>,
}

/// What the elements can be listed from.
#[derive(Clone)]
struct Counted {
    ids: Ids,
    canonical: Arc<Vec<u8>>,
    /// The keys of the elements, out of canonical bytes.
    keys: fn(&[u8]) -> Vec<String>,
}

impl Elements {
    /// Those that are known.
    pub(crate) fn listed(elements: Vec<(String, Uuid)>) -> Elements {
        Elements { counted: None, listed: OnceLock::from(elements) }
    }

    /// Those of canonical bytes.
    pub(crate) fn counted(
        ids: Ids,
        canonical: Arc<Vec<u8>>,
        keys: fn(&[u8]) -> Vec<String>,
    ) -> Elements {
        Elements { counted: Some(Counted { ids, canonical, keys }), listed: OnceLock::new() }
    }

    pub(crate) fn as_slice(&self) -> &[(String, Uuid)] {
        self.listed.get_or_init(|| {
            let Some(counted) = &self.counted else { return Vec::new() };
            let keys = (counted.keys)(&counted.canonical).into_iter().enumerate();
            keys.map(|(position, key)| (key, counted.ids.at(position))).collect()
        })
    }
}

impl PartialEq for Elements {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for Elements {}

impl fmt::Debug for Elements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().fmt(f)
    }
}
