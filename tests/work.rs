//! `denshin enqueue` and `denshin work`: a kill, a restart or a failure costs time, but never a page.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests, outside their functions")]

mod relay;

use relay::{Line, Place, Store, is_there, until};
use serde_json::{Value, json};
use std::fs;

/// A page that keeps the null engine busy for a while.
fn large_page() -> image::GrayImage {
    image::GrayImage::from_fn(310, 438, |x, y| {
        image::Luma([if x / 9 % 3 == 0 && y / 9 % 3 == 0 { 0 } else { 255 }])
    })
}

/// Single-page scans, and three files of three pages each.
fn put_pages(place: &Place, pages: usize) {
    large_page().save(place.path("in/000.png")).unwrap();
    (1..pages).for_each(|i| {
        fs::copy(place.path("in/000.png"), place.path(&format!("in/{i:03}.png"))).unwrap();
    });
    (0..3).for_each(|i| place.put(&format!("deep/t{i}.tif"), "tests/files/pages.tif"));
}

#[test]
fn a_worker_killed_in_mid_page_costs_nothing() {
    if !is_there() {
        return;
    }
    let place = Place::new();
    put_pages(&place, 12);
    let expected = place.batch();
    // It is first in the queue, so the first worker has it in progress when it is killed.
    place.put("000-victim.png", "tests/files/gray.png");
    let faults = ["in", "--ack-wait", "2", "--rehearse", "hang-once:victim"];
    let (code, said) = place.enqueue(&faults);
    assert_eq!((code, said.as_str()), (Some(0), "16 queued in denshin\n"));
    let (_, again) = place.enqueue(&faults);
    assert_eq!(again, "0 queued in denshin, 16 were queued before\n");

    let victim = place.work(&[]);
    until("the page is in work", || place.counts()[1] == 1);
    let others = [place.work(&["--until-empty"]), place.work(&["--until-empty"])];
    until("others read", || place.counts()[2] > 2);
    victim.kill();
    for other in others {
        let (code, said) = other.end();
        assert_eq!(code, Some(0), "{said}");
    }
    assert_eq!(place.counts(), [0, 0, 22, 0]);
    let mut results = place.results("out");
    for ending in ["json", "txt"] {
        assert!(results.remove(&format!("000-victim.{ending}")).is_some());
    }
    assert_eq!(results, expected);
}

#[test]
fn a_page_that_always_fails_is_set_aside_with_its_reason() {
    if !is_there() {
        return;
    }
    let place = Place::new();
    put_pages(&place, 3);
    place.put("crash.png", "tests/files/gray.png");
    fs::write(place.path("in/broken.png"), "no scan").unwrap();
    let (code, said) = place.enqueue(&["in", "--deliveries", "2", "--rehearse", "crash:crash"]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = place.work(&["--until-empty"]).end();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("broken.png: scan: no scan: the file begins with"), "{said}");
    assert_eq!(place.counts(), [0, 0, 12, 2]);
    let status = place.status();
    let dead = |name: &str| {
        let pages = status["dead_pages"].as_array().unwrap();
        pages.iter().find(|page| page["source"].as_str().unwrap().ends_with(name)).unwrap().clone()
    };
    assert_eq!((&dead("crash.png")["page"], &dead("crash.png")["deliveries"]), (&1.into(), &2.into()));
    assert!(dead("crash.png")["cause"].as_str().unwrap().contains("the worker process ended"));
    assert_eq!((&dead("broken.png")["page"], &dead("broken.png")["stage"]), (&().into(), &"scan".into()));

    // The scan is repaired and queued again. Without fault injection the job configuration is another.
    fs::copy(place.path("in/000.png"), place.path("in/broken.png")).unwrap();
    let (code, said) = place.enqueue(&["--dead"]);
    assert_eq!((code, said.as_str()), (Some(0), "2 queued in denshin\n"));
    let (code, said) = place.work(&["--until-empty"]).end();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(place.counts(), [0, 0, 14, 0]);
    assert_eq!(place.results("out"), place.batch());
}

#[test]
fn a_page_whose_workers_die_is_not_given_out_for_ever() {
    if !is_there() {
        return;
    }
    let place = Place::new();
    place.put("victim.png", "tests/files/gray.png");
    let faults = ["in", "--ack-wait", "1", "--deliveries", "1", "--rehearse", "hang:victim"];
    assert_eq!(place.enqueue(&faults).0, Some(0));
    let victim = place.work(&[]);
    until("the page is in work", || place.counts()[1] == 1);
    victim.kill();
    let (code, said) = place.work(&["--until-empty"]).end();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("it was delivered 1 times, but no worker finished it"), "{said}");
    assert_eq!(place.counts(), [0, 0, 0, 1]);
}

#[test]
fn a_server_that_starts_anew_is_waited_for() {
    if !is_there() {
        return;
    }
    let mut place = Place::new();
    put_pages(&place, 12);
    let (code, said) = place.enqueue(&["in"]);
    assert_eq!(code, Some(0), "{said}");
    let workers = [place.work(&["--until-empty"]), place.work(&["--until-empty"])];
    until("some are read", || place.counts()[2] > 3);
    place.kill_server();
    std::thread::sleep(std::time::Duration::from_secs(2));
    place.start_server();
    for worker in workers {
        let (code, said) = worker.end();
        assert_eq!(code, Some(0), "{said}");
        assert!(
            said.contains("the connection to the queue server is lost") && said.contains("is restored"),
            "{said}"
        );
    }
    assert_eq!(place.counts(), [0, 0, 21, 0]);
    assert_eq!(place.results("out"), place.batch());
}

#[cfg(unix)]
#[test]
fn a_worker_that_is_told_to_stop_finishes_its_page() {
    if !is_there() {
        return;
    }
    let place = Place::new();
    put_pages(&place, 16);
    assert_eq!(place.enqueue(&["in"]).0, Some(0));
    let worker = place.work(&[]);
    until("something is read", || place.counts()[2] > 0);
    worker.interrupt();
    let (code, said) = worker.end();
    assert_eq!(code, Some(130), "{said}");
    let [_, in_work, done, dead] = place.counts();
    assert!(done < 25 && dead == 0 && in_work == 0, "{in_work} in work, {done} done");
    // Its pages are available to the next worker at once, without waiting for a heartbeat timeout.
    assert_eq!(place.work(&["--until-empty"]).end().0, Some(0));
    assert_eq!(place.counts(), [0, 0, 25, 0]);
}

#[test]
fn two_ways_of_reading_never_meet_in_a_queue() {
    if !is_there() {
        return;
    }
    let place = Place::new();
    place.put("a.png", "tests/files/gray.png");
    assert_eq!(place.enqueue(&["in"]).0, Some(0));
    let (code, said) = place.enqueue(&["in", "--direction", "vertical"]);
    assert!(code == Some(2) && said.contains("settings or formats differ"), "{said}");
    let url = place.url();
    let elsewhere = ["enqueue", "in", "--nats", &url, "-o", "elsewhere", "--engine", "null"];
    let (code, said) = place.run(&elsewhere);
    assert!(code == Some(2) && said.contains("the output folder is"), "{said}");
    assert_eq!(place.work(&["--until-empty"]).end().0, Some(0));
    // An empty queue accepts another configuration; a worker with another network than the configured one refuses.
    let (code, said) = place.enqueue(&["in", "--direction", "vertical"]);
    assert_eq!((code, said.as_str()), (Some(0), "1 queued in denshin\n"));
    assert_eq!(place.work(&["--until-empty"]).end().0, Some(0));
    let neural = ["enqueue", "in", "--nats", &url, "-o", "out", "--engine", "neural"];
    assert_eq!(place.run(&neural).0, Some(0));
    // An unknown field changes only the file's SHA-256.
    let mut model =
        fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models/denshin-cables.onnx"))
            .unwrap();
    model.extend([0xA0, 0x06, 0x01]);
    fs::write(place.path("other.onnx"), model).unwrap();
    let (code, said) = place.work(&["--until-empty", "--model", "other.onnx"]).end();
    assert!(
        code == Some(2) && said.contains("the queue configuration cannot be used: the model is"),
        "{said}"
    );
    assert_eq!(place.counts()[0], 1);
}

#[test]
fn results_of_two_sources_never_replace_one_another() {
    if !is_there() {
        return;
    }
    let place = Place::new();
    place.put("a/x.png", "tests/files/gray.png");
    place.put("b/x.png", "tests/files/bilevel.png");
    for folder in ["in/a", "in/b"] {
        assert_eq!(place.enqueue(&[folder, "--deliveries", "1"]).0, Some(0));
    }
    let (code, said) = place.work(&["--until-empty"]).end();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("already have this name"), "{said}");
    assert_eq!(place.counts(), [0, 0, 1, 1]);
}

/// Issue 21, point 11: a worker wrote to any path that the message named.
#[test]
fn a_message_cannot_write_outside_of_the_results() {
    if !is_there() {
        return;
    }
    let place = Place::new();
    place.put("a.png", "tests/files/gray.png");
    let mut line = Line::new(&place);
    line.listen("denshin.pages");
    assert_eq!(place.enqueue(&["in", "--deliveries", "1"]).0, Some(0));
    let job: Value = serde_json::from_slice(&line.hear()).unwrap();
    let with = |field: &str, value: Value| {
        let mut changed = job.clone();
        changed[field] = value;
        changed.to_string().into_bytes()
    };
    let absolute = place.path("escaped").display().to_string();
    let stems = ["../escaped", &absolute, "%2e%2e/escaped", "x/../../escaped", "escaped\0", ""];
    let mut messages: Vec<Vec<u8>> = stems.iter().map(|stem| with("stem", json!(stem))).collect();
    messages.push(with("stem", json!("escaped".repeat(100))));
    messages.push(with("source", json!({ "file": "in/a.png" })));
    messages.push(with("source", json!({ "file": "/nowhere/\u{1b}[2J\n.png" })));
    messages.push(with("source", json!({ "object": "s3://bucket/a//../b.png" })));
    messages.push(with("source", json!({ "object": "http://127.0.0.1/a.png" })));
    messages.push(with("page", json!(u32::MAX)));
    messages.push(with("sha256", json!("0")));
    messages.push(with("version", json!("x".repeat(500_000))));
    messages.extend([vec![0; 900_000], "[".repeat(5000).into_bytes(), b"{\"stem\":".to_vec(), Vec::new()]);
    messages.iter().for_each(|message| line.send("denshin.pages", message));
    place.put("b.png", "tests/files/gray.png");
    assert_eq!(place.enqueue(&["in", "--deliveries", "1"]).1, "1 queued in denshin, 1 were queued before\n");

    let (code, said) = place.work(&["--until-empty"]).end();
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(place.counts(), [0, 0, 2, messages.len() as u64], "{said}");
    let results = place.results("out");
    assert_eq!(results.keys().collect::<Vec<_>>(), ["a.json", "a.txt", "b.json", "b.txt"]);
    let has_escaped = |e: &walkdir::DirEntry| e.file_name().to_string_lossy().starts_with("escaped");
    assert_eq!(walkdir::WalkDir::new(place.path("")).into_iter().flatten().filter(has_escaped).count(), 0);
    for reason in [
        "`../escaped` leads out of its folder",
        "a name of 700 bytes",
        "the path is not absolute",
        "there is no page 4294967295: the file has 1",
        "it has 900000 bytes, at most",
        "/nowhere/\\u001b[2J\\u000a.png: scan: cannot be read",
    ] {
        assert!(said.contains(reason), "{reason} is not in {said}");
    }
    assert!(!said.contains('\u{1b}') && said.lines().count() < messages.len() + 5, "{said}");
}

#[test]
fn what_is_wrong_is_said_at_once_and_no_password_with_it() {
    if !is_there() {
        return;
    }
    let mut place = Place::with_flags(&["--user", "archive", "--pass", "open-sesame"]);
    let (with, without) = (place.url().replace("//", "//archive:open-sesame@"), place.url());
    let wrong = without.replace("//", "//archive:guessed-wrong@");
    let (code, said) = place.run(&["work", "--nats", &without]);
    assert!(code == Some(2) && said.contains("authentication failed"), "{said}");
    let (code, said) = place.run(&["work", "--nats", &wrong]);
    assert!(code == Some(2) && said.contains("authentication failed") && !said.contains("guessed"), "{said}");
    let (code, said) = place.run(&["work", "--nats", &with]);
    assert!(
        code == Some(2) && said.contains("there is no queue denshin (denshin enqueue creates it"),
        "{said}"
    );
    let (code, said) = place.run(&["status", "--nats", &with, "--queue", "a.b"]);
    assert!(code == Some(2) && said.contains("a.b: not a valid queue name"), "{said}");
    let (code, said) = place.run(&["enqueue", "in", "ftp://x/a.tif", "-o", "out", "--nats", &with]);
    assert!(code == Some(2) && said.contains("ftp://x/a.tif: unknown URL scheme"), "{said}");
    place.kill_server();
    let (code, said) = place.run(&["work", "--nats", &with]);
    assert!(code == Some(2) && said.contains("no NATS server answers") && !said.contains("sesame"), "{said}");
}

#[test]
#[ignore = "wants an S3 server: scripts/test-work"]
fn scans_and_results_may_lie_in_an_object_store() {
    assert!(is_there());
    let (place, store) = (Place::new(), Store::new());
    put_pages(&place, 5);
    let expected = place.batch();
    ["scans", "results"].iter().for_each(|bucket| drop(store.request("PUT", &format!("/{bucket}"), b"")));
    for (name, _) in place.results("in") {
        let scan = fs::read(place.path("in").join(&name)).unwrap();
        store.request("PUT", &format!("/scans/1993/{name}"), &scan);
    }
    store.request("PUT", "/scans/1993/notes.txt", b"no scan");
    let url = place.url();
    let run = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        command.args(["--nats", &url]).envs(store.variables());
        relay::Process(command.spawn().unwrap())
    };
    let enqueue = ["enqueue", "s3://scans/1993/", "-o", "s3://results/out", "--engine", "null"];
    let (code, said) = run(&enqueue).end();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("8 scans, 1 other objects") && said.contains("8 queued in denshin"), "{said}");
    assert!(run(&enqueue).end().1.contains("0 queued in denshin, 8 were queued before"));
    let workers: Vec<_> = (0..2).map(|_| run(&["work", "--until-empty", "--jobs", "1"])).collect();
    for worker in workers {
        let (code, said) = worker.end();
        assert_eq!(code, Some(0), "{said}");
        assert!(!said.contains("a-secret-of-the-test"));
    }
    assert_eq!(place.counts(), [0, 0, 14, 0]);
    // The results equal those of a batch, except for the path of the scan.
    let scans = format!("{}/", place.path("in").display());
    let results = store.objects("results").into_iter().map(|(name, bytes)| {
        let text = String::from_utf8(bytes).unwrap().replace("s3://scans/1993/", &scans);
        (name.strip_prefix("out/").unwrap().to_owned(), text.into_bytes())
    });
    assert_eq!(results.collect::<std::collections::BTreeMap<_, _>>(), expected);

    let (code, said) = run(&["enqueue", "s3://nowhere/", "-o", "s3://results/out", "--engine", "null"]).end();
    assert!(code == Some(2) && said.contains("s3://nowhere/"), "{said}");
}
