//! `denshin review`: the page on which a person mends what was read; and what was mended, exported.

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
    denshin review out --export mended\n\n\
    What a person changes is kept beside the record NAME.json, as NAME.review.json; the record is never written to. The page \
    is for this machine alone unless --listen says otherwise; then a token is wanted, which is part of the address that is \
    printed. It is not encrypted: between machines, put it behind a proxy that speaks https.")]
pub(super) struct Arguments {
    /// Folder of results
    results: PathBuf,
    /// Folder of references (NAME.gt.txt, NAME.gt.json), shown beside the reading
    #[arg(long, value_name = "DIR")]
    references: Option<PathBuf>,
    /// Folder of the scans [default: where the records say]
    #[arg(long, value_name = "DIR")]
    scans: Option<PathBuf>,
    /// Port; 0 takes any that is free
    #[arg(long, value_name = "N", default_value_t = 7878)]
    port: u16,
    /// Address to listen at, for other machines
    #[arg(long, value_name = "ADDR", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// A name by which other machines call this one
    #[arg(long, value_name = "NAME")]
    host_name: Vec<String>,
    /// File whose first line is the token [default: a new one, where one is wanted]
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// What you are called in the reviews, until you say otherwise in the page
    #[arg(long, env = "USER", default_value = "", value_name = "NAME")]
    name: String,
    /// Write what was mended into this folder, and end
    #[arg(long, value_name = "DIR")]
    export: Option<PathBuf>,
    /// What to export
    #[arg(long, value_enum, value_delimiter = ',', default_value = "references,lines", requires = "export")]
    what: Vec<What>,
    /// Pages that were saved, too, not only those marked done
    #[arg(long, requires = "export")]
    unfinished: bool,
    /// Settings [default: denshin.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    #[command(flatten)]
    passwords: PasswordArguments,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// references/: NAME.gt.txt and NAME.gt.json, for `denshin evaluate`
    References,
    /// lines/NAME/: an image and its text for every line, for training
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
        .with_context(|| format!("{}: is no folder of results", arguments.results.display()))?;
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
        complain("no page is marked done (--unfinished takes those that were saved, too)");
    }
    Ok(if exported.failed.is_empty() { Exit::Success } else { Exit::SomeFailed })
}

fn serve(workspace: Arc<Workspace>, arguments: &Arguments) -> anyhow::Result<Exit> {
    let wanted = SocketAddr::new(arguments.listen, arguments.port);
    let listener = TcpListener::bind(wanted)
        .with_context(|| format!("{wanted}: cannot listen there (choose another port with --port)"))?;
    let address = listener.local_addr().context("no address")?;
    let loopback = arguments.listen.is_loopback();
    let token = match &arguments.token_file {
        Some(file) => Some(token_of(file)?),
        None => (!loopback).then(new_token).transpose()?,
    };
    let query = token.as_ref().map(|t| format!("?token={t}")).unwrap_or_default();
    complain(&format!("denshin: review at http://{address}/{query} (Ctrl-C ends it; all is saved at once)"));
    if arguments.listen.is_unspecified() {
        complain("denshin: other machines put this one's address or --host-name in place of the figures");
    }
    let title = arguments.results.canonicalize().unwrap_or_else(|_| arguments.results.clone());
    let title = title.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let session = Session { reviewer: arguments.name.clone(), title, now: Some(now) };
    let guard = Guard { names: arguments.host_name.clone(), loopback, token };
    review::serve(listener, workspace, session, guard).context("the server ended")?;
    Ok(Exit::Success)
}

/// Letters and digits alone, so that it can stand in an address and a cookie; eight at least.
fn token_of(file: &Path) -> anyhow::Result<String> {
    let text =
        denshin::encoding::read(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    let token = text.lines().next().unwrap_or_default().trim().to_owned();
    let good = token.len() >= 8 && token.chars().all(|c| c.is_ascii_alphanumeric());
    anyhow::ensure!(good, "{}: its first line is no token: eight letters or digits, or more", file.display());
    Ok(token)
}

fn new_token() -> anyhow::Result<String> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|e| anyhow::anyhow!("no random token: {e} (name one with --token-file)"))?;
    Ok(hexadecimal(&bytes))
}

fn now() -> String {
    let now = jiff::Timestamp::now();
    now.round(jiff::Unit::Second).unwrap_or(now).to_string()
}
