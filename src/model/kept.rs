//! Things of API Gateway that are kept and read back without effect so far: they have a kind, an id and a text that
//! belongs to whoever wrote it.

use super::{ApiId, Partition, Revision};

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $text:literal;)*) => {
        /// What a kept thing is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum KeptKind {
            $($(#[$doc])* $variant,)*
        }

        impl KeptKind {
            /// All kinds.
            pub const ALL: [Self; [$($text),*].len()] = [$(Self::$variant),*];

            /// The name it is stored under.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

kinds! {
    /// The one account of a partition.
    Account = "account";
    /// An API key.
    ApiKey = "api_key";
    /// An authorizer of an API.
    Authorizer = "authorizer";
    /// A client certificate.
    ClientCertificate = "client_certificate";
    /// A piece of an API's documentation.
    DocumentationPart = "documentation_part";
    /// A version of an API's documentation.
    DocumentationVersion = "documentation_version";
    /// A custom domain name; its mappings are domain bindings.
    DomainName = "domain_name";
    /// A usage plan.
    UsagePlan = "usage_plan";
    /// A key of a usage plan.
    UsagePlanKey = "usage_plan_key";
    /// A VPC link.
    VpcLink = "vpc_link";
}

/// Whose a kept thing is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptScope {
    /// An account's, in a region.
    Partition(Partition),
    /// An API's: part of its definition, so that a deployment freezes it with the rest.
    Api(ApiId),
}

/// The kind and id of something that a definition keeps.
pub type KeptName = (KeptKind, String);

/// A kept thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Whose it is.
    pub scope: KeptScope,
    /// What it is.
    pub kind: KeptKind,
    /// Its id, unique in its scope and kind: 1 to 256 bytes of any text.
    pub id: String,
    /// Counts the writes to it.
    pub revision: Revision,
    /// What was written.
    pub text: String,
}

impl Kept {
    /// The longest id, in bytes.
    pub const MAX_ID: usize = 256;
    /// The longest text, in bytes.
    pub const MAX_TEXT: usize = 256 * 1024;
}
