//! A name under which a deployment is served, with variables.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use super::{ApiId, AwsEndpoint, DeploymentId, InvalidName, Revision};

/// The name of a stage: `[A-Za-z0-9_-]{1,128}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StageName(Box<str>);

impl StageName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StageName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let fits = (1..=128).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if fits {
            Ok(Self(text.into()))
        } else {
            Err(InvalidName::new("stage name", text, "1 to 128 of a-z A-Z 0-9 _ -"))
        }
    }
}

impl fmt::Display for StageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Stage variables: at most 100; names of 1 to 64 of `a-z A-Z 0-9 _`, values of at most 512 characters from
/// `a-z A-Z 0-9 - . _ ~ : / ? # & = ,` (API Gateway, *Stage variables*).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageVariables(BTreeMap<String, String>);

impl StageVariables {
    /// The most variables a stage can have.
    pub const MAX: usize = 100;

    /// Reads variables; every fault is reported, under `[name]`.
    ///
    /// # Errors
    /// The faults found.
    pub fn parse(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, Vec<super::Issue>> {
        let mut issues = super::Issues::new();
        let mut map = BTreeMap::new();
        for (name, value) in variables {
            let field = format!("[{name}]");
            let name_fits = (1..=64).contains(&name.len())
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            let value_fits = value.len() <= 512
                && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:/?#&=,".contains(&b));
            if !name_fits {
                issues.push(field, "a stage variable's name has 1 to 64 of a-z A-Z 0-9 _");
            } else if !value_fits {
                issues.push(field, "a stage variable's value has at most 512 of a-z A-Z 0-9 -._~:/?#&=,");
            } else {
                map.insert(name, value);
            }
        }
        if map.len() > Self::MAX {
            issues.push("", format!("a stage has at most {} variables, not {}", Self::MAX, map.len()));
        }
        issues.into_result(Self(map))
    }

    /// The value of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All variables, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// These variables with `overrides` over them.
    #[must_use]
    pub fn with(&self, overrides: &Self) -> Self {
        let mut merged = self.0.clone();
        merged.extend(overrides.0.clone());
        Self(merged)
    }
}

/// A part of a stage's traffic that goes to another deployment.
#[derive(Clone, Debug, PartialEq)]
pub struct Canary {
    /// Where it goes.
    pub deployment: DeploymentId,
    /// How much of it, in percent, 0 to 100.
    pub percent_traffic: f64,
    /// Variables that replace the stage's own.
    pub variables: StageVariables,
}

/// What a stage serves.
#[derive(Clone, Debug, PartialEq)]
pub struct StageTarget {
    /// The deployment.
    pub deployment: DeploymentId,
    /// A share for another one.
    pub canary: Option<Canary>,
}

/// A stage of an API.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// The API it belongs to.
    pub api_id: ApiId,
    /// Its name, unique within the API.
    pub name: StageName,
    /// Counts the writes to this stage.
    pub revision: Revision,
    /// Free text.
    pub description: Option<String>,
    /// What it serves.
    pub target: StageTarget,
    /// Its variables.
    pub variables: StageVariables,
    /// Where it invokes functions; `None` where the server's own settings say.
    pub lambda_endpoint: Option<AwsEndpoint>,
    /// Labels for the owner's use.
    pub tags: BTreeMap<String, String>,
    /// Settings that are kept and read back without effect so far (`cacheClusterEnabled`, `tracingEnabled`,
    /// `*/*/metrics/enabled`…), by API Gateway's patch path.
    pub settings: BTreeMap<String, String>,
    /// When it was created, to the millisecond.
    pub created_at: SystemTime,
    /// When it was last written, to the millisecond.
    pub updated_at: SystemTime,
}
