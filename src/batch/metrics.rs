//! Metrics for Prometheus, as a file for the textfile collector of its node exporter.
//!
//! The format is Prometheus text format 0.0.4: a HELP line, a TYPE line, then name and value.

use super::database::Status;
use super::output::{OutputError, write_whole};
use std::fmt::Write;
use std::path::Path;

/// Writes the metrics atomically, because the exporter may read the file at any moment.
///
/// # Errors
/// The file cannot be written.
pub fn write_metrics(path: &Path, status: &Status) -> Result<(), OutputError> {
    write_whole(path, metrics(status).as_bytes())
}

fn metrics(status: &Status) -> String {
    let mut text = String::new();
    let states = [
        ("done", status.done),
        ("failed", status.failed),
        ("in_work", status.in_work),
        ("waiting", status.waiting),
    ];
    head(
        &mut text,
        "denshin_pages",
        "gauge",
        "Pages by state. A file whose pages are not counted yet counts as one page.",
    );
    for (state, pages) in states {
        let _ = writeln!(text, "denshin_pages{{state=\"{state}\"}} {pages}");
    }
    let is_running = f64::from(u8::from(status.state == "running"));
    let figures = [
        ("denshin_running", "gauge", "1 while a run is active.", is_running),
        (
            "denshin_pages_per_second",
            "gauge",
            "Reading rate over the last five minutes.",
            status.pages_per_second,
        ),
        (
            "denshin_seconds_left",
            "gauge",
            "Estimated time left at this rate; NaN if the rate is 0.",
            status.seconds_left.unwrap_or(f64::NAN),
        ),
        ("denshin_run_seconds", "gauge", "Duration of the latest run.", status.seconds),
        ("denshin_characters", "gauge", "Characters read.", status.characters as f64),
        (
            "denshin_doubtful_characters",
            "gauge",
            "Characters with a confidence below 0.9.",
            status.doubtful as f64,
        ),
        ("denshin_warnings", "gauge", "Warnings in page records.", status.warnings as f64),
    ];
    for (name, kind, help, value) in figures {
        head(&mut text, name, kind, help);
        let _ = writeln!(text, "{name} {value}");
    }
    text
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_its_type_and_value() {
        let status = Status { done: 3, state: "finished".into(), ..Status::default() };
        let text = metrics(&status);
        assert!(text.contains("# TYPE denshin_pages gauge\ndenshin_pages{state=\"done\"} 3\n"), "{text}");
        assert!(
            text.contains("denshin_seconds_left NaN\n") && text.contains("denshin_running 0\n"),
            "{text}"
        );
        let values = text.lines().filter(|l| !l.starts_with('#')).map(|l| l.rsplit(' ').next().unwrap());
        assert!(values.into_iter().all(|value| value.parse::<f64>().is_ok()), "{text}");
    }
}
