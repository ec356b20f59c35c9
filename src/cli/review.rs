//! `denshin review`: serves the review page, or exports corrections.

use super::passwords::PasswordArguments;
use super::{Exit, complain, settings};
use anyhow::Context;
use clap::{Args, ValueEnum};
use denshin::provenance::hexadecimal;
use denshin::review::{self, Export, Guard, Material, Of, Session, Workspace};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    denshin review out\n  \
    denshin review out --scans /archive/scans --references transcriptions\n  \
    denshin review out --listen 10.0.0.5 --token-file token.txt\n  \
    denshin review out --export corrected\n\n\
    Corrections are saved in NAME.review.json beside the record NAME.json, which is never modified. The page is available on \
    this machine only, unless --listen gives another address. The printed URL then contains an access token. The connection \
    is not encrypted: between machines, put the page behind an HTTPS proxy.")]
pub(super) struct Arguments {
    /// Folder of results
    results: PathBuf,
    /// Folder of references (NAME.gt.txt, NAME.gt.json), shown beside the results
    #[arg(long, value_name = "DIR")]
    references: Option<PathBuf>,
    /// Folder of the scans [default: the paths in the records]
    #[arg(long, value_name = "DIR")]
    scans: Option<PathBuf>,
    /// Port; 0 for any free one
    #[arg(long, value_name = "N", default_value_t = 7878)]
    port: u16,
    /// Address to listen on; other machines need one that they can reach
    #[arg(long, value_name = "ADDR", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// Host name under which other machines reach this one (may be repeated)
    #[arg(long, value_name = "NAME")]
    host_name: Vec<String>,
    /// File whose first line is the access token [default: a random token, if one is needed]
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Your name in the reviews; it can be changed in the page
    #[arg(long, env = "USER", default_value = "", value_name = "NAME")]
    name: String,
    /// Export corrections to this folder and exit
    #[arg(long, value_name = "DIR")]
    export: Option<PathBuf>,
    /// What to export
    #[arg(long, value_enum, value_delimiter = ',', default_value = "references,lines", requires = "export")]
    what: Vec<What>,
    /// Also export pages that were saved but not marked done
    #[arg(long, requires = "export")]
    unfinished: bool,
    /// Settings file [default: denshin.toml, if it exists]
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    #[command(flatten)]
    passwords: PasswordArguments,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// references/: NAME.gt.txt and NAME.gt.json, for `denshin evaluate`
    References,
    /// lines/NAME/: an image and the text of every line, for training
    Lines,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let mut settings = settings::load(arguments.settings.as_deref())?;
    settings.scan.passwords = arguments.passwords.passwords()?;
    let material = Material {
        results: arguments.results.clone(),
        scans: arguments.scans.clone(),
        references: arguments.references.clone(),
        scan: settings.scan,
    };
    for folder in [&arguments.references, &arguments.scans].into_iter().flatten() {
        anyhow::ensure!(folder.is_dir(), "{}: there is no such folder", folder.display());
    }
    let workspace = Workspace::new(&material)
        .with_context(|| format!("{}: not a folder of results", arguments.results.display()))?;
    match &arguments.export {
        Some(folder) => export(&workspace, folder, arguments),
        None => serve(Arc::new(workspace), arguments),
    }
}

fn export(workspace: &Workspace, folder: &Path, arguments: &Arguments) -> anyhow::Result<Exit> {
    workspace.read_list();
    let what: Vec<Export> = arguments
        .what
        .iter()
        .map(|w| match w {
            What::References => Export::References,
            What::Lines => Export::Lines,
        })
        .collect();
    let of = if arguments.unfinished { Of::Saved } else { Of::Done };
    let exported = review::export(workspace, folder, of, &what);
    for (name, why) in &exported.failed {
        complain(&format!("{name}: {why}"));
    }
    let (pages, lines) = (exported.pages, exported.lines);
    complain(&format!("{pages} pages and {lines} line images written to {}", folder.display()));
    if pages == 0 && exported.failed.is_empty() {
        complain("no page is marked done (--unfinished also exports saved pages)");
    }
    Ok(if exported.failed.is_empty() { Exit::Success } else { Exit::SomeFailed })
}

fn serve(workspace: Arc<Workspace>, arguments: &Arguments) -> anyhow::Result<Exit> {
    let wanted = SocketAddr::new(arguments.listen, arguments.port);
    let listener = TcpListener::bind(wanted).with_context(|| {
        format!("{wanted}: cannot listen on this address (choose another port with --port)")
    })?;
    let address = listener.local_addr().context("the address of the server is unknown")?;
    let loopback = arguments.listen.is_loopback();
    let token = match &arguments.token_file {
        Some(file) => Some(token_of(file)?),
        None => (!loopback).then(new_token).transpose()?,
    };
    let query = token.as_ref().map(|t| format!("?token={t}")).unwrap_or_default();
    complain(&format!(
        "denshin: review at http://{address}/{query} (press Ctrl-C to stop; every change is saved at once)"
    ));
    if arguments.listen.is_unspecified() {
        complain(
            "denshin: on other machines, replace the IP address by that of this machine, or by its --host-name",
        );
    }
    let title = arguments.results.canonicalize().unwrap_or_else(|_| arguments.results.clone());
    let title = title.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let session = Session { reviewer: arguments.name.clone(), title, now: Some(now) };
    let guard = Guard { names: arguments.host_name.clone(), loopback, token };
    review::serve(listener, workspace, session, guard).context("the server failed")?;
    Ok(Exit::Success)
}

/// Reads the token. It consists of letters and digits, so that it is valid in a URL and a cookie.
fn token_of(file: &Path) -> anyhow::Result<String> {
    let text =
        denshin::encoding::read(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    let token = text.lines().next().unwrap_or_default().trim().to_owned();
    let good = token.len() >= 8 && token.chars().all(|c| c.is_ascii_alphanumeric());
    anyhow::ensure!(
        good,
        "{}: the first line is not a token (use at least eight letters or digits)",
        file.display()
    );
    Ok(token)
}

fn new_token() -> anyhow::Result<String> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|e| anyhow::anyhow!("no random token: {e} (provide one with --token-file)"))?;
    Ok(hexadecimal(&bytes))
}

fn now() -> String {
    let now = jiff::Timestamp::now();
    now.round(jiff::Unit::Second).unwrap_or(now).to_string()
}
