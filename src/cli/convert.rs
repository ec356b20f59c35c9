//! `denshin convert`: converts page records to other formats without reading the scans again.

mod records;
mod scans;
mod telegrams;

use super::passwords::PasswordArguments;
use super::{Exit, complain};
use anyhow::{Context, bail};
use clap::Args;
use denshin::batch::Unwritten;
use denshin::names;
use denshin::page::Page;
use denshin::relative_path::RelativePath;
use denshin::reviewed::Text;
use denshin::scan::{ScanOptions, seen_from};
use denshin::write::{Format, pdf, write, write_table};
use records::{File, Record, find_records};
use scans::Scans;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::str::FromStr;

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    denshin convert out --format alto,page -o xml\n  \
    denshin convert out --format csv -o .                # telegrams.csv: all header fields\n  \
    denshin convert out --format pdf -o pdf --scans /archive/scans\n\n\
    Results are named after their records. A PDF, a table, a METS file and a telegram contain several pages. Reviews \
    (NAME.review.json beside NAME.json) are applied, and header fields are parsed again from the corrected text. Only the \
    searchable PDF needs the scans. A scan is searched for at the path in the record and below --scans, and identified by \
    its SHA-256, whatever its name.")]
pub(super) struct Arguments {
    /// Page records (JSON), or folders to search for them
    #[arg(required = true, value_name = "RECORDS")]
    records: Vec<PathBuf>,
    /// Formats: json, text, hocr, alto, page, tei per page; csv, pdf, telegram, mets for several pages
    #[arg(long, value_delimiter = ',', required = true, value_name = "LIST")]
    format: Vec<Target>,
    /// Output folder, created if needed
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Ignore reviews and use the text as the machine read it
    #[arg(long)]
    as_read: bool,
    /// Folder of the scans, for pdf and for links to scans [default: the paths in the records]
    #[arg(long, value_name = "DIR")]
    scans: Option<PathBuf>,
    #[command(flatten)]
    passwords: PasswordArguments,
    /// Print errors only
    #[arg(short, long)]
    quiet: bool,
}

/// An output format: one file per page, or one for several pages.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Page(Format),
    /// One table of all pages.
    Table,
    /// One document per file of scans.
    Pdf,
    /// One record per telegram, its pages joined.
    Telegram,
    /// One document per telegram that lists its files.
    Mets,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "csv" => Ok(Self::Table),
            "pdf" => Ok(Self::Pdf),
            "telegram" => Ok(Self::Telegram),
            "mets" => Ok(Self::Mets),
            _ => Format::from_str(name).map(Self::Page).map_err(|e| e.replace(')', ", pdf, telegram, mets)")),
        }
    }
}

/// A page and its record.
type Read<'a> = (&'a Record, Page);

/// Counters of a run.
#[derive(Default)]
struct Tally {
    pages: usize,
    failed: usize,
    /// Pages whose review was applied.
    reviewed: usize,
    /// Pages whose review was not applied, because it belongs to an earlier record.
    outdated: usize,
}

impl Tally {
    fn fail(&mut self, error: &anyhow::Error) {
        complain(&format!("denshin: {error:#}"));
        self.failed += 1;
    }

    /// Counts a file that cannot be written.
    ///
    /// # Errors
    /// No other file can be written either.
    fn note(&mut self, written: anyhow::Result<()>) -> anyhow::Result<()> {
        match written {
            Err(error) if !matches!(error.downcast_ref(), Some(Unwritten::Anywhere(_))) => {
                self.fail(&error);
                Ok(())
            }
            other => other,
        }
    }

    /// The summary line.
    fn summary(&self, output: &Path) -> String {
        let pages = |n: usize| if n == 1 { "1 page".to_owned() } else { format!("{n} pages") };
        let mut line = format!("{} converted", pages(self.pages));
        if self.failed > 0 {
            line += &format!(", {} failed", self.failed);
        }
        if self.reviewed > 0 {
            line += &format!("; {} as reviewed", pages(self.reviewed));
        }
        if self.outdated > 0 {
            line += &format!("; {} as read, with a review of an earlier record", pages(self.outdated));
        }
        line + &format!("; results in {}", output.display())
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let output = &arguments.output;
    std::fs::create_dir_all(output).with_context(|| {
        format!("{}: the folder cannot be created (choose another folder with -o)", output.display())
    })?;
    let mut tally = Tally::default();
    let files = find_records(&arguments.records, &mut |error| tally.fail(&error));
    if files.is_empty() && tally.failed == 0 {
        bail!("no page records found (denshin read writes them: NAME.json)");
    }
    let options = ScanOptions { passwords: arguments.passwords.passwords()?, ..ScanOptions::default() };
    let scans = Scans::new(arguments.scans.clone(), options);
    let mut table = Vec::new();
    for file in &files {
        convert_file(arguments, file, &scans, &mut tally, &mut table)?;
    }
    if arguments.format.contains(&Target::Table) {
        tally.note(save(output, Path::new("telegrams.csv"), &write_table(&table)))?;
    }
    if !arguments.quiet {
        complain(&tally.summary(output));
    }
    Ok(if tally.failed + tally.outdated > 0 { Exit::SomeFailed } else { Exit::Success })
}

/// Writes the formats of one file and adds its rows to the table.
///
/// # Errors
/// Nothing can be written. Errors of a record or a scan are counted, and the other files continue.
fn convert_file(
    arguments: &Arguments,
    file: &File,
    scans: &Scans,
    tally: &mut Tally,
    table: &mut Vec<Page>,
) -> anyhow::Result<()> {
    let output = &arguments.output;
    let (pages, reviewed) = read_pages(arguments, file, tally);
    let mut written = Vec::new();
    for target in &arguments.format {
        match target {
            Target::Page(format) => {
                write_pages(output, &pages, *format, scans, tally)?;
                written.push(*format);
            }
            // An incomplete document would pass for a complete one. The damaged record is already reported.
            Target::Pdf if pages.len() < file.records.len() => {}
            Target::Pdf => {
                let name = names::result(&file.stem, 1, 1, "pdf");
                match make_pdf(&pages, scans, &output.join(&name)) {
                    Ok(pdf) => tally.note(save(output, &name, &pdf))?,
                    Err(error) => tally.fail(&error),
                }
            }
            Target::Telegram => tally.note(telegrams::write_records(output, &pages))?,
            Target::Table => table.extend(pages.iter().map(|(_, page)| without_glyphs(page))),
            // METS is written last, because it lists the files of the other formats.
            Target::Mets => {}
        }
    }
    if arguments.format.contains(&Target::Mets) {
        let named = telegrams::Named { formats: &written, reviewed: &reviewed, scans };
        tally.note(telegrams::write_mets(output, &pages, &named))?;
    }
    tally.pages += pages.len();
    Ok(())
}

/// The pages of a file, and the paths of the records whose review was applied.
fn read_pages<'a>(
    arguments: &Arguments,
    file: &'a File,
    tally: &mut Tally,
) -> (Vec<Read<'a>>, HashSet<&'a Path>) {
    let text = if arguments.as_read { Text::AsRead } else { Text::Reviewed };
    let (mut pages, mut reviewed) = (Vec::new(), HashSet::new());
    for record in &file.records {
        let taken = match record.read(text) {
            Ok(taken) => taken,
            Err(error) => {
                tally.fail(&error);
                continue;
            }
        };
        if taken.is_reviewed {
            reviewed.insert(record.path.as_path());
        }
        if let Some(outdated) = taken.outdated {
            complain(&format!("denshin: {}: {outdated}", record.path.display()));
            tally.outdated += 1;
        }
        pages.push((record, taken.page));
    }
    tally.reviewed += reviewed.len();
    (pages, reviewed)
}

/// A page for the table, without glyphs, to save memory with a hundred thousand pages.
fn without_glyphs(page: &Page) -> Page {
    let mut page = page.clone();
    page.regions.iter_mut().flat_map(|r| &mut r.lines).for_each(|l| l.glyphs = Vec::new());
    page
}

fn write_pages(
    output: &Path,
    pages: &[Read<'_>],
    format: Format,
    scans: &Scans,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    for (record, page) in pages {
        let Some(name) = own_name(output, record, format) else { continue };
        let path = output.join(&name);
        let folder = path.parent().unwrap_or(output);
        let image = match format.names_image() {
            true => seen_from(folder, &scans.place(&page.source, &record.path)),
            false => PathBuf::new(),
        };
        tally.note(save(output, &name, &write(page, format, &image)))?;
    }
    Ok(())
}

/// File name of a page in a format; `None` if the file is the record itself, which is never replaced.
fn own_name(output: &Path, record: &Record, format: Format) -> Option<PathBuf> {
    let name = names::result(&record.stem, 1, 1, format.extension());
    let path = output.join(&name);
    let is_record = path.canonicalize().is_ok_and(|p| record.path.canonicalize().is_ok_and(|r| r == p));
    (!is_record).then_some(name)
}

/// The PDF of all pages of a file, if the target may be written.
fn make_pdf(pages: &[Read<'_>], scans: &Scans, place: &Path) -> anyhow::Result<Vec<u8>> {
    let (record, page) = pages.first().context("no record of the file can be read")?;
    let mut scan = scans.open(&page.source, &record.path)?;
    pdf::check_place(place, &scan.path)?;
    let pages: Vec<&Page> = pages.iter().map(|(_, page)| page).collect();
    pdf::of_file(&pages, &mut scan.file)
        .with_context(|| format!("{}: the scan of {}", scan.path.display(), record.path.display()))
}

/// Writes a file below the output folder atomically.
fn save(output: &Path, name: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let name = RelativePath::new(name).with_context(|| name.display().to_string())?;
    Ok(denshin::batch::save(output, &name, bytes)?)
}
