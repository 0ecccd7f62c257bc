//! One call in hand: who calls where, and what stands in its path, query and body.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use serde_json::{Map, Value};

use super::error::Exception;
use super::input::Input;
use super::patch::{Patch, patches};
use super::show::Fields;
use crate::control::{Control, Error, MethodRef, MethodState, Options, ResourceRef};
use crate::model::{ApiId, Method, Partition, ResourceId, Status, Verb};

/// How many entries a page has when none are asked for, and at most (API Gateway, *GetResources*).
const PAGE: (usize, usize) = (25, 500);

/// A call of one operation.
pub(super) struct Call {
    /// The use cases, for the caller's partition.
    pub(super) control: Control,
    /// The caller's account and region.
    pub(super) partition: Partition,
    /// What stands in the path for the operation's `{…}`, decoded, in order.
    pub(super) path: Vec<String>,
    /// The query, decoded, in order.
    pub(super) query: Vec<(String, String)>,
    /// The `Accept` header.
    pub(super) accept: Option<String>,
    /// The body as it came, for operations that take a document.
    pub(super) document: Bytes,
    /// The body's fields, for all others.
    pub(super) body: Map<String, Value>,
}

impl Call {
    /// The body.
    pub(super) fn input(&self) -> Input<'_> {
        Input::new(&self.body)
    }

    /// The patch operations of the body; `operation` names the call as in `updateRestApi`.
    pub(super) fn patches(&self, operation: &str) -> Result<Vec<Patch>, Exception> {
        patches(self.input(), operation, Vec::new())
    }

    /// The status code that the path names, and the patch operations: faults of both are told of together.
    pub(super) fn status_and_patches(&self, operation: &str) -> Result<(Status, Vec<Patch>), Exception> {
        match self.status_or_fault() {
            Ok(status) => Ok((status, self.patches(operation)?)),
            Err(fault) => {
                patches(self.input(), operation, vec![fault.clone()])?;
                Err(Exception::validation(&[fault]))
            }
        }
    }

    /// One of the path's values.
    pub(super) fn named(&self, index: usize) -> &str {
        self.path.get(index).map_or("", String::as_str)
    }

    /// The first value of a query parameter.
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of a query parameter.
    pub(super) fn all_asked<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether the answer is to hold a part that is left out by default.
    pub(super) fn embeds(&self, part: &str) -> bool {
        self.all_asked("embed").any(|value| value.split(',').any(|one| one == part))
    }

    /// The API that the path names. An id that cannot be one is one that is not there.
    pub(super) fn api(&self) -> Result<ApiId, Exception> {
        self.named(0).parse().map_err(|_| self.no_api())
    }

    /// 404 for the path's API.
    pub(super) fn no_api(&self) -> Exception {
        self.no_api_of(self.named(0))
    }

    /// 404 for an API of this id.
    pub(super) fn no_api_of(&self, id: &str) -> Exception {
        Exception::not_found(format!("Invalid API identifier specified {}:{id}", self.partition.account))
    }

    /// API and resource of a call on a resource or what it holds, which tells of either with the same words.
    pub(super) fn resource(&self) -> Result<(ApiId, ResourceRef), Exception> {
        let ids = (self.named(0).parse(), self.named(1).parse::<ResourceId>());
        match ids {
            (Ok(api), Ok(resource)) => Ok((api, ResourceRef::Id(resource))),
            _ => Err(no_resource()),
        }
    }

    /// API and method of a call on a method or what it holds.
    pub(super) fn method(&self) -> Result<(ApiId, MethodRef), Exception> {
        let (api, resource) = self.resource()?;
        let verb: Verb = self.named(2).parse().map_err(|_| no_method())?;
        Ok((api, MethodRef { resource, verb }))
    }

    /// The status code that the path names.
    pub(super) fn status(&self) -> Result<Status, Exception> {
        self.status_or_fault().map_err(|fault| Exception::validation(&[fault]))
    }

    fn status_or_fault(&self) -> Result<Status, String> {
        let text = self.named(3);
        text.parse().map_err(|_| {
            format!(
                "Value '{text}' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression \
                 pattern: [1-5]\\d\\d"
            )
        })
    }

    /// The exception for a failed use case.
    #[expect(clippy::needless_pass_by_value, reason = "made for `map_err`, which hands the error over")]
    pub(super) fn fail(&self, error: Error) -> Exception {
        if let Some(detail) = error.detail() {
            tracing::error!(detail, "the store failed");
        }
        Exception::of(&error, &self.partition)
    }

    /// The same for a call on a resource or what it holds: an API that is not there is told of as a resource.
    pub(super) fn fail_below(&self, error: Error) -> Exception {
        match error {
            Error::NotFound { noun: crate::control::Noun::Api, .. } => no_resource(),
            other => self.fail(other),
        }
    }

    /// Changes a method or what it holds. `change` may run more than once; what it gives goes to `refused`, which words a
    /// failure of the use case.
    pub(super) async fn update_method<T: Send>(
        &self,
        api: ApiId,
        at: MethodRef,
        mut change: impl FnMut(&mut Method) -> Result<T, Exception> + Send,
        refused: impl FnOnce(Error, T) -> Exception,
    ) -> Result<MethodState, Exception> {
        let mut outcome = None;
        let change = |method: &mut Method| {
            let changed = change(method);
            let is_refused = changed.is_err();
            outcome = Some(changed);
            if is_refused { Err(Vec::new()) } else { Ok(()) }
        };
        let written = self.control.update_method(api, at, change, Options::default()).await;
        match (written, outcome) {
            (Ok(written), _) => Ok(written.value),
            (Err(_), Some(Err(refusal))) => Err(refusal),
            (Err(error), Some(Ok(changed))) => Err(refused(error, changed)),
            (Err(error), None) => Err(self.fail_below(error)),
        }
    }

    /// How many entries are asked for. What is out of range is brought into it, as recorded.
    pub(super) fn limit(&self) -> usize {
        let asked = self.asked("limit").and_then(|text| text.parse::<usize>().ok());
        asked.filter(|limit| *limit > 0).unwrap_or(PAGE.0).min(PAGE.1)
    }

    /// After which entry the page starts.
    pub(super) fn position(&self) -> Option<String> {
        let decoded = URL_SAFE_NO_PAD.decode(self.asked("position")?).ok()?;
        String::from_utf8(decoded).ok()
    }

    /// The page that is asked for of a whole list, which is sorted by `key`, unique for each entry.
    pub(super) fn page<T>(
        &self,
        mut items: Vec<T>,
        key: impl Fn(&T) -> String,
        show: impl FnMut(&T) -> Value,
    ) -> Value {
        items.sort_by_cached_key(&key);
        let after = self.position();
        let mut items: Vec<_> =
            items.into_iter().filter(|item| after.as_ref().is_none_or(|after| key(item) > *after)).collect();
        let more = items.len() > self.limit();
        items.truncate(self.limit());
        let next = if more { items.last().map(key) } else { None };
        list(items.iter().map(show), next)
    }
}

/// A page of a list; `next` names its last entry if more follow.
pub(super) fn list(items: impl IntoIterator<Item = Value>, next: Option<String>) -> Value {
    let items: Vec<Value> = items.into_iter().collect();
    let position = next.map(|next| URL_SAFE_NO_PAD.encode(next));
    Fields::new().put("item", items).some("position", position).into_value()
}

/// 404 for a resource, or for the API of a call on one.
pub(super) fn no_resource() -> Exception {
    Exception::not_found("Invalid Resource identifier specified")
}

/// 404 for a method.
pub(super) fn no_method() -> Exception {
    Exception::not_found("Invalid Method identifier specified")
}
