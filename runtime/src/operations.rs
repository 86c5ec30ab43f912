//! What keeps a schema's tables in operation: generated beside the [`Relation`](crate::relation::Relation).

/// Policies, privileges, distribution, and the statements that examine, prune and renew. Names of roles
/// stand in the texts as psql writes them: `:"application"`.
#[derive(Debug)]
pub struct Operations {
    /// All tables: what they refer to comes first.
    pub tables: &'static [&'static str],
    /// Policies that keep scopes apart; `None` where the schema has no scope.
    pub row_security: Option<&'static str>,
    /// The privileges of the role that appends, `:"application"`.
    pub application: &'static str,
    /// Those of the role that examines and prunes, `:"maintenance"`.
    pub maintenance: &'static str,
    /// Distributes the tables by Citus; `None` where nothing leads all their keys.
    pub distribution: Option<&'static str>,
    /// Whether what is pruned has a status, by which it is chosen.
    pub has_status: bool,
    /// Reads a page of the ledger.
    pub page: &'static str,
    /// Finds what is old enough to be pruned.
    pub prunable: &'static str,
    /// Locks what is old enough still.
    pub claim: &'static str,
    /// Counts the rows of each table that pruning would delete.
    pub count: &'static str,
    /// Deletes from all tables.
    pub delete: &'static str,
    /// Counts the rows of the ledger that are not of today.
    pub pending: &'static str,
    /// Reads a page of them.
    pub pending_page: &'static str,
    /// Brings them up to date.
    pub renew: &'static str,
}
