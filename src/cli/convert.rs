//! `denshin convert`: page records into other formats, without reading the scans again.

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
    denshin convert out --format csv -o .                # telegrams.csv: the fields of all headers\n  \
    denshin convert out --format pdf -o pdf --scans /archive/scans\n\n\
    Results have the names of their records; a PDF, a table, a METS file and a telegram hold several pages. Pages are as \
    reviewed (NAME.review.json beside NAME.json), with their header fields read anew from the corrected text. Only the \
    searchable PDF is made of the scans; links to them lead to the file that was read, told by its SHA-256: where the \
    records say, or below --scans, whatever its name.")]
pub(super) struct Arguments {
    /// Page records (JSON), or folders that are searched for them
    #[arg(required = true, value_name = "RECORDS")]
    records: Vec<PathBuf>,
    /// What to write: json, text, hocr, alto, page, tei; of several pages csv, pdf, telegram, mets
    #[arg(long, value_delimiter = ',', required = true, value_name = "LIST")]
    format: Vec<Target>,
    /// Folder for the results, made if it is not there
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Take the text as the machine read it, whatever reviews there are
    #[arg(long)]
    as_read: bool,
    /// Folder of the scans, for pdf and for links to them [default: where the records say]
    #[arg(long, value_name = "DIR")]
    scans: Option<PathBuf>,
    #[command(flatten)]
    passwords: PasswordArguments,
    /// Say nothing but errors
    #[arg(short, long)]
    quiet: bool,
}

/// What is made: of each page, or of several.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Page(Format),
    /// One table of all pages.
    Table,
    /// One document a file of scans.
    Pdf,
    /// One record a telegram, its pages joined.
    Telegram,
    /// One document a telegram that ties its files together.
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

/// A page, and where its record lies.
type Read<'a> = (&'a Record, Page);

/// What was done so far.
#[derive(Default)]
struct Tally {
    pages: usize,
    failed: usize,
    /// Pages as reviewed.
    reviewed: usize,
    /// Pages as read, because their review is of an earlier record.
    outdated: usize,
}

impl Tally {
    fn fail(&mut self, error: &anyhow::Error) {
        complain(&format!("denshin: {error:#}"));
        self.failed += 1;
    }

    /// Counts a file that is not written although others can be.
    ///
    /// # Errors
    /// Where no other can be written either.
    fn note(&mut self, written: anyhow::Result<()>) -> anyhow::Result<()> {
        match written {
            Err(error) if !matches!(error.downcast_ref(), Some(Unwritten::Anywhere(_))) => {
                self.fail(&error);
                Ok(())
            }
            other => other,
        }
    }

    /// What was done, in a line.
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
    std::fs::create_dir_all(output)
        .with_context(|| format!("{}: cannot be made (choose another folder with -o)", output.display()))?;
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

/// Makes what is made of the pages of one file, and gathers its rows of the table.
///
/// # Errors
/// Where nothing can be written any more; what is wrong with a record or a scan is counted, and the others go on.
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
            // Half a document would pass for a whole one; what is damaged was named above.
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
            // Last, since it names the files of the others.
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

/// The pages of a file, and the records of those that are as reviewed.
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

/// What a table is made of: boxes of a hundred thousand pages need not be in memory at once.
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

/// The name of a page in a format; none where the record itself lies, which is never replaced.
fn own_name(output: &Path, record: &Record, format: Format) -> Option<PathBuf> {
    let name = names::result(&record.stem, 1, 1, format.extension());
    let path = output.join(&name);
    let is_record = path.canonicalize().is_ok_and(|p| record.path.canonicalize().is_ok_and(|r| r == p));
    (!is_record).then_some(name)
}

/// One document of all pages of a file, for a place where it may be written.
fn make_pdf(pages: &[Read<'_>], scans: &Scans, place: &Path) -> anyhow::Result<Vec<u8>> {
    let (record, page) = pages.first().context("none of the file's records can be read")?;
    let mut scan = scans.open(&page.source, &record.path)?;
    pdf::check_place(place, &scan.path)?;
    let pages: Vec<&Page> = pages.iter().map(|(_, page)| page).collect();
    pdf::of_file(&pages, &mut scan.file)
        .with_context(|| format!("{}: the scan of {}", scan.path.display(), record.path.display()))
}

/// Writes a file below the folder of results, whole or not at all.
fn save(output: &Path, name: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let name = RelativePath::new(name).with_context(|| name.display().to_string())?;
    Ok(denshin::batch::save(output, &name, bytes)?)
}
