//! How a command ends: exit codes, and errors that carry one.
//!
//! Exit codes are a contract with scripts; this table is the only place that has the numbers.

use std::process::ExitCode;

use millstream_graph::Severity;

use crate::message::Message;

/// What a command's end means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Exit {
    /// Everything went well.
    Ok,
    /// A component failed, or `doctor` found a fault.
    Failed,
    /// `diff` found differences.
    Different,
    /// The command line makes no sense.
    Usage,
    /// The graph is invalid, or not in the form that was asked for.
    Invalid,
    /// Something could not be read or written.
    Io,
    /// A runtime cannot be reached, or refuses.
    Unreachable,
    /// No process could go on.
    Deadlock,
    /// A test did not pass.
    TestFailed,
    /// The time limit was reached.
    TimeLimit,
    /// SIGINT asked the run to stop.
    Interrupted,
    /// SIGTERM asked the run to stop.
    Terminated,
}

impl Exit {
    /// The number that the shell sees.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed | Self::Different => 1,
            Self::Usage => 2,
            Self::Invalid => 3,
            Self::Io => 4,
            Self::Unreachable => 5,
            Self::Deadlock => 6,
            Self::TestFailed => 7,
            Self::TimeLimit => 8,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// The word that stands for it in JSON, where there is no code of a finding.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Different => "different",
            Self::Usage => "usage",
            Self::Invalid => "invalid",
            Self::Io => "io",
            Self::Unreachable => "unreachable",
            Self::Deadlock => "deadlock",
            Self::TestFailed => "test_failed",
            Self::TimeLimit => "time_limit",
            Self::Interrupted => "interrupted",
            Self::Terminated => "terminated",
        }
    }

    /// The worse of two, for commands that look at many files.
    pub(crate) fn worse(self, other: Self) -> Self {
        if other.code() > self.code() {
            other
        } else {
            self
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command gave up: what to tell, and how to exit.
#[derive(Debug)]
pub(crate) struct Fault {
    /// How to exit.
    pub(crate) exit: Exit,
    /// What to tell.
    pub(crate) message: Box<Message>,
}

impl Fault {
    /// An error without a place.
    pub(crate) fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self {
            exit,
            message: Box::new(Message::new(Severity::Error, exit.word(), text)),
        }
    }

    /// A command line that makes no sense.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::new(Exit::Usage, text)
    }

    /// Something that could not be read or written.
    pub(crate) fn io(doing: &str, error: &std::io::Error) -> Self {
        Self::new(Exit::Io, format!("{doing}: {}", io_text(error)))
    }

    /// The same error with what to do about it.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.message.help = Some(help.into());
        self
    }
}

/// What an I/O error says, lower case and without the number of the system.
pub(crate) fn io_text(error: &std::io::Error) -> String {
    let text = error.to_string();
    let plain = text
        .split_once(" (os error")
        .map_or(text.as_str(), |(plain, _)| plain);
    let mut chars = plain.chars();
    chars.next().map_or_else(
        || "unknown error".to_owned(),
        |first| first.to_lowercase().chain(chars).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn io_errors_read_like_the_rest_of_a_sentence() {
        let error = std::io::Error::from_raw_os_error(2);
        assert_eq!(io_text(&error), "no such file or directory");
    }

    #[test]
    fn worse_exit_wins() {
        assert_eq!(Exit::Ok.worse(Exit::Invalid), Exit::Invalid);
        assert_eq!(Exit::Io.worse(Exit::Invalid), Exit::Io);
    }
}
