//! What is measured.

use crate::batch::Batch;
use crate::contenders::{Contender, Operation};
use crate::floor::Floor;
use crate::ours::Ours;
use crate::peer::Peer;
use crate::report::Run;
use crate::server::Server;
use crate::{Failure, Options};
use sqlx::{ConnectOptions as _, PgConnection, Row as _};
use std::time::{Duration, Instant};

/// After how many executions the server keeps one plan, and some more.
const WARMUP: usize = 12;

async fn contenders(
    server: &Server,
    options: &Options,
    connections: u32,
) -> Result<Vec<Contender>, Failure> {
    let mut contenders = vec![
        Contender::Ours(Ours::new(server.ledger()?, connections).await?),
        Contender::Floor(Floor::new(server.floor()?, connections).await?),
    ];
    if !options.without_peer {
        contenders.push(Contender::Peer(Peer::new(server.peer()?, connections).await?));
    }
    Ok(contenders)
}

/// Bytes of write-ahead log so far.
async fn written(connection: &mut PgConnection) -> Result<i64, Failure> {
    let query = sqlx::query("SELECT (PG_CURRENT_WAL_INSERT_LSN() - '0/0')::bigint AS bytes");
    Ok(query.fetch_one(connection).await?.get("bytes"))
}

/// What one contender needed for one operation, sample by sample.
#[derive(Default)]
struct Samples {
    times: Vec<Duration>,
    bytes: Vec<i64>,
}

impl Samples {
    fn run(
        mut self,
        contender: &Contender,
        operation: Operation,
        steps: usize,
        run_steps: usize,
    ) -> Run {
        self.times.sort_unstable();
        self.bytes.sort_unstable();
        let total: Duration = self.times.iter().sum();
        Run {
            contender: contender.name(),
            operation: operation.name(),
            steps,
            run_steps,
            connections: 1,
            same_run: false,
            p10: quantile(&self.times, 10),
            p50: quantile(&self.times, 50),
            p99: quantile(&self.times, 99),
            per_second: self.times.len() as f64 / total.as_secs_f64(),
            wal_bytes: self.bytes.get(self.bytes.len() / 2).copied().unwrap_or_default(),
        }
    }
}

fn quantile(sorted: &[Duration], percent: usize) -> Duration {
    let index = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(index).copied().unwrap_or_default()
}

/// Each operation by one client at a time, the contenders in turn, each batch in a run of its own.
pub(crate) async fn latency(server: &Server, options: &Options) -> Result<Vec<Run>, Failure> {
    server.prepare().await?;
    let contenders = contenders(server, options, 1).await?;
    let mut control = server.options()?.connect().await?;
    let mut runs = Vec::new();
    for steps in [1, 10, 100, 1000] {
        let count = match steps {
            1 | 10 => options.samples,
            100 => options.samples / 2,
            _ => options.samples / 10,
        };
        let count = count.max(3);
        eprintln!("{steps} steps: {count} times");
        let mut samples: Vec<[Samples; 4]> = contenders.iter().map(|_| <_>::default()).collect();
        for round in 0..count + WARMUP {
            let key = format!("key{round}");
            let batch = Batch::new(&key, steps);
            for (contender, samples) in contenders.iter().zip(&mut samples) {
                let opened = contender.open(1).await?;
                let run = opened.first().copied().unwrap_or_default();
                for (operation, samples) in Operation::ALL.into_iter().zip(samples) {
                    let before = written(&mut control).await?;
                    let time = contender.time(operation, run, &key, &batch).await?;
                    let after = written(&mut control).await?;
                    if round >= WARMUP {
                        samples.times.push(time);
                        samples.bytes.push(after - before);
                    }
                }
            }
        }
        for (contender, samples) in contenders.iter().zip(samples) {
            for (operation, samples) in Operation::ALL.into_iter().zip(samples) {
                runs.push(samples.run(contender, operation, steps, 1));
            }
        }
    }
    Ok(runs)
}

/// Appends of ten steps and their replays in runs that have many already.
pub(crate) async fn growth(server: &Server, options: &Options) -> Result<Vec<Run>, Failure> {
    const STEPS: usize = 10;
    server.prepare().await?;
    let contenders = contenders(server, options, 1).await?;
    let mut runs = Vec::new();
    for contender in &contenders {
        let largest = match contender {
            Contender::Peer(_) => options.peer_run_steps,
            _ => options.run_steps,
        };
        let mut sizes = vec![10, 1000, 10_000, 100_000];
        sizes.retain(|&size| size <= largest);
        eprintln!("{} in runs of {sizes:?} steps", contender.name());
        let opened = contender.open(sizes.len()).await?;
        for (&run, &size) in opened.iter().zip(&sizes) {
            contender.fill(run, size).await?;
        }
        let count = match contender {
            Contender::Peer(_) => options.samples / 5,
            _ => options.samples,
        };
        let mut samples: Vec<[Samples; 2]> = sizes.iter().map(|_| <_>::default()).collect();
        // The sizes in turn, so that whatever else the machine does meets all of them.
        for round in 0..count.max(3) + WARMUP {
            let key = format!("key{round}");
            let batch = Batch::new(&key, STEPS);
            for (&run, samples) in opened.iter().zip(&mut samples) {
                let [append, replay] = samples;
                let operations = [(Operation::Append, append), (Operation::Replay, replay)];
                for (operation, samples) in operations {
                    let time = contender.time(operation, run, &key, &batch).await?;
                    if round >= WARMUP {
                        samples.times.push(time);
                    }
                }
            }
        }
        for (samples, &size) in samples.into_iter().zip(&sizes) {
            let [append, replay] = samples;
            runs.push(append.run(contender, Operation::Append, STEPS, size));
            runs.push(replay.run(contender, Operation::Replay, STEPS, size));
        }
    }
    Ok(runs)
}

/// Appends of ten steps by many clients, each in turn to runs of its own, or all to one.
pub(crate) async fn throughput(server: &Server, options: &Options) -> Result<Vec<Run>, Failure> {
    const STEPS: usize = 10;
    server.prepare().await?;
    let mut control = server.options()?.connect().await?;
    let mut runs = Vec::new();
    for connections in [1u32, 4, 16] {
        let contenders = contenders(server, options, connections).await?;
        for same_run in [false, true] {
            for contender in &contenders {
                eprintln!(
                    "{} with {connections} connections, {}",
                    contender.name(),
                    if same_run { "the same run" } else { "different runs" }
                );
                // Each client has met its statements before it is counted.
                let warm = Duration::from_millis(500);
                count(contender, connections, same_run, warm).await?;
                let before = written(&mut control).await?;
                let length = Duration::from_secs(options.seconds);
                let (mut times, elapsed) = count(contender, connections, same_run, length).await?;
                let after = written(&mut control).await?;
                times.sort_unstable();
                runs.push(Run {
                    contender: contender.name(),
                    operation: Operation::Append.name(),
                    steps: STEPS,
                    run_steps: if same_run { times.len() * STEPS } else { 1 },
                    connections,
                    same_run,
                    p10: quantile(&times, 10),
                    p50: quantile(&times, 50),
                    p99: quantile(&times, 99),
                    per_second: times.len() as f64 / elapsed.as_secs_f64(),
                    wal_bytes: (after - before) / i64::try_from(times.len().max(1))?,
                });
            }
        }
    }
    Ok(runs)
}

/// Each client's appends, one after the other for some time.
async fn count(
    contender: &Contender,
    connections: u32,
    same_run: bool,
    length: Duration,
) -> Result<(Vec<Duration>, Duration), Failure> {
    /// How many runs a client has; it goes round them.
    const RUNS: usize = 50;
    let shared = contender.open(1).await?;
    let mut clients = Vec::new();
    let mut opened = Vec::new();
    for _ in 0..connections {
        opened.push(if same_run { shared.clone() } else { contender.open(RUNS).await? });
    }
    let start = Instant::now();
    for (client, runs) in opened.into_iter().enumerate() {
        let contender = contender.clone();
        clients.push(tokio::spawn(async move {
            let mut times = Vec::new();
            for (round, run) in runs.iter().cycle().enumerate() {
                if start.elapsed() >= length {
                    break;
                }
                let key = format!("key{client}-{round}");
                let batch = Batch::new(&key, 10);
                times.push(contender.time(Operation::Append, *run, &key, &batch).await?);
            }
            Ok::<_, Failure>(times)
        }));
    }
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.await??);
    }
    Ok((times, start.elapsed()))
}
