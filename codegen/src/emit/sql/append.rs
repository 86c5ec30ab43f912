//! The append: one statement that asks the ledger, locks the parent, checks what the schema says,
//! and writes.
//!
//! ```text
//! _known     what the ledger knows of the key, in the statement's snapshot: where it has a row
//!            nothing is locked, nothing else is read, and the answer is what a lookup gives
//! _parent    the parent's row, locked: against its end, and, where requests add to each other,
//!            so that they come one after the other
//! _window    the window's row, locked against closing
//! _taken     which keys of the request the parent has already
//! _missing_n which names outside the request the parent lacks
//! _verdict   the first check that failed, or `ready`
//! _ledger    the ledger's row is written, unless another got there first
//! _inserted  the elements are written, where the ledger's row was
//! ```
//!
//! Waiting for the lock can leave the statement with a snapshot older than the lock. Nothing is
//! written on old knowledge all the same: the locked rows are read anew; a ledger row that the
//! snapshot lacks stops the insert (`ON CONFLICT DO NOTHING` looks at the index, not at the
//! snapshot); elements that it lacks violate their key. The caller looks again in each case.

use super::expressions::{
    KEY, PARENT, any, column, described, equals, led, literal, numbered, parameter, present,
    same_scope, scope_parameter, unnest,
};
use crate::model::storage::{Column, Kind, Lead, Parent, Storage, Table, Window};
use sea_query::extension::postgres::PgFunc;
use sea_query::{
    CaseStatement, CommonTableExpression, Expr, ExprTrait as _, Func, InsertStatement, JoinType,
    LockType, OnConflict, PostgresQueryBuilder, Query, SelectStatement, WithClause,
};

const REQUEST: usize = 3;
const DIGEST: usize = 4;
const CANONICAL_VERSION: usize = 5;
const SCHEMA_VERSION: usize = 6;
const METADATA: usize = 7;
const FIRST: usize = 8;
const SCOPE: usize = 9;

/// What the statement gives back of a row that the ledger has.
const KNOWN: [&str; 3] = ["digest", "canonical_version", "first"];

/// The statement, and what its parameters are.
pub(super) fn append(storage: &Storage) -> (String, Vec<String>) {
    let mut builder = Builder { storage, parameters: Vec::new(), with: WithClause::new() };
    let first = if storage.ledger.has_id {
        "the request's id: `uuid`"
    } else {
        "the id of the first element: `uuid`"
    };
    builder.parameters = described(
        storage,
        &[
            "the key: `text`",
            "the canonical request: `text`",
            "its digest: `text`",
            "the version of the canonical form: `integer`",
            "the schema's version: `text`",
            "the caller's metadata, JSON or null: `text`",
            first,
        ],
    );
    for member in &storage.scope {
        builder.parameters.push(format!("the scope's `{}` as JSON: `text`", member.name));
    }
    let select = builder.build();
    let query = builder.with.query(select);
    (query.to_string(PostgresQueryBuilder), builder.parameters)
}

struct Builder<'s> {
    storage: &'s Storage,
    parameters: Vec<String>,
    with: WithClause,
}

impl Builder<'_> {
    fn build(&mut self) -> SelectStatement {
        let storage = self.storage;
        let mut verdict = Query::select();
        verdict.from("_one");
        let mut case = CaseStatement::new();
        self.cte("_known", super::statements::lookup(storage, numbered(storage, SCOPE)), true);
        verdict.join(JoinType::LeftJoin, "_known", Expr::val(true));
        if storage.parent.is_some() {
            case = case.case(column("_known", "found").is_null(), "parent_not_found");
        }
        case = case
            .case(column("_known", "same_scope").not(), "scope_mismatch")
            .case(column("_known", "found"), "present");
        if let Some(parent) = &storage.parent {
            self.cte("_parent", parent_row(storage, parent), true);
            verdict.join(JoinType::LeftJoin, "_parent", Expr::val(true));
            case = case
                .case(column("_parent", "locked").is_null(), "parent_not_found")
                .case(column("_parent", "same_scope").not(), "scope_mismatch");
        }
        if let Some(window) = &storage.window {
            let number = self.parameter("the key of the window: `text`".to_owned());
            if let Some(table) = storage.tables.get(window.table) {
                self.cte("_window", window_row(storage, window, table, number), true);
                verdict.join(JoinType::LeftJoin, "_window", Expr::val(true));
                case = case
                    .case(column("_window", "locked").is_null(), "window_not_found")
                    .case(column("_window", "waiting").not(), "window_not_open");
            }
        }
        if storage.parent.is_some() {
            case = case.case(column("_parent", "terminal"), "parent_closed");
        }
        let missing = self.missing(&mut verdict);
        let root = self.parameters.len();
        for column in &storage.ledger.columns {
            let kind = sent_alone(column.kind);
            self.parameters.push(format!("`{}`.`{}`: `{kind}`", storage.ledger.table, column.name));
        }
        let first = self.parameters.len();
        let arrays = self.arrays();
        let mut taken = Query::select();
        taken.expr_as(Expr::null().cast_as("text[]"), "names");
        let owned = storage.is_owned();
        let main = storage.main_table().map(|(_, table)| table).filter(|_| !owned);
        if let Some((table, key)) = main.and_then(|table| Some((table, table.text_key()?))) {
            let mut number = first + 1;
            for (other, count) in storage.tables.iter().zip(&arrays) {
                if std::ptr::eq(other, table) {
                    break;
                }
                number += count;
            }
            // The ids come before the key.
            let there = present(storage, table, &key.name, column("_sent", "_sent"));
            taken = names(storage, number + 1, there);
        }
        self.cte("_taken", taken, true);
        verdict.join(JoinType::LeftJoin, "_taken", Expr::val(true));
        case = case.case(column("_taken", "names").is_not_null(), "key_taken");
        for name in &missing {
            case = case.case(column(name, "names").is_not_null(), "unknown_reference");
        }
        verdict.expr_as(case.finally("ready"), "verdict");
        verdict.expr_as(column("_taken", "names"), "taken");
        for (index, name) in missing.iter().enumerate() {
            verdict.expr_as(column(name, "names"), format!("missing_{index}"));
        }
        for name in KNOWN {
            verdict.expr_as(column("_known", name), name);
        }
        let mut one = Query::select();
        one.expr_as(Expr::val(1), "one");
        self.cte("_one", one, false);
        self.cte("_verdict", verdict, true);
        let ledger = ledger(storage, root);
        self.with.cte(CommonTableExpression::new().query(ledger).table_name("_ledger").to_owned());
        self.elements(first, &arrays);
        let mut written = Query::select();
        written.expr(Func::count(Expr::val(1))).from("_ledger");
        let mut select = Query::select();
        select.expr(column("_verdict", "verdict"));
        select.expr_as(super::expressions::scalar(written), "written");
        select.expr(column("_verdict", "taken"));
        for index in 0..missing.len() {
            select.expr(column("_verdict", &format!("missing_{index}")));
        }
        for name in KNOWN {
            select.expr(column("_verdict", name));
        }
        select.from("_verdict");
        select
    }

    /// Takes the next parameter.
    fn parameter(&mut self, what: String) -> usize {
        self.parameters.push(what);
        self.parameters.len()
    }

    fn cte(&mut self, name: &str, query: SelectStatement, materialized: bool) {
        let mut cte = CommonTableExpression::new();
        cte.query(query).table_name(name.to_owned());
        if materialized {
            cte.materialized(true);
        }
        self.with.cte(cte);
    }

    /// One table expression per table that is referred to from outside the batch.
    fn missing(&mut self, verdict: &mut SelectStatement) -> Vec<String> {
        let mut missing = Vec::new();
        for (index, target) in outside_targets(self.storage).into_iter().enumerate() {
            let Some(table) = self.storage.tables.get(target) else { continue };
            let Some(key) = table.text_key() else { continue };
            let number = self.parameter(format!(
                "keys of `{}` that the request names and does not hold: `text[]`",
                table.name
            ));
            let here = present(self.storage, table, &key.name, column("_sent", "_sent"));
            let name = format!("_missing_{index}");
            self.cte(&name, names(self.storage, number, here.not()), true);
            verdict.join(JoinType::LeftJoin, name.clone(), Expr::val(true));
            missing.push(name);
        }
        missing
    }

    /// Takes the parameters of the elements: per table how many.
    fn arrays(&mut self) -> Vec<usize> {
        let mut counts = Vec::new();
        for table in &self.storage.tables {
            let before = self.parameters.len();
            if let Some(id) = &table.id {
                self.parameters.push(format!("`{}`.`{id}`: `uuid[]`", table.name));
            }
            for column in &table.columns {
                let kind = column.kind.sent_as();
                self.parameters.push(format!("`{}`.`{}`: `{kind}`", table.name, column.name));
            }
            counts.push(self.parameters.len() - before);
        }
        counts
    }

    /// One insert per table.
    fn elements(&mut self, first: usize, counts: &[usize]) {
        let mut number = first + 1;
        for (index, (table, count)) in self.storage.tables.iter().zip(counts).enumerate() {
            let rows = format!("_rows_{index}");
            let mut sent: Vec<(usize, &'static str)> = Vec::new();
            let mut names: Vec<String> = Vec::new();
            if let Some(id) = &table.id {
                sent.push((number, "uuid[]"));
                names.push(id.clone());
            }
            for column in &table.columns {
                sent.push((number + sent.len(), column.kind.sent_as()));
                names.push(column.name.clone());
            }
            let mut select = Query::select();
            select.expr(Expr::custom_keyword("*")).from_function(unnest(sent), "_sent");
            let mut cte = CommonTableExpression::new();
            cte.query(select).table_name(rows.clone()).columns(names);
            self.with.cte(cte);
            let insert = insert(self.storage, table, &rows);
            let mut cte = CommonTableExpression::new();
            cte.query(insert).table_name(format!("_inserted_{index}"));
            self.with.cte(cte);
            number += count;
        }
    }
}

/// The tables whose elements are named from outside the request, in order.
pub(super) fn outside_targets(storage: &Storage) -> Vec<usize> {
    let columns = storage.references.iter().filter(|reference| reference.outside);
    let columns = columns.map(|reference| reference.target);
    let root = storage.root_references.iter().filter(|reference| reference.outside);
    let mut targets: Vec<usize> = columns.chain(root.map(|reference| reference.target)).collect();
    targets.sort_unstable();
    targets.dedup();
    targets
}

fn parent_row(storage: &Storage, parent: &Parent) -> SelectStatement {
    let status = column(&parent.table, &parent.status);
    // Requests that add to each other come one after the other. Others only keep the parent from
    // being closed meanwhile.
    let lock = if storage.is_owned() { LockType::Share } else { LockType::NoKeyUpdate };
    let scope = numbered(storage, SCOPE);
    // A parent of another scope is not locked either.
    let new = Query::select()
        .expr(Expr::val(1))
        .from("_known")
        .and_where(column("_known", "same_scope"))
        .and_where(column("_known", "found").not())
        .take();
    Query::select()
        .expr_as(Expr::val(true), "locked")
        .expr_as(same_scope(storage, &parent.table, scope), "same_scope")
        .expr_as(
            status.is_in(parent.open.iter().map(|open| Expr::val(open.clone()))).not(),
            "terminal",
        )
        .from(parent.table.clone())
        .and_where(equals(&parent.table, &parent.id, PARENT, "uuid"))
        .and_where(Expr::exists(new))
        .lock(lock)
        .take()
}

/// The condition under which there is something to check: the ledger does not know the key, and
/// the parent, where there is one, is there and locked.
fn begun(storage: &Storage) -> Expr {
    if storage.parent.is_some() { any("_parent") } else { any("_known").not() }
}

/// The window's row, asked for when the run's is locked.
fn window_row(storage: &Storage, window: &Window, table: &Table, number: usize) -> SelectStatement {
    let (tag, value) = &window.tag;
    let waiting = column(&table.name, &window.status).eq(Expr::val(window.waiting.clone()));
    Query::select()
        .expr_as(Expr::val(true), "locked")
        .expr_as(waiting, "waiting")
        .from(table.name.clone())
        .and_where(led(storage, &table.name, 0))
        .and_where(equals(&table.name, &window.key, number, "text"))
        .and_where(column(&table.name, tag).eq(Expr::val(value.clone())))
        .and_where(any("_parent"))
        .lock(LockType::Share)
        .take()
}

/// The names of a parameter for which a condition holds; null where it holds for none.
fn names(storage: &Storage, number: usize, condition: Expr) -> SelectStatement {
    Query::select()
        .expr_as(PgFunc::array_agg(column("_sent", "_sent")), "names")
        .from_function(unnest([(number, "text[]")]), "_sent")
        .and_where(begun(storage))
        .and_where(condition)
        .take()
}

fn ledger(storage: &Storage, root: usize) -> InsertStatement {
    let ledger = &storage.ledger;
    let mut columns = Vec::new();
    let mut select = Query::select();
    if let Some(parent) = &storage.parent {
        columns.push(parent.id.clone());
        select.expr(parameter(PARENT, "uuid"));
    }
    for (name, number, kind) in [
        (ledger.key.as_str(), KEY, "text"),
        ("request", REQUEST, "jsonb"),
        (&ledger.digest, DIGEST, "text"),
        ("canonical_version", CANONICAL_VERSION, "integer"),
        ("schema_version", SCHEMA_VERSION, "text"),
        ("metadata", METADATA, "jsonb"),
        (&ledger.first, FIRST, "uuid"),
    ] {
        columns.push(name.to_owned());
        select.expr(parameter(numbered(storage, number), kind));
    }
    if storage.parent.is_none() {
        for (index, member) in storage.scope.iter().enumerate() {
            columns.push(member.name.clone());
            select.expr(scope_parameter(numbered(storage, SCOPE) + index, member));
        }
    }
    for (index, member) in ledger.columns.iter().enumerate() {
        columns.push(member.name.clone());
        select.expr(value(member, parameter(root + 1 + index, sent_alone(member.kind))));
    }
    if let Some(status) = &ledger.status {
        columns.push(status.column.clone());
        select.expr(Expr::val(status.initial.clone()));
    }
    select.from("_verdict").and_where(column("_verdict", "verdict").eq(Expr::val("ready")));
    let mut insert = Query::insert();
    insert.into_table(ledger.table.clone()).columns(columns);
    select_from(&mut insert, select);
    let key: Vec<String> = storage.ledger_key().into_iter().map(str::to_owned).collect();
    insert.on_conflict(OnConflict::columns(key).do_nothing().to_owned());
    insert.returning_col(ledger.key.clone());
    insert
}

/// The type that a single value of a column is sent in.
fn sent_alone(kind: Kind) -> &'static str {
    match kind {
        Kind::Json | Kind::Numeric => Kind::Text.sql(),
        other => other.sql(),
    }
}

/// Inserts what a select gives. The two always have the same number of columns here; if they had
/// not, the statement would lack its select and every snapshot of it would show that.
pub(super) fn select_from(insert: &mut InsertStatement, select: SelectStatement) {
    let refused = insert.select_from(select).is_err();
    debug_assert!(!refused, "as many columns as values");
}

fn insert(storage: &Storage, table: &Table, rows: &str) -> InsertStatement {
    let mut select = Query::select();
    let mut columns = Vec::new();
    for lead in storage.lead() {
        columns.push(lead.column().to_owned());
        select.expr(match lead {
            Lead::Parent(_) => parameter(PARENT, "uuid"),
            Lead::Entry(_) => parameter(numbered(storage, FIRST), "uuid"),
            Lead::Key(_) => parameter(numbered(storage, KEY), "text"),
        });
    }
    if let Some(id) = &table.id {
        columns.push(id.clone());
        select.expr(column(rows, id));
    }
    for member in &table.columns {
        columns.push(member.name.clone());
        select.expr(value(member, column(rows, &member.name)));
    }
    if let Some(status) = &table.status {
        columns.push(status.column.clone());
        select.expr(Expr::val(status.initial.clone()));
    }
    select.from(rows.to_owned()).and_where(any("_ledger"));
    let mut insert = Query::insert();
    insert.into_table(table.name.clone()).columns(columns);
    select_from(&mut insert, select);
    insert
}

/// What is stored for a value that was sent: the client fills in what the scope and defaults give.
fn value(member: &Column, sent: Expr) -> Expr {
    match member.kind {
        Kind::Json | Kind::Numeric => Func::cast_as(sent, member.kind.sql()).into(),
        _ => sent,
    }
}

/// The insert of a new window.
pub(super) fn open_window(storage: &Storage, window: &Window, table: &Table) -> InsertStatement {
    let mut columns: Vec<String> =
        storage.lead().iter().map(|lead| lead.column().to_owned()).collect();
    let mut select = Query::select();
    select.expr(parameter(PARENT, "uuid"));
    if let Some(id) = &table.id {
        columns.push(id.clone());
        select.expr(parameter(2, "uuid"));
    }
    columns.extend([window.key.clone(), window.tag.0.clone(), window.status.clone()]);
    select.expr(parameter(3, "text"));
    select.expr(Expr::val(window.tag.1.clone()));
    select.expr(Expr::val(window.waiting.clone()));
    for (name, filler) in &window.fillers {
        columns.push(name.clone());
        select.expr(literal(filler));
    }
    for member in &table.columns {
        let scope = member.inherits.and_then(|index| Some((index, storage.scope.get(index)?)));
        if let Some((index, scope)) = scope {
            columns.push(member.name.clone());
            select.expr(scope_parameter(4 + index, scope));
        }
    }
    let mut insert = Query::insert();
    insert.into_table(table.name.clone()).columns(columns);
    select_from(&mut insert, select);
    let lead = storage.lead();
    let key = lead.iter().map(Lead::column).chain([window.key.as_str()]).map(str::to_owned);
    insert.on_conflict(OnConflict::columns(key).do_nothing().to_owned());
    insert
}
