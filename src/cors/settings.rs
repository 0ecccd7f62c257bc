//! What a caller asks of `EnableCors`, read into settings that can stand.

use super::{allow_headers, allow_methods, allow_origin, expose_headers, max_age};
use crate::model::{
    CorsMethods, CorsPolicy, GatewayErrors, InvalidCors, Issue, Issues, OriginPattern, Origins, ProxyCors,
    Scheme,
};

/// Which form of CORS a caller wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FormChoice {
    /// The static form where it can say what is asked, else the policy form.
    #[default]
    Automatic,
    /// Static header values, as API Gateway's console makes them.
    Static,
    /// A policy, answered per request.
    Policy,
}

/// Which of the gateway's own answers a caller wants the headers on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ErrorsChoice {
    /// Not said: none in the static form, all in the policy form.
    #[default]
    Unsaid,
    /// All: in the static form the gateway responses `DEFAULT_4XX` and `DEFAULT_5XX`.
    WithCors,
    /// None.
    Bare,
    /// Static form only: `DEFAULT_4XX`.
    Default4xx,
    /// Static form only: `DEFAULT_5XX`.
    Default5xx,
}

/// Settings as a caller gives them. Field names are those that issues name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorsInput {
    /// Origins such as `https://app.example.com`, patterns such as `https://*.example.com`, `null`, or `*` alone.
    /// Empty means `*`, API Gateway's default.
    pub allow_origins: Vec<String>,
    /// Methods for `Access-Control-Allow-Methods`. Empty means those of the resource and `OPTIONS`.
    pub allow_methods: Vec<String>,
    /// Request headers. Empty means API Gateway's default list.
    pub allow_headers: Vec<String>,
    /// Answer headers a script may read. Empty means none beyond the safelisted ones.
    pub expose_headers: Vec<String>,
    /// Whether requests with credentials are allowed.
    pub allow_credentials: bool,
    /// For how many seconds a browser may remember a preflight, 0 to 7200; `None` leaves the header out.
    pub max_age_seconds: Option<i64>,
    /// Who owns the headers on answers of proxy integrations.
    pub proxy: ProxyCors,
    /// Which of the gateway's own answers carry the headers.
    pub gateway_errors: ErrorsChoice,
}

/// Settings that can stand together; made by [`CorsSettings::parse`] only.
///
/// There is no value for what must not be: credentials for any origin or for `null`, an origin that no browser
/// sends, a pattern that matches by text, a max age that hides a tightened policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorsSettings {
    policy: CorsPolicy,
    errors: ErrorsChoice,
}

impl CorsSettings {
    /// Reads what a caller gives.
    ///
    /// # Errors
    /// Every fault, each at its field: `allow_origins[1]`, `allow_credentials`, `max_age_seconds`…
    pub fn parse(input: &CorsInput) -> Result<Self, Vec<Issue>> {
        let mut issues = Issues::new();
        let mut keep = |faults: Vec<Issue>| issues.extend_at("", faults);
        let origins = allow_origin::parse(&input.allow_origins).map_err(&mut keep).ok();
        let methods = allow_methods::parse(&input.allow_methods).map_err(&mut keep).ok();
        let allow = allow_headers::parse(&input.allow_headers).map_err(&mut keep).ok();
        let expose = expose_headers::parse(&input.expose_headers).map_err(&mut keep).ok();
        let age = max_age::parse(input.max_age_seconds).map_err(&mut keep).ok();
        let (Some(origins), Some(methods), Some(allow), Some(expose), Some(age)) =
            (origins, methods, allow, expose, age)
        else {
            return Err(issues.into_vec());
        };
        let policy = CorsPolicy::new(origins, input.allow_credentials, methods, allow, expose, age);
        match policy {
            Ok(mut policy) => {
                policy.proxy = input.proxy;
                policy.gateway_errors = match input.gateway_errors {
                    ErrorsChoice::Bare => GatewayErrors::Bare,
                    ErrorsChoice::Unsaid
                    | ErrorsChoice::WithCors
                    | ErrorsChoice::Default4xx
                    | ErrorsChoice::Default5xx => GatewayErrors::WithCors,
                };
                Ok(Self { policy, errors: input.gateway_errors })
            }
            Err(faults) => {
                Err(faults.into_iter().map(|fault| Issue::new(field_of(&fault), fault.to_string())).collect())
            }
        }
    }

    /// Why static values cannot say what is asked; `None` when they can.
    #[must_use]
    pub fn beyond_static(&self) -> Option<&'static str> {
        if allow_origin::constant(self.policy.origins()).is_none() {
            return Some("a static value names only one origin, and several or a pattern are allowed");
        }
        if self.policy.proxy == ProxyCors::Own {
            return Some(
                "integration responses never apply to proxy integrations, whose headers are to be replaced",
            );
        }
        None
    }

    /// The settings as a policy.
    #[must_use]
    pub fn policy(&self) -> &CorsPolicy {
        &self.policy
    }

    /// Which of the gateway's own answers are to carry the headers.
    #[must_use]
    pub fn errors(&self) -> ErrorsChoice {
        self.errors
    }

    /// What is allowed but deserves a second look.
    #[must_use]
    pub fn warnings(&self) -> Vec<Issue> {
        let mut warnings = Vec::new();
        match self.policy.origins() {
            Origins::Any => warnings.push(Issue::new(
                "allow_origins",
                "* lets pages of every origin read the answers: list the origins if that is not meant",
            )),
            Origins::Listed(patterns) => {
                let plain = |pattern: &&OriginPattern| {
                    matches!(pattern, OriginPattern::Tuple { scheme: Scheme::Http, .. }) && !is_local(pattern)
                };
                if let Some(pattern) = patterns.iter().find(plain).filter(|_| self.policy.credentials()) {
                    warnings.push(Issue::new(
                        "allow_origins",
                        format!("{pattern} is plain http: whoever sits on its network can read credentialed answers"),
                    ));
                }
                if patterns.contains(&OriginPattern::Null) {
                    warnings.push(Issue::new(
                        "allow_origins",
                        "null is the origin of every sandboxed frame, on whatever site it stands",
                    ));
                }
            }
        }
        if matches!(self.policy.methods(), CorsMethods::Listed(list) if !list.contains(&http::Method::OPTIONS) && !list.iter().any(|m| m.as_str() == "*"))
        {
            warnings.push(Issue::new(
                "allow_methods",
                "OPTIONS is not listed: a script's own OPTIONS request will be refused",
            ));
        }
        warnings
    }
}

/// Whether a pattern names this very machine, where plain http is no risk.
fn is_local(pattern: &OriginPattern) -> bool {
    let text = pattern.to_string();
    let host = text.split_once("://").map_or("", |(_, rest)| rest);
    let host = host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')).map_or(host, |(host, _)| host);
    host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host == "[::1]"
}

/// The field that a pair which must not meet is reported at: the one a caller is likelier to change.
fn field_of(fault: &InvalidCors) -> &'static str {
    match fault {
        InvalidCors::AnyWithCredentials | InvalidCors::NullWithCredentials => "allow_credentials",
        InvalidCors::AnyHeaderWithCredentials => "allow_headers",
        InvalidCors::AnyExposedWithCredentials => "expose_headers",
        InvalidCors::AnyMethodWithCredentials => "allow_methods",
        InvalidCors::NoOrigin => "allow_origins",
        InvalidCors::MaxAge { .. } => "max_age_seconds",
    }
}
