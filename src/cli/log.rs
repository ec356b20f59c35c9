//! Log of a batch or a queue worker on stderr: plain text, or one line of JSON per event.

use super::{clock, complain, progress};
use clap::ValueEnum;
use denshin::batch::{Event, Outcome, Reading, WorkEvent, Worked};
use denshin::error::{PageError, PageRef};
use serde_json::{Map, Value, json};
use std::path::Path;

/// Format of the log.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// Plain text
    Text,
    /// One line of JSON per event
    Json,
}

/// Seconds between two lines of progress.
const EVERY: f64 = 10.0;

pub(super) struct Log {
    form: Form,
    is_quiet: bool,
    is_verbose: bool,
    began: f64,
    told: f64,
    total: u64,
    /// Pages finished in this run.
    done: u64,
    before: u64,
}

impl Log {
    pub(super) fn new(form: Form, is_quiet: bool, is_verbose: bool) -> Self {
        let now = clock::now();
        Self { form, is_quiet, is_verbose, began: now, told: now, total: 0, done: 0, before: 0 }
    }

    pub(super) fn tell(&mut self, event: &Event<'_>) {
        match event {
            Event::Planned { tasks, finished } => {
                (self.total, self.before) = (tasks + finished, *finished);
                let told = (*finished > 0)
                    .then(|| format!("{finished} pages are already finished, {tasks} are left"));
                self.news("planned", json!({ "tasks": tasks, "finished": finished }), told);
            }
            Event::Counted { place, pages } => {
                self.total += u64::from(pages.saturating_sub(1));
                self.news("counted", with_place(place, json!({ "pages": pages })), None);
            }
            Event::Done { place, reading } => self.done(place, reading),
            Event::Retried { place, stage, cause } => {
                let told = Some(format!("{place}: {stage}: {cause}; retrying"));
                self.news("retried", with_place(place, json!({ "stage": stage, "cause": cause })), told);
            }
            Event::Failed { place, stage, cause } => {
                self.done += 1;
                let what = with_place(place, json!({ "stage": stage, "cause": cause }));
                self.trouble("failed", what, &format!("{place}: {stage}: {cause}"));
            }
            Event::Made { place, name } => {
                let told = self.is_verbose.then(|| format!("{place}: {name} written"));
                self.news("made", with_place(place, json!({ "name": name })), told);
            }
            Event::Unmade { place, stage, cause } => {
                let what = with_place(place, json!({ "stage": stage, "cause": cause }));
                self.trouble("unmade", what, &format!("{place}: {stage}: {cause}"));
            }
            Event::Recycled => {
                let told =
                    self.is_verbose.then(|| "replaced a worker process whose memory had grown".to_owned());
                self.news("recycled", json!({}), told);
            }
            Event::Tick => {}
        }
        self.progress();
    }

    pub(super) fn work(&mut self, event: &WorkEvent<'_>) {
        match event {
            WorkEvent::Ready { queue, engine, results } => {
                let told = format!("reading pages of the queue {queue} with {engine}; results in {results}");
                let what = json!({ "queue": queue, "engine": engine, "results": results });
                self.news("ready", what, Some(told));
            }
            WorkEvent::Page(event) => self.tell(event),
            WorkEvent::Waits(cause) => {
                let told = format!("{cause}; retrying");
                self.news("store-silent", json!({ "cause": cause }), Some(told));
            }
            WorkEvent::Gone => {
                let told = "the connection to the queue server is lost; reconnecting".to_owned();
                self.news("server-gone", json!({}), Some(told));
            }
            WorkEvent::Back => {
                self.news(
                    "server-back",
                    json!({}),
                    Some("the connection to the queue server is restored".to_owned()),
                );
            }
            WorkEvent::Unacknowledged(cause) => {
                let told =
                    format!("{cause}: the page is finished but not acknowledged; it may be read again");
                self.news("unacknowledged", json!({ "cause": cause }), Some(told));
            }
        }
    }

    pub(super) fn worked(&mut self, worked: &Worked) {
        let Worked { read, dead, end } = worked;
        let aside = if *dead > 0 { format!(", {dead} set aside") } else { String::new() };
        let pages = if *read == 1 { "page" } else { "pages" };
        let what = json!({ "read": read, "dead": dead, "end": format!("{end:?}") });
        self.news("ended", what, Some(format!("{read} {pages} read{aside}")));
    }

    fn done(&mut self, place: &PageRef, reading: &Reading) {
        self.done += 1;
        let Reading { kept, outdated, lines, characters, doubtful, confidence, warnings, seconds, .. } =
            reading;
        let what = json!({ "kept": kept, "little_text": reading.little_text, "lines": lines, "characters": characters, "doubtful": doubtful,
            "confidence": confidence, "warnings": warnings, "seconds": seconds });
        let told = self.is_verbose.then(|| {
            format!(
                "{place}: {lines} lines, {characters} characters, {doubtful} doubtful, {warnings} warnings"
            )
        });
        self.news("done", with_place(place, what), told);
        if let (Form::Text, Some(told)) = (self.form, progress::little_text(place, reading)) {
            self.trouble("little-text", json!({}), &told);
        }
        for name in outdated {
            let told = progress::outdated(place, name);
            self.news("outdated", with_place(place, json!({ "name": name })), Some(told));
        }
    }

    fn progress(&mut self) {
        let now = clock::now();
        if self.form == Form::Json || self.is_quiet || self.is_verbose || now - self.told < EVERY {
            return;
        }
        self.told = now;
        complain(&self.standing(now));
    }

    fn standing(&self, now: f64) -> String {
        let rate = self.done as f64 / (now - self.began).max(1e-3);
        let all = self.done + self.before;
        if self.total == 0 {
            // A queue worker does not know the total.
            return format!("{all} pages, {rate:.2} pages/s");
        }
        let left = self.total.saturating_sub(all) as f64 / rate;
        let left = if left.is_finite() { format!(", {left:.0} s left") } else { String::new() };
        format!("{all}/{} pages, {rate:.2} pages/s{left}", self.total)
    }

    pub(super) fn finish(&mut self) {
        if self.form == Form::Text && !self.is_quiet {
            complain(&self.standing(clock::now()));
        }
    }

    pub(super) fn unseen(&mut self, error: &PageError) {
        let what = with_place(&error.place, json!({ "cause": error.cause.to_string() }));
        self.trouble("unseen", what, &error.to_string());
    }

    pub(super) fn ignored(&mut self, path: &Path) {
        let told = format!("{}: skipped", path.display());
        self.news("ignored", json!({ "path": path.to_string_lossy() }), Some(told));
    }

    pub(super) fn ignored_count(&mut self, files: usize, are_named: bool) {
        let how = if are_named { "" } else { " (--show-ignored lists them)" };
        let told = format!("{files} files in folders are not scans and were skipped{how}");
        self.news("ignored-files", json!({ "files": files }), Some(told));
    }

    pub(super) fn ended(&mut self, outcome: &Outcome, summary: &Path) {
        let Outcome { read, kept, failed, finished_before, failed_before, .. } = outcome;
        let Outcome { little_text, made, unmade, .. } = outcome;
        let done_before = finished_before - failed_before;
        let pages = if *read == 1 { "page" } else { "pages" };
        let mut told = format!("{read} {pages} read");
        for (number, what) in [
            (*little_text, "with ink and hardly any text"),
            (*failed, "failed"),
            (*kept, "kept unchanged"),
            (done_before, "done before"),
            (*failed_before, "set aside before (--retry-failed tries them again)"),
            (*made, "PDF written"),
            (*unmade, "PDF not written"),
        ] {
            if number > 0 {
                told.push_str(&format!(", {number} {what}"));
            }
        }
        told.push_str(&format!("; summary in {}", summary.display()));
        let what = json!({ "read": read, "little_text": little_text, "kept": kept, "failed": failed, "finished_before": finished_before,
            "failed_before": failed_before, "made": made, "unmade": unmade, "end": format!("{:?}", outcome.end), "summary": summary.to_string_lossy() });
        self.news("ended", what, Some(told));
    }

    /// Logs an event. The text is printed if there is one and the log is not quiet.
    fn news(&self, event: &str, what: Value, told: Option<String>) {
        match (self.form, told) {
            (Form::Json, _) => self.line(event, what),
            (Form::Text, Some(told)) if !self.is_quiet => complain(&told),
            (Form::Text, _) => {}
        }
    }

    /// Logs an event even if the log is quiet.
    fn trouble(&self, event: &str, what: Value, told: &str) {
        match self.form {
            Form::Json => self.line(event, what),
            Form::Text => complain(told),
        }
    }

    fn line(&self, event: &str, what: Value) {
        let mut line = Map::from_iter([
            ("time".to_owned(), json!((clock::now() * 1e3).round() / 1e3)),
            ("event".to_owned(), event.into()),
        ]);
        if let Value::Object(what) = what {
            line.extend(what);
        }
        complain(&Value::Object(line).to_string());
    }
}

fn with_place(place: &PageRef, mut what: Value) -> Value {
    what["path"] = place.path.to_string_lossy().into();
    what["page"] = place.page.into();
    what
}
