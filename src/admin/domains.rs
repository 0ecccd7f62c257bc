//! `DomainService`.

use std::fmt;
use std::str::FromStr;

use tonic::{Request, Response, Status};

use super::fields::{Fields, options};
use super::mask::Mask;
use super::{Admin, page, status};
use crate::control::NewDomain;
use crate::model::{ApiId, BasePath, DomainBinding, HostName, Issues};
use crate::wire::pb::{self, domain_service_server::DomainService};
use crate::wire::{domain, issue, read};

/// The name of the list in page tokens.
const LIST: &str = "domains";

#[tonic::async_trait]
impl DomainService for Admin {
    async fn create_domain_binding(
        &self,
        request: Request<pb::CreateDomainBindingRequest>,
    ) -> Result<Response<pb::CreateDomainBindingResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let partition = self.partition(&mut fields, &request.region);
        let new = fields.message("domain_binding", request.domain_binding);
        let new = new.and_then(|sent| read_new(&mut fields, &sent));
        let (partition, new) = fields.finish((partition, new))?;
        let control = self.control().in_partition(partition);
        let written = control.create_domain(new, options(0, request.validate_only)).await;
        let written = written.map_err(|error| status::failure(error.at("domain_binding")))?;
        Ok(Response::new(pb::CreateDomainBindingResponse {
            domain_binding: Some(domain::into_pb(&written.value)),
            warnings: written.warnings.into_iter().map(issue::into_pb).collect(),
        }))
    }

    async fn get_domain_binding(
        &self,
        request: Request<pb::GetDomainBindingRequest>,
    ) -> Result<Response<pb::GetDomainBindingResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let place = read_place(&mut fields, "", &request.host, &request.base_path);
        let place = fields.finish(place)?;
        let found = self.control().domain(&place.host, &place.base_path).await.map_err(status::failure)?;
        let domain_binding = Some(domain::into_pb(&found));
        Ok(Response::new(pb::GetDomainBindingResponse { domain_binding }))
    }

    async fn list_domain_bindings(
        &self,
        request: Request<pb::ListDomainBindingsRequest>,
    ) -> Result<Response<pb::ListDomainBindingsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let partition = self.partition(&mut fields, &request.region);
        let of = fields.optional::<ApiId>("api_id", &request.api_id);
        let after = fields.after::<Place>(LIST, &request.page_token);
        let (partition, of, after) = fields.finish((partition, of, after))?;
        let control = self.control().in_partition(partition);
        let after = after.map(|place| (place.host, place.base_path));
        let found = control.domains(of, after, page::size(request.page_size)).await;
        let found = found.map_err(status::failure)?;
        let next = found.next.map(|(host, base_path)| Place { host, base_path });
        Ok(Response::new(pb::ListDomainBindingsResponse {
            domain_bindings: found.items.iter().map(domain::into_pb).collect(),
            next_page_token: page::token(LIST, next.as_ref()),
        }))
    }

    async fn update_domain_binding(
        &self,
        request: Request<pb::UpdateDomainBindingRequest>,
    ) -> Result<Response<pb::UpdateDomainBindingResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let sent = fields.message("domain_binding", request.domain_binding);
        let place = sent
            .as_ref()
            .and_then(|sent| read_place(&mut fields, "domain_binding.", &sent.host, &sent.base_path));
        let mask = fields.read("update_mask", Mask::parse(request.update_mask));
        let (sent, place, mask) = fields.finish((sent, place, mask))?;
        let change = |binding: &mut DomainBinding| {
            let mut edited = domain::into_pb(binding);
            mask.apply(&mut edited, &sent);
            let mut issues = Issues::new();
            let api = read::required(&mut issues, "api_id", &edited.api_id);
            let stage = read::required(&mut issues, "stage_name", &edited.stage_name);
            issues.into_result(())?;
            if let (Some(api), Some(stage)) = (api, stage) {
                binding.api_id = api;
                binding.stage = stage;
            }
            Ok(())
        };
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().update_domain(&place.host, &place.base_path, change, options).await;
        let written = written.map_err(|error| status::failure(error.at("domain_binding")))?;
        Ok(Response::new(pb::UpdateDomainBindingResponse {
            domain_binding: Some(domain::into_pb(&written.value)),
            warnings: written.warnings.into_iter().map(issue::into_pb).collect(),
        }))
    }

    async fn delete_domain_binding(
        &self,
        request: Request<pb::DeleteDomainBindingRequest>,
    ) -> Result<Response<pb::DeleteDomainBindingResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let place = read_place(&mut fields, "", &request.host, &request.base_path);
        let place = fields.finish(place)?;
        let options = options(request.expected_revision, request.validate_only);
        let deleted = self.control().delete_domain(&place.host, &place.base_path, options).await;
        deleted.map_err(status::failure)?;
        Ok(Response::new(pb::DeleteDomainBindingResponse {}))
    }
}

/// A host and a base path, in requests and page tokens.
struct Place {
    host: HostName,
    base_path: BasePath,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.host, self.base_path.as_str())
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (host, base_path) = text.split_once(' ').ok_or(())?;
        Ok(Self { host: host.parse().map_err(|_| ())?, base_path: base_path.parse().map_err(|_| ())? })
    }
}

fn read_place(fields: &mut Fields, prefix: &str, host: &str, base_path: &str) -> Option<Place> {
    let host = fields.required(&format!("{prefix}host"), host);
    let base_path = fields.take(&format!("{prefix}base_path"), base_path.parse::<BasePath>());
    Some(Place { host: host?, base_path: base_path? })
}

fn read_new(fields: &mut Fields, sent: &pb::DomainBinding) -> Option<NewDomain> {
    let place = read_place(fields, "domain_binding.", &sent.host, &sent.base_path);
    let api_id = fields.required("domain_binding.api_id", &sent.api_id);
    let stage = fields.required("domain_binding.stage_name", &sent.stage_name);
    let place = place?;
    Some(NewDomain { host: place.host, base_path: place.base_path, api_id: api_id?, stage: stage? })
}
