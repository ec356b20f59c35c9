//! Links libtiff, which `src/scan/tiff/libtiff.rs` declares by hand. Version 4.5 introduced error handlers per open
//! file.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    #[cfg(feature = "tiff")]
    if let Err(error) = pkg_config::Config::new().atleast_version("4.5").probe("libtiff-4") {
        println!("cargo:warning=libtiff 4.5 or later is needed (Debian: libtiff-dev): {error}");
        std::process::exit(1);
    }
}
