//! Experiment j: a disk that is full, and a server that only reads.

use crate::client::{Client, Form, batch};
use crate::log::Log;
use crate::options::times;
use crate::server::OwnServer;
use crate::world::{World, patient_pool, pool};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tantamount_core::Digest;
use tantamount_runtime::{Condition, Fate, Retry, RetryPolicy};

/// A file system of a limited size, in memory.
struct Limited(tempfile::TempDir);

impl Limited {
    /// `None` where this user may mount none.
    fn mount(megabytes: u32) -> Option<Limited> {
        let folder = tempfile::tempdir().expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m,mode=0711"), "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        mounted.is_ok_and(|status| status.success()).then_some(Limited(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Fills it up to so many megabytes with a file, which it returns.
    fn fill_up_to(&self, megabytes: usize) -> PathBuf {
        let ballast = self.path().join("ballast");
        let free = Command::new("df").args(["-k", "--output=avail"]).arg(self.path()).output();
        let free = String::from_utf8(free.expect("df runs").stdout).expect("numbers");
        let free = free.lines().nth(1).and_then(|line| line.trim().parse::<usize>().ok());
        let taken = (free.expect("a number") >> 10).saturating_sub(megabytes);
        assert!(taken > 8, "the disk is too small for the experiment");
        std::fs::write(&ballast, vec![1_u8; taken << 20]).expect("the ballast fits");
        ballast
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        // Lazily: a server that does not stop must not keep it.
        Command::new("umount").arg("-l").arg(self.path()).status().expect("umount runs");
    }
}

/// Text that compression makes little smaller.
fn incompressible(seed: &str, bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 80);
    let mut digest = Digest::of(seed.as_bytes());
    while text.len() < bytes {
        digest = Digest::of(digest.to_string().as_bytes());
        text.push_str(digest.to_string().trim_start_matches("sha256:"));
    }
    format!("\"{text}\"")
}

#[tokio::test(flavor = "multi_thread")]
async fn j_a_full_disk_loses_nothing_and_is_told() {
    let Some(disk) = Limited::mount(160) else {
        println!("j, full disk: not run, since this user can mount no file system");
        return;
    };
    let mut server = OwnServer::start_in(&disk.path().join("server")).await;
    server.start_again().await;
    let world = World::on(server.address()).await;
    world.execute("ALTER SYSTEM SET max_wal_size = '32MB'").await;
    world.execute("ALTER SYSTEM SET min_wal_size = '32MB'").await;
    world.execute("SELECT pg_reload_conf()").await;
    let begun = Instant::now();
    let log = Arc::new(Log::default());
    let mut errors: BTreeMap<String, usize> = BTreeMap::new();
    let mut index = 0;
    for round in 0..times(1, 10) {
        // The space that comes back when someone mends the disk.
        let ballast = disk.fill_up_to(12);
        let clients = patient_pool(&world.options, 4, Duration::from_secs(5));
        let mut client = Client::new(clients.clone(), world.run, &log);
        let patience = Duration::from_millis(500);
        client.ledger =
            client.ledger.with_retry_policy(RetryPolicy { patience, ..RetryPolicy::default() });
        let mut failed = Vec::new();
        while failed.len() < 8 {
            let form = if index % 2 == 0 { Form::Own } else { Form::Callers };
            let key = form.key(index);
            let text = batch(&key, &incompressible(&key, 200_000));
            index += 1;
            let Err(error) = client.call(form, &key, &text).await else { continue };
            *errors.entry(error.sqlstate().unwrap_or("lost").to_owned()).or_default() += 1;
            if error.sqlstate() == Some("53100") && error.fate() == Fate::NotApplied {
                assert_eq!(error.retry(), Retry::Once(Condition::Mended), "{error}");
            } else {
                // Where it was the log of transactions that had no space, the server has ended.
                assert!(error.is_retryable(), "{error}");
            }
            failed.push((form, key, text));
        }
        assert!(server.log().contains("No space left on device"), "the disk was not full");
        std::fs::remove_file(&ballast).expect("the disk is mended");
        server.start_again().await;
        for (form, key, text) in failed {
            let answer = client.append(form, &key, &text).await;
            assert!(["applied", "replayed"].contains(&answer.code()), "{key}");
        }
        log.check(&world).await;
        // Room for the next round.
        if round + 1 < times(1, 10) {
            world
                .execute(
                    "TRUNCATE workflow_run_mutations, workflow_step_dependencies, side_effects;
                    DELETE FROM workflow_steps WHERE step_key <> 'gate'; CHECKPOINT",
                )
                .await;
            world.execute("VACUUM FULL workflow_steps").await;
            log.forget();
        }
        clients.close().await;
    }
    let counts = log.check(&world).await;
    println!("j, full disk: {errors:?} in {:.1?}; the last round: {counts}", begun.elapsed());
    world.pool.close().await;
    drop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn j_a_server_that_only_reads_answers_replays_and_refuses_the_rest() {
    let world = World::new().await;
    let log = Arc::new(Log::default());
    let writer = Client::new(world.pool.clone(), world.run, &log);
    let only_reads = world.options.clone().options([("default_transaction_read_only", "on")]);
    let pool = pool(&only_reads, 2);
    let reader = Client::new(pool.clone(), world.run, &log);
    for form in Form::BOTH {
        let (key, text) = (form.key("there"), batch(&form.key("there"), "1"));
        assert_eq!(writer.append(form, &key, &text).await.code(), "applied");
        // A ledger that takes a request for a new one writes first. In its own transaction it asks
        // after that; in the caller's, which has failed, at the next call.
        if form == Form::Callers
            && let Err(error) = reader.call(form, &key, &text).await
        {
            assert_eq!((error.sqlstate(), error.fate()), (Some("25006"), Fate::NotApplied));
        }
        assert_eq!(reader.append(form, &key, &text).await.code(), "replayed");
        let other = batch(&key, "2");
        assert_eq!(reader.append(form, &key, &other).await.code(), "conflict");

        let (key, text) = (form.key("new"), batch(&form.key("new"), "1"));
        let error = reader.call(form, &key, &text).await.expect_err("it only reads");
        assert_eq!((error.code(), error.sqlstate()), ("database", Some("25006")));
        assert_eq!(error.retry(), Retry::Once(Condition::Mended));
        assert_eq!(error.fate(), Fate::NotApplied);
        assert_eq!(writer.append(form, &key, &text).await.code(), "applied");
        assert_eq!(reader.append(form, &key, &text).await.code(), "replayed");
    }
    pool.close().await;
    let counts = log.check(&world).await;
    println!("j, read-only: {counts}");
    world.remove().await;
}
