//! Long work: how far it is, and ending it early.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;
use tantamount_runtime::Stop;

/// Ends work at its next resting place when the process is asked to end, by SIGINT (Ctrl-C) or
/// SIGTERM. Asked once more, it ends at once: what a transaction has not committed is undone by the
/// server.
pub(crate) fn stop_when_asked() -> Stop {
    let stop = Stop::new();
    let asked = stop.clone();
    tokio::spawn(async move {
        wait_for_signal().await;
        eprintln!("tantamount: ending after what is at work now; ask again to end at once");
        asked.ask();
        wait_for_signal().await;
        std::process::exit(130);
    });
    stop
}

#[cfg(unix)]
async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    let mut terminated = std::pin::pin!(terminate.recv());
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    std::future::poll_fn(|context| {
        use std::task::Poll;
        let is_ready = terminated.as_mut().poll(context).is_ready()
            || interrupted.as_mut().poll(context).is_ready();
        if is_ready { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

#[cfg(not(unix))]
async fn wait_for_signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

/// A bar on standard error, where that is a terminal. `total` is an estimate, 0 where there is none.
pub(crate) fn bar(total: u64, noun: &str) -> ProgressBar {
    let template = match total {
        0 => format!("{{spinner}} {{human_pos}} {noun}, {{per_sec}}, {{elapsed}} {{msg}}"),
        _ => format!(
            "{{wide_bar}} {{human_pos}} of about {{human_len}} {noun}, {{per_sec}}, {{eta}} left {{msg}}"
        ),
    };
    let bar = match total {
        0 => ProgressBar::no_length(),
        total => ProgressBar::new(total),
    };
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(8));
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}
