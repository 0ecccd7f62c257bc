//! Reads the fields that requests have in common; every fault is noted before the first is answered.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use tonic::Status;

use super::{page, status};
use crate::control::{DeploymentRef, MethodRef, Options, ResourceRef};
use crate::model::{Expected, Issue, Issues, Revision, StageVariables, Verb};
use crate::wire::read;

/// The fields of one request.
#[derive(Debug, Default)]
pub(super) struct Fields(Issues);

impl Fields {
    /// A field that must be given.
    pub(super) fn required<T>(&mut self, field: &str, text: &str) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        read::required(&mut self.0, field, text)
    }

    /// A field that may be left empty; the inner value is missing then.
    #[expect(clippy::option_option, reason = "the outer one says whether the field is in order")]
    pub(super) fn optional<T>(&mut self, field: &str, text: &str) -> Option<Option<T>>
    where
        T: FromStr,
        T::Err: Display,
    {
        if text.is_empty() { Some(None) } else { self.take(field, text.parse()).map(Some) }
    }

    /// A resource by path or id.
    pub(super) fn resource(&mut self, field: &str, text: &str) -> Option<ResourceRef> {
        if text.starts_with('/') {
            self.take(field, text.parse()).map(ResourceRef::Path)
        } else {
            let expected = "a path such as /pets/{id}, or the 6 characters of an id";
            let message = if text.is_empty() {
                format!("is required: {expected}")
            } else {
                format!("{text:?} names no resource: expected {expected}")
            };
            self.take(field, text.parse().map_err(|_| message)).map(ResourceRef::Id)
        }
    }

    /// A method by resource and verb, in the fields `resource` and `http_method`.
    pub(super) fn method(&mut self, resource: &str, verb: &str) -> Option<MethodRef> {
        let resource = self.resource("resource", resource);
        let verb: Option<Verb> = self.required("http_method", verb);
        Some(MethodRef { resource: resource?, verb: verb? })
    }

    /// A deployment by id, or by `#` and its number.
    pub(super) fn deployment(&mut self, field: &str, text: &str) -> Option<DeploymentRef> {
        let expected = "the 6 characters of an id, or # and a number, such as #3";
        if text.is_empty() {
            self.0.push(field, format!("is required: {expected}"));
            return None;
        }
        let read = match text.strip_prefix('#') {
            Some(number) => number.parse().map(DeploymentRef::Number).ok(),
            None => text.parse().map(DeploymentRef::Id).ok(),
        };
        self.take(field, read.ok_or_else(|| format!("{text:?} names no deployment: expected {expected}")))
    }

    /// A message that must be given.
    pub(super) fn message<T>(&mut self, field: &str, message: Option<T>) -> Option<T> {
        if message.is_none() {
            self.0.push(field, "is required");
        }
        message
    }

    /// What a conversion of `wire` read; its faults are seen from `field`.
    pub(super) fn read<T>(&mut self, field: &str, read: Result<T, Vec<Issue>>) -> Option<T> {
        read.map_err(|faults| self.0.extend_at(field, faults)).ok()
    }

    /// A single value; its fault is noted under `field`.
    pub(super) fn take<T, E: Display>(&mut self, field: &str, result: Result<T, E>) -> Option<T> {
        self.0.take(field, result)
    }

    /// Stage variables.
    pub(super) fn variables(
        &mut self,
        field: &str,
        variables: BTreeMap<String, String>,
    ) -> Option<StageVariables> {
        self.read(field, StageVariables::parse(variables))
    }

    /// A value of an enum.
    pub(super) fn enumeration<E: TryFrom<i32>>(&mut self, field: &str, value: i32) -> Option<E> {
        read::enumeration(&mut self.0, field, value)
    }

    /// Where a page of the list `of` begins.
    #[expect(clippy::option_option, reason = "the outer one says whether the field is in order")]
    pub(super) fn after<K: FromStr>(&mut self, of: &str, token: &str) -> Option<Option<K>> {
        if token.is_empty() { Some(None) } else { page::after(&mut self.0, of, token).map(Some) }
    }

    /// Notes a fault.
    pub(super) fn fault(&mut self, field: &str, message: &str) {
        self.0.push(field, message);
    }

    /// The values, if every field is in order.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` with all faults.
    pub(super) fn finish<T: Complete>(self, values: T) -> Result<T::Whole, Status> {
        self.0.into_result(()).map_err(status::invalid)?;
        values.whole().ok_or_else(|| Status::internal("a field is missing and nobody said so"))
    }
}

/// How a write is to be made.
pub(super) fn options(expected_revision: u64, validate_only: bool) -> Options {
    let expected = match expected_revision {
        0 => Expected::Any,
        revision => Expected::At(Revision(revision)),
    };
    Options { expected, validate_only, keep_unserved: false }
}

/// Values of which some may be missing.
pub(super) trait Complete {
    /// The same when none is.
    type Whole;

    /// All of them, or none.
    fn whole(self) -> Option<Self::Whole>;
}

impl<A> Complete for Option<A> {
    type Whole = A;

    fn whole(self) -> Option<A> {
        self
    }
}

macro_rules! complete {
    ($($name:ident)+) => {
        impl<$($name),+> Complete for ($(Option<$name>,)+) {
            type Whole = ($($name,)+);

            #[expect(non_snake_case, reason = "a value is named as its type")]
            fn whole(self) -> Option<Self::Whole> {
                let ($($name,)+) = self;
                Some(($($name?,)+))
            }
        }
    };
}

complete!(A B);
complete!(A B C);
complete!(A B C D);
complete!(A B C D E);

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt as _;

    use super::*;
    use crate::model::ApiId;

    #[test]
    fn all_faults_of_a_request_come_at_once() {
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", "");
        let at = fields.method("pets", "get");
        let deployment = fields.deployment("deployment", "#x");
        let status = fields.finish((api, at, deployment)).expect_err("all is wrong");
        let violations = status.get_details_bad_request().expect("it has some").field_violations;
        let named: Vec<_> = violations.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(named, ["api_id", "resource", "http_method", "deployment"]);
    }

    #[test]
    fn resources_and_deployments_are_named_in_two_ways() {
        let mut fields = Fields::default();
        for (text, expected) in [("/pets/{id}", "/pets/{id}"), ("abc123", "abc123"), ("/", "/")] {
            assert_eq!(fields.resource("resource", text).map(|at| at.to_string()).as_deref(), Some(expected));
        }
        for (text, expected) in [("#12", "number 12"), ("abc123", "abc123")] {
            let read = fields.deployment("deployment", text).map(|at| at.to_string());
            assert_eq!(read.as_deref(), Some(expected));
        }
        assert!(fields.finish(Some(())).is_ok());
    }
}
