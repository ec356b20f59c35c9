//! `denshin work`: reads pages from a queue, as one of its distributed workers.

use super::passwords::PasswordArguments;
use super::queue::{QueueArguments, plain, store_options};
use super::worker_options::WorkerArguments;
use super::{Exit, interrupt, log};
use clap::Args;
use denshin::batch::{End, Work, work_queue};
use std::path::PathBuf;

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    denshin work --nats nats://queue:4222 --jobs 4                # runs until Ctrl-C\n  \
    denshin work --nats nats://queue:4222 --until-empty           # exits when the queue is empty\n  \
    denshin work --nats tls://queue:4222 --creds worker.creds --log json\n\n\
    The queue has the settings and the output folder (see denshin enqueue --help). A worker with another version, engine \
    or model than that of the queue refuses to work. Exit code 1 means that this worker set pages aside: denshin status \
    --nats URL lists them, denshin enqueue --dead queues them again. Keys of object stores are read from AWS_…, \
    GOOGLE_… and AZURE_….")]
pub(super) struct Arguments {
    #[command(flatten)]
    queue: QueueArguments,
    #[command(flatten)]
    worker: WorkerArguments,
    /// Exit when no message waits and no worker has a page
    #[arg(long)]
    until_empty: bool,
    /// Folder of Tesseract's models on this machine [default: the usual folders of the system]
    #[arg(long, env = "TESSDATA_PREFIX", value_name = "DIR")]
    tessdata: Option<PathBuf>,
    /// ONNX network on this machine [default: the built-in network]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    #[command(flatten)]
    passwords: PasswordArguments,
    /// Format of the log on stderr
    #[arg(long, value_enum, default_value_t = log::Form::Text)]
    log: log::Form,
    /// Print errors only
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
    /// Print a line for every page
    #[arg(short, long)]
    verbose: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let command = super::worker_options::command()?;
    let stop = interrupt::stop()?;
    let connection = arguments.queue.connection();
    let work = Work {
        connection: &connection,
        tessdata: arguments.tessdata.clone().map(PathBuf::into_os_string),
        model: arguments.model.clone().map(PathBuf::into_os_string),
        passwords: arguments.passwords.passwords()?,
        store_options: store_options(),
        worker: arguments.worker.options(&command),
        jobs: arguments.worker.jobs(),
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
