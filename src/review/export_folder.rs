//! Writes the export into a folder. Each file is written atomically. A page that cannot be written is reported, and the
//! export continues.

use super::export::{LineImage, line_images, reference_json, reference_text};
use super::store::write_whole;
use super::workspace::{Opened, Workspace, WorkspaceError};
use crate::raster::Pixels;
use crate::relative_path::RelativePath;
use std::io::Cursor;
use std::path::Path;

/// Which pages to export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Pages marked done: only these can serve as references.
    Done,
    /// All saved pages, done or not.
    Saved,
}

/// What to export of each page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export {
    /// `references/NAME.gt.txt` and `.gt.json`. They have their own folder because `evaluate` would take the texts
    /// of lines, which end in `.gt.txt` too, for pages.
    References,
    /// `lines/NAME/LINE.png` and `.gt.txt`.
    Lines,
}

/// Result of an export.
#[derive(Debug, Default)]
pub struct Exported {
    /// Number of pages written.
    pub pages: usize,
    /// Number of line images written.
    pub lines: usize,
    /// Failed pages: name and reason.
    pub failed: Vec<(String, String)>,
}

/// Exports the pages of a workspace. [`Workspace::read_list`] must have finished.
pub fn export(workspace: &Workspace, folder: &Path, of: Of, what: &[Export]) -> Exported {
    let is_wanted = |e: &super::Entry| match of {
        Of::Done => e.review.done,
        Of::Saved => e.review.revision > 0,
    };
    let pages: Vec<(String, String)> = workspace.with_index(|index| {
        index.entries().iter().filter(|e| is_wanted(e)).map(|e| (e.id.clone(), e.name.clone())).collect()
    });
    let mut exported = Exported::default();
    for (id, name) in pages {
        match export_page(workspace, &id, folder, what) {
            Ok(lines) => {
                exported.pages += 1;
                exported.lines += lines;
            }
            Err(why) => exported.failed.push((name, why)),
        }
    }
    exported
}

fn export_page(workspace: &Workspace, id: &str, folder: &Path, what: &[Export]) -> Result<usize, String> {
    let said = |e: WorkspaceError| e.to_string();
    let opened = workspace.open(id).map_err(said)?;
    let mut lines = 0;
    if what.contains(&Export::References) {
        references(&opened, folder)?;
    }
    if what.contains(&Export::Lines) {
        let picture = workspace.picture(id).map_err(said)?;
        for line in line_images(&opened.page, &opened.review, picture.full()) {
            write_line(&line, &folder.join("lines").join(&opened.entry.name))?;
            lines += 1;
        }
    }
    Ok(lines)
}

fn references(opened: &Opened, folder: &Path) -> Result<(), String> {
    let path = |ending: &str| folder.join("references").join(format!("{}.gt.{ending}", opened.entry.name));
    let json = reference_json(&opened.page, &opened.review);
    let mut bytes = serde_json::to_vec_pretty(&json).expect("strings and finite numbers");
    bytes.push(b'\n');
    write(&path("json"), &bytes)?;
    write(&path("txt"), reference_text(&opened.review).as_bytes())
}

fn write_line(line: &LineImage, folder: &Path) -> Result<(), String> {
    // Ids may come from a review that another program wrote: check that they are safe in a path.
    let named = |ending: &str| RelativePath::new(format!("{}-{}.{ending}", line.name, line.direction));
    let path = |ending: &str| named(ending).map(|name| folder.join(name)).map_err(|e| e.to_string());
    let mut png = Cursor::new(Vec::new());
    let written = match &line.pixels {
        Pixels::Gray(g) => g.write_to(&mut png, image::ImageFormat::Png),
        Pixels::Color(c) => c.write_to(&mut png, image::ImageFormat::Png),
    };
    written.map_err(|e| format!("{}: {e}", line.name))?;
    write(&path("png")?, png.get_ref())?;
    write(&path("gt.txt")?, format!("{}\n", line.text).as_bytes())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = std::fs::create_dir_all(folder).and_then(|()| write_whole(path, bytes));
    written.map_err(|e| format!("{} cannot be written: {e}", path.display()))
}
