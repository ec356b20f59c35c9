//! Commands, one file each; what they print, and the exit codes.

mod batch;
mod clock;
mod convert;
mod engine;
mod enqueue;
mod evaluate;
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

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// All was read.
    Success = 0,
    /// Some pages failed.
    SomeFailed = 1,
    /// Wrong usage, or nothing can be written.
    Usage = 2,
    /// A model is missing, or cannot be used.
    ModelMissing = 3,
    /// Stopped with Ctrl-C.
    Stopped = 130,
}

#[derive(Parser)]
#[command(
    name = "denshin",
    version,
    about = "Reads scanned Japanese telegrams: text with boxes, stamps, redactions, header fields",
    after_help = "Exit codes: 0 all read, 1 some pages failed, 2 wrong usage, 3 model missing, 130 stopped.\n\
                  Every command has its own help: denshin read --help"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Read scans into page records
    Read(read::Arguments),
    /// Make other formats from page records
    Convert(convert::Arguments),
    /// Read any number of scans, in a run that can be killed and goes on
    Batch(Box<batch::Arguments>),
    /// Put scans into a queue, for workers on any number of machines
    Enqueue(Box<enqueue::Arguments>),
    /// Read pages of a queue, beside any number of others
    Work(Box<work::Arguments>),
    /// Show how a batch, or a queue, stands
    Status(status::Arguments),
    /// Compare results with reference transcriptions
    Evaluate(evaluate::Arguments),
    /// Mend results in a browser, beside their scans
    Review(review::Arguments),
    /// Index page records for `denshin search`
    Index(index::Arguments),
    /// Search an index of page records
    Search(Box<search::Arguments>),
    /// Write the picture of every stage of a page
    Inspect(inspect::Arguments),
    /// Read pages for `denshin read`, `batch` and `work`
    #[command(hide = true)]
    Worker,
    /// Print the JSON Schema of the page record
    Schema,
    /// Print shell completions
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
}

/// Runs the command that was asked for.
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
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Schema => schema(),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "denshin", &mut std::io::stdout());
            Ok(Exit::Success)
        }
    };
    ExitCode::from(outcome.unwrap_or_else(|error| {
        // Of settings, several lines: the place is shown.
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

/// Lines on stdout; a reader that went away is no error.
fn say(lines: &str) {
    let lines: Vec<_> = lines.split('\n').map(printable).collect();
    let _ = writeln!(std::io::stdout(), "{}", lines.join("\n"));
}

/// A line on stderr.
fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{}", printable(line));
}
