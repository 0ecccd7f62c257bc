//! What a template sees of an exchange.

use http::HeaderValue;

use crate::mapping::{Facts, Payload};

/// What a template may ask beyond what mappings do. The data plane implements it over what it holds; nothing is
/// copied to ask.
///
/// Listings hand every entry to `take`, in the order of the request where it has one.
pub trait Environment: Facts {
    /// The payload of the template's side: the request's in a request template, that of the back end's answer in a
    /// response template. `None` counts as an empty one.
    fn input(&self) -> Option<&Payload>;
    /// Every path parameter, as it was sent.
    fn path_parameters<'a>(&'a self, take: &mut dyn FnMut(&'a str, &'a str));
    /// Every header of the request, repeated ones one by one, with the name spelled as the caller did where that
    /// is known, else in lower case.
    fn headers_as_sent<'a>(&'a self, take: &mut dyn FnMut(&'a str, &'a HeaderValue));
    /// A variable of the stage.
    fn stage_variable(&self, name: &str) -> Option<&str>;
    /// Every variable of the stage.
    fn stage_variables<'a>(&'a self, take: &mut dyn FnMut(&'a str, &'a str));
}
