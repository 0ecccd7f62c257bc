//! How Amazon would expose an API (`endpointConfiguration`): kept and read back.

use serde_json::Value;

use super::error::Exception;
use super::input::Input;
use super::patch::{Op, Patch, invalid_path, must_be_one_of};
use super::show::Fields;
use crate::model::{Api, EndpointType};

/// What a new API is told.
#[derive(Clone, Default)]
pub(super) struct Endpoint {
    pub(super) kind: EndpointType,
    pub(super) dualstack: bool,
    pub(super) vpc_endpoint_ids: Vec<String>,
}

/// Reads the configuration of a new API, if there is any; `place` names the call for the place of faults. Faults of
/// form are told of before broken rules.
pub(super) fn read(input: Input<'_>, place: &str) -> Result<Option<Endpoint>, Exception> {
    let Some(input) = input.object("endpointConfiguration")? else { return Ok(None) };
    let types = input.texts("types")?;
    let address = input.text("ipAddressType")?;
    let mut faults = Vec::new();
    if let Some(types) = types.as_ref().filter(|types| types.iter().any(|name| kind(name).is_none())) {
        faults.push(format!(
            "Value '[{}]' at '{place}.endpointConfiguration.types' failed to satisfy constraint: Member must satisfy \
             constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]",
            types.join(", ")
        ));
    }
    if let Some(address) = address.filter(|address| !matches!(*address, "ipv4" | "dualstack")) {
        faults.push(format!(
            "Value '{address}' at '{place}.endpointConfiguration.ipAddressType' failed to satisfy constraint: Member \
             must satisfy enum value set: [ipv4, dualstack]"
        ));
    }
    if !faults.is_empty() {
        return Err(Exception::validation(&faults));
    }
    let kind = match types.as_deref() {
        None => EndpointType::Edge,
        Some([]) => {
            return Err(Exception::bad_request(
                "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.",
            ));
        }
        Some([name]) => kind(name).unwrap_or_default(),
        Some(_) => {
            return Err(Exception::bad_request("Cannot create an api with multiple Endpoint Types."));
        }
    };
    if kind == EndpointType::Private && address == Some("ipv4") {
        return Err(only_dualstack());
    }
    let dualstack = address.map_or(kind == EndpointType::Private, |address| address == "dualstack");
    let ids = input.texts("vpcEndpointIds")?.unwrap_or_default();
    let vpc_endpoint_ids = ids.into_iter().map(str::to_owned).collect();
    Ok(Some(Endpoint { kind, dualstack, vpc_endpoint_ids }))
}

/// Applies a patch below `/endpointConfiguration`.
pub(super) fn apply(patch: &Patch, api: &mut Api) -> Result<(), Exception> {
    match patch.names().as_slice() {
        ["endpointConfiguration", "types", at] => {
            // The only type that there is, by its place or its name.
            if *at != "0" && kind(at) != Some(api.endpoint_type) {
                return Err(invalid_path(patch));
            }
            if patch.op != Op::Replace {
                return Err(Exception::bad_request(
                    "Invalid patch operation specified. Must be 'add'|'remove'|'replace'",
                ));
            }
            api.endpoint_type = kind(patch.value()).ok_or_else(|| {
                Exception::bad_request(
                    "Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE",
                )
            })?;
            if api.endpoint_type == EndpointType::Private {
                api.dualstack = true;
            }
        }
        ["endpointConfiguration", "ipAddressType"] => {
            if patch.op != Op::Replace {
                return Err(must_be_one_of(&[Op::Replace]));
            }
            let dualstack = match patch.value() {
                "ipv4" => false,
                "dualstack" => true,
                _ => return Err(Exception::bad_request("ipAddressType must be either ipv4 or dualstack.")),
            };
            if api.endpoint_type == EndpointType::Private && !dualstack {
                return Err(only_dualstack());
            }
            api.dualstack = dualstack;
        }
        ["endpointConfiguration", "vpcEndpointIds"] => {
            let id = patch.value().to_owned();
            match patch.op {
                Op::Add if api.vpc_endpoint_ids.contains(&id) => {}
                Op::Add => api.vpc_endpoint_ids.push(id),
                Op::Remove => api.vpc_endpoint_ids.retain(|one| *one != id),
                Op::Replace | Op::Move | Op::Copy | Op::Test => {
                    return Err(must_be_one_of(&[Op::Add, Op::Remove]));
                }
            }
        }
        _ => return Err(invalid_path(patch)),
    }
    Ok(())
}

/// As it is read back.
pub(super) fn show(api: &Api) -> Value {
    let dualstack = api.dualstack || api.endpoint_type == EndpointType::Private;
    Fields::new()
        .put("types", vec![name(api.endpoint_type)])
        .put("ipAddressType", if dualstack { "dualstack" } else { "ipv4" })
        .list("vpcEndpointIds", api.vpc_endpoint_ids.clone())
        .into_value()
}

fn only_dualstack() -> Exception {
    Exception::bad_request("Only dualstack ipAddressType is supported for Private APIs.")
}

pub(super) fn kind(name: &str) -> Option<EndpointType> {
    match name {
        "EDGE" => Some(EndpointType::Edge),
        "REGIONAL" => Some(EndpointType::Regional),
        "PRIVATE" => Some(EndpointType::Private),
        _ => None,
    }
}

fn name(kind: EndpointType) -> &'static str {
    match kind {
        EndpointType::Edge => "EDGE",
        EndpointType::Regional => "REGIONAL",
        EndpointType::Private => "PRIVATE",
    }
}
