//! Writes what was mended into a folder, page after page, each file whole or not at all. A page that cannot be written is
//! named, and the others go on.

use super::export::{LineImage, line_images, reference_json, reference_text};
use super::store::write_whole;
use super::workspace::{Opened, Workspace, WorkspaceError};
use crate::raster::Pixels;
use crate::relative_path::RelativePath;
use std::io::Cursor;
use std::path::Path;

/// Which pages are given away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Those that somebody said are right: only they are references.
    Done,
    /// Those that somebody saved, finished or not.
    Saved,
}

/// What of a page is given away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export {
    /// `references/NAME.gt.txt` and `.gt.json`: apart from the lines, whose texts end alike, so that `evaluate` does not
    /// take each line for a page.
    References,
    /// `lines/NAME/LINE.png` and `.gt.txt`.
    Lines,
}

/// What was written.
#[derive(Debug, Default)]
pub struct Exported {
    /// Pages.
    pub pages: usize,
    /// Line images.
    pub lines: usize,
    /// Pages that failed, by name, with the reason.
    pub failed: Vec<(String, String)>,
}

/// Writes the pages of a desk whose list has been read.
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
    // Ids are those of the record, or of a review that something else has written.
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
