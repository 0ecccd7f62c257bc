//! How much of each thing there may be: Amazon's figures to the letter, or lifted.

use std::time::Duration;

/// Whose limits hold (`--parity`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// Ours: no quota, and bounds only where a size could do harm.
    #[default]
    Lifted,
    /// Amazon's, so that what passes here also passes there.
    Strict,
}

/// The figures of a [`Policy`]. Source: API Gateway, *Amazon API Gateway quotas and important notes*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Whose they are.
    pub policy: Policy,
    /// Resources of an API, its root among them.
    pub resources: usize,
    /// Stages of an API.
    pub stages: usize,
    /// The longest integration timeout.
    pub timeout: Duration,
    /// Bytes of one mapping template.
    pub template_bytes: usize,
    /// Bytes of one parameter mapping expression.
    pub expression_bytes: usize,
    /// Bytes of an integration's URI.
    pub uri_bytes: usize,
    /// Bytes of a model's schema.
    pub schema_bytes: usize,
    /// Bytes of a resource policy.
    pub policy_bytes: usize,
    /// Labels of one thing.
    pub tags: usize,
}

impl Limits {
    /// The figures of a policy.
    #[must_use]
    pub const fn of(policy: Policy) -> Self {
        match policy {
            Policy::Lifted => Self {
                policy,
                // Twice the size that start-up and memory are measured at.
                resources: 40_000,
                stages: 1_000,
                timeout: Duration::from_secs(900),
                template_bytes: 300 * 1024,
                expression_bytes: 8 * 1024,
                uri_bytes: 8 * 1024,
                schema_bytes: 1024 * 1024,
                policy_bytes: 32 * 1024,
                tags: 200,
            },
            Policy::Strict => Self {
                policy,
                resources: 300,
                stages: 10,
                timeout: Duration::from_secs(29),
                template_bytes: 300 * 1024,
                expression_bytes: 512,
                uri_bytes: 2 * 1024,
                schema_bytes: 400 * 1024,
                policy_bytes: 8 * 1024,
                tags: 50,
            },
        }
    }

    /// Whether Amazon's rules hold to the letter.
    #[must_use]
    pub fn is_strict(&self) -> bool {
        self.policy == Policy::Strict
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::of(Policy::default())
    }
}
