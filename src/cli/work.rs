//! `denshin work`: reads pages of a queue, beside any number of others.

use super::passwords::PasswordArguments;
use super::queue::{QueueArguments, plain, store_options};
use super::worker_options::WorkerArguments;
use super::{Exit, interrupt, log};
use clap::Args;
use denshin::batch::{End, Work, work_queue};
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
    #[command(flatten)]
    worker: WorkerArguments,
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
