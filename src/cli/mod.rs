//! The commands, one file each; output and exit codes.

mod batch;
mod clock;
mod convert;
mod engine;
mod enqueue;
mod evaluate;
mod feed;
mod index;
mod inspect;
mod interrupt;
mod log;
mod passwords;
mod progress;
mod queue;
mod read;
mod results;
mod review;
mod search;
mod settings;
mod shard;
mod single_thread;
mod sources;
mod status;
mod work;
mod worker;
mod worker_options;

use clap::{CommandFactory, Parser, Subcommand};
use denshin::batch::OutputError;
use denshin::error::printable;
use denshin::recognize::RecognizeError;
use std::io::Write;
use std::process::ExitCode;

/// Exit code of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// All pages were read.
    Success = 0,
    /// Some pages failed.
    SomeFailed = 1,
    /// Wrong usage, or nothing can be written.
    Usage = 2,
    /// A model is missing or unusable.
    ModelMissing = 3,
    /// Stopped with Ctrl-C.
    Stopped = 130,
}

#[derive(Parser)]
#[command(
    name = "denshin",
    version,
    about = "OCR for scanned Japanese telegrams: text with a box for every character, stamps, redactions and header fields",
    after_help = "Use `read` interactively and `batch` for long, resumable runs. Every command has its own help: denshin read --help\n\
                  Exit codes: 0 all pages read, 1 some pages failed, 2 wrong usage, 3 model missing, 130 stopped."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Read scans and write page records
    Read(read::Arguments),
    /// Convert page records to other formats
    Convert(convert::Arguments),
    /// Read any number of scans in a resumable run
    Batch(Box<batch::Arguments>),
    /// Queue scans for distributed workers
    Enqueue(Box<enqueue::Arguments>),
    /// Read pages from a queue, as one of its distributed workers
    Work(Box<work::Arguments>),
    /// Show the status of a batch or a queue
    Status(status::Arguments),
    /// Compare results with reference transcriptions
    Evaluate(evaluate::Arguments),
    /// Correct results in a browser, beside their scans
    Review(review::Arguments),
    /// Index page records for `denshin search`
    Index(index::Arguments),
    /// Search an index of page records
    Search(Box<search::Arguments>),
    /// Write documents for other search engines
    Feed(feed::Arguments),
    /// Print a text as search folds it
    Fold(feed::FoldArguments),
    /// Write an image of every processing stage of a page
    Inspect(inspect::Arguments),
    /// Read pages for `denshin read`, `batch` and `work`
    #[command(hide = true)]
    Worker,
    /// Print the JSON Schema of the page record
    Schema,
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Parses the arguments and runs the command.
pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    single_thread::ensure();
    std::panic::set_hook(Box::new(|panic| {
        format!("denshin: internal error: {panic}").lines().for_each(complain);
    }));
    let outcome = match cli.command {
        Command::Read(arguments) => read::run(&arguments),
        Command::Convert(arguments) => convert::run(&arguments),
        Command::Batch(arguments) => batch::run(&arguments),
        Command::Enqueue(arguments) => enqueue::run(&arguments),
        Command::Work(arguments) => work::run(&arguments),
        Command::Status(arguments) => status::run(&arguments),
        Command::Worker => worker::run(),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Review(arguments) => review::run(&arguments),
        Command::Index(arguments) => index::run(&arguments),
        Command::Search(arguments) => search::run(&arguments),
        Command::Feed(arguments) => feed::run(&arguments),
        Command::Fold(arguments) => Ok(feed::fold(&arguments)),
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Schema => schema(),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "denshin", &mut std::io::stdout());
            Ok(Exit::Success)
        }
    };
    ExitCode::from(outcome.unwrap_or_else(|error| {
        // Errors in settings have several lines, which show the place.
        format!("denshin: {error:#}").lines().for_each(complain);
        match error.downcast_ref() {
            Some(RecognizeError::ModelMissing { .. } | RecognizeError::ModelUnusable { .. }) => {
                Exit::ModelMissing
            }
            _ if matches!(error.downcast_ref(), Some(OutputError::Model(_))) => Exit::ModelMissing,
            _ if error.is::<denshin::error::PageError>() => Exit::SomeFailed,
            _ => Exit::Usage,
        }
    }) as u8)
}

fn schema() -> anyhow::Result<Exit> {
    say(&serde_json::to_string_pretty(&denshin::write::json_schema())?);
    Ok(Exit::Success)
}

/// Prints lines on stdout. A closed pipe is not an error.
fn say(lines: &str) {
    let lines: Vec<_> = lines.split('\n').map(printable).collect();
    let _ = writeln!(std::io::stdout(), "{}", lines.join("\n"));
}

/// Prints a line on stderr.
fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{}", printable(line));
}
