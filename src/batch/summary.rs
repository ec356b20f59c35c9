//! Summary of a batch as one web page: figures, failures, and thumbnails of the pages with the lowest confidence.
//!
//! A worker process makes the thumbnails from the scans. A scan that crashes a decoder leaves a gap.

use super::database::{Failure, Status, Worst};
use super::output::{OutputError, write_whole};
use super::protocol::{JobConfig, Reply, Request};
use super::worker_process::{Worker, WorkerOptions};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Name of the summary in the output folder.
pub const SUMMARY: &str = "summary.html";

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:70em;margin:2em auto;padding:0 1em}\
    table{border-collapse:collapse}td,th{padding:.2em .8em;text-align:left;vertical-align:top;border-bottom:1px solid #ccc}\
    td.n{text-align:right}figure{display:inline-block;margin:.5em;width:240px;vertical-align:top}\
    figure img{max-width:240px;max-height:320px;border:1px solid #ccc}figcaption{font-size:80%;overflow-wrap:anywhere}";

/// Writes the summary and returns its path.
///
/// # Errors
/// The file cannot be written, or no worker process can be started.
pub fn write_summary(
    status: &Status,
    config: &JobConfig,
    options: &WorkerOptions<'_>,
) -> Result<PathBuf, OutputError> {
    let path = Path::new(&config.output).join(SUMMARY);
    let mut worker = None;
    let mut pictures = Vec::new();
    for worst in &status.worst {
        if worker.is_none() {
            worker = Some(Worker::start(options, config)?);
        }
        let picture = worker.as_mut().and_then(|worker| picture(worker, worst, options));
        // A worker process that returned no thumbnail may have ended.
        worker = worker.filter(|_| picture.is_some());
        pictures.push(picture);
    }
    write_whole(&path, page(status, &pictures).as_bytes())?;
    Ok(path)
}

fn picture(worker: &mut Worker, worst: &Worst, options: &WorkerOptions<'_>) -> Option<String> {
    worker.ask(&Request::Picture { path: worst.path.clone().into(), page: worst.page });
    match worker.wait(options, (options.steady)() + options.page_seconds) {
        Ok(Reply::Picture(jpeg)) => Some(jpeg),
        _ => None,
    }
}

fn page(status: &Status, pictures: &[Option<String>]) -> String {
    let mut html = String::new();
    let _ = write!(
        html,
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>denshin: summary</title><style>{STYLE}</style>\n\
         <h1>{} of {} pages read</h1>\n<table>\n",
        status.done, status.pages
    );
    let figures = [
        ("state", status.state.clone()),
        ("pages with results", status.done.to_string()),
        ("of these, kept from earlier results", status.kept.to_string()),
        ("set aside", status.failed.to_string()),
        ("documents not written", status.unmade.to_string()),
        ("not read", (status.waiting + status.in_work).to_string()),
        ("characters", status.characters.to_string()),
        ("of these, with a confidence below 0.9", status.doubtful.to_string()),
        ("warnings", status.warnings.to_string()),
        ("pages with ink and hardly any text", status.little_text.to_string()),
        ("pages per second", format!("{:.2}", status.pages_per_second)),
        ("duration of the latest run in seconds", format!("{:.0}", status.seconds)),
    ];
    for (name, value) in figures {
        let _ = writeln!(html, "<tr><th>{name}<td class=\"n\">{}", escaped(&value));
    }
    html.push_str("</table>\n");
    failures(&mut html, &status.failures, status.failed + status.unmade);
    if !status.worst.is_empty() {
        html.push_str("<h2>Pages with the lowest confidence</h2>\n");
        for (worst, picture) in status.worst.iter().zip(pictures) {
            figure(&mut html, worst, picture.as_deref());
        }
    }
    html.push_str("</html>\n");
    html
}

fn failures(html: &mut String, failures: &[Failure], all: u64) {
    if failures.is_empty() {
        return;
    }
    let _ = writeln!(
        html,
        "<h2>Set aside: {all}</h2>\n<table><tr><th>file<th>page<th>stage<th>cause<th>attempts"
    );
    for f in failures {
        let page = f.page.map(|page| page.to_string()).unwrap_or_default();
        let (path, stage, cause) = (escaped(&f.path), escaped(&f.stage), escaped(&f.cause));
        let _ = writeln!(html, "<tr><td>{path}<td>{page}<td>{stage}<td>{cause}<td>{}", f.attempts);
    }
    html.push_str("</table>\n");
    if all > failures.len() as u64 {
        let _ = writeln!(html, "<p>Only the first {} are listed.", failures.len());
    }
}

fn figure(html: &mut String, worst: &Worst, picture: Option<&str>) {
    let image = picture.map_or_else(
        || "<p>no thumbnail".to_owned(),
        |jpeg| format!("<img alt=\"\" src=\"data:image/jpeg;base64,{jpeg}\">"),
    );
    let confidence = worst.confidence.map(|c| format!(", confidence {c:.3}")).unwrap_or_default();
    let little = if worst.little_text { ", ink and hardly any text" } else { "" };
    let _ = writeln!(
        html,
        "<figure>{image}<figcaption>{}, page {}{confidence}: {} of {} characters with a confidence below 0.9, {} warnings{little}</figcaption></figure>",
        escaped(&worst.path),
        worst.page,
        worst.doubtful,
        worst.characters,
        worst.warnings
    );
}

/// Escapes text for HTML, since file names may contain any character.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_cannot_write_html() {
        let failure = Failure {
            path: "<script>.tif".into(),
            page: None,
            stage: "scan".into(),
            cause: "a & b".into(),
            attempts: 2,
        };
        let status = Status { failed: 1, failures: vec![failure], ..Status::default() };
        let html = page(&status, &[]);
        assert!(html.contains("&lt;script&gt;.tif") && html.contains("a &amp; b"), "{html}");
        assert!(!html.contains("<script>"), "{html}");
    }
}
