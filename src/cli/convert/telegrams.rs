//! Formats of whole telegrams: the telegram record, and the METS document that lists its files.

use super::{Read, Scans, own_name, save};
use denshin::join::join;
use denshin::names;
use denshin::page::{Page, TelegramRecord};
use denshin::reviewed::review_path;
use denshin::scan::seen_from;
use denshin::write::mets::{self, PageFile};
use denshin::write::{Format, write_telegram};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The telegrams of a file: stem, pages and record.
fn telegrams<'a>(pages: &'a [Read<'a>]) -> Vec<(PathBuf, Vec<&'a Read<'a>>, Option<TelegramRecord>)> {
    let bare: Vec<Page> = pages.iter().map(|(_, page)| page.clone()).collect();
    let joined = join(&bare);
    let alone = joined.len() == 1;
    let named = |(group, record): (Vec<usize>, Option<TelegramRecord>)| {
        let members: Vec<&Read<'_>> = group.into_iter().map(|i| &pages[i]).collect();
        let first = &members[0].0.stem;
        // The stem is that of the file if it has one telegram, else that of the telegram's first page.
        let stem = if alone && pages.len() > 1 { names::without_page(first) } else { first.clone() };
        (stem, members, record)
    };
    joined.into_iter().map(named).collect()
}

/// Writes a record for each telegram. Pages that are not part of a telegram have none.
pub(super) fn write_records(output: &Path, pages: &[Read<'_>]) -> anyhow::Result<()> {
    for (stem, _, record) in telegrams(pages) {
        if let Some(record) = record {
            save(output, &names::result(&stem, 1, 1, "telegram.json"), &write_telegram(&record))?;
        }
    }
    Ok(())
}

/// Further inputs of a METS document.
pub(super) struct Named<'a> {
    /// Formats written in this run.
    pub(super) formats: &'a [Format],
    /// Records whose review was applied.
    pub(super) reviewed: &'a HashSet<&'a Path>,
    pub(super) scans: &'a Scans,
}

/// Writes a METS document for each telegram, and for each page that is not part of one.
pub(super) fn write_mets(output: &Path, pages: &[Read<'_>], named: &Named<'_>) -> anyhow::Result<()> {
    for (stem, members, record) in telegrams(pages) {
        let name = names::result(&stem, 1, 1, "mets.xml");
        let path = output.join(&name);
        let folder = path.parent().unwrap_or(output);
        let files = |read: &&Read<'_>| files(read, output, folder, named);
        let all: Vec<_> = members.iter().map(|read| (&read.1, files(read))).collect();
        save(output, &name, &mets::write(&all, record.as_ref()))?;
    }
    Ok(())
}

/// The files of a page: the scan, the record, the review if it was applied, and the formats written in this run.
fn files((record, page): &Read<'_>, output: &Path, folder: &Path, named: &Named<'_>) -> Vec<PageFile> {
    let file = |group: &str, mime_type: &str, path: &Path, sha256: Option<String>| PageFile {
        group: group.to_owned(),
        mime_type: mime_type.to_owned(),
        path: seen_from(folder, path),
        sha256,
    };
    let scan = named.scans.place(&page.source, &record.path);
    let mut all = vec![file("IMG", scan_type(&scan), &scan, Some(page.source.sha256.clone()))];
    let json = Format::Json.mime_type();
    let written =
        |format: Format| own_name(output, record, format).filter(|_| named.formats.contains(&format));
    all.push(file(
        "JSON",
        json,
        &written(Format::Json).map_or_else(|| record.path.clone(), |name| output.join(name)),
        None,
    ));
    if named.reviewed.contains(record.path.as_path()) {
        all.push(file("REVIEW", json, &review_path(&record.path), None));
    }
    for format in named.formats.iter().filter(|f| **f != Format::Json) {
        if let Some(name) = written(*format) {
            all.push(file(&format.name().to_uppercase(), format.mime_type(), &output.join(name), None));
        }
    }
    all
}

fn scan_type(path: &Path) -> &'static str {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("png") => "image/png",
        Some("jpg" | "jpeg" | "jpe" | "jfif") => "image/jpeg",
        Some("tif" | "tiff") => "image/tiff",
        Some("pdf") => "application/pdf",
        Some("jp2" | "jpf" | "jpx") => "image/jp2",
        Some("bmp") => "image/bmp",
        Some("webp") => "image/webp",
        _ => "application/octet-stream",
    }
}
