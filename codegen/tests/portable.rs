//! The SQL of every schema keeps the rules by which it runs on one server as on many: keys lead with
//! the parent's id (without a parent, with what leads the request's rows), nothing needs triggers,
//! types of its own or advisory locks, and each statement says which parent it is about.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use tantamount_codegen::Schema;
use tantamount_codegen::emit::sql;

/// A schema whose requests are stored, and all its SQL.
struct Case {
    name: String,
    lead: String,
    has_parent: bool,
    tables: Vec<String>,
    ledger_key: String,
    /// Statements of the migrations.
    migrations: Vec<String>,
    /// The name and the text of each statement of the runtime's.
    statements: Vec<(String, String)>,
    distribution: Option<String>,
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files: Vec<PathBuf> = ["schema/append-request.schema.json"]
        .into_iter()
        .chain(["examples/enqueue/enqueue.schema.json", "examples/payments/payments.schema.json"])
        .map(|file| root.join(file))
        .collect();
    for folder in ["runtime/tests/shapes", "codegen/tests/storage"] {
        let folders = fs::read_dir(root.join(folder)).unwrap();
        let schemas = folders.map(|entry| entry.unwrap().path().join("schema.json"));
        files.extend(schemas.filter(|file| file.is_file()));
    }
    files.iter().map(|file| case(file)).collect()
}

fn case(file: &Path) -> Case {
    let text = fs::read_to_string(file).unwrap();
    let name = file.display().to_string();
    let schema = Schema::read(&text, "schema.json").unwrap_or_else(|errors| panic!("{errors}"));
    let storage = sql::storage(&schema).unwrap().unwrap();
    let parent = storage.parent.iter().map(|parent| parent.table.clone());
    let elements = storage.tables.iter().map(|table| table.name.clone());
    let tables = parent.chain([storage.ledger.table.clone()]).chain(elements).collect();
    let mut case = Case {
        name,
        lead: quoted(storage.lead().first().unwrap().column()),
        has_parent: storage.parent.is_some(),
        tables,
        ledger_key: quoted(&storage.ledger.key),
        migrations: Vec::new(),
        statements: Vec::new(),
        distribution: None,
    };
    for (path, text) in sql::emit(&schema, "schema.json", "types").unwrap() {
        match path.file_name().and_then(|name| name.to_str()).unwrap() {
            "citus.sql" => case.distribution = Some(text),
            "statements.rs" | "operations.rs" => case.statements.extend(constants(&text)),
            _ if path.starts_with("migrations") => {
                let statements = text.split(";\n").map(|statement| statement.trim().to_owned());
                case.migrations.extend(statements.filter(|statement| !statement.is_empty()));
            }
            _ => {}
        }
    }
    assert!(case.statements.len() >= 9 && !case.migrations.is_empty(), "{}", case.name);
    case
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `pub const NAME: &str = r#"…"#;`
fn constants(text: &str) -> Vec<(String, String)> {
    let constants = text.split("pub const ").skip(1);
    let constants = constants.map(|constant| {
        let (name, rest) = constant.split_once(": &str = ").unwrap();
        let (_, sql) = rest.split_once("\"\n").unwrap();
        // A line of the statement itself may begin with a quote.
        let end = ["\n\"#", "\n\";"].iter().filter_map(|end| sql.find(end)).min().unwrap();
        (name.to_owned(), sql[..end].to_owned())
    });
    constants.collect()
}

/// What stands in the parentheses behind each place where `what` stands.
fn columns_behind(text: &str, what: &str) -> Vec<String> {
    let behind = text.split(what).skip(1);
    let lists = behind.map(|rest| rest.split_once('(').unwrap().1.split_once(')').unwrap().0);
    lists.map(str::to_owned).collect()
}

#[test]
fn every_key_leads_with_what_the_tables_are_distributed_by() {
    let mut keys = 0;
    for case in cases() {
        for statement in &case.migrations {
            for what in ["PRIMARY KEY ", "UNIQUE ", "FOREIGN KEY ", "REFERENCES "] {
                for columns in columns_behind(statement, what) {
                    // Without a parent the ledger's own key is its primary key; a request's id leads
                    // the rest.
                    let is_ledgers = !case.has_parent && columns == case.ledger_key;
                    assert!(
                        columns.starts_with(&case.lead) || is_ledgers,
                        "{}: {what}{columns}",
                        case.name
                    );
                    keys += 1;
                }
            }
        }
    }
    assert!(keys > 50);
}

#[test]
fn nothing_needs_what_several_servers_do_not_have_together() {
    for case in cases() {
        let statements = case.statements.iter().map(|(_, sql)| sql);
        for sql in case.migrations.iter().chain(statements) {
            for refused in [
                "TRIGGER",
                "CREATE TYPE",
                "CREATE FUNCTION",
                "ENUM",
                "ADVISORY",
                "pg_advisory",
                "SET NULL",
                "ON DELETE",
                "ON UPDATE",
                "SERIAL",
                "IDENTITY",
                "NEXTVAL",
                "SEQUENCE",
                "GEN_RANDOM_UUID",
                "DEFERRABLE",
                "EXCLUDE",
                "LOCK TABLE",
                "TEMPORARY",
                " DO $$",
                "NOTIFY",
            ] {
                assert!(!sql.contains(refused), "{}: {refused} in {sql}", case.name);
            }
        }
    }
}

#[test]
fn only_the_parent_and_its_window_are_locked() {
    let mut parents = 0;
    for case in cases() {
        for (name, sql) in &case.statements {
            let locks = sql.matches(" FOR NO KEY UPDATE").count()
                + sql.matches("\nFOR NO KEY UPDATE").count();
            let shares = sql.matches(" FOR SHARE").count();
            let other = sql.matches("FOR UPDATE").count() + sql.matches("FOR KEY SHARE").count();
            let most = match name.as_str() {
                "APPEND" => usize::from(case.has_parent),
                "LOCK_PARENT" => 1,
                _ => 0,
            };
            assert!(locks <= most && other == 0, "{}: {name}", case.name);
            parents += locks;
            assert!(shares <= usize::from(name == "APPEND"), "{}: {name}", case.name);
        }
    }
    assert!(parents > 0);
}

#[test]
fn every_statement_about_a_parent_names_it() {
    for case in cases().iter().filter(|case| case.has_parent) {
        for (name, sql) in &case.statements {
            // Those that go through all parents.
            if ["PAGE", "PRUNABLE", "PENDING", "PENDING_PAGE"].contains(&name.as_str()) {
                continue;
            }
            // What renews rows names the parent of each of them.
            let parents =
                format!("{}.{} = \"_sent\".\"parent\"", quoted(&case.tables[1]), case.lead);
            let parameter = match name.as_str() {
                "RENEW" => sql.contains("(SELECT CAST($3 AS uuid[]))") && sql.contains(&parents),
                _ => sql.contains("CAST($1 AS uuid)") || sql.contains("ANY(CAST($1 AS uuid[]))"),
            };
            assert!(parameter, "{}: {name} does not name the parent", case.name);
            // Each table in it is looked into by the parent's id, or joined by it.
            for table in &case.tables {
                let table = quoted(table);
                if !sql.contains(&format!("FROM {table}"))
                    && !sql.contains(&format!("JOIN {table}"))
                {
                    continue;
                }
                let column = format!("{table}.{}", case.lead);
                assert!(sql.contains(&format!("{column} = ")), "{}: {name}: {table}", case.name);
            }
        }
    }
}

#[test]
fn citus_distributes_all_tables_together_or_none() {
    let mut undistributed = 0;
    for case in cases() {
        let Some(sql) = &case.distribution else {
            // The ledger's key and the request's id would each have to be unique over all servers.
            assert!(!case.has_parent && case.lead != case.ledger_key, "{}", case.name);
            undistributed += 1;
            continue;
        };
        let calls: Vec<&str> =
            sql.lines().filter(|line| line.contains("create_distributed_table")).collect();
        assert_eq!(calls.len(), case.tables.len(), "{}", case.name);
        let column = case.lead.trim_matches('"');
        for (index, (call, table)) in calls.iter().zip(&case.tables).enumerate() {
            let begin = format!("SELECT create_distributed_table('{}', '{column}'", quoted(table));
            assert!(call.starts_with(&begin), "{}: {call}", case.name);
            let beside = format!("colocate_with => '{}')", quoted(&case.tables[0]));
            assert_eq!(call.ends_with(&beside), index > 0, "{}: {call}", case.name);
        }
    }
    assert_eq!(undistributed, 1);
}
