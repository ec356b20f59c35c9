//! Lists the redactions of all scans in a folder as CSV: file, page, box, style, estimated number of characters.
//!
//! `cargo run --release --example redactions_csv -- samples`

#![expect(clippy::print_stdout, reason = "a program")]

use denshin::page::RegionKind;
use denshin::recognize::{EngineChoice, ModelPaths};
use denshin::{Reader, Settings};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: redactions_csv FOLDER")?;
    // Redactions are found without reading the text.
    let reader = Reader::with_engine(Settings::default(), EngineChoice::Null, ModelPaths::default())?;
    println!("file,page,left,top,right,bottom,style,characters");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    paths.sort();
    for path in paths {
        let Ok(pages) = reader.read(&path) else { continue };
        for page in pages {
            let page = page?;
            for region in &page.regions {
                let RegionKind::Redaction { style, estimated_characters, .. } = region.kind else { continue };
                let [left, top, right, bottom] = region.bbox.into();
                let (file, number) = (path.display(), page.source.page);
                let characters = estimated_characters.map(|n| n.to_string()).unwrap_or_default();
                println!("{file},{number},{left},{top},{right},{bottom},{style:?},{characters}");
            }
        }
    }
    Ok(())
}
