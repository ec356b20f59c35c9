//! The review page: a person sees a page beside its scan, mends what is wrong, and says that it is right.
//!
//! [`Workspace`] holds the list, the reviews and the pictures of a folder of page records; [`serve`] shows it to a browser;
//! [`reference_json`] and its like give away what was mended. The machine's record is never written to: what a
//! person changes is a [`Review`](crate::reviewed::Review), beside it. Nothing here knows how a page was read.
//!
//! The page (`assets/`) is plain JavaScript and CSS without a build step, and OpenSeadragon for the scan.

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
