//! The files of the review page, compiled into the program. The page loads nothing from other servers.

use crate::provenance::sha256;

pub(super) struct Asset {
    pub(super) path: &'static str,
    /// Media type.
    pub(super) kind: &'static str,
    pub(super) bytes: &'static [u8],
}

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const PICTURE: &str = "image/svg+xml";

macro_rules! assets {
    ($($path:literal: $file:literal, $kind:expr;)*) => {
        &[$(Asset { path: $path, kind: $kind, bytes: include_bytes!(concat!("assets/", $file)) },)*]
    };
}

const ASSETS: &[Asset] = assets! {
    "/": "index.html", HTML;
    "/favicon.ico": "mark.svg", PICTURE;
    "/assets/style.css": "style.css", STYLE;
    "/assets/list.css": "list.css", STYLE;
    "/assets/page.css": "page.css", STYLE;
    "/assets/main.js": "main.js", SCRIPT;
    "/assets/api.js": "api.js", SCRIPT;
    "/assets/dom.js": "dom.js", SCRIPT;
    "/assets/translations.js": "translations.js", SCRIPT;
    "/assets/list.js": "list.js", SCRIPT;
    "/assets/page.js": "page.js", SCRIPT;
    "/assets/state.js": "state.js", SCRIPT;
    "/assets/edit.js": "edit.js", SCRIPT;
    "/assets/merge.js": "merge.js", SCRIPT;
    "/assets/dialogs.js": "dialogs.js", SCRIPT;
    "/assets/geometry.js": "geometry.js", SCRIPT;
    "/assets/scan.js": "scan.js", SCRIPT;
    "/assets/boxes.js": "boxes.js", SCRIPT;
    "/assets/line-editor.js": "line-editor.js", SCRIPT;
    "/assets/text.js": "text.js", SCRIPT;
    "/assets/line-view.js": "line-view.js", SCRIPT;
    "/assets/reference.js": "reference.js", SCRIPT;
    "/assets/keys.js": "keys.js", SCRIPT;
    "/assets/openseadragon.js": "openseadragon/openseadragon.min.js", SCRIPT;
    "/assets/openseadragon-licence.txt": "openseadragon/LICENSE.txt", "text/plain; charset=utf-8";
};

pub(super) fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|a| a.path == path)
}

impl Asset {
    /// The ETag: it depends on the content, so that a browser can revalidate its copy.
    pub(super) fn tag(&self) -> String {
        format!("\"{}\"", &sha256(self.bytes)[..16])
    }
}
