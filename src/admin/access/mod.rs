//! Who calls, and whether it may: asked before anything of a message is decoded.
//!
//! The layer finds out who a caller is, looks up what the called method needs, and refuses or lets in. Who was let in
//! travels with the call, and every use case of the call runs in its name.

mod permissions;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Request;
use http::Response;
use tonic::Status;
use tonic::body::Body;
use tonic::transport::server::TcpConnectInfo;
use tower::{Layer, Service};

use crate::model::{Caller, Grant, Role};
use permissions::{Need, Permissions};

tokio::task_local! {
    /// Who makes the call that this task answers.
    static CALLER: Arc<Caller>;
}

/// Who makes the call that is being answered.
pub(super) fn caller() -> Arc<Caller> {
    CALLER.with(Clone::clone)
}

/// Puts an [`Access`] before a service.
#[derive(Clone, Debug)]
pub(super) struct AccessLayer {
    permissions: Arc<Permissions>,
}

impl AccessLayer {
    pub(super) fn new() -> Self {
        Self { permissions: Arc::new(Permissions::built_in()) }
    }
}

impl<S> Layer<S> for AccessLayer {
    type Service = Access<S>;

    fn layer(&self, inner: S) -> Access<S> {
        Access { permissions: self.permissions.clone(), inner }
    }
}

/// Lets calls in, each in its caller's name.
#[derive(Clone, Debug)]
pub(super) struct Access<S> {
    permissions: Arc<Permissions>,
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
        let need = self.permissions.need(request.uri().path());
        // The service that was polled ready is the one to call; its clone waits for the next request.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        Box::pin(async move {
            let caller = Arc::new(local(&request));
            if let Need::Permission(permission) = need
                && !caller.grant.may(permission)
            {
                let (actor, role) = (&caller.actor, caller.grant.role());
                let message = format!("{actor} has the role {role}, and this call needs {permission}");
                return Ok(Status::permission_denied(message).into_http());
            }
            CALLER.scope(caller, inner.call(request)).await
        })
    }
}

/// Somebody on this machine, of whom the listener asks no more.
fn local(request: &Request<Body>) -> Caller {
    let connection = request.extensions().get::<TcpConnectInfo>();
    Caller {
        actor: "local".into(),
        address: connection.and_then(|connection| connection.remote_addr).map(|address| address.ip()),
        operation: operation(request.uri().path()).into(),
        grant: Grant::of(Role::Admin),
    }
}

/// The operation of a path, without the package that all of ours have: `ApiService/CreateApi`.
fn operation(path: &str) -> &str {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.strip_prefix("postern.admin.v1.").unwrap_or(path)
}
