//! Experiments a and d: the server is killed, or it ends its sessions, again and again, while
//! clients write.

use crate::client::{Client, Form, batch};
use crate::log::{Counts, Log};
use crate::options::times;
use crate::server::{OwnServer, kill};
use crate::world::{World, connection, pool};
use sqlx::{Connection as _, PgConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tantamount_runtime::{RetryPolicy, RunId};

const WRITERS: usize = 16;

/// Writers that go on until they are told to stop. Half of them share a run with each other, the
/// rest have one each; every fourth of their requests is sent by its neighbour too.
struct Writers {
    stop: Arc<AtomicBool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    pool: sqlx::PgPool,
}

impl Writers {
    async fn start(world: &World, log: &Arc<Log>) -> Writers {
        let stop = Arc::new(AtomicBool::new(false));
        let pool = pool(&world.options, u32::try_from(WRITERS).expect("few"));
        let mut tasks = Vec::new();
        for writer in 0..WRITERS {
            let run = if writer % 2 == 0 { world.run } else { RunId::new() };
            if run != world.run {
                world.open(run).await;
            }
            let mut client = Client::new(pool.clone(), run, log);
            client.ledger = client.ledger.with_retry_policy(patient());
            tasks.push(tokio::spawn(write(client, writer, Arc::clone(&stop))));
        }
        Writers { stop, tasks, pool }
    }

    /// Waits until every request is resolved.
    async fn finish(self) {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.expect("every request is resolved");
        }
        self.pool.close().await;
    }
}

/// As patient as it takes: how long a server needs to come back, and how often a session is ended
/// before it has an answer, is up to the machine.
pub(crate) fn patient() -> RetryPolicy {
    RetryPolicy {
        attempts: 10_000,
        patience: Duration::from_secs(300),
        longest_wait: Duration::from_millis(250),
        ..RetryPolicy::default()
    }
}

async fn write(client: Client, writer: usize, stop: Arc<AtomicBool>) {
    let form = if writer % 4 < 2 { Form::Own } else { Form::Callers };
    for index in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        // On the shared run the writers 0 and 8, 2 and 10 and so on send the same at times.
        let is_shared = writer.is_multiple_of(2) && index % 4 == 0;
        let owner = if is_shared { writer % 8 } else { writer };
        let key = form.key(format!("{owner}-{index}"));
        let text = batch(&key, &index.to_string());
        let outcome = client.append(form, &key, &text).await;
        let again = client.append(form, &key, &text).await;
        assert_eq!((outcome.receipt(), again.code()), (again.receipt(), "replayed"));
    }
}

fn told(name: &str, what: &str, begun: Instant, counts: &Counts) {
    println!("{name}: {what}, {WRITERS} writers, {:.1?}: {counts}", begun.elapsed());
}

/// In turn the whole server is killed, all its processes at once, and one session alone, after which
/// the server ends the others and recovers.
#[tokio::test(flavor = "multi_thread")]
async fn a_a_server_that_is_killed_loses_nothing_and_doubles_nothing() {
    let mut server = OwnServer::start().await;
    let world = World::on(server.address()).await;
    let log = Arc::new(Log::default());
    let writers = Writers::start(&world, &log).await;
    let begun = Instant::now();
    let (kills, mut sessions) = (times(3, 100), 0);
    for number in 0..kills {
        // At another moment of the writers' work each time.
        tokio::time::sleep(Duration::from_millis(200 + number * 37 % 400)).await;
        let session = session_of_a_writer(&world).await;
        match session.filter(|_| number % 2 == 1) {
            Some(session) => {
                kill(&[session]);
                sessions += 1;
            }
            None => {
                let mut all: Vec<u32> = server.postmaster().into_iter().collect();
                assert!(!all.is_empty(), "the server runs");
                all.extend(server.children());
                kill(&all);
            }
        }
        server.start_again().await;
    }
    writers.finish().await;
    let counts = log.check(&world).await;
    assert_eq!(counts.left_unknown, 0, "the ledger resolves what it began: {counts}");
    assert!(counts.answers.get("applied").is_some_and(|applied| *applied > 0));
    let what = format!("{kills} kills, {sessions} of them of one session");
    told("a", &what, begun, &counts);
    world.pool.close().await;
}

/// A process that works for a writer.
async fn session_of_a_writer(world: &World) -> Option<u32> {
    let mut connection = PgConnection::connect_with(&world.options).await.ok()?;
    let session = "SELECT pid FROM pg_stat_activity WHERE application_name = $1
        AND pid <> pg_backend_pid() ORDER BY state = 'active' DESC, pid LIMIT 1";
    let pid: Option<i32> = sqlx::query_scalar(session)
        .bind(&world.schema)
        .fetch_optional(&mut connection)
        .await
        .ok()?;
    pid.and_then(|pid| u32::try_from(pid).ok())
}

#[tokio::test(flavor = "multi_thread")]
async fn d_sessions_that_are_ended_every_100_ms_lose_nothing_and_double_nothing() {
    let world = World::new().await;
    let log = Arc::new(Log::default());
    let writers = Writers::start(&world, &log).await;
    let begun = Instant::now();
    let mut ended = 0;
    let admin = world.options.clone().application_name("admin");
    let mut admin = connection(&admin).await;
    let mut ticks = tokio::time::interval(Duration::from_millis(100));
    for tick in 0_u32.. {
        ticks.tick().await;
        if begun.elapsed() > Duration::from_secs(times(3, 60)) {
            break;
        }
        // One of them each time, another one every time; at every tenth time all of them.
        let all = "SELECT pid FROM pg_stat_activity WHERE application_name = $1 ORDER BY pid";
        let sessions: Vec<i32> = sqlx::query_scalar(all)
            .bind(&world.schema)
            .fetch_all(&mut admin)
            .await
            .expect("the sessions");
        let is_ended = |number: usize| {
            tick % 10 == 9 || Some(number) == (tick as usize).checked_rem(sessions.len())
        };
        for (_, session) in sessions.iter().enumerate().filter(|(number, _)| is_ended(*number)) {
            let end = sqlx::query_scalar("SELECT pg_terminate_backend($1)").bind(session);
            let done: bool = end.fetch_one(&mut admin).await.expect("a session is ended");
            ended += u32::from(done);
        }
    }
    writers.finish().await;
    assert!(ended > 0, "no session was ended");
    let counts = log.check(&world).await;
    assert_eq!(counts.left_unknown, 0, "the ledger resolves what it began: {counts}");
    told("d", &format!("{ended} sessions ended"), begun, &counts);
    admin.close().await.expect("closed");
    world.remove().await;
}
