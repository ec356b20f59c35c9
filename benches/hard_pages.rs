//! Benchmarks of pages without text compared with ordinary pages: `cargo bench --bench hard_pages`.
//!
//! No page should take more than ten times as long as an ordinary one. `scripts/hard-pages` measures time and memory
//! of a hundred pages.

#[path = "../tests/pages/hard.rs"]
mod hard;

use denshin::pipeline::{Settings, read_page};
use denshin::provenance::Source;
use denshin::recognize::{EngineChoice, ModelPaths};
use denshin::scan::{Scan, ScanFile, ScanOptions};
use divan::{Bencher, black_box};
use std::path::Path;

fn main() {
    divan::main();
}

fn read(bencher: Bencher<'_, '_>, scan: &Scan, engine: EngineChoice) {
    let pool = engine.pool(ModelPaths::default()).expect("the engine needs no files");
    let mut engine = pool.lend().expect("an engine opens");
    let source = Source { path: "page.png".into(), sha256: "0".repeat(64), page: 1, pages: 1 };
    let settings = Settings::default();
    bencher.bench_local(|| {
        read_page(black_box(scan), source.clone(), &mut *engine, &settings).expect("it is read")
    });
}

fn sample(name: &str) -> Scan {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
    let mut file = ScanFile::open(&path, &ScanOptions::default()).expect("the sample is there");
    file.read(1).expect("the sample has a page")
}

const ORDINARY: [&str; 2] = ["dev-020-horizontal-clean.png", "dev-012-vertical-medium.tif"];

#[divan::bench(args = ORDINARY, sample_count = 3, sample_size = 1)]
fn ordinary_page(bencher: Bencher<'_, '_>, name: &str) {
    read(bencher, &sample(name), EngineChoice::Neural);
}

#[divan::bench(args = hard::PAGES, sample_count = 3, sample_size = 1)]
fn hard_page(bencher: Bencher<'_, '_>, name: &str) {
    read(bencher, &hard::page(name), EngineChoice::Neural);
}

#[divan::bench(args = ORDINARY, sample_count = 3, sample_size = 1)]
fn ordinary_page_without_engine(bencher: Bencher<'_, '_>, name: &str) {
    read(bencher, &sample(name), EngineChoice::Null);
}

#[divan::bench(args = hard::PAGES, sample_count = 3, sample_size = 1)]
fn hard_page_without_engine(bencher: Bencher<'_, '_>, name: &str) {
    read(bencher, &hard::page(name), EngineChoice::Null);
}
