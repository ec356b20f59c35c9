//! Progress on stderr: a bar on a terminal, plain lines elsewhere, errors only where asked to be quiet.

use super::complain;
use denshin::batch::Progress;
use denshin::error::{PageError, PageRef};
use denshin::page::Page;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Progress that can be taken off the screen.
pub(super) trait Shown: Progress {
    /// Removes what is still on the screen.
    fn finish(&self);
}

/// What fits stderr.
pub(super) fn for_terminal(files: u64, quiet: bool, verbose: bool) -> Box<dyn Shown> {
    if !quiet && std::io::stderr().is_terminal() {
        let style =
            ProgressStyle::with_template("{bar:30} {pos}/{len} pages  {per_sec}  {eta} left  {wide_msg}");
        let bar = ProgressBar::with_draw_target(Some(files), ProgressDrawTarget::stderr_with_hz(5));
        if let Ok(style) = style {
            bar.set_style(style.progress_chars("━╸─"));
        }
        bar.enable_steady_tick(std::time::Duration::from_millis(500));
        return Box::new(Bar { bar, verbose });
    }
    Box::new(Lines {
        total: AtomicU64::new(files),
        done: AtomicU64::new(0),
        began: Instant::now(),
        quiet,
        verbose,
    })
}

struct Bar {
    bar: ProgressBar,
    verbose: bool,
}

impl Progress for Bar {
    fn pages_found(&self, _: &PageRef, pages: u32) {
        self.bar.inc_length(u64::from(pages.saturating_sub(1)));
    }

    fn page_done(&self, place: &PageRef, page: &Page) {
        self.bar.inc(1);
        self.bar.set_message(place.to_string());
        if self.verbose {
            self.bar.suspend(|| complain(&described(place, page)));
        }
    }

    fn page_failed(&self, error: &PageError) {
        self.bar.inc(1);
        self.bar.suspend(|| complain(&error.to_string()));
    }
}

impl Shown for Bar {
    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

struct Lines {
    total: AtomicU64,
    done: AtomicU64,
    began: Instant,
    quiet: bool,
    verbose: bool,
}

impl Lines {
    /// A line each at 1, 2, 5, 10, 20, 50 … pages, and at the end.
    fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let total = self.total.load(Ordering::Relaxed);
        let mut round = 1;
        while round * 10 <= done {
            round *= 10;
        }
        let is_round = [1, 2, 5].iter().any(|m| done == m * round);
        if !self.quiet && !self.verbose && (is_round || done == total) {
            let seconds = self.began.elapsed().as_secs_f64().max(1e-3);
            let rate = done as f64 / seconds;
            let left = (total.saturating_sub(done)) as f64 / rate;
            complain(&format!("{done}/{total} pages, {rate:.2} a second, {left:.0} s left"));
        }
    }
}

impl Progress for Lines {
    fn pages_found(&self, _: &PageRef, pages: u32) {
        self.total.fetch_add(u64::from(pages.saturating_sub(1)), Ordering::Relaxed);
    }

    fn page_done(&self, place: &PageRef, page: &Page) {
        if self.verbose {
            complain(&described(place, page));
        }
        self.step();
    }

    fn page_failed(&self, error: &PageError) {
        complain(&error.to_string());
        self.step();
    }
}

impl Shown for Lines {
    fn finish(&self) {}
}

fn described(place: &PageRef, page: &Page) -> String {
    let lines: usize = page.regions.iter().map(|r| r.lines.len()).sum();
    let characters = page.text.chars().filter(|c| !c.is_whitespace()).count();
    format!("{place}: {lines} lines, {characters} characters, {} warnings", page.warnings.len())
}
