//! The key layout, key by key. The table is in the doc of [`store`](super).

use super::Key;
use crate::model::{
    ApiId, AuditId, BasePath, DeploymentId, HostName, KeptKind, KeptScope, Partition, StageName,
    StoreRevision, TokenId,
};

/// Where an API's head is.
pub(super) fn api(partition: &Partition, id: ApiId) -> Key {
    Key::new(format!("{}{id}", apis_of(partition)))
}

/// All API heads.
pub(super) const APIS: &str = "api/";

/// The API heads of a partition.
pub(super) fn apis_of(partition: &Partition) -> String {
    format!("{APIS}{partition}/")
}

/// Who holds an API id.
pub(super) fn api_claim(id: ApiId) -> Key {
    Key::new(format!("{API_CLAIMS}{id}"))
}

/// Who holds which API id.
pub(super) const API_CLAIMS: &str = "claim/api/";

/// Who holds a deployment id.
pub(super) fn deployment_claim(id: DeploymentId) -> Key {
    Key::new(format!("claim/deployment/{id}"))
}

/// Who holds a host and base path.
pub(super) fn binding_claim(host: &HostName, base_path: &BasePath) -> Key {
    Key::new(format!("claim/binding/{}", place(host, base_path)))
}

/// Whether a key says who holds an id (not a host, which people choose).
pub(super) fn is_id_claim(key: &Key) -> bool {
    key.as_str().starts_with(API_CLAIMS) || key.as_str().starts_with("claim/deployment/")
}

/// Where a deployment or its tombstone is.
pub(super) fn deployment(api: ApiId, number: u64) -> Key {
    Key::new(format!("{}{}", deployments_of(api), padded(number)))
}

/// All deployments.
pub(super) const DEPLOYMENTS: &str = "deployment/";

/// The deployments of an API, by number.
pub(super) fn deployments_of(api: ApiId) -> String {
    format!("{DEPLOYMENTS}{api}/")
}

/// Where a stage is.
pub(super) fn stage(api: ApiId, name: &StageName) -> Key {
    Key::new(format!("{}{name}", stages_of(api)))
}

/// All stages.
pub(super) const STAGES: &str = "stage/";

/// The stages of an API.
pub(super) fn stages_of(api: ApiId) -> String {
    format!("{STAGES}{api}/")
}

/// Where a binding is.
pub(super) fn binding(partition: &Partition, host: &HostName, base_path: &BasePath) -> Key {
    Key::new(format!("{}{}", bindings_of(partition), place(host, base_path)))
}

/// All bindings.
pub(super) const BINDINGS: &str = "binding/";

/// The bindings of a partition.
pub(super) fn bindings_of(partition: &Partition) -> String {
    format!("{BINDINGS}{partition}/")
}

/// A host holds no slash, so the first one ends it.
fn place(host: &HostName, base_path: &BasePath) -> String {
    format!("{host}/{}", base_path.as_str())
}

/// Where something is that is kept without effect.
pub(super) fn kept(scope: &KeptScope, kind: KeptKind, id: &str) -> Key {
    // Ids are people's texts, too; a key is printable and has its slashes where they mean something.
    let id = percent_encoding::utf8_percent_encode(id, KEPT_ID);
    Key::new(format!("{}{id}", kept_of(scope, Some(kind))))
}

/// All that is kept in a scope, or of one kind of it.
pub(super) fn kept_of(scope: &KeptScope, kind: Option<KeptKind>) -> String {
    let scope = match scope {
        KeptScope::Partition(partition) => partition.to_string(),
        KeptScope::Api(api) => api.to_string(),
    };
    kind.map_or_else(|| format!("kept/{scope}/"), |kind| format!("kept/{scope}/{}/", kind.as_str()))
}

/// What of an id is written as it is.
const KEPT_ID: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*');

/// Where a bearer token is.
pub(super) fn token(id: TokenId) -> Key {
    Key::new(format!("{TOKENS}{id}"))
}

/// All bearer tokens.
pub(super) const TOKENS: &str = "token/";

/// Where an event of the audit is.
pub(super) fn audit(id: AuditId) -> Key {
    Key::new(format!("{AUDIT}{id}"))
}

/// All events of the audit, by time.
pub(super) const AUDIT: &str = "audit/";

/// The place of an event.
pub(super) fn audit_id(key: &Key) -> Option<AuditId> {
    key.as_str().strip_prefix(AUDIT)?.parse().ok()
}

/// What moves on when something new points at a part of an API.
pub(super) fn pins(api: ApiId) -> Key {
    Key::new(format!("pins/{api}"))
}

/// Whether unreferenced content is being removed.
pub(super) fn sweep() -> Key {
    Key::new("sweep")
}

/// What the commit that made `revision` did.
pub(super) fn change(revision: StoreRevision) -> Key {
    Key::new(format!("{CHANGES}{}", padded(revision.0)))
}

/// What all commits did, by revision.
pub(super) const CHANGES: &str = "change/";

/// The revision of a change record.
pub(super) fn change_revision(key: &Key) -> Option<StoreRevision> {
    key.as_str().strip_prefix(CHANGES)?.parse().ok().map(StoreRevision)
}

/// Twenty digits, so that the order of texts is the order of numbers.
fn padded(number: u64) -> String {
    format!("{number:020}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_what_the_table_says_for_ever() {
        let partition = Partition::default();
        let api_id: ApiId = "abcdefghij".parse().expect("an id");
        let stage_name: StageName = "prod".parse().expect("a name");
        let host: HostName = "*.example.com".parse().expect("a host");
        let base: BasePath = "shop/v1".parse().expect("a base path");
        for (key, text) in [
            (api(&partition, api_id), "api/000000000000/us-east-1/abcdefghij"),
            (api_claim(api_id), "claim/api/abcdefghij"),
            (deployment_claim("abc123".parse().expect("an id")), "claim/deployment/abc123"),
            (binding_claim(&host, &base), "claim/binding/*.example.com/shop/v1"),
            (deployment(api_id, 12), "deployment/abcdefghij/00000000000000000012"),
            (stage(api_id, &stage_name), "stage/abcdefghij/prod"),
            (binding(&partition, &host, &base), "binding/000000000000/us-east-1/*.example.com/shop/v1"),
            (binding(&partition, &HostName::Any, &BasePath::default()), "binding/000000000000/us-east-1/*/"),
            (
                kept(&KeptScope::Partition(partition.clone()), KeptKind::ApiKey, "a/b"),
                "kept/000000000000/us-east-1/api_key/a%2Fb",
            ),
            (
                kept(&KeptScope::Api(api_id), KeptKind::Authorizer, "abc123"),
                "kept/abcdefghij/authorizer/abc123",
            ),
            (token("abcdefghij".parse().expect("an id")), "token/abcdefghij"),
            (audit(AuditId { at_ms: 7, random: 10 }), "audit/00000000000000000007-000000000000000a"),
            (pins(api_id), "pins/abcdefghij"),
            (sweep(), "sweep"),
            (change(StoreRevision(7)), "change/00000000000000000007"),
        ] {
            assert_eq!(key.as_str(), text);
        }
    }

    #[test]
    fn the_revision_of_a_change_can_be_read_from_its_key() {
        assert_eq!(change_revision(&sweep()), None);
        assert_eq!(change_revision(&change(StoreRevision(7))), Some(StoreRevision(7)));
    }
}
