//! Base path and back end: `servers` of OpenAPI 3.0; `basePath`, `host` and `schemes` of Swagger 2.0.

use crate::model::PathPart;
use crate::openapi::Format;
use crate::openapi::node::Node;

/// What marks an address as that of the API itself, which is nobody's back end: `x-postern-server: gateway`.
pub(in crate::openapi) const SERVER: &str = "x-postern-server";
/// Its value.
pub(in crate::openapi) const GATEWAY: &str = "gateway";

/// The base path: of OpenAPI's first server the variable `basePath`, even if its URL does not use it, else the path
/// of its URL; Swagger's `basePath`.
pub(super) fn base_path(root: &Node<'_>) -> Vec<PathPart> {
    let node = match root.format() {
        Format::Swagger2 => root.get("basePath"),
        Format::OpenApi3 => {
            let server = root.get("servers").and_then(|servers| servers.items().into_iter().next());
            let variable =
                server.as_ref().and_then(|server| server.get("variables")?.get("basePath")?.get("default"));
            if let Some(server) = &server
                && variable.is_none()
            {
                let url = server.get("url").map(|_| filled(server)).unwrap_or_default();
                let path = path_of(&url).to_owned();
                return parts(&path, |message| server.error(message));
            }
            variable
        }
    };
    let Some(node) = node else { return Vec::new() };
    let text = node.scalar().unwrap_or_default();
    parts(&text, |message| node.error(message))
}

fn parts(path: &str, refuse: impl Fn(String)) -> Vec<PathPart> {
    let mut parts = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        match part.parse::<PathPart>() {
            Ok(part) => parts.push(part),
            Err(error) => refuse(error.to_string()),
        }
    }
    parts
}

/// What of a base path stays under `split`: all but its first part, which is the stage's.
pub(in crate::openapi) fn strip_base(base: &[PathPart]) -> &[PathPart] {
    base.get(1..).unwrap_or_default()
}

/// The first server that could be a back end, without a slash at the end: a whole HTTP address that is no gateway's
/// own.
pub(super) fn back_end(node: &Node<'_>) -> Option<String> {
    match node.format() {
        Format::OpenApi3 => {
            let servers = node.get("servers")?.items();
            servers.iter().filter(|server| !is_gateway(server)).map(filled).find_map(|url| as_back_end(&url))
        }
        Format::Swagger2 if is_gateway(node) => None,
        Format::Swagger2 => {
            let host = node.text_of("host")?;
            let schemes = node.get("schemes").map(|schemes| schemes.items()).unwrap_or_default();
            let secure = schemes.iter().any(|scheme| scheme.value == "https") || schemes.is_empty();
            let base = node.get("basePath").and_then(|base| base.scalar()).unwrap_or_default();
            as_back_end(&format!("http{}://{host}{base}", if secure { "s" } else { "" }))
        }
    }
}

/// Whether the address is marked as a gateway's own, as an export marks it.
fn is_gateway(node: &Node<'_>) -> bool {
    node.value.get(SERVER).is_some_and(|mark| mark == GATEWAY)
}

fn as_back_end(url: &str) -> Option<String> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?;
    let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty())?;
    (!is_default_host(host) && !host.contains('{')).then(|| url.trim_end_matches('/').to_owned())
}

/// Whether a host is one that API Gateway gives.
pub(in crate::openapi) fn is_default_host(host: &str) -> bool {
    host.contains(".execute-api.")
}

/// A server's URL with its variables at their defaults.
fn filled(server: &Node<'_>) -> String {
    let mut url = server.text_of("url").unwrap_or_default().to_owned();
    for (name, variable) in server.get("variables").map(|v| v.members()).unwrap_or_default() {
        if let Some(default) = variable.get("default").and_then(|default| default.scalar()) {
            url = url.replace(&format!("/{{{name}}}"), &format!("/{}", default.trim_start_matches('/')));
            url = url.replace(&format!("{{{name}}}"), &default);
        }
    }
    url
}

fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest.find('/').map_or("", |at| &rest[at..]));
    rest.split(['?', '#']).next().unwrap_or_default()
}
