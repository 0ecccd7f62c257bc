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
///
/// ```
/// use postern::cors::{CorsInput, CorsSettings};
///
/// let mut input = CorsInput { allow_origins: vec!["*".to_owned()], ..CorsInput::default() };
/// assert!(CorsSettings::parse(&input).is_ok());
/// input.allow_credentials = true;
/// let faults = CorsSettings::parse(&input).unwrap_err();
/// assert_eq!(faults[0].field, "allow_credentials");
/// ```
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

#[cfg(test)]
mod tests {
    use super::*;

    fn list(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|t| (*t).to_owned()).collect()
    }

    fn input(origins: &[&str], credentials: bool) -> CorsInput {
        CorsInput { allow_origins: list(origins), allow_credentials: credentials, ..CorsInput::default() }
    }

    #[test]
    fn nothing_said_means_api_gateways_defaults() {
        let settings = CorsSettings::parse(&CorsInput::default()).expect("the defaults stand");
        let policy = settings.policy();
        assert_eq!(policy.origins(), &Origins::Any);
        assert_eq!(policy.methods(), &CorsMethods::OfResource);
        assert_eq!(
            allow_headers::value(policy.allow_headers()).as_deref(),
            Some("Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token")
        );
        assert_eq!((policy.credentials(), policy.max_age()), (false, None));
        assert_eq!(settings.beyond_static(), None);
        assert_eq!(settings.warnings()[0].field, "allow_origins", "any origin is worth a warning");
    }

    #[test]
    fn every_mistake_is_refused_at_its_field() {
        let origins = |texts: &[&str]| input(texts, false);
        let with = |change: fn(&mut CorsInput)| {
            let mut input = input(&["https://a.example"], true);
            change(&mut input);
            input
        };
        for (what, input, field) in [
            ("* with credentials", input(&["*"], true), "allow_credentials"),
            ("any origin by default with credentials", input(&[], true), "allow_credentials"),
            ("null with credentials", input(&["null"], true), "allow_credentials"),
            (
                "null among others with credentials",
                input(&["https://a.example", "null"], true),
                "allow_credentials",
            ),
            ("a suffix", origins(&[".example.com"]), "allow_origins[0]"),
            ("a substring", origins(&["*example.com"]), "allow_origins[0]"),
            ("a wildcard glued to a label", origins(&["https://*example.com"]), "allow_origins[0]"),
            ("a wildcard inside", origins(&["https://a.*.example.com"]), "allow_origins[0]"),
            ("a wildcard top-level domain", origins(&["https://*.com"]), "allow_origins[0]"),
            ("a wildcard port", origins(&["https://a.example:*"]), "allow_origins[0]"),
            ("a wildcard scheme", origins(&["*://a.example"]), "allow_origins[0]"),
            ("a regular expression", origins(&["https://.*\\.example\\.com"]), "allow_origins[0]"),
            ("no scheme", origins(&["a.example"]), "allow_origins[0]"),
            ("a path", origins(&["https://a.example/x"]), "allow_origins[0]"),
            ("a slash at the end", origins(&["https://a.example/"]), "allow_origins[0]"),
            ("the default port", origins(&["https://a.example:443"]), "allow_origins[0]"),
            ("upper case", origins(&["https://A.example"]), "allow_origins[0]"),
            ("a line break", origins(&["https://a.example\r\nSet-Cookie: a=b"]), "allow_origins[0]"),
            ("* among others", origins(&["*", "https://a.example"]), "allow_origins"),
            ("a long max age", with(|i| i.max_age_seconds = Some(86400)), "max_age_seconds"),
            ("a negative max age", with(|i| i.max_age_seconds = Some(-1)), "max_age_seconds"),
            ("* headers with credentials", with(|i| i.allow_headers = list(&["*"])), "allow_headers"),
            (
                "*,Authorization with credentials",
                with(|i| i.allow_headers = list(&["*,Authorization"])),
                "allow_headers",
            ),
            ("* methods with credentials", with(|i| i.allow_methods = list(&["*"])), "allow_methods"),
            ("* exposed with credentials", with(|i| i.expose_headers = list(&["*"])), "expose_headers"),
            ("a cookie exposed", with(|i| i.expose_headers = list(&["Set-Cookie"])), "expose_headers[0]"),
            (
                "a method in lower case",
                with(|i| i.allow_methods = list(&["GET", "patch"])),
                "allow_methods[1]",
            ),
            ("a header with a space", with(|i| i.allow_headers = list(&["X-A", "X B"])), "allow_headers[1]"),
        ] {
            let issues = CorsSettings::parse(&input).expect_err(what);
            assert_eq!(issues[0].field, field, "{what}: {issues:?}");
        }
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let mut input = input(&["nonsense"], false);
        input.max_age_seconds = Some(-5);
        input.allow_methods = list(&["get"]);
        let fields: Vec<_> =
            CorsSettings::parse(&input).expect_err("three faults").into_iter().map(|i| i.field).collect();
        assert_eq!(fields, ["allow_origins[0]", "allow_methods[0]", "max_age_seconds"]);
    }

    #[test]
    fn what_is_allowed_but_risky_is_warned_of() {
        for (origins, credentials, warned) in [
            (vec!["https://a.example"], true, 0),
            (vec!["http://a.example"], true, 1),
            (vec!["http://a.example"], false, 0),
            (
                vec!["http://localhost:3000", "http://127.0.0.1", "http://[::1]:3", "http://a.localhost"],
                true,
                0,
            ),
            (vec!["http://localhost.evil.net"], true, 1),
            (vec!["null"], false, 1),
            (vec!["*"], false, 1),
        ] {
            let settings = CorsSettings::parse(&input(&origins, credentials)).expect("settings");
            assert_eq!(settings.warnings().len(), warned, "{origins:?}: {:?}", settings.warnings());
        }
    }

    #[test]
    fn the_static_form_says_one_origin_and_leaves_proxies_alone() {
        for (origins, proxy, fits) in [
            (vec!["*"], ProxyCors::LeftToBackEnd, true),
            (vec!["https://a.example"], ProxyCors::LeftToBackEnd, true),
            (vec!["https://a.example", "https://a.example"], ProxyCors::LeftToBackEnd, true),
            (vec!["https://a.example", "https://b.example"], ProxyCors::LeftToBackEnd, false),
            (vec!["https://*.a.example"], ProxyCors::LeftToBackEnd, false),
            (vec!["*"], ProxyCors::Own, false),
        ] {
            let input = CorsInput { proxy, ..input(&origins, false) };
            let settings = CorsSettings::parse(&input).expect("settings");
            assert_eq!(settings.beyond_static().is_none(), fits, "{origins:?} {proxy:?}");
        }
    }
}
