//! `context.X`: the variables that mappings and gateway responses may name.

/// Which part of an exchange a context variable is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextSource {
    /// The plan that answers: API, stage, deployment, resource.
    Plan,
    /// The request's own head.
    Request,
    /// The connection the request came over.
    Connection,
    /// Drawn or read from the clock by the gateway for this request.
    Gateway,
    /// What the integration answered.
    Answer,
    /// The fault that the gateway answers with.
    Fault,
    /// Known only to AWS, or to a step that this gateway does not run: always absent.
    Absent,
}

macro_rules! context_variables {
    ($($(#[doc = $doc:literal])* $variant:ident = $text:literal, $source:ident;)*) => {
        /// A variable of `context` (API Gateway, *Variables for data models, authorizers, mapping templates*).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ContextVariable {
            $($(#[doc = $doc])* $variant,)*
        }

        impl ContextVariable {
            /// All of them, by name.
            pub const ALL: [Self; [$($text),*].len()] = [$(Self::$variant),*];

            /// The name after `context.`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// What it is about.
            #[must_use]
            pub const fn source(self) -> ContextSource {
                match self { $(Self::$variant => ContextSource::$source,)* }
            }

            /// What it holds, in a sentence.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),*),)* }
            }
        }
    };
}

context_variables! {
    /// The account that owns the API.
    AccountId = "accountId", Plan;
    /// The API's id.
    ApiId = "apiId", Plan;
    /// The request id that an AWS service answered with.
    AwsEndpointRequestId = "awsEndpointRequestId", Answer;
    /// The id of the deployment that answers.
    DeploymentId = "deploymentId", Plan;
    /// The host that the caller named.
    DomainName = "domainName", Request;
    /// The first label of that host.
    DomainPrefix = "domainPrefix", Request;
    /// The fault's message, as it is.
    ErrorMessage = "error.message", Fault;
    /// The fault's message as a JSON string, with its quotes.
    ErrorMessageString = "error.messageString", Fault;
    /// The type of gateway response, such as `BAD_REQUEST_BODY`.
    ErrorResponseType = "error.responseType", Fault;
    /// What validation found, in detail.
    ErrorValidationErrorString = "error.validationErrorString", Fault;
    /// The value of `x-amz-apigw-id`.
    ExtendedRequestId = "extendedRequestId", Gateway;
    /// The verb that the caller used.
    HttpMethod = "httpMethod", Request;
    /// The access key of a signed request.
    IdentityAccessKey = "identity.accessKey", Absent;
    /// The account of a signed request.
    IdentityAccountId = "identity.accountId", Absent;
    /// The caller's API key.
    IdentityApiKey = "identity.apiKey", Absent;
    /// The id of the caller's API key.
    IdentityApiKeyId = "identity.apiKeyId", Absent;
    /// The principal of a signed request.
    IdentityCaller = "identity.caller", Absent;
    /// The caller's certificate.
    IdentityClientCertPem = "identity.clientCert.clientCertPem", Absent;
    /// The issuer of the caller's certificate.
    IdentityClientCertIssuerDn = "identity.clientCert.issuerDN", Absent;
    /// The serial number of the caller's certificate.
    IdentityClientCertSerialNumber = "identity.clientCert.serialNumber", Absent;
    /// The subject of the caller's certificate.
    IdentityClientCertSubjectDn = "identity.clientCert.subjectDN", Absent;
    /// When the caller's certificate ends.
    IdentityClientCertNotAfter = "identity.clientCert.validity.notAfter", Absent;
    /// When the caller's certificate begins.
    IdentityClientCertNotBefore = "identity.clientCert.validity.notBefore", Absent;
    /// The Cognito provider of a signed request.
    IdentityCognitoAuthenticationProvider = "identity.cognitoAuthenticationProvider", Absent;
    /// The kind of Cognito authentication.
    IdentityCognitoAuthenticationType = "identity.cognitoAuthenticationType", Absent;
    /// The Cognito identity.
    IdentityCognitoIdentityId = "identity.cognitoIdentityId", Absent;
    /// The Cognito identity pool.
    IdentityCognitoIdentityPoolId = "identity.cognitoIdentityPoolId", Absent;
    /// The organization of a signed request.
    IdentityPrincipalOrgId = "identity.principalOrgId", Absent;
    /// The address that the connection came from.
    IdentitySourceIp = "identity.sourceIp", Connection;
    /// The user of a signed request.
    IdentityUser = "identity.user", Absent;
    /// What the caller's `User-Agent` says.
    IdentityUserAgent = "identity.userAgent", Request;
    /// The ARN of a signed request's user.
    IdentityUserArn = "identity.userArn", Absent;
    /// The caller's VPC.
    IdentityVpcId = "identity.vpcId", Absent;
    /// The caller's VPC endpoint.
    IdentityVpceId = "identity.vpceId", Absent;
    /// Whether the canary answers; absent without one.
    IsCanaryRequest = "isCanaryRequest", Absent;
    /// The raw path with its stage, `//` and trailing slash kept.
    Path = "path", Request;
    /// The protocol, such as `HTTP/1.1`.
    Protocol = "protocol", Request;
    /// The value of `x-amzn-RequestId`.
    RequestId = "requestId", Gateway;
    /// When the request came, in common log format.
    RequestTime = "requestTime", Gateway;
    /// When the request came, in milliseconds since 1970.
    RequestTimeEpoch = "requestTimeEpoch", Gateway;
    /// The id of the resource that answers.
    ResourceId = "resourceId", Plan;
    /// The path of the resource that answers, such as `/pets/{id}`.
    ResourcePath = "resourcePath", Plan;
    /// The name of the stage.
    Stage = "stage", Plan;
    /// A firewall's answer.
    WafResponseCode = "wafResponseCode", Absent;
    /// The firewall that was asked.
    WebaclArn = "webaclArn", Absent;
    /// The X-Ray trace.
    XrayTraceId = "xrayTraceId", Absent;
}

impl ContextVariable {
    /// The variable of a name after `context.`, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.binary_search_by(|variable| variable.as_str().cmp(name)).ok().map(|at| Self::ALL[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_is_found_by_its_name() {
        for variable in ContextVariable::ALL {
            assert_eq!(ContextVariable::from_name(variable.as_str()), Some(variable));
            assert!(!variable.doc().trim().is_empty(), "{variable:?}");
        }
        for name in ["", "stageX", "Stage", "identity", "error", "authorizer.principalId"] {
            assert_eq!(ContextVariable::from_name(name), None, "{name}");
        }
    }
}
