//! METS 1.12: the files of each page and the structure of the telegram.
//!
//! File groups have the usual names: `IMG` for scans, `JSON` for page records, and one group for each written format.
//! The physical structure map has one division per page with all of its files. The logical structure map has the
//! telegram with its paragraphs, each with pointers to its pages. Links are relative to the METS file if possible.
//! There are no dates, because the records have none.
//!
//! The identifier of the document (`OBJID`, and in the description, where OCR-D reads it) is a UUID derived from the
//! SHA-256 of the scans and from the page numbers. Equal pages have equal identifiers, regardless of the written
//! formats.

use super::xml::Xml;
use crate::names;
use crate::page::{Page, Telegram, TelegramRecord};
use crate::provenance::hexadecimal;
use crate::reviewed::signature;
use crate::scan::scheme;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// A file that belongs to a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageFile {
    /// File group: `IMG`, `JSON`, `REVIEW`, `ALTO` …
    pub group: String,
    /// MIME type.
    pub mime_type: String,
    /// Path relative to the METS file, or a URL.
    pub path: PathBuf,
    /// SHA-256 in hexadecimal, if known.
    pub sha256: Option<String>,
}

/// Serializes the METS document of a telegram, or of pages that are not a telegram. Each page has its files.
#[must_use]
pub fn write(pages: &[(&Page, Vec<PageFile>)], telegram: Option<&TelegramRecord>) -> Vec<u8> {
    let fields = telegram.map(|t| &t.telegram);
    let mut xml = Xml::new();
    let mut root = vec![
        ("xmlns:mets", "http://www.loc.gov/METS/".to_owned()),
        ("xmlns:xlink", "http://www.w3.org/1999/xlink".to_owned()),
        ("xmlns:mods", "http://www.loc.gov/mods/v3".to_owned()),
        ("OBJID", identifier(pages)),
    ];
    root.extend(label(fields).map(|label| ("LABEL", label)));
    xml.open("mets:mets", &root);
    header(&mut xml, pages);
    description(&mut xml, &identifier(pages), fields.unwrap_or(&Telegram::default()));
    files(&mut xml, pages);
    physical(&mut xml, pages);
    logical(&mut xml, pages, telegram);
    links(&mut xml, pages);
    xml.finish()
}

fn label(telegram: Option<&Telegram>) -> Option<String> {
    telegram.and_then(|t| t.subject.clone().or_else(|| t.number.map(|n| n.to_string())))
}

fn header(xml: &mut Xml, pages: &[(&Page, Vec<PageFile>)]) {
    let Some((page, _)) = pages.first() else { return };
    xml.open("mets:metsHdr", &[]);
    let kind = ("OTHERTYPE", "SOFTWARE".to_owned());
    xml.open("mets:agent", &[("TYPE", "OTHER".to_owned()), kind, ("ROLE", "CREATOR".to_owned())]);
    xml.leaf("mets:name", &[], &page.provenance.software);
    xml.close();
    let reviewers: BTreeSet<&str> = pages.iter().filter_map(|(page, _)| Some(signature(page)?.by)).collect();
    for name in reviewers {
        xml.open("mets:agent", &[("TYPE", "INDIVIDUAL".to_owned()), ("ROLE", "EDITOR".to_owned())]);
        xml.leaf("mets:name", &[], name);
        xml.close();
    }
    xml.close();
}

/// UUID as a URN (RFC 9562, version 8: application-defined): the first 16 bytes of a digest of the page sources.
fn identifier(pages: &[(&Page, Vec<PageFile>)]) -> String {
    let mut digest = Sha256::new();
    for (page, _) in pages {
        digest.update(format!("{} {}\n", page.source.sha256, page.source.page));
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finalize()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hexadecimal = hexadecimal(&bytes);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &hexadecimal[part]);
    format!("urn:uuid:{}", parts.join("-"))
}

/// Writes the identifier and the telegram fields as MODS 3.
fn description(xml: &mut Xml, identifier: &str, telegram: &Telegram) {
    xml.open("mets:dmdSec", &[("ID", "dmd".to_owned())]);
    xml.open("mets:mdWrap", &[("MDTYPE", "MODS".to_owned())]);
    xml.open("mets:xmlData", &[]);
    xml.open("mods:mods", &[]);
    if let Some(subject) = &telegram.subject {
        xml.open("mods:titleInfo", &[]);
        xml.leaf("mods:title", &[], subject);
        xml.close();
    }
    for (name, role) in [(&telegram.from, "cre"), (&telegram.to, "rcp")] {
        if let Some(name) = name {
            xml.open("mods:name", &[]);
            xml.leaf("mods:namePart", &[], name);
            xml.open("mods:role", &[]);
            let code = [("type", "code".to_owned()), ("authority", "marcrelator".to_owned())];
            xml.leaf("mods:roleTerm", &code, role);
            xml.close();
            xml.close();
        }
    }
    if let Some(date) = telegram.sent.as_ref().and_then(|s| s.date.as_ref()) {
        xml.open("mods:originInfo", &[]);
        xml.leaf("mods:dateCreated", &[("encoding", "w3cdtf".to_owned())], date);
        xml.close();
    }
    xml.leaf("mods:identifier", &[("type", "urn".to_owned())], identifier);
    if let Some(number) = telegram.number {
        xml.leaf("mods:identifier", &[("type", "telegram-number".to_owned())], &number.to_string());
    }
    let access = [&telegram.classification, &telegram.distribution];
    for condition in access.into_iter().flatten() {
        xml.leaf("mods:accessCondition", &[], condition);
    }
    (0..4).for_each(|_| xml.close());
}

fn file_id(page: usize, file: usize) -> String {
    format!("p{:04}-f{file}", page + 1)
}

fn page_id(page: usize) -> String {
    format!("p{:04}", page + 1)
}

fn files(xml: &mut Xml, pages: &[(&Page, Vec<PageFile>)]) {
    let mut groups: Vec<&str> = Vec::new();
    for file in pages.iter().flat_map(|(_, files)| files) {
        if !groups.contains(&file.group.as_str()) {
            groups.push(&file.group);
        }
    }
    // METS does not allow an empty section.
    if groups.is_empty() {
        return;
    }
    xml.open("mets:fileSec", &[]);
    for group in groups {
        xml.open("mets:fileGrp", &[("USE", group.to_owned())]);
        for (p, (_, files)) in pages.iter().enumerate() {
            for (f, file) in files.iter().enumerate().filter(|(_, file)| file.group == group) {
                let mut attributes = vec![("ID", file_id(p, f)), ("MIMETYPE", file.mime_type.clone())];
                if let Some(sha256) = &file.sha256 {
                    attributes.push(("CHECKSUM", sha256.clone()));
                    attributes.push(("CHECKSUMTYPE", "SHA-256".to_owned()));
                }
                xml.open("mets:file", &attributes);
                let mut location = vec![("LOCTYPE", "URL".to_owned())];
                if scheme(&file.path).is_none() {
                    location = vec![("LOCTYPE", "OTHER".to_owned()), ("OTHERLOCTYPE", "FILE".to_owned())];
                }
                location.push(("xlink:href", names::url(&file.path)));
                xml.empty("mets:FLocat", &location);
                xml.close();
            }
        }
        xml.close();
    }
    xml.close();
}

fn physical(xml: &mut Xml, pages: &[(&Page, Vec<PageFile>)]) {
    xml.open("mets:structMap", &[("TYPE", "PHYSICAL".to_owned())]);
    xml.open("mets:div", &[("ID", "physical".to_owned()), ("TYPE", "physSequence".to_owned())]);
    for (p, (page, files)) in pages.iter().enumerate() {
        xml.open(
            "mets:div",
            &[
                ("ID", page_id(p)),
                ("TYPE", "page".to_owned()),
                ("ORDER", (p + 1).to_string()),
                ("ORDERLABEL", page.source.page.to_string()),
            ],
        );
        for f in 0..files.len() {
            xml.empty("mets:fptr", &[("FILEID", file_id(p, f))]);
        }
        xml.close();
    }
    xml.close();
    xml.close();
}

fn logical(xml: &mut Xml, pages: &[(&Page, Vec<PageFile>)], telegram: Option<&TelegramRecord>) {
    xml.open("mets:structMap", &[("TYPE", "LOGICAL".to_owned())]);
    let kind = if telegram.is_some() { "telegram" } else { "document" };
    let mut attributes = vec![("ID", "logical".to_owned()), ("TYPE", kind.to_owned())];
    let fields = telegram.map(|t| &t.telegram);
    attributes.push(("DMDID", "dmd".to_owned()));
    attributes.extend(label(fields).map(|label| ("LABEL", label)));
    xml.open("mets:div", &attributes);
    // A line reference in a paragraph starts with the page number.
    let at = |line: &String| {
        let number = line.split('/').next()?.parse::<u32>().ok()?;
        pages.iter().position(|(page, _)| page.source.page == number)
    };
    for (order, paragraph) in fields.into_iter().flat_map(|t| &t.paragraphs).enumerate() {
        let mut on: Vec<usize> = paragraph.lines.iter().filter_map(at).collect();
        on.dedup();
        let mut attributes = vec![("TYPE", "paragraph".to_owned()), ("ORDER", (order + 1).to_string())];
        attributes.extend(paragraph.speaker.clone().map(|speaker| ("LABEL", speaker)));
        xml.open("mets:div", &attributes);
        // Point to the page records, which contain the lines.
        for p in on {
            if let Some(f) = pages[p].1.iter().position(|file| file.group == "JSON") {
                xml.empty("mets:fptr", &[("FILEID", file_id(p, f))]);
            }
        }
        xml.close();
    }
    xml.close();
    xml.close();
}

/// Links the telegram to all of its pages.
fn links(xml: &mut Xml, pages: &[(&Page, Vec<PageFile>)]) {
    if pages.is_empty() {
        return;
    }
    xml.open("mets:structLink", &[]);
    for p in 0..pages.len() {
        let from = ("xlink:from", "logical".to_owned());
        xml.empty("mets:smLink", &[from, ("xlink:to", page_id(p))]);
    }
    xml.close();
}
