//! The parts of a definition, by name.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use prost::Message as _;

use super::super::envelope::digest;
use super::super::{Blob, StoreError};
use crate::model::{
    Api, Definition, GatewayResponse, GatewayResponseType, Hash, KeptKind, KeptName, Model, ModelName,
    RequestValidator, RequestValidatorId, Resource, ResourceId,
};
use crate::wire::stored::pb;

/// The name of a part. Its order is the order of the texts, which the manifest is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) enum PartName {
    /// `api`
    Api,
    /// `gateway_response/TYPE`
    GatewayResponse(GatewayResponseType),
    /// `kept/KIND/ID`
    Kept(KeptName),
    /// `model`: there is none, not even the default ones
    NoModels,
    /// `model/NAME`
    Model(ModelName),
    /// `request_validator/ID`
    RequestValidator(RequestValidatorId),
    /// `resource/ID`
    Resource(ResourceId),
}

impl PartName {
    /// The name that `text` is, unless this binary knows no such part.
    pub(super) fn read(text: &str) -> Option<Self> {
        match text.split_once('/') {
            None if text == "api" => Some(Self::Api),
            None if text == "model" => Some(Self::NoModels),
            Some(("gateway_response", kind)) => kind.parse().ok().map(Self::GatewayResponse),
            Some(("kept", name)) => {
                let (kind, id) = name.split_once('/')?;
                let kind = KeptKind::ALL.into_iter().find(|known| known.as_str() == kind)?;
                Some(Self::Kept((kind, id.to_owned())))
            }
            Some(("model", name)) => name.parse().ok().map(Self::Model),
            Some(("request_validator", id)) => id.parse().ok().map(Self::RequestValidator),
            Some(("resource", id)) => id.parse().ok().map(Self::Resource),
            None | Some(_) => None,
        }
    }
}

impl fmt::Display for PartName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api => f.write_str("api"),
            Self::GatewayResponse(kind) => write!(f, "gateway_response/{kind}"),
            Self::Kept((kind, id)) => write!(f, "kept/{}/{id}", kind.as_str()),
            Self::NoModels => f.write_str("model"),
            Self::Model(name) => write!(f, "model/{name}"),
            Self::RequestValidator(id) => write!(f, "request_validator/{id}"),
            Self::Resource(id) => write!(f, "resource/{id}"),
        }
    }
}

/// A part itself, shared with the definition it is part of.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Api(Arc<Api>),
    GatewayResponse(Arc<GatewayResponse>),
    Kept(Arc<str>),
    NoModels,
    Model(Arc<Model>),
    RequestValidator(Arc<RequestValidator>),
    Resource(Arc<Resource>),
}

impl Part {
    /// All parts of a definition, in the order of their names.
    pub(super) fn all(definition: &Definition) -> impl Iterator<Item = (PartName, Self)> + '_ {
        let api = std::iter::once((PartName::Api, Self::Api(Arc::clone(&definition.api))));
        let responses = definition.gateway_responses.iter().map(|(kind, response)| {
            (PartName::GatewayResponse(*kind), Self::GatewayResponse(Arc::clone(response)))
        });
        let kept = definition
            .kept
            .iter()
            .map(|(name, text)| (PartName::Kept(name.clone()), Self::Kept(Arc::clone(text))));
        let no_models = definition.models.is_empty().then_some((PartName::NoModels, Self::NoModels));
        let models = definition
            .models
            .iter()
            .map(|(name, model)| (PartName::Model(name.clone()), Self::Model(Arc::clone(model))));
        let validators = definition.request_validators.iter().map(|(id, validator)| {
            (PartName::RequestValidator(*id), Self::RequestValidator(Arc::clone(validator)))
        });
        let resources = definition
            .resources()
            .map(|resource| (PartName::Resource(resource.id), Self::Resource(Arc::clone(resource))));
        api.chain(responses).chain(kept).chain(no_models).chain(models).chain(validators).chain(resources)
    }

    /// Whether this very value is the part `name` of `definition`, told by its address.
    pub(super) fn is_in(&self, name: &PartName, definition: &Definition) -> bool {
        match (self, name) {
            (Self::Api(api), PartName::Api) => Arc::ptr_eq(api, &definition.api),
            (Self::GatewayResponse(response), PartName::GatewayResponse(kind)) => {
                definition.gateway_responses.get(kind).is_some_and(|there| Arc::ptr_eq(there, response))
            }
            (Self::Kept(text), PartName::Kept(name)) => {
                definition.kept.get(name).is_some_and(|there| Arc::ptr_eq(there, text))
            }
            (Self::NoModels, PartName::NoModels) => definition.models.is_empty(),
            (Self::Model(model), PartName::Model(name)) => {
                definition.models.get(name).is_some_and(|there| Arc::ptr_eq(there, model))
            }
            (Self::RequestValidator(validator), PartName::RequestValidator(id)) => {
                definition.request_validators.get(id).is_some_and(|there| Arc::ptr_eq(there, validator))
            }
            (Self::Resource(resource), PartName::Resource(id)) => {
                definition.resource(*id).is_some_and(|there| Arc::ptr_eq(there, resource))
            }
            (
                Self::Api(_)
                | Self::GatewayResponse(_)
                | Self::Kept(_)
                | Self::NoModels
                | Self::Model(_)
                | Self::RequestValidator(_)
                | Self::Resource(_),
                _,
            ) => false,
        }
    }

    pub(super) fn to_blob(&self) -> Blob {
        encode(match self {
            Self::Api(api) => pb::content::Kind::ApiV1((&**api).into()),
            Self::GatewayResponse(response) => pb::content::Kind::GatewayResponseV1((&**response).into()),
            Self::Kept(text) => pb::content::Kind::KeptV1(pb::KeptPart { text: text.to_string() }),
            Self::NoModels => pb::content::Kind::NoModelsV1(pb::NoModels {}),
            Self::Model(model) => pb::content::Kind::ModelV1((&**model).into()),
            Self::RequestValidator(validator) => pb::content::Kind::RequestValidatorV1((&**validator).into()),
            Self::Resource(resource) => pb::content::Kind::ResourceV1((&**resource).into()),
        })
    }

    /// The part that stands in the manifest under `name`.
    pub(super) fn read(name: &PartName, hash: Hash, bytes: &[u8]) -> Result<Self, StoreError> {
        let damaged = |error| StoreError::damaged(format_args!("{name} ({hash})"), error);
        match (name, decode(hash, bytes)?) {
            (PartName::Api, pb::content::Kind::ApiV1(api)) => {
                Ok(Self::Api(Arc::new(Api::try_from(api).map_err(damaged)?)))
            }
            (PartName::GatewayResponse(_), pb::content::Kind::GatewayResponseV1(response)) => {
                let response = GatewayResponse::try_from(response).map_err(damaged)?;
                Ok(Self::GatewayResponse(Arc::new(response)))
            }
            (PartName::Kept(_), pb::content::Kind::KeptV1(pb::KeptPart { text })) => {
                Ok(Self::Kept(text.into()))
            }
            (PartName::NoModels, pb::content::Kind::NoModelsV1(pb::NoModels {})) => Ok(Self::NoModels),
            (PartName::Model(_), pb::content::Kind::ModelV1(model)) => {
                Ok(Self::Model(Arc::new(Model::try_from(model).map_err(damaged)?)))
            }
            (PartName::RequestValidator(_), pb::content::Kind::RequestValidatorV1(validator)) => {
                let validator = RequestValidator::try_from(validator).map_err(damaged)?;
                Ok(Self::RequestValidator(Arc::new(validator)))
            }
            (PartName::Resource(_), pb::content::Kind::ResourceV1(resource)) => {
                Ok(Self::Resource(Arc::new(Resource::try_from(resource).map_err(damaged)?)))
            }
            (_, _) => {
                Err(StoreError::damaged(format_args!("{name} ({hash})"), "it holds another kind of part"))
            }
        }
    }
}

/// Content as the blob it is stored as. Equal content gives equal bytes: fields are written in order and maps
/// are sorted.
pub(in crate::store) fn encode(kind: pb::content::Kind) -> Blob {
    let bytes = Bytes::from(pb::Content { kind: Some(kind) }.encode_to_vec());
    Blob { hash: digest(&bytes), bytes }
}

/// The content of a blob, after its bytes are checked against its hash.
pub(in crate::store) fn decode(hash: Hash, bytes: &[u8]) -> Result<pb::content::Kind, StoreError> {
    if digest(bytes) != hash {
        return Err(StoreError::damaged(hash, "the content does not match its hash"));
    }
    let content = pb::Content::decode(bytes).map_err(|error| StoreError::damaged(hash, error))?;
    content.kind.ok_or_else(|| StoreError::Newer { place: hash.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_as_their_texts_do() {
        let id = |text: &str| PartName::Resource(text.parse().expect("an id"));
        let model = |text: &str| PartName::Model(text.parse().expect("a name"));
        let mut names = vec![id("zzzzzz"), id("000000"), id("a00000"), PartName::Api];
        names.extend([model("pet"), model("Pet"), model("Pet2"), PartName::NoModels]);
        names.push(PartName::RequestValidator("abc123".parse().expect("an id")));
        names.extend(GatewayResponseType::ALL.map(PartName::GatewayResponse));
        for id in ["a", "a/b c", "abc123"] {
            names.extend(KeptKind::ALL.map(|kind| PartName::Kept((kind, id.to_owned()))));
        }
        names.sort();
        let texts: Vec<_> = names.iter().map(ToString::to_string).collect();
        assert!(texts.is_sorted(), "{texts:?}");
        for name in names {
            assert_eq!(PartName::read(&name.to_string()), Some(name));
        }
        assert_eq!(PartName::read("authorizer/abc123"), None);
    }
}
