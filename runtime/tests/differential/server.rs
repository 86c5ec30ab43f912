//! Asking a server, many pairs in one round trip.

use crate::options::Options;
use crate::verdicts::{Case, Ours, Theirs};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Executor as _};
use std::str::FromStr as _;
use tantamount_embedded::{Server as Embedded, Settings};
use tokio::runtime::{Builder, Runtime};

/// Judges one pair. A text that is refused leaves its SQLSTATE instead of ending the statement;
/// texts come as bytes, since what is no UTF-8 is a case too. In the session's own schema, so
/// that nothing stays behind.
const JUDGE: &str = "
CREATE FUNCTION pg_temp.judge(
    a_bytes bytea, b_bytes bytea, canonical bytea,
    OUT a_state text, OUT b_state text, OUT same boolean, OUT canonical_same boolean
) LANGUAGE plpgsql AS $$
DECLARE
    a jsonb;
    b jsonb;
BEGIN
    BEGIN
        a := convert_from(a_bytes, 'UTF8')::jsonb;
        a_state := 'taken';
    EXCEPTION WHEN OTHERS THEN
        a_state := SQLSTATE;
    END;
    BEGIN
        b := convert_from(b_bytes, 'UTF8')::jsonb;
        b_state := 'taken';
    EXCEPTION WHEN OTHERS THEN
        b_state := SQLSTATE;
    END;
    same := a = b;
    IF canonical IS NOT NULL THEN
        BEGIN
            canonical_same := convert_from(canonical, 'UTF8')::jsonb = a;
        EXCEPTION WHEN OTHERS THEN
            canonical_same := false;
        END;
    END IF;
END
$$";

const ASK: &str = "
SELECT judged.a_state, judged.b_state, judged.same, judged.canonical_same
FROM unnest($1::bytea[], $2::bytea[], $3::bytea[]) WITH ORDINALITY
        AS pair (a, b, canonical, place),
    LATERAL pg_temp.judge(pair.a, pair.b, pair.canonical) AS judged
ORDER BY pair.place";

/// A server that runs, one of our own unless `DATABASE_URL` names another.
pub(crate) struct Server {
    url: String,
    _own: Option<Embedded>,
}

impl Server {
    pub(crate) fn start(options: &Options) -> Server {
        if options.binaries.is_none()
            && let Ok(url) = std::env::var("DATABASE_URL")
        {
            return Server { url, _own: None };
        }
        let mut settings = Settings::new(&options.home);
        settings.binaries.clone_from(&options.binaries);
        let mut report = |line: &str| eprintln!("{line}");
        let server = Embedded::start(&settings, &mut report).expect("a server of our own");
        Server { url: server.database_url().to_owned(), _own: Some(server) }
    }

    pub(crate) fn connect(&self) -> Connection {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (connection, version, encoding) = runtime.block_on(async {
            let options = PgConnectOptions::from_str(&self.url).expect("an address");
            let mut connection = options.connect().await.expect("a connection");
            connection.execute(JUDGE).await.expect("the function is made");
            let (version, encoding): (String, String) = sqlx::query_as(
                "SELECT current_setting('server_version'), current_setting('server_encoding')",
            )
            .fetch_one(&mut connection)
            .await
            .expect("the version");
            (connection, version, encoding)
        });
        assert_eq!(encoding, "UTF8", "other encodings change verdicts");
        let major = version.split(|character: char| !character.is_ascii_digit()).next();
        let major = major.and_then(|major| major.parse().ok());
        let major = major.unwrap_or_else(|| panic!("`{version}` names no version"));
        Connection { runtime, connection, version, major }
    }
}

/// A connection, with a runtime for itself: who asks, waits.
pub(crate) struct Connection {
    runtime: Runtime,
    connection: PgConnection,
    pub(crate) version: String,
    pub(crate) major: u32,
}

impl Connection {
    /// What the server says of each pair, given what we say.
    pub(crate) fn ask(&mut self, pairs: &[(Case, Ours)]) -> Vec<Theirs> {
        let first: Vec<&[u8]> = pairs.iter().map(|pair| pair.0.first.as_slice()).collect();
        let second: Vec<&[u8]> = pairs.iter().map(|pair| pair.0.second.as_slice()).collect();
        let canonical: Vec<Option<&[u8]>> =
            pairs.iter().map(|pair| pair.1.first.as_deref()).collect();
        let rows = sqlx::query_as(ASK)
            .bind(first)
            .bind(second)
            .bind(canonical)
            .fetch_all(&mut self.connection);
        let rows: Vec<(String, String, Option<bool>, Option<bool>)> =
            self.runtime.block_on(rows).expect("the server answers");
        assert_eq!(rows.len(), pairs.len(), "one answer a pair");
        rows.into_iter()
            .map(|(first_state, second_state, same, canonical_same)| Theirs {
                first_state,
                second_state,
                same,
                canonical_same,
            })
            .collect()
    }
}
