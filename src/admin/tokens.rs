//! `TokenService`.

use std::time::Duration;

use tonic::{Request, Response, Status};

use super::fields::Fields;
use super::{Admin, page, status};
use crate::control::{DEFAULT_LIFETIME, NewToken};
use crate::model::{ApiId, ApiLimit, Grant, Role, Token, TokenId};
use crate::wire::pb::{self, token_service_server::TokenService};
use crate::wire::time;

/// The name of the list in page tokens.
const LIST: &str = "tokens";

#[tonic::async_trait]
impl TokenService for Admin {
    async fn create_token(
        &self,
        request: Request<pb::CreateTokenRequest>,
    ) -> Result<Response<pb::CreateTokenResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let role = fields.enumeration("role", request.role).and_then(role_from_pb);
        if role.is_none() {
            fields.fault("role", "is required: ROLE_VIEWER, ROLE_DEPLOYER, ROLE_EDITOR or ROLE_ADMIN");
        }
        let apis: Vec<Option<ApiId>> = request
            .api_ids
            .iter()
            .enumerate()
            .map(|(at, id)| fields.required(&format!("api_ids[{at}]"), id))
            .collect();
        let grant =
            role.and_then(|role| fields.take("api_ids", Grant::limited(role, apis.into_iter().flatten())));
        let lifetime = lifetime(&mut fields, request.lifetime, request.never_expires);
        let (grant, lifetime) = fields.finish((grant, lifetime))?;
        let new = NewToken { name: request.name, grant, lifetime };
        let issued = self.control().create_token(new, request.validate_only).await;
        let issued = issued.map_err(status::failure)?;
        let secret = if request.validate_only { String::new() } else { issued.text.to_string() };
        Ok(Response::new(pb::CreateTokenResponse { token: Some(into_pb(&issued.token)), secret }))
    }

    async fn list_tokens(
        &self,
        request: Request<pb::ListTokensRequest>,
    ) -> Result<Response<pb::ListTokensResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let after = fields.after(LIST, &request.page_token);
        let after = fields.finish(after)?;
        let found = self.control().tokens(after, page::size(request.page_size)).await;
        let found = found.map_err(status::failure)?;
        Ok(Response::new(pb::ListTokensResponse {
            tokens: found.items.iter().map(into_pb).collect(),
            next_page_token: page::token(LIST, found.next.as_ref()),
        }))
    }

    async fn revoke_token(
        &self,
        request: Request<pb::RevokeTokenRequest>,
    ) -> Result<Response<pb::RevokeTokenResponse>, Status> {
        let mut fields = Fields::default();
        let id: Option<TokenId> = fields.required("token_id", &request.get_ref().token_id);
        let id = fields.finish(id)?;
        let token = self.control().revoke_token(id).await.map_err(status::failure)?;
        Ok(Response::new(pb::RevokeTokenResponse { token: Some(into_pb(&token)) }))
    }
}

/// How long a token is to be good for.
#[expect(clippy::option_option, reason = "the outer one says whether the fields are in order")]
fn lifetime(
    fields: &mut Fields,
    lifetime: Option<prost_types::Duration>,
    never_expires: bool,
) -> Option<Option<Duration>> {
    match (lifetime, never_expires) {
        (None, false) => Some(Some(DEFAULT_LIFETIME)),
        (None, true) => Some(None),
        (Some(_), true) => {
            fields.fault("lifetime", "must be unset when never_expires is true");
            None
        }
        (Some(lifetime), false) => {
            let read = Duration::try_from(lifetime).ok().filter(|span| *span >= Duration::from_secs(1));
            if read.is_none() {
                fields.fault("lifetime", "is at least a second");
            }
            read.map(Some)
        }
    }
}

fn role_from_pb(role: pb::Role) -> Option<Role> {
    match role {
        pb::Role::Unspecified => None,
        pb::Role::Viewer => Some(Role::Viewer),
        pb::Role::Deployer => Some(Role::Deployer),
        pb::Role::Editor => Some(Role::Editor),
        pb::Role::Admin => Some(Role::Admin),
    }
}

fn role_into_pb(role: Role) -> pb::Role {
    match role {
        Role::Viewer => pb::Role::Viewer,
        Role::Deployer => pb::Role::Deployer,
        Role::Editor => pb::Role::Editor,
        Role::Admin => pb::Role::Admin,
    }
}

fn into_pb(token: &Token) -> pb::Token {
    let api_ids = match token.grant.apis() {
        ApiLimit::All => Vec::new(),
        ApiLimit::Only(apis) => apis.iter().map(ToString::to_string).collect(),
    };
    pb::Token {
        id: token.id.to_string(),
        name: token.name.clone(),
        role: role_into_pb(token.grant.role()).into(),
        api_ids,
        created_at: Some(time::into_pb(token.created_at)),
        created_by: token.created_by.clone(),
        expires_at: token.expires_at.map(time::into_pb),
    }
}
