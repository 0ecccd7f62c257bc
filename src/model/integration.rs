//! How a method gets its answer, and how the answer is mapped back.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{HeaderParameter, InvalidName, MediaType, MethodParameter, Status, Verb};

/// The kind of an integration (API Gateway: `type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntegrationType {
    /// The gateway answers by itself.
    Mock,
    /// An HTTP back end; only mapped headers cross.
    Http,
    /// An HTTP back end; request and answer pass through.
    HttpProxy,
    /// An AWS service, with mappings.
    Aws,
    /// A Lambda function that gets the whole request.
    AwsProxy,
}

impl IntegrationType {
    /// API Gateway's spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mock => "MOCK",
            Self::Http => "HTTP",
            Self::HttpProxy => "HTTP_PROXY",
            Self::Aws => "AWS",
            Self::AwsProxy => "AWS_PROXY",
        }
    }

    /// Whether the back end's answer passes through, so that integration responses are never applied.
    #[must_use]
    pub const fn is_proxy(self) -> bool {
        matches!(self, Self::HttpProxy | Self::AwsProxy)
    }
}

/// What happens to a request body whose media type has no request template (API Gateway: `passthroughBehavior`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PassthroughBehavior {
    /// Pass it on.
    #[default]
    WhenNoMatch,
    /// Pass it on only if there is no template at all, else 415.
    WhenNoTemplates,
    /// 415.
    Never,
}

/// How a payload is converted (API Gateway: `contentHandling`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentHandling {
    /// Base64 text to bytes.
    ConvertToBinary,
    /// Bytes to base64 text.
    ConvertToText,
}

/// How a back end is reached (API Gateway: `connectionType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionType {
    /// Directly.
    Internet,
    /// Through a VPC link, stored and read back.
    VpcLink,
}

/// The longest a call to a back end may take when nothing is said: what REST APIs have, and what clients are
/// tuned to (API Gateway, *Quotas*).
pub const DEFAULT_INTEGRATION_TIMEOUT: IntegrationTimeout = IntegrationTimeout(Duration::from_secs(29));

/// How long a call to a back end may take: at least 50 ms, at most 15 minutes. Whole milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IntegrationTimeout(Duration);

impl IntegrationTimeout {
    /// The shortest timeout API Gateway takes.
    pub const MIN: Duration = Duration::from_millis(50);
    /// The longest one that we take, well above Amazon's 29 s.
    pub const MAX: Duration = Duration::from_secs(900);

    /// The timeout as a duration.
    #[must_use]
    pub const fn get(self) -> Duration {
        self.0
    }

    /// The timeout in milliseconds.
    #[must_use]
    pub fn as_millis(self) -> u32 {
        u32::try_from(self.0.as_millis()).expect("at most 900,000 ms, by construction")
    }

    /// Reads a number of milliseconds.
    ///
    /// # Errors
    /// When it is not within 50 ms and 15 minutes.
    pub fn from_millis(millis: u32) -> Result<Self, InvalidName> {
        let duration = Duration::from_millis(u64::from(millis));
        if (Self::MIN..=Self::MAX).contains(&duration) {
            Ok(Self(duration))
        } else {
            Err(InvalidName::new("timeout in milliseconds", &millis.to_string(), "50 to 900000"))
        }
    }
}

impl Default for IntegrationTimeout {
    fn default() -> Self {
        DEFAULT_INTEGRATION_TIMEOUT
    }
}

/// How a method gets its answer (API Gateway: `Integration`). Flat: every field is kept whatever the type, and
/// `compile` leaves out what the type does not use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integration {
    /// Its kind.
    pub integration_type: IntegrationType,
    /// The verb used toward the back end (`integrationHttpMethod`); `None` and `ANY` mean the caller's.
    pub http_method: Option<Verb>,
    /// The back end's address; may hold `{name}` and `${stageVariables.name}`.
    pub uri: Option<String>,
    /// How the back end is reached.
    pub connection_type: Option<ConnectionType>,
    /// The VPC link of `ConnectionType::VpcLink`.
    pub connection_id: Option<String>,
    /// The role or credentials for an AWS back end.
    pub credentials: Option<String>,
    /// Expressions by target: `path.id` = `method.request.path.id`. Kept as text; `mapping` parses them.
    pub request_parameters: BTreeMap<MethodParameter, String>,
    /// Request templates by media type.
    pub request_templates: BTreeMap<MediaType, String>,
    /// What happens to a body without a template.
    pub passthrough_behavior: PassthroughBehavior,
    /// How the request payload is converted.
    pub content_handling: Option<ContentHandling>,
    /// How long a call may take.
    pub timeout: IntegrationTimeout,
    /// Groups cached answers; the resource's id unless given.
    pub cache_namespace: Option<String>,
    /// Parameters that tell cached answers apart.
    pub cache_key_parameters: Vec<String>,
    /// Whether a back end's certificate is taken unverified (`tlsConfig.insecureSkipVerification`).
    pub insecure_skip_verification: bool,
    /// How the back end's answers are mapped. Never applied on proxy types.
    pub responses: BTreeMap<Status, IntegrationResponse>,
}

impl Integration {
    /// An integration of `integration_type` with every other field at its default.
    #[must_use]
    pub fn new(integration_type: IntegrationType) -> Self {
        Self {
            integration_type,
            http_method: None,
            uri: None,
            connection_type: None,
            connection_id: None,
            credentials: None,
            request_parameters: BTreeMap::new(),
            request_templates: BTreeMap::new(),
            passthrough_behavior: PassthroughBehavior::default(),
            content_handling: None,
            timeout: IntegrationTimeout::default(),
            cache_namespace: None,
            cache_key_parameters: Vec::new(),
            insecure_skip_verification: false,
            responses: BTreeMap::new(),
        }
    }
}

/// How one of the back end's answers becomes a method response (API Gateway: `IntegrationResponse`). The status
/// it is stored under is the one the caller gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IntegrationResponse {
    /// A regular expression over the back end's status; `None` or empty makes this the default.
    pub selection_pattern: Option<String>,
    /// Expressions by header of the method response. Kept as text; `mapping` parses them.
    pub response_parameters: BTreeMap<HeaderParameter, String>,
    /// Response templates by media type; an empty one passes the payload through.
    pub response_templates: BTreeMap<MediaType, String>,
    /// Whether none of them was given on purpose, which API Gateway's own control plane reads back.
    pub empty_templates: bool,
    /// How the payload is converted.
    pub content_handling: Option<ContentHandling>,
}
