//! `ImportRestApi`, `PutRestApi` and `GetExport`: APIs as OpenAPI documents.

use http::HeaderValue;
use serde_json::Value;

use super::call::Call;
use super::endpoint;
use super::error::Exception;
use super::operations::Reply;
use super::rest_apis;
use super::show::Fields;
use super::stages::no_stage;
use crate::control::{ApiState, Error, ExportCall, ImportDone, Options, Version, Written};
use crate::model::EndpointType;
use crate::openapi::{self, BasePath, Extensions, Format, ImportOptions, Mode, Notation, Servers};

pub(super) async fn import(call: &Call) -> Result<Value, Exception> {
    let how = options(call)?;
    let imported = call.control.import_api(text(call)?, how, Options::default(), &|_| {}).await;
    let Written { value: ImportDone { api, .. }, warnings, .. } =
        imported.map_err(|error| refused(call, error))?;
    Ok(shown(call, &api, &warnings))
}

pub(super) async fn put(call: &Call) -> Result<Value, Exception> {
    let api = call.api()?;
    let how = options(call)?;
    let put = call.control.put_import(api, text(call)?, how, Options::default(), &|_| {}).await;
    let Written { value, warnings, .. } = put.map_err(|error| refused(call, error))?;
    Ok(shown(call, &value.api, &warnings))
}

pub(super) async fn import_documentation(call: &Call) -> Result<Value, Exception> {
    let api = call.api()?;
    let imported = call.control.import_documentation(api, text(call)?, options(call)?, Options::default());
    let Written { value: ids, warnings, .. } = imported.await.map_err(|error| refused(call, error))?;
    let warnings: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    Ok(Fields::new().put("ids", ids).put("warnings", warnings).into_value())
}

pub(super) async fn export(call: &Call) -> Result<Reply, Exception> {
    let api = call.api()?;
    call.control.api(api).await.map_err(|error| call.fail(error))?;
    let (format, kind) = match call.named(2) {
        "oas30" => (Format::OpenApi3, "oas30"),
        "swagger" => (Format::Swagger2, "swagger"),
        other => {
            return Err(Exception::bad_request(format!("No API definition export is known of type {other}")));
        }
    };
    let stage = call.named(1).parse().map_err(|_| no_stage())?;
    let extensions = Extensions::parse(call.all_asked("extensions")).map_err(|issues| {
        Exception::bad_request(issues.into_iter().map(|i| i.message).collect::<Vec<_>>().join("; "))
    })?;
    let is_yaml = call.accept.as_deref().is_some_and(|accept| accept.contains("yaml"));
    let asked = ExportCall { version: Version::Stage(stage), format, extensions, address: None };
    let exported = call.control.export(api, asked).await.map_err(|error| call.fail(error))?;
    let (notation, ending) = if is_yaml { (Notation::Yaml, "yaml") } else { (Notation::Json, "json") };
    let name = format!("attachment; filename=\"{kind}_{}.{ending}\"", exported.version);
    Ok(Reply::Document {
        kind: HeaderValue::from_static(if is_yaml { "application/yaml" } else { "application/json" }),
        disposition: HeaderValue::from_str(&name).unwrap_or_else(|_| HeaderValue::from_static("attachment")),
        text: openapi::write(&exported.document, notation),
    })
}

/// `mode`, `basepath` and `failonwarnings`. The servers of a plain document are nothing here, as on Amazon.
fn options(call: &Call) -> Result<ImportOptions, Exception> {
    Ok(ImportOptions {
        mode: match call.asked("mode") {
            Some("overwrite") => Mode::Overwrite,
            _ => Mode::Merge,
        },
        base_path: match call.asked("basepath").unwrap_or("ignore") {
            "prepend" => BasePath::Prepend,
            "split" => BasePath::Split,
            "ignore" => BasePath::Ignore,
            other => {
                return Err(Exception::bad_request(format!("Invalid base path mode specified: {other}")));
            }
        },
        fail_on_warnings: call.asked("failonwarnings") == Some("true"),
        servers: Servers::SayNothing,
        endpoint_type: call.asked("endpointConfigurationTypes").map(endpoint_type).transpose()?,
    })
}

fn text(call: &Call) -> Result<String, Exception> {
    String::from_utf8(call.document.to_vec()).map_err(|_| Exception::bad_request("Invalid OpenAPI input."))
}

fn refused(call: &Call, error: Error) -> Exception {
    match &error {
        Error::Invalid(issues)
            if issues.iter().any(|issue| issue.message.starts_with("Invalid OpenAPI input.")) =>
        {
            Exception::bad_request("Invalid OpenAPI input.")
        }
        // Everything that is wrong, each with its place in the document.
        Error::Invalid(issues) => {
            let all: Vec<_> = issues.iter().map(ToString::to_string).collect();
            Exception::bad_request(format!("Errors found during import:\n\t{}", all.join("\n\t")))
        }
        _ => call.fail(error),
    }
}

fn endpoint_type(text: &str) -> Result<EndpointType, Exception> {
    endpoint::kind(text).ok_or_else(|| {
        Exception::bad_request("Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE")
    })
}

fn shown(call: &Call, api: &ApiState, warnings: &[crate::model::Issue]) -> Value {
    let mut shown = rest_apis::show(call, api, false);
    if let Value::Object(fields) = &mut shown
        && !warnings.is_empty()
    {
        let warnings: Vec<Value> = warnings.iter().map(|issue| Value::String(issue.to_string())).collect();
        fields.insert("warnings".to_owned(), warnings.into());
    }
    shown
}
