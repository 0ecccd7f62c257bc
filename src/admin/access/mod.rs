//! Who calls, and whether it may: asked before anything of a message is decoded.
//!
//! The layer finds out who a caller is (`doorkeeper`), looks up what the called method needs (`permissions`), and refuses
//! or lets in. Who was let in travels with the call, and every use case of the call runs in its name.

mod attempts;
mod doorkeeper;
mod names;
mod permissions;

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use rustls_pki_types::CertificateDer;
use tonic::Code;
use tonic::body::Body;
use tower::{Layer, Service};

use super::status;
use crate::control::Control;
use crate::model::{Caller, GrantRule};
use crate::ops::Metrics;
use doorkeeper::Doorkeeper;
use names::Names;
use permissions::{Need, Permissions};

/// How callers prove who they are.
#[derive(Clone, Debug, Default)]
pub struct AccessConfig {
    /// Whether callers without credentials are refused. Where they are not, they may do everything: that is for
    /// listeners that only this machine reaches.
    pub required: bool,
    /// What holders of client certificates may do; the first rule that is about one of a certificate's names holds.
    pub certificates: Vec<GrantRule>,
}

/// What a connection tells of who is at its other end.
#[derive(Clone, Debug, Default)]
pub(super) struct Peer {
    /// Its address.
    pub(super) address: Option<IpAddr>,
    /// The names in its certificate, if it showed one that the client CA vouches for.
    certificate: Option<Arc<Names>>,
    /// Whether it is this very process.
    is_process: bool,
}

impl Peer {
    /// Somebody at an address, with a verified certificate if it showed one.
    pub(super) fn at(address: IpAddr, certificate: Option<&CertificateDer<'_>>) -> Self {
        let certificate = certificate.map(|certificate| Arc::new(Names::of(certificate)));
        Self { address: Some(address), certificate, is_process: false }
    }

    /// The process itself.
    pub(super) fn process() -> Self {
        Self { is_process: true, ..Self::default() }
    }
}

tokio::task_local! {
    /// Who makes the call that this task answers.
    static CALLER: Arc<Caller>;
}

/// Who makes the call that is being answered.
pub(super) fn caller() -> Arc<Caller> {
    CALLER.with(Clone::clone)
}

/// Puts an [`Access`] before a service.
#[derive(Clone)]
pub(super) struct AccessLayer {
    permissions: Arc<Permissions>,
    doorkeeper: Doorkeeper,
}

impl AccessLayer {
    pub(super) fn new(config: AccessConfig, control: Control, metrics: &Metrics) -> Self {
        let doorkeeper = Doorkeeper::new(config, control, metrics);
        Self { permissions: Arc::new(Permissions::built_in()), doorkeeper }
    }
}

impl<S> Layer<S> for AccessLayer {
    type Service = Access<S>;

    fn layer(&self, inner: S) -> Access<S> {
        Access { permissions: self.permissions.clone(), doorkeeper: self.doorkeeper.clone(), inner }
    }
}

/// Lets calls in, each in its caller's name.
#[derive(Clone)]
pub(super) struct Access<S> {
    permissions: Arc<Permissions>,
    doorkeeper: Doorkeeper,
    inner: S,
}

impl<S> Service<Request<Body>> for Access<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // The service that was polled ready is the one to call; its clone waits for the next request.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        let Need::Permission(permission) = self.permissions.need(request.uri().path()) else {
            return Box::pin(inner.call(request));
        };
        let doorkeeper = self.doorkeeper.clone();
        Box::pin(async move {
            let peer = request.extensions().get::<Peer>().cloned().unwrap_or_default();
            let called = operation(request.uri().path());
            let caller = match doorkeeper.admit(request.headers(), &peer, called).await {
                Ok(caller) => Arc::new(caller),
                Err(status) => return Ok(status.into_http()),
            };
            if !caller.grant.may(permission) {
                doorkeeper.denied(&caller);
                let (actor, role) = (&caller.actor, caller.grant.role());
                let message = format!("{actor} has the role {role}, and {called} needs {permission}");
                return Ok(status::refused(Code::PermissionDenied, "FORBIDDEN", &message).into_http());
            }
            CALLER.scope(caller, inner.call(request)).await
        })
    }
}

/// The operation of a path, without the package that all of ours have: `ApiService/CreateApi`.
fn operation(path: &str) -> &str {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.strip_prefix("postern.admin.v1.").unwrap_or(path)
}
