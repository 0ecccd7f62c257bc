//! The admin API as a readable text, so that every change of it shows in review.
//!
//! A number that changes its field, or a name that goes, breaks clients that exist. A change that is meant is taken over
//! by `INSTA_UPDATE=always cargo test admin_contract`.

use std::fmt::Write as _;

use postern::wire::ADMIN_DESCRIPTOR_SET;
use prost::Message as _;
use prost_reflect::DescriptorPool;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet};

#[test]
fn the_admin_api_is_what_was_agreed() {
    let set = FileDescriptorSet::decode(ADMIN_DESCRIPTOR_SET).unwrap();
    let mut text = String::new();
    for file in set.file.iter().filter(|file| file.package() == "postern.admin.v1") {
        render(file, &mut text);
    }
    insta::with_settings!({
        snapshot_path => "../contract",
        prepend_module_to_snapshot => false,
        omit_expression => true,
        description => "Services, messages and enums of postern.admin.v1.",
    }, {
        insta::assert_snapshot!("admin_v1", text);
    });
}

fn render(file: &FileDescriptorProto, out: &mut String) {
    writeln!(out, "{}", file.name()).unwrap();
    for service in &file.service {
        writeln!(out, "  service {}", service.name()).unwrap();
        for method in &service.method {
            let stream = if method.server_streaming() { "stream " } else { "" };
            let (input, output) = (short(method.input_type()), short(method.output_type()));
            let permission = permission(file.package(), service.name(), method.name());
            writeln!(out, "    {}({input}) -> {stream}{output}: {permission}", method.name()).unwrap();
        }
    }
    for message in &file.message_type {
        writeln!(out, "  message {}", message.name()).unwrap();
        for field in &message.field {
            writeln!(out, "    {:>2} {}: {}", field.number(), field.name(), kind(field, message)).unwrap();
        }
    }
    for kind in &file.enum_type {
        writeln!(out, "  enum {}", kind.name()).unwrap();
        for value in &kind.value {
            writeln!(out, "    {:>2} {}", value.number(), value.name()).unwrap();
        }
    }
}

/// What a caller must be allowed to do; the typed descriptors do not know options of ours.
fn permission(package: &str, service: &str, method: &str) -> String {
    let pool = DescriptorPool::decode(ADMIN_DESCRIPTOR_SET).unwrap();
    let option = pool.get_extension_by_name("postern.admin.v1.permission").unwrap();
    let service = pool.get_service_by_name(&format!("{package}.{service}")).unwrap();
    let method = service.methods().find(|found| found.name() == method).unwrap();
    let number = method.options().get_extension(&option).as_enum_number().unwrap();
    let values = pool.get_enum_by_name("postern.admin.v1.Permission").unwrap();
    values.get_value(number).unwrap().name().trim_start_matches("PERMISSION_").to_owned()
}

fn kind(field: &FieldDescriptorProto, message: &DescriptorProto) -> String {
    let entry = message
        .nested_type
        .iter()
        .find(|nested| field.type_name().ends_with(&format!(".{}.{}", message.name(), nested.name())));
    if let Some(entry) = entry {
        return format!("map<{}, {}>", plain(&entry.field[0]), plain(&entry.field[1]));
    }
    match field.label() {
        Label::Repeated => format!("repeated {}", plain(field)),
        _ if field.proto3_optional() => format!("optional {}", plain(field)),
        _ => plain(field),
    }
}

fn plain(field: &FieldDescriptorProto) -> String {
    match field.r#type() {
        Type::Message | Type::Enum => short(field.type_name()).to_owned(),
        kind => kind.as_str_name().trim_start_matches("TYPE_").to_lowercase(),
    }
}

fn short(name: &str) -> &str {
    name.trim_start_matches('.').trim_start_matches("postern.admin.v1.")
}
