//! What a method asks of a request and what it may answer.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::{HeaderParameter, Integration, InvalidName, MediaType, ParameterName, Status};

/// Who may call a method (API Gateway: `authorizationType`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthorizationType {
    /// Everybody.
    #[default]
    None,
    /// Callers whose requests carry a SigV4 signature.
    AwsIam,
    /// Whomever a Lambda authorizer lets pass.
    Custom,
    /// Holders of a Cognito user pool's token.
    CognitoUserPools,
}

/// Who made a method and may change it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ManagedBy {
    /// People: it is edited by the ordinary calls.
    #[default]
    Nobody,
    /// The policy form of CORS: only `EnableCors` and `DisableCors` change it.
    CorsPolicy,
}

/// Where a request parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParameterLocation {
    /// `method.request.header.NAME`
    Header,
    /// `method.request.path.NAME`
    Path,
    /// `method.request.querystring.NAME`
    Querystring,
}

impl ParameterLocation {
    /// The word that stands for it in a parameter key.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Path => "path",
            Self::Querystring => "querystring",
        }
    }
}

/// A request parameter: location and name. Written `header.X-Token`, `path.id`, `querystring.page` after the
/// prefix `method.request.` on a method or `integration.request.` on an integration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MethodParameter {
    /// Where it is.
    pub location: ParameterLocation,
    /// Its name, in its own spelling.
    pub name: ParameterName,
}

impl FromStr for MethodParameter {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let refuse = || InvalidName::new("parameter", text, "header.NAME, path.NAME or querystring.NAME");
        let (location, name) = text.split_once('.').ok_or_else(refuse)?;
        let location = [ParameterLocation::Header, ParameterLocation::Path, ParameterLocation::Querystring]
            .into_iter()
            .find(|l| l.as_str() == location)
            .ok_or_else(refuse)?;
        Ok(Self { location, name: name.parse()? })
    }
}

impl fmt::Display for MethodParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.location.as_str(), self.name)
    }
}

/// A method of a resource (API Gateway: `Method`). The verb is the key it is stored under.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Method {
    /// Who may call it.
    pub authorization_type: AuthorizationType,
    /// The authorizer of `Custom` and `CognitoUserPools`.
    pub authorizer_id: Option<String>,
    /// Scopes a token must carry one of.
    pub authorization_scopes: Vec<String>,
    /// Whether a caller needs an API key.
    pub api_key_required: bool,
    /// A name for generated clients.
    pub operation_name: Option<String>,
    /// The request validator to run.
    pub request_validator_id: Option<String>,
    /// Declared request parameters; `true` when required.
    pub request_parameters: BTreeMap<MethodParameter, bool>,
    /// Model names by media type of the request.
    pub request_models: BTreeMap<MediaType, String>,
    /// What it may answer.
    pub responses: BTreeMap<Status, MethodResponse>,
    /// How it gets its answer; a method without one cannot be deployed.
    pub integration: Option<Integration>,
    /// Who may change it.
    pub managed_by: ManagedBy,
}

/// An answer that a method declares (API Gateway: `MethodResponse`). The status is the key it is stored under.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MethodResponse {
    /// Headers that integration responses may map to (`method.response.header.NAME`). The value says *required*
    /// and has no effect on what is sent.
    pub response_parameters: BTreeMap<HeaderParameter, bool>,
    /// Model names by media type.
    pub response_models: BTreeMap<MediaType, String>,
}
