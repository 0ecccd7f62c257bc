//! A node of an API's path tree.

use super::field::{self, InvalidRecord};
use super::pb;
use crate::model::Resource;

impl From<&Resource> for pb::Resource {
    fn from(resource: &Resource) -> Self {
        Self {
            id: resource.id.to_string(),
            place: resource.place.as_ref().map(|(parent, part)| pb::Place {
                parent_id: parent.to_string(),
                path_part: part.to_string(),
            }),
            methods: field::messages(&resource.methods),
            cors_policy: resource.cors_policy.as_ref().map(Into::into),
            cors_marks: field::messages(&resource.cors_marks),
        }
    }
}

impl TryFrom<pb::Resource> for Resource {
    type Error = InvalidRecord;

    fn try_from(stored: pb::Resource) -> Result<Self, InvalidRecord> {
        let place = stored.place.map(|place| {
            let parent = field::parse("place.parent_id", &place.parent_id)?;
            Ok((parent, field::parse("place.path_part", &place.path_part)?))
        });
        Ok(Self {
            id: field::parse("id", &stored.id)?,
            place: place.transpose()?,
            methods: field::keyed_messages("methods", stored.methods)?,
            cors_policy: field::inner("cors_policy", stored.cors_policy)?,
            cors_marks: field::keyed_messages("cors_marks", stored.cors_marks)?,
        })
    }
}
