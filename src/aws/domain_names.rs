//! `DomainName`: kept; what is served under one are domain bindings, which `base_path_mappings` shows.
//!
//! A host that other faces have bound is a domain name here as well.

use std::collections::BTreeMap;

use serde_json::Value;

use super::call::Call;
use super::error::Exception;
use super::kept;
use super::patch::Op;
use super::show::{Fields, object};
use crate::control::KeptWrite;
use crate::model::{DomainBinding, HostName, KeptKind};

const KIND: KeptKind = KeptKind::DomainName;

/// How many bindings are read at once while all are.
const READ: usize = 100_000;

/// Texts of a new domain name that are read back as they were given.
const TEXTS: [&str; 7] = [
    "certificateName",
    "certificateArn",
    "regionalCertificateName",
    "regionalCertificateArn",
    "ownershipVerificationCertificateArn",
    "policy",
    "routingMode",
];

pub(super) async fn create(call: &Call) -> Result<Value, Exception> {
    let input = call.input();
    let name = input.required("domainName", "createDomainNameInput")?;
    host(name)?;
    let endpoint = input.object("endpointConfiguration")?;
    let types = endpoint.map(|endpoint| endpoint.texts("types")).transpose()?.flatten();
    let types = types.unwrap_or_else(|| vec!["EDGE"]);
    let mut domain = Fields::new().put("domainName", name);
    for field in TEXTS {
        domain = domain.some(field, input.some_text(field)?);
    }
    let domain = domain
        .put("domainNameStatus", "AVAILABLE")
        .put("securityPolicy", input.some_text("securityPolicy")?.unwrap_or("TLS_1_2"))
        .put("endpointConfiguration", Fields::new().put("types", types))
        .map("tags", object(input.map("tags")?.unwrap_or_default()));
    kept::create(call, kept::of_account(KIND), name, domain.into_value()).await.map_err(|exception| {
        if exception.name == "ConflictException" {
            return Exception::conflict("The domain name you provided already exists.");
        }
        exception
    })
}

pub(super) async fn list(call: &Call) -> Result<Value, Exception> {
    let kept = kept::all(call, kept::of_account(KIND)).await?;
    let mut all: BTreeMap<String, Value> =
        kept.into_iter().map(|domain| (kept::text(&domain, "domainName").to_owned(), domain)).collect();
    for binding in bindings(call).await? {
        let name = binding.host.to_string();
        all.entry(name.clone()).or_insert_with(|| bound(&name));
    }
    Ok(kept::page(call, all.into_values().collect(), "domainName"))
}

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    find(call, call.named(0)).await
}

pub(super) async fn update(call: &Call) -> Result<Value, Exception> {
    let patches = call.patches("updateDomainName")?;
    let name = call.named(0);
    let found = find(call, name).await?;
    let of = kept::of_account(KIND);
    if call.control.kept(of, name).await.is_err() {
        // It was bound by another face: from now on there is something to say of it.
        kept::create(call, of, name, found).await?;
    }
    kept::update(call, of, name, |domain| {
        for patch in &patches {
            let field = patch.path().trim_start_matches('/');
            match (patch.op, patch.names().as_slice()) {
                (Op::Replace, ["securityPolicy"]) => kept::set(domain, field, patch.some_value()),
                (Op::Replace, [field]) if TEXTS.contains(field) => {
                    kept::set(domain, field, patch.some_value())
                }
                (Op::Replace, ["endpointConfiguration", "types", _]) => {
                    let types = Fields::new().put("types", vec![patch.value()]);
                    domain.insert("endpointConfiguration".to_owned(), types.into_value());
                }
                _ => return Err(super::patch::invalid_path(patch)),
            }
        }
        Ok(())
    })
    .await
}

/// Its mappings go with it.
pub(super) async fn delete(call: &Call) -> Result<(), Exception> {
    let name = call.named(0);
    find(call, name).await?;
    let also = [KeptWrite::Gone(kept::of_account(KIND), name.to_owned())];
    call.control.delete_host(&host(name)?, &also).await.map_err(|error| call.fail(error))
}

/// A domain name that was made here, or that another face has bound.
pub(super) async fn find(call: &Call, name: &str) -> Result<Value, Exception> {
    let kept = kept::get(call, kept::of_account(KIND), name).await;
    let Err(exception) = kept else { return kept };
    let is_bound = bindings(call).await?.iter().any(|binding| binding.host.to_string() == name);
    if is_bound { Ok(bound(name)) } else { Err(exception) }
}

/// Every binding of the caller's partition.
pub(super) async fn bindings(call: &Call) -> Result<Vec<DomainBinding>, Exception> {
    let page = call.control.domains(None, None, READ).await.map_err(|error| call.fail(error))?;
    Ok(page.items)
}

pub(super) fn host(name: &str) -> Result<HostName, Exception> {
    name.parse().map_err(|_| Exception::bad_request("Invalid domain name identifier specified"))
}

fn bound(name: &str) -> Value {
    Fields::new()
        .put("domainName", name)
        .put("domainNameStatus", "AVAILABLE")
        .put("endpointConfiguration", Fields::new().put("types", vec!["REGIONAL"]))
        .into_value()
}
