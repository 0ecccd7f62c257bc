//! Calls to AWS services: functions and others.

use std::sync::Arc;

use super::{Endpoint, RequestBody, Responses};

/// An `AWS_PROXY` integration: a function gets the whole request and gives the whole answer.
#[derive(Debug)]
pub struct LambdaPlan {
    /// Whom to call.
    pub call: AwsCall,
}

/// An `AWS` integration: templates make the call, integration responses the answer.
#[derive(Debug)]
pub struct AwsPlan {
    /// Whom to call.
    pub call: AwsCall,
    /// What is sent as the body.
    pub body: RequestBody,
    /// Its integration responses.
    pub responses: Arc<Responses>,
    /// Whether it invokes a function: then its `errorMessage` selects the response, and not the status.
    pub invokes_function: bool,
}

/// A call to an AWS service.
#[derive(Debug)]
pub struct AwsCall {
    /// Whom to call. Its URI is invalid where no address is known for what the integration names, too.
    pub endpoint: Endpoint,
    /// The service that a signature is for.
    pub service: Box<str>,
    /// The region that it is for.
    pub region: Box<str>,
}
