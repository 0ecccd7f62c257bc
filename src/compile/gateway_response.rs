//! What a caller gets when the gateway itself answers.

use std::sync::{Arc, LazyLock};

use http::{HeaderMap, StatusCode};

use crate::mapping::HeaderMapping;
use crate::model::GatewayResponseType;
use crate::template::SubstitutionPlan;

use super::AcceptChoice;

/// How one type is answered, inheritance applied: the type's own customisation whole, else its family's, else
/// API Gateway's default.
#[derive(Clone, Debug)]
pub struct GatewayResponsePlan {
    /// The status that an owner set on the type or its family; `None` leaves the fault's own.
    pub status: Option<StatusCode>,
    /// Headers that are the same for every request.
    pub headers: HeaderMap,
    /// Headers that depend on the request; one without a value is left out.
    pub mappings: Box<[HeaderMapping]>,
    /// The body, by the request's `Accept`.
    pub body: AcceptChoice<GatewayBody>,
}

/// The body of a gateway response.
#[derive(Clone, Debug)]
pub enum GatewayBody {
    /// API Gateway's own: `{"message":…}` with the fault's message, as `application/json`.
    Default,
    /// An owner's template. It is sent as `media_type` unless a header mapping says otherwise.
    Template {
        /// The media type it is stored under.
        media_type: http::HeaderValue,
        /// The template.
        template: SubstitutionPlan,
    },
}

impl Default for GatewayResponsePlan {
    fn default() -> Self {
        Self {
            status: None,
            headers: HeaderMap::new(),
            mappings: Box::new([]),
            body: AcceptChoice::only(GatewayBody::Default),
        }
    }
}

/// The plans of all 21 types.
#[derive(Clone, Debug)]
pub struct GatewayResponsePlans(Box<[Arc<GatewayResponsePlan>]>);

impl GatewayResponsePlans {
    /// The plans of an API that customised nothing; one record for all of them.
    #[must_use]
    pub fn uncustomised() -> Arc<Self> {
        static PLANS: LazyLock<Arc<GatewayResponsePlans>> =
            LazyLock::new(|| Arc::new(GatewayResponsePlans::new(|_| Arc::default())));
        Arc::clone(&PLANS)
    }

    /// A plan per type.
    pub(super) fn new(plan: impl FnMut(GatewayResponseType) -> Arc<GatewayResponsePlan>) -> Self {
        Self(GatewayResponseType::ALL.into_iter().map(plan).collect())
    }

    /// The plan of a type.
    #[must_use]
    pub fn get(&self, kind: GatewayResponseType) -> &GatewayResponsePlan {
        // The list holds one plan per type, in the order of the enum.
        &self.0[kind as usize]
    }
}
