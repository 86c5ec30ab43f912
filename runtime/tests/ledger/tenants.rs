//! Two tenants in one database, and roles that have no more than they need.

use crate::database::{Database, applied, batch, batch_with, code, replayed, with_empty_database};
use sqlx::postgres::{PgConnection, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgPool, Row as _};
use std::future::Future;
use std::sync::Arc;
use tantamount_core::Canonical;
use tantamount_runtime::{
    Error, Ledger, NewRun, Outcome, RunId, Security, TenantPool, scope_setting,
};
use tantamount_schema::{AppendRequest, MutationKey, Scope, Step};
use uuid::Uuid;

const SECRET: &str = r#"{"card": "4111-secret"}"#;

/// A database whose tables belong to one role, and that another works in.
struct Tenants {
    database: Arc<Database>,
    owner: String,
    application: String,
    /// As the application's role.
    pool: TenantPool,
}

impl Tenants {
    fn as_role(&self, role: &str) -> PgPool {
        let options = self.database.options.clone().options([("role", role)]);
        PgPoolOptions::new().max_connections(4).connect_lazy_with(options)
    }

    fn ledger(&self, scope: &Scope) -> Ledger {
        self.pool.ledger(scope)
    }

    /// A run of a tenant's with its window, to which a batch was appended.
    async fn run_of(&self, scope: &Scope) -> RunId {
        let run = RunId::new();
        let ledger = self.ledger(scope);
        open(&ledger, run, scope).await.expect("the run is opened");
        applied(append(&ledger, run, &batch_with(&["a", "b"], SECRET), scope).await);
        run
    }
}

async fn open(ledger: &Ledger, run: RunId, scope: &Scope) -> Result<(), Error> {
    ledger.open(&NewRun { id: run, name: Some("secret name"), scope, window: Some("gate") }).await
}

async fn append(ledger: &Ledger, run: RunId, text: &str, scope: &Scope) -> Result<Outcome, Error> {
    let request = AppendRequest::read(text.as_bytes()).expect("valid");
    ledger.append(run, &key(), &request.canonicalize(scope), None).await
}

fn key() -> MutationKey {
    MutationKey::new("key").expect("a key")
}

async fn execute(pool: &PgPool, sql: &str) -> Result<u64, sqlx::Error> {
    Ok(sqlx::query(AssertSqlSafe(sql)).execute(pool).await?.rows_affected())
}

fn state(result: Result<u64, sqlx::Error>) -> String {
    match result {
        Ok(rows) => format!("{rows} rows"),
        Err(error) => {
            let code = error.as_database_error().and_then(|error| error.code());
            code.map_or_else(|| error.to_string(), |code| code.into_owned())
        }
    }
}

/// Runs a test between two roles, which go when it ends.
async fn with_tenants<T, F>(test: T)
where
    T: FnOnce(Arc<Tenants>) -> F + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    with_empty_database(async move |database: Arc<Database>| {
        let id = Uuid::now_v7().simple().to_string();
        let (owner, application) = (format!("owner_{id}"), format!("application_{id}"));
        let admin = database.pool.clone();
        for sql in [
            format!("CREATE ROLE {owner}"),
            format!("CREATE ROLE {application}"),
            format!("DO $$BEGIN EXECUTE FORMAT('GRANT CREATE, USAGE ON SCHEMA %I TO {owner} WITH GRANT OPTION', CURRENT_SCHEMA()); END$$"),
        ] {
            execute(&admin, &sql).await.expect("a user that may create roles");
        }
        let options = database.options.clone().options([("role", application.as_str())]);
        let pool = TenantPool::new(PgPoolOptions::new().max_connections(4), options);
        let tenants = Tenants {
            database,
            owner: owner.clone(),
            application: application.clone(),
            pool: pool.clone(),
        };
        let owned = tenants.as_role(&owner);
        let ledger = Ledger::new(owned.clone());
        ledger.migrate().await.expect("tables");
        let security = Security {
            row_security: Some(true),
            application: Some(&application),
            maintenance: None,
        };
        ledger.secure(&security).await.expect("secured");
        ledger.secure(&security).await.expect("secured again");
        owned.close().await;
        let result = tokio::spawn(test(Arc::new(tenants))).await;
        pool.pool().close().await;
        // What the owner granted goes with the owner's own privileges.
        let drop = format!("DROP OWNED BY {owner}, {application} CASCADE");
        execute(&admin, &drop).await.expect("nothing is left");
        let drop = format!("DROP ROLE {owner}, {application}");
        execute(&admin, &drop).await.expect("the roles go");
        if let Err(error) = result {
            std::panic::resume_unwind(error.into_panic());
        }
    })
    .await;
}

fn two() -> (Scope, Scope) {
    (Scope::organization(Uuid::from_u128(1)), Scope::organization(Uuid::from_u128(2)))
}

async fn counts(connection: &mut PgConnection) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in
        ["workflow_runs", "workflow_run_mutations", "workflow_steps", "workflow_step_dependencies"]
    {
        let count = format!("SELECT COUNT(*) AS count FROM {table}");
        let row = sqlx::query(AssertSqlSafe(count)).fetch_one(&mut *connection).await;
        counts.push(row.expect("a count").get("count"));
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_does_all_there_is_with_the_privileges_of_the_application() {
    with_tenants(async |tenants: Arc<Tenants>| {
        for scope in [two().0, Scope::none()] {
            let ledger = tenants.ledger(&scope);
            let own = ledger.under(&scope);
            let run = tenants.run_of(&scope).await;
            let same = batch_with(&["a", "b"], SECRET);
            let receipt = replayed(append(&ledger, run, &same, &scope).await);
            let conflict = append(&ledger, run, &batch(&["a"]), &scope).await;
            assert_eq!(code(&conflict), "conflict");
            let entry = own.lookup(run, &key()).await.expect("asked").expect("an entry");
            assert_eq!(entry.elements, receipt.elements());
            assert_eq!(own.history(run).await.expect("asked").len(), 1);
            let rows: Option<Vec<Step>> = own.rows(run, &key()).await.expect("asked");
            assert_eq!(rows.expect("rows").len(), 2);
            let request = batch(&["c"]);
            let request = AppendRequest::read(request.as_bytes()).expect("valid");
            let request = request.canonicalize(&scope);
            let other = MutationKey::new("other").expect("a key");
            let check = ledger.append_check(run, &other, &request).await;
            assert_eq!(code(&check), "would_apply");
            own.close_window(run, "gate").await.expect("closed");
            own.open_window(run, "gate").await.expect("opened");
            own.finish(run, "SUCCEEDED").await.expect("finished");
            assert_eq!(own.parent(run).await.expect("asked").expect("a run").status, "SUCCEEDED");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_another_tenant_is_told_or_changed() {
    with_tenants(async |tenants: Arc<Tenants>| {
        let (own, foreign) = two();
        let run = tenants.run_of(&foreign).await;
        // The run is there, and is the other tenant's; a run that is not there is told apart by nothing.
        for asking in [own, Scope::none()] {
            let ledger = tenants.ledger(&asking);
            let mut told = Vec::new();
            for asked in [run, RunId::new()] {
                let mut answers = Vec::new();
                // Another request than the stored one, and the very same.
                for text in [batch(&["x"]), batch_with(&["a", "b"], SECRET)] {
                    for scope in [&asking, &foreign] {
                        let answer = append(&ledger, asked, &text, scope).await;
                        answers.push(format!("{answer:?}"));
                    }
                }
                for scope in [&asking, &foreign] {
                    let seen = ledger.under(scope);
                    answers.push(format!("{:?}", seen.lookup(asked, &key()).await));
                    answers.push(format!("{:?}", seen.history(asked).await));
                    answers.push(format!("{:?}", seen.parent(asked).await));
                    answers.push(format!("{:?}", seen.rows::<Step>(asked, &key()).await));
                    answers.push(format!("{:?}", seen.open_window(asked, "gate").await));
                    answers.push(format!("{:?}", seen.close_window(asked, "gate").await));
                    answers.push(format!("{:?}", seen.finish(asked, "FAILED").await));
                }
                told.push(answers.join("\n").replace(&asked.to_string(), "RUN"));
            }
            assert_eq!(told[0], told[1]);
            assert!(!told[0].contains("secret"), "{}", told[0]);
            assert_eq!(code_of(&open(&ledger, run, &asking).await), "scope_mismatch");
        }
        let ledger = tenants.ledger(&foreign);
        let stored = ledger.under(&foreign).parent(run).await.expect("asked").expect("a run");
        assert_eq!(stored.status, "RUNNING");
        replayed(append(&ledger, run, &batch_with(&["a", "b"], SECRET), &foreign).await);
    })
    .await;
}

fn code_of<T>(result: &Result<T, Error>) -> &'static str {
    result.as_ref().map_or_else(Error::code, |_| "done")
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_of_ones_own_are_held_to_the_scope_too() {
    with_tenants(async |tenants: Arc<Tenants>| {
        let (own, foreign) = two();
        let run = tenants.run_of(&foreign).await.as_uuid();
        let mine = tenants.run_of(&own).await.as_uuid();
        let ledger = Ledger::new(tenants.as_role(&tenants.application));
        let mut transaction = ledger.begin_scoped(&own).await.expect("begun");
        assert_eq!(counts(&mut transaction).await, [1, 1, 3, 2]);
        transaction.commit().await.expect("committed");
        // What the transaction named is gone with it.
        let mut transaction = ledger.pool().begin().await.expect("begun");
        assert_eq!(counts(&mut transaction).await, [0, 0, 0, 0]);
        drop(transaction);

        let held = tenants.database.options.clone().options([
            ("role", tenants.application.as_str()),
            ("tantamount.scope", &scope_setting::<AppendRequest>(&own)),
        ]);
        let held = PgPoolOptions::new().max_connections(1).connect_lazy_with(held);
        let other = Uuid::from_u128(2);
        let insert_step = format!(
            "INSERT INTO workflow_steps (workflow_run_id, workflow_step_id, step_key, execution_kind, \
             payload, status) VALUES ('{run}', '{}', 'stray', 'EXTERNAL', 'null', 'WAITING')",
            Uuid::now_v7()
        );
        for (sql, expected) in [
            (format!("UPDATE workflow_runs SET status = 'FAILED' WHERE workflow_run_id = '{run}'"), "0 rows"),
            ("UPDATE workflow_runs SET status = 'RUNNING'".to_owned(), "1 rows"),
            ("UPDATE workflow_steps SET status = status".to_owned(), "3 rows"),
            (insert_step, "42501"),
            (format!("INSERT INTO workflow_runs (workflow_run_id, organization_id, status) VALUES ('{}', '{other}', 'RUNNING')", Uuid::now_v7()), "42501"),
            (format!("INSERT INTO workflow_runs (workflow_run_id, status) VALUES ('{}', 'RUNNING')", Uuid::now_v7()), "42501"),
            (format!("INSERT INTO workflow_run_mutations (workflow_run_id, mutation_key, request) VALUES ('{run}', 'x', '1')"), "42501"),
            (format!("INSERT INTO workflow_step_dependencies VALUES ('{run}', 'a', 'b', 'ON_SUCCESS')"), "42501"),
            // What an application has no business to do.
            (format!("UPDATE workflow_runs SET organization_id = '{other}'"), "42501"),
            (format!("UPDATE workflow_run_mutations SET request = '1' WHERE workflow_run_id = '{mine}'"), "42501"),
            ("UPDATE workflow_steps SET payload = '1'".to_owned(), "42501"),
            ("DELETE FROM workflow_step_dependencies".to_owned(), "42501"),
            ("TRUNCATE workflow_step_dependencies".to_owned(), "42501"),
            ("DROP TABLE workflow_step_dependencies".to_owned(), "42501"),
            ("ALTER TABLE workflow_runs DISABLE ROW LEVEL SECURITY".to_owned(), "42501"),
            ("DROP POLICY tantamount_scope ON workflow_runs".to_owned(), "42501"),
            ("DELETE FROM tantamount_migrations".to_owned(), "42501"),
            ("CREATE TABLE mine (x int)".to_owned(), "42501"),
        ] {
            assert_eq!(state(execute(&held, &sql).await), expected, "{sql}");
        }
        // A setting that is no scope lets nothing through.
        for (setting, expected) in [("", "0 rows"), ("{}", "0 rows"), ("null", "0 rows"), ("[]", "0 rows"), ("{", "22P02"), (r#"{"organization_id": "x"}"#, "22P02")] {
            let mut transaction = held.begin().await.expect("begun");
            sqlx::query("SELECT SET_CONFIG('tantamount.scope', $1, TRUE)")
                .bind(setting)
                .execute(&mut *transaction)
                .await
                .expect("set");
            let all = sqlx::query("UPDATE workflow_runs SET status = status");
            let all = all.execute(&mut *transaction).await.map(|done| done.rows_affected());
            assert_eq!(state(all), expected, "{setting}");
        }
        held.close().await;
        ledger.pool().close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_are_held_to_the_policies_and_freed_of_them_again() {
    with_tenants(async |tenants: Arc<Tenants>| {
        tenants.run_of(&two().0).await;
        let owner = Ledger::<AppendRequest>::of(tenants.as_role(&tenants.owner));
        let mut connection = owner.pool().acquire().await.expect("a connection");
        assert_eq!(counts(&mut connection).await, [0, 0, 0, 0]);
        // A role of no scope of its own is told that nothing is there.
        let scope = two().0;
        let run = RunId::new();
        let refused = open(&owner, run, &scope).await;
        let error = refused.expect_err("no scope is named");
        assert_eq!(error.sqlstate(), Some("42501"), "{error}");
        let off = Security { row_security: Some(false), ..Security::default() };
        assert!(owner.is_held().await.expect("an answer"));
        owner.secure(&off).await.expect("freed");
        assert!(!owner.is_held().await.expect("an answer"));
        assert_eq!(counts(&mut connection).await, [1, 1, 3, 2]);
        open(&owner, run, &scope).await.expect("opened");
        drop(connection);
        owner.pool().close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_forgets_whose_it_was() {
    with_tenants(async |tenants: Arc<Tenants>| {
        let scopes: Vec<Scope> =
            (1..=8).map(|number| Scope::organization(Uuid::from_u128(number))).collect();
        let mut tasks = Vec::new();
        for scope in scopes.iter().cycle().take(64) {
            let scope = *scope;
            let tenants = Arc::clone(&tenants);
            tasks.push(tokio::spawn(async move {
                let run = tenants.run_of(&scope).await;
                // A call that is given up leaves a connection in the midst of its work.
                let ledger = tenants.ledger(&scope);
                let text = batch(&["z"]);
                let late = append(&ledger, run, &text, &scope);
                let short =
                    std::time::Duration::from_micros(u64::from(run.as_uuid().as_bytes()[15]) * 8);
                let _ = tokio::time::timeout(short, late).await;
                let mut connection = tenants.pool.pool().acquire().await.expect("a connection");
                assert_eq!(counts(&mut connection).await, [0, 0, 0, 0]);
                drop(connection);
                let same = batch_with(&["a", "b"], SECRET);
                replayed(append(&ledger, run, &same, &scope).await);
            }));
        }
        for task in tasks {
            task.await.expect("held");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_another_scope_than_the_ledgers_is_refused() {
    with_tenants(async |tenants: Arc<Tenants>| {
        let (own, foreign) = two();
        let run = tenants.run_of(&own).await;
        let ledger = tenants.ledger(&own);
        let text = batch_with(&["a", "b"], SECRET);
        let request = AppendRequest::read(text.as_bytes()).expect("valid");
        let canonical: Canonical<'_, AppendRequest> = request.canonicalize(&foreign);
        let refused = ledger.append(run, &key(), &canonical, None).await;
        assert_eq!(code(&refused), "scope_mismatch");
    })
    .await;
}
