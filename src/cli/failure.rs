//! How a command ends when it does not end well: an exit code, what is wrong, what would be right.

use std::fmt;
use std::io;

use crate::settings::Problem;

/// What the process tells the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// The call was refused, or the verdict is no.
    Refused = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// The settings are wrong (`EX_USAGE` of sysexits.h).
    Settings = 64,
    /// The server cannot be reached, or not now (`EX_UNAVAILABLE`).
    Unavailable = 69,
    /// The store cannot be opened (`EX_CONFIG`).
    Store = 78,
}

/// A command's failure, as it is shown to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What the process tells the shell.
    pub exit: Exit,
    /// What is wrong, one line each.
    pub wrong: Vec<String>,
    /// What would be right, if there is anything to say.
    pub right: Option<String>,
}

/// Why a command stopped before its end.
#[derive(Debug)]
pub enum Stop {
    /// Something is wrong.
    Failed(Failure),
    /// Whoever read our output has read enough; no error.
    PipeClosed,
}

impl Failure {
    /// A failure with one line.
    pub fn new(exit: Exit, wrong: impl Into<String>) -> Self {
        Self { exit, wrong: vec![wrong.into()], right: None }
    }

    /// A command line that makes no sense.
    pub fn usage(wrong: impl Into<String>, right: impl Into<String>) -> Self {
        Self::new(Exit::Usage, wrong).right(right)
    }

    /// A call that was refused.
    pub fn refused(wrong: impl Into<String>) -> Self {
        Self::new(Exit::Refused, wrong)
    }

    /// The same failure with what would be right.
    #[must_use]
    pub fn right(mut self, right: impl Into<String>) -> Self {
        self.right = Some(right.into());
        self
    }

    /// Wrong settings: every problem, each with what would be right.
    #[must_use]
    pub fn settings(problems: &[Problem]) -> Self {
        let wrong = problems.iter().map(ToString::to_string).collect();
        Self { exit: Exit::Settings, wrong, right: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, line) in self.wrong.iter().enumerate() {
            let prefix = if index == 0 { "error: " } else { "\nerror: " };
            write!(f, "{prefix}{line}")?;
        }
        match &self.right {
            Some(right) => write!(f, "\n  right would be: {right}"),
            None => Ok(()),
        }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::PipeClosed
        } else {
            Self::Failed(Failure::new(Exit::Refused, format!("cannot write: {error}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_is_wrong_and_what_would_be_right() {
        let failure = Failure::usage("no API is called \"pets\"", "an id or name of `postern api list`");
        assert_eq!(
            failure.to_string(),
            "error: no API is called \"pets\"\n  right would be: an id or name of `postern api list`"
        );
    }

    #[test]
    fn a_closed_pipe_is_no_failure() {
        assert!(matches!(Stop::from(io::Error::from(io::ErrorKind::BrokenPipe)), Stop::PipeClosed));
    }
}
