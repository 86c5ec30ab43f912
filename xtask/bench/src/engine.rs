//! `cargo xtask bench engine`.
//!
//! Every contender does the same work on the same batch in turn, round after round, so that noise
//! of the machine falls on all alike; medians are reported, and ratios within the run count.

use crate::allocation;
use crate::batch::{Payloads, request};
use crate::contenders::{ALL, Contender};
use crate::report::{Run, print_ratios, print_table, write_json};
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a contender works in one round, at least.
const TURN: Duration = Duration::from_millis(20);

pub(crate) fn run(out: &Path, rounds: usize, seed: u64) -> std::io::Result<()> {
    let mut runs = Vec::new();
    for steps in [3, 100, 10_000] {
        let text = request(steps, Payloads::Mixed, seed);
        println!("{steps} steps, {} bytes, seed {seed}", text.len());
        let measured = measure(text.as_bytes(), steps, "mixed", rounds, |_| true);
        print_table(&measured);
        runs.extend(measured);
    }
    let mut variants = Vec::new();
    for (name, sorted, foreign) in [
        ("sorted, ASCII", true, false),
        ("unsorted, ASCII", false, false),
        ("sorted, beyond ASCII", true, true),
        ("unsorted, beyond ASCII", false, true),
    ] {
        let text = request(100, Payloads::Only { sorted, foreign }, seed);
        println!("100 steps, {name}, {} bytes", text.len());
        let is_shown = |c: &Contender| matches!(c.name, "tantamount" | "sonic_rs" | "sha256");
        let measured = measure(text.as_bytes(), 100, name, rounds, is_shown);
        print_table(&measured);
        variants.extend(measured);
    }
    print_ratios(&runs);
    write_json(out, &runs, &variants)?;
    println!("written: {}", out.display());
    Ok(())
}

fn measure(
    text: &[u8],
    steps: usize,
    variant: &'static str,
    rounds: usize,
    is_shown: impl Fn(&Contender) -> bool,
) -> Vec<Run> {
    let shown: Vec<&Contender> = ALL.iter().filter(|contender| is_shown(contender)).collect();
    let mut speeds = vec![Vec::with_capacity(rounds); shown.len()];
    for _ in 0..rounds.max(1) {
        for (contender, speeds) in shown.iter().zip(&mut speeds) {
            speeds.push(turn(contender, text));
        }
    }
    shown
        .iter()
        .zip(&mut speeds)
        .map(|(contender, speeds)| {
            speeds.sort_by(f64::total_cmp);
            let (peak_bytes, allocations) = allocation::measure(|| (contender.run)(text));
            Run {
                contender: contender.name,
                work: contender.work,
                steps,
                variant,
                bytes: text.len(),
                mb_per_s: speeds[speeds.len() / 2],
                peak_bytes,
                allocations,
            }
        })
        .collect()
}

/// The speed of one turn, in MB (10⁶ bytes) of input per second.
fn turn(contender: &Contender, text: &[u8]) -> f64 {
    let at_once = (100_000 / text.len()).max(1);
    let mut done = 0usize;
    let start = Instant::now();
    loop {
        for _ in 0..at_once {
            (contender.run)(black_box(text));
        }
        done += at_once;
        let elapsed = start.elapsed();
        if elapsed >= TURN {
            return (done * text.len()) as f64 / elapsed.as_secs_f64() / 1e6;
        }
    }
}
