//! `denshin work`: reads pages of a queue, beside any number of others.

use super::passwords::PasswordArguments;
use super::queue::{QueueArguments, plain, store_options};
use super::{Exit, batch, clock, interrupt, log};
use anyhow::Context;
use clap::Args;
use denshin::batch::{CrewOptions, End, Work, work_queue};
use std::path::PathBuf;

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    denshin work --nats nats://queue:4222 --jobs 4                # until Ctrl-C\n  \
    denshin work --nats nats://queue:4222 --until-empty           # until all is read, for jobs\n  \
    denshin work --nats tls://queue:4222 --creds worker.creds --log json\n\n\
    How pages are read, and where results go, stands in the queue (denshin enqueue --help). A worker with another version, \
    engine or model than the queue asks for refuses. Exit code 1 says that pages were set aside by this worker: denshin \
    status --nats URL names them, denshin enqueue --dead queues them again. Keys of object stores are read from AWS_…, \
    GOOGLE_… and AZURE_….")]
pub(super) struct Arguments {
    #[command(flatten)]
    queue: QueueArguments,
    /// Pages read at once, each in a process of its own [default: the number of cores]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// End when nothing waits and no worker has anything in work
    #[arg(long)]
    until_empty: bool,
    /// Folder of Tesseract's models on this machine [default: where systems keep them]
    #[arg(long, env = "TESSDATA_PREFIX", value_name = "DIR")]
    tessdata: Option<PathBuf>,
    /// File of the network on this machine, ONNX [default: the one that is part of denshin]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    #[command(flatten)]
    passwords: PasswordArguments,
    /// Seconds that a page may take
    #[arg(long, value_name = "SECONDS", default_value_t = 300.0, value_parser = batch::seconds)]
    page_seconds: f64,
    /// Megabytes after which a process is replaced by a fresh one; four times as much ends it in mid-page
    #[arg(long, value_name = "MB", default_value_t = 2000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    worker_mb: u64,
    /// How what happens is told on stderr
    #[arg(long, value_enum, default_value_t = log::Form::Text)]
    log: log::Form,
    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
    /// Name every page
    #[arg(short, long)]
    verbose: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let program = std::env::current_exe().context("cannot find this program, to start workers")?;
    let command = || batch::worker(&program, arguments.log);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let stop = interrupt::stop()?;
    let connection = arguments.queue.connection();
    let work = Work {
        connection: &connection,
        tessdata: arguments.tessdata.clone().map(PathBuf::into_os_string),
        model: arguments.model.clone().map(PathBuf::into_os_string),
        passwords: arguments.passwords.passwords()?,
        store_options: store_options(),
        crew: CrewOptions {
            command: &command,
            page_seconds: arguments.page_seconds,
            worker_bytes: arguments.worker_mb << 20,
            now: clock::now,
        },
        jobs: arguments.jobs.map_or(cores, usize::from),
        until_empty: arguments.until_empty,
        stop: &stop,
    };
    let mut log = log::Log::new(arguments.log, arguments.quiet, arguments.verbose);
    let worked = work_queue(&work, &mut |event| log.work(event)).map_err(plain)?;
    log.worked(&worked);
    Ok(match worked.end {
        End::Stopped => Exit::Stopped,
        _ if worked.dead > 0 => Exit::SomeFailed,
        _ => Exit::Success,
    })
}
