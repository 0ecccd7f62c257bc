//! Who calls, and what a caller may do: roles, permissions, limits to APIs.
//!
//! A call needs one [`Permission`]; a [`Role`] has some; a [`Grant`] is a role, perhaps limited to some APIs. How
//! a caller proves who it is belongs to the faces.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use super::ApiId;

/// What a call needs. Ordered: whoever has one has all before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// To read what is configured and what is served.
    Read,
    /// To change what is served: deployments, stages, domain bindings.
    Deploy,
    /// To change drafts, to make and delete APIs, to run methods of a draft.
    Edit,
    /// What is about the whole server: tokens, backups, the audit.
    Administer,
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Read => "READ",
            Self::Deploy => "DEPLOY",
            Self::Edit => "EDIT",
            Self::Administer => "ADMINISTER",
        })
    }
}

/// What a caller is trusted with. Ordered by what each may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads.
    Viewer,
    /// Reads, and changes what is served.
    Deployer,
    /// The same, and changes drafts.
    Editor,
    /// Everything.
    Admin,
}

impl Role {
    /// All roles, from the least trusted.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Deployer, Self::Editor, Self::Admin];

    /// The name it is given by.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Deployer => "deployer",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }

    /// The most that it may do.
    #[must_use]
    pub const fn permission(self) -> Permission {
        match self {
            Self::Viewer => Permission::Read,
            Self::Deployer => Permission::Deploy,
            Self::Editor => Permission::Edit,
            Self::Admin => Permission::Administer,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that names no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no role: expected viewer, deployer, editor or admin")]
pub struct InvalidRole(String);

impl FromStr for Role {
    type Err = InvalidRole;

    fn from_str(text: &str) -> Result<Self, InvalidRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| InvalidRole(text.chars().take(64).collect()))
    }
}

/// The APIs that a grant is limited to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ApiLimit {
    /// None is left out, and new ones can be made.
    #[default]
    All,
    /// These and no others.
    Only(Arc<BTreeSet<ApiId>>),
}

/// A limit that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidGrant {
    /// What an admin administers is the server, which is not one API's.
    #[error("the role admin cannot be limited to APIs: editor is the most that can")]
    LimitedAdmin,
    /// More APIs than a record should hold.
    #[error("a role can be limited to at most {} APIs", Grant::MAX_APIS)]
    TooMany,
}

/// A role, perhaps limited to some APIs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    role: Role,
    apis: ApiLimit,
}

impl Grant {
    /// The most APIs that a grant names.
    pub const MAX_APIS: usize = 100;

    /// A role for every API.
    #[must_use]
    pub const fn of(role: Role) -> Self {
        Self { role, apis: ApiLimit::All }
    }

    /// A role for some APIs; for all, if none is named.
    ///
    /// # Errors
    /// When the role is `admin` and an API is named, or more than [`Grant::MAX_APIS`] are.
    pub fn limited(role: Role, apis: impl IntoIterator<Item = ApiId>) -> Result<Self, InvalidGrant> {
        let apis: BTreeSet<_> = apis.into_iter().collect();
        if apis.is_empty() {
            return Ok(Self::of(role));
        }
        if role == Role::Admin {
            return Err(InvalidGrant::LimitedAdmin);
        }
        if apis.len() > Self::MAX_APIS {
            return Err(InvalidGrant::TooMany);
        }
        Ok(Self { role, apis: ApiLimit::Only(Arc::new(apis)) })
    }

    /// The role.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The limit.
    #[must_use]
    pub const fn apis(&self) -> &ApiLimit {
        &self.apis
    }

    /// Whether the role has a permission, whichever the API.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        permission <= self.role.permission()
    }

    /// Whether an API is within the limit.
    #[must_use]
    pub fn covers(&self, api: ApiId) -> bool {
        match &self.apis {
            ApiLimit::All => true,
            ApiLimit::Only(apis) => apis.contains(&api),
        }
    }
}

/// What somebody who is known by a name elsewhere may do here: `ops=admin`, `team-a=editor@abcdefghij+klmnopqrst`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantRule {
    /// The name; `*` is everybody.
    pub name: String,
    /// What they may do.
    pub grant: Grant,
}

impl GrantRule {
    /// Whether the rule is about somebody of this name.
    #[must_use]
    pub fn is_for(&self, name: &str) -> bool {
        self.name == "*" || self.name == name
    }
}

/// A text that is no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidRule(String);

impl FromStr for GrantRule {
    type Err = InvalidRule;

    /// Takes `NAME=ROLE` and `NAME=ROLE@API+API`. The last `=` divides, since names may hold some.
    fn from_str(text: &str) -> Result<Self, InvalidRule> {
        let shown: String = text.chars().take(200).collect();
        let (name, grant) = text
            .rsplit_once('=')
            .filter(|(name, _)| !name.is_empty())
            .ok_or_else(|| InvalidRule(format!("{shown:?} names nobody before =")))?;
        let (role, apis) = grant.split_once('@').unwrap_or((grant, ""));
        let role = role.parse().map_err(|error: InvalidRole| InvalidRule(error.to_string()))?;
        let apis = apis.split('+').filter(|api| !api.is_empty()).map(str::parse);
        let apis = apis
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error: super::InvalidId| InvalidRule(error.to_string()))?;
        if grant.contains('@') && apis.is_empty() {
            return Err(InvalidRule(format!("{shown:?} names no API after @")));
        }
        let grant = Grant::limited(role, apis).map_err(|error| InvalidRule(error.to_string()))?;
        Ok(Self { name: name.to_owned(), grant })
    }
}

/// Who makes a call, as far as it is known, and what it is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who: `token:ci`, `certificate:CN=ops`, `local` for somebody on this machine of whom no more was asked.
    pub actor: Arc<str>,
    /// The address it calls from; `None` within the process.
    pub address: Option<IpAddr>,
    /// What it called, by the face's own name: `ApiService/CreateApi`, `aws:CreateRestApi`.
    pub operation: Arc<str>,
    /// What it may do.
    pub grant: Grant,
}

impl Caller {
    /// The process itself.
    #[must_use]
    pub fn process() -> Self {
        Self {
            actor: "postern".into(),
            address: None,
            operation: "start".into(),
            grant: Grant::of(Role::Admin),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_what_those_before_it_have_and_one_more() {
        use Permission::{Administer, Deploy, Edit, Read};
        for (role, may) in [
            (Role::Viewer, [true, false, false, false]),
            (Role::Deployer, [true, true, false, false]),
            (Role::Editor, [true, true, true, false]),
            (Role::Admin, [true, true, true, true]),
        ] {
            let grant = Grant::of(role);
            assert_eq!([Read, Deploy, Edit, Administer].map(|need| grant.may(need)), may, "{role}");
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert!("Admin".parse::<Role>().is_err() && "".parse::<Role>().is_err());
    }

    #[test]
    fn rules_name_somebody_a_role_and_perhaps_apis() {
        let read = |text: &str| {
            let rule = text.parse::<GrantRule>().ok()?;
            let apis = match rule.grant.apis() {
                ApiLimit::All => 0,
                ApiLimit::Only(apis) => apis.len(),
            };
            Some((rule.name, rule.grant.role(), apis))
        };
        for (text, expected) in [
            ("ops=admin", Some(("ops", Role::Admin, 0))),
            ("*=viewer", Some(("*", Role::Viewer, 0))),
            ("CN=ops,O=x=editor", Some(("CN=ops,O=x", Role::Editor, 0))),
            ("team=editor@aaaaaaaaaa+bbbbbbbbbb", Some(("team", Role::Editor, 2))),
            ("team=admin@aaaaaaaaaa", None),
            ("team=editor@", None),
            ("team=editor@x", None),
            ("team=owner", None),
            ("=admin", None),
            ("admin", None),
            ("", None),
        ] {
            let expected = expected.map(|(name, role, apis)| (name.to_owned(), role, apis));
            assert_eq!(read(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_limit_names_apis_and_admin_has_none() {
        let api = |text: &str| text.parse::<ApiId>().expect("an id");
        let (one, other) = (api("aaaaaaaaaa"), api("bbbbbbbbbb"));
        let grant = Grant::limited(Role::Editor, [one]).expect("a grant");
        assert!(grant.covers(one) && !grant.covers(other));
        assert!(Grant::limited(Role::Editor, []).is_ok_and(|grant| grant.covers(other)));
        assert_eq!(Grant::limited(Role::Admin, [one]), Err(InvalidGrant::LimitedAdmin));
        let many = (0..=Grant::MAX_APIS).map(|n| api(&format!("{n:010}")));
        assert_eq!(Grant::limited(Role::Viewer, many), Err(InvalidGrant::TooMany));
    }
}
