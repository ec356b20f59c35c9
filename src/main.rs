//! The program `denshin`.

fn main() {}
