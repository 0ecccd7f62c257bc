//! Postern's own reading of a document without extensions: its servers are the back end.

use super::{Servers, Work};
use crate::model::{
    Integration, IntegrationType, Method, MethodParameter, ParameterLocation, PathPart, Verb,
};
use crate::openapi::document::Operation;

/// Gives `method` an integration that calls the server at the operation's path, if the document is to be read so.
/// The server's address has the base path already, so `parts` are the document's own.
pub(super) fn put(
    work: &Work<'_>,
    parts: &[PathPart],
    verb: Verb,
    operation: &Operation,
    method: &mut Method,
) {
    if !work.document.is_plain || work.options.servers == Servers::SayNothing {
        return;
    }
    let Some(server) = operation.back_end.as_ref().or(work.document.back_end.as_ref()) else { return };
    let mut uri = server.clone();
    let mut integration = Integration::new(IntegrationType::HttpProxy);
    for part in parts {
        uri.push('/');
        match part {
            PathPart::Literal(text) => uri.push_str(text),
            PathPart::Param(name) | PathPart::Greedy(name) => {
                uri.push_str(&format!("{{{name}}}"));
                let target = MethodParameter { location: ParameterLocation::Path, name: name.clone() };
                method.request_parameters.insert(target.clone(), true);
                integration.request_parameters.insert(target, format!("method.request.path.{name}"));
            }
        }
    }
    integration.uri = Some(uri);
    integration.http_method = Some(verb);
    method.integration = Some(integration);
}
