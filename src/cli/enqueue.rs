//! `denshin enqueue`: queues scans for distributed workers.

use super::engine::EngineArguments;
use super::queue::{QueueArguments, plain, store_options};
use super::{Exit, clock, complain, interrupt, sources};
use anyhow::{Context, bail};
use clap::Args;
use denshin::batch::{
    Enqueue, EnqueueEvent, Enqueued, Existing, Found, InjectedFault, JobConfig, Place, Sources, Stages,
    WorkerOptions, enqueue, find_inputs, find_listed,
};
use denshin::scan::Passwords;
use denshin::write::Format;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    denshin enqueue /archive/scans -o /archive/out --nats nats://queue:4222\n  \
    denshin enqueue --list all.txt -o s3://results/1993 --nats nats://queue:4222\n  \
    denshin enqueue s3://scans/1993/ -o s3://results/1993 --nats tls://queue:4222 --creds archive.creds\n  \
    denshin enqueue --dead --nats nats://queue:4222               # pages that were set aside\n\n\
    Repeating the command queues files that are new or changed; a file is not queued twice within a day. Workers open the \
    files and count their pages. A queue has one output folder and one configuration: the settings, engine and formats of \
    the first enqueue remain until the queue is empty. Keys of object stores are read from AWS_…, GOOGLE_… and \
    AZURE_….")]
pub(super) struct Arguments {
    /// Scans, folders to search for scans, patterns, IIIF manifests, or URLs: s3://BUCKET/PREFIX/, gs://…, az://…
    #[arg(required_unless_present_any = ["list", "dead"], value_name = "SOURCES")]
    sources: Vec<PathBuf>,
    /// List of sources, one per line; - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "sources")]
    list: Option<PathBuf>,
    /// Queue pages again that were set aside, with the queue configuration, or with that of this command if -o is given
    #[arg(long, conflicts_with_all = ["sources", "list", "again"])]
    dead: bool,
    /// Output folder that all workers can access, or a URL
    #[arg(short, long, value_name = "DIR|URL", required_unless_present = "dead")]
    output: Option<PathBuf>,
    #[command(flatten)]
    queue: QueueArguments,
    /// Formats: json, text, …
    #[arg(long, value_delimiter = ',', default_value = "json,text", value_name = "LIST")]
    format: Vec<Format>,
    #[command(flatten)]
    reading: EngineArguments,
    /// Deliveries of a page to workers before it is set aside
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=100))]
    deliveries: u64,
    /// Seconds without a sign of life from a worker after which its page is delivered to another
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    ack_wait: u64,
    /// Maximum number of waiting messages; while more wait, nothing is sent
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    most_waiting: u64,
    /// Also queue pages that were queued before
    #[arg(long)]
    again: bool,
    /// Fault injection, WHAT:NAME
    #[arg(long, hide = true)]
    rehearse: Vec<InjectedFault>,
    /// Print errors only
    #[arg(short, long)]
    quiet: bool,
}

/// Seconds between two lines of progress.
const EVERY: f64 = 10.0;

/// The sources to queue.
enum Wanted {
    Files(Vec<Found>),
    Objects(Vec<Place>),
    Dead,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let command = super::worker_options::command()?;
    let stop = interrupt::stop()?;
    let connection = arguments.queue.connection();
    let results = results(arguments.output.as_deref())?;
    let (wanted, mut unseen) = wanted(arguments, &results)?;
    let config = arguments.output.as_ref().map(|_| config(arguments, &results)).transpose()?;
    let job = Enqueue {
        connection: &connection,
        config: config.as_ref(),
        results,
        sources: match &wanted {
            Wanted::Files(files) => Sources::Files(files),
            Wanted::Objects(objects) => Sources::Objects(objects),
            Wanted::Dead => Sources::Dead,
        },
        deliveries: arguments.deliveries,
        ack_wait: Duration::from_secs(arguments.ack_wait),
        most_waiting: arguments.most_waiting,
        again: arguments.again.then(|| clock::now().to_string()),
        store_options: store_options(),
        worker: WorkerOptions {
            command: &command,
            page_seconds: 60.0,
            worker_bytes: u64::MAX,
            now: clock::now,
            steady: clock::steady,
        },
        stop: &stop,
    };
    let mut told = clock::now();
    let came = enqueue(&job, &mut |event| tell(event, arguments.quiet, &mut told)).map_err(plain)?;
    unseen += came.unseen;
    if !arguments.quiet {
        complain(&summary(&came, &connection.queue));
    }
    Ok(match came {
        Enqueued { is_stopped: true, .. } => Exit::Stopped,
        _ if unseen > 0 => Exit::SomeFailed,
        _ => Exit::Success,
    })
}

fn summary(came: &Enqueued, queue: &str) -> String {
    let Enqueued { queued, known, .. } = came;
    let known = if *known > 0 { format!(", {known} were queued before") } else { String::new() };
    format!("{queued} queued in {queue}{known}")
}

fn tell(event: &EnqueueEvent<'_>, is_quiet: bool, told: &mut f64) {
    match event {
        EnqueueEvent::Unseen { path, cause } => complain(&format!("{}: {cause}", path.display())),
        _ if is_quiet => {}
        EnqueueEvent::Listed { url, scans, others } => {
            complain(&format!("{url}: {scans} scans, {others} other objects skipped"));
        }
        EnqueueEvent::Full(waiting) => {
            complain(&format!(
                "the queue is full with {waiting} waiting messages (raise --most-waiting, or wait for workers)"
            ));
        }
        EnqueueEvent::Sent { sent, total } if clock::now() - *told > EVERY => {
            *told = clock::now();
            complain(&format!("{sent} of {total} messages sent"));
        }
        EnqueueEvent::Sent { .. } => {}
    }
}

/// The output location. The folder is created, since workers take a missing folder for one that is not mounted.
fn results(output: Option<&Path>) -> anyhow::Result<Place> {
    let place = Place::parse(output.unwrap_or(Path::new("")).as_os_str()).map_err(plain)?;
    match place {
        Place::File(folder) if !folder.is_empty() => {
            let folder = std::path::absolute(&folder)?;
            std::fs::create_dir_all(&folder).with_context(|| {
                format!("{}: the folder cannot be created (choose another folder with -o)", folder.display())
            })?;
            Ok(Place::File(folder.into()))
        }
        place => Ok(place),
    }
}

/// The sources to queue, and the number of inaccessible files, which are reported here.
fn wanted(arguments: &Arguments, results: &Place) -> anyhow::Result<(Wanted, u64)> {
    if arguments.dead {
        return Ok((Wanted::Dead, 0));
    }
    let listed = arguments.list.as_deref().map(sources::lines).transpose()?;
    let given = listed.as_ref().unwrap_or(&arguments.sources);
    let places: Result<Vec<Place>, _> = given.iter().map(|source| Place::parse(source.as_os_str())).collect();
    let (mut paths, mut objects) = (Vec::new(), Vec::new());
    for place in places.map_err(plain)? {
        match place {
            Place::File(path) => paths.push(PathBuf::from(path)),
            Place::Object(_) => objects.push(place),
        }
    }
    if paths.is_empty() {
        return Ok((Wanted::Objects(objects), 0));
    }
    if !objects.is_empty() {
        bail!("files and objects cannot be queued together (use two commands)");
    }
    let output = match results {
        Place::File(folder) => PathBuf::from(folder),
        Place::Object(_) => PathBuf::new(),
    };
    let inputs = if listed.is_some() { find_listed(&paths, &output) } else { find_inputs(&paths, &output) };
    inputs.unseen.iter().for_each(|error| complain(&error.to_string()));
    if inputs.found.is_empty() && inputs.unseen.is_empty() {
        bail!("no scans found (supported formats: PNG, JPEG, TIFF, PDF, JPEG 2000, BMP, PNM and WebP)");
    }
    let absolute = |found: Found| Ok(Found { path: std::path::absolute(&found.path)?, ..found });
    let found: std::io::Result<Vec<Found>> = inputs.found.into_iter().map(absolute).collect();
    Ok((Wanted::Files(found?), inputs.unseen.len() as u64))
}

fn config(arguments: &Arguments, results: &Place) -> anyhow::Result<JobConfig> {
    let reading = &arguments.reading;
    let owned = |path: &Option<PathBuf>| path.clone().map(PathBuf::into_os_string);
    let settings = reading.settings()?;
    if settings.scan.passwords != Passwords::default() {
        bail!(
            "passwords are never stored in a queue (give them to the workers: denshin work --password-file FILE)"
        );
    }
    Ok(JobConfig {
        settings,
        passwords: Passwords::default(),
        engine: reading.engine(),
        tessdata: owned(&reading.tessdata),
        model: owned(&reading.model),
        output: results.to_string().into(),
        formats: arguments.format.clone(),
        pdf: false,
        existing: Existing::Renew,
        stages: Stages::All,
        unfinished: String::new(),
        injected_faults: arguments.rehearse.clone(),
    })
}
