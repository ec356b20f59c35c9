//! What is made of a whole telegram: its record, and the METS document that names its files.

use super::{Read, save};
use denshin::join::join;
use denshin::page::{Page, TelegramRecord};
use denshin::write::mets::{self, PageFile};
use denshin::write::{Format, names, write_telegram};
use std::path::{Component, Path, PathBuf};

/// The pages of each telegram of a file, with its name and its record.
fn telegrams<'a>(pages: &'a [Read<'a>]) -> Vec<(PathBuf, Vec<&'a Read<'a>>, Option<TelegramRecord>)> {
    let bare: Vec<Page> = pages.iter().map(|(_, page)| page.clone()).collect();
    let joined = join(&bare);
    let alone = joined.len() == 1;
    let named = |(group, record): (Vec<usize>, Option<TelegramRecord>)| {
        let members: Vec<&Read<'_>> = group.into_iter().map(|i| &pages[i]).collect();
        let first = &members[0].0.stem;
        // The file's name where it is one telegram; else the name of the telegram's first page.
        let stem = if alone && pages.len() > 1 { names::without_page(first) } else { first.clone() };
        (stem, members, record)
    };
    joined.into_iter().map(named).collect()
}

/// A record for each telegram; pages that are none give none.
pub(super) fn write_records(output: &Path, pages: &[Read<'_>]) -> anyhow::Result<()> {
    for (stem, _, record) in telegrams(pages) {
        if let Some(record) = record {
            save(output, &names::result(&stem, 1, 1, "telegram.json"), &write_telegram(&record))?;
        }
    }
    Ok(())
}

/// A METS document for each telegram, and for each page that is none.
pub(super) fn write_mets(output: &Path, pages: &[Read<'_>], formats: &[Format]) -> anyhow::Result<()> {
    for (stem, members, record) in telegrams(pages) {
        let name = names::result(&stem, 1, 1, "mets.xml");
        let path = output.join(&name);
        let folder = path.parent().unwrap_or(output);
        let files = |read: &&Read<'_>| files(read, output, folder, formats);
        let all: Vec<_> = members.iter().map(|read| (&read.1, files(read))).collect();
        save(output, &name, &mets::write(&all, record.as_ref()))?;
    }
    Ok(())
}

/// The files of a page: its scan, its record, and what was written of it in this run.
fn files((record, page): &Read<'_>, output: &Path, folder: &Path, formats: &[Format]) -> Vec<PageFile> {
    let file = |group: &str, mime_type: &str, path: &Path, sha256: Option<String>| PageFile {
        group: group.to_owned(),
        mime_type: mime_type.to_owned(),
        path: seen_from(folder, path),
        sha256,
    };
    let scan = Path::new(&page.source.path);
    let mut all = vec![
        file("IMG", scan_type(scan), scan, Some(page.source.sha256.clone())),
        file("JSON", Format::Json.mime_type(), &record.path, None),
    ];
    for format in formats.iter().filter(|f| **f != Format::Json) {
        let path = output.join(names::result(&record.stem, 1, 1, format.extension()));
        all.push(file(&format.name().to_uppercase(), format.mime_type(), &path, None));
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

/// A path relative to a folder, where both are known; else as given.
fn seen_from(folder: &Path, path: &Path) -> String {
    let as_given = || path.to_string_lossy().into_owned();
    let absolute = |p: &Path| p.canonicalize().or_else(|_| std::path::absolute(p));
    let (Ok(folder), Ok(path)) = (absolute(folder), absolute(path)) else { return as_given() };
    let is_name = |c: &Component<'_>| matches!(c, Component::Normal(_));
    let (from, to): (Vec<_>, Vec<_>) = (folder.components().collect(), path.components().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    // Nothing in common but the root: another place altogether.
    if !from.iter().take(shared).any(is_name) {
        return as_given();
    }
    let up = std::iter::repeat_n("..", from.len() - shared).map(PathBuf::from);
    let relative: PathBuf = up.chain(to[shared..].iter().map(PathBuf::from)).collect();
    relative.to_string_lossy().replace('\\', "/")
}
