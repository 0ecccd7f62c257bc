//! Time and chance, both handed in so that tests are repeatable.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::model::{ApiId, DeploymentId, ModelId, RequestValidatorId, ResourceId, TokenId};

use super::Error;

/// Where use cases read the time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(SystemTime::now))
    }

    /// A clock of the caller's own.
    #[must_use]
    pub fn of(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time, cut to whole milliseconds, which is what records keep.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        let since = (self.0)().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// A new API id. The commit that uses it checks that it is free.
pub(super) fn new_api_id() -> Result<ApiId, Error> {
    random().map(ApiId::from_random)
}

/// A new deployment id. The commit that uses it checks that it is free.
pub(super) fn new_deployment_id() -> Result<DeploymentId, Error> {
    random().map(DeploymentId::from_random)
}

/// A source of random bytes for many ids at once; whoever draws checks that they are free.
pub(super) fn draw_ids() -> Result<impl FnMut() -> [u8; 6], Error> {
    let mut random = fastrand::Rng::with_seed(u64::from_le_bytes(random()?));
    Ok(move || std::array::from_fn(|_| random.u8(..)))
}

/// A new resource id that `taken` does not know.
pub(super) fn new_resource_id(taken: impl Fn(ResourceId) -> bool) -> Result<ResourceId, Error> {
    loop {
        let id = ResourceId::from_random(random()?);
        if !taken(id) {
            return Ok(id);
        }
    }
}

/// A new model id that `taken` does not know.
pub(super) fn new_model_id(taken: impl Fn(ModelId) -> bool) -> Result<ModelId, Error> {
    loop {
        let id = ModelId::from_random(random()?);
        if !taken(id) {
            return Ok(id);
        }
    }
}

/// A new request validator id that `taken` does not know.
pub(super) fn new_request_validator_id(
    taken: impl Fn(RequestValidatorId) -> bool,
) -> Result<RequestValidatorId, Error> {
    loop {
        let id = RequestValidatorId::from_random(random()?);
        if !taken(id) {
            return Ok(id);
        }
    }
}

/// A new token id. The commit that uses it checks that it is free.
pub(super) fn new_token_id() -> Result<TokenId, Error> {
    random().map(TokenId::from_random)
}

pub(super) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::Storage { detail: format!("the system gives no random bytes: {error}") })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_cut_to_milliseconds() {
        let clock = Clock::of(|| SystemTime::UNIX_EPOCH + Duration::from_nanos(1_234_567));
        assert_eq!(clock.now(), SystemTime::UNIX_EPOCH + Duration::from_millis(1));
    }

    #[test]
    fn ids_differ_and_avoid_what_is_taken() {
        let first = new_resource_id(|_| false).expect("random bytes");
        let next = new_resource_id(|id| id == first).expect("random bytes");
        assert_ne!(first, next);
    }
}
