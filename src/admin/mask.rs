//! Field masks: which fields of a message an update takes.
//!
//! No mask takes every field that the message sets; `*` takes all of them. A field that is named and not set returns to
//! its default. Maps and lists are taken whole: a mask's JSON form rewrites names to lower camel case, which would spoil
//! the keys of a map.

use std::marker::PhantomData;

use prost_types::FieldMask;

use crate::model::{Issue, Issues};
use crate::wire::pb;

/// A message whose fields can be named in a mask.
pub(super) trait Masked: Default + Clone + PartialEq + 'static {
    /// The fields that a caller may write, by name.
    const FIELDS: &'static [Field<Self>];
}

/// A field of `M`.
pub(super) struct Field<M> {
    name: &'static str,
    take: fn(&mut M, &M),
    is_set: fn(&M) -> bool,
    inner: Option<Inner<M>>,
}

/// A field that is a message itself.
struct Inner<M> {
    /// Takes the fields that the inner message sets.
    merge: fn(&mut M, &M),
    /// Takes the inner field of that path; an error lists the fields there are.
    take: fn(&mut M, &M, &str) -> Result<(), String>,
}

macro_rules! masked {
    ($message:ty { $($field:ident $(: $inner:ty)?),* $(,)? }) => {
        impl Masked for $message {
            const FIELDS: &'static [Field<Self>] = &[$(Field {
                name: stringify!($field),
                take: |to, from| to.$field = from.$field.clone(),
                is_set: |message| message.$field != Self::default().$field,
                inner: masked!(@inner $field $($inner)?),
            }),*];
        }
    };
    (@inner $field:ident) => { None };
    (@inner $field:ident $inner:ty) => {
        Some(Inner {
            merge: |to, from| if let Some(from) = &from.$field {
                merge(to.$field.get_or_insert_default(), from);
            },
            take: |to, from, path| {
                let from = from.$field.clone().unwrap_or_default();
                take::<$inner>(to.$field.get_or_insert_default(), &from, path)
            },
        })
    };
}

masked!(pb::Api {
    name,
    description,
    version,
    api_key_source,
    binary_media_types,
    minimum_compression_size,
    endpoint_type,
    disable_execute_api_endpoint,
    policy,
    tags,
});

masked!(pb::Method {
    authorization_type,
    authorizer_id,
    authorization_scopes,
    api_key_required,
    operation_name,
    request_validator_id,
    request_parameters,
    request_models,
    responses,
    integration: pb::Integration,
});

masked!(pb::Integration {
    r#type,
    http_method,
    uri,
    connection_type,
    connection_id,
    credentials,
    request_parameters,
    request_templates,
    passthrough_behavior,
    content_handling,
    timeout_ms,
    cache_namespace,
    cache_key_parameters,
    insecure_skip_verification,
    responses,
});

masked!(pb::GatewayResponse { status_code, response_parameters, response_templates });

masked!(pb::Model { description, schema });

masked!(pb::RequestValidator { name, validate_request_parameters, validate_request_body });

masked!(pb::Stage {
    description,
    deployment_id,
    canary: pb::Canary,
    variables,
    tags,
    settings,
    lambda_endpoint
});

masked!(pb::Canary { deployment_id, percent_traffic, variables });

masked!(pb::DomainBinding { api_id, stage_name });

/// A mask that names fields of `M` only.
#[derive(Debug)]
pub(super) struct Mask<M> {
    paths: Vec<String>,
    of: PhantomData<fn(M)>,
}

impl<M: Masked> Mask<M> {
    /// Reads a mask; none names every field that is set.
    ///
    /// # Errors
    /// Paths that name no field, under `paths[0]`, `paths[1]`…
    pub(super) fn parse(mask: Option<FieldMask>) -> Result<Self, Vec<Issue>> {
        let paths = mask.map(|mask| mask.paths).unwrap_or_default();
        let mut issues = Issues::new();
        for (at, path) in paths.iter().enumerate().filter(|(_, path)| *path != "*") {
            issues.take(&format!("paths[{at}]"), take(&mut M::default(), &M::default(), path));
        }
        issues.into_result(Self { paths, of: PhantomData })
    }

    /// Takes from `from` into `to` the fields it names.
    pub(super) fn apply(&self, to: &mut M, from: &M) {
        if self.paths.is_empty() {
            return merge(to, from);
        }
        for path in &self.paths {
            if path == "*" {
                M::FIELDS.iter().for_each(|field| (field.take)(to, from));
            } else {
                take(to, from, path).expect("parse has tried every path");
            }
        }
    }
}

fn merge<M: Masked>(to: &mut M, from: &M) {
    for field in M::FIELDS.iter().filter(|field| (field.is_set)(from)) {
        match &field.inner {
            Some(inner) => (inner.merge)(to, from),
            None => (field.take)(to, from),
        }
    }
}

fn take<M: Masked>(to: &mut M, from: &M, path: &str) -> Result<(), String> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let field = M::FIELDS.iter().find(|field| bare(field.name) == name);
    match (field, rest) {
        (Some(field), None) => {
            (field.take)(to, from);
            Ok(())
        }
        (Some(Field { inner: Some(inner), .. }), Some(rest)) => (inner.take)(to, from, rest),
        (Some(_), Some(_)) => Err(format!("{path:?} goes too deep: {name} is taken whole")),
        (None, _) => {
            let known: Vec<_> = M::FIELDS.iter().map(|field| bare(field.name)).collect();
            Err(format!("there is no field {name:?} to change: one of {}, or * for all", known.join(", ")))
        }
    }
}

/// A field's name without the mark of a word that Rust reserves.
fn bare(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use prost::Message as _;
    use prost_types::FileDescriptorSet;

    use super::*;
    use crate::wire::ADMIN_DESCRIPTOR_SET;

    fn mask(paths: &[&str]) -> FieldMask {
        FieldMask { paths: paths.iter().map(ToString::to_string).collect() }
    }

    fn stored() -> pb::Method {
        pb::Method {
            http_method: "GET".into(),
            operation_name: Some("getPets".into()),
            api_key_required: true,
            request_models: BTreeMap::from([("application/json".into(), "Pet".into())]),
            integration: Some(pb::Integration {
                uri: Some("http://old".into()),
                timeout_ms: 1000,
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    fn sent() -> pb::Method {
        pb::Method {
            http_method: "PUT".into(),
            operation_name: Some("listPets".into()),
            integration: Some(pb::Integration { uri: Some("http://new".into()), ..Default::default() }),
            ..Default::default()
        }
    }

    fn applied(paths: &[&str]) -> Result<pb::Method, Vec<Issue>> {
        let mut method = stored();
        Mask::parse(Some(mask(paths)))?.apply(&mut method, &sent());
        Ok(method)
    }

    #[test]
    fn no_mask_takes_what_is_set_and_leaves_the_rest() {
        let expected = pb::Method {
            operation_name: Some("listPets".into()),
            integration: Some(pb::Integration {
                uri: Some("http://new".into()),
                timeout_ms: 1000,
                ..Default::default()
            }),
            ..stored()
        };
        assert_eq!(applied(&[]), Ok(expected.clone()));
        let mut method = stored();
        Mask::parse(None).expect("no path is wrong").apply(&mut method, &sent());
        assert_eq!(method, expected);
    }

    #[test]
    fn a_named_field_that_is_not_set_returns_to_its_default() {
        let expected = pb::Method { api_key_required: false, request_models: BTreeMap::new(), ..stored() };
        assert_eq!(applied(&["api_key_required", "request_models"]), Ok(expected));
    }

    #[test]
    fn a_star_takes_all_that_a_caller_may_write() {
        let method = applied(&["*"]).expect("a mask");
        assert_eq!(method, pb::Method { http_method: "GET".into(), ..sent() });
    }

    #[test]
    fn a_path_reaches_into_a_message() {
        let method = applied(&["integration.timeout_ms"]).expect("a mask");
        let integration = method.integration.expect("it is there");
        assert_eq!((integration.uri.as_deref(), integration.timeout_ms), (Some("http://old"), 0));
    }

    #[test]
    fn paths_that_name_nothing_are_refused_by_their_place() {
        for (path, says) in [
            ("name", "there is no field \"name\" to change: one of authorization_type"),
            ("http_method", "there is no field"),
            ("integration.url", "there is no field \"url\" to change: one of type, http_method"),
            ("request_models.application/json", "request_models is taken whole"),
            ("", "there is no field \"\""),
        ] {
            let faults = applied(&["operation_name", path]).expect_err(path);
            assert_eq!(faults[0].field, "paths[1]", "{path}");
            assert!(faults[0].message.contains(says), "{path}: {}", faults[0].message);
        }
    }

    /// Every field of the proto is writable or known to be given by the gateway.
    #[test]
    fn the_tables_are_complete() {
        let set = FileDescriptorSet::decode(ADMIN_DESCRIPTOR_SET).expect("a descriptor set");
        let fields = |message: &str| -> Vec<String> {
            let messages = set.file.iter().flat_map(|file| &file.message_type);
            let found = messages.into_iter().find(|m| m.name() == message).expect("it is defined");
            found.field.iter().map(|field| field.name().to_owned()).collect()
        };
        fn check<M: Masked>(fields: &[String], given: &[&str]) {
            let names: Vec<_> = M::FIELDS.iter().map(|field| bare(field.name)).collect();
            let expected: Vec<_> = fields.iter().map(String::as_str).filter(|f| !given.contains(f)).collect();
            assert_eq!(names, expected);
        }
        check::<pb::Api>(&fields("Api"), &["id", "created_at", "root_resource_id", "revision", "region"]);
        check::<pb::Method>(&fields("Method"), &["path", "resource_id", "http_method", "managed_by"]);
        check::<pb::Integration>(&fields("Integration"), &[]);
        check::<pb::GatewayResponse>(&fields("GatewayResponse"), &["response_type", "customized"]);
        check::<pb::Model>(&fields("Model"), &["id", "name", "content_type"]);
        check::<pb::RequestValidator>(&fields("RequestValidator"), &["id"]);
        check::<pb::Stage>(&fields("Stage"), &["api_id", "name", "revision", "created_at", "updated_at"]);
        check::<pb::Canary>(&fields("Canary"), &[]);
        check::<pb::DomainBinding>(&fields("DomainBinding"), &["host", "base_path", "revision"]);
    }
}
