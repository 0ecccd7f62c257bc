//! Which permission each call needs, as the proto files say it.

use std::collections::HashMap;

use prost_reflect::{DescriptorPool, Value};

use crate::model::Permission;
use crate::wire::ADMIN_DESCRIPTOR_SET;
use crate::wire::pb;

/// The option that every method of the admin API carries.
const OPTION: &str = "postern.admin.v1.permission";

/// The service that tells whether the server serves: probes have no credentials, and it tells nothing else.
const HEALTH: &str = "/grpc.health.v1.Health/";

/// What a call needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Nothing: whoever reaches the listener may ask.
    Nothing,
    /// Somebody who is known, with this permission.
    Permission(Permission),
}

/// The needs of all methods, by path.
#[derive(Debug)]
pub(super) struct Permissions(HashMap<String, Permission>);

impl Permissions {
    /// Those of the descriptor set that was built in. A method that names none is left out, and so answered to nobody
    /// below [`Permission::Administer`].
    pub(super) fn built_in() -> Self {
        let pool = DescriptorPool::decode(ADMIN_DESCRIPTOR_SET)
            .expect("the descriptor set that build.rs wrote is whole");
        let option = pool.get_extension_by_name(OPTION).expect("permission.proto is in the set");
        let methods = pool.services().flat_map(|service| service.methods().collect::<Vec<_>>());
        let named = methods.filter_map(|method| {
            let said = method.options();
            let Value::EnumNumber(number) = *said.get_extension(&option) else { return None };
            let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
            Some((path, read(number)?))
        });
        Self(named.collect())
    }

    /// What a call of `path` needs. What is unknown here, reflection among it, is for callers who are known; a
    /// method of ours without a permission is an admin's.
    pub(super) fn need(&self, path: &str) -> Need {
        if path.starts_with(HEALTH) {
            return Need::Nothing;
        }
        let ours = path.starts_with("/postern.");
        let otherwise = if ours { Permission::Administer } else { Permission::Read };
        Need::Permission(self.0.get(path).copied().unwrap_or(otherwise))
    }
}

fn read(number: i32) -> Option<Permission> {
    match pb::Permission::try_from(number).ok()? {
        pb::Permission::Unspecified => None,
        pb::Permission::Read => Some(Permission::Read),
        pb::Permission::Deploy => Some(Permission::Deploy),
        pb::Permission::Edit => Some(Permission::Edit),
        pb::Permission::Administer => Some(Permission::Administer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_names_its_permission() {
        let permissions = Permissions::built_in();
        let pool = DescriptorPool::decode(ADMIN_DESCRIPTOR_SET).expect("a descriptor set");
        let mut without = Vec::new();
        let mut count = 0;
        for service in pool.services().filter(|service| service.package_name() == "postern.admin.v1") {
            for method in service.methods() {
                count += 1;
                let path = format!("/{}/{}", service.full_name(), method.name());
                if !permissions.0.contains_key(&path) {
                    without.push(path);
                }
            }
        }
        assert!(count > 50, "{count} methods");
        assert_eq!(without, Vec::<String>::new());
    }

    #[test]
    fn what_reads_is_told_from_what_writes_by_its_name() {
        for (path, permission) in &Permissions::built_in().0 {
            let method = path.rsplit('/').next().unwrap_or_default();
            let reads =
                ["Get", "List", "Watch", "Explain", "Export"].iter().any(|verb| method.starts_with(verb));
            if reads {
                assert!(matches!(permission, Permission::Read | Permission::Administer), "{path}");
            } else {
                assert_ne!(*permission, Permission::Read, "{path}");
            }
        }
    }

    #[test]
    fn what_is_not_in_the_table_is_for_those_who_are_known() {
        let permissions = Permissions::built_in();
        for (path, need) in [
            ("/grpc.health.v1.Health/Check", Need::Nothing),
            ("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Need::Permission(Permission::Read)),
            ("/postern.admin.v1.ApiService/GetApi", Need::Permission(Permission::Read)),
            ("/postern.admin.v1.StageService/RollbackStage", Need::Permission(Permission::Deploy)),
            ("/postern.admin.v1.ApiService/DeleteApi", Need::Permission(Permission::Edit)),
            ("/postern.admin.v1.ApiService/Nothing", Need::Permission(Permission::Administer)),
            ("/", Need::Permission(Permission::Read)),
            ("/grpc.health.v1.Healthy/Check", Need::Permission(Permission::Read)),
        ] {
            assert_eq!(permissions.need(path), need, "{path}");
        }
    }
}
