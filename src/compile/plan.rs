//! Compiled methods: what the data plane executes. Alternatives hold only what they use, and nothing in here is
//! looked up, parsed or joined again while a request is served.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::cors::policy::Policy;
use crate::mapping::{HeaderMapping, InvalidUri, QueryMapping, Selection, UriPlan};
use crate::model::{ContentHandling, ResourceId, Verb};
use crate::template::{InvalidMock, Template, mock_status};

use super::{AcceptChoice, Answer, AwsPlan, Chosen, ContentTypeChoice, LambdaPlan, ValidationPlan};

/// One compiled method, on a stage.
#[derive(Debug)]
pub struct MethodPlan {
    /// The resource it belongs to (`$context.resourceId`).
    pub resource_id: ResourceId,
    /// The resource's path, such as `/pets/{id}` (`$context.resourcePath`).
    pub resource_path: Arc<str>,
    /// The verb it is stored under; may be `ANY`.
    pub verb: Verb,
    /// What a request goes through before the integration, in order.
    pub steps: Box<[Step]>,
    /// How it gets its answer.
    pub integration: IntegrationPlan,
    /// What the integration asks to be done to the request's body.
    pub content_handling: Option<ContentHandling>,
    /// The CORS policy of the resource, else of the API; run on every answer by the outermost layer.
    pub cors: Option<Arc<Policy>>,
}

/// A step of the method request. Authorizers, API keys and throttling are not built yet, and a definition that asks for
/// one does not compile.
#[derive(Clone, Debug)]
pub enum Step {
    /// Parameters and body are checked.
    Validate(Arc<ValidationPlan>),
}

/// How a method gets its answer.
#[derive(Debug)]
pub enum IntegrationPlan {
    /// The gateway answers by itself (`MOCK`).
    Mock(MockPlan),
    /// An HTTP back end; only mapped headers cross (`HTTP`).
    Http(HttpPlan),
    /// An HTTP back end; request and answer pass through (`HTTP_PROXY`).
    Passthrough(PassthroughPlan),
    /// A function that gets the whole request (`AWS_PROXY`).
    Lambda(LambdaPlan),
    /// An AWS service, a function among them, with mappings (`AWS`).
    Aws(AwsPlan),
}

/// A mock. Where a request template is constant, its outcome is known.
#[derive(Debug)]
pub struct MockPlan {
    /// What each request template leads to.
    pub templates: ContentTypeChoice<MockOutcome>,
    /// Its integration responses.
    pub responses: Arc<Responses>,
}

/// What a request template of a mock leads to.
#[derive(Clone, Debug)]
pub enum MockOutcome {
    /// The integration response at this index.
    Response(usize),
    /// The request's own body takes the template's place, as if there were none (an empty template).
    Payload,
    /// 500: the template gives no integer `statusCode`.
    NoStatus,
    /// 500: no integration response matches, and there is no default.
    NoResponse,
    /// Whatever this template gives for the request.
    Template(Arc<Template>),
}

/// What a mock answers with.
#[derive(Clone, Copy, Debug)]
pub enum MockReply<'p> {
    /// This response.
    Response(&'p ResponsePlan),
    /// Whatever the request's body says: read it, then ask [`MockPlan::reply_to_text`].
    ReadBody,
    /// Whatever this template gives: run it, then ask [`MockPlan::reply_to_text`].
    Render(&'p Template),
    /// 415 Unsupported Media Type.
    UnsupportedMediaType,
    /// 500; the text is for the log.
    Failure(&'static str),
}

impl MockPlan {
    /// The reply to a request with this `Content-Type`.
    #[must_use]
    pub fn reply(&self, content_type: Option<&HeaderValue>) -> MockReply<'_> {
        match self.templates.choose(content_type) {
            Chosen::Template(MockOutcome::Response(index)) => self.response(Some(*index)),
            Chosen::Template(MockOutcome::NoStatus) => MockReply::Failure(NO_STATUS),
            Chosen::Template(MockOutcome::NoResponse) => MockReply::Failure(NO_RESPONSE),
            Chosen::Template(MockOutcome::Payload) | Chosen::Passthrough => MockReply::ReadBody,
            Chosen::Template(MockOutcome::Template(template)) => MockReply::Render(template),
            Chosen::UnsupportedMediaType => MockReply::UnsupportedMediaType,
        }
    }

    /// The reply to what a template gave, or to a body that passes through: it must hold a `statusCode`.
    #[must_use]
    pub fn reply_to_text(&self, body: &[u8]) -> MockReply<'_> {
        let status = std::str::from_utf8(body).map_err(|_| InvalidMock).and_then(mock_status);
        match status {
            Ok(status) => self.response(self.responses.selection.by_text(&status.to_string())),
            Err(InvalidMock) => MockReply::Failure(NO_STATUS),
        }
    }

    fn response(&self, index: Option<usize>) -> MockReply<'_> {
        match index.and_then(|index| self.responses.list.get(index)) {
            Some(response) => MockReply::Response(response),
            None => MockReply::Failure(NO_RESPONSE),
        }
    }
}

const NO_STATUS: &str =
    "Unable to parse statusCode. It should be an integer that is defined in the request template.";
const NO_RESPONSE: &str = "No match for output mapping and no default output mapping configured";

/// A call to an HTTP back end: what `HTTP` and `HTTP_PROXY` have in common.
#[derive(Debug)]
pub struct Endpoint {
    /// Whom to call and with what path and query. Invalid only where a stage variable made it so: every call then
    /// fails with 500 (`Invalid endpoint address`).
    pub uri: Result<UriPlan, InvalidUri>,
    /// The verb to use; `None` takes the caller's.
    pub method: Option<http::Method>,
    /// Headers to set, in place of any that are there.
    pub headers: Box<[HeaderMapping]>,
    /// Query parameters to add.
    pub querystring: Box<[QueryMapping]>,
    /// Whether a mapping reads the caller's body, which must then be held.
    pub maps_payload: bool,
    /// A header is mapped that must not be (`Content-Length`, say): every call fails with 500.
    pub forbidden_header: bool,
    /// The longest a call may take, from its start to the end of the answer's head.
    pub timeout: Duration,
    /// Whether the back end's certificate is taken unverified.
    pub insecure_skip_verification: bool,
    /// Whether an AWS service is called, which more headers are kept from.
    pub is_aws: bool,
    /// Whether the operator of this server named the address, so that it may be one of this machine.
    pub trusted: bool,
}

/// An `HTTP` integration.
#[derive(Debug)]
pub struct HttpPlan {
    /// Whom to call.
    pub endpoint: Endpoint,
    /// What is sent as the body.
    pub body: RequestBody,
    /// Its integration responses.
    pub responses: Arc<Responses>,
}

/// An `HTTP_PROXY` integration.
#[derive(Debug)]
pub struct PassthroughPlan {
    /// Whom to call.
    pub endpoint: Endpoint,
}

/// What an integration makes of a request's body.
#[derive(Clone, Debug)]
pub struct RequestBody {
    /// What is sent, by the request's `Content-Type`.
    pub templates: ContentTypeChoice<BodyPlan>,
}

/// A body on its way through a template.
#[derive(Clone, Debug)]
pub enum BodyPlan {
    /// It passes as it is.
    Payload,
    /// These bytes take its place.
    Constant(Bytes),
    /// What this template gives takes its place.
    Template(Arc<Template>),
}

impl BodyPlan {
    /// Whether the payload must be held to make the body.
    #[must_use]
    pub fn needs_payload(&self) -> bool {
        matches!(self, Self::Template(template) if template.needs().payload)
    }

    /// Whether it lists the names of the caller's headers as they were sent.
    pub(super) fn lists_headers(&self) -> bool {
        matches!(self, Self::Template(template) if template.needs().header_names)
    }
}

/// The integration responses of a method and which of them applies.
#[derive(Debug)]
pub struct Responses {
    /// All of them, in the order of their statuses.
    pub list: Box<[ResponsePlan]>,
    /// Which one applies, by index into the list.
    pub selection: Selection,
}

impl Responses {
    /// The response for a back end's status; `None` is a 500.
    #[must_use]
    pub fn for_status(&self, status: StatusCode) -> Option<&ResponsePlan> {
        self.list.get(self.selection.by_status(status.as_u16())?)
    }
}

/// One integration response.
#[derive(Debug)]
pub struct ResponsePlan {
    /// The status that the caller gets.
    pub status: StatusCode,
    /// Headers that are the same for every request. No `Content-Type` unless an owner mapped one.
    pub headers: HeaderMap,
    /// Headers that depend on the back end's answer or the context; one without a value is left out.
    pub mappings: Box<[HeaderMapping]>,
    /// Whether a header mapping reads the body of the back end's answer, which must then be held.
    pub maps_payload: bool,
    /// What is asked to be done to the body of the back end's answer, before any template; to a mock's, after.
    pub content_handling: Option<ContentHandling>,
    /// The body, by the request's `Accept`.
    pub body: AcceptChoice<BodyPlan>,
    /// The whole answer of a mock, ready to be sent, by the request's `Accept`; `None` if anything depends on the
    /// request, or if the method declares no response with this status.
    pub answer: Option<AcceptChoice<Arc<Answer>>>,
    /// The method declares no response with this status: the answer is a 500.
    pub undeclared: bool,
}
