//! The review page: a person compares a page with its scan, corrects it and marks it done.
//!
//! [`Workspace`] holds the list, reviews and images of a folder of page records. [`serve`] serves it to a browser.
//! [`export()`] writes corrections for other programs. The machine's record is never modified: corrections are stored
//! in a [`Review`](crate::reviewed::Review) beside it. This module does not depend on how a page was read.
//!
//! The page in `assets/` consists of plain JavaScript and CSS without a build step, and OpenSeadragon for the scan.

mod assets;
mod export;
mod export_folder;
mod guard;
mod images;
mod index;
mod listing;
mod picture;
mod realign_glyphs;
mod references;
mod server;
mod sources;
mod store;
mod workspace;

pub use export::{LineImage, line_images, reference_json, reference_text};
pub use export_folder::{Export, Exported, Of, export};
pub use guard::Guard;
pub use index::{DOUBTFUL, Entry, Index, Signals, State};
pub use listing::{Counts, Listing, Neighbours, Question, Show, Sort, list, neighbours};
pub use picture::{Frame, Pyramid, TILE};
pub use server::{Session, router, serve};
pub use sources::SourceError;
pub use store::StoreError;
pub use workspace::{Material, Opened, Submission, Workspace, WorkspaceError};
