//! Messages of the admin API to and from protobuf JSON, through the descriptors that reflection serves.
//!
//! Fields are spelt as in the `.proto` files, enums by name; fields at their default are left out.

use std::sync::LazyLock;

use prost::{Message, Name};
use prost_reflect::{
    DescriptorPool, DeserializeOptions, DynamicMessage, ReflectMessage as _, SerializeOptions,
};
use serde_json::Value;

use super::failure::Failure;
use crate::wire::ADMIN_DESCRIPTOR_SET;

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(ADMIN_DESCRIPTOR_SET).expect("the descriptor set that build.rs wrote is whole")
});

/// An empty message with the descriptor of `M`.
fn dynamic<M: Name>() -> DynamicMessage {
    let name = M::full_name();
    let descriptor = POOL.get_message_by_name(&name);
    DynamicMessage::new(descriptor.unwrap_or_else(|| unreachable!("{name} is in the descriptor set")))
}

/// A message as JSON.
pub(super) fn to_json<M: Message + Name>(message: &M) -> Value {
    let mut dynamic = dynamic::<M>();
    dynamic.transcode_from(message).expect("generated code and descriptor agree");
    // Integers stay numbers: counters here never leave what a double holds exactly.
    let options = SerializeOptions::new().use_proto_field_name(true).stringify_64_bit_integers(false);
    dynamic
        .serialize_with_options(serde_json::value::Serializer, &options)
        .expect("a message of the admin API has a JSON form")
}

/// Reads a message from JSON; unknown fields are refused. `what` names it for people.
pub(super) fn from_json<M: Message + Name + Default>(text: &str, what: &str) -> Result<M, Failure> {
    let refuse = |error: &dyn std::fmt::Display| {
        Failure::usage(
            format!("{what}: {error}"),
            format!("JSON of {}, with the fields' names of the .proto files", M::full_name()),
        )
    };
    let descriptor = dynamic::<M>().descriptor();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    let dynamic = DynamicMessage::deserialize_with_options(descriptor, &mut deserializer, &options)
        .map_err(|error| refuse(&error))?;
    deserializer.end().map_err(|error| refuse(&error))?;
    dynamic.transcode_to().map_err(|error| refuse(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::pb;

    #[test]
    fn a_message_reads_back_as_it_was_written() {
        let integration = pb::Integration {
            r#type: pb::IntegrationType::HttpProxy.into(),
            http_method: Some("ANY".to_owned()),
            uri: Some("http://127.0.0.1:1/{proxy}".to_owned()),
            ..Default::default()
        };
        let method = pb::Method {
            http_method: "GET".to_owned(),
            integration: Some(integration),
            ..Default::default()
        };
        let json = to_json(&method);
        assert_eq!(json["http_method"], "GET");
        assert_eq!(json["integration"]["type"], "INTEGRATION_TYPE_HTTP_PROXY");
        assert_eq!(from_json::<pb::Method>(&json.to_string(), "method").expect("a method"), method);
    }

    #[test]
    fn an_unknown_field_is_named() {
        let failure = from_json::<pb::Method>("{\"verb\": \"GET\"}", "m.json").expect_err("no such field");
        assert!(failure.wrong[0].contains("verb") && failure.wrong[0].starts_with("m.json"), "{failure}");
    }
}
