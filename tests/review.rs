//! The review server as a browser, an attacker and two reviewers use it, without opening a socket.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside their functions")]

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use denshin::review::{Export, Guard, Material, Of, Session, Workspace, export, router};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tower::ServiceExt;

/// A folder of results with one page, `deep/cable`, and its scan of 160 × 96 pixels.
struct Place {
    folder: TempDir,
    workspace: Arc<Workspace>,
    id: String,
}

impl Place {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let scan = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/gray.png");
        fs::create_dir_all(folder.path().join("out/deep")).unwrap();
        fs::copy(&scan, folder.path().join("out/deep/cable.png")).unwrap();
        let record = record(&fs::read(&scan).unwrap());
        fs::write(folder.path().join("out/deep/cable.json"), record.to_string()).unwrap();
        let material = Material { results: folder.path().join("out"), ..Material::default() };
        let workspace = Arc::new(Workspace::new(&material).unwrap());
        workspace.read_list();
        let id = workspace.with_index(|index| index.entries()[0].id.clone());
        Self { folder, workspace, id }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("out").join(name)
    }

    fn page(&self) -> String {
        format!("/api/pages/{}", self.id)
    }

    async fn ask(&self, request: Request<Body>) -> (StatusCode, Vec<u8>) {
        let session = Session { now: Some(|| "2026-01-02T03:04:05Z".into()), ..Session::default() };
        let guard = Guard { loopback: true, ..Guard::default() };
        let answer = router(Arc::clone(&self.workspace), session, guard).oneshot(request).await.unwrap();
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
        (answer.status(), to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec())
    }

    async fn get(&self, path: &str) -> (StatusCode, Vec<u8>) {
        self.ask(Request::get(path).header("host", "localhost:1").body(Body::empty()).unwrap()).await
    }

    async fn json(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap()
    }

    async fn put(&self, body: impl Into<Body>) -> (StatusCode, Value) {
        let request = Request::put(self.page())
            .header("host", "localhost:1")
            .header("origin", "http://localhost:1")
            .header("content-type", "application/json");
        let (status, body) = self.ask(request.body(body.into()).unwrap()).await;
        let text = String::from_utf8_lossy(&body).into_owned();
        (status, serde_json::from_slice(&body).unwrap_or(Value::String(text)))
    }

    /// Saves the page with another text of its line.
    async fn mend(&self, text: &str, by: &str, revision: u64) -> (StatusCode, Value) {
        let mut regions = self.json(&self.page()).await["review"]["regions"].clone();
        regions[0]["lines"][0]["text"] = text.into();
        let sent = json!({ "revision": revision, "by": by, "done": true, "regions": regions });
        self.put(sent.to_string()).await
    }
}

fn record(scan: &[u8]) -> Value {
    let sha256: String = Sha256::digest(scan).iter().map(|b| format!("{b:02x}")).collect();
    let glyph = |text: &str, top: i32| json!({ "text": text, "bbox": [100, top, 120, top + 20], "confidence": 0.5, "alternatives": [["信", 0.3]] });
    json!({
        "format": "denshin.page/1", "source": { "path": "elsewhere/cable.png", "sha256": sha256, "page": 1, "pages": 1 },
        "width": 160, "height": 96, "dpi": 300.0, "skew_degrees": 0.0, "rotation": 0,
        "regions": [
            { "id": "r1", "kind": "text", "role": "body", "writing_mode": "vertical-rl", "bbox": [100, 10, 120, 70],
              "outline": [], "confidence": 0.9, "lines": [{ "bbox": [100, 10, 120, 70], "text": "電情写", "confidence": 0.5,
                "engine": "neural", "glyphs": [glyph("電", 10), glyph("情", 30), glyph("写", 50)] }] },
            { "id": "s1", "kind": "stamp", "color": "red", "shape": "circle", "bbox": [5, 5, 40, 40], "confidence": 1.0,
              "lines": [] },
        ],
        "text": "電情写", "telegram": null, "warnings": [],
        "provenance": { "software": "denshin", "engine": "neural", "models": [], "settings": {}, "steps": [] },
    })
}

#[tokio::test]
async fn what_is_mended_is_kept_beside_the_record_which_is_left_alone() {
    let place = Place::new();
    let before = fs::read(place.path("deep/cable.json")).unwrap();
    let (status, answer) = place.mend("電信写", " 高橋 ", 0).await;
    assert_eq!((status, &answer["revision"], &answer["changes"]), (StatusCode::OK, &json!(1), &json!(1)));
    let kept: Value =
        serde_json::from_slice(&fs::read(place.path("deep/cable.review.json")).unwrap()).unwrap();
    assert_eq!(kept["format"], "denshin.review/1");
    assert_eq!(
        kept["history"][0],
        json!({ "revision": 1, "by": "高橋", "at": "2026-01-02T03:04:05Z", "done": true })
    );
    assert_eq!(kept["regions"][0]["lines"][0]["glyphs"][1]["text"], "信");
    assert_eq!(kept["regions"][0]["lines"][0]["engine"], "person");
    assert_eq!(fs::read(place.path("deep/cable.json")).unwrap(), before);
    let list = place.json("/api/pages?show=done&find=ＣＡＢＬＥ&limit=10").await;
    assert_eq!((&list["matching"], &list["counts"]["changed"]), (&json!(1), &json!(1)));
    assert_eq!(place.json(&place.page()).await["machine"][0]["lines"][0]["text"], "電情写");
}

#[tokio::test]
async fn the_second_of_two_who_saved_the_same_revision_is_told_and_shown_the_firsts_work() {
    let place = Place::new();
    assert_eq!(place.mend("電信写", "高橋", 0).await.0, StatusCode::OK);
    let (status, answer) = place.mend("電報写", "鈴木", 0).await;
    assert_eq!((status, &answer["error"]), (StatusCode::CONFLICT, &json!("conflict")));
    assert_eq!(answer["review"]["regions"][0]["lines"][0]["text"], "電信写");
    assert_eq!(answer["review"]["history"][0]["by"], "高橋");
    assert_eq!(place.mend("電報写", "鈴木", 1).await.1["revision"], 2);
}

#[tokio::test]
async fn no_address_leads_out_of_the_list() {
    let place = Place::new();
    fs::write(place.folder.path().join("secret.json"), record(b"").to_string()).unwrap();
    for path in [
        "/api/pages/../secret",
        "/api/pages/..%2fsecret",
        "/api/pages/%2e%2e%2fsecret",
        "/api/pages/deep%2fcable",
        "/api/pages/0000000000000000",
        "/api/pages/..%00",
        "/assets/../../../Cargo.toml",
        "/assets/%2e%2e/Cargo.toml",
        "/etc/passwd",
        "//etc/passwd",
        "/api/pages/..%2fsecret/tiles/0/0/0",
        "/api/pages/x/cut?degrees=0&left=0&top=0&width=1&height=1",
    ] {
        let (status, body) = place.get(path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}: {}", String::from_utf8_lossy(&body));
    }
}

#[tokio::test]
async fn nonsense_is_refused_and_nothing_is_written() {
    let place = Place::new();
    let good = place.json(&place.page()).await["review"]["regions"].clone();
    let sent =
        |regions: Value| json!({ "revision": 0, "by": "x", "done": false, "regions": regions }).to_string();
    let mut outside = good.clone();
    outside[1]["bbox"] = json!([0, 0, 161, 5]);
    let mut twice = good.clone();
    twice[1]["id"] = "r1".into();
    let mut unsure = good.clone();
    unsure[0]["confidence"] = json!(7);
    let nameless = json!({ "revision": 0, "by": " ", "done": false, "regions": good }).to_string();
    let deep = "[".repeat(200_000);
    for body in
        ["", "{", "null", "{\"regions\":[]}", &deep, &sent(outside), &sent(twice), &sent(unsure), &nameless]
    {
        let (status, answer) = place.put(body.to_owned()).await;
        let start: String = body.chars().take(60).collect();
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{start}: {answer}");
    }
    let (status, _) = place.put(vec![b' '; (24 << 20) + 1]).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(!place.path("deep/cable.review.json").exists());
    for path in [
        "cut?degrees=NaN&left=0&top=0&width=5&height=5",
        "cut?degrees=0&left=0&top=0&width=99999&height=99999",
    ] {
        let (status, _) = place.get(&format!("{}/{path}", place.page())).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    }
    assert_eq!(place.get("/api/pages?limit=-1").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(place.json("/api/pages?limit=99999999&offset=99999999").await["pages"], json!([]));
}

/// Headers, method, and expected status.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, u16);

#[tokio::test]
async fn a_form_of_another_site_cannot_save() {
    let place = Place::new();
    let put = |headers: &[(&str, &str)], method: &str| {
        let mut request = Request::builder().method(method).uri(place.page());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Body::from("{}")).unwrap()
    };
    let (host, origin, json) =
        (("host", "localhost:1"), ("origin", "http://localhost:1"), ("content-type", "application/json"));
    let cases: [Case; 6] = [
        (&[host, ("origin", "http://evil.example"), json], "PUT", 403),
        (&[("host", "evil.example:1"), ("origin", "http://evil.example:1"), json], "PUT", 403),
        (&[host, json], "PUT", 403),
        (&[host, origin, ("sec-fetch-site", "cross-site"), json], "PUT", 403),
        (&[host, origin, ("content-type", "text/plain")], "PUT", 415),
        (&[host, origin, json], "POST", 405),
    ];
    for (headers, method, expected) in cases {
        assert_eq!(place.ask(put(headers, method)).await.0.as_u16(), expected, "{headers:?}");
    }
}

#[tokio::test]
async fn a_scan_is_shown_only_if_it_is_the_one_that_was_read() {
    let place = Place::new();
    let (status, tile) = place.get(&format!("{}/tiles/0/0/0", place.page())).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(image::load_from_memory(&tile).unwrap().to_luma8().dimensions(), (160, 96));
    let cut = format!("{}/cut?degrees=0&left=100&top=10&width=20&height=60", place.page());
    assert_eq!(image::load_from_memory(&place.get(&cut).await.1).unwrap().to_luma8().dimensions(), (20, 60));
    // The server must not reveal any bytes of another file.
    let other = Place::new();
    fs::write(other.path("deep/cable.png"), b"root:x:0:0:root").unwrap();
    let (status, body) = other.get(&format!("{}/tiles/0/0/0", other.page())).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(!String::from_utf8_lossy(&body).contains("root"), "{}", String::from_utf8_lossy(&body));
}

#[tokio::test]
async fn a_damaged_review_is_shown_in_the_list_and_never_overwritten() {
    let place = Place::new();
    fs::write(place.path("deep/cable.review.json"), b"{\"format\":\"denshin.rev").unwrap();
    let (status, body) = place.get(&place.page()).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(String::from_utf8_lossy(&body).contains("cable.review.json is damaged"));
    let sent = json!({ "revision": 0, "by": "x", "done": false, "regions": [] });
    assert_eq!(place.put(sent.to_string()).await.1["error"], "damaged");
    assert_eq!(fs::read(place.path("deep/cable.review.json")).unwrap(), b"{\"format\":\"denshin.rev");
    let again = Workspace::new(&Material { results: place.path(""), ..Material::default() }).unwrap();
    again.read_list();
    assert!(again.with_index(|index| index.entries()[0].review.damaged.is_some()));
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_said_and_the_page_still_shown() {
    let place = Place::new();
    // A folder at the path of the review blocks writing even for root.
    fs::create_dir(place.path("deep/cable.review.json")).unwrap();
    assert_eq!(place.get(&place.page()).await.0, StatusCode::INTERNAL_SERVER_ERROR);
    fs::remove_dir(place.path("deep/cable.review.json")).unwrap();
    fs::remove_file(place.path("deep/cable.json")).unwrap();
    let (status, body) = place.get(&place.page()).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(String::from_utf8_lossy(&body).contains("not there any more"));
}

#[tokio::test]
async fn what_is_done_is_exported_as_references_and_as_lines() {
    let place = Place::new();
    let into = place.folder.path().join("mended");
    let all = [Export::References, Export::Lines];
    assert_eq!(export(&place.workspace, &into, Of::Done, &all).pages, 0);
    place.mend("電信写", "高橋", 0).await;
    let exported = export(&place.workspace, &into, Of::Done, &all);
    assert_eq!((exported.pages, exported.lines, exported.failed.len()), (1, 1, 0));
    assert_eq!(fs::read_to_string(into.join("references/deep/cable.gt.txt")).unwrap(), "電信写\n");
    let truth: Value =
        serde_json::from_slice(&fs::read(into.join("references/deep/cable.gt.json")).unwrap()).unwrap();
    assert_eq!(
        (&truth["lines"][0]["direction"], &truth["lines"][0]["chars"][1]["c"]),
        (&json!("vertical"), &json!("信"))
    );
    assert_eq!(
        truth["stamps"][0],
        json!({ "text": "", "shape": "circle", "color": "red", "bbox": [5, 5, 40, 40] })
    );
    // The text files of lines are not taken for references of pages.
    let pairs = denshin::evaluate::pair(&place.path(""), &into.join("references")).unwrap().pairs;
    assert_eq!((pairs.len(), pairs[0].name.as_str()), (1, "deep/cable"));
    let line = into.join("lines/deep/cable/r1-0-vertical");
    assert_eq!(fs::read_to_string(line.with_extension("gt.txt")).unwrap(), "電信写\n");
    let image = image::open(line.with_extension("png")).unwrap().to_luma8();
    assert!(image.height() > image.width(), "a column stays a column");
}

#[tokio::test]
async fn every_file_that_the_page_names_is_there() {
    let place = Place::new();
    let (mut waiting, mut seen) = (vec!["/".to_owned()], Vec::new());
    while let Some(path) = waiting.pop() {
        if seen.contains(&path) {
            continue;
        }
        let (status, body) = place.get(&path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        let text = String::from_utf8_lossy(&body).into_owned();
        let named = text.split('"').filter(|w| w.starts_with("/assets/"));
        waiting.extend(named.filter(|_| path != "/assets/openseadragon.js").map(str::to_owned));
        seen.push(path);
    }
    assert!(seen.len() > 15, "{seen:?}");
}
