//! A verdict with the way to it.

use std::fmt;

use crate::cors::header::CorsHeader;

/// What becomes of a page's request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The script gets the answer, whatever its status.
    Allowed,
    /// The script gets a network error.
    Refused,
    /// It hangs on headers that only the back end can send.
    DependsOnBackEnd,
}

impl Verdict {
    /// A word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
            Self::DependsOnBackEnd => "depends on the back end",
        }
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident = $text:literal;)*) => {
        /// The rule that a step applies.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[$doc])* $variant,)*
        }

        impl Rule {
            /// The rule's name, after the section of the Fetch standard that has it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

rules! {
    /// The `Request` constructor takes what the script gives.
    Request = "request constructor";
    /// Page and API are of different origins.
    CrossOrigin = "main fetch: cross-origin";
    /// Whether a preflight is sent.
    NeedsPreflight = "HTTP fetch: CORS-preflight needed";
    /// Which method routing picks. Ours, not Fetch's.
    Routing = "routing";
    /// The CORS check on the preflight's answer.
    PreflightCorsCheck = "CORS-preflight fetch: CORS check";
    /// The preflight's answer has an ok status.
    PreflightStatus = "CORS-preflight fetch: ok status";
    /// The lists in the preflight's answer can be parsed.
    PreflightLists = "CORS-preflight fetch: extract header list values";
    /// The method is allowed.
    PreflightMethod = "CORS-preflight fetch: method";
    /// `Authorization` is named.
    PreflightAuthorization = "CORS-preflight fetch: CORS non-wildcard request-header name";
    /// Every unsafe header is allowed.
    PreflightHeaders = "CORS-preflight fetch: CORS-unsafe request-header names";
    /// The CORS check on the actual answer.
    CorsCheck = "CORS check";
    /// Which headers of the answer the script may read.
    ExposedHeaders = "CORS-exposed header-name list";
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The rule is kept.
    Passed,
    /// The rule is broken; nothing after it matters.
    Failed,
    /// The rule hangs on the back end.
    Depends,
    /// Nothing is decided here; worth knowing.
    Noted,
}

/// One step of the algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The rule.
    pub rule: Rule,
    /// How it ended.
    pub outcome: Outcome,
    /// What was compared with what.
    pub detail: String,
}

/// Why a request is refused, and what would mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The first rule that is broken.
    pub rule: Rule,
    /// What is wrong.
    pub reason: String,
    /// The change that would mend it.
    pub mend: String,
}

/// Headers that only the back end can send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MustSend {
    /// On the answer to which request: the preflight's or the actual one's.
    pub on_preflight: bool,
    /// The header.
    pub header: CorsHeader,
    /// Its value.
    pub value: String,
}

/// The verdict of a browser, step by step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What becomes of the request.
    pub verdict: Verdict,
    /// Whether the browser asks first.
    pub preflighted: bool,
    /// Every step, in order, up to the one that decides.
    pub steps: Vec<Step>,
    /// Why it is refused.
    pub failure: Option<Failure>,
    /// What the back end must send for it to be allowed.
    pub must_send: Vec<MustSend>,
    /// The headers of the answer that the script may read, in lower case.
    pub readable_headers: Vec<String>,
}

impl Explanation {
    pub(super) fn new() -> Self {
        Self {
            verdict: Verdict::Allowed,
            preflighted: false,
            steps: Vec::new(),
            failure: None,
            must_send: Vec::new(),
            readable_headers: Vec::new(),
        }
    }

    pub(super) fn pass(&mut self, rule: Rule, detail: impl Into<String>) {
        self.step(rule, Outcome::Passed, detail);
    }

    pub(super) fn note(&mut self, rule: Rule, detail: impl Into<String>) {
        self.step(rule, Outcome::Noted, detail);
    }

    pub(super) fn depends(&mut self, rule: Rule, detail: impl Into<String>) {
        self.step(rule, Outcome::Depends, detail);
        self.verdict = Verdict::DependsOnBackEnd;
    }

    /// The request is refused here, whatever the back end might have said before.
    pub(super) fn fail(&mut self, rule: Rule, fault: Fault) {
        self.step(rule, Outcome::Failed, fault.reason.clone());
        self.verdict = Verdict::Refused;
        self.must_send.clear();
        self.failure = Some(Failure { rule, reason: fault.reason, mend: fault.mend });
    }

    fn step(&mut self, rule: Rule, outcome: Outcome, detail: impl Into<String>) {
        self.steps.push(Step { rule, outcome, detail: detail.into() });
    }
}

/// What is wrong, and what would mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) reason: String,
    pub(super) mend: String,
}

impl Fault {
    pub(super) fn new(reason: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { reason: reason.into(), mend: mend.into() }
    }
}
