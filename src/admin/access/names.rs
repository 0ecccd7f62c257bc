//! The names in a client's certificate, by which rules know its holder.

use rustls_pki_types::CertificateDer;
use webpki::EndEntityCert;

use crate::model::GrantRule;

/// `id-at-commonName` (X.520), as DER has it.
const COMMON_NAME: &[u8] = &[0x06, 0x03, 0x55, 0x04, 0x03];

/// The names of a certificate that was verified: `dns:NAME` and `uri:URI` of its alternative names, and its subject's
/// common name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names(Vec<String>);

impl Names {
    /// Reads them. What cannot be read is no name.
    pub(super) fn of(certificate: &CertificateDer<'_>) -> Self {
        let Ok(certificate) = EndEntityCert::try_from(certificate) else { return Self::default() };
        let mut names: Vec<_> = common_name(certificate.subject()).into_iter().collect();
        names.extend(certificate.valid_dns_names().map(|name| format!("dns:{name}")));
        names.extend(certificate.valid_uri_names().map(|uri| format!("uri:{uri}")));
        Self(names)
    }

    /// The first rule that is about one of the names, and that name.
    pub(super) fn find<'a>(&self, rules: &'a [GrantRule]) -> Option<(&'a GrantRule, &str)> {
        let found = rules.iter().find_map(|rule| {
            let name = self.0.iter().find(|name| rule.is_for(name))?;
            Some((rule, name.as_str()))
        });
        found.or_else(|| Some((rules.iter().find(|rule| rule.name == "*")?, "unnamed")))
    }

    /// What to call the holder where no rule is about it.
    pub(super) fn shown(&self) -> String {
        if self.0.is_empty() { "without a name".to_owned() } else { self.0.join(", ") }
    }
}

/// The last common name of a subject: a sequence of sets of pairs (RFC 5280 section 4.1.2.4), without its outer tag.
fn common_name(mut subject: &[u8]) -> Option<String> {
    let mut found = None;
    while !subject.is_empty() {
        let (set, rest) = element(subject, 0x31)?;
        subject = rest;
        let mut pairs = set;
        while !pairs.is_empty() {
            let (pair, rest) = element(pairs, 0x30)?;
            pairs = rest;
            if let Some(value) = pair.strip_prefix(COMMON_NAME) {
                found = text(value);
            }
        }
    }
    // A name with a prefix of ours could pass for an alternative name.
    found.filter(|name| !name.starts_with("dns:") && !name.starts_with("uri:") && name != "*")
}

/// A UTF8String or PrintableString.
fn text(value: &[u8]) -> Option<String> {
    let (bytes, _) = element(value, 0x0c).or_else(|| element(value, 0x13))?;
    let text = std::str::from_utf8(bytes).ok()?;
    let fits = !text.is_empty() && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

/// The content of a DER element with this tag, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if *first != tag {
        return None;
    }
    let (length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(*length), rest),
        0x81 => rest.split_first().map(|(length, rest)| (usize::from(*length), rest))?,
        0x82 => {
            let (length, rest) = rest.split_first_chunk::<2>()?;
            (usize::from(u16::from_be_bytes(*length)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, SanType};

    use super::*;

    fn certificate(common_name: Option<&str>, uris: &[&str], dns: &[&str]) -> CertificateDer<'static> {
        let mut params =
            CertificateParams::new(dns.iter().map(ToString::to_string).collect::<Vec<_>>()).expect("names");
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, "Example");
        if let Some(name) = common_name {
            params.distinguished_name.push(DnType::CommonName, name);
        }
        for uri in uris {
            params.subject_alt_names.push(SanType::URI((*uri).try_into().expect("a URI")));
        }
        let key = KeyPair::generate().expect("a key");
        params.self_signed(&key).expect("a certificate").der().clone()
    }

    #[test]
    fn names_are_those_of_subject_and_alternative_names() {
        let names = Names::of(&certificate(Some("ops"), &["spiffe://example/ci"], &["ci.example"]));
        assert_eq!(names.0, ["ops", "dns:ci.example", "uri:spiffe://example/ci"]);
        let long = "é".repeat(100);
        assert_eq!(Names::of(&certificate(Some(&long), &[], &[])).0, [long]);
        for forged in ["dns:ci.example", "uri:spiffe://example/ci", "*"] {
            assert_eq!(Names::of(&certificate(Some(forged), &[], &[])), Names::default(), "{forged}");
        }
        assert_eq!(Names::of(&CertificateDer::from(vec![0x30, 0x03, 1, 2, 3])), Names::default());
    }

    #[test]
    fn the_first_rule_that_is_about_a_name_holds() {
        let rules: Vec<GrantRule> = ["uri:spiffe://example/ci=deployer", "ops=admin", "*=viewer"]
            .iter()
            .map(|rule| rule.parse().expect("a rule"))
            .collect();
        let found = |names: &[&str]| {
            let names = Names(names.iter().map(ToString::to_string).collect());
            names.find(&rules).map(|(rule, name)| (rule.grant.role().as_str(), name.to_owned()))
        };
        assert_eq!(
            found(&["ops", "uri:spiffe://example/ci"]),
            Some(("deployer", "uri:spiffe://example/ci".into()))
        );
        assert_eq!(found(&["ops"]), Some(("admin", "ops".into())));
        assert_eq!(found(&["someone"]), Some(("viewer", "someone".into())));
        assert_eq!(found(&[]), Some(("viewer", "unnamed".into())));
        assert_eq!(Names::default().find(&rules[..2]), None);
    }
}
