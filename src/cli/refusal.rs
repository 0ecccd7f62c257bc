//! A gRPC status as people read it: what is wrong, field by field, and what would be right.

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::failure::{Exit, Failure, Stop};

impl From<Status> for Stop {
    fn from(status: Status) -> Self {
        Self::Failed(failure(&status))
    }
}

fn failure(status: &Status) -> Failure {
    let violations = status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
    let mut wrong: Vec<String> = violations
        .iter()
        .map(|violation| match violation.field.as_str() {
            "" => violation.description.clone(),
            field => format!("{field}: {}", violation.description),
        })
        .collect();
    if wrong.is_empty() {
        wrong.push(status.message().to_owned());
    }
    let (exit, right) = match status.code() {
        Code::Unavailable | Code::DeadlineExceeded => (Exit::Unavailable, None),
        Code::Aborted => {
            (Exit::Refused, Some("read it again, and pass the revision it has now as --expected-revision"))
        }
        Code::Unimplemented => (Exit::Refused, Some("a server of the same version as this command")),
        _ => (Exit::Refused, None),
    };
    Failure { exit, wrong, right: right.map(str::to_owned) }
}

#[cfg(test)]
mod tests {
    use tonic_types::{ErrorDetails, StatusExt as _};

    use super::*;

    #[test]
    fn every_field_violation_has_its_line() {
        let mut details = ErrorDetails::new();
        details.add_bad_request_violation("api.name", "it is empty");
        details.add_bad_request_violation("", "nothing fits");
        let status = Status::with_error_details(Code::InvalidArgument, "2 fields are wrong", details);
        let failure = failure(&status);
        assert_eq!(failure.wrong, ["api.name: it is empty", "nothing fits"]);
        assert_eq!(failure.exit, Exit::Refused);
    }

    #[test]
    fn a_server_that_is_not_there_is_unavailable() {
        assert_eq!(failure(&Status::unavailable("gone")).exit, Exit::Unavailable);
    }
}
