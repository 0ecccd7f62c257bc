//! Mapping templates on their way into a plan.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;

use crate::model::{Integration, MediaType};
use crate::template::{InvalidTemplate, Template};

use super::findings::Findings;
use super::{BodyPlan, ContentTypeChoice, RequestBody};

/// Templates compiled so far: the same text is compiled once for a whole API.
#[derive(Debug, Default)]
pub(super) struct Templates(HashMap<Box<str>, Result<BodyPlan, InvalidTemplate>>);

impl Templates {
    /// A template as a body; an empty one passes the payload.
    pub(super) fn body(
        &mut self,
        media_type: &MediaType,
        text: &str,
        findings: &mut Findings,
    ) -> Option<BodyPlan> {
        if !self.0.contains_key(text) {
            self.0.insert(text.into(), compiled(text));
        }
        match self.0.get(text)? {
            Ok(plan) => Some(plan.clone()),
            Err(error) => {
                findings.error(format!("template {media_type}, {}", error.place()), error.what());
                None
            }
        }
    }

    /// What an integration makes of a request's body.
    pub(super) fn request(&mut self, integration: &Integration, findings: &mut Findings) -> RequestBody {
        let mut inner = Findings::default();
        let templates = integration.request_templates.iter();
        let bodies: Vec<_> = templates
            .filter_map(|(media_type, text)| {
                Some((media_type.clone(), self.body(media_type, text, &mut inner)?))
            })
            .collect();
        if !inner.is_empty() {
            findings.absorb("integration request", &inner);
        }
        RequestBody { templates: ContentTypeChoice::new(bodies, integration.passthrough_behavior) }
    }
}

fn compiled(text: &str) -> Result<BodyPlan, InvalidTemplate> {
    if text.is_empty() {
        return Ok(BodyPlan::Payload);
    }
    let template = Template::parse(text)?;
    Ok(match template.constant() {
        Some(text) => BodyPlan::Constant(Bytes::copy_from_slice(text.as_bytes())),
        None => BodyPlan::Template(Arc::new(template)),
    })
}
