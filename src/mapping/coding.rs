//! Content codings: which one an answer is sent in (RFC 9110 sections 8.4.1 and 12.5.3).

use http::HeaderMap;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};

/// A content coding that answers are compressed with. The order is ours among those that a caller likes equally;
/// Amazon API Gateway has `gzip` and `deflate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// `zstd` (RFC 8878).
    Zstd,
    /// `br` (RFC 7932).
    Brotli,
    /// `gzip` (RFC 1952).
    Gzip,
    /// `deflate`, which is the zlib format (RFC 1950).
    Deflate,
}

/// How much a caller wants a coding: 0 to 1000.
type Weight = u16;

const OURS: [Coding; 4] = [Coding::Zstd, Coding::Brotli, Coding::Gzip, Coding::Deflate];

impl Coding {
    /// Its name in a header.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        let name = if name.eq_ignore_ascii_case("x-gzip") { "gzip" } else { name };
        OURS.into_iter().find(|coding| coding.as_str().eq_ignore_ascii_case(name))
    }

    /// The coding that a caller likes best, and not less than no coding at all. Only what is named counts: neither
    /// `*` nor a request without `Accept-Encoding` asks for compression (API Gateway, *Receive an API response with
    /// a compressed payload in API Gateway*).
    #[must_use]
    pub fn choose(headers: &HeaderMap) -> Option<Self> {
        let mut weights: [Weight; OURS.len()] = [0; OURS.len()];
        let mut identity: Weight = 0;
        let fields = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        for item in fields.flat_map(|field| field.split(',')) {
            let (name, parameters) = item.split_once(';').unwrap_or((item, ""));
            let (name, weight) = (name.trim(), weight(parameters));
            if name.eq_ignore_ascii_case("identity") {
                identity = weight;
            } else if let Some(coding) = Self::from_name(name) {
                weights[coding as usize] = weight;
            }
        }
        let best = weights.into_iter().max().filter(|best| *best > 0 && *best >= identity)?;
        OURS.into_iter().find(|coding| weights[*coding as usize] == best)
    }
}

/// The weight among an item's parameters; one that cannot be read is none.
fn weight(parameters: &str) -> Weight {
    let value = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then_some(value.trim())
    });
    let Some(value) = value else { return 1000 };
    match value.parse::<f32>() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1000")]
        Ok(weight) if (0.0..=1.0).contains(&weight) => (weight * 1000.0).round() as Weight,
        _ => 0,
    }
}

/// How a request's body is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestCoding {
    /// Not at all.
    Identity,
    /// `gzip`.
    Gzip,
    /// `deflate`.
    Deflate,
    /// In a way that is not decoded, or in several.
    Unknown,
}

impl RequestCoding {
    /// What `Content-Encoding` says (API Gateway, *Call an API method with a compressed payload in API Gateway*).
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let mut values = headers.get_all(CONTENT_ENCODING).iter();
        let Some(value) = values.next() else { return Self::Identity };
        let name = value.to_str().map(str::trim).unwrap_or_default();
        if values.next().is_some() {
            return Self::Unknown;
        }
        match Coding::from_name(name) {
            Some(Coding::Gzip) => Self::Gzip,
            Some(Coding::Deflate) => Self::Deflate,
            Some(Coding::Zstd | Coding::Brotli) => Self::Unknown,
            None if name.is_empty() || name.eq_ignore_ascii_case("identity") => Self::Identity,
            None => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(name: &HeaderName, values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn the_caller_chooses_first_and_the_gateway_among_equals() {
        use Coding::{Brotli, Deflate, Gzip, Zstd};
        for (accept, expected) in [
            (&[][..], None),
            (&[""], None),
            (&["gzip"], Some(Gzip)),
            (&["GZIP"], Some(Gzip)),
            (&["x-gzip"], Some(Gzip)),
            (&["deflate, gzip"], Some(Gzip)),
            (&["gzip, deflate, br"], Some(Brotli)),
            (&["gzip, deflate, br, zstd"], Some(Zstd)),
            (&["gzip", "zstd"], Some(Zstd)),
            (&["gzip;q=0.5, deflate;q=0.501"], Some(Deflate)),
            (&["br;q=0.1, gzip; q=1.0"], Some(Gzip)),
            (&["gzip;q=0"], None),
            (&["gzip;q=0, deflate"], Some(Deflate)),
            (&["gzip;q=2, deflate;q=x"], None),
            (&["identity, gzip;q=0.9"], None),
            (&["identity;q=0.5, gzip;q=0.9"], Some(Gzip)),
            (&["identity, gzip"], Some(Gzip)),
            (&["*"], None),
            (&["*;q=0"], None),
            (&["compress, *"], None),
            (&["gzip;x=1;q=0.3"], Some(Gzip)),
            (&["identity;q=0, *;q=0"], None),
        ] {
            assert_eq!(Coding::choose(&headers(&ACCEPT_ENCODING, accept)), expected, "{accept:?}");
        }
    }

    #[test]
    fn a_requests_coding_is_known_or_not() {
        for (sent, expected) in [
            (&[][..], RequestCoding::Identity),
            (&["identity"], RequestCoding::Identity),
            (&[""], RequestCoding::Identity),
            (&["gzip"], RequestCoding::Gzip),
            (&[" X-GZip "], RequestCoding::Gzip),
            (&["deflate"], RequestCoding::Deflate),
            (&["br"], RequestCoding::Unknown),
            (&["gzip, deflate"], RequestCoding::Unknown),
            (&["gzip", "gzip"], RequestCoding::Unknown),
            (&["aws-chunked"], RequestCoding::Unknown),
        ] {
            assert_eq!(RequestCoding::of(&headers(&CONTENT_ENCODING, sent)), expected, "{sent:?}");
        }
    }
}
