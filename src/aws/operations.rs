//! The table of operations: verb and URI, what is done, and the status of its success.
//!
//! Source: API Gateway API reference, version 2015-07-09. What is not in the table is answered with
//! `UnknownOperationException`.

use std::future::Future;
use std::pin::Pin;

use http::{HeaderValue, Method};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::call::Call;
use super::error::Exception;
use super::{
    account, api_key_file, api_keys, authorizers, base_path_mappings, client_certificates, deployments,
    documentation, documents, domain_names, gateway_responses, integration_responses, integrations,
    method_responses, methods, model_templates, models, request_validators, resources, rest_apis, stages,
    tags, test_invoke, usage, usage_plans, vpc_links,
};
use crate::model::Permission;

/// What an operation answers.
#[derive(Debug)]
pub(super) enum Reply {
    /// A JSON object.
    Json(Value),
    /// An empty body.
    Nothing,
    /// A document, with the name of its file.
    Document { kind: HeaderValue, disposition: HeaderValue, text: String },
}

impl From<Value> for Reply {
    fn from(value: Value) -> Self {
        Self::Json(value)
    }
}

impl From<()> for Reply {
    fn from((): ()) -> Self {
        Self::Nothing
    }
}

/// What comes of an operation.
type Outcome<'a> = Pin<Box<dyn Future<Output = Result<Reply, Exception>> + Send + 'a>>;

/// An operation.
pub(super) struct Operation {
    /// Its name, as in API Gateway's model.
    pub(super) name: &'static str,
    verb: Method,
    /// Its URI; `{…}` stands for one segment.
    uri: &'static str,
    /// The status of its success.
    pub(super) status: u16,
    /// Whether its body is a document rather than fields.
    pub(super) takes_document: bool,
    /// Does it.
    pub(super) run: for<'a> fn(&'a Call) -> Outcome<'a>,
}

impl Operation {
    /// What its caller must be allowed to do: the same as for the like call of the admin API. Values of API keys are
    /// secrets of those who call the APIs, so that to read them is more than to read.
    pub(super) fn permission(&self, query: &[(String, String)]) -> Permission {
        let serves = ["/restapis/{id}/deployments", "/restapis/{id}/stages", "/domainnames"];
        let shows_secrets = |(name, value): &(String, String)| {
            matches!(name.as_str(), "includeValue" | "includeValues") && value == "true"
        };
        if self.verb == Method::GET && !query.iter().any(shows_secrets) {
            Permission::Read
        } else if serves.iter().any(|start| self.uri.starts_with(start)) {
            Permission::Deploy
        } else {
            Permission::Edit
        }
    }
}

macro_rules! operations {
    ($($name:ident $verb:ident $uri:literal $status:literal $module:ident :: $function:ident $(takes $kind:ident)?;)*) => {
        /// All that can be called. Where two URIs fit, the former wins.
        const OPERATIONS: &[Operation] = &[$(
            Operation {
                name: stringify!($name),
                verb: Method::$verb,
                uri: $uri,
                status: $status,
                takes_document: operations!(@takes $($kind)?),
                run: |call| Box::pin(async move { $module::$function(call).await.map(Reply::from) }),
            },
        )*];
    };
    (@takes) => { false };
    (@takes document) => { true };
}

operations! {
    CreateRestApi POST "/restapis" 201 rest_apis::create;
    GetRestApis GET "/restapis" 200 rest_apis::list;
    GetRestApi GET "/restapis/{id}" 200 rest_apis::get;
    UpdateRestApi PATCH "/restapis/{id}" 200 rest_apis::update;
    DeleteRestApi DELETE "/restapis/{id}" 202 rest_apis::delete;

    ImportRestApi POST "/restapis" 201 documents::import takes document;
    PutRestApi PUT "/restapis/{id}" 200 documents::put takes document;
    GetExport GET "/restapis/{id}/stages/{stage}/exports/{type}" 200 documents::export;

    GetResources GET "/restapis/{id}/resources" 200 resources::list;
    CreateResource POST "/restapis/{id}/resources/{parent}" 201 resources::create;
    GetResource GET "/restapis/{id}/resources/{resource}" 200 resources::get;
    UpdateResource PATCH "/restapis/{id}/resources/{resource}" 200 resources::update;
    DeleteResource DELETE "/restapis/{id}/resources/{resource}" 202 resources::delete;

    PutMethod PUT "/restapis/{id}/resources/{resource}/methods/{verb}" 201 methods::put;
    GetMethod GET "/restapis/{id}/resources/{resource}/methods/{verb}" 200 methods::get;
    UpdateMethod PATCH "/restapis/{id}/resources/{resource}/methods/{verb}" 200 methods::update;
    DeleteMethod DELETE "/restapis/{id}/resources/{resource}/methods/{verb}" 204 methods::delete;
    TestInvokeMethod POST "/restapis/{id}/resources/{resource}/methods/{verb}" 200 test_invoke::run;

    PutMethodResponse PUT "/restapis/{id}/resources/{resource}/methods/{verb}/responses/{status}" 201 method_responses::put;
    GetMethodResponse GET "/restapis/{id}/resources/{resource}/methods/{verb}/responses/{status}" 200 method_responses::get;
    UpdateMethodResponse PATCH "/restapis/{id}/resources/{resource}/methods/{verb}/responses/{status}" 201 method_responses::update;
    DeleteMethodResponse DELETE "/restapis/{id}/resources/{resource}/methods/{verb}/responses/{status}" 204 method_responses::delete;

    PutIntegration PUT "/restapis/{id}/resources/{resource}/methods/{verb}/integration" 201 integrations::put;
    GetIntegration GET "/restapis/{id}/resources/{resource}/methods/{verb}/integration" 200 integrations::get;
    UpdateIntegration PATCH "/restapis/{id}/resources/{resource}/methods/{verb}/integration" 200 integrations::update;
    DeleteIntegration DELETE "/restapis/{id}/resources/{resource}/methods/{verb}/integration" 204 integrations::delete;

    PutIntegrationResponse PUT "/restapis/{id}/resources/{resource}/methods/{verb}/integration/responses/{status}" 201 integration_responses::put;
    GetIntegrationResponse GET "/restapis/{id}/resources/{resource}/methods/{verb}/integration/responses/{status}" 200 integration_responses::get;
    UpdateIntegrationResponse PATCH "/restapis/{id}/resources/{resource}/methods/{verb}/integration/responses/{status}" 200 integration_responses::update;
    DeleteIntegrationResponse DELETE "/restapis/{id}/resources/{resource}/methods/{verb}/integration/responses/{status}" 204 integration_responses::delete;

    CreateDeployment POST "/restapis/{id}/deployments" 201 deployments::create;
    GetDeployments GET "/restapis/{id}/deployments" 200 deployments::list;
    GetDeployment GET "/restapis/{id}/deployments/{deployment}" 200 deployments::get;
    UpdateDeployment PATCH "/restapis/{id}/deployments/{deployment}" 200 deployments::update;
    DeleteDeployment DELETE "/restapis/{id}/deployments/{deployment}" 202 deployments::delete;

    CreateStage POST "/restapis/{id}/stages" 201 stages::create;
    GetStages GET "/restapis/{id}/stages" 200 stages::list;
    GetStage GET "/restapis/{id}/stages/{stage}" 200 stages::get;
    UpdateStage PATCH "/restapis/{id}/stages/{stage}" 200 stages::update;
    DeleteStage DELETE "/restapis/{id}/stages/{stage}" 202 stages::delete;
    FlushStageCache DELETE "/restapis/{id}/stages/{stage}/cache/data" 202 stages::flush;
    FlushStageAuthorizersCache DELETE "/restapis/{id}/stages/{stage}/cache/authorizers" 202 stages::flush;

    GetGatewayResponses GET "/restapis/{id}/gatewayresponses" 200 gateway_responses::list;
    PutGatewayResponse PUT "/restapis/{id}/gatewayresponses/{type}" 201 gateway_responses::put;
    GetGatewayResponse GET "/restapis/{id}/gatewayresponses/{type}" 200 gateway_responses::get;
    UpdateGatewayResponse PATCH "/restapis/{id}/gatewayresponses/{type}" 200 gateway_responses::update;
    DeleteGatewayResponse DELETE "/restapis/{id}/gatewayresponses/{type}" 202 gateway_responses::delete;

    GetModels GET "/restapis/{id}/models" 200 models::list;
    CreateModel POST "/restapis/{id}/models" 201 models::create;
    GetModel GET "/restapis/{id}/models/{name}" 200 models::get;
    UpdateModel PATCH "/restapis/{id}/models/{name}" 200 models::update;
    GetModelTemplate GET "/restapis/{id}/models/{name}/default_template" 200 model_templates::get;
    DeleteModel DELETE "/restapis/{id}/models/{name}" 202 models::delete;

    GetRequestValidators GET "/restapis/{id}/requestvalidators" 200 request_validators::list;
    CreateRequestValidator POST "/restapis/{id}/requestvalidators" 201 request_validators::create;
    GetRequestValidator GET "/restapis/{id}/requestvalidators/{validator}" 200 request_validators::get;
    UpdateRequestValidator PATCH "/restapis/{id}/requestvalidators/{validator}" 200 request_validators::update;
    DeleteRequestValidator DELETE "/restapis/{id}/requestvalidators/{validator}" 202 request_validators::delete;

    GetAuthorizers GET "/restapis/{id}/authorizers" 200 authorizers::list;
    CreateAuthorizer POST "/restapis/{id}/authorizers" 201 authorizers::create;
    GetAuthorizer GET "/restapis/{id}/authorizers/{authorizer}" 200 authorizers::get;
    UpdateAuthorizer PATCH "/restapis/{id}/authorizers/{authorizer}" 200 authorizers::update;
    DeleteAuthorizer DELETE "/restapis/{id}/authorizers/{authorizer}" 202 authorizers::delete;

    GetDocumentationParts GET "/restapis/{id}/documentation/parts" 200 documentation::list_parts;
    CreateDocumentationPart POST "/restapis/{id}/documentation/parts" 201 documentation::create_part;
    ImportDocumentationParts PUT "/restapis/{id}/documentation/parts" 200 documents::import_documentation takes document;
    GetDocumentationPart GET "/restapis/{id}/documentation/parts/{part}" 200 documentation::get_part;
    UpdateDocumentationPart PATCH "/restapis/{id}/documentation/parts/{part}" 200 documentation::update_part;
    DeleteDocumentationPart DELETE "/restapis/{id}/documentation/parts/{part}" 202 documentation::delete_part;
    GetDocumentationVersions GET "/restapis/{id}/documentation/versions" 200 documentation::list_versions;
    CreateDocumentationVersion POST "/restapis/{id}/documentation/versions" 201 documentation::create_version;
    GetDocumentationVersion GET "/restapis/{id}/documentation/versions/{version}" 200 documentation::get_version;
    UpdateDocumentationVersion PATCH "/restapis/{id}/documentation/versions/{version}" 200 documentation::update_version;
    DeleteDocumentationVersion DELETE "/restapis/{id}/documentation/versions/{version}" 202 documentation::delete_version;

    GetApiKeys GET "/apikeys" 200 api_keys::list;
    ImportApiKeys POST "/apikeys" 201 api_key_file::import takes document;
    CreateApiKey POST "/apikeys" 201 api_keys::create;
    GetApiKey GET "/apikeys/{key}" 200 api_keys::get;
    UpdateApiKey PATCH "/apikeys/{key}" 200 api_keys::update;
    DeleteApiKey DELETE "/apikeys/{key}" 202 api_keys::delete;

    GetUsagePlans GET "/usageplans" 200 usage_plans::list;
    CreateUsagePlan POST "/usageplans" 201 usage_plans::create;
    GetUsagePlan GET "/usageplans/{plan}" 200 usage_plans::get;
    UpdateUsagePlan PATCH "/usageplans/{plan}" 200 usage_plans::update;
    DeleteUsagePlan DELETE "/usageplans/{plan}" 202 usage_plans::delete;
    GetUsagePlanKeys GET "/usageplans/{plan}/keys" 200 usage_plans::list_keys;
    CreateUsagePlanKey POST "/usageplans/{plan}/keys" 201 usage_plans::create_key;
    GetUsagePlanKey GET "/usageplans/{plan}/keys/{key}" 200 usage_plans::get_key;
    DeleteUsagePlanKey DELETE "/usageplans/{plan}/keys/{key}" 202 usage_plans::delete_key;
    GetUsage GET "/usageplans/{plan}/usage" 200 usage::get;
    UpdateUsage PATCH "/usageplans/{plan}/keys/{key}/usage" 200 usage::update;

    GetDomainNames GET "/domainnames" 200 domain_names::list;
    CreateDomainName POST "/domainnames" 201 domain_names::create;
    GetDomainName GET "/domainnames/{domain}" 200 domain_names::get;
    UpdateDomainName PATCH "/domainnames/{domain}" 200 domain_names::update;
    DeleteDomainName DELETE "/domainnames/{domain}" 202 domain_names::delete;
    GetBasePathMappings GET "/domainnames/{domain}/basepathmappings" 200 base_path_mappings::list;
    CreateBasePathMapping POST "/domainnames/{domain}/basepathmappings" 201 base_path_mappings::create;
    GetBasePathMapping GET "/domainnames/{domain}/basepathmappings/{path}" 200 base_path_mappings::get;
    UpdateBasePathMapping PATCH "/domainnames/{domain}/basepathmappings/{path}" 200 base_path_mappings::update;
    DeleteBasePathMapping DELETE "/domainnames/{domain}/basepathmappings/{path}" 202 base_path_mappings::delete;

    GetVpcLinks GET "/vpclinks" 200 vpc_links::list;
    CreateVpcLink POST "/vpclinks" 202 vpc_links::create;
    GetVpcLink GET "/vpclinks/{link}" 200 vpc_links::get;
    UpdateVpcLink PATCH "/vpclinks/{link}" 200 vpc_links::update;
    DeleteVpcLink DELETE "/vpclinks/{link}" 202 vpc_links::delete;

    GetClientCertificates GET "/clientcertificates" 200 client_certificates::list;
    GenerateClientCertificate POST "/clientcertificates" 201 client_certificates::generate;
    GetClientCertificate GET "/clientcertificates/{certificate}" 200 client_certificates::get;
    UpdateClientCertificate PATCH "/clientcertificates/{certificate}" 200 client_certificates::update;
    DeleteClientCertificate DELETE "/clientcertificates/{certificate}" 202 client_certificates::delete;

    GetAccount GET "/account" 200 account::get;
    UpdateAccount PATCH "/account" 200 account::update;

    GetTags GET "/tags/{arn}" 200 tags::get;
    TagResource PUT "/tags/{arn}" 204 tags::put;
    UntagResource DELETE "/tags/{arn}" 204 tags::delete;
}

/// The operation of a request, and what its path says for each `{…}`.
pub(super) fn find(
    verb: &Method,
    path: &str,
    query: &[(String, String)],
) -> Option<(&'static Operation, Vec<String>)> {
    let path: Vec<&str> = path.trim_matches('/').split('/').collect();
    let mode = query.iter().find(|(name, _)| name == "mode").map(|(_, value)| value.as_str());
    OPERATIONS
        .iter()
        .filter(|operation| operation.verb == *verb)
        // What is imported is a document under the URI of what it makes.
        .filter(|operation| *verb != Method::POST || operation.takes_document == (mode == Some("import")))
        .find_map(|operation| Some((operation, values(operation.uri, &path)?)))
}

/// What a path says for each `{…}` of a URI, decoded; `None` if it does not fit.
fn values(uri: &str, path: &[&str]) -> Option<Vec<String>> {
    let mut values = Vec::new();
    let mut segments = uri.trim_matches('/').split('/');
    for part in path {
        let segment = segments.next()?;
        if segment.starts_with('{') {
            values.push(percent_decode_str(part).decode_utf8().ok()?.into_owned());
        } else if segment != *part {
            return None;
        }
    }
    segments.next().is_none().then_some(values)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn an_operation_is_found_by_verb_and_path() {
        let found = |verb: &str, path: &str| {
            let (operation, values) = find(&verb.parse().expect("a verb"), path, &[])?;
            Some((operation.name, values))
        };
        assert_eq!(found("GET", "/restapis/abc"), Some(("GetRestApi", vec!["abc".to_owned()])));
        assert_eq!(
            found("PUT", "/restapis/a/resources/b/methods/GET/integration/responses/200"),
            Some(("PutIntegrationResponse", vec!["a".into(), "b".into(), "GET".into(), "200".into()]))
        );
        let arn = "arn:aws:apigateway:us-east-1::/restapis/abc/stages/prod";
        assert_eq!(
            found("GET", "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2Fabc%2Fstages%2Fprod"),
            Some(("GetTags", vec![arn.to_owned()]))
        );
        assert_eq!(found("GET", "/restapis/a/nothing"), None);
        assert_eq!(found("PUT", "/restapis"), None);
    }

    #[test]
    fn what_an_operation_needs_follows_from_what_it_does() {
        use Permission::{Deploy, Edit, Read};
        for (name, query, permission) in [
            ("GetRestApis", "", Read),
            ("GetExport", "", Read),
            ("GetApiKey", "", Read),
            ("GetApiKey", "includeValue", Edit),
            ("GetApiKeys", "includeValues", Edit),
            ("CreateDeployment", "", Deploy),
            ("UpdateStage", "", Deploy),
            ("DeleteBasePathMapping", "", Deploy),
            ("PutMethod", "", Edit),
            ("TestInvokeMethod", "", Edit),
            ("DeleteRestApi", "", Edit),
            ("TagResource", "", Edit),
            ("PutRestApi", "", Edit),
        ] {
            let operation = OPERATIONS.iter().find(|operation| operation.name == name).expect(name);
            let query = [(query.to_owned(), "true".to_owned())];
            assert_eq!(operation.permission(&query), permission, "{name}");
        }
    }

    #[test]
    fn names_and_uris_are_given_once() {
        let names: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
        let uris: BTreeSet<_> =
            OPERATIONS.iter().map(|o| (o.verb.as_str(), o.uri, o.takes_document)).collect();
        assert_eq!((names.len(), uris.len()), (OPERATIONS.len(), OPERATIONS.len()));
    }
}
