//! Fixtures for the queue tests: a NATS server, scans, workers, an object store.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Timeout of every wait.
const PATIENCE: Duration = Duration::from_secs(100);

/// Whether NATS server is installed. It must be in continuous integration.
pub(crate) fn is_there() -> bool {
    let found = Command::new("nats-server").arg("--version").output().is_ok();
    assert!(found || std::env::var_os("CI").is_none(), "no nats-server (scripts/test installs it)");
    if !found {
        println!("skipped: there is no nats-server (apt-get install nats-server)");
    }
    found
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn wait_for_port(port: u16) {
    until("the server answers", || TcpStream::connect(("127.0.0.1", port)).is_ok());
}

/// Waits until a condition holds; fails after a timeout.
pub(crate) fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "it never happened that {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A process that is killed when the test ends.
pub(crate) struct Process(pub(crate) Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    /// Waits for the end; returns exit code and stderr.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let began = Instant::now();
        while self.0.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
        let mut said = String::new();
        if let Some(mut stderr) = self.0.stderr.take() {
            stderr.read_to_string(&mut said).unwrap();
        }
        (self.0.wait().unwrap().code(), said)
    }

    /// Kills the process without warning, like a power failure.
    pub(crate) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Interrupts the process like Ctrl-C.
    #[cfg(unix)]
    pub(crate) fn interrupt(&self) {
        let told = Command::new("kill").args(["-INT", &self.0.id().to_string()]).status().unwrap();
        assert!(told.success());
    }
}

/// A NATS server with JetStream, scans, and results.
pub(crate) struct Place {
    folder: TempDir,
    port: u16,
    flags: Vec<String>,
    server: Option<Process>,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self::with_flags(&[])
    }

    /// Starts the server with additional flags.
    pub(crate) fn with_flags(flags: &[&str]) -> Self {
        let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
        let mut place = Self { folder: TempDir::new().unwrap(), port: free_port(), flags, server: None };
        fs::create_dir(place.path("in")).unwrap();
        place.start_server();
        place
    }

    pub(crate) fn start_server(&mut self) {
        let log = fs::File::options().create(true).append(true).open(self.path("server.log")).unwrap();
        let server = Command::new("nats-server")
            .args(["--addr", "127.0.0.1", "--port", &self.port.to_string(), "--jetstream", "--store_dir"])
            .arg(self.path("jetstream"))
            .args(&self.flags)
            .stderr(log)
            .spawn()
            .unwrap();
        self.server = Some(Process(server));
        wait_for_port(self.port);
    }

    pub(crate) fn kill_server(&mut self) {
        self.server.take().unwrap().kill();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Copies a test scan to a name below `in`.
    pub(crate) fn put(&self, name: &str, scan: &str) {
        let to = self.path("in").join(name);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(scan), to).unwrap();
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_denshin"));
        command.current_dir(self.folder.path()).args(arguments);
        command.env_remove("TESSDATA_PREFIX").env_remove("NATS_URL").stderr(Stdio::piped());
        command
    }

    /// Runs a command whose arguments name the server; returns exit code and output.
    pub(crate) fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        (status.code(), format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
    }

    /// Runs `enqueue … -o out --engine null`.
    pub(crate) fn enqueue(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let url = self.url();
        let all = ["enqueue", "--nats", &url, "-o", "out", "--engine", "null"];
        self.run(&[&all, arguments].concat())
    }

    /// Starts `work …` with one page at a time.
    pub(crate) fn work(&self, arguments: &[&str]) -> Process {
        let url = self.url();
        let all = ["work", "--nats", &url, "--jobs", "1"];
        Process(self.command(&[&all, arguments].concat()).spawn().unwrap())
    }

    pub(crate) fn status(&self) -> Value {
        let url = self.url();
        let shown = self.command(&["status", "--nats", &url, "--json"]).output().unwrap();
        serde_json::from_slice(&shown.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&shown.stderr)))
    }

    /// Number of pages in the queue that are waiting, in progress, done, and set aside.
    pub(crate) fn counts(&self) -> [u64; 4] {
        let status = self.status();
        ["waiting", "in_work", "done", "dead"].map(|name| status[name].as_u64().unwrap())
    }

    /// Results by name, without the manifest and summary of a batch.
    pub(crate) fn results(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let root = self.path(folder);
        let is_own = |name: &str| name.contains("manifest") || name == "summary.html";
        let files = walkdir::WalkDir::new(&root).into_iter().map(Result::unwrap);
        let files = files.filter(|e| e.file_type().is_file() && !is_own(&e.file_name().to_string_lossy()));
        let name = |path: &Path| path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        files.map(|e| (name(e.path()), fs::read(e.path()).unwrap())).collect()
    }

    /// The results of `denshin batch` for the same scans.
    pub(crate) fn batch(&self) -> BTreeMap<String, Vec<u8>> {
        let scans = self.path("in");
        let batch = ["batch", scans.to_str().unwrap(), "-o", "batch", "--engine", "null", "--quiet"];
        let (code, said) = self.run(&batch);
        assert_eq!(code, Some(0), "{said}");
        self.results("batch")
    }
}

/// A client connection to the server, for messages that denshin does not send.
pub(crate) struct Line(BufReader<TcpStream>);

impl Line {
    pub(crate) fn new(place: &Place) -> Self {
        let mut line = Self(BufReader::new(TcpStream::connect(("127.0.0.1", place.port)).unwrap()));
        line.say(b"CONNECT {\"verbose\":false}\r\n");
        line
    }

    fn say(&mut self, words: &[u8]) {
        self.0.get_mut().write_all(words).unwrap();
    }

    /// Sends a command and waits until the server has processed it.
    fn settle(&mut self, words: &[u8]) {
        self.say(&[words, b"PING\r\n"].concat());
        while self.next_word() != "PONG" {}
    }

    /// Returns the server's next line; answers pings.
    fn next_word(&mut self) -> String {
        let mut said = String::new();
        assert!(self.0.read_line(&mut said).unwrap() > 0, "the server has hung up");
        if said.starts_with("PING") {
            self.say(b"PONG\r\n");
        }
        assert!(!said.starts_with("-ERR"), "{said}");
        said.trim_end().to_owned()
    }

    pub(crate) fn listen(&mut self, subject: &str) {
        self.settle(format!("SUB {subject} 1\r\n").as_bytes());
    }

    pub(crate) fn send(&mut self, subject: &str, body: &[u8]) {
        let head = format!("PUB {subject} {}\r\n", body.len());
        self.settle(&[head.as_bytes(), body, b"\r\n"].concat());
    }

    /// Returns the body of the next message of a subscription.
    pub(crate) fn hear(&mut self) -> Vec<u8> {
        loop {
            let said = self.next_word();
            // `HMSG subject sid [reply] header-bytes total-bytes`, or `MSG` without headers.
            let words: Vec<&str> = said.split(' ').collect();
            let number = |word: &str| word.parse::<usize>().unwrap();
            let (head, all) = match words[0] {
                "HMSG" => (number(words[words.len() - 2]), number(words[words.len() - 1])),
                "MSG" => (0, number(words[words.len() - 1])),
                _ => continue,
            };
            let mut message = vec![0; all + 2];
            self.0.read_exact(&mut message).unwrap();
            return message[head..all].to_vec();
        }
    }
}

/// An S3 store: moto in the tests' Python environment.
pub(crate) struct Store {
    port: u16,
    _server: Process,
}

impl Store {
    pub(crate) fn new() -> Self {
        let moto =
            std::env::var_os("MOTO_SERVER").expect("MOTO_SERVER is not set (scripts/test-work sets it)");
        let port = free_port();
        let server = Command::new(moto)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Process(server);
        wait_for_port(port);
        Self { port, _server: server }
    }

    /// Environment variables for programs that use the store.
    pub(crate) fn variables(&self) -> [(&'static str, String); 5] {
        [
            ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port)),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
            ("AWS_ACCESS_KEY_ID", "denshin".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "a-secret-of-the-test".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
        ]
    }

    /// Sends a request and returns the response body.
    pub(crate) fn request(&self, method: &str, path: &str, body: &[u8]) -> Vec<u8> {
        let mut to = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let length = body.len();
        // Moto requires the header, but does not check the signature.
        let who = "AWS4-HMAC-SHA256 Credential=denshin/20260101/us-east-1/s3/aws4_request";
        let head = format!("Host: 127.0.0.1\r\nAuthorization: {who}\r\nContent-Length: {length}");
        write!(to, "{method} {path} HTTP/1.0\r\n{head}\r\n\r\n").unwrap();
        to.write_all(body).unwrap();
        let mut answer = Vec::new();
        to.read_to_end(&mut answer).unwrap();
        let head = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let first = String::from_utf8_lossy(&answer[..head]).lines().next().unwrap().to_owned();
        assert!(first.contains(" 200 "), "{method} {path}: {first}");
        answer.split_off(head + 4)
    }

    /// Objects of a bucket by name.
    pub(crate) fn objects(&self, bucket: &str) -> BTreeMap<String, Vec<u8>> {
        let list = String::from_utf8(self.request("GET", &format!("/{bucket}"), b"")).unwrap();
        let keys = list.split("<Key>").skip(1).map(|rest| rest.split("</Key>").next().unwrap().to_owned());
        keys.map(|key| (key.clone(), self.request("GET", &format!("/{bucket}/{key}"), b""))).collect()
    }
}
