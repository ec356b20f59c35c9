//! Prints text, header fields and warnings of every page of a scan.
//!
//! `cargo run --release --example read_scan -- samples/no5517-vertical-light.jpg`

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program")]

use denshin::{Reader, Settings};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: read_scan FILE")?;
    let reader = Reader::new(Settings::default())?;
    for page in reader.read(&path)? {
        // A damaged page is an error of its own; the others are read.
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                eprintln!("{error}");
                continue;
            }
        };
        println!("page {} of {}\n{}", page.source.page, page.source.pages, page.text);
        if let Some(telegram) = &page.telegram {
            println!("number: {:?}, subject: {:?}", telegram.number, telegram.subject);
        }
        for warning in &page.warnings {
            println!("{:?}: {}", warning.code, warning.message);
        }
    }
    Ok(())
}
