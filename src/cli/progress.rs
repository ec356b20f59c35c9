//! Progress of `denshin read` on stderr: a bar on a terminal, lines elsewhere, only errors with `--quiet`.

use super::complain;
use denshin::batch::{Event, Reading};
use denshin::error::PageRef;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Instant;

/// The progress display that suits stderr.
pub(super) fn for_terminal(is_quiet: bool, is_verbose: bool) -> Progress {
    let is_bar = !is_quiet && std::io::stderr().is_terminal();
    Progress { bar: is_bar.then(bar), is_quiet, is_verbose, began: Instant::now(), total: 0, done: 0 }
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} pages  {per_sec}  {eta} left  {wide_msg}");
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(5));
    if let Ok(style) = style {
        bar.set_style(style.progress_chars("━╸─"));
    }
    bar.enable_steady_tick(std::time::Duration::from_millis(500));
    bar
}

/// A bar of files with the pages so far, if stderr is a terminal.
pub(super) struct FileBar(Option<ProgressBar>);

impl FileBar {
    pub(super) fn new(is_quiet: bool) -> Self {
        let bar = (!is_quiet && std::io::stderr().is_terminal()).then(|| ProgressBar::new(0));
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} files  {wide_msg}");
        if let (Some(bar), Ok(style)) = (&bar, style) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        Self(bar)
    }

    pub(super) fn tell(&self, pages: usize, done: usize, files: usize) {
        if let Some(bar) = &self.0 {
            bar.set_length(files as u64);
            bar.set_position(done as u64);
            bar.set_message(format!("{pages} pages"));
        }
    }

    pub(super) fn end(self) {
        if let Some(bar) = self.0 {
            bar.finish_and_clear();
        }
    }
}

pub(super) struct Progress {
    /// The bar, if stderr is a terminal.
    bar: Option<ProgressBar>,
    is_quiet: bool,
    is_verbose: bool,
    began: Instant,
    /// Number of known pages; a file whose pages are not counted counts as one.
    total: u64,
    done: u64,
}

impl Progress {
    pub(super) fn tell(&mut self, event: &Event<'_>) {
        match event {
            Event::Planned { tasks, .. } => self.expect(*tasks),
            Event::Counted { pages, .. } => self.expect(u64::from(pages.saturating_sub(1))),
            Event::Done { place, reading } => {
                if let Some(bar) = &self.bar {
                    bar.set_message(place.to_string());
                }
                if self.is_verbose {
                    self.say(&described(place, reading));
                }
                if !self.is_quiet {
                    little_text(place, reading).iter().for_each(|line| self.say(line));
                    reading.outdated.iter().for_each(|name| self.say(&outdated(place, name)));
                }
                self.step();
            }
            Event::Retried { place, stage, cause } if !self.is_quiet => {
                self.say(&format!("{place}: {stage}: {cause}; retrying"));
            }
            Event::Failed { place, stage, cause } => {
                self.say(&format!("{place}: {stage}: {cause}"));
                self.step();
            }
            Event::Made { place, name } if self.is_verbose => self.say(&format!("{place}: {name} written")),
            Event::Unmade { place, stage, cause } => self.say(&format!("{place}: {stage}: {cause}")),
            Event::Recycled if self.is_verbose => {
                self.say("replaced a worker process whose memory had grown")
            }
            Event::Retried { .. } | Event::Made { .. } | Event::Recycled | Event::Tick => {}
        }
    }

    /// Removes the bar from the screen.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| complain(line)),
            None => complain(line),
        }
    }

    fn expect(&mut self, pages: u64) {
        self.total += pages;
        if let Some(bar) = &self.bar {
            bar.set_length(self.total);
        }
    }

    /// Counts a finished page. Without a bar, prints a line at 1, 2, 5, 10, 20, 50 … pages and at the end.
    fn step(&mut self) {
        self.done += 1;
        if let Some(bar) = &self.bar {
            return bar.set_position(self.done);
        }
        let (done, total) = (self.done, self.total);
        let round = 10_u64.pow(done.ilog10());
        let is_round = [1, 2, 5].iter().any(|m| done == m * round);
        if !self.is_quiet && !self.is_verbose && (is_round || done == total) {
            let rate = done as f64 / self.began.elapsed().as_secs_f64().max(1e-3);
            let left = total.saturating_sub(done) as f64 / rate;
            complain(&format!("{done}/{total} pages, {rate:.2} pages/s, {left:.0} s left"));
        }
    }
}

/// The message about a page that has ink but hardly any text.
pub(super) fn little_text(place: &PageRef, reading: &Reading) -> Option<String> {
    let characters = reading.characters;
    reading.little_text.then(|| {
        format!("{place}: hardly any text was read ({characters} characters), although the page has ink")
    })
}

/// The message about a document that is older than the record of one of its pages.
pub(super) fn outdated(place: &PageRef, name: &str) -> String {
    format!("{place}: {name} was made from an earlier reading (update it with denshin convert)")
}

fn described(place: &PageRef, reading: &Reading) -> String {
    let Reading { kept, lines, characters, warnings, .. } = reading;
    let kept = if *kept { ", kept unchanged" } else { "" };
    format!("{place}: {lines} lines, {characters} characters, {warnings} warnings{kept}")
}
