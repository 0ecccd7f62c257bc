//! Templates by media type, and which of them a request picks.

use http::HeaderValue;

use crate::model::{MediaType, PassthroughBehavior};

/// The media type of a body whose sender named none, and of an answer whose caller asked for none.
const DEFAULT_MEDIA_TYPE: &str = "application/json";

/// What becomes of a body whose media type has no template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmatched {
    /// It passes through.
    Pass,
    /// 415 Unsupported Media Type.
    Refuse,
}

/// Request templates by media type of the request's `Content-Type`.
#[derive(Clone, Debug)]
pub struct ContentTypeChoice<T> {
    templates: Box<[(Box<str>, T)]>,
    unmatched: Unmatched,
}

/// What a request's `Content-Type` picks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen<'c, T> {
    /// A template.
    Template(&'c T),
    /// None: the body passes through.
    Passthrough,
    /// None, and the body is refused with 415.
    UnsupportedMediaType,
}

impl<T> ContentTypeChoice<T> {
    /// The choice that API Gateway makes for these templates and this passthrough behaviour (*Integration
    /// passthrough behaviors*).
    #[must_use]
    pub fn new(templates: impl IntoIterator<Item = (MediaType, T)>, behavior: PassthroughBehavior) -> Self {
        let templates: Box<[_]> = templates
            .into_iter()
            .map(|(media_type, template)| (media_type.as_str().into(), template))
            .collect();
        let unmatched = match behavior {
            PassthroughBehavior::WhenNoMatch => Unmatched::Pass,
            PassthroughBehavior::WhenNoTemplates if templates.is_empty() => Unmatched::Pass,
            PassthroughBehavior::WhenNoTemplates | PassthroughBehavior::Never => Unmatched::Refuse,
        };
        Self { templates, unmatched }
    }

    /// Picks by `Content-Type`: its media type without parameters, `application/json` when there is none, then
    /// `$default`, then the passthrough behaviour.
    #[must_use]
    pub fn choose(&self, content_type: Option<&HeaderValue>) -> Chosen<'_, T> {
        let wanted = essence(content_type.map(HeaderValue::as_bytes));
        let found = find(&self.templates, wanted).or_else(|| find(&self.templates, b"$default"));
        match (found, self.unmatched) {
            (Some(template), _) => Chosen::Template(template),
            (None, Unmatched::Pass) => Chosen::Passthrough,
            (None, Unmatched::Refuse) => Chosen::UnsupportedMediaType,
        }
    }

    /// All templates.
    pub fn templates(&self) -> impl Iterator<Item = &T> {
        self.templates.iter().map(|(_, template)| template)
    }
}

/// Response templates by the first media type of the request's `Accept`; never without one.
#[derive(Clone, Debug)]
pub struct AcceptChoice<T> {
    first: T,
    others: Box<[(Box<str>, T)]>,
}

impl<T> AcceptChoice<T> {
    /// One answer for every `Accept`.
    #[must_use]
    pub fn only(template: T) -> Self {
        Self { first: template, others: Box::new([]) }
    }

    /// A choice among templates in their own order; `None` when there is none.
    #[must_use]
    pub fn new(templates: impl IntoIterator<Item = (MediaType, T)>) -> Option<Self> {
        let mut all: Vec<_> = templates
            .into_iter()
            .map(|(media_type, template)| (Box::from(media_type.as_str()), template))
            .collect();
        let default = all.iter().position(|(media_type, _)| &**media_type == DEFAULT_MEDIA_TYPE).unwrap_or(0);
        if all.is_empty() {
            return None;
        }
        let (_, first) = all.remove(default);
        Some(Self { first, others: all.into() })
    }

    /// Picks by `Accept`; what nothing matches gets the `application/json` template, else the first one.
    #[must_use]
    pub fn choose(&self, accept: Option<&HeaderValue>) -> &T {
        if self.others.is_empty() {
            return &self.first;
        }
        let first = accept.and_then(|value| value.as_bytes().split(|byte| *byte == b',').next());
        find(&self.others, essence(first)).unwrap_or(&self.first)
    }

    /// The template that every request gets, if there is no choice.
    #[must_use]
    pub fn sole(&self) -> Option<&T> {
        self.others.is_empty().then_some(&self.first)
    }

    /// The same choice among what `change` makes of each template.
    #[must_use]
    pub fn map<U>(&self, mut change: impl FnMut(&T) -> U) -> AcceptChoice<U> {
        let first = change(&self.first);
        let others = self.others.iter().map(|(media_type, template)| (media_type.clone(), change(template)));
        AcceptChoice { first, others: others.collect() }
    }

    /// The same choice among what `change` makes of each template; `None` if it makes nothing of one.
    #[must_use]
    pub fn try_map<U>(&self, mut change: impl FnMut(&T) -> Option<U>) -> Option<AcceptChoice<U>> {
        let first = change(&self.first)?;
        let others = self.others.iter();
        let others = others.map(|(media_type, template)| Some((media_type.clone(), change(template)?)));
        Some(AcceptChoice { first, others: others.collect::<Option<_>>()? })
    }

    /// All templates.
    pub fn templates(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.first).chain(self.others.iter().map(|(_, template)| template))
    }
}

/// The media type without parameters and white space.
fn essence(value: Option<&[u8]>) -> &[u8] {
    let value = value.unwrap_or_default();
    let essence = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    if essence.is_empty() { DEFAULT_MEDIA_TYPE.as_bytes() } else { essence }
}

fn find<'c, T>(templates: &'c [(Box<str>, T)], wanted: &[u8]) -> Option<&'c T> {
    let found = templates.iter().find(|(media_type, _)| media_type.as_bytes().eq_ignore_ascii_case(wanted));
    found.map(|(_, template)| template)
}
